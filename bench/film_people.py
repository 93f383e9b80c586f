"""Clips of coxa's simulated person with planted faults, through pixels and the real pose model, kept as landmarks and truth.

    python bench/film_people.py --out DIR [--only bridge,squat] [--seeds 1:46] [--part 0/2] [--dry]

Own body, household cameras. Every repetition carries each fault by its own chance, free of range and tempo. Written as
by `bench/own_people.py`: NAME.npz (`I` (T,33,4), `W` (T,33,4)) and NAME.json, read by `bench/curves.py`. With --dry
nothing is filmed: what would be done is printed.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from coxa.capture import film
from coxa.capture.simulated import Simulation, random_setup, simulate
from coxa.capture.simulated_exercises import PERFORMED
from coxa.errors import BadInput
from coxa.exercises import catalogue
from film_catalogue import furniture


@dataclass(frozen=True)
class Plan:
    """What is planted in one exercise: fault to (chance, low, high); ranges; seconds of hold; repetitions; view; rate."""

    faults: dict[str, tuple[float, float, float]]
    ranges: tuple[float, float]
    hold_s: tuple[float, float]
    repetitions: tuple[int, int]
    view: str = "side"
    fps: float = 12.0
    exclusive: tuple[str, ...] = ()  # faults that set the range themselves: at most one of them at a time
    slow_s: tuple[float, float] = (1.1, 2.0)  # each person's own tempo
    spread: float = 1.5  # and how much slower than that a way up may be
    down_s: tuple[float, float] = (1.0, 1.8)  # nothing is judged on the way down
    ranges_with: dict[str, tuple[float, float]] = field(default_factory=dict)  # ranges in repetitions with this fault


PLANS = {
    "bridge": Plan(
        {"sags": (0.30, 10.5, 22), "over-lift": (0.0, 191, 198), "lift-too-small": (0.22, 148.8, 150), "too-fast": (0.3, 0.35, 0.58)},
        (160, 180), (1.2, 3.5), (4, 6), exclusive=("over-lift", "lift-too-small", "sags"),
    ),
    "hip-flexor-stretch": Plan(
        {"trunk-leans-back": (0.25, 8.5, 16), "trunk-leans-forward": (0.25, 25.5, 38), "bounces": (0.3, 8.5, 16)},
        (10, 22), (11, 16), (2, 3), fps=12.0, exclusive=("trunk-leans-back", "trunk-leans-forward"),
    ),
    "single-leg-stance": Plan({"trunk-leans-to-stance": (0.33, 10.5, 20), "pelvis-drops": (0.33, 8.5, 15)}, (55, 95), (4, 9), (3, 5), view="front"),
    "squat": Plan(
        {"knees-in": (0.27, 8, 18), "knees-out": (0.2, 12, 24), "too-fast": (0.25, 0.35, 0.58), "uneven": (0.15, 8, 14)},
        (50, 95), (0.4, 1.5), (4, 6), view="front", exclusive=("knees-in", "knees-out"),
    ),
    "squat-side": Plan({"trunk-leans-forward": (0.33, 20, 40), "too-fast": (0.2, 0.35, 0.58)}, (50, 95), (0.4, 1.5), (4, 6)),
    "clamshell": Plan(
        {"feet-part": (0.3, 14.5, 28), "lift-too-big": (0.3, 56, 62), "too-fast": (0.3, 0.35, 0.58), "rolls-back": (0.2, 20.5, 36)},
        (14, 42), (0.6, 2.0), (4, 6), view="front",
    ),
    "standing-extension": Plan(
        {"range-too-big": (0.3, 25.5, 32), "trunk-leans-forward": (0.3, 15.5, 26), "knee-bends": (0.28, 42, 70), "too-fast": (0.28, 0.35, 0.58)},
        (5.5, 13), (0.6, 2.0), (4, 6),
    ),
    "side-lying-abduction": Plan(
        {"knee-bends": (0.3, 26, 50), "lift-too-big": (0.3, 40.5, 48), "too-fast": (0.3, 0.35, 0.58), "pelvis-hikes": (0.2, 12.5, 20)},
        (13, 34), (0.6, 2.0), (4, 6), view="front",
    ),
    "standing-abduction": Plan(
        {"trunk-leans-to-stance": (0.3, 10.5, 19), "lift-too-big": (0.3, 45.5, 50), "too-fast": (0.3, 0.35, 0.58), "pelvis-hikes": (0.2, 10.5, 17)},
        (12, 34), (0.6, 2.0), (4, 6), view="front",
    ),
    # Below, a level fault grows and shrinks with the range, so both are drawn to keep the fault at or above its red limit.
    "straight-leg-raise": Plan(
        {"knee-bends": (0.25, 27, 37), "lift-too-big": (0.34, 51, 62), "too-fast": (0.24, 0.35, 0.58)},
        (9.5, 22), (0.3, 1.0), (5, 7), exclusive=("knee-bends", "lift-too-big"), slow_s=(1.75, 2.5), spread=1.25,
        ranges_with={"knee-bends": (12.5, 16.5)},
    ),
    "bridge-band": Plan(
        {"over-lift": (0.3, 191, 200), "sags": (0.42, 11, 21), "too-fast": (0.26, 0.35, 0.58)},
        (158, 178), (0.3, 1.0), (5, 7), exclusive=("over-lift", "sags"), slow_s=(1.75, 2.5), spread=1.25,
    ),
    "clamshell-feet-raised": Plan(
        {"feet-part": (0.28, 0.38, 0.62), "lift-too-big": (0.46, 56, 62), "too-fast": (0.2, 0.35, 0.58)},
        (9, 24), (0.3, 0.7), (5, 7), view="front", exclusive=("feet-part", "lift-too-big"), slow_s=(1.0, 1.5), spread=1.25,
        down_s=(0.8, 1.3),
    ),
    "chair-stand": Plan({"lift-too-small": (0.33, 0.08, 0.12)}, (0.36, 0.5), (0.1, 0.5), (5, 7), slow_s=(0.8, 1.5), spread=1.3),
    "monster-walk-sideways": Plan(
        {"trunk-leans-to-stance": (0.28, 13, 21)}, (0.5, 1.1), (0.1, 0.2), (5, 6), view="front", slow_s=(0.65, 0.8), spread=1.2,
        down_s=(0.65, 0.85),
    ),
    "donkey-kick": Plan(
        {"range-too-big": (0.3, 107, 122), "too-fast": (0.28, 0.3, 0.48)}, (35, 90), (0.3, 1.0), (5, 7), slow_s=(1.4, 2.1), spread=1.25,
    ),
    "straight-leg-raise-brisk": Plan(
        {"knee-bends": (0.36, 27, 37), "lift-too-big": (0.1, 51, 62), "too-fast": (0.12, 0.35, 0.58)},
        (9.5, 22), (0.3, 0.7), (4, 6), exclusive=("knee-bends", "lift-too-big"), slow_s=(0.9, 1.3), spread=1.25, down_s=(0.8, 1.3),
        ranges_with={"knee-bends": (12.5, 16.5)},
    ),
    "hip-hike": Plan(
        {"trunk-leans-to-stance": (0.28, 11.5, 20)}, (0.05, 0.09), (0.2, 0.6), (5, 6), view="front", slow_s=(0.9, 1.2), spread=1.25,
        down_s=(0.9, 1.3),
    ),
}  # fmt: skip


#: Clips for counting only: their faults would need more than an evening of rendering.
FEWER = {"squat": 20, "squat-side": 0, "single-leg-stance": 20, "hip-flexor-stretch": 20, "bridge": 20, "side-lying-abduction": 20}


def draw(rng: np.random.Generator, plan: Plan, n: int) -> dict[int, dict[str, float]]:
    """Faults for n repetitions; now and then one that sits between clean and faulty, and people who always do it."""
    always = {f for f in plan.faults if rng.random() < 0.06}
    planted: dict[int, dict[str, float]] = {}
    for k in range(n):
        mine: dict[str, float] = {}
        for fault, (chance, low, high) in plan.faults.items():
            if chance and (rng.random() < chance or fault in always) and not (fault in plan.exclusive and set(mine) & set(plan.exclusive)):
                mine[fault] = float(rng.uniform(low, high))
        planted[k] = mine
    return planted


def own_range(exercise: str, plan: Plan, planted: dict[str, float], usual: float, rng: np.random.Generator) -> float:
    """How far one repetition goes: what its faults ask for, else the usual."""
    if exercise in PERFORMED:
        return usual  # a fault of range sets it by itself there
    coaching = catalogue.load(exercise).coaching
    assert coaching is not None
    for rule in coaching.faults:
        if rule.fault not in planted:
            continue
        if rule.kind == "peak":
            return planted[rule.fault]
        if rule.kind == "short":
            return coaching.repetition.target.low - planted[rule.fault]
        if rule.fault in plan.ranges_with:
            return float(rng.uniform(*plan.ranges_with[rule.fault]))
    return usual


def stage(name: str, seed: int) -> Simulation:
    """One person who does one set, with what is planted in it."""
    plan = PLANS[name]
    rng = np.random.default_rng([seed, list(PLANS).index(name), 11])
    n = int(rng.integers(plan.repetitions[0], plan.repetitions[1] + 1))
    exercise = max((id for id in catalogue.ids() if name.startswith(id)), key=len)  # a plan of its own carries a suffix
    side = "left" if rng.random() < 0.5 else "right"
    build, camera = random_setup(exercise, 5000 + seed, plan.view, side)
    planted = draw(rng, plan, n)
    slow = rng.uniform(*plan.slow_s)
    usual = rng.uniform(*plan.ranges, n)
    up, hold, down = slow * rng.uniform(1.0, plan.spread, n), rng.uniform(*plan.hold_s, n), slow * rng.uniform(0.8, 1.4, n)
    if exercise not in PERFORMED:
        down = rng.uniform(*plan.down_s, n)
    return simulate(
        exercise, seed=9000 + seed, build=build, camera=camera, repetitions=n, faults=planted,
        ranges=[own_range(exercise, plan, planted[k], float(usual[k]), rng) for k in range(n)],
        up_s=list(up), hold_s=list(hold), down_s=list(down), fps=plan.fps, side=side, noise=False,
    )  # fmt: skip


def make(name: str, seed: int, out: Path) -> None:
    """One clip, filmed and watched by the pose model; nothing is kept of the pixels."""
    from coxa.capture.pose_model import find
    from coxa.capture.video import _landmarker

    target = out / f"{name}-f{seed:03d}"
    if target.with_suffix(".json").exists():
        return
    begun = time.time()
    plan = PLANS[name]
    simulation = stage(name, seed)
    exercise = catalogue.load(simulation.truth.exercise)
    image, world = [], []
    with _landmarker(find()) as detect:
        mat = exercise.posture not in ("standing", "sitting")
        for time_s, picture in film.pictures(simulation, seed=seed, mat=mat, furniture=furniture(exercise, simulation)):
            found = detect(time_s, picture)
            if found is None:
                image.append(np.full((33, 4), np.nan) * [1, 1, 1, 0])
                image[-1][:, 3] = 0.0
                world.append(np.full((33, 4), np.nan))
            else:
                image.append(np.column_stack([found[0], found[2]]))
                world.append(np.column_stack([found[1], found[2]]))
    reps = [
        {
            "start_s": r.start_s, "peak_start_s": r.peak_start_s, "peak_end_s": r.peak_end_s, "end_s": r.end_s,
            "onset10_s": r.start_s + 0.247 * (r.peak_start_s - r.start_s), "back10_s": r.end_s - 0.247 * (r.end_s - r.peak_end_s),
            "change_from_start_deg": r.range_deg, "peak_angle_deg": r.peak_deg, "faults": r.faults, "planted": r.planted,
        }
        for r in simulation.truth.repetitions
    ]  # fmt: skip
    meta = {
        "name": target.name, "exercise": exercise.id, "view": plan.view, "side": simulation.truth.side, "fps": plan.fps, "width": simulation.camera.width,
        "height": simulation.camera.height, "male": simulation.skeleton.build.sex == "male", "body": "own", "seed": seed, "reps": reps,
        "camera": {"height": simulation.camera.height_m, "distance": simulation.camera.distance_m, "azimuth": simulation.camera.azimuth_deg},
    }  # fmt: skip
    np.savez_compressed(target.with_suffix(".npz"), I=np.array(image, "f4"), W=np.array(world, "f4"))
    target.with_suffix(".json").write_text(json.dumps(meta, default=float))
    share = float(np.isfinite(np.array(image)[:, 0, 0]).mean())
    print(
        f"{target.name} {len(image)} frames {time.time() - begun:.0f} s, found {share:.0%}",
        [sorted(r["planted"]) for r in reps],
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", default="1:46", help="first:last, last excluded")
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--dry", action="store_true", help="film nothing, print what would be done")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    names = arguments.only.split(",") if arguments.only else list(PLANS)
    first, last = map(int, arguments.seeds.split(":"))
    part, parts = map(int, arguments.part.split("/"))
    jobs = [(n, s) for s in range(first, last) for n in names if s <= FEWER.get(n, last)]
    for name, seed in jobs[part::parts]:
        try:
            if arguments.dry:
                for r in stage(name, seed).truth.repetitions:
                    print(name, seed, f"range {r.range_deg:.2f}", {k: round(v, 2) for k, v in r.faults.items()}, sorted(r.planted))
                continue
            make(name, seed, arguments.out)
        except BadInput as error:
            print(name, seed, "refused:", error, flush=True)


if __name__ == "__main__":
    main()
