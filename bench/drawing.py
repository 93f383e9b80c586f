"""How long the pictures take and how large they are: all stills of the catalogue, one animation, one glTF file."""

from __future__ import annotations

import os

# One core, whatever the machine has.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"))

import time

from coxa.exercises import catalogue
from coxa.exercises.drawing import loop, model3d, placement, stills

LIMIT_STILLS_S, LIMIT_ANIMATION_S, LIMIT_MODEL_KB, LIMIT_SVG_KB = 20.0, 3.0, 400, 60


def main() -> None:
    exercises = [e for e in catalogue.all_exercises() if e.movement is not None]
    stills.positions(exercises[0])  # the compiled steps come from the cache or are made once
    started, processor = time.perf_counter(), time.process_time()
    sizes: dict[str, int] = {}
    for exercise in exercises:
        pictures = [stills.positions(exercise), *stills.mistakes(exercise)]
        if exercise.coaching is not None:
            pictures.append(placement.place_camera(exercise))
        sizes |= {p.name: len(p.data) for p in pictures}
    wall, processor = time.perf_counter() - started, time.process_time() - processor
    largest = max(sizes, key=lambda name: sizes[name])
    print(
        f"{len(sizes)} stills of {len(exercises)} exercises: {processor:.1f} s of one core, {wall:.1f} s on the clock (limit {LIMIT_STILLS_S:g} s)"
    )
    print(
        f"largest still: {largest}, {sizes[largest] / 1000:.0f} kB (aim {LIMIT_SVG_KB} kB); mean {sum(sizes.values()) / len(sizes) / 1000:.0f} kB"
    )
    for name, draw, limit in (("looping SVG", loop.animate, None), ("glTF", model3d.animate, LIMIT_MODEL_KB)):
        times, weights = [], []
        for exercise in exercises:
            begun = time.process_time()
            picture = draw(exercise)
            times.append((time.process_time() - begun, exercise.id))
            weights.append((len(picture.data) / 1000, exercise.id))
        slow, heavy = max(times), max(weights)
        bound = f", limit {limit} kB" if limit else ""
        print(f"{name}: slowest {slow[0]:.2f} s ({slow[1]}, limit {LIMIT_ANIMATION_S:g} s); largest {heavy[0]:.0f} kB ({heavy[1]}{bound})")


if __name__ == "__main__":
    main()
