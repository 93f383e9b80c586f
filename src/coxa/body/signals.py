"""Signals: named per-frame numbers measured in the image plane, from landmarks corrected for the frame's aspect.

Every signal is one row of `TABLE`; `measure` computes one row for one side from one frame's points, compiled, and is
what both the live step and a whole recording run. Lengths are in units of the ruler (the trunk's length at rest), so
that neither the size of the body nor the distance of the camera matters. Angles are in degrees.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from coxa.body.landmarks import Landmark as L
from coxa.body.recording import Recording
from coxa.errors import BadInput

Floats = npt.NDArray[np.float64]

#: Sides as the compiled code numbers them.
LEFT, RIGHT, BOTH = 0, 1, 2
SIDES = ("left", "right", "both")

# Orientation of the body in the image, found at rest (`coxa.body.posture.Orientation`), one number each.
FACING, FRONTAL, FEET = 0, 1, 2  # +1: looks to image right; left side at image right; feet at image right
ORIENTATIONS = 3

#: Row of a point that is not a landmark: the lower knee where it was at rest.
PLANTED = 33

# What a signal measures; `measure` below says how.
(TRUNK_THIGH, KNEE_FLEXION, KNEE_OPENING, LEG_LIFT, LEG_ABDUCTION, THIGH_EXTENSION, TRUNK_LEAN, TRUNK_FORWARD, HIP_HEIGHT,
 FOOT_LIFT, ANKLE_GAP, KNEE_GAP_RATIO, OBLIQUITY, KNEES_ABOVE_HIPS, HIP_ANGLE, OTHER_KNEE_FLEXION, OTHER_LEG_ABDUCTION, TRUNK_SLOPE,
 HIP_SHIFT, KNEELING_THIGH, KNEES_SIDEWAYS, KNEE_SIDEWAYS, LEG_RISE, THIGH_RISE, FOOT_DROP, LEG_SWING, TRAVEL,
 SEAT_HEIGHT, KNEES_ACROSS) = range(29)  # fmt: skip

# Thigh and shin are each about 0.246 of body height, shoulder to hip 0.288 (Drillis & Contini 1966).
THIGH_PER_TRUNK = 0.245 / 0.288
SHIN_PER_TRUNK = 0.246 / 0.288
LEG_PER_TRUNK = THIGH_PER_TRUNK + SHIN_PER_TRUNK
# Between the hip joints, or between knees that lie on each other, 0.10 of body height (as the mannequin).
HIPS_PER_TRUNK = 0.10 / 0.288
# Sine from which on an angle (45 degrees) is followed along its tangent.
STEEP = math.sqrt(0.5)


@dataclass(frozen=True)
class Signal:
    """One signal: what it measures, its unit, the views it can be seen from, and its noise there.

    `noise` is the standard deviation from frame to frame through the pose model on rendered people, in `unit`.
    """

    name: str
    kind: int
    unit: str
    views: tuple[str, ...]
    noise: float
    says: str


SIGNALS = {
    s.name: s
    for s in (
        Signal("trunk_thigh", TRUNK_THIGH, "deg", ("side",), 1.0, "angle shoulder-hip-knee through the upper side; 180 is a straight line"),
        Signal("hip_angle", HIP_ANGLE, "deg", ("side",), 1.0, "angle shoulder-hip-knee, 0 to 180"),
        Signal("knee_flexion", KNEE_FLEXION, "deg", ("side", "front"), 1.5, "bend of the knee; 0 is straight"),
        Signal(
            "knee_opening",
            KNEE_OPENING,
            "deg",
            ("front", "raised", "diagonal"),
            1.0,
            "angle between the thighs, from the gap between the knees",
        ),
        Signal("leg_lift", LEG_LIFT, "deg", ("front",), 0.8, "height of the leg line (pelvis to ankle) over the horizontal, lying"),
        Signal("leg_abduction", LEG_ABDUCTION, "deg", ("front",), 0.8, "leg line (hip to ankle) away from the vertical, outwards"),
        Signal("thigh_extension", THIGH_EXTENSION, "deg", ("side",), 1.0, "thigh behind the vertical"),
        Signal("rear_thigh", KNEELING_THIGH, "deg", ("side",), 1.0, "thigh of the kneeling leg behind the vertical"),
        Signal("trunk_lean", TRUNK_LEAN, "deg", ("front",), 0.7, "trunk away from the vertical, towards the working side"),
        Signal("trunk_forward", TRUNK_FORWARD, "deg", ("side",), 0.7, "trunk in front of the vertical"),
        Signal("trunk_slope", TRUNK_SLOPE, "deg", ("side",), 0.7, "slope of the trunk, head end up"),
        Signal("hip_height", HIP_HEIGHT, "leg lengths", ("front", "side", "diagonal"), 0.01, "height of the hips over the ankles"),
        Signal("foot_lift", FOOT_LIFT, "shin lengths", ("front", "side", "diagonal"), 0.02, "height of this ankle over the other"),
        Signal("ankle_gap", ANKLE_GAP, "shin lengths", ("front", "raised", "diagonal"), 0.02, "distance between the ankles"),
        Signal(
            "knee_gap_ratio", KNEE_GAP_RATIO, "ankle gaps", ("front", "feet-end"), 0.03, "distance of the knees over that of the ankles"
        ),
        Signal(
            "pelvis_obliquity", OBLIQUITY, "deg", (), 1.5, "hip line off the horizontal, working side up; follows a habit of the pose model"
        ),
        Signal("knees_above_hips", KNEES_ABOVE_HIPS, "trunk lengths", ("side",), 0.02, "height of the knees over the hips"),
        Signal("other_knee_flexion", OTHER_KNEE_FLEXION, "deg", ("side", "front"), 1.5, "bend of the other knee"),
        Signal("other_leg_abduction", OTHER_LEG_ABDUCTION, "deg", ("front",), 0.8, "the other leg line away from the vertical, outwards"),
        Signal("hip_shift", HIP_SHIFT, "trunk lengths", ("front", "side"), 0.01, "sideways place of the hips in the image"),
        Signal(
            "knees_sideways",
            KNEES_SIDEWAYS,
            "deg",
            ("side",),
            3.0,
            "hips and knees rolled towards the person's left, lying on the back, from how much higher one side is",
        ),
        Signal(
            "knees_across",
            KNEES_ACROSS,
            "deg",
            ("diagonal",),
            1.5,
            "knees (their middle) off the vertical over the hips, towards the person's left, lying on the back",
        ),
        Signal("knee_sideways", KNEE_SIDEWAYS, "deg", ("diagonal",), 1.0, "thigh (hip to knee) off the vertical, outwards"),
        Signal("leg_rise", LEG_RISE, "deg", ("side",), 0.8, "leg line (hip to ankle) over the horizontal, lying on back or front"),
        Signal("thigh_rise", THIGH_RISE, "deg", ("side",), 1.0, "thigh over the horizontal; 90 is upright"),
        Signal(
            "foot_drop",
            FOOT_DROP,
            "shin lengths",
            ("front",),
            0.01,
            "height of the other, hanging side over this, standing one, at hip and foot",
        ),
        Signal("leg_swing", LEG_SWING, "deg", ("diagonal",), 2.0, "leg in front of the hips, lying on the side, from how short it looks"),
        Signal("travel", TRAVEL, "trunk lengths", ("front", "side"), 0.02, "place of the hips: to the person's left, or to the front"),
        Signal("seat_height", SEAT_HEIGHT, "leg lengths", ("front", "side", "diagonal"), 0.01, "height of the hips over the ankles"),
    )
}


# Signals of one leg, seen from the side, that the pose model gives to the other leg as well, or to that one alone: the
# step puts the two together.
SHARED = (THIGH_EXTENSION, THIGH_RISE)  # a thigh that falls from where both are held is one leg's

# Landmarks that each kind needs, of the working side and of the other, as offsets from the left one: 11 shoulder, 23 hip,
# 25 knee, 27 ankle.
NEEDS: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {
    TRUNK_THIGH: ((11, 23, 25), ()),
    HIP_ANGLE: ((11, 23, 25), ()),
    KNEE_FLEXION: ((23, 25, 27), ()),
    OTHER_KNEE_FLEXION: ((), (23, 25, 27)),
    KNEE_OPENING: ((25,), (25,)),
    LEG_LIFT: ((23, 27), (23,)),
    LEG_ABDUCTION: ((23, 27), ()),
    OTHER_LEG_ABDUCTION: ((), (23, 27)),
    THIGH_EXTENSION: ((23, 25), ()),
    TRUNK_LEAN: ((11, 23), (11, 23)),
    TRUNK_FORWARD: ((11, 23), ()),  # the far side is guessed along
    TRUNK_SLOPE: ((11, 23), ()),
    HIP_HEIGHT: ((23, 27), (23, 27)),
    FOOT_LIFT: ((25, 27), (25, 27)),
    ANKLE_GAP: ((27,), (27,)),
    KNEE_GAP_RATIO: ((25, 27), (25, 27)),
    OBLIQUITY: ((23,), (23,)),
    KNEES_ABOVE_HIPS: ((23, 25), (23, 25)),
    HIP_SHIFT: ((23,), (23,)),
    KNEELING_THIGH: ((11, 23), ()),
    KNEES_SIDEWAYS: ((23,), (23,)),  # the far knee shows when it is needed: when it is on top
    KNEES_ACROSS: ((23, 25), (23, 25)),
    KNEE_SIDEWAYS: ((23, 25), ()),
    LEG_RISE: ((23, 27), ()),
    THIGH_RISE: ((23, 25), ()),
    FOOT_DROP: ((23, 27), (23, 27)),
    LEG_SWING: ((23, 25), (23,)),
    TRAVEL: ((23,), ()),
    SEAT_HEIGHT: ((23, 27), ()),
}


def needed(kind: int, side: int) -> tuple[int, ...]:
    """Indices of the landmarks that a signal needs when that side works (BOTH: as the left)."""
    own, other = NEEDS[kind]
    mine = 1 if side == RIGHT else 0
    return tuple(i + mine for i in own) + tuple(i + 1 - mine for i in other)


@njit(cache=True, inline="always")
def bend(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> float:
    """Angle at b between a and c, degrees, 0..180."""
    ux, uy, vx, vy = ax - bx, ay - by, cx - bx, cy - by
    return math.degrees(abs(math.atan2(ux * vy - uy * vx, ux * vx + uy * vy)))


@njit(cache=True, inline="always")
def angle_of_sine(sine: float) -> float:
    """Angle in degrees; past `STEEP` along the tangent, so that it neither ends at 90 nor makes much of every tremble near it."""
    less = max(-STEEP, min(STEEP, sine))
    return math.degrees(math.asin(less) + (sine - less) / math.sqrt(1.0 - STEEP * STEEP))


@njit(cache=True)
def measure(kind: int, side: int, p: Floats, ruler: float, orient: Floats) -> float:
    """One signal of one frame.

    Parameters
    ----------
    kind : one of the constants above
    side : LEFT or RIGHT, the side that works (BOTH: the left is taken where it matters)
    p : (34, 2) points in pixels, y down; row PLANTED is the lower knee at rest
    ruler : trunk length at rest, pixels
    orient : (3,) FACING, FRONTAL, FEET, each -1..1
    """
    s = 1 if side == RIGHT else 0
    o = 1 - s
    sh, hip, knee, ankle = 11 + s, 23 + s, 25 + s, 27 + s
    mid_sx, mid_sy = (p[11, 0] + p[12, 0]) * 0.5, (p[11, 1] + p[12, 1]) * 0.5
    mid_hx, mid_hy = (p[23, 0] + p[24, 0]) * 0.5, (p[23, 1] + p[24, 1]) * 0.5
    # +1 for the left leg of a person who faces the camera: image right is outwards.
    outward = (1.0 if orient[FRONTAL] >= 0 else -1.0) * (1.0 if s == 0 else -1.0)
    facing = 1.0 if orient[FACING] >= 0 else -1.0
    feet = 1.0 if orient[FEET] >= 0 else -1.0
    if kind == TRUNK_THIGH:
        # Through the upper side, so that hips above the shoulder-knee line read more than 180.
        up_shoulder = math.atan2(-feet * (p[sh, 0] - p[hip, 0]), -(p[sh, 1] - p[hip, 1]))
        up_knee = math.atan2(feet * (p[knee, 0] - p[hip, 0]), -(p[knee, 1] - p[hip, 1]))
        return math.degrees(up_shoulder + up_knee)
    if kind == HIP_ANGLE:
        return bend(p[sh, 0], p[sh, 1], p[hip, 0], p[hip, 1], p[knee, 0], p[knee, 1])
    if kind == KNEE_FLEXION:
        return 180.0 - bend(p[hip, 0], p[hip, 1], p[knee, 0], p[knee, 1], p[ankle, 0], p[ankle, 1])
    if kind == OTHER_KNEE_FLEXION:
        return 180.0 - bend(p[23 + o, 0], p[23 + o, 1], p[25 + o, 0], p[25 + o, 1], p[27 + o, 0], p[27 + o, 1])
    if kind == KNEE_OPENING:
        gap = math.hypot(p[25, 0] - p[26, 0], p[25, 1] - p[26, 1]) / (ruler * THIGH_PER_TRUNK)
        # Knees nearer to the camera than the trunk look further apart than thighs are long.
        return 2.0 * angle_of_sine(0.5 * gap)
    if kind == LEG_LIFT:
        return math.degrees(math.atan2(mid_hy - p[ankle, 1], feet * (p[ankle, 0] - mid_hx)))
    if kind == LEG_ABDUCTION:
        return math.degrees(math.atan2(outward * (p[ankle, 0] - p[hip, 0]), p[ankle, 1] - p[hip, 1]))
    if kind == OTHER_LEG_ABDUCTION:
        return math.degrees(math.atan2(-outward * (p[27 + o, 0] - p[23 + o, 0]), p[27 + o, 1] - p[23 + o, 1]))
    if kind == THIGH_EXTENSION:
        return math.degrees(math.atan2(-facing * (p[knee, 0] - mid_hx), p[knee, 1] - mid_hy))
    if kind == KNEELING_THIGH:
        # The kneeling knee stays where it was put down; half-kneeling, the pose model often exchanges the legs.
        return math.degrees(math.atan2(-facing * (p[PLANTED, 0] - mid_hx), p[PLANTED, 1] - mid_hy))
    if kind == TRUNK_LEAN:
        return math.degrees(math.atan2(outward * (mid_sx - mid_hx), mid_hy - mid_sy))
    if kind == TRUNK_FORWARD:
        return math.degrees(math.atan2(facing * (mid_sx - mid_hx), mid_hy - mid_sy))
    if kind == TRUNK_SLOPE:
        return math.degrees(math.atan2(mid_hy - mid_sy, abs(mid_sx - mid_hx)))
    if kind == HIP_HEIGHT:
        return ((p[27, 1] + p[28, 1]) * 0.5 - mid_hy) / (ruler * LEG_PER_TRUNK)
    if kind == FOOT_LIFT:
        # Three points tell more of a foot that is hardly off the floor than one; not every source has a heel.
        own, other = p[ankle, 1] + p[knee, 1], p[27 + o, 1] + p[25 + o, 1]
        points = 2.0
        if math.isfinite(p[29, 1] + p[30, 1]):
            own, other, points = own + p[29 + s, 1], other + p[29 + o, 1], 3.0
        # Never negative: the standing foot is at rest, however high the other one is.
        return max(0.0, other - own) / (points * ruler * SHIN_PER_TRUNK)
    if kind == ANKLE_GAP:
        return math.hypot(p[27, 0] - p[28, 0], p[27, 1] - p[28, 1]) / (ruler * SHIN_PER_TRUNK)
    if kind == KNEE_GAP_RATIO:
        return abs(p[25, 0] - p[26, 0]) / max(abs(p[27, 0] - p[28, 0]), 0.05 * ruler)
    if kind == OBLIQUITY:
        return math.degrees(math.atan2(p[23 + o, 1] - p[hip, 1], abs(p[23, 0] - p[24, 0])))
    if kind == KNEES_ABOVE_HIPS:
        return (mid_hy - (p[25, 1] + p[26, 1]) * 0.5) / ruler
    if kind == HIP_SHIFT:
        return mid_hx / ruler
    if kind == KNEES_SIDEWAYS:
        # Seen from the side, the pelvis and the knees that roll to the left bring the right side up. From the feet the knees
        # would say more, but they hide the head there, and the pose model takes them for shoulders.
        higher = (p[23, 1] + p[25, 1] - p[24, 1] - p[26, 1]) * 0.5 / (ruler * HIPS_PER_TRUNK)
        # Far over, the upper knee is drawn up and may stand higher than the hips are wide.
        return angle_of_sine(higher)
    if kind == KNEES_ACROSS:
        # The middle of the two is the same when the pose model exchanges the legs, as it does when they fall away from the camera.
        left = 1.0 if orient[FRONTAL] >= 0 else -1.0
        return math.degrees(math.atan2(left * ((p[25, 0] + p[26, 0]) * 0.5 - mid_hx), mid_hy - (p[25, 1] + p[26, 1]) * 0.5))
    if kind == KNEE_SIDEWAYS:
        return math.degrees(math.atan2(outward * (p[knee, 0] - p[hip, 0]), p[hip, 1] - p[knee, 1]))
    if kind == LEG_RISE:
        return math.degrees(math.atan2(p[hip, 1] - p[ankle, 1], feet * (p[ankle, 0] - p[hip, 0])))
    if kind == THIGH_RISE:
        return math.degrees(math.atan2(p[hip, 1] - p[knee, 1], feet * (p[knee, 0] - p[hip, 0])))
    if kind == FOOT_DROP:
        # A pose model shows a drop of two or three pixels, and less of it at one point than that point wanders: before a step
        # it confuses one ankle with the other. All of the hanging side sinks; a third of what counts is the pelvis itself, lest a
        # foot that dangles pass for it: no more, for who leans over the standing leg lifts that side of the pelvis.
        drop = p[27 + o, 1] - p[ankle, 1]
        if math.isfinite(p[31, 1] + p[32, 1]):
            drop = 0.5 * (drop + p[31 + o, 1] - p[31 + s, 1])
        return -(2.0 * drop + p[23 + o, 1] - p[hip, 1]) / (3.0 * ruler * SHIN_PER_TRUNK)
    if kind == LEG_SWING:
        # Lying on the side and seen from between front and feet, a leg that goes forward points at the camera and looks
        # short; one that goes back looks long. The trunk is as foreshortened as the leg at rest, so it is the ruler.
        # The knee stands for the leg: the ankle hides behind its own foot.
        return math.degrees(1.0 - feet * (p[knee, 0] - mid_hx) / (ruler * THIGH_PER_TRUNK))
    if kind == TRAVEL:
        if abs(orient[FACING]) > abs(orient[FRONTAL]):
            return facing * mid_hx / ruler
        return (1.0 if orient[FRONTAL] >= 0 else -1.0) * mid_hx / ruler
    if kind == SEAT_HEIGHT:
        return ((p[27, 1] + p[28, 1]) * 0.5 - mid_hy) / (ruler * LEG_PER_TRUNK)
    return math.nan


def signal_named(name: str) -> Signal:
    """The signal of that name; `BadInput` with the names there are otherwise."""
    if name not in SIGNALS:
        raise BadInput(f"signal: expected one of {', '.join(SIGNALS)}, got {name!r}; correct the exercise's file")
    return SIGNALS[name]


def trace(recording: Recording, name: str, side: str = "left", *, facing: float = 1.0, frontal: float = 1.0, feet: float = 1.0) -> Floats:
    """One signal over a whole recording, unsmoothed.

    Parameters
    ----------
    recording : Recording
    name : a key of `SIGNALS`
    side : "left" or "right", the side that works
    facing, frontal, feet : +1 or -1
        Whether the person looks to image right, has the left side at image right, has the feet at image right.

    Returns
    -------
    (T,) float64 in the signal's unit; NaN where a landmark is missing.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.zeros((1, 33, 3), np.float32); image[0, 11:13, 1] = 0.2; image[0, 23:25, 1] = 0.5
    >>> image[0, 25:27, :2] = 0.1, 0.8; world = np.full((1, 33, 3), np.nan, np.float32)
    >>> clip = Recording(np.array([0.0]), image, world, np.ones((1, 33), np.float32), 100, 100, 30.0)
    >>> round(float(trace(clip, "thigh_extension", facing=-1.0)[0]), 1)
    18.4
    """
    signal = signal_named(name)
    points = recording.image[:, :, :2].astype(np.float64) * np.array([recording.width, recording.height], np.float64)
    trunk = np.linalg.norm(
        (points[:, L.LEFT_SHOULDER] + points[:, L.RIGHT_SHOULDER] - points[:, L.LEFT_HIP] - points[:, L.RIGHT_HIP]) / 2, axis=1
    )
    ruler = float(np.nanmedian(trunk))
    knees = points[:, [L.LEFT_KNEE, L.RIGHT_KNEE]]
    lower = np.take_along_axis(knees, np.argmax(np.nan_to_num(knees[..., 1]), axis=1)[:, None, None], axis=1)
    points = np.concatenate([points, np.broadcast_to(lower[:1], lower.shape)], axis=1)
    orient = np.array([facing, frontal, feet])
    return np.array([measure(signal.kind, SIDES.index(side), p, ruler, orient) for p in points])
