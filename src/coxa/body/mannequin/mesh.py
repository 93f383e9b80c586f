"""`Body`: coxa's own person as a skinned triangle mesh, dressed and coloured, for pictures, animations and rendered clips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numba as nb
import numpy as np
import numpy.typing as npt

from coxa.body.mannequin.form import Form, Look
from coxa.body.mannequin.skeleton import INDEX, SEGMENTS, Floats, Skeleton
from coxa.body.mannequin.surface import Surface, cut, join, polygonise
from coxa.errors import BadInput

#: Edge of a cell, in body heights: coarse on trunk and limbs, fine where small shapes matter.
_STEP = {"body": 0.0112, "head": 0.0046, "hand": 0.0040, "foot": 0.0072}

#: What covers a point of the skin; its place is the number in `Body.garments`.
GARMENTS: tuple[str, ...] = ("skin", "trousers", "shirt", "shoes", "hair")

_SKIN = ((236, 200, 176), (222, 178, 148), (198, 150, 118), (164, 118, 88), (128, 88, 64), (96, 64, 48))
_HAIR = ((38, 30, 26), (70, 48, 32), (112, 78, 48), (150, 146, 142), (90, 84, 80), (58, 34, 24))
_SHIRT = ((196, 92, 60), (62, 128, 122), (226, 190, 96), (214, 214, 206), (92, 118, 168), (150, 84, 110), (120, 152, 96), (88, 92, 102))
_TROUSERS = ((44, 48, 62), (84, 86, 92), (58, 74, 104), (70, 60, 54), (38, 40, 42), (96, 104, 96))
_SHOES = ((232, 230, 224), (60, 62, 68), (176, 178, 182), (200, 120, 90))


@dataclass(frozen=True)
class Palette:
    """Colours of one person, sRGB 0..255, and the cut of the clothes."""

    skin: tuple[int, int, int]
    hair: tuple[int, int, int]
    shirt: tuple[int, int, int]
    trousers: tuple[int, int, int]
    shoes: tuple[int, int, int]
    look: Look = field(default_factory=Look)

    @classmethod
    def of(cls, seed: int, *, female: bool = True) -> Palette:
        """Draw a palette by chance; the same seed gives the same one."""
        rng = np.random.default_rng(seed)

        def pick(choices: tuple[tuple[int, int, int], ...]) -> tuple[int, int, int]:
            return choices[int(rng.integers(len(choices)))]

        skin, hair, shoes = pick(_SKIN), pick(_HAIR), pick(_SHOES)
        shirt, trousers = pick(_SHIRT), pick(_TROUSERS)
        sleeve = float(rng.choice([0.085, 0.105, 0.27]))
        leg = float(rng.choice([0.455, 0.455, 0.40, 0.20]))
        return cls(skin, hair, shirt, trousers, shoes, Look(sleeve, leg, bool(female and rng.random() < 0.6)))


@dataclass(frozen=True, eq=False)
class Body:
    """A person's skin, ready to follow a pose.

    Attributes
    ----------
    skeleton : Skeleton
        Whose body it is.
    triangles : (F, 3) int32
        Corners, counter-clockwise seen from outside.
    colours : (V, 3) uint8
        sRGB of each point; garments meet on doubled points, so that their edges are sharp.
    rest : (V, 3) float64
        Points in the rest pose, metres.
    weights : (V, 4) float64
        How much each of four segments moves a point; rows sum to one.
    segments : (V, 4) int32
        Which four.
    garments : (V,) uint8
        What covers a point, as a place in `GARMENTS`; all corners of a triangle wear the same.
    """

    skeleton: Skeleton
    triangles: npt.NDArray[np.int32]
    colours: npt.NDArray[np.uint8]
    rest: Floats
    weights: Floats
    segments: npt.NDArray[np.int32]
    garments: npt.NDArray[np.uint8]
    bind: Floats = field(repr=False)
    bind_normals: Floats = field(repr=False)
    bind_rotations: Floats = field(repr=False)
    bind_origins: Floats = field(repr=False)

    @classmethod
    def of(cls, skeleton: Skeleton, palette: Palette | int = 0, *, coarse: float = 1.0, face: bool = True) -> Body:
        """Build the body of a skeleton (about a second), dressed by a palette or by the seed of one.

        A `coarse` of 2 doubles the cells' edges and leaves a quarter of the points; without `face` none is painted.

        Examples
        --------
        >>> from coxa.body.mannequin.skeleton import Build, Skeleton
        >>> body = Body.of(Skeleton.of(Build(1.70)), palette=3)
        >>> body.rest.shape == body.colours.shape
        True
        """
        female = skeleton.build.sex == "female"
        chosen = Palette.of(palette, female=female) if isinstance(palette, int) else palette
        form = Form(skeleton, chosen.look)
        whole, colours, garments = _dressed(_skin_surface(form, coarse), form, chosen)
        normals = _unit(form.normals(whole.points))
        if face:
            painted, paint = _face(form, chosen)
            whole = join([whole, painted])
            normals = np.concatenate([normals, _unit(form.normals(painted.points))])
            colours = np.concatenate([colours, paint])
            garments = np.concatenate([garments, np.zeros(len(paint), dtype=np.uint8)])
        weights = form.weights(whole.points)
        top = np.argsort(-weights, axis=1, kind="stable")[:, :4]
        share = np.take_along_axis(weights, top, axis=1)
        share /= share.sum(axis=1, keepdims=True)
        h = form.height
        bind, rotations, origins = whole.points * h, form.bind_rotations, form.bind_origins * h
        segments = top.astype(np.int32)
        joints = np.stack([skeleton.rest_joints[name] for name in SEGMENTS])
        rest, _ = _skin(bind, normals, share, segments, *_motions(rotations, origins, np.tile(np.eye(3), (len(SEGMENTS), 1, 1)), joints))
        return cls(
            skeleton, whole.triangles.astype(np.int32), colours, rest, share, segments, garments, bind, normals,
            rotations, origins,
        )  # fmt: skip

    def skin(self, origins: Floats, rotations: Floats) -> Floats:
        """Return the points (V, 3) of the skin, metres, in a pose.

        Parameters
        ----------
        origins : (17, 3) float64
            Where each segment's origin lies, metres.
        rotations : (17, 3, 3) float64
            Each segment's own axes as columns.
        """
        return self.skin_normals(origins, rotations)[0]

    def skin_normals(self, origins: Floats, rotations: Floats) -> tuple[Floats, Floats]:
        """Return points (V, 3), metres, and outward unit normals (V, 3) of the skin in a pose; see `skin`."""
        o, r = np.asarray(origins, dtype=np.float64), np.asarray(rotations, dtype=np.float64)
        n = len(SEGMENTS)
        if o.shape != (n, 3) or r.shape != (n, 3, 3):
            raise BadInput(f"body: expected origins ({n}, 3) and rotations ({n}, 3, 3), got {o.shape} and {r.shape}; give one pose")
        turn, dual = _motions(self.bind_rotations, self.bind_origins, r, o)
        points, normals = _skin(self.bind, self.bind_normals, self.weights, self.segments, turn, dual)
        return points, normals


def _skin_surface(form: Form, coarse: float) -> Surface:
    """Draw the skin in pieces, each as fine as it needs; neighbours overlap by a cell, on one and the same form."""
    j, k = form.joints, INDEX
    neck_y = j[k["head"]][1] - 0.022
    reach = 0.42
    steps = {name: step * coarse for name, step in _STEP.items()}

    def box(step: float, low: tuple[float, float, float], high: tuple[float, float, float], keep: Callable[[Floats], Floats]) -> Surface:
        drawn = polygonise(form.distance, np.array(low), np.array(high), step)
        middle = drawn.points[drawn.triangles].mean(axis=1)
        kept = Surface(drawn.points, drawn.triangles[keep(middle) > -step]).pruned()
        return Surface(form.settle(kept.points), kept.triangles)

    def wrist(p: Floats) -> Floats:
        q = p * np.array([1.0, 1.0, 1.0])
        q[:, 0] = np.abs(q[:, 0])
        return form.local(q, "hand_left")[:, 1] - 0.016

    def ankle(p: Floats) -> Floats:
        q = p.copy()
        q[:, 0] = np.abs(q[:, 0])
        return form.local(q, "foot_left")[:, 1] - 0.046

    body = box(
        steps["body"], (-reach, 0.02, -0.13), (reach, neck_y + 0.03, 0.13),
        lambda p: np.minimum(np.minimum(neck_y - p[:, 1], wrist(p) + 10 * (np.abs(p[:, 0]) < 0.2)), ankle(p)),
    )  # fmt: skip
    head = box(steps["head"], (-0.07, neck_y - 0.02, -0.11), (0.07, 1.02, 0.09), lambda p: p[:, 1] - neck_y)

    def limb_piece(segment: str, step: float, low: tuple[float, float, float], high: tuple[float, float, float], top: float) -> Surface:
        turn, origin = form.bind_rotations[k[segment]], form.bind_origins[k[segment]]
        drawn = polygonise(lambda q: form.distance(q @ turn.T + origin), np.array(low), np.array(high), step)
        middle = drawn.points[drawn.triangles].mean(axis=1)
        kept = Surface(drawn.points, drawn.triangles[middle[:, 1] < top]).pruned()
        return Surface(form.settle(kept.points @ turn.T + origin), kept.triangles)

    hand = limb_piece("hand_left", steps["hand"], (-0.032, -0.115, -0.04), (0.026, 0.03, 0.05), 0.016 + steps["hand"])
    foot = limb_piece("foot_left", steps["foot"], (-0.05, -0.055, -0.06), (0.05, 0.06, 0.125), 0.046 + steps["foot"])
    return join([body, head, hand, hand.mirrored(), foot, foot.mirrored()])


def _dressed(surface: Surface, form: Form, palette: Palette) -> tuple[Surface, npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Cut the skin along the edges of the garments and colour each side."""
    worn = {name: np.zeros(len(surface.points), dtype=bool) for name in ("shirt", "trousers", "shoes", "hair")}
    for name in worn:
        level = form.fields(surface.points)[name]
        surface, parents, positive = cut(surface, level)
        other = np.where(parents[:, 2] > 0.5, parents[:, 1], parents[:, 0]).astype(int)
        for before in worn:
            worn[before] = worn[before][other]
        worn[name] = positive
    colours = np.tile(np.array(palette.skin, dtype=np.float64), (len(surface.points), 1))
    flush = _flush(form, surface.points)
    colours *= 1 + flush[:, None] * np.array([0.04, -0.09, -0.08])
    garments = np.zeros(len(surface.points), dtype=np.uint8)
    for name, tone in (("trousers", palette.trousers), ("shirt", palette.shirt), ("shoes", palette.shoes), ("hair", palette.hair)):
        colours[worn[name]] = tone
        garments[worn[name]] = GARMENTS.index(name)
    return surface, np.clip(np.rint(colours), 0, 255).astype(np.uint8), garments


