"""The typed model of one exercise, as its TOML file writes it. Every number names its source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

# S000..S004 the five founding texts, P1..P143 published pages, A..D sections of the clinical notes, OK general
# knowledge without a page at hand, CALC arithmetic, ours set here and awaiting review. docs/exercises.md lists them.
Source = Annotated[str, Field(pattern=r"^(S00[0-4]|P[1-9]\d{0,2}|A[1-9]\d?|B[1-9]\d?|C[1-9]|D[0-9]|OK|CALC|ours)$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Region = Literal["front", "outer", "buttock", "thigh", "knee", "back"]
View = Literal["front", "side", "diagonal", "feet-end", "raised"]
Condition = Literal[
    "balance-trouble", "femoroacetabular-impingement", "gluteal-tendinopathy", "hip-osteoarthritis", "hip-replacement",
    "hip-surgery-last-12-months", "knee-hurts-to-kneel-on", "labral-tear", "low-back-pain", "nerve-signs", "pain-both-sides",
    "painful-side-down", "severe-pain", "stress-fracture-suspected", "timed-up-and-go-12-s-or-more", "two-falls-in-12-months",
]  # fmt: skip
CONDITION_WORDS: dict[Condition, str] = {
    "balance-trouble": "trouble with balance",
    "femoroacetabular-impingement": "femoroacetabular impingement (FAI)",
    "gluteal-tendinopathy": "gluteal tendinopathy (a sore outer hip tendon)",
    "hip-osteoarthritis": "hip osteoarthritis",
    "hip-replacement": "a hip replacement",
    "hip-surgery-last-12-months": "a hip operation in the last 12 months",
    "knee-hurts-to-kneel-on": "a knee that hurts to kneel on",
    "labral-tear": "a labral tear",
    "low-back-pain": "low back pain",
    "nerve-signs": "tingling, numbness or shooting pain in the leg",
    "pain-both-sides": "pain on both sides",
    "painful-side-down": "the painful side underneath",
    "severe-pain": "strong pain",
    "stress-fracture-suspected": "a stress fracture that is not yet ruled out",
    "timed-up-and-go-12-s-or-more": "a timed up and go of 12 s or more",
    "two-falls-in-12-months": "two or more falls in the last 12 months",
}
REGION_WORDS: dict[Region, str] = {
    "front": "pain at the front of the hip or in the groin",
    "outer": "pain at the outer hip",
    "buttock": "pain in the buttock",
    "thigh": "pain in the thigh",
    "knee": "pain in the knee",
    "back": "pain in the low back",
}
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


# ------------------------------------------------------------------------------------------------ movement


JOINTS = ("hip_flexion", "hip_abduction", "hip_rotation", "knee_flexion")  # each with _working, _other, _left or _right
SPINE = ("trunk_flexion", "trunk_lateral", "pelvis_tilt", "pelvis_obliquity", "pelvis_roll")
CONTACTS = ("shoulder", "knee", "foot")  # each with _working, _other, _left or _right


class Key(Part):
    """A pose of the mannequin: joint angles in degrees by name; what is not named stays as in the base pose.

    Positive is flexion, abduction and outward rotation at the hip (extension is negative flexion), knee bending, trunk or
    pelvis tipping forward, trunk towards the working side, working side of the pelvis up, and pelvis rolling backward.
    Legs are measured against the pelvis: when only the trunk leans forward by 10°, pelvis_tilt and both hips gain 10°.
    """

    angles: dict[str, float]

    @field_validator("angles")
    @classmethod
    def known_joints(cls, angles: dict[str, float]) -> dict[str, float]:
        known = {*SPINE, *(f"{joint}_{side}" for joint in JOINTS for side in ("working", "other", "left", "right"))}
        if unknown := sorted(set(angles) - known):
            raise ValueError(f"unknown joint angle {', '.join(unknown)}")
        return angles


class Movement(Part):
    """Key poses from which pictures, animations and the simulated person are drawn.

    `base` names a base posture of `coxa.body.mannequin.poses`; `start` and `peak` change joint angles of it.
    `fixed` names the contacts that stay where they are. A variant for each mistake adds to the peak its own angles
    for each unit (of the mistake's limits) by which it exceeds the clean peak; haste and bouncing have no angles of their own.
    """

    base: Posture
    start: Key
    peak: Key
    fixed: tuple[str, ...]
    working: Literal["one-side", "both"] = "one-side"
    faults: dict[str, Key] = {}
    camera: View = "front"

    @field_validator("fixed")
    @classmethod
    def known_contacts(cls, fixed: tuple[str, ...]) -> tuple[str, ...]:
        known = {f"{contact}_{side}" for contact in CONTACTS for side in ("working", "other", "left", "right")}
        if unknown := sorted(set(fixed) - known):
            raise ValueError(f"unknown contact {', '.join(unknown)}")
        return fixed


# ------------------------------------------------------------------------------------------------ coaching


class Check(Part):
    """A signal that must lie between `low` and `high` for the start position to be right; else `say`."""

    signal: str
    low: float | None = None
    high: float | None = None
    say: str
    source: Source = "ours"


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
    reports: Literal["working", "other"] = "working"  # which leg a result names: "other" where the standing leg is the one trained


class HoldRule(Part):
    """The hold: the clock runs while the signal is at least `share` of the way from rest to the target's low end."""

    target: Range  # seconds
    share: float = 0.8
    clock: Literal["top", "band"] = "top"  # "top": time near each repetition's own peak; "band": a stretch or balance held


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
    unless: tuple[Slug, ...] = ()  # mistakes whose presence in the same repetition keeps this one from being judged
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
