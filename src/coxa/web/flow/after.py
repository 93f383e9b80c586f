"""`After`: what is said when a session is over: what went well, one thing for tomorrow, and what has changed."""

from __future__ import annotations

from collections import Counter

from coxa.care.decision import Step
from coxa.exchange.plain import describe_dose
from coxa.exercises import catalogue
from coxa.locales import Words, mark, ngettext
from coxa.locales import gettext as _
from coxa.records import DiaryRepository, NotYours, ProgrammeRepository
from coxa.records.diary import KeptSession, KeptSet
from coxa.records.events import SessionEnded, Stopped
from coxa.web.flow.documents import Document
from coxa.web.flow.moving_on import key_after
from coxa.web.flow.progress import Whose

STEPS: Words[Step] = Words({
    "ease": mark("{name}: a little easier from now on."),
    "progress": mark("{name}: a little harder from now on."),
    "unlock": mark("{name} is new: you may start it."),
})  # fmt: skip
#: A set is called clean where at least so many of its repetitions were judged, and at most so many of them slipped.
LEAST_JUDGED, MOST_SLIPS = 3, 0.2


class ChangeWords(Document):
    """One change of the programme that the session has led to."""

    exercise: str
    name: str
    step: Step
    words: str


class After(Document):
    """What went well, one thing for tomorrow, and what has changed."""

    well: tuple[str, ...]
    tomorrow: str
    changes: tuple[ChangeWords, ...]


def after_session(visitor: Whose, session_key: str) -> After:
    """What is said of one session.

    Parameters
    ----------
    visitor
        Whose it is; `coxa.web.visitor.Visitor`.
    session_key : str

    Raises
    ------
    NotYours
        If the person has no such session.
    """
    diary = DiaryRepository(visitor.store)
    found = diary.session(visitor.asker, visitor.person.id, session_key)
    if found is None:
        raise NotYours(f"session {session_key}: expected one of this person, got none")
    sets = diary.sets(visitor.asker, visitor.person.id, session_key=session_key)
    return After(well=_well(found, sets), tomorrow=_tomorrow(found, sets), changes=_changes(visitor, session_key))


def _well(kept: KeptSession, sets: tuple[KeptSet, ...]) -> tuple[str, ...]:
    session = kept.session
    # Form counts the key mistake alone: what shows another one is not called clean.
    slipped = {one.exercise for one in sets if one.result.get("faults")}
    found: list[str] = []
    if session.stop is not None:
        found.append(_("You stopped when you needed to. That is the right thing to do."))
    elif session.exercises:
        count = len(session.exercises)
        found.append(
            ngettext("You did {n} exercise. Well done.", "You did {n} exercises. Well done.", count).format(n=count)
            if session.finished
            else ngettext("You did {n} exercise. Every bit counts.", "You did {n} exercises. Every bit counts.", count).format(n=count)
        )
    repetitions = sum(sum(one.repetitions) for one in session.exercises)
    if repetitions:
        found.append(ngettext("{n} repetition in all.", "{n} repetitions in all.", repetitions).format(n=repetitions))
    for one in session.exercises:
        form = one.form
        if one.exercise not in slipped and form.judged >= LEAST_JUDGED and form.faulty <= MOST_SLIPS * form.judged:
            words = _("{name}: {clean} of {judged} were done well.")
            found.append(words.format(name=catalogue.load(one.exercise).name, clean=form.judged - form.faulty, judged=form.judged))
            break
    if session.exercises and all(one.after in ("same", "less") for one in session.exercises):
        found.append(_("Nothing hurt more than before."))
    return tuple(found)


def _tomorrow(kept: KeptSession, sets: tuple[KeptSet, ...]) -> str:
    """One thing: the mistake that was seen most often, else the question of tomorrow morning."""
    if kept.session.stop is not None:
        return _("Rest now. Tomorrow morning we ask how your hip feels.")
    if not kept.session.exercises:
        # There is nothing to ask about in the morning.
        return _("You left out every exercise this time. They are here when you want them.")
    seen = Counter((one.exercise, str(fault["id"])) for one in sets for fault in one.result.get("faults", ()))
    for (exercise, fault), _count in seen.most_common():
        known = catalogue.load(exercise)
        mistake = next((one for one in known.mistakes if one.fault == fault), None)
        if mistake is not None:
            return _("{name}: {fix}").format(name=known.name, fix=mistake.fix)
    return _("Tomorrow morning we ask how your hip feels. One tap is enough.")


def _changes(visitor: Whose, session_key: str) -> tuple[ChangeWords, ...]:
    events = DiaryRepository(visitor.store).events(visitor.asker, visitor.person.id, session_key=session_key)
    ends = {key_after(row.key) for row in events if isinstance(row.event, SessionEnded | Stopped)}
    version = next(iter(ProgrammeRepository(visitor.store).versions(visitor.asker, visitor.person.id, ends)), None)
    if version is None:
        return ()
    doses = {row.exercise: row.dose for row in version.programme.exercises}
    found = []
    for taken in version.taken:
        if taken.exercise is None or taken.step not in STEPS:
            continue
        name = catalogue.load(taken.exercise).name
        words = STEPS[taken.step].format(name=name)
        if taken.exercise in doses:
            words = f"{words} {describe_dose(doses[taken.exercise])}."
        found.append(ChangeWords(exercise=taken.exercise, name=name, step=taken.step, words=words))
    return tuple(found)
