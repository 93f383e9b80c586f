"""OpenPose folders: one JSON file a frame, several people in each, pixels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from coxa.body.recording import Floats, Recording
from coxa.body.skeletons import BY_COUNT
from coxa.capture.formats.common import Size, load_json, numbers, recording_from_points, require_fps, require_size
from coxa.errors import BadInput

#: A body that has moved further than this part of its own diagonal is another body.
FARTHEST_JUMP = 0.5
#: Points below this confidence do not help to tell people apart.
LEAST_CONFIDENCE = 0.1


def read(folder: Path, *, fps: float | None, size: Size | None) -> Recording:
    """Landmarks of one person from a folder of OpenPose JSON files (BODY_25, COCO-18, COCO-17 or Halpe-26).

    The largest person of the first frame with anybody in it is followed from frame to frame; a jump to another
    body is refused, and such frames are gaps. Frame numbers come from the file names, so that lost files are gaps
    in time.

    Parameters
    ----------
    folder : Path
        With files such as `clip_000000000012_keypoints.json`.
    fps, size
        Rate and frame size; OpenPose does not keep them.

    Returns
    -------
    Recording
        Source "openpose".

    Raises
    ------
    BadInput
        If there are no pose files, a person has an unknown number of points, two files have the same frame number,
        or rate or size are missing.
    """
    files = sorted(folder.glob("*.json"), key=lambda file: (_number(file), file.name))
    if not files:
        raise BadInput(f"{folder}: expected OpenPose files (*_keypoints.json) in this folder, found none; name the folder that holds them")
    frames = [_people(file) for file in files]
    counts = {len(person) for people in frames for person in people}
    if len(counts) > 1 or not counts <= set(BY_COUNT):
        known = ", ".join(f"{n} ({BY_COUNT[n][0]})" for n in sorted(BY_COUNT))
        came = " and ".join(map(str, sorted(counts)))
        raise BadInput(f"{folder}: expected people of {known} points, got {came}; export one of these models")
    if not counts:
        raise BadInput(f"{folder}: expected a person in at least one frame, got none in {len(files)} frames; record the clip again")
    fps = require_fps(folder, None, fps)
    size = require_size(folder, None, size)
    number = np.array([_number(file) for file in files], np.float64)
    if (number < 0).any():
        number = np.arange(len(files), dtype=np.float64)
    twice = np.flatnonzero(np.diff(number) == 0)
    if len(twice):
        names = " and ".join(file.name for file in files[int(twice[0]) : int(twice[0]) + 2])
        raise BadInput(f"{folder}: expected one clip in a folder, got frame {number[twice[0]]:g} twice ({names}); separate the clips")
    points = follow(frames, counts.pop())
    confidence = np.clip(points[:, :, 2], 0.0, 1.0)
    points[~(points[:, :, 2] > 0)] = np.nan  # OpenPose writes 0, 0, 0 where it saw nothing
    # keypoint_scale 3 writes units of the frame instead of pixels
    in_pixels = bool(np.nanmax(np.abs(points[:, :, :2]), initial=0.0) > 2.0)
    return recording_from_points(
        BY_COUNT[points.shape[1]][1], points[:, :, :2], confidence, time_s=(number - number[0]) / fps, fps=fps, size=size,
        source="openpose", in_pixels=in_pixels,
    )  # fmt: skip


def follow(frames: list[list[Floats]], joints: int) -> Floats:
    """One person through frames of several: the largest at first, then the nearest to where they were.

    Parameters
    ----------
    frames : list of lists of (J, 3) float64
        The people of each frame: x, y, confidence.
    joints : int
        J.

    Returns
    -------
    (T, J, 3) float64
        NaN in frames where nobody is near enough to be the same person.
    """
    out = np.full((len(frames), joints, 3), np.nan)
    last: Floats | None = None
    for k, people in enumerate(frames):
        seen = [person for person in people if (person[:, 2] > LEAST_CONFIDENCE).sum() >= 3]
        if not seen:
            continue
        if last is None:
            last = max(seen, key=_diagonal)
        else:
            distances = [_distance(person, last) for person in seen]
            nearest = int(np.argmin(distances))
            if not distances[nearest] <= FARTHEST_JUMP * _diagonal(last):
                continue
            last = seen[nearest]
        out[k] = last
    return out


def _diagonal(person: Floats) -> float:
    known = person[person[:, 2] > LEAST_CONFIDENCE, :2]
    return float(np.linalg.norm(np.ptp(known, axis=0)))


def _distance(person: Floats, other: Floats) -> float:
    """Median distance of the joints that both show; infinity when they share none."""
    shared = (person[:, 2] > LEAST_CONFIDENCE) & (other[:, 2] > LEAST_CONFIDENCE)
    if not shared.any():
        return float("inf")
    return float(np.median(np.linalg.norm(person[shared, :2] - other[shared, :2], axis=1)))


def _number(file: Path) -> int:
    """The frame number in a file's name; -1 where there is none."""
    digits = re.findall(r"\d+", file.stem.removesuffix("_keypoints"))
    return int(digits[-1]) if digits else -1


def _people(file: Path) -> list[Floats]:
    document: Any = load_json(file)
    people = document.get("people") if isinstance(document, dict) else None
    if not isinstance(people, list):
        raise BadInput(f'{file}: expected an OpenPose frame with "people", got none; name a folder that holds pose files only')
    found = []
    for person in people:
        flat = person.get("pose_keypoints_2d") if isinstance(person, dict) else None
        if flat is None:
            raise BadInput(f"{file}: expected pose_keypoints_2d for each person, got none; export the body model")
        values = numbers(file, flat, "pose_keypoints_2d")
        if values.size == 0:
            continue  # only a hand or a face was found
        if values.ndim != 1 or len(values) % 3:
            raise BadInput(f"{file}: expected x, y, confidence for each point, got shape {values.shape}; export it again")
        found.append(values.reshape(-1, 3))
    return found
