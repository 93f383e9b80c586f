"""The first page: what coxa does and does not, the language, the size of the letters, and the two doors; and the app's card."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from coxa import locales
from coxa.locales import gettext as _
from coxa.records import PeopleRepository, SettingsRepository
from coxa.web.assets import asset
from coxa.web.flow import screening as flow
from coxa.web.form import Form, text
from coxa.web.language import LANGUAGE_COOKIE
from coxa.web.page import TEXT_SIZES, page
from coxa.web.visitor import Maybe, Visitor, begin_local, is_secure

router = APIRouter(include_in_schema=False)
YEAR_S = 31_536_000
#: Languages by their own names, which those who speak them can read.
OWN_NAMES = {"en": "English", "de": "Deutsch"}


@router.get("/")
def start(request: Request, visitor: Maybe) -> Response:
    """Where somebody comes in: today for those who are known, the welcome for all others."""
    if visitor is None:
        return _welcome(request, None)
    return RedirectResponse(place_of(visitor), 303)


@router.get("/welcome")
def welcome(request: Request, visitor: Maybe) -> Response:
    """The welcome, also for those who are known already."""
    return _welcome(request, visitor)


@router.post("/welcome")
def choose(request: Request, visitor: Maybe, form: Form) -> Response:
    """A language, a size, or the door without an account."""
    language, size = text(form, "language"), text(form, "text_size")
    if text(form, "door") == "me":
        response = RedirectResponse("/", 303)
        begin_local(request, response, language=locales.current())
        return response
    response = RedirectResponse("/welcome" if visitor is not None else "/", 303)
    if language in locales.available():
        _remember(request, response, LANGUAGE_COOKIE, language)
        if visitor is not None:
            PeopleRepository(visitor.store).change(visitor.asker, visitor.person.id, language=language)
    if size in TEXT_SIZES:
        _remember(request, response, "coxa_text_size", size)
        if visitor is not None:
            SettingsRepository(visitor.store).change(visitor.asker, visitor.person.id, {"text_size": size})
    return response


@router.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a device needs to know to install the app."""
    icons = [
        {"src": asset("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": asset("icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": asset("icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {"src": asset("icon-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    card = {
        "id": "/", "name": _("coxa: exercise for hip pain"), "short_name": "coxa", "lang": locales.current(), "dir": "ltr",
        "start_url": "/", "scope": "/", "display": "standalone", "background_color": "#f8f3e8", "theme_color": "#f8f3e8",
        "description": _("Finds out whether exercise is safe for you, plans it, and watches how you do it."), "icons": icons,
        "shortcuts": [
            {"name": _("Today"), "url": "/today"},
            {"name": _("How is the pain this morning?"), "url": "/morning"},
        ],
    }  # fmt: skip
    return JSONResponse(
        card, media_type="application/manifest+json", headers={"Cache-Control": "no-cache", "Vary": "Cookie, Accept-Language"}
    )


def place_of(visitor: Visitor) -> str:
    """Where somebody who is known goes on."""
    screened = flow.latest(visitor)
    if screened is None or flow.load(visitor).key is not None:
        return "/screening"
    return "/today" if screened.result.may_exercise else "/screening/result"


def _welcome(request: Request, visitor: Visitor | None) -> Response:
    spoken = [(code, OWN_NAMES.get(code, code)) for code in locales.available()]
    return page(request, "welcome.html", visitor, spoken=spoken, nav=False, go_on=place_of(visitor) if visitor else "")


def _remember(request: Request, response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR_S, path="/", samesite="lax", secure=is_secure(request))
