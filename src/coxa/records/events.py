"""`Event`: one thing that happened to a person, as the diary keeps it; a closed list of kinds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from coxa.care.decision import Step
from coxa.care.history import Effort, Form, Pain, PainKind, StopReason, TestName
from coxa.care.reason import Value
from coxa.errors import BadInput
from coxa.exercises.terms import Slug

Count = Annotated[int, Field(ge=0, le=200)]
SetNumber = Annotated[int, Field(ge=1, le=20)]
Leg = Literal["left", "right", "both"]
Words = Annotated[str, Field(max_length=500)]


# ---------------------------------------------------------------------------------------------------- within a session


class SessionStarted(Value):
    """A session begins; the first event of its session."""

    kind: Literal["session-started"] = "session-started"
    pain_before: Pain
    planned: tuple[Slug, ...] = ()


class ExerciseStarted(Value):
    """An exercise begins: where the session goes on after a break."""

    kind: Literal["exercise-started"] = "exercise-started"
    exercise: Slug
    side: Leg | None = None


class RepetitionDone(Value):
    """One repetition is over. It stands for itself until its set is done, which then says how many there were."""

    kind: Literal["repetition"] = "repetition"
    exercise: Slug
    set_number: SetNumber
    side: Leg | None = None
    counted: bool = True
    faults: tuple[str, ...] = ()
    hold_s: Annotated[float, Field(ge=0, le=3600)] | None = None


class SetDone(Value):
    """One set is over."""

    kind: Literal["set-done"] = "set-done"
    exercise: Slug
    set_number: SetNumber
    repetitions: Count = 0
    side: Leg | None = None
    hold_s: Annotated[float, Field(ge=0, le=3600)] | None = None
    load_kg: Annotated[float, Field(ge=0, le=200)] = 0.0
    form: Form = Form()


class ExerciseEffort(Value):
    """How hard it was; `early` after the second repetition."""

    kind: Literal["effort"] = "effort"
    exercise: Slug
    effort: Effort
    early: bool = False


class ExercisePain(Value):
    """The pain after an exercise: same, less or more; with "more", how much and of what kind."""

    kind: Literal["pain"] = "pain"
    exercise: Slug
    after: Literal["same", "less", "more"]
    pain_after: Pain | None = None
    pain_kind: PainKind | None = None
    place: Words = ""


class SelfCheck(Value):
    """The answer to the exercise's own check: True when all was well."""

    kind: Literal["self-check"] = "self-check"
    exercise: Slug
    well: bool | None


class Stopped(Value):
    """Something was stopped: one exercise, or, without one, the session."""

    kind: Literal["stopped"] = "stopped"
    reason: StopReason
    exercise: Slug | None = None
    pain: Pain | None = None
    pain_kind: PainKind | None = None
    place: Words = ""


class ExerciseSkipped(Value):
    """An exercise was left out by the person."""

    kind: Literal["exercise-skipped"] = "exercise-skipped"
    exercise: Slug


class SessionEnded(Value):
    """A session is over; `finished` when nothing was cut short."""

    kind: Literal["session-ended"] = "session-ended"
    finished: bool = True


# ---------------------------------------------------------------------------------------------------- outside a session


class MorningPain(Value):
    kind: Literal["morning"] = "morning"
    on: date
    pain: Pain


class ActivityScore(Value):
    """One activity of the patient-specific functional scale."""

    kind: Literal["activity"] = "activity"
    on: date
    name: Annotated[str, Field(min_length=1, max_length=200)]
    score: Annotated[int, Field(ge=0, le=10)]


class TestValue(Value):
    """One test."""

    __test__ = False  # its name looks like a test case to the test runner

    kind: Literal["test"] = "test"
    on: date
    test: TestName
    value: Annotated[float, Field(ge=0, le=2000)]
    unit: Literal["stands", "s", "kg", "N", "grade"]
    side: Literal["left", "right"] | None = None
    what: Words = ""
    hands_on: Literal["before", "after"] | None = None


class OverallChange(Value):
    """The person's own view of the change, -7 to 7."""

    kind: Literal["change"] = "change"
    on: date
    score: Annotated[int, Field(ge=-7, le=7)]


class Fell(Value):
    kind: Literal["fall"] = "fall"
    on: date


class SomethingNew(Value):
    """Something new has come up; a new screening answers it."""

    kind: Literal["something-new"] = "something-new"
    words: Words = ""


class StepTaken(Value):
    """A step of the review was taken without a new version of the programme."""

    kind: Literal["step-taken"] = "step-taken"
    exercise: Slug | None
    step: Step


class PainMode(Value):
    """A clinician switches between strict and monitored pain."""

    kind: Literal["mode"] = "mode"
    mode: Literal["strict", "monitored"]
    by: Annotated[str, Field(min_length=1, max_length=200)]


class Habit(Value):
    """A daily habit, done or not."""

    kind: Literal["habit"] = "habit"
    on: date
    habit: Slug
    done: bool = True


class Withdrawn(Value):
    """Takes back the entry that it corrects; that entry stays in the log and counts no more."""

    kind: Literal["withdrawn"] = "withdrawn"


InSession = (
    SessionStarted | ExerciseStarted | RepetitionDone | SetDone | ExerciseEffort | ExercisePain | SelfCheck | Stopped | ExerciseSkipped
    | SessionEnded
)  # fmt: skip
OutOfSession = (
    MorningPain | ActivityScore | TestValue | OverallChange | Fell | SomethingNew | StepTaken | PainMode | Habit | Withdrawn
)  # fmt: skip
Event = InSession | OutOfSession
_READER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])
#: Kinds that a clinician may write for a person who is linked to them.
BY_CLINICIAN = frozenset({"test", "mode", "step-taken", "withdrawn"})


class Kept(Value):
    """An event as it stands in the log.

    `at` is when it happened, in UTC, `zone` the person's zone then, `recorded_at` when it reached the log; `corrects` is the key of
    the entry that it stands in for, and `corrected` says whether a later one stands in for this.
    """

    number: int
    key: str
    session_key: str | None
    at: datetime
    zone: str
    recorded_at: datetime
    recorded_by: str | None
    corrects: str | None
    event: Annotated[Event, Field(discriminator="kind")]


def read_event(document: object, where: str = "event") -> Event:
    """An event from JSON, checked.

    Raises
    ------
    BadInput
        One line: which entry, what was expected, what came.

    Examples
    --------
    >>> read_event({"kind": "morning", "on": "2026-11-03", "pain": 2}).pain
    2
    """
    try:
        return _READER.validate_python(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        came = "" if first["type"] == "missing" else f", got {' '.join(repr(first['input']).split())[:60]}"
        raise BadInput(f"{where}: {place}: {first['msg'][:1].lower()}{first['msg'][1:]}{came}") from error
