"""Which of the exercises that are open make the best session: points against minutes, positions and camera placements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from coxa.care.prescription import planner_data
from coxa.care.programme import PlannedDose, Profile
from coxa.care.selection import Allowed
from coxa.care.zero_one import Choice
from coxa.exercises.terms import View

#: How often the camera may be set up in a session (product decision 6).
MOST_PLACEMENTS = 2
#: How many exercises a session has at least, where that many are open and fit.
LEAST_EXERCISES = 3
#: Placements from the one that is hardest to set up in a home to the easiest; between equal plans the easier one is taken.
HANDY: tuple[View, ...] = ("raised", "diagonal", "feet-end", "side", "front")


@dataclass(frozen=True)
class Candidate:
    """An exercise that is open, with what it is worth and what it takes."""

    allowed: Allowed
    dose: PlannedDose
    worth: int
    seconds: float
    views: tuple[View, ...]  # where the camera may stand; empty where none follows it
    best_views: tuple[View, ...]  # where its most important mistake can be judged
    trains: bool  # counts as strength or control
    warms_up: bool


def choose(candidates: Sequence[Candidate], profile: Profile) -> tuple[tuple[Candidate, ...], tuple[View, ...]]:
    """The session with the most points within the person's minutes.

    Parameters
    ----------
    candidates : sequence of Candidate
    profile : Profile

    Returns
    -------
    tuple of (tuple of Candidate, tuple of View)
        The chosen exercises, and where the camera stands: at most two placements.

    Notes
    -----
    What is added up (data/planner.toml): the worth of each exercise; each new area of the body; a warm-up; something that
    trains; less for a second of a family, each position, each placement of the camera. Ties go to the easier exercise: below
    every whole point lie bits of which each exercise has its own, so that there is exactly one best choice.

    The camera is moved at most once a posture beyond its first placements, because within a posture what is seen from where
    it stands goes first; so much time is set aside.
    """
    data = planner_data()
    points, time = data["points"], data["time"]
    order = sorted(candidates, key=lambda one: _ease(one))
    views = [view for view in HANDY if any(view in one.views for one in order)]
    bits = len(order) + len(views)
    choice = Choice()

    def worth(whole: int, bit: int | None = None) -> int:
        return (whole << bits) + (0 if bit is None else 1 << bit)

    take = [choice.variable(worth(one.worth, bits - 1 - place)) for place, one in enumerate(order)]
    choice.at_most(dict.fromkeys(take, 1), profile.most_exercises)

    def earned_by(members: list[int], whole: int) -> None:
        earned = choice.variable(worth(whole))
        choice.at_most({earned: 1, **dict.fromkeys(members, -1)}, 0)

    three = choice.variable(worth(points["three"]))
    choice.at_most({three: LEAST_EXERCISES, **dict.fromkeys(take, -1)}, 0)

    def those(ids: Sequence[str]) -> list[int]:
        return [take[place] for place, one in enumerate(order) if one.allowed.exercise.id in ids]

    earned_by([take[place] for place, one in enumerate(order) if one.warms_up], points["warm_up"])
    earned_by([take[place] for place, one in enumerate(order) if one.trains], points["trains"])
    for ids in data["areas"].values():
        earned_by(those(ids), points["new_area"])
    for ids in data["families"].values():
        if len(those(ids)) > 1:
            extra = choice.variable(worth(points["same_family"]), upper=len(ids))
            choice.at_most({**dict.fromkeys(those(ids), 1), extra: -1}, 1)

    postures = sorted({one.allowed.exercise.posture for one in order})
    used = {posture: choice.variable(worth(points["position"])) for posture in postures}
    seen = {view: choice.variable(worth(points["placement"], place)) for place, view in enumerate(views)}
    for variable, one in zip(take, order, strict=True):
        choice.at_most({variable: 1, used[one.allowed.exercise.posture]: -1}, 0)
        if one.views:
            choice.at_most({variable: 1, **{seen[view]: -1 for view in one.views}}, 0)
            well = choice.variable(worth(points["seen_best"]))
            choice.at_most({well: 1, variable: -1}, 0)
            choice.at_most({well: 1, **{seen[view]: -1 for view in one.best_views if view in seen}}, 0)
    choice.at_most(dict.fromkeys(seen.values(), 1), MOST_PLACEMENTS)

    two = choice.variable()  # whether the camera has two placements
    choice.at_most({**dict.fromkeys(seen.values(), 1), two: -1}, 1)
    moves = choice.variable(upper=len(postures))  # further moves between them
    choice.at_most({**dict.fromkeys(used.values(), 1), two: len(postures), moves: -1}, 1 + len(postures))
    takes = {variable: math.ceil(one.seconds) for variable, one in zip(take, order, strict=True)}
    takes |= dict.fromkeys(used.values(), math.ceil(time["change_position_s"]))
    takes |= dict.fromkeys((*seen.values(), moves), math.ceil(time["move_camera_s"]))
    choice.at_most(takes, profile.minutes_a_day * 60)

    values = choice.best()
    chosen = tuple(one for variable, one in zip(take, order, strict=True) if values[variable])
    return chosen, tuple(view for view, variable in seen.items() if values[variable])


def _ease(one: Candidate) -> tuple[int, int, str]:
    """Easier exercises first, by level and then by how hard the gluteals work (C6)."""
    exercise = one.allowed.exercise
    return exercise.level, planner_data()["effort"].get(exercise.id, 0), exercise.id
