"""From the step's events to a `SetResult`: what counts, which faults may be said, and what could not be judged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from coxa.body.posture import POSTURES, VIEWS
from coxa.body.signals import BOTH, SIDES, signal_named
from coxa.exercises.coaching import FaultRule, RepetitionRule
from coxa.exercises.model import Exercise
from coxa.motion import step as engine
from coxa.motion.evidence import load_model
from coxa.motion.plan import coached
from coxa.motion.recognise import is_another
from coxa.motion.result import ENGINE, Fault, Hold, NotJudged, Repetition, SetResult, Severity, Test, WhyNot, WhyNotJudged

#: Below this frame rate faults and tempo cannot be judged.
LEAST_FPS = 10.0
#: Below this share of frames with one whole body there is no verdict.
LEAST_SEEN = 0.5
#: More bodies than this, one after the other, and it is uncertain who was watched.
MOST_BODIES = 2
#: The tracker sees a smooth movement between leaving rest and 85 % of its range: this share of its whole time
#: (0.57 to 0.62 for a minimum-jerk movement that leaves rest at 2 to 5 %; 0.58 to 0.68 on rendered people).
SEEN_OF_RAMP = 0.62
#: Signals whose zero is standing straight: a movement that never passes it is another one, such as a step forward.
PAST_ZERO = ("thigh_extension",)
#: Greatest speed of a minimum-jerk movement, in ranges per its whole time (Flash & Hogan 1985).
MINIMUM_JERK = 1.875
#: One foot moving against the other by this many shins for each leg length that the hips sink: steps, not a squat.
STEPS = 3.0
#: How much of the last second of a timed test a recording may lack.
ENDS_EARLY_S = 0.5
#: Share of the time from leaving the chair to 85 % of the way up after which a smooth rise is half-way.
HALF_WAY = 0.57
#: Shares of a rise in which a hand must be seen to be judged, and down at the hips to have helped.
HANDS_SEEN, HANDS_DOWN = 0.5, 0.4
#: The other leg moving this much of the range the same way makes it another movement (a jump with both legs).
OTHER_LEG = 0.6


@dataclass(frozen=True)
class Watched:
    """What a watched set leaves behind, beside its events."""

    exercise: Exercise
    source: str
    frames: int
    first_s: float
    last_s: float
    seen: int
    bodies: int
    ever_ready: bool
    side: int
    posture: int
    view: int
    judge_untested: bool
    judges: bool = True

    @property
    def fps(self) -> float:
        """Mean frame rate; 0 for a single frame."""
        return (self.frames - 1) / (self.last_s - self.first_s) if self.frames > 1 else 0.0


def can_judge(rule: FaultRule, view: str, untested: bool = False, judges: bool = True) -> WhyNotJudged | None:
    """Why this fault cannot be judged from this view, or None where it can; `judges`: landmarks of a kind in which faults were tested."""
    if rule.kind == "never":
        return "never_visible"
    if not judges:
        return "not_tested"
    how = rule.views.get(view)  # type: ignore[call-overload]
    if how == "judged" or (how == "not_tested" and untested):
        return None
    return "not_tested" if how == "not_tested" else "view"


def tidy(value: float) -> float:
    """Four decimals: finer than any camera sees, and the same text for the same number."""
    return round(float(value), 4)


def reported_side(exercise: Exercise, side: int) -> Any:
    """The leg a result names."""
    rule = coached(exercise).repetition
    if rule.sides == "both" or side == BOTH:
        return "both" if rule.sides == "both" else "unknown"
    return SIDES[1 - side] if rule.reports == "other" else SIDES[side]


def why_not(exercise: Exercise, event: np.void) -> tuple[WhyNot, ...]:
    """Why an attempt does not count, or nothing."""
    rule = coached(exercise).repetition
    reasons: list[WhyNot] = []
    if event["range"] < rule.least.value:
        reasons.append("too_small")
    is_another = (
        (rule.signal in PAST_ZERO and rule.polarity * event["top"] <= 0.0)
        or (rule.sides == "each" and event["other"] >= OTHER_LEG * event["range"])
        or (rule.sides == "both" and event["other"] >= STEPS * event["range"])
    )
    if is_another:
        reasons.append("not_that_movement")
    return tuple(reasons)


def meets_dose(exercise: Exercise, event: np.void, size: float) -> bool:
    """Whether range and hold reached the target."""
    coaching = coached(exercise)
    target = coaching.repetition.target
    far_enough = (
        target.low <= size <= target.high
        if coaching.repetition.polarity > 0 or coaching.repetition.absolute or coaching.repetition.both_ways
        else size >= abs(target.low)
    )
    return bool(far_enough and (coaching.hold is None or event["hold_s"] >= coaching.hold.target.low))


def direction_of(rule: RepetitionRule, event: np.void) -> Any:
    """Which way a repetition went: its own name where the exercise has two ways, else up or down."""
    if not rule.directions:
        return "up" if rule.polarity > 0 else "down"
    forth = float(event["travel"]) >= 0.0 if rule.direction_signal else event["way"] > 0
    return rule.directions[0 if forth else 1]


def size_of(exercise: Exercise, event: np.void) -> float:
    """What the target is about: the range, or the value at the peak."""
    return float(event["top"] if coached(exercise).repetition.absolute else event["range"])


def graded(rule: FaultRule, size: float, *, below: bool = False) -> Severity | None:
    """Amber, red or neither; `below`: too little is the fault (haste)."""
    assert rule.amber is not None
    assert rule.red is not None
    amber, red = rule.amber.value, rule.red.value
    if below:
        return "red" if size < red else "amber" if size < amber else None
    return "red" if size >= red else "amber" if size >= amber else None


def way_up_s(event: np.void) -> float:
    """Seconds of a smooth way up that is as fast as this one was at its fastest."""
    fastest = float(event["fastest"])
    return MINIMUM_JERK * float(event["range"]) / fastest if fastest > 0 else math.inf


def settle(exercise: Exercise, rule: FaultRule, event: np.void, view: str) -> tuple[Severity | None, float, str, bool]:
    """A fault settled at the repetition's end: grade, size, unit, and whether it could be judged at all."""
    bias = rule.bias.get(view, 0.0)  # type: ignore[call-overload]
    unit = rule.amber.unit if rule.amber else ""
    if rule.kind == "tempo":
        size = way_up_s(event)
        return graded(rule, size, below=True), size, unit, True
    if rule.kind == "peak":
        size = (float(event["top"]) if rule.absolute else float(event["range"])) - bias
        return graded(rule, size), size, unit, True
    if rule.kind == "short":
        size = coached(exercise).repetition.target.low - (size_of(exercise, event) - bias)
        return graded(rule, size), size, unit, True
    model = load_model(rule.fault, exercise.id)
    if rule.kind != "fitted" or model is None or event["side"] not in (0, 1) or event["size"] < 1:
        return None, math.nan, unit, False
    found = model.estimate(event["start"], event["peak"], SIDES[int(event["side"])], view)
    if not found.in_domain or not math.isfinite(found.value_deg):
        return None, math.nan, unit, False
    return ("red" if found.value_deg >= model.limit_deg else None), found.value_deg, unit, True


