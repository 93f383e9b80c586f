"""Dictionaries of named image positions, `{"positions": {"1.0": {"Nose": [x, y], ...}, ...}}`.

The form in which the Keraal data set keeps BlazePose, OpenPose (COCO-18) and AlphaPose (COCO-17).
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np

from coxa.body.recording import Recording
from coxa.body.skeletons import plain_name
from coxa.capture.formats.common import Size, numbers, recording_from_points, require_fps, require_size
from coxa.errors import BadInput


def read(path: Path, document: Any, *, fps: float | None, size: Size | None) -> Recording:
    """Landmarks from a dictionary of positions; the keys are frame numbers, gaps between them stay gaps in time.

    Parameters
    ----------
    path : Path
        Only for messages.
    document : dict
        The parsed JSON with its key `positions`.
    fps, size
        Used where the file does not say (`fps`, `width`, `height`).

    Returns
    -------
    Recording
        Source "mediapipe" where the 33 names are BlazePose's, "openpose" otherwise. Coordinates above 2 are taken
        as pixels, others as units of frame width and height.

    Raises
    ------
    BadInput
        If frame numbers or positions are not numbers, no joint name is known, or rate or size are missing.
    """
    frames = document["positions"]
    if not isinstance(frames, dict) or not frames:
        raise BadInput(f"{path}: expected positions by frame number, got none; check the export")
    try:
        ordered = sorted(((float(key), joints) for key, joints in frames.items() if isinstance(joints, dict)), key=lambda frame: frame[0])
    except ValueError as error:
        raise BadInput(f"{path}: expected frame numbers as the keys of positions, got {str(error)[-40:]}; check the export") from error
    if len(ordered) != len(frames):
        raise BadInput(f"{path}: expected joints by name in every frame of positions, got something else; check the export")
    twice = next((a for (a, _), (b, _) in itertools.pairwise(ordered) if a == b), None)
    if twice is not None:
        raise BadInput(f"{path}: expected each frame number once in positions, got {twice:g} twice; check the export")
    names = sorted({name for _, joints in ordered for name in joints})
    if not names:
        raise BadInput(f"{path}: expected joints in at least one frame, got {len(ordered)} empty frames; record the clip again")
    points = np.full((len(ordered), len(names), 3), np.nan)
    for k, (number, joints) in enumerate(ordered):
        for j, name in enumerate(names):
            if joints.get(name) is None:
                continue
            values = numbers(path, joints[name], f"{name} of frame {number:g}")
            if values.shape not in {(2,), (3,)}:
                which = f"{name} in frame {number:g}"
                raise BadInput(f"{path}: expected [x, y] or [x, y, z] for {which}, got shape {values.shape}; check the export")
            points[k, j, : len(values)] = values
    if np.isnan(points[:, :, 2]).all():
        points = points[:, :, :2]
    fps = require_fps(path, document.get("fps"), fps)
    size = require_size(path, (document.get("width"), document.get("height")), size)
    with np.errstate(invalid="ignore"):
        in_pixels = bool(np.nanmedian(np.nanmax(np.abs(points[:, :, :2]), axis=(1, 2), initial=0.0)) > 2.0)
    frame_number = np.array([number for number, _ in ordered])
    blazepose = any(plain_name(name) == "leftfootindex" for name in names)
    return recording_from_points(
        names, points, None, time_s=(frame_number - frame_number[0]) / fps, fps=fps, size=size,
        source="mediapipe" if blazepose else "openpose", in_pixels=in_pixels,
    )  # fmt: skip
