"""How long one frame of the rendered mannequin takes: coxa's renderer against a painter in plain NumPy and against Matplotlib.

Run: ``python bench/raster.py``. One core, 640 x 480, the same body, pose and camera for all three.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.mesh import Body
from coxa.body.mannequin.raster import render
from coxa.body.mannequin.scene import Scene
from coxa.body.mannequin.skeleton import SEGMENTS, Build, Skeleton

Picture = np.ndarray


def painter(points: np.ndarray, triangles: np.ndarray, colours: np.ndarray, camera: Camera, ground: Picture) -> Picture:
    """Paint whole triangles from far to near, each filled with one flat tone: the plain way, without a z-buffer."""
    out = ground.copy()
    seen = camera.pixels(points)
    corners = seen[triangles]
    world = points[triangles]
    normal = np.cross(world[:, 1] - world[:, 0], world[:, 2] - world[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    tone = np.clip(0.45 + 0.5 * (normal @ np.array([0.4, 0.8, 0.45])), 0.2, 1.0)
    flat = colours[triangles].mean(axis=1) * tone[:, None]
    xy = corners[..., :2]
    a, b, c = xy[:, 0], xy[:, 1], xy[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    order = np.argsort(-corners[..., 2].mean(axis=1))
    for f in order[area[order] < 0]:
        x0, y0 = np.maximum(np.floor(xy[f].min(axis=0)).astype(int), 0)
        x1, y1 = np.ceil(xy[f].max(axis=0)).astype(int)
        y, x = np.mgrid[y0 : min(y1, camera.height), x0 : min(x1, camera.width)] + 0.5
        inside = np.ones(x.shape, dtype=bool)
        for p, q in ((a[f], b[f]), (b[f], c[f]), (c[f], a[f])):
            inside &= (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]) <= 0
        out[y0 : y0 + x.shape[0], x0 : x0 + x.shape[1]][inside] = flat[f]
    return out


def plotted(points: np.ndarray, triangles: np.ndarray, colours: np.ndarray) -> Picture:
    """Draw the same triangles with Matplotlib's Poly3DCollection."""
    figure = plt.figure(figsize=(6.4, 4.8), dpi=100)
    axes = figure.add_subplot(projection="3d")
    place = points[:, [0, 2, 1]]
    axes.add_collection3d(Poly3DCollection(place[triangles], facecolors=colours[triangles].mean(axis=1) / 255, linewidths=0))
    axes.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(0, 1.8))
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()
    plt.close(figure)
    return picture


def milliseconds(draw: Callable[[], object], times: int) -> tuple[float, float]:
    """Median and lowest processor time of one call, after one to warm up; a busy machine does not count against it."""
    draw()
    spent = []
    for _ in range(times):
        start = time.thread_time()
        draw()
        spent.append(time.thread_time() - start)
    return float(np.median(spent)) * 1e3, float(min(spent)) * 1e3


def main() -> None:
    """Print milliseconds a frame and ratios."""
    start = time.thread_time()
    body = Body.of(Skeleton.of(Build(1.70)), 1)
    build_s = time.thread_time() - start
    joints = np.stack([body.skeleton.rest_joints[name] for name in SEGMENTS])
    turns = np.tile(np.eye(3), (len(SEGMENTS), 1, 1))
    points, _ = body.skin_normals(joints, turns)
    camera = Camera(height_m=0.75, distance_m=2.3, azimuth_deg=20.0).framing(points, 0.08)
    room = Scene.of(3)
    empty = room.backdrop(camera)
    print(
        f"body: {len(body.rest)} points, {len(body.triangles)} triangles, built in {build_s:.1f} s; frame {camera.width} x {camera.height}"
    )

    def ours() -> Picture:
        p, n = body.skin_normals(joints, turns)
        return render(p, n, body.triangles, body.colours, camera, empty, room.light, noise=room.noise)

    rows = [
        ("skin alone", milliseconds(lambda: body.skin_normals(joints, turns), 50)),
        ("coxa: skin, z-buffer x4, shadow, grain", milliseconds(ours, 50)),
        (
            "NumPy painter, flat, no shadow",
            milliseconds(lambda: painter(points, body.triangles, body.colours, camera, empty.picture), 3),
        ),
        ("Matplotlib Poly3DCollection", milliseconds(lambda: plotted(points, body.triangles, body.colours), 3)),
    ]
    base = rows[1][1][0]
    print(f"{'a frame':42s} {'median ms':>10s} {'lowest ms':>10s} {'ratio':>8s}")
    for name, (median, lowest) in rows:
        print(f"{name:42s} {median:10.2f} {lowest:10.2f} {median / base:8.1f}")


if __name__ == "__main__":
    main()
