"""Which exercise a recording shows: the catalogue's rules are tried one after the other, and what they find is compared.

An exercise explains a recording when its rules find repetitions or holds in it, and when the body then looks as it does in this
exercise: where legs, trunk and arms lie at the start, and which of them move on the way to the peak, and which do not. How much
people differ in that is data, `recognition.json`, from simulated people (bench/fit_recognition.py).
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from coxa.body.landmarks import MIRRORED
from coxa.body.posture import BREADTH_PER_TRUNK, POSTURES, VIEWS
from coxa.body.signals import BOTH, RIGHT
from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.motion import step as engine
from coxa.motion.result import ENGINE, Recognised, SetResult, Status

if TYPE_CHECKING:
    from coxa.body.recording import Recording
    from coxa.exercises.model import Exercise
    from coxa.motion.watch import SideWanted

Floats = npt.NDArray[np.float64]

#: Bones whose way in the picture is compared: from, to.
BONES: tuple[tuple[int, int], ...] = ((23, 25), (25, 27), (24, 26), (26, 28))
#: Points compared with the middle of the hips.
PLACES: tuple[int, ...] = (11, 12, 15, 16)
#: Nobody is told from anybody by less than this, trunk lengths; of the logarithm of a hold.
LEAST_SPREAD, LEAST_HOLD_SPREAD = 0.12, 0.5
#: Farther from an exercise's people than this, in their own spread, it is not that exercise.
FARTHEST = 3.0
#: Below this share of frames with a whole body there is no verdict.
LEAST_SEEN = 0.5
#: How sure a guess must be to be named, and how much of the difference between two counts.
LEAST_CONFIDENCE, SHARPNESS = 0.5, 4.0
#: An exercise that was named is not believed where its people are this far, and those of another one are nearer by so much.
DOUBTED, NEARER, DISBELIEVED = 1.15, 0.45, 3.5
#: How many spreads it costs when none of the movement belongs to repetitions; movement beside them that does (s); and what in a
#: quarter of a second is no movement (trunk lengths).
UNEXPLAINED, BESIDE_S, JITTER, GETTING_READY = 4.0, 0.5, 0.05, 0.5


@dataclass(frozen=True, eq=False)
class Likeness:
    """How an exercise looks: mean and spread of the features of `features_of`, and of which poses and rules (`made_of`)."""

    mean: Floats
    spread: Floats
    of: str = ""

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
    breadth = np.linalg.norm(event["start"][11, :2] - event["start"][12, :2]) / BREADTH_PER_TRUNK
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
    if rule is not None and rule.both_ways and rule.sides == "both" and VIEWS[int(event["seen_from"])] != "side":
        turned = bool(event["way"] < 0)
    else:
        turned = int(event["side"]) == RIGHT and int(event["side"]) != BOTH
    return features_of(event, turned=turned)


@cache
def likenesses() -> dict[str, Likeness]:
    """How each exercise looks, from the data file."""
    path = files("coxa.motion") / "recognition.json"
    if not path.is_file():
        raise BadInput(f"recognition: expected {path.name} beside the code, found none; make it with bench/fit_recognition.py")
    data = json.loads(path.read_text(encoding="utf-8"))["exercises"]
    return {id: Likeness(np.array(v["mean"], np.float64), np.array(v["spread"], np.float64), v["of"]) for id, v in data.items()}


@cache
def likeness(id: str) -> Likeness | None:
    """How one exercise looks; None where it is not known, or its poses or rules have changed since it was."""
    known = likenesses().get(id)
    return known if known is not None and id in catalogue.ids() and known.of == made_of(catalogue.load(id)) else None


def made_of(exercise: Exercise) -> str:
    """A digest of the key poses and rules by which an exercise looks as it does."""
    coaching = exercise.coaching
    parts = [
        exercise.movement.model_dump_json(include={"base", "start", "peak", "keys", "path", "hands", "fixed"}) if exercise.movement else "",
        coaching.repetition.model_dump_json(include={"signal", "polarity", "sides", "both_ways"}) if coaching else "",
        ",".join(coaching.views) if coaching else "",
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def spread_of(features: Floats) -> Likeness:
    """Mean and spread of many repetitions' features (N, F), never narrower than a camera can tell apart."""
    least = np.full(features.shape[1], LEAST_SPREAD)
    least[-1] = LEAST_HOLD_SPREAD
    return Likeness(np.nanmean(features, axis=0), np.maximum(np.nanstd(features, axis=0), least))


def explained(exercise: Exercise, recording: Recording) -> float | None:
    """How far a recording is from showing this exercise, in spreads of its own people; None where its rules find nothing."""
    known = likeness(exercise.id)
    events = repetitions_of(exercise, recording) if known is not None else []
    if known is None or not events:
        return None
    far = float(np.median([known.distance(likeness_of(exercise, e)) for e in events]))
    return far + UNEXPLAINED * unexplained(events, recording)


