"""Landmarks of coxa's own mannequin with planted faults, seen from where a household puts its camera.

    python bench/own_people.py --out DIR --model pose_full.task [--only clamshell] [--seeds 1:40] [--part 0/2]

A second body beside `bench/rendered_people.py`, with its own way of moving: a fit on one body is tested on the other. Every
repetition carries several faults, each planted by its own chance and free of the range and the tempo; what the contacts do
(lower shoulder or lower hip stays, how far chest and head follow the pelvis, where the arms lie) differs from person to
person. Frames go straight to the pose model; kept are NAME.npz (`I` (T,33,4) image x, y, z, visibility; `W` (T,33,4) world)
and NAME.json (each repetition's range, tempo and faults in degrees, measured on the joints).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.contacts import Assembly
from coxa.body.mannequin.kinematics import BASES, Posed, turn
from coxa.body.mannequin.mesh import Body
from coxa.body.mannequin.raster import render
from coxa.body.mannequin.scene import Scene
from coxa.body.mannequin.skeleton import INDEX, Build, Floats, Skeleton

FPS = 15
HEIGHTS_M = (0.12, 0.45, 0.75)


def ease(u: Floats) -> Floats:
    """Minimum-jerk progress."""
    u = np.clip(u, 0.0, 1.0)
    return u**3 * (10 - 15 * u + 6 * u**2)


@dataclass
class Rep:
    """One planned repetition: times in seconds, range and faults in degrees."""

    start: float
    up: float
    hold: float
    down: float
    range_deg: float
    faults: dict[str, float]

    @property
    def peak_start(self) -> float:
        return self.start + self.up

    @property
    def peak_end(self) -> float:
        return self.peak_start + self.hold

    @property
    def end(self) -> float:
        return self.peak_end + self.down

    def progress(self, time_s: Floats) -> Floats:
        return ease((time_s - self.start) / self.up) * ease((self.end - time_s) / self.down)


@dataclass
class Person:
    """What differs from person to person; drawn by chance."""

    rng: np.random.Generator
    skeleton: Skeleton
    habits: dict[str, float] = field(default_factory=dict)
    lines: dict[str, Floats] = field(default_factory=dict)  # directions at rest

    def habit(self, name: str, low: float, high: float) -> float:
        """A number that is this person's own."""
        return self.habits.setdefault(name, float(self.rng.uniform(low, high)))

    def sway(self, frames: int, size_deg: float) -> Floats:
        """Slow unsteadiness, (T,) degrees."""
        t = np.arange(frames) / FPS
        waves = [self.rng.normal() * np.sin(2 * np.pi * f * t + self.rng.uniform(0, 6.28)) for f in (0.15, 0.33, 0.7)]
        return size_deg * np.sum(waves, axis=0)


def unit(v: Floats) -> Floats:
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def angle_deg(a: Floats, b: Floats) -> Floats:
    return np.degrees(np.arccos(np.clip((unit(a) * unit(b)).sum(-1), -1, 1)))


def span(skeleton: Skeleton, bend_deg: Floats | float) -> Floats:
    """Hip to ankle with the knee bent so far, metres."""
    a, b = skeleton.thigh_m, skeleton.shin_m
    return np.sqrt(a * a + b * b + 2 * a * b * np.cos(np.radians(bend_deg)))


Curves = dict[str, Floats]
LYING = BASES["side-lying-right"]


