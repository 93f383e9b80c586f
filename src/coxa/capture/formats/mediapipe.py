"""MediaPipe landmarks as JSON and as NPZ."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from coxa.body.landmarks import COUNT
from coxa.body.recording import Floats, Recording
from coxa.capture.formats.common import Size, load_json, numbers, require_fps, require_size
from coxa.errors import BadInput

_IMAGE = ("landmarks", "pose_landmarks", "poseLandmarks", "image_landmarks", "image", "keypoints")
_WORLD = ("world_landmarks", "pose_world_landmarks", "worldLandmarks", "poseWorldLandmarks", "world")
_SECONDS = {"time_s": 1.0, "timestamp_s": 1.0, "t": 1.0, "time": 1.0, "time_ms": 1e-3, "timestamp_ms": 1e-3, "timestampMs": 1e-3,
            "timestamp_us": 1e-6}  # fmt: skip


def read_json(path: Path, document: Any, *, fps: float | None, size: Size | None) -> Recording:
    """Landmarks from JSON: a list of frames, or `{"frames": [...], "fps", "width", "height"}`.

    A frame is a list of 33 landmarks or an object with `landmarks` (or `pose_landmarks`) and, if there are any,
    `world_landmarks` (or `pose_world_landmarks`) and a time (`time_s`, `timestamp_ms`, ...). A landmark is
    `{"x", "y", "z", "visibility"}` or `[x, y, z, visibility]`. No landmarks: nobody was seen in that frame.

    Parameters
    ----------
    path : Path
        Only for messages.
    document : object
        The parsed JSON.
    fps, size
        Used where the file has no times or rate, or no frame size.

    Returns
    -------
    Recording

    Raises
    ------
    BadInput
        If there are no frames, a frame has not 33 landmarks, or rate or size are missing.
    """
    facts = document if isinstance(document, dict) else {}
    lists = [facts[key] for key in ("frames", *_IMAGE) if isinstance(facts.get(key), list)]
    frames = document if isinstance(document, list) else next(iter(lists), None)
    if not frames:
        raise BadInput(f'{path}: expected MediaPipe landmarks, a list of frames or {{"frames": [...]}}, got none; check the export')
    image = np.full((len(frames), COUNT, 4), np.nan)
    world = np.full((len(frames), COUNT, 4), np.nan)
    times: list[float | None] = []
    for k, frame in enumerate(frames):
        holder = frame if isinstance(frame, dict) else {"landmarks": frame}
        image[k] = _frame(path, k, next((holder[key] for key in _IMAGE if key in holder), None))
        world[k] = _frame(path, k, next((holder[key] for key in _WORLD if key in holder), None))
        stamp = next(((key, holder[key]) for key in _SECONDS if holder.get(key) is not None), None)
        times.append(None if stamp is None else float(numbers(path, stamp[1], f"{stamp[0]} of frame {k}").sum()) * _SECONDS[stamp[0]])
    rate = facts.get("fps")
    if len(times) > 1 and all(t is not None for t in times):
        time_s = np.array(times, np.float64)
        fps = _median_rate(time_s, rate, fps)
    else:
        fps = require_fps(path, rate, fps)
        time_s = np.arange(len(frames)) / fps
    width, height = require_size(path, (facts.get("width"), facts.get("height")), size)
    return Recording(time_s, image[:, :, :3], world[:, :, :3], image[:, :, 3], width, height, fps, "mediapipe")


def read_npz(path: Path, *, fps: float | None, size: Size | None) -> Recording:
    """Landmarks from an NPZ file: `image`, `world`, `visibility`, `time_s`, or `I` and `W` of four values a landmark.

    Rate and size come from the file (`fps`, `width`, `height`), from a JSON file of the same name beside it, or
    from the arguments, in this order.

    Parameters
    ----------
    path : Path
        The NPZ file.
    fps, size
        Used where neither the file nor the JSON beside it says.

    Returns
    -------
    Recording

    Raises
    ------
    BadInput
        If it is no NPZ of landmarks, an array has another shape, or rate or size are missing.
    """
    try:
        # numpy leaves a file open that it cannot read, so it gets one that is closed here
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        raise BadInput(f"{path}: expected an NPZ file of plain arrays, got one that cannot be read; export it again") from error
    beside = path.with_suffix(".json")
    facts: dict[str, Any] = {}
    if beside.is_file():
        found = load_json(beside)
        facts = found if isinstance(found, dict) else {}
    facts |= {key: arrays[key].item() for key in ("fps", "width", "height", "source") if key in arrays and arrays[key].size == 1}
    image, visibility = _image_array(path, arrays)
    frames = len(image)
    world = _array(path, arrays, ("world", "W"), frames, (3, 4))
    world = np.full((frames, COUNT, 3), np.nan) if world is None else world[:, :, :3]
    if "time_s" in arrays:
        time_s = numbers(path, arrays["time_s"], "time_s")
        if time_s.shape != (frames,):
            raise BadInput(f"{path}: expected time_s of shape ({frames},), got {time_s.shape}; check the export")
        rate = _median_rate(time_s, facts.get("fps"), fps) if frames > 1 else require_fps(path, facts.get("fps"), fps)
    else:
        rate = require_fps(path, facts.get("fps"), fps)
        time_s = np.arange(frames) / rate
    width, height = require_size(path, (facts.get("width"), facts.get("height")), size)
    source = str(facts["source"]) if "source" in arrays else "mediapipe"
    return Recording(time_s, image, world, visibility, width, height, rate, source)  # type: ignore[arg-type]


def _frame(path: Path, k: int, points: Any) -> Floats:
    """One frame's (33, 4) landmarks; NaN where nobody was seen."""
    if isinstance(points, dict):  # protobuf's own JSON wraps the list
        points = points.get("landmark", points.get("landmarks"))
    if isinstance(points, list) and points and isinstance(points[0], list) and points[0] and isinstance(points[0][0], list | dict):
        points = points[0]  # a list of people: the first is the one that was tracked
    if points is None or (isinstance(points, list) and not points):
        return np.full((COUNT, 4), np.nan)
    if not isinstance(points, list) or len(points) != COUNT:
        came = f"{len(points)}" if isinstance(points, list) else type(points).__name__
        raise BadInput(f"{path}: expected {COUNT} landmarks in frame {k}, got {came}; export all landmarks of MediaPipe Pose")
    rows = [[p.get("x"), p.get("y"), p.get("z"), p.get("visibility", 1.0)] if isinstance(p, dict) else p for p in points]
    lengths = {len(row) if isinstance(row, list) else 0 for row in rows}
    if len(lengths) != 1 or not lengths <= {2, 3, 4, 5}:
        raise BadInput(f"{path}: expected landmarks of x, y, z, visibility in frame {k}, got {sorted(lengths)} values; check the export")
    values = numbers(path, rows, f"frame {k}")[:, :4]
    out = np.full((COUNT, 4), np.nan)
    out[:, : values.shape[1]] = values
    if values.shape[1] < 4:
        out[:, 3] = 1.0
    return out


