"""`coxa up`: the app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def start_app(
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="The data folder, in place of COXA_DATA.")] = None,
    host: Annotated[
        str, typer.Option(metavar="H", help="The address to listen on; any but this computer's own asks for sign-in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="P", help="The port to listen on.")] = 8000,
    phone: Annotated[bool, typer.Option("--phone", help="Let a phone in the same network join in, by a QR code.")] = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the app in a browser.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", help="Write no log, except of errors.")] = False,
) -> None:
    """Start the app in a browser; Ctrl-C ends it."""
    from coxa.web.config import configure
    from coxa.web.serve import start

    config = configure(data=data, host=host, port=port, phone=phone)
    start(config, quiet=quiet, browser=browser, say=lambda line: typer.echo(line))