def lie(person: Person, roll: Floats, hike: Floats) -> Assembly:
    """Lying on the right side, pelvis rolled back and hiked: trunk, head and arms; the legs are left to the exercise."""
    s, frames = person.skeleton, len(roll)
    body = Assembly(s, frames)
    hip, trochanter = abs(s.offsets[INDEX["thigh_right"]][0]), abs(s.surface["trochanter_right"].offset[0])
    low = trochanter - hip + 0.012
    forward = person.habit("forward", 0.0, 6.0)
    pelvis = LYING @ turn(1, roll - forward) @ turn(2, hike + person.habit("oblique", -3.0, 1.0))
    rolled = np.radians(roll) * person.habit("rolling", 0.03, 0.13)
    at = np.stack([np.zeros(frames), np.full(frames, low), -rolled], axis=-1)
    body.place_pelvis(pelvis, anchor="thigh_right", at=at)
    follow, bend = person.habit("follow_roll", 0.5, 1.0), person.habit("follow_hike", -0.1, 0.55)
    tilt = person.habit("tilt", 3.0, 9.0)
    chest = LYING @ turn(1, follow * roll - forward + person.sway(frames, 0.3)) @ turn(2, bend * hike - tilt)
    body.bend_trunk(chest)
    # The lower shoulder lies on the mat too: the line of the trunk stays, more or less, and the loins bend instead.
    line = unit((body.joint("upper_arm_left") + body.joint("upper_arm_right")) / 2 - body.joint("pelvis"))
    lying_on = person.habit("settle", 0.3, 1.0)
    rest_line = person.lines.setdefault("trunk", line[0])
    line = unit((1 - lying_on) * line + lying_on * rest_line)
    body.bend_trunk(chest, towards=line)
    # Which contact slides is a person's own: the lower hip's or the lower shoulder's.
    shoulder = body.joint("upper_arm_right")
    slide = person.habit("slide", 0.0, 1.0) * (shoulder[:1] - shoulder)
    slide[:, 1] = 0.0
    body.place_pelvis(pelvis, anchor="thigh_right", at=at + slide)
    body.bend_trunk(chest, towards=line)
    head_follow = person.habit("head", 0.1, 0.8)
    head = LYING @ turn(1, head_follow * roll + person.habit("look", -12.0, 12.0) + person.sway(frames, 0.5))
    body.turn_head(head @ turn(2, person.habit("neck", -4.0, 14.0)) @ turn(0, person.habit("nod", -8.0, 12.0)))
    right, left = body.joint("upper_arm_right")[:1], body.joint("upper_arm_left")
    reach = np.array([-person.habit("under", 0.18, 0.42), 0.06 - float(right[0, 1]), person.habit("out", 0.12, 0.3)])
    body.reach("arm", "right", right + reach, np.array([-0.2, 0.2, 1.0]))
    if person.habit("hand", 0.0, 1.0) < 0.4:
        resting = body.joint("pelvis") + (body.rotation("pelvis") @ np.array([0.15, 0.06, 0.10]))
        body.reach("arm", "left", resting, np.array([-0.3, 1.0, 0.2]))
    else:
        floor = np.array([float(left[0, 0]) + person.habit("hand_x", 0.05, 0.25), 0.06, person.habit("hand_z", 0.26, 0.38)])
        body.reach("arm", "left", floor, np.array([0.1, 0.6, 0.8]))
    return body


def bent_leg(person: Person, hip: Floats) -> Floats:
    """Where the lower ankle rests in a clamshell, (3,) metres."""
    flex, knee = np.radians(person.habit("flexion", 40.0, 60.0)), np.radians(person.habit("knee", 82.0, 98.0))
    s = person.skeleton
    away = s.thigh_m * np.array([np.cos(flex), 0, np.sin(flex)]) + s.shin_m * np.array([np.cos(flex - knee), 0, np.sin(flex - knee)])
    return np.array([hip[0] + away[0], 0.055, hip[2] + away[2]])


def clamshell(person: Person, curves: Curves, swivel: Floats) -> Posed:
    body = lie(person, curves["roll"], curves["hike"])
    ankle = bent_leg(person, body.joint("thigh_right")[0])
    body.reach("leg", "right", ankle, np.array([0.0, 0.06, 1.0]))
    apart = np.array([0.0, 0.085, 0.0])
    body.reach("leg", "left", ankle + apart, np.array([0.0, 0.0, 1.0]), swivel_deg=swivel)
    return body.posed()


