"""`FRAME`: one frame of landmarks as it comes over the socket, 940 bytes, and its check."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from coxa.body import Recording
from coxa.body.landmarks import COUNT
from coxa.errors import BadInput

#: Sequence number in the set from 0, flags (0), time of capture, landmarks in the image and in metres, visibilities.
FRAME = np.dtype(
    [
        ("seq", "<u4"), ("flags", "<u4"), ("time_s", "<f8"), ("image", "<f4", (COUNT, 3)), ("world", "<f4", (COUNT, 3)),
        ("visibility", "<f4", (COUNT,)),
    ]
)  # fmt: skip
SIZE = FRAME.itemsize
#: Landmarks lie near the picture; what is farther away is no landmark.
FARTHEST = 1e4
Frames = npt.NDArray[np.void]


def read_frames(data: bytes) -> Frames:
    """The frames of one message, without a copy.

    Parameters
    ----------
    data : bytes
        Frames back to back.

    Returns
    -------
    (N,) array of `FRAME`

    Raises
    ------
    BadInput
        If the length is not that of whole frames, or a number is infinite or no landmark's.

    Examples
    --------
    >>> read_frames(bytes(940))["seq"]
    array([0], dtype=uint32)
    """
    if not data or len(data) % SIZE:
        raise BadInput(f"frames: expected a whole number of {SIZE} bytes, got {len(data)}; send frames back to back")
    frames = np.frombuffer(data, FRAME)
    for name in ("image", "world", "visibility"):
        # NaN stands for a point that is not there; only what compares as too far is refused.
        if (np.abs(frames[name]) > FARTHEST).any():
            raise BadInput(f"frames: expected landmarks as numbers below {FARTHEST:g} or NaN in {name}, got a larger one; send it again")
    return frames


def pack(recording: Recording, first: int = 0) -> bytes:
    """A recording as frames back to back, numbered from `first`; what a browser sends.

    >>> import numpy as np
    >>> points = np.zeros((2, 33, 3))
    >>> len(pack(Recording(np.array([0.0, 0.1]), points, points, np.zeros((2, 33)), 640, 480, 10.0)))
    1880
    """
    frames = np.zeros(len(recording), FRAME)
    frames["seq"] = np.arange(first, first + len(recording))
    for name in ("time_s", "image", "world", "visibility"):
        frames[name] = getattr(recording, name)
    return frames.tobytes()


def recording_of(data: bytes | bytearray, width: int, height: int) -> Recording:
    """The frames as a recording that begins at 0 s.

    Raises
    ------
    BadInput
        If there are none.
    """
    frames: Any = np.frombuffer(bytes(data), FRAME)
    if not len(frames):
        raise BadInput("frames: expected at least one to keep, got none; send frames before the end")
    time_s = frames["time_s"] - frames["time_s"][0]
    step = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1 / 30
    return Recording(
        time_s, frames["image"], frames["world"], np.clip(np.nan_to_num(frames["visibility"]), 0, 1), width, height, 1 / max(step, 1e-3)
    )
