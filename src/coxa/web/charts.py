"""Charts on a page: lines over days and bars, as SVG drawn on the server, to stand beside a table with the same figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Literal

from markupsafe import Markup

from coxa.exchange import plain
from coxa.exchange.words import number
from coxa.locales import gettext as _

# A small writer of our own: the page's policy allows neither inline styles nor scripts, which plotting libraries write, and the
# colours must follow the page's own variables from light to dark. Everything here is presentation attributes and classes.

#: Drawn twice, for a phone and for a wide page: one drawing scaled to both would have letters nobody can read on one of them.
WIDTHS = {"narrow": 320, "wide": 680}
#: About this many pixels for one letter of a label; enough to keep labels apart.
LETTER = 7.5
#: Two points further apart than this many days are not joined: what was between them is not known.
GAP = timedelta(days=10)
#: More points than this are drawn as a line without a mark on each.
MOST_MARKS = 60

Shape = Literal["dot", "square", "triangle", "diamond"]
SHAPES: tuple[Shape, ...] = ("dot", "square", "triangle", "diamond")


@dataclass(frozen=True)
class Line:
    """One line: its name and its values by day; a value of None is a gap."""

    name: str
    points: tuple[tuple[date, float | None], ...]


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its value and what is written over it; `of` is the whole, drawn as an outline."""

    label: str
    value: float
    text: str
    of: float | None = None


def line_chart(
    ident: str, title: str, sentence: str, lines: Sequence[Line], *, low: float, high: float, unit: str = "",
    gap: timedelta = GAP, events: Sequence[date] = (), tall: int = 190,
) -> Markup:  # fmt: skip
    """Lines over days.

    Parameters
    ----------
    ident : str
        Unique on its page.
    title, sentence : str
        What is drawn, and what it shows; both are read out in place of the drawing.
    lines : sequence of Line
        Up to four: each has a shape and a dash of its own beside its colour.
    low, high : float
        The least that the axis spans; it grows where a value lies outside.
    unit : str
        Written at the top of the axis.
    gap : timedelta
        Points further apart are not joined.
    events : sequence of date
        Days on which the programme changed, marked at the foot.
    tall : int
        Height in pixels.

    Returns
    -------
    Markup
        Two drawings, of which the style sheet shows one; empty without a point.
    """
    days = [day for line in lines for day, value in line.points if value is not None]
    if not days:
        return Markup("")
    values = [value for line in lines for _day, value in line.points if value is not None]
    ticks = nice_ticks(min(low, *values), max(high, *values))
    first, last = min(days), max(days)
    drawn = [
        _lines(f"{ident}-{name}", wide, tall, title, sentence, lines, ticks, first, last, unit, gap, events) for name, wide in _sizes()
    ]
    return _both(drawn)


def bar_chart(ident: str, title: str, sentence: str, bars: Sequence[Bar], *, high: float, tall: int = 170) -> Markup:
    """Bars side by side, in the order given; the newest ones where there is no room for all.

    Parameters
    ----------
    ident, title, sentence
        As of `line_chart`.
    bars : sequence of Bar
    high : float
        The least that the axis spans, from 0.
    tall : int
        Height in pixels.

    Returns
    -------
    Markup
        Two drawings, of which the style sheet shows one; empty without a bar.
    """
    if not bars:
        return Markup("")
    ticks = nice_ticks(0, max(high, *(max(bar.value, bar.of or 0) for bar in bars)))
    return _both([_bars(f"{ident}-{name}", wide, tall, title, sentence, bars, ticks) for name, wide in _sizes()])


