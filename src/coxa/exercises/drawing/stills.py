"""Stills: an exercise's key positions side by side, and each mistake beside its correct form."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np

from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.skeleton import Floats, Side, Weight
from coxa.errors import BadInput
from coxa.exercises.drawing.doll import Doll
from coxa.exercises.drawing.marks import (
    Mark,
    hip_arrow,
    hip_line,
    hips_lean,
    hips_turn,
    hurried,
    middle_of,
    mistake_arrow,
    most_apart,
    motion_arrow,
    part_arrow,
    round_arrow,
    roundness,
    segments_of,
)
from coxa.exercises.drawing.panel import SCALE, Panel, panel
from coxa.exercises.drawing.picture import MOVE, RIGHT, WRONG, Badge, Picture, arrow, badge, document, ruler
from coxa.exercises.drawing.props import Solid, solid
from coxa.exercises.drawing.room import Room
from coxa.exercises.drawing.view import View
from coxa.exercises.drawing.walkway import Walkway, walkway
from coxa.exercises.drawing.words import describe_mistake, describe_positions
from coxa.exercises.model import Exercise, Mistake
from coxa.exercises.movement import Movement
from coxa.exercises.moving import Moving, poses, props, still
from coxa.exercises.placed import FAR_PROPS, Placed

_MARGIN, _GAP = 12.0, 22.0
#: Less than this of a mistake's place is too little to see.
_SEEN_M2 = 2.5e-3
#: Column and row of each panel.
_BLOCKS: dict[int, list[tuple[int, float]]] = {
    3: [(0, 0.5), (1, 0.0), (1, 1.0)],
    4: [(0, 0.0), (1, 0.0), (0, 1.0), (1, 1.0)],
    5: [(0, 0.0), (1, 0.0), (0, 1.0), (1, 1.0), (0, 2.0)],
    6: [(0, 0.0), (1, 0.0), (0, 1.0), (1, 1.0), (0, 2.0), (1, 2.0)],
}


@dataclass(frozen=True)
class Person:
    """Who is drawn: which side works, and which build."""

    side: Side = "left"
    weight: Weight = "average"


@dataclass(frozen=True, eq=False)
class Drawn:
    """One exercise ready to be drawn: its body, its movement over time, and from where it is seen."""

    exercise: Exercise
    person: Person = field(default_factory=Person)
    fault: str | None = None
    fps: float = 3.0

    @property
    def movement(self) -> Movement:
        """The exercise's `[movement]`."""
        if self.exercise.movement is None:
            raise BadInput(f"draw: expected an exercise with a [movement], got {self.exercise.id}; write its key poses first")
        return self.exercise.movement

    @cached_property
    def doll(self) -> Doll:
        """The body."""
        return Doll.of(self.person.weight)

    @cached_property
    def moving(self) -> Moving:
        """The poses over time; solved once for all pictures that need them."""
        return _moving(self.movement.model_dump_json(), self.person, self.fault, self.fps)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The key poses to show, in the order of the path, each once.

        Of a circle only where it starts and its other end; of a long path not those that are hardly rested in.
        """
        if self.circling:
            return ("start", "peak")
        movement = self.movement
        rests = dict(zip(movement.path, movement.dwell or (1.0,) * len(movement.path), strict=True))
        every, least = tuple(rests), 0.15 * max(rests.values())
        return every if len(every) <= 3 else tuple(k for k in every if k in ("start", "peak") or rests[k] > least)

    @property
    def circling(self) -> bool:
        """Whether the movement goes round without ever resting."""
        return len(self.movement.path) > 2 and bool(self.movement.dwell) and not any(self.movement.dwell)

    def stretch(self, key: str) -> tuple[int, int]:
        """The frames from the pose before a key pose on the path to the key pose itself."""
        path, frames = self.movement.path, self.moving.key_frames
        after = frames[key]
        earlier = [k for k in path[: path.index(key)] if k in self.keys]
        before = frames[earlier[-1]] if earlier else after
        if before < after:
            # the path may come back to the pose before more than once: take the last time
            origins = self.moving.posed.origins
            gaps = np.abs(origins[:after] - origins[before]).max(axis=(1, 2))
            before = int(np.flatnonzero(gaps < gaps.min() + 0.01)[-1])
        return before, after

    @cached_property
    def glow(self) -> Floats | None:
        """Where muscles work, (V,)."""
        if not self.movement.glow:
            return None
        other: Side = "right" if self.person.side == "left" else "left"
        sides: tuple[Side, ...] = (self.person.side,) if self.movement.working == "one-side" else (self.person.side, other)
        if self._stands_to_work:
            sides = (other,)
        return self.doll.glow(self.movement.glow, sides)

    @property
    def _stands_to_work(self) -> bool:
        """Whether the moving leg is only lifted, so that the hip that works is the one stood on: it keeps the pelvis level."""
        movement = self.movement
        aside = any(abs(movement.peak.angles.get(f"hip_{way}_working", 0.0)) > 5 for way in ("abduction", "rotation"))
        return movement.base == "standing" and movement.glow == ("gluteus-medius",) and "foot_working" in movement.peak.lifts and not aside

    def posed(self, key: str) -> Posed:
        """One key pose; with the mistake if it shows in this one."""
        fault = self.fault if self.fault and self.movement.faults[self.fault].key == key else None
        return still(self.movement, self.doll.skeleton, key, side=self.person.side, fault=fault)

    def solids(self, posed: Posed, placed: tuple[Placed, ...] | None = None, frame: int = 0, *, far: bool = False) -> list[Solid]:
        """The props in one pose; `placed` where they are in all frames, if that is known; with `far` what is out of reach too."""
        things = props(self.movement, posed, side=self.person.side) if placed is None else placed
        things = things if far else tuple(thing for thing in things if thing.kind not in FAR_PROPS)
        if not things:
            return []
        skin, _ = self.doll.points(posed)
        return [solid(p, self.doll, skin, posed.rotations, frame) for p in things]

    def arrows(self, key: str) -> list[Mark]:
        """The way into a key pose, as the picture's view shows it, and the line of the hips where it tips."""
        posed, view, parts = self.moving.posed, self.view, self.movement.follow
        if self.circling:
            way = round_arrow(posed, view, self.moving.key_frames[key])
            return [way] if way is not None else []
        before, after = self.stretch(key)
        if self.hips_tip:
            line, drop = hip_line(posed[after], view, MOVE), hip_arrow(posed[before], posed[after], view, "down", MOVE)
            return [line, drop] if before != after else [line]
        ways = [part_arrow(posed, before, after, view, part, self.person.side) for part in parts]
        found = [way for way in (ways if parts else [motion_arrow(posed, before, after, view)]) if way is not None]
        placed: list[Mark] = []
        for way in found:
            placed += self.room(after).without(placed).cleared([way])
        return placed

    def room(self, frame: int) -> Room:
        """What room there is for arrows round the body of one frame, and round what it carries."""
        posed = self.moving.posed[frame]
        skin, _ = self.doll.points(posed)
        carried = [thing for thing in self.solids(posed, self.moving.props, frame) if thing.round]
        points = np.concatenate([skin, *(thing.points for thing in carried)])
        starts = np.cumsum([len(skin), *(len(thing.points) for thing in carried)])[:-1]
        more = [thing.triangles + np.int32(start) for thing, start in zip(carried, starts, strict=True)]
        fine = np.concatenate([self.doll.fine, np.ones(len(points) - len(skin), dtype=bool)])
        return Room.of(self.view.project(points), np.concatenate([self.doll.body.triangles, *more]).astype(np.int32), fine)

    @cached_property
    def hips_tip(self) -> bool:
        """Whether an upright person's pelvis tips to one side, and that is the exercise."""
        start, peak = (self.moving.posed[self.moving.key_frames[key]] for key in ("start", "peak"))
        tips = abs(np.arcsin(peak.rotation("pelvis")[1, 0])) > np.radians(5)
        return self.movement.base.startswith("standing") and bool(tips) and hips_lean(peak, start)

    @cached_property
    def walkway(self) -> Walkway | None:
        """The way to a line on the floor and back, if the exercise has one."""
        if "line-3m" not in self.movement.props:
            return None
        walking, start = (self.moving.posed[self.moving.key_frames[key]] for key in ("peak", "start"))
        front_m = next(float(thing.high[2]) for thing in self.moving.props if thing.kind == "chair")
        return walkway(
            self.doll, walking, self.solids(start, self.moving.props, far=True), front_m, 1.0 if self.person.side == "left" else -1.0
        )

    @cached_property
    def view(self) -> View:
        """From where the movement is seen best: from where its file says, or from the view it names unless another shows far more."""
        if self.movement.seen_from is not None:
            return self.views[0]
        places = self.moving.posed.landmarks()
        if self.circling:
            # a circle is seen from where it is roundest
            own = self.views[0]
            steep = [View(own.azimuth_deg, own.elevation_deg + more) for more in (0.0, 14.0)]
            return max(steep, key=lambda view: roundness(self.moving.posed, view))
        scores = [float(np.ptp(view.project(places)[..., :2], axis=0).sum()) for view in self.views]
        return self.views[0] if scores[0] > 0.6 * max(scores) else self.views[int(np.argmax(scores))]

    @cached_property
    def views(self) -> tuple[View, ...]:
        """The views to choose from, the one that the movement's file names first."""
        base = self.movement.base
        if base.startswith("side-lying"):
            # the head lies on world -x or +x; the upper, working side is up
            named = {"front": View(14.0, 16.0), "raised": View(14.0, 38.0), "feet-end": View(62.0, 20.0), "back": View(166.0, 16.0)}
            named["diagonal"] = View(62.0, 30.0)
        elif base.startswith(("standing", "sitting")):
            named = {"front": View(16.0, 8.0), "diagonal": View(42.0, 8.0), "side": View(76.0, 8.0), "back": View(160.0, 8.0)}
            # not through what stands there to hold on to
            hidden = {"support-front": ("front", "diagonal"), "support-behind": ("back",), "support": ("side",)}
            named = {n: v for n, v in named.items() if not any(n in hidden.get(prop, ()) for prop in self.movement.props)}
        else:
            named = {"side": View(78.0, 9.0), "diagonal": View(48.0, 18.0), "feet-end": View(26.0, 24.0), "front": View(130.0, 16.0)}
            if base in ("supine", "supine-straight", "tabletop"):
                # knees that open or cross are seen from above the feet, from the side away from the working leg
                named |= {"diagonal": View(-26.0, 42.0), "raised": View(10.0, 58.0)}
        first = self.movement.camera
        order = [first, *(n for n in named if n != first)] if first in named else list(named)
        turn = 1.0 if self.person.side == "left" else -1.0
        # seen from the side away from what the working side's hand holds on to
        away = -1.0 if "support" in self.movement.props and self.movement.hands.get("hand_working") == "support" else 1.0
        found = tuple(View(turn * away * named[n].azimuth_deg, named[n].elevation_deg) for n in order)
        if self.movement.seen_from is not None:
            azimuth, elevation = self.movement.seen_from
            found = (View(turn * azimuth, elevation), *found)
        return found


