"""Who gets what: every route of the app, for every kind of visitor, with the status each is given.

A route that is not in the table fails the first test, so that nobody adds one without saying who may have it. The people:
a stranger, the person at this computer without an account, a patient (Anna, whose numbers stand in the paths), another
patient, and two clinicians, of whom Anna lets the first look after her. The pages here are each person's own; looking
after somebody else has none yet, so that a clinician sees their own empty pages, and nothing of Anna's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from api_client import somebody
from asking import FORM, HERE, every_route, make_account
from fastapi import FastAPI
from fastapi.testclient import TestClient
from midway import watched
from starlette.websockets import WebSocketDisconnect

from coxa.records import Asker, DiaryRepository, PeopleRepository, SignInRepository, Store
from coxa.records.events import SessionStarted, SetDone
from coxa.web.app import create_app
from coxa.web.config import WebConfig

ROLES = ("stranger", "local", "anna", "other", "linked", "unlinked")

#: Method and path: the status for a stranger, the local person, Anna, another patient, a linked and another clinician.
#: A form is sent empty but for its token.
GRID = """
GET    /                                    200 303 303 303 303 303
GET    /api/v1/after/{session_key}          401 404 200 404 404 404
GET    /api/v1/appointments                 401 200 200 200 200 200
POST   /api/v1/appointments                 401 422 422 422 422 422
GET    /api/v1/consents                     401 200 200 200 200 200
POST   /api/v1/consents                     401 422 422 422 422 422
GET    /api/v1/diary                        401 200 200 200 200 200
POST   /api/v1/diary                        401 422 422 422 422 422
POST   /api/v1/erase                        401 422 422 422 422 422
GET    /api/v1/exercises                    200 200 200 200 200 200
GET    /api/v1/exercises/{id}               200 200 200 200 200 200
GET    /api/v1/export                       401 200 200 200 200 200
GET    /api/v1/habits                       401 200 200 200 200 200
GET    /api/v1/history                      401 200 200 200 200 200
GET    /api/v1/me                           401 200 200 200 200 200
PATCH  /api/v1/me                           401 200 200 200 200 200
GET    /api/v1/programmes                   401 200 200 200 200 200
POST   /api/v1/programmes                   401 422 422 422 422 422
GET    /api/v1/programmes/latest            401 404 200 404 404 404
GET    /api/v1/programmes/{number}          401 404 200 404 404 404
GET    /api/v1/progress                     401 200 200 200 200 200
GET    /api/v1/questionnaire                200 200 200 200 200 200
POST   /api/v1/screenings                   401 422 422 422 422 422
GET    /api/v1/screenings/latest            401 404 200 404 404 404
GET    /api/v1/screenings/{key}             401 404 200 404 404 404
POST   /api/v1/screenings/{key}/answers     401 422 422 422 422 422
POST   /api/v1/screenings/{key}/complete    401 404 200 404 404 404
GET    /api/v1/sessions                     401 200 200 200 200 200
GET    /api/v1/sessions/{key}               401 404 200 404 404 404
GET    /api/v1/sets                         401 200 200 200 200 200
GET    /api/v1/sets/{number}                401 404 200 404 404 404
GET    /api/v1/sets/{number}/landmarks      401 404 200 404 404 404
GET    /api/v1/settings                     401 200 200 200 200 200
PATCH  /api/v1/settings                     401 200 200 200 200 200
GET    /api/v1/sign-ins                     401 200 200 200 200 200
POST   /api/v1/sign-ins                     201 201 201 201 201 201
DELETE /api/v1/sign-ins/{id}                401 422 422 422 422 422
GET    /api/v1/tests                        401 200 200 200 200 200
GET    /api/v1/today                        401 200 200 200 200 200
GET    /api/v1/today/exercises/{exercise}   401 422 422 422 422 422
GET    /api/v1/try                          200 200 200 200 200 200
GET    /api/v1/try/{exercise}               200 200 200 200 200 200
GET    /api/v1/words                        200 200 200 200 200 200
GET    /emergency                           200 200 200 200 200 200
GET    /exercises                           200 200 200 200 200 200
GET    /exercises/{id}                      200 200 200 200 200 200
GET    /exercises/{id}/figure.glb           200 200 200 200 200 200
GET    /exercises/{id}/{kind}.svg           200 200 200 200 200 200
GET    /habits                              303 200 200 200 200 200
POST   /habits                              303 422 422 422 422 422
GET    /healthz                             200 200 200 200 200 200
GET    /help                                303 200 200 200 200 200
GET    /help/appointment                    303 303 303 303 303 303
POST   /help/appointment                    303 422 422 422 422 422
GET    /help/appointment.ics                303 303 303 303 303 303
GET    /help/letter.pdf                     303 303 200 303 303 303
SOCKET /live                                101 101 101 101 101 101
GET    /manifest.webmanifest                200 200 200 200 200 200
GET    /morning                             303 200 200 200 200 200
POST   /morning                             303 422 422 422 422 422
GET    /pair                                200 200 200 200 200 200
POST   /pair                                404 404 404 404 404 404
POST   /pair/end                            303 303 303 303 303 303
GET    /privacy                             200 200 200 200 200 200
GET    /programme                           303 303 200 303 303 303
POST   /programme                           303 303 422 303 303 303
GET    /programme/calendar.ics              303 404 200 404 404 404
GET    /programme/sheet.pdf                 303 404 200 404 404 404
GET    /progress                            303 200 200 200 200 200
GET    /progress/activities                 303 303 200 303 303 303
POST   /progress/activities                 303 303 422 303 303 303
GET    /progress/change                     303 303 200 303 303 303
POST   /progress/change                     303 303 422 303 303 303
GET    /progress/test                       303 303 200 303 303 303
POST   /progress/test                       303 303 422 303 303 303
GET    /screening                           303 200 303 200 200 200
POST   /screening                           303 303 303 303 303 303
POST   /screening/again                     303 303 303 303 303 303
POST   /screening/clearance                 303 303 422 303 303 303
GET    /screening/result                    303 303 200 303 303 303
GET    /session                             303 200 200 200 200 200
GET    /sets                                303 200 200 200 200 200
GET    /sets/{number}                       303 404 200 404 404 404
GET    /settings                            303 200 200 200 200 200
POST   /settings                            303 422 422 422 422 422
GET    /settings/data                       303 200 200 200 200 200
POST   /settings/data                       303 303 303 303 303 303
GET    /settings/erase                      303 200 200 200 200 200
POST   /settings/erase                      303 422 422 422 422 422
GET    /settings/export.json                303 200 200 200 200 200
GET    /settings/reminders.ics              303 422 200 422 422 422
POST   /settings/sign-ins                   303 303 303 303 303 303
GET    /sources                             200 200 200 200 200 200
GET    /sign-in                             200 200 303 303 303 303
POST   /sign-in                             401 401 401 401 401 401
POST   /sign-out                            303 303 303 303 303 303
GET    /sign-up                             200 200 303 303 303 303
POST   /sign-up                             422 422 303 303 303 303
GET    /sw.js                               200 200 200 200 200 200
GET    /today                               303 303 200 303 303 303
POST   /today/something-new                 303 303 303 303 303 303
GET    /welcome                             200 200 200 200 200 200
POST   /welcome                             303 303 303 303 303 303
"""


@dataclass(frozen=True)
class House:
    """A running app with everybody in it."""

    app: FastAPI
    store: Store
    people: dict[str, Asker]
    number: int

    def client(self, role: str) -> TestClient:
        """A browser of its own, freshly signed in as who plays this role."""
        made = TestClient(self.app, base_url=HERE, client=("127.0.0.1", 5), follow_redirects=False)
        if role != "stranger":
            token = SignInRepository(self.store).open(self.people[role].person_id, lasts=timedelta(days=1))
            made.cookies.set("coxa_sign_in", token, domain="127.0.0.1")
        return made

    def path(self, template: str) -> str:
        """The path with what is Anna's in it."""
        put = {"number": str(self.number), "session_key": "annas-session", "id": "bridge", "exercise": "bridge", "kind": "still"}
        if "/programmes/" in template:
            put["number"] = "1"
        put["key"] = "s" if "/screenings/" in template else "annas-session"
        for name, value in put.items():
            template = template.replace("{" + name + "}", value)
        return template

    def ask(self, role: str, method: str, template: str) -> int:
        """The status this role gets; 101 for a socket that opens, 403 for one that does not."""
        client, path = self.client(role), self.path(template)
        if method == "SOCKET":
            try:
                # The test client's sockets have a host of their own, where the cookie would not be sent.
                cookie = f"coxa_sign_in={client.cookies.get('coxa_sign_in', '')}"
                with client.websocket_connect(path, headers={"Origin": HERE, "Host": "127.0.0.1:8000", "Cookie": cookie}):
                    return 101
            except WebSocketDisconnect:
                return 403
        if method == "GET":
            return client.get(path).status_code
        token = csrf(client)
        if path.startswith("/api/"):
            return client.request(method, path, json={}, headers={**FORM, "X-CSRF-Token": token}).status_code
        return client.request(method, path, data={"csrf": token}, headers=FORM).status_code


