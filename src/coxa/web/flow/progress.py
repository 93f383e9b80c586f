"""How a person gets on: the review of their diary, kept until something changes, and the series that its page draws."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from threading import Lock
from typing import Protocol
from weakref import WeakKeyDictionary

from coxa.care import progression, summary
from coxa.care.decision import Decision, Review
from coxa.care.decision import Step as Care
from coxa.care.facts import Facts
from coxa.care.history import History
from coxa.care.pain import Light, morrows
from coxa.care.programme import PlannedDose, Profile
from coxa.care.reason import Reason
from coxa.care.translate import translate
from coxa.locales import current
from coxa.records import DiaryRepository, ProgrammeRepository, Store
from coxa.records.asker import Asker
from coxa.records.people import Person
from coxa.records.programmes import KeptProgramme

#: So many people's reviews are kept at a time, as long as they come to no more than so many sessions, of some 8 kB each.
MOST_KEPT, MOST_SESSIONS = 256, 25_000
#: A span of up to so many days is shown by day, up to so many by week, else by month: a table of years stays readable.
BY_DAY, BY_WEEK = 56, 400
#: So many changes of the programme are shown, and up to so many sessions their reasons are worked out anew.
MOST_CHANGES, MOST_WEIGHED = 8, 1000


class Whose(Protocol):
    """What is needed of a visitor."""

    @property
    def store(self) -> Store: ...
    @property
    def person(self) -> Person: ...
    @property
    def asker(self) -> Asker: ...
    @property
    def now(self) -> datetime: ...
    @property
    def today(self) -> date: ...


@dataclass(frozen=True)
class Progress:
    """A diary and what it comes to today; the review's words are in the language in which it was asked for."""

    history: History
    review: Review
    changes: tuple[VersionChange, ...]


