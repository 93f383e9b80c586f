"""Forward kinematics: from joint angles in clinical terms to where every segment is, for one frame or for many at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from coxa.body.landmarks import MIRRORED
from coxa.body.mannequin.skeleton import INDEX, LIMITS_DEG, PARENTS, SEGMENTS, SIDES, Floats, Side, Site, Skeleton
from coxa.errors import BadInput

#: Pelvis orientation relative to the base posture, degrees: top forward +, left side up +, turned to the left +.
PELVIS: tuple[str, ...] = ("pelvis_tilt", "pelvis_obliquity", "pelvis_roll")

#: World directions of the person's left, head and front (the columns) in each base posture. Lying on the back the feet point to +z.
BASES: dict[str, Floats] = {
    "standing": np.eye(3),
    "half-kneeling": np.eye(3),
    "supine": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]),
    "prone": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),
    "all-fours": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),
    "side-lying-left": np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
    "side-lying-right": np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
}

_SWAPPED = np.array([INDEX[s.replace("left", "*").replace("right", "left").replace("*", "right")] for s in SEGMENTS])
_FLIP = np.array([-1.0, 1.0, 1.0])


class BeyondLimits(BadInput, ValueError):
    """A joint angle that no adult reaches, or a joint that does not exist."""


@dataclass(frozen=True, eq=False)
class Posed:
    """A skeleton in one pose or in T poses.

    Attributes
    ----------
    skeleton : Skeleton
    origins : (17, 3) or (T, 17, 3) float64
        Where each segment's origin is, metres.
    rotations : (17, 3, 3) or (T, 17, 3, 3) float64
        World directions of each segment's own axes, in the columns.
    """

    skeleton: Skeleton
    origins: Floats
    rotations: Floats

    def __len__(self) -> int:
        return len(self.origins) if self.origins.ndim == 3 else 1

    def __getitem__(self, frame: int) -> Posed:
        if self.origins.ndim == 2:
            raise TypeError("a single pose has no frames to choose from")
        return Posed(self.skeleton, self.origins[frame], self.rotations[frame])

    def __iter__(self) -> Iterator[Posed]:
        return (self[k] for k in range(len(self)))

    def joint(self, segment: str) -> Floats:
        """Origin of a segment, (..., 3) metres."""
        origin: Floats = self.origins[..., INDEX[segment], :]
        return origin

    def rotation(self, segment: str) -> Floats:
        """World rotation of a segment, (..., 3, 3)."""
        rotation: Floats = self.rotations[..., INDEX[segment], :, :]
        return rotation

    def site(self, site: Site | str) -> Floats:
        """World position of a point fixed to a segment, or of a named surface point, (..., 3) metres."""
        place = self.skeleton.surface[site] if isinstance(site, str) else site
        point: Floats = self.joint(place.segment) + self.rotation(place.segment) @ np.array(place.offset)
        return point

    def landmarks(self) -> Floats:
        """The 33 landmarks in the world, (..., 33, 3) metres."""
        sites = self.skeleton.landmarks
        index = np.array([INDEX[s.segment] for s in sites])
        offsets = np.array([s.offset for s in sites])
        turned = np.matmul(self.rotations[..., index, :, :], offsets[..., None])[..., 0]
        points: Floats = self.origins[..., index, :] + turned
        return points

    def surface(self) -> Floats:
        """All surface points in the skeleton's order, (..., S, 3) metres."""
        return np.stack([self.site(name) for name in self.skeleton.surface], axis=-2)

    def moved(self, shift: Floats) -> Posed:
        """The same pose somewhere else; `shift` is (3,) or (T, 3) metres."""
        return Posed(self.skeleton, self.origins + np.asarray(shift)[..., None, :], self.rotations)

    def mirrored(self) -> Posed:
        """The same pose seen in a mirror across the plane x = 0: left and right exchanged."""
        return Posed(self.skeleton, self.origins[..., _SWAPPED, :] * _FLIP, self.rotations[..., _SWAPPED, :, :] * np.outer(_FLIP, _FLIP))


