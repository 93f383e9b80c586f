"""Marker files in space, TRC and C3D, with the marker names of OpenCap, Pose2Sim and Plug-in Gait."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from coxa.body.recording import Floats, Recording
from coxa.body.skeletons import convert, with_hip_centres
from coxa.capture.formats import c3d_points
from coxa.capture.formats.common import Size, require_fps
from coxa.capture.formats.projection import project
from coxa.errors import BadInput

#: Reading an hour of markers takes seconds; what takes longer is damaged.
C3D_TIMEOUT_S = 120.0
_METRES = {"m": 1.0, "meters": 1.0, "metres": 1.0, "cm": 0.01, "mm": 0.001, "millimeters": 0.001, "millimetres": 0.001}


def read_trc(path: Path, *, fps: float | None, size: Size | None, view: str | None) -> Recording:
    """A TRC file (OpenSim, OpenCap, Pose2Sim), projected into a view.

    Parameters
    ----------
    path : Path
        The file; blank cells and points at exactly 0, 0, 0 are gaps.
    fps, size, view
        Rate where the file has none; virtual frame and view as in `project`.

    Returns
    -------
    Recording
        Source "projected".

    Raises
    ------
    BadInput
        If the header or a value is broken, the unit or every marker name unknown, or hips or shoulders are missing.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        raise BadInput(f"{path}: expected a file that can be read, got {error.strerror}; check the name and the rights") from error
    if len(lines) < 6:
        raise BadInput(f"{path}: expected a TRC file of five header lines and frames, got {len(lines)} lines; export it again")
    header = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    unit = _unit(path, header.get("Units", "mm"))
    names = [name.strip() for name in lines[3].rstrip().split("\t")[2:] if name.strip()]
    if not names:
        raise BadInput(f"{path}: expected marker names after Frame# and Time in line 4, got none; export it again")
    rows = [line for line in lines[5:] if line.strip()]
    if not rows:
        raise BadInput(f"{path}: expected frames after the header, got none; record the clip again")
    values = _cells(path, rows, 2 + 3 * len(names))
    time_s = values[:, 1]
    points = values[:, 2:].reshape(len(rows), len(names), 3) * unit
    points[(points == 0).all(axis=2)] = np.nan
    rate = 1 / float(np.median(np.diff(time_s))) if len(rows) > 1 and np.median(np.diff(time_s)) > 0 else header.get("DataRate")
    names, points = with_hip_centres(names, points)
    landmarks, visibility = convert(names, points)
    return project(path, landmarks, visibility, time_s=time_s, fps=require_fps(path, rate, fps), view=view, size=size)


def read_c3d(path: Path, *, fps: float | None, size: Size | None, view: str | None) -> Recording:
    """A C3D file, projected into a view.

    Parameters
    ----------
    path : Path
        The file; points without a residual, or at exactly 0, 0, 0, are gaps.
    fps, size, view
        Rate where the file has none; virtual frame and view as in `project`.

    Returns
    -------
    Recording
        Source "projected".

    Raises
    ------
    BadInput
        If the file is truncated, holds no points, the unit or every marker name is unknown, or hips or shoulders
        are missing.
    """
    arrays = _c3d_arrays(path)
    points, names, rate = arrays["points"], [str(name) for name in arrays["names"]], float(arrays["rate"])
    if path.stat().st_size < _c3d_bytes(path):
        raise BadInput(f"{path}: expected a whole C3D file, got one whose last frames are cut off; copy or export it again")
    if points.size == 0:
        raise BadInput(f"{path}: expected markers, got {points.shape[1]} of them in {len(points)} frames; export the file with markers")
    points = points * _unit(path, str(arrays["unit"]) or "mm")
    points[(points == 0).all(axis=2)] = np.nan
    names = names[: points.shape[1]]
    if len(names) != points.shape[1]:
        raise BadInput(f"{path}: expected a name for each of {points.shape[1]} markers, got {len(names)}; label the markers")
    names, points = with_hip_centres(names, points)
    landmarks, visibility = convert(names, points)
    fps = require_fps(path, rate if rate > 0 else None, fps)
    time_s = np.arange(len(points)) / fps
    return project(path, landmarks, visibility, time_s=time_s, fps=fps, view=view, size=size, up=_screen_up(str(arrays["up"])))


def _c3d_bytes(path: Path) -> int:
    """How long a C3D file of Intel byte order must be by its own header; 0 where that is not known.

    ezc3d fills what is cut off with zeros or copies, without a word. Layout: the C3D file format user guide,
    "The header section".
    """
    with path.open("rb") as file:
        head = file.read(512)
        file.seek((head[0] - 1) * 512 + 3)
        processor = file.read(1)
    if processor != b"\x54":
        return 0
    points, analogs, first, last = struct.unpack_from("<4H", head, 2)
    (scale,) = struct.unpack_from("<f", head, 12)
    (data_block,) = struct.unpack_from("<H", head, 16)
    width = 4 if scale < 0 else 2
    return int((data_block - 1) * 512 + max(last - first + 1, 0) * (points * 4 + analogs) * width)


def _c3d_arrays(path: Path) -> dict[str, Any]:
    """What ezc3d finds in the file, in a process of its own, which a damaged file may end."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", c3d_points.__file__, str(path)],
            capture_output=True,
            timeout=C3D_TIMEOUT_S,
            check=True,
        )
        with np.load(io.BytesIO(done.stdout), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (subprocess.SubprocessError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path}: expected a whole C3D file, got one that is damaged, cut off or no C3D; export it again") from error


def _screen_up(name: str) -> Floats | None:
    """The axis that C3D's `Y_SCREEN` says is up on the screen, such as "+Z"."""
    axis = name.upper().lstrip("+-")
    if axis not in {"X", "Y", "Z"}:
        return None
    up = np.zeros(3)
    up["XYZ".index(axis)] = -1.0 if name.startswith("-") else 1.0
    return up


def _unit(path: Path, name: str) -> float:
    try:
        return _METRES[name.strip().lower()]
    except KeyError as error:
        raise BadInput(f"{path}: expected points in m, cm or mm, got the unit {name!r}; correct it in the file") from error


def _cells(path: Path, rows: list[str], columns: int) -> Floats:
    """The numbers of a tab-separated table, (rows, columns); NaN for blank cells and for cells that lack at the end of a row."""
    longest = max(row.rstrip("\t ").count("\t") for row in rows) + 1
    if longest > columns:
        raise BadInput(f"{path}: expected {columns} columns (frame, time, x, y, z of each marker), got {longest}; check the marker names")
    cells = [[cell.strip() or "nan" for cell in row.rstrip("\t ").split("\t")] for row in rows]
    blank = ["nan"] * columns
    try:
        return np.array([row + blank[len(row) :] for row in cells], dtype=np.float64)
    except ValueError as error:
        raise BadInput(f"{path}: expected numbers after the header, got {str(error)[-40:]}; export it again") from error
