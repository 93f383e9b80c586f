"""Recordings in other formats become the 33 landmarks."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_files import NAMES, SIZE, body, landmarks, lift_left_leg, openpose_folder, placed, refusal, write_c3d, write_trc

from coxa.body.landmarks import Landmark as L
from coxa.body.recording import Recording
from coxa.body.skeletons import BODY_25, COCO_17, HALPE_26, KINECT_V2
from coxa.capture.formats import read

REAL = Path(os.environ.get("COXA_REAL_DATA", "../shared/real"))


def thigh_deg(recording: Recording) -> np.ndarray:
    """Angle of the left thigh to the vertical in the image, degrees, towards the image's right."""
    pixels = recording.image[:, :, :2] * np.array([recording.width, recording.height])
    thigh = pixels[:, L.LEFT_KNEE] - pixels[:, L.LEFT_HIP]
    return np.degrees(np.arctan2(thigh[:, 0], thigh[:, 1]))


# MediaPipe


def as_objects(points: np.ndarray) -> list[dict[str, float]]:
    return [dict(zip(("x", "y", "z", "visibility"), map(float, p), strict=True)) for p in points]


@pytest.mark.parametrize("style", ["lists", "objects", "landmarks", "pose_landmarks", "people", "protobuf"])
def test_every_style_of_mediapipe_json_gives_the_same_landmarks(style: str, tmp_path: Path) -> None:
    values = landmarks()
    frames: list[Any] = {
        "lists": [v.tolist() for v in values],
        "objects": [as_objects(v) for v in values],
        "landmarks": [{"landmarks": v.tolist()} for v in values],
        "pose_landmarks": [{"pose_landmarks": as_objects(v)} for v in values],
        "people": [{"pose_landmarks": [as_objects(v)], "pose_world_landmarks": [as_objects(v)]} for v in values],
        "protobuf": [{"pose_landmarks": {"landmark": as_objects(v)}} for v in values],
    }[style]
    path = tmp_path / "clip.json"
    path.write_text(json.dumps(frames))
    recording = read(path, fps=20, size=SIZE)
    np.testing.assert_array_equal(recording.image, values[:, :, :3])
    np.testing.assert_array_equal(recording.visibility, values[:, :, 3])
    assert recording.time_s.tolist() == [0.0, 0.05, 0.1]
    if style == "people":
        np.testing.assert_array_equal(recording.world, values[:, :, :3])
    else:
        assert np.isnan(recording.world).all()


def test_times_rate_and_size_of_the_file_are_used(tmp_path: Path) -> None:
    path = tmp_path / "clip.json"
    frames = [{"timestamp_ms": t, "landmarks": v.tolist()} for t, v in zip((0, 40, 90), landmarks(), strict=True)]
    path.write_text(json.dumps({"frames": frames, "width": 320, "height": 240}))
    recording = read(path)
    assert recording.time_s == pytest.approx([0.0, 0.04, 0.09])
    assert (recording.width, recording.height) == (320, 240)


def test_a_frame_with_nobody_in_it_is_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "clip.json"
    path.write_text(json.dumps([landmarks()[0].tolist(), [], {"pose_landmarks": []}, None, landmarks()[1].tolist()]))
    recording = read(path, fps=30, size=SIZE)
    assert np.isnan(recording.image[1:4]).all()
    assert (recording.visibility[1:4] == 0).all()
    assert not np.isnan(recording.image[[0, 4]]).any()


def test_npz_by_name_and_as_four_values_a_landmark_give_the_same(tmp_path: Path) -> None:
    values, world = landmarks(seed=1), landmarks(seed=2)
    named, packed = tmp_path / "named.npz", tmp_path / "packed.npz"
    facts = {"time_s": np.arange(3) / 25, "width": 640, "height": 480}
    np.savez(named, image=values[:, :, :3], world=world[:, :, :3], visibility=values[:, :, 3], **facts)  # type: ignore[arg-type]
    np.savez(packed, I=values, W=world)
    packed.with_suffix(".json").write_text(json.dumps({"fps": 25, "width": 640, "height": 480, "exercise": "clamshell"}))
    a, b = read(named), read(packed)
    for field in ("image", "world", "visibility", "time_s"):
        np.testing.assert_array_equal(getattr(a, field), getattr(b, field))
    assert (a.width, a.height, a.fps) == (b.width, b.height, pytest.approx(25))


