"""What is said so that the camera sees what it has to; and nothing once it does."""

from __future__ import annotations

import numpy as np
import pytest

from coxa.capture.simulated import simulate
from coxa.exercises import catalogue
from coxa.motion import Watcher
from coxa.web.live import framing as words
from coxa.web.live.framing import framing


def said(
    exercise: str, view: str, *, shift: tuple[float, float] = (0.0, 0.0), scale: float = 1.0, posture: str = "", ready: bool = False
) -> str:
    """What is said of a simulated person in the start position, moved and scaled in the picture."""
    recording = simulate(exercise, seed=1, view=view, repetitions=1).recording
    watcher = Watcher(exercise, recording.width, recording.height)
    for k in range(20):
        watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])
    image = np.array(recording.image[20])
    middle = np.nanmean(image[:, :2], axis=0)
    image[:, :2] = (image[:, :2] - middle) * scale + middle + np.array(shift)
    known = catalogue.load(exercise)
    return framing(known, posture or watcher.posture, watcher.view, ready, image, recording.visibility[20])


@pytest.mark.parametrize(
    ("exercise", "view"), [("bridge", "side"), ("clamshell", "front"), ("squat", "front"), ("standing-abduction", "front")]
)
def test_a_person_in_place_is_seen_and_once_ready_nothing_is_said(exercise: str, view: str) -> None:
    assert said(exercise, view) == words.I_SEE_YOU
    assert said(exercise, view, ready=True) == ""


@pytest.mark.parametrize(("exercise", "view"), [("bridge", "side"), ("squat", "front")])
def test_who_is_too_near_too_far_or_beside_is_told_what_to_do(exercise: str, view: str) -> None:
    upright = exercise == "squat"
    assert said(exercise, view, scale=2.5) == (words.STEP_BACK if upright else words.CAMERA_BACK)
    assert said(exercise, view, scale=0.25) == (words.COME_CLOSER if upright else words.CAMERA_CLOSER)
    assert said(exercise, view, scale=0.6, shift=(0.5, 0.0)) == words.TO_THE_MIDDLE


def test_another_posture_is_told_the_exercises_own_words() -> None:
    coaching = catalogue.load("bridge").coaching
    assert coaching is not None
    assert said("bridge", "side", posture="standing") == coaching.setup.say


@pytest.mark.parametrize(("exercise", "view", "expected"), [("squat", "raised", ""), ("bridge", "feet-end", words.MOVE["side"])])
def test_from_another_side_it_is_said_where_to_put_the_camera(exercise: str, view: str, expected: str) -> None:
    coaching = catalogue.load(exercise).coaching
    assert coaching is not None
    if expected:
        assert view not in coaching.views
        assert said(exercise, view) == expected
    else:
        assert said(exercise, view) in (words.I_SEE_YOU, *(words.TURN[name] for name in coaching.views if name in words.TURN))


def test_nobody_in_the_picture() -> None:
    nothing = np.full((33, 3), np.nan, np.float32)
    for ready in (False, True):
        assert framing(catalogue.load("squat"), "unknown", "unknown", ready, nothing, np.zeros(33, np.float32)) == words.NOBODY
