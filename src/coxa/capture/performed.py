"""How the simulated person's exercises are performed: what drives a movement, and what is shared by all of them.

Every movement is written for the left as the working side; the other side is its mirror image.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from coxa.body.mannequin.contacts import Assembly
from coxa.body.mannequin.kinematics import Posed, limb, turn
from coxa.body.mannequin.skeleton import Floats, Side, Skeleton

Random = np.random.Generator


@dataclass(frozen=True)
class Drive:
    """What a movement is asked to do, frame by frame.

    Attributes
    ----------
    time_s : (T,)
    u : (T,)
        0 at rest, 1 at the peak, smooth between.
    peak : (T,)
        The exercise's own angle aimed at by the repetition this frame belongs to, degrees (constant over a repetition).
    ready : (T,)
        0 before and after the set, 1 in between: weight shifted, hands placed.
    faults : dict of fault id to (T,)
        How big each fault is at this moment, degrees.
    sway : (T, 3)
        Slow wandering of the body, degrees: forwards, sideways, turning.
    wobble : (T,)
        An addition to the own angle, degrees: sagging in a hold, bouncing.
    """

    time_s: Floats
    u: Floats
    peak: Floats
    ready: Floats
    sway: Floats
    wobble: Floats
    faults: dict[str, Floats] = field(default_factory=dict)

    def fault(self, name: str) -> Floats:
        """Size over time of a fault, zeros where it is not planted."""
        return self.faults.get(name, np.zeros_like(self.u))

    @property
    def frames(self) -> int:
        """How many frames."""
        return len(self.u)


Perform = Callable[[Skeleton, Drive, Random], Posed]
Measure = Callable[[Posed], dict[str, Floats]]


def vector(x: Floats | float, y: Floats | float, z: Floats | float) -> Floats:
    """Stack three coordinates, numbers or arrays, into (..., 3)."""
    return np.stack(np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(y, np.float64), np.asarray(z, np.float64)), axis=-1)


def smoothstep(x: Floats) -> Floats:
    """0 below 0, 1 above 1, and the path of least jerk between."""
    x = np.clip(x, 0.0, 1.0)
    step: Floats = x**3 * (10.0 - 15.0 * x + 6.0 * x**2)
    return step


def span(first: float, second: float, bend_deg: Floats | float) -> Floats:
    """Hip to ankle (or shoulder to wrist) when the joint between is bent by so much, metres."""
    bend = np.radians(np.asarray(bend_deg, dtype=np.float64))
    length: Floats = np.sqrt(np.maximum(first**2 + second**2 + 2 * first * second * np.cos(bend), 1e-8))
    return length


def knee_radius(hip: Floats, ankle: Floats, thigh: float, shin: float) -> Floats:
    """How far the knee is from the line hip to ankle, metres."""
    d = np.minimum(np.linalg.norm(hip - ankle, axis=-1), (thigh + shin) * 0.99999)
    along = (thigh**2 - shin**2 + d**2) / (2 * d)
    radius: Floats = np.sqrt(np.maximum(thigh**2 - along**2, 1e-8))
    return radius


def knee_swivel(hip: Floats, ankle: Floats, pole: Floats, skeleton: Skeleton, outwards_deg: Floats, side: Side) -> Floats:
    """Turn about the line hip to ankle, degrees to the own left, that brings the knee outwards by shin x sin(outwards) in the world's x."""
    radius = knee_radius(hip, ankle, skeleton.thigh_m, skeleton.shin_m)
    up = (hip - ankle) / np.linalg.norm(hip - ankle, axis=-1, keepdims=True)
    left = np.cross(up, np.broadcast_to(pole, up.shape))
    left = left / np.linalg.norm(left, axis=-1, keepdims=True)
    front = np.cross(left, up)
    sideways = skeleton.shin_m * np.sin(np.radians(outwards_deg)) * (1.0 if side == "left" else -1.0)
    # the knee's way off the line has the x of radius (cos front + sin left)
    reach = np.hypot(front[:, 0], left[:, 0])
    swivel: Floats = np.arcsin(np.clip(sideways / (radius * reach), -0.95, 0.95)) - np.arctan2(front[:, 0], left[:, 0])
    turned: Floats = np.degrees(swivel)
    return turned