def test_npz_without_a_file_beside_takes_rate_and_size_from_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "clip.npz"
    np.savez(path, I=landmarks())
    assert "--fps" in refusal(path, size=SIZE)
    assert "--size" in refusal(path, fps=25)
    assert read(path, fps=25, size=SIZE).fps == 25


# positions and OpenPose


def test_positions_by_name_keep_gaps_in_time_and_lacking_joints(tmp_path: Path) -> None:
    path = tmp_path / "clip.json"
    path.write_text(json.dumps({"positions": {"4.0": {"rHip": [0.5, 0.6]}, "1.0": {"rHip": [0.4, 0.6], "Nose": [0.5, 0.1]}, "2.0": {}}}))
    recording = read(path, fps=10, size=SIZE)
    assert recording.time_s == pytest.approx([0.0, 0.1, 0.3])
    assert recording.image[:, L.RIGHT_HIP, 0] == pytest.approx([0.4, np.nan, 0.5], nan_ok=True)
    assert recording.visibility[:, L.NOSE].tolist() == [1, 0, 0]
    assert recording.source == "openpose"


@pytest.mark.parametrize("joints", [BODY_25, HALPE_26, COCO_17])
def test_openpose_folders_of_several_models_are_read_in_units_of_the_frame(joints: tuple[str, ...], tmp_path: Path) -> None:
    person = body(joints, 300)
    recording = read(openpose_folder(tmp_path / "clip", [[person], [person]]), fps=30, size=SIZE)
    knee = person[joints.index("LKnee")]
    assert recording.image[0, L.LEFT_KNEE, :2] == pytest.approx(knee[:2] / SIZE, abs=1e-6)
    assert recording.visibility[0, L.LEFT_KNEE] == pytest.approx(0.9)


def test_openpose_points_it_did_not_see_are_gaps(tmp_path: Path) -> None:
    person = body(BODY_25, 300)
    person[BODY_25.index("LKnee")] = 0
    recording = read(openpose_folder(tmp_path / "clip", [[person]]), fps=30, size=SIZE)
    assert np.isnan(recording.image[0, L.LEFT_KNEE]).all()
    assert recording.visibility[0, L.LEFT_KNEE] == 0


def test_the_largest_person_is_followed_through_a_changing_order_of_people(tmp_path: Path) -> None:
    frames = []
    for k in range(10):
        patient, bystander = body(BODY_25, 200 + 4 * k, 250), body(BODY_25, 450 - 4 * k, 150 + 20 * k)
        frames.append([patient, bystander] if k % 2 else [bystander, patient])
    recording = read(openpose_folder(tmp_path / "clip", frames), fps=30, size=SIZE)
    assert recording.image[:, L.NOSE, 0] * SIZE[0] == pytest.approx([200 + 4 * k for k in range(10)], abs=1e-3)


def test_a_jump_to_another_body_is_refused(tmp_path: Path) -> None:
    patient, bystander = body(BODY_25, 150, 200), body(BODY_25, 500, 200)
    recording = read(openpose_folder(tmp_path / "clip", [[patient], [bystander], [], [bystander, patient]]), fps=30, size=SIZE)
    assert np.isnan(recording.image[1:3]).all()
    assert recording.image[3, L.NOSE, 0] * SIZE[0] == pytest.approx(150)


def test_lost_openpose_files_are_gaps_in_time(tmp_path: Path) -> None:
    person = body(BODY_25, 300)
    recording = read(openpose_folder(tmp_path / "clip", [[person]] * 3, [7, 8, 11]), fps=10, size=SIZE)
    assert recording.time_s == pytest.approx([0.0, 0.1, 0.4])


