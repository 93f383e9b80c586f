"""Made-up people, programmes and diaries for the tests of what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from coxa.care.planner import plan_for
from coxa.care.programme import Profile, Programme
from coxa.care.screening import screen
from coxa.records import Asker, DiaryRepository, PeopleRepository, ProgrammeRepository, Store
from coxa.records.events import Event, ExerciseEffort, ExercisePain, RepetitionDone, SessionEnded, SessionStarted, SetDone
from well import answers

STARTS = date(2026, 10, 12)
ZONE = "Europe/Berlin"


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def on(self, *, days: float = 0, seconds: float = 0) -> None:
        self.at += timedelta(days=days, seconds=seconds)


def profile() -> Profile:
    return Profile(screening=screen(answers()), age=45, goal="stairs", starts_on=STARTS)


_PLANNED: list[Programme] = []


def programme() -> Programme:
    """The programme of that profile, planned once."""
    if not _PLANNED:
        _PLANNED.append(plan_for(profile()))
    return _PLANNED[0]


def patient(store: Store, *, planned: bool = True) -> Asker:
    """A person at this computer, with a programme."""
    asker = PeopleRepository(store).create_local(zone=ZONE, name="Anna").asker
    if planned:
        ProgrammeRepository(store).save(asker, asker.person_id, profile(), programme(), key="first")
    return asker


def clinician(store: Store, email: str = "berta@example.org") -> Asker:
    return PeopleRepository(store).create_account(email=email, password_hash="x", role="clinician", zone=ZONE, name="Berta").asker


def session_events(exercises: Sequence[str], *, pain: int = 3, repetitions: int = 3) -> list[Event]:
    """A whole session, event by event."""
    events: list[Event] = [SessionStarted(pain_before=pain, planned=tuple(exercises))]
    for exercise in exercises:
        events += [RepetitionDone(exercise=exercise, set_number=1) for _ in range(repetitions)]
        events += [
            SetDone(exercise=exercise, set_number=1, repetitions=repetitions),
            ExercisePain(exercise=exercise, after="same"),
            ExerciseEffort(exercise=exercise, effort=4),
        ]
    return [*events, SessionEnded()]


def do_session(store: Store, asker: Asker, key: str, events: Sequence[Event], at: datetime) -> None:
    """Write the events of a session, ten seconds apart."""
    diary = DiaryRepository(store)
    for number, event in enumerate(events):
        diary.record(asker, asker.person_id, event, key=f"{key}.{number}", session_key=key, at=at + timedelta(seconds=10 * number))
