"""Apps to ask, on a database of their own, and people who ask them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

with warnings.catch_warnings():
    # Starlette would have its own client's successor; both ask the same way.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

from asking import HERE, sign_in_as
from fastapi import FastAPI

from coxa.records import PeopleRepository
from coxa.records.people import Person
from coxa.web.app import create_app
from coxa.web.config import WebConfig


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


@pytest.fixture
def person(client: TestClient) -> Person:
    """The person at this computer, signed in at `client`."""
    made = PeopleRepository(client.app.state.store).create_local(zone="Europe/Berlin")  # type: ignore[attr-defined]
    return sign_in_as(client, made)