def thighs_apart(posed: Posed) -> Floats:
    """Angle between the thighs, signed: negative while the upper knee lies below the upper thigh's parallel."""
    upper = posed.joint("shin_left") - posed.joint("thigh_left")
    lower = posed.joint("shin_right") - posed.joint("thigh_right")
    own_left = posed.rotation("pelvis")[..., :, 0]
    return angle_deg(upper, lower) * np.where(((unit(upper) - unit(lower)) * own_left).sum(-1) >= 0, 1.0, -1.0)


def side_abduction(person: Person, curves: Curves, lift: Floats) -> Posed:
    body = lie(person, curves["roll"], curves["hike"])
    s, frames = person.skeleton, len(lift)
    under = np.radians(person.habit("under_leg", 0.0, 25.0))
    hip = body.joint("thigh_right")[0]
    length = float(span(s, person.habit("under_knee", 4.0, 30.0)))
    ankle = np.array([hip[0] + length * np.cos(under / 2), 0.05, hip[2] + length * np.sin(under / 2)])
    body.reach("leg", "right", ankle, np.array([0.1, 0.0, 1.0]))
    rest = np.degrees(np.arcsin((0.14 - body.joint("thigh_left")[0, 1]) / float(span(s, 3.0))))
    rise = np.radians(rest + lift)
    ahead = np.radians(person.habit("ahead", -2.0, 6.0) + person.sway(frames, 0.4))
    way = np.stack([np.cos(rise) * np.cos(ahead), np.sin(rise), np.cos(rise) * np.sin(ahead)], axis=-1)
    target = body.joint("thigh_left") + span(s, 3.0 + curves["knee"])[:, None] * way
    body.reach("leg", "left", target, np.array([0.0, 0.1, 1.0]))
    return body.posed()


def knees_touch(posed: Posed, steps: Floats, person: Person) -> float:
    """The swivel at which the upper knee rests on the lower one."""
    apart = np.linalg.norm(posed.joint("shin_left") - posed.joint("shin_right"), axis=-1)
    resting = person.habit("knees", 0.10, 0.13)
    return float(steps[int(np.argmin(np.abs(apart - resting) + 10.0 * (np.gradient(apart) < 0)))])


def legs_apart(posed: Posed) -> Floats:
    """Angle of the upper leg above the lower one, hip to ankle, in the body's frontal plane."""
    up = posed.joint("foot_left") - posed.joint("thigh_left")
    low = posed.joint("foot_right") - posed.joint("thigh_right")
    return np.degrees(np.arctan2(up[..., 1], up[..., 0]) - np.arctan2(low[..., 1], low[..., 0]))


