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


def answers() -> dict[str, Any]:
    from coxa.care.questionnaire import answers_schema

    return answers_schema()


def screening() -> dict[str, Any]:
    from coxa.care.screening import Screening

    return Screening.model_json_schema(mode="serialization")


def profile() -> dict[str, Any]:
    from coxa.exchange.documents import profile_schema

    return profile_schema()


def programme() -> dict[str, Any]:
    from coxa.care.programme import Programme

    return Programme.model_json_schema(mode="serialization")


def history() -> dict[str, Any]:
    from coxa.care.history import History
    from coxa.exchange.documents import profile_schema

    schema = History.model_json_schema()
    # a diary's profile is read like any other: with answers in place of the screening, where that is handier
    own = profile_schema()
    schema["$defs"] |= own.pop("$defs")
    schema["$defs"]["Profile"] = own
    return schema


def review() -> dict[str, Any]:
    from coxa.care.decision import Review

    return Review.model_json_schema(mode="serialization")


def decision() -> dict[str, Any]:
    from coxa.care.decision import Decision

    return Decision.model_json_schema(mode="serialization")


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "answers": answers, "decision": decision, "exercise": exercise, "history": history, "profile": profile, "programme": programme,
    "review": review, "screening": screening, "set-result": set_result,
}  # fmt: skip


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of that name; `BadInput` with the names there are otherwise."""
    if name not in SCHEMAS:
        raise BadInput(f"schema: expected one of {', '.join(SCHEMAS)}, got {name!r}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"coxa.{name}/1", **SCHEMAS[name]()}
