"""Whatever the landmarks do, the watcher neither fails nor counts a repetition in noise, and its result is a document."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sets import EXERCISES, OTHERWISE, best_view, filmed, joined, moved, part

from coxa.body.landmarks import MIRRORED
from coxa.body.recording import Recording
from coxa.motion import SetResult, Watcher, analyze

RESULT = TypeAdapter(SetResult)
SOURCES = (*EXERCISES, *OTHERWISE)
FRAMES = 240
bounded = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def document(result: SetResult) -> dict[str, Any]:
    """The result as JSON; it has no NaN, says what the schema says, and comes back as it was."""
    text = json.dumps(result.to_json(), allow_nan=False)
    assert RESULT.validate_json(text) == result
    values: dict[str, Any] = json.loads(text)
    return values


def sound(result: SetResult, recording: Recording) -> None:
    """What holds for any result."""
    document(result)
    assert result.frames == len(recording)
    assert 0.0 <= result.seen <= 1.0
    first_s, last_s = float(recording.time_s[0]), float(recording.time_s[-1])
    for r in result.repetitions:
        assert first_s - 1e-3 <= r.start_s <= r.peak_s <= r.end_s <= last_s + 1e-3
        assert r.range >= 0.0
        assert min(r.hold_s, r.up_s, r.down_s) >= 0.0
        assert r.counted == (not r.why_not)
    for hold in result.holds:
        assert hold.start_s <= hold.end_s
        assert 0.0 <= hold.held_s <= hold.end_s - hold.start_s + 1e-3
    for fault in result.faults:
        assert fault.start_s <= fault.end_s
        assert fault.id not in {n.id for n in result.not_judged}
    if result.status != "judged":
        assert (result.repetitions, result.holds, result.faults) == ((), (), ())


def copies(recording: Recording) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return np.array(recording.time_s), np.array(recording.image), np.array(recording.world), np.array(recording.visibility)


class Damage(NamedTuple):
    """What goes wrong in which part of which set."""

    filmed: str
    seed: int
    start: int
    kinds: tuple[str, ...]
    random: int


KINDS = ("dropouts", "swap", "jump", "repeat", "nan", "unseen", "far outside", "shuffle", "world", "flat", "wild times")
damages = st.builds(
    Damage,
    filmed=st.sampled_from(SOURCES),
    seed=st.integers(0, 4),
    start=st.integers(0, 80),
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4).map(tuple),
    random=st.integers(0, 2**32 - 1),
)


def damaged(damage: Damage) -> Recording:
    """The part of the set, with all of it gone wrong."""
    source = filmed(damage.filmed, damage.seed)
    time_s, image, world, visibility = copies(part(source, damage.start, damage.start + FRAMES))
    rng = np.random.default_rng(damage.random)

    def span() -> slice:
        first = int(rng.integers(0, FRAMES - 2))
        return slice(first, first + int(rng.integers(1, FRAMES)))

    for kind in damage.kinds:
        if kind == "dropouts":
            lost = rng.random((FRAMES, 33)) < rng.uniform(0.0, 0.6)
            image[lost], world[lost], visibility[lost] = np.nan, np.nan, 0.0
        elif kind == "swap":
            frames = np.flatnonzero(rng.random(FRAMES) < rng.uniform(0.0, 0.6))
            image[frames], visibility[frames] = image[frames][:, MIRRORED], visibility[frames][:, MIRRORED]
        elif kind == "jump":
            frames = np.flatnonzero(rng.random(FRAMES) < 0.1)
            image[frames] += rng.normal(0.0, rng.choice((0.05, 0.5, 5.0)), (len(frames), 33, 3)).astype(np.float32)
        elif kind == "repeat":
            for k in np.flatnonzero(rng.random(FRAMES - 1) < 0.5):
                image[k + 1], world[k + 1], visibility[k + 1] = image[k], world[k], visibility[k]
        elif kind == "nan":
            where = span()
            image[where], world[where], visibility[where] = np.nan, np.nan, 0.0
        elif kind == "unseen":
            visibility[span()] = 0.0
        elif kind == "far outside":
            # Far, but finite: infinity is refused at the door.
            where = span()
            image[where] = np.clip(image[where].astype(np.float64) * rng.choice((-3.0, 40.0, 1e6, 1e18)), -1e30, 1e30)
        elif kind == "shuffle":
            where = span()
            image[where] = image[where][rng.permutation(len(image[where]))]
        elif kind == "world":
            world[span()] = rng.choice((np.nan, 0.0, 1e18))
        elif kind == "flat":
            image[span()] = 0.5
        else:
            time_s = np.cumsum(10.0 ** rng.uniform(-6.0, np.log10(5.0), FRAMES))
    visibility[np.isnan(image[..., :2]).any(axis=2)] = 0.0
    return replace(source, time_s=time_s, image=image, world=world, visibility=visibility)


@pytest.mark.parametrize("exercise", EXERCISES)
@bounded
@given(damage=damages)
def test_damaged_landmarks_never_fail_and_give_a_document(exercise: str, damage: Damage) -> None:
    recording = damaged(damage)
    result = analyze(recording, exercise, judge_untested=True)
    sound(result, recording)
    # Nothing is left behind: the next set does not know of this one.
    assert analyze(recording, exercise, judge_untested=True) == result


@settings(max_examples=25)
@given(exercise=st.sampled_from(EXERCISES), damage=damages)
def test_damaged_landmarks_frame_by_frame_equal_the_batch(exercise: str, damage: Damage) -> None:
    recording = damaged(damage)
    watcher = Watcher(exercise, recording.width, recording.height, source=recording.source)
    for k in range(len(recording)):
        watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])
    assert watcher.result() == analyze(recording, exercise)


@settings(max_examples=25)
@given(exercise=st.sampled_from(EXERCISES), seed=st.integers(0, 2**32 - 1), spread=st.sampled_from((0.02, 0.2, 1.0)))
def test_infinite_live_coordinates_never_fail(exercise: str, seed: int, spread: float) -> None:
    recording = filmed(exercise, 1, view=best_view(exercise))
    rng = np.random.default_rng(seed)
    watcher = Watcher(exercise, recording.width, recording.height)
    for k in range(120):
        image, world, visibility = (np.array(a[k]) for a in (recording.image, recording.world, recording.visibility))
        wrong = rng.random(33) < spread
        image[wrong], world[wrong] = np.inf * rng.choice([-1.0, 1.0]), np.inf
        visibility[rng.random(33) < 0.1 * spread] = np.nan
        watcher.push(float(recording.time_s[k]), image, world, visibility)
    document(watcher.result())


@pytest.mark.parametrize("exercise", EXERCISES)
@settings(max_examples=12)
@given(seed=st.integers(0, 2**32 - 1), fps=st.sampled_from((10.0, 30.0, 60.0)), places=st.sampled_from(("anywhere", "about one place")))
def test_random_landmarks_are_no_repetition(exercise: str, seed: int, fps: float, places: str) -> None:
    rng = np.random.default_rng(seed)
    frames = 300
    image = rng.random((frames, 33, 3))
    if places == "about one place":
        image = 0.5 + 0.3 * (image[:1] - 0.5) + rng.normal(0.0, 0.02, (frames, 33, 3))
    recording = Recording(
        np.arange(frames) / fps, image.astype(np.float32), rng.normal(0, 0.4, (frames, 33, 3)).astype(np.float32),
        rng.random((frames, 33)).astype(np.float32), 640, 480, fps, "random",
    )  # fmt: skip
    result = analyze(recording, exercise)
    sound(result, recording)
    assert result.counted == 0


HOW = ("white", "slow", "bursts")


def jittered(recording: Recording, seed: int, share: float, how: str) -> Recording:
    """A still person whose landmarks tremble by a share of the trunk's length: white, slow, or in bursts."""
    rng = np.random.default_rng(seed)
    size = np.array([recording.width, recording.height])
    frame = np.array(recording.image[20], np.float64)
    trunk = np.linalg.norm((frame[[11, 12], :2].mean(axis=0) - frame[[23, 24], :2].mean(axis=0)) * size)
    frames = 450
    tremble = rng.normal(0.0, 1.0, (frames, 33, 2))
    if how == "slow":
        kernel = np.hanning(31)
        tremble = np.apply_along_axis(lambda v: np.convolve(v, kernel / np.linalg.norm(kernel), mode="same"), 0, tremble)
    elif how == "bursts":
        tremble *= (rng.random((frames, 1, 1)) < 0.15) * 2.0
    image = np.repeat(frame[None], frames, axis=0)
    image[..., :2] += share * trunk * tremble / size
    return replace(
        recording, time_s=np.arange(frames) / 30.0, image=image.astype(np.float32),
        world=np.repeat(recording.world[20:21], frames, axis=0), visibility=np.repeat(recording.visibility[20:21], frames, axis=0),
    )  # fmt: skip