def stand(person: Person, curves: Curves, forward: Floats) -> Assembly:
    """Standing on the right leg, trunk leaning by the planted angles; the working leg is left to the exercise."""
    s, frames = person.skeleton, len(forward)
    body = Assembly(s, frames)
    hip = abs(s.offsets[INDEX["thigh_right"]][0])
    shift = person.habit("shift", 0.0, 0.05) * curves["busy"]
    at = np.stack([-hip - shift, np.full(frames, s.ankle_m + float(span(s, 4.0))), 0.02 * curves["busy"]], axis=-1)
    ankle = np.array([-hip * person.habit("stance", 0.9, 1.3), s.ankle_m, 0.0])
    hike = curves["hike"] + person.sway(frames, 0.4)
    pelvis = turn(2, hike) @ turn(0, person.habit("pelvis_follow", 0.0, 0.7) * forward)
    body.place_pelvis(pelvis, anchor="thigh_right", at=at)
    lean = np.radians(curves["lean"] + person.sway(frames, 0.3))
    pitch = np.radians(forward + person.habit("upright", -2.0, 2.0))
    towards = unit(np.stack([-np.sin(lean), np.cos(lean) * np.cos(pitch), np.cos(lean) * np.sin(pitch)], axis=-1))
    chest = turn(2, curves["lean"] + person.habit("follow_hike", -0.1, 0.6) * hike) @ turn(0, forward)
    body.bend_trunk(chest, towards=towards)
    head_up = person.habit("head", 0.2, 1.0)
    body.turn_head(
        turn(2, head_up * curves["lean"]) @ turn(1, person.habit("look", -10.0, 10.0)) @ turn(0, 0.4 * forward + person.habit("nod", 0, 12))
    )
    for side, sign in (("left", 1.0), ("right", -1.0)):
        shoulder = body.joint(f"upper_arm_{side}")
        if person.habit("hands", 0.0, 1.0) < 0.5:
            resting = body.joint("pelvis") + (body.rotation("pelvis") @ np.array([sign * 0.17, 0.10, 0.03]))
            body.reach("arm", side, resting, np.array([sign, 0.0, -0.4]))  # type: ignore[arg-type]
        elif side == "right" and person.habit("chair", 0.0, 1.0) < 0.6:
            chair = np.array([float(shoulder[0, 0]) - 0.12, 0.52 * s.build.height_m, 0.22])
            body.reach("arm", side, chair, np.array([-0.6, -0.2, -1.0]))  # type: ignore[arg-type]
        else:
            hanging = np.array([sign * 0.10, -0.97 * (s.upper_arm_m + s.forearm_m), 0.08])
            body.reach("arm", side, shoulder + hanging, np.array([sign * 0.3, 0.0, -1.0]))  # type: ignore[arg-type]
    flat = turn(1, -person.habit("toe_out", 0.0, 12.0))
    body.reach("leg", "right", ankle, np.array([-0.1, 0.0, 1.0]), end_world=flat)
    return body


def standing_abduction(person: Person, curves: Curves, lift: Floats) -> Posed:
    body = stand(person, curves, np.zeros_like(lift))
    s = person.skeleton
    out = np.radians(person.habit("rest", 0.0, 4.0) + lift)
    ahead = np.radians(person.habit("ahead", -3.0, 6.0) + 2.0 * curves["busy"])
    way = np.stack([np.sin(out), -np.cos(out) * np.cos(ahead), np.cos(out) * np.sin(ahead)], axis=-1)
    target = body.joint("thigh_left") + span(s, 4.0 + curves["knee"])[:, None] * way
    target[:, 1] = np.maximum(target[:, 1], s.ankle_m)
    body.reach("leg", "left", target, np.array([0.1, 0.0, 1.0]), end=turn(0, -5.0 * curves["busy"]))
    return body.posed()


def leg_out(posed: Posed) -> Floats:
    """Working leg against the vertical in the frontal plane."""
    leg = posed.joint("foot_left") - posed.joint("thigh_left")
    return np.degrees(np.arctan2(leg[..., 0], -leg[..., 1]))


def standing_extension(person: Person, curves: Curves, lift: Floats) -> Posed:
    body = stand(person, curves, curves["forward"])
    s = person.skeleton
    back = np.radians(lift)
    way = np.stack([np.full(len(lift), 0.02), -np.cos(back), -np.sin(back)], axis=-1)
    target = body.joint("thigh_left") + span(s, 4.0 + curves["knee"] + 8.0 * curves["busy"])[:, None] * unit(way)
    target[:, 1] = np.maximum(target[:, 1], s.ankle_m)
    body.reach("leg", "left", target, np.array([0.0, 0.0, 1.0]), end=turn(0, 25.0 * curves["busy"]))
    return body.posed()


def leg_back(posed: Posed) -> Floats:
    """Working leg behind the vertical in the sagittal plane."""
    leg = posed.joint("foot_left") - posed.joint("thigh_left")
    return np.degrees(np.arctan2(-leg[..., 2], -leg[..., 1]))


