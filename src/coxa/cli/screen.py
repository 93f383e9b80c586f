"""`coxa screen`: whether exercise is safe to start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def screen_answers(
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS.json", help="Answers, or a FHIR QuestionnaireResponse; - for a pipe.")],
    language: Annotated[str | None, typer.Option(metavar="CODE", help="Language of the texts, such as de.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Say whether exercise is safe to start, and what to do now."""
    from coxa import locales
    from coxa.care.translate import translate
    from coxa.exchange.documents import named, read_json, read_screening

    with locales.speaking(language):
        result = translate(read_screening(read_json(answers), named(answers)))
        if as_json:
            typer.echo(json.dumps(result.model_dump(mode="json"), indent=2, ensure_ascii=False))
            return
        from coxa.cli import care_page

        care_page.show(care_page.screening(result))