def legend(lines: Sequence[Line]) -> Markup:
    """Which line is which, by shape, dash and colour; nothing for a single line."""
    if len(lines) < 2:
        return Markup("")
    rows = []
    for place, line in enumerate(lines):
        sample = f'<path class="chart-line chart-{place + 1}" d="M2 10H34"/>{_mark(place, 18, 10)}'
        rows.append(f'<li><svg class="chart-key" viewBox="0 0 36 20" aria-hidden="true">{sample}</svg> {escape(line.name)}</li>')
    return Markup(f'<ul class="chart-legend">{"".join(rows)}</ul>')


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round values, evenly spaced, from the one at or below `low` to the one at or above `high`.

    >>> nice_ticks(0, 10), nice_ticks(3, 27)
    ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0])
    """
    span = max(high - low, 1e-9)
    scale = 10.0 ** math.floor(math.log10(span / wanted))
    step = scale * next(m for m in (1.0, 2.0, 5.0, 10.0) if span / wanted <= m * scale * (1 + 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 9) for k in range(first, last + 1)]


def day_ticks(first: date, last: date, most: int) -> list[date]:
    """Days for the axis: every day, every week or every few months, as many as there is room for.

    >>> [day.day for day in day_ticks(date(2026, 3, 2), date(2026, 3, 30), 5)]
    [2, 9, 16, 23, 30]
    """
    span = (last - first).days
    most = max(2, most)
    step = next((days for days in (1, 2, 7, 14, 28, 56, 91, 182, 364, 728) if span // days < most), 1456)
    return [first + timedelta(days=offset) for offset in range(0, span + 1, step)]


# ---------------------------------------------------------------------------------------------------- drawing


def _sizes() -> list[tuple[str, int]]:
    return list(WIDTHS.items())


def _both(drawn: Sequence[str]) -> Markup:
    shown = (f'<div class="chart chart--{name}">{svg}</div>' for name, svg in zip(WIDTHS, drawn, strict=True))
    return Markup("".join(shown))


def _open(ident: str, wide: int, tall: int, title: str, sentence: str) -> str:
    return (
        f'<svg class="chart-picture" viewBox="0 0 {wide} {tall}" role="img" aria-labelledby="{ident}-t {ident}-d">'
        f'<title id="{ident}-t">{escape(title)}</title><desc id="{ident}-d">{escape(sentence)}</desc>'
    )


def _lines(
    ident: str, wide: int, tall: int, title: str, sentence: str, lines: Sequence[Line], ticks: Sequence[float], first: date, last: date,
    unit: str, gap: timedelta, events: Sequence[date],
) -> str:  # fmt: skip
    left, right, top, bottom = _left(ticks), wide - 14.0, 26.0 if unit else 14.0, tall - 30.0
    span = max(1, (last - first).days)
    # One day alone stands in the middle.
    lone = (right - left) / 2 if first == last else 0.0

    def x(day: date) -> float:
        return left + 8 + lone + (right - left - 16) * (day - first).days / span

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - ticks[0]) / (ticks[-1] - ticks[0])

    parts = [_open(ident, wide, tall, title, sentence), *_grid(ticks, left, right, y)]
    if unit:
        parts.append(f'<text class="chart-tick" x="2" y="13">{escape(unit)}</text>')
    parts += _days([(x(day), _day_label(day, last - first)) for day in day_ticks(first, last, wide // 90)], bottom, right)
    for day in events:
        if first <= day <= last:
            parts.append(f'<path class="chart-event" d="M{x(day):.1f} {top:.0f}V{bottom:.0f}"/>')
    for place, line in enumerate(lines):
        known = [(day, value) for day, value in line.points]
        parts.append(f'<path class="chart-line chart-{place + 1}" d="{_path(known, x, y, gap)}"/>')
        seen = [(day, value) for day, value in known if value is not None]
        marked = seen if len(seen) <= MOST_MARKS else seen[-1:]
        parts += [_mark(place, x(day), y(value)) for day, value in marked]
    return "".join([*parts, "</svg>"])


def _bars(ident: str, wide: int, tall: int, title: str, sentence: str, bars: Sequence[Bar], ticks: Sequence[float]) -> str:
    left, right, top, bottom = _left(ticks), wide - 6.0, 22.0, tall - 28.0
    room = right - left
    shown = list(bars)[-max(1, int(room // 26)) :]
    step = min(room / len(shown), 96.0)
    parts = [_open(ident, wide, tall, title, sentence)]

    def y(value: float) -> float:
        return bottom - (bottom - top) * value / ticks[-1]

    parts += _grid(ticks, left, right, y)
    labels: list[tuple[float, str]] = []
    for place, bar in enumerate(shown):
        x0, width = left + step * place + step * 0.18, step * 0.64
        if bar.of:
            parts.append(f'<rect class="chart-of" x="{x0:.1f}" y="{y(bar.of):.1f}" width="{width:.1f}" height="{bottom - y(bar.of):.1f}"/>')
        parts.append(
            f'<rect class="chart-bar" x="{x0:.1f}" y="{y(bar.value):.1f}" width="{width:.1f}" height="{bottom - y(bar.value):.1f}"/>'
        )
        if len(bar.text) * LETTER <= step:
            above = y(max(bar.value, bar.of or 0)) - 5
            parts.append(
                f'<text class="chart-value" text-anchor="middle" x="{x0 + width / 2:.1f}" y="{above:.1f}">{escape(bar.text)}</text>'
            )
        labels.append((x0 + width / 2, bar.label))
    parts += _days(labels, bottom, right)
    return "".join([*parts, "</svg>"])


def _left(ticks: Sequence[float]) -> float:
    return 14.0 + LETTER * max(len(_figure(tick)) for tick in ticks)


def _grid(ticks: Sequence[float], left: float, right: float, y: Callable[[float], float]) -> list[str]:
    parts = []
    for tick in ticks:
        parts.append(f'<path class="chart-grid" d="M{left:.1f} {y(tick):.1f}H{right:.1f}"/>')
        parts.append(f'<text class="chart-tick" text-anchor="end" x="{left - 6:.1f}" y="{y(tick) + 4.5:.1f}">{_figure(tick)}</text>')
    return parts


def _days(labels: Sequence[tuple[float, str]], bottom: float, right: float) -> list[str]:
    parts, free = [], -math.inf
    for at, text in labels:
        half = len(text) * LETTER / 2
        at = min(at, right - half + 6)
        if at - half >= free:
            parts.append(f'<text class="chart-tick" text-anchor="middle" x="{at:.1f}" y="{bottom + 20:.1f}">{escape(text)}</text>')
            free = at + half + 6
    return parts


def _path(points: Sequence[tuple[date, float | None]], x: Callable[[date], float], y: Callable[[float], float], gap: timedelta) -> str:
    steps: list[str] = []
    before: date | None = None
    for day, value in points:
        if value is None:
            before = None
            continue
        pen = "M" if before is None or day - before > gap else "L"
        steps.append(f"{pen}{x(day):.1f} {y(value):.1f}")
        before = day
    return "".join(steps)


def _mark(place: int, x: float, y: float) -> str:
    """The shape of a line's points: told apart without colour."""
    name = f'class="chart-mark chart-{place + 1}"'
    shape = SHAPES[place % len(SHAPES)]
    if shape == "dot":
        return f'<circle {name} cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    if shape == "square":
        return f'<rect {name} x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
    half = 5.0
    corners = (
        [(0, -half), (half, half * 0.8), (-half, half * 0.8)] if shape == "triangle" else [(0, -half), (half, 0), (0, half), (-half, 0)]
    )
    return f'<polygon {name} points="{" ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)}"/>'


def _figure(value: float) -> str:
    return number(value, digits=0 if float(value).is_integer() else 1)


def _day_label(day: date, span: timedelta) -> str:
    month = _(plain.MONTHS[day.month - 1])[:3]
    if span > timedelta(days=500):
        return f"{month} {day.year % 100:02d}"
    # Translators: a day on the axis of a chart, such as 12 Oct
    return _("{day} {month}").format(day=day.day, month=month)
