"""Movements that go two ways, roll the body over, or begin near their target."""

from __future__ import annotations

import pytest
from sets import filmed, made

from coxa.exercises import catalogue
from coxa.motion import analyze


@pytest.mark.parametrize("seed", [25, 44, 54])  # rolled so far that the pelvis lies on its side
def test_who_rolls_on_to_one_side_is_still_doing_rotations(seed: int) -> None:
    done = made("lower-back-rotations", seed, repetitions=3, side="left" if seed % 2 else "right")
    result = analyze(done.recording, "lower-back-rotations")
    assert [r.direction for r in result.repetitions] == [r.direction for r in done.truth.repetitions]


@pytest.mark.parametrize("seed", [2, 7, 22])  # swings forward first, then back
def test_the_way_home_from_a_swing_back_is_no_swing_forward(seed: int) -> None:
    done = made("side-lying-flexion-extension", seed, repetitions=5, side="left" if seed % 2 else "right")
    assert len(done.truth.repetitions) < 5
    assert len(analyze(done.recording, "side-lying-flexion-extension").repetitions) == len(done.truth.repetitions)


def test_wander_of_a_hanging_foot_is_no_hip_hike() -> None:
    for seed in (29, 91, 102):
        done = made("hip-hike", seed, repetitions=4, side="left" if seed % 2 else "right")
        assert len(analyze(done.recording, "hip-hike").repetitions) == 4


@pytest.mark.parametrize("exercise", ["figure-four-stretch", "inner-thigh-stretch", "lower-back-rotation-stretch"])
def test_bounces_are_found_where_they_are_and_nowhere_else(exercise: str) -> None:
    coaching = catalogue.load(exercise).coaching
    assert coaching is not None
    rule = next(rule for rule in coaching.faults if rule.fault == "bounces")
    assert rule.red is not None
    size = 2 * rule.red.value + 5.0
    done = made(exercise, 3, repetitions=2, faults={k: {"bounces": size} for k in range(2)})
    assert all(r.faults["bounces"] > rule.red.value for r in done.truth.repetitions)
    bounced = analyze(done.recording, exercise, judge_untested=True)
    assert [sum(f.id == "bounces" and f.repetition == k for f in bounced.faults) for k in range(2)] == [1, 1]
    clean = analyze(filmed(exercise, 3, repetitions=2), exercise, judge_untested=True)
    assert not any(f.id == "bounces" for f in clean.faults)


@pytest.mark.parametrize("exercise", ["hamstring-stretch", "hip-flexor-stretch"])
def test_seconds_held_are_those_in_which_the_stretch_was_far_enough(exercise: str) -> None:
    done = made(exercise, 3, repetitions=2)
    result = analyze(done.recording, exercise)
    held = [h.held_s for h in result.holds]
    assert held == pytest.approx([end - begin for begin, end in done.truth.holds], abs=1.0)


def test_who_sits_is_not_standing_ready() -> None:
    for seed in range(4):
        for exercise in ("hip-hike", "standing-abduction", "single-leg-stance"):
            result = analyze(filmed("sitting", seed, view="front"), exercise)
            assert result.status != "judged" or result.counted == 0