def mirrored_landmarks(points: Floats) -> Floats:
    """Landmarks (..., 33, 3) in the world as a mirror across x = 0 shows them."""
    mirrored: Floats = points[..., MIRRORED, :] * _FLIP
    return mirrored


def turn(axis: int, angle_deg: Floats | float) -> Floats:
    """Rotation about one's own x (0), y (1) or z (2) by an angle in degrees, (..., 3, 3)."""
    angle = np.radians(np.asarray(angle_deg, dtype=np.float64))
    c, s = np.cos(angle), np.sin(angle)
    r = np.zeros((*angle.shape, 3, 3))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    r[..., axis, axis] = 1.0
    r[..., i, i] = r[..., j, j] = c
    r[..., i, j] = -s
    r[..., j, i] = s
    return r


def halved(rotation: Floats) -> Floats:
    """The rotation that, done twice, is the one given; (..., 3, 3), turns below 180 degrees."""
    r = rotation
    w = np.sqrt(np.maximum(1.0 + r[..., 0, 0] + r[..., 1, 1] + r[..., 2, 2], 1e-12)) / 2.0
    axis = np.stack([r[..., 2, 1] - r[..., 1, 2], r[..., 0, 2] - r[..., 2, 0], r[..., 1, 0] - r[..., 0, 1]], axis=-1) / (4.0 * w[..., None])
    q = np.concatenate([1.0 + w[..., None], axis], axis=-1)
    return from_quaternion(q / np.linalg.norm(q, axis=-1, keepdims=True))


def from_quaternion(q: Floats) -> Floats:
    """Rotation matrices (..., 3, 3) from unit quaternions (..., 4), scalar first."""
    w, x, y, z = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def limb(flexion: Floats | float, abduction: Floats | float, rotation: Floats | float, side: Side) -> Floats:
    """Rotation of a thigh on the pelvis, or an upper arm on the chest: flexion, abduction and external rotation in degrees."""
    s = 1.0 if side == "left" else -1.0
    return turn(0, -np.asarray(flexion)) @ turn(2, s * np.asarray(abduction)) @ turn(1, s * np.asarray(rotation))


def trunk(flexion: Floats | float, lateral: Floats | float, rotation: Floats | float) -> Floats:
    """One spinal joint's rotation: bent forward +, to the left +, turned to the left +, degrees."""
    return turn(0, flexion) @ turn(2, -np.asarray(lateral)) @ turn(1, rotation)


def within_limits(angles: Mapping[str, Floats | float]) -> dict[str, tuple[float, float]]:
    """What of these angles lies beyond the anatomical limits: joint name to the (lowest, highest) angle met, empty if all is well.

    Parameters
    ----------
    angles : mapping of joint angle name to degrees, a number or an array
    """
    beyond = {}
    for name, value in angles.items():
        low, high = LIMITS_DEG[name]
        least, most = float(np.min(value)), float(np.max(value))
        if least < low - 1e-6 or most > high + 1e-6 or not np.isfinite(least + most):
            beyond[name] = (least, most)
    return beyond


