"""Other skeletons and marker sets, and how they become the 33 landmarks.

A source is a list of joint names with their points. Names are compared without case and punctuation, so
`Left_hip`, `HipLeft`, `lHip` and `LHip` are found in one table. Where a landmark lies between two points of the
source (a knee between its two epicondyles), it is their midpoint; what a source lacks stays NaN with visibility 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from coxa.body.landmarks import COUNT, Landmark
from coxa.body.recording import Floats
from coxa.errors import BadInput

#: Joint order of the numbered skeletons, as their authors publish it.
BODY_25 = (
    "Nose", "Neck", "RShoulder", "RElbow", "RWrist", "LShoulder", "LElbow", "LWrist", "MidHip", "RHip", "RKnee", "RAnkle",
    "LHip", "LKnee", "LAnkle", "REye", "LEye", "REar", "LEar", "LBigToe", "LSmallToe", "LHeel", "RBigToe", "RSmallToe", "RHeel",
)  # fmt: skip
COCO_18 = (
    "Nose", "Neck", "RShoulder", "RElbow", "RWrist", "LShoulder", "LElbow", "LWrist", "RHip", "RKnee", "RAnkle",
    "LHip", "LKnee", "LAnkle", "REye", "LEye", "REar", "LEar",
)  # fmt: skip
COCO_17 = (
    "Nose", "LEye", "REye", "LEar", "REar", "LShoulder", "RShoulder", "LElbow", "RElbow", "LWrist", "RWrist",
    "LHip", "RHip", "LKnee", "RKnee", "LAnkle", "RAnkle",
)  # fmt: skip
HALPE_26 = (*COCO_17, "Head", "Neck", "Hip", "LBigToe", "RBigToe", "LSmallToe", "RSmallToe", "LHeel", "RHeel")
KINECT_V2 = (
    "SpineBase", "SpineMid", "Neck", "Head", "ShoulderLeft", "ElbowLeft", "WristLeft", "HandLeft", "ShoulderRight", "ElbowRight",
    "WristRight", "HandRight", "HipLeft", "KneeLeft", "AnkleLeft", "FootLeft", "HipRight", "KneeRight", "AnkleRight", "FootRight",
    "SpineShoulder", "HandTipLeft", "ThumbLeft", "HandTipRight", "ThumbRight",
)  # fmt: skip

#: The numbered skeletons by their number of joints.
BY_COUNT = {len(joints): (name, joints) for name, joints in
            {"BODY_25": BODY_25, "COCO_18": COCO_18, "COCO_17": COCO_17, "HALPE_26": HALPE_26}.items()}  # fmt: skip

# For each part of a side: what sources call it, best first; {s} is l or r, {side} left or right.
# A tuple of several names is their midpoint. Lateral markers alone (Plug-in Gait) stand a few centimetres
# outside the joint; they come last.
_SIDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "EYE_INNER": (("{side}eyeinner",),),
    "EYE": (("{side}eye",), ("{s}eye",)),
    "EYE_OUTER": (("{side}eyeouter",),),
    "EAR": (("{side}ear",), ("{s}ear",), ("{s}fhd", "{s}bhd")),
    "SHOULDER": (("{side}shoulder",), ("shoulder{side}",), ("{s}sjc",), ("{s}shoulder",), ("{s}shoulderstudy",), ("{s}sho",)),
    "ELBOW": (
        ("{side}elbow",), ("elbow{side}",), ("{s}ejc",), ("{s}elbow",), ("{s}lelbowstudy", "{s}melbowstudy"),
        ("{s}elb", "{s}elbm"), ("{s}elb",),
    ),
    "WRIST": (("{side}wrist",), ("wrist{side}",), ("{s}wrist",), ("{s}lwriststudy", "{s}mwriststudy"), ("{s}wra", "{s}wrb")),
    "PINKY": (("{side}pinky",), ("{s}pinky",)),
    "INDEX": (("{side}index",), ("handtip{side}",), ("{s}index",), ("{s}fin",)),
    "THUMB": (("{side}thumb",), ("thumb{side}",), ("{s}thumb",)),
    "HIP": (("{side}hip",), ("hip{side}",), ("{s}hjc",), ("{s}hjcstudy",), ("{s}hip",), ("{s}fep",)),
    "KNEE": (
        ("{side}knee",), ("knee{side}",), ("{s}kjc",), ("{s}knee",), ("{s}kneestudy", "{s}mkneestudy"), ("{s}kne", "{s}knm"),
        ("{s}kne", "{s}kmed"), ("{s}feo",), ("{s}kne",),
    ),
    "ANKLE": (
        ("{side}ankle",), ("ankle{side}",), ("{s}ajc",), ("{s}ankle",), ("{s}anklestudy", "{s}manklestudy"), ("{s}ank", "{s}med"),
        ("{s}ank", "{s}amed"), ("{s}tio",), ("{s}ank",),
    ),
    "HEEL": (("{side}heel",), ("{s}heel",), ("{s}calcstudy",), ("{s}hee",)),
    "FOOT_INDEX": (
        ("{side}footindex",), ("foot{side}",), ("{s}bigtoe", "{s}smalltoe"), ("{s}bigtoe",), ("{s}toestudy",), ("{s}toe",),
    ),
}  # fmt: skip


def _table() -> dict[Landmark, tuple[tuple[str, ...], ...]]:
    # Kinect's head is the head's centre, some 10 cm behind the nose; front head markers sit on the temples
    names: dict[Landmark, tuple[tuple[str, ...], ...]] = {Landmark.NOSE: (("nose",), ("lfhd", "rfhd"), ("head",))}
    for s, side in (("l", "left"), ("r", "right")):
        names[Landmark[f"MOUTH_{side.upper()}"]] = ((f"mouth{side}",),)
        for part, choices in _SIDED.items():
            names[Landmark[f"{side.upper()}_{part}"]] = tuple(tuple(n.format(s=s, side=side) for n in choice) for choice in choices)
    return names


_NAMES = _table()


def plain_name(name: str) -> str:
    """A joint's name without subject prefix, case and punctuation: `Ann:L.ASIS_study` is `lasisstudy`."""
    return re.sub(r"[^a-z0-9]", "", name.rsplit(":", 1)[-1].lower())


