"""Who may do what: the exercises this body may do now, and for each other one why not, and until when."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from coxa.care.programme import LeftOut, Profile
from coxa.care.reason import Reason, Value
from coxa.care.screening import Limit, Side
from coxa.care.thresholds import find, value
from coxa.exercises import catalogue
from coxa.exercises.model import Block, Exercise
from coxa.exercises.terms import Condition, Posture, Slug, Source

FILE = Path(__file__).with_name("data") / "limits.toml"
LegSide = Literal["left", "right"]
LEGS: tuple[LegSide, LegSide] = ("left", "right")


@dataclass(frozen=True)
class Allowed:
    """An exercise this person may do, and on which side; "both" too where the exercise works both legs at once."""

    exercise: Exercise
    side: Side


class Need(Value):
    """Something an exercise asks of the body, and the limits it meets."""

    id: str
    limits: tuple[Limit, ...]
    words: str
    until: str
    source: Source
    exercises: tuple[Slug, ...] = ()
    postures: tuple[Posture, ...] = ()
    purposes: tuple[str, ...] = ()
    behind: float | None = None  # a hip taken further back than this, degrees of flexion
    bent: float | None = None  # a hip bent further than this, degrees of flexion
    sided: Literal["", "under", "working"] = ""
    unless_clinician: bool = True

    def of(self, exercise: Exercise) -> bool:
        """Whether this exercise asks for it."""
        if exercise.id in self.exercises or exercise.posture in self.postures or set(self.purposes) & set(exercise.purpose):
            return True
        least, most = _hip_flexion(exercise)
        return (self.behind is not None and least < self.behind) or (self.bent is not None and most > self.bent)

    def met_by(self, limits: Iterable[Limit], side: LegSide) -> bool:
        """Whether one of these limits stands against it for work with the leg on that side."""
        if not self.sided:
            return bool(set(self.limits) & set(limits))
        meets = side if self.sided == "working" else LEGS[1 - LEGS.index(side)]
        return any(limit in limits and limit.endswith(meets) for limit in self.limits)


def _hip_flexion(exercise: Exercise) -> tuple[float, float]:
    """The least and the most hip flexion of the movement's own key poses, degrees; 0 and 0 where it names none."""
    move = exercise.movement
    if move is None:
        return 0.0, 0.0
    keys = (move.key(name) for name in ("start", "peak", *move.keys))
    angles = [angle for key in keys for joint, angle in key.angles.items() if joint.startswith("hip_flexion")]
    return min(angles, default=0.0), max(angles, default=0.0)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def needs() -> tuple[Need, ...]:
    """Every need as it ships."""
    return tuple(Need.model_validate(row) for row in _data()["need"])


_NEEDS: dict[Slug, tuple[Exercise, tuple[Need, ...]]] = {}


def needs_of(exercise: Exercise) -> tuple[Need, ...]:
    """What an exercise asks of the body.

    >>> [need.id for need in needs_of(catalogue.load("cat-camel"))]
    ['kneeling']
    """
    known = _NEEDS.get(exercise.id)
    if known is None or known[0] is not exercise:  # another language, or the file was read anew
        known = _NEEDS[exercise.id] = (exercise, tuple(need for need in needs() if need.of(exercise)))
    return known[1]


def conditions_of(profile: Profile) -> tuple[Condition, ...]:
    """The conditions the catalogue's blocks are matched against: those of the screening, age, falls and tests."""
    falls, slow = profile.falls_12_months or 0, profile.timed_up_and_go_s
    more: dict[Condition, bool] = {
        "age-70-or-over": profile.age >= value("unlock.age"),
        "fall-in-12-months": falls >= 1,
        "two-falls-in-12-months": falls >= 2,
        "timed-up-and-go-12-s-or-more": slow is not None and slow >= value("unlock.up-and-go"),
        "pain-both-sides": profile.screening.side == "both",
    }
    return tuple(dict.fromkeys((*profile.screening.conditions, *(condition for condition, there in more.items() if there))))


