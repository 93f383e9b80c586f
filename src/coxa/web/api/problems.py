"""What can go wrong with a request, as the API's description names it: each status with its meaning and an example."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from coxa.locales import SOURCE, speaking
from coxa.web.errors import PROBLEM, title


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = Field(default="about:blank", description="Always about:blank: the status says what kind of problem it is.")
    title: str = Field(description="The status in words for the person, in their language.")
    status: int
    detail: str = Field(default="", description="One line: what was expected, what came, what to do; empty where the title says it all.")


MEANINGS = {
    400: "The request could not be read.",
    401: "Nobody is signed in: a cookie `coxa_sign_in` or a header `Authorization: Bearer` is needed.",
    403: "A request that changes something came without the token `X-CSRF-Token`, or from another site's page.",
    404: "It is not there, or not for the one who asks; which of the two is not said.",
    408: "The body took too long to arrive.",
    409: "It does not fit with what is there by now; look again and decide anew.",
    413: "The body is larger than 5 MB.",
    421: "The server does not answer under the name in the header `Host`.",
    422: "A value is not as expected; `detail` says which, and what was expected.",
    429: "Too many attempts; `Retry-After` says how many seconds to wait.",
    503: "Something that this needs is not installed or cannot be reached.",
}
DETAILS = {
    409: "programme: expected version 3, the latest, got 2; read it again",
    422: "pain: expected a whole number of 0 (none) to 10 (the worst), got 11",
    503: "PostgreSQL needs the package psycopg; install coxa[postgresql]",
}
#: What the guards before every handler may answer.
ALWAYS = (400, 421)
UNSAFE = (403, 408, 413)


def problems(*statuses: int, unsafe: bool = False) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a handler: these statuses, and those that the guards before it may answer.

    Parameters
    ----------
    *statuses : int
    unsafe : bool
        Whether the handler changes something.
    """
    wanted = sorted({*statuses, *ALWAYS, *(UNSAFE if unsafe else ())})
    return {status: _described(status) for status in wanted}


def signed_in_problems(*statuses: int, unsafe: bool = False) -> dict[int | str, dict[str, Any]]:
    """The same for a handler that needs somebody who is signed in."""
    return problems(401, 422, *statuses, unsafe=unsafe)


def _described(status: int) -> dict[str, Any]:
    with speaking(SOURCE):
        example = {"type": "about:blank", "title": title(status), "status": status, "detail": DETAILS.get(status, "")}
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    described: dict[str, Any] = {"description": MEANINGS[status], "content": content}
    if status == 429:
        described["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    if status == 401:
        described["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return described
