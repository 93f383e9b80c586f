"""The drawn signal of a set: repetitions as numbered bands, mistakes as marked lanes, as inline SVG.

Written as SVG by hand rather than plotted, so that its colours are the page's own (light, dark, paper) and its letters stay letters.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from html import escape
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from coxa.exchange import words
from coxa.exercises.model import Exercise
from coxa.locales import gettext as _
from coxa.motion.result import Fault, SetResult

Floats = npt.NDArray[np.float64]


class Signal(TypedDict):
    """The signal by which repetitions were found: seconds, values (NaN where unseen), unit and name."""

    time_s: Floats
    values: Floats
    unit: str
    name: str


@dataclass(frozen=True)
class Frame:
    """Where on the drawing a moment and a value lie; all in the drawing's own units."""

    left: float
    right: float
    top: float
    bottom: float
    start_s: float
    end_s: float
    low: float
    high: float

    def x(self, time_s: float) -> float:
        share = (time_s - self.start_s) / (self.end_s - self.start_s)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


@dataclass(frozen=True)
class Lane:
    """One kind of thing below the plot: its name, on one line or more, and when it was seen."""

    lines: list[str]
    severity: str
    spans: list[tuple[float, float, str]]

    @property
    def height(self) -> float:
        return 34.0 + 18.0 * len(self.lines)

    def draw(self, frame: Frame, top: float) -> list[str]:
        parts = [sign(self.severity, frame.left - 22, top + 1.5, 11)]
        for k, line in enumerate(self.lines):
            parts.append(f'<text class="lane-name" x="{frame.left:.1f}" y="{top + 6 + 18 * k:.1f}">{escape(line)}</text>')
        middle = top + 8 + 18 * len(self.lines)
        parts.append(f'<line class="lane" x1="{frame.left:.1f}" y1="{middle:.1f}" x2="{frame.right:.1f}" y2="{middle:.1f}"/>')
        for start_s, end_s, kind in self.spans:
            x0, x1 = frame.x(start_s), frame.x(end_s)
            shape = f'x="{x0:.1f}" y="{middle - 6:.1f}" width="{max(x1 - x0, 3):.1f}" height="12" rx="3"'
            parts.append(f'<rect class="span {kind}" {shape}/>')
            if kind != "held" and x1 - x0 > 20:
                parts.append(sign(kind, (x0 + x1) / 2, middle, 9.5))
        return parts


BADGE = 11  # radius of a repetition's number


def signal_svg(
    signal: Signal, result: SetResult, exercise: Exercise | None = None, *, width: int = 760, plot: int = 240, ident: str = "signal"
) -> str:
    """Draw a set over time.

    Parameters
    ----------
    signal : Signal
        `time_s` and `values` of equal length; gaps are NaN.
    result : SetResult
        Its repetitions become bands, its holds and each kind of mistake a lane below the line.
    exercise : Exercise or None
        Gives the mistakes their names.
    width, plot : int
        Width of the drawing and height of its plot, in CSS pixels at natural size.
    ident : str
        Makes the ids in this drawing unique on its page.

    Returns
    -------
    str
        One `<svg>` element, or an empty string if there is nothing to draw.
    """
    time_s, values = np.asarray(signal["time_s"], np.float64), np.asarray(signal["values"], np.float64)
    seen = np.isfinite(values)
    if len(time_s) == 0 or not seen.any():
        return ""
    ticks = nice_ticks(float(values[seen].min()), float(values[seen].max()), 4)
    start, end = float(time_s[0]), float(time_s[-1])
    end = end if end > start else start + 1.0
    frame = Frame(50.0, width - 14.0, 58.0, 58.0 + plot, start, end, ticks[0], ticks[-1])
    kinds = words.by_harm(result.faults, exercise)
    lanes: list[Lane] = []
    if result.holds:
        lanes.append(Lane([words.PAGE["held"]], "held", [(h.start_s, h.end_s, "held") for h in result.holds]))
    for kind in kinds:
        faults = [f for f in result.faults if f.id == kind]
        spans = [(f.start_s, f.end_s, str(f.severity)) for f in faults]
        # SVG text does not wrap by itself; a letter at 15 px is about 8 wide
        lines = textwrap.wrap(words.fault_name(kind, exercise), int((frame.right - frame.left) / 8))
        lanes.append(Lane(lines, worst(faults), spans))
    height = frame.bottom + 34 + (6 + sum(lane.height for lane in lanes) if lanes else 0)
    label = words.SIGNALS[signal["name"]] if signal["name"] in words.SIGNALS else words.spell(signal["name"])
    unit = words.UNITS.get(signal["unit"], signal["unit"]).strip()
    axis = f"{label} ({unit})" if unit else label
    parts = [
        f'<svg class="chart" viewBox="0 0 {width} {height:.0f}" role="img" aria-labelledby="{ident}-t {ident}-d">',
        f'<title id="{ident}-t">{escape(_("{signal} over time").format(signal=label))}</title>',
        f'<desc id="{ident}-d">{escape(describe(result, exercise))}</desc>',
        f'<defs><pattern id="{ident}-hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<line x1="0" y1="0" x2="0" y2="8" class="hatch"/></pattern></defs>',
        f'<text class="axis-name" x="{frame.left - 38:.0f}" y="18">{escape(axis)}</text>',
    ]
    parts += _bands(frame, result, ident)
    parts += _axes(frame, ticks, width)
    parts.append(f'<path class="line" d="{_path(frame, time_s, values, width)}"/>')
    parts += _peaks(frame, time_s, values, result)
    top = frame.bottom + 48
    for lane in lanes:
        parts += lane.draw(frame, top)
        top += lane.height
    parts.append("</svg>")
    return "".join(parts)


