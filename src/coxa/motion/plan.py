"""An exercise's coaching rules as the flat numbers that the compiled step reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from coxa.body.posture import POSTURES, VIEWS
from coxa.body.signals import (
    FOOT_DROP,
    HIP_HEIGHT,
    KNEES_ACROSS,
    KNEES_SIDEWAYS,
    LEFT,
    LEG_SWING,
    RIGHT,
    SHARED,
    THIGH_RISE,
    needed,
    signal_named,
)
from coxa.errors import BadInput
from coxa.exercises.coaching import Coaching, FaultRule
from coxa.exercises.model import Exercise
from coxa.motion.tracker import SMALLEST

MOST_SIGNALS, MOST_CHECKS, MOST_FAULTS, MOST_NEEDED = 16, 6, 16, 6

# Which leg's signal makes the repetition.
NEAR, UPPER, AS_ONE, EACH = range(4)
SIDE_MODES = {"near": NEAR, "upper": UPPER, "both": AS_ONE, "each": EACH}

# How a fault is judged inside the step; the other kinds are settled at the repetition's end from what it reports.
NOT_IN_STEP, LEVEL, SAG, OSCILLATION = range(4)
FAULT_KINDS = {"level": LEVEL, "sag": SAG, "oscillation": OSCILLATION}

#: Signals that go past their rest the other way when the other leg works, or on the way that is not counted.
ONE_SIDED = (FOOT_DROP, LEG_SWING)
#: Signals whose movement is hardly larger than what a pose model's points wander.
SMALL = (FOOT_DROP, KNEES_SIDEWAYS, LEG_SWING)
#: Share of the least range from which such a movement is listed as an attempt; below it, it may be wander.
SMALLEST_OF_SMALL = 0.6
#: The same for a drop of two pixels, of which a little less than what counts is wander already.
SMALLEST_OF_DROPS = 0.8
#: Signals of a limb that comes to point at the camera. The pose model places it well and believes in it less: once a repetition
#: is under way, so little visibility is enough.
POINTING = (LEG_SWING,)
VISIBLE, VISIBLE_POINTING = 0.5, 0.3
#: Signals of a body that rolls from its back towards one side.
ROLLING = (KNEES_ACROSS, KNEES_SIDEWAYS)
#: Signals of a body that goes up and down over its feet. On a chair the far foot is seen too badly to tell a step.
STANDING_ON = (HIP_HEIGHT,)

PLAN = np.dtype(
    [
        ("polarity", "i8"),
        ("least", "f8"),
        ("least_s", "f8"),
        ("side_mode", "i8"),
        ("shared", "i8"),  # signal 0 may show in either leg, whichever works
        ("both_ways", "i8"),  # one track for each way of the signal, not for each leg
        ("centred", "i8"),  # a track takes only what lies on its own side of rest
        ("planted", "i8"),  # the feet stay where they are: a step makes it another movement
        ("drops", "i8"),  # a foot hangs and sinks against the other
        ("calm", "i8"),  # a small movement: its slow part is followed
        ("smallest", "f8"),  # share of the least range from which a movement is an attempt
        ("rolls", "i8"),  # who lies on the back may come to lie on one side meanwhile
        ("way_signal", "i8"),  # index of the signal whose change tells the way, or -1
        ("from_feet", "i8"),  # the trunk may be seen end on, and is then no ruler
        ("chair", "i8"),  # stands are counted: the last one from half-way up, and the arms are watched
        ("visible", "f8"),  # visibility from which a landmark counts as seen while a repetition is under way
        ("postures", "i8", (len(POSTURES),)),
        ("views", "i8", (len(VIEWS),)),
        ("n_signals", "i8"),  # signal 0 makes the repetition
        ("signal", "i8", (MOST_SIGNALS,)),
        ("n_checks", "i8"),
        ("check_signal", "i8", (MOST_CHECKS,)),  # index into `signal`
        ("check_low", "f8", (MOST_CHECKS,)),
        ("check_high", "f8", (MOST_CHECKS,)),
        ("n_faults", "i8"),
        ("has_sag", "i8"),
        ("fault_kind", "i8", (MOST_FAULTS,)),
        ("fault_signal", "i8", (MOST_FAULTS,)),
        ("fault_sign", "f8", (MOST_FAULTS,)),
        ("fault_either", "i8", (MOST_FAULTS,)),  # limits on the size, whichever way: who walks to and fro has no one side
        ("fault_absolute", "i8", (MOST_FAULTS,)),
        ("fault_amber", "f8", (MOST_FAULTS,)),
        ("fault_red", "f8", (MOST_FAULTS,)),
        ("fault_bias", "f8", (MOST_FAULTS, len(VIEWS))),
        ("fault_least_s", "f8", (MOST_FAULTS,)),
        ("hold_band", "i8"),
        ("hold_from", "f8"),  # change from rest at which the hold's clock runs
        ("hold_at", "f8"),  # NaN, or the value towards which it has to be `hold_share` of the way from rest
        ("hold_share", "f8"),
        ("needs", "i8", (2, MOST_SIGNALS, MOST_NEEDED)),  # landmarks each signal needs when the left, the right leg works; -1 ends
    ]
)
"""One exercise, ready for the step."""


def tracks_of(plan: Any) -> int:
    """How many tracks a plan needs: one for each leg or each way that is followed by itself."""
    return 2 if plan["side_mode"] == EACH or plan["both_ways"] else 1


def coached(exercise: Exercise) -> Coaching:
    """The exercise's coaching rules; `BadInput` where a camera cannot follow it."""
    if exercise.coaching is None:
        raise BadInput(
            f"{exercise.id}: expected an exercise that a camera can follow, got one guided by timer and voice ({exercise.why_no_camera})"
        )
    return exercise.coaching


