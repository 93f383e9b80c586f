"""`Scene`: a room in a home, with floor, walls, a mat and a piece of furniture, drawn once for each camera."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numba as nb
import numpy as np

from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.raster import Backdrop, Light

Flooring = Literal["wood", "carpet", "tiles", "plain"]
Colour = tuple[int, int, int]
_FLOORING: dict[Flooring, int] = {"plain": 0, "wood": 1, "carpet": 2, "tiles": 3}


@dataclass(frozen=True)
class Box:
    """An upright box: its lowest and highest corners, world metres, and its colour (sRGB)."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    colour: Colour


@dataclass(frozen=True)
class Scene:
    """A room: kind and colour of the floor, colour and places of the walls, what stands in it, and the light.

    Attributes
    ----------
    room : (x low, x high, z low, z high)
        Where the four walls stand, metres.
    """

    flooring: Flooring = "wood"
    floor: Colour = (150, 118, 88)
    wall: Colour = (206, 204, 198)
    room: tuple[float, float, float, float] = (-2.6, 2.6, -2.2, 3.6)
    boxes: tuple[Box, ...] = ()
    light: Light = field(default_factory=Light)
    noise: float = 1.5

    @classmethod
    def of(cls, seed: int, *, mat: bool = True) -> Scene:
        """Draw a room by chance; the same seed gives the same room.

        Parameters
        ----------
        seed : int
            Chooses everything.
        mat : bool
            Whether an exercise mat (0.012 m thick, along x through the origin) lies on the floor.
        """
        rng = np.random.default_rng(seed)
        floors: list[tuple[Flooring, Colour]] = [
            ("wood", (156, 118, 84)), ("wood", (120, 86, 62)), ("wood", (186, 160, 128)), ("carpet", (132, 130, 126)),
            ("carpet", (156, 144, 124)), ("tiles", (176, 172, 164)), ("plain", (142, 136, 128)),
        ]  # fmt: skip
        walls: list[Colour] = [(214, 210, 200), (196, 206, 210), (222, 216, 204), (186, 196, 184), (206, 196, 190), (170, 182, 192)]
        mats: list[Colour] = [(62, 98, 128), (120, 84, 122), (70, 116, 96), (86, 90, 98), (150, 90, 80)]
        woods: list[Colour] = [(112, 82, 58), (188, 160, 124), (236, 232, 224), (84, 92, 98)]
        flooring, floor = floors[int(rng.integers(len(floors)))]
        boxes: list[Box] = []
        if mat:
            half = 0.31 + 0.06 * rng.random()
            boxes.append(Box((-0.95, -0.01, -half), (0.95, 0.002, half), mats[int(rng.integers(len(mats)))]))
        back = -1.1 - 1.3 * float(rng.random())
        if rng.random() < 0.6:
            x, w, h = float(rng.uniform(-1.9, 1.2)), float(rng.uniform(0.5, 1.1)), float(rng.uniform(0.4, 1.0))
            boxes.append(Box((x, 0.0, back), (x + w, h, back + 0.42), woods[int(rng.integers(len(woods)))]))
        light = Light(
            towards=(float(rng.uniform(-0.9, 0.9)), 1.0, float(rng.uniform(0.1, 1.0))),
            direct=float(rng.uniform(0.5, 0.85)),
            sky=float(rng.uniform(0.36, 0.5)),
            ground=float(rng.uniform(0.18, 0.28)),
            warmth=float(rng.uniform(-0.4, 0.8)),
        )
        room = (-2.2 - float(rng.random()), 2.2 + float(rng.random()), back, 4.0)
        return cls(flooring, floor, walls[int(rng.integers(len(walls)))], room, tuple(boxes), light, float(rng.uniform(0.8, 3.0)))

    def backdrop(self, camera: Camera) -> Backdrop:
        """Draw the empty room as a camera sees it; reuse it for every frame of that camera."""
        boxes = np.array([[*b.low, *b.high, *b.colour] for b in self.boxes], dtype=np.float64).reshape(-1, 9)
        light = self.light
        picture, near, shade, lit = _cast(
            camera.axes, camera.position, camera.focal_px, camera.width, camera.height, np.array(self.room), boxes,
            _FLOORING[self.flooring], np.array(self.floor, dtype=np.float64), np.array(self.wall, dtype=np.float64), light.axes,
            light.direct, light.sky, light.ground, light.tint,
        )  # fmt: skip
        return Backdrop(picture, near, shade, lit)


@nb.njit(cache=True, nogil=True)
def _chance(a, b):  # type: ignore[no-untyped-def]
    """A number in 0..1 that always belongs to the same two whole numbers."""
    n = (np.int64(a) * 374761393 + np.int64(b) * 668265263) & 0x7FFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0x7FFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFF) / 65535.0


@nb.njit(cache=True, nogil=True)
def _rough(x, z):  # type: ignore[no-untyped-def]
    """Smooth chance over the plane, 0..1."""
    i, j = np.floor(x), np.floor(z)
    u, v = x - i, z - j
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    low = _chance(i, j) * (1 - u) + _chance(i + 1, j) * u
    high = _chance(i, j + 1) * (1 - u) + _chance(i + 1, j + 1) * u
    return low * (1 - v) + high * v


