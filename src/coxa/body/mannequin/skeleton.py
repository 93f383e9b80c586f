"""`Skeleton`: the bones of one simulated adult, in metres, from height, sex and build.

World: y up, metres, floor at y = 0. In the rest pose the person stands with the arms at the sides, palms to the thighs;
every segment's own axes are then x to the person's left, y up, z forward, its origin the joint nearest the trunk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from coxa.body.landmarks import Landmark
from coxa.errors import BadInput

Floats = npt.NDArray[np.float64]
Sex = Literal["female", "male"]
Weight = Literal["slim", "average", "heavy"]
Side = Literal["left", "right"]

SIDES: tuple[Side, Side] = ("left", "right")

#: Every segment, parents before children; the index of a segment in every (17, ...) array.
SEGMENTS: tuple[str, ...] = (
    "pelvis", "abdomen", "chest", "neck", "head",
    "upper_arm_left", "forearm_left", "hand_left", "upper_arm_right", "forearm_right", "hand_right",
    "thigh_left", "shin_left", "foot_left", "thigh_right", "shin_right", "foot_right",
)  # fmt: skip

INDEX: dict[str, int] = {name: k for k, name in enumerate(SEGMENTS)}

PARENTS: dict[str, str | None] = {
    "pelvis": None, "abdomen": "pelvis", "chest": "abdomen", "neck": "chest", "head": "neck",
    **{f"upper_arm_{s}": "chest" for s in SIDES}, **{f"forearm_{s}": f"upper_arm_{s}" for s in SIDES},
    **{f"hand_{s}": f"forearm_{s}" for s in SIDES}, **{f"thigh_{s}": "pelvis" for s in SIDES},
    **{f"shin_{s}": f"thigh_{s}" for s in SIDES}, **{f"foot_{s}": f"shin_{s}" for s in SIDES},
}  # fmt: skip

#: Anatomical limits in degrees (low, high) of each joint angle; healthy adults, with weight on the joint where that widens it.
#: Source: American Academy of Orthopaedic Surgeons' normal ranges, widened to what mobile adults reach.
_PAIRED: dict[str, tuple[float, float]] = {
    "hip_flexion": (-30.0, 130.0),
    "hip_abduction": (-35.0, 60.0),
    "hip_rotation": (-50.0, 95.0),  # beyond 60 with hip and knee bent and the thigh out, as in a frog position
    "knee_flexion": (-5.0, 150.0),
    "ankle_dorsiflexion": (-60.0, 45.0),
    "ankle_inversion": (-40.0, 45.0),
    "ankle_rotation": (-40.0, 40.0),
    "shoulder_flexion": (-60.0, 180.0),
    "shoulder_abduction": (-60.0, 180.0),
    "shoulder_rotation": (-100.0, 100.0),
    "elbow_flexion": (-5.0, 155.0),
    "forearm_pronation": (-95.0, 95.0),
    "wrist_flexion": (-90.0, 85.0),
}
LIMITS_DEG: dict[str, tuple[float, float]] = {
    **{f"{name}_{side}": limits for name, limits in _PAIRED.items() for side in SIDES},
    "trunk_flexion": (-40.0, 85.0),
    "trunk_lateral": (-50.0, 50.0),
    "trunk_rotation": (-50.0, 50.0),
    "neck_flexion": (-70.0, 70.0),
    "neck_lateral": (-50.0, 50.0),
    "neck_rotation": (-85.0, 85.0),
}


@dataclass(frozen=True)
class Build:
    """What a person is like: height in metres, sex (widths) and weight (girths)."""

    height_m: float = 1.70
    sex: Sex = "female"
    weight: Weight = "average"

    def __post_init__(self) -> None:
        if not 1.3 <= self.height_m <= 2.2:
            raise BadInput(f"mannequin: expected an adult height of 1.3 to 2.2 m, got {self.height_m:g}; give metres")
        if self.sex not in ("female", "male"):
            raise BadInput(f"mannequin: expected sex 'female' or 'male', got {self.sex!r}")
        if self.weight not in GIRTH:
            raise BadInput(f"mannequin: expected weight 'slim', 'average' or 'heavy', got {self.weight!r}")


GIRTH: dict[str, float] = {"slim": 0.90, "average": 1.0, "heavy": 1.18}


@dataclass(frozen=True)
class Site:
    """A point fixed to a segment: its name and the offset in the segment's own axes, metres."""

    segment: str
    offset: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Skeleton:
    """The bones of one build.

    Attributes
    ----------
    build : Build
        Whom it belongs to.
    rest_joints : dict of str to (3,) float64
        Origin of each segment in the rest pose, feet on the floor at y = 0, mid-hip at x = z = 0, metres.
    landmarks : tuple of 33 Site
        Where each of the 33 landmarks sits, in their order.
    surface : dict of str to Site
        Points of the skin that can bear weight: ``sole_heel_left``, ``sole_ball_left``, ``sacrum``, ``upper_back``, ``occiput``, ``crown``,
        ``trochanter_left``, ``deltoid_left``, ``temple_left``, ``knee_front_left``, ``knee_outer_left``, ``knee_inner_left``,
        ``calf_back_left``, ``ankle_outer_left``, ``ankle_inner_left``, ``toe_top_left``, ``elbow_back_left``, ``palm_left`` and so on.
    """

    build: Build
    rest_joints: dict[str, Floats]
    landmarks: tuple[Site, ...]
    surface: dict[str, Site]
    offsets: Floats = field(repr=False)  # (17, 3) from the parent's origin to this one's, in the parent's axes; the pelvis' own is zero

    @classmethod
    def of(cls, build: Build) -> Skeleton:
        """Build a skeleton from height, sex and weight.

        Lengths are fractions of height after Drillis & Contini (1966), as tabulated by Winter; the joint centres of hip and shoulder
        lie inside the surface breadths of that table.

        Examples
        --------
        >>> round(float(Skeleton.of(Build(1.70)).thigh_m), 4)
        0.4165
        """
        joints = _joints(build)
        offsets = np.zeros((len(SEGMENTS), 3))
        for k, name in enumerate(SEGMENTS):
            parent = PARENTS[name]
            if parent is not None:
                offsets[k] = joints[name] - joints[parent]
        return cls(build, joints, _landmarks(build), _surface(build), offsets)

    @property
    def thigh_m(self) -> float:
        """Hip to knee, metres."""
        return float(np.linalg.norm(self.offsets[INDEX["shin_left"]]))

    @property
    def shin_m(self) -> float:
        """Knee to ankle, metres."""
        return float(np.linalg.norm(self.offsets[INDEX["foot_left"]]))

    @property
    def upper_arm_m(self) -> float:
        """Shoulder to elbow, metres."""
        return float(np.linalg.norm(self.offsets[INDEX["forearm_left"]]))

    @property
    def forearm_m(self) -> float:
        """Elbow to wrist, metres."""
        return float(np.linalg.norm(self.offsets[INDEX["hand_left"]]))

    @property
    def trunk_m(self) -> float:
        """Mid-hip to mid-shoulder in the rest pose, metres."""
        middle = (self.rest_joints["upper_arm_left"] + self.rest_joints["upper_arm_right"]) / 2
        return float(np.linalg.norm(middle - self.rest_joints["pelvis"]))

    @property
    def ankle_m(self) -> float:
        """Height of the ankle joint above the sole, metres."""
        return -self.surface["sole_heel_left"].offset[1]


