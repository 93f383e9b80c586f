"""Posture and camera view, from the directions of the trunk and of the line between the shoulders and hips.

Measured on rendered and real clips, the pose model's 3-D landmarks tell these directions within about 15 degrees from
every household camera place, lying people included; they are used for nothing finer than posture, view and nearer side.
Two-dimensional sources lack depth: it is filled in from the shortening of the shoulder line and from which points show.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from coxa.body.signals import FACING, FEET, FRONTAL

Floats = npt.NDArray[np.float64]

POSTURES = ("unknown", "supine", "side-lying", "prone", "all-fours", "half-kneeling", "standing", "sitting")
UNKNOWN, SUPINE, SIDE_LYING, PRONE, ALL_FOURS, HALF_KNEELING, STANDING, SITTING = range(len(POSTURES))
VIEWS = ("unknown", "front", "side", "diagonal", "feet-end", "raised")
NO_VIEW, FRONT, SIDE, DIAGONAL, FEET_END, RAISED = range(len(VIEWS))

#: What `directions` fills: lateral line (left to right) x, y, z; trunk (head to hips) x, y, z; how far the lower knee is
#: above the lowest foot point, in shins; how far the knees are below the hips, and the lower of the two, in trunks.
(LATERAL, TRUNK, KNEE_OFF_FLOOR, KNEES_BELOW, LOWER_KNEE_BELOW) = (0, 3, 6, 7, 8)
DIRECTIONS = 9

#: Share of the trunk's length that points at the camera when somebody on their side is seen from the feet.
ALONG = 0.82

#: Whoever lies on back or front is seen diagonally between these; a camera half-way between side and end, placed by eye, has to be.
OFF_SIDE_DEG, OFF_END_DEG = 26.0, 64.0

#: Knees less far below the hips than this, in trunks, are those of a person who sits; standing they are at 0.85, and a
#: low camera sees the nearer knees lower than they are.
SEATED_KNEES = 0.45

# Shoulder breadth over trunk length, for sources without depth (Drillis & Contini 1966: 0.259 and 0.288 of height,
# less the deltoids).
BREADTH_PER_TRUNK = 0.62


@njit(cache=True)
def directions(p: Floats, world: Floats, out: Floats) -> None:
    """Fill `out` (9,) from one frame's points (33, 2) in pixels and world landmarks (33, 3); NaN where not seen."""
    tx = (p[23, 0] + p[24, 0] - p[11, 0] - p[12, 0]) * 0.5
    ty = (p[23, 1] + p[24, 1] - p[11, 1] - p[12, 1]) * 0.5
    trunk = math.hypot(tx, ty)
    if world[11, 0] == world[11, 0] and world[24, 2] == world[24, 2]:
        lx = world[12, 0] - world[11, 0] + world[24, 0] - world[23, 0]
        ly = world[12, 1] - world[11, 1] + world[24, 1] - world[23, 1]
        lz = world[12, 2] - world[11, 2] + world[24, 2] - world[23, 2]
        dx = world[23, 0] + world[24, 0] - world[11, 0] - world[12, 0]
        dy = world[23, 1] + world[24, 1] - world[11, 1] - world[12, 1]
        dz = world[23, 2] + world[24, 2] - world[11, 2] - world[12, 2]
    else:
        breadth = max(BREADTH_PER_TRUNK * trunk, 1e-9)
        lx = (p[12, 0] - p[11, 0]) / breadth
        ly = (p[12, 1] - p[11, 1]) / breadth
        lz = math.sqrt(max(0.0, 1.0 - lx * lx - ly * ly))
        dx, dy, dz = tx, ty, 0.0
        # The sign of the depth follows from the chest, which shows where the nose is: ahead of the trunk's line.
        nose = (p[0, 0] - p[11, 0]) * ty - (p[0, 1] - p[11, 1]) * tx
        if nose < 0.0:
            lz = -lz
    length = math.sqrt(lx * lx + ly * ly + lz * lz)
    reach = math.sqrt(dx * dx + dy * dy + dz * dz)
    if not (length > 0.0 and reach > 0.0):
        out[:] = math.nan
        return
    out[0], out[1], out[2] = lx / length, ly / length, lz / length
    out[3], out[4], out[5] = dx / reach, dy / reach, dz / reach
    shin = max(0.5 * (math.hypot(p[25, 0] - p[27, 0], p[25, 1] - p[27, 1]) + math.hypot(p[26, 0] - p[28, 0], p[26, 1] - p[28, 1])), 1e-9)
    lowest_foot = max(p[27, 1], p[28, 1], p[31, 1], p[32, 1])
    out[6] = (lowest_foot - max(p[25, 1], p[26, 1])) / shin
    out[7] = ((p[25, 1] + p[26, 1] - p[23, 1] - p[24, 1]) * 0.5) / max(trunk, 1e-9)
    out[8] = (max(p[25, 1], p[26, 1]) - (p[23, 1] + p[24, 1]) * 0.5) / max(trunk, 1e-9)


