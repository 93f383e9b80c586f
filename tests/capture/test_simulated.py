"""The simulated person does what was asked, as people can, and the truth says so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coxa.body.landmarks import Landmark
from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.kinematics import joint_angles, within_limits
from coxa.body.mannequin.skeleton import INDEX, PARENTS, SEGMENTS, Build
from coxa.capture.simulated import PERFORMED, random_setup, simulate
from coxa.errors import BadInput

EXERCISES = [name for name, spec in PERFORMED.items() if spec.repeats]
IDLE = [name for name, spec in PERFORMED.items() if not spec.repeats]

#: A size for each fault, well above any limit.
SIZES = {
    "rolls-back": 26.0, "pelvis-hikes": 14.0, "pelvis-drops": 10.0, "trunk-leans-to-stance": 13.0, "trunk-leans-forward": 20.0,
    "trunk-leans-back": 12.0, "knee-bends": 32.0, "other-leg-moves": 18.0, "feet-part": 14.0, "knees-in": 11.0, "knees-out": 12.0,
    "uneven": 11.0, "sags": 15.0, "bounces": 7.0, "over-lift": 190.0, "too-fast": 0.5,
}  # fmt: skip
OWN = {"lift-too-big": 46.0, "range-too-big": 27.0, "lift-too-small": 0.0}
SMALL = {"clamshell": 9.0, "side-lying-abduction": 8.0, "bridge": 148.0, "standing-abduction": 8.0, "standing-extension": 4.0,
         "hip-flexor-stretch": 5.0, "squat": 40.0}  # fmt: skip

#: Segments (of the canonical side) whose origins a clean set leaves where they are.
PLANTED = {
    "clamshell": ["foot_right", "shin_right", "upper_arm_right", "thigh_right"],
    "side-lying-abduction": ["foot_right", "shin_right", "upper_arm_right", "thigh_right"],
    "bridge": ["foot_left", "foot_right", "upper_arm_left", "upper_arm_right"],
    "standing-abduction": ["foot_right"],
    "standing-extension": ["foot_right"],
    "hip-flexor-stretch": ["shin_left", "foot_left", "foot_right"],
    "single-leg-stance": ["foot_right"],
    "squat": ["foot_left", "foot_right"],
    "standing-still": ["foot_left", "foot_right"],
    "lying-still": ["foot_left", "foot_right", "pelvis"],
}
FAULTS = [(e, f) for e in EXERCISES for f in PERFORMED[e].faults]


def size_of(exercise, fault):
    if fault == "trunk-leans-forward" and exercise == "squat":
        return 45.0
    return SMALL[exercise] if fault == "lift-too-small" else OWN.get(fault, SIZES.get(fault))


def planted_everywhere(exercise):
    """Every fault of an exercise, one a repetition."""
    return {k: {fault: size_of(exercise, fault)} for k, fault in enumerate(PERFORMED[exercise].faults)}


@pytest.mark.parametrize("exercise", PERFORMED)
@pytest.mark.parametrize("seed", range(4))
def test_no_joint_leaves_its_limits_and_nothing_sinks_into_the_floor(exercise, seed):
    faults = planted_everywhere(exercise)
    done = simulate(exercise, seed=seed, faults=faults, repetitions=max(len(faults), 1), hold_s=None if seed else 0.5)
    assert within_limits(joint_angles(done.posed)) == {}
    assert done.posed.surface()[..., 1].min() > -0.015


@pytest.mark.parametrize("exercise", PERFORMED)
def test_bones_keep_their_length(exercise):
    posed = simulate(exercise, seed=11, repetitions=2).posed
    for name in SEGMENTS:
        if PARENTS[name]:
            lengths = np.linalg.norm(posed.joint(name) - posed.joint(PARENTS[name]), axis=-1)
            assert lengths == pytest.approx(np.linalg.norm(posed.skeleton.offsets[INDEX[name]]))


@pytest.mark.parametrize("exercise", PLANTED)
@pytest.mark.parametrize("seed", range(4))
def test_planted_contacts_stay(exercise, seed):
    done = simulate(exercise, seed=seed, repetitions=2)
    posed = done.posed.mirrored() if done.truth.side == "left" and PERFORMED[exercise].canonical == "right" else done.posed
    for name in PLANTED[exercise]:
        where = posed.joint(name)
        assert np.linalg.norm(where - where[0], axis=1).max() < 0.01, name


@pytest.mark.parametrize("seed", range(3))
def test_the_feet_stay_together_in_a_clean_clamshell(seed):
    posed = simulate("clamshell", seed=seed).posed
    gap = np.linalg.norm(posed.joint("foot_left") - posed.joint("foot_right"), axis=1)
    assert np.ptp(gap) < 0.02


@pytest.mark.parametrize(("exercise", "fault"), FAULTS)
@pytest.mark.parametrize("seed", [5, 6])
def test_the_truth_of_a_planted_fault_is_what_was_asked_for(exercise, fault, seed):
    size = size_of(exercise, fault)
    done = simulate(exercise, seed=seed, repetitions=2, faults={1: {fault: size}})
    clean, faulty = done.truth.repetitions
    assert faulty.faults[fault] == pytest.approx(size, abs=1.5)
    assert faulty.planted == {fault: size}
    assert clean.planted == {}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_ranges_and_tempo_are_what_was_asked_for_whatever_the_fault(exercise):
    low, high = PERFORMED[exercise].range_deg
    asked = [low, (low + high) / 2, high]
    fault = next(f for f in PERFORMED[exercise].faults if f not in PERFORMED[exercise].own_faults and f not in ("too-fast", "sags"))
    faults = {0: {fault: size_of(exercise, fault)}, 2: {fault: size_of(exercise, fault) / 2}}
    done = simulate(exercise, seed=3, repetitions=3, ranges=asked, up_s=[1.0, 1.5, 2.0], hold_s=1.0, down_s=1.2, faults=faults)
    for rep, value, up in zip(done.truth.repetitions, asked, [1.0, 1.5, 2.0], strict=True):
        assert (rep.peak_deg if PERFORMED[exercise].absolute else rep.range_deg) == pytest.approx(value, abs=1.5)
        assert rep.peak_start_s - rep.start_s == pytest.approx(up)
        assert rep.hold_s == pytest.approx(1.0 if fault != "bounces" else 6.0)
        assert rep.end_s - rep.peak_end_s == pytest.approx(1.2)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_clean_repetitions_are_clean(exercise):
    limits = {"rolls-back": 8, "pelvis-hikes": 5, "pelvis-drops": 5, "trunk-leans-to-stance": 5, "knee-bends": 8, "other-leg-moves": 6,
              "feet-part": 4, "uneven": 5, "trunk-leans-back": 5, "sags": 4, "bounces": 3}  # fmt: skip
    for seed in range(3):
        for rep in simulate(exercise, seed=seed).truth.repetitions:
            for fault, limit in limits.items():
                assert rep.faults.get(fault, 0.0) < limit, fault


@pytest.mark.parametrize("exercise", PERFORMED)
def test_the_other_side_is_the_mirror_image(exercise):
    faults = {0: {PERFORMED[exercise].faults[0]: size_of(exercise, PERFORMED[exercise].faults[0])}} if exercise in EXERCISES else None
    left, right = (simulate(exercise, seed=8, repetitions=1, side=side, faults=faults) for side in ("left", "right"))
    assert left.recording.mirrored().image == pytest.approx(right.recording.image, abs=2e-6, nan_ok=True)
    assert left.recording.mirrored().world == pytest.approx(right.recording.world, abs=2e-6, nan_ok=True)
    assert left.posed.mirrored().landmarks() == pytest.approx(right.posed.landmarks())
    if not PERFORMED[exercise].both:
        assert (left.truth.side, right.truth.side) == ("left", "right")


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_working_side_moves(side):
    done = simulate("standing-abduction", seed=2, side=side)
    other = "right" if side == "left" else "left"
    travel = {s: np.ptp(done.posed.joint(f"foot_{s}"), axis=0).max() for s in (side, other)}
    assert travel[side] > 0.1 > 0.01 > travel[other]


@pytest.mark.parametrize("exercise", PERFORMED)
def test_same_seed_same_bits_and_another_seed_another_person(exercise):
    one, two, other = (simulate(exercise, seed=s, repetitions=2).recording for s in (4, 4, 5))
    assert one.image.tobytes() == two.image.tobytes()
    assert one.visibility.tobytes() == two.visibility.tobytes()
    assert one.image.tobytes() != other.image.tobytes()


@pytest.mark.parametrize("exercise", PERFORMED)
def test_every_view_frames_the_whole_movement(exercise):
    for view in PERFORMED[exercise].views:
        build, camera = random_setup(exercise, 3, view)
        done = simulate(exercise, seed=3, repetitions=1, build=build, camera=camera, noise=False, hold_s=1.0)
        assert done.recording.image[..., :2].min() > 0.02
        assert done.recording.image[..., :2].max() < 0.98
        assert done.recording.source == "simulated"


@given(st.integers(0, 10**6), st.sampled_from(list(PERFORMED)))
@settings(max_examples=30, deadline=None)
def test_households_put_cameras_low_and_near(seed, exercise):
    for view in PERFORMED[exercise].views:
        build, camera = random_setup(exercise, seed, view)
        assert 1.4 < build.height_m < 2.01
        assert 1.5 <= camera.distance_m <= 2.6
        assert camera.height_m in (0.12, 0.45, 0.75) or view == "raised"


def test_in_side_views_the_working_leg_is_near_and_the_far_leg_is_dim():
    for exercise in ("bridge", "standing-extension", "hip-flexor-stretch"):
        for side in ("left", "right"):
            seen = simulate(exercise, seed=7, view="side", side=side, repetitions=1).recording
            near, far = (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE) if side == "left" else (Landmark.RIGHT_KNEE, Landmark.LEFT_KNEE)
            dim = np.median(seen.visibility[:20, far])
            assert np.median(seen.visibility[:, near]) > 0.9 > dim
    assert 0.15 < dim < 0.9


@pytest.mark.parametrize("exercise", ["clamshell", "standing-abduction", "bridge"])
def test_jitter_is_as_large_as_the_pose_models(exercise):
    noisy = simulate(exercise, seed=12)
    ideal = simulate(exercise, seed=12, noise=False)
    size = [noisy.recording.width, noisy.recording.height]
    off = np.linalg.norm((noisy.recording.image - ideal.recording.image)[..., :2] * size, axis=-1)
    trunk = np.linalg.norm((ideal.recording.image[:, 11] - ideal.recording.image[:, 23])[:, :2] * size, axis=-1)
    share = np.nanmedian(off / trunk[:, None], axis=0)
    assert share.min() > 0.001
    assert share.max() < 0.12


def test_sets_start_and_end_still():
    done = simulate("bridge", seed=1, noise=False)
    speed = np.linalg.norm(np.diff(done.posed.landmarks(), axis=0), axis=-1).max(axis=1) * 30
    assert speed[:40].max() < 0.1 < speed.max()
    assert speed[-25:].max() < 0.1


def test_frames_can_be_taken_one_by_one_for_drawing():
    done = simulate("squat", seed=1, repetitions=1)
    frames = list(done.posed)
    assert len(frames) == len(done.recording)
    assert frames[10].landmarks().shape == (33, 3)
    camera = done.camera
    ideal = simulate("squat", seed=1, repetitions=1, noise=False).recording.image[10]
    assert camera.project(frames[10].landmarks()) == pytest.approx(ideal, abs=1e-5)


@pytest.mark.parametrize("fps", [15.0, 60.0])
def test_the_frame_rate_changes_the_sampling_and_nothing_else(fps):
    base, other = simulate("clamshell", seed=9, noise=False), simulate("clamshell", seed=9, noise=False, fps=fps)
    assert [r.start_s for r in base.truth.repetitions] == [r.start_s for r in other.truth.repetitions]
    assert [r.range_deg for r in other.truth.repetitions] == pytest.approx([r.range_deg for r in base.truth.repetitions], abs=0.3)


def test_a_foot_that_touches_down_does_so():
    done = simulate("single-leg-stance", seed=2, repetitions=1, hold_s=8.0, touches={0: [4.0]}, noise=False)
    foot = done.posed.joint("foot_right")[:, 1]  # standing on the left leg
    (moment,) = done.truth.touches
    height = foot - foot[0]
    assert abs(height[round(moment * 30)]) < 0.01
    assert height[round((moment - 1.5) * 30)] > 0.05
    assert height[round((moment + 1.5) * 30)] > 0.05


def test_a_given_camera_and_build_are_used():
    camera = Camera(0.6, 2.2, 15.0, aim=(0.0, 0.3, 0.0), fov_deg=70.0)
    done = simulate("clamshell", seed=1, build=Build(1.8, "male", "slim"), camera=camera, aim=False)
    assert done.camera.azimuth_deg == pytest.approx(15.0)
    assert done.camera.fov_deg == pytest.approx(70.0)
    assert done.skeleton.build.height_m == 1.8


@pytest.mark.parametrize("exercise", IDLE)
def test_what_is_no_exercise_has_no_repetitions(exercise):
    done = simulate(exercise, seed=1, duration_s=6.0)
    assert done.truth.repetitions == ()
    assert done.recording.duration_s == pytest.approx(6.0, abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"exercise_id": "burpee"}, "burpee"),
        ({"exercise_id": "squat", "view": "feet-end"}, "feet-end"),
        ({"exercise_id": "squat", "faults": {0: {"rolls-back": 5.0}}}, "rolls-back"),
        ({"exercise_id": "squat", "faults": {9: {"knees-in": 5.0}}}, "repetition 9"),
        ({"exercise_id": "squat", "ranges": [70.0]}, "4 repetitions"),
        ({"exercise_id": "squat", "fps": 1.0}, "frames/s"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_one_line(arguments, words):
    with pytest.raises(BadInput, match=words) as refused:
        simulate(**arguments, seed=1)
    assert "\n" not in str(refused.value)
