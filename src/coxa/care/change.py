"""The programme after a review: doses harder or easier, exercises exchanged, left out or added, as was decided."""

from __future__ import annotations

from functools import cache

from coxa.care import prescription
from coxa.care.decision import Decision, Review
from coxa.care.programme import Kind, LeftOut, Planned, PlannedDose, Profile, Programme, Stance
from coxa.care.reason import Reason
from coxa.care.screening import Side
from coxa.care.selection import allowed
from coxa.care.source_programmes import source_programmes
from coxa.exercises import catalogue
from coxa.exercises.terms import Slug


def changed(programme: Programme, decided: Review, profile: Profile) -> Programme:
    """The programme as it is from now on.

    Parameters
    ----------
    programme
    decided
        What `coxa.care.progression.review` decided about it.
    profile
        For the dose of a new exercise, and its days.

    Returns
    -------
    Programme
        The same where nothing changes; else with a version more. An exercise that cannot get easier is left out. One that is stopped or
        referred stays in the plan: a session leaves it out for as long as its decision stands.
    """
    by_exercise = {one.exercise: one for one in decided.decisions if one.exercise is not None}
    kept: list[Planned] = []
    left: list[LeftOut] = []
    have = {planned.exercise for planned in programme.exercises}
    for planned in programme.exercises:
        decision = by_exercise.get(planned.exercise)
        after = _after(planned, decision, profile, programme.kind)
        there = after is not None and after.exercise != planned.exercise and after.exercise in have
        if there and decision is not None and decision.step == "progress":
            after = planned  # another one has just become that exercise
        elif after is None or there:
            # As easy as it gets, or its easier neighbour is there already.
            why = decision.reasons if decision else ()
            left.append(LeftOut(exercise=planned.exercise, why=why, until="the pain has settled"))
            continue
        have.add(after.exercise)
        kept.append(after)
    exercises = tuple(kept)
    opened = ((one.exercise, one.reasons) for one in decided.decisions if one.step == "unlock" and one.exercise is not None)
    exercises += tuple(new(id, programme.side, profile, why, programme.kind) for id, why in opened if id not in have)
    if exercises == programme.exercises:
        return programme
    minutes = round(sum(planned.minutes for planned in exercises), 1)
    changes = {
        "exercises": exercises,
        "left_out": (*programme.left_out, *left),
        "version": programme.version + 1,
        "minutes_a_session": minutes,
    }
    return programme.model_copy(update=changes)


def new(id: Slug, side: Side, profile: Profile, why: tuple[Reason, ...], kind: Kind = "personal") -> Planned:
    """An exercise that comes into a programme: at the source's dose in a source's programme, else at the planner's own."""
    exercise, dose = catalogue.load(id), dose_on_entry(id, kind, profile.age)
    # Which legs this body may work; that it stands long enough was seen before the exercise was opened.
    steady = profile.model_copy(update={"stance": Stance(left_s=60, right_s=60)})
    side = next((one.side for one in allowed(steady)[0] if one.exercise.id == id), side)
    most = prescription.planner_data()["days"]["strength"]
    return Planned(
        exercise=id,
        side=side,
        dose=dose,
        days=prescription.days_apart(profile.training_days, most) if prescription.is_loaded(exercise) else profile.training_days,
        part=prescription.part_of(exercise),
        position=exercise.posture,
        placement=exercise.coaching.views[0] if profile.with_camera and exercise.coaching else "",
        minutes=round(prescription.seconds(exercise, dose, side) / 60, 1),
        why=why,
    )


@cache
def dose_on_entry(id: Slug, kind: Kind, age: int) -> PlannedDose:
    """The dose with which an exercise comes into a programme of that kind."""
    exercise = catalogue.load(id)
    if kind == "personal":
        return prescription.default_dose(exercise, age)
    return prescription.source_dose(exercise, source_programmes()[kind].source, age)


def _after(planned: Planned, decision: Decision | None, profile: Profile, kind: Kind) -> Planned | None:
    if decision is None or decision.step == "hold":
        return planned
    if decision.dose is not None:
        minutes = round(prescription.seconds(catalogue.load(planned.exercise), decision.dose, planned.side) / 60, 1)
        return planned.model_copy(update={"dose": decision.dose, "minutes": minutes})
    if decision.step not in ("ease", "progress"):
        return planned
    if decision.instead is not None:
        return new(decision.instead, planned.side, profile, decision.reasons, kind)
    return None if decision.step == "ease" else planned
