"""`render`: a small software renderer, a z-buffer with smooth shading and one soft shadow, compiled and without a display.

Made for one thing: many frames of a moving person before a still room. Whatever stands still (`Backdrop`) is drawn once for a camera.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
import numpy.typing as npt

from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.skeleton import Floats
from coxa.errors import BadInput

NEAR_M = 0.05
#: Side of the shadow map, and of the blocks in which it is first looked through, in cells.
_SHADOW = 320
_BLOCK = 8


@dataclass(frozen=True)
class Light:
    """One lamp or window far away, and the light that comes from everywhere.

    Attributes
    ----------
    towards : (3,)
        Direction from the scene to the lamp (world axes, any length).
    direct, sky, ground : float
        Strength of the lamp, and of the light from above and from below, for a white surface.
    warmth : float
        -1 (cold daylight) to 1 (lamp light).
    """

    towards: tuple[float, float, float] = (0.5, 1.0, 0.6)
    direct: float = 0.75
    sky: float = 0.42
    ground: float = 0.24
    warmth: float = 0.1

    @property
    def axes(self) -> Floats:
        """Two axes across the light and the direction to the lamp, as rows (3, 3)."""
        w = np.array(self.towards, dtype=np.float64)
        w /= np.linalg.norm(w)
        u = np.cross(w, (0.0, 0.0, 1.0) if abs(w[2]) < 0.9 else (1.0, 0.0, 0.0))
        u /= np.linalg.norm(u)
        return np.stack([u, np.cross(w, u), w])

    @property
    def tint(self) -> Floats:
        """Colour of the lamp, (3,)."""
        return np.array([1 + 0.10 * self.warmth, 1.0, 1 - 0.12 * self.warmth])


@dataclass(frozen=True, eq=False)
class Backdrop:
    """Whatever stands still, drawn once for a camera.

    Attributes
    ----------
    picture : (h, w, 3) uint8
        The empty room.
    nearness : (h, w) float32
        1 / depth in metres, 0 where there is nothing.
    shade : (h, w) float32
        Share of the brightness that stays when the lamp is blocked.
    lit : (h, w, 3) float32
        Each pixel's place in the light's axes, metres; NaN where no shadow can fall.
    """

    picture: npt.NDArray[np.uint8]
    nearness: npt.NDArray[np.float32]
    shade: npt.NDArray[np.float32]
    lit: npt.NDArray[np.float32]

    @classmethod
    def plain(cls, camera: Camera, colour: tuple[int, int, int] = (214, 212, 206)) -> Backdrop:
        """Return a backdrop of one colour, without floor or shadow."""
        shape = (camera.height, camera.width)
        return cls(
            np.tile(np.array(colour, dtype=np.uint8), (*shape, 1)), np.zeros(shape, np.float32), np.ones(shape, np.float32),
            np.full((*shape, 3), np.nan, np.float32),
        )  # fmt: skip


def render(
    points: Floats,
    normals: Floats,
    triangles: npt.NDArray[np.int32],
    colours: npt.NDArray[np.uint8],
    camera: Camera,
    backdrop: Backdrop | None = None,
    light: Light | None = None,
    *,
    noise: float = 0.0,
    frame: int = 0,
) -> npt.NDArray[np.uint8]:
    """Draw one frame.

    Parameters
    ----------
    points, normals : (V, 3) float64
        World metres; outward, unit length.
    triangles : (F, 3) int32
        Counter-clockwise seen from outside; the others are not drawn.
    colours : (V, 3) uint8
        sRGB.
    camera, backdrop, light
        The camera, what stands still before it (as drawn for this camera and light), and the light.
    noise : float
        Standard deviation of the film grain, in steps of 255.
    frame : int
        Chooses the grain; the same number gives the same grain.

    Returns
    -------
    (h, w, 3) uint8
        sRGB.
    """
    p = np.ascontiguousarray(points, dtype=np.float64)
    if p.ndim != 2 or p.shape[1] != 3 or np.shape(normals) != p.shape or np.shape(colours) != p.shape:
        raise BadInput(f"render: expected points, normals and colours (V, 3), got {p.shape}, {np.shape(normals)}, {np.shape(colours)}")
    tri = np.ascontiguousarray(triangles, dtype=np.int32)
    if tri.size and (tri.min() < 0 or tri.max() >= len(p)):
        raise BadInput(f"render: expected corners from 0 to {len(p) - 1}, got {tri.min()} to {tri.max()}; check the triangles")
    room = Backdrop.plain(camera) if backdrop is None else backdrop
    if room.picture.shape != (camera.height, camera.width, 3):
        wanted = f"{camera.height} x {camera.width}"
        raise BadInput(f"render: expected a backdrop of {wanted}, got {room.picture.shape[:2]}; draw it for this camera")
    lamp = Light() if light is None else light
    screen = _project(p, camera.axes, camera.position, camera.focal_px, float(camera.width), float(camera.height))
    window = _window(screen, camera.width, camera.height)
    nearness, owner = _cover(screen, tri, *window)
    lit = p @ lamp.axes.T
    shadow, blocks, corner, cell = _shadow_map(lit, tri)
    out = _resolve(
        nearness, owner, window[0], window[1], screen, tri, lit, np.ascontiguousarray(normals, dtype=np.float64),
        np.ascontiguousarray(colours), room.picture, room.nearness, room.shade, room.lit, shadow, blocks, corner, cell,
        lamp.axes[2], lamp.direct, lamp.sky, lamp.ground, lamp.tint,
    )  # fmt: skip
    if noise > 0:
        _grain(out, _pool(), int(np.random.default_rng(frame).integers(0, 1 << 19)), np.float32(noise))
    return np.asarray(out)


_POOL: list[npt.NDArray[np.float32]] = []


def _pool() -> npt.NDArray[np.float32]:
    if not _POOL:
        _POOL.append(np.random.default_rng(0).normal(size=1 << 20).astype(np.float32))
    return _POOL[0]


@nb.njit(cache=True, nogil=True)
def _project(points, axes, eye, focal, width, height):  # type: ignore[no-untyped-def]
    n = points.shape[0]
    out = np.empty((n, 3), np.float32)
    for i in range(n):
        x, y, z = points[i, 0] - eye[0], points[i, 1] - eye[1], points[i, 2] - eye[2]
        depth = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
        if not depth > NEAR_M:
            out[i, 0] = 0.0
            out[i, 1] = 0.0
            out[i, 2] = -1.0
            continue
        out[i, 0] = width / 2 + focal * (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z) / depth
        out[i, 1] = height / 2 + focal * (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z) / depth
        out[i, 2] = 1.0 / depth
    return out


def _window(screen: npt.NDArray[np.float32], width: int, height: int) -> tuple[int, int, int, int]:
    """The part of the picture that the body may cover: left, top, width, height, pixels."""
    seen = screen[screen[:, 2] > 0]
    if not len(seen):
        return 0, 0, 0, 0
    # As whole numbers of a sane size, whatever lies far outside the picture.
    low = np.clip(np.floor(seen[:, :2].min(axis=0)), 0, (width, height)).astype(int)
    high = np.clip(np.ceil(seen[:, :2].max(axis=0)), 0, (width, height)).astype(int)
    return int(low[0]), int(low[1]), int(max(high[0] - low[0], 0)), int(max(high[1] - low[1], 0))


@nb.njit(cache=True, nogil=True, fastmath=True)
def _cover(screen, triangles, x_start, y_start, width, height):  # type: ignore[no-untyped-def]
    """Which triangle owns each of the four samples of each pixel of a window, and how near it is."""
    w2, h2 = 2 * width, 2 * height
    x_shift, y_shift = 2.0 * x_start + 0.5, 2.0 * y_start + 0.5
    near = np.zeros((h2, w2), np.float32)
    owner = np.full((h2, w2), -1, np.int32)
    for f in range(triangles.shape[0]):
        a, b, c = triangles[f, 0], triangles[f, 1], triangles[f, 2]
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        if za <= 0.0 or zb <= 0.0 or zc <= 0.0:
            continue
        # Sample (i, j) sits at i + 0.5 on the doubled grid.
        ax, ay = 2.0 * screen[a, 0] - x_shift, 2.0 * screen[a, 1] - y_shift
        bx, by = 2.0 * screen[b, 0] - x_shift, 2.0 * screen[b, 1] - y_shift
        cx, cy = 2.0 * screen[c, 0] - x_shift, 2.0 * screen[c, 1] - y_shift
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if not area < -1e-9:  # y runs down, so the front turns the other way
            continue
        left, right = min(ax, bx, cx), max(ax, bx, cx)
        top, bottom = min(ay, by, cy), max(ay, by, cy)
        if right < 0.0 or left > w2 - 1 or bottom < 0.0 or top > h2 - 1:
            continue
        x0, x1 = int(np.ceil(max(left, 0.0))), int(np.floor(min(right, w2 - 1.0)))
        y0, y1 = int(np.ceil(max(top, 0.0))), int(np.floor(min(bottom, h2 - 1.0)))
        if x1 < x0 or y1 < y0:
            continue
        inv = 1.0 / area
        ua, va = (by - cy) * inv, (cx - bx) * inv
        ub, vb = (cy - ay) * inv, (ax - cx) * inv
        for j in range(y0, y1 + 1):
            alpha = ua * (x0 - cx) + va * (j - cy)
            beta = ub * (x0 - cx) + vb * (j - cy)
            for i in range(x0, x1 + 1):
                gamma = 1.0 - alpha - beta
                if alpha >= -1e-6 and beta >= -1e-6 and gamma >= -1e-6:
                    z = alpha * za + beta * zb + gamma * zc
                    if z > near[j, i]:
                        near[j, i] = z
                        owner[j, i] = f
                alpha += ua
                beta += ub
    return near, owner


@nb.njit(cache=True, nogil=True, fastmath=True)
def _shadow_map(lit, triangles):  # type: ignore[no-untyped-def]
    """How far towards the lamp the nearest surface reaches, on a grid across the light."""
    corner = np.empty(2)
    if lit.shape[0] == 0:
        corner[:] = 0.0
        none = np.full((_SHADOW, _SHADOW), -1e9, np.float32)
        return none, none[::_BLOCK, ::_BLOCK].copy(), corner, 1.0
    u0 = u1 = lit[0, 0]
    v0 = v1 = lit[0, 1]
    for i in range(lit.shape[0]):
        u0, u1 = min(u0, lit[i, 0]), max(u1, lit[i, 0])
        v0, v1 = min(v0, lit[i, 1]), max(v1, lit[i, 1])
    cell = max(u1 - u0, v1 - v0, 1e-3) / (_SHADOW - 12)
    corner[0] = u0 - 6 * cell
    corner[1] = v0 - 6 * cell
    out = np.full((_SHADOW, _SHADOW), -1e9, np.float32)
    for f in range(triangles.shape[0]):
        a, b, c = triangles[f, 0], triangles[f, 1], triangles[f, 2]
        ax, ay = (lit[a, 0] - corner[0]) / cell, (lit[a, 1] - corner[1]) / cell
        bx, by = (lit[b, 0] - corner[0]) / cell, (lit[b, 1] - corner[1]) / cell
        cx, cy = (lit[c, 0] - corner[0]) / cell, (lit[c, 1] - corner[1]) / cell
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if not area > 1e-9:
            continue
        x0, x1 = max(0, int(np.ceil(min(ax, bx, cx)))), min(_SHADOW - 1, int(np.floor(max(ax, bx, cx))))
        y0, y1 = max(0, int(np.ceil(min(ay, by, cy)))), min(_SHADOW - 1, int(np.floor(max(ay, by, cy))))
        inv = 1.0 / area
        for j in range(y0, y1 + 1):
            for i in range(x0, x1 + 1):
                alpha = ((by - cy) * (i - cx) + (cx - bx) * (j - cy)) * inv
                beta = ((cy - ay) * (i - cx) + (ax - cx) * (j - cy)) * inv
                gamma = 1.0 - alpha - beta
                if alpha >= 0.0 and beta >= 0.0 and gamma >= 0.0:
                    w = alpha * lit[a, 2] + beta * lit[b, 2] + gamma * lit[c, 2]
                    out[j, i] = max(out[j, i], w)
    # The highest of each block and its neighbours: most places lie in nobody's shadow, and one look tells.
    side = _SHADOW // _BLOCK
    blocks = np.full((side, side), -1e9, np.float32)
    for j in range(_SHADOW):
        for i in range(_SHADOW):
            if out[j, i] > -1e8:
                for y in range(max(j // _BLOCK - 1, 0), min(j // _BLOCK + 2, side)):
                    for x in range(max(i // _BLOCK - 1, 0), min(i // _BLOCK + 2, side)):
                        blocks[y, x] = max(blocks[y, x], out[j, i])
    return out, blocks, corner, cell


@nb.njit(cache=True, nogil=True, fastmath=True, inline="always")
def _seen(shadow, blocks, corner, cell, u, v, w, bias, spread):  # type: ignore[no-untyped-def]
    """Share of the lamp that a place sees, 0..1: nine looks around it."""
    x, y = (u - corner[0]) / cell, (v - corner[1]) / cell
    if not (x > 0.0 and y > 0.0 and x < _SHADOW - 1 and y < _SHADOW - 1):
        return 1.0
    if blocks[int(y) // _BLOCK, int(x) // _BLOCK] <= w + bias:
        return 1.0
    blocked = 0
    for dj in range(-1, 2):
        for di in range(-1, 2):
            i, j = int(x + di * spread + 0.5), int(y + dj * spread + 0.5)
            if 0 <= i < _SHADOW and 0 <= j < _SHADOW and shadow[j, i] > w + bias:
                blocked += 1
    return 1.0 - blocked / 9.0


@nb.njit(cache=True, nogil=True, fastmath=True)
def _resolve(  # type: ignore[no-untyped-def]
    near, owner, x_start, y_start, screen, triangles, lit, normals, colours, picture, room_near, shade, room_lit,
    shadow, blocks, corner, cell, lamp, direct, sky, ground, tint,
):  # fmt: skip
    height, width = room_near.shape
    out = np.empty((height, width, 3), np.uint8)
    y_end, x_end = y_start + owner.shape[0] // 2, x_start + owner.shape[1] // 2
    ids = np.empty(4, np.int32)
    counts = np.empty(4, np.int32)
    for j in range(height):
        for i in range(width):
            behind = room_near[j, i]
            kinds = 0
            free = 0
            inside = x_start <= i < x_end and y_start <= j < y_end
            for s in range(4 if inside else 0):
                jj, ii = 2 * (j - y_start) + s // 2, 2 * (i - x_start) + s % 2
                f = owner[jj, ii]
                if f < 0 or near[jj, ii] < behind:
                    free += 1
                    continue
                known = False
                for k in range(kinds):
                    if ids[k] == f:
                        counts[k] += 1
                        known = True
                        break
                if not known:
                    ids[kinds] = f
                    counts[kinds] = 1
                    kinds += 1
            if kinds == 0:
                u = room_lit[j, i, 0]
                seen = 1.0
                x = (u - corner[0]) / cell
                if x > 0.0 and x < _SHADOW - 1:
                    seen = _seen(shadow, blocks, corner, cell, u, room_lit[j, i, 1], room_lit[j, i, 2], 0.004, 1.7)
                if seen == 1.0:
                    for c in range(3):
                        out[j, i, c] = picture[j, i, c]
                else:
                    dim = np.sqrt(shade[j, i] + (1.0 - shade[j, i]) * seen)
                    for c in range(3):
                        out[j, i, c] = np.uint8(picture[j, i, c] * dim)
                continue
            r = g = b = 0.0
            if free > 0:
                seen = _seen(shadow, blocks, corner, cell, room_lit[j, i, 0], room_lit[j, i, 1], room_lit[j, i, 2], 0.004, 1.7)
                dim = (shade[j, i] + (1.0 - shade[j, i]) * seen) * free
                r += dim * picture[j, i, 0] * picture[j, i, 0]
                g += dim * picture[j, i, 1] * picture[j, i, 1]
                b += dim * picture[j, i, 2] * picture[j, i, 2]
            for k in range(kinds):
                f = ids[k]
                p0, p1, p2 = triangles[f, 0], triangles[f, 1], triangles[f, 2]
                ax, ay = screen[p0, 0], screen[p0, 1]
                bx, by = screen[p1, 0], screen[p1, 1]
                cx, cy = screen[p2, 0], screen[p2, 1]
                inv = 1.0 / ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
                alpha = ((by - cy) * (i + 0.5 - cx) + (cx - bx) * (j + 0.5 - cy)) * inv
                beta = ((cy - ay) * (i + 0.5 - cx) + (ax - cx) * (j + 0.5 - cy)) * inv
                # A pixel's centre may lie outside a triangle that owns only a corner of it.
                alpha = min(max(alpha, 0.0), 1.0)
                beta = min(max(beta, 0.0), 1.0 - alpha)
                gamma = 1.0 - alpha - beta
                nx = alpha * normals[p0, 0] + beta * normals[p1, 0] + gamma * normals[p2, 0]
                ny = alpha * normals[p0, 1] + beta * normals[p1, 1] + gamma * normals[p2, 1]
                nz = alpha * normals[p0, 2] + beta * normals[p1, 2] + gamma * normals[p2, 2]
                size = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-12)
                facing = (nx * lamp[0] + ny * lamp[1] + nz * lamp[2]) * size
                up = ny * size
                base = ground + (sky - ground) * (0.5 + 0.5 * up)
                lamp_light = 0.0
                if facing > 0.0:
                    u = alpha * lit[p0, 0] + beta * lit[p1, 0] + gamma * lit[p2, 0]
                    v = alpha * lit[p0, 1] + beta * lit[p1, 1] + gamma * lit[p2, 1]
                    w = alpha * lit[p0, 2] + beta * lit[p1, 2] + gamma * lit[p2, 2]
                    # Grazing light needs more slack, or the coarse map speckles the skin.
                    lamp_light = direct * facing * _seen(shadow, blocks, corner, cell, u, v, w, 0.012 + 0.02 * (1.0 - facing), 1.2)
                weight = counts[k]
                cr = alpha * colours[p0, 0] + beta * colours[p1, 0] + gamma * colours[p2, 0]
                cg = alpha * colours[p0, 1] + beta * colours[p1, 1] + gamma * colours[p2, 1]
                cb = alpha * colours[p0, 2] + beta * colours[p1, 2] + gamma * colours[p2, 2]
                r += weight * cr * cr * (base + lamp_light * tint[0])
                g += weight * cg * cg * (base + lamp_light * tint[1])
                b += weight * cb * cb * (base + lamp_light * tint[2])
            out[j, i, 0] = np.uint8(min(np.sqrt(0.25 * r), 255.0))
            out[j, i, 1] = np.uint8(min(np.sqrt(0.25 * g), 255.0))
            out[j, i, 2] = np.uint8(min(np.sqrt(0.25 * b), 255.0))
    return out


@nb.njit(cache=True, nogil=True, fastmath=True)
def _grain(picture, pool, start, size):  # type: ignore[no-untyped-def]
    flat = picture.reshape(-1)
    last = pool.shape[0] - 1  # the pool's size is a power of two, so that masking wraps around
    k = start
    for i in range(flat.shape[0] // 3):
        k = (k + 1) & last
        together = np.float32(0.8) * size * pool[k] + np.float32(0.5)
        for c in range(3):
            value = np.float32(flat[3 * i + c]) + together + np.float32(0.5) * size * pool[(k * 3 + c) & last]
            flat[3 * i + c] = np.uint8(min(max(value, np.float32(0.0)), np.float32(255.0)))
