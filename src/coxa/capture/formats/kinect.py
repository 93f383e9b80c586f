"""Kinect v2 skeletons as text: one row a frame, 25 joints of position and orientation."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from coxa.body.recording import Recording
from coxa.body.skeletons import KINECT_V2, convert
from coxa.capture.formats.common import Size, require_fps
from coxa.capture.formats.projection import project
from coxa.errors import BadInput

#: x, y, z and a quaternion.
VALUES = 7


def read(path: Path, *, fps: float | None, size: Size | None, view: str | None) -> Recording:
    """Kinect v2 joints (x y z qx qy qz qw, metres, y up, z away from the sensor), projected into a view.

    Parameters
    ----------
    path : Path
        Text of 175 numbers a row, the form in which the Keraal data set keeps them.
    fps, size, view
        Rate, which the file does not keep; virtual frame and view as in `project`.

    Returns
    -------
    Recording
        Source "projected". The nose is the middle of the head; heels are lacking. Joints at exactly 0, 0, 0 are gaps.

    Raises
    ------
    BadInput
        If a row has another number of values, a value is no number, or the rate is missing.
    """
    columns = VALUES * len(KINECT_V2)
    try:
        rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        wrong = next((k for k, row in enumerate(rows) if len(row) != columns), None)
        if wrong is not None or not rows:
            came = f"{len(rows[wrong])} in line {wrong + 1}" if wrong is not None else "an empty file"
            raise BadInput(f"{path}: expected {columns} numbers a row (25 Kinect v2 joints of 7), got {came}; export it again")
        values = np.array(rows, dtype=np.float64)
    except ValueError as error:  # a UnicodeDecodeError is one as well
        raise BadInput(f"{path}: expected numbers, got {str(error)[:60]}; export it again") from error
    except OSError as error:
        raise BadInput(f"{path}: expected a file that can be read, got {error.strerror}; check the name and the rights") from error
    points = values.reshape(len(rows), len(KINECT_V2), VALUES)[:, :, :3].copy()
    points[(points == 0).all(axis=2)] = np.nan
    landmarks, visibility = convert(KINECT_V2, points)
    fps = require_fps(path, None, fps)
    return project(path, landmarks, visibility, time_s=np.arange(len(rows)) / fps, fps=fps, view=view, size=size)