def truths(posed: Posed) -> Curves:
    """Every fault's angle on the joints, degrees, (T,); changes from the start are taken later."""
    hip = posed.joint("thigh_left") - posed.joint("thigh_right")
    middle = (posed.joint("upper_arm_left") + posed.joint("upper_arm_right") - posed.joint("thigh_left") - posed.joint("thigh_right")) / 2
    thigh = posed.joint("thigh_left") - posed.joint("shin_left")
    shin = posed.joint("foot_left") - posed.joint("shin_left")
    lying = abs(float(middle[0, 1])) < 0.5 * float(np.linalg.norm(middle[0]))
    if lying:
        # Hike against the line of the trunk; roll about the long axis of the body.
        oblique = np.degrees(np.arctan2(-hip[:, 0], hip[:, 1])) + np.degrees(np.arctan2(middle[:, 1], -middle[:, 0]))
        return {
            "pelvis_roll_back_deg": np.degrees(np.arctan2(-hip[:, 2], hip[:, 1])),
            "pelvis_hike_deg": oblique,
            "knee_bend_deg": 180.0 - angle_deg(thigh, shin),
        }
    return {
        "pelvis_hike_deg": np.degrees(np.arctan2(hip[:, 1], hip[:, 0])),
        "trunk_lean_to_stance_deg": np.degrees(np.arctan2(-middle[:, 0], middle[:, 1])),
        "trunk_forward_lean_deg": np.degrees(np.arctan2(middle[:, 2], middle[:, 1])),
        "knee_bend_deg": 180.0 - angle_deg(thigh, shin),
    }


@dataclass(frozen=True)
class Plan:
    """One exercise: how it is posed, what its range is, and which faults may be planted (curve: chance, red limit)."""

    pose: Callable[[Person, Curves, Floats], Posed]
    measure: Callable[[Posed], Floats]
    range_deg: tuple[float, float]
    faults: dict[str, tuple[float, float]]
    lying: bool
    facing_deg: float = 0.0


PLANS: dict[str, Plan] = {
    "clamshell": Plan(clamshell, thighs_apart, (10.0, 36.0), {"roll": (0.32, 20.0)}, True),
    "side-lying-abduction": Plan(
        side_abduction, legs_apart, (12.0, 40.0), {"hike": (0.32, 12.0), "roll": (0.22, 20.0), "knee": (0.18, 30.0)}, True
    ),
    "standing-abduction": Plan(
        standing_abduction, leg_out, (12.0, 36.0), {"hike": (0.30, 10.0), "lean": (0.30, 10.0), "knee": (0.12, 30.0)}, False
    ),
    "standing-extension": Plan(
        standing_extension, leg_back, (7.0, 32.0), {"forward": (0.40, 15.0), "knee": (0.15, 40.0)}, False, facing_deg=90.0
    ),
}


def schedule(rng: np.random.Generator, plan: Plan) -> list[Rep]:
    """Repetitions whose range, tempo and faults know nothing of each other."""
    slow = rng.uniform(0.8, 1.6)
    always = rng.random() < 0.15
    reps, at = [], 1.5
    for _ in range(int(rng.integers(5, 8))):
        faults = {}
        for number, (name, (chance, red)) in enumerate(plan.faults.items()):
            dice = rng.random()
            if dice < chance or (always and number == 0):
                faults[name] = float(rng.uniform(1.02 * red, 1.9 * red))
            else:
                faults[name] = float(rng.uniform(0.2 * red, red)) if dice < chance + 0.10 else 0.0
        up, down = rng.uniform(0.6, 1.3, 2) * slow
        rep = Rep(at, float(up), float(rng.uniform(0.4, 1.8)), float(down), float(rng.uniform(*plan.range_deg)), faults)
        reps.append(rep)
        at = rep.end + float(rng.uniform(0.4, 1.0))
    return reps


