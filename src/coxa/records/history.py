"""`history_of`: the `History` that a person's diary comes to, read from its rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session as Work

from coxa.care.history import Activity, Change, Fall, History, Morning, Session, Taken, TestDone
from coxa.care.programme import Profile
from coxa.records.events import (
    ActivityScore,
    Event,
    Fell,
    MorningPain,
    OverallChange,
    PainMode,
    SomethingNew,
    StepTaken,
    TestValue,
    read_event,
)
from coxa.records.fold import spread, standing
from coxa.records.programmes import latest_row, read_version
from coxa.records.screenings import latest_result
from coxa.records.store import zone_of
from coxa.records.tables import EventRow, ProgrammeRow, SessionRow

#: Kinds from which a history is built, beside the sessions.
_BESIDE = ("morning", "activity", "test", "change", "fall", "something-new", "step-taken", "mode", "withdrawn")


def history_of(work: Work, person_id: str, today: date) -> History | None:
    """Everything that a decision about the next step looks at, as it stood at the end of that day; None while there is no programme.

    Parameters
    ----------
    work : sqlalchemy.orm.Session
        Of somebody who may see that person.
    person_id : str
    today : date
        In the person's zone; what is later is left out.
    """
    newest = latest_row(work, person_id)
    if newest is None:
        return None
    version = read_version(newest)
    profile: Profile = version.profile
    screened_at: datetime | None = None
    screened = latest_result(work, person_id)
    if screened is not None and screened[0].date() <= today:
        profile = profile.model_copy(update={"screening": screened[1]})
        screened_at = screened[0]
    rows = standing(_beside(work, person_id))
    kept = work.execute(select(SessionRow.at, SessionRow.zone, SessionRow.document).where(SessionRow.person_id == person_id))
    sessions = [folded_session(*row) for row in kept]
    steps = work.execute(select(ProgrammeRow.taken).where(ProgrammeRow.person_id == person_id).order_by(ProgrammeRow.number))
    taken = [Taken.model_validate(one) for (several,) in steps for one in several]
    return _history(today, version.programme, profile, screened_at, rows, sessions, taken)


def folded_session(at: datetime, zone: str, document: dict[str, Any]) -> Session:
    """A session from its row; JSON keeps the offset, the zone says what day it was."""
    return Session.model_validate(document | {"at": at.astimezone(zone_of(zone))})


class _Said(NamedTuple):
    """As much of an entry as a history takes: a diary of years has thousands of them."""

    number: int
    key: str
    at: datetime
    zone: str
    corrects: str | None
    event: Event


def _beside(work: Work, person_id: str) -> list[_Said]:
    columns = (EventRow.id, EventRow.key, EventRow.at, EventRow.zone, EventRow.corrects, EventRow.body)
    query = select(*columns).where(EventRow.person_id == person_id, EventRow.kind.in_(_BESIDE)).order_by(EventRow.id)
    return [
        _Said(number, key, at, zone, corrects, read_event(body, f"diary entry {key}"))
        for number, key, at, zone, corrects, body in work.execute(query)
    ]


def _history(
    today: date,
    programme: Any,
    profile: Profile,
    screened_at: datetime | None,
    rows: list[_Said],
    sessions: list[Session],
    taken: list[Taken],
) -> History:
    mornings: dict[date, Morning] = {}
    activities: dict[tuple[str, date], Activity] = {}
    changes: dict[date, Change] = {}
    tests: list[TestDone] = []
    falls: list[Fall] = []
    new: list[datetime] = []
    mode = PainMode(mode="strict", by="coxa")
    # Of two that speak of the same thing, the one that was told later counts, whatever day it was told for.
    for row in sorted(rows, key=lambda one: one.number):
        event = row.event
        local = row.at.astimezone(zone_of(row.zone))
        if (event.on if hasattr(event, "on") else local.date()) > today:
            continue
        if isinstance(event, MorningPain):
            mornings[event.on] = Morning(on=event.on, pain=event.pain)
        elif isinstance(event, ActivityScore):
            activities[event.name, event.on] = Activity(name=event.name, on=event.on, score=event.score)
        elif isinstance(event, OverallChange):
            changes[event.on] = Change(on=event.on, score=event.score)
        elif isinstance(event, TestValue):
            tests.append(TestDone.model_validate(event.model_dump(exclude={"kind"})))
        elif isinstance(event, Fell):
            falls.append(Fall(on=event.on))
        elif isinstance(event, SomethingNew):
            new.append(local)
        elif isinstance(event, StepTaken):
            taken.append(Taken(at=local, exercise=event.exercise, step=event.step))
        elif isinstance(event, PainMode):
            mode = event
    return History(
        profile=profile,
        programme=programme,
        today=today,
        mode=mode.mode,
        mode_by=mode.by if mode.mode == "monitored" else "",
        sessions=spread([session for session in sessions if session.at.date() <= today]),
        mornings=tuple(sorted(mornings.values(), key=lambda one: one.on)),
        activities=tuple(activities.values()),
        tests=tuple(tests),
        changes=tuple(sorted(changes.values(), key=lambda one: one.on)),
        falls=tuple(falls),
        something_new=tuple(new),
        screened_at=screened_at,
        taken=tuple(one for one in taken if one.at.date() <= today),
    )
