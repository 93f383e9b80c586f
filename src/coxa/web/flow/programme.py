"""`Wishes`: what a person asks of their programme; making it from them and the screening, and keeping each version."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from starlette.datastructures import FormData

from coxa import locales
from coxa.care import prescription
from coxa.care.planner import plan_for
from coxa.care.programme import Equipment, Goal, Kind, Planned, Profile, Programme, Sex, Stance, Weekday
from coxa.care.screening import Clearance
from coxa.care.thresholds import in_force
from coxa.errors import BadInput
from coxa.exchange import plain
from coxa.exercises import catalogue
from coxa.locales import Words, mark, point
from coxa.locales import gettext as _
from coxa.records import ProgrammeRepository
from coxa.records.programmes import KeptProgramme
from coxa.records.screenings import Completed
from coxa.web.flow import progress
from coxa.web.form import text, texts
from coxa.web.visitor import Visitor

KINDS: tuple[Kind, ...] = get_args(Kind)
GOALS: tuple[Goal, ...] = get_args(Goal)
SEXES: tuple[Sex, ...] = get_args(Sex)
EQUIPMENT: tuple[Equipment, ...] = get_args(Equipment)
MINUTES = (5, 180)
MOST = (1, 12)
#: What each kind is, in a sentence for the person who chooses.
ABOUT: Words[Kind] = Words({
    "personal": mark("A few exercises that fit your hip, your time and what you have at home. Best for most people."),
    "form-first": mark("Six well-known exercises, done well rather than often: first how, then how much."),
    "stretch-and-strengthen": mark("Stretches every day, strength work every other day."),
    "return-to-running": mark("Twelve weeks of strength work for people who want to run again."),
    "twice-a-day": mark("Gentle movement, stretches and strength work in the morning and in the evening."),
})  # fmt: skip


@dataclass(frozen=True)
class Wishes:
    """What a person asks for.

    Attributes
    ----------
    kind, minutes, days, equipment, goal
        As in `coxa.care.programme.Profile`.
    most : int
        The most exercises in a session.
    left_s, right_s : float or None
        How long they stand on each leg, seconds; None where it was not tried.
    """

    kind: Kind = "personal"
    minutes: int = 20
    days: tuple[Weekday, ...] = plain.WEEKDAYS
    equipment: tuple[Equipment, ...] = ("mat", "chair", "pillow")
    goal: Goal = "everyday"
    most: int = 5
    left_s: float | None = None
    right_s: float | None = None

    @classmethod
    def of(cls, profile: Profile) -> Wishes:
        """The wishes behind a profile."""
        return cls(
            profile.programme, profile.minutes_a_day, profile.training_days, profile.equipment, profile.goal, profile.most_exercises,
            profile.stance.left_s, profile.stance.right_s,
        )  # fmt: skip

    @classmethod
    def said(cls, completed: Completed) -> Wishes:
        """What was wished for while answering the screening questions."""
        answers = completed.answers
        found = cls()
        minutes, goal, things = answers.get("minutes"), answers.get("goal"), answers.get("equipment")
        if isinstance(minutes, int) and not isinstance(minutes, bool):
            found = replace(found, minutes=minutes)
        if goal in GOALS:
            found = replace(found, goal=goal)
        if isinstance(things, tuple) and things:
            found = replace(found, equipment=tuple(one for one in EQUIPMENT if one in things))
        return found


@dataclass(frozen=True)
class Typed:
    """A form as it was typed, to be shown again where it cannot be taken."""

    wishes: Wishes
    minutes: str
    left: str
    right: str


def typed(wishes: Wishes) -> Typed:
    """The wishes as a form shows them."""
    return Typed(wishes, str(wishes.minutes), _seconds(wishes.left_s), _seconds(wishes.right_s))


def read_wishes(form: FormData) -> tuple[Typed, dict[str, str]]:
    """The wishes of a form, and what is wrong with it, by field, for the person."""
    problems: dict[str, str] = {}
    minutes, left, right = text(form, "minutes", 20), text(form, "left", 20), text(form, "right", 20)
    wishes = Wishes(
        kind=_one(text(form, "kind"), KINDS),
        days=tuple(day for day in plain.WEEKDAYS if day in texts(form, "days")),
        equipment=tuple(thing for thing in EQUIPMENT if thing in texts(form, "equipment")),
        goal=_one(text(form, "goal"), GOALS),
        most=_within(text(form, "most"), MOST) or 5,
    )
    whole = _within(minutes, MINUTES)
    if whole is None:
        problems["minutes"] = _("Please write how many minutes a day you have, from {low} to {high}.").format(
            low=MINUTES[0], high=MINUTES[1]
        )
    else:
        wishes = replace(wishes, minutes=whole)
    if not wishes.days:
        problems["days"] = _("Please choose at least one day.")
    held: dict[str, float | None] = {}
    for name, said in (("left", left), ("right", right)):
        try:
            held[name] = _held(said)
        except ValueError:
            problems[name] = _("Please write the seconds as a number, such as 8; or leave it empty.")
    wishes = replace(wishes, left_s=held.get("left"), right_s=held.get("right"))
    return Typed(wishes, minutes, left, right), problems


def _one(said: str, known: tuple[Any, ...]) -> Any:
    return said if said in known else known[0]


def _within(said: str, span: tuple[int, int]) -> int | None:
    if not (said.isascii() and said.isdigit() and len(said) < 6):
        return None
    return int(said) if span[0] <= int(said) <= span[1] else None


def _held(said: str) -> float | None:
    if not said:
        return None
    value = float(said.replace(",", "."))
    if not 0 <= value <= 600:
        raise ValueError(said)
    return value


def _seconds(value: float | None) -> str:
    return "" if value is None else point(f"{value:g}")


# ------------------------------------------------------------------------------------------------ made and kept


def latest(visitor: Visitor) -> KeptProgramme | None:
    """The version that holds now."""
    return ProgrammeRepository(visitor.store).latest(visitor.asker, visitor.person.id)


def profile_of(completed: Completed, wishes: Wishes, today: date, before: KeptProgramme | None = None) -> Profile:
    """What the programme is made from: the screening, the wishes, and what earlier versions know of the person.

    Raises
    ------
    BadInput
        If the screening does not say how old the person is: it is asked there.
    """
    age, falls, sex = (completed.answers.get(id) for id in ("age", "falls-12-months", "sex"))
    if not isinstance(age, int):
        raise BadInput(_("We need your age first. Please answer the safety questions again."))
    known = before.profile if before is not None else Profile(screening=completed.result, age=age)
    clearance: Clearance | None = completed.clearance
    return known.model_copy(
        update={
            "screening": completed.result,
            "age": age,
            "programme": wishes.kind,
            "minutes_a_day": wishes.minutes,
            "equipment": wishes.equipment,
            "with_camera": "camera" in wishes.equipment or known.with_camera,
            "goal": wishes.goal,
            "most_exercises": wishes.most,
            "training_days": wishes.days,
            "starts_on": known.starts_on or today,
            "stance": Stance(left_s=wishes.left_s, right_s=wishes.right_s),
            "falls_12_months": falls if isinstance(falls, int) else None,
            "sex": sex if sex in SEXES else None,
            # A go-ahead holds for the screening it was given for: the next one may have found what its giver never saw.
            "cleared_by": clearance.by if clearance else "",
            "cleared_on": clearance.on if clearance else None,
        }
    )


def make(visitor: Visitor, completed: Completed, wishes: Wishes, *, key: str | None = None) -> KeptProgramme:
    """Make the programme, and keep it as a new version.

    What a review has made easier or harder stays so: it rests on what the person has shown, not on what they wish.
    """
    before = latest(visitor)
    profile = profile_of(completed, wishes, visitor.today, before)
    made = _planned(profile)
    if before is not None:
        made = _with_what_was_reached(made, before, _changed_exercises(visitor))
    repository = ProgrammeRepository(visitor.store)
    kept = repository.save(visitor.asker, visitor.person.id, profile, made, key=key or f"web-{uuid.uuid4().hex}")
    progress.forget(visitor)
    return kept


def preview(visitor: Visitor, completed: Completed, wishes: Wishes) -> Programme:
    """The programme as it would be; nothing is kept."""
    return _planned(profile_of(completed, wishes, visitor.today, latest(visitor)))


def _planned(profile: Profile) -> Programme:
    return _plan(profile, in_force())


@lru_cache(maxsize=256)
def _plan(profile: Profile, _numbers: Path | None) -> Programme:
    # Kept in English, so that it can be shown in whatever language is spoken later.
    with locales.speaking(locales.SOURCE):
        return plan_for(profile)


def renew(visitor: Visitor, completed: Completed) -> KeptProgramme | None:
    """After a new screening: the programme anew with the same wishes, since other exercises may be safe now; None where there was none."""
    before = latest(visitor)
    if before is None or not completed.result.may_exercise:
        return None
    return make(visitor, completed, Wishes.of(before.profile), key=f"screened-{completed.key}"[:100])


def _changed_exercises(visitor: Visitor) -> frozenset[str | None]:
    versions = ProgrammeRepository(visitor.store).versions(visitor.asker, visitor.person.id)
    return frozenset(taken.exercise for version in versions for taken in version.taken)


def _with_what_was_reached(made: Programme, before: KeptProgramme, changed: frozenset[str | None]) -> Programme:
    had = {row.exercise: row for row in before.programme.exercises}
    same_kind = made.kind == before.programme.kind
    rows = tuple(
        _reached(row, had[row.exercise]) if same_kind and row.exercise in had and {row.exercise, None} & changed else row
        for row in made.exercises
    )
    minutes = round(sum(row.minutes for row in rows), 3)
    return made.model_copy(update={"exercises": rows, "minutes_a_session": minutes, "version": before.programme.version + 1})


def _reached(row: Planned, old: Planned) -> Planned:
    minutes = round(prescription.seconds(catalogue.load(row.exercise), old.dose, row.side) / 60, 1)
    return row.model_copy(update={"dose": old.dose, "minutes": minutes})


# ------------------------------------------------------------------------------------------------ shown


@dataclass(frozen=True)
class Day:
    """One day of the calendar."""

    on: date
    name: str
    exercises: int
    minutes: int


def weeks(programme: Programme, starts_on: date, today: date, count: int = 2) -> tuple[tuple[Day, ...], ...]:
    """The days of this week and the next, Monday first; before the start nothing is planned."""
    monday = today - timedelta(days=today.weekday())
    found = []
    for week in range(count):
        days = []
        for n, weekday in enumerate(plain.WEEKDAYS):
            on = monday + timedelta(days=7 * week + n)
            rows = [row for row in programme.exercises if weekday in row.days] if on >= starts_on else []
            days.append(Day(on, plain.DAY_NAMES[weekday], len(rows), round(sum(row.minutes for row in rows)) if rows else 0))
        found.append(tuple(days))
    return tuple(found)


def lengths(visitor: Visitor, completed: Completed, wishes: Wishes) -> dict[Kind, int]:
    """About how many minutes a day each of the source programmes takes this person."""
    found: dict[Kind, int] = {}
    profile = profile_of(completed, wishes, visitor.today, latest(visitor))
    for kind in KINDS:
        if kind != "personal":
            programme = _planned(profile.model_copy(update={"programme": kind}))
            found[kind] = round(programme.minutes_a_session * programme.sessions_a_day)
    return found
