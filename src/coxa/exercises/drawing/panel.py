"""`Panel`: one figure with what it lies on or holds, traced into the shapes and lines of a vector picture."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import binary_closing

from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.mesh import GARMENTS
from coxa.body.mannequin.skeleton import INDEX, Floats
from coxa.exercises.drawing.canvas import Canvas, Mask
from coxa.exercises.drawing.doll import Doll
from coxa.exercises.drawing.props import Solid
from coxa.exercises.drawing.trace import angular, area, curve, outline, thinned, turning_lines
from coxa.exercises.drawing.view import View

#: Units of a picture for each metre.
SCALE = 180.0
_CELL_M = 0.0043
_TOLERANCE = 0.28
#: Areas whose edge is under a line, or has none, need fewer points.
_ROUGH = 0.55
#: How much further off what lies beyond a line inside the outline must be; between fingers there is no line, nor on a face.
_JUMP_M, _HAND_JUMP_M, _HEAD_JUMP_M = 0.018, 0.035, 0.07

#: Holes smaller than this have no edge, patches of muscle and of shade smaller than these are not drawn, m².
_CHINK_M2, _SLIVER_M2, _SHADE_M2 = 1.5e-3, 3e-3, 2.5e-3

INK = "#2b3440"
FILLS = {"skin": "#ecd9c8", "trousers": "#b4c6d4", "shirt": "#dbe6ec", "shoes": "#f7f7f5", "hair": "#5d6874"}
FAR_FILLS = {"skin": "#f6ece3", "trousers": "#dae3ea", "shirt": "#edf3f6", "shoes": "#fbfbfa", "hair": "#5d6874"}
PROP_FILLS = {
    "mat": ("#cfe0d6", "#b3cabd"), "band": ("#7a5ea8", "#5d4588"), "cuff": ("#6b7480", "#4d555f"), "pillow": ("#fbf3bd", "#ecdb8c"),
    "roller": ("#c9d3c0", "#a9b59f"), "cone": ("#e9a35b", "#c98440"), "phone": ("#39434f", "#39434f"),
    "support": ("#f3eee4", "#e6ddcd"), "line": ("#2b3440", "#2b3440"),
}  # fmt: skip
#: Props without straight edges.
_ROUND = ("band", "cuff", "pillow", "roller")
#: Widths of the lines by what they draw; a picture that is seen small draws them bolder.
WEIGHTS = {"outer": 3.0, "inner": 2.2, "prop": 1.7}
_LINE = f'fill="none" stroke="{INK}" stroke-linecap="round" stroke-linejoin="round"'
PATCHES = {"work": ("#f8ab3d", "#7a3300"), "wrong": ("#e5484d", "#7a0010")}
_WOOD = ("#e6d3b6", "#cbb38f")


@dataclass(frozen=True, eq=False)
class Panel:
    """One figure as shapes; all places in metres to the right and down.

    Attributes
    ----------
    shapes : list of str
        SVG elements, in order; `SCALE` units for each metre.
    low, high : (2,) float64
        What it covers, metres.
    wrong_m2 : float
        How much of a mistake's place can be seen.
    """

    shapes: list[str] = field(default_factory=list)
    low: Floats = field(default_factory=lambda: np.zeros(2))
    high: Floats = field(default_factory=lambda: np.zeros(2))
    wrong_m2: float = 0.0

    def drawn(self, bold: float = 1.0) -> str:
        """The shapes as one text, with lines `bold` times as thick."""
        text = "".join(self.shapes)
        for name, weight in WEIGHTS.items():
            text = text.replace(f'stroke-width="{name}"', f'stroke-width="{weight * bold:.1f}"')
        return text


def extent(points: list[Floats], view: View) -> tuple[Floats, Floats]:
    """Corners (2,), metres right and down, of what all points (V, 3) cover in a view."""
    seen = np.concatenate([view.project(p)[:, :2] for p in points])
    return seen.min(axis=0), seen.max(axis=0)


def panel(
    doll: Doll,
    posed: Posed,
    view: View,
    solids: list[Solid],
    *,
    glow: Floats | None = None,
    wrong: Floats | None = None,
    plain: bool = False,
) -> Panel:
    """Trace one figure.

    Parameters
    ----------
    doll : Doll
    posed : Posed
        One pose.
    view : View
    solids : list of Solid
        Props, drawn where they are.
    glow, wrong : (V,) float64, optional
        Where muscles work and where a mistake shows: positive inside.
    plain : bool
        Leave out shade and use fewer points: a third of the size, for the many drawings of an animation.
    """
    skin, normals = doll.points(posed)
    behind: list[Solid] = []
    before: list[Solid] = []
    near = view.project(skin)[:, 2].mean()
    for thing in solids:
        if _stands_apart(thing, posed):
            hides = view.project(thing.points)[:, 2].mean() < near and _overlaps(thing, skin[~np.isin(doll.limb, (1, 2))], view)
            (before if hides else behind).append(thing)
    touching = [s for s in solids if s not in behind and s not in before]
    parts = [skin, *(s.points for s in touching)]
    starts = np.cumsum([0, *(len(p) for p in parts)])
    points = np.concatenate(parts)
    seen = view.project(points)
    meshes = [doll.body.triangles, *(s.triangles for s in touching)]
    tri = np.concatenate([t + k for t, k in zip(meshes, starts, strict=False)]).astype(np.int32)
    canvas = Canvas.of(seen, tri, 1.4 * _CELL_M if plain else _CELL_M)
    tolerance = 0.6 if plain else _TOLERANCE
    thing_seen = canvas.kinds(np.concatenate([np.full(len(t), k) for k, t in enumerate(meshes)]))
    body = thing_seen == 0
    rings = outline(canvas, body | _mittens(canvas, body, doll))
    ring = _ring_path(rings, max(tolerance, _ROUGH))
    # a chink between two limbs would be drawn as a black bar
    edge = _ring_path([r for r in rings if area(r) >= _CHINK_M2], tolerance)

    shapes = [shape for thing in behind for shape in _alone(thing, view)]
    for k in sorted(range(len(touching)), key=lambda k: touching[k].kind != "mat"):
        mine = np.concatenate([np.zeros(int(starts[k + 1])), touching[k].normals[:, 1], np.zeros(len(points) - int(starts[k + 2]))])
        shapes += _prop(canvas, thing_seen == k + 1, canvas.values(mine, thing_seen == k + 1), touching[k].kind)
    shapes.append(_shadow(view, skin, doll))
    shapes.append(f'<path fill="{FILLS["skin"]}" fill-rule="evenodd" d="{ring}"/>')
    shapes += _figure(canvas, body, doll, view, posed, None if plain else normals)
    red_m2 = 0.0
    for depth, name in ((glow, "work"), (wrong, "wrong")):
        if depth is not None:
            patch, seen_m2 = _patch(canvas, body, depth, len(points), name)
            shapes += patch
            red_m2 = seen_m2 if name == "wrong" else red_m2
    shapes.append(_inner_lines(canvas, doll, view, seen[: len(skin)], normals, tolerance))
    shapes.append(f'<path {_LINE} stroke-width="outer" d="{edge}"/>')
    for thing in before:
        # What stands in front of the body is drawn like glass, so that it hides nothing.
        shapes += ['<g opacity=".42">', *_alone(thing, view), "</g>"]
    covered = np.concatenate([seen[:, :2], *(view.project(s.points)[:, :2] for s in (*behind, *before))])
    return Panel([s for s in shapes if s], covered.min(axis=0), covered.max(axis=0), red_m2)


def _mittens(canvas: Canvas, body: Mask, doll: Doll) -> Mask:
    """The hands with the gaps between their fingers closed: in a small picture outlines on both sides of a gap are a blot."""
    corner = doll.body.triangles[:, 0]
    hand = np.isin(doll.body.segments[corner, 0], (INDEX["hand_left"], INDEX["hand_right"]))
    mine = canvas.kinds(np.concatenate([hand.astype(np.int64), np.zeros(len(canvas.triangles) - len(hand), np.int64)]), 0) == 1
    mine &= body
    if not mine.any():
        return mine
    rows, columns = np.flatnonzero(mine.any(axis=1)), np.flatnonzero(mine.any(axis=0))
    edge = 4
    part = (
        slice(max(rows[0] - edge, 0), rows[-1] + edge + 1),
        slice(max(columns[0] - edge, 0), columns[-1] + edge + 1),
    )
    closed = np.zeros_like(mine)
    closed[part] = binary_closing(mine[part], iterations=3)
    # what lies before the hand stays before it
    return closed & (body | ~canvas.covered)


def _stands_apart(thing: Solid, posed: Posed) -> bool:
    """Whether a thing is furniture beside the body, rather than what one sits, stands or lies on."""
    if thing.kind != "chair" and not thing.kind.startswith("support"):
        return False
    hips = posed.joint("pelvis")
    low, high = thing.points.min(axis=0), thing.points.max(axis=0)
    return not (low[0] <= hips[0] <= high[0] and low[2] <= hips[2] <= high[2])


def _overlaps(thing: Solid, skin: Floats, view: View) -> bool:
    """Whether part of the body (V, 3), its arms left aside, lies in the rectangle that a thing takes up in the picture."""
    seen, own = view.project(thing.points)[:, :2], view.project(skin)[:, :2]
    return bool(((own > seen.min(axis=0)) & (own < seen.max(axis=0))).all(axis=1).mean() > 0.04)


def _alone(thing: Solid, view: View) -> list[str]:
    canvas = Canvas.of(view.project(thing.points), thing.triangles, _CELL_M)
    return _prop(canvas, canvas.covered, canvas.values(thing.normals[:, 1], canvas.covered), thing.kind)


def _ring_path(rings: list[Floats], tolerance: float = _TOLERANCE) -> str:
    return "".join(curve(thinned(ring * SCALE, tolerance), closed=True) for ring in rings)


def _shape(rings: list[Floats], attributes: str, tolerance: float = _TOLERANCE, *, straight: bool = False) -> str:
    if straight:
        path = "".join(angular(thinned(ring * SCALE, tolerance)[:-1], closed=True) for ring in rings)
    else:
        path = _ring_path(rings, tolerance)
    return f'<path {attributes} d="{path}"/>' if path else ""


def fills_of(kind: str) -> tuple[str, str]:
    """The colours of a prop: lit from above, and its sides."""
    return PROP_FILLS.get(kind.split("-")[0], _WOOD)


def _prop(canvas: Canvas, mask: Mask, upward: Floats, kind: str) -> list[str]:
    """A prop in two tones, its top lighter, with its edge."""
    if not mask.any():
        return []
    top, side = fills_of(kind)
    whole = outline(canvas, mask, soft=0.6)
    straight = kind.split("-")[0] not in _ROUND
    upper = mask & (upward > 0.7) if kind.split("-")[0] not in ("band", "cuff") else mask
    lines = [_shape(whole, f'fill="{side}" fill-rule="evenodd"', _ROUGH, straight=straight)]
    if upper.any():
        lines.append(_shape(outline(canvas, upper, soft=0.6), f'fill="{top}" fill-rule="evenodd"', _ROUGH, straight=straight))
    lines.append(_shape(whole, f'fill="none" stroke="{INK}" stroke-width="prop" stroke-linejoin="round"', _ROUGH, straight=straight))
    return lines


def _shadow(view: View, skin: Floats, doll: Doll) -> str:
    """The shade on the floor under whatever of the body is near it."""
    near = skin[:, 1] < 0.42
    tri = doll.body.triangles[near[doll.body.triangles].all(axis=1)]
    if not len(tri):
        return ""
    ground = skin * np.array([1.0, 0.0, 1.0]) + np.array([0.02, 0.0, 0.0])
    shade = Canvas.of(view.project(ground), tri, 2 * _CELL_M, edge=8)
    return _shape(outline(shade, shade.covered, soft=1.4, least_m2=_SHADE_M2), 'fill="#2b3440" fill-opacity=".16"', 0.9)


def _far(posed: Posed, view: View) -> set[int]:
    """Numbers of the limbs (see `Doll.limb`) that are the further ones of their pair by more than a hand's breadth."""
    far = set()
    for first, names in ((1, ("upper_arm", "forearm", "hand")), (3, ("thigh", "shin", "foot"))):
        depth = [np.mean([view.project(posed.joint(f"{n}_{s}"))[2] for n in names]) for s in ("left", "right")]
        if abs(depth[0] - depth[1]) > 0.11:
            far.add(first + (0 if depth[0] > depth[1] else 1))
    return far


