"""`coxa exercises`: find exercises, show one in full, and check a clinic's own files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coxa.cli.draw import draw_exercises

if TYPE_CHECKING:
    from rich.console import Console

    from coxa.exercises.model import Exercise
    from coxa.exercises.search import Wanted

app = typer.Typer(name="exercises", help="What coxa knows about each exercise.", no_args_is_help=True)

app.command("draw")(draw_exercises)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Language = Annotated[str | None, typer.Option(metavar="CODE", help="Language of the texts, such as de.")]


@app.command("list")
def list_exercises(
    text: Annotated[list[str] | None, typer.Argument(metavar="[WORDS]...", help="Words in the id, a name or what it is for.")] = None,
    position: Annotated[str, typer.Option(metavar="P", help="How it starts, such as side-lying; or lying, kneeling, floor.")] = "",
    purpose: Annotated[str, typer.Option(metavar="P", help="mobility, stretch, control, strength, balance or test.")] = "",
    muscle: Annotated[str, typer.Option(metavar="M", help="A muscle it works, such as 'gluteus medius'.")] = "",
    region: Annotated[str, typer.Option(metavar="R", help="Not ruled out by pain at: front, outer, buttock, thigh, knee, back.")] = "",
    equipment: Annotated[str, typer.Option(metavar="E", help="What it uses, such as band; none for nothing but the floor.")] = "",
    source: Annotated[str, typer.Option(metavar="S", help="A source that has it, such as S004.")] = "",
    level: Annotated[str, typer.Option(metavar="N", help="How hard, from 1 to 5: one, such as 2, or a span, such as 1-3.")] = "",
    language: Language = None,
    as_json: Json = False,
) -> None:
    """List the exercises that have all of what you ask for."""
    from coxa import locales
    from coxa.exercises.search import Wanted, choose

    wanted = Wanted(" ".join(text or ()), position, purpose, muscle, region, equipment, source, level)
    with locales.speaking(language):
        exercises = choose(wanted)
        if as_json:
            _print_json([_summary(exercise) for exercise in exercises])
        else:
            _print_list(exercises, wanted)


@app.command("show")
def show_exercise(
    id: Annotated[str, typer.Argument(metavar="ID", help="The exercise's id, such as bridge.")],
    evidence: Annotated[bool, typer.Option("--evidence", help="Every number with its source and review state.")] = False,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Show one exercise: steps, doses, mistakes, cautions, and how a camera follows it."""
    from coxa import locales
    from coxa.exercises import catalogue

    with locales.speaking(language):
        exercise = catalogue.load(id)
        if evidence:
            from coxa.exercises.evidence import claims

            if as_json:
                _print_json({"exercise": id, "evidence": [claim.to_json() for claim in claims(exercise)]})
                return
        elif as_json:
            _print_json(exercise.model_dump(mode="json"))
            return
        from coxa.cli import page

        console = _console()
        for part in page.evidence(exercise) if evidence else page.exercise(exercise):
            console.print(part)


@app.command("check")
def check_exercises(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Exercises' own files, in TOML.")],
    as_json: Json = False,
) -> None:
    """Check a clinic's own exercises: every problem on its own line, and exit code 2 if there is one."""
    from typing import get_args

    from coxa.exercises.check import check_files
    from coxa.motion.result import FaultId

    checked = check_files(files, get_args(FaultId))
    if as_json:
        _print_json([
            {
                "file": str(file.path),
                "problems": [{"key": p.key, "says": p.says} for p in file.problems],
                "hints": [{"key": h.key, "says": h.says} for h in file.hints],
            }
            for file in checked
        ])  # fmt: skip
    else:
        for file in checked:
            for problem in file.problems:
                typer.echo(f"{file.path}: {problem}", err=True)
            for hint in file.hints:
                typer.echo(f"{file.path}: hint: {hint}", err=True)
            if not file.problems:
                typer.echo(f"{file.path}: in order")
    if any(file.problems for file in checked):
        raise typer.Exit(2)


def _print_list(exercises: tuple[Exercise, ...], wanted: Wanted) -> None:
    from dataclasses import replace

    from rich import box
    from rich.table import Table

    from coxa.exercises.search import choose
    from coxa.exercises.words import POSTURES, PURPOSES

    console = _console()
    # On a narrow terminal the name stands under the id.
    wide = console.width >= 100
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    longest = max((len(e.id) for e in exercises), default=0)
    table.add_column("Id" if wide else "Exercise", min_width=longest if console.width >= longest + 40 else None, overflow="fold")
    for heading in ["Exercise", "Start", "For"] if wide else ["Start", "For"]:
        table.add_column(heading)
    table.add_column("Level", no_wrap=True)
    if wide:
        table.add_column("Followed by")
    for e in exercises:
        called = f"{e.name} (with a clinician only)" if e.clinician_only else e.name
        first = [f"[bold]{e.id}[/bold]", called] if wide else [f"[bold]{e.id}[/bold]\n{called}"]
        level = "●" * e.level + "○" * (5 - e.level)
        last = [e.guided_by] if wide else []
        table.add_row(*first, POSTURES[e.posture], ", ".join(PURPOSES[p] for p in e.purpose), level, *last)
    if exercises:
        console.print(table)
        count = f"{len(exercises)} exercise{'s' if len(exercises) > 1 else ''}."
        console.print(f"{count} coxa exercises show ID tells you all about one of them.", style="dim")
    else:
        console.print("No exercise has all of that; ask for less.")
    if wanted.region and (out := [e.id for e in choose(replace(wanted, region="")) if e not in exercises]):
        console.print(f"Left out, as pain there rules it out: {', '.join(out)}.", style="dim")


def _summary(e: Exercise) -> dict[str, Any]:
    keys = {
        "id", "name", "aliases", "position", "posture", "side", "purpose", "muscles", "level", "clinician_only", "guided_by", "easier",
        "harder", "sources",
    }  # fmt: skip
    views = list(e.coaching.views) if e.coaching else []
    return {**e.model_dump(mode="json", include=keys), "equipment": [x.name for x in e.equipment], "views": views, **_trust(e)}


def _trust(e: Exercise) -> dict[str, bool | None]:
    """Whether the camera followed others than coxa's own people; null where it follows nobody."""
    return {"confirmed": e.coaching.confirmed if e.coaching else None}


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)
