"""A video clip: its frames with their real times, upright, and the landmarks of the person in it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from itertools import chain
from pathlib import Path
from queue import Empty, Full, Queue
from types import TracebackType
from typing import IO, Any, NamedTuple, Self, TypeVar

import numpy as np
import numpy.typing as npt

from coxa.body.landmarks import COUNT
from coxa.body.recording import Recording, Singles
from coxa.capture import pose_model
from coxa.capture.person import Person
from coxa.errors import BadInput, NotInstalled

Picture = npt.NDArray[np.uint8]
#: Called now and then with the frames done and the frames in all (an estimate; None where the file does not say).
Progress = Callable[[int, int | None], None]

#: Frames decoded ahead of the pose model. More would not be faster, only fill memory: a 4K frame is 25 MB.
AHEAD = 3
#: Frames a second beyond which a file's times are damage, not a rate.
FASTEST = 1000
#: FFmpeg draws text files as pictures and single pictures as videos; neither is a clip.
NOT_VIDEO = {"tty", "bin", "xbin", "adf", "idf"}
#: Read only files: a playlist inside a local file may not make FFmpeg open a connection.
OPTIONS = {"protocol_whitelist": "file"}

T = TypeVar("T")


class Sight(NamedTuple):
    """The landmarks of one frame; NaN with visibility 0 where the person was not seen.

    `time_s` is in seconds from the first frame; `image` (33, 3), `world` (33, 3) and `visibility` (33,) are float32, as
    in `coxa.body.recording.Recording`.
    """

    time_s: float
    image: Singles
    world: Singles
    visibility: Singles


class Clip:
    """A video file opened for reading; iterate over it once for (time_s, picture) pairs.

    Pictures are (height, width, 3) uint8 RGB, upright, with square pixels. Frames that do not decode, and frames whose time
    does not increase, are left out. Nothing is kept: memory does not grow with the length of the clip.

    Parameters
    ----------
    path : str or Path
        A video or GIF, or a numbered series of pictures such as ``frames/%04d.png``.
    fps : float, optional
        Take frames to be this many a second, whatever times the file gives.

    Attributes
    ----------
    width, height : int
        Size in pixels of the upright picture.
    fps : float
        Average frame rate, frames per second.
    expected : int or None
        How many frames the file says it has; an estimate.

    Raises
    ------
    BadInput
        If there is no such file, or no picture in it can be decoded.
    """

    def __init__(self, path: str | Path, *, fps: float | None = None) -> None:
        import av

        self.path = Path(path)
        if fps is not None and not 0 < fps <= FASTEST:
            raise BadInput(f"{self.path}: expected a frame rate between 0 and {FASTEST} frames/s, got {fps:g}")
        series = "%" in self.path.name
        options = dict(OPTIONS) | ({"framerate": str(fps)} if series and fps else {})
        if not series:
            check(self.path)
        self._given_fps = fps
        self._closed = False
        # Another thread may be decoding: closing the container under FFmpeg's hands would crash Python.
        self._reading = threading.Lock()
        try:
            self._container = av.open(str(self.path), options=options, format="image2" if series else None)
        except (av.error.FFmpegError, ValueError) as error:
            raise BadInput(f"{self.path}: expected a video or GIF, this file is neither; record or export the clip again") from error
        try:
            self._stream = self._choose_stream(series)
            self._stream.thread_type = "AUTO"
            rate = self._stream.average_rate or self._stream.guessed_rate
            self.fps = float(fps or rate or 25.0)
            self.expected = self._count()
            self._size: tuple[int, int] | None = None
            self._matrix: npt.NDArray[np.int32] | None = None
            self._dropped = 0
            # One for the whole clip: a new one for every frame costs a fifth of the decoding.
            self._scaler = av.video.reformatter.VideoReformatter()
            self._frames: Iterator[tuple[float, Picture]] = self._read()
            first = next(self._frames, None)
            if first is None:
                raise BadInput(f"{self.path}: expected at least one frame, none could be decoded; record or export the clip again")
        except BaseException:
            self.close()
            raise
        self._frames = chain([first], self._frames)
        self.height, self.width = first[1].shape[:2]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[tuple[float, Picture]]:
        got, time_s = 0, 0.0
        while True:
            with self._reading:
                frame = None if self._closed else next(self._frames, None)
            if frame is None:
                break
            got, time_s = got + 1, frame[0]
            yield frame
        count = got + self._dropped
        if got and time_s < (count - 1) / FASTEST:
            raise BadInput(f"{self.path}: expected the times of its frames, got {count} frames within {time_s:.3g} s; give the frame rate")

    def close(self) -> None:
        """Let go of the file; frames not read yet are lost."""
        with self._reading:
            self._closed = True
            self._container.close()

    def _choose_stream(self, series: bool) -> Any:
        name = self._container.format.name
        streams = [s for s in self._container.streams.video if not s.disposition.value & 0x400]  # 0x400: a song's cover picture
        if name in NOT_VIDEO or (not series and (name == "image2" or name.endswith("_pipe"))):
            what = "text" if name in NOT_VIDEO else "a single picture"
            raise BadInput(f"{self.path}: expected a video or GIF, got {what}; record or export the clip again")
        if not streams:
            what = "only sound" if self._container.streams.audio else "no picture"
            raise BadInput(f"{self.path}: expected a video, got {what} in it; record or export the clip with its picture")
        return streams[0]

    def _count(self) -> int | None:
        if self._stream.frames:
            return int(self._stream.frames)
        if self._container.duration and not self._given_fps:
            return max(1, int(self._container.duration / 1_000_000 * self.fps))
        return None

    def _read(self) -> Iterator[tuple[float, Picture]]:
        last_s, start_s, number = -np.inf, None, 0
        for frame in self._decode():
            if self._given_fps or frame.time is None:
                time_s = number / self.fps
            else:
                start_s = frame.time if start_s is None else start_s
                time_s = float(frame.time - start_s)
            number += 1
            if time_s <= last_s:
                # A picture without a moment of its own: repeated by a converter, or its time was damaged.
                self._dropped += 1
                continue
            last_s = time_s
            yield time_s, self._picture(frame)

    def _decode(self) -> Iterator[Any]:
        import av

        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError:
                return  # the file breaks off here; what came before stands
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                continue  # a damaged frame says nothing; the ones after it do

    def _picture(self, frame: Any) -> Picture:
        if self._size is None:
            aspect = float(self._stream.sample_aspect_ratio or 1)
            self._size = (max(1, round(frame.width * aspect)), frame.height)
            # Asked of the first frame only: asking ties a frame into a reference cycle, and memory would grow by the frame.
            self._matrix = _display_matrix(frame)
        width, height = self._size
        return upright(self._scaler.reformat(frame, width, height, "rgb24").to_ndarray(), self._matrix)


def upright(picture: Picture, matrix: npt.NDArray[np.int32] | None) -> Picture:
    """Turn and flip a picture as the camera's display matrix says.

    Parameters
    ----------
    picture : (height, width, 3) uint8
    matrix : (9,) int32 or None
        The 3 by 3 matrix of a video's metadata, row by row: a point (x, y) is shown at (a x + c y, b x + d y) with
        a, b = matrix[0:2] and c, d = matrix[3:5]. Only quarter turns and flips are followed; phones write no others.

    Returns
    -------
    (height, width, 3) uint8
        Contiguous in memory, as the pose model needs: it misreads rows with padding between them without a word.

    Examples
    --------
    >>> wide = np.zeros((2, 3, 3), np.uint8)
    >>> upright(wide, np.array([0, 1, 0, -1, 0, 0, 0, 0, 1], np.int32)).shape
    (3, 2, 3)
    """
    if matrix is not None:
        (a, b), (c, d) = matrix[0:2], matrix[3:5]
        turned = abs(int(a)) + abs(int(d)) < abs(int(b)) + abs(int(c))
        if turned:
            picture = picture.transpose(1, 0, 2)
        if (c if turned else a) < 0:
            picture = picture[:, ::-1]
        if (b if turned else d) < 0:
            picture = picture[::-1]
    return np.ascontiguousarray(picture)


def _display_matrix(frame: Any) -> npt.NDArray[np.int32] | None:
    from av.sidedata.sidedata import Type

    data = frame.side_data.get(Type.DISPLAYMATRIX)
    return None if data is None else np.frombuffer(bytes(data), np.int32, 9)


def check(path: Path) -> None:
    """Refuse what is plainly no whole video file, before FFmpeg makes something of it."""
    try:
        if path.is_dir():
            raise BadInput(f"{path}: expected a video file, got a folder; name the file in it")
        with path.open("rb") as file:
            size = path.stat().st_size
            missing = _missing_bytes(file, size)
    except FileNotFoundError:
        raise BadInput(f"{path}: expected a video file, there is no such file; check the name") from None
    except OSError as error:
        raise BadInput(f"{path}: expected a video file that can be read, got: {error.strerror}; check its permissions") from None
    if size == 0:
        raise BadInput(f"{path}: expected a video, the file is empty; record or copy it again")
    if missing:
        raise BadInput(f"{path}: expected a whole video, the file breaks off {missing:,} bytes early; copy or record it again")


def _missing_bytes(file: IO[bytes], size: int) -> int:
    """How many bytes an MP4 or MOV lacks at its end: FFmpeg would play what is there, and half a set is a wrong count."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if at == 0 and kind != b"ftyp":
            return 0
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length == 0:  # the last box: to the end of the file
            return 0
        if length < 8 or not kind.isalnum():
            return 0  # padding or something unknown after the boxes
        at += length
    return max(0, at - size)


