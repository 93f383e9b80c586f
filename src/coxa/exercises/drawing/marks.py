"""Marks: the arrows that say which way a part of the body moves, and which way it goes wrong; the line of the hips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.skeleton import Floats, Side
from coxa.exercises.drawing.picture import MOVE, WRONG
from coxa.exercises.drawing.view import View
from coxa.exercises.movement import Follow, Variant


@dataclass(frozen=True, eq=False)
class Mark:
    """An arrow, or a line without a head.

    Attributes
    ----------
    line : (N, 2) float64
        Metres to the right and down.
    colour : str
    heads : int
        One at the end, two for both ends, or none.
    pushes : bool
        It says up, down or in rather than follows a way: when it makes room it stays on its own line.
    """

    line: Floats
    colour: str = MOVE
    heads: int = 1
    pushes: bool = False

    @property
    def length_m(self) -> float:
        """How long it is."""
        return float(np.linalg.norm(np.diff(self.line, axis=0), axis=1).sum())


#: What may lead a movement: the legs and what they carry, else the trunk, else the arms. Of parts that move alike the first is named.
LEADS: tuple[dict[str, str], ...] = (
    {"hips": "pelvis", "left knee": "shin_left", "right knee": "shin_right", "left foot": "foot_left", "right foot": "foot_right"},
    {"low back": "abdomen", "chest": "neck", "head": "head"},
    {"left hand": "hand_left", "right hand": "hand_right"},
)
#: Less of a way than this, for legs, trunk and arms in turn, is not what the movement is about.
CLEAR_M = (0.045, 0.045, 0.15)

#: For parts at the end of a limb, what they turn about, and how far aside of them an arrow runs.
_ROOTS = {"shin": ("thigh", 0.085), "foot": ("thigh", 0.11), "pelvis": ("shin_left", 0.17), "hand": ("upper_arm", 0.09)}
#: How far over the hips' centre the belly of whoever lies is.
_OVER_M = 0.13
#: An arrow is no shorter than this: its head alone takes half of it.
_SHORT_M = 0.23
#: Half as wide as a circle is drawn.
_ROUND_M = 0.17


def leader(posed: Posed, before: int, after: int) -> tuple[str, str, Floats]:
    """Which part of the body leads between two frames, and by how much it moves: its name, its segment, and (3,) metres."""
    if (rise := _risen(posed, before, after)) is not None:
        return "hips", "pelvis", rise
    best: tuple[str, str, Floats] | None = None
    for group, clear in zip(LEADS, CLEAR_M, strict=True):
        shifts = {name: posed.joint(segment)[after] - posed.joint(segment)[before] for name, segment in group.items()}
        most = max(float(np.linalg.norm(s)) for s in shifts.values())
        # A limb's end always goes furthest; what leads is the first part that does most of the way.
        name = next(n for n, s in shifts.items() if np.linalg.norm(s) >= (0.75 if n == "hips" else 0.92) * most)
        if most >= clear:
            return name, group[name], shifts[name]
        if best is None:
            best = name, group[name], shifts[name]
    assert best is not None
    return best


def _risen(posed: Posed, before: int, after: int) -> Floats | None:
    """How far the hips of a lying person are lifted off the floor, (3,) metres, if they are: the legs only follow."""
    hips = posed.joint("pelvis")
    shift: Floats = hips[after] - hips[before]
    low = hips[before, 1] < 0.13 * posed.skeleton.build.height_m
    return shift if low and shift[1] > 0.08 and shift[1] > 0.8 * np.linalg.norm(shift) else None


def bent_back(posed: Posed, before: int, after: int) -> Floats | None:
    """How far the low back leaves the line from hips to neck, (3,) metres, if the trunk's bending is what moves; else none."""
    legs = max(float(np.linalg.norm(posed.joint(s)[after] - posed.joint(s)[before])) for s in LEADS[0].values() if s != "pelvis")
    if legs > 0.06 or _risen(posed, before, after) is not None:
        return None
    middle = [posed.joint("abdomen")[k] - (posed.joint("pelvis")[k] + posed.joint("neck")[k]) / 2 for k in (before, after)]
    shift: Floats = middle[1] - middle[0]
    return shift if np.linalg.norm(shift) > 0.03 else None