def _joints(build: Build) -> dict[str, Floats]:
    h = build.height_m
    female = build.sex == "female"
    hip, shoulder = (0.052, 0.099) if female else (0.049, 0.107)
    rows: dict[str, tuple[float, float, float]] = {
        "pelvis": (0.0, 0.530, 0.0),
        "abdomen": (0.0, 0.584, -0.016),
        "chest": (0.0, 0.685, -0.014),
        "neck": (0.0, 0.850, -0.032),
        "head": (0.0, 0.912, -0.008),
    }
    for side, sign in (("left", 1.0), ("right", -1.0)):
        rows |= {
            f"upper_arm_{side}": (sign * shoulder, 0.803, -0.012),
            f"forearm_{side}": (sign * shoulder, 0.617, -0.012),
            f"hand_{side}": (sign * shoulder, 0.471, -0.012),
            f"thigh_{side}": (sign * hip, 0.530, 0.0),
            f"shin_{side}": (sign * hip, 0.285, 0.0),
            f"foot_{side}": (sign * hip, 0.039, 0.0),
        }
    return {name: np.array(rows[name]) * h for name in SEGMENTS}


def _landmarks(build: Build) -> tuple[Site, ...]:
    h = build.height_m
    sites: dict[Landmark, Site] = {Landmark.NOSE: _site("head", (0.0, 0.008, 0.066), h)}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        rows: dict[str, tuple[str, tuple[float, float, float]]] = {
            f"{side}_eye_inner": ("head", (sign * 0.009, 0.027, 0.054)),
            f"{side}_eye": ("head", (sign * 0.018, 0.027, 0.052)),
            f"{side}_eye_outer": ("head", (sign * 0.026, 0.027, 0.046)),
            f"{side}_ear": ("head", (sign * 0.043, 0.014, 0.0)),
            f"mouth_{side}": ("head", (sign * 0.014, -0.019, 0.053)),
            f"{side}_shoulder": (f"upper_arm_{side}", (0.0, 0.0, 0.0)),
            f"{side}_elbow": (f"forearm_{side}", (0.0, 0.0, 0.0)),
            f"{side}_wrist": (f"hand_{side}", (0.0, 0.0, 0.0)),
            f"{side}_pinky": (f"hand_{side}", (0.0, -0.050, -0.018)),
            f"{side}_index": (f"hand_{side}", (0.0, -0.056, 0.014)),
            f"{side}_thumb": (f"hand_{side}", (-sign * 0.008, -0.026, 0.024)),
            f"{side}_hip": (f"thigh_{side}", (0.0, 0.0, 0.0)),
            f"{side}_knee": (f"shin_{side}", (0.0, 0.0, 0.0)),
            f"{side}_ankle": (f"foot_{side}", (0.0, 0.0, 0.0)),
            f"{side}_heel": (f"foot_{side}", (0.0, -0.028, -0.034)),
            f"{side}_foot_index": (f"foot_{side}", (0.0, -0.030, 0.098)),
        }
        sites |= {Landmark[name.upper()]: _site(segment, offset, h) for name, (segment, offset) in rows.items()}
    return tuple(sites[k] for k in Landmark)


