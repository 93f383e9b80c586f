"""The clip of a set with the skeleton drawn in, the repetitions counted and the mistake of the moment named."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import av
import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from coxa.body.landmarks import BONES
from coxa.body.recording import Recording
from coxa.errors import BadInput
from coxa.exchange import words
from coxa.exercises.model import Exercise
from coxa.motion.result import SetResult

Pixels = npt.NDArray[np.uint8]
Timed = tuple[float, Pixels]
Sign = Literal["amber", "red", "unsure"]

SOLID = 0.5  # below this visibility a point is a guess and its lines are dashed
LONGEST, SHORTEST = 1280, 480  # the longer side of the written clip, pixels
TICKS = 90_000  # a second in the written clip's time base: every camera's timestamps fit into it
LEAST_SHOWN_S = 1.0  # a mistake stays on the picture long enough to be read

INK = (28, 24, 21)
CREAM = (255, 243, 220)
MINT = (120, 229, 196)
PLAIN = (84, 76, 68)
SIGN_FILL = {"amber": (255, 196, 77), "red": (255, 122, 104), "unsure": (214, 205, 194)}
JOINTS = (0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28, 31, 32)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place at the end; on any error, Ctrl-C too, nothing is left.

    Raises
    ------
    BadInput
        If the folder cannot be written to.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".coxa-", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise BadInput(f"report: expected a folder to write to, got {path.parent} ({error.strerror}); choose another folder") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes files private; a report is an ordinary file of the person who asked for it
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def frame_at(recording: Recording, time_s: float) -> int | None:
    """The recording's frame nearest to a moment, or None where the nearest is too far away to speak for it."""
    times = recording.time_s
    k = int(np.searchsorted(times, time_s))
    near = min((j for j in (k - 1, k) if 0 <= j < len(times)), key=lambda j: abs(float(times[j]) - time_s))
    return near if abs(float(times[near]) - time_s) <= 1.5 / recording.fps + 1e-3 else None


def draw_skeleton(pixels: Pixels, points: npt.NDArray[np.float32], visibility: npt.NDArray[np.float32], side: str = "unknown") -> None:
    """Draw one frame's skeleton over its picture, in place.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB; changed in place.
    points : (33, 2 or more) float32
        x and y in units of width and height; NaN is not drawn.
    visibility : (33,) float32 in 0..1
        Below 0.5 a line is dashed and thin.
    side : str
        "left" or "right": that leg, the working one, is drawn in its own colour.
    """
    height, width = pixels.shape[:2]
    xy = points[:, :2].astype(np.float64) * (width, height)
    # far outside the picture a point says nothing, and OpenCV's integers overflow
    drawn = np.isfinite(xy).all(axis=1) & (np.abs(xy) < 4 * max(width, height)).all(axis=1)
    thick = max(2.0, min(width, height) / 125)
    working = {"left": {23, 25, 27, 29, 31}, "right": {24, 26, 28, 30, 32}}.get(side, set())
    for only_guesses in (True, False):
        for a, b in BONES:
            if not (drawn[a] and drawn[b]):
                continue
            guess = bool(min(visibility[a], visibility[b]) < SOLID)
            if guess is not only_guesses:
                continue
            colour = MINT if a in working and b in working else CREAM
            if guess:
                _dashed(pixels, xy[a], xy[b], colour, thick)
            else:
                _line(pixels, xy[a], xy[b], INK, thick * 1.9)
                _line(pixels, xy[a], xy[b], colour, thick)
    for k in JOINTS:
        if drawn[k] and visibility[k] >= SOLID:
            _dot(pixels, xy[k], INK, thick * 1.35)
            _dot(pixels, xy[k], MINT if k in working else CREAM, thick * 0.9)


def _fixed(point: npt.NDArray[np.float64]) -> tuple[int, int]:
    # three binary places keep a slowly moving joint from jumping pixel by pixel
    return round(float(point[0]) * 8), round(float(point[1]) * 8)


def _line(pixels: Pixels, a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], colour: tuple[int, int, int], thick: float) -> None:
    cv2.line(pixels, _fixed(a), _fixed(b), colour, max(1, round(thick)), cv2.LINE_AA, 3)


def _dot(pixels: Pixels, at: npt.NDArray[np.float64], colour: tuple[int, int, int], radius: float) -> None:
    cv2.circle(pixels, _fixed(at), max(8, round(radius * 8)), colour, -1, cv2.LINE_AA, 3)


def _dashed(pixels: Pixels, a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], colour: tuple[int, int, int], thick: float) -> None:
    length = float(np.hypot(*(b - a)))
    dashes = max(1, min(200, round(length / (thick * 5))))
    for k in range(dashes):
        start, end = a + (b - a) * (k / dashes), a + (b - a) * ((k + 0.5) / dashes)
        _line(pixels, start, end, INK, thick * 1.1)
        _line(pixels, start, end, colour, thick * 0.55)


