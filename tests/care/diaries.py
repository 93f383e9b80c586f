"""Diaries for the tests of the next step. Whoever they are, they are made up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from care.people import well
from coxa.care.history import ExerciseDone, Form, History, Morning, Session
from coxa.care.programme import Planned, PlannedDose, Profile, Programme, Stance
from coxa.care.screening import screen
from coxa.exercises import catalogue

DAY_1 = date(2026, 3, 2)  # a Monday
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEEN = Form(done=12, judged=12, faulty=0)


def on(day: int) -> date:
    """The date of a day of the programme; the first is 1."""
    return DAY_1 + timedelta(days=day - 1)


def at(day: int, hour: int = 9) -> datetime:
    return datetime.combine(on(day), datetime.min.time(), UTC) + timedelta(hours=hour)


def profile(answers: dict[str, Any] | None = None, **changes: Any) -> Profile:
    answers = {"region": "not-sure", "falls_12_months": 0} | (answers or {})
    return Profile(screening=screen(well(**answers)), age=changes.pop("age", 45), falls_12_months=0, **changes)


def planned(id: str, **dose: Any) -> Planned:
    exercise = catalogue.load(id)
    plain: dict[str, Any] = {"repetitions": 10, "hold_s": 5.0} | dose
    return Planned(
        exercise=id, side="left", dose=PlannedDose(**plain), days=WEEK, part="strength", position=exercise.posture, placement="",
        minutes=3, why=(),
    )  # fmt: skip


def programme(*exercises: str | Planned, **changes: Any) -> Programme:
    return Programme(
        kind="personal", phase="move", region="not-sure", side="left", left_out=(), minutes_a_session=15, sessions_a_day=1, weeks=12,
        reasons=(), exercises=tuple(planned(e) if isinstance(e, str) else e for e in exercises), **changes,
    )  # fmt: skip


def done(id: str = "bridge", **changes: Any) -> ExerciseDone:
    return ExerciseDone(**{"exercise": id, "repetitions": (10,), "hold_s": 5.0, "after": "same", "effort": 4, "form": SEEN} | changes)


def session(day: int, pain: int = 3, *exercises: ExerciseDone, hour: int = 9, **changes: Any) -> Session:
    return Session(at=at(day, hour), pain_before=pain, exercises=exercises or (done(),), **changes)


def diary(*sessions: Session, today: int | None = None, mornings: dict[int, int] | None = None, **changes: Any) -> History:
    """A history of the bridge alone, unless another programme is given; mornings by day."""
    last = max((s.at.date() for s in sessions), default=DAY_1)
    values: dict[str, Any] = {
        "profile": profile(), "programme": programme("bridge"), "today": on(today) if today else last, "sessions": sessions,
        "mornings": tuple(Morning(on=on(day), pain=pain) for day, pain in (mornings or {}).items()),
    }  # fmt: skip
    return History(**values | changes)


def easing(today: int = 16, *last: Session, **changes: Any) -> History:
    """Somebody who does well: pain falls from 4 to 2, every morning is green; the sessions given stand at the end."""
    taken = {s.at.date() for s in last}
    calm = [session(day, max(2, 4 - day // 4)) for day in range(1, today + 1) if on(day) not in taken]
    mornings = dict.fromkeys(range(2, today + 1), 2) | changes.pop("mornings", {})
    return diary(*calm, *last, today=today, mornings=mornings, **changes)


GOOD_STANCE = Stance(left_s=20, right_s=20)