def _to_left(p: Floats) -> Floats:
    q = p.copy()
    q[:, 0] = np.abs(q[:, 0])
    return q


def _flush(form: Form, p: Floats) -> Floats:
    """A little more red in cheeks, nose, ears and knuckles, 0..1."""
    q = _to_left(form.local(p, "head"))
    cheek = np.exp(-((q[:, 0] - 0.024) ** 2 + (q[:, 1] - 0.004) ** 2 + (q[:, 2] - 0.043) ** 2) / 0.012**2)
    nose = np.exp(-((q[:, 0]) ** 2 + (q[:, 1] - 0.007) ** 2 + (q[:, 2] - 0.062) ** 2) / 0.008**2)
    ear = np.exp(-((q[:, 0] - 0.048) ** 2 + (q[:, 1] - 0.013) ** 2 + (q[:, 2] + 0.004) ** 2) / 0.012**2)
    return np.asarray(0.7 * cheek + 0.8 * nose + 0.5 * ear)


# -- the painted face ----------------------------------------------------------------------------------------------------------------


def _face(form: Form, palette: Palette) -> tuple[Surface, npt.NDArray[np.uint8]]:
    """Eyes, brows, lashes and lips as thin patches on the head: sharp at any size."""
    dark = tuple(int(0.35 * c) for c in palette.hair)
    brow = tuple(int(0.75 * c + 0.1 * s) for c, s in zip(palette.hair, palette.skin, strict=True))
    lip = tuple(int(c) for c in np.clip(np.array(palette.skin) * np.array([0.86, 0.62, 0.60]), 0, 255))
    patches: list[tuple[Floats, tuple[int, ...], float]] = []
    eye_x, eye_y = 0.0180, 0.0265
    t = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    almond = np.stack([eye_x + 0.0082 * np.cos(t), eye_y + 0.0031 * np.sin(t) * (1 - 0.25 * np.cos(t) ** 2)], 1)
    patches.append((almond, (214, 210, 204), 0.0004))
    for radius, iris, height in ((0.0037, (84, 62, 44), 0.0006), (0.0018, (18, 16, 16), 0.0008)):
        disc = np.stack([eye_x + radius * np.cos(t), eye_y + 0.0001 + np.minimum(radius, 0.0030) * np.sin(t)], 1)
        patches.append((disc, iris, height))
    u = np.linspace(0, 1, 9)
    upper = np.stack([eye_x - 0.0085 + 0.0175 * u, eye_y + 0.0034 * np.sin(np.pi * u) ** 0.8], 1)
    patches.append((_ribbon(upper, 0.0007 + 0.0007 * u), dark, 0.0010))
    arch = np.stack([0.0085 + 0.0205 * u, 0.0372 + 0.0042 * np.sin(np.pi * (0.15 + 0.75 * u)) - 0.0022 * u**2], 1)
    patches.append((_ribbon(arch, 0.0019 * (1 - 0.65 * u**2)), brow, 0.0006))
    surfaces, colours = [], []
    for outline, tone, lift in patches:
        for sign in (1.0, -1.0):
            surfaces.append(_patch(form, outline * np.array([sign, 1.0]), lift))
            colours.append(np.tile(np.array(tone, dtype=np.uint8), (len(surfaces[-1].points), 1)))
    v = np.linspace(-1, 1, 13)
    line = np.stack([0.0135 * v, -0.0200 - 0.0010 * (1 - v**2) + 0.0006 * np.abs(v)], 1)
    upper_lip = 0.0038 * (1 - np.abs(v) ** 2.2) * (1 - 0.18 * np.exp(-((v / 0.12) ** 2)))
    lower_lip = 0.0044 * (1 - np.abs(v) ** 2.4)
    mouth: list[tuple[Floats, tuple[int, ...], float]] = [
        (_band(line, upper_lip, lower_lip), lip, 0.0003),
        (_ribbon(line, 0.0006 * (1 - 0.5 * np.abs(v))), tuple(int(0.55 * c) for c in lip), 0.0006),
    ]
    for outline, tone, lift in mouth:
        surfaces.append(_patch(form, outline, lift))
        colours.append(np.tile(np.array(tone, dtype=np.uint8), (len(surfaces[-1].points), 1)))
    return join(surfaces), np.concatenate(colours)


