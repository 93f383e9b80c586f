"""Tracing: shapes of a canvas as smooth closed paths, and the lines where a body turns away from the eye."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from contourpy import LineType, contour_generator
from scipy.ndimage import gaussian_filter, gaussian_filter1d, maximum_filter
from shapely import LineString, get_parts, line_merge, linestrings, multilinestrings, simplify

from coxa.body.mannequin.skeleton import Floats
from coxa.exercises.drawing.canvas import Canvas, Mask


def outline(canvas: Canvas, mask: Mask, *, soft: float = 0.9, least_m2: float = 1e-4) -> list[Floats]:
    """Closed rings (N, 2), metres, around a mask (h, w); its stairs are smoothed away, rings smaller than `least_m2` are left out."""
    if not mask.any():
        return []
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    edge = int(4 * soft) + 3
    top, left = max(rows[0] - edge, 0), max(columns[0] - edge, 0)
    part = mask[top : rows[-1] + edge + 1, left : columns[-1] + edge + 1].astype(np.float32)
    field = np.pad(gaussian_filter(part, soft) if soft else part, 1)
    rings = contour_generator(z=field, line_type=LineType.Separate).lines(0.5)
    out = []
    for ring in rings:
        points = np.asarray(ring, dtype=np.float64) + np.array([left - 1, top - 1])
        if len(points) > 12:
            points = gaussian_filter1d(points[:-1], 2.2, axis=0, mode="wrap")
            points = np.concatenate([points, points[:1]])
        placed = canvas.place(points)
        if area(placed) >= least_m2:
            out.append(placed)
    return out


def area(ring: Floats) -> float:
    """The area (m²) inside a closed ring (N, 2)."""
    x, y = ring[:, 0], ring[:, 1]
    return abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2))


def turning_lines(
    canvas: Canvas,
    seen: Floats,
    facing: Floats,
    aside: Floats,
    triangles: npt.NDArray[np.int32],
    least_jump_m: Floats,
    limb: npt.NDArray[np.int64],
    *,
    least_length_m: float = 0.055,
) -> list[Floats]:
    """Visible lines inside a body's outline at which its surface turns away from the eye before something further off.

    Parameters
    ----------
    canvas : Canvas
        What hides what.
    seen : (V, 3) float64
        Points, metres right, down and away.
    facing : (V,) float64
        How much each point's normal looks at the eye; the lines are where it is zero.
    aside : (V, 2) float64
        The normals' parts to the right and down.
    triangles : (F, 3) int32
    least_jump_m : (V,) float64
        How much further off what lies beyond the line must be.
    limb : (V,) int64
        What a point belongs to, 0 being no limb: between two limbs there is a line wherever they touch.
    least_length_m : float
        Shorter lines are left out.

    Returns
    -------
    list of (N, 2) float64
        Metres right and down.
    """
    front = facing > 0
    votes = front[triangles].sum(axis=1)
    tri = triangles[(votes == 1) | (votes == 2)].astype(np.int64)
    if not len(tri):
        return []
    ends = []
    for a, b in ((0, 1), (1, 2), (2, 0)):
        pair = np.sort(tri[:, [a, b]], axis=1)
        f0, f1 = facing[pair[:, 0]], facing[pair[:, 1]]
        crossing = (f0 > 0) != (f1 > 0)
        t = np.where(crossing, f0 / np.where(crossing, f0 - f1, 1.0), np.nan)[:, None]
        ends.append(np.concatenate([
            seen[pair[:, 0]] * (1 - t) + seen[pair[:, 1]] * t, aside[pair[:, 0]] * (1 - t) + aside[pair[:, 1]] * t
        ], axis=1))  # fmt: skip
    least = np.broadcast_to(least_jump_m[tri[:, 0]][:, None], (len(tri), 3))
    rows = np.stack(ends, axis=1)
    met = ~np.isnan(rows[:, :, 0])
    two, least = rows[met].reshape(-1, 2, 5), least[met].reshape(-1, 2)[:, 0]
    own = limb[tri[:, 0]]
    middle = two.mean(axis=1)
    beyond = middle[:, 3:] / np.maximum(np.linalg.norm(middle[:, 3:], axis=1, keepdims=True), 1e-9)
    covered = canvas.covered
    far = np.where(covered, canvas.away, -np.inf)
    deepest = maximum_filter(far, size=3)
    free = ~covered
    row, column = canvas.at(middle[:, :2])
    hidden = (middle[:, 2] > deepest[row, column] + 0.006) & ~maximum_filter(free, size=3)[row, column]
    row, column = canvas.at(middle[:, :2] + beyond * 2.6 * canvas.cell_m)
    jump = canvas.away[row, column] - middle[:, 2]
    inside = ~free[row, column]
    # the canvas has other things' triangles too, after the body's
    known = np.concatenate([limb[triangles[:, 0]], np.zeros(len(canvas.triangles) - len(triangles), np.int64)])
    other = known[canvas.owner[row, column]]
    crease = (own > 0) & (other > 0) & (own != other) & (jump > 0.002)
    kept = two[~hidden & inside & ((jump > least) | crease)]
    if not len(kept):
        return []
    merged = line_merge(multilinestrings(linestrings(np.round(kept[:, :, :2], 6))))
    lines = list(get_parts(merged))
    return [_eased(np.asarray(line.coords)) for line in _joined(lines, 3.2 * canvas.cell_m) if line.length >= least_length_m]


def _eased(line: Floats) -> Floats:
    """The same line without the jitter of the triangles it crosses; its ends stay."""
    if len(line) < 8:
        return line
    even = np.asarray(LineString(line).segmentize(0.006).coords)
    soft = gaussian_filter1d(even, 1.6, axis=0, mode="nearest")
    soft[0], soft[-1] = line[0], line[-1]
    return soft


def _joined(lines: list[LineString], gap: float) -> list[LineString]:
    """Join lines whose ends nearly meet, so that a short break does not scatter one long line into crumbs."""
    pieces = [np.asarray(line.coords) for line in lines if line.length > gap / 2]
    pieces.sort(key=len, reverse=True)
    out: list[LineString] = []
    while pieces:
        line = pieces.pop(0)
        grown = True
        while grown and pieces:
            grown = False
            heads = np.array([p[0] for p in pieces])
            tails = np.array([p[-1] for p in pieces])
            for at_end in (True, False):
                end = line[-1] if at_end else line[0]
                to_head, to_tail = np.linalg.norm(heads - end, axis=1), np.linalg.norm(tails - end, axis=1)
                k = int(np.minimum(to_head, to_tail).argmin())
                if min(to_head[k], to_tail[k]) < gap:
                    other = pieces.pop(k)
                    forward = bool(to_head[k] <= to_tail[k])
                    if at_end:
                        line = np.concatenate([line, other if forward else other[::-1]])
                    else:
                        line = np.concatenate([other[::-1] if forward else other, line])
                    grown = True
                    break
        out.append(LineString(line))
    return out


def thinned(points: Floats, tolerance: float) -> Floats:
    """Leave out points of a line that change it by less than the tolerance."""
    if len(points) < 3:
        return points
    return np.asarray(simplify(LineString(points), tolerance).coords)


def curve(points: Floats, *, closed: bool) -> str:
    """A smooth path in SVG's letters through the middles of a line's pieces; the points are in the picture's units."""
    p = np.rint(points * 10).astype(int)
    if closed:
        p = p[:-1] if (p[0] == p[-1]).all() else p
        if len(p) < 3:
            return ""
        middles = (p + np.roll(p, -1, axis=0)) // 2
        start, controls = middles[-1], p
    else:
        if len(p) < 2:
            return ""
        middles = np.concatenate([(p[1:-2] + p[2:-1]) // 2, p[-1:]]) if len(p) > 2 else p[-1:]
        start, controls = p[0], p[1:-1] if len(p) > 2 else p[-1:]
    here = np.concatenate([start[None], middles[:-1]])
    steps: list[list[int]] = np.concatenate([controls - here, middles - here], axis=1).tolist()
    head = f"M{_short(int(start[0]))} {_short(int(start[1]))}"
    return head + "".join(["q" + _listed(step) for step in steps]) + ("z" if closed else "")


def angular(points: Floats, *, closed: bool) -> str:
    """A path with corners."""
    p: list[list[int]] = np.rint(points * 10).astype(int).tolist()
    words = [f"M{_short(p[0][0])} {_short(p[0][1])}"]
    words += ["l" + _listed([b[0] - a[0], b[1] - a[1]]) for a, b in pairwise(p)]
    return "".join(words) + ("z" if closed else "")


def _listed(numbers: list[int]) -> str:
    """Numbers with as few separators as SVG needs."""
    first, *others = [_short(number) for number in numbers]
    return first + "".join([word if word[0] == "-" else " " + word for word in others])


@lru_cache(maxsize=8192)
def _short(tenths: int) -> str:
    """Tenths as the shortest decimal."""
    whole, part = divmod(abs(tenths), 10)
    sign = "-" if tenths < 0 else ""
    if not part:
        return f"{sign}{whole}" if whole else "0"
    return f"{sign}{whole or ''}.{part}"
