"""`coxa evidence`: every rule and threshold with its source and review state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def show_evidence(
    overrides: Annotated[Path | None, typer.Option(metavar="FILE", help="A clinic's own thresholds, in TOML; shown as overridden.")] = None,
    every: Annotated[bool, typer.Option("--all", help="With every number of the planner and of each exercise.")] = False,
    language: Annotated[str | None, typer.Option(metavar="CODE", help="Language of the texts, such as de.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Show what coxa decides by: rules and numbers, where each comes from, and whether a clinician has reviewed it."""
    from coxa import locales
    from coxa.exchange.evidence import evidence

    with locales.speaking(language):
        found = evidence(overrides)
        if as_json:
            document = {"schema": "coxa.evidence/1", "evidence": [entry.to_json() for entry in found]}
            typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
            return
        from coxa.cli import care_page

        care_page.show(care_page.evidence(found, every=every))
