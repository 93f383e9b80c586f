"""`PERFORMED`: what the simulated person can do, with ranges, tempo, faults and the views from which each can be filmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from coxa.body.mannequin.skeleton import Side
from coxa.capture import performed_lying as lying
from coxa.capture import performed_standing as standing
from coxa.capture.performed import Measure, Perform

Limits = tuple[float, float]

_SIDE_LYING: dict[str, Limits] = {"front": (-14, 14), "diagonal": (30, 52), "raised": (-18, 18), "feet-end": (78, 100)}
_SUPINE: dict[str, Limits] = {"side": (76, 104), "feet-end": (-12, 12), "diagonal": (35, 55), "raised": (72, 108)}
_UPRIGHT: dict[str, Limits] = {"front": (-12, 12), "side": (78, 102), "diagonal": (35, 55), "raised": (-12, 12)}
_OTHER_STANCE: dict[str, Limits] = {name: (-high, -low) for name, (low, high) in _UPRIGHT.items()}
_LOW = (0.45, 0.35, 0.20)
_HIGH = (0.10, 0.40, 0.50)


@dataclass(frozen=True)
class Performed:
    """How one exercise is performed.

    Attributes
    ----------
    perform, measure : callable
        Drive to poses, and poses to the true angles ("own" and one for each fault that is an angle).
    posture : str
    views : mapping of view to (least, most) azimuth in degrees with the canonical side working; the first is the best one.
    range_deg : (low, high)
        The own angle at the peak: its change from rest, or the angle itself if `absolute`.
    faults : tuple of str
        Every fault that can be planted.
    own_faults : tuple of str
        Those that are the own angle itself.
    natural : mapping of fault to (low, high)
        How much of it clean repetitions have at the peak, degrees.
    growing : set of faults whose natural size grows with the range.
    opposites : faults that, when planted, keep a natural one out.
    canonical : the side that works as the movement is written.
    held_deg : change of the own angle from which a stretch is far enough to be timed; otherwise its peak is.
    """

    perform: Perform
    measure: Measure
    posture: str
    views: Mapping[str, Limits]
    range_deg: Limits = (10.0, 30.0)
    absolute: bool = False
    up_s: Limits = (1.2, 2.6)
    hold_s: Limits = (0.2, 2.0)
    down_s: Limits = (1.2, 2.8)
    faults: tuple[str, ...] = ()
    own_faults: tuple[str, ...] = ()
    natural: Mapping[str, Limits] = field(default_factory=dict)
    growing: frozenset[str] = frozenset()
    opposites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shifts: bool = False
    both: bool = False
    repeats: bool = True
    held_deg: float | None = None
    canonical: Side = "left"
    sway_deg: float = 0.6
    heights: tuple[float, float, float] = _LOW  # shares of cameras on the floor, a chair, a table


PERFORMED: dict[str, Performed] = {
    "clamshell": Performed(
        lying.clamshell, lying.clamshell_truth, "side-lying", _SIDE_LYING, (18.0, 42.0),
        faults=("rolls-back", "lift-too-big", "lift-too-small", "too-fast", "feet-part"),
        own_faults=("lift-too-big", "lift-too-small"),
        natural={"rolls-back": (-2.0, 4.0), "feet-part": (0.0, 1.5)},
    ),
    "side-lying-abduction": Performed(
        lying.side_lying_abduction, lying.side_lying_abduction_truth, "side-lying", _SIDE_LYING, (16.0, 34.0),
        faults=("rolls-back", "pelvis-hikes", "knee-bends", "lift-too-big", "lift-too-small", "too-fast"),
        own_faults=("lift-too-big", "lift-too-small"),
        natural={"rolls-back": (-2.0, 3.5), "pelvis-hikes": (-1.0, 3.0), "knee-bends": (0.0, 3.0)},
    ),
    "bridge": Performed(
        lying.bridge, lying.bridge_truth, "supine", _SUPINE, (162.0, 179.0), absolute=True,
        faults=("over-lift", "sags", "lift-too-small", "too-fast", "uneven", "knees-in", "knees-out"),
        own_faults=("over-lift", "lift-too-small"),
        natural={"uneven": (-2.0, 2.0), "knees-in": (-2.0, 2.5)},
        opposites={"knees-in": ("knees-out",)}, both=True,
    ),
    "standing-abduction": Performed(
        standing.standing_abduction, standing.standing_abduction_truth, "standing", _UPRIGHT, (15.0, 34.0),
        faults=("pelvis-hikes", "pelvis-drops", "trunk-leans-to-stance", "lift-too-big", "lift-too-small", "knee-bends",
                "other-leg-moves", "too-fast"),
        own_faults=("lift-too-big", "lift-too-small"),
        natural={"pelvis-hikes": (-1.5, 2.5), "trunk-leans-to-stance": (-0.5, 2.5), "knee-bends": (0.0, 2.5),
                 "other-leg-moves": (0.0, 2.5)},
        opposites={"pelvis-hikes": ("pelvis-drops",)}, shifts=True, heights=_HIGH,
    ),
    "standing-extension": Performed(
        standing.standing_extension, standing.standing_extension_truth, "standing",
        {"side": _UPRIGHT["side"], "diagonal": (110, 140), "front": _UPRIGHT["front"], "raised": _UPRIGHT["side"]}, (8.0, 17.0),
        faults=("range-too-big", "lift-too-small", "trunk-leans-forward", "knee-bends", "other-leg-moves", "too-fast"),
        own_faults=("range-too-big", "lift-too-small"),
        natural={"trunk-leans-forward": (0.0, 3.5), "knee-bends": (0.0, 4.0), "other-leg-moves": (0.0, 2.5), "pelvis-hikes": (-1.0, 2.0)},
        shifts=True, heights=_HIGH,
    ),
    "hip-flexor-stretch": Performed(
        standing.hip_flexor_stretch, standing.hip_flexor_stretch_truth, "half-kneeling",
        {"side": _UPRIGHT["side"], "diagonal": _UPRIGHT["diagonal"], "front": _UPRIGHT["front"], "raised": _UPRIGHT["side"]},
        (10.0, 19.0), absolute=True, up_s=(1.5, 3.0), hold_s=(8.0, 20.0), down_s=(1.2, 2.5),
        faults=("trunk-leans-back", "trunk-leans-forward", "bounces", "range-too-big", "lift-too-small"),
        own_faults=("range-too-big", "lift-too-small"),
        natural={"trunk-leans-forward": (-1.5, 3.0)}, opposites={"trunk-leans-forward": ("trunk-leans-back",)},
        heights=(0.3, 0.4, 0.3), held_deg=8.0,
    ),
    "single-leg-stance": Performed(
        standing.single_leg_stance, standing.single_leg_stance_truth, "standing", _OTHER_STANCE, (40.0, 85.0), absolute=True,
        up_s=(0.7, 1.5), hold_s=(5.0, 20.0), down_s=(0.6, 1.3), faults=("pelvis-drops", "trunk-leans-to-stance"),
        natural={"pelvis-drops": (-1.5, 2.0), "trunk-leans-to-stance": (-0.5, 2.5)}, shifts=True, canonical="right",
        sway_deg=1.2, heights=_HIGH, held_deg=20.0,
    ),
    "squat": Performed(
        standing.squat, standing.squat_truth, "standing", _UPRIGHT, (65.0, 100.0), absolute=True, up_s=(0.9, 2.2), hold_s=(0.0, 0.8),
        down_s=(0.8, 2.0), faults=("knees-in", "knees-out", "trunk-leans-forward", "lift-too-small", "too-fast", "uneven"),
        own_faults=("lift-too-small",),
        natural={"knees-out": (0.0, 9.0), "trunk-leans-forward": (22.0, 34.0), "uneven": (-1.5, 1.5)},
        growing=frozenset({"trunk-leans-forward"}), opposites={"knees-out": ("knees-in",)}, both=True, heights=_HIGH,
    ),
    "walking-on-the-spot": Performed(
        standing.walk_on_the_spot, lambda posed: {}, "standing", _UPRIGHT, repeats=False, heights=_HIGH
    ),
    "standing-still": Performed(standing.stand_still, lambda posed: {}, "standing", _UPRIGHT, repeats=False, heights=_HIGH),
    "getting-up": Performed(
        standing.get_up, lambda posed: {}, "standing", {"side": (70, 110), "front": (-12, 12), "diagonal": (35, 55)}, repeats=False
    ),
    "sitting": Performed(standing.sit, lambda posed: {}, "sitting", _UPRIGHT, repeats=False, heights=_HIGH),
    "lying-still": Performed(lying.lie_still, lambda posed: {}, "supine", _SUPINE, repeats=False),
}  # fmt: skip
