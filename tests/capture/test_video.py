"""Clips: real times, upright pictures, one person, and plain words for what is no clip."""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coxa.capture import Clip, frames, from_video, landmarks, pose_model
from coxa.capture.person import Person
from coxa.capture.video import ahead, upright
from coxa.errors import BadInput, NotInstalled
from coxa.settings import settings

CLIPS = settings().real_data / "clips"


def needs_model() -> None:
    try:
        pose_model.find()
        import mediapipe  # noqa: F401
    except (NotInstalled, ImportError, OSError) as error:
        pytest.skip(f"the pose model cannot run here: {error}")


def needs_clip(name: str) -> Path:
    path = CLIPS / name
    if not path.is_file():
        pytest.skip(f"{path} is absent: real recordings are not part of the project")
    return path


def picture(number: int, width: int = 64, height: int = 48) -> np.ndarray:
    """A grey ramp that tells the frames apart, with a white corner at the top left."""
    values = np.full((height, width, 3), 20 + 6 * (number % 30), np.uint8)
    values[: height // 3, : width // 3] = 255
    return values


def write(path: Path, times_s: Sequence[float], *, codec: str = "mpeg4", width: int = 64, height: int = 48, rate: int = 30) -> Path:
    """Make a small clip whose frames stand at the given times."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate)
        stream.width, stream.height = width, height
        stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 100 if codec == "gif" else 12000)
        for number, time_s in enumerate(times_s):
            frame = av.VideoFrame.from_ndarray(picture(number, width, height), format="rgb24").reformat(format=stream.pix_fmt)
            frame.time_base = stream.time_base
            frame.pts = round(time_s / stream.time_base)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def turn(path: Path, matrix: Sequence[int]) -> Path:
    """Write a display matrix into an MP4's track header, as phones do."""
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 4
    matrix_at = at + (52 if content[at] == 1 else 40)
    a, b, c, d = matrix
    content[matrix_at : matrix_at + 36] = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    return path


def corner(shown: np.ndarray) -> tuple[str, str]:
    """Where the white corner is."""
    rows, columns = np.nonzero(shown.min(axis=2) > 220)
    return ("top" if rows.mean() < shown.shape[0] / 2 else "bottom", "left" if columns.mean() < shown.shape[1] / 2 else "right")


@pytest.mark.parametrize("rate", [3, 10, 24, 30, 60, 120, 240])
def test_every_frame_comes_at_its_real_time(tmp_path: Path, rate: int) -> None:
    path = write(tmp_path / "clip.mp4", [k / rate for k in range(12)], rate=rate)
    got = list(frames(path))
    np.testing.assert_allclose([t for t, _ in got], np.arange(12) / rate, atol=1e-3)
    assert all(p.shape == (48, 64, 3) and p.dtype == np.uint8 and p.flags.c_contiguous for _, p in got)


def test_variable_frame_rate_keeps_its_times(tmp_path: Path) -> None:
    times = [0.0, 0.02, 0.1, 0.5, 0.52, 0.9, 0.91]
    got = [t for t, _ in frames(write(tmp_path / "clip.mp4", times))]
    np.testing.assert_allclose(got, times, atol=1e-3)


def test_time_counts_from_the_first_frame(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mkv", [5.0, 5.1, 5.2])
    np.testing.assert_allclose([t for t, _ in frames(path)], [0.0, 0.1, 0.2], atol=2e-3)


def test_gif_is_a_clip(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.gif", [0.0, 0.3, 0.6, 0.9], codec="gif")
    got = list(frames(path))
    np.testing.assert_allclose([t for t, _ in got], [0.0, 0.3, 0.6, 0.9], atol=1e-6)
    assert corner(got[0][1]) == ("top", "left")


def test_given_frame_rate_overrules_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", [k / 30 for k in range(5)])
    np.testing.assert_allclose([t for t, _ in frames(path, fps=12.5)], np.arange(5) / 12.5)


def test_numbered_pictures_are_a_clip_at_the_given_rate(tmp_path: Path) -> None:
    for number in range(4):
        _save_png(tmp_path / f"{number:03d}.png", number)
    np.testing.assert_allclose([t for t, _ in frames(tmp_path / "%03d.png", fps=20)], np.arange(4) / 20)


def _save_png(path: Path, number: int) -> None:
    codec = av.CodecContext.create("png", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 64, 48, "rgb24", Fraction(1, 25)  # type: ignore[attr-defined]
    frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
    packets = [*codec.encode(frame), *codec.encode(None)]  # type: ignore[attr-defined]
    path.write_bytes(b"".join(bytes(packet) for packet in packets))


def test_pictures_are_widened_to_square_pixels(tmp_path: Path) -> None:
    path = tmp_path / "clip.mkv"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)
        file.mux(stream.encode(av.VideoFrame.from_ndarray(picture(0), format="rgb24")))
        file.mux(stream.encode())
    with Clip(path) as clip:
        assert (clip.width, clip.height) == (128, 48)


@pytest.mark.parametrize(
    ("matrix", "where", "portrait"),
    [
        ((1, 0, 0, 1), ("top", "left"), False),
        ((0, 1, -1, 0), ("top", "right"), True),
        ((-1, 0, 0, -1), ("bottom", "right"), False),
        ((0, -1, 1, 0), ("bottom", "left"), True),
        ((-1, 0, 0, 1), ("top", "right"), False),
        ((0, 1, 1, 0), ("top", "left"), True),
    ],
)
def test_phone_rotation_is_honoured(tmp_path: Path, matrix: tuple[int, ...], where: tuple[str, str], portrait: bool) -> None:
    path = turn(write(tmp_path / "clip.mp4", [0.0, 0.04, 0.08]), matrix)
    with Clip(path) as clip:
        assert (clip.width, clip.height) == ((48, 64) if portrait else (64, 48))
        assert corner(next(iter(clip))[1]) == where


@given(
    st.sampled_from(
        [(1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0), (-1, 0, 0, 1), (1, 0, 0, -1), (0, 1, 1, 0), (0, -1, -1, 0)]
    )
)
def test_upright_moves_each_pixel_as_the_matrix_says(matrix: tuple[int, int, int, int]) -> None:
    a, b, c, d = matrix
    shot = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    shown = upright(shot, np.array([a, b, 0, c, d, 0, 0, 0, 1], np.int32))
    xs = [a * x + c * y for y in range(4) for x in range(5)]
    ys = [b * x + d * y for y in range(4) for x in range(5)]
    for (y, x), to_x, to_y in zip(np.ndindex(4, 5), xs, ys, strict=True):
        assert (shown[to_y - min(ys), to_x - min(xs)] == shot[y, x]).all()


def test_damaged_frames_are_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", [k / 30 for k in range(30)])
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    rest = int.from_bytes(content[start - 8 : start - 4], "big")
    content[start + rest // 2 : start + rest // 2 + 60] = bytes(60)
    path.write_bytes(content)
    times = [t for t, _ in frames(path)]
    assert 10 <= len(times) <= 30
    assert (np.diff(times) > 0).all()


def nothing_there(folder: Path) -> Path:
    return folder / "nothing.mp4"


def a_folder(folder: Path) -> Path:
    return folder


def an_empty_file(folder: Path) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def a_text(folder: Path) -> Path:
    (folder / "letter.txt").write_text("Dear physiotherapist,\n" * 40)
    return folder / "letter.txt"


def a_text_called_video(folder: Path) -> Path:
    return a_text(folder).rename(folder / "letter.mp4")


def noise(folder: Path) -> Path:
    (folder / "noise.mp4").write_bytes(np.random.default_rng(1).bytes(5000))
    return folder / "noise.mp4"


def a_photograph(folder: Path) -> Path:
    _save_png(folder / "photo.png", 1)
    return folder / "photo.png"


def a_truncated_clip(folder: Path) -> Path:
    path = write(folder / "cut.mp4", [k / 30 for k in range(20)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def a_truncated_clip_with_its_index_first(folder: Path) -> Path:
    path = folder / "cut.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as file:
        stream = file.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(30):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture(number), format="rgb24")))
        file.mux(stream.encode())
    path.write_bytes(path.read_bytes()[:-200])
    return path


def sound_only(folder: Path) -> Path:
    path = folder / "sound.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("aac", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 16000
        file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def no_frames(folder: Path) -> Path:
    path = write(folder / "none.avi", [0.0])
    content = path.read_bytes()
    at = content.index(b"movi")
    path.write_bytes(content[:at] + b"movi")
    return path


def a_playlist(folder: Path) -> Path:
    path = folder / "list.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/clip.ts\n#EXT-X-ENDLIST\n")
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (nothing_there, "no such file"),
        (a_folder, "a folder"),
        (an_empty_file, "empty"),
        (a_text, "text"),
        (a_text_called_video, "expected a video"),
        (noise, "expected a video"),
        (a_photograph, "a single picture"),
        (a_truncated_clip, "breaks off"),
        (a_truncated_clip_with_its_index_first, "breaks off"),
        (sound_only, "only sound"),
        (no_frames, "expected"),
        (a_playlist, "expected"),
    ],
)
def test_what_is_no_clip_is_refused_in_one_line_that_names_it(tmp_path: Path, make: object, words: str) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    with pytest.raises(BadInput, match=words) as refused:
        from_video(path)
    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)


