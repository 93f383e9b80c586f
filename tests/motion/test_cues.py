"""Live cues: one at a time, the most harmful first, praise when it is mended, silence when all is well."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sets import EXERCISES, OTHERWISE, best_view, filmed, hidden, joined, part

from coxa.body.recording import Recording
from coxa.exercises import catalogue
from coxa.motion import Watcher
from coxa.motion.cues import AGAIN_S, APART_S, Cue
from coxa.motion.plan import coached

SEEDS = st.integers(0, 7)


def said(recording: Recording, exercise: str, *, judge_untested: bool = True) -> list[tuple[Cue, ...]]:
    """What was said at each frame."""
    watcher = Watcher(exercise, recording.width, recording.height, judge_untested=judge_untested)
    return [
        watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])
        for k in range(len(recording))
    ]


def of_kind(spoken: list[tuple[Cue, ...]], kind: str) -> list[Cue]:
    return [cue for cues in spoken for cue in cues if cue.kind == kind]


#: Two faults at once, the more harmful one first.
TWO = {
    "bridge": ("over-lift", 196.0, "too-fast", 0.35),
    "standing-abduction": ("trunk-leans-to-stance", 18.0, "lift-too-big", 65.0),
    "standing-extension": ("trunk-leans-forward", 25.0, "too-fast", 0.35),
    "squat": ("knees-in", 25.0, "too-fast", 0.35),
}


@pytest.mark.parametrize("exercise", EXERCISES)
@settings(max_examples=6)
@given(seed=SEEDS, data=st.data())
def test_at_most_one_fault_is_said_at_a_time_and_none_again_too_soon(exercise: str, seed: int, data: st.DataObject) -> None:
    worst = TWO.get(exercise)
    faults = {k: {worst[0]: worst[1], worst[2]: worst[3]} for k in range(3) if data.draw(st.booleans())} if worst else None
    spoken = said(filmed(exercise, seed, view=best_view(exercise), faults=faults), exercise)
    for cues in spoken:
        assert Counter(cue.kind for cue in cues)["fault"] <= 1
    told = of_kind(spoken, "fault")
    gaps = np.diff([cue.time_s for cue in told])
    assert (gaps >= APART_S).all()
    for fault in {cue.fault for cue in told}:
        assert (np.diff([cue.time_s for cue in told if cue.fault == fault]) >= AGAIN_S).all()


@pytest.mark.parametrize("exercise", TWO)
def test_of_two_faults_at_once_the_more_harmful_one_is_said(exercise: str) -> None:
    worse, size, other, less = TWO[exercise]
    harm = {rule.fault: rule.harm for rule in coached(catalogue.load(exercise)).faults}
    assert harm[worse] < harm[other]
    first = []
    for seed in range(4):
        both = {0: {worse: size, other: less}}
        spoken = said(filmed(exercise, seed, view=best_view(exercise), faults=both, hold_s=1.0, noise=False), exercise)
        at_once = [{cue.fault for cue in cues if cue.kind == "fault"} for cues in spoken if any(cue.kind == "repetition" for cue in cues)]
        assert all(other not in told or worse not in told for told in at_once)
        first += [cue.fault for cue in of_kind(spoken, "fault")][:1]
    assert Counter(first)[worse] == 4


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_cue_says_what_the_exercise_says_about_its_fault(exercise: str) -> None:
    rules = {rule.fault: rule for rule in coached(catalogue.load(exercise)).faults}
    worst = TWO.get(exercise)
    faults = {0: {worst[0]: worst[1]}} if worst else None
    spoken = said(filmed(exercise, 2, view=best_view(exercise), faults=faults), exercise)
    for cue in of_kind(spoken, "fault"):
        assert cue.text == rules[cue.fault].cue
        assert rules[cue.fault].kind != "never"
    for cue in of_kind(spoken, "praise"):
        assert cue.text == rules[cue.fault].fixed


MENDED = {
    "standing-abduction": ("trunk-leans-to-stance", 18.0), "standing-extension": ("trunk-leans-forward", 25.0),
    "squat": ("knees-in", 25.0), "bridge": ("over-lift", 198.0),
}  # fmt: skip


@pytest.mark.parametrize("exercise", MENDED)
def test_a_mended_fault_is_praised_once_and_a_kept_one_is_not(exercise: str) -> None:
    fault, size = MENDED[exercise]
    options = {"view": best_view(exercise), "noise": False, "up_s": 2.0, "hold_s": 1.5, "down_s": 2.0}
    for seed in range(3):
        mended = said(filmed(exercise, seed, faults={0: {fault: size}}, **options), exercise)
        praise = [cue for cue in of_kind(mended, "praise") if cue.fault == fault]
        assert len(praise) == 1
        assert praise[0].time_s > next(cue.time_s for cue in of_kind(mended, "fault") if cue.fault == fault)
        kept = said(filmed(exercise, seed, faults={k: {fault: size} for k in range(3)}, **options), exercise)
        assert fault in {cue.fault for cue in of_kind(kept, "fault")}
        assert fault not in {cue.fault for cue in of_kind(kept, "praise")}


@pytest.mark.parametrize("exercise", ["bridge", "side-lying-abduction", "standing-abduction", "standing-extension", "hip-flexor-stretch"])
def test_when_all_is_well_nothing_is_said_but_the_count(exercise: str) -> None:
    clean = {
        "bridge": 172.0,
        "side-lying-abduction": 24.0,
        "standing-abduction": 24.0,
        "standing-extension": 12.0,
        "hip-flexor-stretch": 17.0,
    }
    options = {"ranges": clean.get(exercise, 24.0), "up_s": 2.5, "hold_s": 22.0 if exercise == "hip-flexor-stretch" else 1.5, "down_s": 2.5}
    for seed in range(3):
        spoken = said(filmed(exercise, seed, view=best_view(exercise), noise=False, **options), exercise)
        assert {cue.kind for cues in spoken for cue in cues} <= {"ready", "repetition"}
        assert len(of_kind(spoken, "ready")) == 1


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_fault_that_may_not_be_judged_is_not_said(exercise: str) -> None:
    rules = {rule.fault: rule for rule in coached(catalogue.load(exercise)).faults}
    worst = TWO.get(exercise)
    faults = {0: {worst[0]: worst[1], worst[2]: worst[3]}} if worst else None
    recording = filmed(exercise, 2, view=best_view(exercise), faults=faults)
    watcher = Watcher(exercise, recording.width, recording.height)
    told = []
    for k in range(len(recording)):
        told += watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])
    view = watcher.result().view
    for cue in told:
        assert cue.kind != "fault" or rules[cue.fault].views.get(view) == "judged"  # type: ignore[call-overload]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_each_repetition_is_said_once(exercise: str) -> None:
    for seed in range(3):
        recording = filmed(exercise, seed, view=best_view(exercise))
        watcher = Watcher(exercise, recording.width, recording.height)
        told = 0
        for k in range(len(recording)):
            cues = watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])
            told += sum(cue.kind == "repetition" for cue in cues)
        # What only the end of the clip completes comes with the result.
        assert len(watcher.result().repetitions) - 1 <= told <= len(watcher.result().repetitions)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_lost_start_is_said_with_what_to_do_and_a_new_one_is_announced(exercise: str) -> None:
    recording = filmed(exercise, 1, view=best_view(exercise))
    still = part(recording, 0, 40)
    gone = hidden(joined(part(recording, 0, 40), still), [*range(33)])
    spoken = said(joined(joined(still, gone), recording), exercise)
    kinds = [cue.kind for cues in spoken for cue in cues if cue.kind in ("ready", "lost")]
    assert kinds[:3] == ["ready", "lost", "ready"]
    assert of_kind(spoken, "lost")[0].text == coached(catalogue.load(exercise)).setup.say


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("other", OTHERWISE)
def test_no_fault_is_said_to_somebody_who_does_something_else(exercise: str, other: str) -> None:
    spoken = said(filmed(other, 1), exercise)
    assert of_kind(spoken, "fault") == []


def test_cues_come_with_the_time_of_their_frame() -> None:
    recording = filmed("bridge", 1, view="side")
    for time_s, cues in zip(recording.time_s, said(recording, "bridge"), strict=True):
        assert all(cue.time_s == time_s for cue in cues)


def test_what_another_mistake_hides_is_neither_said_nor_praised() -> None:
    """Nothing is known of a roll while the feet part: live no more than in the result."""
    rolls, both = {"rolls-back": 30.0}, {"rolls-back": 30.0, "feet-part": 14.0}
    for seed in range(3):
        for first in ({}, rolls):
            recording = filmed("clamshell", seed, view="front", repetitions=2, ranges=24.0, faults={0: first, 1: both})
            watcher = Watcher("clamshell", recording.width, recording.height)
            told: list[Cue] = []
            for k in range(len(recording)):
                told += watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])
            one, two = watcher.result().repetitions
            assert one.faults == tuple(first)
            assert two.faults == ("feet-part",)
            assert not [cue for cue in told if cue.fault == "rolls-back" and cue.time_s > two.start_s]
