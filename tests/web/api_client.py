"""A client of the JSON API for the tests, and people made for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from coxa.care.planner import plan_for
from coxa.care.programme import Profile
from coxa.records import PeopleRepository, ProgrammeRepository, ScreeningRepository, SignInRepository, Store
from coxa.records.people import Person
from coxa.web.app import create_app
from coxa.web.config import WebConfig
from well import answers

ZONE = "Europe/Berlin"


def somebody(store: Store, *, planned: bool = True, name: str = "Anna", **changes: Any) -> Person:
    """A person at this computer who was screened and has a programme."""
    person = PeopleRepository(store).create_local(zone=ZONE, name=name)
    if planned:
        screenings = ScreeningRepository(store)
        screenings.begin(person.asker, person.id, key="s")
        screenings.answer(person.asker, person.id, "s", answers(**changes), key="a")
        done = screenings.complete(person.asker, person.id, "s")
        profile = Profile(screening=done.result, age=45, goal="stairs", starts_on=store.now().date())
        ProgrammeRepository(store).save(person.asker, person.id, profile, plan_for(profile), key="first")
    return person


def token_for(store: Store, person: Person) -> str:
    """A sign-in of this person, as a program uses it."""
    return SignInRepository(store).open(person.id, lasts=timedelta(days=1), label="test")


@contextmanager
def serving(folder: Path, **config: Any) -> Iterator[TestClient]:
    """A client of an app of its own; nobody is signed in."""
    with TestClient(create_app(WebConfig(data=folder, **config)), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50_000)) as client:
        yield client


@contextmanager
def serving_somebody(folder: Path, **changes: Any) -> Iterator[tuple[TestClient, Person, Store]]:
    """A client of somebody who is signed in, has been screened and has a programme."""
    with serving(folder) as client:
        store: Store = client.app.state.store  # type: ignore[attr-defined]
        person = somebody(store, **changes)
        client.headers["Authorization"] = f"Bearer {token_for(store, person)}"
        yield client, person, store
