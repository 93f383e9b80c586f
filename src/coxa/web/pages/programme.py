"""The programme: what it is made from, what is in it and why, on paper and in the calendar."""

from __future__ import annotations

import gzip
import uuid
from html import unescape
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from coxa.care.programme import Planned, Programme
from coxa.care.reason import Reason
from coxa.care.translate import translate
from coxa.errors import BadInput
from coxa.exchange import calendar as ics
from coxa.exchange import handout, plain
from coxa.exercises import catalogue
from coxa.locales import current
from coxa.locales import gettext as _
from coxa.records.programmes import KeptProgramme
from coxa.records.screenings import Completed
from coxa.web import pictures
from coxa.web.flow import programme as flow
from coxa.web.flow import screening as screened
from coxa.web.form import Form, text
from coxa.web.page import page
from coxa.web.pages.library import pictures_of
from coxa.web.visitor import SignedIn, Visitor, of_one_state

router = APIRouter(include_in_schema=False)
PAGE = "/programme"


@router.get(PAGE)
@of_one_state
def show(request: Request, visitor: SignedIn, change: str = "") -> Response:
    """The programme; where there is none yet, or a change is wanted, what it is made from."""
    completed = screened.latest(visitor)
    if completed is None or not completed.result.may_exercise:
        return RedirectResponse("/screening", 303)
    kept = flow.latest(visitor)
    if kept is None or change:
        wishes = flow.Wishes.of(kept.profile) if kept else flow.Wishes.said(completed)
        return _form(request, visitor, completed, flow.typed(wishes), kept)
    return _programme(request, visitor, kept)


@router.post(PAGE)
def make(request: Request, visitor: SignedIn, form: Form) -> Response:
    """Make the programme, or change it."""
    completed = screened.latest(visitor)
    if completed is None or not completed.result.may_exercise:
        return RedirectResponse("/screening", 303)
    kept = flow.latest(visitor)
    typed, problems = flow.read_wishes(form)
    if problems:
        return _form(request, visitor, completed, typed, kept, problems, 422)
    wishes = typed.wishes
    if wishes.kind != "personal" and not text(form, "full"):
        preview = flow.preview(visitor, completed, wishes)
        whole = round(preview.minutes_a_session * preview.sessions_a_day)
        if preview.exercises and whole > wishes.minutes:
            return _form(request, visitor, completed, typed, kept, longer=(plain.KINDS[wishes.kind], whole))
    flow.make(visitor, completed, wishes, key=text(form, "key", 60) or None)
    return RedirectResponse(PAGE, 303)


@router.get(f"{PAGE}/sheet.pdf")
async def sheet(request: Request, visitor: SignedIn, large: str = "", compact: str = "") -> Response:
    """The programme on paper."""
    kept = await run_in_threadpool(flow.latest, visitor)
    if kept is None or not kept.programme.exercises:
        raise HTTPException(404)
    drawn = await drawn_for(request, kept.programme)

    def made() -> bytes:
        said, screening = translate(kept.programme), translate(kept.profile.screening)
        return handout.handout(
            said, screening, drawn, name=visitor.person.name, large=bool(large), compact=bool(compact), today=visitor.today
        )

    name = _("hip-exercises.pdf")
    return _file(await run_in_threadpool(made), "application/pdf", name, inline=True)


@router.get(f"{PAGE}/calendar.ics")
def calendar(request: Request, visitor: SignedIn) -> Response:
    """The planned days for a calendar, at the times that were chosen: `at`, once for each session of a day."""
    kept = flow.latest(visitor)
    if kept is None or not kept.programme.exercises:
        raise HTTPException(404)
    times = [one.strip() for one in request.query_params.getlist("at") if one.strip()]
    programme = translate(kept.programme)
    starts = max(programme.starts_on or visitor.today, visitor.today)
    try:
        chosen = ics.read_times(",".join(times)) if times else ()
        made = ics.calendar(programme, starts, visitor.zone, chosen, stamp=visitor.now, person=visitor.person.id)
    except BadInput:
        return _programme(request, visitor, kept, problem=_("Please choose different times, such as 08:00 and 18:00."), status=422)
    return _file(made, "text/calendar; charset=utf-8", _("hip-exercises.ics"))


# ------------------------------------------------------------------------------------------------ the pages


