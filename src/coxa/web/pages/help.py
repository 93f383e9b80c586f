"""Help: when to ask for it, the letter to take along, and the request for an appointment at an address that the person gives."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime, time, timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request
from icalendar import Calendar, Event, vCalAddress
from starlette.responses import RedirectResponse, Response

from coxa.care.translate import translate
from coxa.errors import BadInput
from coxa.exchange import handout, plain
from coxa.exchange.letter import letter
from coxa.locales import current
from coxa.locales import gettext as _
from coxa.records import AppointmentRepository
from coxa.records.notes import Appointment
from coxa.records.store import zone_of
from coxa.web import helplines
from coxa.web.flow import programme as programmes
from coxa.web.flow import screening as screened
from coxa.web.flow.progress import progress_of
from coxa.web.form import Form, text
from coxa.web.page import page
from coxa.web.visitor import SignedIn, Visitor

router = APIRouter(include_in_schema=False)
#: One address with something on both sides of the @; whether somebody reads it, only sending tells.
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
#: How long an appointment is asked for.
LENGTH = timedelta(minutes=30)
#: No appointment is that far away, and the years of a calendar end.
LAST_DAY = date(2100, 1, 1)
_WISH = re.compile(r"\A(\d{4}-\d\d-\d\d) (\d\d:\d\d)?\n?")


@router.get("/help")
def show(request: Request, visitor: SignedIn) -> Response:
    """When to ask for help, the letter, and the request."""
    return _page(request, visitor)


@router.get("/help/letter.pdf")
def letter_pdf(visitor: SignedIn) -> Response:
    """The letter for a doctor or physiotherapist."""
    completed = screened.latest(visitor)
    if completed is None:
        return RedirectResponse("/screening", 303)
    found, kept = progress_of(visitor), programmes.latest(visitor)
    age = completed.answers.get("age")
    made = letter(
        translate(completed.result),
        visitor.today,
        name=visitor.person.name,
        age=age if isinstance(age, int) else None,
        programme=translate(kept.programme) if kept and kept.programme.exercises else None,
        history=found.history if found else None,
        review=found.review if found else None,
    )
    headers = {"Content-Disposition": f'inline; filename="{_("letter.pdf")}"', "Cache-Control": "private, no-store"}
    return Response(made, media_type="application/pdf", headers=headers)


@router.post("/help/appointment")
def ask(request: Request, visitor: SignedIn, form: Form) -> Response:
    """Keep a request; it is then sent by the person's own mail program."""
    typed = {name: text(form, name, 2000) for name in ("address", "day", "time", "wishes")}
    try:
        _checked(typed, visitor.today)
    except BadInput as error:
        return _page(request, visitor, problem=str(error), typed=typed, status=422)
    wished = f"{typed['day']} {typed['time']}\n" if typed["day"] else ""
    kept = AppointmentRepository(visitor.store).ask(
        visitor.asker, address=typed["address"], reason=_reason(visitor), wishes=f"{wished}{typed['wishes']}",
        key=text(form, "key", 60) or uuid.uuid4().hex,
    )  # fmt: skip
    return RedirectResponse(f"/help/appointment?key={quote(kept.key)}", 303)


@router.get("/help/appointment")
def asked(request: Request, visitor: SignedIn, key: str = "") -> Response:
    """A request that was made: the mail and the calendar file."""
    kept = _kept(visitor, key)
    if kept is None:
        return RedirectResponse("/help", 303)
    day, at, wishes = _wished(kept)
    return page(
        request, "help-appointment.html", visitor, here="help", kept=kept, mail=_mail(visitor, kept),
        day=plain.describe_date(day) if day else "",
        at=at.strftime("%H:%M") if at else "", wishes=wishes, body=_body(visitor, kept),
    )  # fmt: skip


@router.get("/help/appointment.ics")
def invitation(visitor: SignedIn, key: str = "") -> Response:
    """The request as an invitation for a calendar."""
    kept = _kept(visitor, key)
    day, at, _wishes = _wished(kept) if kept else (None, None, "")
    if kept is None or day is None:
        return RedirectResponse("/help", 303)
    zone = zone_of(visitor.zone)
    start = datetime.combine(day, at or time(9), zone)
    event = Event()
    event.add("uid", f"{kept.key}@coxa")
    event.add("dtstamp", kept.at)
    event.add("dtstart", start)
    event.add("duration", LENGTH)
    event.add("summary", _("Appointment because of hip pain"))
    event.add("description", _body(visitor, kept))
    event.add("status", "TENTATIVE")
    attendee = vCalAddress(f"mailto:{kept.address}")
    attendee.params["ROLE"], attendee.params["RSVP"], attendee.params["PARTSTAT"] = "REQ-PARTICIPANT", "TRUE", "NEEDS-ACTION"
    event.add("attendee", attendee, encode=False)
    found = Calendar()
    found.add("prodid", f"-//coxa//appointment//{current().upper()}")
    found.add("version", "2.0")
    found.add_component(event)
    found.add_missing_timezones(day - timedelta(days=366), day + timedelta(days=366))
    headers = {"Content-Disposition": f'attachment; filename="{_("appointment.ics")}"', "Cache-Control": "private, no-store"}
    return Response(bytes(found.to_ical()), media_type="text/calendar; charset=utf-8", headers=headers)