@lru_cache(maxsize=64)
def _moving(movement: str, person: Person, fault: str | None, fps: float) -> Moving:
    skeleton = Doll.of(person.weight).skeleton
    return poses(Movement.model_validate_json(movement), skeleton, side=person.side, fault=fault, fps=fps)


def positions(exercise: Exercise, person: Person | None = None) -> Picture:
    """The key positions side by side, numbered, with an arrow for the way between them.

    Parameters
    ----------
    exercise : Exercise
    person : Person, optional
        The working side and the build.

    Raises
    ------
    BadInput
        If the exercise has no `[movement]`.
    """
    drawn = Drawn(exercise, person or Person())
    panels, marks, signs = [], [], []
    number: tuple[Badge, ...] = ("1", "2", "3", "4", "5", "6")
    for k, key in enumerate(drawn.keys[:6]):
        frame = drawn.moving.key_frames[key]
        glow = drawn.glow if k or len(drawn.keys) == 1 else None
        posed = drawn.moving.posed[frame]
        panels.append(panel(drawn.doll, posed, drawn.view, drawn.solids(posed, drawn.moving.props, frame), glow=glow))
        marks.append(drawn.arrows(key) if k or drawn.hips_tip else [])
        signs.append(number[k])
    alt = describe_positions(drawn)
    if drawn.walkway is not None:
        signs.append(number[len(panels)])
    data = _compose(exercise.name, alt, panels, marks, signs, drawn.walkway)
    return Picture(f"{exercise.id}.svg", alt, data)


