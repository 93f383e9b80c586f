"""`coxa account`: accounts made and mended by whoever looks after the server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="account", no_args_is_help=True, help="Accounts: make one, set a new password.")

Email = Annotated[str, typer.Option("--email", metavar="ADDRESS", help="The e-mail address to sign in with.")]
Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="The data folder, in place of COXA_DATA.")]


@app.command("add")
def add_account(
    email: Email,
    role: Annotated[str, typer.Option(metavar="patient|clinician", help="What the account may do.")] = "patient",
    name: Annotated[str, typer.Option(metavar="NAME", help="What the person is called.")] = "",
    data: Data = None,
) -> None:
    """Make an account; the password is asked for, or read from the standard input."""
    from coxa import locales
    from coxa.errors import BadInput
    from coxa.records import Store
    from coxa.web.accounts import make_account
    from coxa.web.visitor import machine_zone

    if role not in ("patient", "clinician"):
        raise BadInput(f"--role: expected patient or clinician, got {role!r}")
    password = read_password()
    store = Store.open(data=data)
    try:
        person = make_account(
            store,
            email=email,
            password=password,
            role="clinician" if role == "clinician" else "patient",
            zone=machine_zone(),
            language=locales.current(),
            name=name,
        )
    finally:
        store.close()
    typer.echo(f"Made: {person.email} ({person.role})")


@app.command("password")
def set_password(email: Email, data: Data = None) -> None:
    """Set a new password; everybody signed in under this account is signed out."""
    from coxa.errors import BadInput
    from coxa.records import PeopleRepository, Store
    from coxa.web.accounts import change_password

    password = read_password()
    store = Store.open(data=data)
    try:
        account = PeopleRepository(store).account(email)
        if account is None:
            raise BadInput(f"--email: expected an address with an account, got {email!r}; coxa account add makes one")
        change_password(store, account.person, password)
    finally:
        store.close()
    typer.echo(f"Set: {account.person.email}")


def read_password() -> str:
    """The new password, typed twice without being shown, or the first line of the standard input."""
    if sys.stdin.isatty():
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt="Once more", err=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
