"""`Placed`: a mat, chair, step, band, cuff or pillow, and where it is in a movement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.skeleton import Floats
from coxa.body.mannequin.stances import CHAIR_SEAT, STEP
from coxa.exercises.movement import Movement, Prop


@dataclass(frozen=True, eq=False)
class Placed:
    """Something that is used, and where it is.

    Attributes
    ----------
    kind : str
    low, high : (3,) float64
        Corners of the upright box it fills, metres: for a mat, chair (whose seat is the box's top), step, roller or support.
        For a band, cuff or pillow, low and high are zero.
    facing : (3,) float64
        For a chair, the way a person sits on it: the back rest is at the box's other end.
    round : tuple of str
        Segments that a band or a cuff goes round, or between or under which a pillow lies.
    at : (N, 3) or (T, N, 3) float64, optional
        For each of `round`, the point on the bone's line where it is, metres.
    radius_m : float
        Of the limb there, or half the thickness of a pillow.
    """

    kind: Prop
    low: Floats
    high: Floats
    facing: Floats
    round: tuple[str, ...] = ()
    at: Floats | None = None
    radius_m: float = 0.0

    def mirrored(self) -> Placed:
        """The same on the other side of the plane x = 0."""
        flip = np.array([-1.0, 1.0, 1.0])
        low, high = self.low * flip, self.high * flip
        low[0], high[0] = high[0], low[0]
        names = tuple(n.replace("left", "*").replace("right", "left").replace("*", "right") for n in self.round)
        return Placed(self.kind, low, high, self.facing * flip, names, None if self.at is None else self.at * flip, self.radius_m)


#: Where each band, cuff or pillow is: segments, how far along the bone (share), radius (body heights).
_ON_BODY: dict[str, tuple[tuple[str, ...], float, float]] = {
    "band-knees": (("thigh_left", "thigh_right"), 0.86, 0.036),
    "band-ankles": (("shin_left", "shin_right"), 0.90, 0.022),
    "cuff": (("shin_left",), 0.88, 0.024),
    "pillow-knees": (("thigh_left", "thigh_right"), 0.92, 0.030),
}

#: Where a support stands that no hand holds: its corners from between the feet, body heights; the left side works.
_IN_REACH: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "support": ((-0.51, 0.0, -0.10), (-0.26, 0.53, 0.08)),
    "support-along": ((-0.46, 0.0, -0.40), (-0.24, 0.53, 0.40)),
    "support-front": ((-0.20, 0.0, 0.24), (0.20, 0.53, 0.42)),
    "support-behind": ((-0.42, 0.0, -0.44), (0.42, 0.53, -0.24)),
}
#: No mat is shorter than this.
_MAT_M = 1.4
#: How far in front of the hips the seat of the chair ends on which a person sits, body heights.
_SEAT_FRONT = 0.14
#: How far the line of the walking test is from the chair.
WALK_M = 3.0
#: What is too far away to be in a picture of the person alone.
FAR_PROPS: tuple[Prop, ...] = ("line-3m",)


def placed(movement: Movement, posed: Posed, start: Posed) -> tuple[Placed, ...]:
    """What a movement uses and where it is, the left side working.

    Parameters
    ----------
    movement : Movement
    posed : Posed
        One pose or T poses.
    start : Posed
        The start pose, by which whatever stands on the floor is placed.
    """
    return tuple(_one(movement, kind, posed, start) for kind in movement.props)


def _one(movement: Movement, kind: Prop, posed: Posed, start: Posed) -> Placed:
    h = posed.skeleton.build.height_m
    front = np.array([0.0, 0.0, 1.0])
    if kind in _ON_BODY:
        segments, share, radius = _ON_BODY[kind]
        ends = {"thigh": "shin", "shin": "foot"}
        at = []
        for name in segments:
            bone, side = name.split("_")
            at.append(posed.joint(name) + share * (posed.joint(f"{ends[bone]}_{side}") - posed.joint(name)))
        return Placed(kind, np.zeros(3), np.zeros(3), front, segments, np.stack(at, axis=-2), radius * h)
    points = start.surface()
    low, high = points.min(axis=0), points.max(axis=0)
    if kind == "mat":
        along = 2 if high[2] - low[2] >= high[0] - low[0] else 0
        # as long as the whole movement needs: on a longer one the person would be drawn smaller
        way = posed.surface()[..., along]
        low[along], high[along] = way.min(), way.max()
        middle, half = (low + high) / 2, np.full(3, 0.31)
        half[1], half[along] = 0.0, max(_MAT_M / 2, (high[along] - low[along]) / 2 + 0.08)
        return Placed(kind, np.array([middle[0], -0.012, middle[2]]) - half, np.array([middle[0], 0.0, middle[2]]) + half, front)
    if kind == "chair":
        seat = CHAIR_SEAT * h
        hip = start.joint("pelvis")
        aside = 0.125 * h
        if movement.base == "sitting":
            return Placed(kind, np.array([-aside, 0.0, hip[2] - 0.10 * h]), np.array([aside, seat, hip[2] + _SEAT_FRONT * h]), front)
        hand = _held(movement, start, "chair")
        # a chair whose back rest is held stands with its seat away from the person
        return Placed(kind, np.array([hand[0] - aside, 0.0, hand[2]]), np.array([hand[0] + aside, seat, hand[2] + 0.25 * h]), front)
    if kind == "step":
        foot = start.joint("foot_left")
        return Placed(kind, np.array([foot[0] - 0.05, 0.0, foot[2] - 0.14]), np.array([foot[0] + 0.22, STEP * h, foot[2] + 0.26]), front)
    if kind == "line-3m":
        # measured from the chair's front legs
        far = start.joint("pelvis")[2] + _SEAT_FRONT * h + WALK_M
        return Placed(kind, np.array([-0.45, -0.004, far]), np.array([0.45, 0.0, far + 0.06]), front)
    if kind.startswith("support") and "support" not in movement.hands.values():
        # within a hand's reach, but clear of whatever moves
        low, high = _IN_REACH[kind]
        return Placed(kind, np.array(low) * h, np.array(high) * h, front)
    if kind.startswith("support"):
        hands = _hands(movement, start, "support")
        first, last = hands.min(axis=0), hands.max(axis=0)
        if kind == "support-front":
            return Placed(
                kind, np.array([first[0] - 0.18, 0.0, first[2] - 0.09]), np.array([last[0] + 0.18, first[1], last[2] + 0.24]), front
            )
        out = 0.40 if first[0] > 0 else -0.40
        near, far = sorted((first[0] - out / 4, first[0] + out))
        return Placed(kind, np.array([near, 0.0, first[2] - 0.22]), np.array([far, first[1], first[2] + 0.06]), front)
    if kind == "roller":
        feet = (start.joint("foot_left") + start.joint("foot_right")) / 2
        top = float(min(start.site("ankle_outer_right")[1], start.site("ankle_outer_left")[1]))
        return Placed(kind, np.array([feet[0] - 0.075, 0.0, feet[2] - 0.20]), np.array([feet[0] + 0.075, top, feet[2] + 0.20]), front)
    knee = start.joint("shin_left")
    return Placed(kind, knee * (1, 0, 1) - (0.14, 0.0, 0.12), knee * (1, 0, 1) + np.array([0.14, 0.0, 0.12]), front)


def _held(movement: Movement, start: Posed, what: str) -> Floats:
    found: Floats = _hands(movement, start, what)[0]
    return found


def _hands(movement: Movement, start: Posed, what: str) -> Floats:
    """The palms (N, 3) that hold something, metres; the left one where none does."""
    palms = [hand.replace("hand", "palm") for hand, place in movement.hands.items() if place == what] or ["palm_working"]
    return np.array([start.site(palm.replace("working", "left").replace("other", "right")) for palm in palms])
