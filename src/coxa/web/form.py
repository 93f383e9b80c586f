"""`Form`: what a person sent with a form, for handlers that run in a thread."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.requests import Request


async def read_form(request: Request) -> FormData:
    """The fields of the form; files are not taken."""
    return await request.form(max_files=0, max_fields=500)


Form = Annotated[FormData, Depends(read_form)]


def new_key() -> str:
    """A key for one form: sent twice, its entry is kept once."""
    return f"web-{uuid4().hex}-"


def text(form: FormData, name: str, most: int = 500) -> str:
    """One field as text without blanks around it; empty where it was not sent."""
    value = form.get(name)
    return value.strip()[:most] if isinstance(value, str) else ""


def texts(form: FormData, name: str) -> tuple[str, ...]:
    """Every value of a field, each once."""
    return tuple(dict.fromkeys(value.strip() for value in form.getlist(name) if isinstance(value, str)))