# ------------------------------------------------------------------------------------------------ measuring the truth


def knee_flexion(posed: Posed, side: Side) -> Floats:
    """Bend of a knee, degrees, 0 straight."""
    hip, knee, ankle = (posed.joint(f"{name}_{side}") for name in ("thigh", "shin", "foot"))
    return 180.0 - corner(hip, knee, ankle)


def corner(a: Floats, b: Floats, c: Floats) -> Floats:
    """Angle at b between a and c, 0 to 180 degrees."""
    p, q = a - b, c - b
    angle: Floats = np.degrees(np.arctan2(np.linalg.norm(np.cross(p, q), axis=-1), np.sum(p * q, axis=-1)))
    return angle


def shoulders(posed: Posed) -> Floats:
    """Middle of the shoulders, metres."""
    middle: Floats = (posed.joint("upper_arm_left") + posed.joint("upper_arm_right")) / 2
    return middle


def pelvis_turns(posed: Posed, base: Floats) -> tuple[Floats, Floats]:
    """Roll (turned to the left +) and obliquity (left side towards the head +) of the pelvis against a base posture, degrees."""
    left = posed.rotation("pelvis")[..., :, 0] @ base
    return np.degrees(np.arctan2(-left[..., 2], left[..., 0])), np.degrees(np.arcsin(np.clip(left[..., 1], -1.0, 1.0)))


def trunk_lean(posed: Posed) -> tuple[Floats, Floats]:
    """Lean of the line from mid-hip to mid-shoulder: forwards +, to the left +, degrees from the vertical."""
    line = shoulders(posed) - posed.joint("pelvis")
    return np.degrees(np.arctan2(line[..., 2], line[..., 1])), np.degrees(np.arctan2(line[..., 0], line[..., 1]))


def knees_out(posed: Posed) -> Floats:
    """How far the knees deviate outwards from the lines hip to ankle, as degrees of the shin, mean of both sides."""
    total = np.zeros(len(posed))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        hip, knee, ankle = (posed.joint(f"{name}_{side}") for name in ("thigh", "shin", "foot"))
        line = ankle - hip
        share = np.sum((knee - hip) * line, axis=-1) / np.sum(line * line, axis=-1)
        off = sign * (knee[..., 0] - hip[..., 0] - share * line[..., 0])
        total += np.degrees(np.arcsin(np.clip(off / posed.skeleton.shin_m, -1.0, 1.0))) / 2
    return total


# ------------------------------------------------------------------------------------------------ arms and head


def hang_arm(body: Assembly, side: Side, rng: Random, swing: Floats | float = 0.0) -> None:
    """Let an arm hang at the side."""
    body.swing(
        "arm", side, limb(rng.uniform(-6, 8) + swing, rng.uniform(7, 16), rng.uniform(-15, 15), side), rng.uniform(8, 25), turn(2, 0.0)
    )


def hand_on_hip(body: Assembly, side: Side, rng: Random) -> None:
    """Put a hand on the own hip; it moves with the pelvis."""
    h = body.skeleton.build.height_m
    s = 1.0 if side == "left" else -1.0
    wide = abs(body.skeleton.surface[f"trochanter_{side}"].offset[0])
    spot = np.array([s * (wide + 0.02 * h), rng.uniform(0.030, 0.060) * h, rng.uniform(-0.01, 0.02) * h])
    target = body.joint("pelvis") + body.rotation("pelvis") @ spot
    chest = body.rotation("chest")
    pole = chest @ np.array([s * 1.0, -0.2, -rng.uniform(0.25, 0.6)])
    body.reach("arm", side, target, pole)


def head_upright(body: Assembly, rng: Random, share: float = 0.6) -> None:
    """Keep the head nearly level while the chest leans."""
    chest = body.rotation("chest")
    lateral = np.degrees(np.arctan2(-chest[:, 0, 1], chest[:, 1, 1]))
    forward = np.degrees(np.arctan2(chest[:, 2, 1], chest[:, 1, 1]))
    body.turn_head(turn(2, lateral * (1 - share)) @ turn(0, forward * (1 - share) + rng.uniform(-4, 8)) @ turn(1, rng.uniform(-6, 6)))
