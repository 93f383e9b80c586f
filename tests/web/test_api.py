"""The JSON API for outside callers: every part answers as described, and each person sees their own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from api_client import answers, serving, serving_somebody, somebody, token_for
from fastapi.testclient import TestClient

from coxa.capture.simulated import simulate
from coxa.care.questionnaire import screening_questions
from coxa.exercises import catalogue
from coxa.motion import analyze
from coxa.records import DiaryRepository, PeopleRepository, Store
from coxa.records.events import SetDone
from coxa.records.people import Person

Known = tuple[TestClient, Person, Store]


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Known]:
    with serving_somebody(tmp_path) as found:
        yield found


def test_from_nothing_to_a_session_by_a_program(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        token = client.post("/api/v1/sign-ins", json={}).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        client.cookies.clear()
        today = client.get("/api/v1/today").json()
        assert (today["may_start"], today["rescreen"]) == (False, True)
        questions = client.get("/api/v1/questionnaire").json()
        assert [one["linkId"] for one in questions["item"][0]["item"]] == list(screening_questions().dangers)
        assert client.post("/api/v1/screenings", json={"key": "s"}).json()["missing"]
        given = client.post("/api/v1/screenings/s/answers", json={"key": "a", "answers": answers()}).json()
        assert given["missing"] == []
        done = client.post("/api/v1/screenings/s/complete", json={}).json()
        assert done["result"]["outcome"] in ("ready", "ready_with_care")
        made = client.post(
            "/api/v1/programmes", json={"key": "p", "minutes": 15, "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
        )
        assert made.status_code == 200, made.text
        assert client.post("/api/v1/programmes", json={"key": "p", "minutes": 60}).json() == made.json()
        assert client.get("/api/v1/programmes/latest").json() == made.json()
        assert client.get("/api/v1/today").json()["may_start"] is True


def test_a_programme_that_follows_an_old_version_is_a_conflict(known: Known) -> None:
    client, _person, _store = known
    number = client.get("/api/v1/programmes/latest").json()["number"]
    answer = client.post("/api/v1/programmes", json={"key": "x", "follows": number + 1})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.post("/api/v1/programmes", json={"key": "x", "follows": number}).json()["number"] == number + 1


def test_a_screening_with_a_danger_sign_ends_the_sessions(known: Known) -> None:
    client, _person, _store = known
    client.post("/api/v1/screenings", json={"key": "new"})
    client.post("/api/v1/screenings/new/answers", json={"key": "a", "answers": answers(hot_or_feverish=True)})
    done = client.post("/api/v1/screenings/new/complete", json={}).json()
    assert done["result"]["outcome"] == "emergency"
    today = client.get("/api/v1/today").json()
    assert today["may_start"] is False
    assert next(reason["rule"] for reason in today["why_not"]).startswith("C1")
    closed = client.post("/api/v1/screenings/new/answers", json={"key": "b", "answers": {"hot-or-feverish": False}})
    assert closed.status_code == 422


def test_me_settings_consents_and_appointments(known: Known) -> None:
    client, person, _store = known
    assert client.get("/api/v1/me").json()["id"] == person.id
    assert client.patch("/api/v1/me", json={"language": "de"}).json()["language"] == "de"
    assert client.patch("/api/v1/me", json={"language": "xx"}).status_code == 422
    assert client.patch("/api/v1/settings", json={"voice_rate": 0.8, "text_size": "xl"}).json() == {"voice_rate": 0.8, "text_size": "xl"}
    assert client.get("/api/v1/today").json()["voice"]["rate"] == 0.8
    assert client.patch("/api/v1/settings", json={"voice_rate": 9}).status_code == 422
    assert client.get("/api/v1/consents").json() == []
    said = client.post("/api/v1/consents", json={"purpose": "landmarks", "given": True}).json()
    assert [one["given"] for one in said] == [True]
    assert client.get("/api/v1/today").json()["keep_landmarks"] is True
    asked = {"key": "a", "address": "praxis@example.org", "reason": "hip", "wishes": ""}
    kept = client.post("/api/v1/appointments", json=asked).json()
    assert client.post("/api/v1/appointments", json=asked).json() == kept
    assert len(client.get("/api/v1/appointments").json()) == 1


def test_sets_and_their_landmarks_as_json_and_as_parquet(known: Known) -> None:
    client, person, store = known
    recording = simulate("clamshell", seed=1, repetitions=1).recording
    event = SetDone(exercise="clamshell", set_number=1, repetitions=1)
    DiaryRepository(store).record(
        person.asker, person.id, event, key="k", session_key="s", result=analyze(recording, "clamshell"), landmarks=recording
    )
    (one,) = client.get("/api/v1/sets").json()
    assert client.get(f"/api/v1/sets/{one['number']}").json() == one
    assert one["result"]["schema"] == "coxa.set-result/1"
    address = f"/api/v1/sets/{one['number']}/landmarks"
    arrays = client.get(address).json()
    assert np.array_equal(np.array(arrays["image"], np.float32), recording.image)
    parquet = client.get(address, headers={"Accept": "application/vnd.apache.parquet"})
    assert len(pl.read_parquet(io.BytesIO(parquet.content))) == len(recording)
    assert client.get("/api/v1/sets/999999").status_code == 404
    assert client.get("/api/v1/sets/999999/landmarks").status_code == 404


def test_sessions_progress_history_tests_habits_and_the_log(known: Known) -> None:
    client, _person, _store = known
    today = client.get("/api/v1/today").json()["date"]
    entries = [
        {"key": "a", "session_key": "s1", "event": {"kind": "session-started", "pain_before": 3}},
        {"key": "b", "session_key": "s1", "event": {"kind": "session-ended"}},
        {"key": "t", "event": {"kind": "test", "on": today, "test": "chair-stand", "value": 12, "unit": "stands"}},
        {"key": "h", "event": {"kind": "habit", "on": today, "habit": client.get("/api/v1/habits").json()[0]["id"]}},
    ]
    assert client.post("/api/v1/diary", json={"entries": entries}).json()["refused"] == []
    assert [one["key"] for one in client.get("/api/v1/sessions").json()] == ["s1"]
    assert client.get("/api/v1/sessions/s1").json()["session"]["pain_before"] == 3
    assert [one["value"] for one in client.get("/api/v1/tests").json()] == [12]
    assert client.get("/api/v1/habits").json()[0]["today"] is True
    progress = client.get("/api/v1/progress").json()
    assert progress["review"]["decisions"][0]["exercise"] is None
    assert [point["on"] for point in progress["pain"]["points"]] == [today]
    assert client.get("/api/v1/history").json()["sessions"][0]["pain_before"] == 3
    log = client.get("/api/v1/diary").json()
    assert [one["key"] for one in log] == ["a", "b", "t", "h"]
    assert [one["key"] for one in client.get("/api/v1/diary", params={"since": log[2]["number"]}).json()] == ["h"]


def test_the_catalogue_needs_nobody_signed_in_and_speaks_the_language(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        assert [one["id"] for one in client.get("/api/v1/exercises").json()] == list(catalogue.ids())
        assert client.get("/api/v1/exercises/bridge").json()["name"] == "Bridge"
        assert client.get("/api/v1/exercises/bridge", headers={"Accept-Language": "de"}).json()["name"] == "Brücke"
        assert client.get("/api/v1/exercises/no-such").status_code == 404
        assert client.get("/api/v1/words", headers={"Accept-Language": "de"}).status_code == 200


def test_trying_shows_a_mistake_that_the_coach_names(tmp_path: Path) -> None:
    from coxa.motion import Watcher
    from coxa.web.live.frames import read_frames

    with serving(tmp_path) as client:
        trial = client.get("/api/v1/try").json()
        frames = read_frames(client.get(trial["frames"]).content)
    watcher = Watcher(trial["exercise"]["id"], trial["width"], trial["height"])
    cues = [cue for one in frames for cue in watcher.push(float(one["time_s"]), one["image"], one["world"], one["visibility"])]
    assert [cue.fault for cue in cues if cue.kind == "fault"] == [trial["mistake"]]
    result = watcher.result()
    assert result.counted == trial["exercise"]["repetitions"]


def test_everything_can_be_taken_along_and_erased(known: Known) -> None:
    client, person, store = known
    found = client.get("/api/v1/export").json()
    assert found["schema"] == "coxa.person/1"
    assert len(found["programmes"]) == 1
    assert client.post("/api/v1/erase", json={"confirm": "yes"}).status_code == 422
    assert client.post("/api/v1/erase", json={"confirm": "ERASE"}).status_code == 204
    assert client.get("/api/v1/me").status_code == 401
    assert person.id not in [one.id for one in PeopleRepository(store).local()]


def test_sign_ins_are_listed_and_ended(known: Known) -> None:
    client, person, store = known
    other = token_for(store, person)
    rows = client.get("/api/v1/sign-ins").json()
    assert [one["here"] for one in rows].count(True) == 1
    there = next(one["id"] for one in rows if not one["here"])
    assert client.delete(f"/api/v1/sign-ins/{there}").status_code == 204
    assert client.delete(f"/api/v1/sign-ins/{there}").status_code == 404
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {other}"}).status_code == 401


#: What belongs to one person, asked by another one.
OTHERS = ("/api/v1/sessions/s1", "/api/v1/after/s1", "/api/v1/screenings/s-anna", "/api/v1/programmes/2", "/api/v1/sets/1")


@pytest.mark.parametrize("path", OTHERS)
def test_what_is_another_persons_is_not_there(known: Known, path: str) -> None:
    client, person, store = known
    entry: dict[str, Any] = {"key": "a", "session_key": "s1", "event": {"kind": "session-started", "pain_before": 3}}
    client.post("/api/v1/diary", json={"entries": [entry]})
    client.post("/api/v1/screenings", json={"key": "s-anna"})
    client.post("/api/v1/programmes", json={"key": "second"})
    DiaryRepository(store).record(
        person.asker, person.id, SetDone(exercise="bridge", set_number=1), key="k", session_key="s1", result={"faults": []}
    )
    other = somebody(store, name="Berta")
    found = client.get("/api/v1/sets").json()[0]["number"] if path.startswith("/api/v1/sets") else None
    path = f"/api/v1/sets/{found}" if found else path
    assert client.get(path).status_code == 200
    assert client.get(path, headers={"Authorization": f"Bearer {token_for(store, other)}"}).status_code == 404