@njit(cache=True)
def chest(d: Floats, out: Floats) -> None:
    """Direction the chest faces (camera axes: x right, y down, z away), from the lateral line and the trunk."""
    out[0] = d[1] * d[5] - d[2] * d[4]
    out[1] = d[2] * d[3] - d[0] * d[5]
    out[2] = d[0] * d[4] - d[1] * d[3]
    n = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    if n > 0.0:
        out[0] /= n
        out[1] /= n
        out[2] /= n


@njit(cache=True)
def posture_of(d: Floats, n: Floats) -> int:
    """Posture from smoothed directions and the chest's direction."""
    if not (d[0] == d[0] and n[0] == n[0]):
        return UNKNOWN
    down = d[4]  # 1: upright, 0: lying, -1: upside down
    if down > 0.70:
        if d[6] < 0.5:
            return HALF_KNEELING
        return SITTING if d[7] < SEATED_KNEES else STANDING
    if abs(down) < 0.62:
        if abs(d[1]) > 0.58:
            return SIDE_LYING
        if n[1] < -0.45:
            return SUPINE
        if n[1] > 0.45:
            return ALL_FOURS if d[8] > 0.35 else PRONE
    if down > 0.35 and d[6] > 0.7:
        return STANDING  # bent forward on two feet
    return UNKNOWN


@njit(cache=True)
def view_of(posture: int, d: Floats, n: Floats) -> int:
    """Camera view of the body in that posture."""
    if posture == UNKNOWN:
        return NO_VIEW
    if posture in (SUPINE, PRONE, ALL_FOURS):
        along = math.degrees(math.atan2(abs(d[5]), abs(d[3])))
        if along < OFF_SIDE_DEG:
            return SIDE
        return FEET_END if along > OFF_END_DEG else DIAGONAL
    if posture == SIDE_LYING and abs(d[5]) > ALONG:
        return FEET_END
    if posture == SIDE_LYING and n[1] > 0.64:
        return RAISED
    turned = math.degrees(math.atan2(abs(n[0]), abs(n[2])))
    if turned < 28.0:
        return FRONT
    return SIDE if turned > 58.0 else DIAGONAL


@njit(cache=True)
def orientation_of(d: Floats, n: Floats, out: Floats) -> None:
    """Fill FACING, FRONTAL and FEET (each -1..1) from smoothed directions and the chest's direction."""
    out[FACING] = n[0]
    out[FRONTAL] = -d[0]
    out[FEET] = d[3]


@njit(cache=True)
def near_side(d: Floats) -> int:
    """0 where the left side is nearer the camera, 1 where the right one is."""
    return 0 if d[2] >= 0.0 else 1


@njit(cache=True)
def upper_side(d: Floats) -> int:
    """0 where the left side is the upper one, 1 where the right one is."""
    return 0 if d[1] >= 0.0 else 1
