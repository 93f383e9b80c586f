"""`/settings`: language, looks, voice, side, camera, reminders, what may be kept, and the devices that are signed in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from coxa import locales
from coxa.errors import BadInput
from coxa.exchange.calendar import calendar, read_times
from coxa.exchange.plain import describe_moment
from coxa.locales import Words, mark
from coxa.locales import gettext as _
from coxa.records import ConsentRepository, PeopleRepository, ProgrammeRepository, SettingsRepository, SignInRepository
from coxa.records.store import zone_of
from coxa.web.flow.today import KEEP_LANDMARKS
from coxa.web.form import Form, text
from coxa.web.helplines import country_of, helplines
from coxa.web.language import LANGUAGE_COOKIE
from coxa.web.page import CONTRASTS, TEXT_SIZES, THEMES, page
from coxa.web.visitor import SignedIn, Visitor, is_secure, sign_out

router = APIRouter(include_in_schema=False)

LANGUAGES = {"en": "English", "de": "Deutsch"}
THEME_WORDS: Words[str] = Words({"auto": mark("Same as the device"), "light": mark("Light"), "dark": mark("Dark")})
SIZE_WORDS: Words[str] = Words({"m": mark("Normal"), "l": mark("Large"), "xl": mark("Very large")})
CONTRAST_WORDS: Words[str] = Words({"auto": mark("Same as the device"), "more": mark("Stronger")})
RATES: Words[str] = Words({"0.8": mark("Slower"), "1.0": mark("Normal"), "1.2": mark("Faster")})
SIDE_WORDS: Words[str] = Words({"": mark("The leg that hurts"), "left": mark("Left first"), "right": mark("Right first")})
#: What somebody agrees to, in the words in which the consent is kept.
CONSENT = mark("coxa may keep the points that mark my joints in each set, so that I can watch the set again. It keeps no picture.")
YEAR_S = 365 * 24 * 3600


@router.get("/settings")
def show(request: Request, visitor: SignedIn, kept: str = "") -> Response:
    """Every setting."""
    return _page(request, visitor, kept=bool(kept))


@router.post("/settings")
def change(request: Request, visitor: SignedIn, form: Form) -> Response:
    """Change the settings of one part of the page; what is not sent stays."""
    part = text(form, "part")
    typed = {
        name: text(form, name)
        for name in ("language", "theme", "text_size", "contrast", "voice_rate", "voice_name", "side", "country", "times")
    }
    try:
        changes = _changes(part, typed, form)
    except BadInput as error:
        return _page(request, visitor, error=str(error), typed=typed, status=422)
    if changes:
        SettingsRepository(visitor.store).change(visitor.asker, visitor.person.id, changes)
    response = RedirectResponse(
        f"/settings?kept={part}#{part}" if part in ("looks", "voice", "body", "reminders", "camera") else "/settings", 303
    )
    if part == "looks":
        PeopleRepository(visitor.store).change(visitor.asker, visitor.person.id, language=typed["language"])
        # For the pages before somebody is signed in.
        for name, value in (
            (LANGUAGE_COOKIE, typed["language"]),
            *((f"coxa_{name}", typed[name]) for name in ("theme", "text_size", "contrast")),
        ):
            response.set_cookie(name, value, max_age=YEAR_S, path="/", samesite="lax", secure=is_secure(request))
    if part == "camera":
        keeps = text(form, "keep") == "yes"
        consents = ConsentRepository(visitor.store)
        if keeps != consents.given(visitor.asker, visitor.person.id, KEEP_LANDMARKS):
            consents.say(visitor.asker, KEEP_LANDMARKS, keeps, _(CONSENT))
    return response


@router.post("/settings/sign-ins")
def end_sign_in(request: Request, visitor: SignedIn, form: Form) -> Response:
    """End one sign-in or, with none named, all of them: a lost phone sees nothing any more."""
    id = text(form, "id")
    SignInRepository(visitor.store).revoke(visitor.asker, id or None)
    if not id or id == visitor.sign_in_id:
        response = RedirectResponse("/", 303)
        sign_out(request, response)
        return response
    return RedirectResponse("/settings#devices", 303)


@router.get("/settings/reminders.ics")
def reminders(visitor: SignedIn) -> Response:
    """The planned days at the person's own times, with an alarm each, for any calendar."""
    kept = ProgrammeRepository(visitor.store).latest(visitor.asker, visitor.person.id)
    if kept is None or not kept.programme.exercises:
        raise BadInput(_("Reminders come from your programme. Make one first."))
    times = tuple(visitor.preferences.get("reminder_times") or ())
    wanted = max([kept.programme.sessions_a_day, *(planned.dose.times_a_day for planned in kept.programme.exercises)])
    body = calendar(
        kept.programme, visitor.today, visitor.zone, times if len(times) == wanted else (), stamp=visitor.now, person=visitor.person.id
    )
    return Response(body, media_type="text/calendar; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="coxa.ics"'})


def _changes(part: str, typed: dict[str, str], form: Any) -> dict[str, Any]:
    if part == "looks":
        locales.check(typed["language"], _("Language"))
        _one_of(typed, theme=THEMES, text_size=TEXT_SIZES, contrast=CONTRASTS)
        return {name: typed[name] for name in ("theme", "text_size", "contrast")}
    if part == "voice":
        _one_of(typed, voice_rate=tuple(RATES))
        return {
            "voice": text(form, "voice") == "yes",
            "voice_rate": float(typed["voice_rate"]),
            "voice_name": typed["voice_name"][:200] or None,
        }
    if part == "body":
        _one_of(typed, side=tuple(SIDE_WORDS), country=("", *(line.country for line in helplines())))
        return {"side": typed["side"], "country": typed["country"]}
    if part == "camera":
        return {"camera": text(form, "camera") == "yes"}
    if part == "reminders":
        try:
            times = read_times(typed["times"]) if typed["times"] else ()
        except BadInput as error:
            raise BadInput(_("Please choose different times, such as 08:00 and 18:00.")) from error
        return {"reminders": text(form, "reminders") == "yes", "reminder_times": list(times)}
    raise BadInput(_("Please choose what to change."))


def _device(label: str) -> str:
    # A sign-in's label begins with a word of ours, where it has one; the rest are names.
    kind, colon, rest = label.partition(": ")
    return f"{_(kind)}{colon}{rest}"


def _one_of(typed: dict[str, str], **allowed: tuple[str, ...]) -> None:
    for name, values in allowed.items():
        if typed[name] not in values:
            raise BadInput(_("Please choose one of the answers."))


def _page(
    request: Request, visitor: Visitor, *, error: str = "", typed: dict[str, str] | None = None, status: int = 200, kept: bool = False
) -> Response:
    said = visitor.preferences
    consents = ConsentRepository(visitor.store)
    zone = zone_of(visitor.zone)
    devices = [
        {
            "id": one.id,
            "label": _device(one.label),
            "here": one.id == visitor.sign_in_id,
            "seen": describe_moment(one.seen_at, zone),
        }
        for one in SignInRepository(visitor.store).all(visitor.asker)
    ]
    return page(
        request, "settings.html", visitor, status, error=error, kept=kept, said=said, typed=typed or {}, languages_by_name=LANGUAGES,
        themes=THEME_WORDS, sizes=SIZE_WORDS, contrasts=CONTRAST_WORDS, rates=RATES, rate=f"{float(said.get('voice_rate', 1.0)):.1f}",
        sides=SIDE_WORDS, countries=helplines(),
        country=country_of(
            visitor.zone, request.headers.get("accept-language", ""), locales.current(), chosen=said.get("country") or ""
        ),
        times=", ".join(said.get("reminder_times") or ()), consent=_(CONSENT),
        keeps=consents.given(visitor.asker, visitor.person.id, KEEP_LANDMARKS), devices=devices,
        planned=ProgrammeRepository(visitor.store).latest(visitor.asker, visitor.person.id) is not None,
    )  # fmt: skip
