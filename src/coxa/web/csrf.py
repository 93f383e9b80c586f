"""`csrf_token`: proof that a form or a script's request comes from a page of ours, bound to the sign-in or the visit."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from starlette.requests import HTTPConnection
from starlette.types import Scope

SIGN_IN_COOKIE = "coxa_sign_in"
VISIT_COOKIE = "coxa_visit"
FIELD = "csrf"
HEADER = b"x-csrf-token"
_SIZE = 32


@dataclass
class Visit:
    """What a token is bound to: the sign-in's cookie, else a cookie of the visit's own.

    Attributes
    ----------
    basis : str
        The cookie's value.
    fresh : bool
        Whether the visit's cookie has still to be set.
    used : bool
        Whether a token was made, so that the cookie is needed at all.
    """

    basis: str
    fresh: bool = False
    used: bool = False


def cookies_of(scope: Scope) -> dict[str, str]:
    """The cookies of a request."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        if name == b"cookie":
            for part in value.decode("latin-1").split(";"):
                try:
                    found.update({key: morsel.value for key, morsel in SimpleCookie(part).items()})
                except CookieError:
                    # Another program's cookie on this host; ours are plain.
                    continue
    return found


def visit_of(scope: Scope) -> Visit:
    """The visit of a request, made once for each."""
    visit: Visit | None = scope.get("coxa.visit")
    if visit is None:
        cookies = cookies_of(scope)
        basis = cookies.get(SIGN_IN_COOKIE) or cookies.get(VISIT_COOKIE)
        visit = scope["coxa.visit"] = Visit(basis) if basis else Visit(secrets.token_urlsafe(24), fresh=True)
    return visit


def csrf_token(request: HTTPConnection) -> str:
    """A token for the forms and scripts of the page that answers this request.

    It differs each time, so that its text cannot be guessed from the size of compressed pages.
    """
    visit = visit_of(request.scope)
    visit.used = True
    pad = secrets.token_bytes(_SIZE)
    return base64.urlsafe_b64encode(pad + _crossed(pad, _mac(request.app.state.config.secret, visit.basis))).decode()


def is_valid(scope: Scope, secret: bytes, token: str | None) -> bool:
    """Whether a token was made by us for this very sign-in or visit."""
    visit = visit_of(scope)
    if not token or visit.fresh:
        return False
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return False
    return len(raw) == 2 * _SIZE and hmac.compare_digest(_crossed(raw[:_SIZE], raw[_SIZE:]), _mac(secret, visit.basis))


def _mac(secret: bytes, basis: str) -> bytes:
    return hmac.new(secret, b"csrf\0" + basis.encode(), hashlib.sha256).digest()


def _crossed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
