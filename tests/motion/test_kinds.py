"""Exercises that go two ways, walk, take turns or are tests: each is counted by itself, live as well as whole."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sets import COACHED, EXERCISES, best_view, filmed, made, part

from coxa.body.recording import Recording
from coxa.body.signals import SIGNALS
from coxa.capture.simulated import Simulation
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.motion import SetResult, Watcher, analyze
from coxa.motion.plan import compile_plan, tracks_of

NEW = tuple(id for id in COACHED if id not in EXERCISES)
TWO_WAYS = tuple(id for id in COACHED if (c := catalogue.load(id).coaching) is not None and c.repetition.directions)


def text(result: SetResult) -> str:
    return json.dumps(result.to_json(), allow_nan=False)


def attempts(done: Simulation) -> list[Any]:
    """What is to be seen: of legs that take turns and are seen from the side, the near one's."""
    coaching = catalogue.load(done.truth.exercise).coaching
    assert coaching is not None
    true = list(done.truth.repetitions)
    near = coaching.repetition.sides in ("each", "near") and set(coaching.views) == {"side"}
    return [r for r in true if r.side == done.truth.side] if near else true


@pytest.mark.parametrize("exercise", NEW)
@settings(max_examples=4)
@given(seed=st.integers(0, 2), cut=st.integers(30, 200))
def test_streamed_equals_batch_to_the_bit_for_every_kind(exercise: str, seed: int, cut: int) -> None:
    recording = filmed(exercise, seed, view=best_view(exercise), repetitions=3)
    watcher = Watcher(exercise, recording.width, recording.height, source=recording.source, judge_untested=True)
    watcher.watch(part(recording, 0, cut))
    for k in range(cut, len(recording)):
        watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])
    assert text(watcher.result()) == text(analyze(recording, exercise, judge_untested=True))


@pytest.mark.parametrize("exercise", NEW)
def test_a_clean_set_is_counted_and_has_no_red_fault(exercise: str) -> None:
    exact = 0
    for seed in range(4):
        done = made(exercise, seed, view=best_view(exercise), side="left" if seed % 2 else "right")
        seen = analyze(done.recording, exercise)
        exact += len(seen.repetitions) == len(attempts(done))
        assert not [f for f in seen.faults if f.severity == "red"]
    assert exact >= 3


@pytest.mark.parametrize("exercise", TWO_WAYS)
def test_each_way_is_counted_by_itself(exercise: str) -> None:
    rule = catalogue.load(exercise).coaching.repetition  # type: ignore[union-attr]
    told = []
    for seed in range(4):
        done = made(exercise, seed, view=best_view(exercise), repetitions=4)
        seen = analyze(done.recording, exercise)
        assert {r.direction for r in seen.repetitions} <= set(rule.directions)
        told.append([r.direction for r in seen.repetitions] == [r.direction for r in done.truth.repetitions])
    assert sum(told) >= 3


def test_two_ways_need_two_tracks_and_one_leg() -> None:
    for id in COACHED:
        exercise = catalogue.load(id)
        plan = compile_plan(exercise)[0]
        rule = exercise.coaching.repetition  # type: ignore[union-attr]
        each = rule.sides == "each" and set(exercise.coaching.views) != {"side"}  # type: ignore[union-attr]
        assert tracks_of(plan) == (2 if each or plan["both_ways"] else 1)


def test_every_signal_of_the_catalogue_is_known() -> None:
    for exercise in catalogue.all_exercises():
        if exercise.coaching is not None:
            rules = exercise.coaching
            names = {rules.repetition.signal, rules.repetition.direction_signal, *(c.signal for c in rules.setup.checks)}
            assert (names | {f.signal for f in rules.faults}) - {""} <= set(SIGNALS), exercise.id


# ------------------------------------------------------------------------------------------------ standing up from a chair


def chair() -> Exercise:
    return catalogue.load("chair-stand")


def stood(count: int, each_s: float = 2.2, last_s: float = 33.0) -> Recording:
    """Stands one after the other, each as long, and then sitting until the recording ends."""
    quick = {"up_s": each_s * 0.4, "hold_s": 0.1, "down_s": each_s * 0.4}
    recording = filmed("chair-stand", 3, view="side", repetitions=count, noise=False, **quick)
    rest = np.arange(recording.time_s[-1] + 1 / 30, last_s, 1 / 30)
    still = len(rest)

    def longer(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values, np.repeat(values[-1:], still, axis=0)])

    return Recording(
        np.concatenate([recording.time_s, rest]), longer(recording.image), longer(recording.world), longer(recording.visibility),
        recording.width, recording.height, recording.fps, recording.source,
    )  # fmt: skip


def with_hands_at(recording: Recording, along: float) -> Recording:
    """Both wrists so far along the trunk, 0 at the shoulders and 1 at the hips."""
    image = np.array(recording.image)
    shoulders, hips = image[:, [11, 12]].mean(axis=1), image[:, [23, 24]].mean(axis=1)
    for wrist in (15, 16):
        image[:, wrist, :2] = (shoulders + along * (hips - shoulders))[:, :2]
    visibility = np.array(recording.visibility)
    visibility[:, [15, 16]] = 0.95
    return Recording(
        recording.time_s, image, recording.world, visibility, recording.width, recording.height, recording.fps, recording.source
    )  # fmt: skip


def test_the_value_of_the_chair_stand_is_how_often_somebody_stood_up_in_30_s() -> None:
    seen = analyze(with_hands_at(stood(5), 0.3), chair())
    assert seen.test is not None
    assert (seen.test.name, seen.test.value, seen.test.unit, seen.test.valid, seen.test.why) == ("chair-stand", 5.0, "stands", True, "")


def test_a_stand_after_30_s_does_not_count_and_one_that_is_half_way_up_does() -> None:
    recording = with_hands_at(stood(12, each_s=3.6, last_s=60.0), 0.3)
    whole = analyze(recording, chair())
    assert whole.test is not None
    go_s = whole.repetitions[0].start_s
    early = sum(r.start_s <= go_s + 28.5 for r in whole.repetitions)
    late = sum(r.start_s <= go_s + 30.0 for r in whole.repetitions)
    assert early <= whole.test.value <= late < len(whole.repetitions)


def test_arms_that_help_make_the_value_nought() -> None:
    seen = analyze(with_hands_at(stood(4), 1.05), chair())
    assert seen.test is not None
    assert (seen.test.value, seen.test.valid) == (0.0, True)
    assert "arms" in seen.test.why


def test_hands_that_are_not_seen_leave_it_to_the_person() -> None:
    recording = stood(4)
    visibility = np.array(recording.visibility)
    visibility[:, [15, 16]] = 0.1
    unseen = Recording(
        recording.time_s, recording.image, recording.world, visibility, recording.width, recording.height, recording.fps, recording.source
    )  # fmt: skip
    seen = analyze(unseen, chair())
    assert seen.test is not None
    assert (seen.test.value, seen.test.valid) == (4.0, True)
    assert "hands" in seen.test.why


def test_a_chair_stand_that_was_cut_short_has_no_value() -> None:
    seen = analyze(with_hands_at(stood(4, last_s=20.0), 0.3), chair())
    assert seen.test is not None
    assert not seen.test.valid
    assert "30" in seen.test.why