def _ribbon(line: Floats, half: Floats) -> Floats:
    return _band(line, half, half)


def _band(line: Floats, above: Floats, below: Floats) -> Floats:
    up = np.array([0.0, 1.0])
    return np.concatenate([line + above[:, None] * up, (line - below[:, None] * up)[::-1]])


def _patch(form: Form, outline: Floats, lift: float) -> Surface:
    """Press a flat outline (x, y in head axes) onto the front of the head; triangles look forward."""
    n = len(outline)
    k = INDEX["head"]
    # Columns across the outline keep the patch hugging a curved face, where one fan would cut through it.
    top, bottom = outline[: n // 2], outline[n // 2 :][::-1]
    rows = np.stack([top, (2 * top + bottom) / 3, (top + 2 * bottom) / 3, bottom])
    flat = rows.reshape(-1, 2)
    p = np.column_stack([flat, np.full(len(flat), 0.075)]) + form.joints[k]
    for _ in range(40):
        p[:, 2] -= 0.8 * np.clip(form.head(p), -0.01, 0.01)
    p += lift * _unit(form.normals(p))
    m = top.shape[0]
    i = np.arange(m - 1)
    tri = []
    for r in range(3):
        a, b = r * m + i, (r + 1) * m + i
        tri += [np.stack([a, b, b + 1], 1), np.stack([a, b + 1, a + 1], 1)]
    triangles = np.concatenate(tri)
    cross = np.cross(p[triangles[:, 1]] - p[triangles[:, 0]], p[triangles[:, 2]] - p[triangles[:, 0]])
    triangles = np.where((cross[:, 2] < 0)[:, None], triangles[:, ::-1], triangles)
    return Surface(p, triangles.astype(np.int64))


def _unit(v: Floats) -> Floats:
    return np.asarray(v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-12))


