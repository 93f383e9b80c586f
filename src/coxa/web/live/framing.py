"""`framing`: what to say so that the camera sees what it has to: step back, turn sideways, I can see you."""

from __future__ import annotations

import math
from typing import Any

from coxa.body.posture import POSTURES
from coxa.exercises.model import Exercise
from coxa.locales import Words, mark
from coxa.locales import gettext as _

#: A point counts as seen from this visibility on, and lies in the picture a little beyond its edge as well.
SEEN, EDGE = 0.5, 0.01
#: A body that fills less of the picture than this is too far away to be judged.
SMALLEST = 0.33
#: Head, shoulders, hips, knees, ankles: what has to be in the picture.
BODY = (0, 11, 12, 23, 24, 25, 26, 27, 28)
UPRIGHT = ("standing", "half-kneeling", "sitting")
NOBODY = mark("I cannot see you yet. Step into the picture.")
STEP_BACK, COME_CLOSER = mark("Step back a little, so that I see you from head to feet."), mark("Come a little closer.")
CAMERA_BACK, CAMERA_CLOSER = (
    mark("Move the camera back a little, so that it sees you from head to feet."),
    mark("Move the camera a little closer."),
)
TO_THE_MIDDLE = mark("Move to the middle of the picture.")
I_SEE_YOU = mark("I can see you.")
TURN: Words[str] = Words({
    "side": mark("Turn sideways to the camera."),
    "front": mark("Turn to face the camera."),
    "diagonal": mark("Turn half-way towards the camera."),
})  # fmt: skip
MOVE: Words[str] = Words({
    "side": mark("Put the camera at your side, so that it sees you from head to feet."),
    "front": mark("Put the camera in front of you, so that it sees your whole body."),
    "diagonal": mark("Put the camera diagonally in front of you."),
    "feet-end": mark("Put the camera beyond your feet, so that it looks along your body."),
    "head-side": mark("Put the camera half-way between your side and your head, so that it looks across your body."),
    "raised": mark("Put the camera higher, so that it looks down at you."),
})  # fmt: skip


def framing(exercise: Exercise, posture: str, view: str, ready: bool, image: Any, visibility: Any) -> str:
    """What to say about the picture, in the language spoken now.

    Parameters
    ----------
    exercise : Exercise
        One that a camera follows.
    posture, view : str
        As the watcher sees them.
    ready : bool
        Whether the start position is right.
    image : (33, 3) float32
    visibility : (33,) float32

    Returns
    -------
    str
        Empty while a ready person is seen well enough.
    """
    coaching = exercise.coaching
    if coaching is None:
        return ""
    wanted = coaching.setup.postures
    where = _where(image, visibility, upright=(posture in UPRIGHT) if posture != "unknown" else wanted[0] in UPRIGHT)
    if ready:
        # The set goes on: only that nothing is seen at all is worth a word.
        return _(NOBODY) if where == NOBODY else ""
    if where:
        return _(where)
    if posture in POSTURES[1:] and posture not in wanted:
        return coaching.setup.say
    if view != "unknown" and view not in coaching.views:
        words = TURN if posture in UPRIGHT else MOVE
        best: str = coaching.views[0]
        if best == "diagonal" and coaching.end == "head":
            best = "head-side"
        return words[best] if best in words else MOVE[best]
    if posture == "unknown":
        return coaching.setup.say
    return _(I_SEE_YOU)


def _where(image: Any, visibility: Any, *, upright: bool) -> str:
    """What is wrong with where the body is in the picture; empty where nothing is."""
    points = [(float(image[k, 0]), float(image[k, 1]), float(visibility[k])) for k in BODY]
    seen = [(x, y) for x, y, v in points if v >= SEEN and not math.isnan(x) and not math.isnan(y)]
    if len(seen) < 3:
        return NOBODY
    xs, ys = [x for x, _y in seen], [y for _x, y in seen]
    out_x, out_y = min(xs) < -EDGE or max(xs) > 1 + EDGE, min(ys) < -EDGE or max(ys) > 1 + EDGE
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    if out_x or out_y:
        # Where there is room on the other side, the middle is nearer than a longer way.
        fits = wide < 0.8 and high < 0.8
        return TO_THE_MIDDLE if fits and out_x and not out_y else STEP_BACK if upright else CAMERA_BACK
    if max(wide, high) < SMALLEST:
        return COME_CLOSER if upright else CAMERA_CLOSER
    return ""
