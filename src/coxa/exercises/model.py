"""The typed model of one exercise, as its TOML file writes it. Every number names its source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Source = str  # "S000".."S004", "P139", "D9", "OK", "CALC", "ours": clinical.md's tags; "ours" is unreviewed
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Region = Literal["front", "outer", "buttock", "thigh", "knee", "back"]
View = Literal["front", "side", "diagonal", "feet-end", "raised"]
Posture = Literal["supine", "side-lying", "prone", "all-fours", "half-kneeling", "standing"]


class Part(BaseModel):
    """Frozen, and an unknown key is an error that names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Number(Part):
    """A clinical number: value, unit, where it comes from, and whether a clinician has reviewed it."""

    value: float
    unit: str
    source: Source
    review: Literal["sourced", "unreviewed", "reviewed"] = "unreviewed"


class Range(Part):
    """A pair of limits with its unit, source and review state."""

    low: float
    high: float
    unit: str
    source: Source
    review: Literal["sourced", "unreviewed", "reviewed"] = "unreviewed"

    @model_validator(mode="after")
    def in_order(self) -> Range:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        return self


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
    per_side: bool | None = None
    times_a_day: tuple[float, float] | None = None
    days_a_week: tuple[float, float] | None = None
    note: str = ""


class Mistake(Part):
    """What people do wrong, why it matters, and what to do instead."""

    fault: Slug | None = None  # the fault id by which the camera would judge it
    name: str
    why: str
    fix: str
    source: Source


class Caution(Part):
    text: str
    reason: str
    source: Source
    conditions: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()


class Block(Part):
    """Who must not do this exercise (without a clinician), and why."""

    reason: str
    source: Source
    conditions: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    unless_clinician: bool = True


# ------------------------------------------------------------------------------------------------ movement


class Key(Part):
    """A pose of the mannequin: joint angles in degrees by name; what is not named stays as in the rest pose."""

    angles: dict[str, float]


class Movement(Part):
    """Key poses from which pictures, animations and the simulated person are drawn.

    `base` names a base posture of `coxa.body.mannequin.poses`; `start` and `peak` change joint angles of it.
    `fixed` names the contacts that stay where they are. A variant for each mistake adds its own angles to the peak,
    scaled by its size in degrees.
    """

    base: Posture
    start: Key
    peak: Key
    fixed: tuple[str, ...]
    working: Literal["one-side", "both"] = "one-side"
    faults: dict[str, Key] = {}
    camera: View = "front"


# ------------------------------------------------------------------------------------------------ coaching


class Check(Part):
    """A signal that must lie between `low` and `high` for the start position to be right; else `say`."""

    signal: str
    low: float | None = None
    high: float | None = None
    say: str


class SetUp(Part):
    postures: tuple[Posture, ...]
    checks: tuple[Check, ...] = ()
    say: str  # what to tell a person whose posture does not suit


class RepetitionRule(Part):
    """The signal that makes a repetition. `polarity` +1: it rises from rest to peak; -1: it falls."""

    signal: str
    polarity: Literal[1, -1]
    least: Number  # a smaller movement is listed as too small
    target: Range  # change from rest that meets the dose; for `absolute`, the peak value itself
    absolute: bool = False  # target is the signal's value at the peak, not its change from rest
    sides: Literal["near", "upper", "both", "each"]  # which leg's signal: nearest the camera, the upper one, both as one, each
    least_s: float = 0.4  # shorter excursions are jitter


class HoldRule(Part):
    """The hold: the clock runs while the signal is at least `share` of the way from rest to the target's low end."""

    target: Range  # seconds
    share: float = 0.8


class Evidence(Part):
    """Repetitions through pixels and the pose model: found of faulty, false of clean, clips, upper bound of the false rate."""

    found: int
    faulty: int
    false: int
    clean: int
    clips: int
    false_upper: float
    bodies: tuple[str, ...]  # "own", "renderer", "real"


class FaultRule(Part):
    """How one mistake is judged. Limits are truth in `unit`; `bias` is the pose model's, per view, subtracted first."""

    fault: Slug
    harm: int  # order of harm, 1 the worst; the cue for the worst comes first
    kind: Literal["level", "peak", "short", "tempo", "sag", "oscillation", "fitted", "never"]
    signal: str = ""
    sign: Literal[1, -1] = 1
    absolute: bool = False  # limits on the value itself, not on its change from the start
    amber: Number | None = None
    red: Number | None = None
    least_s: float = 0.4
    bias: dict[View, float] = {}
    views: dict[View, Literal["judged", "not_tested", "view"]] = {}  # a view not named cannot show it
    evidence: dict[View, Evidence] = {}
    cue: str
    fixed: str = ""  # praise when it is mended
    self_check: str

    @model_validator(mode="after")
    def complete(self) -> FaultRule:
        if self.kind != "never" and (self.red is None or self.amber is None):
            raise ValueError(f"{self.fault}: amber and red limits are needed unless kind is 'never'")
        missing = [v for v, how in self.views.items() if how == "judged" and v not in self.evidence]
        if missing:
            raise ValueError(f"{self.fault}: judged from {', '.join(missing)} without evidence")
        return self


class TestRule(Part):
    name: str
    unit: str
    valid_from: float = 0.0


class Coaching(Part):
    """How a camera follows this exercise; `views` are those from which repetitions can be counted."""

    views: tuple[View, ...]
    camera: str  # where to put it, in plain words
    setup: SetUp
    repetition: RepetitionRule
    hold: HoldRule | None = None
    faults: tuple[FaultRule, ...] = ()
    key_fault: Slug | None = None
    test: TestRule | None = None


class Exercise(Part):
    """Everything coxa knows about one exercise."""

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
    steps: tuple[str, ...]
    feel: str  # what you should feel, and where
    doses: tuple[Dose, ...]
    mistakes: tuple[Mistake, ...] = ()
    tips: tuple[str, ...] = ()
    cautions: tuple[Caution, ...] = ()
    blocks: tuple[Block, ...] = ()
    easier: tuple[Slug, ...] = ()
    harder: tuple[Slug, ...] = ()
    daily_life: str
    sources: tuple[Source, ...]
    movement: Movement | None = None
    coaching: Coaching | None = None
    guided_by: Literal["camera", "timer"] = "camera"
    why_no_camera: str = ""
