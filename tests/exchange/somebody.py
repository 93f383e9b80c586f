"""Made-up values of care for the tests of papers and calendars."""

from __future__ import annotations

from datetime import date
from typing import Any

from coxa.care.programme import Planned, PlannedDose, Programme, Weekday
from coxa.care.reason import Reason
from coxa.care.screening import Screening

WHY = (Reason(rule="B17", words="It suits pain at the outer hip.", source="S000"),)
EVERY_DAY: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
APART: tuple[Weekday, ...] = ("mon", "wed", "fri")


def row(exercise: str, **changes: Any) -> Planned:
    """One planned exercise."""
    fields: dict[str, Any] = {
        "exercise": exercise, "side": "both", "dose": PlannedDose(sets=2, repetitions=10, hold_s=5.0, per_side=True), "days": EVERY_DAY,
        "part": "strength", "position": "supine", "placement": "", "minutes": 4.0, "why": WHY,
    }  # fmt: skip
    return Planned(**(fields | changes))


def programme(*rows: Planned, **changes: Any) -> Programme:
    """A programme of a bridge every other day and pelvic tilts daily, unless other rows are given."""
    fields: dict[str, Any] = {
        "kind": "personal", "phase": "move", "region": "outer", "side": "left",
        "exercises": rows or (row("pelvic-tilts"), row("bridge", days=APART)), "left_out": (), "minutes_a_session": 12.0,
        "sessions_a_day": 1, "weeks": None, "reasons": WHY, "starts_on": date(2026, 10, 12),
    }  # fmt: skip
    return Programme(**(fields | changes))


def screening(**changes: Any) -> Screening:
    """A well person's result."""
    fields: dict[str, Any] = {"outcome": "ready", "reasons": WHY, "region": "outer", "side": "left", "regions": ("outer",)}
    return Screening(**(fields | changes))
