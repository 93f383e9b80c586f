"""Points in space, seen as a camera would from where an exercise wants it: orthographic, without perspective.

Axes are taken to be right-handed, as every motion-capture system writes them. **Limits.** Which axis points up is
read from the person: the one along which head and feet lie farthest apart at the start. For somebody who lies from
the first frame on, that is not the vertical, so a file's own word for it (C3D's `Y_SCREEN`) comes first, and
without it recordings of lying exercises should start standing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import numpy as np

from coxa.body.landmarks import Landmark as L
from coxa.body.recording import Floats, Recording
from coxa.capture.formats.common import Size
from coxa.errors import BadInput

View = Literal["front", "side", "diagonal", "feet-end", "raised"]

#: How long the start is, over which up and facing are averaged.
START_S = 0.5
#: Room around everything the person does, in parts of the frame.
MARGIN = 0.08
#: How far down a raised camera looks; a diagonal one stands midway between front and right side.
RAISED_DEG = 30.0
_HEAD = (L.NOSE, L.LEFT_EAR, L.RIGHT_EAR)
_SHOULDERS = (L.LEFT_SHOULDER, L.RIGHT_SHOULDER)
_HIPS = (L.LEFT_HIP, L.RIGHT_HIP)
_FEET = (L.LEFT_ANKLE, L.RIGHT_ANKLE, L.LEFT_HEEL, L.RIGHT_HEEL, L.LEFT_FOOT_INDEX, L.RIGHT_FOOT_INDEX)


def project(
    path: Path,
    points_m: Floats,
    visibility: Floats,
    *,
    time_s: Floats,
    fps: float,
    view: str | None,
    size: Size | None,
    up: Floats | None = None,
) -> Recording:
    """A recording of 3-D landmarks, seen from the front or from the side.

    Parameters
    ----------
    path : Path
        Only for messages.
    points_m : (T, 33, 3) float64
        Metres, uncentred, right-handed axes; NaN for gaps.
    visibility : (T, 33) float64
        0..1.
    time_s, fps
        As in `Recording`.
    view : "front", "side", "diagonal", "feet-end", "raised" or None
        From in front of the person (also when None), from their right side, between the two, from the feet, or from
        in front and above. Where that camera would have to look straight up or down (front view of somebody on
        their back or on all fours, side view of somebody on their side), it stands at the feet instead, or in front.
    size : (width, height), optional
        Of the virtual frame, pixels; 1280 x 720 if not given.
    up : (3,) float64, optional
        The vertical axis, if the file says which it is.

    Returns
    -------
    Recording
        Source "projected". `image` holds the uncentred points, scaled so that the whole movement fits into the
        frame, z in frame widths from the middle of the hips; `world` the same in metres from the middle of the hips.

    Raises
    ------
    BadInput
        If the view is unknown, or hips and shoulders are never seen together.
    """
    if view is not None and view not in get_args(View):
        raise BadInput(f"{path}: expected the view {', '.join(get_args(View))}, got {view!r}; name one of them")
    if np.isinf(points_m).any():
        frame = int(np.argwhere(np.isinf(points_m))[0][0])
        raise BadInput(f"{path}: expected finite coordinates, got infinity at frame {frame}; export it again")
    axes = camera_axes(path, points_m, time_s=time_s, view=view or "front", up=up)
    seen = points_m @ axes.T
    hips = (seen[:, L.LEFT_HIP] + seen[:, L.RIGHT_HIP]) / 2
    world = seen - hips[:, None]
    width, height = size or (1280, 720)
    low, high = np.nanmin(seen[:, :, :2], axis=(0, 1)), np.nanmax(seen[:, :, :2], axis=(0, 1))
    pixels_per_m = float(np.min(np.array([width, height]) * (1 - 2 * MARGIN) / np.maximum(high - low, 1e-6)))
    image = np.empty_like(seen)
    image[:, :, :2] = ((seen[:, :, :2] - (low + high) / 2) * pixels_per_m + np.array([width, height]) / 2) / np.array([width, height])
    image[:, :, 2] = world[:, :, 2] * pixels_per_m / width
    return Recording(time_s, image, world, visibility, width, height, fps, "projected")  # type: ignore[arg-type]


def camera_axes(path: Path, points_m: Floats, *, time_s: Floats, view: str, up: Floats | None = None) -> Floats:
    """The camera's axes (right, down, away) as rows, in the axes of the data.

    Parameters
    ----------
    path, points_m, time_s, view, up
        As in `project`.

    Returns
    -------
    (3, 3) float64
        A rotation: multiply points by its transpose.

    Raises
    ------
    BadInput
        If hips and shoulders are never seen together.
    """
    whole = ~np.isnan(points_m[:, [*_HIPS, *_SHOULDERS]]).any(axis=(1, 2))
    if not whole.any():
        raise BadInput(f"{path}: expected both hips and both shoulders together in at least one frame, got none; check the marker names")
    begin = time_s[int(np.argmax(whole))]
    start = points_m[whole & (time_s <= begin + START_S)]
    middle = {point: np.nanmean(start[:, point], axis=0) for point in (*_HIPS, *_SHOULDERS)}
    trunk = _unit((middle[L.LEFT_SHOULDER] + middle[L.RIGHT_SHOULDER]) - (middle[L.LEFT_HIP] + middle[L.RIGHT_HIP]))
    leftwards = (middle[L.LEFT_SHOULDER] - middle[L.RIGHT_SHOULDER]) + (middle[L.LEFT_HIP] - middle[L.RIGHT_HIP])
    leftwards = _unit(leftwards - (leftwards @ trunk) * trunk)
    facing = np.cross(leftwards, trunk)
    if up is None:
        up = find_up(start, trunk)
    # what to look along, best first; a camera can only look along something that is not vertical
    from_front, from_side, from_feet = -facing, leftwards, trunk
    wanted = {
        "side": (from_side, from_front),
        "diagonal": (from_front + from_side, from_front, from_feet),
        "feet-end": (from_feet, from_front),
    }.get(view, (from_front, from_feet))
    away = next((level for level in (_level(_unit(direction), up) for direction in wanted) if level is not None), None)
    if away is None:
        raise BadInput(f"{path}: expected a person whose facing can be told at the start, got none; check the marker names")
    tilt = np.radians(RAISED_DEG if view == "raised" else 0.0)
    down = -up * np.cos(tilt) - away * np.sin(tilt)
    return np.stack([np.cross(away, up), down, away * np.cos(tilt) - up * np.sin(tilt)])


def find_up(start: Floats, trunk: Floats) -> Floats:
    """The signed axis along which head and feet lie farthest apart, as a unit vector (3,).

    Parameters
    ----------
    start : (N, 33, 3) float64
        The first frames.
    trunk : (3,) float64
        From hips to shoulders, used where there are no feet.
    """
    top, bottom = _mean(start, _HEAD), _mean(start, _FEET)
    if np.isnan(top).any():
        top = _mean(start, _SHOULDERS)
    along = trunk if np.isnan(bottom).any() else top - bottom
    axis = int(np.argmax(np.abs(along)))
    up = np.zeros(3)
    up[axis] = np.sign(along[axis])
    return up


def _mean(points: Floats, which: tuple[L, ...]) -> Floats:
    chosen = points[:, list(which)].reshape(-1, 3)
    chosen = chosen[~np.isnan(chosen).any(axis=1)]
    return chosen.mean(axis=0) if len(chosen) else np.full(3, np.nan)


def _unit(vector: Floats) -> Floats:
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else vector


def _level(direction: Floats, up: Floats) -> Floats | None:
    """The horizontal part of a direction; None where it is within 30 degrees of the vertical."""
    level = direction - (direction @ up) * up
    return level / np.linalg.norm(level) if np.linalg.norm(level) > 0.5 else None
