"""The four source programmes, each to the number; what is not safe for this body is taken out, and says so."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from coxa.care import habits
from coxa.care.layout import TWO_WEEKS, Item, daily, lay_out, nothing, told_once
from coxa.care.prescription import days_apart, is_loaded, on_side, part_of, planner_data, source_dose
from coxa.care.programme import Kind, LeftOut, Milestone, Phase, Profile, Programme, Weekday
from coxa.care.reason import Reason, Value
from coxa.care.selection import Allowed, allowed, conditions_of
from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.exercises.terms import Condition, Slug, Source

FILE = Path(__file__).with_name("data") / "source_programmes.toml"


class Row(Value):
    """One exercise of a source programme."""

    exercise: Slug
    days: Literal["daily", "apart", "by-kind"]
    words: str
    rule: str
    ours: dict[str, float] = Field(default_factory=dict)
    only_if: tuple[Condition, ...] = ()
    later: Slug | None = None


class Step(Value):
    """A milestone, and the exercise without which it makes no sense."""

    day: int
    words: str
    exercise: Slug | None = None


class SourceProgramme(Value):
    """A source programme as its file writes it."""

    id: Kind
    source: Source
    phase: Phase
    sessions_a_day: int
    weeks: int | None = None
    reasons: tuple[Reason, ...]
    milestone: tuple[Step, ...] = ()
    row: tuple[Row, ...]


@cache
def source_programmes() -> dict[str, SourceProgramme]:
    """The four programmes by id, as they ship."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["programme"]
    return {row["id"]: SourceProgramme.model_validate(row) for row in rows}


def source_programme(kind: Kind, profile: Profile) -> Programme:
    """Build one of the four source programmes for a person.

    Parameters
    ----------
    kind : Kind
        "form-first", "stretch-and-strengthen", "return-to-running" or "twice-a-day".
    profile : Profile

    Returns
    -------
    Programme
        In the source's order, with its numbers. Exercises that are not safe for this person are left out, and a notice says
        which. Where it takes longer than the minutes given, a notice gives its length and both choices.

    Raises
    ------
    BadInput
        When there is no source programme of that name.
    """
    plan = source_programmes().get(kind)
    if plan is None:
        known = ", ".join(source_programmes())
        raise BadInput(f"expected one of {known}, got '{kind}'; the personal programme is planned from the profile")
    if not profile.screening.may_exercise:
        return nothing(kind, profile)
    may, left = allowed(profile)
    by_id, out_by_id = {one.exercise.id: one for one in may}, {one.exercise: one for one in left}
    rows = [row for row in plan.row if not row.only_if or set(row.only_if) & set(conditions_of(profile))]
    now = [row for row in rows if row.later is None]
    items = [_item(plan, row, by_id[row.exercise], profile) for row in now if row.exercise in by_id]
    planned = lay_out(items, profile)
    out = tuple(out_by_id[row.exercise] for row in now if row.exercise in out_by_id)
    length = round(sum(row.minutes for row in planned), 3)
    programme = Programme(
        kind=kind,
        phase=plan.phase,
        region=profile.screening.region,
        side=profile.screening.side,
        exercises=planned,
        left_out=out,
        minutes_a_session=length,
        sessions_a_day=plan.sessions_a_day if planned else 0,
        weeks=plan.weeks,
        milestones=_milestones(plan, {row.exercise for row in planned}),
        unlocks_next=_next(rows, by_id, out),
        reasons=plan.reasons,
        notices=_notices(plan, profile, out, length) + told_once(planned, profile),
        starts_on=profile.starts_on,
        goal=profile.goal,
    )
    return programme.model_copy(update={"habits": habits.for_week(programme, 1)})


def _item(plan: SourceProgramme, row: Row, one: Allowed, profile: Profile) -> Item:
    exercise = one.exercise
    return Item(
        exercise=exercise,
        side=one.side,
        dose=on_side(source_dose(exercise, plan.source, profile.age, row.ours), one.side),
        days=_days(row, exercise, profile),
        part=part_of(exercise),
        why=(Reason(rule=row.rule, words=row.words, source=plan.source),),
    )


def _days(row: Row, exercise: Exercise, profile: Profile) -> tuple[Weekday, ...]:
    apart = row.days == "apart" or (row.days == "by-kind" and is_loaded(exercise))
    return days_apart(profile.training_days, planner_data()["days"]["strength"]) if apart else daily(profile)


def _milestones(plan: SourceProgramme, there: set[Slug]) -> tuple[Milestone, ...]:
    if not there:
        return ()
    own = [
        Milestone(day=step.day, words=step.words, source=plan.source)
        for step in plan.milestone
        if step.exercise is None or step.exercise in there
    ]
    return tuple(sorted([TWO_WEEKS, *own], key=lambda milestone: milestone.day))


def _next(rows: list[Row], by_id: dict[Slug, Allowed], out: tuple[LeftOut, ...]) -> tuple[LeftOut, ...]:
    """What comes later: the harder forms, and what only waits for balance."""
    found = [one for one in out if all(reason.rule == "B19" for reason in one.why)]
    for row in rows:
        if row.later is not None and row.exercise in by_id and row.later in by_id:
            words = f"It follows when this has become easy: {catalogue.load(row.later).name}."
            reason = Reason(rule=row.rule, words=words, source="ours")
            found.append(LeftOut(exercise=row.exercise, why=(reason,), until=f"{catalogue.load(row.later).name} is easy"))
    return tuple(found)


def _notices(plan: SourceProgramme, profile: Profile, out: tuple[LeftOut, ...], length: float) -> tuple[Reason, ...]:
    found = []
    if out:
        names = ", ".join(catalogue.load(one.exercise).name for one in out)
        words = f"Left out of this programme for you: {names}. Each says why, and until when."
        found.append(Reason(rule="P6", words=words, source="ours"))
    whole = length * plan.sessions_a_day
    if whole > profile.minutes_a_day:
        words = (
            f"The full programme takes about {whole:.0f} minutes a day, and you have {profile.minutes_a_day}. "
            "Choose: the full one, or the personal programme, which fits into your time."
        )
        found.append(Reason(rule="P6", words=words, source="ours"))
    if len(profile.training_days) < 7:
        words = "This programme is meant for every day. On the days you left free, nothing is planned."
        found.append(Reason(rule="B16", words=words, source=plan.source))
    return tuple(found)
