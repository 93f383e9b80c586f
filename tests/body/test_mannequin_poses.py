"""Base postures rest on the floor, and key poses keep their contacts."""

import numpy as np
import pytest

from coxa.body.mannequin.contacts import Assembly, between
from coxa.body.mannequin.kinematics import BASES, BeyondLimits, joint_angles, within_limits
from coxa.body.mannequin.poses import POSTURES, both, posture
from coxa.body.mannequin.skeleton import Build, Skeleton
from coxa.errors import BadInput

BUILDS = [Build(1.55, "female", "slim"), Build(1.70), Build(1.90, "male", "heavy")]

RESTS_ON = {
    "standing": ["sole_heel_left", "sole_ball_right"],
    "supine": ["sole_ball_left", "sole_ball_right", "upper_back", "buttock_left"],
    "supine-straight": ["upper_back", "buttock_left", "occiput"],
    "prone": ["breast"],
    "all-fours": ["knee_front_left", "knee_front_right", "palm_left", "palm_right"],
    "half-kneeling-left": ["knee_front_left", "sole_ball_right"],
    "side-lying-right": ["trochanter_right", "deltoid_right", "knee_outer_right"],
    "side-lying-left": ["trochanter_left", "deltoid_left", "knee_outer_left"],
}


@pytest.mark.parametrize("build", BUILDS, ids=str)
@pytest.mark.parametrize("name", sorted(POSTURES))
def test_postures_stay_within_joint_limits_and_above_the_floor(name, build):
    posed = posture(Skeleton.of(build), name)
    assert within_limits(joint_angles(posed)) == {}
    assert posed.surface()[:, 1].min() > -0.015


@pytest.mark.parametrize("build", BUILDS, ids=str)
@pytest.mark.parametrize("name", sorted(RESTS_ON))
def test_postures_rest_on_what_bears_their_weight(name, build):
    posed = posture(Skeleton.of(build), name)
    for site in RESTS_ON[name]:
        assert posed.site(site)[1] < 0.04, site


def test_left_and_right_postures_are_mirror_images():
    skeleton = Skeleton.of(Build(1.7))
    for name in ("side-lying-{}", "side-lying-{}-straight", "half-kneeling-{}"):
        left, right = posture(skeleton, name.format("left")), posture(skeleton, name.format("right"))
        assert left.mirrored().landmarks() == pytest.approx(right.landmarks(), abs=1e-9)


KEYS = [
    ("supine", both(hip_flexion=8.0, knee_flexion=90.0), ("shoulder_left", "shoulder_right", "foot_left", "foot_right")),
    ("side-lying-right", {"hip_abduction_left": 15.0, "hip_rotation_left": 20.0, "pelvis_roll": 15.0},
     ("shoulder_right", "foot_right", "foot_left", "knee_right")),
    ("half-kneeling-left", {"hip_flexion_left": -15.0, "knee_flexion_left": 75.0, "hip_flexion_right": 100.0, "knee_flexion_right": 110.0},
     ("knee_left", "foot_left", "foot_right")),
    ("standing", both(hip_flexion=80.0, knee_flexion=80.0) | {"pelvis_tilt": 30.0}, ("foot_left", "foot_right")),
    ("standing", {"hip_abduction_left": 22.0, "pelvis_obliquity": 10.0}, ("foot_right",)),
]  # fmt: skip


@pytest.mark.parametrize("build", BUILDS, ids=str)
@pytest.mark.parametrize(("name", "changes", "fixed"), KEYS, ids=["bridge", "clamshell", "stretch", "squat", "kick"])
def test_fixed_contacts_of_a_key_pose_stay(name, changes, fixed, build):
    skeleton = Skeleton.of(build)
    rest, moved = posture(skeleton, name), posture(skeleton, name, changes, fixed=fixed)
    for contact in fixed:
        segment = contact.replace("shoulder", "upper_arm").replace("knee", "shin")
        assert np.linalg.norm(moved.joint(segment) - rest.joint(segment)) < 0.02, contact
    assert np.abs(moved.landmarks() - rest.landmarks()).max() > 0.05
    assert moved.surface()[:, 1].min() > -0.015


def test_a_bridge_lifts_the_pelvis_between_planted_feet_and_shoulders():
    skeleton = Skeleton.of(Build(1.7))
    rest, up = posture(skeleton, "supine"), posture(skeleton, *KEYS[0][:2], fixed=KEYS[0][2])
    assert up.joint("pelvis")[1] - rest.joint("pelvis")[1] > 0.12
    assert up.joint("head") == pytest.approx(rest.joint("head"), abs=0.05)


@pytest.mark.parametrize("limb", ["leg", "arm"])
def test_reaching_brings_the_end_to_its_target_and_keeps_the_bones(limb):
    skeleton = Skeleton.of(Build(1.7))
    body = Assembly(skeleton, 20)
    body.place_pelvis(BASES["standing"], at=np.array([0.0, 0.9, 0.0]))
    body.bend_trunk(np.eye(3))
    end, root = ("foot_left", "thigh_left") if limb == "leg" else ("hand_left", "upper_arm_left")
    rng = np.random.default_rng(0)
    reach = (skeleton.thigh_m + skeleton.shin_m) if limb == "leg" else (skeleton.upper_arm_m + skeleton.forearm_m)
    way = rng.normal(size=(20, 3)) * [0.3, 0.2, 0.3] + [0.1, -1.0, 0.1]
    target = body.joint(root) + way / np.linalg.norm(way, axis=1, keepdims=True) * rng.uniform(0.5, 0.98, (20, 1)) * reach
    body.reach(limb, "left", target, np.array([0.0, 0.1, 1.0 if limb == "leg" else -1.0]))
    assert body.joint(end) == pytest.approx(target, abs=1e-9)
    found = joint_angles(body.posed())
    bend = found["knee_flexion_left" if limb == "leg" else "elbow_flexion_left"]
    assert (bend > 0).all()


def test_the_trunk_bends_until_the_shoulders_are_seen_where_they_should_be():
    body = Assembly(Skeleton.of(Build(1.7)), 1)
    body.place_pelvis(np.eye(3)[None], at=np.zeros(3))
    towards = np.array([0.2, 0.95, 0.24])
    towards /= np.linalg.norm(towards)
    body.bend_trunk(np.eye(3)[None], towards=towards)
    line = (body.joint("upper_arm_left") + body.joint("upper_arm_right"))[0] / 2
    assert line / np.linalg.norm(line) == pytest.approx(towards, abs=2e-3)


def test_the_way_between_two_postures_stays_on_the_floor():
    skeleton = Skeleton.of(Build(1.7))
    way = between(posture(skeleton, "supine"), posture(skeleton, "side-lying-right"), np.linspace(0, 1, 9))
    assert way.surface()[..., 1].min(axis=1) == pytest.approx(np.zeros(9), abs=1e-9)
    assert way[8].rotations == pytest.approx(posture(skeleton, "side-lying-right").rotations, abs=1e-9)


def test_unknown_postures_and_impossible_changes_are_refused():
    skeleton = Skeleton.of(Build(1.7))
    with pytest.raises(BadInput, match="headstand"):
        posture(skeleton, "headstand")
    with pytest.raises(BeyondLimits, match="knee_flexion_left"):
        posture(skeleton, "standing", {"knee_flexion_left": 170.0})