def limits_of(profile: Profile) -> tuple[Limit, ...]:
    """The limits of the screening, and those that tests and falls add."""
    conditions, found = conditions_of(profile), list(profile.screening.limits)
    falls = profile.falls_12_months or 0
    if falls >= value("unlock.falls") or "timed-up-and-go-12-s-or-more" in conditions:
        found.append("no-standing-without-clinician")
    if profile.age >= value("unlock.age") or falls > 0:
        found.append("support-always")
    return tuple(dict.fromkeys(found))


def allowed(profile: Profile) -> tuple[tuple[Allowed, ...], tuple[LeftOut, ...]]:
    """Say which exercises this person may do, and for each other one why not.

    Parameters
    ----------
    profile : Profile

    Returns
    -------
    tuple of (tuple of Allowed, tuple of LeftOut)
        Both in alphabetical order of ids; together they are the whole catalogue. Nothing is allowed where the screening says
        that exercise must wait.

    Notes
    -----
    Every rule only takes away, so that a contraindication less never makes the allowed set smaller. A clinician's `enabled`
    lifts blocks and limits that are a clinician's to lift; it does not lift what the body cannot do, or the time on one leg.
    """
    may: list[Allowed] = []
    left: list[LeftOut] = []
    for exercise in catalogue.all_exercises():
        sides, out = _judge(exercise, profile)
        if sides:
            may.append(Allowed(exercise, "both" if len(sides) == 2 else sides[0]))
        else:
            left.append(out)
    return tuple(may), tuple(left)


def _judge(exercise: Exercise, profile: Profile) -> tuple[tuple[LegSide, ...], LeftOut]:
    """The sides on which the exercise may be done; where there is none, why not."""
    why = _against(exercise, profile)
    both_legs = exercise.side != "one"
    by_side = {side: _against_side(exercise, profile, side) for side in LEGS}
    sides = () if why else tuple(side for side in LEGS if not by_side[side])
    if both_legs and len(sides) == 1:
        sides = ()
    if not sides:
        common = [reason for reason in by_side["left"] if reason in by_side["right"]]
        why = why + (common if common or why else by_side["left"] + by_side["right"])
    reasons = tuple(dict.fromkeys(reason for reason, _ in why))
    until = "; ".join(dict.fromkeys(until for _, until in why if until))
    return sides, LeftOut(exercise=exercise.id, why=reasons, until=until)


Against = list[tuple[Reason, str]]


def _against(exercise: Exercise, profile: Profile) -> Against:
    """Every reason against the exercise that does not depend on the side."""
    if not profile.screening.may_exercise:
        first = profile.screening.reasons[0]
        return [(first, "the screening says that you may start")]
    found: Against = []
    enabled = exercise.id in profile.enabled

    def add(rule: str, source: str, words: str, until: str = "") -> None:
        found.append((Reason(rule=rule, words=words, source=source), until))

    if exercise.purpose[0] == "test":
        add("P9", "ours", "This is a test. It shows how you are getting on, and it is not practised as an exercise.")
    if exercise.default_off and not enabled:
        add("P3", "ours", exercise.why_off, "a clinician turns it on for you")
    if exercise.clinician_only and not enabled:
        add("B12", "S001", "This one is only done with a physiotherapist's guidance.", "a clinician turns it on for you")
    if exercise.id in profile.refused:
        add("P6", "ours", "You said that you do not want this one.", "you change your mind")
    found += _gates(exercise, profile)
    if profile.falls_12_months is None and any("fall-in-12-months" in block.conditions for block in exercise.blocks) and not enabled:
        add("P7", "ours", "It is not known yet whether you fell in the last 12 months.", "you have said how often you fell")
    for thing in exercise.equipment:
        name = equipment_name(catalogue.load(exercise.id, "en").equipment[exercise.equipment.index(thing)].name)
        if thing.needed and not thing.at_home and name and name not in profile.equipment:
            add("P6", "ours", f"It needs this: {thing.name}.", "you have it")
    return found


