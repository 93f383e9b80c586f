"""`coxa up`, as a person starts it: the line it says, the files it sends, the logs it writes, and how it ends."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from serving import coxa_up
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from coxa.errors import BadInput
from coxa.records.people import Person
from coxa.web import assets, serve
from coxa.web.app import ROUTERS, create_app
from coxa.web.compress import Compress
from coxa.web.config import WebConfig, configure
from coxa.web.logs import JsonLines


def test_it_says_one_line_answers_and_ends_cleanly(tmp_path: Path) -> None:
    with coxa_up(tmp_path / "data") as up:
        health = httpx.get(f"{up.address}/healthz")
        assert health.json()["status"] == health.json()["database"] == "ok"
        assert httpx.get(f"{up.address}/").status_code == 200
        httpx.get(f"{up.address}/exercises/anna-smith?name=secret")
        assert up.stop(signal.SIGTERM) == 0
    assert len(up.lines) == 1
    assert up.lines[0] == f"coxa is at {up.address} (Ctrl-C ends it)"
    assert up.address.startswith("http://127.0.0.1:")
    noted = [json.loads(line) for line in up.err]
    assert {line["event"] for line in noted} == {"request"}
    assert {line["path"] for line in noted} >= {"/healthz", "/"}
    assert all(set(line) == {"at", "level", "event", "method", "path", "status", "ms"} for line in noted)
    assert "anna" not in "".join(up.err)
    assert "secret" not in "".join(up.err)


def test_it_is_quiet_when_asked_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    with coxa_up(tmp_path, "--quiet") as up:
        assert httpx.get(f"{up.address}/healthz").status_code == 200
        assert up.stop(signal.SIGINT) == 0
    assert up.err == []


def test_a_port_in_use_is_one_line_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [
            sys.executable,
            "-c",
            "from coxa.cli import main; main()",
            "up",
            "--port",
            str(port),
            "--data",
            str(tmp_path),
            "--no-browser",
        ]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 2
    assert ran.stderr.count("\n") == 1
    assert f"--port {port}" in ran.stderr
    assert "coxa up --port" in ran.stderr


@pytest.mark.parametrize(
    ("host", "port", "says"), [("192.0.2.1", 0, "--host 192.0.2.1"), ("127.0.0.1", 70_000, "1 to 65535"), ("no.such.invalid", 0, "--host")]
)
def test_where_it_cannot_listen_is_said(host: str, port: int, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        serve.bind(host, port)


def test_any_other_host_asks_for_sign_in(tmp_path: Path) -> None:
    assert not configure(data=tmp_path).sign_in
    assert not configure(data=tmp_path, host="::1").sign_in
    assert configure(data=tmp_path, host="0.0.0.0").sign_in
    assert configure(data=tmp_path, host="192.168.1.2").sign_in
    assert not configure(data=tmp_path, phone=True).sign_in


def test_what_is_watched_ends_before_the_server_does(tmp_path: Path) -> None:
    async def run() -> list[str]:
        app = create_app(WebConfig(data=tmp_path))
        order: list[str] = []
        async with app.router.lifespan_context(app):
            watched = object()
            app.state.live.add(watched)

            async def set_being_watched() -> None:
                await app.state.closing.wait()
                order.append("set ended")
                app.state.live.discard(watched)

            task = asyncio.create_task(set_being_watched())
            await serve.end_live(app)
            order.append("server ended")
            await task
            app.state.live.add(watched)
            await serve.end_live(app, within_s=0.05)
            order.append("one that never ends is not waited for")
        return order

    assert asyncio.run(run()) == ["set ended", "server ended", "one that never ends is not waited for"]


def test_every_router_is_there() -> None:
    import importlib

    assert all(importlib.import_module(name).router.routes for name in ROUTERS)
    assert len(set(ROUTERS)) == len(ROUTERS)


# Files


def test_health_tells_nothing_of_anybody(client: TestClient, person: Person) -> None:
    assert set(client.get("/healthz").json()) == {"status", "database", "version"}


def test_health_says_when_the_database_is_gone(client: TestClient) -> None:
    from sqlalchemy import text

    store = client.app.state.store  # type: ignore[attr-defined]

    class Broken:
        def read(self) -> Any:
            with store.read() as work:
                work.execute(text("SELECT * FROM nowhere"))

    client.app.state.store = Broken()  # type: ignore[attr-defined]
    try:
        answer = client.get("/healthz")
    finally:
        client.app.state.store = store  # type: ignore[attr-defined]
    assert answer.status_code == 503
    assert answer.json()["database"] == "failing"


def test_a_file_is_kept_as_long_as_its_address_holds(client: TestClient) -> None:
    address = assets.asset("app.css")
    first = client.get(address)
    assert first.headers["cache-control"] == assets.FOREVER
    assert client.get("/static/app.css").headers["cache-control"] == assets.ASK_AGAIN
    assert client.get("/static/app.css?v=other").headers["cache-control"] == assets.ASK_AGAIN
    again = client.get("/static/app.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert client.post("/static/app.css", headers={"Authorization": "Bearer x"}).status_code == 405


def test_text_is_sent_packed_and_unpacks_to_the_file(client: TestClient) -> None:
    whole = (assets.STATIC / "app.css").read_bytes()
    with client.stream("GET", "/static/app.css", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/css")
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert gzip.decompress(raw) == whole
    assert len(raw) < len(whole) / 2
    with client.stream("GET", "/static/app.css", headers={"Accept-Encoding": "identity"}) as answer:
        assert b"".join(answer.iter_raw()) == whole


def test_what_set_up_packed_is_sent_as_it_is(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.js").write_bytes(b"x" * 5000)
    (tmp_path / "assets" / "a.js.br").write_bytes(b"packed")
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text('{"src/a.ts": {"file": "assets/a.js", "css": ["assets/a.css"]}}')
    monkeypatch.setattr(assets, "FRONT", tmp_path)
    assert assets.asset("a.ts") == "/front/assets/a.js"
    assert assets.front_styles("a.ts") == ("/front/assets/a.css",)
    assert assets.asset("unknown.ts") == ""
    app = create_app(WebConfig(data=tmp_path / "data"))
    with TestClient(app, base_url="http://127.0.0.1:8000") as other:
        with other.stream("GET", "/front/assets/a.js", headers={"Accept-Encoding": "gzip, br"}) as answer:
            assert b"".join(answer.iter_raw()) == b"packed"
        assert answer.headers["content-encoding"] == "br"
        assert answer.headers["cache-control"] == assets.FOREVER
        assert "javascript" in answer.headers["content-type"]
        assert (
            other.get("/front/assets/a.js", headers={"If-None-Match": answer.headers["etag"], "Accept-Encoding": "br"}).status_code == 304
        )
        for hidden in (
            "/front/.vite/manifest.json",
            "/front/assets/a.js.br",
            "/front/../config.py",
            "/front/%2e%2e/config.py",
            "/front/assets",
        ):
            assert other.get(hidden).status_code == 404, hidden


def test_the_model_is_served_and_nothing_beside_it(client: TestClient) -> None:
    address = assets.asset("pose_lite.task")
    answer = client.get(address)
    assert answer.content == (assets.MODELS / "pose_lite.task").read_bytes()
    assert answer.headers["cache-control"] == assets.FOREVER
    part = client.get(address, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"PK\x03\x04")
    assert client.get("/model/README.md").status_code == 404


def test_the_first_view_is_light(client: TestClient) -> None:
    """Under 300 kB over the line, with everything the first page names."""
    import re

    def weight(path: str) -> int:
        with client.stream("GET", path, headers={"Accept-Encoding": "gzip, br"}) as answer:
            assert answer.status_code == 200, path
            return len(b"".join(answer.iter_raw()))

    html = client.get("/").text
    named = set(re.findall(r'<(?:link|script|img|source)[^>]*(?:href|src)="(/[^"]+)"', html))
    assert named
    assert weight("/") + sum(weight(path) for path in named) < 300_000


def test_nothing_of_one_person_is_packed() -> None:
    async def answers(cache: str, body: bytes) -> list[Any]:
        got: list[Any] = []

        async def inner(scope: Scope, receive: Receive, send: Send) -> None:
            await Response(body, media_type="image/svg+xml", headers={"Cache-Control": cache, "ETag": '"1"'})(scope, receive, send)

        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            got.append(message)

        await Compress(inner)({"type": "http", "method": "GET", "headers": [(b"accept-encoding", b"gzip")]}, receive, send)
        return got

    body = b"<svg>" + b"a" * 5000
    start, sent = asyncio.run(answers("public, max-age=60", body))
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    assert gzip.decompress(sent["body"]) == body
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(sent["body"]))
    assert headers["etag"] == 'W/"1"'
    assert asyncio.run(answers("private, no-store", body))[1]["body"] == body
    assert asyncio.run(answers("public", b"<svg/>"))[1]["body"] == b"<svg/>"


def test_logs_of_other_packages_lose_what_they_are_filled_with() -> None:
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "f", 1, "GET %s failed", ("/sets/anna",), None)
    line = json.loads(JsonLines().format(record))
    assert "anna" not in json.dumps(line)
    assert "GET %s failed" in line["event"]
    try:
        raise ValueError("anna has pain")
    except ValueError:
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "f", 1, "anna has pain\n", (), sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert "anna" not in json.dumps(line)
    assert line["error"] == "ValueError"
    assert "test_serve.py" in line["where"][0]


def test_a_form_goes_the_whole_way_over_a_real_socket(tmp_path: Path) -> None:
    import re

    with coxa_up(tmp_path / "data") as up, httpx.Client(base_url=up.address) as browser:
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/").text)
        assert token
        sent = browser.post("/welcome", data={"csrf": token[1], "door": "me"}, headers={"Origin": up.address})
        assert sent.status_code == 303
        assert "coxa_sign_in" in browser.cookies
        assert browser.get("/sign-up").status_code == 200


def test_a_head_without_an_end_and_an_address_that_is_none_are_refused(tmp_path: Path) -> None:
    with coxa_up(tmp_path / "data") as up:
        host, port = up.address.removeprefix("http://").split(":")
        for head, code in ((b"X: " + b"a" * 100_000, b"400"), (b"Host: [\r\n\r\n", b"421")):
            with socket.create_connection((host, int(port)), timeout=30) as asking:
                asking.sendall(b"GET /healthz HTTP/1.1\r\n" + head)
                assert asking.recv(12).split()[1] == code
        assert httpx.get(f"{up.address}/healthz").status_code == 200
