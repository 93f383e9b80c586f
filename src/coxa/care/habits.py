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
        Up to three, each at another moment of the day; from exercises of this programme only, so that nothing is practised
        in daily life that is left out of the session. Empty for a programme without exercises.
    """
    by_moment: dict[str, list[Slug]] = {}
    for row in programme.exercises:
        by_moment.setdefault(moment_of(row.exercise), []).append(row.exercise)
    moments = list(by_moment)
    wanted = min(int(_data()["a_week"]), len(moments))
    start = (max(week, 1) - 1) * wanted
    found = []
    for place in range(start, start + wanted):
        ids = by_moment[moments[place % len(moments)]]
        exercise = catalogue.load(ids[(place // len(moments)) % len(ids)])
        found.append(Reason(rule="B18", words=exercise.daily_life, source=_data()["source"]))
    return tuple(found)
