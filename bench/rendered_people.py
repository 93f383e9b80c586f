"""Landmarks of rendered people with planted faults, seen from where a household puts its camera.

    COXA_RENDERER=DIR python bench/rendered_people.py --out DIR [--only clamshell] [--seeds 1:40] [--part 0/2]

The body comes from the external renderer in COXA_RENDERER (not part of coxa); what this file adds are household
cameras (floor, chair 0.45 m, table 0.75 m; 1.5 to 2.6 m away), a trunk that follows the pelvis more or less from
person to person, and faults that the renderer does not plant by itself. Frames go straight to the pose model;
only landmarks and the truth are kept: NAME.npz (`I` (T,33,4) image x, y, z, visibility; `W` (T,33,4) world) and
NAME.json (repetitions with range, tempo and each fault's size in degrees). Range, tempo and fault are independent.

Needs numpy, scipy, opencv, moderngl, mediapipe and a software EGL beside coxa's own dependencies.
"""

import argparse
import json
import math
import os
import sys
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np

RENDERER = os.environ.get("COXA_RENDERER", "../shared/renderer")
sys.path.insert(0, RENDERER)
sys.dont_write_bytecode = True
FPS = 15
HEIGHTS_M = (0.12, 0.45, 0.75)


def load_renderer():
    import moderngl

    import exercises as renderer

    renderer.FPS = FPS
    whole = moderngl.Context.program

    def cheaper(self, vertex_shader, fragment_shader):
        """One shadow sample a pixel instead of nine: a third of the time, the same person."""
        soft = "for(int i=-1;i<2;i++)for(int j=-1;j<2;j++)"
        return whole(
            self, vertex_shader=vertex_shader, fragment_shader=fragment_shader.replace(soft, "int i=0,j=0;").replace("s/=9.", "s/=1.")
        )

    moderngl.Context.program = cheaper
    return renderer


def draw_fault(rng, red):
    """Clean half of the time, at or above the red limit a third of the time, between otherwise."""
    what = rng.random()
    if what < 0.52:
        return 0.0
    return float(rng.uniform(red * 1.02, red * 1.9)) if what < 0.87 else float(rng.uniform(0.25 * red, red))


def tempo(rng):
    slow = rng.uniform(0.8, 1.6)
    return dict(up=(0.6 * slow, 1.3 * slow), hold=(0.4, 2.5), down=(0.6 * slow, 1.3 * slow), gap=(0.4, 1.0))


