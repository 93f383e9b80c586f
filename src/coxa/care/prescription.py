"""What one exercise is given: its part of a session, its dose, its days and the time it takes. The numbers are data."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from coxa.care.programme import PlannedDose, Weekday
from coxa.care.screening import Side
from coxa.exercises.model import Dose, Exercise
from coxa.exercises.terms import Posture, Source

FILE = Path(__file__).with_name("data") / "planner.toml"
Part = Literal["warm-up", "mobility", "stretch", "control", "strength", "balance", "standing"]
WEEK: tuple[Weekday, ...] = get_args(Weekday)
#: What a firm bed does for as well as the floor.
LYING: tuple[Posture, ...] = ("supine", "side-lying", "prone")
#: From lying to standing: the order in which a session goes, so that nobody gets up and down ten times.
POSTURES: tuple[Posture, ...] = ("supine", "side-lying", "prone", "all-fours", "half-kneeling", "sitting", "standing")


@cache
def planner_data() -> dict[str, Any]:
    """The planner's numbers as they ship."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def part_of(exercise: Exercise) -> Part:
    """Which part of a session an exercise belongs to, by what it is for in the first place.

    >>> from coxa.exercises import catalogue
    >>> [part_of(catalogue.load(id)) for id in ("clamshell", "bridge", "standing-abduction", "single-leg-stance")]
    ['control', 'strength', 'standing', 'balance']
    """
    first = exercise.purpose[0]
    if first == "balance" or first == "test":
        return "balance"
    if first == "strength":
        if exercise.posture == "standing":
            return "standing"
        return "strength" if exercise.level >= LOADED_LEVEL else "control"
    return first


#: Strength work below this level counts as low-load control, which may be done every day (product decision 6).
LOADED_LEVEL = 2


def is_loaded(exercise: Exercise) -> bool:
    """Whether a day of rest belongs between two days with this exercise."""
    return part_of(exercise) in ("strength", "standing")


def default_dose(exercise: Exercise, age: int) -> PlannedDose:
    """The planner's own dose, where no source states one; each number names where it comes from."""
    row = dose_row(exercise, age)
    timed = "duration_s" in row
    values: dict[str, Any] = {"sets": row["sets"], "times_a_day": 1, "per_side": exercise.side != "both"}
    if "per_direction" in row:
        values |= {"per_direction": row["per_direction"], "per_side": exercise.side == "one"}
    if timed:
        values["duration_s"] = row["duration_s"]
    else:
        values["repetitions"] = row["repetitions"]
        values |= {key: row[key] for key in ("hold_s", "hold_most_s", "repetitions_most") if row.get(key)}
    by: dict[str, Source] = dict.fromkeys(values, row["source"])
    for stem in ("repetitions", "hold"):
        if f"{stem}_source" in row:
            by |= {key: row[f"{stem}_source"] for key in values if key.startswith(stem)}
    return PlannedDose(**values, by=by)


def dose_row(exercise: Exercise, age: int) -> dict[str, Any]:
    """The numbers of an exercise's default dose: those of its kind, and what is its own."""
    data = planner_data()
    row: dict[str, Any] = data["dose"][_kind(exercise, age)] | data["own"].get(exercise.id, {})
    return row


def _kind(exercise: Exercise, age: int) -> str:
    first, data = exercise.purpose[0], planner_data()
    if first == "stretch":
        return "stretch-from-65" if age >= data["age"]["long_stretch"] else "stretch"
    if first == "strength" and is_loaded(exercise):
        return "strength-from-50" if age >= data["age"]["more_repetitions"] else "strength"
    return "control" if first == "strength" else "balance" if first in ("balance", "test") else first


