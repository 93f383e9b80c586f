"""`History`: the diary of one programme: sessions, mornings, tests, and what the person said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from coxa.care.programme import Profile, Programme
from coxa.care.reason import Value
from coxa.exercises.terms import Slug

Pain = Annotated[int, Field(ge=0, le=10)]
Effort = Annotated[int, Field(ge=0, le=10)]
#: What kind of "it hurts": an ache may be weighed against the pain before; each of the others ends something at once.
PainKind = Literal["ache", "sharp", "catching", "pinching", "tingling", "numbness", "giving-way"]
StopReason = Literal["it-hurts", "unwell-chest", "unwell-dizzy", "fell", "cannot-get-up", "tired", "other"]
TestName = Literal["chair-stand", "single-leg-stance", "timed-up-and-go", "strength"]


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


class History(Value):
    """Everything that a decision about the next step looks at; the rows of each list may come in any order.

    `today` is passed in: care knows no clock. `mode` is "strict" (any rise of pain ends the exercise) unless a clinician
    switched this person to "monitored".
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
    something_new: tuple[date, ...] = ()