def variants(renderer):
    """The renderer's exercises with a trunk that follows the pelvis in a person's own way."""
    rotate, x_axis, z_axis = renderer.R, renderer.X, renderer.Z

    class Clamshell(renderer.Clamshell):
        def base(self, t, roll=0, hike=0):
            pose = super().base(t, roll, hike)
            pose["Gt"] = rotate(x_axis, (0.9 - self.o.get("follow", 0.9)) * roll) @ pose["Gt"]
            return pose

    class SideAbd(renderer.SideAbd):
        def base(self, t, roll=0, hike=0):
            roll = self.o.get("roll", 0.0) * (hike / 12.0 if hike else 0.0)
            pose = super().base(t, roll, hike)
            pose["Gt"] = rotate(z_axis, (0.35 - self.o.get("follow", 0.35)) * hike) @ pose["Gt"]
            return pose

    class SideRoll(renderer.SideAbd):
        """Side-lying abduction in which the pelvis rolls back instead of hiking."""

        red, fault = 20.0, "pelvis_roll_back_deg"

        def base(self, t, roll=0, hike=0):
            pose = super().base(t, hike, 0)
            pose["Gt"] = rotate(x_axis, (0.9 - self.o.get("follow", 0.9)) * hike) @ pose["Gt"]
            return pose

        def truth(self, joints, pose):
            angle, faults = super().truth(joints, pose)
            return angle, dict(faults, pelvis_roll_back_deg=self.tr0(joints, pose)[0])

    class SideKnee(renderer.SideAbd):
        """Side-lying abduction with a bending knee."""

        def frame(self, t):
            u, _, fault = self.u(t)
            keep, self.sch = self.sch, [dict(r, fault=0.0) for r in self.sch]
            pose = super().frame(t)
            self.sch = keep
            thigh, shin, foot = pose["leg"]["L"]
            bend = rotate(thigh @ np.array(x_axis, float), fault * renderer.mj(min(1, u * 1.1)))
            pose["leg"]["L"] = (thigh, bend @ shin, bend @ foot)
            return pose

        def truth(self, joints, pose):
            angle, faults = super().truth(joints, pose)
            return angle, dict(faults, knee_bend_deg=180.0 - faults["knee_deg"])

    class StandAbd(renderer.StandAbd):
        def frame(self, t):
            pose = super().frame(t)
            u, _, fault = self.u(t)
            if self.o["faultkind"] == "hike" and fault:
                hike = fault * renderer.mj(u * 1.1)
                pose["Gt"] = rotate(z_axis, (0.45 - self.o.get("follow", 0.45)) * hike) @ pose["Gt"]
            return pose

    class StandExt(renderer.StandExt):
        """Standing extension; the knee bends by the person's own habit."""

    class Bridge(renderer.Bridge):
        """Bridge whose hold sags by the planted number of degrees (of the trunk-thigh angle)."""

        def frame(self, t):
            u, amp, sag = self.u(t)
            amp = min(amp, self.A[-1] - 0.4)
            target = self.a0 + u * (amp - self.a0) if amp else self.a0
            for r in self.sch:
                if sag and r["ps"] < t < r["pe"]:
                    target -= sag * renderer.mj((t - r["ps"]) / max(0.8 * r["hold"], 1e-6))
                elif sag and r["pe"] <= t <= r["end"]:
                    target = self.a0 + u * (amp - sag - self.a0)
            angle = float(np.interp(target, self.A, self.al))
            return self.pose(t, angle + self.n("al", t, 0.35) * min(1, u * 3))

    return dict(
        Clamshell=Clamshell, SideAbd=SideAbd, SideRoll=SideRoll, SideKnee=SideKnee, StandAbd=StandAbd, StandExt=StandExt, Bridge=Bridge
    )


# name -> (class, red limit of the planted fault, range of the movement, canonical working side, truth key)
PLANS = {
    "clamshell": ("Clamshell", 20.0, (14, 38), "left", "pelvis_roll_back_deg"),
    "side-lying-abduction": ("SideAbd", 12.0, (14, 38), "left", "pelvis_hike_deg"),
    "side-lying-abduction-roll": ("SideRoll", 20.0, (14, 38), "left", "pelvis_roll_back_deg"),
    "side-lying-abduction-knee": ("SideKnee", 30.0, (14, 38), "left", "knee_bend_deg"),
    "standing-abduction-hike": ("StandAbd", 10.0, (14, 34), "left", "pelvis_hike_deg"),
    "standing-abduction-lean": ("StandAbd", 10.0, (14, 34), "left", "trunk_lean_to_stance_deg"),
    "standing-extension-lean": ("StandExt", 15.0, (8, 32), "right", "trunk_forward_lean_deg"),
    "bridge": ("Bridge", 10.0, (150, 176), "right", "sag_deg"),
    "hip-flexor-stretch": ("HalfKneel", 8.0, (8, 22), "right", "trunk_lean_back_deg"),
}


