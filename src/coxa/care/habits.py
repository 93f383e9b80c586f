"""Daily-life habits: two or three cues a week that carry the exercises into the other 23 hours, each tied to a moment of the day."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from coxa.care.programme import Programme
from coxa.care.reason import Reason
from coxa.exercises import catalogue
from coxa.exercises.terms import Slug

FILE = Path(__file__).with_name("data") / "habits.toml"


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def moment_of(exercise: Slug) -> str:
    """The moment of the day to which an exercise's carry-over belongs; its own id where none is named.

    >>> moment_of("single-leg-stance")
    'brushing-teeth'
    """
    return next((str(moment) for moment, ids in _data()["moments"].items() if exercise in ids), exercise)


def for_week(programme: Programme, week: int) -> tuple[Reason, ...]:
    """The cues of one week of a programme.

    Parameters
    ----------
    programme : Programme
    week : int
        1 for the first; the cues move on each week, until every exercise of the programme had its turn.

    Returns
    -------
    tuple of Reason
        Up to three, each at another moment of the day; one of them at a moment that the goal or the region makes count (C2, C5).
        From exercises of this programme only, so that nothing is practised in daily life that is left out of the session. Empty for
        a programme without exercises.
    """
    by_moment: dict[str, list[Slug]] = {}
    for row in programme.exercises:
        by_moment.setdefault(moment_of(row.exercise), []).append(row.exercise)
    wanted = min(int(_data()["a_week"]), len(by_moment))
    first = [moment for moment in _first(programme) if moment in by_moment]
    others = [moment for moment in by_moment if moment not in first]
    # One that matters most each week, and the rest in turn; where one kind runs out, the other fills up.
    of_first = min(len(first), max(1, wanted - len(others)))
    found = []
    for moments, count in ((first, of_first), (others, wanted - of_first)):
        for place in range((max(week, 1) - 1) * count, max(week, 1) * count):
            ids = by_moment[moments[place % len(moments)]]
            exercise = catalogue.load(ids[(place // len(moments)) % len(ids)])
            found.append(Reason(rule="B18", words=exercise.daily_life, source=_data()["source"]))
    return tuple(found)


def _first(programme: Programme) -> tuple[str, ...]:
    """The moments that matter most: for what the person wants to do again, then for where it hurts."""
    data = _data()
    goal, region = data["goal"].get(programme.goal, []), data["region"].get(programme.region, [])
    return tuple(dict.fromkeys((*goal, *region)))