def _image_array(path: Path, arrays: dict[str, Any]) -> tuple[Floats, Floats]:
    image = _array(path, arrays, ("image", "I"), None, (2, 3, 4))
    if image is None:
        has = ", ".join(sorted(arrays)[:6]) or "nothing"
        raise BadInput(f"{path}: expected the arrays image or I of shape (frames, {COUNT}, 3 or 4), got {has}; rename them")
    if "visibility" in arrays:
        visibility = numbers(path, arrays["visibility"], "visibility")
        if visibility.shape != image.shape[:2]:
            raise BadInput(f"{path}: expected visibility of shape {image.shape[:2]}, got {visibility.shape}; check the export")
    else:
        visibility = image[:, :, 3] if image.shape[2] == 4 else np.ones(image.shape[:2])
    points = np.full((*image.shape[:2], 3), np.nan)
    points[:, :, : min(3, image.shape[2])] = image[:, :, :3]
    return points, visibility


def _array(path: Path, arrays: dict[str, Any], names: tuple[str, ...], frames: int | None, last: tuple[int, ...]) -> Floats | None:
    name = next((n for n in names if n in arrays), None)
    if name is None:
        return None
    values = numbers(path, arrays[name], name)
    fits = values.ndim == 3 and values.shape[1] == COUNT and values.shape[2] in last and (frames is None or len(values) == frames)
    if not fits:
        wanted = f"({frames if frames is not None else 'frames'}, {COUNT}, {' or '.join(map(str, last))})"
        raise BadInput(f"{path}: expected {name} of shape {wanted}, got {values.shape}; check the export")
    return values


def _median_rate(time_s: Floats, found: Any, given: float | None) -> float:
    """The stated rate, else that of the time stamps; time that runs back is refused later, by `Recording`."""
    steps = np.diff(time_s)
    steps = steps[np.isfinite(steps)]
    if len(steps) and np.median(steps) > 0:
        return float(1.0 / np.median(steps))
    stated = found if found is not None else given
    return float(stated) if isinstance(stated, int | float) and stated > 0 else 1.0
