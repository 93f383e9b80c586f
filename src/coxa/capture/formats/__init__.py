"""Recordings in other formats, each converted into the 33 landmarks.

`read(path)` tells the format by the file's content; `recognise(path)` only says which it is, so that a caller can
tell recordings from videos.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from coxa.body.recording import Recording
from coxa.body.storage import read_recording
from coxa.capture.formats import kinect, markers, mediapipe, openpose, positions
from coxa.capture.formats.common import Size, load_json
from coxa.errors import BadInput

__all__ = ["read", "recognise"]

_SUFFIXES = {".parquet": "parquet", ".npz": "npz", ".c3d": "c3d", ".trc": "trc", ".json": "json", ".txt": "kinect"}


def recognise(path: str | Path) -> str | None:
    """Which format a path holds: openpose, parquet, npz, c3d, trc, json or kinect; None for anything else, such as a video.

    The first bytes decide; where they say nothing, the suffix does.

    Parameters
    ----------
    path : str or Path
        A file or a folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     recognise(folder)
    'openpose'
    """
    path = Path(path)
    if path.is_dir():
        return "openpose"
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError:
        return _SUFFIXES.get(path.suffix.lower())
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04") and path.suffix.lower() in {".npz", ""}:
        return "npz"
    if head.startswith(b"PathFileType"):
        return "trc"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
        return "json"
    return _SUFFIXES.get(path.suffix.lower())


def read(path: str | Path, *, fps: float | None = None, size: Size | None = None, view: str | None = None) -> Recording:
    """Read a recording in any format coxa knows.

    Parameters
    ----------
    path : str or Path
        A Parquet file of coxa's own; MediaPipe landmarks as JSON or NPZ; a folder of OpenPose files, or one
        dictionary of positions; TRC; C3D; Kinect v2 text.
    fps : float, optional
        Frames per second, used where the file does not say.
    size : (width, height), optional
        Frame size in pixels, used where the file does not say; for points in space the size of the virtual frame.
    view : "front", "side", "diagonal", "feet-end" or "raised", optional
        From where points in space are seen, front if not given; ignored for images.

    Returns
    -------
    Recording

    Raises
    ------
    BadInput
        In one line: no such file, an unknown format, a broken file, a missing rate or size, landmarks of wrong shape,
        time that runs back, infinities, or no landmark in any frame.
    """
    path = Path(path)
    if not path.exists():
        raise BadInput(f"{path}: expected a recording, found no such file; check the name")
    if path.is_file() and path.stat().st_size == 0:
        raise BadInput(f"{path}: expected a recording, got an empty file; export it again")
    kind = recognise(path)
    try:
        # values out of range are refused below in words; numpy's own warnings would only come before them
        with np.errstate(all="ignore"):
            recording = _read(path, kind, fps, size, view)
    except BadInput as error:
        # the innermost checks know what is wrong, but not in which file
        message = str(error)
        raise error if message.startswith(str(path)) else BadInput(f"{path}: {message}") from error
    if np.isnan(recording.image[:, :, :2]).any(axis=2).all():
        raise BadInput(f"{path}: expected landmarks in at least one frame, got NaN in all {len(recording)} frames; record the clip again")
    return recording


def _read(path: Path, kind: str | None, fps: float | None, size: Size | None, view: str | None) -> Recording:
    if kind == "openpose":
        return openpose.read(path, fps=fps, size=size)
    if kind == "parquet":
        return read_recording(path)
    if kind == "npz":
        return mediapipe.read_npz(path, fps=fps, size=size)
    if kind == "trc":
        return markers.read_trc(path, fps=fps, size=size, view=view)
    if kind == "c3d":
        return markers.read_c3d(path, fps=fps, size=size, view=view)
    if kind == "kinect":
        return kinect.read(path, fps=fps, size=size, view=view)
    if kind == "json":
        document = load_json(path)
        if isinstance(document, dict) and "positions" in document:
            return positions.read(path, document, fps=fps, size=size)
        if isinstance(document, dict) and "people" in document:
            raise BadInput(f"{path}: expected a whole clip, got one OpenPose frame; name the folder that holds all of them")
        return mediapipe.read_json(path, document, fps=fps, size=size)
    known = "Parquet, MediaPipe JSON or NPZ, an OpenPose folder, TRC, C3D or Kinect text"
    raise BadInput(f"{path}: expected a recording ({known}), got something else; check the file")
