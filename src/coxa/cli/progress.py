"""`coxa progress`: the next step, from the diary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def review_progress(
    history: Annotated[Path, typer.Argument(metavar="HISTORY.json", help="The profile, the programme and the diary; - for a pipe.")],
    letter: Annotated[Path | None, typer.Option(metavar="F", help="Write a letter for a doctor or physiotherapist into this PDF.")] = None,
    overrides: Annotated[Path | None, typer.Option(metavar="FILE", help="A clinic's own thresholds, in TOML.")] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="The person's name, for the letter only.")] = "",
    language: Annotated[str | None, typer.Option(metavar="CODE", help="Language of the texts, such as de.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Say how it is going and what the next step is, for each exercise, with reasons."""
    from coxa import locales
    from coxa.care import progression
    from coxa.care.thresholds import overridden_by
    from coxa.care.translate import translate
    from coxa.exchange.documents import named, read_history, read_json, write_whole

    with locales.speaking(language), overridden_by(overrides):
        diary = read_history(read_json(history), named(history))
        review = translate(progression.review(diary))
        diary = translate(diary)
        if letter is not None:
            from coxa.exchange.letter import letter as write_letter

            profile = diary.profile
            write_whole(
                letter,
                write_letter(
                    profile.screening, diary.today, name=name, age=profile.age, programme=diary.programme, history=diary, review=review
                ),
            )
        if as_json:
            typer.echo(json.dumps(review.model_dump(mode="json"), indent=2, ensure_ascii=False))
        else:
            from coxa.cli import care_page

            care_page.show(care_page.review(review, diary))
        if letter is not None:
            typer.echo(f"Written: {letter}", err=as_json)
