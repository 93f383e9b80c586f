"""Contacts: poses solved so that planted feet, knees, hands and shoulders stay where they are."""

from __future__ import annotations

from typing import Literal

import numpy as np

from coxa.body.mannequin.kinematics import BASES, Posed, halved, settled, turn
from coxa.body.mannequin.skeleton import INDEX, PARENTS, SEGMENTS, SIDES, Floats, Side, Skeleton

UP = np.array([0.0, 1.0, 0.0])

Limb = Literal["leg", "arm"]

_CHAIN: dict[Limb, tuple[str, str, str]] = {"leg": ("thigh", "shin", "foot"), "arm": ("upper_arm", "forearm", "hand")}


class Assembly:
    """A pose put together from the contacts: pelvis, trunk, head, then each limb; all T frames at once.

    Every step takes what it is given and leaves the bones' lengths alone. Call `place_pelvis`, `bend_trunk` and `turn_head`
    first, then `swing` or `reach` for each limb, then `posed`.
    """

    def __init__(self, skeleton: Skeleton, frames: int) -> None:
        self.skeleton = skeleton
        self.frames = frames
        self.origins = np.zeros((frames, len(SEGMENTS), 3))
        self.rotations = np.broadcast_to(np.eye(3), (frames, len(SEGMENTS), 3, 3)).copy()

    def place_pelvis(self, rotation: Floats, *, anchor: str = "pelvis", at: Floats) -> None:
        """Orient the pelvis and put its joint `anchor` ("pelvis", "thigh_left", "thigh_right") at a point, (3,) or (T, 3) metres."""
        self.rotations[:, 0] = rotation
        offset = np.zeros(3) if anchor == "pelvis" else self.skeleton.offsets[INDEX[anchor]]
        self.origins[:, 0] = np.asarray(at) - self.rotations[:, 0] @ offset
        for name in ("abdomen", "thigh_left", "thigh_right"):
            self._hang("pelvis", name)

    def bend_trunk(self, chest: Floats, *, point: str = "shoulders", towards: Floats | None = None) -> None:
        """Turn the chest; the lumbar spine takes half of the way from the pelvis.

        Parameters
        ----------
        chest : (T, 3, 3)
            World rotation of the chest, exact if `towards` is not given, else where the search starts.
        point : str
            "shoulders" (their middle) or a segment such as "upper_arm_right".
        towards : (3,) or (T, 3), optional
            Unit direction in which `point` is to be seen from mid-hip; the chest turns the short way until it is.
        """
        rotation = np.broadcast_to(chest, (self.frames, 3, 3))
        self._set_chest(rotation)
        if towards is None:
            return
        wanted = np.broadcast_to(towards, (self.frames, 3))
        for _ in range(7):
            seen = self._point(point) - self.origins[:, 0]
            seen = seen / np.linalg.norm(seen, axis=-1, keepdims=True)
            axis = np.cross(seen, wanted)
            # the lumbar joint turns by half, so the line turns by less than the chest does
            rotation = small_turn(1.3 * axis) @ rotation
            self._set_chest(rotation)

    def turn_head(self, head: Floats, *, neck: Floats | None = None) -> None:
        """Orient the head in the world; the neck takes half of the way unless given."""
        chest = self.rotations[:, INDEX["chest"]]
        if neck is None:
            neck = chest @ halved(np.swapaxes(chest, -1, -2) @ head)
        self.rotations[:, INDEX["neck"]] = neck
        self._hang("neck", "head")
        self.rotations[:, INDEX["head"]] = head

    def swing(self, limb: Limb, side: Side, upper: Floats, bend_deg: Floats | float, end: Floats | None = None) -> None:
        """Set a limb from the rotation of its first bone on the trunk, the knee's or elbow's bend, and its end's own rotation."""
        a, b, c = (f"{name}_{side}" for name in _CHAIN[limb])
        trunk = self.rotations[:, INDEX["pelvis" if limb == "leg" else "chest"]]
        self.rotations[:, INDEX[a]] = trunk @ upper
        self._hang(a, b)
        self.rotations[:, INDEX[b]] = self.rotations[:, INDEX[a]] @ turn(0, bend_deg if limb == "leg" else -np.asarray(bend_deg))
        self._hang(b, c)
        self.rotations[:, INDEX[c]] = self.rotations[:, INDEX[b]] if end is None else self.rotations[:, INDEX[b]] @ end

    def reach(
        self,
        limb: Limb,
        side: Side,
        target: Floats,
        pole: Floats,
        *,
        end: Floats | None = None,
        end_world: Floats | None = None,
        swivel_deg: Floats | float = 0.0,
    ) -> None:
        """Bring an ankle or a wrist to a point (two-bone inverse kinematics).

        Parameters
        ----------
        target : (3,) or (T, 3)
            Where the ankle or wrist goes, metres; what is out of reach is reached for with the limb straight.
        pole : (3,) or (T, 3)
            Where knee or elbow points.
        end, end_world : (3, 3) or (T, 3, 3), optional
            Rotation of foot or hand, on the shin or forearm, or in the world; as the bone before it where neither is given.
        swivel_deg : float or (T,)
            Turns knee or elbow about the line from hip to ankle, from the pole to the limb's own left.
        """
        a, b, c = (f"{name}_{side}" for name in _CHAIN[limb])
        root = self.origins[:, INDEX[a]]
        first = float(np.linalg.norm(self.skeleton.offsets[INDEX[b]]))
        second = float(np.linalg.norm(self.skeleton.offsets[INDEX[c]]))
        back = root - np.asarray(target)
        span = np.linalg.norm(back, axis=-1)
        up = back / span[:, None]
        span = np.clip(span, abs(first - second) + 1e-4, (first + second) * 0.99999)
        forward = pole if limb == "leg" else -np.asarray(pole)
        left = np.cross(up, np.broadcast_to(forward, up.shape))
        left = left / np.linalg.norm(left, axis=-1, keepdims=True)
        forward = np.cross(left, up)
        swivel = np.radians(np.broadcast_to(np.asarray(swivel_deg, dtype=np.float64), span.shape))[:, None]
        left, forward = np.cos(swivel) * left - np.sin(swivel) * forward, np.cos(swivel) * forward + np.sin(swivel) * left
        cosine = np.clip((first**2 + span**2 - second**2) / (2 * first * span), -1.0, 1.0)
        sine = np.sqrt(1.0 - cosine**2) * (1.0 if limb == "leg" else -1.0)
        middle = root - first * (cosine[:, None] * up - sine[:, None] * forward)
        tip = root - span[:, None] * up
        self._aim(a, root, middle, left)
        self._hang(a, b)
        self._aim(b, middle, tip, left)
        self._hang(b, c)
        if end_world is not None:
            self.rotations[:, INDEX[c]] = end_world
        else:
            self.rotations[:, INDEX[c]] = self.rotations[:, INDEX[b]] if end is None else self.rotations[:, INDEX[b]] @ end

    def posed(self) -> Posed:
        """The finished pose."""
        return Posed(self.skeleton, self.origins, self.rotations)

    def joint(self, segment: str) -> Floats:
        """Where a segment's origin is so far, (T, 3) metres."""
        return self.origins[:, INDEX[segment]]

    def rotation(self, segment: str) -> Floats:
        """A segment's world rotation so far, (T, 3, 3)."""
        return self.rotations[:, INDEX[segment]]

    def _set_chest(self, chest: Floats) -> None:
        pelvis = self.rotations[:, 0]
        self.rotations[:, INDEX["abdomen"]] = pelvis @ halved(np.swapaxes(pelvis, -1, -2) @ chest)
        self._hang("abdomen", "chest")
        self.rotations[:, INDEX["chest"]] = chest
        for name in ("neck", "upper_arm_left", "upper_arm_right"):
            self._hang("chest", name)

    def _point(self, point: str) -> Floats:
        if point == "shoulders":
            return (self.joint("upper_arm_left") + self.joint("upper_arm_right")) / 2
        return self.joint(point)

    def _hang(self, parent: str, child: str) -> None:
        p, k = INDEX[parent], INDEX[child]
        self.origins[:, k] = self.origins[:, p] + self.rotations[:, p] @ self.skeleton.offsets[k]

    def _aim(self, segment: str, start: Floats, stop: Floats, left: Floats) -> None:
        y = start - stop
        y = y / np.linalg.norm(y, axis=-1, keepdims=True)
        self.rotations[:, INDEX[segment]] = np.stack([left, y, np.cross(left, y)], axis=-1)


