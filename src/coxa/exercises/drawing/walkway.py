"""The way of the walking test in one wide picture: the chair, the line 3 metres away, and the way round it and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.skeleton import Floats
from coxa.exercises.drawing.doll import Doll
from coxa.exercises.drawing.marks import Mark
from coxa.exercises.drawing.panel import Panel, panel
from coxa.exercises.drawing.props import Solid
from coxa.exercises.drawing.view import View
from coxa.exercises.placed import WALK_M

#: Half the distance between the way there and the way back, where the walker is drawn, and how far from the chair the way begins, metres.
_LANE_M, _WALKER_M, _START_M = 0.42, 1.35, 0.25


@dataclass(frozen=True, eq=False)
class Walkway:
    """The wide picture.

    Attributes
    ----------
    panel : Panel
    way : Mark
        On the floor, from the chair round the line and back.
    measure : (2, 2) float64
        Both ends of the 3 metres, metres right and down.
    """

    panel: Panel
    way: Mark
    measure: Floats

    @property
    def low(self) -> Floats:
        """Its upper left corner (2,), metres."""
        return np.minimum(self.panel.low, self.way.line.min(axis=0) - 0.04)

    @property
    def high(self) -> Floats:
        """Its lower right corner (2,), metres."""
        return np.maximum(self.panel.high, self.measure.max(axis=0) + 0.08)


def walkway(doll: Doll, walking: Posed, solids: list[Solid], front_m: float, side_sign: float) -> Walkway:
    """Draw a walking person between the chair and the line.

    Parameters
    ----------
    doll : Doll
    walking : Posed
        A step, at the chair.
    solids : list of Solid
        Chair and line.
    front_m : float
        How far in front of the world's middle the chair's front legs are, from which the 3 metres count.
    side_sign : float
        1 to be seen from the left, -1 from the right.
    """
    view = View(side_sign * 88.0, 15.0)
    walker = walking.moved(np.array([0.0, 0.0, _WALKER_M]))
    shown = panel(doll, walker, view, solids)
    end = front_m + WALK_M + 0.03
    turn = np.linspace(0.0, np.pi, 15)
    bend = np.column_stack([-np.cos(turn) * _LANE_M, np.zeros(15), end + 0.10 + np.sin(turn) * 0.30])
    starts = np.array([[-_LANE_M, 0.0, front_m + _START_M], [-_LANE_M, 0.0, end - 0.4]])
    backs = np.array([[_LANE_M, 0.0, end - 0.4], [_LANE_M, 0.0, front_m + _START_M]])
    floor = np.concatenate([starts, bend, backs])
    measure = np.array([[0.85, 0.0, front_m], [0.85, 0.0, end]])
    return Walkway(shown, Mark(view.project(floor)[:, :2]), view.project(measure)[:, :2])
