"""`coxa plan`: the programme for one person: on the terminal, on paper, in the calendar."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from coxa.care.programme import Profile, Programme


def plan_programme(
    profile: Annotated[
        Path, typer.Argument(metavar="PROFILE.json", help="Screening or answers, age, minutes, equipment, goal; - for a pipe.")
    ],
    pdf: Annotated[Path | None, typer.Option(metavar="F", help="Write the handout, with pictures and a diary, into this PDF.")] = None,
    ics: Annotated[Path | None, typer.Option(metavar="F", help="Write the planned days into this calendar file.")] = None,
    letter: Annotated[Path | None, typer.Option(metavar="F", help="Write a letter for a doctor or physiotherapist into this PDF.")] = None,
    at: Annotated[str | None, typer.Option(metavar="HH:MM,...", help="Times of the sessions in the calendar, such as 08:00,18:00.")] = None,
    zone: Annotated[str | None, typer.Option(metavar="ZONE", help="The calendar's, such as Europe/Berlin; else this machine's.")] = None,
    compact: Annotated[bool, typer.Option("--compact", help="The handout as a compact sheet in place of one page an exercise.")] = False,
    large: Annotated[bool, typer.Option("--large", help="The handout in large print.")] = False,
    overrides: Annotated[Path | None, typer.Option(metavar="FILE", help="A clinic's own thresholds, in TOML.")] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="The person's name, for the letter and the handout only.")] = "",
    language: Annotated[str | None, typer.Option(metavar="CODE", help="Language of the texts, such as de.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Plan the programme for one person, with the reason for each exercise."""
    from datetime import datetime

    from coxa import locales
    from coxa.care.planner import plan_for
    from coxa.care.thresholds import overridden_by
    from coxa.care.translate import translate
    from coxa.exchange.documents import named, read_json, read_profile, write_whole

    today = datetime.now().astimezone().date()
    with locales.speaking(language), overridden_by(overrides):
        person = read_profile(read_json(profile), named(profile), today)
        if ics is not None:
            times, zone_name = _times(at), _zone(zone)
        # planned in English, and said in the language spoken now
        programme = translate(plan_for(person))
        person = translate(person)
        # The files come first: what cannot be written is said before anything else is.
        files = []
        if programme.exercises and pdf is not None:
            _write_handout(pdf, person, programme, name=name, large=large, compact=compact)
            files.append(pdf)
        if programme.exercises and ics is not None:
            from coxa.exchange.calendar import calendar

            starts = programme.starts_on or today
            write_whole(ics, calendar(programme, starts, zone_name, times, stamp=datetime.now().astimezone(), person=name))
            files.append(ics)
        if letter is not None:
            from coxa.exchange.letter import letter as write_letter

            given = programme if programme.exercises else None
            write_whole(letter, write_letter(person.screening, today, name=name, age=person.age, programme=given))
            files.append(letter)
        if as_json:
            typer.echo(json.dumps(programme.model_dump(mode="json"), indent=2, ensure_ascii=False))
        else:
            from coxa.cli import care_page

            page = care_page.programme(programme) if programme.exercises else care_page.no_programme(person.screening, programme)
            care_page.show(page)
        for file in files:
            typer.echo(f"Written: {file}", err=as_json)
        if not programme.exercises and (pdf or ics):
            typer.echo("No handout and no calendar: there is no plan to put into them.", err=True)


def _write_handout(path: Path, person: Profile, programme: Programme, *, name: str, large: bool, compact: bool) -> None:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from coxa.exchange import handout as paper
    from coxa.exchange.documents import write_whole

    shown = Progress(SpinnerColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=True)
    with shown:
        task = shown.add_task("Drawing the exercises", total=None)
        drawn = paper.pictures(programme, on_each=lambda done: shown.update(task, description=f"Drawing {done}"))
        shown.update(task, description="Setting the pages")
        write_whole(path, paper.handout(programme, person.screening, drawn, name=name, large=large, compact=compact))


def _times(at: str | None) -> tuple[str, ...]:
    from coxa.exchange.calendar import read_times

    return read_times(at) if at is not None else ()


def _zone(zone: str | None) -> str:
    from coxa.exchange.calendar import check_zone, machine_zone

    return check_zone(zone) if zone is not None else machine_zone()