def unexplained(events: list[np.void], recording: Recording) -> float:
    """Share of the legs' movement that belongs to no repetition, 0 to 1; half a second on either side belongs to one."""
    times = recording.time_s
    if len(times) < 3:
        return 0.0
    scale = np.array([recording.width, recording.height], np.float64)
    points = recording.image[:, [25, 26, 27, 28], :2].astype(np.float64) * scale
    trunk = recording.image[:, [11, 12, 23, 24], :2].astype(np.float64) * scale
    ruler = float(np.nanmedian(np.linalg.norm(trunk[:, :2].mean(axis=1) - trunk[:, 2:].mean(axis=1), axis=1)))
    breadth = float(np.nanmedian(np.linalg.norm(trunk[:, 0] - trunk[:, 1], axis=1))) / BREADTH_PER_TRUNK
    # A sample each quarter of a second, the median of what is in it: jitter is no movement.
    bins = np.floor((times - times[0]) / 0.25).astype(int)
    steps = [k for k in np.unique(bins) if np.isfinite(points[bins == k]).any()]
    with np.errstate(all="ignore"):
        places = np.array([np.nanmedian(points[bins == k], axis=0) for k in steps]) / max(ruler, breadth, 1e-9)
    moments = times[0] + 0.25 * (np.array(steps) + 0.5)
    moved = np.nan_to_num(np.linalg.norm(np.diff(places, axis=0), axis=2)).max(axis=1)
    moved[moved < JITTER] = 0.0
    middle = (moments[1:] + moments[:-1]) / 2
    inside = np.zeros(len(middle), dtype=bool)
    for event in events:
        inside |= (middle > event["start_s"] - BESIDE_S) & (middle < event["end_s"] + BESIDE_S)
    # Whoever lies down for an exercise moves before it.
    moved[middle < min(float(e["start_s"]) for e in events) - BESIDE_S] *= GETTING_READY
    whole = float(moved.sum())
    return float(moved[~inside].sum()) / whole if whole > 0.0 else 0.0


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
        distance = explained(catalogue.load(id), recording)
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


def is_another(exercise: Exercise, events: list[np.void]) -> bool:
    """Whether the repetitions that an exercise's rules have counted are those of another exercise, or of none.

    Parameters
    ----------
    exercise : the exercise that was named
    events : the repetitions that count, as the step reports them
    """
    own = likeness(exercise.id)
    if own is None or not events:
        return False
    features = [likeness_of(exercise, e) for e in events]
    far = float(np.median([own.distance(f) for f in features]))
    if far >= DISBELIEVED:
        return True
    if far < DOUBTED:
        return False
    posture, view = POSTURES[int(events[0]["posture"])], VIEWS[int(events[0]["seen_from"])]
    for id in likenesses():
        other = likeness(id) if id != exercise.id else None
        coaching = catalogue.load(id).coaching if other is not None else None
        if other is None or coaching is None or posture not in coaching.setup.postures or view not in coaching.views:
            continue
        if float(np.median([other.distance(f) for f in features])) < far - NEARER:
            return True
    return False


def analyze_unnamed(recording: Recording, side: SideWanted = "auto", source: str | None = None) -> SetResult:
    """Watch a recording of which nobody said what it shows: as the exercise that it most likely is.

    Returns
    -------
    SetResult
        With `recognised` filled, the likeliest first. Where no exercise is recognised, `exercise` is empty and nothing is judged.
    """
    from coxa.motion.watch import analyze

    named = recognise(recording)
    if named:
        return replace(analyze(recording, named[0].exercise, side, source), recognised=named)
    called = recording.source if source is None else source
    seen = whole_bodies(recording)
    status: Status = "not_this_exercise" if seen >= LEAST_SEEN else "cannot_see"
    frames = len(recording)
    duration_s = float(recording.time_s[-1] - recording.time_s[0]) * frames / (frames - 1) if frames > 1 else 0.0
    return SetResult(
        "", called, frames, round(duration_s, 4), seen, status, "unknown", "unknown", "unknown", (), (), (), (), (), None, ENGINE
    )


def whole_bodies(recording: Recording) -> float:
    """Share of the frames in which shoulders, hips and knees are seen."""
    points = [11, 12, 23, 24, 25, 26]
    inside = np.abs(recording.image[:, points, :2] - 0.5).max(axis=2) <= 0.52
    shows = inside & (recording.visibility[:, points] >= 0.5)
    near = shows[:, [0, 2, 4]].all(axis=1) | shows[:, [1, 3, 5]].all(axis=1)
    return round(float(np.mean(near)), 4)
