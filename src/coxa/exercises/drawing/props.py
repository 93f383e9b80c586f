"""Props: the mat, chair, step, bands, cuff, pillows, roller and support of an exercise as solids of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from shapely import MultiPoint

from coxa.body.mannequin.skeleton import INDEX, Floats
from coxa.exercises.drawing.doll import Doll
from coxa.exercises.placed import Placed


@dataclass(frozen=True, eq=False)
class Solid:
    """A thing to draw.

    Attributes
    ----------
    kind : str
        What it is, such as "mat".
    points, normals : (V, 3) float64
        Metres; corners of flat faces stand once for each face.
    triangles : (F, 3) int32
        Counter-clockwise seen from outside.
    round : tuple of str
        Segments that carry it; empty if it stands still.
    """

    kind: str
    points: Floats
    normals: Floats
    triangles: npt.NDArray[np.int32]
    round: tuple[str, ...] = ()


def solid(placed: Placed, doll: Doll, skin: Floats, rotations: Floats, frame: int = 0) -> Solid:
    """Build what is used where it is, around the skin (V, 3) of the pose in which it is drawn.

    Parameters
    ----------
    placed : Placed
    doll : Doll
    skin : (V, 3) float64
        The skin's points in this pose, metres.
    rotations : (17, 3, 3) float64
        The segments' axes in this pose.
    frame : int
        Which of the moving places.
    """
    at = placed.at
    if placed.round and at is not None:
        here = at[frame] if at.ndim == 3 else at
        if placed.kind.startswith("pillow"):
            return _pillow(placed, here, rotations)
        return _loop(placed, doll, skin, rotations, here)
    return upright(placed.kind, placed.low, placed.high, float(np.degrees(np.arctan2(placed.facing[0], placed.facing[2]))))


def upright(kind: str, low: Floats, high: Floats, turned_deg: float = 0.0) -> Solid:
    """A thing that stands on the floor and fills a box, turned about the vertical through its middle; a chair faces +z before the turn.

    Parameters
    ----------
    kind : str
        A chair, table, support or roller has its own shape, and so has a pillow; anything else is a box.
    low, high : (3,) float64
        Corners, metres; a chair's seat is the box's top.
    turned_deg : float
    """
    if kind.startswith("pillow"):
        # even where a knee presses it flat one sees a pillow
        high = np.maximum(high, low + np.array([0.0, _PRESSED_M, 0.0]))
    middle = (low + high) / 2
    if kind == "chair":
        parts = _chair(low - middle, high - middle)
    elif kind.startswith("support"):
        parts = _sideboard(low - middle, high - middle)
    elif kind == "table":
        parts = _table(low - middle, high - middle)
    elif kind == "roller":
        parts = [_cylinder(low - middle, high - middle)]
    elif kind.startswith("pillow"):
        parts = [_ellipsoid(high - low)]
    else:
        parts = [_box(low - middle, high - middle)]
    points, normals, triangles = _joined(parts)
    a = np.radians(turned_deg)
    turn = np.array([[np.cos(a), 0.0, np.sin(a)], [0.0, 1.0, 0.0], [-np.sin(a), 0.0, np.cos(a)]])
    return Solid(kind, points @ turn.T + middle, normals @ turn.T, triangles)


_PRESSED_M = 0.06
Part = tuple[Floats, Floats, npt.NDArray[np.int32]]


def _joined(parts: list[Part]) -> Part:
    starts = np.cumsum([0, *(len(p[0]) for p in parts)])
    return (
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts]),
        np.concatenate([p[2] + s for p, s in zip(parts, starts, strict=False)]).astype(np.int32),
    )


def _box(low: Floats, high: Floats) -> Part:
    points: list[Floats] = []
    normals: list[Floats] = []
    triangles: list[list[int]] = []
    for axis in range(3):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        for sign in (1, -1):
            face = np.empty((4, 3))
            face[:, axis] = high[axis] if sign > 0 else low[axis]
            face[:, i] = [low[i], high[i], high[i], low[i]]
            face[:, j] = [low[j], low[j], high[j], high[j]]
            start = 4 * len(points)
            points.append(face if sign > 0 else face[::-1])
            normals.append(np.tile(sign * np.eye(3)[axis], (4, 1)))
            triangles += [[start, start + 1, start + 2], [start, start + 2, start + 3]]
    return np.concatenate(points), np.concatenate(normals), np.array(triangles, dtype=np.int32)


def _chair(low: Floats, high: Floats) -> list[Part]:
    """A seat, four legs, and a back behind (at -z)."""
    leg, thick = 0.034, 0.045
    parts = [_box(np.array([low[0], high[1] - thick, low[2]]), high)]
    for x in (low[0], high[0] - leg):
        for z, top in ((low[2], high[1] + 0.42), (high[2] - leg, high[1] - thick)):
            parts.append(_box(np.array([x, low[1], z]), np.array([x + leg, top, z + leg])))
    for bottom in (0.14, 0.30):
        foot, head = np.array([low[0] + leg, high[1] + bottom, low[2] + 0.006]), np.array([high[0] - leg, high[1] + bottom, low[2] + 0.028])
        parts += [_box(foot, head + np.array([0.0, 0.10, 0.0]))]
    return parts


def _sideboard(low: Floats, high: Floats) -> list[Part]:
    """A worktop or sideboard that a hand rests on: a top over a closed front."""
    thick, over = 0.04, np.array([0.025, 0.0, 0.025])
    body = _box(low + over, high - over - np.array([0.0, thick, 0.0]))
    return [body, _box(np.array([low[0], high[1] - thick, low[2]]), high)]


def _table(low: Floats, high: Floats) -> list[Part]:
    """A top on four legs."""
    thick, leg = 0.035, 0.036
    parts = [_box(np.array([low[0], high[1] - thick, low[2]]), high)]
    for x in (low[0], high[0] - leg):
        parts += [_box(np.array([x, low[1], z]), np.array([x + leg, high[1] - thick, z + leg])) for z in (low[2], high[2] - leg)]
    return parts


def _lathe(axis_points: Floats, radii: Floats, across: Floats, up: Floats, count: int = 28) -> Part:
    """Rings of these radii (R, 2) around the points (R, 3) of a straight axis, closed at both ends."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    along = axis_points[-1] - axis_points[0]
    along = along / np.linalg.norm(along)
    if np.cross(across, up) @ along < 0:
        up = -up
    circle = np.cos(t)[:, None] * across, np.sin(t)[:, None] * up
    rings = [p + r[0] * circle[0] + r[1] * circle[1] for p, r in zip(axis_points, radii, strict=True)]
    points = np.concatenate(rings)
    tri = []
    k = np.arange(count)
    nxt = (k + 1) % count
    for r in range(len(rings) - 1):
        a, b = r * count, (r + 1) * count
        tri += [np.stack([a + k, a + nxt, b + nxt], 1), np.stack([a + k, b + nxt, b + k], 1)]
    triangles = np.concatenate(tri).astype(np.int32)
    faces = np.cross(points[triangles[:, 1]] - points[triangles[:, 0]], points[triangles[:, 2]] - points[triangles[:, 0]])
    normals = np.zeros_like(points)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], faces)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    caps = []
    for ring, sign in ((rings[0], -1.0), (rings[-1], 1.0)):
        fan = np.stack([np.zeros(count - 2, dtype=int), np.arange(1, count - 1), np.arange(2, count)], 1)
        caps.append((ring, np.tile(sign * along, (count, 1)), (fan if sign > 0 else fan[:, ::-1]).astype(np.int32)))
    return _joined([(points, normals, triangles), *caps])


