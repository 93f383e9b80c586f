"""`Stance`: how a person lies, kneels, sits or stands, what bears the weight, and the places of the body that rest, hold or are held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from coxa.body.mannequin.poses import both
from coxa.body.mannequin.skeleton import GIRTH, SIDES, Floats, Site, Skeleton

#: Heights in body heights: the seat of a chair (as high as the hollow of the knee), a low step, a roller's or a pillow's thickness.
CHAIR_SEAT = 0.262
STEP = 0.115
#: How far the palms lie from the middle of a limb that both hands hold, body heights.
_APART = 0.019


@dataclass(frozen=True)
class Mark:
    """A place on the skin and which way the skin faces there, in the segment's axes."""

    site: Site
    normal: tuple[float, float, float]


@dataclass(frozen=True)
class Stance:
    """A base posture, written with the left side as the one that works (in side-lying, the upper one).

    Attributes
    ----------
    lies : str
        Key of `kinematics.BASES`.
    angles : mapping of name to degrees
    rests : tuple of str
        Contacts (keys of `SITES`) that bear the weight.
    meets : mapping of mark to mark
        Places of the body that lie on each other.
    hands : mapping of "hand_left", "hand_right" to what it holds
    heights : mapping of contact to body heights
        Where it is not the floor that bears it.
    upright : bool
        Whether the trunk stays as it is in the world unless told otherwise, and the weight stands over the feet.
    sites : mapping of contact to surface points
        Where a contact is not the usual one.
    """

    lies: str
    angles: Mapping[str, float]
    rests: tuple[str, ...]
    meets: Mapping[str, str] = field(default_factory=dict)
    hands: Mapping[str, str] = field(default_factory=dict)
    heights: Mapping[str, float] = field(default_factory=dict)
    upright: bool = False
    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _pair(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{side}" for name in names for side in SIDES)


#: Marks of each contact, without its side.
SITES: dict[str, tuple[str, ...]] = {
    "head": ("occiput",), "back": ("upper_back",), "belly": ("belly", "breast"), "shoulder": ("deltoid",), "elbow": ("elbow_back",),
    "hand": ("palm", "wrist", "finger"), "hip": ("trochanter",), "seat": ("buttock",), "knee": ("knee_front",),
    "knee-side": ("knee_outer",), "shin": ("shin_front",), "calf": ("calf_back",), "ankle-side": ("ankle_outer",), "heel": ("heel_back",),
    "foot": ("sole_heel", "sole_ball", "sole_outer"), "toes": ("toe_end",), "tip": ("sole_toe",), "edge": ("sole_outer",),
    "rim": ("sole_rim",), "hand-back": ("knuckle",),
}  # fmt: skip

_ARMS_ON_FLOOR = both(shoulder_abduction=24.0, shoulder_flexion=-4.0, elbow_flexion=10.0, forearm_pronation=80.0)
_ARMS_DOWN = both(shoulder_abduction=9.0, shoulder_flexion=2.0, elbow_flexion=14.0)
_ON_BACK = ("head", "back", *_pair("seat", "elbow", "hand"))
_UPPER_ARM_DOWN = {
    "shoulder_flexion_right": 122.0, "shoulder_rotation_right": 25.0, "elbow_flexion_right": 118.0, "shoulder_flexion_left": 58.0,
    "shoulder_abduction_left": -16.0, "elbow_flexion_left": 62.0, "forearm_pronation_left": 70.0, "neck_lateral": 14.0,
    "neck_flexion": 4.0, "trunk_lateral": -6.0,
}  # fmt: skip
_SIDE_RESTS = ("shoulder_right", "hip_right", "knee-side_right", "ankle-side_right", "hand_left")
_STACKED = {"knee-inner_left": "knee-inner_right", "ankle-inner_left": "ankle-inner_right"}

STANCES: dict[str, Stance] = {
    "supine": Stance(
        "supine", _ARMS_ON_FLOOR | both(hip_flexion=50.0, knee_flexion=100.0, ankle_dorsiflexion=-40.0), (*_ON_BACK, *_pair("foot"))
    ),
    "supine-straight": Stance(
        "supine", _ARMS_ON_FLOOR | both(ankle_dorsiflexion=-15.0, hip_rotation=12.0, hip_abduction=4.0, knee_flexion=1.0),
        (*_ON_BACK, *_pair("heel", "calf")),
    ),
    "tabletop": Stance("supine", _ARMS_ON_FLOOR | both(hip_flexion=90.0, knee_flexion=90.0, ankle_dorsiflexion=-10.0), _ON_BACK),
    "side-lying": Stance(
        "side-lying-right", _UPPER_ARM_DOWN | both(hip_flexion=52.0, knee_flexion=90.0, ankle_dorsiflexion=-10.0),
        _SIDE_RESTS, _STACKED, {"hand_right": "head"},
    ),
    "side-lying-straight": Stance(
        "side-lying-right", _UPPER_ARM_DOWN | both(hip_flexion=3.0, knee_flexion=3.0, ankle_dorsiflexion=-5.0),
        _SIDE_RESTS, _STACKED, {"hand_right": "head"},
    ),
    "prone": Stance(
        "prone",
        both(shoulder_abduction=70.0, shoulder_rotation=70.0, shoulder_flexion=20.0, elbow_flexion=110.0, ankle_dorsiflexion=-52.0,
             forearm_pronation=60.0) | {"neck_flexion": 6.0},
        ("belly", "head", *_pair("knee", "toes", "hand")), heights={"head": 0.020}, sites={"head": ("forehead",)},
    ),
    "all-fours": Stance(
        "all-fours",
        both(hip_flexion=82.0, knee_flexion=88.0, ankle_dorsiflexion=-52.0, shoulder_flexion=84.0, elbow_flexion=4.0, wrist_flexion=-80.0,
             forearm_pronation=90.0) | {"pelvis_tilt": -8.0, "neck_flexion": -8.0},
        _pair("knee", "toes", "hand"),
    ),
    "half-kneeling": Stance(
        "half-kneeling",
        _ARMS_DOWN | {"hip_flexion_left": 0.0, "knee_flexion_left": 92.0, "ankle_dorsiflexion_left": -52.0, "hip_flexion_right": 90.0,
                      "knee_flexion_right": 90.0},
        ("knee_left", "toes_left", "foot_right"), upright=True,
    ),
    "standing": Stance(
        "standing", _ARMS_DOWN | both(knee_flexion=3.0, hip_flexion=2.0, ankle_dorsiflexion=1.0), _pair("foot"), upright=True
    ),
    "standing-on-step": Stance(
        "standing", _ARMS_DOWN | both(knee_flexion=2.0, hip_flexion=2.0, hip_abduction=2.0), ("foot_left",), heights={"foot_left": STEP},
        upright=True,
    ),
    "sitting": Stance(
        "standing",
        both(shoulder_flexion=30.0, elbow_flexion=60.0, shoulder_abduction=8.0, hip_flexion=88.0, knee_flexion=92.0, hip_abduction=4.0),
        _pair("seat", "foot"), heights={"seat_left": CHAIR_SEAT, "seat_right": CHAIR_SEAT}, upright=True,
        sites={"seat_left": ("under_left",), "seat_right": ("under_right",)},
    ),
}  # fmt: skip


def marks(skeleton: Skeleton) -> dict[str, Mark]:
    """Every place of the skin by name: the skeleton's own, and those that hands hold or that lie on each other."""
    h, g = skeleton.build.height_m, GIRTH[skeleton.build.weight]
    found: dict[str, Mark] = {}
    for name, site in skeleton.surface.items():
        x, _, z = site.offset
        normal = (0.0, -1.0, 0.0) if name.startswith("sole") else _unit((x, 0.0, z))
        found[name] = Mark(site, normal)

    def add(name: str, segment: str, place: tuple[float, float, float], normal: tuple[float, float, float]) -> None:
        x, y, z = place
        found[name] = Mark(Site(segment, (x * h, y * h, z * h)), _unit(normal))

    for side, s in zip(SIDES, (1.0, -1.0), strict=True):
        add(f"finger_{side}", f"hand_{side}", (-s * 0.010, -0.082, 0.0), (-s, 0.0, 0.0))
        add(f"palm_{side}", f"hand_{side}", (-s * 0.014, -0.035, 0.0), (-s, 0.0, 0.0))
        add(f"knuckle_{side}", f"hand_{side}", (s * 0.012, -0.035, 0.0), (s, 0.0, 0.0))
        add(f"belly_{side}", "abdomen", (s * 0.038, 0.012, 0.062 * g), (s * 0.2, 0.0, 1.0))
        add(f"wrist_{side}", f"hand_{side}", (-s * 0.014, 0.0, 0.0), (-s, 0.0, 0.0))
        add(f"sole_outer_{side}", f"foot_{side}", (s * 0.020, -0.039, 0.040), (0.0, -1.0, 0.0))
        add(f"sole_rim_{side}", f"foot_{side}", (s * 0.022, -0.035, 0.030), (s, -1.0, 0.0))
        add(f"toe_end_{side}", f"foot_{side}", (0.0, -0.0225, 0.0985), (0.0, 1.0, 0.0))
        add(f"under_{side}", "pelvis", (s * 0.048, -0.058 * g, -0.022), (0.0, -1.0, 0.0))
        add(f"hip_{side}", "pelvis", (s * 0.080 * g, 0.050, 0.024), (s, 0.2, 0.5))
        add(f"thigh-back_{side}", f"thigh_{side}", (0.0, -0.172, -0.037 * g), (0.0, 0.0, -1.0))
        add(f"thigh-front_{side}", f"thigh_{side}", (0.0, -0.185, 0.037 * g), (0.0, 0.0, 1.0))
        add(f"thigh-inner_{side}", f"thigh_{side}", (-s * 0.034 * g, -0.190, 0.016), (-s, 0.0, 0.4))
        add(f"knee-front_{side}", f"shin_{side}", (0.0, 0.004, 0.036 * g), (0.0, 0.0, 1.0))
        add(f"knee-outer_{side}", f"shin_{side}", (s * 0.033 * g, 0.010, 0.010), (s, 0.0, 0.3))
        add(f"knee-inner_{side}", f"shin_{side}", (-s * 0.031 * g, 0.0, 0.0), (-s, 0.0, 0.0))
        add(f"knee-top_{side}", f"thigh_{side}", (s * 0.034 * g, -0.225, 0.0), (s, 0.0, 0.0))
        add(f"shin-front_{side}", f"shin_{side}", (0.0, -0.040, 0.029 * g), (0.0, 0.0, 1.0))
        add(f"above-knee_{side}", f"thigh_{side}", (0.0, -0.205, 0.036 * g), (0.0, 0.0, 1.0))
        add(f"sole_{side}", f"foot_{side}", (0.0, -0.039, 0.030), (0.0, -1.0, 0.0))
        add(f"ankle_{side}", f"shin_{side}", (0.0, -0.225, 0.018), (0.0, 0.0, 1.0))
        add(f"ankle-inner_{side}", f"foot_{side}", (-s * 0.020, 0.0, 0.0), (-s, 0.0, 0.0))
        add(f"ankle-outer_{side}", f"foot_{side}", (s * 0.020, 0.0, 0.0), (s, 0.0, 0.0))
        add(f"chest_{side}", "chest", (s * 0.055, 0.085, 0.052 * g), (s * 0.3, 0.0, 1.0))
        add(f"head_{side}", "head", (s * 0.044, 0.022, -0.008), (s, 0.0, 0.0))
    return found


def grip(found: Mapping[str, Mark], hand: str, place: str, skeleton: Skeleton) -> Mark:
    """Where the palm of a hand goes that holds a place; two hands on one limb lie side by side."""
    s = 1.0 if hand == "hand_left" else -1.0
    if place == "head":
        return found[f"head_{'left' if s > 0 else 'right'}"]
    if place == "belly":
        return found[f"belly_{'left' if s > 0 else 'right'}"]
    if place == "chest":
        return found[f"chest_{'right' if s > 0 else 'left'}"]
    mark = found[place]
    if place.startswith(("thigh-back", "thigh-front", "shin-front")):
        x, y, z = mark.site.offset
        return Mark(Site(mark.site.segment, (x + s * _APART * skeleton.build.height_m, y, z)), mark.normal)
    return mark


def sites_of(contact: str, stance: Stance) -> tuple[str, ...]:
    """Names of the marks that make up a contact such as ``foot_left``."""
    if contact in stance.sites:
        return stance.sites[contact]
    kind, _, side = contact.rpartition("_")
    return tuple(f"{mark}_{side}" for mark in SITES[kind]) if kind else SITES[contact]


def _unit(v: tuple[float, float, float]) -> tuple[float, float, float]:
    a: Floats = np.array(v, dtype=np.float64)
    a = a / max(float(np.linalg.norm(a)), 1e-9)
    return float(a[0]), float(a[1]), float(a[2])