def curves_of(plan: Plan, reps: list[Rep], time_s: Floats) -> Curves:
    """Each fault over time, and how busy the movement is (0 at rest, 1 at the peak)."""
    curves = {name: np.zeros(len(time_s)) for name in ("roll", "hike", "knee", "lean", "forward", "busy")}
    for rep in reps:
        u = rep.progress(time_s)
        curves["busy"] += u
        for name, size in rep.faults.items():
            curves[name] += size * ease(np.minimum(1.0, 1.1 * u)) if name != "knee" else size * u
    return curves


def drive(person: Person, plan: Plan, reps: list[Rep], time_s: Floats) -> tuple[Posed, Floats]:
    """The movement, with each repetition's range solved on the joints; poses and the range's angle over time."""
    state = person.rng.bit_generator.state
    curves = curves_of(plan, reps, time_s)
    steps = np.linspace(-15.0, 75.0, 91)
    still = {name: np.zeros(len(steps)) for name in curves}
    angles = plan.measure(plan.pose(person, still, steps))
    if plan.lying:
        # Planted is the hike against the trunk's own line, which gives way: the pelvis has to tilt further.
        plan.pose(person, still, np.zeros(len(steps)))
        tilted = truths(plan.pose(person, still | {"hike": np.linspace(0.0, 15.0, len(steps))}, np.zeros(len(steps))))["pelvis_hike_deg"]
        gain = min(2.0, 15.0 / max(float(tilted[-1] - tilted[0]), 5.0))
        curves["hike"] *= gain
        for rep in reps:
            rep.faults["hike"] = gain * rep.faults.get("hike", 0.0)
    start_at = knees_touch(plan.pose(person, still, steps), steps, person) if plan.pose is clamshell else 0.0
    base = float(np.interp(start_at, steps, angles))
    command = np.full(len(time_s), start_at)
    for rep in reps:
        held = {name: np.full(len(steps), rep.faults.get(name, 0.0)) for name in curves} | {"busy": np.ones(len(steps))}
        held_angles = plan.measure(plan.pose(person, held, steps))
        rising = np.maximum.accumulate(held_angles)
        peak = float(np.interp(base + rep.range_deg, rising, steps))
        command += (peak - start_at) * rep.progress(time_s)
    person.rng.bit_generator.state = state
    posed = plan.pose(person, curves, command + person.sway(len(time_s), 0.25))
    return posed, plan.measure(posed)


def landmarker(model: Path):  # type: ignore[no-untyped-def]
    from mediapipe.tasks import python as tasks
    from mediapipe.tasks.python import vision

    return vision.PoseLandmarker.create_from_options(
        vision.PoseLandmarkerOptions(base_options=tasks.BaseOptions(model_asset_path=str(model)), running_mode=vision.RunningMode.VIDEO)
    )


