"""Somebody in the middle of a programme: weeks of a diary, lived through day by day. Whoever they are, they are made up."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

with warnings.catch_warnings():
    # Starlette would have its own client's successor; both ask the same way.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

from api_client import ZONE, answers

from coxa.body import Recording
from coxa.capture.simulated import simulate
from coxa.care.history import Form
from coxa.care.planner import plan_for
from coxa.care.programme import Profile
from coxa.care.progression import form_of
from coxa.motion import analyze
from coxa.motion.result import SetResult
from coxa.records import (
    ConsentRepository,
    DiaryRepository,
    PeopleRepository,
    ProgrammeRepository,
    ScreeningRepository,
    SignInRepository,
    Store,
)
from coxa.records.events import (
    ActivityScore,
    Event,
    ExerciseEffort,
    ExercisePain,
    Habit,
    MorningPain,
    OverallChange,
    RepetitionDone,
    SessionEnded,
    SessionStarted,
    SetDone,
    TestValue,
)  # fmt: skip
from coxa.records.people import Person
from coxa.web.flow.moving_on import move_on
from coxa.web.visitor import LASTS, Visitor

HERE = "http://127.0.0.1:8000"
FORM = {"Origin": HERE}
FIRST_DAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, at: datetime = FIRST_DAY) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@cache
def watched() -> tuple[SetResult, Recording]:
    """A set of bridges as the camera would have seen it."""
    recording = simulate("bridge", seed=1, view="side", repetitions=3).recording
    return analyze(recording, exercise="bridge"), recording


def begin(store: Store, *, name: str = "Anna", **changes: Any) -> Person:
    """Somebody who was screened today and has a programme that begins today."""
    person = PeopleRepository(store).create_local(zone=ZONE, name=name)
    screenings = ScreeningRepository(store)
    screenings.begin(person.asker, person.id, key="s")
    screenings.answer(person.asker, person.id, "s", answers(**changes), key="a")
    done = screenings.complete(person.asker, person.id, "s")
    profile = Profile(screening=done.result, age=45, goal="stairs", falls_12_months=0, starts_on=store.now().date())
    ProgrammeRepository(store).save(person.asker, person.id, profile, plan_for(profile), key="first")
    return person


def visitor(store: Store, person: Person) -> Visitor:
    return Visitor(store, person, person.asker, zone=person.zone, local=True)


def sign_in_as(client: TestClient, person: Person) -> None:
    """Give this browser a sign-in of the person."""
    client.cookies.set("coxa_sign_in", SignInRepository(client.app.state.store).open(person.id, lasts=LASTS))  # type: ignore[attr-defined]


def session(store: Store, person: Person, key: str, pain: int, exercises: Sequence[str], *, faulty: int = 0) -> None:
    """A whole session, event by event, ten seconds apart; it ends now."""
    events: list[Event] = [SessionStarted(pain_before=pain, planned=tuple(exercises))]
    for exercise in exercises:
        events += [RepetitionDone(exercise=exercise, set_number=1) for _ in range(2)]
        events += [
            SetDone(exercise=exercise, set_number=1, repetitions=10, form=Form(done=10, judged=8, faulty=faulty)),
            ExercisePain(exercise=exercise, after="same"),
            ExerciseEffort(exercise=exercise, effort=4),
        ]
    events.append(SessionEnded())
    start = store.now() - timedelta(seconds=10 * len(events))
    diary = DiaryRepository(store)
    for number, event in enumerate(events):
        at = start + timedelta(seconds=10 * number)
        diary.record(person.asker, person.id, event, key=f"{key}.{number}", session_key=key, at=at)


def watch_set(store: Store, person: Person, key: str, session_key: str, *, keep: bool) -> int:
    """A watched set in a session; the number by which its page is asked for."""
    result, recording = watched()
    done = SetDone(exercise="bridge", set_number=2, repetitions=result.counted, form=form_of(result))
    kept = DiaryRepository(store).record(
        person.asker, person.id, done, key=key, session_key=session_key, result=result, landmarks=recording if keep else None
    )
    return kept.number


def live_through(store: Store, clock: Clock, *, days: int = 24, name: str = "Anna", **changes: Any) -> Person:
    """Somebody who lives through so many days: pain falls from 5 to 2, one bad morning in between, tests at the start and the end."""
    person, first = begin(store, name=name, **changes), clock.at
    diary, me = DiaryRepository(store), visitor(store, person)
    planned = ProgrammeRepository(store).latest(person.asker, person.id)
    assert planned is not None
    exercises = [one.exercise for one in planned.programme.exercises][:3]

    def tell(event: Event, key: str) -> None:
        diary.record(person.asker, person.id, event, key=key)

    for day in range(days):
        clock.at, pain = first + timedelta(days=day), max(2, 5 - day // 6)
        today = me.today
        if day:
            tell(MorningPain(on=today, pain=pain + (2 if day == 9 else 0)), f"morning-{day}")
            move_on(me, f"morning-{day}")
        if day in (0, 14, days - 1):
            score = 3 + day // 5
            for ahead, activity in enumerate(("Climbing stairs", "Putting on socks", "Walking for half an hour")):
                tell(ActivityScore(on=today, name=activity, score=min(10, score + ahead)), f"{activity}-{day}")
            tell(TestValue(on=today, test="chair-stand", value=9 + day // 6, unit="stands"), f"stand-{day}")
            for side, more in (("left", 0.0), ("right", 4.5)):
                tell(TestValue(on=today, test="single-leg-stance", value=7 + day / 3 + more, unit="s", side=side), f"{side}-{day}")  # type: ignore[arg-type]
        clock.at += timedelta(hours=2)
        if day % 7 != 6:
            session(store, person, f"session-{day}", pain, exercises, faulty=max(0, 4 - day // 5))
            move_on(me, f"session-{day}.end")
        if day % 2 == 0:
            tell(Habit(on=today, habit=exercises[0], done=True), f"habit-{day}")
    tell(OverallChange(on=me.today, score=3), "change")
    ConsentRepository(store).say(person.asker, "landmarks", True, "yes")
    watch_set(store, person, "watched-1", f"session-{days - 1 if (days - 1) % 7 != 6 else days - 2}", keep=True)
    watch_set(store, person, "watched-2", f"session-{days - 1 if (days - 1) % 7 != 6 else days - 2}", keep=False)
    return person
