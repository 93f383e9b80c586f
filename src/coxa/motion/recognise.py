"""Which exercise a recording shows: the catalogue's rules are tried one after the other, and what they find is compared.

An exercise explains a recording when its rules find repetitions or holds in it, and when the body then looks as it does in this
exercise: where legs, trunk and arms lie at the start, and which of them move on the way to the peak, and which do not. How much
people differ in that is data, `fitted/recognition.json`, from simulated people (bench/fit_recognition.py).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from coxa.body.landmarks import MIRRORED
from coxa.body.signals import BOTH, RIGHT
from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.motion import step as engine
from coxa.motion.result import Recognised

if TYPE_CHECKING:
    from coxa.body.recording import Recording
    from coxa.exercises.model import Exercise

Floats = npt.NDArray[np.float64]

#: Bones whose way in the picture is compared: from, to.
BONES: tuple[tuple[int, int], ...] = ((23, 25), (25, 27), (24, 26), (26, 28))
#: Points compared with the middle of the hips.
PLACES: tuple[int, ...] = (11, 12, 15, 16)
#: Nobody is told from anybody by less than this, trunk lengths; of the logarithm of a hold.
LEAST_SPREAD, LEAST_HOLD_SPREAD = 0.12, 0.5
#: Farther from an exercise's people than this, in their own spread, it is not that exercise.
FARTHEST = 3.0
#: How sure a guess must be to be named, and how much of the difference between two counts.
LEAST_CONFIDENCE, SHARPNESS = 0.5, 4.0
#: A time of stillness between two repetitions that belongs to them, seconds.
BETWEEN_S = 3.0


@dataclass(frozen=True, eq=False)
class Likeness:
    """How an exercise looks: mean and spread of the features of `features_of`."""

    mean: Floats
    spread: Floats

    def distance(self, features: Floats) -> float:
        """Root mean square of how many spreads the features are off; infinite where nothing is known."""
        known = np.isfinite(features) & np.isfinite(self.mean)
        if not known.any():
            return math.inf
        off = np.minimum(np.abs(features[known] - self.mean[known]) / self.spread[known], 6.0)
        return float(np.sqrt(np.mean(off**2)))


def features_of(event: np.void, *, turned: bool) -> Floats:
    """What a repetition looks like, whoever does it: at the start, and what has changed at the peak.

    Parameters
    ----------
    event : a repetition of the step
    turned : bool
        Whether the picture is to be mirrored, so that the same leg works.

    Returns
    -------
    (33,) lengths in trunk lengths of the start, and the logarithm of the time held in seconds
    """
    first, last = _layout(event["start"], turned=turned), _layout(event["peak"], turned=turned)
    trunk = np.linalg.norm((event["start"][11, :2] + event["start"][12, :2] - event["start"][23, :2] - event["start"][24, :2]) / 2)
    breadth = np.linalg.norm(event["start"][11, :2] - event["start"][12, :2]) / 0.62
    ruler = max(float(trunk), float(breadth), 1e-9)
    held = math.log(max(float(event["hold_s"]), 0.0) + 0.5) if event["hold_s"] == event["hold_s"] else math.nan
    return np.concatenate([first / ruler, (last - first) / ruler, [held]])


def _layout(points: Floats, *, turned: bool) -> Floats:
    flat = points[:, :2].astype(np.float64)
    if turned:
        flat = flat[MIRRORED] * np.array([-1.0, 1.0])
    hips = (flat[23] + flat[24]) / 2
    return np.concatenate([*(flat[b] - flat[a] for a, b in BONES), *(flat[i] - hips for i in PLACES)])


def repetitions_of(exercise: Exercise, recording: Recording) -> list[np.void]:
    """The repetitions that an exercise's rules count in a recording, as the step reports them; none if it was not judged."""
    from coxa.motion.verdict import why_not
    from coxa.motion.watch import Watcher

    watcher = Watcher(exercise, recording.width, recording.height)
    watcher.watch(recording)
    if watcher.result().status != "judged":
        return []
    return [e for e in watcher.events if e["code"] == engine.REPETITION and not why_not(exercise, e)]


def likeness_of(exercise: Exercise, event: np.void) -> Floats:
    """The features of one repetition, mirrored so that the exercise's leg or way is always the same."""
    rule = exercise.coaching.repetition if exercise.coaching else None
    if rule is not None and rule.both_ways and rule.sides == "both":
        turned = bool(event["way"] < 0)
    else:
        turned = int(event["side"]) == RIGHT and int(event["side"]) != BOTH
    return features_of(event, turned=turned)


@cache
def likenesses() -> dict[str, Likeness]:
    """How each exercise looks, from the data file."""
    path = files("coxa.motion") / "fitted" / "recognition.json"
    if not path.is_file():
        raise BadInput(f"recognition: expected {path.name} beside the fitted faults, found none; make it with bench/fit_recognition.py")
    data = json.loads(path.read_text(encoding="utf-8"))["exercises"]
    return {id: Likeness(np.array(v["mean"], np.float64), np.array(v["spread"], np.float64)) for id, v in data.items()}


def spread_of(features: Floats) -> Likeness:
    """Mean and spread of many repetitions' features (N, F), never narrower than a camera can tell apart."""
    least = np.full(features.shape[1], LEAST_SPREAD)
    least[-1] = LEAST_HOLD_SPREAD
    return Likeness(np.nanmean(features, axis=0), np.maximum(np.nanstd(features, axis=0), least))


def explained(exercise: Exercise, recording: Recording) -> float | None:
    """How far a recording is from showing this exercise, in spreads of its own people; None where its rules find nothing."""
    known = likenesses().get(exercise.id)
    events = repetitions_of(exercise, recording)
    if known is None or not events:
        return None
    far = float(np.median([known.distance(likeness_of(exercise, e)) for e in events]))
    return far + idle_share(events, recording)


def idle_share(events: list[np.void], recording: Recording) -> float:
    """Share of the recording, from the first repetition on, that lies far from any: what was done then is not explained."""
    ends = [(float(e["start_s"]), float(e["end_s"])) for e in events]
    ends.sort()
    idle = 0.0
    until = ends[0][0]
    for start, end in [*ends, (float(recording.time_s[-1]), float(recording.time_s[-1]))]:
        idle += max(0.0, start - until - BETWEEN_S)
        until = max(until, end)
    whole = float(recording.time_s[-1] - ends[0][0])
    return idle / whole if whole > 0.0 else 0.0


def recognise(recording: Recording, *, most: int = 2) -> tuple[Recognised, ...]:
    """The exercises that a recording most likely shows, the likeliest first; empty when it is none that is known.

    Parameters
    ----------
    recording : Recording
        One set.
    most : int
        How many to name.

    Returns
    -------
    tuple of Recognised
        The first is named only with a confidence of a half or more; those after it are what it may be instead.
    """
    far: dict[str, float] = {}
    for id in likenesses():
        if id not in catalogue.ids():
            continue
        exercise = catalogue.load(id)
        if exercise.coaching is None:
            continue
        distance = explained(exercise, recording)
        if distance is not None and distance < FARTHEST:
            far[id] = distance
    if not far:
        return ()
    weight = {id: math.exp(-SHARPNESS * distance) for id, distance in far.items()}
    unknown = math.exp(-SHARPNESS * FARTHEST)
    total = sum(weight.values()) + unknown
    ranked = sorted(weight, key=lambda id: (-weight[id], id))
    if weight[ranked[0]] / total < LEAST_CONFIDENCE:
        return ()
    return tuple(Recognised(id, round(weight[id] / total, 4)) for id in ranked[:most])
