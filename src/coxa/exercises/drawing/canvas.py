"""`Canvas`: which triangle of a scene is seen at each place of a picture, and how far away: the ground on which shapes are traced."""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
import numpy.typing as npt

from coxa.body.mannequin.skeleton import Floats

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Canvas:
    """What is seen at each cell of a grid.

    Attributes
    ----------
    origin : (2,) float64
        Place of the first cell's middle, metres to the right and down.
    cell_m : float
        Edge of a cell.
    owner : (h, w) int32
        The triangle seen, -1 for none.
    away : (h, w) float32
        How far away it is, metres; infinite for none.
    share : (h, w, 3) float32
        Weights of the triangle's corners.
    triangles : (F, 3) int32
    count : int
        How many points they have.
    """

    origin: Floats
    cell_m: float
    owner: npt.NDArray[np.int32]
    away: npt.NDArray[np.float32]
    share: npt.NDArray[np.float32]
    triangles: npt.NDArray[np.int32]
    count: int

    @classmethod
    def of(cls, seen: Floats, triangles: npt.NDArray[np.int32], cell_m: float, *, edge: int = 6) -> Canvas:
        """Look at triangles (F, 3) over points (V, 3) given as metres right, down and away."""
        low = seen[:, :2].min(axis=0) - edge * cell_m
        size = np.ceil((seen[:, :2].max(axis=0) - low) / cell_m).astype(int) + edge
        grid = np.column_stack([(seen[:, :2] - low) / cell_m, seen[:, 2]])
        owner, away, share = _cover(grid, triangles, int(size[0]), int(size[1]))
        return cls(low, cell_m, owner, away, share, triangles, len(seen))

    @property
    def covered(self) -> Mask:
        """Where anything is seen, (h, w)."""
        mask: Mask = self.owner >= 0
        return mask

    def kinds(self, of_triangle: npt.NDArray[np.int64], nothing: int = -1) -> npt.NDArray[np.int64]:
        """A number of each triangle (F,), spread over the grid (h, w)."""
        return np.where(self.covered, of_triangle[self.owner], nothing)

    def values(self, of_point: Floats, where: Mask, nothing: float = 0.0) -> Floats:
        """A value of each point (V,), smoothly over the grid (h, w); `nothing` outside of the mask `where`."""
        out = np.full(self.owner.shape, nothing)
        corners = of_point[self.triangles[self.owner[where]]]
        out[where] = np.einsum("nk,nk->n", corners, self.share[where])
        return out

    def place(self, cells: Floats) -> Floats:
        """Grid positions (column, row) to metres right and down."""
        placed: Floats = self.origin + cells * self.cell_m
        return placed

    def at(self, places: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Row and column of the cells at places (N, 2), kept inside the grid."""
        cells = np.rint((places - self.origin) / self.cell_m).astype(int)
        h, w = self.owner.shape
        return np.clip(cells[:, 1], 0, h - 1), np.clip(cells[:, 0], 0, w - 1)


@nb.njit(cache=True, nogil=True)
def _cover(grid, triangles, width, height):  # type: ignore[no-untyped-def]
    owner = np.full((height, width), -1, np.int32)
    away = np.full((height, width), np.inf, np.float32)
    share = np.zeros((height, width, 3), np.float32)
    for f in range(triangles.shape[0]):
        a, b, c = triangles[f, 0], triangles[f, 1], triangles[f, 2]
        ax, ay, az = grid[a, 0], grid[a, 1], grid[a, 2]
        bx, by, bz = grid[b, 0], grid[b, 1], grid[b, 2]
        cx, cy, cz = grid[c, 0], grid[c, 1], grid[c, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if not area < -1e-9:  # down the picture y grows, so the front turns the other way
            continue
        x0, x1 = max(int(np.ceil(min(ax, bx, cx))), 0), min(int(np.floor(max(ax, bx, cx))), width - 1)
        y0, y1 = max(int(np.ceil(min(ay, by, cy))), 0), min(int(np.floor(max(ay, by, cy))), height - 1)
        inv = 1.0 / area
        for j in range(y0, y1 + 1):
            for i in range(x0, x1 + 1):
                u = ((by - cy) * (i - cx) + (cx - bx) * (j - cy)) * inv
                v = ((cy - ay) * (i - cx) + (ax - cx) * (j - cy)) * inv
                w = 1.0 - u - v
                if u >= -1e-6 and v >= -1e-6 and w >= -1e-6:
                    z = u * az + v * bz + w * cz
                    if z < away[j, i]:
                        away[j, i] = z
                        owner[j, i] = f
                        share[j, i, 0] = u
                        share[j, i, 1] = v
                        share[j, i, 2] = w
    return owner, away, share
