"""Watching a set: streamed equals batch to the bit, and nothing is left behind from one set to the next."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sets import EXERCISES, OTHERWISE, best_view, filmed, hidden, joined, moved, part

from coxa.body.recording import Recording
from coxa.errors import BadInput
from coxa.motion import SetResult, Watcher, analyze
from coxa.motion.watch import trace_set

SEEDS = st.integers(0, 5)


def push_all(watcher: Watcher, recording: Recording) -> None:
    for k in range(len(recording)):
        watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])


def streamed(exercise: str, recording: Recording, *, judge_untested: bool = True) -> SetResult:
    watcher = Watcher(exercise, recording.width, recording.height, source=recording.source, judge_untested=judge_untested)
    push_all(watcher, recording)
    return watcher.result()


def text(result: SetResult) -> str:
    return json.dumps(result.to_json(), allow_nan=False)


@st.composite
def cuts(draw: st.DrawFn, length: int) -> list[int]:
    """Where a recording is cut into parts."""
    inner = draw(st.lists(st.integers(1, length - 1), max_size=8, unique=True))
    return [0, *sorted(inner), length]


@pytest.mark.parametrize("exercise", EXERCISES)
@settings(max_examples=8)
@given(data=st.data(), seed=SEEDS)
def test_streamed_equals_batch_to_the_bit_however_it_is_cut(exercise: str, data: st.DataObject, seed: int) -> None:
    recording = filmed(exercise, seed, view=best_view(exercise))
    whole = analyze(recording, exercise, judge_untested=True)
    watcher = Watcher(exercise, recording.width, recording.height, source=recording.source, judge_untested=True)
    edges = data.draw(cuts(len(recording)))
    for first, last in pairwise(edges):
        piece = part(recording, first, last)
        if data.draw(st.booleans(), label="frame by frame"):
            push_all(watcher, piece)
        else:
            watcher.watch(piece)
    assert text(watcher.result()) == text(whole)
    assert text(streamed(exercise, recording)) == text(whole)
    assert whole.status == "judged"
    assert whole.repetitions


@settings(max_examples=20)
@given(
    exercise=st.sampled_from(EXERCISES),
    other=st.sampled_from((*EXERCISES, *OTHERWISE)),
    seed=SEEDS,
    cut=st.integers(1, 300),
    data=st.data(),
)
def test_streamed_equals_batch_for_another_movement_and_for_losses(
    exercise: str, other: str, seed: int, cut: int, data: st.DataObject
) -> None:
    recording = filmed(other, seed)
    first = data.draw(st.integers(0, len(recording) - 60))
    recording = hidden(recording, list(range(33)), slice(first, first + data.draw(st.integers(1, 60))))
    watcher = Watcher(exercise, recording.width, recording.height, source=recording.source)
    watcher.watch(part(recording, 0, cut))
    push_all(watcher, part(recording, cut))
    assert text(watcher.result()) == text(analyze(recording, exercise))


@settings(max_examples=15)
@given(one=st.sampled_from(EXERCISES), two=st.sampled_from(EXERCISES), seeds=st.tuples(SEEDS, SEEDS))
def test_two_watchers_side_by_side_see_what_each_sees_alone(one: str, two: str, seeds: tuple[int, int]) -> None:
    recordings = [filmed(one, seeds[0]), filmed(two, seeds[1])]
    watchers = [
        Watcher(exercise, r.width, r.height, source=r.source, judge_untested=True)
        for exercise, r in zip((one, two), recordings, strict=True)
    ]
    for k in range(max(len(r) for r in recordings)):
        for watcher, r in zip(watchers, recordings, strict=True):
            if k < len(r):
                watcher.push(float(r.time_s[k]), r.image[k], r.world[k], r.visibility[k])
    for watcher, exercise, r in zip(watchers, (one, two), recordings, strict=True):
        assert text(watcher.result()) == text(analyze(r, exercise, judge_untested=True))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_same_set_gives_the_same_result_whatever_was_watched_before(exercise: str) -> None:
    recording = filmed(exercise, 1)
    before = text(analyze(recording, exercise))
    for other in EXERCISES:
        analyze(filmed(other, 2), other)
    assert text(analyze(recording, exercise)) == before


def test_a_recording_is_not_changed_by_being_watched() -> None:
    recording = filmed("clamshell", 1)
    copies = [np.array(a) for a in (recording.time_s, recording.image, recording.world, recording.visibility)]
    analyze(recording, "clamshell")
    for now, before in zip((recording.time_s, recording.image, recording.world, recording.visibility), copies, strict=True):
        np.testing.assert_array_equal(now, before)


def test_the_result_asked_for_again_is_the_same() -> None:
    recording = filmed("bridge", 1)
    watcher = Watcher("bridge", recording.width, recording.height)
    watcher.watch(part(recording, 0, 400))
    assert watcher.result() is watcher.result()


def test_a_frame_after_the_result_is_refused() -> None:
    recording = filmed("bridge", 1)
    watcher = Watcher("bridge", recording.width, recording.height)
    watcher.watch(part(recording, 0, 100))
    before = text(watcher.result())
    with pytest.raises(BadInput, match="no frame after the result"):
        push_all(watcher, part(recording, 100, 101))
    with pytest.raises(BadInput, match="no frame after the result"):
        watcher.watch(part(recording, 100))
    assert text(watcher.result()) == before


@pytest.mark.parametrize("time_s", [1.0, 0.999, -5.0, float("nan"), float("inf")])
def test_time_that_does_not_run_forward_is_refused(time_s: float) -> None:
    recording = filmed("bridge", 1)
    watcher = Watcher("bridge", recording.width, recording.height)
    watcher.push(1.0, recording.image[0], recording.world[0], recording.visibility[0])
    with pytest.raises(BadInput, match="expected a time after 1 s"):
        watcher.push(time_s, recording.image[1], recording.world[1], recording.visibility[1])


def test_a_part_that_lies_before_the_last_frame_is_refused_and_changes_nothing() -> None:
    recording = filmed("bridge", 1)
    watcher = Watcher("bridge", recording.width, recording.height, source=recording.source)
    watcher.watch(part(recording, 0, 200))
    with pytest.raises(BadInput, match="expected a time after"):
        watcher.watch(part(recording, 100, 300))
    watcher.watch(part(recording, 200))
    assert text(watcher.result()) == text(analyze(recording, "bridge"))


@pytest.mark.parametrize("what", ["image", "world", "visibility"])
def test_a_live_frame_of_wrong_shape_is_refused(what: str) -> None:
    recording = filmed("bridge", 1)
    frame = {"image": recording.image[0], "world": recording.world[0], "visibility": recording.visibility[0]}
    frame[what] = frame[what][:20]
    watcher = Watcher("bridge", recording.width, recording.height)
    with pytest.raises(BadInput, match=what):
        watcher.push(0.0, **frame)


def test_an_unknown_side_is_refused() -> None:
    with pytest.raises(BadInput, match="expected left, right or auto, got 'both'"):
        Watcher("bridge", 640, 480, "both")  # type: ignore[arg-type]


def test_no_frame_at_all_is_cannot_see() -> None:
    result = Watcher("bridge", 640, 480).result()
    assert (result.status, result.frames, result.duration_s, result.seen, result.repetitions) == ("cannot_see", 0, 0.0, 0.0, ())
    assert json.loads(text(result))["schema"] == "coxa.set-result/1"


def test_one_frame_is_a_result() -> None:
    result = analyze(part(filmed("bridge", 1), 0, 1), "bridge")
    assert (result.frames, result.repetitions, result.faults) == (1, (), ())
    assert json.loads(text(result))


def test_repetitions_are_known_while_the_set_goes_on() -> None:
    recording = filmed("squat", 1)
    watcher = Watcher("squat", recording.width, recording.height)
    seen = []
    for k in range(len(recording)):
        watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])
        seen.append(watcher.repetitions)
    assert seen[0] == 0
    assert np.all(np.diff(seen) >= 0)
    assert seen[-1] >= len(watcher.result().repetitions) - 1


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_repetition_is_confirmed_within_a_second_of_its_end(exercise: str) -> None:
    recording = filmed(exercise, 3, view=best_view(exercise))
    watcher = Watcher(exercise, recording.width, recording.height)
    said = []
    for k in range(len(recording)):
        cues = watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])
        said += [cue.time_s for cue in cues if cue.kind == "repetition"]
    found = watcher.result().repetitions
    assert found
    # The last ones may be closed by the end of the clip.
    for k, at_s in enumerate(said):
        assert at_s - found[k].end_s <= 1.0


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_signal_over_time_has_a_value_for_each_frame_and_shows_each_repetition(exercise: str) -> None:
    recording = filmed(exercise, 1, view=best_view(exercise))
    traced = trace_set(recording, exercise)
    assert len(traced["values"]) == len(traced["time_s"]) == len(recording)
    for repetition in analyze(recording, exercise).repetitions:
        inside = traced["values"][(traced["time_s"] >= repetition.start_s) & (traced["time_s"] <= repetition.end_s)]
        assert np.nanmax(inside) - np.nanmin(inside) >= 0.7 * repetition.range
        assert traced["unit"] == repetition.unit


def test_another_person_who_takes_over_starts_from_the_set_up() -> None:
    first, second = filmed("bridge", 1, view="side"), moved(filmed("bridge", 2, view="side"), scale=0.38, about=(0.95, 0.95))
    result = analyze(joined(part(first, 0, 80), second), "bridge")
    alone = analyze(second, "bridge")
    assert result.counted == alone.counted
    assert [round(r.range, 1) for r in result.repetitions] == pytest.approx([round(r.range, 1) for r in alone.repetitions], abs=1.0)