@nb.njit(cache=True, nogil=True)
def _floor_tone(kind, x, z):  # type: ignore[no-untyped-def]
    if kind == 1:
        row = np.floor(z / 0.14)
        start = 1.3 * _chance(row, 7)
        plank = np.floor((x + start) / 1.2)
        tone = 0.86 + 0.24 * _chance(row, plank)
        tone += 0.10 * (_rough(3.0 * x + 17 * row, 60.0 * z) - 0.5) + 0.06 * (_rough(9.0 * x, 140.0 * z) - 0.5)
        across = z / 0.14 - row
        along = (x + start) / 1.2 - plank
        if across < 0.018 or along < 0.002:
            tone *= 0.72
        return tone
    if kind == 2:
        return 0.9 + 0.14 * _rough(90.0 * x, 90.0 * z) + 0.10 * (_rough(3.0 * x, 3.0 * z) - 0.5)
    if kind == 3:
        u, v = x / 0.33 - np.floor(x / 0.33), z / 0.33 - np.floor(z / 0.33)
        tone = 0.95 + 0.1 * _chance(np.floor(x / 0.33), np.floor(z / 0.33))
        if u < 0.018 or v < 0.018:
            tone *= 0.8
        return tone
    return 0.96 + 0.06 * _rough(2.0 * x, 2.0 * z)


@nb.njit(cache=True, nogil=True)
def _cast(axes, eye, focal, width, height, room, boxes, kind, floor, wall, lamp, direct, sky, ground, tint):  # type: ignore[no-untyped-def]
    picture = np.empty((height, width, 3), np.uint8)
    near = np.zeros((height, width), np.float32)
    shade = np.ones((height, width), np.float32)
    lit = np.full((height, width, 3), np.nan, np.float32)
    colour = np.empty(3)
    for j in range(height):
        for i in range(width):
            total0 = total1 = total2 = 0.0
            for s in range(4):
                px = (i + 0.25 + 0.5 * (s % 2) - width / 2) / focal
                py = (j + 0.25 + 0.5 * (s // 2) - height / 2) / focal
                d0 = axes[2, 0] + px * axes[0, 0] + py * axes[1, 0]
                d1 = axes[2, 1] + px * axes[0, 1] + py * axes[1, 1]
                d2 = axes[2, 2] + px * axes[0, 2] + py * axes[1, 2]
                best = 1e9
                n0 = n1 = n2 = 0.0
                colour[:] = wall
                tone = 1.0
                if d1 < -1e-9:
                    t = -eye[1] / d1
                    if 0.0 < t < best:
                        best = t
                        n0, n1, n2 = 0.0, 1.0, 0.0
                        colour[:] = floor
                        tone = -1.0
                for side in range(4):
                    axis = 0 if side < 2 else 2
                    d = d0 if axis == 0 else d2
                    if abs(d) < 1e-9:
                        continue
                    t = (room[side] - eye[axis]) / d
                    outward = d < 0.0 if side % 2 == 0 else d > 0.0
                    if outward and 0.0 < t < best:
                        best = t
                        n0 = (1.0 if side == 0 else -1.0) if axis == 0 else 0.0
                        n1 = 0.0
                        n2 = (1.0 if side == 2 else -1.0) if axis == 2 else 0.0
                        colour[:] = wall
                        y = eye[1] + t * d1
                        tone = 0.97 + 0.05 * _rough(1.3 * (eye[0] + t * d0), 1.3 * y + eye[2] + t * d2)
                        if 0.0 <= y < 0.09:
                            tone = 0.80 if y > 0.083 else 1.08
                for k in range(boxes.shape[0]):
                    enter, leave = 0.0, 1e9
                    face = -1
                    for axis in range(3):
                        d = d0 if axis == 0 else (d1 if axis == 1 else d2)
                        if abs(d) < 1e-12:
                            if eye[axis] < boxes[k, axis] or eye[axis] > boxes[k, 3 + axis]:
                                leave = -1.0
                            continue
                        t0 = (boxes[k, axis] - eye[axis]) / d
                        t1 = (boxes[k, 3 + axis] - eye[axis]) / d
                        if t0 > t1:
                            t0, t1 = t1, t0
                        if t0 > enter:
                            enter = t0
                            face = axis
                        leave = min(leave, t1)
                    if face >= 0 and enter < leave and enter < best:
                        best = enter
                        n0 = (-np.sign(d0)) if face == 0 else 0.0
                        n1 = (-np.sign(d1)) if face == 1 else 0.0
                        n2 = (-np.sign(d2)) if face == 2 else 0.0
                        colour[:] = boxes[k, 6:9]
                        x, z = eye[0] + enter * d0, eye[2] + enter * d2
                        tone = 0.97 + 0.06 * _rough(40.0 * x, 40.0 * z)
                x, y, z = eye[0] + best * d0, eye[1] + best * d1, eye[2] + best * d2
                if tone < 0.0:
                    tone = _floor_tone(kind, x, z)
                    # Corners of a room are darker than its middle.
                    edge = min(x - room[0], room[1] - x, z - room[2], room[3] - z)
                    tone *= 0.84 + 0.16 * min(max(edge / 0.5, 0.0), 1.0)
                base = ground + (sky - ground) * (0.5 + 0.5 * n1)
                facing = max(n0 * lamp[2, 0] + n1 * lamp[2, 1] + n2 * lamp[2, 2], 0.0) * direct
                total0 += (colour[0] * tone) ** 2 * (base + facing * tint[0])
                total1 += (colour[1] * tone) ** 2 * (base + facing * tint[1])
                total2 += (colour[2] * tone) ** 2 * (base + facing * tint[2])
                if s == 0 and best < 1e8:
                    near[j, i] = 1.0 / best
                    shade[j, i] = base / (base + facing)
                    for c in range(3):
                        lit[j, i, c] = lamp[c, 0] * x + lamp[c, 1] * y + lamp[c, 2] * z
            picture[j, i, 0] = np.uint8(min(np.sqrt(0.25 * total0), 255.0))
            picture[j, i, 1] = np.uint8(min(np.sqrt(0.25 * total1), 255.0))
            picture[j, i, 2] = np.uint8(min(np.sqrt(0.25 * total2), 255.0))
    return picture, near, shade, lit
