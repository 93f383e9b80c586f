"""Other skeletons land on the right landmarks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coxa.body.landmarks import Landmark as L
from coxa.body.skeletons import BODY_25, BY_COUNT, COCO_17, COCO_18, HALPE_26, KINECT_V2, convert, plain_name, with_hip_centres
from coxa.errors import BadInput

LIMBS = {
    "SHOULDER": "Shoulder", "ELBOW": "Elbow", "WRIST": "Wrist", "HIP": "Hip", "KNEE": "Knee", "ANKLE": "Ankle",
}  # fmt: skip


def numbered(names: tuple[str, ...]) -> np.ndarray:
    """One frame in which joint k stands at (k, -k)."""
    k = np.arange(len(names), dtype=np.float64)
    return np.stack([k, -k], axis=1)[None]


@pytest.mark.parametrize("joints", [BODY_25, COCO_18, COCO_17, HALPE_26])
def test_every_limb_joint_of_the_numbered_skeletons_keeps_its_side(joints: tuple[str, ...]) -> None:
    points, visibility = convert(joints, numbered(joints))
    for side, s in (("LEFT", "L"), ("RIGHT", "R")):
        for part, name in LIMBS.items():
            landmark = L[f"{side}_{part}"]
            assert points[0, landmark, 0] == joints.index(s + name)
            assert visibility[0, landmark] == 1
        assert points[0, L[f"{side}_EYE"], 0] == joints.index(s + "Eye")
        assert points[0, L[f"{side}_EAR"], 0] == joints.index(s + "Ear")
    assert points[0, L.NOSE, 0] == joints.index("Nose")


def test_body_25_has_the_published_order() -> None:
    assert len(BODY_25) == 25
    assert [BODY_25.index(name) for name in ("MidHip", "RHip", "LHip", "LBigToe", "RHeel")] == [8, 9, 12, 19, 24]
    assert [HALPE_26.index(name) for name in ("Head", "LBigToe", "RHeel")] == [17, 20, 25]
    assert {n: name for n, (name, _) in BY_COUNT.items()} == {25: "BODY_25", 18: "COCO_18", 17: "COCO_17", 26: "HALPE_26"}


@pytest.mark.parametrize("joints", [BODY_25, HALPE_26])
def test_the_foot_index_is_midway_between_big_and_small_toe(joints: tuple[str, ...]) -> None:
    points, _ = convert(joints, numbered(joints))
    middle = (joints.index("LBigToe") + joints.index("LSmallToe")) / 2
    assert points[0, L.LEFT_FOOT_INDEX].tolist() == [middle, -middle]
    assert points[0, L.RIGHT_HEEL, 0] == joints.index("RHeel")


def test_a_midpoint_is_as_visible_as_its_least_visible_part_and_a_gap_where_one_is_lacking() -> None:
    confidence = np.ones((1, 25))
    confidence[0, BODY_25.index("LSmallToe")] = 0.3
    given_points = numbered(BODY_25)
    given_points[0, BODY_25.index("RBigToe")] = np.nan
    points, visibility = convert(BODY_25, given_points, confidence)
    assert visibility[0, L.LEFT_FOOT_INDEX] == pytest.approx(0.3)
    assert np.isnan(points[0, L.RIGHT_FOOT_INDEX]).all()
    assert visibility[0, L.RIGHT_FOOT_INDEX] == 0


def test_what_a_source_lacks_is_nan_with_visibility_zero() -> None:
    points, visibility = convert(COCO_17, numbered(COCO_17))
    for landmark in (L.LEFT_HEEL, L.RIGHT_FOOT_INDEX, L.MOUTH_LEFT, L.LEFT_PINKY, L.LEFT_EYE_INNER):
        assert np.isnan(points[0, landmark]).all()
        assert visibility[0, landmark] == 0


def test_kinect_joints_keep_their_side() -> None:
    points, visibility = convert(KINECT_V2, numbered(KINECT_V2))
    assert points[0, L.LEFT_KNEE, 0] == KINECT_V2.index("KneeLeft")
    assert points[0, L.RIGHT_FOOT_INDEX, 0] == KINECT_V2.index("FootRight")
    assert points[0, L.RIGHT_THUMB, 0] == KINECT_V2.index("ThumbRight")
    assert points[0, L.NOSE, 0] == KINECT_V2.index("Head")
    assert visibility[0, L.LEFT_HEEL] == 0


@pytest.mark.parametrize(
    ("names", "landmark"),
    [
        (["Left_foot_index"], L.LEFT_FOOT_INDEX),
        (["rShoulder"], L.RIGHT_SHOULDER),
        (["Rknee"], L.RIGHT_KNEE),
        (["Ann:RANK"], L.RIGHT_ANKLE),
        (["RHEE"], L.RIGHT_HEEL),
        (["RTOE"], L.RIGHT_FOOT_INDEX),
        (["LSHO"], L.LEFT_SHOULDER),
        (["RHJC_study"], L.RIGHT_HIP),
        (["r_knee_study", "r_mknee_study"], L.RIGHT_KNEE),
        (["r_calc_study"], L.RIGHT_HEEL),
        (["LWRA", "LWRB"], L.LEFT_WRIST),
    ],
)
def test_common_names_are_understood_whatever_their_case_and_punctuation(names: list[str], landmark: L) -> None:
    points, visibility = convert(names, np.ones((1, len(names), 3)))
    assert np.flatnonzero(visibility[0]).tolist() == [landmark]
    assert points[0, landmark].tolist() == [1, 1, 1]


def test_the_33_landmarks_by_name_are_themselves() -> None:
    names = [landmark.name.lower() for landmark in L]
    points, visibility = convert(names, numbered(tuple(names)))
    assert points[0, :, 0].tolist() == list(range(33))
    assert (visibility == 1).all()


@given(shift=hnp.arrays(np.float64, 2, elements=st.floats(-5, 5)), scale=st.floats(0.1, 10))
def test_moving_and_scaling_the_source_moves_and_scales_the_landmarks(shift: np.ndarray, scale: float) -> None:
    plain, seen = convert(BODY_25, numbered(BODY_25))
    moved, same = convert(BODY_25, numbered(BODY_25) * scale + shift)
    np.testing.assert_allclose(moved, plain * scale + shift, atol=1e-9)
    np.testing.assert_array_equal(seen, same)


def test_hip_centres_lie_between_below_and_behind_the_front_pelvis_markers() -> None:
    # x forward, y left, z up; 0.24 m between the front markers
    names = ["LASI", "RASI", "LPSI", "RPSI"]
    pelvis = np.array([[[0.0, 0.12, 1.0], [0.0, -0.12, 1.0], [-0.15, 0.05, 1.0], [-0.15, -0.05, 1.0]]])
    more, points = with_hip_centres(names, pelvis)
    hip = points[0, more.index("LHJC")]
    np.testing.assert_allclose(hip, [-0.19 * 0.24, 0.36 * 0.24, 1 - 0.30 * 0.24], atol=1e-12)
    landmarks, visibility = convert(more, points)
    np.testing.assert_allclose(landmarks[0, L.RIGHT_HIP], hip * [1, -1, 1], atol=1e-12)
    assert visibility[0, L.RIGHT_HIP] == 1


def test_hip_centres_of_the_file_are_kept() -> None:
    names = ["LHip", "RHip", "LASI", "RASI"]
    assert with_hip_centres(names, np.zeros((1, 4, 3)))[0] == names


def test_front_pelvis_markers_alone_stand_for_the_hips() -> None:
    names, points = with_hip_centres(["LASI", "RASI"], np.array([[[0.0, 0.1, 1.0], [0.0, -0.1, 1.0]]]))
    assert points[0, names.index("LHJC")].tolist() == [0.0, 0.1, 1.0]


@pytest.mark.parametrize(
    ("names", "points", "confidence", "says"),
    [
        (["LHip"], np.zeros((1, 2, 2)), None, "expected points of shape"),
        (["LHip"], np.zeros((1, 1, 2)), np.zeros((2, 1)), "expected confidences of shape"),
        (["M1", "M2"], np.zeros((1, 2, 3)), None, "got M1, M2"),
    ],
)
def test_points_that_do_not_fit_are_refused(names: list[str], points: np.ndarray, confidence: np.ndarray | None, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        convert(names, points, confidence)


def test_a_plain_name_has_no_prefix_case_or_punctuation() -> None:
    assert plain_name("Ann:L.ASIS_study") == "lasisstudy"
