"""Exercises performed from the key poses of their `[movement]`, by people who differ from the picture.

Nobody moves as the key poses do: every person has their own range, tempo, stance and posture, and their joints do not keep
step. What was really done is therefore measured afterwards, on the joints, by the exercise's own signal seen from where it is
defined, without a pose model's noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from coxa.body.mannequin.contacts import small_turn, turn_vector
from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.skeleton import INDEX, PARENTS, SEGMENTS, Floats, Side, Skeleton
from coxa.body.posture import DIRECTIONS, chest, directions, orientation_of
from coxa.body.signals import LEFT, ORIENTATIONS, PLANTED, RIGHT, measure, signal_named

Random = np.random.Generator

#: How far apart a joint may be in two key poses and still be held in place, metres.
HELD_M = 0.02
#: Segments whose posture differs from person to person, and by how much, degrees.
HABITS = {"thigh": 2.0, "shin": 2.0, "abdomen": 1.5, "neck": 5.0, "upper_arm": 4.0, "forearm": 5.0}
#: How much later or earlier than the body a joint moves, in shares of the way there; how much further or less far.
LAG, REACH = 0.05, 0.04


@dataclass(frozen=True, eq=False)
class Visit:
    """One key pose on the way of a repetition, and how the joints go there.

    `go_s` is when the way there begins, `there_s` when it ends, `leave_s` when the pose is left; `reach` is how much of the way is
    done: 1 is the pose itself.
    """

    pose: Posed
    go_s: float
    there_s: float
    leave_s: float
    reach: float = 1.0


def steady(time_s: Floats) -> Floats:
    """Nothing is added to the pose while it is held."""
    return np.zeros_like(time_s)


@dataclass(frozen=True, eq=False)
class Round:
    """One repetition: the poses on the way to its top, then those on the way back, the last of them where it ends.

    Without a way back the next repetition goes on from the top. `wobble` gives what is added to the top's reach at each moment:
    sagging, bouncing.
    """

    visits: Sequence[Visit]
    back: Sequence[Visit]
    wobble: Callable[[Floats], Floats] = steady

    @property
    def start_s(self) -> float:
        """When the start is left."""
        return self.visits[0].go_s

    @property
    def top_s(self) -> float:
        """When the top is reached."""
        return self.visits[-1].there_s

    @property
    def leave_s(self) -> float:
        """When the way back begins."""
        return self.visits[-1].leave_s

    @property
    def end_s(self) -> float:
        """When it is over."""
        return self.back[-1].there_s if self.back else self.leave_s


def smooth(x: Floats) -> Floats:
    """0 below 0, 1 above 1, and the path of least jerk between."""
    x = np.clip(x, 0.0, 1.0)
    step: Floats = x**3 * (10.0 - 15.0 * x + 6.0 * x**2)
    return step


def with_habits(pose: Posed, habits: Floats) -> Posed:
    """The pose as a person with these habits takes it: each joint turned by its own little bit, the pelvis where it was."""
    return forward(pose.skeleton, pose.origins[0], local_rotations(pose) @ small_turn(habits))


def habits_of(rng: Random) -> Floats:
    """A person's habits: a small turn of each joint, (segments, 3) radians; none of the pelvis."""
    spread = np.array([HABITS.get(name.rsplit("_", 1)[0], HABITS.get(name, 0.0)) for name in SEGMENTS])
    turns: Floats = np.radians(spread)[:, None] * rng.standard_normal((len(SEGMENTS), 3)) * np.array([1.0, 0.4, 0.6])
    return turns


def local_rotations(pose: Posed) -> Floats:
    """Each segment's rotation on its parent, (segments, 3, 3)."""
    local = pose.rotations.copy()
    for k, name in enumerate(SEGMENTS):
        parent = PARENTS[name]
        if parent is not None:
            local[k] = pose.rotations[INDEX[parent]].T @ pose.rotations[k]
    return local