def _surface(build: Build) -> dict[str, Site]:
    h = build.height_m
    g = GIRTH[build.weight]
    wide = 1.0 if build.sex == "female" else 0.95
    broad = 1.0 if build.sex == "female" else 1.05
    rows: dict[str, tuple[str, tuple[float, float, float]]] = {
        "sacrum": ("pelvis", (0.0, 0.005, -0.062 * g)),
        "belly": ("abdomen", (0.0, 0.03, 0.066 * g)),
        "upper_back": ("chest", (0.0, 0.090, -0.052 * g)),
        "breast": ("chest", (0.0, 0.075, 0.078 * g)),
        "occiput": ("head", (0.0, 0.020, -0.058)),
        "forehead": ("head", (0.0, 0.050, 0.052)),
        "crown": ("head", (0.0, 0.088, -0.004)),
    }
    for side, sign in (("left", 1.0), ("right", -1.0)):
        rows |= {
            f"trochanter_{side}": ("pelvis", (sign * 0.096 * g * wide, -0.004, 0.0)),
            f"buttock_{side}": ("pelvis", (sign * 0.045 * g, -0.010, -0.064 * g)),
            f"deltoid_{side}": (f"upper_arm_{side}", (sign * 0.026 * g * broad, -0.020, 0.0)),
            f"temple_{side}": ("head", (sign * 0.044, 0.030, 0.0)),
            f"knee_front_{side}": (f"shin_{side}", (0.0, -0.005, 0.034 * g)),
            f"knee_outer_{side}": (f"shin_{side}", (sign * 0.032 * g, 0.0, 0.0)),
            f"knee_inner_{side}": (f"shin_{side}", (-sign * 0.032 * g, 0.0, 0.0)),
            f"shin_front_{side}": (f"shin_{side}", (0.0, -0.120, 0.024 * g)),
            f"calf_back_{side}": (f"shin_{side}", (0.0, -0.075, -0.036 * g)),
            f"ankle_outer_{side}": (f"foot_{side}", (sign * 0.021, 0.0, 0.0)),
            f"ankle_inner_{side}": (f"foot_{side}", (-sign * 0.021, 0.0, 0.0)),
            f"heel_back_{side}": (f"foot_{side}", (0.0, -0.026, -0.040)),
            f"sole_heel_{side}": (f"foot_{side}", (0.0, -0.039, -0.024)),
            f"sole_ball_{side}": (f"foot_{side}", (0.0, -0.039, 0.074)),
            f"sole_toe_{side}": (f"foot_{side}", (0.0, -0.039, 0.106)),
            f"toe_top_{side}": (f"foot_{side}", (0.0, -0.020, 0.080)),
            f"elbow_back_{side}": (f"forearm_{side}", (0.0, 0.004, -0.020)),
            f"wrist_{side}": (f"hand_{side}", (-sign * 0.014, 0.0, 0.0)),
            f"palm_{side}": (f"hand_{side}", (-sign * 0.014, -0.035, 0.0)),
        }
    return {name: _site(segment, offset, h) for name, (segment, offset) in rows.items()}


def _site(segment: str, offset: tuple[float, float, float], height_m: float) -> Site:
    x, y, z = offset
    return Site(segment, (x * height_m, y * height_m, z * height_m))
