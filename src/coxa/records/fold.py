"""The events of one session folded into the `Session` that `coxa.care` decides by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from coxa.care.history import ExerciseDone, Form, Session
from coxa.records.events import (
    Event,
    ExerciseEffort,
    ExercisePain,
    ExerciseSkipped,
    Kept,
    RepetitionDone,
    SelfCheck,
    SessionEnded,
    SessionStarted,
    SetDone,
    Stopped,
)
from coxa.records.store import zone_of


@dataclass(frozen=True)
class Folded:
    """One session, and when it ended, None while it goes on or when it broke off."""

    session: Session
    ended_at: datetime | None


@dataclass
class _Exercise:
    sets: dict[int, list[SetDone]] = field(default_factory=dict)  # both legs may each have their set of a number
    repetitions: dict[int, list[RepetitionDone]] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)

    def done(self, exercise: str) -> ExerciseDone:
        counts, forms, holds, loads = [], [], [], [0.0]
        for number in sorted({*self.sets, *self.repetitions}):
            finished = self.sets.get(number, [])
            # A set that was cut off is worth the repetitions that were there.
            sides = {one.side for one in finished}
            loose = [one for one in self.repetitions.get(number, []) if one.side not in sides and one.counted]
            counts.append(min(200, sum(one.repetitions for one in finished) + len(loose)))
            forms += [one.form for one in finished] + ([Form(done=len(loose))] if loose else [])
            held: list[SetDone | RepetitionDone] = [*finished, *loose]
            holds += [one.hold_s for one in held if one.hold_s is not None]
            loads += [one.load_kg for one in finished]
        form = Form(
            done=sum(one.done for one in forms),
            judged=sum(one.judged for one in forms),
            faulty=sum(one.faulty for one in forms),
            self_check=self.said.pop("self_check", None),
        )
        return ExerciseDone(
            exercise=exercise,
            sets=len(counts),
            repetitions=tuple(counts),
            hold_s=max(holds) if holds else None,
            load_kg=max(loads),
            form=form,
            **self.said,
        )


class Logged(Protocol):
    """What is needed of an entry to say whether it counts."""

    @property
    def number(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def corrects(self) -> str | None: ...
    @property
    def event(self) -> Event: ...


L = TypeVar("L", bound=Logged)


def standing(kept: Iterable[L]) -> list[L]:
    """The entries that count, in the order in which they happened: without those that a later one corrects or withdraws."""
    rows = list(kept)
    corrected = {row.corrects for row in rows if row.corrects is not None}
    left = (row for row in rows if row.key not in corrected and row.event.kind != "withdrawn")
    return sorted(left, key=lambda row: (row.at, row.number))


def fold(kept: Iterable[Kept]) -> Folded | None:
    """The session that these events come to.

    Parameters
    ----------
    kept : iterable of Kept
        The events of one session, in any order.

    Returns
    -------
    Folded or None
        None where none of them says with what pain it began: without that the rules cannot weigh it. An exercise without a set and
        without a word said about it was not done.
    """
    rows = standing(kept)
    start = next((row for row in rows if isinstance(row.event, SessionStarted)), None)
    if start is None or not isinstance(start.event, SessionStarted):
        return None
    end = next((row for row in reversed(rows) if isinstance(row.event, SessionEnded)), None)
    exercises: dict[str, _Exercise] = {}
    stop = None
    for row in rows:
        event = row.event
        if isinstance(event, Stopped) and event.exercise is None:
            stop = event.reason
        elif isinstance(event, SetDone | RepetitionDone | ExerciseEffort | ExercisePain | SelfCheck | Stopped):
            assert event.exercise is not None
            _add(exercises.setdefault(event.exercise, _Exercise()), event)
        elif isinstance(event, ExerciseSkipped):
            # What was done of it before stays done.
            continue
    session = Session(
        at=start.at.astimezone(zone_of(start.zone)),
        pain_before=start.event.pain_before,
        exercises=tuple(one.done(exercise) for exercise, one in exercises.items()),
        stop=stop,
        finished=end is not None and isinstance(end.event, SessionEnded) and end.event.finished and stop is None,
    )
    return Folded(session, end.at if end else None)


def _add(one: _Exercise, event: SetDone | RepetitionDone | ExerciseEffort | ExercisePain | SelfCheck | Stopped) -> None:
    if isinstance(event, SetDone):
        one.sets.setdefault(event.set_number, []).append(event)
    elif isinstance(event, RepetitionDone):
        one.repetitions.setdefault(event.set_number, []).append(event)
    elif isinstance(event, ExerciseEffort):
        one.said["effort_early" if event.early else "effort"] = event.effort
    elif isinstance(event, ExercisePain):
        one.said |= {"after": event.after, "pain_after": event.pain_after, "kind": event.pain_kind}
    elif isinstance(event, SelfCheck):
        one.said["self_check"] = event.well
    else:
        told = {"stop": event.reason, "pain_after": event.pain, "kind": event.pain_kind}
        one.said |= {name: value for name, value in told.items() if value is not None}


def spread(sessions: Sequence[Session]) -> tuple[Session, ...]:
    """The sessions in order; of two that began at the same instant, on two devices, the second counts as a moment later."""
    from datetime import timedelta

    found: list[Session] = []
    for session in sorted(sessions, key=lambda one: one.at):
        if found and session.at <= found[-1].at:
            session = session.model_copy(update={"at": (found[-1].at + timedelta(microseconds=1)).astimezone(session.at.tzinfo)})
        found.append(session)
    return tuple(found)
