"""`coxa restore`: a back-up put back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def put_back(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that coxa backup wrote.")],
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="The data folder, in place of COXA_DATA.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Let what is kept there now go.")] = False,
) -> None:
    """Put a back-up into the database: all of it, or nothing."""
    from coxa.records import Store
    from coxa.records.backup import restore

    store = Store.open(data=data)
    try:
        made = restore(store, file, replace=replace)
    finally:
        store.close()
    typer.echo(f"Restored: {made.rows['people']} people, {made.rows['sessions']} sessions, as of {made.made_at:%Y-%m-%d %H:%M} UTC")
