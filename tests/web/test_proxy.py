"""Behind a proxy: whose word holds, and the whole way through nginx as docs/deploy.md sets it up."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from asking import HERE
from fastapi.testclient import TestClient
from serving import PATIENCE_S, coxa_up
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from coxa.errors import BadInput
from coxa.settings import settings
from coxa.web.app import create_app
from coxa.web.config import WebConfig, configure
from coxa.web.network import kept_certificate

ROOT = Path(__file__).parents[2]
NAME = "coxa.example.org"


@pytest.fixture
def set_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    settings.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


def test_one_setting_says_that_there_is_a_proxy(set_environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_environment.setenv("COXA_PROXY", "127.0.0.1, 10.0.0.0/8")
    set_environment.setenv("COXA_HOSTS", "Coxa.Example.org,other.example.org")
    config = configure(data=tmp_path)
    assert config.sign_in
    assert config.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")
    assert config.hosts == (NAME, "other.example.org")


def test_a_proxy_that_is_no_address_is_refused(set_environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_environment.setenv("COXA_PROXY", "*")
    with pytest.raises(BadInput, match="COXA_PROXY"):
        configure(data=tmp_path)


def limited(client: TestClient, address: str) -> int:
    """The status of the sign-in page's form with an address said to be the visitor's."""
    said = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/sign-in", headers=said).text)
    assert token
    origin = {"Origin": HERE.replace("http:", "https:") if client.app.state.config.trusted_proxies else HERE}  # type: ignore[attr-defined]
    given = {"csrf": token[1], "email": "a@example.org", "password": "guess"}
    return client.post("/sign-in", data=given, headers=said | origin).status_code


@pytest.mark.parametrize(("trusted", "codes"), [(("127.0.0.1",), [401, 401, 401]), ((), [401, 401, 429])])
def test_only_a_trusted_proxy_says_where_a_visitor_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: tuple[str, ...], codes: list[int]
) -> None:
    from limits import parse

    monkeypatch.setitem(__import__("coxa.web.limits", fromlist=["RATES"]).RATES, "sign-in address", parse("2 per hour"))
    app = create_app(WebConfig(data=tmp_path, trusted_proxies=trusted, sign_in=bool(trusted), raise_errors=True))
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 5)) as client:
        client.cookies.clear()
        got = []
        for number in range(3):
            if trusted:
                client.base_url = HERE.replace("http:", "https:")
            got.append(limited(client, f"203.0.113.{number}"))
    assert got == codes


@dataclass(frozen=True)
class Front:
    """nginx, and the address it has for the world."""

    url: str
    client: httpx.Client
    trust: ssl.SSLContext
    port: int


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/bin:/opt/homebrew/bin")
    if nginx is None:
        pytest.skip("nginx is not installed; apt-get install nginx")
    folder: Path = tmp_path_factory.mktemp("proxy")
    certificate = kept_certificate(folder, (NAME, "127.0.0.1"))
    text = (ROOT / "docs" / "deploy.md").read_text()
    documented = re.search(r"```nginx\n(.*?)```", text, re.S)
    assert documented
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with coxa_up(folder / "data", COXA_PROXY="127.0.0.1", COXA_HOSTS=NAME) as up:
        server = documented[1].replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace("http://127.0.0.1:8000", up.address)
        server = re.sub(r"ssl_certificate .*;", f"ssl_certificate {certificate.file};", server)
        server = re.sub(r"ssl_certificate_key .*;", f"ssl_certificate_key {certificate.key};", server)
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf = folder / "nginx.conf"
        conf.write_text(
            f"daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}\n"
            f"http {{ access_log off; {temporary}\n{server} }}"
        )
        running = subprocess.Popen([nginx, "-c", str(conf), "-p", str(folder)], stderr=subprocess.PIPE, text=True)
        try:
            until = time.monotonic() + PATIENCE_S
            while not _answers(port) and time.monotonic() < until:
                assert running.poll() is None, running.stderr.read() if running.stderr else ""
            trust = ssl.create_default_context(cafile=str(certificate.file))
            url = f"https://{NAME}:{port}"
            # The name leads to this computer, as it would by DNS.
            transport = httpx.HTTPTransport(verify=trust)
            with httpx.Client(transport=_Here(transport), base_url=url) as client:
                yield Front(url, client, trust, port)
        finally:
            running.terminate()
            running.wait(PATIENCE_S)


class _Here(httpx.BaseTransport):
    """Sends to this computer what is addressed to the name."""

    def __init__(self, inner: httpx.HTTPTransport) -> None:
        self.inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        there = request.url.copy_with(host="127.0.0.1")
        extensions = {**request.extensions, "sni_hostname": NAME}
        return self.inner.handle_request(
            httpx.Request(request.method, there, headers=request.headers, content=request.content, extensions=extensions)
        )


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def signed_up(front: Front, email: str) -> httpx.Client:
    """Somebody who made an account through the proxy."""
    front.client.cookies.clear()
    token = re.search(r'name="csrf" value="([^"]+)"', front.client.get("/sign-up").text)
    assert token
    given = {"csrf": token[1], "email": email, "password": "river lamp thursday"}
    sent = front.client.post("/sign-up", data=given, headers={"Origin": front.url})
    assert sent.status_code == 303, sent.text
    return front.client


def test_pages_forms_and_sign_in_work_through_nginx(front: Front) -> None:
    assert front.client.get("/healthz").json()["status"] == "ok"
    client = signed_up(front, "anna@example.org")
    cookies = [cookie for cookie in client.cookies.jar if cookie.name == "coxa_sign_in"]
    assert [cookie.secure for cookie in cookies] == [True]
    assert client.get("/settings").status_code == 200
    assert "max-age" in client.get("/settings").headers["strict-transport-security"]


def test_nobody_is_at_this_computer_behind_nginx(front: Front) -> None:
    front.client.cookies.clear()
    token = re.search(r'name="csrf" value="([^"]+)"', front.client.get("/sign-in").text)
    assert token
    sent = front.client.post("/welcome", data={"csrf": token[1], "door": "me"}, headers={"Origin": front.url})
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in")
    assert "coxa_sign_in" not in front.client.cookies


def test_another_name_is_refused_through_nginx(front: Front) -> None:
    assert front.client.get("/healthz", headers={"Host": "evil.example"}).status_code == 421


def test_files_are_packed_once_and_kept(front: Front) -> None:
    answer = front.client.get("/static/app.css", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text.lstrip().startswith(("/*", ":", "@"))


def test_the_live_socket_goes_through_nginx(front: Front) -> None:
    client = signed_up(front, "socket@example.org")
    cookie = f"coxa_sign_in={client.cookies['coxa_sign_in']}"
    address = f"wss://{NAME}:{front.port}/live"
    with socket.create_connection(("127.0.0.1", front.port)) as plain:
        options = {"ssl": front.trust, "server_hostname": NAME, "additional_headers": {"Cookie": cookie}}
        with connect(address, sock=plain, origin=front.url, **options) as live:  # type: ignore[arg-type]
            live.send("{}")
            assert '"error"' in live.recv(PATIENCE_S)
    with socket.create_connection(("127.0.0.1", front.port)) as plain, pytest.raises(InvalidStatus) as refused:
        connect(address, sock=plain, origin="https://evil.example", **options)  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403
