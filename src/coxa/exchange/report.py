"""The report of a set: one page that stands alone, and beside it the clip with the skeleton drawn in."""

from __future__ import annotations

import base64
import statistics
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import jinja2
import numpy as np
from markupsafe import Markup

from coxa.body.recording import Recording
from coxa.capture.video import frames as video_frames
from coxa.errors import BadInput
from coxa.exchange import figures, words
from coxa.exchange.annotate import Pixels, Timed, annotate, draw_skeleton, frame_at, in_view, plain_frames, whole_file
from coxa.exchange.figures import Signal
from coxa.exercises.model import Exercise
from coxa.locales import current, ngettext
from coxa.locales import gettext as _
from coxa.motion.result import Fault, Hold, SetResult

PEAKS = 6  # key frames of repetitions; more would bury the one that matters
PICTURE = 560  # width of a key frame, pixels


@dataclass
class Moment:
    """A moment worth a picture: when, what it is called, a figure to it, and how bad; `picture` comes later."""

    time_s: float
    title: str
    note: str = ""
    severity: str = ""
    picture: Pixels | None = None
    plain: bool = False

    @property
    def alt(self) -> str:
        """What the picture shows, for those who do not see it."""
        text = words.PAGE["plain_alt" if self.plain else "skeleton_alt"]
        return text.format(what=self.title, when=words.clock(self.time_s))

    @property
    def source(self) -> str:
        """The picture as a JPEG data URI."""
        assert self.picture is not None
        done, data = cv2.imencode(".jpg", cv2.cvtColor(self.picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 82])
        assert done
        return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode("ascii")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture, pixels."""
        assert self.picture is not None
        return self.picture.shape[1], self.picture.shape[0]


@dataclass(frozen=True)
class Row:
    """One line of the table of repetitions, ready to print."""

    nr: str
    cells: tuple[tuple[str, str], ...]
    counted: bool
    why_not: str
    below: bool
    faults: tuple[tuple[str, str], ...]  # severity, words


@dataclass
class KeyFrames:
    """Lets frames pass and keeps, small, those nearest to the wanted moments, with the skeleton drawn in."""

    moments: list[Moment]
    recording: Recording
    side: str
    plain: bool = False
    _waiting: list[Moment] = field(init=False)

    def __post_init__(self) -> None:
        self._waiting = sorted(self.moments, key=lambda m: m.time_s)

    def watch(self, frames: Iterable[Timed]) -> Iterator[Timed]:
        """The same frames again, unchanged; never more than one is held back."""
        last: Timed | None = None
        for frame in frames:
            while self._waiting and frame[0] >= self._waiting[0].time_s:
                moment = self._waiting.pop(0)
                nearer_last = last is not None and moment.time_s - last[0] < frame[0] - moment.time_s
                self._keep(moment, last if last is not None and nearer_last else frame)
            yield frame
            last = frame
        if last is not None:
            for moment in self._waiting:
                self._keep(moment, last)
        self._waiting = []

    def _keep(self, moment: Moment, frame: Timed) -> None:
        time_s, rgb = frame
        scale = min(1.0, PICTURE / rgb.shape[1])
        size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
        picture = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False) if scale < 1 else rgb.copy()
        k = frame_at(self.recording, time_s)
        if k is not None:
            points = in_view(self.recording) if self.plain else self.recording.image
            draw_skeleton(picture, points[k], self.recording.visibility[k], self.side)
        moment.picture, moment.plain = picture, self.plain


def write_report(
    folder: Path,
    result: SetResult,
    recording: Recording,
    exercise: Exercise | None,
    signal: Signal | None,
    clip: Path | None,
    *,
    fps: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write `index.html` and `annotated.mp4` into a folder, which is made if need be.

    Both appear only when whole: an error or Ctrl-C leaves no half file. The clip's pictures are read once,
    one at a time.

    Parameters
    ----------
    folder : Path
    result : SetResult
        What to report.
    recording : Recording
        The landmarks that the result was found in.
    exercise : Exercise or None
        Gives mistakes, cues and the camera's place their words; without it coxa's own are used.
    signal : Signal or None
        The signal by which repetitions were found, to be drawn over time.
    clip : Path or None
        The video; without one the skeleton is drawn alone on a plain background.
    fps : float or None
        The frame rate the clip was read with, if another than its own, so that pictures and landmarks share their times.
    progress : callable or None
        Called with the number of frames done so far.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    BadInput
        If the folder cannot be written to, or the clip cannot be read.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"report: expected a folder to write to, got {folder} ({error.strerror}); choose another folder") from error
    moments = key_moments(result, recording, exercise)
    keeper = KeyFrames(moments, recording, result.side, plain=clip is None)
    with closing(plain_frames(recording) if clip is None else video_frames(clip, fps=fps)) as frames:
        annotated = annotate(
            folder / "annotated.mp4", keeper.watch(frames), recording, result, exercise, pictures=clip is not None, progress=progress
        )
    page = folder / "index.html"
    with whole_file(page) as temporary:
        temporary.write_text(render(result, recording, exercise, signal, moments, annotated.name), encoding="utf-8")
    return page


def render(
    result: SetResult,
    recording: Recording,
    exercise: Exercise | None = None,
    signal: Signal | None = None,
    moments: Iterable[Moment] = (),
    annotated: str | None = None,
) -> str:
    """The page as text: no script, nothing fetched from anywhere; the annotated clip is named, not held.

    Parameters
    ----------
    result, recording, exercise, signal
        As in `write_report`.
    moments : iterable of Moment
        Those without a picture are left out.
    annotated : str or None
        File name of the annotated clip beside the page.

    Returns
    -------
    str
        HTML.
    """
    charts = []
    if signal is not None:
        sizes = (("wide", 760, 240), ("narrow", 360, 200))
        charts = [
            (name, Markup(svg))
            for name, width, plot in sizes
            if (svg := figures.signal_svg(signal, result, exercise, width=width, plot=plot, ident=f"signal-{name}"))
        ]
    pictured = [m for m in moments if m.picture is not None]
    page = words.PAGE
    return (
        _templates()
        .get_template("report.html.j2")
        .render(
            t=page,
            language=current(),
            result=result,
            name=words.exercise_name(result, exercise),
            duration=words.clock(result.duration_s),
            verdict=words.verdict(result, exercise),
            facts=facts(result),
            charts=charts,
            moments=pictured,
            annotated=annotated,
            poster=max(pictured, key=lambda m: (m.severity == "red", m.severity == "amber"), default=None),
            rows=table(result, exercise),
            outside=_fault_words(_outside(result), exercise, timed=True),
            holds=[(k, *_hold_words(h)) for k, h in enumerate(result.holds, start=1)],
            severities=[s for s in ("red", "amber") if any(f.severity == s for f in result.faults)],
            severity_words=words.SEVERITY,
            not_judged=[(words.fault_name(n.id, exercise), words.WHY_NOT_JUDGED[n.why], n.self_check) for n in result.not_judged],
            small_print=[*map(_, words.SMALL_PRINT), words.sources(exercise), f"coxa {result.engine.removeprefix('coxa ')}."],
            sign=lambda severity: Markup(_inline_sign(severity)),
        )
    )


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    loader = jinja2.PackageLoader("coxa.exchange")
    return jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _inline_sign(severity: str) -> str:
    return f'<svg class="mark" viewBox="0 0 24 24" aria-hidden="true">{figures.sign(severity, 12, 12, 11)}</svg>'


def facts(result: SetResult, of: str | None = None) -> list[tuple[str, str, str]]:
    """A few figures of a set.

    Parameters
    ----------
    result : SetResult
    of : str or None
        Of what the share is in which the person was seen, in words; of the clip where nothing else is said.

    Returns
    -------
    list of (label, figure, note)
        Only what was measured; a set that could not be seen has few.
    """
    page, found = words.PAGE, []
    counted = [r for r in result.repetitions if r.counted]
    if result.status == "judged" and (result.repetitions or not result.holds):
        of = _("of {n}").format(n=len(result.repetitions)) if len(result.repetitions) != len(counted) else ""
        found.append((page["counted"], str(len(counted)), of))
    if counted:
        unit = counted[0].unit
        least, most = min(r.range for r in counted), max(r.range for r in counted)
        spread = _("{low} to {high}").format(low=words.number(least, unit), high=words.number(most, unit)) if len(counted) > 1 else ""
        found.append((page["range"], words.number(statistics.median(r.range for r in counted), unit), spread))
    if result.holds:
        total = words.number(sum(h.held_s for h in result.holds), "s")
        found.append((page["held"], total, ngettext("{n} hold", "{n} holds", len(result.holds)).format(n=len(result.holds))))
    elif counted:
        held = statistics.median(r.hold_s for r in counted)
        found.append((page["held"], words.number(held, "s"), _("each") if len(counted) > 1 else ""))
    if counted:
        up, down = statistics.median(r.up_s for r in counted), statistics.median(r.down_s for r in counted)
        found.append((page["tempo"], f"{words.number(up, 's')} · {words.number(down, 's')}", ""))
    found.append((page["seen"], words.number(100 * result.seen, "%"), of or _("of the clip")))
    if result.view != "unknown":
        found.append((page["camera"], words.VIEWS[result.view], ""))
    if result.side != "unknown":
        found.append((page["side"], words.SIDES[result.side], page["working"]))
    return found


def table(result: SetResult, exercise: Exercise | None = None) -> list[Row]:
    """Every repetition with its mistakes, as printed."""
    rows = []
    page = words.PAGE
    for k, r in enumerate(result.repetitions):
        cells = (
            (page["side"], words.SIDES[r.side]),
            (page["start"], words.clock(r.start_s)),
            (page["reach"], words.number(r.range, r.unit)),
            (page["hold"], words.number(r.hold_s, "s")),
            (page["up"], words.number(r.up_s, "s")),
            (page["down"], words.number(r.down_s, "s")),
        )
        own = [f for f in result.faults if f.repetition == k]
        # a mistake may stand on the repetition alone, without a span of its own
        named = [("amber", words.fault_name(fault, exercise)) for fault in r.faults if all(f.id != fault for f in own)]
        why_not = ", ".join(words.WHY_NOT[w] for w in r.why_not)
        rows.append(Row(str(k + 1), cells, r.counted, why_not, r.counted and not r.meets_dose, (*_fault_words(own, exercise), *named)))
    return rows


def _hold_words(hold: Hold) -> tuple[str, str, str]:
    return words.clock(hold.start_s), words.clock(hold.end_s), words.number(hold.held_s, "s")


def _outside(result: SetResult) -> list[Fault]:
    within = range(len(result.repetitions))
    return [f for f in result.faults if f.repetition is None or f.repetition not in within]


def _fault_words(faults: Iterable[Fault], exercise: Exercise | None, *, timed: bool = False) -> tuple[tuple[str, str], ...]:
    said = []
    for f in faults:
        size = words.number(f.size, f.unit)
        when = _(", at {time}").format(time=words.clock(f.start_s)) if timed else ""
        said.append((str(f.severity), f"{words.fault_name(f.id, exercise)}: {words.SEVERITY[f.severity]}, {size}{when}"))
    return tuple(said)


def key_moments(result: SetResult, recording: Recording, exercise: Exercise | None = None) -> list[Moment]:
    """The moments worth a picture: the start, the furthest point of up to six repetitions, each worst mistake.

    Returns
    -------
    list of Moment
        In order of showing, without pictures; a set in which nothing was found has one from its middle.
    """
    page = words.PAGE
    first, last = float(recording.time_s[0]), float(recording.time_s[-1])
    moments: list[Moment] = []
    starts = [r.start_s for r in result.repetitions] or [h.start_s for h in result.holds]
    if starts:
        # a little before the movement begins, where the body is still at rest
        moments.append(Moment(max(first, starts[0] - 0.2), page["start_frame"], words.clock(max(first, starts[0] - 0.2))))
    for k in spread(len(result.repetitions), PEAKS):
        r = result.repetitions[k]
        note = f"{words.clock(r.peak_s)}, {words.number(r.range, r.unit)}" + ("" if r.counted else f", {page['uncounted']}")
        moments.append(Moment(r.peak_s, page["peak_frame"].format(n=k + 1), note))
    if not result.repetitions:
        moments += [Moment((h.start_s + h.end_s) / 2, page["held"], words.number(h.held_s, "s")) for h in result.holds[:PEAKS]]
    for fault in words.by_harm(result.faults, exercise)[:3]:
        worst = max((f for f in result.faults if f.id == fault), key=lambda f: (f.severity == "red", f.size))
        at = (worst.start_s + worst.end_s) / 2
        title = page["worst_frame"].format(name=words.fault_name(fault, exercise))
        moments.append(Moment(at, title, f"{words.clock(at)}, {words.number(worst.size, worst.unit)}", worst.severity))
    if not moments:
        moments.append(Moment((first + last) / 2, page["middle_frame"], words.clock((first + last) / 2)))
    return moments


def spread(n: int, most: int) -> list[int]:
    """Up to `most` of the numbers 0..n-1, first and last among them, evenly spread.

    >>> spread(3, 6), spread(11, 6)
    ([0, 1, 2], [0, 2, 4, 6, 8, 10])
    """
    if n <= most:
        return list(range(n))
    return sorted({round(k * (n - 1) / (most - 1)) for k in range(most)})