class Caption:
    """What is written below the picture: the count so far and the mistake of the moment, as sign and text."""

    def __init__(self, result: SetResult, exercise: Exercise | None = None) -> None:
        self.result = result
        self.exercise = exercise
        self.order = {fault: k for k, fault in enumerate(words.by_harm(result.faults, exercise))}

    def count(self, time_s: float) -> tuple[str, str] | None:
        """The figure and its word at a moment: repetitions done, or seconds held."""
        result = self.result
        if result.status != "judged":
            return None
        if result.holds and not result.repetitions:
            held = sum(min(h.held_s, max(0.0, time_s - h.start_s)) for h in result.holds)
            return f"{held:.0f}", "s held"
        done = sum(r.counted and r.end_s <= time_s + 1e-6 for r in result.repetitions)
        return str(done), "counted"

    def message(self, time_s: float) -> tuple[str, Sign] | None:
        """The worst mistake at a moment and its sign, or why nothing is judged."""
        if self.result.status == "cannot_see":
            return "Not seen well enough to judge", "unsure"
        if self.result.status == "not_this_exercise":
            return "Another exercise: nothing counted", "unsure"
        now = [f for f in self.result.faults if f.start_s <= time_s <= max(f.end_s, f.start_s + LEAST_SHOWN_S)]
        if not now:
            return None
        fault = min(now, key=lambda f: (f.severity != "red", self.order[f.id]))
        return words.fault_name(fault.id, self.exercise), fault.severity

    def bar(self, time_s: float, width: int, height: int) -> Pixels:
        """The strip below a picture of this width, (height, width, 3); below, so that neither head nor feet are covered."""
        return _bar(self.count(time_s), self.message(time_s), width, height)


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Matplotlib carries a full typeface, so that no font of the machine is needed
    spec = find_spec("matplotlib")
    assert spec is not None
    assert spec.origin is not None
    return ImageFont.truetype(str(Path(spec.origin).parent / "mpl-data/fonts/ttf/DejaVuSans-Bold.ttf"), size)


@lru_cache(maxsize=64)
def _bar(count: tuple[str, str] | None, message: tuple[str, Sign] | None, width: int, height: int) -> Pixels:
    # drawn twice as large and halved: Pillow's polygons have hard edges
    image = Image.new("RGB", (width * 2, height * 2), INK)
    draw = ImageDraw.Draw(image)
    u, middle = height * 2 / 3, float(height)
    x = u * 0.6
    if count is not None:
        figure, word = count
        big, small = _font(round(u * 1.5)), _font(round(u * 0.72))
        draw.text((x, middle + u * 0.54), figure, font=big, fill=CREAM, anchor="ls")
        x += big.getlength(figure) + u * 0.35
        draw.text((x, middle + u * 0.54), word, font=small, fill=CREAM, anchor="ls")
        x += small.getlength(word) + u * 0.9
    if message is not None:
        text, sign = message
        _draw_sign(draw, sign, x + u * 0.75, middle, u * 0.75)
        x += u * 2.0
        font, lines = _fit(text, width * 2 - x - u * 0.6, u * 0.85)
        for k, line in enumerate(lines):
            draw.text((x, middle + font.size * 1.25 * (k - (len(lines) - 1) / 2)), line, font=font, fill=CREAM, anchor="lm")
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS), np.uint8)


def _draw_sign(draw: ImageDraw.ImageDraw, sign: Sign, x: float, y: float, radius: float) -> None:
    """Triangle, octagon or disc: the shape says as much as the colour."""
    drop = 0.0
    if sign == "unsure":
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=SIGN_FILL[sign])
    else:
        corners, turn = (3, -90.0) if sign == "amber" else (8, 22.5)
        size, lower = (radius * 1.15, radius * 0.18) if sign == "amber" else (radius, 0.0)
        angles = [math.radians(turn + 360 * k / corners) for k in range(corners)]
        draw.polygon([(x + size * math.cos(a), y + lower + size * math.sin(a)) for a in angles], fill=SIGN_FILL[sign])
        drop = radius * 0.25 if sign == "amber" else 0.0
    draw.text((x, y + drop), "?" if sign == "unsure" else "!", font=_font(round(radius * 1.15)), fill=INK, anchor="mm")


