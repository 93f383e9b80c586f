"""`Room`: how much free room there is round a body in a picture, so that arrows are drawn where they hide nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt

from coxa.body.mannequin.skeleton import Floats
from coxa.exercises.drawing.canvas import Canvas, Mask
from coxa.exercises.drawing.marks import Mark

_CELL_M = 0.012
#: How far beyond the body an arrow may be looked for, and in which steps.
_MOST_M, _STEP_M = 0.42, 0.03
#: How far from the body a head and a shaft should be: half of their width and the light rim; and how long a head is.
_HEAD_ROOM_M, _SHAFT_ROOM_M, _HEAD_M = 0.075, 0.04, 0.13
#: What it costs to lie on the body: a shaft across a trunk or a thigh hides little, a head, or anything on a hand or foot, more.
_HEAD_COST, _SHAFT_COST, _FINE_COST = 1.6, 0.3, 1.2
#: What a metre of moving costs, along the own line and across it: of an arrow that runs beside what moves, and of one that pushes.
_WAY_COST, _PUSH_COST = (1.2, 0.8), (0.5, 2.0)


@dataclass(frozen=True, eq=False)
class Room:
    """How far each cell of a grid is from the body's figure.

    Attributes
    ----------
    origin : (2,) float64
        Place of the first cell's middle, metres right and down.
    away : (h, w) float64
        Metres; 0 on the body.
    fine : (h, w) float64
        The same, from the parts by which one reads a pose, and from other marks.
    """

    origin: Floats
    away: Floats
    fine: Floats

    @classmethod
    def of(cls, seen: Floats, triangles: npt.NDArray[np.int32], fine: npt.NDArray[np.bool_]) -> Room:
        """The room round triangles (F, 3) over points (V, 3), metres right, down and away; by the `fine` ones (V,) one reads a pose."""
        canvas = Canvas.of(seen, triangles, _CELL_M, edge=int(2 * _MOST_M / _CELL_M))
        parts = canvas.kinds(fine[triangles[:, 0]].astype(np.int64), 0) == 1
        return cls(canvas.origin, _distance(canvas.covered), _distance(parts))

    def without(self, marks: list[Mark]) -> Room:
        """The room that is left once these marks are drawn."""
        taken = np.zeros(self.away.shape, dtype=bool)
        for mark in marks:
            row, column = self._cells(_even(mark.line, 0.5 * _CELL_M)[0])
            taken[row, column] = True
        # an arrow's own width counts as well
        return Room(self.origin, self.away, np.minimum(self.fine, (_distance(taken) - _HEAD_ROOM_M).clip(0.0))) if marks else self

    def cleared(self, marks: list[Mark]) -> list[Mark]:
        """The same marks moved together, no further than needed, to where they and above all their heads hide little of the body."""
        if not marks:
            return []
        places, head = (np.concatenate(parts) for parts in zip(*(_spread(mark) for mark in marks), strict=True))
        room = np.where(head, _HEAD_ROOM_M, _SHAFT_ROOM_M)
        along = marks[0].line[-1] - marks[0].line[0]
        along = along / max(float(np.linalg.norm(along)), 1e-9)
        grid = np.arange(-_MOST_M, _MOST_M + 1e-9, _STEP_M)
        a, b = (axis.ravel() for axis in np.meshgrid(grid, grid))
        shifts = a[:, None] * along + b[:, None] * np.array([-along[1], along[0]])
        cells = self._cells(places + shifts[:, None])
        body, fine = (((room - away[cells]) / room).clip(0.0) for away in (self.away, self.fine))
        hidden = (body * np.where(head, _HEAD_COST, _SHAFT_COST) + fine * _FINE_COST).mean(axis=1)
        cost = _PUSH_COST if marks[0].pushes else _WAY_COST
        best = shifts[int((hidden + np.hypot(cost[0] * a, cost[1] * b)).argmin())]
        return [replace(mark, line=mark.line + best) for mark in marks]

    def _cells(self, places: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Row and column of places (..., 2), kept inside the grid."""
        cells = np.rint((places - self.origin) / _CELL_M).astype(np.int64)
        h, w = self.away.shape
        return np.clip(cells[..., 1], 0, h - 1), np.clip(cells[..., 0], 0, w - 1)


def _distance(taken: Mask) -> Floats:
    """How far each cell is from what is taken, metres."""
    if not taken.any():
        return np.full(taken.shape, np.inf)
    return np.asarray(distance_transform_edt(~taken)) * _CELL_M


def _even(line: Floats, step_m: float) -> tuple[Floats, Floats]:
    """Places (N, 2) at even distances along a line, and how far along they are (N,)."""
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    even = np.linspace(0.0, length[-1], max(int(length[-1] / step_m), 4))
    return np.column_stack([np.interp(even, length, line[:, k]) for k in (0, 1)]), even


def _spread(mark: Mark) -> tuple[Floats, Mask]:
    """Places (N, 2) along an arrow, and which of them are under a head (N,)."""
    places, along = _even(mark.line, 0.02)
    head = (along >= along[-1] - _HEAD_M) if mark.heads else np.zeros(len(along), dtype=bool)
    return places, head | (along <= _HEAD_M) if mark.heads == 2 else head