def mistakes(exercise: Exercise, person: Person | None = None) -> list[Picture]:
    """Each mistake that can be drawn, beside its correct form.

    Returns
    -------
    list of Picture
        Named after the exercise and the mistake; in the order in which the exercise names its mistakes.
    """
    right = Drawn(exercise, person or Person())
    known = {m.fault: m for m in exercise.mistakes if m.fault}
    done: dict[tuple[View, str], Panel] = {}
    order = sorted(right.movement.faults, key=lambda f: list(known).index(f) if f in known else len(known))
    return [_mistake(right, fault, known.get(fault), done) for fault in order]


def _mistake(right: Drawn, fault: str, named: Mistake | None, done: dict[tuple[View, str], Panel]) -> Picture:
    variant, side = right.movement.faults[fault], right.person.side
    good = right.posed(variant.key)
    arrows: list[list[Mark]] = [[], []]
    where = None
    if hurried(variant):
        # Haste has no pose of its own: the same way, done in one long breath and in hurried strokes.
        view = right.view
        ways = right.arrows(variant.key)
        most = max((mark.length_m for mark in ways if mark.heads), default=0.0)
        led = [mark for mark in ways if mark.heads and mark.length_m > 0.6 * most]
        if led:
            room = right.room(right.moving.key_frames[variant.key])
            arrows = [ways, [replace(mark, colour=WRONG, heads=2) for mark in led] if led[1:] else room.cleared(_hastened(led[0]))]
    else:
        bad = Drawn(right.exercise, right.person, fault).posed(variant.key)
        where = variant.where or most_apart(good, bad, side)
        red, solids = right.doll.place(where, side), right.solids(bad)
        first = _telling(right, good, bad, where, variant.arrow)
        # red that is hardly seen, or is hidden by its own arrow, says nothing: then the view that shows most of it
        tried: dict[View, Panel] = {}
        for seen_from in dict.fromkeys((first, right.view, *right.views)):
            tried[seen_from] = panel(right.doll, bad, seen_from, solids, wrong=red)
            if tried[seen_from].wrong_m2 >= _SEEN_M2:
                break
        view = max(tried, key=lambda v: min(tried[v].wrong_m2, _SEEN_M2))
        shown = tried[view]
        if where == "pelvis" and variant.arrow in ("up", "down") and hips_lean(bad, good):
            arrows = [
                [hip_line(good, view, RIGHT)],
                [hip_line(bad, view, WRONG), hip_arrow(good, bad, view, variant.arrow)],
            ]
        else:
            arrows[1] = mistake_arrow(good, bad, view, where, variant.arrow, side)
    if (view, variant.key) not in done:
        done[view, variant.key] = panel(right.doll, good, view, right.solids(good), glow=right.glow)
    panels = [done[view, variant.key], shown if where else done[view, variant.key]]
    title = f"{right.exercise.name}: {named.name}" if named else f"{right.exercise.name}: {fault}"
    alt = describe_mistake(right.exercise, named, where, variant.arrow, fault, side)
    data = _compose(title, alt, panels, arrows, ["right", "wrong"])
    return Picture(f"{right.exercise.id}.{fault}.svg", alt, data)