def _figure(canvas: Canvas, body: Mask, doll: Doll, view: View, posed: Posed, normals: Floats | None) -> list[str]:
    """The body's areas: one for each garment, further limbs lighter, then the shade."""
    count = len(doll.body.triangles)
    corner = doll.body.triangles[:, 0]
    worn = canvas.kinds(np.concatenate([doll.body.garments[corner].astype(np.int64), np.zeros(len(canvas.triangles) - count, np.int64)]))
    limb = canvas.kinds(np.concatenate([doll.limb[corner], np.zeros(len(canvas.triangles) - count, np.int64)]))
    distant = np.isin(limb, list(_far(posed, view)))
    shapes = []
    for fills, where in ((FILLS, body), (FAR_FILLS, body & distant)):
        for number, garment in enumerate(GARMENTS):
            if garment == "skin" and fills is FILLS:
                continue
            # The trousers go on under the shirt, so that no skin shows along the hem.
            mine = np.isin(worn, (number, GARMENTS.index("shirt"))) if garment == "trousers" and fills is FILLS else worn == number
            shapes.append(_shape(outline(canvas, where & mine), f'fill="{fills[garment]}" fill-rule="evenodd"', _ROUGH))
    if normals is None:
        return shapes
    lamp = np.array([0.0, 0.80, 0.0]) + 0.45 * -view.axes[2] - 0.40 * view.axes[0]
    lamp /= np.linalg.norm(lamp)
    lit = canvas.values(np.concatenate([normals @ lamp, np.zeros(canvas.count - len(normals))]), body)
    for level, tone in ((0.30, ".10"), (-0.05, ".13")):
        shade = body & (lit < level)
        look = f'fill="#1f2d3d" fill-opacity="{tone}" fill-rule="evenodd"'
        shapes.append(_shape(outline(canvas, shade, soft=2.0, least_m2=6e-4), look, 0.8))
    return shapes


