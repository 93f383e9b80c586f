"""Habits: two or three cues a week, each at another moment of the day, from what is in the programme."""

from __future__ import annotations

import pytest

from care.people import well
from coxa.care.habits import for_week, moment_of
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