def motion_arrow(posed: Posed, before: int, after: int, view: View, *, least_m: float = 0.015) -> Mark | None:
    """The way that the leading part goes between two frames, or how the pelvis turns in place; none if neither shows in this view."""
    bent = bent_back(posed, before, after)
    if bent is not None:
        way = view.project(np.array([0.0, np.sign(bent[1]), 0.0]))[:2]
        middle = view.project(posed.joint("abdomen")[after])[:2]
        return Mark(middle + np.linspace(-0.13, 0.13, 5)[:, None] * way / max(float(np.linalg.norm(way)), 1e-9), pushes=True)
    if (rise := _risen(posed, before, after)) is not None:
        # over the lifted hips: under them there is hardly room, and an arrow would come out of the floor
        up = view.project(np.array([0.0, 1.0, 0.0]))[:2]
        reach = _OVER_M + np.linspace(0.0, max(float(rise[1]), _SHORT_M), 6)
        return Mark(view.project(posed.joint("pelvis")[after])[:2] + reach[:, None] * up, pushes=True)
    _, segment, shift = leader(posed, before, after)
    if np.linalg.norm(shift) < CLEAR_M[0]:
        return _drop_arrow(posed, before, after, view) or _turn_arrow(posed, before, after, view)
    return _way(posed, segment, before, after, view, least_m) or _pushed(posed, segment, shift, after, view)


def _pushed(posed: Posed, segment: str, shift: Floats, after: int, view: View) -> Mark | None:
    """A short arrow up or down for a part that goes there, though this view hardly shows how far."""
    if abs(shift[1]) <= 0.7 * np.linalg.norm(shift):
        return None
    here = view.project(middle_of(posed, segment)[after])[:2]
    over = np.linspace(0.08, 0.08 + _SHORT_M, 6)
    return Mark(here - (over if shift[1] > 0 else over[::-1])[:, None] * np.array([0.0, 1.0]), pushes=True)


def _way(posed: Posed, segment: str, before: int, after: int, view: View, least_m: float) -> Mark | None:
    """The way of one segment between two frames, moved aside of it; none if this view does not show it."""
    frames = range(before, after + 1) if after > before else range(before, after - 1, -1)
    line = _even(view.project(posed.joint(segment)[list(frames)])[:, :2], 14)
    if line is None or np.linalg.norm(np.ptp(line, axis=0)) < least_m:
        return None
    line = _bowed(line)
    length = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
    if length < _SHORT_M:
        line = line[0] + (line - line[0]) * (_SHORT_M / length)
    return Mark(_beside(line, posed, segment, (before, after), view))


def named_parts(part: Follow, side: Side) -> tuple[str, str]:
    """The name and the segment of a part that the catalogue names, such as "left knee" and "shin_left"."""
    if part == "hips":
        return "hips", "pelvis"
    segment = segments_of(part, side)[0]
    return next(name for name, own in LEADS[0].items() if own == segment), segment


def part_arrow(posed: Posed, before: int, after: int, view: View, part: Follow, side: Side) -> Mark | None:
    """The way of a part that the catalogue names; of one that is only held off the floor, an arrow up to it; of the belly, inwards."""
    if part == "belly":
        own = posed.rotation("abdomen")[after][:, 2]
        skin = posed.joint("abdomen")[after] + 0.062 * posed.skeleton.build.height_m * own
        return Mark(view.project(skin + np.linspace(0.27, 0.07, 6)[:, None] * own)[:, :2], pushes=True)
    _, segment = named_parts(part, side)
    ways = posed.joint(segment)
    if np.linalg.norm(ways[after] - ways[before]) < 0.02:
        under = view.project(middle_of(posed, segment)[after])[:2]
        return Mark(under + np.linspace(0.26, 0.08, 6)[:, None] * np.array([0.0, 1.0]), pushes=True)
    if posed.rotation("pelvis")[after][1, 1] > 0.8 and part.startswith("foot") and ways[after][1] - ways[before][1] > 0.06:
        # lifted off the floor by whoever stands: the weight's way to the other leg is not what it is about
        here, there = (
            view.project(posed.joint(f"foot_{name}")[after])[:2] for name in (segment[5:], "left" if segment.endswith("right") else "right")
        )
        outer = np.array([np.sign(here[0] - there[0]) * 0.15, 0.0])
        return Mark(here + outer + np.linspace(0.10, -0.16, 6)[:, None] * np.array([0.0, 1.0]))
    return _way(posed, segment, before, after, view, 0.015)


