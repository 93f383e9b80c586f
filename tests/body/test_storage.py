"""A recording comes back from disk exact to the bit, or is refused in one line."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coxa.body.recording import Recording
from coxa.body.storage import read_recording, write_recording
from coxa.errors import BadInput

COORDINATE = st.floats(-10, 10, width=32) | st.just(float("nan")) | st.just(-0.0)


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    frames = draw(st.integers(1, 4))
    image = draw(hnp.arrays(np.float32, (frames, 33, 3), elements=COORDINATE))
    world = draw(hnp.arrays(np.float32, (frames, 33, 3), elements=COORDINATE))
    visibility = draw(hnp.arrays(np.float32, (frames, 33), elements=st.floats(0, 1, width=32)))
    time_s = np.cumsum(draw(hnp.arrays(np.float64, frames, elements=st.floats(1e-3, 1.0))))
    width, height, fps, source = draw(st.tuples(st.integers(1, 4000), st.integers(1, 4000), st.floats(0.1, 240), st.text(max_size=8)))
    return Recording(time_s, image, world, visibility, width, height, fps, source)


@pytest.fixture
def clip() -> Recording:
    rng = np.random.default_rng(1)
    return Recording(
        np.arange(5) / 25, rng.random((5, 33, 3)), np.full((5, 33, 3), np.nan), rng.random((5, 33)), 640, 480, 25.0, "mediapipe"
    )  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(recording=recordings())
def test_what_is_written_is_read_exact_to_the_bit(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("storage") / "clip.parquet"
    write_recording(recording, path)
    back = read_recording(path)
    for field in ("time_s", "image", "world", "visibility"):
        assert getattr(back, field).tobytes() == getattr(recording, field).tobytes(), field
    assert (back.width, back.height, back.fps, back.source) == (recording.width, recording.height, recording.fps, recording.source)


def test_writing_replaces_an_older_file_and_leaves_nothing_else(clip: Recording, tmp_path: Path) -> None:
    path = tmp_path / "clip.parquet"
    path.write_text("old")
    write_recording(clip, path)
    assert len(read_recording(path)) == 5
    assert [file.name for file in tmp_path.iterdir()] == ["clip.parquet"]


def test_a_failed_write_leaves_the_old_file_whole(clip: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clip.parquet"
    write_recording(clip, path)
    before = path.read_bytes()

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full_disk)
    with pytest.raises(BadInput, match="No space left on device"):
        write_recording(clip, path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["clip.parquet"]


def test_the_columns_are_named_after_the_landmarks_and_the_schema_stands_in_the_metadata(clip: Recording, tmp_path: Path) -> None:
    path = tmp_path / "clip.parquet"
    write_recording(clip, path)
    table = pl.read_parquet(path)
    assert table["left_hip.x"].to_numpy() == pytest.approx(clip.image[:, 23, 0])
    assert table["right_knee.visibility"].to_numpy() == pytest.approx(clip.visibility[:, 26])
    assert pl.read_parquet_metadata(path)["schema"] == "coxa.recording/1"


def broken(kind: str, clip: Recording, path: Path) -> None:
    """Put a file at `path` that is wrong in one way."""
    facts = {"width": 640, "height": 480, "fps": 25.0, "source": "mediapipe"}
    write_recording(clip, path)
    whole, table = path.read_bytes(), pl.read_parquet(path)

    def rewrite(table: pl.DataFrame, schema: str = "coxa.recording/1", recording: str = json.dumps(facts)) -> None:
        table.write_parquet(path, metadata={"schema": schema, "recording": recording})

    match kind:
        case "missing":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "truncated":
            path.write_bytes(whole[: len(whole) // 2])
        case "no parquet":
            path.write_bytes(b"PAR1 and then something else")
        case "damaged":
            path.write_bytes(whole[:4] + bytes(255 - b for b in whole[4:4000]) + whole[4000:])
        case "something else":
            pl.DataFrame({"price": [1, 2]}).write_parquet(path)
        case "another version":
            rewrite(table, schema="coxa.recording/9")
        case "no facts":
            rewrite(table, recording="{}")
        case "column gone":
            rewrite(table.drop("left_hip.x"))
        case "words":
            rewrite(table.with_columns(pl.lit("far").alias("left_hip.x")))
        case "no frames":
            rewrite(table.head(0))
        case "time back":
            rewrite(table.reverse())
        case "infinity":
            rewrite(table.with_columns(pl.lit(float("inf")).alias("left_hip.x")))


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("missing", "no such file"),
        ("empty", "an empty file"),
        ("truncated", "truncated"),
        ("no parquet", "truncated or no Parquet"),
        ("damaged", "cannot be decoded"),
        ("something else", "a Parquet file of something else"),
        ("another version", "coxa.recording/9"),
        ("no facts", "width, height, fps and source"),
        ("column gone", "left_hip.x"),
        ("words", "cannot be decoded"),
        ("no frames", "at least one frame"),
        ("time back", "expected time to increase"),
        ("infinity", "infinity at frame 0"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_in_one_line(kind: str, says: str, clip: Recording, tmp_path: Path) -> None:
    path = tmp_path / "clip.parquet"
    broken(kind, clip, path)
    with pytest.raises(BadInput) as refused:
        read_recording(path)
    message = str(refused.value)
    assert says in message
    assert message.startswith(str(path))
    assert "\n" not in message


def test_a_folder_that_is_not_there_is_refused(clip: Recording, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="choose another place"):
        write_recording(clip, tmp_path / "nowhere" / "clip.parquet")
