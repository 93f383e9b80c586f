"""`Show`: what the simulated person does for a newcomer: a set with one mistake that the camera may name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from coxa.body import Recording
from coxa.capture.simulated import simulate
from coxa.capture.simulated_exercises import PERFORMED
from coxa.care.prescription import default_dose, part_of
from coxa.care.programme import Planned, Profile
from coxa.care.reason import Reason
from coxa.care.screening import Screening
from coxa.care.thresholds import value
from coxa.exercises import catalogue
from coxa.exercises.coaching import FaultRule
from coxa.locales import current
from coxa.web.flow.documents import Today, Voice
from coxa.web.flow.pain_tables import rules_for
from coxa.web.flow.today import planned_today

#: Done where nothing of today can be.
DEFAULT = "clamshell"
#: How many repetitions, in which one the mistake is made, and how far beyond the limit it goes.
REPETITIONS, WITH_MISTAKE, BEYOND = 4, 1, 1.5
#: The same person each time.
SEED = 7


@dataclass(frozen=True)
class Show:
    """A set of the simulated person."""

    recording: Recording
    frames: bytes
    side: Literal["left", "right", "both"]
    repetitions: int
    mistake: str | None


def shown(exercise: str) -> bool:
    """Whether the simulated person can do it with a mistake that the camera may name."""
    return exercise in PERFORMED and _mistake(exercise) is not None


@cache
def show_of(exercise: str) -> Show:
    """The set of one exercise, simulated once.

    Parameters
    ----------
    exercise : str
        One that is `shown`.
    """
    from coxa.web.live.frames import pack

    found = _mistake(exercise)
    assert found is not None, exercise
    rule, view = found
    assert rule.red is not None
    size = rule.red.value / BEYOND if rule.kind == "tempo" else rule.red.value * BEYOND
    done = simulate(exercise, seed=SEED, view=view, repetitions=REPETITIONS, faults={WITH_MISTAKE: {rule.fault: size}})
    side: Literal["left", "both"] = "left" if catalogue.load(exercise).side == "one" else "both"
    return Show(done.recording, pack(done.recording), side, REPETITIONS, rule.fault)


def default_day() -> Today:
    """A day with the default exercise alone, for somebody who is not known yet."""
    exercise = catalogue.load(DEFAULT)
    reason = Reason(rule="P6", words=exercise.why, source=exercise.sources[0])
    profile = Profile(screening=Screening(outcome="ready", reasons=(reason,)), age=50)
    dose = default_dose(exercise, profile.age)
    planned = Planned(
        exercise=DEFAULT, side="left", dose=dose, days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), part=part_of(exercise),
        position=exercise.posture, placement="front", minutes=3.0, why=(reason,),
    )  # fmt: skip
    one = planned_today(planned, profile, ())
    rules = rules_for((DEFAULT,), "strict", 0)
    return Today(
        date=date(2026, 1, 1),
        version=0,
        language=current(),
        session_key=None,
        may_start=True,
        why_not=(),
        pain_days_running=0,
        mode="strict",
        voice=Voice(),
        keep_landmarks=False,
        camera=True,
        before_floor=None,
        too_hard=value("effort.high"),
        exercises=(one,),
        rules=rules,
    )


@cache
def _mistake(exercise: str) -> tuple[FaultRule, str] | None:
    """The worst mistake that is judged from some view and that the simulated person can make, and that view."""
    coaching = catalogue.load(exercise, "en").coaching
    if coaching is None or exercise not in PERFORMED:
        return None
    can = PERFORMED[exercise].faults
    for rule in sorted(coaching.faults, key=lambda one: one.harm):
        view = next((view for view, how in rule.views.items() if how == "judged" and view in PERFORMED[exercise].views), None)
        if rule.fault in can and view is not None and rule.red is not None:
            return rule, view
    return None
