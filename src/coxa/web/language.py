"""`Language`: each request is answered in the language that its visitor speaks."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from coxa import locales
from coxa.web.csrf import cookies_of

LANGUAGE_COOKIE = "coxa_language"


class Language:
    """Speaks the language of the cookie, else the browser's first that coxa has, else the setting's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose, then pass on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        with locales.speaking(language_of(scope)):
            await self.app(scope, receive, send)


def language_of(scope: Scope) -> str | None:
    """The language to answer in; None for the setting's."""
    said = cookies_of(scope).get(LANGUAGE_COOKIE)
    if said in locales.available():
        return said
    accepted = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"), "")
    return preferred(accepted)


def preferred(accepted: str) -> str | None:
    """The language a browser likes best among those there are.

    >>> preferred("fr;q=0.9, de-AT, en;q=0.5")
    'de'
    """
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")[:20]):
        name, _, weight = part.strip().partition(";")
        code = name.strip().split("-")[0].lower()
        try:
            worth = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            continue
        if code in locales.available() and worth > 0:
            ranked.append((-worth, place, code))
    return min(ranked)[2] if ranked else None


def remember_language(request: HTTPConnection, response: Response, language: str) -> None:
    """Answer this browser in a language from now on."""
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * 24 * 3600, path="/", samesite="lax", secure=request.url.scheme == "https")
