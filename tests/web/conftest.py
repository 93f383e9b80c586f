"""Apps to ask, on a database of their own, and people who ask them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    # Starlette would have its own client's successor; both ask the same way.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

from fastapi import FastAPI

from coxa.records import PeopleRepository, SignInRepository
from coxa.records.people import Person
from coxa.web.app import create_app
from coxa.web.config import WebConfig
from coxa.web.visitor import LASTS

HERE = "http://127.0.0.1:8000"
FORM = {"Origin": HERE}


@pytest.fixture
def config(tmp_path: Path) -> WebConfig:
    """One person's computer: loopback, no sign-in."""
    return WebConfig(data=tmp_path / "data", raise_errors=True)


@pytest.fixture
def app(config: WebConfig) -> FastAPI:
    return create_app(config)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Somebody at this computer who is not known yet; redirects are not followed."""
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 50_000), follow_redirects=False) as asking:
        yield asking


@pytest.fixture
def another(app: FastAPI, client: TestClient) -> Callable[[], TestClient]:
    """Further browsers on the same server, each with its own cookies."""
    return lambda: TestClient(app, base_url=HERE, client=("127.0.0.1", 50_001), follow_redirects=False)


def sign_in_as(client: TestClient, person: Person) -> Person:
    """Give this client a sign-in of the person."""
    token = SignInRepository(client.app.state.store).open(person.id, lasts=LASTS)  # type: ignore[attr-defined]
    client.cookies.set("coxa_sign_in", token)
    return person


def make_account(client: TestClient, email: str, role: Any = "patient", password_hash: str = "none") -> Person:
    """A person with an account, who has not signed in."""
    people = PeopleRepository(client.app.state.store)  # type: ignore[attr-defined]
    return people.create_account(email=email, password_hash=password_hash, role=role, zone="Europe/Berlin", name=email.split("@")[0])


@pytest.fixture
def person(client: TestClient) -> Person:
    """The person at this computer, signed in at `client`."""
    made = PeopleRepository(client.app.state.store).create_local(zone="Europe/Berlin")  # type: ignore[attr-defined]
    return sign_in_as(client, made)


def csrf_of(client: TestClient, path: str = "/sign-in") -> str:
    """A token for this client, as a page hands it out."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found, f"{path} has no form"
    return found[1]


def post(client: TestClient, path: str, data: dict[str, Any] | None = None, page: str | None = None) -> Any:
    """Send a form as its page would."""
    return client.post(path, data={**(data or {}), "csrf": csrf_of(client, page or "/sign-in")}, headers=FORM)
