"""`coxa backup`: everything that is kept, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def write_backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; an older one of that name is replaced.")],
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="The data folder, in place of COXA_DATA.")] = None,
) -> None:
    """Write everything that is kept into one file; the app may go on meanwhile."""
    from coxa.records import Store
    from coxa.records.backup import back_up

    store = Store.open(data=data)
    try:
        made = back_up(store, file)
    finally:
        store.close()
    typer.echo(f"Written: {file} ({made.rows['people']} people, {made.rows['sessions']} sessions)")