def frames(path: str | Path, *, fps: float | None = None) -> Generator[tuple[float, Picture]]:
    """Yield the frames of a clip one by one.

    Parameters
    ----------
    path, fps
        As for `Clip`.

    Yields
    ------
    time_s : float
        Seconds from the first frame.
    picture : (height, width, 3) uint8
        RGB, upright.

    Raises
    ------
    BadInput
        If the file is not a clip that can be read.
    """
    with Clip(path, fps=fps) as clip:
        yield from clip


def landmarks(clip: Clip, *, model: str | Path | None = None, progress: Progress | None = None) -> Generator[Sight]:
    """Yield what the pose model sees in each frame of a clip, keeping no frame.

    Parameters
    ----------
    clip : Clip
        An opened clip; it is read to its end and stays open.
    model : str or Path, optional
        "full" (default), "lite", or a file.
    progress : callable, optional
        Called after each frame with the frames done and the frames expected.

    Yields
    ------
    Sight
        One for each frame; NaN where nobody, or somebody else, was seen.

    Raises
    ------
    NotInstalled
        If the pose model or a system library is missing.
    """
    person = Person(clip.width, clip.height)
    nothing = np.full((COUNT, 3), np.nan, np.float32)
    unseen = np.zeros(COUNT, np.float32)
    done = 0
    with _landmarker(pose_model.find(model)) as detect, closing(ahead(clip, AHEAD)) as pictures:
        for time_s, picture in pictures:
            found = detect(time_s, picture)
            if found is not None and person.is_same(time_s, found[0]):
                yield Sight(time_s, *found)
            else:
                yield Sight(time_s, nothing, nothing, unseen)
            done += 1
            if progress is not None:
                progress(done, None if clip.expected is None else max(done, clip.expected))