def _form(
    request: Request, visitor: Visitor, completed: Completed, typed: flow.Typed, kept: KeptProgramme | None,
    problems: dict[str, str] | None = None, status: int = 200, longer: tuple[str, int] | None = None,
) -> Response:  # fmt: skip
    lengths = flow.lengths(visitor, completed, typed.wishes)
    kinds = [(kind, plain.KINDS[kind], flow.ABOUT[kind], lengths.get(kind)) for kind in flow.KINDS]
    return page(
        request, "programme-form.html", visitor, status=status, here="programme", typed=typed, wishes=typed.wishes, kinds=kinds,
        days=[(day, plain.DAY_NAMES[day]) for day in plain.WEEKDAYS],
        things=[(one, _capital(plain.EQUIPMENT[one])) for one in flow.EQUIPMENT],
        goals=[(one, _capital(plain.GOALS[one])) for one in flow.GOALS],
        problems=problems or {}, longer=longer, changes=kept is not None, key=f"web-{uuid.uuid4().hex}",
        most_of=tuple(range(flow.MOST[0], flow.MOST[1] + 1)), minutes_of=flow.MINUTES,
    )  # fmt: skip


def _programme(request: Request, visitor: Visitor, kept: KeptProgramme, *, problem: str = "", status: int = 200) -> Response:
    programme = translate(kept.programme)
    wanted = max([programme.sessions_a_day, *(row.dose.times_a_day for row in programme.exercises)], default=1)
    starts = programme.starts_on or kept.at.date()
    place = plain.describe_place(programme.region, programme.side)
    having = {row.exercise for row in programme.exercises}
    return page(
        request, "programme.html", visitor, status=status, here="programme", programme=programme, problem=problem,
        kind=plain.KINDS[programme.kind], place=_capital(place), phase=plain.PHASES[programme.phase],
        length=plain.describe_minutes(programme.minutes_a_session), times=plain.describe_times(max(1, programme.sessions_a_day)),
        cards=[card_of(row) for row in programme.exercises], weeks=flow.weeks(programme, starts, visitor.today),
        today=visitor.today, left_out=_left_out(programme),
        # What the diary has opened since the programme was planned is among its exercises by now.
        next_ones=[(catalogue.load(one.exercise).name, one) for one in programme.unlocks_next if one.exercise not in having],
        stop_rule=_(plain.STOP_RULE), clock=_usual(wanted), starts=plain.describe_date(starts),
        version=kept.number, day_of=(visitor.today - starts).days + 1,
    )  # fmt: skip


def card_of(row: Planned) -> dict[str, Any]:
    """One planned exercise as its card shows it."""
    e = catalogue.load(row.exercise)
    return {
        "id": e.id, "name": e.name, "dose": plain.describe_dose(row.dose), "why": row.why,
        "side": "" if row.side == "both" else _("{side} side").format(side=_capital(plain.SIDES[row.side])),
        "query": f"side={row.side}" if row.side == "right" else "", "alt": _("{name}: {position}").format(name=e.name, position=e.position),
        "week": [(plain.DAY_SHORT[day][:2], plain.DAY_NAMES[day], day in row.days) for day in plain.WEEKDAYS],
        "drawn": e.movement is not None, "minutes": max(1, round(row.minutes)),
    }  # fmt: skip


async def drawn_for(request: Request, programme: Programme) -> dict[str, handout.Picture]:
    """The pictures of a programme for paper, from those that are kept."""
    found: dict[str, handout.Picture] = {}
    for row in programme.exercises:
        wanted = pictures.Wanted(row.exercise, "still", "right" if row.side == "right" else "left", None, current())
        if wanted.exists():
            svg = gzip.decompress(await pictures_of(request).packed(wanted)).decode("utf-8")
            found[row.exercise] = handout.picture_of(svg, unescape(svg.partition("<desc>")[2].partition("</desc>")[0]))
    return found


def _left_out(programme: Programme) -> list[tuple[str, tuple[Reason, ...], str]]:
    """What is not in the programme, by the first reason why not: exercises with the same one stand together."""
    groups: dict[tuple[tuple[Reason, ...], str], list[str]] = {}
    for one in programme.left_out:
        name = catalogue.load(one.exercise).name if one.exercise in catalogue.ids() else one.exercise
        groups.setdefault((one.why[:1], one.until), []).append(name)
    return [(", ".join(names), why, until) for (why, until), names in groups.items()]


def _usual(wanted: int) -> list[str]:
    """The times to begin with, which the person may change."""
    return list(ics.TIMES.get(wanted, ())) or [""] * wanted


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _file(data: bytes, media_type: str, name: str, *, inline: bool = False) -> Response:
    how = "inline" if inline else "attachment"
    headers = {"Content-Disposition": f'{how}; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(data, media_type=media_type, headers=headers)