def forward(skeleton: Skeleton, root: Floats, local: Floats) -> Posed:
    """Poses from the root's place (..., 3) and rotations on the parents (..., segments, 3, 3)."""
    rotations, origins = np.empty_like(local), np.zeros(local.shape[:-1])
    origins[..., 0, :] = root
    for k, name in enumerate(SEGMENTS):
        parent = PARENTS[name]
        if parent is None:
            rotations[..., k, :, :] = local[..., k, :, :]
            continue
        p = INDEX[parent]
        rotations[..., k, :, :] = rotations[..., p, :, :] @ local[..., k, :, :]
        origins[..., k, :] = origins[..., p, :] + rotations[..., p, :, :] @ skeleton.offsets[k]
    return Posed(skeleton, origins, rotations)


def blend(first: Posed, second: Posed, shares: Floats) -> Posed:
    """Poses on the way from one to another, each joint with its own share of the way.

    Parameters
    ----------
    first, second : Posed
        Single poses of one skeleton.
    shares : (T, segments)
        0 at the first, 1 at the second, more beyond it; that of the pelvis also carries the body.

    Returns
    -------
    Posed
        Joints that are in the same place in both poses stay there, as well as the body allows.
    """
    a, b = local_rotations(first), local_rotations(second)
    vectors = np.stack([turn_vector(x.T @ y) for x, y in zip(a, b, strict=True)])
    local = a @ small_turn(shares[..., None] * vectors)
    root = first.origins[0] + shares[:, :1] * (second.origins[0] - first.origins[0])
    posed = forward(first.skeleton, root, local)
    still = np.linalg.norm(first.origins - second.origins, axis=-1) < HELD_M
    if not still.any():
        return posed
    held = first.origins[still].mean(axis=0) + shares[:, :1] * (second.origins[still] - first.origins[still]).mean(axis=0)
    return posed.moved(held - posed.origins[:, still].mean(axis=1))


def perform(start: Posed, repetitions: Sequence[Round], time_s: Floats, rng: Random) -> Posed:
    """Repetitions, one after the other, each through its own key poses and back.

    Parameters
    ----------
    start : Posed
    repetitions : in order of time
    time_s : (T,)
    rng : Generator
        Decides how the joints keep step.
    """
    origins = np.tile(start.origins, (len(time_s), 1, 1))
    rotations = np.tile(start.rotations, (len(time_s), 1, 1, 1))
    here = start
    for done in repetitions:
        stops = [*done.visits, *done.back]
        for k, visit in enumerate(stops):
            lag = rng.uniform(-LAG, LAG, len(SEGMENTS))
            lag[0] = 0.0
            way_s = max(visit.there_s - visit.go_s, 1e-3)
            stays = time_s >= visit.go_s
            if k + 1 < len(stops):
                stays &= time_s < visit.leave_s
            if not stays.any():
                continue
            share = smooth((time_s[stays, None] - visit.go_s - np.maximum(lag, 0.0) * way_s) / (way_s * (1.0 - np.abs(lag))))
            amount = share * visit.reach
            if k == len(done.visits) - 1:
                reach = 1.0 + REACH * rng.standard_normal(len(SEGMENTS))
                reach[0] = 1.0
                amount = share * (visit.reach * reach + done.wobble(time_s[stays])[:, None])
            posed = blend(here, visit.pose, amount)
            origins[stays], rotations[stays] = posed.origins, posed.rotations
            if k + 1 < len(stops):
                here = Posed(start.skeleton, posed.origins[-1], posed.rotations[-1])
        here = Posed(start.skeleton, origins[-1].copy(), rotations[-1].copy())
    return Posed(start.skeleton, origins, rotations)


def circling(edge: Sequence[Posed], angle: Floats) -> Posed:
    """Poses on circles through four poses a quarter of a circle apart.

    Parameters
    ----------
    edge : the poses at 0, 90, 180 and 270 degrees
    angle : (T,)
        Degrees.
    """
    first = edge[0]
    local = local_rotations(first)
    ways = [np.stack([turn_vector(x.T @ y) for x, y in zip(local, local_rotations(pose), strict=True)]) for pose in edge[1:]]
    a = np.radians(angle)
    far, aside = (1.0 - np.cos(a)) / 2.0, np.sin(a) / 2.0
    vectors = far[:, None, None] * ways[1] + aside[:, None, None] * (ways[0] - ways[2])
    roots = [pose.origins[0] - first.origins[0] for pose in edge[1:]]
    root = first.origins[0] + far[:, None] * roots[1] + aside[:, None] * (roots[0] - roots[2])
    return forward(first.skeleton, root, local @ small_turn(vectors))