def from_video(
    path: str | Path, *, model: str | Path | None = None, progress: Progress | None = None, fps: float | None = None
) -> Recording:
    """Read a clip into a recording of the person in it.

    Parameters
    ----------
    path, fps
        As for `Clip`.
    model, progress
        As for `landmarks`.

    Returns
    -------
    Recording
        One entry for each frame; its `fps` is the median rate of the frames' real times.

    Raises
    ------
    BadInput
        If the file is not a clip that can be read.
    NotInstalled
        If the pose model or a system library is missing.
    """
    with Clip(path, fps=fps) as clip, closing(landmarks(clip, model=model, progress=progress)) as seen:
        time_s, image, world, visibility = (np.array(column) for column in zip(*seen, strict=True))
        rate = 1.0 / float(np.median(np.diff(time_s))) if len(time_s) > 1 else clip.fps
        return Recording(time_s, image, world, visibility, width=clip.width, height=clip.height, fps=rate, source="mediapipe")


def ahead(items: Iterable[T], most: int) -> Generator[T]:
    """Yield the same items, made by another thread up to `most` ahead, so that decoding and detecting share the cores.

    An error of the other thread is raised here; closing this iterator ends the other thread.
    """
    queue: Queue[tuple[T | None, BaseException | None]] = Queue(most)
    stop = threading.Event()

    def put(item: T | None, error: BaseException | None) -> bool:
        while not stop.is_set():
            try:
                queue.put((item, error), timeout=0.1)
            except Full:
                continue
            return True
        return False

    def make() -> None:
        end: BaseException = StopIteration()
        try:
            for item in items:
                if not put(item, None):
                    return
        except BaseException as error:  # handed to the caller's thread, which raises it
            end = error
        put(None, end)

    thread = threading.Thread(target=make, name="coxa-decode", daemon=True)
    thread.start()
    try:
        while True:
            item, error = _take(queue)
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]  # None only beside an error
    finally:
        stop.set()
        thread.join()