class _Kept:
    """The last reviews. A diary of 10,000 sessions takes a second to weigh, and a page must not wait for it twice."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: OrderedDict[tuple[object, ...], Progress | None] = OrderedDict()
        self._at_work: dict[tuple[object, ...], Lock] = {}

    def get(self, key: tuple[object, ...], make: Callable[[], Progress | None]) -> Progress | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
            work = self._at_work.setdefault(key, Lock())
        with work:
            with self._lock:
                if key in self._found:
                    return self._found[key]
            made = make()
            with self._lock:
                # What was kept of this person in this language is out of date now.
                for old in [one for one in self._found if one[:2] == key[:2]]:
                    del self._found[old]
                self._found[key] = made
                self._at_work.pop(key, None)
                while len(self._found) > MOST_KEPT or (len(self._found) > 1 and self._sessions() > MOST_SESSIONS):
                    self._found.popitem(last=False)
            return made

    def _sessions(self) -> int:
        return sum(len(one.history.sessions) for one in self._found.values() if one is not None)

    def forget(self, person_id: str) -> None:
        with self._lock:
            for old in [one for one in self._found if one[0] == person_id]:
                del self._found[old]


_KEPT: WeakKeyDictionary[Store, _Kept] = WeakKeyDictionary()


def progress_of(visitor: Whose) -> Progress | None:
    """The diary of a visitor and what it comes to today; None while there is no programme.

    Parameters
    ----------
    visitor
        Whose it is; `coxa.web.visitor.Visitor`.
    """
    diary = DiaryRepository(visitor.store)
    key = (visitor.person.id, current(), visitor.asker, *diary.state(visitor.asker, visitor.person.id), visitor.today)

    def make() -> Progress | None:
        history = diary.history(visitor.asker, visitor.person.id, visitor.today)
        if history is None:
            return None
        versions = ProgrammeRepository(visitor.store).versions(visitor.asker, visitor.person.id)
        return Progress(history, translate(progression.review(history)), version_changes(history, versions))

    return _KEPT.setdefault(visitor.store, _Kept()).get(key, make)


def forget(visitor: Whose) -> None:
    """Leave nothing of a person in memory, when they are erased."""
    _KEPT.setdefault(visitor.store, _Kept()).forget(visitor.person.id)


# ---------------------------------------------------------------------------------------------------- series


@dataclass(frozen=True)
class Row:
    """One row of a table and one point of its chart; `values` by the name of a line, None where there is none."""

    on: date
    values: dict[str, float | None]


@dataclass(frozen=True)
class Series:
    """Rows over time; `span` says whether one stands for a day, a week or a month."""

    span: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class FormWeek:
    """One exercise in one week: the repetitions of which the key mistake could be judged, and those of them without it."""

    start: date
    judged: int
    well: int

    @property
    def share(self) -> float:
        """Of 100."""
        return 100.0 * self.well / self.judged


@dataclass(frozen=True)
class FormOf:
    """How one exercise is done over the weeks, newest last; `unjudged` repetitions are not in it."""

    exercise: str
    weeks: tuple[FormWeek, ...]
    unjudged: int


@dataclass(frozen=True)
class Yesterday:
    """The day before: with what pain its sessions began, whether anything was done, and how the body took it, where it was told."""

    before: int | None
    trained: bool
    light: Light | None
    stays: bool


def pain_series(history: History) -> Series:
    """The pain before sessions and on mornings; of several in one step of time the median, as care takes it."""
    before = [(session.at.date(), float(session.pain_before)) for session in history.sessions]
    mornings = [(morning.on, float(morning.pain)) for morning in history.mornings]
    return _series({"before": before, "morning": mornings})


def function_series(history: History) -> Series:
    """The activities of the patient-specific functional scale, each by its name; only the days on which one was scored."""
    named: dict[str, list[tuple[date, float]]] = {}
    for one in history.activities:
        named.setdefault(one.name.strip(), []).append((one.on, float(one.score)))
    return _by_day(named)


def test_series(history: History, test: str) -> Series:
    """One test, by side where it has one; the last value of a day."""
    named: dict[str, list[tuple[date, float]]] = {}
    for one in history.tests:
        if one.test == test and one.hands_on != "after":
            named.setdefault(one.side or "", []).append((one.on, one.value))
    return _by_day(named)


def form_series(history: History) -> tuple[FormOf, ...]:
    """Form by exercise, in the programme's order, then what is in it no more; weeks in which nothing was judged are left out."""
    judged: dict[str, dict[date, list[int]]] = {}
    unjudged: dict[str, int] = {}
    for session in history.sessions:
        monday = session.at.date() - timedelta(days=session.at.weekday())
        for done in session.exercises:
            unjudged[done.exercise] = unjudged.get(done.exercise, 0) + max(0, done.form.done - done.form.judged)
            if done.form.judged:
                week = judged.setdefault(done.exercise, {}).setdefault(monday, [0, 0])
                week[0] += done.form.judged
                week[1] += done.form.judged - min(done.form.faulty, done.form.judged)
    order = [planned.exercise for planned in history.programme.exercises]
    ids = sorted(judged, key=lambda id: (order.index(id) if id in order else len(order), id))
    return tuple(
        FormOf(id, tuple(FormWeek(start, *counts) for start, counts in sorted(judged[id].items())), unjudged.get(id, 0)) for id in ids
    )


def adherence_series(history: History) -> tuple[summary.WeekDone, ...]:
    """Planned and done sessions by week."""
    return summary.by_week(history)


def yesterday(history: History) -> Yesterday:
    """What the morning's question is held against."""
    day = history.today - timedelta(days=1)
    sessions = [session for session in history.sessions if session.at.date() == day]
    morrow = next((one for one in morrows(history.sessions, history.mornings, Facts(history).mode) if one.on == day), None)
    return Yesterday(
        before=min((session.pain_before for session in sessions), default=None),
        trained=any(session.exercises for session in sessions),
        light=morrow.light if morrow else None,
        stays=morrow.stays if morrow else False,
    )


def body_now(history: History) -> Profile:
    """The profile with the newest tests and falls of the diary in it; by it tests are offered or not."""
    return Facts(history).profile


def programme_week(history: History) -> int:
    """Which week of the programme it is, from 1."""
    start = history.programme.starts_on or history.profile.starts_on or Facts(history).first_day or history.today
    return max(0, (history.today - start).days) // 7 + 1


def _series(named: dict[str, list[tuple[date, float]]]) -> Series:
    days = [day for values in named.values() for day, _ in values]
    if not days:
        return Series("day", ())
    length = (max(days) - min(days)).days
    span = "day" if length <= BY_DAY else "week" if length <= BY_WEEK else "month"
    return Series(span, _rows(named, lambda day: _floor(day, span), median))


