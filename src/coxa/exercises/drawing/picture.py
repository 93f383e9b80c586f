"""`Picture`: an SVG document with its alternative text; badges, arrows and the patterns that are read without colour."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal

import numpy as np

from coxa.body.mannequin.skeleton import Floats
from coxa.exercises.drawing.panel import INK, PATCHES
from coxa.exercises.drawing.trace import angular, curve

MOVE, WRONG, RIGHT = "#0b5cad", "#c8102e", "#1f7a3d"
Badge = Literal["1", "2", "3", "4", "5", "6", "right", "wrong"]


@dataclass(frozen=True)
class Picture:
    """A picture as a file.

    Attributes
    ----------
    name : str
        The file's name.
    alt : str
        What it shows, in words.
    data : bytes
    """

    name: str
    alt: str
    data: bytes


def document(title: str, alt: str, width: float, height: float, shapes: list[str], *, bold: float = 1.0, style: str = "") -> bytes:
    """An SVG document that says in words what it shows; its patterns are as bold as its lines."""
    text = "".join(shapes)
    patterns = "".join(_pattern(name, bold) for name in PATCHES if f"#coxa-{name})" in text)
    defs = f"<defs>{patterns}</defs>" if patterns else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(alt)}</desc>{defs}{style}{text}</svg>\n"
    ).encode()


def _pattern(name: str, bold: float) -> str:
    """Slanted lines for work, a lattice for a mistake: told apart in black and white."""
    lines, weight = ("M0 0V6", 2.7) if name == "work" else ("M0 3H6M3 0V6", 2.0)
    return (
        f'<pattern id="coxa-{name}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45) scale({bold:.2f})">'
        f'<path d="{lines}" stroke="{PATCHES[name][1]}" stroke-width="{weight:g}"/></pattern>'
    )


def badge(kind: Badge, x: float, y: float, radius: float) -> str:
    """A round sign: a number, a tick, or a cross."""
    if kind in ("right", "wrong"):
        colour = RIGHT if kind == "right" else WRONG
        marks = "M-.5 .05L-.15 .42L.5-.4" if kind == "right" else "M-.4-.4L.4 .4M.4-.4L-.4 .4"
        mark = f'<path d="{marks}" fill="none" stroke="#fff" stroke-width=".26" stroke-linecap="round" stroke-linejoin="round"/>'
        shape = '<circle r="1"' if kind == "right" else '<path d="M-.42-1H.42L1-.42V.42L.42 1H-.42L-1 .42V-.42z"'
        return f'<g transform="translate({x:.1f} {y:.1f}) scale({radius:g})">{shape} fill="{colour}"/>{mark}</g>'
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{INK}"/>'
        f'<path transform="translate({x:.1f} {y:.1f}) scale({radius:g})" d="{_DIGITS[kind]}" fill="none" stroke="#fff" '
        'stroke-width=".24" stroke-linecap="round" stroke-linejoin="round"/>'
    )


_DIGITS = {
    "1": "M-.22-.3L.08-.52V.52",
    "2": "M-.3-.25C-.3-.68 .32-.68 .3-.2C.28 .1-.2 .25-.32 .52H.34",
    "3": "M-.28-.4C-.1-.62 .32-.55 .28-.25C.25-.05 .05 0-.06 0C.15 0 .34 .1 .32 .3C.28 .62-.15 .6-.32 .38",
    "4": "M.14 .52V-.52L-.34 .2H.36",
    "5": "M.28-.52H-.22L-.27-.04C0-.2 .34-.08 .32 .22C.28 .6-.15 .6-.32 .36",
    "6": "M.24-.5C-.2-.35-.36 .05-.3 .28C-.22 .64 .32 .6 .3 .2C.26-.12-.22-.1-.3 .2",
}


def arrow(points: Floats, *, colour: str, weight: float = 5.0, heads: int = 1) -> str:
    """A curved arrow with a light rim along points (N, 2) in the picture's units: with a head at its end, at both ends, or none."""
    line, tips = np.asarray(points, dtype=np.float64), []
    for at_end in ((), (True,), (True, False))[heads]:
        path = line if at_end else line[::-1]
        size = 3.4 * weight
        away = np.linalg.norm(path - path[-1], axis=1)
        before = path[np.flatnonzero(away > 0.9 * size)[-1]] if (away > 0.9 * size).any() else path[0]
        along = (path[-1] - before) / max(float(np.linalg.norm(path[-1] - before)), 1e-9)
        aside = np.array([-along[1], along[0]])
        base = path[-1] - along * size
        tips.append(np.array([path[-1], base + aside * size * 0.58, base + along * size * 0.22, base - aside * size * 0.58]))
        cut = path[away > 0.8 * size] if (away > 0.8 * size).any() else path[:1]
        line = np.concatenate([cut, [base + along * size * 0.3]])
        line = line if at_end else line[::-1]
    shaft = curve(line, closed=False)
    points_of = "".join(angular(tip, closed=True) for tip in tips)
    rim = 'stroke="#fff" stroke-linecap="round" stroke-linejoin="round"'
    return (
        f'<path d="{shaft}" fill="none" {rim} stroke-width="{weight * 2:g}"/>'
        + (f'<path d="{points_of}" fill="#fff" {rim} stroke-width="{weight:g}"/>' if tips else "")
        + f'<path d="{shaft}" fill="none" stroke="{colour}" stroke-linecap="round" stroke-width="{weight:g}"/>'
        + (f'<path d="{points_of}" fill="{colour}"/>' if tips else "")
    )


def ruler(ends: Floats, text: str, letters: float, bold: float, beside: float = 0.0) -> str:
    """A line with ticks at both ends and a length written on it."""
    (x0, y0), (x1, y1) = ends
    along = (ends[1] - ends[0]) / max(float(np.linalg.norm(ends[1] - ends[0])), 1e-9)
    tick = np.array([-along[1], along[0]]) * 6 * bold
    ticks = "".join(f"M{x - tick[0]:.1f} {y - tick[1]:.1f}L{x + tick[0]:.1f} {y + tick[1]:.1f}" for x, y in ends)
    middle = (ends[0] + ends[1]) / 2 + np.array([beside * letters * 1.9, 0.0])
    half = 0.32 * letters * len(text)
    path = f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}{ticks}"
    box = f'x="{middle[0] - half:.1f}" y="{middle[1] - 0.66 * letters:.1f}" width="{2 * half:.1f}" height="{1.32 * letters:.1f}"'
    font = f'font-family="sans-serif" font-weight="700" font-size="{letters:.0f}" text-anchor="middle"'
    return (
        f'<path d="{path}" stroke="{INK}" stroke-width="{2 * bold:.1f}" fill="none" stroke-linecap="round"/>'
        f'<rect {box} rx="4" fill="#fff"/>'
        f'<text x="{middle[0]:.1f}" y="{middle[1] + 0.36 * letters:.1f}" {font} fill="{INK}">{text}</text>'
    )
