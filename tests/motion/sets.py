"""Simulated sets for the tests of the watcher, each made once."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from coxa.body.recording import Recording
from coxa.capture.simulated import Simulation, simulate
from coxa.capture.simulated_exercises import PERFORMED
from coxa.capture.simulated_keys import can_be_performed
from coxa.exercises import catalogue

EXERCISES = tuple(id for id in catalogue.ids() if id in PERFORMED)
#: Every exercise that a camera follows and the simulated person does.
COACHED = tuple(id for id in catalogue.ids() if id in PERFORMED or can_be_performed(id))
#: What is filmed that is no exercise.
OTHERWISE = ("walking-on-the-spot", "standing-still", "sitting", "lying-still", "getting-up")
#: Few repetitions where each is long.
REPETITIONS = {"hip-flexor-stretch": 2, "single-leg-stance": 2}


def best_view(exercise: str) -> str:
    """The view from which the exercise is best followed."""
    if exercise in PERFORMED:
        return next(iter(PERFORMED[exercise].views))
    coaching = catalogue.load(exercise).coaching
    assert coaching is not None
    return coaching.views[0]


@lru_cache(maxsize=128)
def _made(exercise: str, seed: int, options: tuple[tuple[str, Any], ...]) -> Simulation:
    given = dict(options)
    if exercise not in PERFORMED or PERFORMED[exercise].repeats:
        given.setdefault("repetitions", REPETITIONS.get(exercise, 3))
    if "faults" in given:
        given["faults"] = {k: dict(planted) for k, planted in given["faults"]}
    return simulate(exercise, seed=seed, **given)


def made(exercise: str, seed: int, *, faults: dict[int, dict[str, float]] | None = None, **options: Any) -> Simulation:
    """A simulated set, from memory when it was asked for before."""
    if faults is not None:
        options["faults"] = tuple((k, tuple(sorted(planted.items()))) for k, planted in sorted(faults.items()))
    return _made(exercise, seed, tuple(sorted(options.items())))


def filmed(exercise: str, seed: int, **options: Any) -> Recording:
    """The recording of a simulated set."""
    return made(exercise, seed, **options).recording


def part(recording: Recording, first: int = 0, last: int | None = None) -> Recording:
    """Frames first to last, with their times as they are."""
    cut = slice(first, last)
    return replace(
        recording,
        time_s=recording.time_s[cut], image=recording.image[cut], world=recording.world[cut], visibility=recording.visibility[cut],
    )  # fmt: skip


def between(recording: Recording, from_s: float, to_s: float) -> Recording:
    """The frames of a span of time."""
    first, last = np.searchsorted(recording.time_s, [from_s, to_s])
    return part(recording, int(first), int(last))


def every(recording: Recording, step: int) -> Recording:
    """Each so-manieth frame, as of a slower camera."""
    cut = slice(None, None, step)
    return replace(
        recording, fps=recording.fps / step,
        time_s=recording.time_s[cut], image=recording.image[cut], world=recording.world[cut], visibility=recording.visibility[cut],
    )  # fmt: skip


def hidden(recording: Recording, landmarks: list[int], frames: slice = slice(None)) -> Recording:
    """The same set with some landmarks not visible in some frames."""
    visibility = np.array(recording.visibility)
    visibility[frames, landmarks] = 0.1
    return replace(recording, visibility=visibility)


def joined(first: Recording, second: Recording, gap_s: float = 1 / 30) -> Recording:
    """One recording after another."""
    later = second.time_s - second.time_s[0] + first.time_s[-1] + gap_s
    return replace(
        first,
        time_s=np.concatenate([first.time_s, later]), image=np.concatenate([first.image, second.image]),
        world=np.concatenate([first.world, second.world]), visibility=np.concatenate([first.visibility, second.visibility]),
    )  # fmt: skip


def moved(
    recording: Recording, *, scale: float = 1.0, about: tuple[float, float] = (0.5, 0.5), by: tuple[float, float] = (0.0, 0.0)
) -> Recording:
    """The person smaller about a point of the frame, or elsewhere in it; lengths in frame widths and heights."""
    image = np.array(recording.image, np.float64)
    for axis in range(2):
        image[..., axis] = about[axis] + scale * (image[..., axis] - about[axis]) + by[axis]
    image[..., 2] *= scale
    return replace(recording, image=image.astype(np.float32))
