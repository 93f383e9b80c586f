"""`History`: the diary of one programme: sessions, mornings, tests, and what the person said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, ValidationError

from coxa.care.decision import Step
from coxa.care.programme import Profile, Programme
from coxa.care.reason import Value
from coxa.errors import BadInput
from coxa.exercises.terms import Slug

Pain = Annotated[int, Field(ge=0, le=10)]
Effort = Annotated[int, Field(ge=0, le=10)]
#: What kind of "it hurts": an ache may be weighed against the pain before; each of the others ends something at once.
PainKind = Literal["ache", "sharp", "catching", "pinching", "tingling", "numbness", "giving-way"]
StopReason = Literal["it-hurts", "unwell-chest", "unwell-dizzy", "fell", "cannot-get-up", "tired", "other"]
TestName = Literal["chair-stand", "single-leg-stance", "timed-up-and-go", "strength"]
#: In which units a test is written down.
UNITS: dict[str, tuple[str, ...]] = {
    "chair-stand": ("stands",), "single-leg-stance": ("s",), "timed-up-and-go": ("s",), "strength": ("kg", "N", "grade"),
}  # fmt: skip


class Form(Value):
    """How well the repetitions of a set were done, as far as they were seen.

    `judged` and `faulty` count repetitions of the exercise's key fault; `done` all repetitions. `self_check` is the answer to the
    exercise's own check when the camera could not judge: None where it was not asked or not answered.
    """

    done: Annotated[int, Field(ge=0)] = 0
    judged: Annotated[int, Field(ge=0)] = 0
    faulty: Annotated[int, Field(ge=0)] = 0
    self_check: bool | None = None  # True: all was well


class ExerciseDone(Value):
    """One exercise of one session."""

    exercise: Slug
    sets: Annotated[int, Field(ge=0, le=20)] = 1
    repetitions: tuple[Annotated[int, Field(ge=0, le=200)], ...] = ()  # one number a set
    hold_s: float | None = None
    load_kg: Annotated[float, Field(ge=0, le=200)] = 0.0
    after: Literal["same", "less", "more"] | None = None
    pain_after: Pain | None = None  # asked when `after` is "more"
    kind: PainKind | None = None
    stop: StopReason | None = None
    effort: Effort | None = None
    effort_early: Effort | None = None  # after the second repetition, where it was asked
    form: Form = Form()


class Session(Value):
    """One session: the pain before it, what was done, and the pain when it ended."""

    at: datetime  # with its time zone
    pain_before: Pain
    exercises: tuple[ExerciseDone, ...] = ()
    stop: StopReason | None = None
    finished: bool = True


class Morning(Value):
    """The pain of one morning."""

    on: date
    pain: Pain


class Activity(Value):
    """One activity of the patient-specific functional scale: 0 unable, 10 as before."""

    name: str
    on: date
    score: Annotated[int, Field(ge=0, le=10)]


class TestDone(Value):
    """One test: stands, seconds, kilograms, newtons or a grade of 0 to 5."""

    __test__: ClassVar[bool] = False  # its name looks like a test case to the test runner

    on: date
    test: TestName
    value: Annotated[float, Field(ge=0, le=2000)]
    unit: Literal["stands", "s", "kg", "N", "grade"]
    side: Literal["left", "right"] | None = None
    what: str = ""  # which muscle or movement a strength test is of
    hands_on: Literal["before", "after"] | None = None


class Change(Value):
    """The person's own view of the change, -7 (a very great deal worse) to 7 (a very great deal better)."""

    on: date
    score: Annotated[int, Field(ge=-7, le=7)]


class Fall(Value):
    on: date


class Taken(Value):
    """A step that was taken: the programme has changed, and what led to it is answered."""

    at: datetime  # with its time zone
    exercise: Slug | None
    step: Step


