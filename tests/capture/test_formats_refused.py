"""Every wrong file is refused in one line that says what, where and what to do."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_files import SIZE, body, landmarks, lift_left_leg, openpose_folder, refusal, write_c3d, write_trc

from coxa.body.recording import Recording
from coxa.body.skeletons import BODY_25
from coxa.body.storage import write_recording
from coxa.capture.formats import recognise


def put(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


GOOD = landmarks().tolist()
TRC_HEAD = "PathFileType\t4\t(X/Y/Z)\tx.trc\nDataRate\tUnits\n50\tm\nFrame#\tTime\tRHip\t\t\tLHip\t\t\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n"
WRONG: list[tuple[str, object, str]] = [
    ("clip.json", "", "an empty file"),
    ("clip.json", "  \n ", "an empty file"),
    ("clip.json", "[[1, 2],\n [3, }", "line 2, column 6"),
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
    ("clip.json", [GOOD[0], [[1e300, 0, 0, 1]] * 33], "infinity at frame 1"),
    ("clip.json", {"positions": {"1": {"Nose": [0, 0]}, "inf": {"Nose": [0, 0]}}}, "finite times"),
    ("clip.json", [{"time_s": t, "landmarks": GOOD[0]} for t in (0.0, float("nan"))], "finite times"),
    ("clip.json", {"frames": GOOD, "fps": 10**400}, "frames per second"),
    ("clip.json", {"frames": GOOD, "width": float("inf"), "height": 10}, "width and height in pixels"),
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


def test_a_c3d_that_is_damaged_inside_ends_nothing_but_its_own_reading(tmp_path: Path) -> None:
    path = tmp_path / "clip.c3d"
    write_c3d(path, lift_left_leg(np.zeros(5)))
    whole = bytearray(path.read_bytes())
    whole[520:760] = bytes(255 - b for b in whole[520:760])  # the parameter section
    path.write_bytes(whole)
    assert "damaged" in refusal(path)


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
    assert "feet-end, raised, got 'above'" in refusal(tmp_path / "clip.trc", view="above")


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
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(document=JSON)
def test_no_json_whatever_raises_anything_but_one_line(document: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    refusal(put(tmp_path_factory.mktemp("fuzz") / "clip.json", document), fps=30, size=SIZE)
