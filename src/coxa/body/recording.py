"""`Recording`: one person's landmarks over time, checked once at the door."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from coxa.body.landmarks import COUNT, MIRRORED
from coxa.errors import BadInput

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

SCHEMA = "coxa.recording/1"


@dataclass(frozen=True, eq=False)
class Recording:
    """Landmarks of one person over time.

    Parameters
    ----------
    time_s : (T,) float64, strictly increasing
        Seconds from the start of the clip.
    image : (T, 33, 3) float32
        x and y in units of frame width and height (origin top left, y down), z in widths.
    world : (T, 33, 3) float32
        Metres, origin between the hips, x right, y down, z away from the camera; may be all NaN.
    visibility : (T, 33) float32 in 0..1
        0 with NaN coordinates where a source lacks a point.
    width, height : int
        Frame size in pixels.
    fps : float
        Frame rate, frames per second (the median one where it varies).
    source : str
        Where the landmarks come from: "mediapipe", "projected", "simulated", ...

    Raises
    ------
    BadInput
        If a shape is wrong, time does not increase, or a value is infinite.
    """

    time_s: Floats
    image: Singles
    world: Singles
    visibility: Singles
    width: int
    height: int
    fps: float
    source: str = "mediapipe"

    def __post_init__(self) -> None:
        time_s = np.ascontiguousarray(self.time_s, dtype=np.float64)
        frames = len(time_s) if time_s.ndim == 1 else -1
        image = np.ascontiguousarray(self.image, dtype=np.float32)
        world = np.ascontiguousarray(self.world, dtype=np.float32)
        visibility = np.ascontiguousarray(self.visibility, dtype=np.float32)
        expect("time_s", time_s, (frames,) if frames >= 0 else (0,))
        expect("image", image, (frames, COUNT, 3))
        expect("world", world, (frames, COUNT, 3))
        expect("visibility", visibility, (frames, COUNT))
        if frames == 0:
            raise BadInput("recording: expected at least one frame, got none; record the clip again")
        if not np.isfinite(time_s).all():
            k = int(np.argmin(np.isfinite(time_s)))
            raise BadInput(f"recording: expected finite times, got {time_s[k]} at frame {k}; export the clip again")
        back = np.flatnonzero(np.diff(time_s) <= 0)
        if len(back):
            k = int(back[0])
            raise BadInput(
                f"recording: expected time to increase, got {time_s[k + 1]:g} s after {time_s[k]:g} s at frame {k + 1}; "
                "sort or re-export the frames"
            )
        for name, values in (("image", image), ("world", world), ("visibility", visibility)):
            if np.isinf(values).any():
                k = int(np.argwhere(np.isinf(values))[0][0])
                raise BadInput(f"recording: expected finite {name} coordinates or NaN, got infinity at frame {k}; export the clip again")
        with np.errstate(invalid="ignore"):
            if ((visibility < 0) | (visibility > 1)).any():
                raise BadInput("recording: expected visibility between 0 and 1; check the export")
        if not (self.width > 0 and self.height > 0 and self.fps > 0):
            raise BadInput(f"recording: expected a positive frame size and rate, got {self.width}x{self.height} at {self.fps:g} frames/s")
        missing = np.isnan(image[..., :2]).any(axis=2)
        visibility = np.where(missing | np.isnan(visibility), np.float32(0.0), visibility)
        checked: dict[str, npt.NDArray[Any]] = {"time_s": time_s, "image": image, "world": world, "visibility": visibility}
        for name, values in checked.items():
            # A caller may go on writing into its own array; what is kept here never changes.
            kept = np.array(values) if values is getattr(self, name) else values
            kept.flags.writeable = False
            object.__setattr__(self, name, kept)

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def duration_s(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return float(self.time_s[-1] - self.time_s[0]) + 1.0 / self.fps

    def mirrored(self) -> Recording:
        """The same movement seen in a mirror: left and right exchanged, x reversed."""
        flip = np.array([-1.0, 1.0, 1.0], np.float32)
        image = self.image[:, MIRRORED] * flip + np.array([1.0, 0.0, 0.0], np.float32)
        return replace(self, image=image, world=self.world[:, MIRRORED] * flip, visibility=self.visibility[:, MIRRORED])


def expect(name: str, values: np.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse an array of another shape than the one expected."""
    if values.shape != shape:
        raise BadInput(f"recording: expected {name} of shape {shape}, got {values.shape}; check the export")
