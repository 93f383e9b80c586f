"""`SetResult`: what was seen in one set, as plain values that go to JSON and come back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from coxa import __version__

ENGINE = f"coxa {__version__}"
Side = Literal["left", "right", "both", "unknown"]
View = Literal["front", "side", "diagonal", "feet-end", "raised", "unknown"]
Posture = Literal["supine", "side-lying", "prone", "all-fours", "half-kneeling", "standing", "sitting", "unknown"]
Status = Literal["judged", "cannot_see", "not_this_exercise"]
Direction = Literal["up", "down", "left", "right", "forward", "back", "outwards", "inwards"]
Severity = Literal["amber", "red"]
WhyNot = Literal["too_small", "not_that_movement"]
WhyNotJudged = Literal["view", "not_visible", "not_tested", "never_visible"]
FaultId = Literal[
    "rolls-back", "pelvis-hikes", "pelvis-drops", "lift-too-big", "too-fast", "knee-bends", "trunk-leans-to-stance",
    "trunk-leans-forward", "trunk-leans-back", "range-too-big", "over-lift", "sags", "bounces", "feet-part",
    "lift-too-small", "knees-in", "knees-out", "uneven", "trunk-turns", "other-leg-moves", "back-arches",
]  # fmt: skip


@dataclass(frozen=True)
class Repetition:
    """One attempt: from leaving rest to being back. Times in seconds of the recording; `range` in `unit`."""

    side: Side
    direction: Direction
    start_s: float
    peak_s: float
    end_s: float
    range: float
    unit: str
    hold_s: float
    up_s: float
    down_s: float
    counted: bool
    why_not: tuple[WhyNot, ...]
    meets_dose: bool
    faults: tuple[FaultId, ...]


@dataclass(frozen=True)
class Hold:
    """A stretch or balance held; `held_s` leaves out lapses, so it may be shorter than end minus start."""

    start_s: float
    end_s: float
    held_s: float


@dataclass(frozen=True)
class Fault:
    """A mistake seen: how big, when, and in which repetition (its number from 0, or None outside any)."""

    id: FaultId
    severity: Severity
    start_s: float
    end_s: float
    size: float
    unit: str
    repetition: int | None


@dataclass(frozen=True)
class NotJudged:
    """A mistake that could not be judged, why, and the check the person can do instead."""

    id: FaultId
    why: WhyNotJudged
    self_check: str


@dataclass(frozen=True)
class Recognised:
    """A guess at which exercise this was; confidence in 0..1."""

    exercise: str
    confidence: float


@dataclass(frozen=True)
class Test:
    """The value of a test that this set was, such as seconds on one leg."""

    name: str
    value: float
    unit: str
    valid: bool
    why: str


@dataclass(frozen=True)
class SetResult:
    """One set watched: what was done, how well, and what could not be judged. The same, to the bit,
    whether the frames came one at a time or all at once."""

    exercise: str
    source: str
    frames: int
    duration_s: float
    seen: float
    status: Status
    side: Side
    view: View
    posture: Posture
    repetitions: tuple[Repetition, ...]
    holds: tuple[Hold, ...]
    faults: tuple[Fault, ...]
    not_judged: tuple[NotJudged, ...]
    recognised: tuple[Recognised, ...]
    test: Test | None
    engine: str
    schema: Literal["coxa.set-result/1"] = "coxa.set-result/1"

    @property
    def counted(self) -> int:
        """How many repetitions count."""
        return sum(r.counted for r in self.repetitions)

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, `schema` first."""
        values = asdict(self)
        return {"schema": values.pop("schema"), **values}