def spoilt_by(exercise: Exercise, rule: FaultRule, event: np.void, view: str, events: list[np.void]) -> bool:
    """Whether another mistake in the same repetition keeps this one from being judged: no fit has seen the two together."""
    for k, other in enumerate(coached(exercise).faults):
        if other.fault not in rule.unless:
            continue
        if other.kind in ("level", "sag", "oscillation"):
            if any(e["code"] == engine.FAULT and e["fault"] == k for e in events):
                return True
        elif settle(exercise, other, event, view)[0] is not None:
            return True
    return False


def faults_in(
    exercise: Exercise, event: np.void, beside: list[np.void], number: int, may: set[str], *, untested: bool = False, judges: bool = True
) -> tuple[list[Fault], set[str]]:
    """The faults of one repetition, the most harmful first, and the names of all that could be judged in it.

    Parameters
    ----------
    exercise : Exercise
    event : engine.EVENT
        The repetition.
    beside : list of engine.EVENT
        Every event of the same repetition, it included.
    number : int
        Which repetition of the set it is, from 0.
    may : set of str
        Faults that may be judged in this set at all.
    """
    here = VIEWS[int(event["seen_from"])]
    found: list[Fault] = []
    known: set[str] = set()
    if "not_that_movement" in why_not(exercise, event):
        return found, known  # what is another movement has no mistakes of this one
    rules = coached(exercise).faults
    for k, rule in enumerate(rules):
        if rule.fault not in may or can_judge(rule, here, untested, judges) is not None:
            continue
        if rule.kind in ("level", "sag", "oscillation"):
            if event["known"][k]:
                known.add(rule.fault)
            flagged = next((e for e in beside if e["code"] == engine.FAULT and e["fault"] == k), None)
            if flagged is not None:
                found.append(fault_of(rule, "red" if flagged["grade"] == 2 else "amber", flagged, float(flagged["size"]), number))
            continue
        if rule.unless and spoilt_by(exercise, rule, event, here, beside):
            continue
        severity, size, _, could = settle(exercise, rule, event, here)
        if could:
            known.add(rule.fault)
        if severity is not None:
            found.append(fault_of(rule, severity, event, size, number))
    order = {rule.fault: rule.harm for rule in rules}
    found.sort(key=lambda fault: order[fault.id])
    return found, known


