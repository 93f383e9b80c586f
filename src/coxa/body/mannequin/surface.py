"""`Surface`: triangles with a value at each corner; drawing one from an implicit form, and cutting it along a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from coxa.body.mannequin.skeleton import Floats

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Surface:
    """Points (V, 3) and triangles (F, 3), counter-clockwise seen from outside."""

    points: Floats
    triangles: Ints

    def mirrored(self) -> Surface:
        """Exchange left and right (x), keeping outside outside."""
        return Surface(self.points * np.array([-1.0, 1.0, 1.0]), self.triangles[:, ::-1].copy())

    def pruned(self) -> Surface:
        """Drop points that no triangle uses."""
        used, inverse = np.unique(self.triangles, return_inverse=True)
        return Surface(self.points[used], inverse.reshape(self.triangles.shape))


def join(surfaces: list[Surface]) -> Surface:
    """Put surfaces side by side in one."""
    starts = np.cumsum([0, *(len(s.points) for s in surfaces)])
    return Surface(
        np.concatenate([s.points for s in surfaces]),
        np.concatenate([s.triangles + start for s, start in zip(surfaces, starts, strict=False)]),
    )


def polygonise(distance: Callable[[Floats], Floats], low: Floats, high: Floats, step: float) -> Surface:
    """Draw the zero surface of a signed distance inside a box, by surface nets.

    The grid is symmetric about x = 0 if the box is, so that a symmetric form gives a symmetric surface.

    Parameters
    ----------
    distance : callable
        (N, 3) to (N,), negative inside.
    low, high : (3,) float64
        Corners of the box.
    step : float
        Edge of a cell; as the box.
    """
    centre = (low + high) / 2
    half = np.ceil((high - low) / 2 / step).astype(int) + 1
    axes = [centre[k] + step * (np.arange(-half[k], half[k]) + 0.5) for k in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    shape = grid.shape[:3]
    value = _near_surface(distance, grid, step)
    inside = value < 0

    corner = [np.array([i, j, k]) for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    cells = tuple(n - 1 for n in shape)

    def shifted(a: npt.NDArray[Any], by: Ints) -> npt.NDArray[Any]:
        return a[by[0] : by[0] + cells[0], by[1] : by[1] + cells[1], by[2] : by[2] + cells[2]]

    count = sum(shifted(inside, c).astype(int) for c in corner)
    mixed: npt.NDArray[np.bool_] = np.logical_and(count > 0, count < 8)
    total = np.zeros((*cells, 3))
    crossings = np.zeros(cells)
    for axis in range(3):
        unit = np.eye(3, dtype=int)[axis]
        others = [np.eye(3, dtype=int)[k] for k in range(3) if k != axis]
        for a in (0, 1):
            for b in (0, 1):
                start = a * others[0] + b * others[1]
                v0, v1 = shifted(value, start), shifted(value, start + unit)
                cross = (v0 < 0) != (v1 < 0)
                t = np.where(cross, v0 / np.where(cross, v0 - v1, 1.0), 0.0)
                place = start + t[..., None] * unit
                total += np.where(cross[..., None], place, 0.0)
                crossings += cross
    number = np.full(cells, -1, dtype=np.int64)
    number[mixed] = np.arange(int(mixed.sum()))
    base = np.array([axis[0] for axis in axes])
    where = np.argwhere(mixed)
    points = base + step * (where + total[mixed] / crossings[mixed][:, None])

    triangles = []
    for axis in range(3):
        unit = np.eye(3, dtype=int)[axis]
        side, up = (np.eye(3, dtype=int)[(axis + 1) % 3], np.eye(3, dtype=int)[(axis + 2) % 3])
        here = inside[: shape[0] - unit[0], : shape[1] - unit[1], : shape[2] - unit[2]]
        there = inside[unit[0] :, unit[1] :, unit[2] :]
        edges = np.argwhere(here != there)
        edges = edges[((edges - side - up) >= 0).all(axis=1) & (edges < np.array(cells)).all(axis=1)]
        leaving = here[tuple(edges.T)]  # the surface looks along +axis where the near node lies inside
        quad = np.stack([number[tuple((edges - s).T)] for s in (0 * side, side, side + up, up)], axis=1)
        quad = np.where(leaving[:, None], quad, quad[:, ::-1])
        # Split each four-sided face along its shorter diagonal.
        d0 = np.linalg.norm(points[quad[:, 0]] - points[quad[:, 2]], axis=1)
        d1 = np.linalg.norm(points[quad[:, 1]] - points[quad[:, 3]], axis=1)
        first = (d0 <= d1)[:, None]
        triangles.append(np.where(first, quad[:, [0, 1, 2]], quad[:, [0, 1, 3]]))
        triangles.append(np.where(first, quad[:, [0, 2, 3]], quad[:, [1, 2, 3]]))
    return Surface(points, np.concatenate(triangles))


def _near_surface(distance: Callable[[Floats], Floats], grid: Floats, step: float) -> Floats:
    """Measure the distance at all nodes of blocks that the surface may cross, and only its sign elsewhere."""
    edge = 4
    shape = grid.shape[:3]
    starts = [np.arange(0, n, edge) for n in shape]
    ends = [np.minimum(s + edge, n) - 1 for s, n in zip(starts, shape, strict=True)]
    low = grid[np.ix_(*starts)]
    high = grid[np.ix_(*ends)]
    block = distance(((low + high) / 2).reshape(-1, 3)).reshape(low.shape[:3])
    # Lofts measure along their sections, so a block's centre may claim to be further away than it is: be generous.
    near = np.abs(block) < 1.6 * step * edge * np.sqrt(3) / 2
    spread = [np.arange(n) // edge for n in shape]
    value: Floats = block[np.ix_(*spread)].copy()
    wanted = near[np.ix_(*spread)]
    value[wanted] = distance(grid[wanted])
    return value


def cut(surface: Surface, field: Floats) -> tuple[Surface, Floats, npt.NDArray[np.bool_]]:
    """Split triangles along the line on which a field over the points is zero.

    Returns
    -------
    Surface
        Its triangles lie wholly on one side; points on the line stand once for each side.
    parents : (V', 3) float64
        For each point, the two old points that it lies between and the share of the second: ``a, b, t``.
    positive : (V',) bool
        On which side each point belongs.
    """
    field = np.where(np.abs(field) < 1e-9, 1e-9, field)
    plus = field > 0
    tri = surface.triangles
    signs = plus[tri]
    votes = signs.sum(axis=1)
    n = len(surface.points)
    parents = [np.stack([np.arange(n), np.arange(n), np.zeros(n)], axis=1).astype(np.float64)]
    sides = [plus]
    kept = [tri[(votes == 0) | (votes == 3)]]
    broken = tri[(votes == 1) | (votes == 2)]
    if len(broken):
        lone = np.where((votes == 1)[(votes == 1) | (votes == 2)][:, None], plus[broken], ~plus[broken]).argmax(axis=1)
        rows = np.arange(len(broken))
        a, b, c = broken[rows, lone], broken[rows, (lone + 1) % 3], broken[rows, (lone + 2) % 3]
        edges = np.sort(np.concatenate([np.stack([a, b], 1), np.stack([a, c], 1)]), axis=1)
        unique, which = np.unique(edges, axis=0, return_inverse=True)
        which = which.reshape(-1)
        f0, f1 = field[unique[:, 0]], field[unique[:, 1]]
        t = f0 / (f0 - f1)
        line = np.column_stack([unique, t])
        m = len(unique)
        parents += [line, line]
        sides += [np.ones(m, dtype=bool), np.zeros(m, dtype=bool)]
        ab, ac = which[: len(broken)], which[len(broken) :]
        mine = np.where(plus[a], n, n + m)
        other = np.where(plus[a], n + m, n)
        kept += [
            np.stack([a, ab + mine, ac + mine], 1),
            np.stack([ab + other, b, c], 1),
            np.stack([ab + other, c, ac + other], 1),
        ]
    parent = np.concatenate(parents)
    i, j, share = parent[:, 0].astype(int), parent[:, 1].astype(int), parent[:, 2:]
    points = surface.points[i] * (1 - share) + surface.points[j] * share
    return Surface(points, np.concatenate(kept)), parent, np.concatenate(sides)