def make(name: str, seed: int, out: Path, model: Path, show: bool = False) -> None:
    import mediapipe as mp

    target = out / f"{name}-o{seed:03d}"
    if target.with_suffix(".json").exists():
        return
    begun = time.time()
    plan = PLANS[name]
    rng = np.random.default_rng([seed, list(PLANS).index(name), 7])
    male = bool(rng.integers(2))
    build = Build(float(rng.normal(1.76, 0.06) if male else rng.normal(1.64, 0.06)), "male" if male else "female",
                  ("slim", "average", "heavy")[int(rng.integers(3))])  # fmt: skip
    person = Person(rng, Skeleton.of(build))
    body = Body.of(person.skeleton, int(rng.integers(1 << 20)))
    reps = schedule(rng, plan)
    time_s = np.arange(int((reps[-1].end + 1.0) * FPS)) / FPS
    posed, angles = drive(person, plan, reps, time_s)
    mirror = bool(rng.integers(2))
    spread = 45.0 if name == "clamshell" and rng.random() < 0.25 else 20.0
    azimuth = float(rng.uniform(-spread, spread))
    height = float(rng.choice(HEIGHTS_M) + rng.uniform(-0.05, 0.1))
    distance = float(rng.uniform(1.5 if plan.lying else 1.9, 2.6))
    sizes = ((640, 480), (640, 360)) if plan.lying else ((640, 480), (480, 640))
    width, tall = sizes[int(rng.integers(2))]
    seen = posed.mirrored() if mirror else posed
    facing = (plan.facing_deg + azimuth) * (-1.0 if mirror else 1.0)
    middle = seen.landmarks().reshape(-1, 3)
    middle = (middle.min(0) + middle.max(0)) / 2
    camera = Camera(height, distance, facing, tuple(middle), width=width, height=tall).framing(
        seen.landmarks(), float(rng.uniform(0.06, 0.15))
    )
    scene = Scene.of(int(rng.integers(1 << 20)), mat=plan.lying)
    room = scene.backdrop(camera)
    image, world = [], []
    with landmarker(model) as pose_model:
        for k in range(len(time_s)):
            points, normals = body.skin_normals(seen.origins[k], seen.rotations[k])
            frame = render(points, normals, body.triangles, body.colours, camera, room, scene.light, noise=scene.noise, frame=k)
            found = pose_model.detect_for_video(mp.Image(image_format=mp.ImageFormat.SRGB, data=frame), int(k * 1000 / FPS))
            for rows, points_found in ((image, found.pose_landmarks), (world, found.pose_world_landmarks)):
                rows.append([[p.x, p.y, p.z, p.visibility] for p in points_found[0]] if points_found else [[np.nan] * 3 + [0.0]] * 33)
            if show and k in (5, int((reps[0].peak_start + 0.2) * FPS)):
                import cv2

                cv2.imwrite(str(target) + f"-{k}.png", frame[..., ::-1])
    truth = truths(posed)
    rest: NDArray[np.bool_] = time_s < 1.3
    rows = []
    for rep in reps:
        held = (time_s >= rep.peak_start) & (time_s <= rep.peak_end)
        faults = {k: round(float(v[held].mean() - v[rest].mean()), 2) for k, v in truth.items()}
        rows.append({
            "start_s": rep.start, "peak_start_s": rep.peak_start, "peak_end_s": rep.peak_end, "end_s": rep.end,
            "onset10_s": rep.start + 0.247 * rep.up, "back10_s": rep.end - 0.247 * rep.down,
            "peak_angle_deg": float(angles[held].mean()), "change_from_start_deg": float(angles[held].mean() - angles[rest].mean()),
            "faults": faults, "planted": rep.faults,
        })  # fmt: skip
    meta = {
        "name": target.name, "exercise": name, "side": "right" if mirror else "left", "fps": FPS, "width": width, "height": tall,
        "male": male, "camera": {"height": height, "distance": distance, "azimuth": azimuth}, "options": person.habits, "body": "own",
        "seed": seed, "reps": rows, "start_angle_deg": float(angles[rest].mean()),
    }  # fmt: skip
    np.savez_compressed(target.with_suffix(".npz"), I=np.array(image, "f4"), W=np.array(world, "f4"))
    target.with_suffix(".json").write_text(json.dumps(meta))
    faults = [r["faults"] for r in rows[:2]]
    share = float(np.isfinite(np.array(image)[:, 0, 0]).mean())
    print(f"{target.name} {len(time_s)} frames {time.time() - begun:.0f} s, found {share:.0%}", faults, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", default="1:40", help="first:last, last excluded")
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--show", action="store_true", help="also write two frames of each clip")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    names = arguments.only.split(",") if arguments.only else list(PLANS)
    first, last = map(int, arguments.seeds.split(":"))
    part, parts = map(int, arguments.part.split("/"))
    jobs = [(n, s) for s in range(first, last) for n in names]
    for name, seed in jobs[part::parts]:
        make(name, seed, arguments.out, arguments.model, arguments.show)


if __name__ == "__main__":
    main()
