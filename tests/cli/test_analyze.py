"""`coxa analyze`: results, exit codes, and every wrong input refused in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import polars as pl
import pytest
from pydantic import TypeAdapter
from run import Ran, refused, run

from coxa.body.recording import Recording
from coxa.body.storage import write_recording
from coxa.capture.simulated import simulate
from coxa.exercises import catalogue
from coxa.motion import SetResult, analyze

Run = Callable[..., Ran]
#: Landmarks as the JSON reader takes them.
GOOD = np.random.default_rng(0).random((4, 33, 4)).round(3).tolist()


@pytest.fixture
def coxa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command."""
    return lambda *arguments: run(monkeypatch, capsys, *arguments)


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recorded set of two bridges."""
    path = tmp_path_factory.mktemp("sets") / "bridge.parquet"
    write_recording(simulate("bridge", seed=1, view="side", repetitions=2).recording, path)
    return path


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording in which the person can hardly be seen."""
    path = tmp_path_factory.mktemp("sets") / "hidden.parquet"
    seen = simulate("bridge", seed=1, view="side", repetitions=1).recording
    write_recording(
        Recording(seen.time_s, seen.image, seen.world, seen.visibility * np.float32(0.2), seen.width, seen.height, seen.fps), path
    )
    return path


def write(path: Path, content: object) -> Path:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def film(path: Path, frames: int = 6) -> Path:
    """A small grey clip in which nobody is."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            picture = np.full((48, 64, 3), 40 + 5 * number, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    return path


def sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("aac", rate=44100)
        for k in range(20):
            tone = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            tone.sample_rate, tone.pts, tone.time_base = 44100, 1024 * k, Fraction(1, 44100)
            file.mux(stream.encode(tone))
        file.mux(stream.encode(None))
    return path


def no_frames(path: Path) -> Path:
    """A clip that promises a picture and holds none."""
    with av.open(str(path), "w", format="matroska") as file:
        stream = file.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        file.start_encoding()
    return path


# ------------------------------------------------------------------------------------------------ results


def test_json_is_one_document_and_nothing_else(coxa: Run, bridge: Path) -> None:
    ran = coxa("analyze", bridge, "--exercise", "bridge", "--json")
    assert (ran.code, ran.err) == (0, "")
    document = json.loads(ran.out)
    assert list(document) == [
        "schema", "exercise", "source", "frames", "duration_s", "seen", "status", "side", "view", "posture", "repetitions", "holds",
        "faults", "not_judged", "recognised", "test", "engine",
    ]  # fmt: skip
    assert (document["schema"], document["exercise"], document["source"]) == ("coxa.set-result/1", "bridge", "bridge.parquet")
    assert [r["counted"] for r in document["repetitions"]] == [True, True]
    TypeAdapter(SetResult).validate_python(document)


def test_the_command_says_what_the_library_says(coxa: Run, bridge: Path) -> None:
    from coxa.body.storage import read_recording

    ran = coxa("analyze", bridge, "--exercise", "bridge", "--json")
    assert json.loads(ran.out) == json.loads(json.dumps(analyze(read_recording(bridge), "bridge", source=bridge.name).to_json()))


def test_several_clips_give_a_list_in_their_order(coxa: Run, bridge: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    other.write_bytes(bridge.read_bytes())
    ran = coxa("analyze", bridge, other, "--exercise", "bridge", "--json")
    assert [document["source"] for document in json.loads(ran.out)] == ["bridge.parquet", "other.parquet"]


def test_without_json_the_verdict_comes_first_and_then_what_was_not_judged(coxa: Run, bridge: Path) -> None:
    ran = coxa("analyze", bridge, "--exercise", "bridge")
    assert (ran.code, ran.err) == (0, "")
    lines = [line for line in ran.out.splitlines() if line.strip()]
    assert lines[0].startswith("bridge.parquet as ")
    assert "2" in lines[1]
    assert "I could not judge" in ran.out
    said = " ".join(ran.out.split())
    for rule in catalogue.load("bridge").coaching.faults:  # type: ignore[union-attr]
        if rule.kind == "never":
            assert rule.self_check.split(".")[0] in said


def test_another_exercise_is_no_error(coxa: Run, bridge: Path) -> None:
    ran = coxa("analyze", bridge, "--exercise", "hip-flexor-stretch", "--json")
    assert (ran.code, json.loads(ran.out)["status"]) == (0, "not_this_exercise")


def test_the_side_that_was_asked_for_is_followed(coxa: Run, tmp_path: Path) -> None:
    path = tmp_path / "lift.parquet"
    write_recording(simulate("standing-abduction", seed=1, view="front", repetitions=2).recording, path)
    for side in ("left", "right", "auto"):
        ran = coxa("analyze", path, "--exercise", "standing-abduction", "--side", side, "--json")
        assert ran.code == 0


# ------------------------------------------------------------------------------------------------ exit codes


@pytest.mark.parametrize("as_json", [True, False])
def test_a_person_who_cannot_be_seen_is_exit_code_3(coxa: Run, hidden: Path, as_json: bool) -> None:
    ran = coxa("analyze", hidden, "--exercise", "bridge", *(["--json"] if as_json else []))
    assert (ran.code, ran.err) == (3, "")
    assert json.loads(ran.out)["status"] == "cannot_see" if as_json else "hidden.parquet" in ran.out


def test_one_clip_of_several_that_cannot_be_seen_is_exit_code_3(coxa: Run, bridge: Path, hidden: Path) -> None:
    ran = coxa("analyze", bridge, hidden, "--exercise", "bridge", "--json")
    assert ran.code == 3
    assert [document["status"] for document in json.loads(ran.out)] == ["judged", "cannot_see"]


def test_a_clip_that_cannot_be_read_outranks_one_that_cannot_be_seen_and_loses_no_other(
    coxa: Run, bridge: Path, hidden: Path, tmp_path: Path
) -> None:
    ran = coxa("analyze", hidden, tmp_path / "gone.mp4", bridge, "--exercise", "bridge", "--json")
    assert ran.code == 2
    assert [document["source"] for document in json.loads(ran.out)] == ["hidden.parquet", "bridge.parquet"]
    assert len(ran.err.splitlines()) == 1
    assert "gone.mp4" in ran.err


# ------------------------------------------------------------------------------------------------ wrong input


def nobody(path: Path) -> Path:
    return path


def folder_without_poses(path: Path) -> Path:
    path.mkdir()
    write(path / "notes.txt", "nothing")
    return path


def foreign_parquet(path: Path) -> Path:
    pl.DataFrame({"a": [1, 2, 3]}).write_parquet(path)
    return path


def foreign_schema(path: Path) -> Path:
    pl.DataFrame({"time_s": [0.0]}).write_parquet(path, metadata={"schema": "coxa.recording/99"})
    return path


WRONG: list[tuple[str, Callable[[Path], object], str]] = [
    ("gone.mp4", nobody, "no such file"),
    ("gone.parquet", nobody, "no such file"),
    ("clips", folder_without_poses, "OpenPose"),
    ("empty.mp4", lambda p: write(p, b""), "empty"),
    ("empty.json", lambda p: write(p, b""), "empty"),
    ("empty.parquet", lambda p: write(p, b""), "empty"),
    ("text.mp4", lambda p: write(p, "I am no video, only a long enough line of text. " * 40), "expected a video"),
    ("noise.mp4", lambda p: write(p, np.random.default_rng(1).integers(0, 256, 4000, dtype=np.uint8).tobytes()), "expected a video"),
    ("cut.mp4", lambda p: write(p, film(p).read_bytes()[:-400]), "breaks off"),
    ("song.m4a", sound_only, "only sound"),
    ("none.mkv", no_frames, "expected a video"),
    ("short.json", lambda p: write(p, [frame[:20] for frame in GOOD]), "expected 33 landmarks in frame 0, got 20"),
    ("flat.json", lambda p: write(p, [1, 2, 3]), "expected"),
    ("back.json", lambda p: write(p, [{"time_s": t, "landmarks": GOOD[0]} for t in (0.0, 0.2, 0.1)]), "after 0.2 s at frame 2"),
    ("nan.json", lambda p: write(p, json.dumps([[[float("nan")] * 4] * 33] * 3)), "NaN in all 3 frames"),
    ("inf.json", lambda p: write(p, json.dumps([GOOD[0], [[float("inf"), 0, 0, 1]] * 33])), "infinity at frame 1"),
    ("shape.npz", lambda p: np.savez(p, landmarks=np.zeros((4, 20, 4))), "expected"),
    ("other.parquet", foreign_parquet, "something else"),
    ("newer.parquet", foreign_schema, "coxa.recording/99"),
    ("cut.parquet", lambda p: write(p, b"PAR1" + b"\0" * 200), "Parquet"),
]


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(("name", "make", "says"), WRONG, ids=[name for name, _, _ in WRONG])
def test_a_wrong_file_is_refused_in_one_line(
    coxa: Run, tmp_path: Path, name: str, make: Callable[[Path], object], says: str, as_json: bool
) -> None:
    path = tmp_path / name
    make(path)
    ran = coxa("analyze", path, "--exercise", "bridge", "--fps", "30", "--size", "640x480", *(["--json"] if as_json else []))
    refused(ran, name, says)


def test_a_wrong_file_leaves_no_report_behind(coxa: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "text.mp4", "no video")
    refused(coxa("analyze", path, "--exercise", "bridge", "--report", tmp_path / "report"), "text.mp4")
    assert not (tmp_path / "report").exists()


def test_an_unknown_exercise_is_refused_with_the_nearest_names(coxa: Run, bridge: Path) -> None:
    refused(coxa("analyze", bridge, "--exercise", "brigde"), "brigde", "did you mean bridge")
    refused(coxa("analyze", bridge, "--exercise", "clam-shell", "--json"), "clam-shell", "clamshell")


def test_an_exercise_that_is_not_named_is_recognised(coxa: Run, bridge: Path) -> None:
    said = json.loads(coxa("analyze", bridge, "--json").out)
    assert said["exercise"] == "bridge"
    assert said["recognised"][0]["exercise"] == "bridge"
    assert said["repetitions"] == json.loads(coxa("analyze", bridge, "--exercise", "bridge", "--json").out)["repetitions"]
    assert "recognised" in coxa("analyze", bridge).out.lower()


def test_what_is_no_exercise_is_not_named(coxa: Run, tmp_path: Path) -> None:
    path = tmp_path / "still.parquet"
    write_recording(simulate("lying-still", seed=1).recording, path)
    ran = coxa("analyze", path, "--json")
    assert (ran.code, json.loads(ran.out)["status"], json.loads(ran.out)["recognised"]) == (0, "not_this_exercise", [])
    assert "--exercise" in coxa("analyze", path).out
    refused(coxa("analyze", path, "--report", tmp_path / "report"), "--exercise")


OPTIONS = [
    (["--side", "both"], "left, right or auto"), (["--side", ""], "left, right or auto"), (["--size", "640"], "WIDTHxHEIGHT"),
    (["--size", "0x480"], "WIDTHxHEIGHT"), (["--size", "640x-480"], "WIDTHxHEIGHT"), (["--size", "widexhigh"], "WIDTHxHEIGHT"),
    (["--fps", "0"], "--fps"), (["--fps", "-30"], "--fps"), (["--fps", "nan"], "--fps"), (["--fps", "inf"], "--fps"),
    (["--fps", "1e9"], "--fps"), (["--fps", "fast"], "--fps"), (["--frobnicate"], "--frobnicate"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "says"), OPTIONS, ids=["=".join(options) for options, _ in OPTIONS])
def test_a_wrong_option_is_refused_in_one_line(coxa: Run, bridge: Path, options: list[str], says: str) -> None:
    refused(coxa("analyze", bridge, "--exercise", "bridge", *options), says)


def test_no_clip_is_refused_in_one_line(coxa: Run) -> None:
    refused(coxa("analyze", "--exercise", "bridge"), "CLIP")


def test_an_unknown_command_is_refused_in_one_line(coxa: Run) -> None:
    refused(coxa("analyse", "clip.mp4"), "analyse")


# ------------------------------------------------------------------------------------------------ reports


def test_a_report_of_recorded_landmarks_is_a_page_and_a_clip(coxa: Run, bridge: Path, tmp_path: Path) -> None:
    ran = coxa("analyze", bridge, "--exercise", "bridge", "--report", tmp_path / "report")
    assert ran.code == 0
    assert sorted(p.name for p in (tmp_path / "report").iterdir()) == ["annotated.mp4", "index.html"]
    assert str(tmp_path / "report" / "index.html") in "".join(ran.out.split("\n"))
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert "http:" not in page.replace("http://www.w3.org", "")
    with av.open(str(tmp_path / "report" / "annotated.mp4")) as clip:
        assert clip.streams.video[0].codec_context.name == "h264"


def test_a_report_beside_json_leaves_the_document_alone(coxa: Run, bridge: Path, tmp_path: Path) -> None:
    ran = coxa("analyze", bridge, "--exercise", "bridge", "--json", "--report", tmp_path / "report")
    assert json.loads(ran.out)["status"] == "judged"
    assert (tmp_path / "report" / "index.html").is_file()


def test_clips_of_the_same_name_get_a_folder_each() -> None:
    from coxa.cli.analyze import folders

    clips = [Path(p) for p in ("monday/set.parquet", "tuesday/set.parquet", "set-2.mp4", "set.mp4", "other.mp4")]
    chosen = folders(clips, Path("out"))
    assert len(set(chosen)) == len(clips)
    assert [c.parent for c in chosen if c] == [Path("out")] * len(clips)
    assert chosen[0] == Path("out/set")
    assert folders(clips[:1], Path("out")) == [Path("out")]
    assert folders(clips, None) == [None] * len(clips)


def test_several_reports_are_written_side_by_side(coxa: Run, bridge: Path, tmp_path: Path) -> None:
    short = tmp_path / "again" / "bridge.parquet"
    short.parent.mkdir()
    write_recording(simulate("bridge", seed=2, view="side", repetitions=1).recording, short)
    ran = coxa("analyze", bridge, short, "--exercise", "bridge", "--report", tmp_path / "out")
    assert ran.code == 0
    assert sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").glob("*/index.html")) == [
        "bridge-2/index.html",
        "bridge/index.html",
    ]


def test_a_report_into_a_file_is_refused(coxa: Run, bridge: Path, tmp_path: Path) -> None:
    refused(coxa("analyze", bridge, "--exercise", "bridge", "--report", write(tmp_path / "taken", "here")), "taken", "folder")


# ------------------------------------------------------------------------------------------------ stopping


@pytest.mark.parametrize("where", ["coxa.cli.analyze.read_clip", "coxa.cli.analyze.write", "coxa.exchange.report.render"])
def test_ctrl_c_ends_with_one_line_and_leaves_no_file_in_part(
    coxa: Run, monkeypatch: pytest.MonkeyPatch, bridge: Path, tmp_path: Path, where: str
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(where, stop)
    ran = coxa("analyze", bridge, "--exercise", "bridge", "--report", tmp_path / "report")
    assert (ran.code, ran.out, ran.err) == (130, "", "coxa: stopped\n")
    left = {p.name for p in (tmp_path / "report").glob("**/*") if p.is_file()}
    assert left <= {"annotated.mp4"}  # whole: it was done before the page


def test_ctrl_c_while_the_clip_is_written_leaves_nothing(coxa: Run, monkeypatch: pytest.MonkeyPatch, bridge: Path, tmp_path: Path) -> None:
    from coxa.exchange import annotate

    drawn, draw = [], annotate.draw_skeleton

    def stop(*arguments: Any, **options: Any) -> Any:
        drawn.append(1)
        if len(drawn) > 20:
            raise KeyboardInterrupt
        return draw(*arguments, **options)

    monkeypatch.setattr(annotate, "draw_skeleton", stop)
    ran = coxa("analyze", bridge, "--exercise", "bridge", "--report", tmp_path / "report")
    assert (ran.code, ran.err) == (130, "coxa: stopped\n")
    assert [p.name for p in (tmp_path / "report").glob("**/*") if p.is_file()] == []


# ------------------------------------------------------------------------------------------------ as a process


def process(*arguments: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-c", "from coxa.cli import main; main()", *map(str, arguments)],
        capture_output=True, text=True, timeout=300, env=environment, check=False,
    )  # fmt: skip


def test_a_process_of_its_own_does_the_same(bridge: Path) -> None:
    done = process("analyze", bridge, "--exercise", "bridge", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["status"] == "judged"


def test_a_process_of_its_own_refuses_in_one_line(tmp_path: Path) -> None:
    done = process("analyze", tmp_path / "gone.mp4", "--exercise", "bridge")
    refused(Ran(done.returncode, done.stdout, done.stderr), "gone.mp4", "no such file")


def test_help_names_the_commands() -> None:
    done = process("--help")
    assert done.returncode == 0
    for command in ("analyze", "exercises", "schema", "demo"):
        assert command in done.stdout