def hips_lean(posed: Posed, before: Posed) -> bool:
    """Whether one hip goes up or down against the other between two poses, by what an eye can see."""
    apart = _hips(posed) - _hips(before)
    return bool(abs(apart[1]) > 0.02 and abs(apart[1]) > abs(apart[[0, 2]]).max())


def hips_turn(posed: Posed, before: Posed) -> bool:
    """Whether one hip goes forward or back against the other, more than both together go anywhere."""
    together = posed.joint("thigh_left") + posed.joint("thigh_right") - before.joint("thigh_left") - before.joint("thigh_right")
    return bool(np.linalg.norm(_hips(posed) - _hips(before)) > np.linalg.norm(together) / 2)


def _hips(posed: Posed) -> Floats:
    across: Floats = posed.joint("thigh_left") - posed.joint("thigh_right")
    return across


def hip_line(posed: Posed, view: View, colour: str) -> Mark:
    """A line across the pelvis and beyond it, by which one sees whether it is level."""
    across = 0.16 * posed.skeleton.build.height_m * posed.rotation("pelvis")[:, 0]
    middle = posed.joint("pelvis") + 0.030 * posed.skeleton.build.height_m * posed.rotation("pelvis")[:, 1]
    return Mark(view.project(np.stack([middle - across, middle, middle + across]))[:, :2], colour, heads=0)


def hip_arrow(good: Posed, bad: Posed, view: View, way: str, colour: str = WRONG) -> Mark:
    """An arrow up or down beside the hip that goes there most."""
    sign = 1.0 if way == "up" else -1.0
    side, other = ("left", "right")
    if sign * (bad.joint("thigh_right") - good.joint("thigh_right"))[1] > sign * (bad.joint("thigh_left") - good.joint("thigh_left"))[1]:
        side, other = other, side
    here, there = (view.project(bad.joint(f"thigh_{name}"))[:2] for name in (side, other))
    out = (here - there) / max(float(np.linalg.norm(here - there)), 1e-9)
    up = view.project(np.array([0.0, 1.0, 0.0]))[:2]
    up = up / max(float(np.linalg.norm(up)), 1e-9)
    return Mark(here + 0.25 * out + np.linspace(-0.11, 0.11, 6)[:, None] * sign * up, colour)


def _beside(line: Floats, posed: Posed, segment: str, frames: tuple[int, int], view: View) -> Floats:
    """The same way moved aside, so that its head does not cover what moves."""
    before, after = frames
    part, _, side = segment.partition("_")
    root, off = _ROOTS.get(part, ("", 0.0))
    if not root:
        return line
    middle = view.project(posed.joint(f"{root}_{side}" if side else root)[[before, after]])[:, :2].mean(axis=0)
    slope = np.gradient(line, axis=0)
    if np.linalg.norm(line[-1] - line[0]) < 0.4:
        # a short way that bends would kink when it is moved aside
        slope[:] = line[-1] - line[0]
    slope = gaussian_filter1d(slope, 2.0, axis=0, mode="nearest")
    aside = np.column_stack([-slope[:, 1], slope[:, 0]]) / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)
    away = float(((line - middle) * aside).sum())
    if abs(away) < 1e-3 * len(line):
        # along the limb itself: on the upper side
        away = -float(aside[:, 1].sum())
    return line + np.sign(away) * off * aside


def round_arrow(posed: Posed, view: View, at: int) -> Mark | None:
    """The closed way of the knee that goes round, a little short of its start, round the knee where it is in the frame `at`."""
    way = view.project(_circle(posed))[:, :2]
    line = _even(np.concatenate([way, way[:1]]), 40)
    if line is None:
        return None
    _, spread, axes = np.linalg.svd(line - line.mean(axis=0), full_matrices=False)
    own = (line - line.mean(axis=0)) @ axes.T
    turn = np.sign(np.sum(own[:-1, 0] * own[1:, 1] - own[:-1, 1] * own[1:, 0]))
    # Seen nearly from its edge a circle would be a stroke: it is drawn open enough to be one.
    half = _ROUND_M * np.array([1.0, max(float(spread[1] / spread[0]), 0.8)])
    angle = np.arctan2(own[0, 1], own[0, 0]) + turn * np.linspace(0.0, 1.75 * np.pi, 36)
    return Mark(way[at] + (half * np.column_stack([np.cos(angle), np.sin(angle)])) @ axes)