def source_dose(exercise: Exercise, source: Source, age: int, ours: dict[str, float] | None = None) -> PlannedDose:
    """A source's own dose, to the number; what it does not state is the planner's, marked as ours.

    Parameters
    ----------
    exercise : Exercise
    source : Source
        Whose dose, such as "S001".
    age : int
        Years; the planner's own numbers depend on it.
    ours : dict, optional
        Numbers the source only hints at, such as "hold for a few seconds", set here.

    Notes
    -----
    Where a source counts repetitions and names no hold, there is none: twenty clams without a hold are not twenty with one.
    """
    stated = stated_dose(exercise, source)
    default = default_dose(exercise, age)
    values: dict[str, Any] = {"sets": default.sets, "per_side": default.per_side, "times_a_day": 1}
    if stated is not None and stated.duration_s is not None:
        values |= {"sets": 1, "duration_s": stated.duration_s[0]}
    elif stated is not None and stated.repetitions is not None:
        values |= {"sets": 1, "repetitions": stated.repetitions[0]}
        values |= _most("repetitions_most", stated.repetitions)
        values["per_side"] = exercise.side == "one"  # in turns: so many in all, the smaller reading
    elif default.duration_s is not None:
        values["duration_s"] = default.duration_s
    else:
        values |= {"repetitions": default.repetitions, "hold_s": default.hold_s}
    if default.per_direction and stated is None:
        values["per_direction"] = True
    values |= ours or {}
    by: dict[str, Source] = {key: "ours" for key, value in values.items() if value is not None}
    said: dict[str, Any] = {}
    if stated is not None:
        if stated.hold_s is not None:
            said |= {"hold_s": stated.hold_s[0]} | _most("hold_most_s", stated.hold_s)
        said |= {key: getattr(stated, key) for key in ("sets", "per_side", "per_direction") if getattr(stated, key) is not None}
        said |= {key: values[key] for key in ("repetitions", "repetitions_most") if stated.repetitions is not None and key in values}
        if stated.duration_s is not None:
            said["duration_s"] = stated.duration_s[0]
        if stated.times_a_day is not None:
            said["times_a_day"] = int(stated.times_a_day[0])
        if said.get("per_direction") and "per_side" not in said:
            values["per_side"] = exercise.side == "one"
    values |= said
    by |= dict.fromkeys(said, source)
    return PlannedDose(**values, by=by)


def on_side(dose: PlannedDose, side: Side) -> PlannedDose:
    """The same dose where only one side is worked: no longer "each side".

    >>> on_side(PlannedDose(repetitions=8, per_side=True), "left").per_side
    False
    """
    if side == "both" or not dose.per_side:
        return dose
    return dose.model_copy(update={"per_side": False, "by": dose.by | {"per_side": "ours"}})


def stated_dose(exercise: Exercise, source: Source) -> Dose | None:
    """The dose a source states for the plain form of an exercise, without an added load; None where it has none."""
    return next((dose for dose in exercise.doses if dose.source == source and dose.load_lb is None), None)


def _most(key: str, pair: tuple[float, float]) -> dict[str, Any]:
    return {key: pair[1]} if pair[1] > pair[0] else {}


def seconds(exercise: Exercise, dose: PlannedDose, side: Side) -> float:
    """How long one go at an exercise takes, getting ready and rests included.

    >>> from coxa.exercises import catalogue
    >>> hug = catalogue.load("hamstring-stretch")
    >>> seconds(hug, PlannedDose(repetitions=3, hold_s=20, per_side=True), "both")
    175.0
    """
    time = planner_data()["time"]
    sides = 2 if dose.per_side and (side == "both" or exercise.side != "one") else 1
    ways = 2 if dose.per_direction else 1
    if dose.duration_s is not None:
        one_set = dose.duration_s * ways
    else:
        between = time["between_stretches_s"] if exercise.purpose[0] == "stretch" else time["move_s"]
        one_set = (dose.repetitions or 0) * ways * ((dose.hold_s or 0.0) + between)
    work = dose.sets * one_set + (dose.sets - 1) * time["rest_between_sets_s"]
    return float(time["get_ready_s"] + sides * work + (sides - 1) * time["change_side_s"])


def days_apart(training_days: Sequence[Weekday], most: int) -> tuple[Weekday, ...]:
    """Up to `most` of the training days with a day of rest between them, round the week; the first such days.

    >>> days_apart(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 3)
    ('mon', 'wed', 'fri')
    """
    there = [day for day in WEEK if day in training_days]
    for count in range(min(most, len(there)), 0, -1):
        for chosen in itertools.combinations(there, count):
            places = [WEEK.index(day) for day in chosen]
            gaps = [(later - earlier) % len(WEEK) for earlier, later in zip(places, [*places[1:], places[0]], strict=True)]
            if count == 1 or min(gaps) >= 2:
                return chosen
    return ()
