"""`RaisedArm`: whether one arm is held up for a second, in any posture, so that the session pauses."""

from __future__ import annotations

import math
from typing import Any

#: How long it is held, and how often it is looked at; landmarks that jump for a moment do not matter.
HELD_S, EVERY_S, LAPSE_S = 1.0, 0.09, 0.25
#: A raised hand is at least so far above its shoulder, metres, and the other one at most so far; an arm is about 0.55 m to the wrist.
UP_M, OTHER_UP_M = 0.38, 0.12
#: The elbow is nearly straight: share of the way along the arm that lies between shoulder and wrist.
STRAIGHT = 0.86
#: Share of the way from shoulder to hand that goes upwards: within 30 degrees of the vertical. A hand that reaches for a raised knee
#: goes up by 0.8 at most.
STEEP = 0.86
#: A point counts as seen from this visibility on; of an arm that is half hidden nothing is known.
SEEN, OTHER_SEEN = 0.6, 0.35


class RaisedArm:
    """Follows both arms over the frames of a set.

    World landmarks are in metres whatever the distance, and their y points down wherever the camera stands upright: so a hand
    above its shoulder is above it for somebody who stands, sits or lies.
    """

    def __init__(self) -> None:
        self._looked_s = -math.inf
        self._since_s = [math.nan, math.nan]
        self._last_s = [math.nan, math.nan]
        self._told = False

    def push(self, time_s: float, image: Any, world: Any, visibility: Any) -> bool:
        """Take one frame; true once when an arm has been up long enough, and again only after it came down.

        Parameters
        ----------
        time_s : float
        image, world : (33, 3) float32
        visibility : (33,) float32
        """
        if time_s - self._looked_s < EVERY_S:
            return False
        self._looked_s = time_s
        points, across, seen = world[11:17].tolist(), image[11:17, 1].tolist(), visibility[11:17].tolist()
        held = False
        for side in (0, 1):
            if _is_up(points, across, seen, side):
                if math.isnan(self._since_s[side]):
                    self._since_s[side] = time_s
                self._last_s[side] = time_s
                held = held or time_s - self._since_s[side] >= HELD_S
            elif not math.isnan(self._last_s[side]) and time_s - self._last_s[side] > LAPSE_S:
                self._since_s[side] = self._last_s[side] = math.nan
        if not held:
            if all(math.isnan(since) for since in self._since_s):
                self._told = False
            return False
        if self._told:
            return False
        self._told = True
        return True


def _is_up(points: list[list[float]], heights: list[float], seen: list[float], side: int) -> bool:
    """Whether this arm alone is straight and up; `points` are shoulders, elbows and wrists, left before right."""
    shoulder, elbow, wrist = points[side], points[2 + side], points[4 + side]
    other_shoulder, other_wrist = points[1 - side], points[5 - side]
    if min(seen[side], seen[2 + side], seen[4 + side]) < SEEN or min(seen[1 - side], seen[5 - side]) < OTHER_SEEN:
        return False
    if not shoulder[1] - wrist[1] > UP_M or not other_shoulder[1] - other_wrist[1] < OTHER_UP_M:
        return False
    # The picture must say the same as the model's depth.
    if not heights[4 + side] < heights[2 + side] < heights[side]:
        return False
    arm, reach = math.dist(shoulder, elbow) + math.dist(elbow, wrist), math.dist(shoulder, wrist)
    return arm > 0 and reach > STRAIGHT * arm and shoulder[1] - wrist[1] > STEEP * reach
