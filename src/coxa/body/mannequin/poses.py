"""Base postures, from which every picture and movement starts, and key poses that change some of their joint angles."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from coxa.body.mannequin.contacts import Assembly, held
from coxa.body.mannequin.kinematics import Posed, pose, turn
from coxa.body.mannequin.skeleton import SIDES, Side, Skeleton
from coxa.errors import BadInput

Angles = Mapping[str, float]


def both(**angles: float) -> dict[str, float]:
    """The same angle on both sides."""
    return {f"{name}_{side}": value for name, value in angles.items() for side in SIDES}


def lying_on(side: Side, *, straight: bool) -> dict[str, float]:
    """Joint angles of lying on one side, legs bent as for a clamshell or straight."""
    upper: Side = "right" if side == "left" else "left"
    tilt = 1.0 if side == "right" else -1.0
    arms = {
        f"shoulder_flexion_{side}": 125.0, f"shoulder_rotation_{side}": 20.0, f"elbow_flexion_{side}": 115.0,
        f"shoulder_flexion_{upper}": 62.0, f"shoulder_abduction_{upper}": -22.0, f"elbow_flexion_{upper}": 55.0,
        "trunk_lateral": tilt * 9.0, "neck_lateral": -tilt * 22.0, "neck_flexion": 6.0,
    }  # fmt: skip
    legs = (
        both(hip_flexion=5.0, knee_flexion=6.0, ankle_dorsiflexion=-10.0)
        if straight
        else both(hip_flexion=52.0, knee_flexion=90.0, ankle_dorsiflexion=-12.0)
    )
    return arms | legs | {f"hip_abduction_{upper}": -9.0, f"hip_abduction_{side}": 2.0}


_ARMS_DOWN = both(shoulder_abduction=9.0, shoulder_flexion=2.0, elbow_flexion=14.0)
_ARMS_ON_FLOOR = both(shoulder_abduction=22.0, shoulder_flexion=-6.0, elbow_flexion=8.0, forearm_pronation=75.0)

#: Each base posture: how the pelvis lies (a key of `kinematics.BASES`), joint angles, and which feet stand flat on the floor.
POSTURES: dict[str, tuple[str, dict[str, float], tuple[Side, ...]]] = {
    "standing": ("standing", _ARMS_DOWN | both(knee_flexion=3.0, hip_flexion=1.5, ankle_dorsiflexion=1.5), SIDES),
    "supine": ("supine", _ARMS_ON_FLOOR | both(hip_flexion=50.0, knee_flexion=100.0, ankle_dorsiflexion=-40.0), SIDES),
    "supine-straight": ("supine", _ARMS_ON_FLOOR | both(ankle_dorsiflexion=-20.0, hip_rotation=15.0, hip_abduction=5.0), ()),
    "prone": ("prone", both(shoulder_abduction=18.0, ankle_dorsiflexion=-55.0, elbow_flexion=6.0)
              | {"neck_rotation": 72.0, "neck_flexion": -8.0}, ()),
    "all-fours": ("all-fours", both(hip_flexion=76.0, knee_flexion=90.0, ankle_dorsiflexion=-55.0, shoulder_flexion=76.0,
                                    elbow_flexion=4.0, wrist_flexion=-86.0, forearm_pronation=90.0)
                  | {"pelvis_tilt": -14.0, "neck_flexion": -22.0}, ()),
    **{f"half-kneeling-{side}": (
        "half-kneeling",
        _ARMS_DOWN | {f"hip_flexion_{side}": 0.0, f"knee_flexion_{side}": 92.0, f"ankle_dorsiflexion_{side}": -55.0,
                      f"hip_flexion_{other}": 88.0, f"knee_flexion_{other}": 90.0},
        (other,),
    ) for side, other in ((SIDES[0], SIDES[1]), (SIDES[1], SIDES[0]))},
    **{f"side-lying-{side}{end}": (f"side-lying-{side}", lying_on(side, straight=bool(end)), ())
       for side in SIDES for end in ("", "-straight")},
}  # fmt: skip


def posture(skeleton: Skeleton, name: str, changes: Angles | None = None, *, fixed: tuple[str, ...] = ()) -> Posed:
    """A base posture, or a key pose that changes some of its angles.

    Parameters
    ----------
    skeleton : Skeleton
    name : str
        A key of `POSTURES`. In "side-lying-right" the right side is down; in "half-kneeling-right" the right knee is.
    changes : mapping of angle name to degrees, optional
        Joint angles (`LIMITS_DEG`) or pelvis angles that replace the posture's own.
    fixed : tuple of str
        Contacts such as ``foot_left`` or ``knee_right`` that stay where the unchanged posture has them.

    Raises
    ------
    BadInput
        If there is no such posture.
    BeyondLimits
        If an angle is unknown or beyond its anatomical limits.

    Examples
    --------
    >>> from coxa.body.mannequin.skeleton import Build
    >>> lying = posture(Skeleton.of(Build(1.70)), "supine")
    >>> bool(lying.joint("shin_left")[1] > 2 * lying.joint("pelvis")[1])
    True
    """
    if name not in POSTURES:
        raise BadInput(f"mannequin: expected a posture of {', '.join(POSTURES)}, got {name!r}")
    base, angles, flat = POSTURES[name]
    rest = _flat_footed(pose(skeleton, angles, base=base), flat)
    if not changes:
        return rest
    changed = pose(skeleton, {**angles, **changes}, base=base)
    return held(changed, rest, fixed) if fixed else changed


def _flat_footed(posed: Posed, sides: tuple[Side, ...]) -> Posed:
    """Put the soles of these feet flat on the floor, below or above where they are."""
    if not sides:
        return posed
    skeleton = posed.skeleton
    lowest = min(
        float(posed.site(name)[1]) for name in skeleton.surface if not any(name.startswith("sole_") and name.endswith(s) for s in sides)
    )
    standing = len(sides) == 2 and posed.rotation("pelvis")[1, 1] > 0.7
    body = Assembly(skeleton, 1)
    # standing, the soles carry the body; else hands, knees or the back do, and the feet come to the floor
    shift = np.array([0.0, 0.0 if standing else -lowest, 0.0])
    body.origins, body.rotations = (posed.origins + shift)[None].copy(), posed.rotations[None].copy()
    for side in sides:
        ankle = body.joint(f"foot_{side}")[0].copy()
        ankle[1] = skeleton.ankle_m
        s = 1.0 if side == "left" else -1.0
        knee = body.joint(f"shin_{side}")[0] - (body.joint(f"thigh_{side}")[0] + body.joint(f"foot_{side}")[0]) / 2
        body.reach("leg", side, ankle, knee, end_world=turn(1, s * 6.0))
    return body.posed()[0]
