"""`Solver`: poses that come as near to wished joint angles as contacts, floor, flesh and joint limits allow; many frames at once.

Damped Gauss-Newton steps over the joint angles and the pelvis' place and turn, with exact derivatives. Contacts weigh far more than
angles, so that they hold to the millimetre; floor and flesh push back only where something sinks in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numba as nb
import numpy as np
import numpy.typing as npt

from coxa.body.mannequin.flesh import Flesh
from coxa.body.mannequin.kinematics import BASES, PELVIS, Posed
from coxa.body.mannequin.skeleton import INDEX, LIMITS_DEG, PARENTS, SEGMENTS, SIDES, Floats, Site, Skeleton

#: The unknowns: place of the pelvis (metres), then angles (radians).
NAMES: tuple[str, ...] = ("x", "y", "z", *PELVIS, *LIMITS_DEG)
_AT = {name: k for k, name in enumerate(NAMES)}

#: Shares of body mass (Winter) of each kind of segment, and how far along the bone their middle lies, body heights below the origin.
_MASS: dict[str, tuple[float, tuple[float, float, float]]] = {
    "pelvis": (0.142, (0.0, 0.01, 0.0)), "abdomen": (0.139, (0.0, 0.05, 0.005)), "chest": (0.216, (0.0, 0.06, 0.0)),
    "neck": (0.011, (0.0, 0.03, 0.01)), "head": (0.070, (0.0, 0.03, 0.0)), "upper_arm": (0.028, (0.0, -0.081, 0.0)),
    "forearm": (0.016, (0.0, -0.063, 0.0)), "hand": (0.006, (0.0, -0.04, 0.0)), "thigh": (0.100, (0.0, -0.106, 0.0)),
    "shin": (0.0465, (0.0, -0.106, 0.0)), "foot": (0.0145, (0.0, -0.02, 0.03)),
}  # fmt: skip


def _turns() -> list[tuple[int, int, int, float]]:
    """Each elementary turn in order: segment, axis, unknown, factor; as `kinematics.pose` puts the joints together."""
    rows: list[tuple[str, int, str, float]] = [("pelvis", 1, "pelvis_roll", 1), ("pelvis", 2, "pelvis_obliquity", 1),
                                              ("pelvis", 0, "pelvis_tilt", 1)]  # fmt: skip
    for region, segments in (("trunk", ("abdomen", "chest")), ("neck", ("neck", "head"))):
        for name in segments:
            rows += [(name, 0, f"{region}_flexion", 0.5), (name, 2, f"{region}_lateral", -0.5), (name, 1, f"{region}_rotation", 0.5)]
    for side, s in zip(SIDES, (1.0, -1.0), strict=True):
        for joint, name in (("hip", "thigh"), ("shoulder", "upper_arm")):
            rows += [(f"{name}_{side}", 0, f"{joint}_flexion_{side}", -1), (f"{name}_{side}", 2, f"{joint}_abduction_{side}", s),
                     (f"{name}_{side}", 1, f"{joint}_rotation_{side}", s)]  # fmt: skip
        rows += [
            (f"shin_{side}", 0, f"knee_flexion_{side}", 1), (f"foot_{side}", 0, f"ankle_dorsiflexion_{side}", -1),
            (f"foot_{side}", 2, f"ankle_inversion_{side}", -s), (f"foot_{side}", 1, f"ankle_rotation_{side}", s),
            (f"forearm_{side}", 0, f"elbow_flexion_{side}", -1), (f"hand_{side}", 1, f"forearm_pronation_{side}", -s),
            (f"hand_{side}", 2, f"wrist_flexion_{side}", -s),
        ]  # fmt: skip
    return sorted(((INDEX[a], b, _AT[c], d) for a, b, c, d in rows), key=lambda row: row[0])


_TURNS = _turns()
_SEGMENT, _AXIS, _UNKNOWN = (np.array([row[k] for row in _TURNS], dtype=np.int64) for k in range(3))
_FACTOR = np.array([row[3] for row in _TURNS])
_PARENT = np.array([-1 if PARENTS[name] is None else INDEX[str(PARENTS[name])] for name in SEGMENTS], dtype=np.int64)


def _moved_by() -> npt.NDArray[np.bool_]:
    """Whether a segment's turn moves another one, (17, 17)."""
    above = np.zeros((len(SEGMENTS), len(SEGMENTS)), dtype=bool)
    for k, name in enumerate(SEGMENTS):
        at: str | None = name
        while at is not None:
            above[INDEX[at], k] = True
            at = PARENTS[at]
    return above


