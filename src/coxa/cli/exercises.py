"""`coxa exercises`: list the catalogue, or show one exercise in full."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from coxa.exercises.coaching import FaultRule
    from coxa.exercises.model import Block, Caution, Exercise

app = typer.Typer(name="exercises", help="What coxa knows about each exercise.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command("list")
def list_exercises(as_json: Json = False) -> None:
    """List the exercises of the catalogue."""
    from coxa.exercises import catalogue

    exercises = catalogue.all_exercises()
    if as_json:
        _print_json([_summary(exercise) for exercise in exercises])
        return
    from rich import box
    from rich.table import Table

    table = Table("Id", "Exercise", "How you start", "For", "Level", "Followed by", box=box.SIMPLE_HEAD, title="Exercises")
    for e in exercises:
        name = f"{e.name} (with a clinician only)" if e.clinician_only else e.name
        table.add_row(f"[bold]{e.id}[/bold]", name, e.position, ", ".join(e.purpose), "●" * e.level + "○" * (5 - e.level), e.guided_by)
    console = _console()
    console.print(table)
    console.print("coxa exercises show ID tells you all about one of them.", style="dim")


@app.command("show")
def show_exercise(
    id: Annotated[str, typer.Argument(metavar="ID", help="The exercise's id, such as bridge.")],
    as_json: Json = False,
) -> None:
    """Show one exercise: steps, doses, mistakes, cautions, and how a camera follows it."""
    from coxa.exercises import catalogue

    exercise = catalogue.load(id)
    if as_json:
        _print_json(exercise.model_dump(mode="json"))
        return
    console = _console()
    for part in _page(exercise):
        console.print(part)


def _page(e: Exercise) -> list[RenderableType]:
    """The parts of an exercise's page, from what to do first to how it is measured last."""
    from rich import box
    from rich.markup import escape
    from rich.padding import Padding
    from rich.panel import Panel
    from rich.table import Table

    from coxa.exercises.words import describe_dose, describe_number, describe_whom

    def heading(text: str) -> str:
        return f"\n[bold cyan]{text}[/bold cyan]"

    def care(item: Caution | Block, text: str) -> str:
        who = describe_whom(item)
        return f"{who}: {text} ({item.source})" if who else f"{text} ({item.source})"

    def bullets(texts: list[str]) -> list[RenderableType]:
        grid = Table.grid(padding=(0, 1))
        for text in texts:
            grid.add_row(" •", escape(text))
        return [grid]

    parts: list[RenderableType] = [Panel(f"[bold]{e.name}[/bold]   [dim]{e.id}[/dim]\n{e.why}", box=box.ROUNDED, expand=False)]
    if e.clinician_only:
        parts.append("[yellow]Only with a clinician's guidance.[/yellow]")
    facts = Table.grid(padding=(0, 2))
    facts.add_row("Also called", ", ".join(e.aliases))
    facts.add_row("Start", e.position)
    facts.add_row("You need", "; ".join(f"{x.name}{'' if x.needed else ' (optional)'}: {x.at_home}" for x in e.equipment) or "nothing")
    facts.add_row("Trains", ", ".join(e.muscles))
    facts.add_row("Level", f"{e.level} of 5")
    parts.append(facts)

    parts.append(heading("How to do it"))
    steps = Table.grid(padding=(0, 1))
    for number, step in enumerate(e.steps, start=1):
        steps.add_row(f" {number}.", escape(step))
    parts += [steps, Padding(f"[bold]What you should feel:[/bold] {escape(e.feel)}", (1, 1, 0, 1))]
    parts += [heading("Tips"), *bullets(list(e.tips))]
    parts += [heading("In daily life"), Padding(escape(e.daily_life), (0, 1))]

    doses = Table("Source", "Dose", "Note", box=box.SIMPLE_HEAD)
    for dose in e.doses:
        doses.add_row(dose.source, describe_dose(dose), dose.note)
    parts += [heading("How much, as each source says"), doses]

    mistakes = Table("Mistake", "Why it matters", "What to do instead", "Source", box=box.SIMPLE_HEAD, show_lines=False)
    for mistake in e.mistakes:
        mistakes.add_row(f"[bold]{escape(mistake.name)}[/bold]", mistake.why, mistake.fix, mistake.source)
    parts += [heading("Common mistakes"), mistakes]

    if e.cautions:
        parts += [heading("Take care"), *bullets([care(x, f"{x.text} {x.reason}") for x in e.cautions])]
    if e.blocks:
        parts += [heading("Not for you at present, if"), *bullets([care(x, x.reason) for x in e.blocks])]
    if e.prerequisites:
        first = [
            f"{x.exercise} for {describe_number(x.least)} on each side; from age 70 {describe_number(x.least_from_age_70)}, with support."
            for x in e.prerequisites
        ]
        parts += [heading("First"), *bullets([f"{text} {x.reason}" for text, x in zip(first, e.prerequisites, strict=True)])]
    ways = [f"{v.change.capitalize()}: {v.name}. {v.how} ({v.source})" for v in e.variations]
    ways += [f"Easier exercise: {id}" for id in e.easier] + [f"Harder exercise: {id}" for id in e.harder]
    if ways:
        parts += [heading("Easier and harder"), *bullets(ways)]

    if e.coaching is None:
        parts += [heading("Without a camera"), Padding(escape(e.why_no_camera), (0, 1))]
        return parts
    parts += [heading("With a camera"), Padding(escape(e.coaching.camera), (0, 1))]
    faults = Table("Fault", "Amber", "Red", "From which view", "If the camera cannot judge it", box=box.SIMPLE_HEAD)
    for rule in e.coaching.faults:
        faults.add_row(f"[bold]{rule.fault}[/bold]", *_limits(rule), _views(rule), escape(rule.self_check))
    parts.append(faults)
    return parts


def _limits(rule: FaultRule) -> list[str]:
    from coxa.exercises.words import describe_number

    return [f"{describe_number(limit)} ({limit.source})" if limit else "–" for limit in (rule.amber, rule.red)]


def _views(rule: FaultRule) -> str:
    words = {"judged": "judged", "not_tested": "not tested", "view": "cannot show it"}
    return ", ".join(f"{view}: {words[how]}" for view, how in rule.views.items()) or "cannot be seen"


def _summary(e: Exercise) -> dict[str, Any]:
    keys = {"id", "name", "aliases", "position", "posture", "side", "purpose", "level", "clinician_only", "guided_by", "easier", "harder"}
    return {**e.model_dump(mode="json", include=keys), "views": list(e.coaching.views) if e.coaching else []}


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _console() -> Console:
    from rich.console import Console

    return Console()
