"""`move_on`: what a finished session, a stop, a morning or something new means for the programme, done once."""

from __future__ import annotations

import hashlib
from datetime import datetime

from coxa import locales
from coxa.care.change import changed
from coxa.care.progression import review, steps_taken
from coxa.errors import BadInput
from coxa.records import DiaryRepository, ProgrammeRepository
from coxa.records.events import Event, StepTaken, Stopped
from coxa.records.programmes import KeptProgramme
from coxa.records.store import zone_of
from coxa.web.flow.progress import Whose

#: Kinds of events after which the programme may move on.
MOVES = frozenset({"session-ended", "stopped", "morning", "something-new"})
#: How often it is tried again when another device has just moved the programme on.
TRIES = 5


def moves(event: Event) -> bool:
    """Whether the programme may move on after this event; the stop of one exercise waits for the end of its session."""
    return event.kind in MOVES and not (isinstance(event, Stopped) and event.exercise is not None)


def key_after(key: str) -> str:
    """The key under which the step after an event is kept, by the event's own: a second time changes nothing."""
    return f"after-{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def move_on(visitor: Whose, key: str) -> KeptProgramme | None:
    """Review the diary and keep what the programme becomes.

    Parameters
    ----------
    visitor
        Whose diary it is; `coxa.web.visitor.Visitor`.
    key : str
        The key of the event that asks for it; what has moved on for it stays as it is.

    Returns
    -------
    KeptProgramme or None
        The new version; None where nothing changes.
    """
    programmes, diary = ProgrammeRepository(visitor.store), DiaryRepository(visitor.store)
    asker, person = visitor.asker, visitor.person.id
    for _ in range(TRIES):
        kept = programmes.latest(asker, person)
        history = diary.history(asker, person, visitor.today)
        if kept is None or history is None:
            return None
        # Kept in English, so that it can be shown in whatever language is spoken later.
        with locales.speaking(locales.SOURCE):
            decided = review(history)
            after = changed(history.programme, decided, history.profile)
        now = _now(visitor, kept)
        taken = steps_taken(decided, now)
        if after == history.programme:
            # Nothing to change, yet what asked for it is answered: asked again, the review would say the same for ever.
            for number, step in enumerate(taken):
                event = StepTaken(exercise=step.exercise, step=step.step)
                diary.record(asker, person, event, key=f"{key_after(key)}.{number}", at=now)
            return None
        saved = programmes.save(asker, person, history.profile, after, key=key_after(key), taken=taken, follows=kept.number)
        if saved is not None:
            return saved
    raise BadInput("programme: expected to move it on, but another device keeps changing it; try again in a moment")


def _now(visitor: Whose, kept: KeptProgramme) -> datetime:
    """The moment, in the person's zone; never before the version that is followed."""
    return max(visitor.store.now(), kept.at).astimezone(zone_of(visitor.person.zone))
