"""The API's own description: OpenAPI, with the shape of problems and the two ways to sign in."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from coxa.web.api.problems import Problem
from coxa.web.csrf import SIGN_IN_COOKIE

ABOUT = """What the pages do, for programs: the same diary, the same rules.

Sign in with `POST /api/v1/sign-ins` and send the token as `Authorization: Bearer`. A page's script is signed in by its cookie, and
sends the page's token in `X-CSRF-Token` with everything that changes something. Errors are `application/problem+json`. Keys are made
by whoever sees a thing happen: sent again, they change nothing. Texts are in the language of `Accept-Language`. The live socket is
described in docs/live.md."""
EXAMPLES = Path(__file__).with_name("examples.json")
TAGS = {
    "today": "The session of the day.",
    "diary": "What happened, entry by entry.",
    "screening": "The safety questions and what the answers come to.",
    "programmes": "Versions of the programme.",
    "sessions": "Sessions, sets and landmarks.",
    "progress": "What the diary comes to.",
    "exercises": "The catalogue.",
    "me": "The person, their settings, consents, sign-ins and data.",
    "try": "A simulated person, to try it without a camera.",
}
#: Handlers that need nobody signed in.
OPEN = frozenset({"questionnaire", "exercises", "exercise", "try", "try_frames", "sign_in", "words"})


def install(app: FastAPI) -> None:
    """Let the app describe itself so."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of an app's API."""
    found: dict[str, Any] = get_openapi(
        title="coxa",
        version="1",
        description=ABOUT,
        routes=app.routes,
        tags=[{"name": name, "description": words} for name, words in TAGS.items()],
    )
    found["paths"] = {path: item for path, item in found["paths"].items() if path.startswith("/api/")}
    parts = found.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": SIGN_IN_COOKIE},
    }
    for item in found["paths"].values():
        for operation in item.values():
            if operation["operationId"] not in OPEN:
                operation["security"] = [{"token": []}, {"cookie": []}]
            example = examples().get(operation["operationId"])
            for status in ("200", "201"):
                content = operation["responses"].get(status, {}).get("content", {}).get("application/json")
                if content is not None and example is not None:
                    content["example"] = example
    _plain_tuples(found)
    return found


@cache
def examples() -> dict[str, Any]:
    """Real answers by operation, shortened; `docs/write_api.py` gathers them."""
    found: dict[str, Any] = json.loads(EXAMPLES.read_text(encoding="utf-8")) if EXAMPLES.is_file() else {}
    return found


def _plain_tuples(part: Any) -> None:
    """Write an array of so many members as one whose members are alike: generators of clients know no `prefixItems`."""
    if isinstance(part, dict):
        members = part.pop("prefixItems", None)
        if members:
            alike = all(one == members[0] for one in members)
            part["items"] = members[0] if alike else {"anyOf": members}
        for inner in part.values():
            _plain_tuples(inner)
    elif isinstance(part, list):
        for inner in part:
            _plain_tuples(inner)