def _by_day(named: dict[str, list[tuple[date, float]]]) -> Series:
    return Series("day", _rows(named, lambda day: day, lambda values: values[-1]))


def _rows(
    named: dict[str, list[tuple[date, float]]], place: Callable[[date], date], one_of: Callable[[Sequence[float]], float]
) -> tuple[Row, ...]:
    found: dict[date, dict[str, list[float]]] = {}
    for name, values in named.items():
        for day, value in values:
            found.setdefault(place(day), {}).setdefault(name, []).append(value)
    rows = []
    for day, here in sorted(found.items()):
        rows.append(Row(day, {name: round(float(one_of(here[name])), 1) if name in here else None for name in named}))
    return tuple(rows)


def _floor(day: date, span: str) -> date:
    if span == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if span == "week" else day


# ---------------------------------------------------------------------------------------------------- what changed


@dataclass(frozen=True)
class Step:
    """One step of a change: which exercise, what was done, how much it was before and is now, and why."""

    exercise: str | None
    step: Care
    before: PlannedDose | None
    now: PlannedDose | None
    instead: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class VersionChange:
    """One further version of the programme; `by` is None for the person themselves or coxa, else who prescribed it."""

    on: date
    number: int
    by: str | None
    first: bool
    steps: tuple[Step, ...]


def version_changes(history: History, versions: Sequence[KeptProgramme]) -> tuple[VersionChange, ...]:
    """What each version changed against the one before it, the newest first.

    Parameters
    ----------
    history
        As it stands today.
    versions
        The first one first, as `ProgrammeRepository.versions` has them.

    Notes
    -----
    A version keeps which steps were taken and not why: the diary of that moment is weighed again, by the same rules.
    """
    found: list[VersionChange] = []
    for before, now in list(pairwise(versions))[-MOST_CHANGES:]:
        steps = _steps(history, before, now)
        found.append(VersionChange(now.at.date(), now.number, now.made_by, False, steps))
    if len(versions) <= MOST_CHANGES and versions:
        found.insert(0, VersionChange(versions[0].at.date(), versions[0].number, versions[0].made_by, True, ()))
    return tuple(reversed(found))


def _steps(history: History, before: KeptProgramme, now: KeptProgramme) -> tuple[Step, ...]:
    old = {planned.exercise: planned for planned in before.programme.exercises}
    new = {planned.exercise: planned for planned in now.programme.exercises}
    decided = {one.exercise: one for one in _as_it_was(history, before, now)} if now.taken else {}
    steps = []
    for taken in now.taken:
        id, decision = taken.exercise, decided.get(taken.exercise)
        instead = decision.instead if decision is not None and decision.instead in new else None
        kept = new.get(instead or id or "")
        steps.append(
            Step(
                exercise=id,
                step=taken.step,
                before=old[id].dose if id in old else None,
                now=kept.dose if kept else None,
                instead=instead if instead != id else None,
                reasons=decision.reasons if decision else tuple(translate(one) for one in kept.why) if kept else (),
            )
        )
    return tuple(steps)


def _as_it_was(history: History, before: KeptProgramme, now: KeptProgramme) -> tuple[Decision, ...]:
    then = now.at
    sessions = tuple(session for session in history.sessions if session.at < then)
    if len(sessions) > MOST_WEIGHED:
        return ()
    day = then.date()
    past = history.model_copy(
        update={
            "profile": before.profile,
            "programme": before.programme,
            "today": day,
            "sessions": sessions,
            "mornings": tuple(one for one in history.mornings if one.on <= day),
            "activities": tuple(one for one in history.activities if one.on <= day),
            "tests": tuple(one for one in history.tests if one.on <= day),
            "changes": tuple(one for one in history.changes if one.on <= day),
            "falls": tuple(one for one in history.falls if one.on <= day),
            "something_new": tuple(one for one in history.something_new if isinstance(one, datetime) and one <= then),
            "screened_at": history.screened_at if history.screened_at is not None and history.screened_at <= then else None,
            "taken": tuple(one for one in history.taken if one.at < then),
        }
    )
    return translate(progression.review(past)).decisions