def _telling(right: Drawn, good: Posed, bad: Posed, where: str, way: str | None) -> View:
    """The view in which the place of a mistake differs most from right to wrong; the exercise's own if it shows enough of that."""
    if where == "pelvis" and hips_lean(bad, good):
        # one hip goes up or down against the other: seen from where their line turns most
        across = [p.joint("thigh_left") - p.joint("thigh_right") for p in (good, bad)]

        def tipped(view: View) -> float:
            (a, b), (c, d) = (view.project(line)[:2] for line in across)
            return abs(float(a * d - b * c)) + 0.001 * (view == right.view)

        return max((right.view, *right.views), key=tipped)
    if where == "pelvis" and hips_turn(bad, good):
        # seen from where both hips are seen
        across_now = good.joint("thigh_left") - good.joint("thigh_right")
        return max(
            (right.view, *right.views), key=lambda view: float(np.linalg.norm(view.project(across_now)[:2])) + 0.02 * (view == right.view)
        )
    segments = segments_of(where, right.person.side)
    apart = np.concatenate([middle_of(bad, s)[None] - middle_of(good, s)[None] for s in segments])
    views = (right.view, *right.views)
    scores = [float(np.linalg.norm(view.project(apart)[..., :2], axis=-1).sum()) for view in views]
    enough = 0.8 if way in ("in", "out") else 0.35
    return views[0] if scores[0] >= enough * max(scores) else views[int(np.argmax(scores))]


