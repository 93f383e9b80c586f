"""Habits: two or three cues a week, each at another moment of the day, from what is in the programme."""

from __future__ import annotations

import tomllib

import pytest

from care.people import well
from coxa.care.habits import FILE, for_week, moment_of
from coxa.care.planner import plan
from coxa.care.programme import Profile
from coxa.care.screening import screen
from coxa.exercises import catalogue


def programme(minutes: int = 20) -> object:
    return plan(Profile(screening=screen(well()), age=45, falls_12_months=0, minutes_a_day=minutes, most_exercises=8))


@pytest.mark.parametrize("week", range(1, 13))
def test_B18_two_or_three_a_week_from_the_programmes_own_exercises(week: int) -> None:
    """B18."""
    found = programme()
    cues = for_week(found, week)
    known = {catalogue.load(row.exercise).daily_life: row.exercise for row in found.exercises}
    assert 2 <= len(cues) <= 3
    assert all(cue.rule == "B18" and cue.source == "S000" for cue in cues)
    moments = [moment_of(known[cue.words]) for cue in cues]
    assert len(set(moments)) == len(moments)


def test_every_exercise_of_the_programme_gets_its_turn() -> None:
    found = programme(60)
    said = {cue.words for week in range(1, 25) for cue in for_week(found, week)}
    assert said == {catalogue.load(row.exercise).daily_life for row in found.exercises}


def test_no_programme_no_cues() -> None:
    assert for_week(plan(Profile(screening=screen({}), age=45)), 1) == ()


def test_every_exercise_that_can_be_planned_has_its_moment() -> None:
    for exercise in catalogue.all_exercises():
        if exercise.purpose[0] != "test":
            assert moment_of(exercise.id) != exercise.id


def cues(goal: str, week: int = 1, region: str = "not-sure") -> list[str]:
    body = Profile(screening=screen(well(region=region)), age=45, falls_12_months=0, minutes_a_day=60, most_exercises=12, goal=goal)
    found = plan(body)
    known = {catalogue.load(row.exercise).daily_life: row.exercise for row in found.exercises}
    return [moment_of(known[cue.words]) for cue in for_week(found, week)]


@pytest.mark.parametrize("week", [1, 2, 5])
def test_what_the_person_wants_to_do_again_has_a_cue_every_week(week: int) -> None:
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for goal, moments in data["goal"].items():
        wanted = set(moments) | set(data["region"]["outer"])
        assert set(cues(goal, week, "outer")) & wanted, goal
    assert cues("sleep")[0] in data["goal"]["sleep"]


def test_where_it_hurts_orders_the_cues_too() -> None:
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for region, moments in data["region"].items():
        first = {place for week in range(1, 6) for place in cues("everyday", week, region)[:1]}
        assert first & set(moments), region


def test_every_moment_named_for_a_goal_or_a_region_is_one() -> None:
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    named = {moment for kind in ("goal", "region") for moments in data[kind].values() for moment in moments}
    assert named <= set(data["moments"])
