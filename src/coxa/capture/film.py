"""Filming the simulated person: pictures of a simulation, and clips of them, for the real pose model to watch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.mesh import Body
from coxa.body.mannequin.raster import render
from coxa.body.mannequin.scene import Box, Scene
from coxa.capture.simulated import Simulation

Picture = npt.NDArray[np.uint8]
#: What is no higher lies under the person and hides nothing.
MAT_M = 0.05


def pictures(simulation: Simulation, *, seed: int = 0, mat: bool = True, furniture: Sequence[Box] = ()) -> Iterator[tuple[float, Picture]]:
    """The simulation as a camera in a room would film it.

    Parameters
    ----------
    simulation : Simulation
        Who moves, and where the camera stands.
    seed : int
        Chooses clothes, room and light.
    mat : bool
        Whether an exercise mat lies on the floor.
    furniture : sequence of Box
        What the person uses: a chair, a step.

    Yields
    ------
    (time_s, (h, w, 3) uint8 sRGB)
        One for each frame; none is kept.
    """
    rng = np.random.default_rng([seed, 77])
    body = Body.of(simulation.skeleton, int(rng.integers(1 << 20)))
    scene = Scene.of(int(rng.integers(1 << 20)), mat=mat)
    behind = tuple(box for box in scene.boxes if not _stands_between(box, simulation.camera))
    room = replace(scene, boxes=(*behind, *furniture)).backdrop(simulation.camera)
    posed = simulation.posed
    for k, time_s in enumerate(simulation.recording.time_s):
        points, normals = body.skin_normals(posed.origins[k], posed.rotations[k])
        yield (
            float(time_s),
            render(points, normals, body.triangles, body.colours, simulation.camera, room, scene.light, noise=scene.noise, frame=k),
        )


def _stands_between(box: Box, camera: Camera) -> bool:
    """Whether a piece of the room stands nearer to the camera than the person does; nobody films past a cupboard."""
    way = (np.array(camera.aim) - camera.position)[[0, 2]]
    reach = float(np.linalg.norm(way))
    corners = np.array([(x, z) for x in (box.low[0], box.high[0]) for z in (box.low[2], box.high[2])])
    along = (corners - camera.position[[0, 2]]) @ way / reach
    return bool(box.high[1] > MAT_M and along.max() > 0.0 and along.min() < reach)


def write_clip(simulation: Simulation, path: Path, *, seed: int = 0, mat: bool = True, furniture: Sequence[Box] = ()) -> Path:
    """Film the simulation into an H.264 clip; the file appears only when whole.

    Returns
    -------
    Path
        The clip's path.
    """
    import av

    part = path.with_name(f".{path.stem}.part{path.suffix}")
    rate = Fraction(simulation.recording.fps).limit_denominator(1001)
    try:
        with av.open(str(part), "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=rate, options={"crf": "20", "preset": "veryfast"})
            stream.width, stream.height = simulation.camera.width, simulation.camera.height
            stream.pix_fmt = "yuv420p"
            for _, picture in pictures(simulation, seed=seed, mat=mat, furniture=furniture):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path
