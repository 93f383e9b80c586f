"""How the tests ask the app: as a form of one of its pages, and as whom."""

from __future__ import annotations

import re
from typing import Any

from fastapi.testclient import TestClient

from coxa.records import PeopleRepository, SignInRepository
from coxa.records.people import Person
from coxa.web.visitor import LASTS

HERE = "http://127.0.0.1:8000"
FORM = {"Origin": HERE}


def sign_in_as(client: TestClient, person: Person) -> Person:
    """Give this client a sign-in of the person."""
    token = SignInRepository(client.app.state.store).open(person.id, lasts=LASTS)  # type: ignore[attr-defined]
    client.cookies.set("coxa_sign_in", token, domain=client.base_url.host)
    return person


def make_account(client: TestClient, email: str, role: Any = "patient", password_hash: str = "none") -> Person:
    """A person with an account, who has not signed in."""
    people = PeopleRepository(client.app.state.store)  # type: ignore[attr-defined]
    return people.create_account(email=email, password_hash=password_hash, role=role, zone="Europe/Berlin", name=email.split("@")[0])


def csrf_of(client: TestClient, path: str = "/sign-in") -> str:
    """A token for this client, as a page hands it out."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found, f"{path} has no form"
    return found[1]


def post(client: TestClient, path: str, data: dict[str, Any] | None = None, page: str | None = None) -> Any:
    """Send a form as its page would."""
    return client.post(path, data={**(data or {}), "csrf": csrf_of(client, page or "/sign-in")}, headers=FORM)


def every_route() -> set[tuple[str, str]]:
    """Every (method, path) that the app's routers answer; "SOCKET" for a socket."""
    from importlib import import_module

    from coxa.web.app import ROUTERS

    def walk(routes: Any) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                found |= walk(inner.routes)
            else:
                found |= {(method, route.path) for method in getattr(route, "methods", None) or {"SOCKET"} if method != "HEAD"}
        return found

    return walk([route for name in ROUTERS for route in import_module(name).router.routes])
