"""Trunk lean from BlazePose, OpenPose and Kinect against Vicon, same trial (Keraal data set, one person, two exercises).

    COXA_REAL_DATA=DIR python bench/keraal.py

What is compared. Lean is the angle of the line from the middle of the hips to the middle of the shoulders against the
vertical, in the plane that the person faces at the start, positive towards their left, minus its median over the
first second (baseline). In the side-bend (ELK) it moves by 30 degrees to each side; in the trunk rotation (RTK) it
hardly moves, so that the error tells something there and the correlation little. The person sits on a stool.

Vicon has rigid targets on body segments, not joints. "shoulders-hips" (middle of the two shoulder targets to the hips
target) is the nearest to the landmarks' own definition, and the figure to quote; "chest-hips" uses the chest target
instead, and is shown because it is less moved by lifted shoulder blades; it stands on the front of the chest,
so that in the rotation it swings sideways without any lean. The slope is that of the source over Vicon: the hips
target stands above the hip joints, where a shorter line leans more for the same bend, so that below 1 is expected.

Alignment. Vicon has two frames for one of the others (385 to 193, 389 to 194); no file keeps time stamps, so the
frame rates are taken as 2 to 1. The lag is found from the heights of the two hands, not from the lean that is being
judged: the lag within 2 s, in quarter frames, at which their summed correlation is highest.

Aspect ratio. BlazePose and OpenPose coordinates are in units of frame width and height, and no file says the frame's
size. The OpenPose values lie on a grid of 1/656 by 1/368, its network's input for 16:9 frames, and the colour camera of
the Kinect that recorded the same trials has 1920 x 1080; so 1920 x 1080 is used throughout. As a check without Vicon
the ratio is also fitted, and only printed: the image coordinates are regressed on the Kinect's x/z and y/z of the same
trial, and width over height follows from the two slopes, if pixels are square and the cameras stand close together.

Mirroring. The BlazePose files were made from a mirrored video: the person stands on the other side of the frame than in
the OpenPose files of the same trial, and moves the other way. Where the horizontal paths of the nose run against each
other, the recording is mirrored back.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coxa.body.landmarks import Landmark as L
from coxa.body.recording import Recording
from coxa.capture.formats import read

DATA = Path(os.environ.get("COXA_REAL_DATA", "../shared/real")) / "keraal"
FPS = 30.0
SIZE = (1920, 1080)
VICON_FRAMES = 2.0
LONGEST_LAG_S = 2.0
BASELINE_S = 1.0
EXERCISES = {"ELK": "side-bend", "RTK": "rotation"}
SOURCES = {"BP": "BlazePose", "OP": "OpenPose", "Kinect": "Kinect v2"}
AIM_DEG = 5.0
TARGETS = (
    "right forearm", "left forearm", "right arm", "left arm", "chest", "right thigh", "left thigh", "right shoulder", "left shoulder",
    "right hand", "left hand", "right foot", "left foot", "hips", "head", "right tibia", "left tibia",
)  # fmt: skip
DEFINITIONS = ("shoulders-hips", "chest-hips")


@dataclass(frozen=True)
class Motion:
    """Lean by definition (degrees, towards the person's left) and hand heights (left, right; any unit, up)."""

    lean_deg: dict[str, np.ndarray]
    hands: np.ndarray


def path_of(kind: str, exercise: str) -> Path:
    suffix = "json" if kind in {"BP", "OP"} else "txt"
    return DATA / f"G3-{kind}-{exercise}-P1T1-Unknown-C-0.{suffix}"


def vicon_motion(exercise: str) -> Motion:
    """From the rigid targets; millimetres, z up."""
    rows = np.loadtxt(path_of("Vicon", exercise)).reshape(-1, len(TARGETS), 7)[:, :, :3]
    target = {name: rows[:, k] for k, name in enumerate(TARGETS)}
    start = slice(0, int(BASELINE_S * FPS * VICON_FRAMES))
    across = target["left shoulder"] - target["right shoulder"] + target["left thigh"] - target["right thigh"]
    left = across[start].mean(axis=0) * [1, 1, 0]
    left /= np.linalg.norm(left)
    tops = {"shoulders-hips": (target["left shoulder"] + target["right shoulder"]) / 2, "chest-hips": target["chest"]}
    trunks = {name: top - target["hips"] for name, top in tops.items()}
    lean = {name: np.degrees(np.arctan2(trunk @ left, trunk[:, 2])) for name, trunk in trunks.items()}
    return Motion(lean, np.stack([target["left hand"][:, 2], target["right hand"][:, 2]]))


def recording_motion(recording: Recording) -> Motion:
    """From landmarks; a person who faces the camera has their left on the image's right."""
    points = recording.image[:, :, :2].astype(np.float64) * [recording.width, recording.height]
    trunk = (points[:, L.LEFT_SHOULDER] + points[:, L.RIGHT_SHOULDER] - points[:, L.LEFT_HIP] - points[:, L.RIGHT_HIP]) / 2
    lean = filled(np.degrees(np.arctan2(trunk[:, 0], -trunk[:, 1])))
    hands = np.stack([filled(-points[:, L.LEFT_WRIST, 1]), filled(-points[:, L.RIGHT_WRIST, 1])])
    return Motion(dict.fromkeys(DEFINITIONS, lean), hands)


def filled(values: np.ndarray) -> np.ndarray:
    """Gaps bridged by straight lines, for correlation."""
    known = ~np.isnan(values)
    return np.interp(np.arange(len(values)), np.flatnonzero(known), values[known])


def shifted(values: np.ndarray, frames: int, lag: float) -> np.ndarray:
    """Vicon values at the other source's frames, NaN outside; lag in those frames."""
    at = np.arange(len(values)) / VICON_FRAMES + lag
    return np.interp(np.arange(frames), at, values, left=np.nan, right=np.nan)


def best_lag(hands: np.ndarray, vicon_hands: np.ndarray) -> float:
    """The lag, in frames, at which the heights of both hands agree best."""

    def agreement(lag: float) -> float:
        total = 0.0
        for ours, theirs in zip(hands, vicon_hands, strict=True):
            reference = shifted(theirs, len(ours), lag)
            known = ~np.isnan(reference)
            total += np.corrcoef(ours[known], reference[known])[0, 1]
        return total

    reach = LONGEST_LAG_S * FPS
    return max(np.arange(-reach, reach + 0.25, 0.25), key=agreement)


def runs_against(recording: Recording, other: Recording) -> bool:
    """Whether the horizontal path of the nose is the mirror image of the other's."""
    n = min(len(recording), len(other))
    ours, theirs = (filled(r.image[:, L.NOSE, 0].astype(np.float64))[:n] for r in (recording, other))
    return bool(np.corrcoef(ours, theirs)[0, 1] < 0)


def fitted_aspect(recording: Recording, exercise: str) -> float:
    """Width over height of the frame, from the Kinect's joints of the same trial, without Vicon."""
    joints = np.loadtxt(path_of("Kinect", exercise)).reshape(-1, 25, 7)[:, :, :3]
    pairs = ((L.LEFT_SHOULDER, 4), (L.RIGHT_SHOULDER, 8), (L.LEFT_ELBOW, 5), (L.RIGHT_ELBOW, 9), (L.LEFT_WRIST, 6), (L.RIGHT_WRIST, 10),
             (L.LEFT_HIP, 12), (L.RIGHT_HIP, 16), (L.LEFT_ANKLE, 14), (L.RIGHT_ANKLE, 18))  # fmt: skip
    n = min(len(recording), len(joints))
    slopes = []
    for axis in (0, 1):
        image = np.stack([recording.image[:n, point, axis] for point, _ in pairs], axis=1).ravel()
        ray = np.stack([-joints[:n, k, axis] / joints[:n, k, 2] for _, k in pairs], axis=1).ravel()
        known = ~np.isnan(image)
        slopes.append(abs(np.polyfit(ray[known], image[known], 1)[0]))
    return float(slopes[1] / slopes[0])


def main() -> int:
    if not path_of("BP", "ELK").exists():
        print(f"skipped: the Keraal recordings are not in {DATA} (COXA_REAL_DATA)")
        return 0
    print("Trunk lean against Vicon, degrees after baseline, lag from the hands (frames of 30/s)")
    print("exercise   source     Vicon points    mean abs    RMS      r  slope  range    lag  note")
    judged = np.nan
    for exercise, name in EXERCISES.items():
        vicon = vicon_motion(exercise)
        openpose = read(path_of("OP", exercise), fps=FPS, size=SIZE)
        for kind, source in SOURCES.items():
            recording = read(path_of(kind, exercise), fps=FPS, size=SIZE, view="front")
            notes = []
            if kind != "Kinect":
                if runs_against(recording, openpose):
                    recording = recording.mirrored()
                    notes.append("mirrored back")
                notes.append(f"fitted aspect {fitted_aspect(recording, exercise):.2f} (used {SIZE[0] / SIZE[1]:.2f})")
            ours = recording_motion(recording)
            lag = best_lag(ours.hands, vicon.hands)
            for definition in DEFINITIONS:
                reference = shifted(vicon.lean_deg[definition], len(recording), lag)
                known = np.flatnonzero(~np.isnan(reference))
                measured, truth = ours.lean_deg[definition][known], reference[known]
                first = slice(0, int(BASELINE_S * FPS))
                measured, truth = measured - np.median(measured[first]), truth - np.median(truth[first])
                error = measured - truth
                if (exercise, kind, definition) == ("ELK", "BP", DEFINITIONS[0]):
                    judged = float(np.abs(error).mean())
                print(
                    f"{name:10} {source:10} {definition:15} {np.abs(error).mean():8.1f} {np.sqrt((error**2).mean()):6.1f} "
                    f"{np.corrcoef(measured, truth)[0, 1]:6.3f} {np.polyfit(truth, measured, 1)[0]:6.2f} {np.ptp(truth):6.0f} {lag:6.2f}  "
                    f"{', '.join(notes)}"
                )
    print(f"aim: side-bend, BlazePose, {DEFINITIONS[0]}: {AIM_DEG:g} or less; {judged:.1f}, {'met' if judged <= AIM_DEG else 'NOT met'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