def plan(renderer, classes, name, seed):
    kind, red, (low, high), side, key = PLANS[name]
    rng = np.random.default_rng([seed, list(PLANS).index(name)])
    options = dict(follow=float(rng.uniform(0.5, 1.0)))
    if kind == "SideAbd":
        options["follow"] = float(rng.uniform(0.1, 0.6))
        options["roll"] = float(rng.choice([0.0, 0.0, 4.0]))
    if kind == "StandAbd":
        options.update(faultkind=name.rsplit("-", 1)[1], follow=float(rng.uniform(0.2, 0.7)))
    if kind in ("StandAbd", "StandExt", "HalfKneel") and rng.random() < 0.6:
        options["hand"] = "hips"
    if kind in ("Clamshell", "SideAbd", "SideRoll", "SideKnee") and rng.random() < 0.4:
        options["hand"] = "hip"
    if kind == "Clamshell":
        options["flex"] = float(rng.uniform(42, 60))
    if kind == "StandExt":
        options["kb"] = float(rng.uniform(0.2, 1.0))
    n = int(rng.integers(4, 7))
    always = rng.random() < 0.15  # some people make the mistake in every repetition
    faults = [float(rng.uniform(red * 1.02, red * 1.8)) if always else draw_fault(rng, red) for _ in range(n)]
    amps = [float(rng.uniform(low, high)) for _ in range(n)]
    pace = tempo(rng)
    if kind == "Bridge":
        pace["hold"] = (1.8, 4.0)
    if kind == "HalfKneel":
        bounce = rng.random() < 0.3
        options.update(dict(bounce=1) if bounce else {})
        schedule = [
            dict(
                up=float(rng.uniform(1.0, 2.2)),
                hold=float(rng.uniform(14, 24)),
                down=1.5,
                gap=0.5,
                amp=amps[0],
                fault=0.0 if bounce else faults[0],
            )
        ]
    else:
        schedule = renderer.reps(seed * 77 + 5, amps, faults, **pace)
    # The hike moves the trunk and leg anyway; the planted size stays the truth measured on the joints.
    lying = kind in ("Clamshell", "SideAbd", "SideRoll", "SideKnee", "Bridge")
    spread = 45 if kind == "Clamshell" and rng.random() < 0.25 else 20
    camera = dict(
        height=float(rng.choice(HEIGHTS_M)) + float(rng.uniform(-0.05, 0.1)),
        distance=float(rng.uniform(1.5 if lying else 1.9, 2.6)),
        azimuth=float(rng.uniform(-spread, spread)),
    )
    size = [(640, 480), (640, 360)][int(rng.integers(2))] if lying else [(640, 480), (480, 640)][int(rng.integers(2))]
    cls = classes.get(kind) or getattr(renderer, kind)
    return (
        dict(
            id=name,
            view="household",
            variant=f"p{seed:03d}",
            cls=cls,
            reps=schedule,
            cam=dict(eye=(0, 1, 3), tgt=(0, 0.3, 0), fov=40),
            male=bool(rng.integers(2)),
            mirror=bool(rng.integers(2)),
            judge=True,
            why="",
            opt=options,
            wh=size,
            rest=1.0,
            note="",
            dur=None,
            seed=seed * 13 + 7,
        ),
        camera,
        side,
        key,
        red,
        float(rng.uniform(1.08, 1.45)),
    )


