"""Exercises performed lying down: clamshell, side-lying leg lift, bridge; and lying still."""

from __future__ import annotations

import numpy as np

from coxa.body.mannequin.contacts import Assembly
from coxa.body.mannequin.kinematics import BASES, Posed, turn
from coxa.body.mannequin.skeleton import INDEX, SIDES, Floats, Skeleton
from coxa.capture.performed import (
    Drive,
    Random,
    hand_on_hip,
    knee_flexion,
    knee_swivel,
    knees_out,
    pelvis_turns,
    shoulders,
    span,
    vector,
)

LYING = BASES["side-lying-right"]
SUPINE = BASES["supine"]


# ------------------------------------------------------------------------------------------------ lying on the right side


def clamshell(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Lying on the right, hips and knees bent, feet together: the upper knee opens."""
    h = skeleton.build.height_m
    # who opens wide does not lie rolled far forward: the hip has no more rotation than that
    body = lie_on_right(skeleton, drive, rng, rolled=1.0 - 0.8 * float(np.clip((drive.peak.max() - 40.0) / 12.0, 0.0, 1.0)))
    flexion, bend = np.radians(rng.uniform(42, 60)), np.radians(rng.uniform(80, 100))
    lower_hip = body.joint("thigh_right")
    hip0 = lower_hip[0]
    knee = _on_floor(hip0, skeleton.thigh_m, flexion, abs(skeleton.surface["knee_outer_right"].offset[0]))
    ankle = _on_floor(knee, skeleton.shin_m, flexion - bend, abs(skeleton.surface["ankle_outer_right"].offset[0]) + 0.004)
    lower_pole = knee - (hip0 + ankle) / 2
    pointed = turn(0, rng.uniform(10, 28))
    body.reach("leg", "right", ankle, lower_pole, end=pointed)
    thick = abs(skeleton.surface["ankle_inner_left"].offset[0]) + abs(skeleton.surface["ankle_inner_right"].offset[0])
    gap0 = thick + 0.004
    rest_deg = 2 * np.degrees(np.arcsin(gap0 / 2 / skeleton.shin_m))
    gap = 2 * skeleton.shin_m * np.sin(np.radians(rest_deg + np.maximum(drive.fault("feet-part"), 0.0)) / 2)
    slip = rng.uniform(-0.012, 0.012, 2) * h
    upper_ankle = ankle + vector(slip[0], np.sqrt(np.maximum(gap**2 - slip @ slip, 1e-6)), slip[1])
    # the knee runs on a circle about the line from hip to ankle: find where on it the gap to the lower knee is right
    hip = body.joint("thigh_left")
    lower_knee = body.joint("shin_right")
    knees = abs(skeleton.surface["knee_inner_left"].offset[0]) * 2 + rng.uniform(0.0, 0.012) * h
    opened = 2 * np.degrees(np.arcsin(knees / 2 / skeleton.thigh_m)) + drive.peak * drive.u + drive.wobble
    wanted = 2 * skeleton.thigh_m * np.sin(np.radians(np.maximum(opened, 1.0)) / 2)
    pole = np.array([np.cos(flexion), 0.0, np.sin(flexion)])
    swivel = _swivel_for_gap(hip, upper_ankle, lower_knee, wanted, pole, skeleton)
    body.reach("leg", "left", upper_ankle, pole, swivel_deg=swivel, end=pointed)
    _lying_arms(body, rng)
    return body.posed()


def clamshell_truth(posed: Posed) -> dict[str, Floats]:
    """Knee opening (of the gap between the knees, per thigh length), roll of the pelvis, and how far the feet are apart."""
    gap = np.linalg.norm(posed.joint("shin_left") - posed.joint("shin_right"), axis=-1)
    feet = np.linalg.norm(posed.joint("foot_left") - posed.joint("foot_right"), axis=-1)
    return {
        "own": 2 * np.degrees(np.arcsin(np.clip(gap / 2 / posed.skeleton.thigh_m, 0, 1))),
        "rolls-back": pelvis_turns(posed, LYING)[0],
        "feet-part": 2 * np.degrees(np.arcsin(np.clip(feet / 2 / posed.skeleton.shin_m, 0, 1))),
    }


def side_lying_abduction(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Lying on the right: the straight upper leg is lifted."""
    body = lie_on_right(skeleton, drive, rng)
    hip0 = body.joint("thigh_right")[0]
    straight = rng.random() < 0.4
    flexion, bend = (rng.uniform(0, 10), rng.uniform(6, 14)) if straight else (rng.uniform(28, 50), rng.uniform(55, 92))
    flexion, bend = np.radians(flexion), np.radians(bend)
    knee = _on_floor(hip0, skeleton.thigh_m, flexion, abs(skeleton.surface["knee_outer_right"].offset[0]))
    ankle = _on_floor(knee, skeleton.shin_m, flexion - bend, abs(skeleton.surface["ankle_outer_right"].offset[0]) + 0.004)
    body.reach("leg", "right", ankle, knee - (hip0 + ankle) / 2, end=turn(0, rng.uniform(8, 25)))
    hip = body.joint("thigh_left")
    soft = rng.uniform(2, 8)
    length = span(skeleton.thigh_m, skeleton.shin_m, soft + np.maximum(drive.fault("knee-bends"), 0.0))
    side = abs(skeleton.surface["ankle_inner_left"].offset[0])
    low = side + 0.02 if not straight else 2 * side + ankle[1] + 0.005
    rest = np.degrees(np.arcsin((low - hip[0, 1]) / length[0]))
    rest += 0.0 if straight else rng.uniform(0, 6)
    lift = np.radians(rest + drive.peak * drive.u + drive.wobble)
    path = np.radians(rng.uniform(-4, 10) + rng.uniform(-5, 6) * drive.u)
    line = vector(np.cos(lift) * np.cos(path), np.sin(lift), np.cos(lift) * np.sin(path))
    toes = np.radians(rng.uniform(-8, 18) + 0.5 * drive.fault("rolls-back"))
    body.reach("leg", "left", hip + line * length[:, None], vector(0.0, np.sin(toes), np.cos(toes)), end=turn(0, rng.uniform(-5, 22)))
    _lying_arms(body, rng)
    return body.posed()


def side_lying_abduction_truth(posed: Posed) -> dict[str, Floats]:
    """Elevation of the line hip to ankle, roll and hike of the pelvis, bend of the lifted knee."""
    line = posed.joint("foot_left") - posed.joint("thigh_left")
    roll, hike = pelvis_turns(posed, LYING)
    return {
        "own": np.degrees(np.arcsin(line[..., 1] / np.linalg.norm(line, axis=-1))),
        "rolls-back": roll,
        "pelvis-hikes": hike,
        "knee-bends": knee_flexion(posed, "left"),
    }


def lie_on_right(skeleton: Skeleton, drive: Drive, rng: Random, rolled: float = 1.0) -> Assembly:
    """Pelvis, trunk and head of a person lying on the right side, rolled a little forward."""
    h = skeleton.build.height_m
    body = Assembly(skeleton, drive.frames)
    forward = rng.uniform(1, 13) * rolled
    back = drive.fault("rolls-back") + 0.4 * drive.sway[:, 2]
    hike = drive.fault("pelvis-hikes") + 0.3 * drive.sway[:, 1]
    hip_x = abs(skeleton.offsets[INDEX["thigh_left"]][0])
    low = abs(skeleton.surface["trochanter_right"].offset[0]) - hip_x
    # the hips roll about the lower one, which the floor holds; hiking draws the lower one towards the feet by half
    slide = 0.5 * hip_x * np.sin(np.radians(hike))
    pelvis = LYING @ turn(1, back - forward) @ turn(2, hike)
    body.place_pelvis(pelvis, anchor="thigh_right", at=vector(slide, low, 0.0))
    follow = rng.uniform(0.5, 1.0)
    chest_forward = forward + rng.uniform(-7, 4)
    chest = LYING @ turn(1, follow * back - chest_forward) @ turn(2, rng.uniform(0.1, 0.35) * hike)
    body.bend_trunk(chest)
    girth = abs(skeleton.surface["deltoid_right"].offset[0])
    shoulder = body.joint("upper_arm_right")[0].copy()
    shoulder[1] = girth + 0.012 * h
    towards = shoulder - body.joint("pelvis")
    breath = 0.5 * np.sin(2 * np.pi * 0.27 * drive.time_s + rng.uniform(0, 6))
    body.bend_trunk(chest @ turn(1, breath), point="upper_arm_right", towards=towards / np.linalg.norm(towards, axis=-1, keepdims=True))
    nod = rng.uniform(-4, 14)
    head = LYING @ turn(1, 0.5 * follow * back - 0.6 * chest_forward + rng.uniform(-8, 8)) @ turn(2, rng.uniform(10, 20)) @ turn(0, nod)
    body.turn_head(head)
    return body


def _on_floor(start: Floats, length: float, heading_rad: float, height_m: float) -> Floats:
    """The far end of a bone that starts at a point and ends at a height, heading from the feet's direction (+x) to the front (+z)."""
    drop = height_m - start[1]
    flat = np.sqrt(length**2 - drop**2)
    end: Floats = start + np.array([flat * np.cos(heading_rad), drop, flat * np.sin(heading_rad)])
    return end


def _swivel_for_gap(hip: Floats, ankle: Floats, other: Floats, gap: Floats, pole: Floats, skeleton: Skeleton) -> Floats:
    axis = hip - ankle
    d = np.linalg.norm(axis, axis=-1, keepdims=True)
    axis = axis / d
    along = (skeleton.thigh_m**2 - skeleton.shin_m**2 + d**2) / (2 * d)
    radius = np.sqrt(np.maximum(skeleton.thigh_m**2 - along**2, 1e-8))[:, 0]
    left = np.cross(axis, np.broadcast_to(pole, axis.shape))
    left = left / np.linalg.norm(left, axis=-1, keepdims=True)
    front = np.cross(left, axis)
    off = hip - along * axis - other
    a, b = np.sum(off * front, axis=-1), np.sum(off * left, axis=-1)
    cosine = (gap**2 - np.sum(off * off, axis=-1) - radius**2) / (2 * radius * np.hypot(a, b))
    swivel: Floats = np.degrees(np.arctan2(b, a) - np.arccos(np.clip(cosine, -1.0, 1.0)))
    return swivel


def _lying_arms(body: Assembly, rng: Random) -> None:
    h = body.skeleton.build.height_m
    shoulder = body.joint("upper_arm_right")[0]
    head = body.joint("head")[0]
    if rng.random() < 0.55:
        target = vector(head[0] + rng.uniform(-0.02, 0.02) * h, 0.030 * h, head[2] + rng.uniform(0.06, 0.09) * h)
        body.reach("arm", "right", target, np.array([rng.uniform(0.1, 0.4), 0.02, 1.0]))
    else:
        out = rng.uniform(0.19, 0.26) * h
        target = vector(shoulder[0] - rng.uniform(-0.02, 0.12) * h, 0.018 * h, shoulder[2] + out)
        body.reach("arm", "right", target, np.array([0.8, -0.1, 0.3]))
    kind = rng.choice(["floor", "hip", "thigh"], p=[0.5, 0.35, 0.15])
    upper = body.joint("upper_arm_left")[0]
    if kind == "hip":
        hand_on_hip(body, "left", rng)
        return
    if kind == "floor":
        target = vector(upper[0] + rng.uniform(-0.01, 0.07) * h, 0.042 * h, upper[2] + rng.uniform(0.12, 0.20) * h)
        body.reach("arm", "left", target, np.array([0.6, 0.3, -rng.uniform(0.1, 0.5)]))
    else:
        spot = np.array([abs(body.skeleton.surface["trochanter_left"].offset[0]) + 0.02 * h, -0.06 * h, 0.03 * h])
        body.reach("arm", "left", body.joint("pelvis") + body.rotation("pelvis") @ spot, np.array([0.2, 0.9, -0.4]))


# ------------------------------------------------------------------------------------------------ lying on the back


def bridge(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Lying on the back with both feet on the floor: the pelvis rises about the shoulders. The own angle is trunk to thigh itself."""
    h = skeleton.build.height_m
    back_m, seat_m = _depths(skeleton)
    ankle_m = skeleton.ankle_m
    feet = span(skeleton.thigh_m, skeleton.shin_m, rng.uniform(92, 128))
    flat = np.sqrt(feet**2 - (seat_m - ankle_m) ** 2)
    trunk = skeleton.rest_joints["pelvis"] - _rest_shoulders(skeleton)
    shoulder = np.array([0.0, back_m, 0.0])
    away = np.sqrt(trunk @ trunk - (seat_m - back_m) ** 2)
    apart = abs(skeleton.offsets[INDEX["thigh_left"]][0]) * rng.uniform(0.9, 1.45)
    skew = rng.uniform(-0.008, 0.008, 2) * h
    ankles = {"left": np.array([apart, ankle_m, away + flat + skew[0]]), "right": np.array([-apart, ankle_m, away + flat + skew[1]])}
    tilt_gain = rng.uniform(2, 7)

    def build(pitch: Floats, arch: Floats) -> Assembly:
        body = Assembly(skeleton, len(pitch))
        uneven = drive.fault("uneven") if len(pitch) == drive.frames else np.zeros(len(pitch))
        base = turn(0, -pitch) @ SUPINE
        # flattening the back turns the pelvis up at the front: towards the chest, that is, the trunk bends forward
        body.place_pelvis(base @ turn(0, -arch / 2) @ turn(1, uneven), at=np.zeros(3))
        body.bend_trunk(base @ turn(0, arch / 2) @ turn(1, 0.1 * uneven))
        body.place_pelvis(body.rotation("pelvis").copy(), at=shoulder - (body.joint("upper_arm_left") + body.joint("upper_arm_right")) / 2)
        body.bend_trunk(base @ turn(0, arch / 2) @ turn(1, 0.1 * uneven))
        return body

    def opening(body: Assembly) -> Floats:
        hip = body.joint("pelvis")
        ankle = (ankles["left"] + ankles["right"]) / 2
        back = hip - ankle
        d = np.minimum(np.linalg.norm(back, axis=-1), skeleton.thigh_m + skeleton.shin_m)
        inner = np.degrees(np.arccos(np.clip((skeleton.thigh_m**2 + d**2 - skeleton.shin_m**2) / (2 * skeleton.thigh_m * d), -1, 1)))
        down = np.degrees(np.arctan2(back[:, 1], -back[:, 2]))
        line = hip - shoulder
        rise = np.degrees(np.arctan2(line[:, 1], line[:, 2]))
        # seen from the side: trunk rises by `rise`, the thigh rises from the hip by `inner - down`
        angle: Floats = 180.0 + rise - (inner - down)
        return angle

    rest_pitch = _rest_pitch(skeleton, trunk, back_m, seat_m)
    start = float(opening(build(np.array([rest_pitch]), np.zeros(1)))[0])
    wanted = start + (drive.peak - start) * drive.u + drive.wobble * drive.u
    arch = tilt_gain * drive.u - 0.55 * np.maximum(wanted - 176.0, 0.0)
    # opening grows with the pitch and hardly with the arch: a table, then two corrections per frame
    grid = np.linspace(rest_pitch, rest_pitch + 46.0, 48)
    table = opening(build(grid, np.zeros(48)))
    stop = int(np.argmax(table)) + 1
    pitch = np.interp(wanted, table[:stop], grid[:stop])
    slope = float(np.median(np.diff(table[:stop]) / np.diff(grid[:stop])))
    body = build(pitch, arch)
    for _ in range(2):
        pitch = pitch + (wanted - opening(body)) / slope
        body = build(pitch, arch)
    out = drive.fault("knees-out") - drive.fault("knees-in") + rng.uniform(-2, 3)
    toes_out = rng.uniform(2, 14)
    for side in SIDES:
        s = 1.0 if side == "left" else -1.0
        pole = np.array([0.0, 1.0, 0.25])
        swivel = knee_swivel(body.joint(f"thigh_{side}"), ankles[side], pole, skeleton, out, side)
        flat_foot = turn(1, s * toes_out)
        body.reach("leg", side, ankles[side], pole, end_world=flat_foot, swivel_deg=swivel)
    _head_on_floor(body, rng)
    hands = rng.uniform(0.02, 0.07, 2) * h
    for side, out_m in zip(SIDES, hands, strict=True):
        s = 1.0 if side == "left" else -1.0
        near = body.joint(f"upper_arm_{side}")[0]
        reach = (skeleton.upper_arm_m + skeleton.forearm_m) * rng.uniform(0.93, 0.985)
        target = near + np.array([s * (out_m + 0.02 * h), 0.018 * h - near[1], reach])
        body.reach("arm", side, target, np.array([s * 1.0, -0.15, -0.2]), end=turn(1, -s * 70.0))
    return body.posed()


def bridge_truth(posed: Posed) -> dict[str, Floats]:
    """Trunk to thigh (mean of both sides), sideways tilt of the pelvis, knees in or out."""
    middle = shoulders(posed)
    own = np.zeros(len(posed))
    for side in SIDES:
        # seen from the side, where more than straight is more than 180 degrees
        a = (middle - posed.joint("pelvis"))[..., 1:]
        b = (posed.joint(f"shin_{side}") - posed.joint("pelvis"))[..., 1:]
        turned = np.degrees(np.arctan2(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0], np.sum(a * b, axis=-1)))
        own += np.mod(turned, 360.0) / 2
    roll, _ = pelvis_turns(posed, SUPINE)
    out = knees_out(posed)
    return {"own": own, "uneven": roll, "knees-out": out, "knees-in": -out}


def lie_still(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Lying on the back, breathing, doing nothing."""
    still = Drive(drive.time_s, np.zeros_like(drive.u), drive.peak, drive.ready, drive.sway, np.zeros_like(drive.u))
    return bridge(skeleton, still, rng)


def _rest_shoulders(skeleton: Skeleton) -> Floats:
    middle: Floats = (skeleton.rest_joints["upper_arm_left"] + skeleton.rest_joints["upper_arm_right"]) / 2
    return middle


def _depths(skeleton: Skeleton) -> tuple[float, float]:
    """Height of shoulder and hip joints above the floor when the back lies on it, metres."""
    back = skeleton.rest_joints["chest"][2] + skeleton.surface["upper_back"].offset[2]
    return float(_rest_shoulders(skeleton)[2] - back), float(-skeleton.surface["buttock_left"].offset[2])


def _rest_pitch(skeleton: Skeleton, trunk: Floats, back_m: float, seat_m: float) -> float:
    rise = np.arcsin((seat_m - back_m) / np.linalg.norm(trunk))
    # turning by the pitch lifts the hips; at zero pitch the line itself is tilted by the shoulders' depth
    return float(np.degrees(rise - np.arctan2(trunk[2], -trunk[1])))


def _head_on_floor(body: Assembly, rng: Random) -> None:
    skeleton = body.skeleton
    behind = -skeleton.surface["occiput"].offset[2]
    offset = skeleton.offsets[INDEX["head"]]
    base = body.joint("neck")
    height = behind - base[:, 1]
    length = float(np.hypot(offset[1], offset[2]))
    rise = np.degrees(np.arcsin(np.clip(height / length, -1, 1)) - np.arctan2(offset[2], offset[1]))
    head = SUPINE @ turn(1, rng.uniform(-8, 8)) @ turn(0, rng.uniform(-2, 6))
    body.turn_head(np.broadcast_to(head, (body.frames, 3, 3)), neck=SUPINE @ turn(0, rise))
