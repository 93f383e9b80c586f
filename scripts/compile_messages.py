"""Compile what translators wrote: every `.po` of a language into its one `coxa.mo`.

Set-up, `make messages` and the wheel's build run this file.
"""

from __future__ import annotations

import io
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent.parent / "src" / "coxa" / "locales"


def languages(locales: Path = LOCALES) -> list[Path]:
    """The folders of the languages that have words."""
    return sorted(path.parent for path in locales.glob("*/words.po"))


def compile_language(folder: Path) -> bytes:
    """All words of one language as the content of a `.mo` file; what is empty or still marked fuzzy is left out."""
    # a fixed date, so that the same words give the same file
    dated = datetime(2026, 1, 1, tzinfo=UTC)
    together = Catalog(locale=folder.name, fuzzy=False, creation_date=dated, revision_date=dated)
    for path in [*sorted(folder.glob("*.po")), *sorted(folder.glob("exercises/*.po"))]:
        with path.open("rb") as file:
            for message in read_po(file, locale=folder.name):
                if message.id and message.string and not message.fuzzy:
                    together.add(message.id, message.string, context=message.context)
    compiled = io.BytesIO()
    write_mo(compiled, together)
    return compiled.getvalue()


def compile_all(locales: Path = LOCALES) -> list[Path]:
    """Write every language's `LC_MESSAGES/coxa.mo`, each whole or not at all, and name them."""
    written = []
    for folder in languages(locales):
        target = folder / "LC_MESSAGES" / "coxa.mo"
        target.parent.mkdir(exist_ok=True)
        unfinished = target.with_suffix(".part")
        unfinished.write_bytes(compile_language(folder))
        os.replace(unfinished, target)
        written.append(target)
    return written


if __name__ == "__main__":
    for file in compile_all():
        print(file, file=sys.stderr)