def _hastened(way: Mark) -> list[Mark]:
    """Two short ways to and fro beside the one way."""
    line = way.line
    line = line.mean(axis=0) + (line - line.mean(axis=0)) * max(1.0, 0.36 / max(way.length_m, 1e-9))
    along = line[-1] - line[0]
    aside = np.array([-along[1], along[0]]) / max(float(np.linalg.norm(along)), 1e-9)
    return [Mark(line + aside * shift, WRONG, 2) for shift in (-0.06, 0.06)]


def _widened(low: Floats, high: Floats, least: float) -> tuple[Floats, Floats]:
    lack = max(least * (high[1] - low[1]) - (high[0] - low[0]), 0.0) / 2
    more = np.array([lack, 0.0])
    return low - more, high + more


def _compose(
    title: str, alt: str, panels: list[Panel], arrows: list[list[Mark]], signs: list[Badge], below: Walkway | None = None
) -> bytes:
    """Lay panels out in rows on a common floor line, each with its sign and arrows; a wide one below them all, which has the last sign."""
    lines = [mark.line for group in arrows for mark in group]
    pad = 0.03
    low = np.min([*(p.low for p in panels), *(line.min(axis=0) - pad for line in lines)], axis=0) * SCALE
    high = np.max([*(p.high for p in panels), *(line.max(axis=0) + pad for line in lines)], axis=0) * SCALE
    # A narrow figure gets air at its sides, so that all pictures are of a like shape.
    low, high = _widened(low, high, 0.55)
    wide, tall = high - low
    # Three lying figures in a row would be too small: the second and third stand one above the other, beside the first.
    in_a_row = len(panels) < 3 or (len(panels) == 3 and wide < 0.75 * tall)
    places = [(k, 0.0) for k in range(len(panels))] if in_a_row else _BLOCKS[len(panels)]
    across, rows = max(c for c, _ in places) + 1, int(max(r for _, r in places)) + 1
    width = 2 * _MARGIN + across * wide + (across - 1) * _GAP
    if below is not None:
        width = max(width, 2 * _MARGIN + float((below.high - below.low)[0]) * SCALE)
    bold = float(np.clip(width / 420.0, 1.0, 1.6))
    radius = 11.0 * bold
    head = 2 * radius + 6
    height = 2 * _MARGIN + rows * (tall + head) + (rows - 1) * _GAP
    shapes = [f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>']
    for (column, row), drawing, group, sign in zip(places, panels, arrows, signs[: len(panels)], strict=True):
        corner = np.array([_MARGIN + column * (wide + _GAP), _MARGIN + head + row * (tall + head + _GAP)])
        shift = corner - low
        shapes.append(f'<g transform="translate({shift[0]:.1f} {shift[1]:.1f})">{drawing.drawn(bold)}</g>')
        shapes += [arrow(m.line * SCALE + shift, colour=m.colour, weight=5.0 * bold, heads=m.heads) for m in group]
        shapes.append(badge(sign, corner[0] + radius, corner[1] - head + radius, radius))
    if below is not None:
        low, high = below.low * SCALE, below.high * SCALE
        more = np.array([(width - (high[0] - low[0])) / 2, height]) - low
        height += float(high[1] - low[1]) + _MARGIN
        shapes[0] = f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>'
        shapes.append(f'<g transform="translate({more[0]:.1f} {more[1]:.1f})">{below.panel.drawn(bold)}</g>')
        shapes += [
            badge(sign, _MARGIN + radius, height - float(high[1] - low[1]) - _MARGIN + radius, radius) for sign in signs[len(panels) :]
        ]
        shapes.append(arrow(below.way.line * SCALE + more, colour=below.way.colour, weight=5.0 * bold))
        shapes.append(ruler(below.measure * SCALE + more, "3 m", 17.0 * bold, bold))
    return document(title, alt, round(width), round(height), shapes, bold=bold)