def _take(queue: Queue[T]) -> T:
    while True:
        try:
            # With a time-out, so that Ctrl-C is heard while waiting.
            return queue.get(timeout=0.5)
        except Empty:
            continue


Found = tuple[Singles, Singles, Singles]


@contextmanager
def _landmarker(path: Path) -> Iterator[Callable[[float, Picture], Found | None]]:
    """Give a function that finds the body in one frame after another."""
    with _quiet():
        vision, image_class, image_format, base_options = _mediapipe()
        options = vision.PoseLandmarkerOptions(
            base_options=base_options(model_asset_path=str(path)), running_mode=vision.RunningMode.VIDEO, num_poses=1
        )
        try:
            model = vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, OSError) as error:
            raise BadInput(f"{path}: expected a pose model (.task), this file is none; run make setup or mend COXA_POSE_MODEL") from error
    last_ms = -1
    started = False

    def detect(time_s: float, picture: Picture) -> Found | None:
        nonlocal last_ms, started
        # The model counts in whole milliseconds and wants each later than the one before.
        last_ms = max(last_ms + 1, round(time_s * 1000))
        image = image_class(image_format=image_format, data=picture)
        with nullcontext() if started else _quiet():
            result = model.detect_for_video(image, last_ms)
        if not result.pose_landmarks:
            return None
        started = True
        seen = np.array([(p.x, p.y, p.z, p.visibility) for p in result.pose_landmarks[0]], np.float32)
        world = np.array([(p.x, p.y, p.z) for p in result.pose_world_landmarks[0]], np.float32)
        return seen[:, :3], world, np.clip(seen[:, 3], 0.0, 1.0)

    with model:
        yield detect


def _mediapipe() -> tuple[Any, Any, Any, Any]:
    try:
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision
    except (ImportError, OSError) as error:
        reason = str(error)
        if ".so" in reason:
            raise NotInstalled(f"a system library is missing ({reason}); run: apt-get install libgl1 libglib2.0-0") from error
        raise NotInstalled(f"mediapipe does not load ({reason}); run make setup") from error
    return vision, mediapipe.Image, mediapipe.ImageFormat.SRGB, BaseOptions


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the pose model's start-up chatter off the person's screen.

    Its C++ logs write to file descriptor 2 past every switch that Python has (version 0.10.32 offers none), and only until
    it has found its first person. Errors do not go this way, they are raised; the descriptor is put back at the end.
    """
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr to keep quiet
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
