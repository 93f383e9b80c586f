"""Pictures of the exercises as files: drawn by set-up, else when first asked for and kept; served with what browsers may keep."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
import multiprocessing
import multiprocessing.process
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from starlette.requests import Request
from starlette.responses import Response

from coxa import locales
from coxa.errors import BadInput
from coxa.exercises import catalogue

Kind = Literal["still", "loop", "camera", "figure"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Leg = Literal["left", "right"]
#: An SVG may style itself and nothing else: it is shown as a picture and loads nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
#: What set-up has drawn, and the list of it, which is written last.
DRAWN = Path(__file__).parent / "drawn"
LIST = "list.txt"
#: Drawing keeps a processor busy, so one picture is drawn at a time, and none of it on the event loop.
_PEN = ThreadPoolExecutor(max_workers=1, thread_name_prefix="coxa-pen")


@dataclass(frozen=True)
class Wanted:
    """One picture: of which exercise, of which kind, with which side working, with which mistake, in which language."""

    exercise: str
    kind: Kind
    side: Leg = "left"
    mistake: str | None = None
    language: str = locales.SOURCE

    @property
    def media_type(self) -> str:
        """What the file is."""
        return "model/gltf-binary" if self.kind == "figure" else "image/svg+xml"

    def exists(self) -> bool:
        """Whether there is such a picture at all; nothing is drawn to find out."""
        if self.exercise not in catalogue.ids():
            return False
        exercise = catalogue.load(self.exercise, locales.SOURCE)
        if exercise.movement is None or (self.kind == "camera" and exercise.coaching is None):
            return False
        if self.mistake is not None:
            return self.kind in ("still", "figure") and self.mistake in exercise.movement.faults
        return True

    @property
    def name(self) -> str:
        """The file's name: it changes with the exercise's words and movement, and with the code that draws."""
        exercise = catalogue.load(self.exercise, self.language)
        what = f"{exercise.model_dump_json()}|{self.kind}|{self.side}|{self.mistake}|{_code()}"
        ending = "glb.gz" if self.kind == "figure" else "svg.gz"
        return f"{self.exercise}.{self.kind}.{hashlib.sha256(what.encode()).hexdigest()[:20]}.{ending}"


@cache
def _code() -> str:
    """A digest of the code that draws."""
    import coxa.body.mannequin
    import coxa.exercises.drawing

    digest = hashlib.sha256()
    for package in (coxa.exercises.drawing, coxa.body.mannequin):
        for folder in package.__path__:
            for path in sorted(Path(folder).rglob("*.py")):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def draw(wanted: Wanted) -> bytes:
    """Draw one picture; takes up to a second.

    Parameters
    ----------
    wanted : Wanted
        One that exists.
    """
    from coxa.exercises.drawing import loop, model3d, placement, stills

    with locales.speaking(wanted.language):
        exercise = catalogue.load(wanted.exercise)
        person = stills.Person(wanted.side)
        if wanted.kind == "figure":
            return model3d.animate(exercise, person, fault=wanted.mistake).data
        if wanted.kind == "loop":
            return loop.animate(exercise, person).data
        if wanted.kind == "camera":
            return placement.place_camera(exercise, person).data
        if wanted.mistake is None:
            return stills.positions(exercise, person).data
        found = next(p for p in stills.mistakes(exercise, person) if p.name == f"{exercise.id}.{wanted.mistake}.svg")
        return found.data


def pages_ask_for() -> Iterator[Wanted]:
    """Every picture that a page asks for by itself, the first pages' first.

    An exercise of both legs is the same on either side. Where the words in a picture are read, there is one in each language.
    """
    found = [catalogue.load(id, locales.SOURCE) for id in catalogue.ids()]
    found = [exercise for exercise in found if exercise.movement is not None]
    sided: list[tuple[str, Leg]] = [(e.id, "left") for e in found] + [(e.id, "right") for e in found if e.side == "one"]
    coached = {exercise.id for exercise in found if exercise.coaching is not None}
    everywhere: tuple[Kind, ...] = ("loop", "still", "figure")
    for kind in everywhere:
        yield from (Wanted(id, kind, side) for id, side in sided)
    for language in locales.available():
        yield from (Wanted(id, "camera", side, None, language) for id, side in sided if id in coached)
        if language != locales.SOURCE:
            # On paper a picture's own words stand for it.
            yield from (Wanted(id, "still", side, None, language) for id, side in sided)
    for exercise in found:
        for fault in dict.fromkeys(mistake.fault for mistake in exercise.mistakes):
            if fault and exercise.movement is not None and fault in exercise.movement.faults:
                yield Wanted(exercise.id, "still", mistake=fault)


class Pictures:
    """The pictures of one data folder, and before them those that set-up has drawn.

    Parameters
    ----------
    folder : Path
        Where those are kept that set-up has not drawn; made when the first one is.
    drawn : Path, optional
        Where set-up's are; nothing is written there.
    """

    def __init__(self, folder: Path, drawn: Path | None = None) -> None:
        self.folder = folder
        self.drawn = DRAWN if drawn is None else drawn
        self._busy: dict[str, asyncio.Lock] = {}

    def find(self, name: str) -> Path | None:
        """The file of a picture by its name; None where it is not drawn yet."""
        return next((path for path in (self.drawn / name, self.folder / name) if path.exists()), None)

    async def packed(self, wanted: Wanted) -> bytes:
        """A picture, packed with gzip; drawn now if it is not there yet, and then once however many ask.

        Raises
        ------
        BadInput
            If the folder cannot be written.
        """
        loop = asyncio.get_running_loop()
        name = wanted.name
        path = self.find(name)
        if path is None:
            async with self._busy.setdefault(name, asyncio.Lock()):
                path = self.find(name)
                if path is None:
                    path = await loop.run_in_executor(_PEN, self.keep, wanted)
            self._busy.pop(name, None)
        return path.read_bytes()

    def keep(self, wanted: Wanted) -> Path:
        """Draw a picture and write its file.

        Raises
        ------
        BadInput
            If the folder cannot be written.
        """
        path, data = self.folder / wanted.name, draw(wanted)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, gzip.compress(data, 8, mtime=0))
        except OSError as error:
            raise BadInput(
                f"{self.folder}: expected a folder that can be written, got {error.strerror}; set COXA_DATA to another"
            ) from error
        return path

    def missing(self) -> list[Wanted]:
        """What a page would have to wait for."""
        return [wanted for wanted in pages_ask_for() if self.find(wanted.name) is None]


def warm(folder: Path) -> multiprocessing.process.BaseProcess | None:
    """Draw what is not there yet, beside the server and behind everything else, so that nobody waits for a first picture.

    Parameters
    ----------
    folder : Path
        Of a `Pictures`.

    Returns
    -------
    multiprocessing.process.BaseProcess or None
        It ends by itself, with the server at the latest. None where all is there, as set-up leaves it.
    """
    if not Pictures(folder).missing():
        return None
    process = multiprocessing.get_context("spawn").Process(target=_draw_missing, args=(folder,), daemon=True)
    process.start()
    return process


def _draw_missing(folder: Path) -> None:
    # The server ends it; a Ctrl-C is not its own.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(AttributeError, OSError):  # Windows knows no niceness
        os.nice(15)
    pictures, server = Pictures(folder), multiprocessing.parent_process()
    for wanted in pictures.missing():
        if server is not None and not server.is_alive():
            return
        if pictures.find(wanted.name) is None:
            pictures.keep(wanted)


def _write(path: Path, data: bytes) -> None:
    """Write a file that appears only when whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)


async def answer(request: Request, pictures: Pictures, wanted: Wanted) -> Response:
    """The picture as a response: packed where the browser takes that, and nothing where it has it already."""
    tag = f'"{wanted.name.removesuffix(".gz")}"'
    headers = {
        "ETag": tag,
        # Its address does not change with its content; within a visit it does not either.
        "Cache-Control": "private, max-age=3600",
        "Vary": "Accept-Encoding, Cookie, Accept-Language",
        "Content-Security-Policy": POLICY,
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    data = await pictures.packed(wanted)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        data = gzip.decompress(data)
    return Response(data, media_type=wanted.media_type, headers=headers)