def small_turn(vector: Floats) -> Floats:
    """Rotation about a vector (..., 3) by its length in radians (Rodrigues)."""
    angle = np.linalg.norm(vector, axis=-1)[..., None, None]
    x, y, z = vector[..., 0], vector[..., 1], vector[..., 2]
    zero = np.zeros_like(x)
    k = np.stack([np.stack([zero, -z, y], -1), np.stack([z, zero, -x], -1), np.stack([-y, x, zero], -1)], -2)
    a = np.where(angle < 1e-6, 1.0, np.sin(angle) / np.where(angle < 1e-6, 1.0, angle))
    b = np.where(angle < 1e-6, 0.5, (1 - np.cos(angle)) / np.where(angle < 1e-6, 1.0, angle) ** 2)
    turned: Floats = np.eye(3) + a * k + b * (k @ k)
    return turned


def held(posed: Posed, reference: Posed, fixed: tuple[str, ...]) -> Posed:
    """A pose moved and mended so that contacts stay where they are in a reference pose.

    With shoulders and feet fixed and the chest facing up (a bridge), the body turns about the shoulders until the feet reach their
    place. A fixed knee with the thigh upright (kneeling) carries the pelvis; lying on the side, the lower hip stays and the trunk bends
    so that the lower shoulder does too. Otherwise the fixed feet carry the body. At last each fixed foot or hand is reached for by its
    own limb.

    Parameters
    ----------
    posed, reference : Posed
        Single poses of one skeleton.
    fixed : tuple of str
        ``foot_left``, ``hand_right``, ``knee_left``, ``shoulder_left`` and so on.
    """
    if not fixed:
        return posed
    feet = [name for name in fixed if name.startswith("foot_")]
    facing_up = posed.rotation("pelvis")[1, 2] > 0.7
    shoulders = [name for name in fixed if name.startswith("shoulder_")]
    knees = [name for name in fixed if name.startswith("knee_")]
    if shoulders and feet and facing_up:
        posed = _pitched(posed, reference, shoulders, feet)
        anchors = [_joint_of(name) for name in shoulders]
    elif knees and abs(posed.rotation("pelvis")[1, 0]) > 0.5:
        anchors = [knees[0].replace("knee_", "thigh_")]
    elif knees:
        anchors = [_joint_of(knees[0])]
    else:
        anchors = [_joint_of(name) for name in feet or fixed[:1]]
    shift = np.mean([reference.joint(a) - posed.joint(a) for a in anchors], axis=0)
    posed = posed.moved(shift)
    body = Assembly(posed.skeleton, 1)
    body.origins, body.rotations = posed.origins[None].copy(), posed.rotations[None].copy()
    if shoulders and not facing_up:
        _keep_shoulder(body, posed, reference, _joint_of(shoulders[0]))
    if shoulders and feet and facing_up:
        _lay_head_and_arms(body, reference)
    for name in fixed:
        if not name.startswith(("foot_", "hand_")):
            continue
        kind: Limb = "leg" if name.startswith("foot_") else "arm"
        side: Side = SIDES[0] if name.endswith("left") else SIDES[1]
        upper, lower, end = (f"{bone}_{side}" for bone in _CHAIN[kind])
        source = reference if f"knee_{side}" in fixed else posed
        middle = source.joint(lower) - (source.joint(upper) + source.joint(end)) / 2
        if float(np.linalg.norm(middle)) < 5e-3:
            middle = source.rotation(upper)[:, 2] * (1.0 if kind == "leg" else -1.0)
        body.reach(kind, side, reference.joint(end), middle, end_world=reference.rotation(end))
    return body.posed()[0]