def csrf(client: TestClient) -> str:
    """A token of a page that everybody may see."""
    import re

    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/welcome").text)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    app = create_app(WebConfig(data=folder, raise_errors=True))
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 5), follow_redirects=False) as client:
        store: Store = app.state.store
        people = PeopleRepository(store)
        anna = somebody(store)
        given = {"password_hash": "none", "role": "patient", "zone": "Europe/Berlin", "person_id": anna.id}
        anna = people.create_account(email="anna@example.org", **given)  # type: ignore[arg-type]
        diary = DiaryRepository(store)
        diary.record(anna.asker, anna.id, SessionStarted(pain_before=2), key="s", session_key="annas-session")
        result, recording = watched()
        done = SetDone(exercise="bridge", set_number=1, repetitions=result.counted)
        kept = diary.record(anna.asker, anna.id, done, key="d", session_key="annas-session", result=result, landmarks=recording)
        linked = make_account(client, "linked@example.org", "clinician")
        people.link(anna.asker, linked.id)
        everybody = {
            "local": people.create_local(zone="Europe/Berlin"),
            "anna": anna,
            "other": make_account(client, "other@example.org"),
            "linked": linked,
            "unlinked": make_account(client, "unlinked@example.org", "clinician"),
        }
        yield House(app, store, {role: person.asker for role, person in everybody.items()}, kept.number)


