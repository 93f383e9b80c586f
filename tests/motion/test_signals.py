"""The signals of two-way, lying and stepping exercises, on points put where the angle is known; and a person on a chair."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coxa.body.posture import ALL_FOURS, DIRECTIONS, HALF_KNEELING, PRONE, SITTING, STANDING, SUPINE, chest, directions, posture_of
from coxa.body.signals import HIPS_PER_TRUNK, LEFT, RIGHT, SIGNALS, angle_of_sine, measure, needed

TRUNK = 100.0
THIGH, SHIN, LEG = 100.0 * 0.245 / 0.288, 100.0 * 0.246 / 0.288, 100.0 * (0.245 + 0.246) / 0.288
AHEAD = np.array([0.0, 1.0, 0.0])  # looks at the camera: left side at image right
ANGLES = st.floats(-70.0, 70.0)


def body(**places: tuple[float, float]) -> np.ndarray:
    """Points by name, such as left_knee=(x, y), in pixels, y down; the rest at the hips."""
    numbers = {"shoulder": 11, "hip": 23, "knee": 25, "ankle": 27, "toe": 31}
    points = np.full((34, 2), 200.0)
    points[[11, 12], 1] -= TRUNK
    for name, place in places.items():
        side, joint = name.split("_")
        points[numbers[joint] + (side == "right")] = place
    return points


def value(name: str, points: np.ndarray, side: int = LEFT, orient: np.ndarray = AHEAD) -> float:
    return float(measure(SIGNALS[name].kind, side, points, TRUNK, orient))


def at(start: tuple[float, float], length: float, right_deg: float) -> tuple[float, float]:
    """A point so far above another, leaning to image right."""
    a = math.radians(right_deg)
    return start[0] + length * math.sin(a), start[1] - length * math.cos(a)


def mirrored(points: np.ndarray) -> np.ndarray:
    other = points.copy()
    other[:, 0] = 400.0 - other[:, 0]
    for i in range(11, 33, 2):
        other[[i, i + 1]] = other[[i + 1, i]]
    return other


@given(ANGLES)
def test_knees_rolled_to_the_persons_left_bring_the_right_side_up(angle: float) -> None:
    up = TRUNK * HIPS_PER_TRUNK * math.sin(math.radians(angle))
    hips = {"left_hip": (200.0, 200.0 + up / 2), "right_hip": (200.0, 200.0 - up / 2)}
    knees = {"left_knee": (260.0, 130.0 + up / 2), "right_knee": (260.0, 130.0 - up / 2)}
    for side in (LEFT, RIGHT):
        told = angle if abs(angle) <= 45.0 else angle_of_sine(math.sin(math.radians(angle)))
        assert value("knees_sideways", body(**hips, **knees), side, np.array([0.0, 0.0, 1.0])) == pytest.approx(told)


def test_past_a_steep_angle_a_sine_goes_on_without_an_end() -> None:
    seen = [angle_of_sine(x) for x in np.linspace(-1.5, 1.5, 61)]
    assert np.all(np.diff(seen) > 0)
    assert max(np.diff(seen)) < 1.01 * math.degrees(0.05) * math.sqrt(2.0)
    assert angle_of_sine(0.5) == pytest.approx(30.0)


@given(ANGLES)
def test_a_knee_that_drops_outwards_is_positive_on_either_side(angle: float) -> None:
    points = body(left_knee=at((200.0, 200.0), 80.0, angle), right_knee=at((200.0, 200.0), 80.0, -angle))
    assert value("knee_sideways", points, LEFT) == pytest.approx(angle)
    assert value("knee_sideways", points, RIGHT) == pytest.approx(angle)


@given(ANGLES, st.sampled_from((-1.0, 1.0)))
def test_a_lying_leg_rises_over_the_horizontal_whichever_way_the_feet_are(angle: float, feet: float) -> None:
    a = math.radians(angle)
    foot = (200.0 + feet * LEG * math.cos(a), 200.0 - LEG * math.sin(a))
    knee = (200.0 + feet * 70 * math.cos(a), 200.0 - 70 * math.sin(a))
    points, orient = body(left_ankle=foot, left_knee=knee), np.array([0.0, 0.0, feet])
    assert value("leg_rise", points, orient=orient) == pytest.approx(angle)
    assert value("thigh_rise", points, orient=orient) == pytest.approx(angle)


def test_an_upright_thigh_rises_90_degrees() -> None:
    assert value("thigh_rise", body(left_knee=(200.0, 120.0)), orient=np.array([0.0, 0.0, 1.0])) == pytest.approx(90.0)


@given(st.floats(-0.4, 0.4))
def test_the_hanging_side_falls_below_the_standing_one_at_hip_and_foot(shins: float) -> None:
    down = shins * SHIN
    hips = {"left_hip": (210.0, 200.0), "right_hip": (190.0, 200.0 - down)}
    ankles = {"left_ankle": (200.0, 350.0), "right_ankle": (180.0, 350.0 - down)}
    points = body(**hips, **ankles, left_toe=(200.0, 380.0), right_toe=(180.0, 380.0 - down))
    assert value("foot_drop", points, LEFT) == pytest.approx(shins)
    assert value("foot_drop", points, RIGHT) == pytest.approx(-shins)
    points[[31, 32]] = math.nan  # not every source has toes
    assert value("foot_drop", points, LEFT) == pytest.approx(shins)


def test_a_foot_that_only_dangles_is_but_a_third_of_a_drop() -> None:
    ankles = {"left_ankle": (200.0, 350.0), "right_ankle": (180.0, 350.0)}
    points = body(**ankles, left_toe=(200.0, 380.0 + 0.1 * SHIN), right_toe=(180.0, 380.0))
    assert value("foot_drop", points, LEFT) == pytest.approx(0.1 / 3)


def test_a_drop_is_seen_in_who_lifts_that_side_of_the_pelvis_by_leaning() -> None:
    low = 0.08 * SHIN
    points = body(
        left_ankle=(200.0, 350.0 + low), right_ankle=(180.0, 350.0), left_toe=(200.0, 380.0 + low), right_toe=(180.0, 380.0),
        left_hip=(210.0, 200.0 - low), right_hip=(190.0, 200.0),
    )  # fmt: skip
    assert value("foot_drop", points, LEFT) == pytest.approx(0.08 / 3)


@given(ANGLES)
def test_knees_that_go_to_the_persons_left_do_so_whichever_is_which(angle: float) -> None:
    first, second = at((190.0, 200.0), 70.0, angle), at((210.0, 200.0), 70.0, angle)
    assert value("knees_across", body(left_knee=first, right_knee=second)) == pytest.approx(angle)
    assert value("knees_across", body(left_knee=second, right_knee=first)) == pytest.approx(angle)
    assert value("knees_across", body(left_knee=first, right_knee=second), orient=-AHEAD) == pytest.approx(-angle)


@given(st.floats(0.2, 1.2), st.sampled_from((-1.0, 1.0)))
def test_a_leg_that_swings_forward_looks_shorter(length: float, feet: float) -> None:
    forward = value("leg_swing", body(left_knee=(200.0 + feet * length * THIGH, 190.0)), orient=np.array([0.0, 1.0, feet]))
    further = value("leg_swing", body(left_knee=(200.0 + feet * (length - 0.1) * THIGH, 190.0)), orient=np.array([0.0, 1.0, feet]))
    assert further - forward == pytest.approx(math.degrees(0.1))


@given(st.floats(-150.0, 150.0), st.sampled_from((-1.0, 1.0)))
def test_travel_grows_to_the_persons_left_from_the_front_and_forwards_from_the_side(by: float, way: float) -> None:
    points, moved = body(), body() + np.array([by, 0.0])
    for orient in (np.array([0.1, way, 0.0]), np.array([way, 0.1, 0.0])):
        assert value("travel", moved, orient=orient) - value("travel", points, orient=orient) == pytest.approx(way * by / TRUNK)


def test_the_seat_is_half_a_leg_above_the_ankles_and_standing_a_whole_one() -> None:
    high = body(left_ankle=(200.0, 200.0 + LEG), right_ankle=(200.0, 200.0 + LEG))
    low = body(left_ankle=(260.0, 200.0 + LEG / 2), right_ankle=(260.0, 200.0 + LEG / 2))
    assert value("seat_height", high) == pytest.approx(1.0)
    assert value("seat_height", low) == pytest.approx(0.5)


@pytest.mark.parametrize("name", SIGNALS)
def test_a_mirror_exchanges_the_sides_of_every_signal(name: str) -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        points = 200.0 + 60.0 * rng.standard_normal((34, 2))
        orient = rng.uniform(-1.0, 1.0, 3)
        other = orient * np.array([-1.0, 1.0, -1.0])
        left, right = value(name, points, LEFT, orient), value(name, mirrored(points), RIGHT, other)
        if name in ("knees_sideways", "knees_across", "travel", "hip_shift"):
            continue  # to the left, or from the picture's edge: of the whole body
        assert right == pytest.approx(left)


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_uses_the_landmarks_it_says_and_the_torso(name: str) -> None:
    # The far one of a pair may be guessed along; nothing else may be read.
    rng = np.random.default_rng(5)
    points = 200.0 + 60.0 * rng.standard_normal((34, 2))
    kept = {i + k for i in needed(SIGNALS[name].kind, LEFT) for k in ((0, 1) if i % 2 else (0, -1))} | {33, 11, 12, 23, 24}
    if name == "thigh_extension":
        kept |= {26}
    changed = points.copy()
    changed[[i for i in range(33) if i not in kept]] += 50.0
    assert value(name, points) == value(name, changed)


def posture(points: np.ndarray, world: np.ndarray) -> int:
    d, n = np.zeros(DIRECTIONS), np.zeros(3)
    directions(points, world, d)
    chest(d, n)
    return int(posture_of(d, n))


def figure(trunk: tuple[float, float], knee: tuple[float, float], ankle: tuple[float, float], far_knee: tuple[float, float] | None = None,
           face: float = 1.0) -> int:  # fmt: skip
    """Posture of a body seen from its left, from joints relative to the hips (trunk lengths, x right, y down)."""
    world = np.zeros((33, 3))
    world[[11, 12], :2] = trunk
    for i, place in ((25, knee), (27, ankle), (31, ankle), (26, far_knee or knee), (28, ankle), (32, ankle)):
        world[i, :2] = place
    world[12::2, 2] = 0.3 * face  # the right side is the far one
    return posture(world[:, :2] * 100.0, world)


def test_a_person_on_a_chair_sits_and_one_who_stands_or_kneels_does_not() -> None:
    assert figure((0.0, -1.0), (-0.85, 0.05), (-0.85, 0.9)) == SITTING
    assert figure((0.0, -1.0), (-0.8, 0.25), (-0.8, 1.1)) == SITTING
    assert figure((0.0, -1.0), (0.0, 0.85), (0.0, 1.7)) == STANDING
    assert figure((0.0, -1.0), (0.0, 0.85), (0.85, 0.87), far_knee=(-0.85, 0.0)) == HALF_KNEELING


def test_on_all_fours_one_leg_may_be_lifted_and_lying_on_the_front_is_not_all_fours() -> None:
    # With the head at image right and the chest down, the near side is the right one.
    assert figure((1.0, 0.0), (0.0, 0.85), (-0.85, 0.85), face=-1.0) == ALL_FOURS
    assert figure((1.0, 0.0), (0.0, 0.85), (-0.85, 0.85), far_knee=(-0.85, -0.15), face=-1.0) == ALL_FOURS
    assert figure((1.0, 0.0), (-0.85, 0.02), (-1.7, 0.02), face=-1.0) == PRONE
    assert figure((1.0, 0.0), (-0.85, 0.02), (-1.7, 0.02)) == SUPINE
