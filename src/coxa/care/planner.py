"""The personal programme: which exercises, how much, on which days, in which order, and why; why not the others."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from coxa.care import habits
from coxa.care.choice import Candidate, choose
from coxa.care.layout import TWO_WEEKS, Item, best_views, daily, in_phase, lay_out, nothing, stand_ins, told_once, views_of
from coxa.care.prescription import POSTURES, Part, days_apart, default_dose, dose_row, is_loaded, on_side, part_of, planner_data, seconds
from coxa.care.programme import LeftOut, Phase, PlannedDose, Profile, Programme
from coxa.care.reason import Reason
from coxa.care.selection import Allowed, allowed
from coxa.care.source_programmes import source_programme
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.exercises.terms import View

#: Within one posture, what comes before what; stretches last, when the muscles are warm.
PARTS: tuple[Part, ...] = ("warm-up", "mobility", "control", "strength", "balance", "standing", "stretch")
#: How many later exercises are named.
MOST_NEXT = 4
FITS_BETTER = "Another one fits better:"


def plan_for(profile: Profile) -> Programme:
    """The programme this profile asks for: one of the four source programmes, or the personal one.

    Parameters
    ----------
    profile : Profile

    Returns
    -------
    Programme
        Empty, with the screening's reasons, where exercise is not safe to start.
    """
    return plan(profile) if profile.programme == "personal" else source_programme(profile.programme, profile)


def plan(profile: Profile) -> Programme:
    """Build the personal programme.

    Parameters
    ----------
    profile : Profile

    Returns
    -------
    Programme
        From lying to standing, with something easy first; never longer than the minutes given. The same profile gets the
        same programme every time. Each exercise says why it is there, each other one of the catalogue why it is not.

    Notes
    -----
    Blocks and limits decide first (`coxa.care.selection`); among what is left, the choice with the most points within the
    minutes is taken (`coxa.care.choice`; the points are data). Minutes that remain become further sets, of what counts most first.
    """
    if not profile.screening.may_exercise:
        return nothing("personal", profile)
    may, blocked = allowed(profile)
    blocked = tuple(_only_a_test(one) for one in blocked)
    phase = phase_of(profile, may)
    too_sore = [one for one in may if phase == "calm" and one.exercise.posture == "standing"]
    early = [one for one in may if not _level_fits(one.exercise, profile) and one not in too_sore]
    open_now = [one for one in may if one not in too_sore and one not in early]
    candidates = [_candidate(one, profile, phase, blocked) for one in open_now]
    chosen, places = choose(candidates, profile)
    items = _more_sets(_in_order(chosen, profile, places, blocked), profile, places, phase)
    planned = lay_out(items, profile, places)
    ids = [row.exercise for row in planned]
    others = [one for one in candidates if one.allowed.exercise.id not in ids]
    out = (
        *blocked,
        *(_too_sore(one.exercise) for one in too_sore),
        *(_too_early(one.exercise) for one in early),
        *(_fits_less(one, chosen, profile) for one in others),
    )
    programme = Programme(
        kind="personal",
        phase=phase,
        region=profile.screening.region,
        side=profile.screening.side,
        exercises=planned,
        left_out=tuple(sorted(out, key=lambda one: one.exercise)),
        minutes_a_session=round(sum(row.minutes for row in planned), 3),
        sessions_a_day=1 if planned else 0,
        weeks=None,
        milestones=(TWO_WEEKS,) if planned else (),
        unlocks_next=_next([catalogue.load(id) for id in ids], out),
        reasons=_reasons(phase, profile, bool(planned)),
        notices=told_once(planned, profile),
        starts_on=profile.starts_on,
        goal=profile.goal,
    )
    return programme.model_copy(update={"habits": habits.for_week(programme, 1)})


def phase_of(profile: Profile, may: tuple[Allowed, ...]) -> Phase:
    """The phase: strong pain is calm; else by level; standing work only where some of it is open."""
    if "severe-pain" in profile.screening.conditions:
        return "calm"
    phase: Phase = planner_data()["phase_of_level"][str(profile.level)]
    standing = any(part_of(one.exercise) == "standing" for one in may)
    return "strengthen" if phase == "function" and not standing else phase


def _level_fits(exercise: Exercise, profile: Profile) -> bool:
    above = planner_data()["level_above"]
    region = profile.screening.region
    most = max(above["least"], profile.level + above[region])
    if region == "not-sure":
        most = min(most, above["most-not-sure"])
    return exercise.level <= most or exercise.id in profile.enabled


# ------------------------------------------------------------------------------------------------ what an exercise is worth


def _candidate(one: Allowed, profile: Profile, phase: Phase, blocked: tuple[LeftOut, ...]) -> Candidate:
    exercise, data = one.exercise, planner_data()
    points, part = data["points"], part_of(exercise)
    worth = points["chosen"] + data["phase"][phase][part]
    worth += sum(row["exercises"].get(exercise.id, 0) for row in (*_region_rows(profile), *_region_rows(profile, "rather_not")))
    worth += points["goal"] if exercise.id in data["goal"][profile.goal] else 0
    away = abs(exercise.level - profile.level)
    worth += points["own_level"] - points["per_level_off"] * away
    worth += points["leads_to_standing"] if _leads_to_standing(exercise, blocked) else 0
    worth += points["standing"] if phase == "function" and part == "standing" else 0
    worth += points["watched"] if views_of(exercise, profile) else 0
    worth += points["needs_what_is_there"] if not stand_ins(exercise, profile) else 0
    dose = on_side(default_dose(exercise, profile.age), one.side)
    return Candidate(
        allowed=one,
        dose=dose,
        worth=worth,
        seconds=seconds(exercise, dose, one.side),
        views=views_of(exercise, profile),
        best_views=best_views(exercise),
        trains=part in ("control", "strength", "standing") and exercise.id not in data["warm_up"]["exercises"],
        warms_up=exercise.id in data["warm_up"]["exercises"],
    )


def _region_rows(profile: Profile, table: str = "region") -> list[dict[str, Any]]:
    return [row for row in planner_data()[table] if row["id"] == profile.screening.region]


def _leads_to_standing(exercise: Exercise, blocked: tuple[LeftOut, ...]) -> bool:
    """Whether standing work that is only waiting for balance asks for this exercise."""
    waiting = [one.exercise for one in blocked if all(reason.rule == "B19" for reason in one.why)]
    return any(gate.exercise == exercise.id for id in waiting for gate in catalogue.load(id).prerequisites)


# ------------------------------------------------------------------------------------------------ order, sets, why


def _in_order(chosen: tuple[Candidate, ...], profile: Profile, places: tuple[View, ...], blocked: tuple[LeftOut, ...]) -> list[Item]:
    """From lying to standing; the warm-up first; within a posture what the camera sees from where it stands."""
    warm_up = _warm_up(chosen)
    place: View | None = None
    items: list[Item] = []
    for posture in POSTURES:
        group = [one for one in chosen if one.allowed.exercise.posture == posture]
        while group:
            one = min(group, key=partial(_key, place=place))
            if warm_up is not None and not items and warm_up in group:
                one = warm_up
            group.remove(one)
            views = [view for view in one.views if view in places]
            place = place if place in views or not views else views[0]
            part: Part = "warm-up" if one is warm_up else part_of(one.allowed.exercise)
            items.append(_item(one, part, profile, blocked))
    return items


def _key(one: Candidate, place: View | None) -> tuple[bool, int, int, int, str]:
    """What comes first within a posture: seen from where the camera stands, by part, and the easier one."""
    exercise = one.allowed.exercise
    hidden = bool(one.views) and place not in one.views
    effort = planner_data()["effort"].get(exercise.id, 0)
    return hidden, PARTS.index(part_of(exercise)), exercise.level, effort, exercise.id


def _warm_up(chosen: tuple[Candidate, ...]) -> Candidate | None:
    """The one that opens the session; none where there is only one exercise."""
    order = planner_data()["warm_up"]["exercises"]
    first = sorted((one for one in chosen if one.warms_up), key=lambda one: order.index(one.allowed.exercise.id))
    return first[0] if first and len(chosen) > 1 else None


def _item(one: Candidate, part: Part, profile: Profile, blocked: tuple[LeftOut, ...]) -> Item:
    exercise = one.allowed.exercise
    data = planner_data()
    why = [Reason(rule="B17", words=row["words"], source=row["source"]) for row in _region_rows(profile) if exercise.id in row["exercises"]]
    if part == "warm-up":
        why.append(Reason(rule="P6", words="It is easy and warms you up for the rest.", source="ours"))
    if exercise.id in data["goal"][profile.goal]:
        why.append(Reason(rule="P6", words=data["goal_words"][profile.goal], source="ours"))
    if _leads_to_standing(exercise, blocked):
        words = "Once you stand well on one leg, the standing exercises open."
        why.append(Reason(rule="B19", words=words, source="S000"))
    if part == "standing":
        words = "Hips mostly hurt when you stand and walk, so they are trained standing up, too."
        why.append(Reason(rule="B20", words=words, source="S000"))
    why.append(Reason(rule="P6", words=exercise.why, source=exercise.sources[0]))
    days = days_apart(profile.training_days, data["days"]["strength"]) if is_loaded(exercise) else daily(profile)
    return Item(exercise=exercise, side=one.allowed.side, dose=one.dose, days=days, part=part, why=tuple(why))


def _more_sets(items: list[Item], profile: Profile, places: tuple[View, ...], phase: Phase) -> list[Item]:
    """Turn minutes that are left into further sets, of what this phase counts most first."""
    data = planner_data()
    by_part = data["phase"][phase]
    order = sorted(range(len(items)), key=lambda place: (-by_part[_plain(items[place].part)], place))
    for sets in range(2, by_part["most_sets"] + 1):
        for place in order:
            item = items[place]
            if item.dose.sets != sets - 1 or sets > dose_row(item.exercise, profile.age)["most_sets"]:
                continue
            more: PlannedDose = item.dose.model_copy(update={"sets": sets})
            tried = [*items[:place], replace(item, dose=more), *items[place + 1 :]]
            if sum(row.minutes for row in lay_out(tried, profile, places)) <= profile.minutes_a_day:
                items = tried
    return items


def _plain(part: Part) -> Part:
    return "mobility" if part == "warm-up" else part


# ------------------------------------------------------------------------------------------------ what is left out, and what comes next


def _only_a_test(one: LeftOut) -> LeftOut:
    """What stands against a test is said where the test is offered; a plan leaves it out because it is one."""
    why = tuple(reason for reason in one.why if reason.rule == "P9")
    return one.model_copy(update={"why": why, "until": ""}) if why else one


def _too_sore(exercise: Exercise) -> LeftOut:
    words = "With strong pain you exercise lying down. Standing comes later."
    return LeftOut(exercise=exercise.id, why=(Reason(rule="B20", words=words, source="S000"),), until="your pain is no longer strong")


def _too_early(exercise: Exercise) -> LeftOut:
    words = "It is a step too hard for now. What is in your plan leads up to it."
    easier = [catalogue.load(id).name for id in exercise.easier]
    until = f"this has become easy: {', '.join(easier)}" if easier else "your plan has become easy"
    return LeftOut(exercise=exercise.id, why=(Reason(rule="B20", words=words, source="S000"),), until=until)


def _fits_less(one: Candidate, chosen: tuple[Candidate, ...], profile: Profile) -> LeftOut:
    """Why an exercise that is open was not chosen, and what fits better."""
    if not chosen:
        words = "It takes longer than the minutes you have."
        return LeftOut(exercise=one.allowed.exercise.id, why=(Reason(rule="P6", words=words, source="ours"),), until="you have more time")
    better = max(chosen, key=lambda other: (_likeness(one, other), other.worth, other.allowed.exercise.id))
    words = f"{FITS_BETTER} {better.allowed.exercise.name}."
    id = one.allowed.exercise.id
    why = [Reason(rule="P6", words=words, source="ours")]
    rather_not = [row for row in _region_rows(profile, "rather_not") if id in row["exercises"]]
    why = [Reason(rule="B17", words=row["words"], source=row["source"]) for row in rather_not] + why
    return LeftOut(exercise=id, why=tuple(why), until="you ask for more exercises, or the plan moves on")


def _likeness(one: Candidate, other: Candidate) -> int:
    data, a, b = planner_data(), one.allowed.exercise, other.allowed.exercise
    family = any(a.id in ids and b.id in ids for ids in data["families"].values())
    areas = sum(a.id in ids and b.id in ids for ids in data["areas"].values())
    return 4 * family + 2 * areas + (part_of(a) == part_of(b))


def _next(planned: list[Exercise], out: tuple[LeftOut, ...]) -> tuple[LeftOut, ...]:
    """What comes next: standing work that waits for balance alone, and the harder neighbours of what is planned."""
    by_id = {one.exercise: one for one in out}
    found = {one.exercise: one for one in out if all(reason.rule == "B19" for reason in one.why)}
    for exercise in planned:
        for id in exercise.harder:
            one = by_id.get(id)
            open_later = one is not None and all(reason.rule == "B20" or reason.words.startswith(FITS_BETTER) for reason in one.why)
            if open_later and catalogue.load(id).level > exercise.level and id not in found:
                words = f"It is the next step after this one: {exercise.name}."
                reason = Reason(rule="B20", words=words, source="S000")
                found[id] = LeftOut(exercise=id, why=(reason,), until=f"this has become easy: {exercise.name}")
    return tuple(sorted(found.values(), key=lambda one: (catalogue.load(one.exercise).level, one.exercise))[:MOST_NEXT])


def _reasons(phase: Phase, profile: Profile, planned: bool) -> tuple[Reason, ...]:
    if not planned:
        words = "No exercise is left that is safe for you now. A clinician can say which may be done."
        return (Reason(rule="P3", words=words, source="ours"),)
    where = {
        "front": "It is made for pain at the front of the hip.",
        "outer": "It is made for pain at the outer hip.",
        "buttock": "It is made for pain in the buttock.",
        "not-sure": "It is the general gentle set, because it is not clear where the pain comes from.",
    }[profile.screening.region]
    return (
        in_phase(phase),
        Reason(rule="B17", words=f"{where} Different pain needs different exercises.", source="S000"),
        Reason(rule="B14", words="Stretches and light control work come every day, strength work every other day.", source="S001"),
        Reason(rule="P6", words="A few exercises done often beat many done seldom.", source="ours"),
    )
