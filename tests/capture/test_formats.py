"""Recordings in other formats become the 33 landmarks, or are refused in one line."""

import json
import os
from pathlib import Path
from typing import Any

import ezc3d
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coxa.body.landmarks import Landmark as L
from coxa.body.recording import Recording
from coxa.body.skeletons import BODY_25, COCO_17, HALPE_26, KINECT_V2
from coxa.body.storage import write_recording
from coxa.capture.formats import read, recognise
from coxa.errors import BadInput

REAL = Path(os.environ.get("COXA_REAL_DATA", "../shared/real"))
SIZE = (640, 480)

#: A person who stands, in metres: forward, leftwards, up.
STANDING = {
    "Nose": (0.10, 0.0, 1.60), "RShoulder": (0.0, -0.18, 1.40), "LShoulder": (0.0, 0.18, 1.40), "RElbow": (0.0, -0.25, 1.10),
    "LElbow": (0.0, 0.25, 1.10), "RWrist": (0.02, -0.27, 0.85), "LWrist": (0.02, 0.27, 0.85), "RHip": (0.0, -0.10, 0.90),
    "LHip": (0.0, 0.10, 0.90), "RKnee": (0.01, -0.10, 0.50), "LKnee": (0.01, 0.10, 0.50), "RAnkle": (0.0, -0.10, 0.08),
    "LAnkle": (0.0, 0.10, 0.08), "RHeel": (-0.05, -0.10, 0.03), "LHeel": (-0.05, 0.10, 0.03), "RBigToe": (0.16, -0.09, 0.02),
    "LBigToe": (0.16, 0.09, 0.02), "RSmallToe": (0.13, -0.14, 0.02), "LSmallToe": (0.13, 0.14, 0.02),
}  # fmt: skip
NAMES = list(STANDING)
#: Rows are the data's axes in forward, leftwards, up: Z up as in most laboratories, Y up as in OpenSim; both right-handed.
AXES = {"z": np.eye(3), "y": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])}


def lift_left_leg(degrees: np.ndarray, *, forward: bool = False) -> np.ndarray:
    """(T, J, 3): the left leg is lifted sideways, or forward, by so many degrees from the hip."""
    points = np.repeat(np.array(list(STANDING.values()))[None], len(degrees), axis=0)
    hip = points[:, NAMES.index("LHip")].copy()
    for name in ("LKnee", "LAnkle", "LHeel", "LBigToe", "LSmallToe"):
        arm = points[:, NAMES.index(name)] - hip
        turn, axis = np.radians(degrees), 0 if forward else 1
        moved = arm.copy()
        moved[:, axis] = arm[:, axis] * np.cos(turn) - arm[:, 2] * np.sin(turn)
        moved[:, 2] = arm[:, axis] * np.sin(turn) + arm[:, 2] * np.cos(turn)
        points[:, NAMES.index(name)] = hip + moved
    return points


def placed(points: np.ndarray, up: str, heading_deg: float) -> np.ndarray:
    """The person turned about the vertical and put somewhere, in axes with `up` up."""
    c, s = np.cos(np.radians(heading_deg)), np.sin(np.radians(heading_deg))
    return (points @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T + [3.0, -2.0, 0.0]) @ AXES[up].T


def thigh_deg(recording: Recording) -> np.ndarray:
    """Angle of the left thigh to the vertical in the image, degrees, towards the image's right."""
    pixels = recording.image[:, :, :2] * np.array([recording.width, recording.height])
    thigh = pixels[:, L.LEFT_KNEE] - pixels[:, L.LEFT_HIP]
    return np.degrees(np.arctan2(thigh[:, 0], thigh[:, 1]))


