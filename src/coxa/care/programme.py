"""`Programme`: which exercises, how much, on which days, in which order, and why; `Profile` is what it is made from."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from coxa.care.reason import Reason, Value
from coxa.care.screening import PainRegion, Screening, Side
from coxa.exercises.terms import Slug, Source

Kind = Literal["personal", "form-first", "stretch-and-strengthen", "return-to-running", "twice-a-day"]
Goal = Literal["walk", "stairs", "sleep", "run", "everyday"]
Sex = Literal["female", "male"]
Phase = Literal["calm", "move", "strengthen", "function"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Equipment = Literal["mat", "chair", "step", "band", "cuff", "pillow", "roller", "camera"]
Seconds = Annotated[float, Field(ge=0, le=600)]


class Stance(Value):
    """Single-leg stance near a support, seconds; None where it was not tested."""

    left_s: Seconds | None = None
    right_s: Seconds | None = None


class Profile(Value):
    """What a programme is made from.

    `screening` is the result of `coxa.care.screening`; the rest is what the person has, wants and can do. `cleared_by` names
    who released the person to exercise where the outcome asks for a clinician, and `cleared_on` when. `enabled` are
    exercises that a clinician switched on although a block stands; `refused` those the person does not want. `sex` is only used
    to compare the chair stand with other people's; None where it was not told.
    """

    screening: Screening
    age: Annotated[int, Field(ge=0, le=120)]
    programme: Kind = "personal"
    minutes_a_day: Annotated[int, Field(ge=5, le=180)] = 20
    equipment: tuple[Equipment, ...] = ("mat", "chair", "pillow")
    goal: Goal = "everyday"
    level: Annotated[int, Field(ge=1, le=5)] = 1
    most_exercises: Annotated[int, Field(ge=1, le=12)] = 5
    training_days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    starts_on: date | None = None
    stance: Stance = Stance()
    timed_up_and_go_s: Seconds | None = None
    falls_12_months: Annotated[int, Field(ge=0, le=400)] | None = None
    with_camera: bool = True
    enabled: tuple[Slug, ...] = ()
    refused: tuple[Slug, ...] = ()
    cleared_by: str = ""
    cleared_on: date | None = None
    sex: Sex | None = None


class PlannedDose(Value):
    """How much of one exercise a day; a source's own numbers where it states them.

    `by` names, for each number, the source it comes from: a source tag, or "ours" for the planner's default.
    """

    sets: int = 1
    repetitions: int | None = None  # the least that fulfils the dose; with `repetitions_most`, up to that many
    repetitions_most: int | None = None
    hold_s: float | None = None
    hold_most_s: float | None = None
    duration_s: float | None = None
    per_side: bool = False
    per_direction: bool = False  # so much each way: circles, tilts, steps
    times_a_day: int = 1
    load_kg: float = 0.0
    lever: int = 0  # how many steps of lever, hold or range were added since the start
    by: dict[str, Source] = Field(default_factory=dict)


class Planned(Value):
    """One exercise of a programme: its dose, its days, and why it is there."""

    exercise: Slug
    side: Side
    dose: PlannedDose
    days: tuple[Weekday, ...]
    part: Literal["warm-up", "mobility", "stretch", "control", "strength", "balance", "standing"]
    position: str  # groups exercises that start in the same way
    placement: str  # where the camera stands: the view the exercise prescribes, "" without a camera
    minutes: float
    why: tuple[Reason, ...]


class LeftOut(Value):
    """One exercise that is not in the programme, and why not; `until` says what would let it in."""

    exercise: Slug
    why: tuple[Reason, ...]
    until: str = ""


class Milestone(Value):
    """Something to look for at a day of the programme."""

    day: int
    words: str
    source: Source


class Programme(Value):
    """A programme, in the order in which a session goes; empty, with reasons, where exercise is not safe to start."""

    kind: Kind
    version: int = 1
    phase: Phase
    region: PainRegion
    side: Side
    exercises: tuple[Planned, ...]
    left_out: tuple[LeftOut, ...]
    minutes_a_session: float
    sessions_a_day: int
    weeks: int | None
    milestones: tuple[Milestone, ...] = ()
    unlocks_next: tuple[LeftOut, ...] = ()
    habits: tuple[Reason, ...] = ()
    reasons: tuple[Reason, ...]
    notices: tuple[Reason, ...] = ()  # longer than the minutes given, taken out for safety, shown once
    starts_on: date | None = None
    goal: Goal | None = None  # what the person wants to do again; it orders the habits
