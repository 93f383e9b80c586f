"""An exercise is named from the recording alone; what is none is not named; and another one is not judged as the one that was named."""

from __future__ import annotations

import numpy as np
import pytest
from sets import COACHED, OTHERWISE, filmed

from coxa.exercises import catalogue
from coxa.motion import analyze, analyze_unnamed, recognise
from coxa.motion.recognise import LEAST_CONFIDENCE, likeness, likenesses

#: What a camera cannot tell apart: a band does not show.
ALIKE = {"bridge-band": {"bridge", "bridge-band"}, "bridge": {"bridge", "bridge-band"}}


def test_every_coached_exercise_has_a_likeness_of_its_present_poses_and_rules() -> None:
    assert [id for id in COACHED if likeness(id) is None] == []  # else: bench/fit_recognition.py


def test_no_likeness_is_of_an_exercise_that_is_not_there() -> None:
    assert set(likenesses()) <= set(catalogue.ids())


@pytest.mark.parametrize("exercise", COACHED)
def test_a_clean_set_is_named(exercise: str) -> None:
    named = [recognise(filmed(exercise, seed)) for seed in (0, 1)]
    assert any(r and r[0].exercise in ALIKE.get(exercise, {exercise}) for r in named)
    for guesses in named:
        assert all(0.0 <= g.confidence <= 1.0 for g in guesses)
        assert sorted((g.confidence for g in guesses), reverse=True) == [g.confidence for g in guesses]
        assert not guesses or guesses[0].confidence >= LEAST_CONFIDENCE


@pytest.mark.parametrize("otherwise", OTHERWISE)
def test_what_is_no_exercise_is_not_named(otherwise: str) -> None:
    assert sum(bool(recognise(filmed(otherwise, seed))) for seed in range(4)) <= 1


def test_an_unnamed_recording_is_analysed_as_what_it_most_likely_shows() -> None:
    recording = filmed("clamshell", 1, view="front")
    seen = analyze_unnamed(recording)
    assert seen.exercise == "clamshell"
    assert seen.recognised[0].exercise == "clamshell"
    assert seen.repetitions == analyze(recording, "clamshell").repetitions


def test_a_recording_that_shows_no_exercise_says_so() -> None:
    seen = analyze_unnamed(filmed("lying-still", 0))
    assert (seen.exercise, seen.status, seen.recognised, seen.repetitions) == ("", "not_this_exercise", (), ())
    assert seen.seen > 0.9


@pytest.mark.parametrize(
    ("done", "named"),
    [
        ("side-lying-abduction", "clamshell"),
        ("straight-leg-raise", "hamstring-stretch"),
        ("standing-abduction", "hip-hike"),
        ("knee-hug", "straight-leg-raise"),
    ],
)
def test_another_movement_is_not_judged_as_the_one_that_was_named(done: str, named: str) -> None:
    seen = [analyze(filmed(done, seed), named) for seed in (0, 1)]
    assert all(r.status == "not_this_exercise" or r.counted == 0 for r in seen)
    assert not any(r.faults for r in seen)


def test_recognition_does_not_depend_on_where_the_frames_come_from() -> None:
    recording = filmed("squat", 2)
    assert recognise(recording) == recognise(recording)
    assert np.isfinite([g.confidence for g in recognise(recording)]).all()
