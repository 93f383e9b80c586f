"""`/pair`: a phone on the same network joins in, by a code that works once and only for a few minutes."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, Query, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from coxa.exchange.plain import describe_moment
from coxa.locales import gettext, mark
from coxa.records import Asker, PeopleRepository, SignInRepository
from coxa.records.store import zone_of
from coxa.web.limits import address_of, limits_of
from coxa.web.page import page
from coxa.web.signin import device_label, welcome_in
from coxa.web.visitor import Maybe, SignedIn, Visitor, begin_local, config_of, may_be_local, store_of

router = APIRouter(include_in_schema=False)

LASTS = timedelta(minutes=10)
#: No letter or digit that is easily taken for another.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 10
#: The codes of one person that may be open at once: on the page, and in the terminal.
OPEN_AT_ONCE = 3
#: What a paired phone's sign-in is called in the list of sign-ins.
PHONE = mark("phone")


@dataclass(frozen=True)
class _Open:
    digest: bytes
    person_id: str
    until: datetime


class Pairings:
    """The codes that are open, in this process's memory; what is kept of each is a digest."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._now = clock
        self._open: list[_Open] = []
        self._lock = threading.Lock()

    def code(self, person_id: str) -> str:
        """A new code that pairs a phone with a person; the oldest of theirs gives way."""
        made = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        with self._lock:
            self._drop_ended()
            mine = [one for one in self._open if one.person_id == person_id]
            for oldest in mine[: max(0, len(mine) - OPEN_AT_ONCE + 1)]:
                self._open.remove(oldest)
            self._open.append(_Open(_digest(made), person_id, self._now() + LASTS))
        return made

    def redeem(self, code: str) -> str | None:
        """Whose code this is; it works no more after that. None if it is nobody's, was used or has ended."""
        digest = _digest(code)
        with self._lock:
            self._drop_ended()
            found = next((one for one in self._open if secrets.compare_digest(one.digest, digest)), None)
            if found is not None:
                self._open.remove(found)
        return found.person_id if found is not None else None

    def _drop_ended(self) -> None:
        now = self._now()
        self._open = [one for one in self._open if one.until > now]


def _digest(code: str) -> bytes:
    return hashlib.sha256("".join(sign for sign in code.upper() if sign in ALPHABET).encode()).digest()


def shown(code: str) -> str:
    """A code as it is read aloud.

    >>> shown("ABCDEFGHJK")
    'ABCDE-FGHJK'
    """
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def address_with(base: str, code: str) -> str:
    """The address in the QR code."""
    return f"{base}/pair?code={code}"


def picture(address: str) -> Markup:
    """A QR code as a drawing within the page; dark on light in both themes, since readers need it so."""
    code = segno.make(address, error="m")
    return Markup(code.svg_inline(scale=1, border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None))


@router.get("/pair")
def pair_page(request: Request, visitor: Maybe, code: Annotated[str, Query(max_length=40)] = "") -> Response:
    """At the computer, the QR code for the phone; at the phone, the question whether to join in."""
    config = config_of(request)
    base: str = getattr(request.app.state, "phone_address", "")
    if not config.phone:
        return page(request, "pair.html", visitor, mode="off")
    if may_be_local(request) and visitor is None:
        # The person at this computer need not say so twice.
        response = RedirectResponse("/pair", 303)
        begin_local(request, response)
        return response
    if visitor is not None and may_be_local(request):
        return page(request, "pair.html", visitor, **_computer(request, visitor, base))
    if visitor is not None:
        return RedirectResponse("/", 303)
    return page(request, "pair.html", visitor, mode="phone", code=shown(code) if len(code) == LENGTH else code, wrong="")


@router.post("/pair")
def pair_now(request: Request, visitor: Maybe, code: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Join in: the phone is signed in as the person whose code it is."""
    if not config_of(request).phone:
        return page(request, "pair.html", visitor, 404, mode="off")
    limits = limits_of(request)
    limits.attempt("pair address", address_of(request))
    limits.attempt("pair everybody", "")
    person_id = pairings_of(request).redeem(code)
    if person_id is None:
        wrong = gettext("This code does not work, or not any more. Show a new one on your computer, and try that.")
        return page(request, "pair.html", visitor, 422, mode="phone", code="", wrong=wrong)
    person = PeopleRepository(store_of(request)).get(Asker(person_id), person_id)
    label = ": ".join(part for part in (PHONE, device_label(request)) if part)
    return welcome_in(request, person, "/", label)


@router.post("/pair/end")
def end_pairing(visitor: SignedIn, id: Annotated[str, Form(max_length=64)] = "") -> Response:
    """A phone joins in no longer."""
    SignInRepository(visitor.store).revoke(visitor.asker, id)
    return RedirectResponse("/pair", 303)


def pairings_of(request: Request) -> Pairings:
    """The open codes of the app that answers."""
    pairings: Pairings = request.app.state.pairings
    return pairings


def _computer(request: Request, visitor: Visitor, base: str) -> dict[str, Any]:
    code = pairings_of(request).code(visitor.person.id)
    zone = zone_of(visitor.zone)
    phones = [
        {"id": one.id, "name": one.label.partition(": ")[2], "since": describe_moment(one.created_at, zone)}
        for one in SignInRepository(visitor.store).all(visitor.asker)
        if one.label.startswith(PHONE)
    ]
    return {
        "mode": "computer",
        "base": base,
        "code": shown(code),
        "minutes": int(LASTS.total_seconds() // 60),
        "qr": picture(address_with(base, code)) if base else "",
        "phones": phones,
        "fingerprint": getattr(request.app.state, "fingerprint", ""),
    }
