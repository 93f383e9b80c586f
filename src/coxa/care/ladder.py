"""One level harder, one level easier: the steps of an exercise's dose, from lever and hold to load and the next exercise."""

from __future__ import annotations

from collections.abc import Container

from coxa.care.programme import Equipment, PlannedDose
from coxa.care.selection import equipment_name
from coxa.care.thresholds import find, value
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise, Variation
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
    return len(harder_ways(exercise))


def harder_ways(exercise: Exercise) -> tuple[Variation, ...]:
    """The harder ways to do it, in order: `PlannedDose.lever` says how many of them are taken.

    >>> [way.name for way in harder_ways(catalogue.load("bridge"))]
    ['Arms up']
    """
    cuffs = [equipment_name(way.name) == "cuff" for way in _in_english(exercise).variations]
    return tuple(way for way, cuff in zip(exercise.variations, cuffs, strict=True) if way.change == "harder" and not cuff)


def takes_cuff(exercise: Exercise) -> bool:
    """Whether an ankle weight is one of its things.

    >>> takes_cuff(catalogue.load("straight-leg-raise")), takes_cuff(catalogue.load("bridge"))
    (True, False)
    """
    return any(equipment_name(thing.name) == "cuff" for thing in _in_english(exercise).equipment)


def _in_english(exercise: Exercise) -> Exercise:
    """The same exercise with the names by which its things are known, in whatever language it is said."""
    return catalogue.load(exercise.id, "en") if exercise.id in catalogue.ids() else exercise


def harder_dose(
    exercise: Exercise,
    dose: PlannedDose,
    equipment: Container[Equipment],
    *,
    released: bool = False,
    supported: bool = False,
    of_source: bool = False,
    usual: PlannedDose | None = None,
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
        Whether the person always stands with a support (product decision 7), or cannot yet stand long enough without one (C7):
        then less support is no step.
    of_source
        Whether the dose is a source's own, which keeps its hold to the number (product decision 6).
    usual
        The dose that the exercise has when it comes into a programme: what was eased goes back up to it first.

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
    if usual is not None and (back := _back(dose, usual)) is not None:
        return back
    if not trains(exercise):
        return None
    if dose.load_kg > 0:
        load = round(dose.load_kg * (1 + value("progress.load-step") / 100), 2)
        load = min(load, round(dose.load_kg * (1 + value("progress.load-step-most") / 100), 4))
        most = value("progress.most-cuff") * POUND_KG
        return None if load > most + 1e-9 and not released else _with(dose, load_kg=load, source=find("progress.load-step").source)
    if dose.lever < levers(exercise) and not (supported and exercise.posture == "standing"):
        return _with(dose, lever=dose.lever + 1, source="C4")
    if not of_source and dose.hold_s and dose.repetitions is not None and dose.hold_s < value("progress.hold-most"):
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
    if not trains(exercise):
        return _down_stretch(dose)
    if dose.sets > 1:
        return _with(dose, sets=dose.sets - 1)
    fewest = int(value("ease.fewest"))
    if dose.repetitions is not None and dose.repetitions > fewest:
        fewer = max(fewest, min(dose.repetitions - 1, int(dose.repetitions * value("ease.share") / 100)))
        return _with(dose, repetitions=fewer, repetitions_most=fewer if dose.repetitions_most else None)
    return None


def _down_stretch(dose: PlannedDose) -> PlannedDose | None:
    """A stretch or a loosening exercise: shorter, then fewer."""
    shortest, share = value("ease.shortest-stretch"), value("ease.share") / 100
    if dose.hold_s and dose.hold_s > shortest:
        held = float(max(shortest, round(dose.hold_s * share)))
        return _with(dose, hold_s=held, hold_most_s=held if dose.hold_most_s else None)
    if dose.duration_s and dose.duration_s > shortest:
        return _with(dose, duration_s=float(max(shortest, round(dose.duration_s * share))))
    if dose.sets > 1:
        return _with(dose, sets=dose.sets - 1)
    if dose.repetitions is not None and dose.repetitions > 2:
        fewer = max(2, int(dose.repetitions * share))
        return _with(dose, repetitions=fewer, repetitions_most=fewer if dose.repetitions_most else None)
    return None


def _back(dose: PlannedDose, usual: PlannedDose) -> PlannedDose | None:
    """One number that was eased, a step back towards what it usually is; no step is larger than the one that eased it."""
    share = value("ease.share") / 100
    if dose.repetitions is not None and usual.repetitions is not None and dose.repetitions < usual.repetitions:
        more = min(usual.repetitions, max(dose.repetitions + 1, int(dose.repetitions / share)))
        whole = more == usual.repetitions
        most = usual.repetitions_most if whole else more if dose.repetitions_most else None
        return _with(dose, repetitions=more, repetitions_most=most)
    if dose.hold_s and usual.hold_s and dose.hold_s < usual.hold_s:
        held = float(min(usual.hold_s, round(dose.hold_s / share)))
        return _with(dose, hold_s=held, hold_most_s=usual.hold_most_s if held == usual.hold_s else None)
    if dose.duration_s and usual.duration_s and dose.duration_s < usual.duration_s:
        return _with(dose, duration_s=float(min(usual.duration_s, round(dose.duration_s / share))))
    return _with(dose, sets=dose.sets + 1) if dose.sets < usual.sets else None


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