# -- skinning ------------------------------------------------------------------------------------------------------------------------


def _motions(from_r: Floats, from_o: Floats, to_r: Floats, to_o: Floats) -> tuple[Floats, Floats]:
    """Each segment's motion from one pose to another as a dual quaternion: two (17, 4) arrays, w first.

    Blending dual quaternions (Kavan et al. 2008) keeps knees and hips from collapsing where a plain blend of matrices would.
    """
    turn = to_r @ np.swapaxes(from_r, 1, 2)
    shift = to_o - np.einsum("kij,kj->ki", turn, from_o)
    q = _quaternions(turn)
    zero = np.zeros(len(q))
    s = np.column_stack([zero, shift])
    dual = 0.5 * np.column_stack([
        -s[:, 1] * q[:, 1] - s[:, 2] * q[:, 2] - s[:, 3] * q[:, 3],
        s[:, 1] * q[:, 0] + s[:, 2] * q[:, 3] - s[:, 3] * q[:, 2],
        s[:, 2] * q[:, 0] + s[:, 3] * q[:, 1] - s[:, 1] * q[:, 3],
        s[:, 3] * q[:, 0] + s[:, 1] * q[:, 2] - s[:, 2] * q[:, 1],
    ])  # fmt: skip
    return q, dual


def _quaternions(r: Floats) -> Floats:
    """Rotation matrices (N, 3, 3) as unit quaternions (N, 4), w first (Bar-Itzhack's sure form by the largest component)."""
    xx, yy, zz = r[:, 0, 0], r[:, 1, 1], r[:, 2, 2]
    squares = np.stack([1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz], 1)
    a, b, c = r[:, 2, 1] - r[:, 1, 2], r[:, 0, 2] - r[:, 2, 0], r[:, 1, 0] - r[:, 0, 1]
    d, e, f = r[:, 1, 0] + r[:, 0, 1], r[:, 0, 2] + r[:, 2, 0], r[:, 2, 1] + r[:, 1, 2]
    rows = np.stack([
        np.stack([squares[:, 0], a, b, c], 1), np.stack([a, squares[:, 1], d, e], 1),
        np.stack([b, d, squares[:, 2], f], 1), np.stack([c, e, f, squares[:, 3]], 1),
    ], 1)  # fmt: skip
    q = rows[np.arange(len(r)), squares.argmax(axis=1)]
    return np.asarray(q / np.linalg.norm(q, axis=1, keepdims=True))


