"""What a client says over the live socket: `Begin` and `End`."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from coxa.errors import BadInput
from coxa.exercises.terms import Slug

Key = Annotated[str, Field(min_length=1, max_length=90)]  # a repetition's key is this and its number
Side = Literal["left", "right", "both"]


class Message(BaseModel):
    """Frozen; keys of later versions are let pass."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Begin(Message):
    """A set begins, or goes on after the connection was lost.

    `model` and `delegate` are the pose model and what it runs on; `keep` asks for the landmarks to be kept, which needs the person's
    consent; `take_over` ends the watching by another tab; with `try` nothing is written: a newcomer looks on.
    """

    type: Literal["begin"] = "begin"
    set: Key
    session: Annotated[str, Field(min_length=1, max_length=100)]
    exercise: Slug
    set_number: Annotated[int, Field(ge=1, le=20)]
    side: Side = "both"
    target: Annotated[int, Field(ge=0, le=1000)] | None = None
    width: Annotated[int, Field(ge=16, le=10_000)]
    height: Annotated[int, Field(ge=16, le=10_000)]
    model: Literal["full", "lite", "heavy"] = "lite"
    delegate: Literal["CPU", "GPU"] = "GPU"
    keep: bool = False
    take_over: bool = False
    tries: Annotated[bool, Field(alias="try")] = False


class End(Message):
    """The set is over; `load_kg` is the weight it was done with."""

    type: Literal["end"] = "end"
    load_kg: Annotated[float, Field(ge=0, le=200)] = 0.0


_READER: TypeAdapter[Begin | End] = TypeAdapter(Annotated[Begin | End, Field(discriminator="type")])


def read_message(text: str) -> Begin | End:
    """A message of the client, checked.

    Raises
    ------
    BadInput
        One line: what was expected, what came.

    Examples
    --------
    >>> read_message('{"type": "end"}').type
    'end'
    """
    try:
        return _READER.validate_python(json.loads(text))
    except (ValueError, RecursionError) as error:
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "message"
            raise BadInput(f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}") from error
        raise BadInput("message: expected JSON with a type of begin or end, got something else") from error