def rows() -> dict[tuple[str, str], list[int]]:
    """The table by method and path."""
    lines = [line.split() for line in GRID.strip().splitlines()]
    return {(method, path): [int(status) for status in statuses] for method, path, *statuses in lines}


def test_every_route_is_in_the_grid() -> None:
    table = rows()
    assert set(table) == every_route()
    assert {len(statuses) for statuses in table.values()} == {len(ROLES)}


@pytest.mark.parametrize(("method", "path"), [pytest.param(*cell, id=" ".join(cell)) for cell in rows()])
def test_each_gets_what_the_grid_says(house: House, method: str, path: str) -> None:
    given = [house.ask(role, method, path) for role in ROLES]
    assert given == rows()[method, path]


def test_no_stranger_gets_what_is_somebodys() -> None:
    """Read off the table itself: what a stranger may have is named here, one by one."""
    open_to_all = {
        "/", "/welcome", "/sign-in", "/sign-up", "/pair", "/privacy", "/sources", "/emergency", "/healthz", "/manifest.webmanifest",
        "/sw.js", "/exercises", "/exercises/{id}", "/exercises/{id}/figure.glb", "/exercises/{id}/{kind}.svg", "/api/v1/exercises",
        "/api/v1/exercises/{id}", "/api/v1/questionnaire", "/api/v1/try", "/api/v1/try/{exercise}", "/api/v1/words",
        "/live",  # for a try alone, of which nothing is kept, and only at this computer
    }  # fmt: skip
    had = {path for (method, path), statuses in rows().items() if statuses[0] in (101, 200) and method != "POST"}
    assert had <= open_to_all


@pytest.mark.parametrize("role", ["stranger", "local", "other", "linked", "unlinked"])
def test_nothing_of_annas_is_on_anybody_elses_pages(house: House, role: str) -> None:
    """Her set and her session are hers, whoever knows their numbers."""
    client = house.client(role)
    assert client.get(f"/sets/{house.number}").status_code in (303, 404)
    assert "annas-session" not in client.get("/api/v1/today").text
    for path in ("/settings/export.json", "/settings/data", "/sets", "/progress"):
        text = client.get(path).text
        assert "annas-session" not in text
        assert "anna@example.org" not in text


def test_a_form_without_its_token_is_refused_everywhere(house: House) -> None:
    unsafe = [(method, path) for method, path in rows() if method not in ("GET", "SOCKET")]
    assert len(unsafe) > 10
    client = house.client("anna")
    for method, path in unsafe:
        assert client.request(method, house.path(path), data={}, headers=FORM).status_code == 403, path
        assert client.request(method, house.path(path), json={}, headers=FORM).status_code == 403, path
        assert client.request(method, house.path(path), json={}, headers={"Origin": "https://evil.example"}).status_code == 403, path


def test_on_a_server_of_many_a_local_sign_in_opens_nothing(tmp_path: Path) -> None:
    app = create_app(WebConfig(data=tmp_path, sign_in=True, raise_errors=True))
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 5), follow_redirects=False) as client:
        person = PeopleRepository(app.state.store).create_local(zone="UTC")
        token = SignInRepository(app.state.store).open(person.id, lasts=timedelta(days=1))
        client.cookies.set("coxa_sign_in", token, domain="127.0.0.1")
        for (method, path), statuses in rows().items():
            if method == "GET" and statuses[0] in (303, 401) and "{" not in path:
                answer = client.get(path)
                assert answer.status_code == (401 if path.startswith("/api/") else 303), path
                assert answer.headers.get("location", "/sign-in") == "/sign-in", path