def _patch(canvas: Canvas, body: Mask, depth: Floats, count: int, name: str) -> tuple[list[str], float]:
    """A place on the body, and how much of it is seen: a soft rim and a core, with a pattern that is read without colour."""
    value = canvas.values(np.concatenate([depth, np.full(count - len(depth), -1.0)]), body, nothing=-1.0)
    shapes = []
    least = _SLIVER_M2 if name == "work" else 4e-4
    rim = outline(canvas, value > 0.0, soft=1.6, least_m2=least)
    core = outline(canvas, value > 0.09, soft=1.6, least_m2=0.6 * least)
    shapes.append(_shape(rim, f'fill="{PATCHES[name][0]}" fill-opacity=".38" fill-rule="evenodd"', 0.35))
    path = _ring_path(core, 0.35)
    if path:
        shapes.append(f'<path fill="{PATCHES[name][0]}" fill-opacity=".92" fill-rule="evenodd" d="{path}"/>')
        shapes.append(f'<path fill="url(#coxa-{name})" fill-rule="evenodd" d="{path}"/>')
    return shapes, sum(map(area, core))


def _inner_lines(canvas: Canvas, doll: Doll, view: View, seen: Floats, normals: Floats, tolerance: float) -> str:
    facing = normals @ -view.axes[2]
    aside = normals @ view.axes[:2].T
    on_hand = np.isin(doll.body.segments[:, 0], (INDEX["hand_left"], INDEX["hand_right"]))
    on_head = doll.body.segments[:, 0] == INDEX["head"]
    least = np.where(on_hand, _HAND_JUMP_M, np.where(on_head, _HEAD_JUMP_M, _JUMP_M))
    inner = turning_lines(canvas, seen, facing, aside, doll.body.triangles, least, doll.limb)
    path = "".join(curve(thinned(line * SCALE, tolerance), closed=False) for line in inner)
    return f'<path {_LINE} stroke-width="inner" d="{path}"/>' if path else ""