def convert(names: Sequence[str], points: npt.ArrayLike, confidence: npt.ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Turn the points of another skeleton into the 33 landmarks.

    Parameters
    ----------
    names : sequence of str, J
        What the source calls its points; case and punctuation do not matter.
    points : (T, J, D) array
        Coordinates, any unit; NaN where the source has none.
    confidence : (T, J) array in 0..1, optional
        The source's own confidence; 1 wherever there is a point, if it has none.

    Returns
    -------
    points : (T, 33, D) float64
        NaN where the source lacks a landmark.
    visibility : (T, 33) float64
        The least confidence of the points that a landmark is made of; 0 where it is lacking.

    Raises
    ------
    BadInput
        If there are not as many names as points, or no name is known.

    Examples
    --------
    >>> points, visibility = convert(["LHip", "LBigToe", "LSmallToe"], [[[0.4, 0.5], [0.2, 0.9], [0.3, 0.9]]])
    >>> points[0, Landmark.LEFT_FOOT_INDEX].tolist(), float(visibility[0, Landmark.LEFT_FOOT_INDEX])
    ([0.25, 0.9], 1.0)
    """
    given = np.asarray(points, dtype=np.float64)
    if given.ndim != 3 or given.shape[1] != len(names):
        raise BadInput(f"skeleton: expected points of shape (frames, {len(names)}, 2 or 3), got {given.shape}; check the export")
    lacking: npt.NDArray[np.bool_] = np.asarray(np.isnan(given).any(axis=2))
    trust = np.ones(given.shape[:2]) if confidence is None else np.asarray(confidence, dtype=np.float64)
    if trust.shape != given.shape[:2]:
        raise BadInput(f"skeleton: expected confidences of shape {given.shape[:2]}, got {trust.shape}; check the export")
    where: dict[str, int] = {}
    for k, name in enumerate(names):
        where.setdefault(plain_name(name), k)  # the first of two equal names, as mocap software does
    out = np.full((len(given), COUNT, given.shape[2]), np.nan)
    visibility = np.zeros((len(given), COUNT))
    found = False
    for landmark, choices in _NAMES.items():
        # one choice for the whole recording: changing it between frames would make the joint jump
        parts = next(([where[n] for n in choice] for choice in choices if all(n in where for n in choice)), None)
        if parts is None:
            continue
        found = True
        out[:, landmark] = given[:, parts].mean(axis=1)
        visibility[:, landmark] = np.where(lacking[:, parts].any(axis=1), 0.0, trust[:, parts].min(axis=1))
    if not found:
        shown = ", ".join(list(names)[:4]) or "none"
        raise BadInput(f"skeleton: expected joint or marker names such as RHip, RKnee or RASI, RKNE; got {shown}; rename the points")
    out[np.isnan(out).any(axis=2)] = np.nan
    return out, np.clip(np.nan_to_num(visibility, nan=0.0), 0.0, 1.0)


def with_hip_centres(names: Sequence[str], points: Floats) -> tuple[list[str], Floats]:
    """Add the hip joint centres to pelvis markers, where a source has those only.

    From the front (RASI, LASI) and back (RPSI, LPSI or SACR) pelvis markers: 36 % of the width between the front
    markers to the side, 19 % back and 30 % down from their midpoint (Bell, Pedersen and Brand 1990). Without back
    markers the front ones stand for the hips.

    Parameters
    ----------
    names : sequence of str, J
        Marker names.
    points : (T, J, 3) float64
        Any unit, right-handed axes.

    Returns
    -------
    names, points
        As given, or with `LHJC` and `RHJC` appended.
    """
    where: dict[str, int] = {}
    for k, name in enumerate(names):
        where.setdefault(plain_name(name), k)
    if all(any(all(n in where for n in choice) for choice in _NAMES[hip]) for hip in (Landmark.LEFT_HIP, Landmark.RIGHT_HIP)):
        return list(names), points

    def marker(*candidates: str) -> Floats | None:
        hit = next((c for c in candidates if c in where), None)
        return None if hit is None else points[:, where[hit]]

    left, right = marker("lasi", "lasis", "lasisstudy"), marker("rasi", "rasis", "rasisstudy")
    if left is None or right is None:
        return list(names), points
    back = marker("sacr", "sacrum")
    back_left, back_right = marker("lpsi", "lpsis", "lpsisstudy"), marker("rpsi", "rpsis", "rpsisstudy")
    if back_left is not None and back_right is not None:
        back = (back_left + back_right) / 2
    if back is None:
        centres = [left, right]
    else:
        middle = (left + right) / 2
        width = np.linalg.norm(left - right, axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            leftwards = (left - right) / width
            up = np.cross(middle - back, leftwards)
            up /= np.linalg.norm(up, axis=1, keepdims=True)
        forward = np.cross(leftwards, up)
        shared = middle - 0.19 * width * forward - 0.30 * width * up
        centres = [shared + 0.36 * width * leftwards, shared - 0.36 * width * leftwards]
    return [*names, "LHJC", "RHJC"], np.concatenate([points, np.stack(centres, axis=1)], axis=1)
