"""`/sign-in`, `/sign-up`, `/sign-out`: the doors for people with an account."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from coxa import locales
from coxa.errors import BadInput
from coxa.locales import gettext
from coxa.records import PeopleRepository, Store
from coxa.records.people import Person
from coxa.web.accounts import LONGEST, SHORTEST, make_account, right_account
from coxa.web.errors import MustSignIn
from coxa.web.language import remember_language
from coxa.web.limits import address_of, limits_of
from coxa.web.page import page
from coxa.web.visitor import Maybe, SignedIn, config_of, may_be_local, sign_in, sign_out, store_of, zone_here

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=LONGEST)]


def safe_next(path: str) -> str:
    """A path on this server to go on to; the start page if it is anything else.

    >>> safe_next("/progress?weeks=4"), safe_next("//evil.example"), safe_next("https://evil.example"), safe_next("/\\\\evil.example")
    ('/progress?weeks=4', '/', '/', '/')
    """
    parts = urlsplit(path)
    plain = path.isprintable() and "\\" not in path and not parts.scheme and not parts.netloc
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


def check_password(request: Request, email: str, password: str) -> Person | None:
    """Whose address and password these are, with every attempt counted; for the page and for the API.

    Raises
    ------
    TooMany
        If there were too many attempts, for this account or from this address.
    """
    limits = limits_of(request)
    limits.attempt("sign-in address", address_of(request))
    limits.attempt("sign-in account", email)
    person = right_account(store_of(request), email, password)
    if person is not None:
        limits.forget("sign-in account", email)
    return person


def device_label(request: Request) -> str:
    """What the person will know this sign-in by: the browser and the system, no more than that."""
    agent = request.headers.get("user-agent", "")
    browsers = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in agent), "")
    system = next((name for mark, name in systems if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part)


def welcome_in(request: Request, person: Person, to: str, label: str = "") -> Response:
    """Signed in, and on to the next page, in the language the person has chosen."""
    response = RedirectResponse(safe_next(to), 303)
    sign_in(request, response, person, label=label or device_label(request))
    remember_language(request, response, person.language)
    return response


@router.get("/sign-in")
def sign_in_page(request: Request, visitor: Maybe, next: str = "/") -> Response:
    """The form; who is signed in with an account goes on at once."""
    if visitor is not None and not visitor.local:
        return RedirectResponse(safe_next(next), 303)
    return page(request, "sign-in.html", visitor, next=safe_next(next), email="", wrong="")


@router.post("/sign-in")
def sign_in_now(request: Request, visitor: Maybe, email: Text = "", password: Text = "", next: Text = "/") -> Response:
    """Sign in, with a new token."""
    person = check_password(request, email, password)
    if person is None:
        wrong = gettext("The e-mail address and the password do not match. Please try again.")
        return page(request, "sign-in.html", visitor, 401, next=safe_next(next), email=email[:254], wrong=wrong)
    return welcome_in(request, person, next)


def trouble(store: Store, email: str, password: str) -> str:
    """What stands in the way of an account, in words for the person; empty if nothing does."""
    try:
        taken = PeopleRepository(store).account(email) is not None
    except BadInput:
        return gettext("Please enter your e-mail address, such as anna@example.org.")
    if taken:
        return gettext("This address already has an account. Please sign in with it.")
    if len(password) < SHORTEST:
        return gettext("Please choose a longer password, with at least %(n)s characters.") % {"n": SHORTEST}
    if password.strip().lower() == email.strip().lower():
        return gettext("Please choose a password that is not your e-mail address.")
    return ""


def check_may_sign_up(request: Request, visitor: Maybe) -> None:
    """Whether one may make an account here.

    Raises
    ------
    MustSignIn
        If it is a stranger in the network of one person's computer, which is open to paired phones alone.
    """
    if visitor is None and config_of(request).phone and not may_be_local(request):
        raise MustSignIn


@router.get("/sign-up", dependencies=[Depends(check_may_sign_up)])
def sign_up_page(request: Request, visitor: Maybe) -> Response:
    """The form; for who goes on without an account so far, it makes one of what is there."""
    if visitor is not None and not visitor.local:
        return RedirectResponse("/", 303)
    return page(request, "sign-up.html", visitor, name="", email="", wrong="", shortest=SHORTEST)


@router.post("/sign-up", dependencies=[Depends(check_may_sign_up)])
def sign_up_now(request: Request, visitor: Maybe, name: Text = "", email: Text = "", password: Text = "") -> Response:
    """Make an account of a patient and sign in; those of clinicians are made on the command line."""
    if visitor is not None and not visitor.local:
        return RedirectResponse("/", 303)
    limits_of(request).attempt("sign-up address", address_of(request))
    local = visitor.person if visitor is not None else None
    if wrong := trouble(store_of(request), email, password):
        return page(request, "sign-up.html", visitor, 422, name=name[:200], email=email[:254], wrong=wrong, shortest=SHORTEST)
    try:
        person = make_account(
            store_of(request),
            email=email,
            password=password,
            role="patient",
            zone=zone_here(request),
            language=locales.current(),
            name=name,
            local=local,
        )
    except BadInput as error:
        given = {"name": name[:200], "email": email[:254], "wrong": " ".join(str(error).split()), "shortest": SHORTEST}
        return page(request, "sign-up.html", visitor, 422, **given)
    return welcome_in(request, person, "/")


@router.post("/sign-out")
def sign_out_now(request: Request, visitor: SignedIn) -> Response:
    """End this sign-in."""
    response = RedirectResponse("/", 303)
    sign_out(request, response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