def assemble(watched: Watched, events: list[np.void]) -> SetResult:
    """The verdict on a set, from its events in their order."""
    exercise = watched.exercise
    coaching = coached(exercise)
    fast_enough = watched.fps >= LEAST_FPS
    seen = watched.seen / watched.frames if watched.frames else 0.0
    duration_s = 0.0
    if watched.frames > 1:
        duration_s = (watched.last_s - watched.first_s) * watched.frames / (watched.frames - 1)
    status = "judged"
    if seen < LEAST_SEEN or watched.bodies > MOST_BODIES:
        status = "cannot_see"
    elif not watched.ever_ready:
        status = "not_this_exercise"
    attempts = [e for e in events if e["code"] == engine.REPETITION] if status == "judged" else []
    if is_another(exercise, [e for e in attempts if not why_not(exercise, e)]):
        status, attempts = "not_this_exercise", []
    first_ready = next((e for e in events if e["code"] == engine.READY), None)
    posture, view, side = watched.posture, watched.view, watched.side
    if attempts:
        # What most repetitions were seen from; a tie goes to the first seen.
        numbers = [int(e["seen_from"]) for e in attempts]
        view = max(numbers, key=numbers.count)
        posture = int(attempts[0]["posture"])
        side = int(attempts[0]["side"])
    elif first_ready is not None:
        posture, view = int(first_ready["posture"]), int(first_ready["seen_from"])
    signal = signal_named(coaching.repetition.signal)
    allowed = {
        rule.fault: fast_enough and can_judge(rule, VIEWS[view], watched.judge_untested, watched.judges) is None for rule in coaching.faults
    }
    beside: dict[int, list[np.void]] = {}
    for event in events:
        beside.setdefault(int(event["repetition"]), []).append(event)
    judged_once: set[str] = set()
    faults: list[Fault] = []
    repetitions: list[Repetition] = []
    for number, event in enumerate(attempts):
        not_counted = why_not(exercise, event)
        may = {fault for fault, found in allowed.items() if found}
        mine, known = faults_in(exercise, event, beside[number], number, may, untested=watched.judge_untested)
        judged_once |= known
        faults.extend(mine)
        repetitions.append(
            Repetition(
                side=reported_side(exercise, int(event["side"])),
                direction=direction_of(coaching.repetition, event),
                start_s=tidy(event["start_s"]),
                peak_s=tidy(event["peak_s"]),
                end_s=tidy(event["end_s"]),
                range=tidy(event["range"]),
                unit=signal.unit,
                hold_s=tidy(event["hold_s"]),
                up_s=tidy(min(way_up_s(event), event["end_s"] - event["start_s"])),
                down_s=tidy(event["down_s"] / SEEN_OF_RAMP),
                counted=not not_counted,
                why_not=not_counted,
                meets_dose=not not_counted and meets_dose(exercise, event, size_of(exercise, event)),
                faults=tuple(f.id for f in mine),
            )
        )
    holds = tuple(
        Hold(tidy(e["start_s"]), tidy(e["end_s"]), tidy(e["hold_s"])) for e in events if e["code"] == engine.HOLD and status == "judged"
    )
    named = {r.side for r in repetitions}
    result_side = next(iter(named)) if len(named) == 1 else "both" if named else reported_side(exercise, side)
    return SetResult(
        exercise=exercise.id,
        source=watched.source,
        frames=watched.frames,
        duration_s=tidy(duration_s),
        seen=tidy(seen),
        status=status,  # type: ignore[arg-type]
        side=result_side,
        view=VIEWS[view],  # type: ignore[arg-type]
        posture=POSTURES[posture],  # type: ignore[arg-type]
        repetitions=tuple(repetitions),
        holds=holds,
        faults=tuple(faults),
        not_judged=not_judged(watched, status, VIEWS[view], fast_enough, judged_once, bool(attempts)),
        recognised=(),
        test=stands_value(watched, repetitions, attempts, status) or test_value(exercise, repetitions, holds, status),
        engine=ENGINE,
    )