def pose(
    skeleton: Skeleton, angles: Mapping[str, Floats | float] | None = None, *, base: str = "standing", position: Floats | None = None
) -> Posed:
    """Put a skeleton into a pose.

    Parameters
    ----------
    skeleton : Skeleton
    angles : mapping of name to degrees, numbers or (T,) arrays
        Joint angles of `LIMITS_DEG` (flexion, abduction, external rotation, bending to the left positive) and `PELVIS`.
        What is not named is 0, that is, as in anatomical standing.
    base : str
        A key of `BASES`: how the pelvis lies in the world before tilt, obliquity and roll.
    position : (3,) or (T, 3), optional
        Mid-hip in metres. Without it the lowest surface point rests on the floor below x = z = 0.

    Raises
    ------
    BeyondLimits
        If a joint is unknown or an angle is outside its anatomical limits; the message names it. It is a `ValueError`.

    Examples
    --------
    >>> from coxa.body.mannequin.skeleton import Build
    >>> person = Skeleton.of(Build(1.70))
    >>> round(float(pose(person, {"knee_flexion_left": 90.0}).joint("foot_left")[2]), 3)
    -0.418
    """
    given = dict(angles or {})
    _refuse(given, base)
    frames = np.broadcast_shapes(*(np.shape(v) for v in given.values())) if given else ()
    if position is not None:
        frames = np.broadcast_shapes(frames, np.shape(position)[:-1])

    def at(name: str) -> Floats:
        return np.asarray(given.get(name, 0.0), dtype=np.float64)

    local: dict[str, Floats] = {
        "pelvis": BASES[base] @ turn(1, at("pelvis_roll")) @ turn(2, at("pelvis_obliquity")) @ turn(0, at("pelvis_tilt")),
        "abdomen": trunk(at("trunk_flexion") / 2, at("trunk_lateral") / 2, at("trunk_rotation") / 2),
        "neck": trunk(at("neck_flexion") / 2, at("neck_lateral") / 2, at("neck_rotation") / 2),
    }
    local |= {"chest": local["abdomen"], "head": local["neck"]}
    for side in SIDES:
        s = 1.0 if side == "left" else -1.0
        local[f"thigh_{side}"] = limb(at(f"hip_flexion_{side}"), at(f"hip_abduction_{side}"), at(f"hip_rotation_{side}"), side)
        local[f"shin_{side}"] = turn(0, at(f"knee_flexion_{side}"))
        local[f"foot_{side}"] = foot(at(f"ankle_dorsiflexion_{side}"), at(f"ankle_inversion_{side}"), at(f"ankle_rotation_{side}"), side)
        local[f"upper_arm_{side}"] = limb(
            at(f"shoulder_flexion_{side}"), at(f"shoulder_abduction_{side}"), at(f"shoulder_rotation_{side}"), side
        )
        local[f"forearm_{side}"] = turn(0, -at(f"elbow_flexion_{side}"))
        local[f"hand_{side}"] = turn(1, -s * at(f"forearm_pronation_{side}")) @ turn(2, -s * at(f"wrist_flexion_{side}"))
    rotations = np.empty((*frames, len(SEGMENTS), 3, 3))
    origins = np.zeros((*frames, len(SEGMENTS), 3))
    if position is not None:
        origins[..., 0, :] = position
    for k, name in enumerate(SEGMENTS):
        parent = PARENTS[name]
        if parent is None:
            rotations[..., k, :, :] = local[name]
            continue
        p = INDEX[parent]
        rotations[..., k, :, :] = rotations[..., p, :, :] @ local[name]
        origins[..., k, :] = origins[..., p, :] + rotations[..., p, :, :] @ skeleton.offsets[k]
    posed = Posed(skeleton, origins, rotations)
    return posed if position is not None else settled(posed)


def foot(dorsiflexion: Floats | float, inversion: Floats | float, rotation: Floats | float, side: Side) -> Floats:
    """Rotation of a foot on its shin: toes up, sole inward and toes outward positive, degrees."""
    s = 1.0 if side == "left" else -1.0
    return turn(0, -np.asarray(dorsiflexion)) @ turn(2, -s * np.asarray(inversion)) @ turn(1, s * np.asarray(rotation))


def settled(posed: Posed) -> Posed:
    """The same pose with its lowest surface point on the floor."""
    lift = np.zeros((*posed.origins.shape[:-2], 3))
    lift[..., 1] = -posed.surface()[..., 1].min(axis=-1)
    return posed.moved(lift)


