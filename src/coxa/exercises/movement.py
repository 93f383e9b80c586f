"""`Movement`: the key poses from which an exercise is drawn, animated and simulated."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from coxa.exercises.terms import Part, View

JOINTS = (
    "hip_flexion", "hip_abduction", "hip_rotation", "knee_flexion", "ankle_dorsiflexion", "ankle_inversion", "ankle_rotation",
    "shoulder_flexion", "shoulder_abduction", "shoulder_rotation", "elbow_flexion", "forearm_pronation", "wrist_flexion",
)  # fmt: skip
"""Each with _working, _other, _left or _right."""
SPINE = (
    "trunk_flexion", "trunk_lateral", "trunk_rotation", "neck_flexion", "neck_lateral", "neck_rotation", "pelvis_tilt",
    "pelvis_obliquity", "pelvis_roll",
)  # fmt: skip
PAIRED_CONTACTS = ("shoulder", "elbow", "hand", "hip", "seat", "knee", "knee-side", "shin", "calf", "ankle-side", "heel", "foot", "toes",
                   "tip", "edge", "rim", "hand-back")  # fmt: skip
"""Parts that bear weight, each with _working, _other, _left or _right."""
CONTACTS = ("head", "back", "belly")
PAIRED_GRIPS = ("hip", "thigh-back", "thigh-front", "thigh-inner", "knee-front", "knee-outer", "shin-front", "ankle")
"""Places on the body that a hand holds, each with _working, _other, _left or _right."""
MEETINGS = ("knee-inner", "knee-outer", "knee-top", "above-knee", "ankle-inner", "ankle-outer", "thigh-inner", "sole")
"""Places on the body that lie on one another, each with _working, _other, _left or _right."""
GRIPS = ("floor", "support", "chair", "chest", "belly", "head", "free")

SIDED = ("working", "other", "left", "right")
Base = Literal[
    "supine", "supine-straight", "tabletop", "side-lying", "side-lying-straight", "prone", "all-fours", "half-kneeling",
    "standing", "standing-on-step", "sitting",
]  # fmt: skip
Prop = Literal[
    "mat", "chair", "step", "band-knees", "band-ankles", "cuff", "pillow-knees", "pillow-under-knee", "roller", "support",
    "support-along", "support-front", "support-behind", "line-3m",
]  # fmt: skip
Glow = Literal[
    "gluteus-maximus", "gluteus-medius", "deep-rotators", "hip-flexors", "quadriceps", "hamstrings", "adductors", "abdominals", "low-back",
    "tensor-fasciae-latae",
]  # fmt: skip
Where = Literal[
    "pelvis", "low-back", "trunk", "head", "thigh_working", "thigh_other", "knee_working", "knee_other", "knees", "foot_working",
    "foot_other", "feet",
]  # fmt: skip
Follow = Literal["hips", "knee_working", "knee_other", "foot_working", "foot_other", "belly"]
Arrow = Literal["up", "down", "forward", "back", "in", "out", "turn"]
Seconds = Annotated[float, Field(ge=0, le=10)]
Degrees = Annotated[float, Field(ge=-180, le=180)]


def sided(names: tuple[str, ...]) -> set[str]:
    """Every name with each word that says whose it is."""
    return {f"{name}_{side}" for name in names for side in SIDED}


class Key(Part):
    """A pose of the mannequin: joint angles in degrees by name, and what it rests on; what is not named stays as in the base posture.

    Positive is flexion, abduction and outward rotation (extension is negative flexion), knee and elbow bending, trunk or
    pelvis tipping forward, trunk, neck and their turning towards the working side, working side of the pelvis up, and pelvis rolling
    backward (side-lying) or turning to the working side. Legs are measured against the pelvis: when only the trunk leans forward by
    10°, pelvis_tilt and both hips gain 10°.

    What the start says of angles holds for every further pose that does not name them. `lifts` names the contacts of the base posture
    that are off the floor (and the places that no longer lie on each other), `rests` further ones that are on it; `hands` says what a hand
    holds, `meets` which place of the body lies on which; `places` moves a contact on the floor (outwards to its own side, up, towards
    +z; in leg lengths). A key that `mirrors` another is that one with left and right exchanged.
    """

    angles: dict[str, float] = Field(default_factory=dict)
    lifts: tuple[str, ...] = ()
    rests: tuple[str, ...] = ()
    hands: dict[str, str] = Field(default_factory=dict)
    meets: dict[str, str] = Field(default_factory=dict)
    places: dict[str, tuple[float, float, float]] = Field(default_factory=dict)
    mirrors: str | None = None

    @field_validator("angles")
    @classmethod
    def known_joints(cls, angles: dict[str, float]) -> dict[str, float]:
        if unknown := sorted(set(angles) - {*SPINE, *sided(JOINTS)}):
            raise ValueError(f"unknown joint angle {', '.join(unknown)}")
        return angles

    @field_validator("lifts")
    @classmethod
    def known_lifts(cls, lifts: tuple[str, ...]) -> tuple[str, ...]:
        cls.known_contacts(tuple(name for name in lifts if name not in sided(MEETINGS)))
        return lifts

    @field_validator("rests")
    @classmethod
    def known_contacts(cls, contacts: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(contacts) - {*CONTACTS, *sided(PAIRED_CONTACTS)}):
            raise ValueError(f"unknown contact {', '.join(unknown)}")
        return contacts

    @field_validator("places")
    @classmethod
    def known_places(cls, places: dict[str, tuple[float, float, float]]) -> dict[str, tuple[float, float, float]]:
        cls.known_contacts(tuple(places))
        return places

    @field_validator("hands")
    @classmethod
    def known_grips(cls, hands: dict[str, str]) -> dict[str, str]:
        return _known_grips(hands)

    @field_validator("meets")
    @classmethod
    def known_meetings(cls, meets: dict[str, str]) -> dict[str, str]:
        if unknown := sorted({*meets, *meets.values()} - sided(MEETINGS)):
            raise ValueError(f"unknown place on the body {', '.join(unknown)}")
        return meets


class Variant(Key):
    """How a mistake looks: what it adds to the peak for each unit by which it exceeds the clean peak, and where it is marked.

    `where` is the part of the body in which it shows and `arrow` the way that part goes wrong, as the person would say it;
    `size` is how big it is drawn, in the mistake's own unit, and `key` the pose it changes. Haste and bouncing have no pose of their own.
    """

    where: Where | None = None
    arrow: Arrow | None = None
    size: float = 20.0
    key: str = "peak"


class Movement(Part):
    """Key poses from which pictures, animations and the simulated person are drawn.

    `base` names a base posture; `start`, `peak` and further `keys` change it. `path` is the order in which the poses are gone
    through, over and over, with the `seconds` from each to the next and the `dwell` at each (without any, the movement goes through
    smoothly). `fixed` names further contacts that stay where they are, `lifted` those of the base posture that never bear weight.
    `hands` says what a hand holds throughout; `glow` which muscles should work. A `support` that no hand holds stands within reach:
    beside the person (`-along` their way), in front or behind; one that a hand holds stands under it. In pictures the eye is where
    `camera` says, or `seen_from` so many degrees round (from the front towards the working side; of whoever lies on the back, from the
    feet) and so many above the floor; their arrows go with the parts that `follow` names, or with the part that leads.
    """

    base: Base
    start: Key
    peak: Key
    keys: dict[str, Key] = Field(default_factory=dict)
    path: tuple[str, ...] = ("start", "peak")
    seconds: tuple[Seconds, ...] = ()
    dwell: tuple[Seconds, ...] = ()
    fixed: tuple[str, ...] = ()
    lifted: tuple[str, ...] = ()
    hands: dict[str, str] = Field(default_factory=dict)
    props: tuple[Prop, ...] = ()
    glow: tuple[Glow, ...] = ()
    working: Literal["one-side", "both"] = "one-side"
    faults: dict[str, Variant] = Field(default_factory=dict)
    camera: View = "front"
    seen_from: tuple[Degrees, Annotated[float, Field(ge=0, le=80)]] | None = None
    follow: tuple[Follow, ...] = ()

    @field_validator("fixed", "lifted")
    @classmethod
    def known_contacts(cls, fixed: tuple[str, ...]) -> tuple[str, ...]:
        return Key.known_contacts(fixed)

    @field_validator("hands")
    @classmethod
    def known_grips(cls, hands: dict[str, str]) -> dict[str, str]:
        return _known_grips(hands)

    @model_validator(mode="after")
    def path_is_whole(self) -> Movement:
        poses = {"start", "peak", *self.keys}
        if {"start", "peak"} & set(self.keys):
            raise ValueError("start and peak stand outside of keys")
        named = {*self.path, *(v.key for v in self.faults.values()), *(k.mirrors for k in self.keys.values() if k.mirrors)}
        if unknown := sorted(named - poses):
            raise ValueError(f"no key pose named {', '.join(unknown)}")
        if len(self.path) < 2:
            raise ValueError("the path needs two key poses or more")
        for name, times in (("seconds", self.seconds), ("dwell", self.dwell)):
            if times and len(times) != len(self.path):
                raise ValueError(f"{name} needs one number for each of the {len(self.path)} steps of the path")
        return self

    def key(self, name: str) -> Key:
        """The key pose of that name, mirrored if it says so."""
        key = {"start": self.start, "peak": self.peak, **self.keys}[name]
        return _exchanged(self.key(key.mirrors)) if key.mirrors else key


_TURNING = ("trunk_lateral", "trunk_rotation", "neck_lateral", "neck_rotation", "pelvis_obliquity", "pelvis_roll")
_OTHER_SIDE = {"working": "other", "other": "working", "left": "right", "right": "left"}


def _exchanged(key: Key) -> Key:
    def swap(name: str) -> str:
        stem, _, side = name.rpartition("_")
        return f"{stem}_{_OTHER_SIDE[side]}" if side in _OTHER_SIDE else name

    return Key(
        angles={swap(n): -a if n in _TURNING else a for n, a in key.angles.items()},
        lifts=tuple(map(swap, key.lifts)),
        rests=tuple(map(swap, key.rests)),
        hands={swap(h): swap(g) for h, g in key.hands.items()},
        meets={swap(a): swap(b) for a, b in key.meets.items()},
        places={swap(n): p for n, p in key.places.items()},
    )


def _known_grips(hands: dict[str, str]) -> dict[str, str]:
    if unknown := sorted(set(hands) - sided(("hand",))):
        raise ValueError(f"unknown hand {', '.join(unknown)}")
    if unknown := sorted(set(hands.values()) - {*GRIPS, *sided(PAIRED_GRIPS)}):
        raise ValueError(f"a hand cannot hold {', '.join(unknown)}")
    return hands


GLOWS: tuple[Glow, ...] = get_args(Glow)
PROPS: tuple[Prop, ...] = get_args(Prop)
