"""Every exercise that a camera follows, through pixels and the real pose model: is each repetition or hold counted?

    python bench/film_catalogue.py --out DIR [--only knee-hug,donkey-kick] [--clips 5] [--first 1] [--part 0/2]
    python bench/film_catalogue.py --out DIR --table

Own body; other people, cameras and rooms in every clip, where a household has a camera; range, tempo and path vary away from the
catalogue's key poses. Clips are kept as landmarks (NAME.parquet) and truth (NAME.json); --table analyses what is there.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from coxa.body.mannequin.scene import Box
from coxa.body.mannequin.skeleton import Floats, Side
from coxa.body.storage import read_recording, write_recording
from coxa.capture import film
from coxa.capture.simulated import Simulation, random_setup, simulate
from coxa.capture.video import from_video
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.exercises.moving import props
from coxa.motion import analyze

WOOD = (150, 116, 84)
FPS = 12.0


def stretches(exercise: Exercise) -> bool:
    """Whether seconds are counted, and not repetitions."""
    return exercise.coaching is not None and exercise.coaching.hold is not None and exercise.coaching.hold.clock == "band"


def furniture(exercise: Exercise, simulation: Simulation) -> list[Box]:
    """The chair or the step that the exercise needs, where this person has it."""
    assert exercise.movement is not None
    side: Side = "right" if simulation.truth.side == "right" else "left"
    things = props(exercise.movement, simulation.posed[0], side=side)
    return [Box(_corner(t.low), _corner(t.high), WOOD) for t in things if t.kind in ("chair", "step")]


def _corner(point: Floats) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in point)
    return x, y, z


def make(exercise: Exercise, seed: int, out: Path) -> None:
    """Film one clip and keep what the pose model saw."""
    target = out / f"{exercise.id}-c{seed:02d}"
    if target.with_suffix(".json").exists():
        return
    begun = time.time()
    coaching = exercise.coaching
    assert coaching is not None
    rng = np.random.default_rng([seed, 2027])
    side = "left" if rng.random() < 0.5 else "right"
    view = coaching.views[0]
    build, camera = random_setup(exercise.id, 7000 + seed, view, side)
    held = stretches(exercise)
    count = 2 if held else int(rng.integers(3, 6))
    simulation = simulate(
        exercise.id, seed=7100 + seed, build=build, camera=camera, repetitions=count, fps=FPS, side=side, noise=False,
        hold_s=list(rng.uniform(5.0, 8.0, count)) if held else None,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        mat = exercise.posture not in ("standing", "sitting")
        clip = film.write_clip(simulation, Path(folder) / "clip.mp4", seed=seed, mat=mat, furniture=furniture(exercise, simulation))
        write_recording(from_video(clip), target.with_suffix(".parquet"))
    truth = simulation.truth
    meta = {
        "exercise": exercise.id, "view": view, "side": truth.side, "repetitions": [[r.start_s, r.end_s, r.side, r.direction] for r in truth.repetitions],
        "holds": [list(h) for h in truth.holds], "camera": [simulation.camera.height_m, simulation.camera.distance_m, simulation.camera.azimuth_deg],
    }  # fmt: skip
    target.with_suffix(".json").write_text(json.dumps(meta))
    print(f"{target.name} {view} {time.time() - begun:.0f} s", flush=True)


def table(out: Path) -> None:
    """Print what was counted beside what was done."""
    print("| exercise | clips | counted right | seen / done | seconds seen / held |\n|---|--:|--:|---|---|")
    for exercise in catalogue.all_exercises():
        rows = sorted(out.glob(f"{exercise.id}-c[0-9][0-9].json"))
        if not rows or exercise.coaching is None:
            continue
        right, seen, held = 0, [], []
        for path in rows:
            truth = json.loads(path.read_text())
            result = analyze(read_recording(path.with_suffix(".parquet")), exercise.id)
            # Where only the near leg is followed, the other leg's repetitions are not its business.
            alone = exercise.coaching is not None and exercise.coaching.repetition.sides == "near"
            mine = [r for r in truth["repetitions"] if not alone or r[2] in (truth["side"], "both")]
            done = len(mine)
            ways = sorted(r[3] for r in mine)
            found = sorted(r.direction or "" for r in result.repetitions)
            true_s, found_s = sum(b - a for a, b in truth["holds"]), sum(h.held_s for h in result.holds)
            if stretches(exercise):
                good = abs(found_s - true_s) <= len(truth["holds"])  # a second a hold
                held.append(f"{found_s:.0f}/{true_s:.0f}")
            else:
                good = len(result.repetitions) == done and (not any(ways) or ways == found)
                seen.append(f"{len(result.repetitions)}/{done}" + ("" if result.status == "judged" else f" {result.status}"))
            right += good
        print(f"| {exercise.id} | {len(rows)} | {right} | {', '.join(seen)} | {', '.join(held)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--clips", type=int, default=5)
    parser.add_argument("--first", type=int, default=1, help="number of the first clip: other numbers are other people, cameras and rooms")
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--table", action="store_true", help="analyse the clips that are there")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.table:
        table(arguments.out)
        return
    part, parts = map(int, arguments.part.split("/"))
    chosen = [e for e in catalogue.all_exercises() if e.coaching and (not arguments.only or e.id in arguments.only.split(","))]
    jobs = [(e, seed) for seed in range(arguments.first, arguments.first + arguments.clips) for e in chosen]
    for exercise, seed in jobs[part::parts]:
        make(exercise, seed, arguments.out)


if __name__ == "__main__":
    main()