def joint_angles(posed: Posed) -> dict[str, Floats]:
    """Every joint's angles in clinical terms, degrees, read back from a pose.

    Returns
    -------
    dict of the names of `LIMITS_DEG` to arrays of the pose's frames
    """

    def between(parent: str, child: str) -> Floats:
        return np.swapaxes(posed.rotation(parent), -1, -2) @ posed.rotation(child)

    found: dict[str, Floats] = {}
    for region, low, high in (("trunk", "pelvis", "chest"), ("neck", "chest", "head")):
        bent, aside, turned = _decompose(halved(between(low, high)))
        found |= {f"{region}_flexion": 2 * bent, f"{region}_lateral": -2 * aside, f"{region}_rotation": 2 * turned}
    for side in SIDES:
        s = 1.0 if side == "left" else -1.0
        for joint, parent, child in (("hip", "pelvis", f"thigh_{side}"), ("shoulder", "chest", f"upper_arm_{side}")):
            names = (f"{joint}_flexion_{side}", f"{joint}_abduction_{side}", f"{joint}_rotation_{side}")
            bent, aside, turned = _decompose(between(parent, child))
            values = _nearest_reading(names, (-bent, s * aside, s * turned))
            found |= dict(zip(names, values, strict=True))
        bend = between(f"thigh_{side}", f"shin_{side}")
        found[f"knee_flexion_{side}"] = np.degrees(np.arctan2(bend[..., 2, 1], bend[..., 2, 2]))
        bent, aside, turned = _decompose(between(f"shin_{side}", f"foot_{side}"))
        found |= {f"ankle_dorsiflexion_{side}": -bent, f"ankle_inversion_{side}": -s * aside, f"ankle_rotation_{side}": s * turned}
        bend = between(f"upper_arm_{side}", f"forearm_{side}")
        found[f"elbow_flexion_{side}"] = -np.degrees(np.arctan2(bend[..., 2, 1], bend[..., 2, 2]))
        hand = between(f"forearm_{side}", f"hand_{side}")
        found[f"forearm_pronation_{side}"] = -s * np.degrees(np.arctan2(hand[..., 0, 2], hand[..., 2, 2]))
        found[f"wrist_flexion_{side}"] = -s * np.degrees(np.arctan2(hand[..., 1, 0], hand[..., 1, 1]))
    return found


def _decompose(r: Floats) -> tuple[Floats, Floats, Floats]:
    """Angles about x, then z, then y of a rotation, degrees."""
    about_x = np.degrees(np.arctan2(r[..., 2, 1], r[..., 1, 1]))
    about_z = np.degrees(np.arcsin(np.clip(-r[..., 0, 1], -1.0, 1.0)))
    about_y = np.degrees(np.arctan2(r[..., 0, 2], r[..., 0, 0]))
    return about_x, about_z, about_y


def _nearest_reading(names: tuple[str, str, str], first: tuple[Floats, Floats, Floats]) -> tuple[Floats, Floats, Floats]:
    """Of the two ways to read a ball joint's rotation, frame by frame the one that stays closer to the anatomical limits."""
    second = (_wrapped(first[0] + 180.0), 180.0 - first[1], _wrapped(first[2] + 180.0))

    def excess(values: tuple[Floats, Floats, Floats]) -> Floats:
        over = [np.maximum(LIMITS_DEG[n][0] - v, 0.0) + np.maximum(v - LIMITS_DEG[n][1], 0.0) for n, v in zip(names, values, strict=True)]
        total: Floats = np.sum(over, axis=0)
        return total

    better = excess(second) < excess(first)
    flexion, abduction, rotation = (np.where(better, b, a) for a, b in zip(first, second, strict=True))
    return flexion, abduction, rotation


def _wrapped(angle: Floats) -> Floats:
    wrapped: Floats = (angle + 180.0) % 360.0 - 180.0
    return wrapped


def _refuse(angles: Mapping[str, Floats | float], base: str) -> None:
    if base not in BASES:
        raise BeyondLimits(f"mannequin: expected a base posture of {', '.join(BASES)}, got {base!r}")
    unknown = [n for n in angles if n not in LIMITS_DEG and n not in PELVIS]
    if unknown:
        raise BeyondLimits(f"mannequin: expected joint angles of LIMITS_DEG or PELVIS, got {', '.join(unknown)}; check the spelling")
    beyond = within_limits({n: v for n, v in angles.items() if n in LIMITS_DEG})
    for name, (least, most) in beyond.items():
        low, high = LIMITS_DEG[name]
        raise BeyondLimits(f"mannequin: expected {name} between {low:g} and {high:g} degrees, got {least:g} to {most:g}; bend less")
