"""`coxa exercises draw`: the pictures and animations of an exercise, or of all of them, as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from coxa.exercises.drawing.picture import Picture

KINDS = ("stills", "mistakes", "animation", "model", "camera")


def draw_exercises(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The exercise's id, such as bridge.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder that the pictures go into.")] = Path("pictures"),
    every: Annotated[bool, typer.Option("--all", help="Draw the whole catalogue.")] = False,
    side: Annotated[str, typer.Option(metavar="left|right", help="The side that works.")] = "left",
    build: Annotated[str, typer.Option(metavar="slim|average|heavy", help="The build of the person drawn.")] = "average",
    only: Annotated[str | None, typer.Option(metavar="KIND", help=f"One kind of picture: {', '.join(KINDS)}.")] = None,
) -> None:
    """Draw an exercise: its positions, its mistakes, an animation, and where the camera stands; with alternative texts."""
    from coxa.errors import BadInput
    from coxa.exercises import catalogue

    if (id is None) == (not every):
        raise BadInput("exercises draw: expected an exercise's id or --all, got " + ("neither" if id is None else "both") + "; give one")
    if side not in ("left", "right"):
        raise BadInput(f"--side: expected left or right, got {side!r}")
    if build not in ("slim", "average", "heavy"):
        raise BadInput(f"--build: expected slim, average or heavy, got {build!r}")
    if only is not None and only not in KINDS:
        raise BadInput(f"--only: expected {', '.join(KINDS[:-1])} or {KINDS[-1]}, got {only!r}")
    if out.exists() and not out.is_dir():
        raise BadInput(f"--out: expected a folder, got the file {out}; name another")

    from coxa.exercises.drawing.stills import Person

    person = Person(side, build)  # type: ignore[arg-type]
    exercises = catalogue.all_exercises() if every else (catalogue.load(id or ""),)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"--out: cannot make the folder {out}: {error.strerror}; name another") from error
    listed = out / "alternative-texts.json"
    texts = _known(listed)
    count = 0
    without = []
    for exercise in exercises:
        if exercise.movement is None and every:
            without.append(exercise.id)
            continue
        pictures = _pictures(exercise.id, person, only)
        for picture in pictures:
            _write(out / picture.name, picture.data)
            texts[picture.name] = picture.alt
        count += len(pictures)
        typer.echo(f"{exercise.id}: {', '.join(p.name for p in pictures) or 'nothing to draw of this kind'}")
    _write(listed, (json.dumps(texts, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode())
    typer.echo(f"{count} pictures in {out}; what they show, in words: {listed.name}")
    if without:
        typer.echo(f"Not drawn, because no key poses are written yet: {', '.join(without)}", err=True)


def _pictures(id: str, person: object, only: str | None) -> list[Picture]:
    from coxa.exercises import catalogue
    from coxa.exercises.drawing import loop, model3d, placement, stills

    exercise = catalogue.load(id)
    assert isinstance(person, stills.Person)
    pictures: list[Picture] = []
    if only in (None, "stills"):
        pictures.append(stills.positions(exercise, person))
    if only in (None, "mistakes"):
        pictures += stills.mistakes(exercise, person)
    if only in (None, "animation"):
        pictures.append(loop.animate(exercise, person))
    if only in (None, "model"):
        pictures.append(model3d.animate(exercise, person))
    if only in (None, "camera") and exercise.coaching is not None:
        pictures.append(placement.place_camera(exercise, person))
    return pictures


def _known(listed: Path) -> dict[str, str]:
    """The texts of pictures that were drawn into the folder before."""
    from coxa.errors import BadInput

    if not listed.exists():
        return {}
    try:
        known = json.loads(listed.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{listed}: expected JSON, but {' '.join(str(error).split())}; remove it or name another folder") from error
    if not isinstance(known, dict):
        raise BadInput(
            f"{listed}: expected JSON with a text for each picture, got a {type(known).__name__}; remove it or name another folder"
        )
    return known


def _write(path: Path, data: bytes) -> None:
    """Write a file that appears only when whole."""
    from coxa.errors import BadInput

    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadInput(f"--out: cannot write {path}: {error.strerror}; free some space or name another folder") from error