def _against_side(exercise: Exercise, profile: Profile, side: LegSide) -> Against:
    """Every block and every limit that stands against working with the leg on this side."""
    found: Against = []
    enabled = exercise.id in profile.enabled
    conditions, regions, limits = set(conditions_of(profile)), set(profile.screening.regions), limits_of(profile)
    if exercise.posture == "side-lying" and side not in painful_sides(profile):
        conditions.add("painful-side-down")  # the side worked is on top: the other one, which hurts, is underneath
    for block in exercise.blocks:
        holds = bool(conditions & set(block.conditions) or regions & set(block.regions))
        if holds and (not block.only_if or conditions & set(block.only_if)) and not (enabled and block.unless_clinician):
            until = "a clinician allows it" if block.unless_clinician else "it no longer holds"
            found.append((Reason(rule=_rule(block, exercise), words=block.reason, source=block.source), until))
    for need in needs_of(exercise):
        if need.met_by(limits, side) and not (enabled and need.unless_clinician):
            rule = need.source if need.source[0] in "BC" else "P3"
            found.append((Reason(rule=rule, words=need.words, source=need.source), need.until))
    return found


def why_not(exercise: Exercise, profile: Profile, side: Side) -> tuple[Reason, ...]:
    """Every reason against doing the exercise, or taking the test, now on that side, or on both; empty where it may be done so.

    Parameters
    ----------
    exercise : Exercise
    profile : Profile
    side : "left", "right" or "both"
        The leg that is worked; an exercise of both legs is always judged for both.
    """
    sides: tuple[LegSide, ...] = LEGS if side == "both" or exercise.side != "one" else (side,)
    found = _against(exercise, profile)
    for one in sides:
        found += _against_side(exercise, profile, one)
    # That it is a test is a reason not to practise it, and none against taking it.
    return tuple(dict.fromkeys(reason for reason, _ in found if reason.rule != "P9"))


def painful_sides(profile: Profile) -> tuple[LegSide, ...]:
    """The sides that hurt.

    Notes
    -----
    With both sides sore each side is also "the painful side underneath" of the other; the block for both sides says so.
    """
    side = profile.screening.side
    return LEGS if side == "both" else (side,)


def stance_needed_s(exercise: Exercise, age: int) -> float | None:
    """How long to stand on each leg before this exercise is offered, seconds; None where it is not asked."""
    old = age >= value("unlock.age")
    bar = find("unlock.stance-from-70" if old else "unlock.stance")
    shipped = bar.value if bar.shipped is None else bar.shipped
    gates = [(gate.least_from_age_70 if old else gate.least).value for gate in exercise.prerequisites]
    # A gate that asks for more than the usual bar is not lowered with it.
    return max((bar.value if gate == shipped else max(gate, bar.value) for gate in gates), default=None)


def _gates(exercise: Exercise, profile: Profile) -> Against:
    needed = stance_needed_s(exercise, profile.age)
    held = (profile.stance.left_s, profile.stance.right_s)
    if needed is None or all(time is not None and time >= needed for time in held):
        return []
    tested = all(time is not None for time in held)
    reason = exercise.prerequisites[0].reason
    words = reason if tested else f"{reason} That has not been tested yet."
    until = f"you can stand on each leg for {needed:g} seconds beside a firm support"
    return [(Reason(rule="B19", words=words, source="S000"), until)]


def _rule(block: Block, exercise: Exercise) -> str:
    if block.source[0] in "BC":
        return block.source
    if block.source == "S001":
        return "B12"
    return "P7" if exercise.posture == "standing" else "P3"


def equipment_name(name: str) -> str:
    """Which of the things at home a piece of the catalogue's equipment is; "" for what every home has.

    >>> equipment_name("resistance band, as a loop"), equipment_name("firm support within a hand's reach")
    ('band', '')
    """
    low = name.lower()
    return next((str(thing) for word, thing in _data()["equipment"].items() if word in low), "")