def roundness(posed: Posed, view: View) -> float:
    """The area (m²) that the circling knee goes round, as a view shows it."""
    x, y = view.project(_circle(posed))[:, :2].T
    return abs(float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())) / 2


def _circle(posed: Posed) -> Floats:
    """Where the knee that moves more is, (T, 3)."""
    knees = [posed.joint(f"shin_{side}") for side in ("left", "right")]
    return max(knees, key=lambda way: float(np.ptp(way, axis=0).sum()))


def _even(way: Floats, count: int) -> Floats | None:
    """The same way (N, 2) in `count` points at even distances; none if it has no length."""
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    if length[-1] < 1e-4:
        return None
    even = np.linspace(0.0, length[-1], count)
    line = np.column_stack([np.interp(even, length, way[:, k]) for k in (0, 1)])
    soft = gaussian_filter1d(line, 1.5, axis=0, mode="nearest")
    soft[0], soft[-1] = line[0], line[-1]
    return np.asarray(soft)


def _bowed(line: Floats) -> Floats:
    """The plain bow (a parabola with the same ends) that lies nearest to a way (N, 2): an arrow says where to, not how it wavers."""
    t = np.linspace(0.0, 1.0, len(line))
    chord = line[0] + t[:, None] * (line[-1] - line[0])
    lift = 2 * t * (1 - t)
    bow: Floats = chord + lift[:, None] * (lift @ (line - chord)) / (lift @ lift)
    return bow


def pelvis_turn(posed: Posed, before: int, after: int) -> Floats:
    """How the pelvis turns about its own axes between two frames, (3,) degrees: top forward, turned to the left, left side up."""
    spin = posed.rotation("pelvis")[before].T @ posed.rotation("pelvis")[after]
    turn: Floats = np.degrees(np.array([spin[2, 1] - spin[1, 2], spin[0, 2] - spin[2, 0], spin[1, 0] - spin[0, 1]]) / 2)
    return turn


def _drop_arrow(posed: Posed, before: int, after: int, view: View) -> Mark | None:
    """An arrow down beside the hip that drops, if one hip of an upright person drops against the other."""
    drops = {side: float((posed.joint(f"thigh_{side}")[after] - posed.joint(f"thigh_{side}")[before])[1]) for side in ("left", "right")}
    side = min(drops, key=lambda name: drops[name])
    if posed.rotation("pelvis")[before][1, 1] < 0.8 or drops[side] > -0.012:
        return None
    hip, other = (view.project(posed.joint(f"thigh_{name}")[after])[:2] for name in (side, "right" if side == "left" else "left"))
    outer = np.array([np.sign(hip[0] - other[0]) * 0.13, 0.0])
    return Mark(hip + outer + np.linspace(-0.10, 0.14, 6)[:, None] * np.array([0.0, 1.0]))


def _turn_arrow(posed: Posed, before: int, after: int, view: View, *, least_deg: float = 1.5) -> Mark | None:
    """An arc round the pelvis, the way it turns in this view."""
    spin = posed.rotation("pelvis")[after] @ posed.rotation("pelvis")[before].T
    turn = np.array([spin[2, 1] - spin[1, 2], spin[0, 2] - spin[2, 0], spin[1, 0] - spin[0, 1]]) / 2
    seen = float(turn @ view.axes[2])  # about the line of sight: positive turns as a clock's hands do
    if abs(np.degrees(seen)) < least_deg:
        return None
    middle = view.project(posed.joint("pelvis")[after])[:2]
    angle = np.radians(np.linspace(-150, -30, 14) if seen > 0 else np.linspace(-30, -150, 14))
    return Mark(middle + 0.165 * np.column_stack([np.cos(angle), np.sin(angle)]))


def hurried(variant: Variant) -> bool:
    """Whether a mistake has no pose of its own, as haste and bouncing have none."""
    return not (variant.angles or variant.lifts or variant.rests or variant.hands or variant.meets or variant.places)


