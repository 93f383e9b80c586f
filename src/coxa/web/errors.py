"""What a person or a program reads when something went wrong: a page, or `application/problem+json`; never a traceback."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from coxa.errors import BadInput, CoxaError
from coxa.locales import gettext
from coxa.records import NotYours

PROBLEM = "application/problem+json"
#: What `BadInput` says of a field, in English.
EXACT = re.compile(r": expected .*\bgot\b")


class MustSignIn(Exception):
    """Nobody is signed in, and this needs somebody."""


class TooMany(Exception):
    """Too many attempts; `wait_s` says how long to wait."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(wait_s)
        self.wait_s = max(1, wait_s)


def title(status: int) -> str:
    """What a status means, in a few words for the person."""
    words = {
        400: gettext("This could not be read."),
        401: gettext("Please sign in."),
        403: gettext("This page was open for too long."),
        404: gettext("There is nothing here."),
        405: gettext("This cannot be done here."),
        413: gettext("This is too big."),
        421: gettext("coxa does not answer under this address."),
        422: gettext("Something is not filled in as expected."),
        429: gettext("Too many attempts."),
        500: gettext("Something went wrong on our side."),
        503: gettext("Something that this needs is missing on this computer."),
    }
    return words.get(status, gettext("This did not work."))


def is_api(path: str) -> bool:
    """Whether a program asks, not a person."""
    return path.startswith("/api/")


def problem(status: int, detail: str = "", headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """A problem as RFC 9457 has it."""
    body = {"type": "about:blank", "title": title(status), "status": status, "detail": detail, **more}
    return JSONResponse(body, status, headers, media_type=PROBLEM)


def answer(request: Request, status: int, detail: str = "", headers: dict[str, str] | None = None) -> Response:
    """The error as a page for a person, as a problem for a program."""
    if is_api(request.url.path):
        return problem(status, detail, headers)
    from coxa.web.page import error_page

    response = error_page(request, status, title(status), "" if _for_programs(detail) else detail)
    response.headers.update(headers or {})
    return response


def install(app: FastAPI) -> None:
    """Answer every error in its own words."""

    @app.exception_handler(BadInput)
    def bad_input(request: Request, error: BadInput) -> Response:
        return answer(request, 422, " ".join(str(error).split()))

    @app.exception_handler(NotYours)
    def not_yours(request: Request, _error: NotYours) -> Response:
        return answer(request, 404)

    @app.exception_handler(CoxaError)
    def coxa_error(request: Request, error: CoxaError) -> Response:
        detail = " ".join(str(error).split())
        if not is_api(request.url.path):
            # What is missing is told in the words of whoever installs it; that it is for them, in those of the one who reads it.
            detail = gettext("Please show this to whoever set coxa up here: {detail}").format(detail=detail)
        return answer(request, 503, detail)

    @app.exception_handler(MustSignIn)
    def must_sign_in(request: Request, _error: MustSignIn) -> Response:
        if is_api(request.url.path):
            return problem(401, headers={"WWW-Authenticate": "Bearer"})
        from coxa.web.visitor import config_of, may_be_local

        here = may_be_local(request)
        return RedirectResponse("/" if here else "/pair" if config_of(request).phone else "/sign-in", 303)

    @app.exception_handler(TooMany)
    def too_many(request: Request, error: TooMany) -> Response:
        return answer(request, 429, headers={"Retry-After": str(error.wait_s)})

    @app.exception_handler(RequestValidationError)
    def not_valid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return answer(request, 422, f"{where}: {first['msg']}" if is_api(request.url.path) else "")

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        # What the framework says by itself is the status in English: our own title says it better.
        said = str(error.detail) if error.detail and not _is_phrase(error.status_code, str(error.detail)) else ""
        return answer(request, error.status_code, said, dict(error.headers or {}))


def _for_programs(detail: str) -> bool:
    # Which field expected what tells the one who wrote a program; whoever presses a button is told by the title.
    return EXACT.search(detail) is not None


def _is_phrase(status: int, detail: str) -> bool:
    import http

    return detail == http.HTTPStatus(status).phrase