# points in space


@settings(max_examples=25, deadline=None)
@given(lift=st.floats(0, 60), heading=st.floats(-180, 180), up=st.sampled_from(["y", "z"]), view=st.sampled_from(["front", "side"]))
def test_a_lift_reads_the_same_from_its_view_whatever_the_heading_and_the_axes(
    lift: float, heading: float, up: str, view: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("trc") / "clip.trc"
    degrees = np.concatenate([np.zeros(30), np.linspace(0, lift, 10)])
    write_trc(path, placed(lift_left_leg(degrees, forward=view == "side"), up, heading))
    recording = read(path, view=view)
    assert recording.source == "projected"
    measured = thigh_deg(recording)
    np.testing.assert_allclose(measured - measured[0], degrees, atol=0.01)


@pytest.mark.parametrize("view", ["front", "side"])
def test_a_projected_person_stands_upright_in_the_frame_left_and_right_as_a_camera_sees_them(view: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.trc"
    write_trc(path, placed(lift_left_leg(np.zeros(5)), "y", 30))
    recording = read(path, view=view)
    image, world = recording.image[0], recording.world[0]
    seen = recording.visibility[0] > 0
    assert ((image[seen, :2] > 0) & (image[seen, :2] < 1)).all()
    assert image[L.NOSE, 1] < image[L.LEFT_HIP, 1] < image[L.LEFT_ANKLE, 1]
    if view == "front":  # facing the camera, the person's left is on the image's right
        assert image[L.LEFT_SHOULDER, 0] > image[L.RIGHT_SHOULDER, 0]
        assert world[L.NOSE, 2] < -0.05
    else:  # from the right side: toes to the image's right, the left side farther away
        assert image[L.RIGHT_FOOT_INDEX, 0] > image[L.RIGHT_HEEL, 0]
        assert world[L.LEFT_HIP, 2] > 0 > world[L.RIGHT_HIP, 2]
    np.testing.assert_allclose((world[L.LEFT_HIP] + world[L.RIGHT_HIP]) / 2, 0, atol=1e-6)
    assert np.linalg.norm(world[L.LEFT_KNEE] - world[L.LEFT_HIP]) == pytest.approx(np.hypot(0.4, 0.01), abs=1e-4)


def side_lying_views() -> dict[str, tuple[float, float]]:
    """From each view, how far (in metres across, down) the upper hip lies from the lower one."""
    return {"front": (0.0, -0.2), "raised": (0.0, -0.2 * np.cos(np.radians(30))), "feet-end": (0.0, -0.2)}


@pytest.mark.parametrize("view", ["front", "raised", "feet-end"])
def test_somebody_on_their_side_is_seen_from_where_the_view_says(view: str, tmp_path: Path) -> None:
    write_c3d(tmp_path / "clip.c3d", lying_on_the_left_side(), screen="+Z")
    world = read(tmp_path / "clip.c3d", view=view).world[0]
    hips = world[L.RIGHT_HIP] - world[L.LEFT_HIP]
    np.testing.assert_allclose(hips[:2], side_lying_views()[view], atol=1e-4)
    trunk = np.abs((world[L.LEFT_SHOULDER] + world[L.RIGHT_SHOULDER]) / 2)
    assert np.argmax(trunk) == (2 if view == "feet-end" else 0)  # along the view from the feet, across it otherwise


def test_a_diagonal_view_stands_midway_between_front_and_side(tmp_path: Path) -> None:
    write_trc(tmp_path / "clip.trc", placed(lift_left_leg(np.zeros(3)), "y", 0))
    world = read(tmp_path / "clip.trc", view="diagonal").world[0]
    across = world[L.LEFT_HIP] - world[L.RIGHT_HIP]
    np.testing.assert_allclose(across, [0.2 * np.sqrt(0.5), 0, 0.2 * np.sqrt(0.5)], atol=1e-4)


def test_walking_away_moves_the_projected_person_through_the_frame(tmp_path: Path) -> None:
    points = lift_left_leg(np.zeros(40))
    points[:, :, 1] += np.linspace(0, 1.5, 40)[:, None]
    path = tmp_path / "clip.trc"
    write_trc(path, placed(points, "z", 0))
    x = read(path, view="front").image[:, L.NOSE, 0]
    assert (np.diff(x) > 0).all()


def test_metres_and_millimetres_give_the_same_recording(tmp_path: Path) -> None:
    points = placed(lift_left_leg(np.linspace(0, 20, 8)), "y", 0)
    metres, millimetres = tmp_path / "m.trc", tmp_path / "mm.trc"
    write_trc(metres, points, unit="m")
    write_trc(millimetres, points, unit="mm")
    np.testing.assert_allclose(read(metres).world, read(millimetres).world, atol=2e-6)


def test_blank_cells_of_a_trc_are_gaps(tmp_path: Path) -> None:
    points = placed(lift_left_leg(np.zeros(6)), "y", 0)
    points[3, NAMES.index("LKnee")] = np.nan
    points[:, NAMES.index("LSmallToe")] = np.nan  # the last column of each row
    path = tmp_path / "clip.trc"
    write_trc(path, points)
    recording = read(path)
    assert recording.visibility[:, L.LEFT_KNEE].tolist() == [1, 1, 1, 0, 1, 1]
    assert (recording.visibility[:, L.LEFT_FOOT_INDEX] == 0).all()
    assert recording.fps == pytest.approx(50)


def test_c3d_and_trc_of_the_same_movement_agree(tmp_path: Path) -> None:
    points = placed(lift_left_leg(np.linspace(0, 30, 12)), "z", 70)
    points[4, NAMES.index("RWrist")] = np.nan
    write_c3d(tmp_path / "clip.c3d", points)
    write_trc(tmp_path / "clip.trc", points, rate=100)
    c3d, trc = read(tmp_path / "clip.c3d", view="front"), read(tmp_path / "clip.trc", view="front")
    np.testing.assert_allclose(c3d.image, trc.image, atol=1e-5)
    np.testing.assert_array_equal(c3d.visibility, trc.visibility)
    assert c3d.fps == 100
    assert c3d.visibility[4, L.RIGHT_WRIST] == 0


def lying_on_the_left_side() -> np.ndarray:
    """The standing person laid on their left side: head along forward's axis, right side up."""
    points = lift_left_leg(np.zeros(5))
    return np.stack([points[:, :, 2], points[:, :, 0], -points[:, :, 1] + 0.3], axis=2)


def test_a_c3d_that_says_which_axis_is_up_is_believed_when_the_person_lies(tmp_path: Path) -> None:
    write_c3d(tmp_path / "clip.c3d", lying_on_the_left_side(), screen="+Z")
    image = read(tmp_path / "clip.c3d", view="front", size=(1000, 1000)).image[0]
    assert image[L.RIGHT_HIP, 1] < image[L.LEFT_HIP, 1]  # the right hip is uppermost
    assert abs(image[L.NOSE, 0] - image[L.LEFT_ANKLE, 0]) > 3 * abs(image[L.NOSE, 1] - image[L.LEFT_ANKLE, 1])


def test_plug_in_gait_markers_give_hips_and_feet(tmp_path: Path) -> None:
    pig = {
        "LASI": (0.08, 0.12, 1.0), "RASI": (0.08, -0.12, 1.0), "LPSI": (-0.1, 0.05, 1.0), "RPSI": (-0.1, -0.05, 1.0),
        "LSHO": (0, 0.18, 1.4), "RSHO": (0, -0.18, 1.4), "LKNE": (0, 0.14, 0.5), "RKNE": (0, -0.14, 0.5),
        "LANK": (0, 0.13, 0.08), "RANK": (0, -0.13, 0.08), "LHEE": (-0.05, 0.1, 0.05), "RHEE": (-0.05, -0.1, 0.05),
        "LTOE": (0.15, 0.1, 0.05), "RTOE": (0.15, -0.1, 0.05),
    }  # fmt: skip
    path = tmp_path / "clip.c3d"
    write_c3d(path, np.repeat(np.array(list(pig.values()))[None], 4, axis=0), names=[f"Ann:{name}" for name in pig])
    recording = read(path, view="front")
    wanted = [L.LEFT_HIP, L.RIGHT_HIP, L.LEFT_SHOULDER, L.LEFT_KNEE, L.RIGHT_ANKLE, L.RIGHT_HEEL, L.LEFT_FOOT_INDEX]
    assert (recording.visibility[:, wanted] == 1).all()
    assert recording.world[0, L.LEFT_HIP, 0] == pytest.approx(0.36 * 0.24, abs=1e-6)


def kinect_rows(points: np.ndarray) -> str:
    """Kinect v2 text; x to the sensor's left, y up, z away."""
    rows = np.zeros((len(points), 25, 7))
    rows[:, :, :3] = points
    return "\n".join(" ".join(f"{v:.6f}" for v in row.ravel()) for row in rows)


def test_kinect_text_is_seen_from_the_front_as_the_sensor_saw_it(tmp_path: Path) -> None:
    where = {
        "Head": (0, 0.6, 3.0), "ShoulderLeft": (-0.18, 0.4, 3.0), "ShoulderRight": (0.18, 0.4, 3.0), "HipLeft": (-0.1, -0.1, 3.0),
        "HipRight": (0.1, -0.1, 3.0), "KneeLeft": (-0.1, -0.5, 2.95), "AnkleLeft": (-0.1, -0.9, 3.0),
    }  # fmt: skip
    points = np.zeros((3, 25, 3))
    for name, xyz in where.items():
        points[:, KINECT_V2.index(name)] = xyz
    path = tmp_path / "clip.txt"
    path.write_text(kinect_rows(points))
    recording = read(path, fps=30)
    # someone who faces the sensor has their left on the image's right, knees nearer than hips
    assert recording.image[0, L.LEFT_SHOULDER, 0] > recording.image[0, L.RIGHT_SHOULDER, 0]
    assert recording.world[0, L.LEFT_KNEE, 2] < 0
    assert recording.visibility[0, L.RIGHT_KNEE] == 0
    assert "--fps" in refusal(path)


# real recordings


@pytest.mark.parametrize(("kind", "lean"), [("BP", 20), ("OP", 20), ("Kinect", 15)])
def test_keraal_side_bends_lean_to_both_sides(kind: str, lean: float) -> None:
    path = REAL / "keraal" / f"G3-{kind}-ELK-P1T1-Unknown-C-0.{'txt' if kind == 'Kinect' else 'json'}"
    if not path.exists():
        pytest.skip(f"real recordings are not in {REAL} (COXA_REAL_DATA)")
    recording = read(path, fps=30, size=(1920, 1080))
    pixels = recording.image[:, :, :2] * np.array([recording.width, recording.height])
    trunk = (pixels[:, L.LEFT_SHOULDER] + pixels[:, L.RIGHT_SHOULDER] - pixels[:, L.LEFT_HIP] - pixels[:, L.RIGHT_HIP]) / 2
    degrees = np.degrees(np.arctan2(trunk[:, 0], -trunk[:, 1]))
    assert np.nanmax(degrees) > lean
    assert np.nanmin(degrees) < -lean


def test_rendered_landmarks_are_read_with_the_file_beside_them() -> None:
    files = sorted((REAL / "rendered-landmarks").glob("*.npz"))
    if not files:
        pytest.skip(f"real recordings are not in {REAL} (COXA_REAL_DATA)")
    truth = json.loads(files[0].with_suffix(".json").read_text())
    recording = read(files[0])
    assert (len(recording), recording.fps, recording.width) == (truth["n_frames"], truth["fps"], truth["width"])
