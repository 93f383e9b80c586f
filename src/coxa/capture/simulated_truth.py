"""What was really done in a simulated set, beside its recording and its poses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.skeleton import Build, Sex, Skeleton, Weight
from coxa.body.recording import Recording

START_STILL_S = 1.5
END_STILL_S = 1.0


@dataclass(frozen=True)
class TrueRepetition:
    """What one repetition really was.

    Attributes
    ----------
    start_s, peak_start_s, peak_end_s, end_s : float
        Leaving rest, reaching and leaving the peak, back at rest.
    range_deg : float
        Change of the exercise's own angle from rest to the mean over the peak.
    peak_deg : float
        The own angle itself there.
    hold_s : float
        Seconds between reaching and leaving the peak.
    faults : dict of fault id to float
        Size of every fault that this exercise knows, measured on the posed joints: degrees; for ``too-fast`` seconds to the peak.
    planted : dict of fault id to float
        What was asked for.
    side, direction : str
        Whose repetition it was and which way it went, where the exercise has both.
    """

    start_s: float
    peak_start_s: float
    peak_end_s: float
    end_s: float
    range_deg: float
    peak_deg: float
    hold_s: float
    faults: dict[str, float]
    planted: dict[str, float]
    side: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Truth:
    """What the whole set really was; `holds` are (start, end) in seconds, `touches` the moments a lifted foot was down."""

    exercise: str
    side: str
    repetitions: tuple[TrueRepetition, ...]
    holds: tuple[tuple[float, float], ...]
    touches: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Simulation:
    """A simulated recording, the truth, and the poses from which pixels can be drawn."""

    recording: Recording
    truth: Truth
    camera: Camera
    skeleton: Skeleton
    _canonical: Posed
    _mirror: bool

    @cached_property
    def posed(self) -> Posed:
        """All frames; iterate for one `Posed` a frame."""
        return self._canonical.mirrored() if self._mirror else self._canonical


def random_build(rng: np.random.Generator) -> Build:
    """A random adult."""
    sex: Sex = "female" if rng.random() < 0.55 else "male"
    height = float(np.clip(rng.normal(1.64 if sex == "female" else 1.77, 0.07), 1.45, 2.0))
    weights: tuple[Weight, ...] = ("slim", "average", "average", "heavy")
    return Build(height, sex, weights[int(rng.integers(4))])
