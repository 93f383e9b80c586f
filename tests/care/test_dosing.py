"""The dosing check: too seldom, too few, too light, too heavy (B16)."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from care.people import well
from coxa.care.dosing import check
from coxa.care.history import ExerciseDone, History, Session
from coxa.care.planner import plan
from coxa.care.programme import Profile
from coxa.care.screening import screen

START = date(2026, 3, 2)
PERSON = Profile(screening=screen(well()), age=45, falls_12_months=0, starts_on=START)
PROGRAMME = plan(PERSON)
TRAINED = next(row for row in PROGRAMME.exercises if row.part in ("strength", "control"))
FULL = tuple([TRAINED.dose.repetitions or 0] * TRAINED.dose.sets)


def diary(days: list[int], today: int = 13, **done: object) -> History:
    """A diary with a session on each of these days after the start, in which the trained exercise was done so."""
    values = {"exercise": TRAINED.exercise, "repetitions": FULL, "effort": 5, "after": "same", **done}
    sessions = tuple(
        Session(at=datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(days=day), pain_before=2, exercises=(ExerciseDone(**values),))
        for day in days
    )
    return History(profile=PERSON, programme=PROGRAMME, today=START + timedelta(days=today), sessions=sessions)


def rules(history: History) -> list[str]:
    return [reason.rule for reason in check(history)]


def test_a_diary_with_all_done_has_nothing_to_say() -> None:
    assert rules(diary(list(range(14)))) == []
    assert rules(diary([], today=0)) == []


def test_B16_too_seldom_is_seen_after_a_week_and_not_before() -> None:
    """B16."""
    assert rules(diary([0, 5])) == ["B16.seldom"]
    assert rules(diary([0], today=3)) == []
    assert "2 of 14" in check(diary([0, 5]))[0].words


@pytest.mark.parametrize(
    ("done", "rule"),
    [
        ({"repetitions": (3,)}, "B16.too-few"),
        ({"effort": 1}, "B16.too-light"),
        ({"effort": 9}, "B16.too-heavy"),
        ({"effort": 9, "repetitions": (3,)}, "B16.too-heavy"),
    ],
)
def test_B16_too_few_too_light_too_heavy(done: dict[str, object], rule: str) -> None:
    """B16."""
    found = check(diary(list(range(14)), **done))
    assert [reason.rule for reason in found] == [rule]
    assert all(reason.source == "S000" and reason.words for reason in found)


@pytest.mark.parametrize(
    "done", [{"after": "more", "pain_after": 5, "repetitions": (2,)}, {"kind": "sharp", "stop": "it-hurts", "effort": 9}]
)
def test_what_pain_ended_is_no_dosing_error(done: dict[str, object]) -> None:
    assert rules(diary(list(range(14)), **done)) == []


def test_the_order_of_the_rows_does_not_matter() -> None:
    history = diary([0, 3, 6, 9], effort=9)
    for seed in range(20):
        rows = list(history.sessions)
        random.Random(seed).shuffle(rows)
        assert check(history.model_copy(update={"sessions": tuple(rows)})) == check(history)


def test_the_future_is_not_counted() -> None:
    assert rules(diary([0, 1, 2, 3, 20, 21, 22, 23, 24, 25], today=13)) == ["B16.seldom"]