def worst(faults: list[Fault]) -> str:
    """Red if any of them is."""
    return "red" if any(f.severity == "red" for f in faults) else "amber"


def describe(result: SetResult, exercise: Exercise | None = None) -> str:
    """The drawing in words, for those who do not see it."""
    said = [_("{n} repetitions, {counted} counted.").format(n=len(result.repetitions), counted=result.counted)]
    for k, r in enumerate(result.repetitions[:12], start=1):
        said.append(
            _("Repetition {k} from {start} to {end}, range {range}.").format(
                k=k, start=words.clock(r.start_s), end=words.clock(r.end_s), range=words.number(r.range, r.unit)
            )
        )
    for fault in words.by_harm(result.faults, exercise):
        times = [words.clock(f.start_s) for f in result.faults if f.id == fault][:8]
        said.append(_("{mistake} at {times}.").format(mistake=words.fault_name(fault, exercise), times=", ".join(times)))
    return " ".join(said)


def sign(severity: str, x: float, y: float, size: float = 9.0) -> str:
    """A mark told by its shape: triangle for slight, octagon for clear, dot for a hold."""
    if severity == "held":
        return f'<circle class="held" cx="{x:.1f}" cy="{y:.1f}" r="{size * 0.7:.1f}"/>'
    corners, turn = (3, -90.0) if severity == "amber" else (8, 22.5)
    angles = [math.radians(turn + 360 * k / corners) for k in range(corners)]
    points = " ".join(f"{x + size * math.cos(a):.1f},{y + (1.5 if corners == 3 else 0) + size * math.sin(a):.1f}" for a in angles)
    mark = f'<text class="sign-mark" x="{x:.1f}" y="{y + 4.6:.1f}">!</text>'
    return f'<polygon class="sign {severity}" points="{points}"/>{mark}'


def nice_ticks(low: float, high: float, wanted: int) -> list[float]:
    """Round values, evenly spaced, that enclose low..high.

    >>> nice_ticks(3.0, 41.0, 4)
    [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    """
    if high - low <= 1e-9 * max(1.0, abs(low), abs(high)):
        pad = max(abs(low) * 0.1, 0.5)
        low, high = low - pad, high + pad
    rough = (high - low) / wanted
    scale = 10.0 ** math.floor(math.log10(rough))
    step = scale * next(m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if rough <= m * scale * (1 + 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 12) for k in range(first, last + 1)]


