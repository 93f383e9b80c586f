"""Accounts and sign-ins: who gets in, as whom, and how often somebody may try."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asking import HERE, make_account, post, sign_in_as
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request

from coxa.errors import BadInput
from coxa.records import Asker, PeopleRepository, SignInRepository, Store
from coxa.records.people import Person
from coxa.web import accounts
from coxa.web.app import create_app
from coxa.web.config import WebConfig
from coxa.web.visitor import may_be_local

PASSWORD = "river lamp thursday"


@pytest.fixture(scope="module")
def password_hash() -> str:
    return accounts.hash_password(PASSWORD)


@pytest.fixture
def anna(client: TestClient, password_hash: str) -> Person:
    """Somebody with an account, not signed in."""
    return make_account(client, "anna@example.org", password_hash=password_hash)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TestClient]:
    """A server of many people, asked from elsewhere on the network."""
    app = create_app(WebConfig(data=tmp_path / "server", host="0.0.0.0", hosts=("coxa.example.org",), sign_in=True, raise_errors=True))
    with TestClient(app, base_url="http://coxa.example.org", client=("192.168.1.9", 5), follow_redirects=False) as asking:
        yield asking


def form(client: TestClient, path: str, **data: str) -> tuple[int, str]:
    """Send a form of the page of the same path from elsewhere; the status, and where it leads."""
    token = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert token
    sent = client.post(path, data={**data, "csrf": token[1]}, headers={"Origin": str(client.base_url).rstrip("/")})
    return sent.status_code, sent.headers.get("location", "")


def test_signing_in_opens_a_new_sign_in(client: TestClient, anna: Person) -> None:
    client.get("/sign-in")
    sent = post(client, "/sign-in", {"email": "ANNA@example.org ", "password": PASSWORD, "next": "/progress"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/progress")
    cookie = next(line for line in sent.headers.get_list("set-cookie") if line.startswith("coxa_sign_in="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    first = client.cookies["coxa_sign_in"]
    assert client.get("/sign-in").headers["location"] == "/"
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    found = SignInRepository(store).find(first)
    assert found is not None
    assert found.asker == Asker(anna.id, "patient")


def test_signing_in_anew_ends_the_sign_in_before(client: TestClient, person: Person, anna: Person) -> None:
    before = client.cookies["coxa_sign_in"]
    post(client, "/sign-in", {"email": "anna@example.org", "password": PASSWORD})
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    assert client.cookies["coxa_sign_in"] != before
    assert SignInRepository(store).find(before) is None


@pytest.mark.parametrize(
    ("email", "password"),
    [("anna@example.org", "wrong wrong wrong"), ("nobody@example.org", PASSWORD), ("not an address", PASSWORD), ("", "")],
)
def test_what_does_not_fit_is_said_in_the_same_words(client: TestClient, anna: Person, email: str, password: str) -> None:
    sent = post(client, "/sign-in", {"email": email, "password": password})
    assert sent.status_code == 401
    assert "do not match" in sent.text
    assert "coxa_sign_in" not in client.cookies


def test_an_unknown_address_costs_as_much_work_as_a_known_one(client: TestClient, anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    checked: list[str] = []
    really = accounts._HASHER.verify
    monkeypatch.setattr(accounts._HASHER, "verify", lambda password, kept: checked.append(kept) or really(password, kept))
    for email in ("anna@example.org", "nobody@example.org", "no address"):
        assert accounts.right_account(store, email, "wrong") is None
    kinds = [kept.split("$")[1:4] for kept in checked]
    assert len(kinds) == 3
    assert kinds[0] == kinds[1] == kinds[2]
    assert kinds[0][0] == "argon2id"


def test_a_closed_account_opens_nothing(client: TestClient, anna: Person) -> None:
    from sqlalchemy import text

    store: Store = client.app.state.store  # type: ignore[attr-defined]
    with store.write() as work:
        work.execute(text("UPDATE accounts SET closed_at = '2026-01-01 00:00:00'"))
    assert accounts.right_account(store, "anna@example.org", PASSWORD) is None


def test_guessing_is_stopped_for_one_account(client: TestClient, anna: Person) -> None:
    codes = [post(client, "/sign-in", {"email": "anna@example.org", "password": "guess"}).status_code for _ in range(9)]
    assert codes == [401] * 8 + [429]
    refused = post(client, "/sign-in", {"email": "Anna@Example.org", "password": PASSWORD})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 15 * 60
    assert "wait" in refused.text


def test_guessing_is_stopped_for_one_address(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coxa.web.signin.right_account", lambda *_: None)
    codes = {post(client, "/sign-in", {"email": f"a{number}@example.org", "password": "guess"}).status_code for number in range(30)}
    assert codes == {401}
    assert post(client, "/sign-in", {"email": "other@example.org", "password": "guess"}).status_code == 429


def test_who_gets_in_may_have_mistyped_before(client: TestClient, anna: Person) -> None:
    for _ in range(3):
        for _ in range(3):
            assert post(client, "/sign-in", {"email": "anna@example.org", "password": "typo"}).status_code == 401
        assert post(client, "/sign-in", {"email": "anna@example.org", "password": PASSWORD}).status_code == 303
        client.cookies.clear()


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "today", "/\n/evil"])
def test_signing_in_leads_nowhere_else(client: TestClient, anna: Person, to: str) -> None:
    sent = post(client, "/sign-in", {"email": "anna@example.org", "password": PASSWORD, "next": to})
    assert sent.headers["location"] == "/"


def test_signing_up_makes_a_patient(server: TestClient) -> None:
    given = {"name": "Berta", "email": "berta@example.org", "password": PASSWORD, "role": "clinician"}
    assert form(server, "/sign-up", **given) == (303, "/")
    store: Store = server.app.state.store  # type: ignore[attr-defined]
    account = PeopleRepository(store).account("berta@example.org")
    assert account is not None
    assert account.person.role == "patient"
    assert PASSWORD not in account.password_hash
    found = SignInRepository(store).find(server.cookies["coxa_sign_in"])
    assert found is not None
    assert found.asker.person_id == account.person.id


@pytest.mark.parametrize(
    ("email", "password", "says"),
    [
        ("berta@example.org", "short", "at least 10"),
        ("long.name@example.org", "Long.Name@example.org", "not your e-mail address"),
        ("anna@example.org", PASSWORD, "already has an account"),
        ("nonsense", PASSWORD, "such as anna@example.org"),
    ],
)
def test_what_will_not_do_is_said_and_what_was_typed_stays(client: TestClient, anna: Person, email: str, password: str, says: str) -> None:
    sent = post(client, "/sign-up", {"name": "Berta", "email": email, "password": password}, "/sign-up")
    assert sent.status_code == 422
    assert says in sent.text
    assert f'value="{email}"' in sent.text
    assert f'value="{password}"' not in sent.text
    assert 'role="alert"' in sent.text


def test_an_account_keeps_the_diary_of_who_had_none(client: TestClient, person: Person) -> None:
    before = client.cookies["coxa_sign_in"]
    sent = post(client, "/sign-up", {"email": "me@example.org", "password": PASSWORD}, "/sign-up")
    assert sent.status_code == 303
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    account = PeopleRepository(store).account("me@example.org")
    assert account is not None
    assert account.person.id == person.id
    assert client.cookies["coxa_sign_in"] != before
    assert SignInRepository(store).find(before) is None
    assert PeopleRepository(store).local() == ()


def test_signing_out_ends_the_sign_in_on_the_server(client: TestClient, person: Person) -> None:
    token = client.cookies["coxa_sign_in"]
    assert post(client, "/sign-out").status_code == 303
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    assert SignInRepository(store).find(token) is None
    assert "coxa_sign_in" not in client.cookies


def test_going_on_without_an_account_is_for_this_computer_only(client: TestClient, server: TestClient) -> None:
    assert post(client, "/welcome", {"door": "me"}).status_code == 303
    assert "coxa_sign_in" in client.cookies
    assert form(server, "/sign-in", email="", password="")[0] == 401
    status, _ = post_from(server, "/welcome", door="me")
    assert status == 303
    assert "coxa_sign_in" not in server.cookies
    store: Store = server.app.state.store  # type: ignore[attr-defined]
    assert PeopleRepository(store).local() == ()


def post_from(client: TestClient, path: str, **data: str) -> tuple[int, str]:
    """Send a form with the token of the door."""
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/sign-in").text)
    assert token
    sent = client.post(path, data={**data, "csrf": token[1]}, headers={"Origin": str(client.base_url).rstrip("/")})
    return sent.status_code, sent.headers.get("location", "")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "CF-Connecting-IP", "Via"])
def test_who_comes_through_a_proxy_is_not_at_this_computer(client: TestClient, header: str) -> None:
    """An unknown proxy runs on this computer; without this, the whole world would be the person who sits here."""
    client.headers[header] = "203.0.113.7"
    post(client, "/welcome", {"door": "me"})
    assert "coxa_sign_in" not in client.cookies


def test_who_speaks_as_proxies_do_and_browsers_do_not_is_not_at_this_computer() -> None:
    for version, local in (("1.0", False), ("1.1", True)):
        scope: dict[str, Any] = {"type": "http", "http_version": version, "headers": [], "client": ("127.0.0.1", 5), "app": FastAPI()}
        scope["app"].state.config = WebConfig()
        assert may_be_local(Request(scope)) is local


def test_the_same_person_comes_back_without_an_account(client: TestClient) -> None:
    post(client, "/welcome", {"door": "me"})
    client.cookies.clear()
    post(client, "/welcome", {"door": "me"})
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    assert len(PeopleRepository(store).local()) == 1


def test_a_sign_in_of_one_persons_computer_opens_nothing_on_a_server(server: TestClient) -> None:
    store: Store = server.app.state.store  # type: ignore[attr-defined]
    sign_in_as(server, PeopleRepository(store).create_local(zone="UTC"))
    assert server.get("/progress").headers["location"] == "/sign-in"


def test_a_sign_in_ends_after_thirty_days_without_use(tmp_path: Path) -> None:
    at = [datetime(2026, 3, 1, 12, tzinfo=UTC)]
    app = create_app(WebConfig(data=tmp_path, raise_errors=True), clock=lambda: at[0])
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 5), follow_redirects=False) as client:
        sign_in_as(client, PeopleRepository(app.state.store).create_local(zone="UTC"))
        for _ in range(3):
            at[0] += timedelta(days=29)
            assert client.get("/sign-up").status_code == 200
            assert client.get("/privacy").status_code == 200
            assert SignInRepository(app.state.store).find(client.cookies["coxa_sign_in"]) is not None
        at[0] += timedelta(days=31)
        assert SignInRepository(app.state.store).find(client.cookies["coxa_sign_in"]) is None
        assert client.get("/progress").headers["location"] == "/"


def test_the_browsers_zone_becomes_the_persons(client: TestClient, person: Person) -> None:
    client.cookies.set("coxa_zone", "America/Los_Angeles")
    client.get("/sign-up")
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    assert PeopleRepository(store).get(person.asker, person.id).zone == "America/Los_Angeles"
    client.cookies.set("coxa_zone", "../../etc/passwd")
    assert client.get("/sign-up").status_code == 200
    assert PeopleRepository(store).get(person.asker, person.id).zone == "America/Los_Angeles"


def test_pages_are_in_the_language_of_the_browser_then_of_the_cookie(client: TestClient) -> None:
    assert '<html lang="de"' in client.get("/sign-in", headers={"Accept-Language": "fr, de-AT;q=0.8, en;q=0.5"}).text
    client.cookies.set("coxa_language", "en")
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "de"}).text
    client.cookies.set("coxa_language", "xx")
    assert '<html lang="de"' in client.get("/sign-in", headers={"Accept-Language": "de;q=oops, de;q=0.1"}).text


def run(*words: str, said: str = "", data: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from coxa.cli import main; main()", "account", *words, "--data", str(data)]
    return subprocess.run(command, input=said, capture_output=True, text=True, timeout=120)


def test_a_clinicians_account_is_made_on_the_command_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    made = run("add", "--email", "Doc@example.org", "--role", "clinician", "--name", "Dr. Okoye", said=PASSWORD + "\n", data=data)
    assert (made.returncode, made.stdout) == (0, "Made: doc@example.org (clinician)\n"), made.stderr
    store = Store.open(data=data)
    try:
        person = accounts.right_account(store, "doc@example.org", PASSWORD)
        assert person is not None
        assert (person.role, person.name) == ("clinician", "Dr. Okoye")
        open_one = SignInRepository(store).open(person.id, lasts=timedelta(days=1))
        again = run("add", "--email", "doc@example.org", said=PASSWORD + "\n", data=data)
        assert (again.returncode, again.stderr.count("\n")) == (2, 1)
        changed = run("password", "--email", "doc@example.org", said="another river lamp\n", data=data)
        assert changed.returncode == 0, changed.stderr
        assert accounts.right_account(store, "doc@example.org", PASSWORD) is None
        assert accounts.right_account(store, "doc@example.org", "another river lamp") is not None
        assert SignInRepository(store).find(open_one) is None
    finally:
        store.close()


@pytest.mark.parametrize(
    ("words", "said", "says"),
    [
        (("add", "--email", "a@b.org", "--role", "king"), PASSWORD, "patient or clinician"),
        (("add", "--email", "a@b.org"), "short", "10 to 1000"),
        (("add", "--email", "a@b.org"), "", "10 to 1000"),
        (("password", "--email", "a@b.org"), PASSWORD, "coxa account add"),
    ],
)
def test_what_will_not_do_on_the_command_line_is_one_line(tmp_path: Path, words: tuple[str, ...], said: str, says: str) -> None:
    done = run(*words, said=said, data=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_password_is_not_shown_by_its_refusal() -> None:
    with pytest.raises(BadInput) as refused:
        accounts.hash_password("tiny")
    assert "tiny" not in str(refused.value)
