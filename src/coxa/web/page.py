"""`page`: one template as an answer, in the visitor's language, with their theme, text size and a token for its forms."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from coxa import locales
from coxa.exercises.words import describe_source
from coxa.web.assets import asset, front_styles
from coxa.web.csrf import FIELD, csrf_token
from coxa.web.visitor import Visitor, config_of, is_secure, may_be_local

TEMPLATES = Path(__file__).parent / "templates"
THEMES = ("auto", "light", "dark")
TEXT_SIZES = ("m", "l", "xl")
CONTRASTS = ("auto", "more")


@cache
def environment() -> Environment:
    """The templates, with what each of them may call."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        # They change with the installation, not while it runs: no page has to look whether they have.
        auto_reload=False,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        locales.gettext, locales.ngettext, newstyle=True, pgettext=locales.pgettext
    )
    made.globals.update(asset=asset, front_styles=front_styles, point=locales.point, describe_source=describe_source)
    return made


def chosen(request: Request, visitor: Visitor | None, name: str, allowed: tuple[str, ...]) -> str:
    """A choice of looks: as the person has set it, else as this browser remembers it, else the first."""
    said = visitor.preferences.get(name) if visitor is not None else None
    said = said or request.cookies.get(f"coxa_{name}")
    return said if said in allowed else allowed[0]


def page(request: Request, template: str, visitor: Visitor | None = None, status: int = 200, **context: Any) -> HTMLResponse:
    """A template as an answer.

    Parameters
    ----------
    request : Request
    template : str
        Its file in `templates`.
    visitor : Visitor, optional
        Who asks, if known.
    status : int
    **context
        What else the template is given. It always has `request`, `visitor`, `path`, `language`, `languages`, `theme`,
        `text_size`, `contrast`, `local` (may go on without an account), `phone` (pairing is on), `secure` (by https),
        `csrf_token` and `csrf_field()`, `asset(name)`, `front_styles(name)`, `point(number)`, `describe_source(tag)` and
        the words' `_`.

    Returns
    -------
    HTMLResponse
        Never stored by caches on the way.
    """
    token = csrf_token(request)
    given: dict[str, Any] = {
        "request": request,
        "visitor": visitor,
        "path": request.url.path,
        "language": locales.current(),
        "languages": locales.available(),
        "theme": chosen(request, visitor, "theme", THEMES),
        "text_size": chosen(request, visitor, "text_size", TEXT_SIZES),
        "contrast": chosen(request, visitor, "contrast", CONTRASTS),
        "local": may_be_local(request),
        "phone": config_of(request).phone,
        "secure": is_secure(request),
        "csrf_token": token,
        "csrf_field": lambda: Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token),
    }
    html = environment().get_template(template).render(given | context)
    return HTMLResponse(html, status, {"Cache-Control": "private, no-store", "Vary": "Cookie, Accept-Language"})


def error_page(request: Request, status: int, title: str, detail: str = "") -> HTMLResponse:
    """The page of an error; bare if the templates themselves are what is broken."""
    try:
        return page(request, "error.html", status=status, title=title, detail=detail, code=status)
    except TemplateError:
        bare = Markup('<!doctype html><html lang="{}"><title>{}</title><h1>{}</h1><p>{}</p><p><a href="/">coxa</a></p></html>')
        return HTMLResponse(bare.format(locales.current(), title, title, detail), status)
