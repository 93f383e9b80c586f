"""Which body is followed: the one nearest to the last frame's, never another."""

from __future__ import annotations

import numpy as np

from coxa.body.landmarks import Landmark
from coxa.body.recording import Singles

HEAD = [Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR]
TORSO = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.LEFT_HIP, Landmark.RIGHT_HIP]

#: How far the middle of the torso may move, in torso sizes: at once (the model's own jitter), and for each second in which
#: no body at all was seen. Seconds in which another body was seen allow nothing, or a bystander would get in by waiting.
REACH = 0.5
REACH_PER_S = 2.5
#: By what factor the torso may grow or shrink: at once, and for each second in which no body was seen.
GROWTH = 1.6
GROWTH_PER_S = 2.0
#: A head that is where it was, within this share of the smaller torso, makes it the same body whatever its size: the model
#: sometimes begins with half of somebody who lies, and finds the rest of them later.
HEAD_STAYS = 0.3
#: Unseen seconds count no further than this: after them the body may be anywhere.
LONGEST_GAP_S = 0.5
#: A body is the one to follow once it was followed this long; until then the model may still be finding its person.
SETTLED_S = 1.0
#: After this long with nobody in the picture, a body of about the same size may be the person coming back.
EMPTY_S = 1.0


class Person:
    """Follows one body through a clip and refuses a jump to another.

    The pose model looks for one body at a time. When it loses that body it takes whichever it finds next, in a ward or a
    living room often somebody else's. A body that appears further away, or in another size, than one person can reach in
    the time between two frames is refused for as long as it stays; its frames count as unseen. Two people's heads are not in
    one place: a body whose head stayed where it was is the same one, found better.

    Parameters
    ----------
    width, height : int
        Frame size in pixels.

    Notes
    -----
    Asking the pose model for two bodies would show both at once, but it smooths over time only when it looks for one:
    on real clips two bodies gave 2 to 8 times the jitter at 1.5 to 1.8 times the cost.

    Examples
    --------
    >>> person = Person(640, 480)
    >>> body = np.random.default_rng(0).uniform(0.4, 0.6, (33, 3)).astype(np.float32)
    >>> all(person.is_same(k / 30, body) for k in range(60))
    True
    >>> person.is_same(2.0, body + np.float32(0.35))
    False
    """

    def __init__(self, width: int, height: int) -> None:
        self._scale = np.array([width, height], np.float64)
        self._centre = np.zeros(2)
        self._head = np.zeros(2)
        self._size = 0.0
        self._first_s = self._last_s = self._latest_s = -np.inf

    def is_same(self, time_s: float, image: Singles) -> bool:
        """Say whether this frame's body is the person followed, and follow it if so.

        Parameters
        ----------
        time_s : float
            Seconds, increasing from call to call.
        image : (33, 3) float32
            Image landmarks in units of frame width and height. Call only for frames in which a body was found.

        Returns
        -------
        bool
            False for a jump to another body.
        """
        torso = image[TORSO, :2].astype(np.float64) * self._scale
        centre = torso.mean(axis=0)
        head = image[HEAD, :2].astype(np.float64).mean(axis=0) * self._scale
        # The longest line between two torso points: in any view at least one of them is not foreshortened.
        size = float(np.linalg.norm(torso[:, None] - torso[None], axis=-1).max())
        empty_s = time_s - self._latest_s
        self._latest_s = time_s
        if not np.isfinite(size) or size <= 0.0:
            return False
        gap_s = min(empty_s, LONGEST_GAP_S)
        settled = self._last_s - self._first_s >= SETTLED_S
        grown = max(size, self._size) / max(min(size, self._size), 1e-9)
        near = np.linalg.norm(centre - self._centre) <= max(size, self._size) * (REACH + REACH_PER_S * gap_s)
        head_stayed = np.linalg.norm(head - self._head) <= HEAD_STAYS * min(size, self._size)
        same = bool((near and grown <= GROWTH + GROWTH_PER_S * gap_s) or head_stayed)
        if not same:
            back = empty_s >= EMPTY_S and grown <= GROWTH
            if settled and not back:
                return False
            if not settled:
                self._first_s = time_s
        if not np.isfinite(self._first_s):
            self._first_s = time_s
        self._centre, self._head, self._size, self._last_s = centre, head, size, time_s
        return True