def _cylinder(low: Floats, high: Floats) -> Part:
    """A roller: its axis is the longest side of its box."""
    size = high - low
    axis = int(size.argmax())
    i, j = (axis + 1) % 3, (axis + 2) % 3
    ends = np.zeros((2, 3))
    ends[:, axis] = low[axis], high[axis]
    return _lathe(ends, np.tile([size[i] / 2, size[j] / 2], (2, 1)), np.eye(3)[i], np.eye(3)[j])


def _ellipsoid(size: Floats, rings: int = 11, power: float = 2.6) -> Part:
    axis = int(size.argmax())
    i, j = (axis + 1) % 3, (axis + 2) % 3
    t = np.linspace(-0.985, 0.985, rings)
    axis_points = np.zeros((rings, 3))
    axis_points[:, axis] = t * size[axis] / 2
    shape = (1 - np.abs(t) ** power) ** (1 / power)
    return _lathe(axis_points, np.stack([shape * size[i] / 2, shape * size[j] / 2], 1), np.eye(3)[i], np.eye(3)[j])


def _pillow(placed: Placed, at: Floats, rotations: Floats) -> Solid:
    """A pillow between two places of the body: thick from one to the other, long across them and along the limbs."""
    across = at[-1] - at[0]
    across = across / max(float(np.linalg.norm(across)), 1e-9)
    along = np.mean([rotations[INDEX[s]][:, 1] for s in placed.round], axis=0)
    along = along - (along @ across) * across
    along /= np.linalg.norm(along)
    axes = np.stack([np.cross(along, across), across, along])
    points, normals, triangles = _ellipsoid(np.array([0.36, 2.4 * placed.radius_m, 0.34]))
    return Solid(placed.kind, points @ axes + at.mean(axis=0), normals @ axes, triangles, placed.round)


