"""One level harder, one level easier: the steps of an exercise's dose, from lever and hold to load and the next exercise."""

from __future__ import annotations

from collections.abc import Container

from coxa.care.programme import Equipment, PlannedDose
from coxa.care.selection import equipment_name
from coxa.care.thresholds import find, value
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.exercises.terms import Slug

POUND_KG = 0.45359237


def trains(exercise: Exercise) -> bool:
    """Whether it is made harder at all: stretches and loosening are not."""
    return bool({"strength", "control", "balance"} & set(exercise.purpose))


def levers(exercise: Exercise) -> int:
    """How many harder ways to do it there are before load: a longer lever, more range, less support.

    >>> levers(catalogue.load("bridge")), levers(catalogue.load("straight-leg-raise"))
    (1, 0)
    """
    return sum(v.change == "harder" and equipment_name(v.name) != "cuff" for v in exercise.variations)


def takes_cuff(exercise: Exercise) -> bool:
    """Whether an ankle weight is one of its things.

    >>> takes_cuff(catalogue.load("straight-leg-raise")), takes_cuff(catalogue.load("bridge"))
    (True, False)
    """
    return any(equipment_name(thing.name) == "cuff" for thing in exercise.equipment)


def harder_dose(
    exercise: Exercise, dose: PlannedDose, equipment: Container[Equipment], released: bool = False, supported: bool = False
) -> PlannedDose | None:
    """One step harder of the same exercise (C4): lever and range, then the hold, then an ankle weight, then more of it.

    Parameters
    ----------
    exercise
    dose
        The dose now; with a load in kilograms.
    equipment
        What the person has.
    released
        Whether a clinician has released the person: then the ankle weight may go beyond the sources' 3 pounds.
    supported
        Whether the person always stands with a support (product decision 7): then less support is no step.

    Returns
    -------
    PlannedDose or None
        None when this exercise has no harder step left: then a harder neighbour is next. A load never rises by more than
        10 % (ACSM, P37).

    Examples
    --------
    >>> raise_ = catalogue.load("straight-leg-raise")
    >>> harder_dose(raise_, PlannedDose(repetitions=15, load_kg=1.0), ("cuff",)).load_kg
    1.05
    """
    if not trains(exercise):
        return None
    if dose.load_kg > 0:
        load = round(dose.load_kg * (1 + value("progress.load-step") / 100), 2)
        load = min(load, round(dose.load_kg * (1 + value("progress.load-step-most") / 100), 4))
        most = value("progress.most-cuff") * POUND_KG
        return None if load > most + 1e-9 and not released else _with(dose, load_kg=load, source=find("progress.load-step").source)
    if dose.lever < levers(exercise) and not (supported and exercise.posture == "standing"):
        return _with(dose, lever=dose.lever + 1, source="C4")
    if dose.hold_s and dose.repetitions is not None and dose.hold_s < value("progress.hold-most"):
        held = min(dose.hold_s + value("progress.hold-step"), value("progress.hold-most"))
        most_s = max(held, dose.hold_most_s) if dose.hold_most_s is not None else None
        return _with(dose, hold_s=held, hold_most_s=most_s, source=find("progress.hold-most").source)
    if takes_cuff(exercise) and "cuff" in equipment:
        return _with(dose, load_kg=round(value("progress.first-cuff") * POUND_KG, 2), source=find("progress.first-cuff").source)
    return None


def easier_dose(exercise: Exercise, dose: PlannedDose, levels: int = 1) -> PlannedDose | None:
    """The same exercise some levels easier; None when it cannot be made easier: then an easier neighbour is next.

    >>> bridge = catalogue.load("bridge")
    >>> easier_dose(bridge, PlannedDose(sets=2, repetitions=10, lever=1), levels=2).sets
    1
    """
    for _ in range(levels):
        down = _down(exercise, dose)
        if down is None:
            return None
        dose = down
    return dose


def _down(exercise: Exercise, dose: PlannedDose) -> PlannedDose | None:
    if dose.load_kg > 0:
        first = value("progress.first-cuff") * POUND_KG
        load = round(dose.load_kg / (1 + value("progress.load-step-most") / 100), 2)
        return _with(dose, load_kg=load if load >= first - 0.01 else 0.0)
    if dose.hold_s and dose.repetitions is not None and trains(exercise) and dose.hold_s > value("ease.shortest-hold"):
        held = max(value("ease.shortest-hold"), dose.hold_s - value("progress.hold-step"))
        return _with(dose, hold_s=held, hold_most_s=max(held, min(dose.hold_most_s, held)) if dose.hold_most_s else None)
    if dose.lever > 0:
        return _with(dose, lever=dose.lever - 1)
    if dose.sets > 1:
        return _with(dose, sets=dose.sets - 1)
    fewest = int(value("ease.fewest"))
    if dose.repetitions is not None and dose.repetitions > fewest:
        fewer = max(fewest, min(dose.repetitions - 1, int(dose.repetitions * value("ease.share") / 100)))
        return _with(dose, repetitions=fewer, repetitions_most=fewer if dose.repetitions_most else None)
    if dose.duration_s and dose.duration_s > 10:
        return _with(dose, duration_s=round(dose.duration_s * value("ease.share") / 100))
    return None


def harder_neighbours(exercise: Exercise, may: Container[Slug], have: Container[Slug]) -> tuple[Slug, ...]:
    """The harder exercises that this body may do and that the programme does not have yet."""
    return tuple(id for id in exercise.harder if id in may and id not in have)


def easier_neighbours(exercise: Exercise, may: Container[Slug], have: Container[Slug]) -> tuple[Slug, ...]:
    """The easier exercises that this body may do and that the programme does not have yet."""
    return tuple(id for id in exercise.easier if id in may and id not in have)


def standing(id: Slug) -> bool:
    """Whether it is standing work that has to be unlocked by standing on one leg.

    >>> standing("standing-abduction"), standing("bridge")
    (True, False)
    """
    exercise = catalogue.load(id)
    return exercise.posture == "standing" and bool(exercise.prerequisites)


def _with(dose: PlannedDose, source: str = "ours", **changes: float | int | None) -> PlannedDose:
    return dose.model_copy(update={**changes, "by": dose.by | dict.fromkeys(changes, source)})