def place(camera, ex, duration, size, margin):
    """Eye, target and field of view that hold the whole person, from the household's camera place."""
    points = np.array([p for t in np.linspace(0.2, duration - 0.2, 9) for p in renderer_joints(ex, t).values()])
    centre = (points.min(0) + points.max(0)) / 2
    az = math.radians(camera["azimuth"])
    eye = np.array([centre[0] + camera["distance"] * math.sin(az), camera["height"], centre[2] + camera["distance"] * math.cos(az)])
    forward = (centre - eye) / np.linalg.norm(centre - eye)
    right = np.cross(forward, [0, 1, 0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    rel = points - eye
    depth = rel @ forward
    tall = np.abs(rel @ up / depth).max() + 0.06
    wide = np.abs(rel @ right / depth).max() + 0.06
    half = max(tall, wide * size[1] / size[0]) * margin
    return dict(eye=tuple(eye), tgt=tuple(centre), fov=2 * math.degrees(math.atan(half)))


def renderer_joints(ex, t):
    return ex.h.fk(ex.frame(t))[1]


def landmarker(model):
    from mediapipe.tasks import python as tasks
    from mediapipe.tasks.python import vision

    return vision.PoseLandmarker.create_from_options(
        vision.PoseLandmarkerOptions(base_options=tasks.BaseOptions(model_asset_path=str(model)), running_mode=vision.RunningMode.VIDEO)
    )


def make(renderer, classes, name, seed, out, model):
    import mediapipe as mp

    clip, camera, side, key, red, margin = plan(renderer, classes, name, seed)
    target = out / f"{name}-p{seed:03d}"
    if target.with_suffix(".json").exists():
        return
    begun = time.time()
    rig, ex, schedule, duration, _, parts, light, lum = renderer.build(clip)
    w, h = clip["wh"]
    view = place(camera, ex, duration, (w, h), margin)
    if clip["mirror"]:
        view["eye"] = (-view["eye"][0], *view["eye"][1:])
        view["tgt"] = (-view["tgt"][0], *view["tgt"][1:])
    screen = renderer.Rend(w, h, 1)
    screen.static(parts)
    screen.person(rig.F2, rig.C2)
    screen.cam(**view, light=light, lum=lum)
    rng = np.random.default_rng(clip["seed"])
    noise = [rng.normal(0, 2.0, (h, w, 1)).astype("f4") for _ in range(4)]
    image, world, angles, truths = [], [], [], []
    with landmarker(model) as pose_model:
        for k in range(int(duration * FPS)):
            vertices, joints, angle, truth = renderer.pose(ex, k / FPS)
            angles.append(angle)
            truths.append(truth)
            if clip["mirror"]:
                vertices, joints = renderer.mirror(vertices, joints)
            frame = np.clip(screen.draw(vertices, clip["mirror"]).astype("f4") + noise[k % 4] + 0.5, 0, 255).astype(np.uint8)
            found = pose_model.detect_for_video(
                mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(frame)), int(k * 1000 / FPS)
            )
            row = lambda points: [[p.x, p.y, p.z, p.visibility] for p in points[0]] if points else [[np.nan, np.nan, np.nan, 0]] * 33
            image.append(row(found.pose_landmarks))
            world.append(row(found.pose_world_landmarks))
            if os.environ.get("COXA_SHOW") and k == int(duration * FPS) // 2:
                import cv2

                cv2.imwrite(str(target.with_suffix(".png")), frame[..., ::-1])
    screen.c.release()
    angles = np.array(angles)
    times = np.arange(len(angles)) / FPS
    rest = times < 1.3
    opposite = {"left": "right", "right": "left"}
    reps = []
    for r in schedule:
        held = (times >= r["ps"]) & (times <= r["pe"])
        faults = {}
        for k in truths[0]:
            values = np.array([t[k] for t in truths if t[k] is not None], float)
            if len(values) == len(times):
                faults[k] = round(float(values[held].mean() - values[rest].mean()), 2)
        if name == "bridge":
            faults["sag_deg"] = round(float(angles[held][:3].mean() - angles[held][-3:].mean()), 2)
        reps.append(
            dict(
                start_s=r["start"],
                peak_start_s=r["ps"],
                peak_end_s=r["pe"],
                end_s=r["end"],
                onset10_s=r["start"] + 0.247 * r["up"],
                back10_s=r["end"] - 0.247 * r["down"],
                peak_angle_deg=float(angles[held].mean()),
                change_from_start_deg=float(angles[held].mean() - angles[rest].mean()),
                fault_deg=faults.get(key),
                faults=faults,
                planted=r["fault"],
            )
        )
    meta = dict(
        name=target.name,
        exercise=name,
        side=opposite[side] if clip["mirror"] else side,
        fps=FPS,
        width=w,
        height=h,
        male=clip["male"],
        fault=key,
        red_deg=red,
        camera=camera,
        options={k: v for k, v in clip["opt"].items()},
        body="renderer",
        seed=seed,
        reps=reps,
        start_angle_deg=float(angles[rest].mean()),
    )
    np.savez_compressed(target.with_suffix(".npz"), I=np.array(image, "f4"), W=np.array(world, "f4"))
    target.with_suffix(".json").write_text(json.dumps(meta))
    print(
        target.name,
        f"{len(times)} frames {time.time() - begun:.0f} s",
        [round(r["fault_deg"], 1) for r in reps if r["fault_deg"] is not None],
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", default="1:40", help="first:last, last excluded")
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--model", default=os.environ.get("COXA_POSE_MODEL", "pose_full.task"))
    args = parser.parse_args()
    renderer = load_renderer()
    classes = variants(renderer)
    args.out.mkdir(parents=True, exist_ok=True)
    names = [n for n in (args.only.split(",") if args.only else PLANS)]
    first, last = map(int, args.seeds.split(":"))
    part, parts = map(int, args.part.split("/"))
    jobs = [(n, s) for s in range(first, last) for n in names]
    for name, seed in jobs[part::parts]:
        try:
            make(renderer, classes, name, seed, args.out, args.model)
        except AssertionError as error:  # the rig refuses some random bodies; say so and go on
            print(name, seed, "refused:", error, flush=True)


if __name__ == "__main__":
    main()
