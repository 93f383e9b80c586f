"""A session laid out: its exercises in order with their minutes, where the camera stands, and what everybody is told once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coxa.care.prescription import LYING, WEEK, Part, planner_data, seconds
from coxa.care.programme import Kind, Milestone, Phase, Planned, PlannedDose, Profile, Programme, Weekday
from coxa.care.reason import Reason
from coxa.care.screening import Side
from coxa.care.selection import equipment_name, limits_of
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.exercises.terms import View


@dataclass(frozen=True)
class Item:
    """One exercise of a session before its minutes are known."""

    exercise: Exercise
    side: Side
    dose: PlannedDose
    days: tuple[Weekday, ...]
    part: Part
    why: tuple[Reason, ...]


def views_of(exercise: Exercise, profile: Profile) -> tuple[View, ...]:
    """Where the camera may stand for it, the best first; empty where no camera follows it."""
    if not profile.with_camera or exercise.guided_by != "camera" or exercise.coaching is None:
        return ()
    best = best_views(exercise)
    return tuple(sorted(exercise.coaching.views, key=lambda view: view not in best))


def best_views(exercise: Exercise) -> tuple[View, ...]:
    """Where its most important mistake can be judged; every view it may be followed from, if that can be judged nowhere."""
    rules = exercise.coaching
    if rules is None:
        return ()
    key = next((rule for rule in rules.faults if rule.fault == rules.key_fault), None)
    judged = () if key is None else tuple(view for view in rules.views if key.views.get(view) == "judged")
    return judged or rules.views


def lay_out(items: Sequence[Item], profile: Profile, places: Sequence[View] | None = None) -> tuple[Planned, ...]:
    """Put times and camera placements to exercises that are in their order.

    Parameters
    ----------
    items : sequence of Item
    profile : Profile
    places : sequence of View, optional
        The placements to keep to; without them the camera stays where it is for as long as it can.

    Returns
    -------
    tuple of Planned
        The minutes of each hold the change of position and the move of the camera before it, so that their sum is the session's.
    """
    time = planner_data()["time"]
    planned: list[Planned] = []
    posture, place = "", ""
    for item in items:
        views = [view for view in views_of(item.exercise, profile) if places is None or view in places]
        here = place if place in views else next(iter(views), "")
        took = seconds(item.exercise, item.dose, item.side)
        took += time["change_position_s"] if item.exercise.posture != posture else 0.0
        took += time["move_camera_s"] if here and here != place else 0.0
        posture, place = item.exercise.posture, here or place
        planned.append(
            Planned(
                exercise=item.exercise.id,
                side=item.side,
                dose=item.dose,
                days=item.days,
                part=item.part,
                position=item.exercise.posture,
                placement=here,
                minutes=round(took / 60.0, 3),
                why=item.why,
            )
        )
    return tuple(planned)


def daily(profile: Profile) -> tuple[Weekday, ...]:
    """Every day of the person's week, in order."""
    return tuple(day for day in WEEK if day in profile.training_days)


def nothing(kind: Kind, profile: Profile) -> Programme:
    """The empty programme of somebody who must not start, with the screening's own reasons."""
    return Programme(
        kind=kind,
        phase="calm",
        region=profile.screening.region,
        side=profile.screening.side,
        exercises=(),
        left_out=(),
        minutes_a_session=0.0,
        sessions_a_day=0,
        weeks=None,
        reasons=profile.screening.reasons,
        starts_on=profile.starts_on,
        goal=profile.goal,
    )


TWO_WEEKS = Milestone(
    day=14, words="Two weeks are over. Is it easing? If not, it is time to have a physiotherapist look at your hip.", source="S004"
)


def told_once(planned: Sequence[Planned], profile: Profile) -> tuple[Reason, ...]:
    """What this plan and this body need to be told: strong pain, a bed, a pillow, a support, and what stands in for a thing."""
    found: list[Reason] = []

    def add(rule: str, source: str, words: str) -> None:
        found.append(Reason(rule=rule, words=words, source=source))

    postures = {row.position for row in planned}
    if "severe-pain" in profile.screening.conditions:
        add("P1", "ours", "Your pain is strong now. Do not start today. This plan is for a day on which it is less.")
    if planned and not profile.screening.conditions and profile.screening.region == "not-sure":
        add("C2", "C2", "It is not clear where it hurts, so this is the general gentle set.")
    if "no-floor" in limits_of(profile) and postures & set(LYING):
        add("P14", "ours", "Do what is done lying down on a firm bed, so that you need not get down to the floor and up again.")
    elif postures - {"standing", "sitting"}:
        add("P14", "ours", "Before you get down to the floor, put a phone within reach and something firm beside you.")
    if "side-lying" in postures and ("outer" in profile.screening.regions or "gluteal-tendinopathy" in profile.screening.conditions):
        add("P3", "C5", "On your side: the sore side up, and a pillow between the knees.")
    if "standing" in postures:
        always = " Hold on to it all the time." if "support-always" in limits_of(profile) else ""
        add("P7", "C7", f"When you stand, have something firm within a hand's reach.{always}")
    for row in planned:
        found += stand_ins(catalogue.load(row.exercise), profile)
    return tuple(dict.fromkeys(found))


def stand_ins(exercise: Exercise, profile: Profile) -> tuple[Reason, ...]:
    """What has to stand in for a thing that this exercise needs and that is not at home."""
    found = []
    for thing, plain in zip(exercise.equipment, catalogue.load(exercise.id, "en").equipment, strict=True):
        had = equipment_name(plain.name)
        if thing.needed and thing.at_home and had and had not in profile.equipment:
            words = f"{exercise.name}: no {thing.name} at home? This does as well: {thing.at_home}."
            found.append(Reason(rule="P6", words=words, source="ours"))
    return tuple(found)


def in_phase(phase: Phase) -> Reason:
    """What this phase is about."""
    return Reason(rule="B20", words=planner_data()["phase"][phase]["words"], source="S000")
