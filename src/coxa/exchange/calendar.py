"""A programme as a calendar file: the planned days, each with its times, what to do, and an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Alarm, Calendar, Event

from coxa.care.programme import Planned, PlannedDose, Programme
from coxa.errors import BadInput
from coxa.exchange import plain
from coxa.exercises import catalogue
from coxa.locales import current
from coxa.locales import gettext as _

#: How long the days go on where the programme itself has no end; by then it has been reviewed many times.
WEEKS = 12
#: When sessions are where nobody said: by their number a day.
TIMES: dict[int, tuple[str, ...]] = {1: ("09:00",), 2: ("08:00", "18:00"), 3: ("08:00", "13:00", "18:00")}
ALARM = timedelta(minutes=10)  # before the session: long enough to lay the mat out


def calendar(
    programme: Programme, starts_on: date, zone: str, times: Sequence[str] = (), *, stamp: datetime, person: str = "",
    alarm: timedelta = ALARM,
) -> bytes:  # fmt: skip
    """The planned days as an iCalendar file.

    Every weekday has one event for each session, repeated weekly, at a time on the wall clock of `zone`: at 9 in summer is at 9
    in winter. Its UID comes from the person, the weekday and the session's number alone, so that a changed plan replaces the old
    one in the calendar and does not stand beside it.

    Parameters
    ----------
    programme : Programme
        Its `days` and `sessions_a_day` say what is when.
    starts_on : date
        The first day that may have a session.
    zone : str
        An IANA time zone, such as "Europe/Berlin".
    times : sequence of str, optional
        "HH:MM", one for each session of a day; the usual ones if none are given.
    stamp : datetime
        When the file is made, with its zone.
    person : str, optional
        Keeps the plans of two people in one calendar apart.
    alarm : timedelta, optional
        How long before each session it rings.

    Returns
    -------
    bytes
        UTF-8, RFC 5545, with the zone's own rules in it.

    Raises
    ------
    BadInput
        When the zone is not known, or there is not one time for each session.
    """
    place = ZoneInfo(check_zone(zone))
    clock = _clock(programme, times)
    ends_on = starts_on + timedelta(weeks=programme.weeks or WEEKS) - timedelta(days=1)
    found = Calendar()
    found.add("prodid", f"-//coxa//programme//{current().upper()}")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", _("Exercises for the hip"))
    found.add("x-wr-timezone", zone)
    for number, at in enumerate(clock):
        for weekday in plain.WEEKDAYS:
            done = [e for e in programme.exercises if weekday in e.days and number < max(1, e.dose.times_a_day)]
            if not done:
                continue
            first = starts_on + timedelta(days=(plain.WEEKDAYS.index(weekday) - starts_on.weekday()) % 7)
            count = (ends_on - first).days // 7 + 1
            if count > 0:
                start = datetime.combine(first, at, place)
                found.add_component(_event(programme, done, start, count, stamp, alarm, f"{person}|{weekday}|{number}"))
    # A year on each side holds every change of the clock that the events meet.
    found.add_missing_timezones(starts_on - timedelta(days=366), ends_on + timedelta(days=366))
    return bytes(found.to_ical())


def check_zone(zone: str) -> str:
    """The zone's name, if there is such a zone.

    Raises
    ------
    BadInput
        When there is none.
    """
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"--zone: expected a time zone such as Europe/Berlin, got '{zone}'") from error
    return zone


def machine_zone(link: Path = Path("/etc/localtime")) -> str:
    """The time zone that this machine is set to.

    Raises
    ------
    BadInput
        When it cannot be told.
    """
    target = str(link.resolve())
    name = target.partition("zoneinfo/")[2].removeprefix("posix/")
    if not name:
        raise BadInput("--zone: this machine does not say which time zone it is in; give one, such as --zone Europe/Berlin")
    return check_zone(name)


def read_times(text: str) -> tuple[str, ...]:
    """Times of day from "08:00,18:00", in order.

    Raises
    ------
    BadInput
        When one of them is not a time, or stands there twice.

    Examples
    --------
    >>> read_times("18:00, 8:30")
    ('08:30', '18:00')
    """
    found = []
    for part in text.split(","):
        hours, colon, minutes = part.strip().partition(":")
        if not (colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2 and int(hours) < 24 and int(minutes) < 60):
            raise BadInput(f"--at: expected times such as 08:00,18:00, got '{part.strip()}'")
        found.append(f"{int(hours):02d}:{minutes}")
    if len(set(found)) < len(found):
        raise BadInput(f"--at: expected different times, got '{text}'")
    return tuple(sorted(found))


def _clock(programme: Programme, times: Sequence[str]) -> list[time]:
    wanted = max([programme.sessions_a_day, *(e.dose.times_a_day for e in programme.exercises)], default=1)
    if times and len(times) != wanted:
        said = "one time, for one session" if wanted == 1 else f"{wanted} times, for {wanted} sessions"
        raise BadInput(f"--at: expected {said} a day, got {len(times)}: {', '.join(times)}")
    if not times and wanted not in TIMES:
        # evenly over the day, from 8 to 20
        times = [f"{8 + round(12 * n / (wanted - 1)):02d}:00" for n in range(wanted)]
    return [time.fromisoformat(at) for at in (times or TIMES[wanted])]


def _event(
    programme: Programme, done: Sequence[Planned], start: datetime, count: int, stamp: datetime, alarm: timedelta, key: str
) -> Event:
    minutes = max(5, round(sum(e.minutes for e in done) or programme.minutes_a_session))
    event = Event()
    event.add("uid", f"{uuid5(NAMESPACE_URL, f'coxa:programme:{key}')}@coxa")
    event.add("dtstamp", stamp)
    event.add("sequence", programme.version)
    event.add("dtstart", start)
    event.add("duration", timedelta(minutes=minutes))
    event.add("rrule", {"freq": "weekly", "count": count})
    title = _("Exercises for the hip ({length})").format(length=plain.describe_minutes(minutes))
    event.add("summary", title)
    lines = [f"{number}. {catalogue.load(e.exercise).name}: {plain.describe_dose(_one_session(e))}" for number, e in enumerate(done, 1)]
    event.add("description", "\n".join([*lines, "", _(plain.STOP_RULE)]))
    event.add("transp", "OPAQUE")
    bell = Alarm()
    bell.add("action", "DISPLAY")
    bell.add("trigger", -alarm)
    bell.add("description", title)
    event.add_component(bell)
    return event


def _one_session(e: Planned) -> PlannedDose:
    return e.dose.model_copy(update={"times_a_day": 1})
