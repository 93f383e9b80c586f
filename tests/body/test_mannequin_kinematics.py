"""The mannequin's bones and joints."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coxa.body.landmarks import Landmark
from coxa.body.mannequin.kinematics import BASES, BeyondLimits, halved, joint_angles, mirrored_landmarks, pose, turn, within_limits
from coxa.body.mannequin.skeleton import INDEX, LIMITS_DEG, PARENTS, SEGMENTS, Build, Skeleton
from coxa.errors import BadInput

PERSON = Skeleton.of(Build(1.70))
BUILDS = st.builds(Build, st.floats(1.45, 2.0), st.sampled_from(["female", "male"]), st.sampled_from(["slim", "average", "heavy"]))


@st.composite
def angle_sets(draw):
    """Joint angles inside the limits, away from the two poles where a ball joint's angles are not unique."""
    chosen = draw(st.lists(st.sampled_from(sorted(LIMITS_DEG)), min_size=1, max_size=8, unique=True))
    shares = [draw(st.floats(0.05, 0.95)) for _ in chosen]
    angles = {n: LIMITS_DEG[n][0] + s * (LIMITS_DEG[n][1] - LIMITS_DEG[n][0]) for n, s in zip(chosen, shares, strict=True)}
    return {n: min(v, 80.0) if "shoulder" in n else v for n, v in angles.items()}


def length(posed, segment):
    return np.linalg.norm(posed.joint(segment) - posed.joint(PARENTS[segment]), axis=-1)


@given(BUILDS)
def test_proportions_follow_height_whatever_the_build(build):
    skeleton = Skeleton.of(build)
    assert skeleton.thigh_m == pytest.approx(0.245 * build.height_m)
    assert skeleton.shin_m == pytest.approx(0.246 * build.height_m)
    assert skeleton.rest_joints["head"][1] < build.height_m
    assert min(site.offset[1] + skeleton.rest_joints[site.segment][1] for site in skeleton.surface.values()) == pytest.approx(0.0)


def test_rest_pose_has_identity_rotations_and_stands_on_the_floor():
    posed = pose(PERSON)
    assert posed.rotations == pytest.approx(np.broadcast_to(np.eye(3), (len(SEGMENTS), 3, 3)))
    assert posed.surface()[:, 1].min() == pytest.approx(0.0)
    points = posed.landmarks()
    assert points[Landmark.LEFT_HIP, 0] > 0 > points[Landmark.RIGHT_HIP, 0]
    assert points[Landmark.NOSE, 2] > points[Landmark.LEFT_EAR, 2]
    assert points[Landmark.LEFT_FOOT_INDEX, 2] > points[Landmark.LEFT_HEEL, 2]


@given(angle_sets())
@settings(max_examples=60, deadline=None)
def test_bones_keep_their_length_in_every_pose(angles):
    posed = pose(PERSON, angles)
    for name in SEGMENTS:
        if PARENTS[name]:
            assert length(posed, name) == pytest.approx(np.linalg.norm(PERSON.offsets[INDEX[name]]))


@given(angle_sets())
@settings(max_examples=60, deadline=None)
def test_angles_put_in_are_read_back(angles):
    found = joint_angles(pose(PERSON, angles))
    for name, value in angles.items():
        assert float(found[name]) == pytest.approx(value, abs=1e-5), name


@pytest.mark.parametrize(
    ("angle", "segment", "axis", "sign"),
    [
        ("hip_flexion_left", "shin_left", 2, 1),
        ("hip_abduction_left", "shin_left", 0, 1),
        ("hip_abduction_right", "shin_right", 0, -1),
        ("knee_flexion_right", "foot_right", 2, -1),
        ("shoulder_flexion_right", "forearm_right", 2, 1),
        ("shoulder_abduction_right", "forearm_right", 0, -1),
        ("elbow_flexion_left", "hand_left", 2, 1),
        ("trunk_flexion", "head", 2, 1),
        ("trunk_lateral", "head", 0, 1),
    ],
)
def test_positive_angles_go_the_clinical_way(angle, segment, axis, sign):
    moved = pose(PERSON, {angle: 30.0}, position=np.zeros(3)).joint(segment) - pose(PERSON, position=np.zeros(3)).joint(segment)
    assert sign * moved[axis] > 0.05


@pytest.mark.parametrize("side", ["left", "right"])
def test_outward_rotation_of_the_hip_turns_the_toes_outwards(side):
    toes = pose(PERSON, {f"hip_rotation_{side}": 40.0}).landmarks()[Landmark[f"{side.upper()}_FOOT_INDEX"], 0]
    ankle = pose(PERSON).landmarks()[Landmark[f"{side.upper()}_ANKLE"], 0]
    assert (toes - ankle) * (1 if side == "left" else -1) > 0.05


@pytest.mark.parametrize("name", sorted(LIMITS_DEG))
def test_an_angle_beyond_its_limit_is_refused_by_name(name):
    low, high = LIMITS_DEG[name]
    for wrong in (low - 1.0, high + 1.0, float("nan")):
        with pytest.raises(BeyondLimits, match=name):
            pose(PERSON, {name: wrong})
    assert name in within_limits({name: np.array([0.0, high + 1.0])})


def test_unknown_joints_bases_and_builds_are_refused():
    with pytest.raises(ValueError, match="hip_twist"):
        pose(PERSON, {"hip_twist": 3.0})
    with pytest.raises(BadInput, match="hovering"):
        pose(PERSON, base="hovering")
    with pytest.raises(BadInput, match="metres"):
        Build(170.0)


def test_many_frames_at_once_equal_one_at_a_time():
    angles = {"knee_flexion_left": np.linspace(0, 90, 7), "trunk_lateral": 10.0}
    together = pose(PERSON, angles)
    for k, one in enumerate(together):
        alone = pose(PERSON, {"knee_flexion_left": float(angles["knee_flexion_left"][k]), "trunk_lateral": 10.0})
        assert one.landmarks() == pytest.approx(alone.landmarks())


def test_mirroring_a_pose_exchanges_left_and_right():
    one = pose(PERSON, {"hip_abduction_left": 25.0, "trunk_lateral": -8.0, "shoulder_flexion_right": 40.0})
    other = pose(PERSON, {"hip_abduction_right": 25.0, "trunk_lateral": 8.0, "shoulder_flexion_left": 40.0})
    assert one.mirrored().landmarks() == pytest.approx(other.landmarks())
    assert mirrored_landmarks(one.landmarks()) == pytest.approx(other.landmarks())


@given(st.floats(-170, 170), st.floats(-80, 80), st.integers(0, 2), st.integers(0, 2))
def test_half_a_turn_done_twice_is_the_turn(first, second, a, b):
    r = turn(a, first / 2) @ turn(b, second)
    assert halved(r) @ halved(r) == pytest.approx(r, abs=1e-6)


def test_base_orientations_are_rotations():
    for base in BASES.values():
        assert np.linalg.det(base) == pytest.approx(1.0)
        assert base @ base.T == pytest.approx(np.eye(3))
