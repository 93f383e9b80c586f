"""Today: what is planned, whether to begin, and what to do where nothing is."""

from __future__ import annotations

import uuid

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from coxa.exchange import plain
from coxa.locales import gettext as _
from coxa.records import DiaryRepository
from coxa.records.events import SomethingNew
from coxa.web.flow import moving_on
from coxa.web.flow import programme as programmes
from coxa.web.flow import screening as screened
from coxa.web.flow.documents import Today
from coxa.web.flow.progress import progress_of
from coxa.web.flow.today import today_of
from coxa.web.page import page
from coxa.web.visitor import SignedIn, Visitor, of_one_state

router = APIRouter(include_in_schema=False)


@router.get("/today")
@of_one_state
def today(request: Request, visitor: SignedIn) -> Response:
    """The day's session and how to begin it."""
    completed = screened.latest(visitor)
    if completed is None:
        return RedirectResponse("/screening", 303)
    if completed.result.may_exercise and programmes.latest(visitor) is None:
        return RedirectResponse("/programme", 303)
    now = today_of(visitor, visitor.preferences)
    hour = visitor.now.hour
    greeting = _("Good morning") if hour < 12 else _("Good afternoon") if hour < 17 else _("Good evening")
    return page(
        request, "today.html", visitor, here="today", now=now, greeting=greeting, minutes=_minutes(visitor, now),
        morning_due=morning_due(visitor), next_on=_day(visitor, now), screening_open=screened.load(visitor).key is not None,
        weekday=plain.DAY_NAMES[plain.WEEKDAYS[visitor.today.weekday()]], date=plain.describe_date(visitor.today),
        stop_rule=_(plain.STOP_RULE), late_for=_late_for(visitor, now), grave=not completed.result.may_exercise,
        sides={one: _("{side} side").format(side=plain.SIDES[one].capitalize()) for one in ("left", "right")},
    )  # fmt: skip


@router.post("/today/something-new")
def something_new(visitor: SignedIn) -> Response:
    """Something has changed since the questions were answered: they are asked again before the next session."""
    key = f"new-{uuid.uuid4().hex}"
    DiaryRepository(visitor.store).record(visitor.asker, visitor.person.id, SomethingNew(), key=key)
    moving_on.move_on(visitor, key)
    screened.begin_again(visitor)
    return RedirectResponse("/screening", 303)


def morning_due(visitor: Visitor) -> bool:
    """Whether there was a session yesterday, and nothing was said yet of the morning after."""
    found = progress_of(visitor)  # kept from the last page: a diary of years takes its time to read
    if found is None or any(morning.on == visitor.today for morning in found.history.mornings):
        return False
    days = {session.at.date() for session in found.history.sessions if session.exercises}
    return any((visitor.today - day).days == 1 for day in days)


def _late_for(visitor: Visitor, now: Today) -> str:
    """The time that the person has set for a session of today that is past and was not begun; empty where there is none."""
    if not visitor.preferences.get("reminders", True) or now.session_key or not now.planned:
        return ""
    clock = f"{visitor.now:%H:%M}"
    past = sorted(time for time in visitor.preferences.get("reminder_times") or () if time <= clock)
    return past[-1] if now.sessions_done < min(len(past), now.sessions_a_day) else ""


def _minutes(visitor: Visitor, now: Today) -> str:
    kept = programmes.latest(visitor)
    ids = {one.id for one in now.exercises}
    minutes = sum(row.minutes for row in kept.programme.exercises if row.exercise in ids) if kept else 0
    return plain.describe_minutes(minutes) if minutes else ""


def _day(visitor: Visitor, now: Today) -> str:
    if now.next_on is None:
        return ""
    if (now.next_on - visitor.today).days == 1:
        return _("tomorrow")
    return _("on {day}").format(day=plain.DAY_NAMES[plain.WEEKDAYS[now.next_on.weekday()]])
