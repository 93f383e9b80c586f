"""Exercises performed upright: leg lifts, single-leg stance, squat, half-kneeling stretch; walking on the spot and standing still."""

from __future__ import annotations

import numpy as np

from coxa.body.mannequin.contacts import Assembly, between, small_turn
from coxa.body.mannequin.kinematics import BASES, Posed, turn
from coxa.body.mannequin.poses import posture
from coxa.body.mannequin.skeleton import INDEX, SEGMENTS, SIDES, Floats, Side, Skeleton
from coxa.capture.performed import (
    Drive,
    Random,
    hand_on_hip,
    hang_arm,
    head_upright,
    knee_flexion,
    knee_swivel,
    knees_out,
    pelvis_turns,
    smoothstep,
    span,
    trunk_lean,
    vector,
)
from coxa.capture.performed_keys import forward, local_rotations
from coxa.exercises import catalogue
from coxa.exercises.moving import still

UPRIGHT = BASES["standing"]


def standing_abduction(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Standing on the right leg, the left one is lifted to the side."""
    return _kick(skeleton, drive, rng, sideways=True)


def standing_extension(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Standing on the right leg, the left one is drawn back."""
    return _kick(skeleton, drive, rng, sideways=False)


def _kick(skeleton: Skeleton, drive: Drive, rng: Random, *, sideways: bool) -> Posed:
    body = Assembly(skeleton, drive.frames)
    hip_x = skeleton.offsets[INDEX["thigh_left"]][0]
    ankle = skeleton.ankle_m
    wide = rng.uniform(0.85, 1.35)
    floor = {"left": np.array([hip_x * wide, ankle, 0.0]), "right": np.array([-hip_x * wide, ankle, 0.0])}
    toes = {"left": rng.uniform(2, 12), "right": rng.uniform(2, 12)}
    hike = drive.fault("pelvis-hikes") - drive.fault("pelvis-drops")
    other = np.maximum(drive.fault("other-leg-moves"), 0.0)
    soft = rng.uniform(3, 7)
    standing = span(skeleton.thigh_m, skeleton.shin_m, soft + other)
    shift = -hip_x * (wide - 1.0) - drive.ready * hip_x * rng.uniform(0.45, 0.8) + 0.004 * drive.sway[:, 1]
    ahead = 0.006 * drive.sway[:, 0] + (0.0 if sideways else 0.012) * drive.u
    hip = vector(-hip_x + shift, ankle + np.sqrt(standing**2 - (shift + hip_x * (wide - 1.0)) ** 2 - ahead**2), ahead)
    tilt = rng.uniform(-3, 6) + (0.0 if sideways else rng.uniform(0.25, 0.45)) * drive.peak * drive.u
    roll = rng.uniform(-2, 2) + (0.0 if sideways else rng.uniform(0.0, 0.2)) * drive.peak * drive.u
    pelvis = turn(1, roll) @ turn(2, hike) @ turn(0, tilt)
    body.place_pelvis(pelvis, anchor="thigh_right", at=hip)
    _hold_trunk(body, drive, rng, to_right=drive.fault("trunk-leans-to-stance"), forward=drive.fault("trunk-leans-forward"))
    body.reach("leg", "right", floor["right"], _ahead(-toes["right"]), end_world=turn(1, -toes["right"]))
    # the moving leg: planted while at rest, then a line from the hip at the angle asked for
    root = body.joint("thigh_left")
    planted = floor["left"] - root
    bend = _bend(skeleton, planted[0]) + np.maximum(drive.fault("knee-bends"), 0.0)
    length = span(skeleton.thigh_m, skeleton.shin_m, bend)
    free = smoothstep(drive.u / 0.25)
    aside = np.degrees(np.arctan2(planted[:, 0], -planted[:, 1]))
    behind = np.degrees(np.arctan2(-planted[:, 2], -planted[:, 1]))
    start = aside[0] if sideways else behind[0]
    wanted = start + drive.peak * drive.u + drive.wobble
    drift = rng.uniform(-4, 6) * drive.u
    if sideways:
        across, back = aside + (wanted - aside) * free, behind + drift
    else:
        # the own angle is the thigh's; the line to the ankle lies further back by what the bent knee adds
        inner = np.degrees(np.arcsin(np.clip(skeleton.shin_m * np.sin(np.radians(bend)) / length, -1, 1)))
        across, back = aside * (1 - 0.5 * free) + 0.5 * drift, behind + (wanted + inner - inner[0] - behind) * free
    a, b = np.tan(np.radians(across)), np.tan(np.radians(back))
    line = vector(a, -1.0, -b)
    line /= np.linalg.norm(line, axis=-1, keepdims=True)
    reach = np.linalg.norm(planted, axis=-1) * (1 - free) + length * free
    pole = _ahead(toes["left"])
    # the foot rolls with the leg but stays nearly level, so that it clears the floor; it gives way when the knee bends
    pitch = free * rng.uniform(-8, 0) + 0.45 * np.maximum(drive.fault("knee-bends"), 0.0)
    foot = turn(2, free * (across - aside[0])) @ turn(1, toes["left"]) @ turn(0, pitch)
    _step(body, root + line * reach[:, None], pole, foot, floor=np.full(drive.frames, -0.006))
    _standing_arms(body, rng, support="right")
    return body.posed()


def standing_abduction_truth(posed: Posed) -> dict[str, Floats]:
    """Leg line from the vertical seen from the front, and the faults."""
    line = posed.joint("foot_left") - posed.joint("thigh_left")
    return {"own": np.degrees(np.arctan2(line[..., 0], -line[..., 1])), **_kick_truth(posed)}


def standing_extension_truth(posed: Posed) -> dict[str, Floats]:
    """Thigh from the vertical seen from the side, backwards positive, and the faults."""
    thigh = posed.joint("shin_left") - posed.joint("thigh_left")
    return {"own": np.degrees(np.arctan2(-thigh[..., 2], -thigh[..., 1])), **_kick_truth(posed)}


def _kick_truth(posed: Posed) -> dict[str, Floats]:
    _, hike = pelvis_turns(posed, UPRIGHT)
    forward, left = trunk_lean(posed)
    return {
        "pelvis-hikes": hike,
        "pelvis-drops": -hike,
        "trunk-leans-to-stance": -left,
        "trunk-leans-forward": forward,
        "knee-bends": knee_flexion(posed, "left"),
        "other-leg-moves": knee_flexion(posed, "right"),
    }


def single_leg_stance(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Standing on the right leg; the left foot is lifted by bending hip and knee. The own angle is the left knee's bend."""
    body = Assembly(skeleton, drive.frames)
    hip_x = skeleton.offsets[INDEX["thigh_left"]][0]
    ankle = skeleton.ankle_m
    wide = rng.uniform(0.85, 1.3)
    floor = {"left": np.array([hip_x * wide, ankle, 0.0]), "right": np.array([-hip_x * wide, ankle, 0.0])}
    toes = {"left": rng.uniform(2, 10), "right": rng.uniform(2, 10)}
    soft = rng.uniform(3, 7)
    standing = span(skeleton.thigh_m, skeleton.shin_m, soft)
    shift = -hip_x * (wide - 1.0) - drive.ready * hip_x * rng.uniform(0.55, 0.85) + 0.010 * drive.sway[:, 1]
    ahead = 0.008 * drive.sway[:, 0]
    hip = vector(-hip_x + shift, ankle + np.sqrt(standing**2 - (shift + hip_x * (wide - 1.0)) ** 2 - ahead**2), ahead)
    hike = -drive.fault("pelvis-drops") + 0.3 * drive.sway[:, 1]
    body.place_pelvis(turn(1, rng.uniform(-2, 2)) @ turn(2, hike) @ turn(0, rng.uniform(-3, 6)), anchor="thigh_right", at=hip)
    _hold_trunk(body, drive, rng, to_right=drive.fault("trunk-leans-to-stance"), forward=np.zeros(drive.frames))
    body.reach("leg", "right", floor["right"], _ahead(-toes["right"]), end_world=turn(1, -toes["right"]))
    root = body.joint("thigh_left")
    raise_deg = rng.uniform(8, 55)
    bend = np.maximum(soft + (drive.peak - soft) * drive.u + drive.wobble, 1.0)
    length = span(skeleton.thigh_m, skeleton.shin_m, bend)
    inner = np.degrees(np.arcsin(np.clip(skeleton.shin_m * np.sin(np.radians(bend)) / length, -1, 1)))
    planted = floor["left"] - root
    forward = np.degrees(np.arctan2(planted[:, 2], -planted[:, 1])) * (1 - drive.u) + (raise_deg * drive.u - inner * drive.u)
    across = np.degrees(np.arctan2(planted[:, 0], -planted[:, 1])) * (1 - 0.6 * drive.u)
    line = vector(np.tan(np.radians(across)), -1.0, np.tan(np.radians(forward)))
    line /= np.linalg.norm(line, axis=-1, keepdims=True)
    free = smoothstep(drive.u / 0.1)
    reach = np.linalg.norm(planted, axis=-1) * (1 - free) + length * free
    # the shin leans by what hip and knee leave; the foot points down with it as it comes free
    pitch = np.maximum(bend - soft - raise_deg * drive.u, 0.0) * rng.uniform(0.6, 0.9) * smoothstep(drive.u) + rng.uniform(0, 15) * drive.u
    target = root + line * reach[:, None]
    room = np.maximum(target[:, 1] - ankle, 0.0) / skeleton.surface["sole_toe_left"].offset[2]
    foot = turn(1, toes["left"]) @ turn(0, np.minimum(pitch, np.degrees(np.arcsin(np.clip(0.85 * room, 0.0, 1.0)))))
    _step(body, target, _ahead(toes["left"]), foot, floor=0.002 * drive.u)
    _standing_arms(body, rng, support=None)
    return body.posed()


def single_leg_stance_truth(posed: Posed) -> dict[str, Floats]:
    """Bend of the lifted knee, drop of the pelvis on the free side, lean to the stance side."""
    _, hike = pelvis_turns(posed, UPRIGHT)
    return {"own": knee_flexion(posed, "left"), "pelvis-drops": -hike, "trunk-leans-to-stance": -trunk_lean(posed)[1]}


def squat(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Both feet planted, the pelvis goes down and back. The own angle is the knees' bend."""
    body = Assembly(skeleton, drive.frames)
    hip_x = skeleton.offsets[INDEX["thigh_left"]][0]
    ankle = skeleton.ankle_m
    wide = rng.uniform(1.1, 1.9)
    toes = rng.uniform(5, 22)
    soft = rng.uniform(3, 8)
    bend = np.maximum(soft + (drive.peak - soft) * drive.u + drive.wobble, 0.5)
    share = rng.uniform(0.30, 0.37)
    shin = np.radians(share * bend)
    thigh = np.radians(bend * (1 - share))
    length = span(skeleton.thigh_m, skeleton.shin_m, bend)
    back = skeleton.shin_m * np.sin(shin) - skeleton.thigh_m * np.sin(thigh)
    out = hip_x * (wide - 1.0)
    uneven = drive.fault("uneven")
    hip = vector(0.006 * drive.sway[:, 1], ankle + np.sqrt(length**2 - back**2 - out**2), back + 0.006 * drive.sway[:, 0])
    lean = drive.fault("trunk-leans-forward")
    tilt = rng.uniform(-2, 5) + 0.6 * lean
    body.place_pelvis(turn(2, uneven) @ turn(0, tilt), at=hip)
    _hold_trunk(body, drive, rng, to_right=np.zeros(drive.frames), forward=lean)
    outwards = drive.fault("knees-out") - drive.fault("knees-in")
    ahead = np.array([0.0, 0.0, 1.0])
    for side_name, s in zip(SIDES, (1.0, -1.0), strict=True):
        target = np.array([s * hip_x * wide, ankle, 0.0])
        swivel = knee_swivel(body.joint(f"thigh_{side_name}"), target, ahead, skeleton, outwards, side_name)
        body.reach("leg", side_name, target, ahead, end_world=turn(1, s * toes), swivel_deg=swivel)
    kind = rng.choice(["ahead", "hips", "hang"], p=[0.5, 0.3, 0.2])
    height = rng.uniform(55, 90)
    for side_name in SIDES:
        if kind == "hips":
            hand_on_hip(body, side_name, rng)
        else:
            hang_arm(body, side_name, rng, swing=(height if kind == "ahead" else 12.0) * smoothstep(1.3 * drive.u))
    return body.posed()


def squat_truth(posed: Posed) -> dict[str, Floats]:
    """Bend of the knees (mean), knees in or out, forward lean, sideways tilt of the pelvis."""
    out = knees_out(posed)
    _, tilt = pelvis_turns(posed, UPRIGHT)
    return {
        "own": (knee_flexion(posed, "left") + knee_flexion(posed, "right")) / 2,
        "knees-in": -out,
        "knees-out": out,
        "trunk-leans-forward": trunk_lean(posed)[0],
        "uneven": tilt,
    }


def hip_flexor_stretch(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Kneeling on the left knee, right foot in front: the pelvis moves forward. The own angle is the left thigh's from the vertical."""
    body = Assembly(skeleton, drive.frames)
    h = skeleton.build.height_m
    hip_x = skeleton.offsets[INDEX["thigh_left"]][0]
    knee = np.array([hip_x, skeleton.surface["knee_front_left"].offset[2], 0.0])
    start = rng.uniform(-4, 4)
    thigh = np.radians(start + (drive.peak - start) * drive.u + drive.wobble + 0.3 * drive.sway[:, 0])
    hip = knee + skeleton.thigh_m * vector(0.002 * drive.sway[:, 1], np.cos(thigh), np.sin(thigh))
    tilt = rng.uniform(-2, 6) + rng.uniform(0, 0.2) * drive.peak * drive.u
    body.place_pelvis(turn(1, rng.uniform(-5, 5)) @ turn(2, rng.uniform(-2, 2)) @ turn(0, tilt), anchor="thigh_left", at=hip)
    forward = drive.fault("trunk-leans-forward") - drive.fault("trunk-leans-back")
    _hold_trunk(body, drive, rng, to_right=np.zeros(drive.frames), forward=forward, rest=rng.uniform(-1, 5))
    # the rear foot lies on its back, toes pointing away
    pointed = turn(0, rng.uniform(50, 58))
    rear = knee + np.array([rng.uniform(-0.01, 0.01) * h, 0.02 * h, -skeleton.shin_m])
    for _ in range(3):
        rear = knee + (rear - knee) * skeleton.shin_m / np.linalg.norm(rear - knee)
        body.reach("leg", "left", rear, knee - (hip + rear) / 2, end=pointed)
        toe = body.posed().site("toe_top_left")[0, 1]
        tip = body.posed().site("sole_toe_left")[0, 1]
        rear[1] -= min(toe, tip)
    apart = rng.uniform(0.9, 1.6)
    front = np.array([-hip_x * apart, skeleton.ankle_m, skeleton.thigh_m * rng.uniform(0.98, 1.15)])
    toes = rng.uniform(0, 8)
    body.reach("leg", "right", front, _ahead(-toes), end_world=turn(1, -toes))
    kind = rng.choice(["knee", "hips", "both"])
    if kind == "hips":
        for side in SIDES:
            hand_on_hip(body, side, rng)
    else:
        thigh_top = body.joint("shin_right") + 0.25 * (body.joint("thigh_right") - body.joint("shin_right")) + vector(0.0, 0.055 * h, 0.0)
        body.reach("arm", "right", thigh_top + np.array([-0.02 * h, 0.0, 0.0]), np.array([-0.9, -0.4, -0.5]))
        if kind == "both":
            body.reach("arm", "left", thigh_top + np.array([0.03 * h, 0.0, -0.02 * h]), np.array([0.9, -0.4, -0.3]))
        else:
            hang_arm(body, "left", rng)
    return body.posed()


def hip_flexor_stretch_truth(posed: Posed) -> dict[str, Floats]:
    """Rear thigh from the vertical, and the trunk's lean."""
    line = posed.joint("thigh_left") - posed.joint("shin_left")
    forward = trunk_lean(posed)[0]
    return {"own": np.degrees(np.arctan2(line[..., 2], line[..., 1])), "trunk-leans-forward": forward, "trunk-leans-back": -forward}


def walk_on_the_spot(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Lifting the feet by turns, arms swinging: no exercise of the library."""
    return _march(skeleton, drive, rng, lift_m=rng.uniform(0.08, 0.28))


def stand_still(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Standing on both feet, swaying a little."""
    return _march(skeleton, drive, rng, lift_m=0.0)


def _march(skeleton: Skeleton, drive: Drive, rng: Random, lift_m: float) -> Posed:
    body = Assembly(skeleton, drive.frames)
    hip_x = skeleton.offsets[INDEX["thigh_left"]][0]
    rate = rng.uniform(0.7, 1.1)
    phase = np.sin(2 * np.pi * rate * drive.time_s) * drive.ready * (lift_m > 0)
    soft = rng.uniform(5, 12)
    height = skeleton.ankle_m + span(skeleton.thigh_m, skeleton.shin_m, soft)
    moving = 1.0 if lift_m > 0 else 0.0
    hip = vector(-0.025 * moving * phase + 0.006 * drive.sway[:, 1], height - 0.006, 0.006 * drive.sway[:, 0])
    body.place_pelvis(turn(1, 4 * phase) @ turn(2, 2 * phase) @ turn(0, rng.uniform(-2, 5)), at=hip)
    _hold_trunk(body, drive, rng, to_right=1.5 * phase, forward=np.zeros(drive.frames))
    toes = rng.uniform(2, 12)
    for name, s in zip(SIDES, (1.0, -1.0), strict=True):
        up = np.maximum(s * phase, 0.0) ** 1.5
        target = vector(s * hip_x * 1.05, skeleton.ankle_m + lift_m * up, 0.05 * moving * up)
        level = turn(1, s * toes)
        body.reach("leg", name, target, _ahead(s * toes), end_world=level @ turn(0, 60.0 * lift_m * up))
        hang_arm(body, name, rng, swing=-18.0 * s * phase)
    return body.posed()


def _step(body: Assembly, target: Floats, pole: Floats, foot: Floats, floor: Floats) -> None:
    """Reach with the left leg, the foot turned as given; where it would scrape the floor the knee bends more."""
    for k in range(3):
        body.reach("leg", "left", target, pole, end_world=foot)
        if k < 2:
            posed = body.posed()
            low = np.minimum.reduce([posed.site(f"sole_{part}_left")[:, 1] for part in ("heel", "ball", "toe")])
            target = target + vector(0.0, np.maximum(floor - low, 0.0), 0.0)


def get_up(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """From lying on the back over the side, all fours and half-kneeling to standing: no exercise of the library."""
    way = ["supine", "side-lying-right", "all-fours", "half-kneeling-right", "standing"]
    keys = [posture(skeleton, name) for name in way]
    stops = np.cumsum([0.0, *rng.uniform(0.7, 1.3, len(keys) - 1)])
    along = drive.u * stops[-1]
    origins, rotations = np.empty((drive.frames, len(SEGMENTS), 3)), np.empty((drive.frames, len(SEGMENTS), 3, 3))
    for k in range(len(keys) - 1):
        part = (along >= stops[k]) & ((along < stops[k + 1]) | (k == len(keys) - 2))
        moved = between(keys[k], keys[k + 1], smoothstep((along[part] - stops[k]) / (stops[k + 1] - stops[k])))
        origins[part], rotations[part] = moved.origins, moved.rotations
    return Posed(skeleton, origins, rotations)


def sit(skeleton: Skeleton, drive: Drive, rng: Random) -> Posed:
    """Sitting on a chair, now and then leaning, shifting a foot or turning to look: no exercise of the library."""
    movement = catalogue.load("chair-stand").movement
    assert movement is not None
    seat = still(movement, skeleton, "start")
    side: Side = "left" if rng.random() < 0.5 else "right"

    def turned(*segments: str, size: float, axis: int = 0) -> Posed:
        turns = np.zeros((len(SEGMENTS), 3))
        for name in segments:
            turns[INDEX[name], axis] = np.radians(rng.uniform(-size, size))
        return forward(skeleton, seat.origins[0], local_rotations(seat) @ small_turn(turns))

    others = [
        turned("abdomen", "chest", size=12.0),
        turned(f"shin_{side}", size=12.0),
        turned("chest", "neck", size=20.0, axis=1),
        turned(f"upper_arm_{side}", f"forearm_{side}", size=40.0),
    ]
    # There and back at moments of one's own; a rest between them.
    parts = rng.permutation(len(others))
    edges = np.linspace(0.0, 1.0, len(parts) + 1)
    origins, rotations = np.empty((drive.frames, len(SEGMENTS), 3)), np.empty((drive.frames, len(SEGMENTS), 3, 3))
    for k, which in enumerate(parts):
        now = (drive.u >= edges[k]) & ((drive.u < edges[k + 1]) | (k == len(parts) - 1))
        share = (drive.u[now] - edges[k]) / (edges[k + 1] - edges[k])
        there = smoothstep((share - 0.15) / 0.25) * (1 - smoothstep((share - 0.6) / 0.25))
        moved = between(seat, others[which], there)
        # Who sits stays where the chair is; a foot that would sink lifts a little.
        held = moved.moved(seat.origins[0] - moved.origins[:, 0])
        sunk = np.minimum(held.surface()[..., 1].min(axis=1) + 0.01, 0.0)
        held = held.moved(vector(0.0, -sunk, 0.0))
        origins[now], rotations[now] = held.origins, held.rotations
    return Posed(skeleton, origins, rotations)


def _bend(skeleton: Skeleton, line: Floats) -> float:
    """Bend of the knee when hip and ankle are a vector apart, degrees."""
    d = min(float(np.linalg.norm(line)), (skeleton.thigh_m + skeleton.shin_m) * 0.99999)
    cosine = (d**2 - skeleton.thigh_m**2 - skeleton.shin_m**2) / (2 * skeleton.thigh_m * skeleton.shin_m)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def _ahead(toes_left_deg: float) -> Floats:
    a = np.radians(toes_left_deg)
    return np.array([np.sin(a), 0.0, np.cos(a)])


def _hold_trunk(body: Assembly, drive: Drive, rng: Random, *, to_right: Floats, forward: Floats, rest: float | None = None) -> None:
    """Hold mid-shoulder over mid-hip but for the leans asked for; the shoulders' own tilt follows in part."""
    rest_forward = rng.uniform(-2, 3) if rest is None else rest
    rest_right = rng.uniform(-1.0, 1.0)
    ahead = np.radians(rest_forward + forward + 0.35 * drive.sway[:, 0])
    right = np.radians(rest_right + to_right + 0.35 * drive.sway[:, 1])
    towards = vector(-np.tan(right), 1.0, np.tan(ahead))
    towards /= np.linalg.norm(towards, axis=-1, keepdims=True)
    breath = 0.4 * np.sin(2 * np.pi * 0.26 * drive.time_s + rng.uniform(0, 6))
    chest = turn(1, 0.5 * drive.sway[:, 2]) @ turn(2, np.degrees(right) * rng.uniform(0.6, 1.2)) @ turn(0, np.degrees(ahead) + breath)
    body.bend_trunk(chest, towards=towards)
    head_upright(body, rng, share=rng.uniform(0.3, 0.8))


def _standing_arms(body: Assembly, rng: Random, support: Side | None) -> None:
    kind = rng.choice(["hang", "hips", "support"], p=[0.35, 0.3, 0.35] if support else [0.6, 0.4, 0.0])
    h = body.skeleton.build.height_m
    for side in SIDES:
        s = 1.0 if side == "left" else -1.0
        if kind == "hips":
            hand_on_hip(body, side, rng)
        elif kind == "support" and side == support:
            shoulder = body.joint(f"upper_arm_{side}")[0]
            target = vector(shoulder[0] + s * rng.uniform(0.07, 0.12) * h, rng.uniform(0.50, 0.58) * h, rng.uniform(0.04, 0.14) * h)
            body.reach("arm", side, target, np.array([s * 0.5, -0.4, -1.0]))
        else:
            hang_arm(body, side, rng)
