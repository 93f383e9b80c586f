"""`Decision`: the next step for one exercise or for the whole programme, with its reasons."""

from __future__ import annotations

from typing import Literal

from coxa.care.programme import PlannedDose
from coxa.care.reason import Reason, Value
from coxa.exercises.terms import Slug

Step = Literal["stop_now", "refer", "ease", "hold", "progress", "unlock"]
#: Safety beats everything: of several steps that apply, the one that stands first here is taken.
PRECEDENCE: tuple[Step, ...] = ("stop_now", "refer", "ease", "hold", "progress", "unlock")


class Decision(Value):
    """One decision.

    Attributes
    ----------
    exercise : which exercise; None for the session or the programme as a whole.
    step : one of `PRECEDENCE`.
    reasons : never empty; the one that decided first.
    instead : an easier or harder neighbour to go to, where there is one.
    dose : the new dose, where it changes.
    levels : how many levels easier; 0 where it gets no easier.
    rescreen : whether the screening must be answered again before the next session.
    letter : whether a letter for the clinician goes with it.
    """

    exercise: Slug | None
    step: Step
    reasons: tuple[Reason, ...]
    instead: Slug | None = None
    dose: PlannedDose | None = None
    levels: int = 0
    rescreen: bool = False
    letter: bool = False


class Review(Value):
    """What the diary comes to today."""

    decisions: tuple[Decision, ...]  # the programme's first, then each exercise in the programme's order
    summary: tuple[str, str]  # two sentences for the person
    outcomes: tuple[Outcome, ...] = ()
    adherence: float | None = None  # share of planned sessions done, 0 to 1; None before the first planned day
    notices: tuple[Reason, ...] = ()  # dosing, the expected course, milestones


class Outcome(Value):
    """One outcome measure over time: first, now, and whether the change is more than measurement error and matters."""

    measure: str  # NPRS, PSFS, GROC, chair-stand, single-leg-stance, timed-up-and-go, strength
    what: str = ""
    unit: str
    first: float | None
    now: float | None
    change: float | None
    beyond_error: bool | None = None  # None where no measurement error is known
    matters: bool | None = None  # None where no such figure is known
    reason: Reason


Review.model_rebuild()
