"""What every reader needs: the frame rate, the frame size, JSON, and landmarks from another skeleton's points."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from coxa.body.landmarks import COUNT
from coxa.body.recording import Floats, Recording
from coxa.body.skeletons import convert
from coxa.errors import BadInput

Size = tuple[int, int]


def require_fps(path: Path, found: Any, given: float | None) -> float:
    """The file's own frame rate, else the one given; frames per second."""
    value = given if found is None else found
    if value is None:
        raise BadInput(f"{path}: expected a frame rate, the file has none; add --fps, for example --fps 30")
    try:
        fps = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadInput(f"{path}: expected a frame rate in frames per second, got {value!r}; correct it in the file") from error
    if not (np.isfinite(fps) and fps > 0):
        raise BadInput(f"{path}: expected a positive frame rate, got {fps:g}; correct it in the file, or with --fps")
    return fps


def require_size(path: Path, found: tuple[Any, Any] | None, given: Size | None) -> Size:
    """The file's own frame size, else the one given; pixels."""
    value = given if found is None or None in found else found
    if value is None:
        raise BadInput(f"{path}: expected the frame's width and height, the file has none; add --size, for example --size 1280x720")
    try:
        width, height = int(value[0]), int(value[1])
    except (TypeError, ValueError, OverflowError) as error:
        raise BadInput(f"{path}: expected the frame's width and height in pixels, got {value!r}; correct it in the file") from error
    if width <= 0 or height <= 0:
        raise BadInput(f"{path}: expected a positive frame size, got {width}x{height}; correct it in the file, or with --size")
    return width, height


def load_json(path: Path) -> Any:
    """The JSON document in a file; where it is broken, the line and column are told."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: expected JSON text, got bytes that are not UTF-8 at byte {error.start}; export it again") from error
    except OSError as error:
        raise BadInput(f"{path}: expected a file that can be read, got {error.strerror}; check the name and the rights") from error
    if not text.strip():
        raise BadInput(f"{path}: expected JSON, got an empty file; export it again")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno} ({error.msg})"
        raise BadInput(f"{path}: expected JSON, got a mistake at {where}; export it again") from error
    except RecursionError as error:
        raise BadInput(f"{path}: expected landmarks in JSON, got lists nested too deep; export it again") from error


def numbers(path: Path, values: Any, what: str) -> Floats:
    """A list of numbers as an array; None counts as a gap."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadInput(f"{path}: expected numbers in {what}, got something else; check the export") from error


def recording_from_points(
    names: Sequence[str],
    points: Floats,
    confidence: Floats | None,
    *,
    time_s: Floats,
    fps: float,
    size: Size,
    source: str,
    in_pixels: bool,
) -> Recording:
    """A recording from the image points of another skeleton.

    Parameters
    ----------
    names : sequence of str, J
        The skeleton's joint names.
    points : (T, J, 2 or 3) float64
        Image points in pixels or in units of frame width and height, NaN for gaps; a third value is a depth in widths.
    confidence : (T, J) float64 or None
        0..1.
    time_s : (T,) float64
        Seconds.
    fps, size, source
        As in `Recording`.
    in_pixels : bool
        Whether x and y are pixels.

    Returns
    -------
    Recording
        World points are NaN: the image does not tell them.
    """
    converted, visibility = convert(names, points, confidence)
    image = np.full((len(converted), COUNT, 3), np.nan)
    image[:, :, :2] = converted[:, :, :2] / np.array(size, np.float64) if in_pixels else converted[:, :, :2]
    if converted.shape[2] == 3:
        image[:, :, 2] = converted[:, :, 2]
    world = np.full_like(image, np.nan)
    return Recording(time_s, image, world, visibility, *size, fps, source)  # type: ignore[arg-type]
