"""`coxa schema`: the JSON Schema of any value that coxa reads or writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coxa.errors import BadInput


def set_result() -> dict[str, Any]:
    from pydantic import TypeAdapter

    from coxa.motion.result import SetResult

    return TypeAdapter(SetResult).json_schema(mode="serialization")


def exercise() -> dict[str, Any]:
    from coxa.exercises.model import Exercise

    return Exercise.model_json_schema()


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {"exercise": exercise, "set-result": set_result}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of that name; `BadInput` with the names there are otherwise."""
    if name not in SCHEMAS:
        raise BadInput(f"schema: expected one of {', '.join(SCHEMAS)}, got {name!r}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"coxa.{name}/1", **SCHEMAS[name]()}
