"""The pose model: found where it should be, built the same every time, only from the pinned package."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from coxa.capture import pose_model
from coxa.errors import BadInput, NotInstalled


@pytest.fixture(scope="module")
def package() -> bytes:
    """An archive laid out like the npm package, with the networks of the model that set-up built."""
    try:
        built = pose_model.find("lite")
    except NotInstalled as error:
        pytest.skip(str(error))
    with zipfile.ZipFile(built) as model:
        detector, network = model.read("pose_detector.tflite"), model.read("pose_landmarks_detector.tflite")
    loader = f'loadPackage({{"files": [{{"filename": "/pose_detection.tflite", "start": 3, "end": {3 + len(detector)}}}]}})'
    loader = loader.replace('"/pose_detection', '"/modules/pose_detection')
    members = {
        "pose_solution_packed_assets_loader.js": loader.encode(),
        "pose_solution_packed_assets.data": b"abc" + detector + b"xyz",
        "pose_landmark_full.tflite": network,
        "pose_landmark_lite.tflite": network,
    }
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def integrity(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def test_archive_with_another_hash_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="make setup"):
        pose_model.build(b"something else", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_same_package_gives_the_same_model_to_the_byte(package: bytes, tmp_path: Path) -> None:
    first = pose_model.build(package, tmp_path / "a", integrity=integrity(package))
    second = pose_model.build(package, tmp_path / "b", integrity=integrity(package))
    assert [path.name for path in first] == ["pose_full.task", "pose_lite.task"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["pose_full.task", "pose_lite.task"]


def test_built_model_holds_both_networks_uncompressed_with_their_scale(package: bytes, tmp_path: Path) -> None:
    path = pose_model.build(package, tmp_path, integrity=integrity(package))[0]
    with zipfile.ZipFile(path) as model:
        assert [info.filename for info in model.infolist()] == ["pose_detector.tflite", "pose_landmarks_detector.tflite"]
        assert {info.compress_type for info in model.infolist()} == {zipfile.ZIP_STORED}
        assert all(b"TFLITE_METADATA" in model.read(info) for info in model.infolist())


def test_building_leaves_no_stand_in_module_behind(package: bytes, tmp_path: Path) -> None:
    pose_model.build(package, tmp_path, integrity=integrity(package))
    assert not [name for name in sys.modules if name.startswith("mediapipe.tasks.cc")]


def test_file_named_in_the_environment_is_used(tmp_path: Path) -> None:
    other = tmp_path / "other.task"
    other.touch()
    code = "from coxa.capture import pose_model; print(pose_model.find())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"COXA_POSE_MODEL": str(other)}, check=True)
    assert ran.stdout.strip() == str(other)


def test_named_file_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="expected a pose model file, there is none"):
        pose_model.find(tmp_path / "nothing.task")


def test_missing_model_says_to_run_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pose_model, "FOLDER", tmp_path)
    with pytest.raises(NotInstalled, match="run make setup"):
        pose_model.find("full")