def most_apart(good: Posed, bad: Posed, side: Side) -> str:
    """Where two poses differ most, as the catalogue names places."""
    other: Side = "right" if side == "left" else "left"
    gaps = {
        name: float(np.linalg.norm(bad.joint(segment) - good.joint(segment)))
        for name, segment in (
            ("pelvis", "pelvis"), ("trunk", "neck"), ("knee_working", f"shin_{side}"), ("knee_other", f"shin_{other}"),
            ("foot_working", f"foot_{side}"), ("foot_other", f"foot_{other}"),
        )
    }  # fmt: skip
    # What carries the rest along is to blame: the first in this order that goes nearly as far as any.
    return next(name for name, gap in gaps.items() if gap >= 0.7 * max(gaps.values()))


def mistake_arrow(good: Posed, bad: Posed, view: View, where: str, way: str | None, side: Side) -> list[Mark]:
    """From where it goes wrong, the way it goes wrong.

    The way is the one that `way` names, as the picture shows it; without one, that from the correct to the wrong place.
    """
    marks = []
    for segment in segments_of(where, side):
        here = view.project(middle_of(bad, segment))[:2]
        there = view.project(middle_of(good, segment))[:2]
        shift = here - there
        if way == "turn":
            angle = np.linspace(np.radians(200), np.radians(-40), 16)
            marks.append(Mark(here + 0.13 * np.column_stack([np.cos(angle), -np.sin(angle)]), WRONG))
            continue
        meant = _direction(bad, segment, way, view, side)
        length = float(np.linalg.norm(shift))
        apart = shift / max(length, 1e-9)
        # The trunk has no side of its own to lean to: where it went tells. Else the named way holds unless the picture belies it.
        leans = segment in ("chest", "abdomen", "head") and way in ("in", "out")
        if length > 0.02 and (meant is None or leans or (0.5 < apart @ meant < 0.95 and way not in ("up", "down"))):
            meant = apart
        if meant is None:
            continue
        # Inwards there is the other leg: point at the place from outside.
        reach = np.linspace(-0.27, -0.07, 6) if way == "in" else np.linspace(0.055, 0.25, 6)
        marks.append(Mark(here + reach[:, None] * meant, WRONG))
    return marks


def segments_of(where: str, side: Side) -> list[str]:
    """The segments at a place that the catalogue names."""
    name, _, whose = where.partition("_")
    other: Side = "right" if side == "left" else "left"
    part = {"knee": "shin", "knees": "shin", "thigh": "thigh", "foot": "foot", "feet": "foot"}.get(name)
    if part is None:
        return [{"pelvis": "pelvis", "low-back": "abdomen", "trunk": "chest", "head": "head"}[name]]
    if name in ("knees", "feet"):
        return [f"{part}_{side}", f"{part}_{other}"]
    return [f"{part}_{other if whose == 'other' else side}"]


def middle_of(posed: Posed, segment: str) -> Floats:
    """The point of a segment at which an arrow starts."""
    height = posed.skeleton.build.height_m
    offset = {"thigh": (0.0, -0.13, 0.0), "foot": (0.0, -0.01, 0.04), "abdomen": (0.0, 0.02, -0.03), "chest": (0.0, 0.06, 0.0)}
    local = np.array(offset.get(segment.split("_")[0], (0.0, 0.0, 0.0))) * height
    return np.asarray(posed.joint(segment) + posed.rotation(segment) @ local)


def _direction(posed: Posed, segment: str, way: str | None, view: View, side: Side) -> Floats | None:
    """A named way as a unit vector (2,) of the picture; none if it points at the eye."""
    if way is None:
        return None
    axes = posed.rotation("pelvis")
    mine = -1.0 if segment.endswith("right") or (not segment.endswith("left") and side == "right") else 1.0
    world = {
        "up": np.array([0.0, 1.0, 0.0]), "down": np.array([0.0, -1.0, 0.0]), "forward": axes[:, 2], "back": -axes[:, 2],
        "out": mine * axes[:, 0], "in": -mine * axes[:, 0],
    }.get(way)  # fmt: skip
    if world is None:
        return None
    flat: Floats = view.project(world)[:2]
    length = float(np.linalg.norm(flat))
    return flat / length if length > 0.25 else None
