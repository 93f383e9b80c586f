"""`DangerSign`: the rows of the danger-sign table as data, and which of them these answers bring up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from coxa.care.questionnaire import Answers
from coxa.care.reason import Reason, Value

FILE = Path(__file__).with_name("data") / "danger.toml"
_CONDITION = re.compile(r"^(?:(?P<no>not) )?(?P<question>[a-z0-9-]+)(?: (?P<operator>=|>=|<=|<|>) (?P<value>\S+))?$")
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, "<": lambda a, b: a < b,
}  # fmt: skip


class DangerSign(Value):
    """One row: its tier, when it holds, what it may mean, what to do now, and its source.

    `when` holds alternatives; each is a list of conditions that must all hold.
    """

    id: str
    tier: Literal["emergency", "urgent", "clinician_first", "ready_with_care"]
    when: tuple[tuple[str, ...], ...]
    words: str
    do: tuple[str, ...]
    source: str
    review: Literal["unreviewed", "reviewed"] = "unreviewed"

    def holds(self, answers: Answers) -> bool:
        """Whether the answers bring this row up."""
        for together in self._parts:  # plain loops: this is what a screening spends its time on
            for parts in together:
                if not _holds(parts, answers):
                    break
            else:
                return True
        return False

    @cached_property
    def _parts(self) -> tuple[tuple[tuple[bool, str, str, str], ...], ...]:
        return tuple(tuple(condition_parts(condition) for condition in together) for together in self.when)

    @cached_property
    def reason(self) -> Reason:
        """The row as a reason."""
        return Reason(rule=self.id, words=self.words, source=self.source)


@cache
def danger_signs() -> tuple[DangerSign, ...]:
    """Every row, in the order of the clinical notes; each condition is checked against the questionnaire by a test."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["row"]
    return tuple(DangerSign.model_validate(row) for row in rows)


@cache
def condition_parts(condition: str) -> tuple[bool, str, str, str]:
    """(denied, question, operator, value) of a condition such as "age >= 60"; a bare question has no operator."""
    match = _CONDITION.match(condition)
    if match is None:
        raise ValueError(f"expected a condition such as 'question', 'not question' or 'question >= 60', got {condition!r}")
    return match["no"] is not None, match["question"], match["operator"] or "", match["value"] or ""


def condition_holds(condition: str, answers: Answers) -> bool:
    """Whether one condition holds; a question without an answer fulfils none.

    >>> condition_holds("age >= 60", {"age": 71}), condition_holds("told = osteoporosis", {"told": ("osteoporosis",)})
    (True, True)
    """
    return _holds(condition_parts(condition), answers)


def _holds(parts: tuple[bool, str, str, str], answers: Answers) -> bool:
    denied, question, operator, value = parts
    if question not in answers:
        return False
    given = answers[question]
    if operator == "":
        return (given is True) is not denied
    if operator == "=":
        return value in given if isinstance(given, tuple) else str(given) == value
    return not isinstance(given, str | tuple) and _COMPARE[operator](int(given), int(value))
