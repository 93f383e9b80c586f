"""What must not matter: the side, the size and place of the body in the picture, when it was filmed, and the frame rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sets import EXERCISES, best_view, every, filmed, made, moved

from coxa.body.recording import Recording
from coxa.exercises import catalogue
from coxa.motion import SetResult, analyze

SEEDS = st.integers(0, 7)
#: Results are given to four decimals; a figure on the edge between two may fall to either.
LAST_DIGIT = 1.01e-4
OTHER = {"left": "right", "right": "left", "both": "both", "unknown": "unknown"}

#: A fault clearly over its red limit, planted in the repetition of that number.
PLANTED: dict[str, dict[int, dict[str, float]]] = {
    "clamshell": {1: {"lift-too-big": 65.0}},
    "side-lying-abduction": {1: {"lift-too-big": 48.0}},
    "bridge": {1: {"sags": 18.0}},
    "standing-abduction": {1: {"trunk-leans-to-stance": 18.0}},
    "standing-extension": {1: {"trunk-leans-forward": 24.0}},
    "hip-flexor-stretch": {1: {"trunk-leans-back": 18.0}},
    "single-leg-stance": {1: {"trunk-leans-to-stance": 18.0}},
    "squat": {1: {"knees-in": 20.0}},
}


def on_a_grid(recording: Recording) -> Recording:
    """The same set with x rounded to a grid on which 1 - x is exact."""
    image = np.array(recording.image)
    image[..., 0] = np.round(image[..., 0] * 2**20) / 2**20
    return replace(recording, image=image)


def same(one: SetResult, two: SetResult, *, exchanged: bool = False, shift_s: float = 0.0, within: float = LAST_DIGIT) -> None:
    """Assert that two results say the same, sides exchanged or times shifted."""
    sides = OTHER if exchanged else {side: side for side in OTHER}
    assert (two.status, two.view, two.posture, two.side) == (one.status, one.view, one.posture, sides[one.side])
    assert two.seen == pytest.approx(one.seen, abs=LAST_DIGIT)
    assert [(sides[r.side], r.direction, r.unit, r.counted, r.why_not, r.meets_dose, r.faults) for r in one.repetitions] == [
        (r.side, r.direction, r.unit, r.counted, r.why_not, r.meets_dose, r.faults) for r in two.repetitions
    ]
    for a, b in zip(one.repetitions, two.repetitions, strict=True):
        assert (b.range, b.hold_s, b.up_s, b.down_s) == pytest.approx((a.range, a.hold_s, a.up_s, a.down_s), abs=within)
        assert (b.start_s, b.end_s) == pytest.approx((a.start_s + shift_s, a.end_s + shift_s), abs=within)
        # Which frame of a level hold is the highest by a hair is rounding.
        assert b.peak_s == pytest.approx(a.peak_s + shift_s, abs=0.2 + a.hold_s)
    assert [h.held_s for h in two.holds] == pytest.approx([h.held_s for h in one.holds], abs=within)
    assert [(f.id, f.severity, f.repetition) for f in two.faults] == [(f.id, f.severity, f.repetition) for f in one.faults]
    assert [f.size for f in two.faults] == pytest.approx([f.size for f in one.faults], abs=within)
    assert two.not_judged == one.not_judged


@pytest.mark.parametrize("exercise", EXERCISES)
@settings(max_examples=6)
@given(seed=SEEDS, faulty=st.booleans())
def test_a_mirror_exchanges_the_sides_and_nothing_else(exercise: str, seed: int, faulty: bool) -> None:
    recording = on_a_grid(filmed(exercise, seed, view=best_view(exercise), faults=PLANTED[exercise] if faulty else None))
    seen = analyze(recording, exercise, judge_untested=True)
    same(seen, analyze(recording.mirrored(), exercise, judge_untested=True), exchanged=True)
    assert seen.repetitions


@pytest.mark.parametrize("exercise", EXERCISES)
@settings(max_examples=6)
@given(seed=SEEDS, scale=st.floats(0.3, 1.0), x=st.floats(0.0, 1.0), y=st.floats(0.0, 1.0), faulty=st.booleans())
def test_the_size_and_place_of_the_body_in_the_picture_do_not_matter(
    exercise: str, seed: int, scale: float, x: float, y: float, faulty: bool
) -> None:
    recording = filmed(exercise, seed, view=best_view(exercise), faults=PLANTED[exercise] if faulty else None)
    one = analyze(recording, exercise, judge_untested=True)
    two = analyze(moved(recording, scale=scale, about=(x, y)), exercise, judge_untested=True)
    # Landmarks are kept as single floats: a small body is written down less finely.
    same(one, two, within=0.01)


@pytest.mark.parametrize("exercise", EXERCISES)
@settings(max_examples=6)
@given(seed=SEEDS, start_s=st.floats(-1e4, 1e5))
def test_when_it_was_filmed_does_not_matter(exercise: str, seed: int, start_s: float) -> None:
    # On a grid on which sums are exact, so that the frames are exactly as far apart.
    start_s = round(start_s * 2**10) / 2**10
    recording = filmed(exercise, seed, view=best_view(exercise))
    recording = replace(recording, time_s=np.round(recording.time_s * 2**20) / 2**20)
    one = analyze(recording, exercise, judge_untested=True)
    two = analyze(replace(recording, time_s=recording.time_s + start_s), exercise, judge_untested=True)
    same(one, two, shift_s=start_s, within=2 * LAST_DIGIT)
    assert two.duration_s == pytest.approx(one.duration_s, abs=LAST_DIGIT)


@pytest.mark.parametrize("exercise", EXERCISES)
@settings(max_examples=8)
@given(seed=SEEDS, fps=st.sampled_from((15.0, 20.0, 24.0, 25.0, 30.0, 50.0, 60.0)))
def test_the_frame_rate_does_not_matter_from_15_to_60(exercise: str, seed: int, fps: float) -> None:
    planted = PLANTED[exercise]
    options = {"view": best_view(exercise), "faults": planted, "noise": False}
    if exercise == "hip-flexor-stretch":
        options["ranges"] = 19.0  # what the simulated person chooses may lie right at the least that counts
    at_30 = analyze(filmed(exercise, seed, **options), exercise, judge_untested=True)
    seen = analyze(filmed(exercise, seed, **options, fps=fps), exercise, judge_untested=True)
    assert [r.counted for r in seen.repetitions] == [r.counted for r in at_30.repetitions] != []
    assert (seen.status, seen.view, seen.side) == (at_30.status, at_30.view, at_30.side)
    a_degree = 1.0 if seen.repetitions[0].unit == "deg" else np.radians(1.0)  # of a leg's length
    for a, b in zip(at_30.repetitions, seen.repetitions, strict=True):
        assert b.range == pytest.approx(a.range, abs=2 * a_degree)
        assert (b.start_s, b.end_s) == pytest.approx((a.start_s, a.end_s), abs=0.35)
    ((number, fault),) = ((k, next(iter(sizes))) for k, sizes in planted.items())
    assert fault in at_30.repetitions[number].faults
    assert fault in seen.repetitions[number].faults
    assert [n.id for n in seen.not_judged] == [n.id for n in at_30.not_judged]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_camera_that_drops_every_other_frame_counts_the_same(exercise: str) -> None:
    for seed in range(4):
        recording = filmed(exercise, seed, view=best_view(exercise))
        whole, thinned = analyze(recording, exercise), analyze(every(recording, 2), exercise)
        assert thinned.counted == whole.counted
        assert thinned.duration_s == pytest.approx(whole.duration_s, abs=0.05)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_side_that_is_asked_for_is_the_side_that_is_found(exercise: str) -> None:
    for side in ("left", "right"):
        done = made(exercise, 3, view=best_view(exercise), side=side)
        seen = analyze(done.recording, exercise)
        both = catalogue.load(exercise).side == "both"
        assert seen.side == ("both" if both and exercise == "squat" else side)
        assert {r.side for r in seen.repetitions} == {seen.side}
        assert seen.counted == len(done.truth.repetitions)