@nb.njit(cache=True, nogil=True, fastmath=False)
def _skin(points, normals, weights, segments, turn, dual):  # type: ignore[no-untyped-def]
    n = points.shape[0]
    out = np.empty((n, 3))
    out_n = np.empty((n, 3))
    for i in range(n):
        k0 = segments[i, 0]
        r0 = r1 = r2 = r3 = d0 = d1 = d2 = d3 = 0.0
        for j in range(segments.shape[1]):
            w = weights[i, j]
            if w == 0.0:
                continue
            k = segments[i, j]
            if turn[k, 0] * turn[k0, 0] + turn[k, 1] * turn[k0, 1] + turn[k, 2] * turn[k0, 2] + turn[k, 3] * turn[k0, 3] < 0.0:
                w = -w
            r0 += w * turn[k, 0]
            r1 += w * turn[k, 1]
            r2 += w * turn[k, 2]
            r3 += w * turn[k, 3]
            d0 += w * dual[k, 0]
            d1 += w * dual[k, 1]
            d2 += w * dual[k, 2]
            d3 += w * dual[k, 3]
        s = 1.0 / np.sqrt(r0 * r0 + r1 * r1 + r2 * r2 + r3 * r3)
        r0 *= s
        r1 *= s
        r2 *= s
        r3 *= s
        d0 *= s
        d1 *= s
        d2 *= s
        d3 *= s
        m00 = 1 - 2 * (r2 * r2 + r3 * r3)
        m01 = 2 * (r1 * r2 - r0 * r3)
        m02 = 2 * (r1 * r3 + r0 * r2)
        m10 = 2 * (r1 * r2 + r0 * r3)
        m11 = 1 - 2 * (r1 * r1 + r3 * r3)
        m12 = 2 * (r2 * r3 - r0 * r1)
        m20 = 2 * (r1 * r3 - r0 * r2)
        m21 = 2 * (r2 * r3 + r0 * r1)
        m22 = 1 - 2 * (r1 * r1 + r2 * r2)
        t0 = 2 * (-d0 * r1 + d1 * r0 - d2 * r3 + d3 * r2)
        t1 = 2 * (-d0 * r2 + d1 * r3 + d2 * r0 - d3 * r1)
        t2 = 2 * (-d0 * r3 - d1 * r2 + d2 * r1 + d3 * r0)
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        out[i, 0] = m00 * x + m01 * y + m02 * z + t0
        out[i, 1] = m10 * x + m11 * y + m12 * z + t1
        out[i, 2] = m20 * x + m21 * y + m22 * z + t2
        x, y, z = normals[i, 0], normals[i, 1], normals[i, 2]
        out_n[i, 0] = m00 * x + m01 * y + m02 * z
        out_n[i, 1] = m10 * x + m11 * y + m12 * z
        out_n[i, 2] = m20 * x + m21 * y + m22 * z
    return out, out_n
