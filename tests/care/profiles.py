"""Random profiles for the tests of planning, and a second opinion on what a body must not do, written down from the clinical notes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from care.people import somebody
from coxa.care.programme import Planned, Profile, Stance
from coxa.care.questionnaire import Answer, screening_questions
from coxa.care.screening import Clearance, Screening, screen
from coxa.exercises import catalogue

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
THINGS = ("mat", "chair", "step", "band", "cuff", "pillow", "roller", "camera")
GOALS = ("walk", "stairs", "sleep", "run", "everyday")


def some_answers(seed: int, mostly_well: float = 0.9) -> dict[str, Answer]:
    """Random answers; most people have no danger sign, so that they may exercise and there is something to plan."""
    rng = random.Random(f"answers {seed}")
    answers = somebody(seed, answered=1.0)
    if rng.random() < mostly_well:
        answers |= dict.fromkeys(screening_questions().dangers, False)
        answers["hip-replacement"] = rng.random() < 0.1
        answers |= {
            "acute-injury": False,
            "heart-or-dizzy": False,
            "surgery-12-months": rng.random() < 0.05,
            "pregnancy-pelvic-pain": False,
        }
        answers["surgeon-limits"] = bool(answers["surgery-12-months"]) and rng.random() < 0.5
        answers["age"] = rng.randint(18, 100)
        answers["pain-now"] = rng.choice((0, 1, 2, 2, 3, 4, 5, 6, 8))
        answers["weight-on-leg"] = rng.random() < 0.7  # a leg that does not carry in strong pain is no longer planned for
    return answers


def some_profile(seed: int, programme: str = "personal") -> Profile:
    """A random profile of somebody who, mostly, may exercise."""
    rng = random.Random(seed)
    answers = some_answers(seed)
    clearance = Clearance(by="Dr Example", on=date(2026, 1, 5)) if rng.random() < 0.7 else None
    age, falls = answers.get("age", 50), answers.get("falls-12-months")
    ids = catalogue.ids()

    def seconds() -> float | None:
        return rng.choice((None, 2.0, 5.0, 9.9, 10.0, 30.0))

    return Profile(
        screening=screen(answers, clearance),
        age=age,
        programme=programme,
        minutes_a_day=rng.choice((5, 6, 8, 10, 15, 20, 30, 45, 60, 180)),
        equipment=tuple(thing for thing in THINGS if rng.random() < 0.5),
        goal=rng.choice(GOALS),
        level=rng.randint(1, 5),
        most_exercises=rng.choice((1, 2, 3, 4, 5, 5, 5, 8, 12)),
        training_days=tuple(rng.sample(DAYS, rng.choice((1, 3, 5, 7, 7, 7)))),
        stance=Stance(left_s=seconds(), right_s=seconds()),
        timed_up_and_go_s=rng.choice((None, None, 8.0, 11.9, 12.0, 20.0)),
        falls_12_months=falls if rng.random() < 0.9 else None,
        with_camera=rng.random() < 0.8,
        enabled=tuple(rng.sample(ids, rng.choice((0, 0, 0, 1, 4)))),
        refused=tuple(rng.sample(ids, rng.choice((0, 0, 1, 3)))),
    )


KNEELING = {"cat-camel", "donkey-kick", "hip-flexor-stretch"}
SIDE_LYING = {
    "clamshell", "clamshell-feet-raised", "side-lying-abduction", "side-lying-abduction-both-legs", "side-lying-flexion-extension",
    "iliotibial-band-stretch",
}  # fmt: skip
STANDING = {
    "single-leg-stance", "standing-abduction", "standing-extension", "hip-hike", "squat", "monster-walk-sideways",
    "monster-walk-forward-back",
}  # fmt: skip
KICKS = STANDING - {"single-leg-stance", "squat"}
BEHIND = {"standing-extension", "prone-leg-raise", "donkey-kick", "hip-flexor-stretch"}
#: What a limit of the screening forbids, whoever has enabled it; then what only a clinician may enable.
NEVER = {
    "no-floor": KNEELING,
    "no-kneeling": KNEELING,
    "no-lying-on-front": {"prone-leg-raise"},
    "no-weight-on-left": STANDING,
    "no-weight-on-right": STANDING,
    "no-single-leg": KICKS | {"single-leg-stance"},
    "no-strength": {"bridge", "bridge-band", "single-leg-bridge", "clamshell", "side-lying-abduction", "squat", "prone-leg-raise", *KICKS},
}
UNLESS_ENABLED = {
    "no-standing-without-clinician": STANDING,
    "no-adduction": {"iliotibial-band-stretch", "lower-back-rotation-stretch", "figure-four-stretch", "hip-hike"},
    "no-crossing": {"iliotibial-band-stretch", "lower-back-rotation-stretch", "figure-four-stretch"},
    "extension-to-neutral": BEHIND,
    "flexion-to-90": {"knee-hug", "figure-four-stretch"},
    "no-rotation": {"figure-four-stretch", "hip-circles", "clamshell"},
    "no-forced-nerve-stretch": {"hamstring-stretch", "figure-four-stretch"},
}


def broken(profile: Profile, row: Planned) -> Iterator[str]:
    """Everything that speaks against one planned exercise: the second opinion, which does not ask `coxa.care.selection`."""
    found, id, age = profile.screening, row.exercise, profile.age
    enabled = id in profile.enabled
    yield from (limit for limit in found.limits if id in NEVER.get(limit, ()))
    if not enabled:
        yield from (limit for limit in found.limits if id in UNLESS_ENABLED.get(limit, ()))
        yield from _regions(found, id)
        if id in {"iliotibial-band-stretch", "squat"}:
            yield "a clinician has not turned it on"
        if id in STANDING and ((profile.falls_12_months or 0) >= 2 or (profile.timed_up_and_go_s or 0) >= 12):
            yield "P7: standing after two falls or with a slow timed up and go"
        walks_on_a_step = {"hip-hike", "monster-walk-sideways", "monster-walk-forward-back"}
        if id in walks_on_a_step and (age >= 70 or profile.falls_12_months != 0):
            yield "P7: no fall in 12 months, and a clinician's release from 70"
    if id in SIDE_LYING:
        under = {"left": ("right",), "right": ("left",), "both": ("left", "right")}[row.side]
        yield from (f"lies on the {side}" for side in under if f"no-lying-on-{side}" in found.limits)
    if id in KICKS:
        least = 5 if age >= 70 else 10
        yield from ("B19: stance" for time in (profile.stance.left_s, profile.stance.right_s) if time is None or time < least)
    if id in profile.refused:
        yield "refused"
    if id in {"chair-stand", "timed-up-and-go"}:
        yield "a test"
    for block in catalogue.load(id).blocks:
        holds = set(block.conditions) & set(found.conditions) or set(block.regions) & set(found.regions)
        if holds and (not block.only_if or set(block.only_if) & set(found.conditions)) and not (enabled and block.unless_clinician):
            yield f"block: {block.reason}"


def _regions(found: Screening, id: str) -> Iterator[str]:
    if "outer" in found.regions and id in {"iliotibial-band-stretch", "lower-back-rotation-stretch", "figure-four-stretch", "hip-hike"}:
        yield "P3: outer hip"
    if "outer" in found.regions and id in SIDE_LYING and found.side == "both":
        yield "P3: both outer hips are sore"
    if "front" in found.regions and id in BEHIND:
        yield "P3: front"
