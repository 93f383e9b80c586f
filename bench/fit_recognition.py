"""How each exercise looks: mean and spread of its repetitions by simulated people, written for `coxa.motion.recognise`.

    python bench/fit_recognition.py [--people 24] [--exercises ID ...]

Run it again when an exercise's key poses or rules have changed. People of the benchmark have other seeds.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

import coxa.motion
from coxa.capture.simulated import simulate
from coxa.capture.simulated_exercises import PERFORMED
from coxa.capture.simulated_keys import can_be_performed
from coxa.exercises import catalogue
from coxa.motion.recognise import likeness_of, likenesses, made_of, repetitions_of, spread_of

#: Seeds of the people that are fitted on begin here.
FIRST = 50_000
FILE = Path(coxa.motion.__file__).parent / "recognition.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--exercises", nargs="*", default=[])
    arguments = parser.parse_args()
    found = json.loads(FILE.read_text())["exercises"] if FILE.is_file() else {}
    chosen = arguments.exercises or [i for i in catalogue.ids() if i in PERFORMED or can_be_performed(i)]
    if not arguments.exercises:
        found = {}
    for id in chosen:
        # What was known of them before may not keep them from being counted.
        found.pop(id, None)
    write(arguments.people, found)
    likenesses.cache_clear()
    for id in chosen:
        exercise = catalogue.load(id)
        assert exercise.coaching is not None
        seen = []
        for seed in range(FIRST, FIRST + arguments.people):
            views = exercise.coaching.views
            view = views[seed % len(views)] if seed % 3 == 0 else views[0]
            done = simulate(id, seed=seed, view=view, repetitions=2, side="left" if seed % 2 else "right")
            seen += [likeness_of(exercise, event) for event in repetitions_of(exercise, done.recording)]
        print(f"{id}: {len(seen)} repetitions of {arguments.people} people", flush=True)
        if len(seen) < arguments.people // 2:
            print(f"{id}: too few, left out", flush=True)
            continue
        look = spread_of(np.array(seen))
        found[id] = {
            "of": made_of(exercise),
            "repetitions": len(seen),
            "mean": [round(float(v), 3) for v in look.mean],
            "spread": [round(float(v), 3) for v in look.spread],
        }
        write(arguments.people, found)


def write(people: int, found: dict[str, Any]) -> None:
    """The data file as it is so far."""
    FILE.write_text(json.dumps({"people": people, "exercises": dict(sorted(found.items()))}, indent=1) + "\n")


if __name__ == "__main__":
    main()
