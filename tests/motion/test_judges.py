"""Landmarks of a kind in which no fault was shown to separate: repetitions are counted, faults are not tested."""

from __future__ import annotations

import pytest
from sets import best_view, filmed

from coxa.capture.simulated import simulate
from coxa.motion import Watcher
from coxa.motion.result import SetResult


def watched(exercise: str, *, judges: bool) -> SetResult:
    recording = filmed(exercise, 1, view=best_view(exercise))
    watcher = Watcher(exercise, recording.width, recording.height, judges=judges)
    watcher.watch(recording)
    return watcher.result()


@pytest.mark.parametrize("exercise", ["clamshell", "bridge", "squat"])
def test_without_judging_every_repetition_counts_as_before(exercise: str) -> None:
    with_faults = watched(exercise, judges=True)
    without = watched(exercise, judges=False)
    assert without.counted == with_faults.counted > 0
    assert [one.range for one in without.repetitions] == [one.range for one in with_faults.repetitions]


@pytest.mark.parametrize("exercise", ["clamshell", "bridge", "squat"])
def test_without_judging_every_fault_a_camera_can_see_is_not_tested(exercise: str) -> None:
    result = watched(exercise, judges=False)
    assert result.faults == ()
    assert {one.why for one in result.not_judged} <= {"not_tested", "never_visible"}
    assert "not_tested" in {one.why for one in result.not_judged}


def test_without_judging_no_cue_names_a_fault() -> None:
    done = simulate("clamshell", seed=3, view="front", repetitions=3, faults={k: {"rolls-back": 30.0} for k in range(3)})
    kinds: dict[bool, set[str]] = {}
    for judges in (True, False):
        watcher = Watcher("clamshell", done.recording.width, done.recording.height, judges=judges)
        r = done.recording
        cues = [c for k in range(len(r)) for c in watcher.push(float(r.time_s[k]), r.image[k], r.world[k], r.visibility[k])]
        kinds[judges] = {cue.kind for cue in cues}
    assert "fault" in kinds[True]
    assert "fault" not in kinds[False]


def test_the_hold_runs_while_it_is_held() -> None:
    done = simulate("hip-flexor-stretch", seed=2, view="side", repetitions=1, hold_s=10.0)
    r = done.recording
    watcher = Watcher("hip-flexor-stretch", r.width, r.height)
    seen = []
    for k in range(len(r)):
        watcher.push(float(r.time_s[k]), r.image[k], r.world[k], r.visibility[k])
        if watcher.hold_s is not None:
            seen.append(watcher.hold_s)
    longest = max(hold.held_s for hold in watcher.result().holds)
    assert seen == sorted(seen)
    assert max(seen) == pytest.approx(longest, abs=0.6)
