"""The week in two sentences that everybody understands, and how much of what was planned was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import get_args

from coxa.care.decision import Decision, Step
from coxa.care.history import History
from coxa.care.programme import Weekday

_WEEK: tuple[Weekday, ...] = get_args(Weekday)
_NEXT: dict[Step, str] = {
    "stop_now": "Please stop for now, and do first what it says here.",
    "refer": "Please show this to a doctor or a physiotherapist; a letter is ready.",
    "ease": "Next time everything is a little easier, so that your hip can settle.",
    "hold": "Stay at this level for now.",
    "progress": "Next time something gets a little harder.",
    "unlock": "You are ready for something new, standing up.",
}


def adherence(history: History) -> float | None:
    """Share of the planned sessions that were done, 0 to 1; None before the first planned day is over.

    Today counts only as far as it is done.
    """
    start = _start(history)
    if start is None:
        return None
    planned, done = _planned_and_done(history, start, history.today - timedelta(days=1))
    return None if planned == 0 else min(1.0, done / planned)


@dataclass(frozen=True)
class WeekDone:
    """One week of the programme, from the weekday on which it began: how many sessions were planned and how many of them were done."""

    start: date
    planned: int
    done: int


def by_week(history: History) -> tuple[WeekDone, ...]:
    """Planned and done sessions of each week, the first one first; the week that is not over counts up to today.

    Notes
    -----
    The days of the programme as it stands now are taken for all weeks, as in `adherence`.
    """
    start = _start(history)
    weeks: list[WeekDone] = []
    done_on = _done_on(history)
    while start is not None and start <= history.today:
        end = start + timedelta(days=6)
        planned, done = _planned_and_done(history, start, min(end, history.today), done_on)
        weeks.append(WeekDone(start, planned, done))
        start = end + timedelta(days=1)
    return tuple(weeks)


def week(history: History, decisions: Sequence[Decision]) -> tuple[str, str]:
    """Two sentences on the last seven days: what was done and how the pain went, and what comes next.

    Parameters
    ----------
    history
    decisions
        The programme's first.
    """
    return _past(history), _next(decisions)


def _past(history: History) -> str:
    since = history.today - timedelta(days=6)
    every = {session.at: session for session in history.sessions}.values()
    sessions = [s for s in every if since <= s.at.date() <= history.today]
    done = sum(bool(s.exercises) for s in sessions)
    if not history.sessions:
        return "You have not started yet."
    if not done:
        return "You did no session this week."
    pains = [s.pain_before for s in sessions]
    before = [s.pain_before for s in every if since - timedelta(days=7) <= s.at.date() < since]
    now = _whole(median(pains))
    if not before:
        if done == 1:
            return f"You did 1 session this week, and your pain was about {now} of 10."
        return f"You did {done} sessions this week, and your pain was about {now} of 10."
    then = _whole(median(before))
    if now == then:
        if done == 1:
            return f"You did 1 session this week, and your pain stayed at about {now} of 10."
        return f"You did {done} sessions this week, and your pain stayed at about {now} of 10."
    if now < then:
        if done == 1:
            return f"You did 1 session this week, and your pain went down from about {then} to {now} of 10."
        return f"You did {done} sessions this week, and your pain went down from about {then} to {now} of 10."
    if done == 1:
        return f"You did 1 session this week, and your pain went up from about {then} to {now} of 10."
    return f"You did {done} sessions this week, and your pain went up from about {then} to {now} of 10."


def _next(decisions: Sequence[Decision]) -> str:
    programme, *exercises = decisions
    if programme.step != "hold":
        return _NEXT[programme.step]
    steps = {one.step for one in exercises}
    if "stop_now" in steps or "refer" in steps:
        return "Leave one exercise out, and read why before you go on."
    if "ease" in steps:
        return "Next time one exercise is a little easier."
    return _NEXT["progress" if "progress" in steps else "hold"]


def _done_on(history: History) -> dict[date, int]:
    """How many sessions were done on each day."""
    done_on: dict[date, int] = {}
    for session in {session.at: session for session in history.sessions}.values():
        if session.exercises:
            done_on[session.at.date()] = done_on.get(session.at.date(), 0) + 1
    return done_on


def _planned_and_done(history: History, first: date, last: date, done_on: dict[date, int] | None = None) -> tuple[int, int]:
    days = {day for planned in history.programme.exercises for day in planned.days}
    done_on = _done_on(history) if done_on is None else done_on
    planned = done = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if _WEEK[day.weekday()] in days:
            planned += history.programme.sessions_a_day
        done += min(done_on.get(day, 0), history.programme.sessions_a_day)
    return planned, done


def _start(history: History) -> date | None:
    told = history.programme.starts_on or history.profile.starts_on
    first = min((s.at.date() for s in history.sessions), default=None)
    return told if told is not None else first


def _whole(pain: float) -> int:
    """A median to a whole number, halves up: pain is never said to be less than it was."""
    return int(pain + 0.5)
