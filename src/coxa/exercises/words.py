"""Parts of an exercise as words: a dose, a number with its unit, and for whom a caution or a block is."""

from __future__ import annotations

from coxa.exercises.model import Block, Caution, Dose
from coxa.exercises.terms import CONDITION_WORDS, REGION_WORDS, Number, Range


def describe_dose(dose: Dose) -> str:
    """One source's dose; what the source does not state is not in it.

    Examples
    --------
    >>> from coxa.exercises import catalogue
    >>> describe_dose(catalogue.load("bridge").doses[1])
    '10 to 15 repetitions, hold 3 s, 3 to 4 days a week'
    """
    parts = []
    if dose.sets is not None:
        parts.append(f"{dose.sets} sets")
    if dose.repetitions is not None:
        parts.append(f"{_span(*dose.repetitions)} repetitions" + (" a side" if dose.per_side else ""))
    if dose.hold_s is not None:
        parts.append(f"hold {_span(*dose.hold_s)} s")
    if dose.times_a_day is not None:
        times = _span(*dose.times_a_day)
        parts.append({"1": "once a day", "2": "twice a day"}.get(times, f"{times} times a day"))
    if dose.days_a_week is not None:
        parts.append("every day" if dose.days_a_week == (7, 7) else f"{_span(*dose.days_a_week)} days a week")
    return ", ".join(parts) or "no numbers stated"


def describe_number(number: Number | Range) -> str:
    """A number or a pair of limits with its unit.

    Examples
    --------
    >>> describe_number(Number(value=15, unit="deg", source="D9"))
    '15°'
    >>> describe_number(Range(low=5, high=10, unit="s", source="S000"))
    '5 to 10 s'
    """
    value = _span(number.low, number.high) if isinstance(number, Range) else f"{number.value:g}"
    return f"{value}°" if number.unit == "deg" else f"{value} {number.unit}"


def describe_whom(item: Caution | Block) -> str:
    """For whom a caution or a block is; empty when it is for everybody.

    Examples
    --------
    >>> describe_whom(Caution(text="", reason="", source="C5", regions=("back",), conditions=("labral-tear",)))
    'Pain in the low back, or a labral tear'
    """
    who = ", or ".join(dict.fromkeys([*(REGION_WORDS[r] for r in item.regions), *(CONDITION_WORDS[c] for c in item.conditions)]))
    if isinstance(item, Block) and item.only_if:
        who += f", with {' or '.join(CONDITION_WORDS[c] for c in item.only_if)}"
    return who[:1].upper() + who[1:]


def _span(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
