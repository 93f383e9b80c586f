"""Small files in every format, for the tests of the readers."""

import json
from pathlib import Path
from typing import Any

import ezc3d
import numpy as np
import pytest

from coxa.capture.formats import read
from coxa.errors import BadInput

SIZE = (640, 480)

#: A person who stands, in metres: forward, leftwards, up.
STANDING = {
    "Nose": (0.10, 0.0, 1.60), "RShoulder": (0.0, -0.18, 1.40), "LShoulder": (0.0, 0.18, 1.40), "RElbow": (0.0, -0.25, 1.10),
    "LElbow": (0.0, 0.25, 1.10), "RWrist": (0.02, -0.27, 0.85), "LWrist": (0.02, 0.27, 0.85), "RHip": (0.0, -0.10, 0.90),
    "LHip": (0.0, 0.10, 0.90), "RKnee": (0.01, -0.10, 0.50), "LKnee": (0.01, 0.10, 0.50), "RAnkle": (0.0, -0.10, 0.08),
    "LAnkle": (0.0, 0.10, 0.08), "RHeel": (-0.05, -0.10, 0.03), "LHeel": (-0.05, 0.10, 0.03), "RBigToe": (0.16, -0.09, 0.02),
    "LBigToe": (0.16, 0.09, 0.02), "RSmallToe": (0.13, -0.14, 0.02), "LSmallToe": (0.13, 0.14, 0.02),
}  # fmt: skip
NAMES = list(STANDING)
#: Rows are the data's axes in forward, leftwards, up: Z up as in most laboratories, Y up as in OpenSim; both right-handed.
AXES = {"z": np.eye(3), "y": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])}


def lift_left_leg(degrees: np.ndarray, *, forward: bool = False) -> np.ndarray:
    """(T, J, 3): the left leg is lifted sideways, or forward, by so many degrees from the hip."""
    points = np.repeat(np.array(list(STANDING.values()))[None], len(degrees), axis=0)
    hip = points[:, NAMES.index("LHip")].copy()
    for name in ("LKnee", "LAnkle", "LHeel", "LBigToe", "LSmallToe"):
        arm = points[:, NAMES.index(name)] - hip
        turn, axis = np.radians(degrees), 0 if forward else 1
        moved = arm.copy()
        moved[:, axis] = arm[:, axis] * np.cos(turn) - arm[:, 2] * np.sin(turn)
        moved[:, 2] = arm[:, axis] * np.sin(turn) + arm[:, 2] * np.cos(turn)
        points[:, NAMES.index(name)] = hip + moved
    return points


def placed(points: np.ndarray, up: str, heading_deg: float) -> np.ndarray:
    """The person turned about the vertical and put somewhere, in axes with `up` up."""
    c, s = np.cos(np.radians(heading_deg)), np.sin(np.radians(heading_deg))
    return (points @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T + [3.0, -2.0, 0.0]) @ AXES[up].T


def write_trc(path: Path, points: np.ndarray, *, unit: str = "m", rate: float = 50.0, names: list[str] = NAMES) -> None:
    scale = {"m": 1.0, "mm": 1000.0}[unit]
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate}\t{rate}\t{len(points)}\t{len(names)}\t{unit}\t{rate}\t1\t{len(points)}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(f"X{k}\tY{k}\tZ{k}" for k in range(1, len(names) + 1)),
        "",
    ]
    for k, frame in enumerate(points):
        cells = ["" if np.isnan(v) else f"{v * scale:.6f}" for v in frame.ravel()]
        lines.append("\t".join([str(k + 1), f"{k / rate:.5f}", *cells]))
    path.write_text("\n".join(lines) + "\n")


def write_c3d(path: Path, points: np.ndarray, *, rate: float = 100.0, names: list[str] = NAMES, screen: str | None = None) -> None:
    document: Any = ezc3d.c3d()
    document["parameters"]["POINT"]["RATE"]["value"] = [rate]
    document["parameters"]["POINT"]["LABELS"]["value"] = names
    document["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    if screen is not None:
        document.add_parameter("POINT", "Y_SCREEN", [screen])
    values = np.ones((4, len(names), len(points)))
    values[:3] = points.transpose(2, 1, 0) * 1000
    document["data"]["points"] = values
    document.write(str(path))


def refusal(path: Path, **options: Any) -> str:
    """The one line with which `read` refuses a file."""
    with pytest.raises(BadInput) as refused:
        read(path, **options)
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message


def landmarks(frames: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((frames, 33, 4)).astype(np.float32)


def openpose_folder(folder: Path, frames: list[list[np.ndarray]], numbers: list[int] | None = None) -> Path:
    folder.mkdir()
    for k, people in zip(numbers or range(len(frames)), frames, strict=True):
        document = {"version": 1.3, "people": [{"pose_keypoints_2d": person.ravel().tolist()} for person in people]}
        (folder / f"clip_{k:012d}_keypoints.json").write_text(json.dumps(document))
    return folder


def body(joints: tuple[str, ...], x: float, height: float = 200.0) -> np.ndarray:
    """A person of so many pixels at x, joints spread over the height."""
    spread = np.linspace(0, 1, len(joints))
    return np.stack([x + 30 * np.sin(7 * spread), 100 + height * spread, np.full(len(joints), 0.9)], axis=1)
