"""The session of the day and the diary over HTTP: entries are kept once, and the programme moves on once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from api_client import serving, serving_somebody
from fastapi.testclient import TestClient

from coxa.care import pain
from coxa.records import DiaryRepository, ProgrammeRepository, Store
from coxa.records.people import Person


@pytest.fixture
def signed_in(tmp_path: Path) -> Iterator[tuple[TestClient, Person, Store]]:
    with serving_somebody(tmp_path) as found:
        yield found


def entry(key: str, kind: str, session: str | None = "s1", **event: Any) -> dict[str, Any]:
    return {"key": key, "session_key": session, "event": {"kind": kind, **event}}


def send(client: TestClient, *entries: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/api/v1/diary", json={"entries": list(entries)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_nobody_signed_in_is_told_so_as_a_problem(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        answer = client.get("/api/v1/today")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401


def test_today_holds_what_leads_through_the_session(signed_in: tuple[TestClient, Person, Store]) -> None:
    client, _person, _store = signed_in
    today = client.get("/api/v1/today").json()
    assert today["schema"] == "coxa.today/1"
    assert today["may_start"] is True
    assert today["why_not"] == []
    assert today["session_key"] is None
    assert today["keep_landmarks"] is None
    assert today["exercises"]
    for exercise in today["exercises"]:
        assert exercise["steps"]
        assert exercise["bouts"]
        assert exercise["done_bouts"] == 0
        assert exercise["coached"] is (exercise["why_not_coached"] is None)
        assert exercise["coached"] is (exercise["camera_words"] is not None)
        assert set(today["rules"]["during"]) >= {exercise["id"], *(one["id"] for one in exercise["easier"] + exercise["harder"])}


def test_the_rules_say_what_care_says(signed_in: tuple[TestClient, Person, Store]) -> None:
    client, _person, _store = signed_in
    today = client.get("/api/v1/today").json()
    rules = today["rules"]
    exercise = today["exercises"][0]
    for before in range(11):
        assert rules["verdicts"][rules["before"][before]]["ends"] == pain.before_session(before).ends
        for after in (*range(11), None):
            for kind in (None, "ache", "sharp", "tingling"):
                index = rules["during"][exercise["id"]][kind or "none"][before][11 if after is None else after]
                said = pain.during(before, after, kind, "strict", exercise["id"], exercise["stretch"])
                shown = rules["verdicts"][index]
                assert (shown["ends"], shown["blocks"], shown["rescreen"]) == (said.ends, said.blocks, said.rescreen)
                assert shown["words"] == [reason.words for reason in said.reasons]


def test_each_entry_is_kept_by_itself_and_once(signed_in: tuple[TestClient, Person, Store]) -> None:
    client, person, store = signed_in
    good, bad = entry("k1", "session-started", pain_before=2), entry("k2", "set-done", exercise="bridge", set_number=99)
    first = send(client, good, bad, {"nonsense": True}, entry("k3", "morning", on="2026-01-01", pain=1))
    assert [one["key"] for one in first["kept"]] == ["k1"]
    assert sorted(one["key"] for one in first["refused"]) == ["", "k2", "k3"]
    assert "99" not in first["kept"]
    again = send(client, good)
    assert again["kept"] == first["kept"]
    assert [row.key for row in DiaryRepository(store).events(person.asker, person.id)] == ["k1"]


def test_an_open_session_is_gone_on_with(signed_in: tuple[TestClient, Person, Store]) -> None:
    client, _person, _store = signed_in
    exercise = client.get("/api/v1/today").json()["exercises"][0]
    bout = exercise["bouts"][0]
    send(
        client,
        entry("a", "session-started", pain_before=2),
        entry("b", "set-done", exercise=exercise["id"], set_number=bout["set_number"], side=bout["side"], repetitions=5),
    )
    today = client.get("/api/v1/today").json()
    assert today["session_key"] == "s1"
    assert today["exercises"][0]["done_bouts"] == 1
    send(client, entry("c", "exercise-skipped", exercise=exercise["id"]))
    assert client.get("/api/v1/today").json()["exercises"][0]["over"] is True
    send(client, entry("d", "session-ended"))
    today = client.get("/api/v1/today").json()
    assert today["session_key"] is None
    assert today["sessions_done"] == 1
    assert today["exercises"][0]["done_bouts"] == 0


def test_who_goes_on_elsewhere_keeps_the_pain_before(signed_in: tuple[TestClient, Person, Store]) -> None:
    client, _person, _store = signed_in

    def said() -> tuple[int | None, str | None]:
        today = client.get("/api/v1/today").json()
        return today["pain_said"], today["unasked"]

    first, second = (one["id"] for one in client.get("/api/v1/today").json()["exercises"][:2])
    assert said() == (None, None)
    send(client, entry("a", "session-started", pain_before=2))
    assert said() == (2, None)
    send(client, entry("b", "repetition", exercise=first, set_number=1))
    assert said() == (2, first)
    send(client, entry("c", "set-done", exercise=first, set_number=1, repetitions=5), entry("d", "pain", exercise=first, after="less"))
    assert said() == (2, None)
    send(client, entry("e", "set-done", exercise=second, set_number=1, repetitions=5))
    assert said() == (2, second)
    send(client, entry("f", "pain", exercise=second, after="more", pain_after=3))
    assert said() == (3, None), "what was more becomes the next pain before"
    send(client, entry("g", "session-ended"))
    assert said() == (None, None)


def test_P1_sharp_pain_takes_the_exercise_out_and_something_new_the_session(signed_in: tuple[TestClient, Person, Store]) -> None:
    client, _person, _store = signed_in
    exercises = [one["id"] for one in client.get("/api/v1/today").json()["exercises"]]
    send(
        client,
        entry("a", "session-started", pain_before=2),
        entry("b", "stopped", exercise=exercises[0], reason="it-hurts", pain=4, pain_kind="sharp"),
        entry("c", "session-ended", finished=False),
    )
    today = client.get("/api/v1/today").json()
    assert exercises[0] not in [one["id"] for one in today["exercises"]]
    assert exercises[0] in [one["id"] for one in today["left_out"]]
    assert today["may_start"] is True
    send(client, entry("d", "something-new", None))
    today = client.get("/api/v1/today").json()
    assert today["may_start"] is False
    assert today["rescreen"] is True
    assert "C1.new" in [reason["rule"] for reason in today["why_not"]]


def test_B4_a_stop_eases_the_exercise_once_however_often_the_end_is_sent(signed_in: tuple[TestClient, Person, Store]) -> None:
    client, person, store = signed_in
    exercise = client.get("/api/v1/today").json()["exercises"][0]["id"]
    end = entry("c", "session-ended", finished=False)
    send(
        client,
        entry("a", "session-started", pain_before=2),
        entry("x", "set-done", exercise=exercise, set_number=1, repetitions=4),
        entry("b", "pain", exercise=exercise, after="more", pain_after=4, pain_kind="ache"),
        end,
    )
    versions = ProgrammeRepository(store).versions(person.asker, person.id)
    assert len(versions) == 2
    assert [(one.exercise, one.step) for one in versions[1].taken] == [(exercise, "ease")]
    for _ in range(3):
        send(client, end)
    assert len(ProgrammeRepository(store).versions(person.asker, person.id)) == 2
    after = client.get("/api/v1/after/s1").json()
    assert [(one["exercise"], one["step"]) for one in after["changes"]] == [(exercise, "ease")]
    assert after["well"]
    assert after["tomorrow"]


def test_another_persons_session_is_not_there(signed_in: tuple[TestClient, Person, Store]) -> None:
    client, _person, _store = signed_in
    assert client.get("/api/v1/after/nobodys").status_code == 404


def test_a_browser_needs_the_token_of_a_page(signed_in: tuple[TestClient, Person, Store]) -> None:
    client, _person, _store = signed_in
    token = client.headers.pop("Authorization").removeprefix("Bearer ")
    client.cookies.set("coxa_sign_in", token)
    answer = client.post("/api/v1/diary", json={"entries": []})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


def test_two_ends_at_once_move_the_programme_on_once(signed_in: tuple[TestClient, Person, Store]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    client, person, store = signed_in
    exercise = client.get("/api/v1/today").json()["exercises"][0]["id"]
    send(
        client,
        entry("a", "session-started", pain_before=2),
        entry("x", "set-done", exercise=exercise, set_number=1, repetitions=4),
        entry("b", "pain", exercise=exercise, after="more", pain_after=4, pain_kind="ache"),
    )
    ends = [entry(f"end-{k}", "session-ended", finished=False) for k in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda end: send(client, end), ends))
    versions = ProgrammeRepository(store).versions(person.asker, person.id)
    assert [[one.step for one in version.taken] for version in versions] == [[], ["ease"]]


def test_pain_of_six_before_a_session_counts_the_days_running(signed_in: tuple[TestClient, Person, Store]) -> None:
    client, _person, store = signed_in
    yesterday = (store.now() - timedelta(days=1)).isoformat()
    answer = {"key": "y", "at": yesterday, "session_key": "y", "event": {"kind": "session-started", "pain_before": 7}}
    send(client, answer, {"key": "z", "at": yesterday, "session_key": "y", "event": {"kind": "stopped", "reason": "other"}})
    today = client.get("/api/v1/today").json()
    assert today["pain_days_running"] == 1
    assert today["rules"]["verdicts"][today["rules"]["before"][6]]["letter"] is True
