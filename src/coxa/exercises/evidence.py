"""What stands behind an exercise: each number and each statement of it, with its source and whether a clinician has reviewed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from coxa.exercises.coaching import Coaching, FaultRule
from coxa.exercises.model import Dose, Exercise
from coxa.exercises.terms import Number, Part, Range, Source
from coxa.exercises.words import describe_number, describe_source, describe_whom
from coxa.locales import gettext as _
from coxa.locales import ngettext

Review = Literal["sourced", "unreviewed", "reviewed"]


@dataclass(frozen=True)
class Claim:
    """One number or statement: where it stands in the file, what it is, its value, its source and its review state."""

    group: Literal["dose", "mistake", "care", "variation", "limit"]
    key: str  # such as coaching.faults.rolls-back.red
    what: str
    value: str
    source: Source
    source_says: str  # the source spelled out
    review: Review

    def to_json(self) -> dict[str, str]:
        """As a JSON object."""
        return asdict(self)


def claims(e: Exercise) -> tuple[Claim, ...]:
    """Every number of an exercise, and every statement that names a source, in the order of its file.

    A number in `[coaching]` carries its own review state. What stands in a dose, a mistake or a block is "sourced" where it
    comes from one of the five founding texts, else "unreviewed".

    Examples
    --------
    >>> from coxa.exercises import catalogue
    >>> [(c.value, c.source, c.review) for c in claims(catalogue.load("bridge", "en")) if c.key == "coaching.repetition.target"]
    [('160 to 180°', 'D9', 'unreviewed')]
    """
    return (*_content(e), *(_coaching(e.coaching, {m.fault: m.name for m in e.mistakes if m.fault}) if e.coaching else ()))


def _content(e: Exercise) -> Iterator[Claim]:
    for dose in e.doses:
        for name, what, value in _dose(dose):
            yield _claim("dose", f"doses.{dose.source}.{name}", what, value, dose.source)
        if not any(_dose(dose)):
            yield _claim("dose", f"doses.{dose.source}", _("dose"), _("no numbers stated"), dose.source)
    for k, mistake in enumerate(e.mistakes):
        yield _claim("mistake", f"mistakes.{k}", _("mistake"), mistake.name, mistake.source)
    for k, caution in enumerate(e.cautions):
        yield _claim("care", f"cautions.{k}", describe_whom(caution) or _("For everybody"), caution.text, caution.source)
    for k, block in enumerate(e.blocks):
        yield _claim("care", f"blocks.{k}", describe_whom(block), block.reason, block.source)
    for gate in e.prerequisites:
        for name, what in (("least", _("first, on each side")), ("least_from_age_70", _("first, from age 70"))):
            yield _number("care", f"prerequisites.{gate.exercise}.{name}", f"{gate.exercise}: {what}", getattr(gate, name))
    for k, way in enumerate(e.variations):
        yield _claim("variation", f"variations.{k}", _("easier") if way.change == "easier" else _("harder"), way.name, way.source)


def _dose(dose: Dose) -> Iterator[tuple[str, str, str]]:
    """Each number that the source states: its key, what it is, its value."""
    spans = (
        ("sets", _("sets"), (dose.sets, dose.sets) if dose.sets is not None else None, ""),
        ("repetitions", _("repetitions"), dose.repetitions, ""),
        ("hold_s", _("hold"), dose.hold_s, "s"),
        ("duration_s", _("duration"), dose.duration_s, "s"),
        ("times_a_day", _("times a day"), dose.times_a_day, ""),
        ("days_a_week", _("days a week"), dose.days_a_week, ""),
        ("load_lb", _("load"), dose.load_lb, "lb"),
    )
    for name, what, span, unit in spans:
        if span is not None:
            value = describe_number(Range(low=span[0], high=span[1], unit=unit, source=dose.source))
            yield name, what, value.strip()
    for name, what, stated in (
        ("per_side", _("for each side"), dose.per_side),
        ("per_direction", _("for each direction"), dose.per_direction),
    ):
        if stated is not None:
            yield name, what, _("yes") if stated else _("no")


def _coaching(coaching: Coaching, names: dict[str, str]) -> Iterator[Claim]:
    for check in coaching.setup.checks:
        bounds = [f"{sign} {bound:g}" for sign, bound in (("≥", check.low), ("≤", check.high)) if bound is not None]
        yield _claim(
            "limit", f"coaching.setup.checks.{check.signal}", _("start position, {signal}").format(signal=check.signal),
            " ".join(bounds), check.source,
        )  # fmt: skip
    rule = coaching.repetition
    yield _number("limit", "coaching.repetition.least", _("least movement that counts"), rule.least)
    yield _number("limit", "coaching.repetition.target", _("range that meets the dose"), rule.target)
    yield _claim("limit", "coaching.repetition.least_s", _("shortest repetition"), f"{rule.least_s:g} s", "ours")
    if coaching.hold:
        yield _number("limit", "coaching.hold.target", _("hold that meets the dose"), coaching.hold.target)
        yield _claim(
            "limit", "coaching.hold.share", _("share of the way at which the clock runs"), f"{100 * coaching.hold.share:g} %", "ours"
        )
    for fault in coaching.faults:
        yield from _fault(fault, names.get(fault.fault, fault.fault))
    if test := coaching.test:
        yield _claim("limit", "coaching.test.valid_from", _("test counts from"), f"{test.valid_from:g} {test.unit}", "ours")
        for name, what, number in (
            ("duration", _("length of the test"), test.duration),
            ("last_counts_from", _("the last one counts from"), test.last_counts_from),
            ("seat_height", _("height of the seat"), test.seat_height),
        ):
            if number is not None:
                yield _number("limit", f"coaching.test.{name}", what, number)
        if test.practice_runs:
            yield _claim("limit", "coaching.test.practice_runs", _("tries for practice"), str(test.practice_runs), "ours")


def _fault(rule: FaultRule, name: str) -> Iterator[Claim]:
    key = f"coaching.faults.{rule.fault}"
    if rule.amber:
        yield _number("limit", f"{key}.amber", f"{name}: {_('amber')}", rule.amber)
    if rule.red:
        yield _number("limit", f"{key}.red", f"{name}: {_('red')}", rule.red)
        yield _claim("limit", f"{key}.least_s", f"{name}: {_('least duration')}", f"{rule.least_s:g} s", "ours")
    for view, bias in rule.bias.items():
        yield _claim("limit", f"{key}.bias.{view}", f"{name}: {_('bias of the pose model')} ({view})", f"{bias:g}", "ours")
    for view, seen in rule.evidence.items():
        value = _("found {found} of {faulty}, false {false} of {clean}").format(
            found=seen.found, faulty=seen.faulty, false=seen.false, clean=seen.clean
        )
        clips = ngettext("in {n} clip", "in {n} clips", seen.clips).format(n=seen.clips)
        yield _claim("limit", f"{key}.evidence.{view}", f"{name}: {_('measured')} ({view})", f"{value}, {clips}", "ours")


def _number(group: Literal["care", "limit"], key: str, what: str, number: Number | Range) -> Claim:
    return Claim(group, key, what, describe_number(number), number.source, describe_source(number.source), number.review)


def _claim(group: Literal["dose", "mistake", "care", "variation", "limit"], key: str, what: str, value: str, source: Source) -> Claim:
    review: Review = "sourced" if source.startswith("S00") else "unreviewed"
    return Claim(group, key, what, value, source, describe_source(source), review)


def units(e: Exercise) -> set[str]:
    """The units that an exercise's numbers have, as its file writes them."""

    def within(value: object) -> Iterator[str]:
        if isinstance(value, Number | Range):
            yield value.unit
        elif isinstance(value, tuple):
            for item in value:
                yield from within(item)
        elif isinstance(value, Part):
            for name in type(value).model_fields:
                yield from within(getattr(value, name))

    return set(within(e)) - {"deg"}
