"""Marker files in space, TRC and C3D, with the marker names of OpenCap, Pose2Sim and Plug-in Gait."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from coxa.body.recording import Floats, Recording
from coxa.body.skeletons import convert, with_hip_centres
from coxa.capture.formats.common import Size, require_fps
from coxa.capture.formats.projection import project
from coxa.errors import BadInput

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
    import ezc3d  # a heavy library, loaded only when a C3D file is

    try:
        document: Any = ezc3d.c3d(str(path))
        # ezc3d gives mm as (4, markers, frames)
        points = np.asarray(document["data"]["points"], np.float64)[:3].transpose(2, 1, 0)
        group: Any = document["parameters"]["POINT"]
        names = [str(name) for key in group if key.startswith("LABELS") for name in group[key]["value"]]
        rate = float(document["header"]["points"]["frame_rate"])
    except (OSError, RuntimeError, ValueError, KeyError, IndexError, MemoryError) as error:
        raise BadInput(f"{path}: expected a whole C3D file, got one that is truncated or no C3D; export it again") from error
    if path.stat().st_size < _c3d_bytes(path):
        raise BadInput(f"{path}: expected a whole C3D file, got one whose last frames are cut off; copy or export it again")
    if points.size == 0:
        raise BadInput(f"{path}: expected markers, got {points.shape[1]} of them in {len(points)} frames; export the file with markers")
    units = group["UNITS"]["value"] if "UNITS" in group else []
    points = points * _unit(path, str(units[0]) if len(units) else "mm")
    points[(points == 0).all(axis=2)] = np.nan
    names = names[: points.shape[1]]
    if len(names) != points.shape[1]:
        raise BadInput(f"{path}: expected a name for each of {points.shape[1]} markers, got {len(names)}; label the markers")
    names, points = with_hip_centres(names, points)
    landmarks, visibility = convert(names, points)
    fps = require_fps(path, rate if rate > 0 else None, fps)
    time_s = np.arange(len(points)) / fps
    return project(path, landmarks, visibility, time_s=time_s, fps=fps, view=view, size=size, up=_screen_up(group))


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


def _screen_up(group: Any) -> Floats | None:
    """The axis that C3D's `Y_SCREEN` says is up on the screen, such as "+Z"."""
    value = group["Y_SCREEN"]["value"] if "Y_SCREEN" in group else []
    name = str(value[0]).strip().upper() if len(value) else ""
    sign = -1.0 if name.startswith("-") else 1.0
    axis = name.lstrip("+-")
    if axis not in {"X", "Y", "Z"}:
        return None
    up = np.zeros(3)
    up["XYZ".index(axis)] = sign
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
