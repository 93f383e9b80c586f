"""`coxa exercises draw`: files on the disk, their alternative texts beside them, and one line when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from run import Ran, refused, run

Run = Callable[..., Ran]


@pytest.fixture
def coxa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command."""
    return lambda *arguments: run(monkeypatch, capsys, *arguments)


def test_draw_writes_every_kind_of_picture_and_says_in_words_what_they_show(coxa: Run, tmp_path: Path) -> None:
    ran = coxa("exercises", "draw", "squat", "--out", tmp_path / "new" / "folder")
    assert (ran.code, ran.err) == (0, "")
    written = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert {"squat.svg", "squat.knees-in.svg", "squat.loop.svg", "squat.glb", "squat.camera.svg", "alternative-texts.json"} <= written
    texts = json.loads((tmp_path / "new" / "folder" / "alternative-texts.json").read_text(encoding="utf-8"))
    assert set(texts) == written - {"alternative-texts.json"}
    assert all(len(text) > 40 for text in texts.values())
    assert not [name for name in written if name.startswith(".")]


def test_texts_of_an_earlier_exercise_stay_when_another_is_drawn_into_the_same_folder(coxa: Run, tmp_path: Path) -> None:
    for id in ("squat", "bridge"):
        assert coxa("exercises", "draw", id, "--out", tmp_path, "--only", "camera").code == 0
    assert set(json.loads((tmp_path / "alternative-texts.json").read_text(encoding="utf-8"))) == {"squat.camera.svg", "bridge.camera.svg"}


def test_only_one_kind_can_be_asked_for(coxa: Run, tmp_path: Path) -> None:
    assert coxa("exercises", "draw", "squat", "--out", tmp_path, "--only", "stills", "--side", "right", "--build", "heavy").code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"squat.svg", "alternative-texts.json"}


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["nonsense"], ["no exercise 'nonsense'"]),
        ([], ["expected an exercise's id or --all, got neither"]),
        (["bridge", "--all"], ["got both"]),
        (["bridge", "--side", "up"], ["--side", "left or right", "'up'"]),
        (["bridge", "--build", "tall"], ["--build", "slim, average or heavy", "'tall'"]),
        (["bridge", "--only", "film"], ["--only", "'film'"]),
    ],
)
def test_wrong_input_is_refused_in_one_line(coxa: Run, tmp_path: Path, arguments: list[str], parts: list[str]) -> None:
    refused(coxa("exercises", "draw", *arguments, "--out", tmp_path / "out"), *parts)
    assert not (tmp_path / "out").exists()


def test_a_file_in_place_of_the_folder_is_refused(coxa: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("here already")
    refused(coxa("exercises", "draw", "squat", "--out", tmp_path / "taken"), "expected a folder", "taken")


def test_a_broken_list_of_texts_is_refused_and_not_overwritten(coxa: Run, tmp_path: Path) -> None:
    (tmp_path / "alternative-texts.json").write_text("{")
    refused(coxa("exercises", "draw", "squat", "--out", tmp_path, "--only", "camera"), "alternative-texts.json", "JSON")
    assert (tmp_path / "alternative-texts.json").read_text() == "{"