def compile_plan(exercise: Exercise) -> np.ndarray:
    """The exercise as one `PLAN` record in an array of length 1.

    Raises
    ------
    BadInput
        If a signal is unknown, or there are more signals, checks or faults than the step holds.
    """
    coaching = coached(exercise)
    plan = np.zeros(1, PLAN)
    p: Any = plan[0]
    rule = coaching.repetition
    names = [rule.signal]

    def index(name: str) -> int:
        if name not in names:
            names.append(name)
        return names.index(name)

    p["polarity"], p["least"], p["least_s"] = rule.polarity, rule.least.value, rule.least_s
    p["side_mode"] = SIDE_MODES[rule.sides]
    if p["side_mode"] == EACH and set(coaching.views) == {"side"}:
        p["side_mode"] = NEAR  # from the side the far leg is not seen well enough
    kind = signal_named(rule.signal).kind
    p["shared"] = kind in SHARED and p["side_mode"] == NEAR and not rule.both_ways and (kind != THIGH_RISE or rule.polarity > 0)
    if rule.both_ways and p["side_mode"] == EACH:
        raise BadInput(f"{exercise.id}: expected both_ways with sides near, upper or both, got each; follow one leg at a time")
    p["drops"] = kind == FOOT_DROP
    p["calm"] = kind in SMALL or (coaching.hold is not None and coaching.hold.clock == "band")
    p["smallest"] = SMALLEST_OF_DROPS if kind == FOOT_DROP else SMALLEST_OF_SMALL if kind in SMALL else SMALLEST
    p["rolls"] = kind in ROLLING
    p["visible"] = VISIBLE_POINTING if kind in POINTING else VISIBLE
    p["both_ways"] = rule.both_ways
    p["centred"] = p["both_ways"] or kind in ONE_SIDED
    p["planted"] = kind in STANDING_ON
    p["way_signal"] = index(rule.direction_signal) if rule.direction_signal else -1
    p["from_feet"] = "feet-end" in coaching.views
    p["chair"] = coaching.test is not None and coaching.test.measures == "repetitions"
    for posture in coaching.setup.postures:
        p["postures"][POSTURES.index(posture)] = 1
    for view in coaching.views:
        p["views"][VIEWS.index(view)] = 1
    if len(coaching.setup.checks) > MOST_CHECKS or len(coaching.faults) > MOST_FAULTS:
        raise BadInput(f"{exercise.id}: expected at most {MOST_CHECKS} checks and {MOST_FAULTS} faults; split the exercise")
    p["n_checks"] = len(coaching.setup.checks)
    for k, check in enumerate(coaching.setup.checks):
        p["check_signal"][k] = index(check.signal)
        p["check_low"][k] = -np.inf if check.low is None else check.low
        p["check_high"][k] = np.inf if check.high is None else check.high
    p["n_faults"] = len(coaching.faults)
    p["has_sag"] = any(fault.kind == "sag" for fault in coaching.faults)
    for k, fault in enumerate(coaching.faults):
        p["fault_kind"][k] = FAULT_KINDS.get(fault.kind, NOT_IN_STEP)
        p["fault_signal"][k] = index(fault.signal) if fault.signal else 0
        p["fault_sign"][k] = fault.sign
        p["fault_absolute"][k] = fault.absolute
        p["fault_either"][k] = bool(rule.direction_signal) and fault.signal == "trunk_lean"
        p["fault_amber"][k], p["fault_red"][k] = limits(fault)
        p["fault_least_s"][k] = fault.least_s
        for view, bias in fault.bias.items():
            p["fault_bias"][k, VIEWS.index(view)] = bias
    if len(names) > MOST_SIGNALS:
        raise BadInput(f"{exercise.id}: expected at most {MOST_SIGNALS} signals, got {len(names)}; drop one")
    p["n_signals"] = len(names)
    for k, name in enumerate(names):
        p["signal"][k] = signal_named(name).kind
    if coaching.hold is not None:
        p["hold_band"] = coaching.hold.clock == "band"
        low = rule.target.low
        p["hold_from"] = coaching.hold.share * (abs(low) if not rule.absolute else rule.least.value)
        p["hold_at"] = low if rule.absolute else np.nan
        p["hold_share"] = coaching.hold.share
    p["needs"][:] = -1
    for side in (LEFT, RIGHT):
        for k in range(len(names)):
            points = needed(int(p["signal"][k]), side)
            p["needs"][side, k, : len(points)] = points
    return plan


def limits(fault: FaultRule) -> tuple[float, float]:
    """Amber and red limits, NaN where the fault has none."""
    return (fault.amber.value if fault.amber else np.nan, fault.red.value if fault.red else np.nan)