def _joint_of(contact: str) -> str:
    return contact.replace("knee_", "shin_").replace("shoulder_", "upper_arm_").replace("elbow_", "forearm_")


def _pitched(posed: Posed, reference: Posed, shoulders: list[str], feet: list[str]) -> Posed:
    """The body turned about its own left-right axis so that feet seen from the shoulders lie where they do in the reference."""

    def line(of: Posed) -> Floats:
        ends = [np.mean([of.joint(_joint_of(n)) for n in names], axis=0) for names in (shoulders, feet)]
        return np.asarray(ends[1] - ends[0])

    now, then = line(posed), line(reference)
    turned = np.degrees(np.arctan2(then[1], then[2]) - np.arctan2(now[1], now[2]))
    r = turn(0, -turned)
    return Posed(posed.skeleton, posed.origins @ r.T, r @ posed.rotations)


def _lay_head_and_arms(body: Assembly, reference: Posed) -> None:
    """Leave head and hands on the floor while the trunk rises."""
    offset = body.skeleton.offsets[INDEX["head"]]
    height = float(reference.joint("head")[1] - body.joint("neck")[0, 1])
    length = float(np.hypot(offset[1], offset[2]))
    rise = np.degrees(np.arcsin(np.clip(height / length, -1, 1)) - np.arctan2(offset[2], offset[1]))
    body.turn_head(reference.rotation("head")[None], neck=(BASES["supine"] @ turn(0, rise))[None])
    for side in SIDES:
        elbow = reference.joint(f"forearm_{side}") - (reference.joint(f"upper_arm_{side}") + reference.joint(f"hand_{side}")) / 2
        body.reach("arm", side, reference.joint(f"hand_{side}"), elbow, end_world=reference.rotation(f"hand_{side}"))


