"""Every animation stays within the joints' limits, on its contacts, out of the floor and out of itself, and moves like a person."""

from functools import lru_cache

import numpy as np
import pytest
from pydantic import ValidationError

from coxa.body.mannequin.flesh import Flesh
from coxa.body.mannequin.kinematics import joint_angles, within_limits
from coxa.body.mannequin.skeleton import SEGMENTS, Build, Skeleton
from coxa.body.mannequin.stances import STANCES, marks
from coxa.errors import BadInput
from coxa.exercises.catalogue import ids, load
from coxa.exercises.movement import Movement
from coxa.exercises.moving import Moving, poses, still

PERSON = Skeleton.of(Build(1.70))
FLESH = Flesh.of(PERSON)
ALL = ids()
every = pytest.mark.parametrize("exercise", ALL)


@lru_cache(maxsize=64)
def moving(exercise: str) -> Moving:
    return poses(movement(exercise), PERSON, fps=12.0)


def movement(exercise: str) -> Movement:
    found = load(exercise).movement
    assert found is not None, f"{exercise} has no [movement]"
    return found


@every
def test_no_joint_goes_beyond_its_limits(exercise):
    assert within_limits(joint_angles(moving(exercise).posed)) == {}


@every
def test_what_bears_weight_stays_where_it_is(exercise):
    shown = moving(exercise)
    found = marks(PERSON)
    assert shown.contacts
    for name, place in shown.contacts.items():
        away = np.linalg.norm(shown.posed.site(found[name].site) - place, axis=-1)
        assert np.nanmax(away, initial=0.0) < 0.01, f"{name} at frame {np.nanargmax(away)}"


@every
def test_nothing_sinks_into_the_floor_and_nobody_floats(exercise):
    shown = moving(exercise)
    flesh = FLESH.centres(shown.posed)[..., 1] - FLESH.radius
    lowest = np.minimum(shown.posed.surface()[..., 1].min(axis=-1), flesh.min(axis=-1))
    assert lowest.min() > -0.012, f"frame {lowest.argmin()}"
    if movement(exercise).base != "standing-on-step":
        assert lowest.max() < 0.015, f"frame {lowest.argmax()}"


@every
def test_the_body_does_not_go_through_itself(exercise):
    shown = moving(exercise)
    depth = FLESH.depth(shown.posed).max(axis=0)
    for (a, b), deep in zip(FLESH.pairs, depth, strict=True):
        if deep < 0.015:
            continue
        names = {SEGMENTS[FLESH.segment[a]], SEGMENTS[FLESH.segment[b]]}
        # what holds or lies on something presses into it
        assert deep < 0.035, names
        assert touching(movement(exercise), names), names


def touching(shown: Movement, names: set[str]) -> bool:
    held = any(name.startswith(("hand", "forearm")) for name in names) and (
        shown.hands or STANCES[shown.base].hands or any(key.hands for key in (shown.start, shown.peak, *shown.keys.values()))
    )
    stacked = all(name.startswith(("shin", "foot", "thigh")) for name in names) and (
        STANCES[shown.base].meets or any(key.meets for key in (shown.start, shown.peak, *shown.keys.values()))
    )
    return bool(held or stacked)


@every
def test_it_moves_smoothly_and_the_loop_closes(exercise):
    shown = moving(exercise)
    whole = np.concatenate([shown.posed.origins[-1:], shown.posed.origins, shown.posed.origins[:1]])
    speed = np.linalg.norm(np.diff(whole, axis=0), axis=-1) * 12.0
    assert speed.max() < 2.0, f"{SEGMENTS[np.unravel_index(speed.argmax(), speed.shape)[1]]} at frame {speed.max(axis=1).argmax()}"
    jolt = np.linalg.norm(np.diff(whole, n=2, axis=0), axis=-1) * 144.0
    assert jolt.max() < 20.0, f"{SEGMENTS[np.unravel_index(jolt.argmax(), jolt.shape)[1]]} at frame {jolt.max(axis=1).argmax()}"


@every
def test_the_key_frames_are_the_key_poses(exercise):
    shown = moving(exercise)
    assert {"start", "peak"} <= set(shown.key_frames)
    for key, frame in shown.key_frames.items():
        assert shown.posed.origins[frame] == pytest.approx(still(movement(exercise), PERSON, key).origins, abs=2e-3), key
    assert len(shown.time_s) == len(shown.posed)


@every
def test_each_mistake_looks_wrong_and_is_marked(exercise):
    own = movement(exercise)
    for fault, variant in own.faults.items():
        if not variant.angles:
            assert fault in {"too-fast", "bounces"}
            continue
        assert variant.where, fault
        assert variant.arrow, fault
        wrong, clean = (still(own, PERSON, variant.key, fault=name) for name in (fault, None))
        assert within_limits(joint_angles(wrong)) == {}, fault
        assert np.abs(wrong.landmarks() - clean.landmarks()).max() > 0.03, fault
        assert wrong.surface()[:, 1].min() > -0.02, fault
        assert wrong.surface()[:, 1].min() < 0.25, fault


