"""The programme after a review: doses harder or easier, exercises exchanged, left out or added, as was decided."""

from __future__ import annotations

from coxa.care import prescription
from coxa.care.decision import Decision, Review
from coxa.care.programme import Planned, Profile, Programme
from coxa.care.reason import Reason
from coxa.care.screening import Side
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
        The same where nothing changes; else with a version more. An exercise that is stopped or referred stays in the plan: a
        session leaves it out for as long as its decision stands.
    """
    by_exercise = {one.exercise: one for one in decided.decisions if one.exercise is not None}
    exercises = tuple(_after(planned, by_exercise.get(planned.exercise), profile) for planned in programme.exercises)
    have = {planned.exercise for planned in exercises}
    opened = [one for one in decided.decisions if one.step == "unlock" and one.exercise is not None and one.exercise not in have]
    exercises += tuple(new(one.exercise, programme.side, profile, one.reasons) for one in opened if one.exercise is not None)
    if exercises == programme.exercises:
        return programme
    minutes = round(sum(planned.minutes for planned in exercises), 1)
    return programme.model_copy(update={"exercises": exercises, "version": programme.version + 1, "minutes_a_session": minutes})


def new(id: Slug, side: Side, profile: Profile, why: tuple[Reason, ...]) -> Planned:
    """An exercise that comes into a programme, at the planner's own dose."""
    exercise = catalogue.load(id)
    dose = prescription.default_dose(exercise, profile.age)
    most = prescription.planner_data()["days"]["strength"]
    return Planned(
        exercise=id,
        side=side if exercise.side == "one" else "both",
        dose=dose,
        days=prescription.days_apart(profile.training_days, most) if prescription.is_loaded(exercise) else profile.training_days,
        part=prescription.part_of(exercise),
        position=exercise.posture,
        placement=exercise.coaching.views[0] if profile.with_camera and exercise.coaching else "",
        minutes=round(prescription.seconds(exercise, dose, side) / 60, 1),
        why=why,
    )


def _after(planned: Planned, decision: Decision | None, profile: Profile) -> Planned:
    if decision is None or decision.step not in ("ease", "progress"):
        return planned
    if decision.dose is not None:
        minutes = round(prescription.seconds(catalogue.load(planned.exercise), decision.dose, planned.side) / 60, 1)
        return planned.model_copy(update={"dose": decision.dose, "minutes": minutes})
    if decision.instead is not None:
        return new(decision.instead, planned.side, profile, decision.reasons)
    return planned
