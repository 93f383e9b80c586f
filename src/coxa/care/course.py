"""The expected course: what published figures say of the weeks to come, milestones, and when symptoms are controlled."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path

from coxa.care.facts import Facts
from coxa.care.outcomes import Sex as TableSex
from coxa.care.outcomes import below_average
from coxa.care.programme import Sex
from coxa.care.reason import Reason, Value
from coxa.care.selection import limits_of
from coxa.care.thresholds import value
from coxa.exercises.terms import Condition, Region, Source

FILE = Path(__file__).with_name("data") / "course.toml"
#: For how many days after its day a milestone is shown.
SHOWN_DAYS = 7
#: How the table of chair stands calls the sexes.
SEXES: dict[Sex, TableSex] = {"female": "woman", "male": "man"}


class Stage(Value):
    """Something that studies found, on which days of a programme it is said, and for whom."""

    id: str
    days: tuple[int, int]
    words: str
    source: Source
    conditions: tuple[Condition, ...] = ()
    regions: tuple[Region, ...] = ()


@cache
def stages() -> tuple[Stage, ...]:
    """Every stage, as it ships."""
    return tuple(Stage.model_validate(row) for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["stage"])


def notices(facts: Facts) -> tuple[Reason, ...]:
    """What is worth telling today: a milestone, the expected course, how to keep it, what to test.

    Notes
    -----
    Figures of what hands-on treatment did to strength at once (B26) are no effect of exercise and are never shown here.
    """
    found: list[Reason] = []
    day = _day(facts)
    if facts.history.mode == "monitored" and facts.mode == "strict":
        words = "Monitored pain holds only when a clinician has set it. Until it is said who did, any rise ends an exercise."
        found.append(Reason(rule="P1.monitored", words=words, source="ours"))
    if day is not None:
        reached = (m for m in facts.history.programme.milestones if m.day <= day < m.day + SHOWN_DAYS)
        found += [Reason(rule="B24", words=milestone.words, source=milestone.source) for milestone in reached]
        who, where = set(facts.profile.screening.conditions), set(facts.profile.screening.regions)
        for stage in stages():
            everybody = not stage.conditions and not stage.regions
            if stage.days[0] <= day <= stage.days[1] and (everybody or who & set(stage.conditions) or where & set(stage.regions)):
                found.append(Reason(rule="C5.course" if not everybody else "C3.course", words=stage.words, source=stage.source))
    if controlled(facts):
        words = "Your hip is calm. Keep doing your exercises once or twice a day, so that it stays so."
        found.append(Reason(rule="B15", words=words, source="S004"))
    found += _few_stands(facts)
    stance = facts.profile.stance
    stands = not {"no-standing-without-clinician", "no-single-leg"} & set(limits_of(facts.profile))
    if stands and len(facts.trained) >= value("two-weeks.sessions") and (stance.left_s is None or stance.right_s is None):
        words = "Test how long you can stand on each leg beside a firm support. It opens the standing exercises."
        found.append(Reason(rule="B19", words=words, source="S000"))
    return tuple(found)


def controlled(facts: Facts) -> bool:
    """Whether the symptoms are controlled (B15): little pain for two weeks, and no red or amber morning in them."""
    days = int(value("maintenance.days"))
    if facts.first_day is None or (facts.today - facts.first_day).days < days:
        return False
    since = facts.today - timedelta(days=days)
    pains = [s.pain_before for s in facts.sessions if s.at.date() > since]
    calm = all(m.light == "green" for m in facts.morrows if m.on > since)
    return len(pains) >= value("two-weeks.sessions") and calm and max(pains) <= value("maintenance.pain")


def _few_stands(facts: Facts) -> list[Reason]:
    """The newest chair stand, where it is below what is usual at that age (C7)."""
    stands = [test for test in facts.history.tests if test.test == "chair-stand"]
    if not stands:
        return []
    newest = max(test.on for test in stands)
    best = max(test.value for test in stands if test.on == newest)
    body = facts.profile
    if not below_average(best, body.age, None if body.sex is None else SEXES[body.sex]):
        return []
    words = "You got up from the chair fewer times than most people of your age. That can be trained; tell your doctor or physiotherapist."
    return [Reason(rule="C7.chair-stand", words=words, source="P108")]


def _day(facts: Facts) -> int | None:
    start = facts.history.programme.starts_on or facts.history.profile.starts_on or facts.first_day
    return None if start is None or start > facts.today else (facts.today - start).days + 1
