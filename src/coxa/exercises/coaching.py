"""`Coaching`: the rules by which a camera follows an exercise, each limit with its source."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from coxa.exercises.terms import Number, Part, Posture, Range, Slug, Source, View


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
    both_ways: bool = False  # the signal leaves rest upwards and downwards, and each way is a repetition of its own
    directions: tuple[str, ...] = ()  # two names: of the rising and of the falling way, such as ("forward", "back")
    direction_signal: str = ""  # with it, the way is the sign of this signal's change during the repetition (travel)
    reports: Literal["working", "other"] = "working"  # which leg a result names: "other" where the standing leg is the one trained

    @model_validator(mode="after")
    def two_ways(self) -> RepetitionRule:
        if self.directions and len(self.directions) != 2:
            raise ValueError(f"directions: expected two names, got {len(self.directions)}")
        if (self.both_ways or self.direction_signal) and not self.directions:
            raise ValueError("two ways need their names in `directions`")
        return self


class HoldRule(Part):
    """The hold: the clock runs while the signal is at least `share` of the way from rest to the target's low end, or of `least`."""

    target: Range  # seconds
    share: float = 0.8
    clock: Literal["top", "band"] = "top"  # "top": time near each repetition's own peak; "band": a stretch or balance held


Body = Literal["own", "renderer", "real"]
"""Who was watched: a person rendered from coxa's own body, one from a renderer of other bodies, a real person."""


class Evidence(Part):
    """Repetitions through pixels and the pose model: found of faulty, false of clean, clips, upper bound of the false rate."""

    found: int
    faulty: int
    false: int
    clean: int
    clips: int
    false_upper: float
    bodies: tuple[Body, ...]


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
    bias: dict[View, float] = Field(default_factory=dict)
    views: dict[View, Literal["judged", "not_tested", "view"]] = Field(default_factory=dict)  # a view not named cannot show it
    evidence: dict[View, Evidence] = Field(default_factory=dict)
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
    """What a test measures and its rules: the longest hold, or with `measures` "repetitions" how many in `duration`."""

    name: str
    unit: str
    valid_from: float = 0.0
    measures: Literal["longest-hold", "repetitions"] = "longest-hold"
    duration: Number | None = None  # the clock stops the test by itself
    last_counts_from: Number | None = None  # the last one counts beyond this share of the way up when the time is over
    seat_height: Number | None = None  # of the chair that the norms were measured with
    practice_runs: int = 0  # before the one that counts: people get better by the first try alone
    zero_if: str = ""  # asked after the test; "yes" makes the value 0

    @model_validator(mode="after")
    def knows_when_it_is_over(self) -> TestRule:
        if self.measures == "repetitions" and self.duration is None:
            raise ValueError("a test that counts repetitions needs a duration")
        return self


class Coaching(Part):
    """How a camera follows this exercise; `views` are those from which repetitions can be counted, and `confirmed_by` says whom it
    was seen to follow."""

    views: tuple[View, ...]
    confirmed_by: tuple[Body, ...] = ()
    camera: str  # where to put it, in plain words
    heights: tuple[Literal["floor", "chair", "table"], ...] = ("floor", "chair", "table")  # what it may stand on
    end: Literal["feet", "head"] = "feet"  # which end of a lying body a diagonal camera stands nearer to
    setup: SetUp
    repetition: RepetitionRule
    hold: HoldRule | None = None
    faults: tuple[FaultRule, ...] = ()
    key_fault: Slug | None = None
    test: TestRule | None = None

    @field_validator("confirmed_by")
    @classmethod
    def in_order(cls, bodies: tuple[Body, ...]) -> tuple[Body, ...]:
        """Each once, in the order of how much it says."""
        return tuple(body for body in get_args(Body) if body in bodies)

    @property
    def confirmed(self) -> bool:
        """Whether it followed anybody other than coxa's own rendered people; until then it is coached, unconfirmed."""
        return bool({"renderer", "real"} & set(self.confirmed_by))
