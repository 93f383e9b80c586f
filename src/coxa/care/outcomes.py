"""Outcome measures over time: first, now, and whether the change is more than measurement error and matters to a person."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any, Literal

from coxa.care.decision import Outcome
from coxa.care.facts import Facts
from coxa.care.history import History, TestDone
from coxa.care.reason import Reason, Value
from coxa.exercises.terms import Source

FILE = Path(__file__).with_name("data") / "outcomes.toml"
NEWTON_PER_KG = 9.80665
Sex = Literal["man", "woman"]


class Measure(Value):
    """One measure: which way is better, its measurement error, and the change that matters, as far as they are known.

    `matters_share` asks for that share of the first value as well; `much` is the change that people call "much better".
    """

    id: str
    name: str
    unit: str
    better: Literal["lower", "higher"]
    error: float | None = None
    matters: float | None = None
    matters_share: float = 0.0
    much: float | None = None
    source: Source
    matters_source: Source | None = None
    review: Literal["sourced", "unreviewed", "reviewed"] = "unreviewed"


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def measures() -> dict[str, Measure]:
    """Every measure by its id.

    >>> measures()["NPRS"].matters
    1.0
    """
    return {row["id"]: Measure.model_validate(row) for row in _data()["measure"]}


def outcomes(history: History) -> tuple[Outcome, ...]:
    """Every measure that was taken, first against now.

    Parameters
    ----------
    history : History

    Returns
    -------
    tuple of Outcome
        Pain, then function, the person's own view, tests and strength. A strength test before and after hands-on work on one
        day is a pair of its own, and the one after it takes no part in the change over time.

    Notes
    -----
    Figures: C7. Where no measurement error or no change that matters is known, the answer is None, not a guess.
    """
    facts = Facts(history)
    found: list[Outcome] = []
    if facts.start_pain is not None:
        found.append(compared("NPRS", facts.start_pain, facts.recent_pain))
    found += _function(history)
    newest = max(history.changes, key=lambda change: change.on, default=None)
    if newest is not None:
        found.append(_own_view(newest.score))
    found += _tests(history)
    return tuple(found)


def compared(measure: str, first: float | None, now: float | None, what: str = "", unit: str = "") -> Outcome:
    """One measure, first against now.

    Parameters
    ----------
    measure
        An id of `measures`.
    first, now
        In the measure's unit; None where there is none.
    what
        Which activity, side or muscle.
    unit
        In place of the measure's own.

    Examples
    --------
    >>> better = compared("chair-stand", 10, 12)
    >>> better.change, better.beyond_error, better.matters
    (2.0, False, False)
    """
    known = measures()[measure]
    unit = unit or known.unit
    if first is None or now is None:
        words = f"{known.name}: measured once so far. A second time will show what has changed."
        return Outcome(
            measure=measure,
            what=what,
            unit=unit,
            first=first,
            now=now,
            change=None,
            reason=Reason(rule="C7", words=words, source=known.source),
        )
    change = round(float(now) - float(first), 2)
    gain = change if known.better == "higher" else -change
    beyond = None if known.error is None else abs(change) > known.error or abs(change) == known.error == known.matters
    matters = None
    if known.matters is not None:
        # What is not more than measurement error cannot be told from none.
        matters = abs(change) >= max(known.matters, known.matters_share * abs(first)) and beyond is not False
    words = _words(known, gain, beyond, matters)
    source = known.matters_source if beyond and known.matters_source else known.source
    return Outcome(
        measure=measure, what=what, unit=unit, first=float(first), now=float(now), change=change, beyond_error=beyond, matters=matters,
        reason=Reason(rule="C7", words=words, source=source),
    )  # fmt: skip


def below_average(stands: float, age: int, sex: Sex | None = None) -> bool | None:
    """Whether so many stands from a chair in 30 seconds are below average for that age.

    Returns
    -------
    bool or None
        None below the age of 60 and above 94, where there is no figure, and where it depends on the sex and that is not known.

    Examples
    --------
    >>> below_average(11, 66, "man"), below_average(11, 66, "woman"), below_average(11, 66), below_average(9, 66)
    (True, False, None, True)
    """
    rows = [row for row in _data()["chair_stand"]["cut_offs"] if row[0] <= age <= _data()["chair_stand"]["to_age"]]
    if not rows:
        return None
    _, man, woman = (float(number) for number in rows[-1])
    answers: dict[Sex, bool] = {"man": stands < man, "woman": stands < woman}
    if sex is not None:
        return answers[sex]
    return answers["man"] if answers["man"] == answers["woman"] else None


def usual_stance_s(age: int) -> float | None:
    """Mean seconds on one leg with open eyes at that age; None below 18.

    >>> usual_stance_s(66)
    27.0
    """
    rows = [row for row in _data()["single_leg_stance"]["means"] if row[0] <= age]
    return float(rows[-1][1]) if rows else None


def _words(known: Measure, gain: float, beyond: bool | None, matters: bool | None) -> str:
    name, better = known.name, gain > 0
    if gain == 0:
        return f"{name}: the same as at first."
    if beyond is False:
        if better:
            return f"{name}: a little better, but that is within what the measure itself varies by."
        return f"{name}: a little worse, but that is within what the measure itself varies by."
    if matters and known.much is not None and abs(gain) >= known.much:
        return f"{name}: much better than at first." if better else f"{name}: much worse than at first."
    if matters:
        return f"{name}: better than at first, by enough to matter." if better else f"{name}: worse than at first, by enough to matter."
    if matters is False:
        if better:
            return f"{name}: a little better than at first, less than what most people notice."
        return f"{name}: a little worse than at first, less than what most people notice."
    if better:
        return f"{name}: better than at first. How much of that matters is not known."
    return f"{name}: worse than at first. How much of that matters is not known."


def _function(history: History) -> list[Outcome]:
    rows: dict[str, list[tuple[date, int]]] = {}
    for activity in history.activities:
        rows.setdefault(activity.name.strip(), []).append((activity.on, activity.score))
    if not rows:
        return []
    pairs = {name: (min(scores)[1], max(scores)[1] if len({on for on, _ in scores}) > 1 else None) for name, scores in sorted(rows.items())}
    single = [compared("PSFS", first, now, what=name) for name, (first, now) in pairs.items()]
    twice = [(first, now) for first, now in pairs.values() if now is not None]
    if len(pairs) < 2 or not twice:
        return single
    return [compared("PSFS", round(mean(f for f, _ in twice), 2), round(mean(n for _, n in twice), 2), what="mean"), *single]


def _own_view(score: int) -> Outcome:
    known = measures()["GROC"]
    matters = known.matters is not None and abs(score) >= known.matters
    if matters:
        words = "You say that it is better, by enough to matter." if score > 0 else "You say that it is worse, by enough to matter."
    else:
        words = "You say that it is better." if score > 0 else "You say that it is worse." if score < 0 else "You say that it is the same."
    return Outcome(
        measure="GROC", unit=known.unit, first=None, now=float(score), change=float(score), matters=matters,
        reason=Reason(rule="C7", words=words, source=known.source),
    )  # fmt: skip


def _tests(history: History) -> list[Outcome]:
    found: list[Outcome] = []
    groups: dict[tuple[str, str, str], list[TestDone]] = {}
    for test in dict.fromkeys(history.tests):
        groups.setdefault((test.test, test.what.strip(), test.side or ""), []).append(test)
    for (name, what, side), tests in sorted(groups.items()):
        label = " ".join(part for part in (what, side) if part)
        for unit, same in sorted(_by_unit(tests).items()):
            over_time = [t for t in same if t.hands_on != "after"]
            if over_time:
                days = sorted({t.on for t in over_time})
                first = _of_day(name, days[0], over_time)
                now = _of_day(name, days[-1], over_time) if len(days) > 1 else None
                found.append(compared(name, first, now, what=label, unit=unit))
            if name == "strength":
                found += _hands_on(same, label, unit)
    return found


def _hands_on(tests: Iterable[TestDone], label: str, unit: str) -> list[Outcome]:
    """Strength before and after hands-on work on one day (S002): what it did at once, and no effect of exercise (B26)."""
    tests = list(tests)
    found: list[Outcome] = []
    for day in sorted({t.on for t in tests}):
        before = [t.value for t in tests if t.on == day and t.hands_on == "before"]
        after = [t.value for t in tests if t.on == day and t.hands_on == "after"]
        if before and after:
            change = round(max(after) - max(before), 2)
            words = "Strength right before and after hands-on work that day. It says nothing about what exercise does over weeks."
            found.append(
                Outcome(
                    measure="strength", what=f"{label}, hands-on work {day.isoformat()}".lstrip(", "), unit=unit, first=max(before),
                    now=max(after), change=change, reason=Reason(rule="B26", words=words, source="S002"),
                )
            )  # fmt: skip
    return found


def _by_unit(tests: Iterable[TestDone]) -> dict[str, list[TestDone]]:
    """Tests by unit; where one muscle was measured in kilograms and in newtons, all in newtons."""
    tests = list(tests)
    units = {test.unit for test in tests}
    if {"kg", "N"} <= units:
        tests = [t.model_copy(update={"value": round(t.value * NEWTON_PER_KG, 1), "unit": "N"}) if t.unit == "kg" else t for t in tests]
    groups: dict[str, list[TestDone]] = {}
    for test in tests:
        groups.setdefault(test.unit, []).append(test)
    return groups


def _of_day(name: str, day: date, tests: Iterable[TestDone]) -> float:
    """The best of a day's tries."""
    values = [t.value for t in tests if t.on == day]
    return min(values) if measures()[name].better == "lower" else max(values)
