"""Random requests to every part of the JSON API: no 500, no answer that the description does not name, none of another shape.

    python bench/fuzz_api.py [--examples 200] [--seed 1] [--only OPERATION]

The app runs inside this process on a database of its own, with somebody who is signed in and has a diary; so that the requests reach the
handlers, they carry the sign-in, and once more without it. Requests are made from the API's own description by schemathesis, valid and
broken ones. Prints what was found, and how many requests there were.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from coxa.capture.simulated import simulate
from coxa.care.planner import plan_for
from coxa.care.programme import Profile
from coxa.motion import analyze
from coxa.records import DiaryRepository, PeopleRepository, ProgrammeRepository, ScreeningRepository, SignInRepository, Store
from coxa.records.events import ExercisePain, MorningPain, SessionEnded, SessionStarted, SetDone
from coxa.web.app import create_app
from coxa.web.config import WebConfig
from well import answers

HERE = "http://127.0.0.1:8000"
#: What is looked at in each answer.
LOOKED_AT = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
#: Asked in the end only: it takes the person away.
LAST = "erase"


@dataclass
class Fuzz:
    """What was found so far."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)


def somebody(store: Store) -> str:
    """A person with a bit of everything; the token of a sign-in."""
    person = PeopleRepository(store).create_local(zone="Europe/Berlin", name="Anna")
    asker, screenings, diary = person.asker, ScreeningRepository(store), DiaryRepository(store)
    screenings.begin(asker, person.id, key="s")
    screenings.answer(asker, person.id, "s", answers(age=67), key="a")
    result = screenings.complete(asker, person.id, "s").result
    screenings.begin(asker, person.id, key="open")
    profile = Profile(screening=result, age=67, starts_on=store.now().date())
    ProgrammeRepository(store).save(asker, person.id, profile, plan_for(profile), key="first")
    recording = simulate("clamshell", seed=1, repetitions=1).recording
    diary.record(asker, person.id, SessionStarted(pain_before=2), key="a", session_key="s1")
    event = SetDone(exercise="clamshell", set_number=1, repetitions=1)
    diary.record(asker, person.id, event, key="b", session_key="s1", result=analyze(recording, "clamshell"), landmarks=recording)
    diary.record(asker, person.id, ExercisePain(exercise="clamshell", after="same"), key="c", session_key="s1")
    diary.record(asker, person.id, SessionEnded(), key="d", session_key="s1")
    diary.record(asker, person.id, MorningPain(on=store.now().date() - timedelta(days=1), pain=2), key="e")
    return SignInRepository(store).open(person.id, lasts=timedelta(days=1))


@contextmanager
def serving(folder: Path) -> Iterator[tuple[FastAPI, TestClient]]:
    """The app, and a client at this computer."""
    app = create_app(WebConfig(data=folder, sign_in=False))
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 50_000), raise_server_exceptions=False) as client:
        yield app, client


def run(folder: Path, examples: int, seed: int, only: str | None = None) -> list[str]:
    """What is wrong, one line each."""
    load_all_checks()
    fuzz = Fuzz()
    with serving(folder) as (app, client):
        schema = schemathesis.openapi.from_dict(client.get("/api/v1/openapi.json").json())
        schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
        operations = [one.ok() for one in schema.get_all_operations()]
        operations.sort(key=lambda one: (one.definition.raw.get("operationId") == LAST, one.label))
        for operation in operations:
            name = operation.definition.raw.get("operationId", operation.label)
            if only is None or only == name:
                _ask(fuzz, client, operation, somebody(app.state.store), examples, seed)
    print(f"{fuzz.requests} requests to {len(operations)} operations: {dict(sorted(fuzz.statuses.items()))}", file=sys.stderr)
    return list(dict.fromkeys(fuzz.found))


def _ask(fuzz: Fuzz, client: TestClient, operation: Any, token: str, examples: int, number: int) -> None:
    checks = [CHECKS.get_one(name) for name in LOOKED_AT]
    signed_in = {"Authorization": f"Bearer {token}"}

    @seed(number)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        for headers in (signed_in, {}) if fuzz.requests % 10 == 0 else (signed_in,):
            client.cookies.clear()
            response = client.request(**case.as_transport_kwargs(base_url=HERE, headers=headers))
            fuzz.requests += 1
            fuzz.statuses[response.status_code] += 1
            try:
                case.validate_response(response, checks=checks)
            except FailureGroup as group:
                for one in group.exceptions:
                    said = " ".join(str(one).split())
                    fuzz.found.append(f"{operation.label}: {response.status_code}: {said[:400]} :: {case.as_curl_command()[:600]}")

    ask()


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--examples", type=int, default=200)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--only", help="one operation, by its id")
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), asked.examples, asked.seed, asked.only)
    for line in found:
        print(line)
    print(f"{len(found)} found")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