class History(Value):
    """Everything that a decision about the next step looks at; the rows of each list may come in any order.

    `today` is passed in: care knows no clock. `mode` is "strict" (any rise of pain ends the exercise) unless a clinician
    switched this person to "monitored"; `mode_by` names who. `screened_at` is when the screening in `profile` was answered: what
    asked for a new one before that is answered by it. `taken` are the steps that have already been taken.
    """

    profile: Profile
    programme: Programme
    today: date
    mode: Literal["strict", "monitored"] = "strict"
    sessions: tuple[Session, ...] = ()
    mornings: tuple[Morning, ...] = ()
    activities: tuple[Activity, ...] = ()
    tests: tuple[TestDone, ...] = ()
    changes: tuple[Change, ...] = ()
    falls: tuple[Fall, ...] = ()
    something_new: tuple[date | datetime, ...] = ()  # with the time, a screening later the same day answers it
    mode_by: str = ""
    screened_at: datetime | None = None
    taken: tuple[Taken, ...] = ()


def read_history(document: object, where: str = "history") -> History:
    """A history from JSON, checked.

    Raises
    ------
    BadInput
        One line: which entry, what was expected, what came.
    """
    try:
        history = History.model_validate(document)
    except ValidationError as error:
        first, *others = error.errors()
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        came = "" if first["type"] == "missing" else f", got {' '.join(repr(first['input']).split())[:60]}"
        more = f" (and {len(others)} more)" if others else ""
        raise BadInput(f"{where}: {place}: {first['msg'][:1].lower()}{first['msg'][1:]}{came}{more}") from error
    check(history, where)
    return history


def check(history: History, where: str = "history") -> None:
    """Refuse what cannot be right: a date in the future, a time without its zone, two entries that contradict each other.

    Raises
    ------
    BadInput
        One line; nothing is guessed.
    """
    for name, times in (
        ("sessions", [session.at for session in history.sessions]),
        ("something_new", [when for when in history.something_new if isinstance(when, datetime)]),
        ("taken", [taken.at for taken in history.taken]),
        ("screened_at", [history.screened_at] if history.screened_at else []),
    ):
        for at in times:
            if at.tzinfo is None:
                raise BadInput(f"{where}: {name}: expected a time with its zone, such as 2026-11-03T08:00:00+01:00, got {at.isoformat()}")
    for row in history.tests:
        if row.unit not in UNITS[row.test]:
            raise BadInput(f"{where}: tests: expected {row.test} in {' or '.join(UNITS[row.test])}, got {row.unit}; correct the entry")
    for name, day in _days(history):
        if day > history.today:
            raise BadInput(
                f"{where}: {name}: expected a date up to today, {history.today.isoformat()}, got {day.isoformat()}; correct the entry"
            )
    _one_each(where, "mornings", ((m.on.isoformat(), m.pain, m) for m in history.mornings))
    _one_each(where, "sessions", ((s.at.astimezone(UTC).isoformat(), s.pain_before, s) for s in history.sessions))
    _one_each(where, "activities", ((f"{a.name} on {a.on.isoformat()}", a.score, a) for a in history.activities))
    _one_each(where, "changes", ((c.on.isoformat(), c.score, c) for c in history.changes))


def _days(history: History) -> Iterator[tuple[str, date]]:
    yield from (("sessions", session.at.date()) for session in history.sessions)
    yield from (("mornings", morning.on) for morning in history.mornings)
    yield from (("activities", activity.on) for activity in history.activities)
    yield from (("tests", test.on) for test in history.tests)
    yield from (("changes", change.on) for change in history.changes)
    yield from (("falls", fall.on) for fall in history.falls)
    yield from (("something_new", when.date() if isinstance(when, datetime) else when) for when in history.something_new)
    yield from (("taken", taken.at.date()) for taken in history.taken)
    if history.profile.cleared_on is not None:  # a day to come would answer every referral until then
        yield ("profile.cleared_on", history.profile.cleared_on)
    if history.screened_at is not None:
        yield ("screened_at", history.screened_at.date())


def _one_each(where: str, name: str, rows: Iterable[tuple[str, int, Value]]) -> None:
    seen: dict[str, tuple[int, Value]] = {}
    for key, score, row in rows:
        if key in seen and seen[key][1] != row:
            low, high = sorted((seen[key][0], score))
            said = f"{low} and {high}" if low != high else "different things"
            raise BadInput(f"{where}: {name}: two entries for {key} say {said}; keep the one that is right")
        seen[key] = (score, row)