@pytest.mark.parametrize("build", [Build(1.52, "female", "slim"), Build(1.92, "male", "heavy")], ids=str)
@pytest.mark.parametrize("exercise", ["bridge", "clamshell", "standing-abduction", "donkey-kick", "chair-stand"])
def test_other_builds_keep_their_contacts_too(exercise, build):
    person = Skeleton.of(build)
    shown = poses(movement(exercise), person, fps=4.0)
    found = marks(person)
    for name, place in shown.contacts.items():
        away = np.linalg.norm(shown.posed.site(found[name].site) - place, axis=-1)
        assert np.nanmax(away, initial=0.0) < 0.015, name
    assert shown.posed.surface()[..., 1].min() > -0.015


@pytest.mark.parametrize("exercise", ["clamshell", "hip-hike", "lower-back-rotations"])
def test_the_right_side_is_the_mirror_image_of_the_left(exercise):
    left, right = (still(movement(exercise), PERSON, side=side) for side in ("left", "right"))
    assert left.mirrored().origins == pytest.approx(right.origins, abs=1e-12)


def test_props_stand_where_the_body_uses_them():
    for exercise in ALL:
        own = movement(exercise)
        assert {p.kind for p in moving(exercise).props} == set(own.props)
    chair = next(p for p in moving("chair-stand").props if p.kind == "chair")
    seat = still(movement("chair-stand"), PERSON, "start").joint("pelvis")
    assert (chair.low[[0, 2]] < seat[[0, 2]]).all()
    assert (chair.high[[0, 2]] > seat[[0, 2]]).all()
    step = next(p for p in moving("hip-hike").props if p.kind == "step")
    sole = still(movement("hip-hike"), PERSON, "start").site("sole_ball_left")
    assert sole[1] == pytest.approx(step.high[1], abs=0.01)


@pytest.mark.parametrize("exercise", ["hip-hike", "standing-abduction", "standing-extension", "squat", "single-leg-stance"])
def test_whoever_has_a_worktop_beside_them_rests_a_hand_on_it(exercise):
    own, shown = movement(exercise), moving(exercise)
    top = next(p for p in shown.props if p.kind.startswith("support"))
    holding = [name for name, place in own.hands.items() if place == "support"]
    assert holding
    for hand in holding:
        side = hand.removeprefix("hand_").replace("working", "left").replace("other", "right")
        palm = shown.posed.site(marks(PERSON)[f"palm_{side}"].site)
        assert (palm[:, [0, 2]] > top.low[[0, 2]]).all()
        assert (palm[:, [0, 2]] < top.high[[0, 2]]).all()
        assert np.abs(palm[:, 1] - top.high[1]).max() < 0.015
        # the fingers lie along the top, they do not go into it
        finger = shown.posed.site(marks(PERSON)[f"finger_{side}"].site)
        assert finger[:, 1].min() > top.high[1] - 0.02


def test_the_legs_of_who_stands_on_one_are_seen_apart():
    stood = still(movement("single-leg-stance"), PERSON)
    lifted, other = stood.joint("foot_left"), stood.joint("foot_right")
    assert lifted[2] - other[2] > 0.15
    assert abs(np.arcsin(stood.rotation("pelvis")[1, 0])) < np.radians(2)


def test_the_lower_leg_of_both_is_clearly_off_the_floor():
    for key in ("start", "peak"):
        assert still(movement("side-lying-abduction-both-legs"), PERSON, key).joint("foot_right")[1] > 0.10


def test_a_mistake_or_key_pose_that_does_not_exist_is_refused():
    with pytest.raises(BadInput, match="headstand"):
        still(movement("bridge"), PERSON, "headstand")
    with pytest.raises(BadInput, match="yawns"):
        poses(movement("bridge"), PERSON, fault="yawns")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": ["start", "end"]}, "no key pose named end"),
        ({"path": ["start", "peak"], "seconds": [1]}, "seconds needs one number"),
        ({"hands": {"hand_left": "banister"}}, "cannot hold banister"),
        ({"start": {"angles": {"tail": 3}}}, "unknown joint angle tail"),
        ({"start": {"lifts": ["wing_left"]}}, "unknown contact wing_left"),
    ],
)
def test_a_movement_that_does_not_hang_together_is_refused(change, message):
    with pytest.raises(ValidationError, match=message):
        Movement.model_validate({"base": "supine", "start": {}, "peak": {}} | change)
