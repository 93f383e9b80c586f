"""`Visitor`: who is asking, and in which zone; `SignedIn` and `Maybe` are what a handler takes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, wraps
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

from coxa.errors import BadInput
from coxa.records import Asker, PeopleRepository, SettingsRepository, SignInRepository, Store
from coxa.records.people import Person
from coxa.records.store import zone_of
from coxa.web.config import WebConfig, is_loopback
from coxa.web.csrf import SIGN_IN_COOKIE
from coxa.web.errors import MustSignIn

P = ParamSpec("P")
R = TypeVar("R")
ZONE_COOKIE = "coxa_zone"
#: What a proxy adds to the requests that it passes on.
FORWARDED = (
    "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-server",
    "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip",
)  # fmt: skip
#: A sign-in ends when it was not used for so long.
LASTS = timedelta(days=30)
#: How often a use is noted: not at each picture of a page.
TOUCH_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Visitor:
    """Who is asking.

    Attributes
    ----------
    store : Store
    person : Person
    asker : Asker
        The person as the one who asks; give it to every repository.
    preferences : dict
        What the person has set, by name.
    local : bool
        Whether the person has no account: the one at this computer, or at a phone paired with it.
    sign_in_id : str or None
        Names the sign-in in the list of sign-ins.
    zone : str
        The zone in which the person is now.
    """

    store: Store
    person: Person
    asker: Asker
    preferences: dict[str, Any] = field(default_factory=dict)
    local: bool = False
    sign_in_id: str | None = None
    zone: str = "UTC"

    @property
    def now(self) -> datetime:
        """The moment, in the person's zone."""
        return self.store.now().astimezone(zone_of(self.zone))

    @property
    def today(self) -> date:
        """The date, in the person's zone."""
        return self.now.date()


def store_of(request: HTTPConnection) -> Store:
    """The open database of the app that answers."""
    store: Store = request.app.state.store
    return store


def config_of(request: HTTPConnection) -> WebConfig:
    """The configuration of the app that answers."""
    config: WebConfig = request.app.state.config
    return config


def token_of(request: HTTPConnection) -> str | None:
    """The sign-in's token: of the header `Authorization: Bearer`, else of the cookie."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        return token.strip() if scheme.lower() == "bearer" else None
    return request.cookies.get(SIGN_IN_COOKIE)


def may_be_local(request: HTTPConnection) -> bool:
    """Whether the one who asks sits at this computer, and may go on without an account."""
    # A proxy that nobody told us of comes from this computer too; those who come through it are elsewhere.
    # One that adds no header, as nginx without settings, at least speaks as no browser has for decades.
    forwarded = any(name in request.headers for name in FORWARDED) or request.scope.get("http_version") == "1.0"
    return not config_of(request).sign_in and not forwarded and is_loopback(request.client.host if request.client else None)


def zone_said(request: HTTPConnection) -> str | None:
    """The zone that the browser says it is in; None if it says none that there is."""
    name = request.cookies.get(ZONE_COOKIE, "").replace("%2F", "/")
    try:
        zone_of(name)
    except BadInput:
        return None
    return name


@cache
def machine_zone() -> str:
    """The zone of this computer."""
    import tzlocal

    try:
        return zone_of(tzlocal.get_localzone_name()).key
    except (BadInput, LookupError):
        return "UTC"


def zone_here(request: HTTPConnection) -> str:
    """The zone of a visitor who is not known yet: the browser's, else this computer's."""
    return zone_said(request) or machine_zone()


def visitor_of(request: HTTPConnection) -> Visitor | None:
    """Who is asking, if somebody is signed in; reads the database, so not for the event loop."""
    token = token_of(request)
    if not token:
        return None
    with store_of(request).reading():
        return _visitor(request, token)


def _visitor(request: HTTPConnection, token: str) -> Visitor | None:
    store = store_of(request)
    sign_ins = SignInRepository(store)
    found = sign_ins.find(token)
    if found is None:
        return None
    person = PeopleRepository(store).get(found.asker, found.asker.person_id)
    local = person.role is None
    if local and config_of(request).sign_in:
        # A sign-in from the days when this was one person's computer opens nothing on a server of many.
        return None
    if store.now() - found.seen_at > TOUCH_EVERY:
        sign_ins.touch(token, lasts=LASTS)
    said = zone_said(request)
    if said is not None and said != person.zone:
        person = PeopleRepository(store).change(found.asker, person.id, zone=said)
    preferences = SettingsRepository(store).all(found.asker, person.id)
    return Visitor(store, person, found.asker, preferences, local, found.id, person.zone)


def signed_in(request: HTTPConnection) -> Visitor:
    """Who is asking.

    Raises
    ------
    MustSignIn
        If nobody is signed in: a page leads to the door, the API answers 401.
    """
    visitor = visitor_of(request)
    if visitor is None:
        raise MustSignIn
    return visitor


SignedIn = Annotated[Visitor, Depends(signed_in)]
Maybe = Annotated[Visitor | None, Depends(visitor_of)]


def of_one_state(show: Callable[P, R]) -> Callable[P, R]:
    """For a page that only reads: all of it from one state of the database, over one connection (`Store.reading`)."""

    @wraps(show)
    def read(*args: P.args, **kwargs: P.kwargs) -> R:
        visitor = kwargs.get("visitor")
        with visitor.store.reading() if isinstance(visitor, Visitor) else nullcontext():
            return show(*args, **kwargs)

    return read


def begin_local(request: HTTPConnection, response: Response, *, language: str | None = None) -> Person:
    """Go on without an account, as the person at this computer: the response carries the sign-in.

    Raises
    ------
    MustSignIn
        If this server asks everybody to sign in, or the visitor is not at this computer.
    """
    from coxa import locales

    if not may_be_local(request):
        raise MustSignIn
    people = PeopleRepository(store_of(request))
    person = next(iter(people.local()), None) or people.create_local(zone=zone_here(request), language=language or locales.current())
    sign_in(request, response, person, label=locales.mark("this computer"))
    return person


def sign_in(request: HTTPConnection, response: Response, person: Person, *, label: str = "") -> str:
    """Open a new sign-in of a person who has shown who they are; the response carries it. The former one of this browser ends."""
    sign_ins = SignInRepository(store_of(request))
    if before := request.cookies.get(SIGN_IN_COOKIE):
        sign_ins.close(before)
    token = sign_ins.open(person.id, lasts=LASTS, label=label)
    response.set_cookie(
        SIGN_IN_COOKIE, token, max_age=int(LASTS.total_seconds()), path="/", httponly=True, samesite="lax", secure=is_secure(request)
    )
    return token


def sign_out(request: HTTPConnection, response: Response) -> None:
    """End this sign-in."""
    if token := token_of(request):
        SignInRepository(store_of(request)).close(token)
    response.delete_cookie(SIGN_IN_COOKIE, path="/", httponly=True, samesite="lax", secure=is_secure(request))


def is_secure(request: HTTPConnection) -> bool:
    """Whether the visitor came by https."""
    return request.url.scheme in ("https", "wss") or config_of(request).tls