def write_trc(path: Path, points: np.ndarray, *, unit: str = "m", rate: float = 50.0, names: list[str] = NAMES) -> None:
    scale = {"m": 1.0, "mm": 1000.0}[unit]
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate}\t{rate}\t{len(points)}\t{len(names)}\t{unit}\t{rate}\t1\t{len(points)}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(f"X{k}\tY{k}\tZ{k}" for k in range(1, len(names) + 1)),
        "",
    ]
    for k, frame in enumerate(points):
        cells = ["" if np.isnan(v) else f"{v * scale:.6f}" for v in frame.ravel()]
        lines.append("\t".join([str(k + 1), f"{k / rate:.5f}", *cells]))
    path.write_text("\n".join(lines) + "\n")


def write_c3d(path: Path, points: np.ndarray, *, rate: float = 100.0, names: list[str] = NAMES, screen: str | None = None) -> None:
    document: Any = ezc3d.c3d()
    document["parameters"]["POINT"]["RATE"]["value"] = [rate]
    document["parameters"]["POINT"]["LABELS"]["value"] = names
    document["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    if screen is not None:
        document.add_parameter("POINT", "Y_SCREEN", [screen])
    values = np.ones((4, len(names), len(points)))
    values[:3] = points.transpose(2, 1, 0) * 1000
    document["data"]["points"] = values
    document.write(str(path))


def refusal(path: Path, **options: Any) -> str:
    """The one line with which `read` refuses a file."""
    with pytest.raises(BadInput) as refused:
        read(path, **options)
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message


def landmarks(frames: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((frames, 33, 4)).astype(np.float32)


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


def openpose_folder(folder: Path, frames: list[list[np.ndarray]], numbers: list[int] | None = None) -> Path:
    folder.mkdir()
    for k, people in zip(numbers or range(len(frames)), frames, strict=True):
        document = {"version": 1.3, "people": [{"pose_keypoints_2d": person.ravel().tolist()} for person in people]}
        (folder / f"clip_{k:012d}_keypoints.json").write_text(json.dumps(document))
    return folder


def body(joints: tuple[str, ...], x: float, height: float = 200.0) -> np.ndarray:
    """A person of so many pixels at x, joints spread over the height."""
    spread = np.linspace(0, 1, len(joints))
    return np.stack([x + 30 * np.sin(7 * spread), 100 + height * spread, np.full(len(joints), 0.9)], axis=1)


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


# what is refused


def put(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


GOOD = landmarks().tolist()
TRC_HEAD = "PathFileType\t4\t(X/Y/Z)\tx.trc\nDataRate\tUnits\n50\tm\nFrame#\tTime\tRHip\t\t\tLHip\t\t\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n"
WRONG: list[tuple[str, object, str]] = [
    ("clip.json", "", "an empty file"),
    ("clip.json", "  \n ", "an empty file"),
    ("clip.json", '[[1, 2],\n [3, }', "line 2, column 6"),
    ("clip.json", "[" * 100_000, "nested too deep"),
    ("clip.json", {}, "got none"),
    ("clip.json", [], "got none"),
    ("clip.json", "null", "got none"),
    ("clip.json", [GOOD[0][:20]], "expected 33 landmarks in frame 0, got 20"),
    ("clip.json", [GOOD[0], "nobody"], "expected 33 landmarks in frame 1, got str"),
    ("clip.json", [[[1.0] * 7] * 33], "x, y, z, visibility in frame 0"),
    ("clip.json", [[["a", "b", "c"]] * 33], "expected numbers in frame 0"),
    ("clip.json", [[[float("nan")] * 4] * 33] * 3, "got NaN in all 3 frames"),
    ("clip.json", [[], []], "got NaN in all 2 frames"),
    ("clip.json", [GOOD[0], [[float("inf"), 0, 0, 1]] * 33], "infinity at frame 1"),
    ("clip.json", [{"time_s": t, "landmarks": GOOD[0]} for t in (0.0, 0.2, 0.1)], "got 0.1 s after 0.2 s at frame 2"),
    ("clip.json", {"frames": GOOD, "fps": "often"}, "frames per second, got 'often'"),
    ("clip.json", {"frames": GOOD, "fps": -5}, "positive frame rate"),
    ("clip.json", {"frames": GOOD, "width": 0, "height": 10}, "positive frame size"),
    ("clip.json", {"people": []}, "one OpenPose frame"),
    ("clip.json", {"positions": {}}, "positions by frame number"),
    ("clip.json", {"positions": {"first": {"Nose": [0, 0]}}}, "frame numbers as the keys"),
    ("clip.json", {"positions": {"1": {"Nose": [0, 0]}, "1.0": {"Nose": [0, 0]}}}, "each frame number once"),
    ("clip.json", {"positions": {"1": [0]}}, "joints by name"),
    ("clip.json", {"positions": {"1": {}}}, "1 empty frames"),
    ("clip.json", {"positions": {"1": {"Nose": [1]}}}, "for Nose in frame 1"),
    ("clip.json", {"positions": {"1": {"Tail": [0.1, 0.2]}}}, "got Tail"),
    ("clip.txt", "", "an empty file"),
    ("clip.txt", "a walk in the park\n", "got 5 in line 1"),
    ("clip.txt", " ".join(["x"] * 175), "expected numbers"),
    ("clip.doc", "some words", "expected a recording (Parquet"),
    ("clip.trc", "PathFileType\t4\n", "five header lines"),
    ("clip.trc", TRC_HEAD, "got 5 lines"),
    ("clip.trc", TRC_HEAD + "\n\n", "expected frames after the header"),
    ("clip.trc", TRC_HEAD.replace("\tm\n", "\tm\n").replace("50\tm", "50\tfeet") + "1\t0\t1\t2\t3\t4\t5\t6\n", "the unit 'feet'"),
    ("clip.trc", TRC_HEAD + "1\t0\t1\t2\tthree\t4\t5\t6\n", "expected numbers after the header"),
    ("clip.trc", TRC_HEAD + "1\t0\t1\t2\t3\t4\t5\t6\t7\n", "expected 8 columns"),
    ("clip.trc", TRC_HEAD + "1\t0\t1\t2\t3\t4\t5\t6\n", "both hips and both shoulders"),
    ("clip.trc", TRC_HEAD.replace("RHip", "M1").replace("LHip", "M2") + "1\t0\t1\t2\t3\t4\t5\t6\n", "got M1, M2"),
]


@pytest.mark.parametrize(("name", "content", "says"), WRONG, ids=[f"{name}-{says}" for name, _, says in WRONG])
def test_a_wrong_file_is_refused_in_one_line(name: str, content: object, says: str, tmp_path: Path) -> None:
    assert says in refusal(put(tmp_path / name, content), fps=30, size=None if isinstance(content, dict) and "width" in content else SIZE)


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"I": np.zeros((3, 25, 4))}, "expected I of shape (frames, 33, 2 or 3 or 4), got (3, 25, 4)"),
        ({"keypoints": np.zeros((3, 33, 4))}, "got keypoints"),
        ({"image": np.zeros((3, 33, 3)), "visibility": np.zeros((2, 33))}, "expected visibility of shape (3, 33), got (2, 33)"),
        ({"I": np.zeros((3, 33, 4)), "W": np.zeros((2, 33, 4))}, "expected W of shape (3, 33, 3 or 4), got (2, 33, 4)"),
        ({"I": np.zeros((3, 33, 4)), "time_s": np.zeros(2)}, "expected time_s of shape (3,), got (2,)"),
        ({"I": np.zeros((3, 33, 4)), "time_s": np.array([0.2, 0.1, 0.0])}, "expected time to increase"),
        ({"I": np.full((3, 33, 4), np.nan)}, "got NaN in all 3 frames"),
        ({"I": np.full((3, 33, 4), np.inf)}, "infinity at frame 0"),
        ({"I": np.array([{"a": 1}], dtype=object)}, "expected an NPZ file of plain arrays"),
        ({"I": np.zeros((0, 33, 4))}, "at least one frame"),
    ],
)
def test_wrong_arrays_are_refused_in_one_line(arrays: dict[str, np.ndarray], says: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    assert says in refusal(path, fps=30, size=SIZE)


@pytest.mark.parametrize("name", ["clip.npz", "clip.c3d", "clip.parquet"])
def test_truncated_files_are_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name.endswith("npz"):
        np.savez(path, I=landmarks())
    elif name.endswith("c3d"):
        write_c3d(path, lift_left_leg(np.zeros(20)))
    else:
        write_recording(Recording(np.arange(3), landmarks()[:, :, :3], landmarks()[:, :, :3], landmarks()[:, :, 3], 4, 3, 30.0), path)
    whole = path.read_bytes()
    for part in (0.02, 0.3, 0.7):
        path.write_bytes(whole[: int(len(whole) * part)])
        assert "again" in refusal(path, fps=30, size=SIZE)


def test_a_parquet_of_something_else_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "prices.parquet"
    pl.DataFrame({"price": [1.0]}).write_parquet(path)
    assert "a Parquet file of something else" in refusal(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "clip.json")


def test_folders_without_pose_files_are_refused(tmp_path: Path) -> None:
    assert "found none" in refusal(tmp_path)
    put(tmp_path / "settings.json", {"colour": "blue"})
    assert 'with "people"' in refusal(tmp_path)


@pytest.mark.parametrize(
    ("frames", "numbers", "says"),
    [
        ([[np.zeros((14, 3))]], [0], "got 14"),
        ([[np.zeros((25, 3))], [np.zeros((18, 3))]], [0, 1], "got 18 and 25"),
        ([[], []], [0, 1], "got none in 2 frames"),
        ([[np.zeros((25, 3))]], [0], "got NaN in all 1 frames"),
    ],
)
def test_openpose_folders_of_another_kind_are_refused(frames: Any, numbers: list[int], says: str, tmp_path: Path) -> None:
    assert says in refusal(openpose_folder(tmp_path / "clip", frames, numbers), fps=30, size=SIZE)


def test_openpose_folders_need_rate_and_size_and_one_clip(tmp_path: Path) -> None:
    folder = openpose_folder(tmp_path / "clip", [[body(BODY_25, 300)]])
    assert "--fps" in refusal(folder, size=SIZE)
    assert "--size" in refusal(folder, fps=30)
    (folder / "other_000000000000_keypoints.json").write_text((folder / "clip_000000000000_keypoints.json").read_text())
    assert "frame 0 twice" in refusal(folder, fps=30, size=SIZE)


def test_an_unknown_view_is_refused(tmp_path: Path) -> None:
    write_trc(tmp_path / "clip.trc", lift_left_leg(np.zeros(3)))
    assert "front or side" in refusal(tmp_path / "clip.trc", view="above")


def test_videos_are_not_taken_for_recordings(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom")
    (tmp_path / "clip.gif").write_bytes(b"GIF89a")
    assert recognise(tmp_path / "clip.mp4") is None
    assert recognise(tmp_path / "clip.gif") is None
    assert recognise(tmp_path) == "openpose"


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300), suffix=st.sampled_from([".json", ".npz", ".trc", ".c3d", ".txt", ".parquet", ""]))
def test_no_bytes_whatever_raise_anything_but_one_line(content: bytes, suffix: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("fuzz") / f"clip{suffix}"
    path.write_bytes(content)
    refusal(path, fps=30, size=SIZE)


KEYS = st.sampled_from(["frames", "positions", "people", "landmarks", "world", "fps", "width", "time_s", "1"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(document=JSON)
def test_no_json_whatever_raises_anything_but_one_line(document: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    refusal(put(tmp_path_factory.mktemp("fuzz") / "clip.json", document), fps=30, size=SIZE)


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