@pytest.mark.parametrize("exercise", EXERCISES)
@settings(max_examples=15)
@given(body=st.integers(0, 7), seed=st.integers(0, 2**32 - 1), share=st.floats(0.0, 0.03), how=st.sampled_from(HOW))
def test_a_still_person_whose_landmarks_tremble_does_no_repetition(exercise: str, body: int, seed: int, share: float, how: str) -> None:
    # What sways further, and slowly, is movement as far as landmarks tell.
    share = min(share, 0.005) if how == "slow" else share
    recording = jittered(filmed(exercise, body, view=best_view(exercise)), seed, share, how)
    result = analyze(recording, exercise)
    sound(result, recording)
    assert result.counted == 0, result.repetitions


@settings(max_examples=20)
@given(exercise=st.sampled_from(EXERCISES), seeds=st.tuples(st.integers(0, 4), st.integers(0, 4)), each=st.integers(1, 40))
def test_two_people_in_turn_are_no_repetition(exercise: str, seeds: tuple[int, int], each: int) -> None:
    """Two people who lie or stand still, side by side; the landmarks go from one to the other and back."""
    left, right = (
        moved(jittered(filmed(exercise, seed, view=best_view(exercise)), seed, 0.002, "white"), scale=0.4, about=(place, 0.6))
        for seed, place in zip(seeds, (0.0, 1.0), strict=True)
    )
    right = replace(right, width=left.width, height=left.height)
    turn = (np.arange(len(left)) // each) % 2 == 1
    image = np.where(turn[:, None, None], right.image, left.image)
    result = analyze(replace(left, image=image), exercise)
    sound(result, left)
    assert result.counted == 0, result.repetitions


@settings(max_examples=25)
@given(
    exercise=st.sampled_from(EXERCISES),
    one=st.sampled_from(SOURCES),
    two=st.sampled_from(SOURCES),
    seeds=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    gap_s=st.floats(1e-6, 5.0),
)
def test_one_movement_after_another_never_fails(exercise: str, one: str, two: str, seeds: tuple[int, int], gap_s: float) -> None:
    recording = joined(filmed(one, seeds[0]), filmed(two, seeds[1]), gap_s)
    sound(analyze(recording, exercise, judge_untested=True), recording)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_single_frame_spikes_and_swaps_do_not_change_the_count(exercise: str) -> None:
    for seed in range(3):
        recording = filmed(exercise, seed, view=best_view(exercise))
        before = analyze(recording, exercise).counted
        image, visibility = np.array(recording.image), np.array(recording.visibility)
        rng = np.random.default_rng(seed)
        for k in range(25, len(recording), 50):
            if k % 100 == 25:
                image[k, rng.integers(23, 33)] += 0.3
            else:
                image[k], visibility[k] = image[k][MIRRORED], visibility[k][MIRRORED]
        assert analyze(replace(recording, image=image, visibility=visibility), exercise).counted == before