# ------------------------------------------------------------------------------------------------ parts


def _page(request: Request, visitor: Visitor, *, problem: str = "", typed: dict[str, str] | None = None, status: int = 200) -> Response:
    completed = screened.latest(visitor)
    chosen = visitor.preferences.get("country") or ""
    country = helplines.country_of(visitor.zone, request.headers.get("accept-language", ""), current(), chosen=chosen)
    earlier = AppointmentRepository(visitor.store).all(visitor.asker, visitor.person.id)
    return page(
        request, "help.html", visitor, status=status, here="help", when=[_(words) for words in handout.HELP],
        line=helplines.helpline(country), has_letter=completed is not None, problem=problem, today=visitor.today.isoformat(),
        typed=typed or {"address": earlier[0].address if earlier else "", "day": "", "time": "", "wishes": ""}, key=uuid.uuid4().hex,
        earlier=[(one, plain.describe_date(one.at.astimezone(zone_of(visitor.zone)).date())) for one in earlier[:5]],
    )  # fmt: skip


def _checked(typed: dict[str, str], today: date) -> None:
    if not _ADDRESS.fullmatch(typed["address"]) or len(typed["address"]) > 254:
        raise BadInput(
            _("Please write an e-mail address, such as practice@example.org; you typed “{said}”.").format(said=typed["address"][:60])
        )
    if typed["day"]:
        try:
            day = date.fromisoformat(typed["day"])
            if day >= LAST_DAY:
                raise ValueError(day)
        except ValueError as error:
            raise BadInput(_("Please choose a day, or leave it empty.")) from error
        if day < today:
            raise BadInput(_("Please choose today or a later day."))
        typed["day"] = day.isoformat()
    if typed["time"]:
        try:
            typed["time"] = time.fromisoformat(typed["time"]).strftime("%H:%M")
        except ValueError as error:
            raise BadInput(_("Please choose a time, such as 09:30, or leave it empty.")) from error
        if not typed["day"]:
            raise BadInput(_("Please choose a day for that time."))
    if len(typed["wishes"]) > 1000:
        raise BadInput(_("Please write no more than 1000 characters."))


def _reason(visitor: Visitor) -> str:
    completed = screened.latest(visitor)
    if completed is None:
        return _("hip pain")
    return plain.describe_place(completed.result.region, completed.result.side)


def _kept(visitor: Visitor, key: str) -> Appointment | None:
    found = AppointmentRepository(visitor.store).all(visitor.asker, visitor.person.id)
    return next((one for one in found if one.key == key), None)


def _wished(kept: Appointment) -> tuple[date | None, time | None, str]:
    """The day, the time and the words of a request."""
    found = _WISH.match(kept.wishes)
    if found is None:
        return None, None, kept.wishes
    try:
        day, at = date.fromisoformat(found[1]), time.fromisoformat(found[2]) if found[2] else None
    except ValueError:
        return None, None, kept.wishes  # only the page's own are sure to begin with a day
    return (day, at, kept.wishes[found.end() :]) if day < LAST_DAY else (None, None, kept.wishes)


def _body(visitor: Visitor, kept: Appointment) -> str:
    day, at, wishes = _wished(kept)
    lines = [
        _("Hello,"),
        "",
        _("I would like an appointment because of my hip ({reason}).").format(reason=kept.reason),
    ]
    if day is not None:
        when = plain.describe_date(day) + (f", {at.strftime('%H:%M')}" if at else "")
        lines.append(_("I could come on {when}, or at another time that you suggest.").format(when=when))
    if wishes.strip():
        lines += ["", wishes.strip()]
    lines += ["", _("I attach a letter with my answers and the exercises that I do."), "", _("Kind regards"), visitor.person.name]
    return "\n".join(lines).rstrip()


def _mail(visitor: Visitor, kept: Appointment) -> str:
    subject = quote(_("Appointment because of hip pain"))
    body = quote(_body(visitor, kept).replace("\n", "\r\n"))
    return f"mailto:{quote(kept.address, safe='@')}?subject={subject}&body={body}"
