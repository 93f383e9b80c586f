"""The dosing check (B16): too seldom, too few repetitions, too light, too heavy; seen in the diary, and answered."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from coxa.care.history import ExerciseDone, History, Session
from coxa.care.prescription import WEEK
from coxa.care.programme import Planned
from coxa.care.reason import Reason
from coxa.exercises import catalogue
from coxa.exercises.terms import Slug

FILE = Path(__file__).with_name("data") / "dosing.toml"
#: Parts of a session in which effort says something about the load.
TRAINING = ("control", "strength", "balance", "standing")


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def check(history: History) -> tuple[Reason, ...]:
    """Say which of the dosing errors the diary shows, and what to do about each.

    Parameters
    ----------
    history : History
        Its rows may come in any order.

    Returns
    -------
    tuple of Reason
        How often first, which matters most; then each exercise in the programme's order. Empty where all is well, and where
        nothing can be said yet.

    Notes
    -----
    A session or exercise that pain ended is no dosing error: the rules of the next step answer it.
    """
    found = []
    if seldom := _seldom(history):
        found.append(seldom)
    times = _last_times(history)
    for row in history.programme.exercises:
        last = times.get(row.exercise, [])
        for look in (_heavy, _few, _light):
            if reason := look(row, last):
                found.append(reason)
                break
    return tuple(found)


def _reason(row: str, words: str) -> Reason:
    return Reason(rule=f"B16.{row}", words=words, source="S000")


def _seldom(history: History) -> Reason | None:
    limits, programme = _data()["seldom"], history.programme
    done = {session.at.date() for session in history.sessions if session.exercises and session.at.date() <= history.today}
    starts = [day for day in (programme.starts_on, min(done, default=None)) if day is not None and day <= history.today]
    if not starts or not programme.exercises:
        return None
    first = max(min(starts), history.today - timedelta(days=limits["days"] - 1))
    window = [first + timedelta(days=day) for day in range((history.today - first).days + 1)]
    if len(window) < limits["least_days"]:
        return None
    planned_days = {day for row in programme.exercises for day in row.days}
    planned = sum(WEEK[day.weekday()] in planned_days for day in window) * programme.sessions_a_day
    sessions = {session.at for session in history.sessions if session.exercises and first <= session.at.date() <= history.today}
    if len(sessions) >= limits["share"] * planned:
        return None
    count = len(sessions)
    words = (
        f"You did {count} of {planned} sessions. How often you exercise matters most: better a few minutes often than much seldom. "
        "Tie the session to something you do each day, or ask for a shorter plan."
    )
    return _reason("seldom", words)


def _latest(history: History) -> list[Session]:
    """Every session once, the latest first."""
    found: list[Session] = []
    for session in sorted(history.sessions, key=lambda one: one.at, reverse=True):
        twice = bool(found) and found[-1].at == session.at and found[-1] == session
        if session.at.date() <= history.today and not twice:
            found.append(session)
    return found


def _last_times(history: History) -> dict[Slug, list[ExerciseDone]]:
    """What was done of each exercise, the latest first; those that pain or another stop ended are passed over."""
    times: dict[Slug, list[ExerciseDone]] = {}
    for session in _latest(history):
        for one in session.exercises:
            if one.stop is None and one.kind is None and one.after != "more":
                times.setdefault(one.exercise, []).append(one)
    return times


def _heavy(row: Planned, last: list[ExerciseDone]) -> Reason | None:
    limits = _data()["heavy"]
    hard = [one.effort is not None and one.effort >= limits["effort"] for one in last[: limits["times"]]]
    if row.part not in TRAINING or len(hard) < limits["times"] or not all(hard):
        return None
    words = f"{_name(row)} is very hard for you now. Take an easier way of it or fewer repetitions, until it feels like 5 to 7 of 10."
    return _reason("too-heavy", words)


def _few(row: Planned, last: list[ExerciseDone]) -> Reason | None:
    limits, planned = _data()["few"], row.dose.sets * (row.dose.repetitions or 0)
    short = [0 < sum(one.repetitions) < limits["share"] * planned for one in last[: limits["times"]]]
    if not planned or len(short) < limits["times"] or not all(short):
        return None
    words = f"You did fewer of {_name(row)} than planned. If it does not hurt, try for all {planned}, with a short rest when you need one."
    return _reason("too-few", words)


def _light(row: Planned, last: list[ExerciseDone]) -> Reason | None:
    limits, planned = _data()["light"], row.dose.sets * (row.dose.repetitions or 0)
    latest = last[: limits["times"]]
    easy = [one.effort is not None and one.effort <= limits["effort"] and sum(one.repetitions) >= planned for one in latest]
    if row.part not in TRAINING or len(easy) < limits["times"] or not all(easy):
        return None
    return _reason("too-light", f"{_name(row)} has become very light. A harder way of it will do more for you.")


def _name(row: Planned) -> str:
    return catalogue.load(row.exercise).name
