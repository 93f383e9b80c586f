"""The calendar file: the planned days at the right time on the wall clock, alarms, and UIDs that stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event
from somebody import APART, EVERY_DAY, programme, row

from coxa.care.programme import PlannedDose, Programme
from coxa.errors import BadInput
from coxa.exchange.calendar import WEEKS, calendar, machine_zone, read_times
from coxa.exercises import catalogue

STAMP = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
STARTS = date(2026, 10, 12)  # a Monday; the clock goes back on 25 October


def parsed(p: Programme, zone: str = "Europe/Berlin", times: tuple[str, ...] = (), starts: date = STARTS, person: str = "") -> Calendar:
    read = Calendar.from_ical(calendar(p, starts, zone, times, stamp=STAMP, person=person))
    assert isinstance(read, Calendar)
    return read


def events(c: Calendar) -> list[Event]:
    return [event for event in c.walk("VEVENT") if isinstance(event, Event)]


def occurrences(event: Event) -> Iterator[datetime]:
    """Each time it happens: the wall clock's time as the rule gives it, put into the zone that the file itself describes."""
    start = event["dtstart"].dt
    for when in rrulestr(event["rrule"].to_ical().decode(), dtstart=start.replace(tzinfo=None)):
        yield when.replace(tzinfo=start.tzinfo)


def test_the_planned_days_and_no_others_have_a_session() -> None:
    days = [when.date() for event in events(parsed(programme(row("bridge", days=APART)))) for when in occurrences(event)]
    assert len(days) == len(set(days)) == 3 * WEEKS
    assert {day.weekday() for day in days} == {0, 2, 4}
    assert min(days) == STARTS
    assert max(days) < STARTS + timedelta(weeks=WEEKS)


def test_nine_oclock_in_summer_is_nine_oclock_in_winter() -> None:
    whens = sorted(when for event in events(parsed(programme())) for when in occurrences(event))
    assert {when.time() for when in whens} == {time(9)}
    before = next(when for when in whens if when.date() == date(2026, 10, 24))
    after = next(when for when in whens if when.date() == date(2026, 10, 26))
    assert (before.utcoffset(), after.utcoffset()) == (timedelta(hours=2), timedelta(hours=1))
    assert after.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=49)


def test_the_file_brings_the_rules_of_its_zone_and_they_are_the_zones_own() -> None:
    c = parsed(programme())
    assert c.get_missing_tzids() == set()
    (described,) = c.timezones
    own, known = described.to_tz(), ZoneInfo("Europe/Berlin")
    for days in range(0, 7 * WEEKS):
        noon = datetime(2026, 10, 12, 12) + timedelta(days=days)
        assert noon.replace(tzinfo=own).utcoffset() == noon.replace(tzinfo=known).utcoffset()


def test_two_sessions_a_day_stand_at_two_times_each_with_what_it_holds() -> None:
    twice = PlannedDose(sets=1, repetitions=20, times_a_day=2)
    p = programme(row("pelvic-tilts", dose=twice), row("bridge", days=APART), sessions_a_day=2)
    found = events(parsed(p, times=("07:30", "19:00")))
    evening = [event for event in found if event["dtstart"].dt.time() == time(19)]
    assert len(evening) == len(EVERY_DAY)
    assert {event["dtstart"].dt.time() for event in found} == {time(7, 30), time(19)}
    assert all(catalogue.load("pelvic-tilts").name in event["description"] for event in found)
    assert not any(catalogue.load("bridge").name in event["description"] for event in evening)
    assert not any("twice a day" in event["description"] for event in found)


def test_every_session_rings_before_it_begins() -> None:
    for event in events(parsed(programme())):
        (bell,) = event.walk("VALARM")
        assert bell["action"] == "DISPLAY"
        assert bell["trigger"].dt == timedelta(minutes=-10)
        assert event["duration"].dt >= timedelta(minutes=4)


def test_a_changed_plan_replaces_the_old_one_and_does_not_stand_beside_it() -> None:
    old, new = programme(), programme(row("clamshell", days=EVERY_DAY), version=2)
    ids = [{str(event["uid"]) for event in events(parsed(p))} for p in (old, new)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == len(EVERY_DAY)
    assert {event["sequence"] for event in events(parsed(new))} == {2}
    assert ids[0] == {str(event["uid"]) for event in events(parsed(old, starts=date(2026, 11, 2)))}


def test_two_people_in_one_calendar_do_not_overwrite_each_other() -> None:
    ids = [{str(event["uid"]) for event in events(parsed(programme(), person=person))} for person in ("Anna", "Bert")]
    assert not ids[0] & ids[1]


def test_the_programmes_own_length_ends_it() -> None:
    days = [when.date() for event in events(parsed(programme(weeks=2))) for when in occurrences(event)]
    assert len(days) == 14
    assert max(days) == date(2026, 10, 25)


@settings(max_examples=25, deadline=None)
@given(
    starts=st.dates(date(2025, 1, 1), date(2030, 12, 31)),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "UTC", "America/St_Johns"]),
    days=st.sets(st.sampled_from(EVERY_DAY), min_size=1),
)
def test_wherever_and_whenever_the_local_time_is_the_one_asked_for(starts: date, zone: str, days: set[str]) -> None:
    on = tuple(day for day in EVERY_DAY if day in days)
    c = parsed(programme(row("bridge", days=on)), zone, ("08:15",), starts)
    whens = [when for event in events(c) for when in occurrences(event)]
    assert {when.time() for when in whens} == {time(8, 15)}
    assert {EVERY_DAY[when.weekday()] for when in whens} == days
    assert starts <= min(when.date() for when in whens) < starts + timedelta(days=7)
    assert c.get_missing_tzids() == set()


@pytest.mark.parametrize(
    ("zone", "times", "part"), [("Europe/Hamburg", (), "Europe/Hamburg"), ("../etc", (), "../etc"), ("UTC", ("08:00", "09:00"), "one time")]
)
def test_a_wrong_zone_or_number_of_times_is_refused(zone: str, times: tuple[str, ...], part: str) -> None:
    with pytest.raises(BadInput, match=part):
        calendar(programme(), STARTS, zone, times, stamp=STAMP)


@pytest.mark.parametrize("text", ["", "8", "24:00", "08:60", "8:0", "08:00,", "noon", "08:00,08:00", "-1:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="--at"):
        read_times(text)


def test_a_machine_that_does_not_say_its_zone_is_asked_for_it(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--zone Europe/Berlin"):
        machine_zone(tmp_path / "localtime")
    there = tmp_path / "zoneinfo" / "Europe"
    there.mkdir(parents=True)
    (there / "Berlin").touch()
    (tmp_path / "localtime").symlink_to(there / "Berlin")
    assert machine_zone(tmp_path / "localtime") == "Europe/Berlin"