def test_frame_rate_out_of_reason_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="frame rate"):
        list(frames(write(tmp_path / "clip.mp4", [0.0, 0.1]), fps=0))


def test_file_that_is_no_pose_model_is_refused(tmp_path: Path) -> None:
    needs_model()
    clip = write(tmp_path / "clip.mp4", [0.0, 0.1])
    other = tmp_path / "other.task"
    other.write_text("not a model")
    with pytest.raises(BadInput, match="expected a pose model"):
        from_video(clip, model=other)


@pytest.mark.parametrize(
    ("reason", "words"),
    [("libGL.so.1: cannot open shared object file", "apt-get install libgl1"), ("No module named 'mediapipe'", "make setup")],
)
def test_what_the_pose_model_lacks_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reason: str, words: str) -> None:
    class Missing:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            if name.startswith("mediapipe"):
                raise ImportError(reason)

    for name in [name for name in sys.modules if name.split(".")[0] == "mediapipe"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    model = tmp_path / "pose.task"
    model.touch()
    with pytest.raises(NotInstalled, match=words):
        from_video(write(tmp_path / "clip.mp4", [0.0, 0.1]), model=model)


def test_empty_room_is_a_recording_without_a_person(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    needs_model()
    path = write(tmp_path / "clip.mp4", [k / 10 for k in range(5)], width=320, height=242)
    done: list[tuple[int, int | None]] = []
    recording = from_video(path, progress=lambda *now: done.append(now))
    assert (len(recording), recording.width, recording.height) == (5, 320, 242)
    assert recording.fps == pytest.approx(10, rel=0.01)
    assert np.isnan(recording.image).all()
    assert not recording.visibility.any()
    assert done == [(k, 5) for k in range(1, 6)]
    assert capfd.readouterr() == ("", "")


def test_real_clips_show_one_person_in_every_frame(capfd: pytest.CaptureFixture[str]) -> None:
    # 500 pixels wide: rows that do not fill whole blocks of memory, which the pose model would misread.
    needs_model()
    recording = from_video(needs_clip("glute-bridge.mp4"))
    assert len(recording) == 106
    assert np.isfinite(recording.image).all()
    assert np.isfinite(recording.world).all()
    assert recording.fps == pytest.approx(30, rel=1e-3)
    assert capfd.readouterr().err == ""


def test_leaving_early_ends_the_decoding_thread(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", [k / 30 for k in range(60)])
    before = threading.active_count()
    with Clip(path) as clip, contextlib.closing(ahead(clip, 2)) as pictures:
        next(pictures)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_clip_can_be_closed_while_another_thread_reads_it(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", [k / 30 for k in range(60)])
    before = threading.active_count()
    clip = Clip(path)
    pictures = ahead(clip, 2)
    next(pictures)
    clip.close()
    assert len(list(pictures)) < 59
    assert threading.active_count() == before


def test_frames_of_one_moment_are_refused_unless_a_rate_is_given(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", [k / 30 for k in range(5)])
    content = path.read_bytes()
    at = content.index(b"stts") + 8
    assert struct.unpack(">2I", content[at : at + 8]) == (1, 5)
    path.write_bytes(content[: at + 8] + struct.pack(">I", 1) + content[at + 12 :])
    with pytest.raises(BadInput, match="give the frame rate"):
        list(frames(path))
    np.testing.assert_allclose([t for t, _ in frames(path, fps=30)], np.arange(5) / 30)


INTERRUPTED = """
import sys
from coxa.capture import from_video
from_video(sys.argv[1], model="lite", progress=lambda done, _: print(done, flush=True))
"""


def test_interrupting_ends_at_once_and_leaves_no_file(tmp_path: Path) -> None:
    needs_model()
    path = write(tmp_path / "clip.mp4", [k / 30 for k in range(900)], width=320, height=240)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-c", INTERRUPTED, str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(temporary)}
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "1\n"
        running.send_signal(signal.SIGINT)
        said, complaint = running.communicate(timeout=60)
    assert running.returncode in (1, 130, -signal.SIGINT)
    # The pose library may add a remark about a picture that it was just making.
    assert "KeyboardInterrupt" in complaint.splitlines()
    assert len(said.split()) < 800
    assert list(temporary.iterdir()) == []


def test_error_while_decoding_reaches_the_caller() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise BadInput("clip.mp4: expected more")

    items = ahead(broken(), 2)
    assert next(items) == 1
    with pytest.raises(BadInput, match="expected more"):
        next(items)


@given(st.lists(st.integers(), max_size=30), st.integers(1, 5))
def test_ahead_changes_neither_items_nor_order(items: list[int], most: int) -> None:
    assert list(ahead(items, most)) == items


def body(x: float, y: float, size: float = 0.2) -> np.ndarray:
    """A rough standing body whose torso is centred at (x, y)."""
    image = np.zeros((33, 3), np.float32)
    image[:, :2] = x, y - size
    image[[11, 12]] = [[x + size / 4, y - size / 2, 0], [x - size / 4, y - size / 2, 0]]
    image[[23, 24]] = [[x + size / 6, y + size / 2, 0], [x - size / 6, y + size / 2, 0]]
    return image


@given(st.integers(3, 60), st.floats(0.1, 0.5), st.floats(0, 1.2))
def test_person_who_moves_as_people_do_is_followed(fps: int, size: float, speed: float) -> None:
    person = Person(1000, 1000)
    times = np.arange(3 * fps) / fps
    assert all(person.is_same(t, body(0.5 + speed * size * np.sin(2 * t), 0.5, size)) for t in times)


@given(st.floats(0.2, 2.0), st.booleans(), st.integers(10, 60))
def test_jump_to_another_body_is_refused_for_as_long_as_it_lasts(distance: float, smaller: bool, fps: int) -> None:
    person = Person(1000, 1000)
    times = np.arange(10 * fps) / fps
    here, there = body(0.3, 0.5), body(0.3 + distance, 0.5, 0.05 if smaller else 0.2)
    gone = (times >= 2) & (times <= 8)
    seen = [person.is_same(t, there if away else here) for t, away in zip(times, gone, strict=True)]
    np.testing.assert_array_equal(seen, ~gone)


def test_somebody_of_whom_half_was_found_at_first_is_found_whole_later() -> None:
    half, whole = body(0.2, 0.5, 0.12), body(0.36, 0.42, 0.3)
    whole[[0, 7, 8]] = half[[0, 7, 8]] + np.float32(0.01)
    person = Person(1000, 1000)
    assert all(person.is_same(k / 12, half) for k in range(36))
    assert all(person.is_same(3 + k / 12, whole) for k in range(36))
    elsewhere = whole.copy()
    elsewhere[[0, 7, 8], 0] += 0.2
    person = Person(1000, 1000)
    assert all(person.is_same(k / 12, half) for k in range(36))
    assert not any(person.is_same(3 + k / 12, elsewhere) for k in range(36))


def test_person_who_left_an_empty_picture_may_come_back_elsewhere() -> None:
    person = Person(1000, 1000)
    assert all(person.is_same(k / 30, body(0.2, 0.5)) for k in range(60))
    assert not person.is_same(2.05, body(0.8, 0.5))
    assert person.is_same(4.0, body(0.8, 0.5))


def test_somebody_smaller_in_the_back_does_not_take_an_empty_picture_over() -> None:
    person = Person(1000, 1000)
    assert all(person.is_same(k / 30, body(0.2, 0.5)) for k in range(60))
    assert not any(person.is_same(4.0 + k / 30, body(0.8, 0.3, 0.06)) for k in range(60))


def test_landmarks_stream_equals_the_recording() -> None:
    needs_model()
    path = needs_clip("clamshell.gif")
    recording = from_video(path, model="lite")
    with Clip(path) as clip:
        sights = list(landmarks(clip, model="lite"))
    np.testing.assert_array_equal([s.time_s for s in sights], recording.time_s)
    np.testing.assert_array_equal(np.array([s.image for s in sights]), recording.image)


WATCHED = """
import os, sys
heard = []
sys.addaudithook(lambda event, args: heard.append(event) if event.startswith(("socket.", "urllib.", "http.")) else None)
from coxa.capture import from_video

def sockets():
    found = set()
    for name in os.listdir("/proc/self/fd") if sys.platform == "linux" else ():
        try:
            target = os.readlink("/proc/self/fd/" + name)
        except OSError:
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found

inherited, opened = sockets(), set()
recording = from_video(sys.argv[1], progress=lambda *_: opened.update(sockets()))
print(len(recording), sorted(opened - inherited), heard)
"""


def test_no_socket_is_opened_while_a_clip_is_analysed(tmp_path: Path) -> None:
    """Watched from inside; and where the user may, with no network there at all."""
    needs_model()
    path = write(tmp_path / "clip.mp4", [k / 30 for k in range(20)], width=320, height=240)
    offline = ["unshare", "--net"]
    try:
        subprocess.run([*offline, "true"], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        offline = []
    ran = subprocess.run([*offline, sys.executable, "-c", WATCHED, str(path)], capture_output=True, text=True, timeout=240)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split("\n")[0] == "20 [] []"