def swayed(posed: Posed, sway_deg: Floats) -> Posed:
    """The whole body swaying about the floor below the hips: forwards, sideways and turning, (T, 3) degrees."""
    foot = posed.joint("pelvis").copy()
    foot[:, 1] = 0.0
    turned = small_turn(np.radians(sway_deg[:, [0, 2, 1]]))
    origins = np.einsum("tij,tsj->tsi", turned, posed.origins - foot[:, None]) + foot[:, None]
    return Posed(posed.skeleton, origins, turned[:, None] @ posed.rotations)


# ------------------------------------------------------------------------------------------------ measuring the truth


def towards(points: Floats, view: str, side: Side, end: str = "feet") -> Floats:
    """Horizontal unit direction from a body (33, 3) to where the camera of a view stands.

    `side` is the near one; `end`, "feet" or "head", is the one that a diagonal camera is nearer to when the body lies.
    """
    trunk = points[23] + points[24] - points[11] - points[12]
    left = points[11] - points[12] + points[23] - points[24]
    ahead = np.cross(left, -trunk)
    near = left if side == "left" else -left
    ways = {"side": near, "feet-end": trunk, "front": ahead, "raised": ahead}
    if view == "diagonal":
        lying = abs(trunk[1]) < 0.7 * np.linalg.norm(trunk)
        on_side = lying and abs(ahead[1]) < 0.7 * np.linalg.norm(ahead)
        way = _level((trunk if end == "feet" else -trunk) if lying else near) + _level(ahead if on_side or not lying else near)
    else:
        way = ways[view]
    return _level(way)


def _level(way: Floats) -> Floats:
    flat = np.array([way[0], 0.0, way[2]])
    flat /= max(float(np.linalg.norm(flat)), 1e-9)
    return flat


def azimuth_of(way: Floats) -> float:
    """The camera's azimuth for a direction, degrees."""
    return float(np.degrees(np.arctan2(way[0], way[2])))


def traces(points: Floats, names: Sequence[str], side: Side, view: str, near: Side | None = None, end: str = "feet") -> dict[str, Floats]:
    """Signals as an endlessly distant camera in the middle of the view sees them, without noise.

    Parameters
    ----------
    points : (T, 33, 3)
        Landmarks in the room, metres; the first frame is the start position.
    names : names of signals
    side : the leg that is followed
    view : where it is seen from
    near : the side near the camera, if not that one
    end : the end of a lying body that a diagonal camera is nearer to, "feet" or "head"

    Returns
    -------
    dict of name to (T,) in the signal's unit
    """
    away = -towards(points[0], view, near or side, end)
    right = np.cross(away, [0.0, 1.0, 0.0])
    axes = np.stack([right, [0.0, -1.0, 0.0], away])
    seen = points @ axes.T
    ruler = float(np.linalg.norm((points[0, 11] + points[0, 12] - points[0, 23] - points[0, 24]) / 2))
    d, n, orient = np.zeros(DIRECTIONS), np.zeros(3), np.zeros(ORIENTATIONS)
    directions(np.ascontiguousarray(seen[0, :, :2]), np.ascontiguousarray(seen[0]), d)
    chest(d, n)
    orientation_of(d, n, orient)
    flat = np.zeros((len(points), PLANTED + 1, 2))
    flat[:, :PLANTED] = seen[:, :, :2]
    low = 25 if seen[0, 25, 1] > seen[0, 26, 1] else 26
    flat[:, PLANTED] = seen[0, low, :2]
    number = LEFT if side == "left" else RIGHT
    found: dict[str, Floats] = {}
    for name in names:
        kind = signal_named(name).kind
        found[name] = np.array([measure(kind, number, p, ruler, orient) for p in flat])
    return found
