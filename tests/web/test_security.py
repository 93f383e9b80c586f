"""What is let in, and what every answer says to the browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asking import FORM, HERE, csrf_of, post, sign_in_as
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.websockets import WebSocketDisconnect

from coxa.records.people import Person
from coxa.web.config import WebConfig, kept_secret
from coxa.web.csrf import csrf_token, is_valid
from coxa.web.security import BODY_S, MOST_BYTES, Security, answers_to, policy


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:1", "LOCALHOST", "[::1]:8000", "127.0.0.53"])
def test_answers_under_this_computers_own_names(host: str) -> None:
    assert answers_to(WebConfig(), host)


@pytest.mark.parametrize(
    "host", ["", "[", "[::1", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", "192.168.1.4", "evil@localhost.x"]
)
def test_a_name_that_leads_here_from_elsewhere_is_refused(client: TestClient, host: str) -> None:
    asked = client.get("/healthz", headers={"Host": host})
    assert asked.status_code == 421
    assert "content-security-policy" in asked.headers


def test_further_names_are_answered_when_they_are_set() -> None:
    config = WebConfig(host="0.0.0.0", hosts=("coxa.example.org",), sign_in=True)
    assert answers_to(config, "COXA.example.org:443")
    assert not answers_to(config, "other.example.org")


def test_every_answer_says_what_the_browser_may_do(client: TestClient) -> None:
    for path in ("/sign-in", "/nothing", "/api/v1/nothing", "/static/app.css", "/healthz"):
        said = client.get(path).headers
        rules = dict(part.split(" ", 1) for part in said["content-security-policy"].split("; "))
        assert rules["default-src"] == "'none'", path
        assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'", path
        assert rules["frame-ancestors"] == rules["base-uri"] == "'none'", path
        assert "unsafe" not in said["content-security-policy"], path
        assert said["x-content-type-options"] == "nosniff", path
        assert said["referrer-policy"] == "same-origin", path
        assert said["cross-origin-opener-policy"] == said["cross-origin-resource-policy"] == "same-origin", path
        assert said["permissions-policy"].startswith("camera=(self)"), path
        assert "server" not in said, path


def test_only_pages_with_the_pose_model_may_run_wasm() -> None:
    assert "'wasm-unsafe-eval'" in policy("/session")
    assert "'wasm-unsafe-eval'" in policy("/front/assets/worker.js")
    assert "unsafe" not in policy("/session").replace("'wasm-unsafe-eval'", "")
    for path in ("/", "/today", "/api/v1/today", "/sets/3"):
        assert "unsafe" not in policy(path)


def test_pages_are_stored_nowhere(client: TestClient) -> None:
    assert client.get("/sign-in").headers["cache-control"] == "private, no-store"


def test_a_form_needs_its_token(client: TestClient, person: Person) -> None:
    assert client.post("/sign-out", headers=FORM).status_code == 403
    assert client.post("/sign-out", data={"csrf": "made-up"}, headers=FORM).status_code == 403
    assert post(client, "/sign-out").status_code == 303


def test_a_token_is_good_for_one_visit_only(client: TestClient, another: Callable[[], TestClient]) -> None:
    theirs = csrf_of(another())
    csrf_of(client)
    assert client.post("/sign-up", data={"csrf": theirs}, headers=FORM).status_code == 403


def test_a_token_of_the_visit_is_not_good_after_signing_in(client: TestClient, person: Person) -> None:
    signed_in = client.cookies.get("coxa_sign_in")
    client.cookies.delete("coxa_sign_in")
    before = csrf_of(client)
    client.cookies.set("coxa_sign_in", signed_in)
    assert client.post("/sign-out", data={"csrf": before}, headers=FORM).status_code == 403


def test_a_token_also_works_as_a_header_and_in_a_form_with_files(client: TestClient, person: Person) -> None:
    token = csrf_of(client)
    assert client.post("/sign-out", headers={**FORM, "X-CSRF-Token": "wrong"}).status_code == 403
    sent = client.post("/sign-out", files={"file": ("a.txt", b"x")}, data={"csrf": token}, headers=FORM)
    assert sent.status_code == 303


def test_tokens_differ_each_time(client: TestClient) -> None:
    assert csrf_of(client) != csrf_of(client)


@pytest.mark.parametrize("token", ["", "é", "====", "QUJD", "A" * 88])
def test_what_is_no_token_is_refused(token: str) -> None:
    scope: dict[str, Any] = {"type": "http", "headers": [(b"cookie", b"coxa_visit=abc")]}
    assert not is_valid(scope, b"s" * 32, token)


def test_a_token_is_bound_to_the_server_secret() -> None:
    app = FastAPI()
    app.state.config = WebConfig(secret=b"a" * 32)
    scope: dict[str, Any] = {"type": "http", "headers": [(b"cookie", b"coxa_visit=abc")], "app": app}
    token = csrf_token(Request(scope))
    assert is_valid(scope, b"a" * 32, token)
    assert not is_valid(scope, b"b" * 32, token)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://["},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "https://127.0.0.1:8000"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_page_cannot_send_forms_here(client: TestClient, person: Person, headers: dict[str, str]) -> None:
    token = csrf_of(client)
    assert client.post("/sign-out", data={"csrf": token}, headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{}, FORM, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}])
def test_our_own_pages_can(client: TestClient, person: Person, headers: dict[str, str]) -> None:
    assert client.post("/sign-out", data={"csrf": csrf_of(client)}, headers=headers).status_code == 303


def test_cookies_are_out_of_reach_of_scripts(client: TestClient) -> None:
    set_cookie = client.get("/sign-in").headers["set-cookie"]
    assert set_cookie.startswith("coxa_visit=")
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie
    assert "Secure" not in set_cookie


def test_cookies_are_secure_under_tls(app: FastAPI) -> None:
    with TestClient(app, base_url="https://127.0.0.1:8000", client=("127.0.0.1", 5)) as client:
        assert "; Secure" in client.get("/sign-in").headers["set-cookie"]


def test_too_big_a_body_is_refused_before_it_is_read(client: TestClient) -> None:
    sent = client.post("/sign-in", content=b"x", headers={**FORM, "Content-Length": str(MOST_BYTES + 1)})
    assert sent.status_code == 413
    assert client.post("/api/v1/diary", content=b"x" * (MOST_BYTES + 1), headers=FORM).status_code == 413


@pytest.mark.parametrize("length", ["-5", "many", "1e9", "²"])
def test_a_length_that_is_none_is_refused(client: TestClient, length: str) -> None:
    sent = client.post("/sign-in", content=b"", headers={**FORM, "Content-Length": length.encode("utf-8")})  # type: ignore[dict-item]
    assert sent.status_code == 400


def test_a_body_that_never_comes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coxa.web.security.BODY_S", 0.01)
    answered: list[Any] = []

    async def never(_scope: Any, _receive: Any, _send: Any) -> None:
        raise AssertionError("it was let in")

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        answered.append(message)

    app = FastAPI()
    app.state.config = WebConfig()
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/api/v1/x", "scheme": "http", "query_string": b"", "app": app}
    scope |= {"headers": [(b"host", b"127.0.0.1")], "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1), "root_path": ""}
    asyncio.run(Security(never, WebConfig())(scope, receive, send))
    assert answered[0]["status"] == 408
    assert BODY_S >= 5


def test_a_program_without_cookies_needs_no_token(client: TestClient) -> None:
    sent = client.post("/api/v1/nothing", json={})
    assert sent.status_code in (404, 405)
    assert client.post("/api/v1/nothing", json={}, headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_cookie_makes_json_need_the_token(client: TestClient, person: Person) -> None:
    assert client.post("/api/v1/nothing", json={}, headers=FORM).status_code == 403
    token = csrf_of(client)
    assert client.post("/api/v1/nothing", json={}, headers={**FORM, "X-CSRF-Token": token}).status_code in (404, 405)


def test_a_bearer_is_not_helped_by_a_cookie(client: TestClient, person: Person) -> None:
    """Who names a token of their own is that one, or nobody; the cookie beside it is not asked."""
    assert client.post("/sign-out", headers={"Authorization": "Bearer wrong"}).status_code == 303
    assert client.get("/sign-up").status_code == 200
    assert sign_in_as(client, person).id == person.id


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:9"},
        {"Origin": "null"},
        {},
        {"Origin": HERE, "Host": "evil.example"},
        {"Origin": "http://evil.example", "Host": "evil.example"},
    ],
)
def test_a_socket_is_open_to_our_pages_only(client: TestClient, person: Person, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/live", headers={"Host": "127.0.0.1:8000", **headers}):
        raise AssertionError("it was let in")


def test_the_secret_is_kept_and_nobody_elses(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "new")
    assert kept_secret(tmp_path / "new") == first
    assert len(first) == 32
    assert (tmp_path / "new" / "secret").stat().st_mode & 0o777 == 0o600
    assert "secret" not in repr(WebConfig(secret=first))


def test_what_nobody_expected_is_a_calm_page(config: WebConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from coxa.web.app import create_app

    app = create_app(WebConfig(data=tmp_path / "other"))

    @app.get("/breaks/{name}")
    def breaks(name: str) -> None:
        raise RuntimeError(f"{name} has a sore hip")

    @app.get("/api/v1/breaks")
    def breaks_too() -> None:
        raise RuntimeError("secret")

    with TestClient(app, base_url=HERE, client=("127.0.0.1", 5)) as client, caplog.at_level("INFO", "coxa"):
        answer = client.get("/breaks/anna")
        problem = client.get("/api/v1/breaks")
    assert answer.status_code == problem.status_code == 500
    assert "sore" not in answer.text
    assert "Traceback" not in answer.text
    assert "content-security-policy" in answer.headers
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == 500
    noted = " ".join(
        str(getattr(record, "fields", "")) + record.getMessage() for record in caplog.records if record.name.startswith("coxa")
    )
    assert "RuntimeError" in noted
    assert "/breaks/{name}" in noted
    assert not re.search("anna|sore|secret", noted)
