"""One arm held up for a second pauses the session, in any posture; no exercise does so by itself."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from coxa.body import Recording
from coxa.capture.simulated import simulate
from coxa.exercises import catalogue
from coxa.web.live import arm
from coxa.web.live.arm import RaisedArm

COACHED = [one.id for one in catalogue.all_exercises("en") if one.coaching is not None]


def times(recording: Recording) -> list[float]:
    """The moments at which an arm was seen to be up."""
    raised_arm = RaisedArm()
    return [
        float(t)
        for t, image, world, visibility in zip(recording.time_s, recording.image, recording.world, recording.visibility, strict=True)
        if raised_arm.push(float(t), image, world, visibility)
    ]


def raised(recording: Recording, side: int, from_s: float, to_s: float, angle_deg: float = 0.0) -> Recording:
    """The same with one arm held up between two moments, so far from the vertical."""
    image, world, visibility = np.array(recording.image), np.array(recording.world), np.array(recording.visibility)
    held = (recording.time_s >= from_s) & (recording.time_s < to_s)
    shoulder, elbow, wrist = 11 + side, 13 + side, 15 + side
    torso_px = np.linalg.norm(
        (image[held, 11, :2] + image[held, 12, :2] - image[held, 23, :2] - image[held, 24, :2]) / 2 * [recording.width, recording.height],
        axis=1,
    )
    scale = np.maximum(torso_px, 60.0)[:, None]
    way = np.array([np.sin(np.radians(angle_deg)), -np.cos(np.radians(angle_deg))])
    for point, metres in ((elbow, 0.28), (wrist, 0.53)):
        world[held, point] = world[held, shoulder] + np.array([*(way * metres), 0.0])
        image[held, point, :2] = image[held, shoulder, :2] + way * metres / 0.5 * scale / [recording.width, recording.height]
    visibility[held, 11:17] = 0.95
    for point in (13 + 1 - side, 15 + 1 - side):
        # The other one lies beside the body.
        world[held, point] = world[held, 11 + 1 - side] + np.array([0.0, 0.1, 0.0])
    return Recording(recording.time_s, image, world, visibility, recording.width, recording.height, recording.fps)


@pytest.mark.parametrize("exercise", COACHED)
def test_no_exercise_is_taken_for_a_raised_arm(exercise: str) -> None:
    coaching = catalogue.load(exercise, "en").coaching
    assert coaching is not None
    for seed, view in enumerate(coaching.views):
        assert times(simulate(exercise, seed=seed, view=view, repetitions=2).recording) == []


@pytest.mark.parametrize(("exercise", "view"), [("bridge", "side"), ("clamshell", "front"), ("squat", "front"), ("donkey-kick", "side")])
@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("angle_deg", [-25.0, 0.0, 25.0])
def test_an_arm_held_up_is_seen_once_in_every_posture(exercise: str, view: str, side: int, angle_deg: float) -> None:
    recording = raised(simulate(exercise, seed=2, view=view, repetitions=2).recording, side, 2.0, 4.0, angle_deg)
    found = times(recording)
    assert len(found) == 1
    assert 3.0 <= found[0] <= 3.4


def test_a_wave_or_both_arms_do_not_pause() -> None:
    recording = simulate("squat", seed=2, view="front", repetitions=2).recording
    assert times(raised(recording, 0, 2.0, 2.7)) == []
    both = raised(recording, 0, 2.0, 4.0)
    world, image = np.array(both.world), np.array(both.image)
    held = (both.time_s >= 2.0) & (both.time_s < 4.0)
    for left, right in ((13, 14), (15, 16)):
        world[held, right] = world[held, 12] + (world[held, left] - world[held, 11])
        image[held, right] = image[held, 12] + (image[held, left] - image[held, 11])
    assert times(Recording(both.time_s, image, world, both.visibility, both.width, both.height, both.fps)) == []


def test_it_is_told_again_after_the_arm_came_down() -> None:
    recording = simulate("squat", seed=2, view="front", repetitions=3).recording
    twice = raised(raised(recording, 1, 1.0, 2.5), 1, 4.0, 5.5)
    assert len(times(twice)) == 2


def test_the_page_looks_with_the_same_numbers() -> None:
    """The page looks for the arm itself, so that it finds it in rests and without a connection: both must call the same an arm."""
    script = (Path(__file__).parents[2] / "web/src/arm.ts").read_text()
    said = {name: float(number) for name, number in re.findall(r"^(?:export )?const ([A-Z_]+) = ([0-9.]+);", script, re.M)}
    assert said["STOP_S"] == arm.HELD_S
    for name in ("EVERY_S", "LAPSE_S", "UP_M", "OTHER_UP_M", "STRAIGHT", "STEEP", "SEEN", "OTHER_SEEN"):
        assert said[name] == getattr(arm, name), name


def test_frames_without_a_person_are_nothing() -> None:
    one, nothing = RaisedArm(), np.full((33, 3), np.nan, np.float32)
    assert not any(one.push(k / 30, nothing, nothing, np.zeros(33, np.float32)) for k in range(90))
