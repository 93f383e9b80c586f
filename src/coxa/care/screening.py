"""`Screening`: whether exercise is safe to start, where it hurts, and what this body must not do now."""

from __future__ import annotations

from typing import Literal

from coxa.care.reason import Reason, Value
from coxa.exercises.terms import Condition, Region

Outcome = Literal["emergency", "urgent", "clinician_first", "ready_with_care", "ready", "incomplete"]
#: From the one that weighs most to the one that weighs least; `incomplete` stands beside them: it says that nothing is known yet.
TIERS: tuple[Outcome, ...] = ("emergency", "urgent", "clinician_first", "incomplete", "ready_with_care", "ready")

PainRegion = Literal["front", "outer", "buttock", "not-sure"]
Side = Literal["left", "right", "both"]
Limit = Literal[
    "no-floor", "no-kneeling", "no-lying-on-left", "no-lying-on-right", "no-lying-on-front", "no-weight-on-left", "no-weight-on-right",
    "no-adduction", "no-crossing", "extension-to-neutral", "flexion-to-90", "no-rotation", "no-standing-without-clinician",
    "no-single-leg", "support-always", "no-strength", "no-forced-nerve-stretch",
]  # fmt: skip


class Screening(Value):
    """What the answers to the screening questions come to.

    Attributes
    ----------
    outcome : one of `TIERS`
        Never weaker than the heaviest row of the danger signs that was answered with yes.
    reasons : tuple of Reason
        The heaviest first; never empty.
    region, side : where it hurts; "not-sure" gets the general low-load set.
    conditions, regions : what the catalogue's blocks and cautions are matched against.
    limits : what this body must not do now.
    do_now : what the person should do, in order, in plain words.
    ask_again : ids of danger questions without an answer (`incomplete`).
    contradictions : pairs of question ids whose answers do not go together; shown once, and then the worse holds.
    letter : whether a letter for the clinician goes with it.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    region: PainRegion = "not-sure"
    side: Side = "both"
    conditions: tuple[Condition, ...] = ()
    regions: tuple[Region, ...] = ()
    limits: tuple[Limit, ...] = ()
    do_now: tuple[str, ...] = ()
    ask_again: tuple[str, ...] = ()
    contradictions: tuple[tuple[str, str], ...] = ()
    letter: bool = False

    @property
    def may_exercise(self) -> bool:
        """Whether exercises may be shown at all."""
        return self.outcome in ("ready", "ready_with_care")
