"""`Exercise`: the typed model of one exercise, as its TOML file writes it. Every number names its source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from coxa.exercises.coaching import Coaching
from coxa.exercises.movement import Movement
from coxa.exercises.terms import Condition, Number, Part, Posture, Region, Slug, Source


class Equipment(Part):
    name: str
    needed: bool = True
    at_home: str = ""  # what replaces it


class Dose(Part):
    """One source's dose, to the number; None means the source does not state it."""

    source: Source
    sets: int | None = None
    repetitions: tuple[int, int] | None = None  # least, most
    hold_s: tuple[float, float] | None = None
    duration_s: tuple[float, float] | None = None  # for so long without counting, as in circles
    per_side: bool | None = None
    per_direction: bool | None = None  # so much each way: circles, steps
    times_a_day: tuple[float, float] | None = None
    days_a_week: tuple[float, float] | None = None
    load_lb: tuple[float, float] | None = None  # an ankle cuff or a weight, in the source's pounds
    note: str = ""


class Mistake(Part):
    """What people do wrong, why it matters, and what to do instead."""

    fault: Slug | None = None  # the fault id by which the camera would judge it
    name: str
    why: str
    fix: str
    source: Source


class Caution(Part):
    """What to watch: for whom any of `conditions` or pain in any of `regions` holds; for everybody when none is named."""

    text: str
    reason: str
    source: Source
    conditions: tuple[Condition, ...] = ()
    regions: tuple[Region, ...] = ()


class Block(Part):
    """Who must not do this exercise (without a clinician), and why.

    It holds for a person who has any of `conditions` or pain in any of `regions`; where `only_if` names conditions, one of
    those must hold as well.
    """

    reason: str
    source: Source
    conditions: tuple[Condition, ...] = ()
    regions: tuple[Region, ...] = ()
    only_if: tuple[Condition, ...] = ()
    unless_clinician: bool = True

    @model_validator(mode="after")
    def names_somebody(self) -> Block:
        if not self.conditions and not self.regions:
            raise ValueError("a block needs a condition or a region")
        return self


class Prerequisite(Part):
    """What must be managed on each side before this exercise is offered; from age 70 a lower bar, with support."""

    exercise: Slug
    least: Number
    least_from_age_70: Number
    reason: str


class Variation(Part):
    """An easier or harder way to do the same exercise."""

    change: Literal["easier", "harder"]
    name: str
    how: str
    source: Source


class Exercise(Part):
    """Everything coxa knows about one exercise; all words are for the person who does it."""

    id: Slug
    name: str
    aliases: tuple[str, ...] = ()
    why: str  # why it helps, one sentence
    position: str
    posture: Posture
    equipment: tuple[Equipment, ...] = ()
    side: Literal["one", "both", "alternating"]
    purpose: tuple[Literal["mobility", "stretch", "control", "strength", "balance", "test"], ...]
    muscles: tuple[str, ...]
    level: Annotated[int, Field(ge=1, le=5)]
    clinician_only: bool = False
    default_off: bool = False  # offered to nobody until a clinician turns it on
    why_off: str = ""
    steps: tuple[str, ...]
    feel: str  # what you should feel, and where
    doses: tuple[Dose, ...]
    mistakes: tuple[Mistake, ...] = ()
    tips: tuple[str, ...] = ()
    cautions: tuple[Caution, ...] = ()
    blocks: tuple[Block, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    variations: tuple[Variation, ...] = ()
    easier: tuple[Slug, ...] = ()
    harder: tuple[Slug, ...] = ()
    daily_life: str
    sources: tuple[Source, ...]
    movement: Movement | None = None
    coaching: Coaching | None = None
    guided_by: Literal["camera", "timer"] = "camera"
    why_no_camera: str = ""

    @model_validator(mode="after")
    def hangs_together(self) -> Exercise:
        if self.guided_by == "camera" and self.coaching is None:
            raise ValueError("guided by camera, but there is no [coaching]")
        if self.guided_by == "timer" and not self.why_no_camera:
            raise ValueError("guided by timer, so why_no_camera must say why")
        if self.default_off != bool(self.why_off):
            raise ValueError("default_off and why_off need each other: an exercise that is off by default says why")
        rules = [rule.fault for rule in self.coaching.faults] if self.coaching else []
        if twice := sorted({fault for fault in rules if rules.count(fault) > 1}):
            raise ValueError(f"two fault rules for {', '.join(twice)}")
        named = [mistake.fault for mistake in self.mistakes if mistake.fault]
        if self.coaching and self.coaching.key_fault:
            named.append(self.coaching.key_fault)
        if without := sorted(set(named) - set(rules)):
            raise ValueError(f"no fault rule for {', '.join(without)}")
        if unexplained := sorted(set(rules) - set(named)):
            raise ValueError(f"no mistake explains the fault {', '.join(unexplained)}")
        if self.movement and (extra := sorted(set(self.movement.faults) - set(rules))):
            raise ValueError(f"[movement] has a variant for {', '.join(extra)}, which has no fault rule")
        return self