def _loop(placed: Placed, doll: Doll, skin: Floats, rotations: Floats, at: Floats) -> Solid:
    """A band or cuff: a strip around the skin of the segments that it holds."""
    height = doll.skeleton.build.height_m
    half = (0.030 if placed.kind == "cuff" else 0.021) * height / 1.7
    axis = np.mean([rotations[INDEX[s]][:, 1] for s in placed.round], axis=0)
    if len(at) > 1:
        line = at[-1] - at[0]
        line = line / np.linalg.norm(line)
        axis = axis - (axis @ line) * line
    axis = axis / np.linalg.norm(axis)
    across = np.cross(axis, [0.0, 0.0, 1.0] if abs(axis[2]) < 0.8 else [1.0, 0.0, 0.0])
    across /= np.linalg.norm(across)
    up = np.cross(axis, across)
    middle = at.mean(axis=0)
    flat = []
    for name, point in zip(placed.round, at, strict=True):
        mine = skin[(doll.limb == doll.limb[doll.body.segments[:, 0] == INDEX[name]][0])]
        near = mine[np.abs((mine - point) @ rotations[INDEX[name]][:, 1]) < half + 0.008]
        near = near[np.linalg.norm(near - point, axis=1) < 0.16]
        flat.append(np.column_stack([(near - middle) @ across, (near - middle) @ up]))
    ring = MultiPoint(np.concatenate(flat)).convex_hull.buffer(0.007).exterior.segmentize(0.02)
    outline = np.asarray(ring.coords)[:-1]
    if not ring.is_ccw:
        outline = outline[::-1]
    n = len(outline)
    base = middle + outline[:, :1] * across + outline[:, 1:] * up
    tangent = np.roll(outline, -1, axis=0) - np.roll(outline, 1, axis=0)
    out = np.column_stack([tangent[:, 1], -tangent[:, 0]])
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    normal = out[:, :1] * across + out[:, 1:] * up
    points = np.concatenate([base - half * axis, base + half * axis])
    k = np.arange(n)
    nxt = (k + 1) % n
    faces = np.concatenate([np.stack([k, nxt, nxt + n], 1), np.stack([k, nxt + n, k + n], 1)])
    # Seen from inside as well: across a gap between the legs one looks at the band's far side.
    double = np.concatenate([faces, faces[:, ::-1] + 2 * n])
    normals = np.concatenate([normal, normal])
    return Solid(placed.kind, np.concatenate([points, points]), np.concatenate([normals, -normals]), double.astype(np.int32), placed.round)