def _fit(text: str, most: float, size: float) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest type, up to `size`, in which the text fits on two lines; below half of it, it is cut with an ellipsis."""
    for share in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5):
        font = _font(max(8, round(size * share)))
        lines = _wrapped(text, font, most)
        if len(lines) <= 2 and all(font.getlength(line) <= most for line in lines):
            break
    else:
        lines = [*lines[:1], lines[1] + "…"] if len(lines) > 2 else lines
    return font, lines


def _wrapped(text: str, font: ImageFont.FreeTypeFont, most: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def plain_frames(recording: Recording) -> Generator[Timed]:
    """A plain background for each frame of a recording whose pictures are not there.

    Yields
    ------
    (time_s, (H, W, 3) uint8)
    """
    width, height = _fitted(recording.width, recording.height)
    for time_s in recording.time_s.tolist():
        yield time_s, np.full((height, width, 3), PLAIN, np.uint8)


def in_view(recording: Recording) -> npt.NDArray[np.float32]:
    """Image points moved and scaled as one, so that a skeleton without a picture lies inside its frame.

    Returns
    -------
    (T, 33, 2) float32
        The points as they are where they already fit.
    """
    points: npt.NDArray[np.float32] = recording.image[..., :2]
    seen = points[np.isfinite(points).all(axis=2)]
    if len(seen) == 0:
        return points
    low, high = seen.min(axis=0).astype(np.float64), seen.max(axis=0).astype(np.float64)
    if (low >= -0.02).all() and (high <= 1.02).all():
        return points
    # one scale for both axes, or the body would be stretched
    scale = 0.86 / max(float((high - low).max()), 1e-6)
    fitted: npt.NDArray[np.float32] = ((points - (low + high) / 2) * scale + 0.5).astype(np.float32)
    return fitted


def _fitted(width: int, height: int) -> tuple[int, int]:
    """A frame size of even numbers whose longer side is neither tiny nor huge."""
    longer = max(width, height)
    scale = min(LONGEST, max(SHORTEST, longer)) / longer
    return tuple(max(16, round(side * scale / 2) * 2) for side in (width, height))  # type: ignore[return-value]


def annotate(
    path: Path,
    frames: Iterable[Timed],
    recording: Recording,
    result: SetResult,
    exercise: Exercise | None = None,
    *,
    pictures: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write a clip with the skeleton drawn in, and the count and the mistake of the moment below the picture.

    Frames are taken one at a time and not kept. The file appears under its name only when it is whole.

    Parameters
    ----------
    path : Path
        The MP4 to write (H.264, yuv420p, even sizes).
    frames : iterable of (time_s, (H, W, 3) uint8)
        Upright RGB pictures in order of time, as `coxa.capture.video.frames` gives them.
    recording : Recording
        The landmarks, found by time.
    result : SetResult
    exercise : Exercise or None
        Gives the mistakes their names.
    pictures : bool
        False if the frames are a plain background: the skeleton is then moved into view.
    progress : callable or None
        Called with the number of frames written so far.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    BadInput
        If there is no frame, or the folder cannot be written to.
    """
    points = recording.image if pictures else in_view(recording)
    caption = Caption(result, exercise)
    with whole_file(path) as temporary:
        written = 0
        # movflags: the index goes to the front, so that a browser can start before it has read all
        with av.open(str(temporary), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream: Any = None
            size, bar, first_s, last = (0, 0), 0, 0.0, -1
            for time_s, rgb in frames:
                if stream is None:
                    size = _fitted(rgb.shape[1], rgb.shape[0])
                    bar = max(36, round(min(size) / 21 * 3 / 2) * 2)
                    stream, first_s = _stream(container, (size[0], size[1] + bar), recording.fps), time_s
                whole = np.empty((size[1] + bar, size[0], 3), np.uint8)
                pixels = whole[: size[1]]
                pixels[...] = rgb if (rgb.shape[1], rgb.shape[0]) == size else cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
                k = frame_at(recording, time_s)
                if k is not None:
                    draw_skeleton(pixels, points[k], recording.visibility[k], result.side)
                whole[size[1] :] = caption.bar(time_s, size[0], bar)
                # OpenCV turns RGB into BT.601 in a tenth of the time that FFmpeg's scaler takes
                picture = av.VideoFrame.from_ndarray(np.asarray(cv2.cvtColor(whole, cv2.COLOR_RGB2YUV_I420), np.uint8), format="yuv420p")
                last = max(last + 1, round((time_s - first_s) * TICKS))
                picture.pts, picture.time_base = last, Fraction(1, TICKS)
                picture.duration = max(1, round(TICKS / recording.fps))
                container.mux(stream.encode(picture))
                written += 1
                if progress is not None:
                    progress(written)
            if stream is None:
                raise BadInput(f"annotated clip: expected at least one picture, got none for {path.name}; record the clip again")
            container.mux(stream.encode(None))
    return path


def _stream(container: Any, size: tuple[int, int], fps: float) -> Any:
    stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = Fraction(1, TICKS)
    stream.codec_context.colorspace = 6  # SMPTE 170M, which is BT.601
    stream.codec_context.color_primaries = stream.codec_context.color_trc = 1
    # no B-frames: with uneven times they make the muxer write too short a duration
    stream.options = {"crf": "23", "preset": "veryfast", "bf": "0"}
    return stream