def _bands(frame: Frame, result: SetResult, ident: str) -> list[str]:
    parts: list[str] = []
    free = -math.inf  # where the next number finds room
    for k, r in enumerate(result.repetitions, start=1):
        x0, x1 = frame.x(r.start_s), frame.x(r.end_s)
        kind = "counted" if r.counted else "uncounted"
        box = f'x="{x0:.1f}" y="{frame.top:.1f}" width="{max(x1 - x0, 1.5):.1f}" height="{frame.bottom - frame.top:.1f}"'
        parts.append(f'<rect class="band {kind}" {box}/>')
        if not r.counted:
            parts.append(f'<rect {box} fill="url(#{ident}-hatch)"/>')
        centre = (x0 + x1) / 2
        if centre - BADGE >= free:
            y = frame.top - 14
            parts.append(f'<circle class="badge {kind}" cx="{centre:.1f}" cy="{y:.1f}" r="{BADGE}"/>')
            long = " long" if k > 99 else ""
            parts.append(f'<text class="badge-text {kind}{long}" x="{centre:.1f}" y="{y + 5:.1f}">{k}</text>')
            free = centre + BADGE + 3
    return parts


def _axes(frame: Frame, ticks: list[float], width: int) -> list[str]:
    parts = []
    digits = 0 if all(float(t).is_integer() for t in ticks) else 1 if all(abs(t * 10 - round(t * 10)) < 1e-6 for t in ticks) else 2
    for tick in ticks:
        y, text = frame.y(tick), words.number(tick, digits=digits)
        parts.append(f'<line class="grid" x1="{frame.left:.1f}" y1="{y:.1f}" x2="{frame.right:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" text-anchor="end" x="{frame.left - 8:.1f}" y="{y + 5:.1f}">{text}</text>')
    span = frame.end_s - frame.start_s
    times = [t for t in nice_ticks(frame.start_s, frame.end_s, max(3, width // 110)) if frame.start_s <= t <= frame.end_s]
    for time_s in times:
        x = frame.x(time_s)
        text = f"{time_s:g}" if span < 90 else f"{int(time_s) // 60}:{int(time_s) % 60:02d}"
        parts.append(f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{frame.bottom + 20:.1f}">{text}</text>')
    unit = "s" if span < 90 else "min"
    if not times or frame.x(times[-1]) < frame.right - 34:
        parts.append(f'<text class="tick" text-anchor="end" x="{frame.right:.1f}" y="{frame.bottom + 20:.1f}">{unit}</text>')
    else:
        parts[-1] = parts[-1].replace("</text>", f" {unit}</text>").replace('"middle"', '"end"') if times else parts[-1]
    return parts


def _path(frame: Frame, time_s: Floats, values: Floats, width: int) -> str:
    """The line; a long recording is thinned to the least and greatest value of each step, so that no peak is lost."""
    if len(values) > 4 * width:
        time_s, values = _thin(time_s, values, 2 * width)
    pieces: list[str] = []
    pen_up = True
    for t, v in zip(time_s.tolist(), values.tolist(), strict=True):
        if not math.isfinite(v):
            pen_up = True
            continue
        pieces.append(f"{'M' if pen_up else 'L'}{frame.x(t):.1f} {frame.y(v):.1f}")
        pen_up = False
    if len(pieces) == 1:  # one frame: a dot, drawn as a line of no length with round ends
        pieces.append("l0.01 0")
    return "".join(pieces)


def _thin(time_s: Floats, values: Floats, steps: int) -> tuple[Floats, Floats]:
    keep: list[int] = []
    for chunk in np.array_split(np.arange(len(values)), steps):
        seen = chunk[np.isfinite(values[chunk])]
        if len(seen) == 0:
            keep.append(int(chunk[0]))
            continue
        keep.extend(sorted({int(seen[np.argmin(values[seen])]), int(seen[np.argmax(values[seen])])}))
    return time_s[keep], values[keep]


def _peaks(frame: Frame, time_s: Floats, values: Floats, result: SetResult) -> list[str]:
    parts: list[str] = []
    if len(result.repetitions) * 14 > frame.right - frame.left:  # more would be a chain of dots
        return parts
    for r in result.repetitions:
        value = values[int(np.argmin(np.abs(time_s - r.peak_s)))]
        if math.isfinite(value):
            parts.append(f'<circle class="peak" cx="{frame.x(r.peak_s):.1f}" cy="{frame.y(float(value)):.1f}" r="4.5"/>')
    return parts
