"""Compiling ahead: ``python -m coxa.motion.warm`` compiles and caches what an analysis needs, so that nobody waits for it later.

Numba's caches notice a change of a function's own file, not of a file whose functions it calls. So the caches carry a digest
of every source they may have been made from; where it differs, they are removed before anything is compiled.
"""

from __future__ import annotations

import compileall
import hashlib
import sys
import time
from collections.abc import Callable, Iterable
from importlib.util import cache_from_source
from pathlib import Path

import numpy as np

import coxa
from coxa.body import Recording, mannequin, posture, signals
from coxa.body.landmarks import COUNT
from coxa.body.mannequin import mesh, raster, scene, solver
from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.skeleton import SEGMENTS, Build, Skeleton
from coxa.exercises import catalogue
from coxa.motion import count_repetitions, evidence, repetitions, step, tracker
from coxa.motion.watch import Watcher, trace_set

#: Holds the digest, beside the caches.
MARK = "compiled-from.sha256"
COMPILED = (posture, signals, mesh, raster, scene, solver, evidence, repetitions, step, tracker)
#: One exercise of the nearer leg, one of each leg by itself: the second follows two tracks.
EXERCISES = ("side-lying-abduction", "standing-abduction")


def main() -> int:
    """Remove stale caches, compile, and say what is being done."""
    removed = sum(drop_stale(folder, digest(sources())) for folder in cache_folders())
    if removed:
        print(f"  removed {removed} cached files that older sources had left", flush=True)
    parts: tuple[tuple[str, Callable[[], object]], ...] = (
        ("watching a set, frame by frame and whole", watch_sets),
        ("counting repetitions in any signal", count),
        ("fitted faults", judge),
        ("the simulated person's picture", draw),
        ("Python files", store_bytecode),
    )
    for number, (what, act) in enumerate(parts, 1):
        started = time.monotonic()
        print(f"  {number} of {len(parts)}: {what} ", end="", flush=True)
        act()
        print(f"({time.monotonic() - started:.0f} s)", flush=True)
    return 0


def sources() -> list[Path]:
    """Every source file whose compiled code may lie in the caches."""
    folders = (Path(step.__file__).parent, Path(signals.__file__).parent, Path(mannequin.__file__).parent)
    return sorted(path for folder in folders for path in folder.glob("*.py"))


def digest(files: Iterable[Path]) -> str:
    """One digest over the contents of files."""
    total = hashlib.sha256()
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def cache_folders() -> list[Path]:
    """Where Numba keeps the compiled code of coxa's functions: beside the sources, unless that cannot be written."""
    functions = [value for module in COMPILED for value in vars(module).values() if hasattr(value, "py_func")]
    return sorted({Path(function.stats.cache_path) for function in functions})


def drop_stale(folder: Path, mark: str) -> int:
    """Remove the caches in a folder that other sources have left; how many files went.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    mark : str
        The digest of the sources as they are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / MARK
    if note.is_file() and note.read_text() == mark:
        return 0
    stale = [path for path in folder.iterdir() if path.suffix in (".nbi", ".nbc")]
    for path in stale:
        path.unlink(missing_ok=True)
    # Last: were the removal interrupted, it would begin again.
    note.write_text(mark)
    return len(stale)


def watch_sets() -> None:
    """Compile the live and the batch path."""
    for exercise in EXERCISES:
        watch(exercise)


def watch(exercise: str) -> None:
    """Compile the live and the batch path for one exercise, on frames that show nobody."""
    frames = 3
    points = np.zeros((frames, COUNT, 3), np.float32)
    unseen = np.zeros((frames, COUNT), np.float32)
    recording = Recording(np.arange(frames) / 30.0, points, points, unseen, 640, 480, 30.0)
    watcher = Watcher(exercise, 640, 480)
    watcher.watch(recording)
    watcher.push(1.0, points[0], points[0], unseen[0])
    watcher.result()
    trace_set(recording, exercise)
    signals.trace(recording, "knee_flexion")


def count() -> None:
    """Compile the counter for any signal."""
    time_s = np.arange(0, 8, 1 / 30)
    count_repetitions(1.0 - np.cos(2.0 * np.pi * time_s / 4.0), time_s)


def judge() -> None:
    """Compile what estimates a fitted fault."""
    for id in catalogue.ids():
        coaching = catalogue.load(id).coaching
        for rule in coaching.faults if coaching else ():
            model = evidence.load_model(rule.fault, id)
            if model is not None:
                model.estimate(np.zeros(step.SNAPSHOT), np.zeros(step.SNAPSHOT), "left")
                return


def draw() -> None:
    """Compile the renderer with one small picture."""
    body = mesh.Body.of(Skeleton.of(Build(1.70)), 1)
    joints = np.stack([body.skeleton.rest_joints[name] for name in SEGMENTS])
    points, normals = body.skin_normals(joints, np.tile(np.eye(3), (len(SEGMENTS), 1, 1)))
    camera = Camera(height_m=0.75, distance_m=2.3, width=64, height=48).framing(points, 0.08)
    room = scene.Scene.of(3)
    raster.render(points, normals, body.triangles, body.colours, camera, room.backdrop(camera), room.light, noise=room.noise)


def store_bytecode() -> None:
    """Keep the bytecode of coxa and of what it has loaded, also where Python was told not to write it by itself."""
    compileall.compile_dir(Path(coxa.__file__).parent, quiet=2)
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and file.endswith(".py") and not Path(cache_from_source(file)).exists():
            compileall.compile_file(file, quiet=2)


if __name__ == "__main__":
    raise SystemExit(main())