def _keep_shoulder(body: Assembly, posed: Posed, reference: Posed, shoulder: str) -> None:
    """Bend the trunk so that the lower shoulder stays; head and arms follow the chest."""
    chest = posed.rotation("chest")
    local = {
        name: np.swapaxes(posed.rotation(parent), -1, -2) @ posed.rotation(name)
        for parent, names in (("chest", ("neck", "upper_arm_left", "upper_arm_right")),)
        for name in names
    }
    towards = reference.joint(shoulder) - body.joint("pelvis")
    body.bend_trunk(chest[None], point=shoulder, towards=towards / np.linalg.norm(towards, axis=-1, keepdims=True))
    new = body.rotation("chest")[0]
    neck = new @ local["neck"]
    body.turn_head((new @ chest.T @ posed.rotation("head"))[None], neck=neck[None])
    for side in SIDES:
        bend = posed.rotation(f"upper_arm_{side}").T @ posed.rotation(f"forearm_{side}")
        end = posed.rotation(f"forearm_{side}").T @ posed.rotation(f"hand_{side}")
        elbow = -np.degrees(np.arctan2(bend[2, 1], bend[2, 2]))
        body.swing("arm", side, local[f"upper_arm_{side}"], float(elbow), end)


def between(first: Posed, second: Posed, share: Floats) -> Posed:
    """Poses on the way from one single pose to another, every joint turning the short way, the lowest point on the floor.

    Parameters
    ----------
    first, second : Posed
        Single poses of one skeleton.
    share : (T,)
        0 at the first, 1 at the second.
    """
    skeleton = first.skeleton
    rotations = np.empty((len(share), len(SEGMENTS), 3, 3))
    origins = np.zeros((len(share), len(SEGMENTS), 3))
    origins[:, 0] = first.origins[0] + share[:, None] * (second.origins[0] - first.origins[0])
    for k, name in enumerate(SEGMENTS):
        parent = PARENTS[name]
        a, b = first.rotations[k], second.rotations[k]
        if parent is not None:
            a, b = first.rotation(parent).T @ a, second.rotation(parent).T @ b
        local = a @ small_turn(share[:, None] * turn_vector(a.T @ b))
        if parent is None:
            rotations[:, k] = local
        else:
            p = INDEX[parent]
            rotations[:, k] = rotations[:, p] @ local
            origins[:, k] = origins[:, p] + rotations[:, p] @ skeleton.offsets[k]
    return settled(Posed(skeleton, origins, rotations))


def turn_vector(rotation: Floats) -> Floats:
    """Axis times angle in radians of a rotation below 180 degrees, (3,)."""
    axis = np.array([rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]]) / 2
    sine, cosine = float(np.linalg.norm(axis)), (float(np.trace(rotation)) - 1) / 2
    vector: Floats = axis * (np.arctan2(sine, cosine) / sine if sine > 1e-9 else 1.0)
    return vector