_ABOVE = _moved_by()


@dataclass
class Task:
    """What is asked of T frames: everything else is free.

    Attributes
    ----------
    wish, weight : (T, 38) float64
        Wished value and weight of each unknown of `NAMES`.
    pins : list of (Site, (T, 3) target, (T, 3) weight)
        Points that stay at a place; a weight of 0 leaves an axis or a frame free.
    meets : list of (Site, Site, (T,) weight)
        Points of the body that lie on one another.
    faces : list of (segment, own direction, other segment or "", its or the world's direction, (T,) weight)
        Directions that look the same way.
    support : (T, 2) target and weight, optional
        Where the middle of the mass stands, x and z.
    floor : bool
        Whether nothing may sink below y = 0.
    apart : float
        Weight with which segments are kept out of each other.
    """

    wish: Floats
    weight: Floats
    pins: list[tuple[Site, Floats, Floats]] = field(default_factory=list)
    meets: list[tuple[Site, Site, Floats]] = field(default_factory=list)
    faces: list[tuple[str, Floats, str, Floats, Floats]] = field(default_factory=list)
    support: tuple[Floats, Floats] | None = None
    floor: bool = True
    apart: float = 60.0


class Solver:
    """Finds the poses of one skeleton in one base orientation of the pelvis."""

    def __init__(self, skeleton: Skeleton, base: str) -> None:
        self.skeleton = skeleton
        self.base = BASES[base]
        self.flesh = Flesh.of(skeleton)
        kinds = [s.removesuffix("_left").removesuffix("_right") for s in SEGMENTS]
        self.mass = np.array([_MASS[k][0] for k in kinds])
        self.middle = np.array([_MASS[k][1] for k in kinds]) * skeleton.build.height_m
        limits = np.array([LIMITS_DEG.get(name, (-720.0, 720.0)) for name in NAMES])
        self.low, self.high = np.radians(limits[:, 0] + 0.5), np.radians(limits[:, 1] - 0.5)
        self.low[:3], self.high[:3] = -10.0, 10.0
        self.skin = [s for name, s in skeleton.surface.items() if not name.startswith(("palm", "wrist"))]

    def solve(self, task: Task, start: Floats, rounds: int = 40) -> Floats:
        """The unknowns (T, 38) that fit a task best, from a first guess (T, 38)."""
        x = start.copy()
        best, lowest = x.copy(), np.full(len(x), np.inf)
        for k in range(rounds):
            residual, slope = self._residuals(task, x, gentle=k < rounds // 4)
            cost = np.sum(residual**2, axis=1)
            if k >= rounds // 4:
                better = cost < lowest
                best[better], lowest[better] = x[better], cost[better]
            normal = np.swapaxes(slope, 1, 2) @ slope
            damping = 1e-3 + 1e-3 * np.einsum("tii->ti", normal)
            normal[:, np.arange(x.shape[1]), np.arange(x.shape[1])] += damping
            step = np.linalg.solve(normal, -np.einsum("trp,tr->tp", slope, residual)[..., None])[..., 0]
            size = np.abs(step).max(axis=1, keepdims=True)
            step *= np.minimum(1.0, 0.35 / np.maximum(size, 1e-9))
            x = np.clip(x + step, self.low, self.high)
            if size.max() < 2e-4 and k >= rounds // 4 + 1:
                break
        residual, _ = self._residuals(task, x, gentle=False)
        better = np.sum(residual**2, axis=1) < lowest
        best[better] = x[better]
        return best

    def posed(self, x: Floats) -> Posed:
        """The poses of unknowns (T, 38)."""
        origins, rotations, _, _ = self._forward(x)
        return Posed(self.skeleton, origins, rotations)

    def _forward(self, x: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        bones = self.skeleton.offsets
        found: tuple[Floats, Floats, Floats, Floats] = _chain(x, self.base, bones, _PARENT, _SEGMENT, _AXIS, _UNKNOWN, _FACTOR)
        return found

    def _residuals(self, task: Task, x: Floats, *, gentle: bool) -> tuple[Floats, Floats]:
        origins, rotations, axes, pivots = self._forward(x)
        frames, unknowns = x.shape

        def places(segments: Sequence[int] | npt.NDArray[np.int64], offsets: Floats) -> Floats:
            return origins[:, segments] + np.matmul(rotations[:, segments], offsets[..., None])[..., 0]

        def points(segments: Sequence[int] | npt.NDArray[np.int64], offsets: Floats) -> tuple[Floats, Floats]:
            """Places (T, N, 3) and how they move with each unknown (T, P, N, 3)."""
            place = places(segments, offsets)
            slope: Floats = _slopes(place, axes, pivots, np.asarray(segments), _ABOVE, _SEGMENT, _UNKNOWN, unknowns)
            return place, slope

        def turned(way: Floats, segment: str) -> Floats:
            """How a direction (T, 3) of a segment turns with each unknown (T, P, 3)."""
            slope: Floats = _slopes(way[:, None], axes, still, np.array([INDEX[segment]]), _ABOVE, _SEGMENT, _UNKNOWN, unknowns)[:, :, 0]
            slope[:, :3] = 0.0  # a direction has no place
            return slope

        still = np.zeros_like(pivots)
        values: list[Floats] = [(x - task.wish) * task.weight]
        own_weight = np.zeros((frames, unknowns, unknowns))
        own_weight[:, np.arange(unknowns), np.arange(unknowns)] = task.weight
        slopes: list[Floats] = [own_weight]

        def add(value: Floats, slope: Floats) -> None:
            values.append(value.reshape(frames, -1))
            slopes.append(np.ascontiguousarray(slope.reshape(frames, unknowns, -1).transpose(0, 2, 1)))

        if task.pins:
            place, slope = points([INDEX[s.segment] for s, _, _ in task.pins], np.array([s.offset for s, _, _ in task.pins]))
            target, weight = np.empty((2, frames, len(task.pins), 3))
            for k, (_, t, w) in enumerate(task.pins):
                target[:, k], weight[:, k] = t, w
            add((place - target) * weight, slope * weight[:, None])
        if task.meets:
            a, da = points([INDEX[s.segment] for s, _, _ in task.meets], np.array([s.offset for s, _, _ in task.meets]))
            b, db = points([INDEX[s.segment] for _, s, _ in task.meets], np.array([s.offset for _, s, _ in task.meets]))
            weight = np.empty((frames, len(task.meets), 1))
            for k, (_, _, w) in enumerate(task.meets):
                weight[:, k, 0] = w
            add((a - b) * weight, (da - db) * weight[:, None])
        for segment, own, other, theirs, w in task.faces:
            weight = np.broadcast_to(w, frames)[:, None]
            u = rotations[:, INDEX[segment]] @ own
            v = rotations[:, INDEX[other]] @ theirs if other else np.broadcast_to(theirs, (frames, 3))
            du = turned(u, segment)
            dv = turned(v, other) if other else np.zeros_like(du)
            add((u - v) * weight, (du - dv) * weight[:, None])
        if task.support is not None:
            target, weight = task.support
            place, slope = points(list(range(len(SEGMENTS))), self.middle)
            middle = np.einsum("tnc,n->tc", place, self.mass) / self.mass.sum()
            dm = np.einsum("tpnc,n->tpc", slope, self.mass) / self.mass.sum()
            add((middle[:, [0, 2]] - target) * weight, dm[..., [0, 2]] * weight[:, None])
        if task.floor:
            segments = np.concatenate([[INDEX[s.segment] for s in self.skin], self.flesh.segment])
            offsets = np.concatenate([[s.offset for s in self.skin], self.flesh.offset])
            high = np.concatenate([np.zeros(len(self.skin)), self.flesh.radius - 0.004])
            under = places(segments, offsets)[..., 1] - high
            some = np.flatnonzero((under < 0).any(axis=0))
            if len(some):
                _, slope = points(segments[some], offsets[some])
                w = np.where(under[:, some] < 0, 150.0, 0.0)
                add(under[:, some] * w, slope[..., 1] * w[:, None])
        if task.apart and not gentle:
            a, b = self.flesh.pairs.T
            centre = places(self.flesh.segment, self.flesh.offset)
            gap = _gaps(centre, a, b, self.flesh.radius)
            some = np.flatnonzero((gap < 0).any(axis=0))
            if len(some):
                way = centre[:, a[some]] - centre[:, b[some]]
                way = way / np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 1e-6)
                w = np.where(gap[:, some] < 0, task.apart, 0.0)
                _, da = points(self.flesh.segment[a[some]], self.flesh.offset[a[some]])
                _, db = points(self.flesh.segment[b[some]], self.flesh.offset[b[some]])
                add(gap[:, some] * w, np.einsum("tpnc,tnc->tpn", da - db, way) * w[:, None])
        return np.concatenate(values, axis=1), np.concatenate(slopes, axis=1)


@nb.njit(cache=True, nogil=True)
def _chain(x, base, offsets, parents, segments, axis_of, unknown_of, factor_of):  # type: ignore[no-untyped-def]
    """Origins and rotations of the segments; axis and pivot of each elementary turn."""
    frames, count, turns = x.shape[0], offsets.shape[0], segments.shape[0]
    origins, rotations = np.empty((frames, count, 3)), np.empty((frames, count, 3, 3))
    axes, pivots = np.empty((frames, turns, 3)), np.empty((frames, turns, 3))
    for t in range(frames):
        e = 0
        for k in range(count):
            p = parents[k]
            r = rotations[t, k]
            if p < 0:
                origins[t, k] = x[t, :3]
                r[:] = base
            else:
                for c in range(3):
                    step = origins[t, p, c]
                    for d in range(3):
                        step += rotations[t, p, c, d] * offsets[k, d]
                    origins[t, k, c] = step
                r[:] = rotations[t, p]
            while e < turns and segments[e] == k:
                axis, factor = axis_of[e], factor_of[e]
                angle = x[t, unknown_of[e]] * factor
                co, si = np.cos(angle), np.sin(angle)
                i, j = (axis + 1) % 3, (axis + 2) % 3
                for c in range(3):
                    axes[t, e, c] = r[c, axis] * factor
                    pivots[t, e, c] = origins[t, k, c]
                    u, v = r[c, i], r[c, j]
                    r[c, i] = u * co + v * si
                    r[c, j] = v * co - u * si
                e += 1
    return origins, rotations, axes, pivots


@nb.njit(cache=True, nogil=True)
def _gaps(centre, a, b, radius):  # type: ignore[no-untyped-def]
    """Free space between pairs of balls (T, M), negative inside one another."""
    gap = np.empty((centre.shape[0], a.shape[0]))
    for t in range(centre.shape[0]):
        for m in range(a.shape[0]):
            i, k = a[m], b[m]
            x = centre[t, i, 0] - centre[t, k, 0]
            y = centre[t, i, 1] - centre[t, k, 1]
            z = centre[t, i, 2] - centre[t, k, 2]
            gap[t, m] = np.sqrt(x * x + y * y + z * z) - radius[i] - radius[k]
    return gap


@nb.njit(cache=True, nogil=True)
def _slopes(place, axes, pivots, segments, above, turn_of, unknown_of, unknowns):  # type: ignore[no-untyped-def]
    """How points (T, N, 3) move with each unknown, (T, P, N, 3)."""
    frames, count = place.shape[0], place.shape[1]
    slope = np.zeros((frames, unknowns, count, 3))
    for t in range(frames):
        for n in range(count):
            for c in range(3):
                slope[t, c, n, c] = 1.0
            for e in range(turn_of.shape[0]):
                if not above[turn_of[e], segments[n]]:
                    continue
                p = unknown_of[e]
                a0, a1, a2 = axes[t, e, 0], axes[t, e, 1], axes[t, e, 2]
                b0 = place[t, n, 0] - pivots[t, e, 0]
                b1 = place[t, n, 1] - pivots[t, e, 1]
                b2 = place[t, n, 2] - pivots[t, e, 2]
                slope[t, p, n, 0] += a1 * b2 - a2 * b1
                slope[t, p, n, 1] += a2 * b0 - a0 * b2
                slope[t, p, n, 2] += a0 * b1 - a1 * b0
    return slope


def unknowns(angles: Mapping[str, float], place: Sequence[float] = (0.0, 0.0, 0.0)) -> Floats:
    """The unknowns (38,) of angles in degrees by name, what is not named 0, and a place of the pelvis in metres."""
    x = np.zeros(len(NAMES))
    x[:3] = place
    for name, value in angles.items():
        x[_AT[name]] = np.radians(value)
    return x


def angles(x: Floats) -> dict[str, Floats]:
    """Joint and pelvis angles in degrees by name, of unknowns (..., 38)."""
    return {name: np.degrees(x[..., k]) for k, name in enumerate(NAMES) if k >= 3}
