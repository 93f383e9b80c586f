"""`Entry`: every rule and number that coxa decides by, with its source, its review state, and what a clinic put in its place."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import coxa.care
from coxa.care.danger import danger_signs
from coxa.care.rules import RULES
from coxa.care.thresholds import overridden_by, thresholds
from coxa.care.translate import say
from coxa.exchange import plain
from coxa.exercises import catalogue
from coxa.exercises.evidence import claims
from coxa.exercises.words import describe_source
from coxa.locales import Words, mark, pgettext, point

Group = Literal["danger", "step", "threshold", "rule", "planner", "exercise"]
GROUPS: Words[Group] = Words({
    "danger": mark("Danger signs"),
    "step": mark("The next step: which rule decides, the one that weighs most first"),
    "threshold": mark("Thresholds: what the next step is decided by"),
    "rule": mark("Rules of the programmes"),
    "planner": mark("Numbers of the planner"),
    "exercise": mark("Doses, limits, cautions and mistakes of each exercise"),
})  # fmt: skip
TIER_WORDS = Words({
    "emergency": mark("emergency"), "urgent": mark("urgent"), "clinician_first": mark("clinician first"),
    "ready_with_care": mark("ready, with care"),
})  # fmt: skip
DATA = Path(coxa.care.__path__[0]) / "data"
#: Read through their own models, and the questions, which decide nothing by themselves.
_TYPED = {"danger", "thresholds", "screening"}


@dataclass(frozen=True)
class Entry:
    """One rule or number.

    `shipped` is the value that a clinic's own has replaced, with `by` the clinic's name; both empty where nothing was replaced.
    """

    group: Group
    id: str
    what: str
    value: str
    source: str
    source_says: str
    review: Literal["sourced", "unreviewed", "reviewed"]
    shipped: str = ""
    by: str = ""

    def to_json(self) -> dict[str, str]:
        """As a JSON object."""
        return asdict(self)


def evidence(overrides: Path | None = None) -> tuple[Entry, ...]:
    """Everything, in the order in which it decides: danger signs, next steps, thresholds, rules, planner, exercises.

    Parameters
    ----------
    overrides : Path, optional
        A clinic's own thresholds; else those of the setting, if there are any.

    Raises
    ------
    BadInput
        When the clinic's file is wrong.

    Examples
    --------
    >>> [(e.value, e.source) for e in evidence() if e.id == "pain.session-limit"]
    [('6 points', 'C3')]
    """
    return (*_dangers(), *_steps(overrides), *_thresholds(overrides), *_care_data(), *_exercises())


def _dangers() -> Iterator[Entry]:
    for row in danger_signs():
        says, review = describe_source(row.source), _review(row.source, row.review)
        yield Entry("danger", row.id, say(row.words), TIER_WORDS[row.tier], row.source, says, review)


def _steps(overrides: Path | None) -> Iterator[Entry]:
    with overridden_by(overrides):
        for rule in RULES:
            yield _entry("step", rule.id, rule.words(), plain.STEPS[rule.step], rule.source, "")


def _thresholds(overrides: Path | None) -> Iterator[Entry]:
    for t in thresholds(overrides):
        shipped = _with_unit(t.shipped, t.unit) if t.shipped is not None else ""
        words, number = pgettext(f"thresholds.{t.id}", t.words), _with_unit(t.value, t.unit)
        yield Entry("threshold", t.id, words, number, t.source, describe_source(t.source), t.review, shipped, t.by)


def _care_data() -> Iterator[Entry]:
    for file in sorted(DATA.glob("*.toml")):
        if file.stem not in _TYPED:
            yield from _walk(tomllib.loads(file.read_text(encoding="utf-8")), file.stem, "ours")


def _walk(table: Mapping[str, Any], path: str, source: str) -> Iterator[Entry]:
    """Every sentence with a source and every number below a table; a table without a source has that of the one around it."""
    source = str(table.get("source", source))
    review = str(table.get("review", ""))
    if isinstance(table.get("words"), str):
        # the rule's own id where it has one, else its place in the data
        rule = table.get("rule") or table.get("id") or ""
        yield _entry("rule", path, say(str(table["words"])), str(rule), source, review)
    for key, value in table.items():
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float):
            words = key.replace("_", " ").removesuffix(" s").strip()
            number = f"{point(f'{value:g}')} s" if key.endswith("_s") else point(f"{value:g}")
            yield _entry("planner", f"{path}.{key}", words, number, _source_of(key, table, source), review)
        elif isinstance(value, Mapping):
            yield from _walk(value, f"{path}.{key}", source)
        elif isinstance(value, list):
            for n, item in enumerate(value):
                if isinstance(item, Mapping):
                    name = item.get("exercise") or item.get("id") or item.get("rule") or n
                    yield from _walk(item, f"{path}.{key}.{name}", source)


def _source_of(key: str, table: Mapping[str, Any], source: str) -> str:
    """The source of one number: its own, such as hold_source for hold_s and hold_most_s, or else its table's."""
    return str(table.get(f"{key}_source") or table.get(f"{key.partition('_')[0]}_source") or source)


def _exercises() -> Iterator[Entry]:
    for exercise in catalogue.all_exercises():
        for c in claims(exercise):
            yield Entry("exercise", f"{exercise.id}.{c.key}", f"{exercise.name}: {c.what}", c.value, c.source, c.source_says, c.review)


def _entry(group: Group, id: str, what: str, value: str, source: str, review: str) -> Entry:
    return Entry(group, id, what, value, source, describe_source(source), _review(source, review))


def _review(source: str, review: str) -> Literal["sourced", "unreviewed", "reviewed"]:
    if review == "reviewed":
        return "reviewed"
    return "sourced" if source.startswith("S00") else "unreviewed"


def _with_unit(value: float, unit: str) -> str:
    return f"{point(f'{value:g}')} {pgettext('unit', unit)}".strip()
