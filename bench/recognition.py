"""Which exercise a recording shows, found without being told: right names, and names given to what is no exercise.

    python bench/recognition.py [--people 20] [--exercises ID ...]

Simulated landmarks, clean sets from the exercise's best view; people have other seeds than those of `bench/fit_recognition.py`.
"""

from __future__ import annotations

import argparse
from collections import Counter

from coxa.capture.simulated import simulate
from coxa.capture.simulated_exercises import PERFORMED
from coxa.capture.simulated_keys import can_be_performed
from coxa.exercises import catalogue
from coxa.motion import recognise

OTHERWISE = ("walking-on-the-spot", "standing-still", "sitting", "getting-up", "lying-still")
#: What a camera cannot tell apart: a band does not show.
ALIKE = {"bridge-band": {"bridge", "bridge-band"}, "bridge": {"bridge", "bridge-band"}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--exercises", nargs="*", default=[])
    arguments = parser.parse_args()
    coached = [id for id in catalogue.ids() if id in PERFORMED or can_be_performed(id)]
    right = named = sets = 0
    print("| what is done | sets | right name | among the first two | do not know | wrong names |\n|---|--:|--:|--:|--:|---|")
    for id in arguments.exercises or [*coached, *OTHERWISE]:
        first: Counter[str] = Counter()
        beside = 0
        for seed in range(arguments.people):
            options = {} if id in OTHERWISE else {"repetitions": 3, "view": catalogue.load(id).coaching.views[0]}  # type: ignore[union-attr]
            guesses = recognise(simulate(id, seed=seed, side="left" if seed % 2 else "right", **options).recording)  # type: ignore[arg-type]
            first[guesses[0].exercise if guesses else ""] += 1
            beside += bool({g.exercise for g in guesses} & ALIKE.get(id, {id}))
        good = sum(n for name, n in first.items() if name in ALIKE.get(id, {id}))
        wrong = {name: n for name, n in first.items() if name and name not in ALIKE.get(id, {id})}
        if id not in OTHERWISE:
            right, named, sets = right + good, named + beside, sets + arguments.people
        said = ", ".join(f"{name} {n}" for name, n in sorted(wrong.items())) or "–"
        print(
            f"| {id} | {arguments.people} | {'–' if id in OTHERWISE else good} | {'–' if id in OTHERWISE else beside} | {first['']} | {said} |",
            flush=True,
        )
    if sets:
        print(f"\nRight name {right / sets:.1%} of {sets}, among the first two {named / sets:.1%}")


if __name__ == "__main__":
    main()