def fault_of(rule: FaultRule, severity: Severity, event: np.void, size: float, number: int) -> Fault:
    """One fault of one repetition."""
    unit = rule.amber.unit if rule.amber else ""
    return Fault(rule.fault, severity, tidy(event["start_s"]), tidy(event["end_s"]), tidy(size), unit, number)  # type: ignore[arg-type]


def not_judged(watched: Watched, status: str, view: str, fast_enough: bool, judged: set[str], attempted: bool) -> tuple[NotJudged, ...]:
    """Every fault of the exercise that was not judged, with the reason and the check the person can do."""
    left: list[NotJudged] = []
    for rule in coached(watched.exercise).faults:
        why = can_judge(rule, view, watched.judge_untested, watched.judges)
        if status == "cannot_see" and why != "never_visible":
            why = "not_visible"
        elif why is None and not fast_enough:
            why = "not_tested"
        elif why is None and status == "not_this_exercise":
            why = "view"
        elif why is None and attempted and rule.fault not in judged:
            why = "view" if rule.kind == "fitted" else "not_visible"
        if why is not None:
            left.append(NotJudged(rule.fault, why, rule.self_check))  # type: ignore[arg-type]
    return tuple(left)


def stands_value(watched: Watched, repetitions: list[Repetition], attempts: list[np.void], status: str) -> Test | None:
    """The chair stand's value: how often the person stood up in so many seconds from the first rise on; 0 when the arms helped (C7).

    A stand under way when the time is up counts when it is more than half-way up.
    """
    rule = coached(watched.exercise).test
    if rule is None or rule.measures != "repetitions" or rule.duration is None or status != "judged":
        return None
    stands = [(r, e) for r, e in zip(repetitions, attempts, strict=True) if r.counted]
    if not stands:
        return Test(rule.name, 0.0, rule.unit, False, "no stand was seen")
    go_s = stands[0][0].start_s
    end_s = go_s + rule.duration.value
    if watched.last_s < end_s - ENDS_EARLY_S:
        gone = watched.last_s - go_s
        return Test(
            rule.name,
            0.0,
            rule.unit,
            False,
            f"the recording ends {gone:.0f} s after the first rise; the test takes {rule.duration.value:g} s",
        )
    # Half of the way up lies a little past half of the time to where the top begins.
    inside = [(r, e) for r, e in stands if r.start_s + HALF_WAY * float(e["up_s"]) <= end_s]
    seen = [e for _, e in inside if e["hands_seen"] >= HANDS_SEEN]
    if any(e["hands_down"] >= HANDS_DOWN for e in seen):
        return Test(rule.name, 0.0, rule.unit, True, "the arms were used; with arms crossed on the chest every stand counts")
    unseen = len(seen) < len(inside)
    why = "the hands could not always be seen: the value holds only if the arms stayed crossed on the chest" if unseen else ""
    return Test(rule.name, float(len(inside)), rule.unit, True, why)


def test_value(exercise: Exercise, repetitions: list[Repetition], holds: tuple[Hold, ...], status: str) -> Test | None:
    """The value of the test that this set was: the longest hold."""
    rule = coached(exercise).test
    if rule is None:
        return None
    if status != "judged":
        return Test(
            rule.name,
            0.0,
            rule.unit,
            False,
            "the person could not be seen" if status == "cannot_see" else "the start position was not seen",
        )
    best = max((h.held_s for h in holds), default=0.0)
    return Test(rule.name, best, rule.unit, bool(holds), "" if holds else "no hold of a second or more was seen")
