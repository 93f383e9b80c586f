"""Core and side-lying exercises: what the clinical notes (section A) say of them, each in the field that holds it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coxa.exercises import catalogue
from coxa.exercises.coaching import Coaching
from coxa.exercises.model import Exercise

IDS = (
    "pelvic-tilts", "deep-core-activation", "tabletop-toe-taps", "tabletop-leg-lowering", "single-leg-hip-openers",
    "clamshell-feet-raised", "side-lying-abduction-both-legs", "side-lying-flexion-extension",
)  # fmt: skip
BY_ID = {id: catalogue.load(id) for id in IDS}
SIDE_LYING = IDS[5:]
TABLETOP = IDS[2:5]
TIMED = IDS[:2]
each_one = pytest.mark.parametrize("exercise", BY_ID.values(), ids=lambda e: e.id)
each_coached = pytest.mark.parametrize("exercise", [e for e in BY_ID.values() if e.coaching], ids=lambda e: e.id)

# Everything a source states of a dose; a field that is not named here is not stated by the source.
DOSES: dict[tuple[str, str], dict[str, Any]] = {
    ("pelvic-tilts", "S000"): {},
    ("pelvic-tilts", "S001"): {"days_a_week": (3, 4)},
    ("pelvic-tilts", "S004"): {"repetitions": (10, 10), "per_direction": True},
    ("deep-core-activation", "S004"): {},
    ("tabletop-toe-taps", "S004"): {"repetitions": (10, 10), "per_side": True, "times_a_day": (2, 2), "days_a_week": (7, 7)},
    ("tabletop-leg-lowering", "S003"): {},
    ("single-leg-hip-openers", "S004"): {"repetitions": (10, 10), "per_side": True, "times_a_day": (2, 2), "days_a_week": (7, 7)},
    ("clamshell-feet-raised", "S003"): {},
    ("clamshell-feet-raised", "S004"): {"repetitions": (20, 20), "per_side": True, "times_a_day": (2, 2), "days_a_week": (7, 7)},
    ("side-lying-abduction-both-legs", "S004"): {
        "repetitions": (10, 10), "per_side": True, "times_a_day": (2, 2), "days_a_week": (7, 7),
    },
    ("side-lying-flexion-extension", "S003"): {},
}  # fmt: skip

# Exercise; what section A says, in key words; the field that holds it (a source after the colon); words that must be in it.
HELD: list[tuple[str, str, str, str]] = [
    # 11
    ("pelvic-tilts", "alias: find neutral spine", "aliases", "find neutral spine"),
    ("pelvic-tilts", "lying on the back, knees bent", "position", "back .*knees bent"),
    ("pelvic-tilts", "tilt backward flattens the back", "steps", "tip your pelvis back .*flat"),
    ("pelvic-tilts", "tilt forward", "steps", "the other way"),
    ("pelvic-tilts", "neutral is the middle", "steps", "halfway .*neutral spine"),
    ("pelvic-tilts", "ten each direction, slow", "dose:S004", "slow"),
    ("pelvic-tilts", "part of the bridge and of the hip-flexor stretch", "dose:S000", "bridge .*kneeling hip stretch"),
    ("pelvic-tilts", "in place of the bridge with low back pain", "dose:S001", "place of the bridge .*back"),
    ("pelvic-tilts", "more tilt than seems needed", "mistake:S000", "flat.* tilt a bit more"),
    ("pelvic-tilts", "slow and controlled", "mistake:S004", "go fast"),
    # 12
    ("deep-core-activation", "transversus abdominis", "muscles", "transversus abdominis"),
    ("deep-core-activation", "in neutral spine", "steps", "neutral spine"),
    ("deep-core-activation", "drawn in at the line of the underwear", "steps", "low tummy .*underwear"),
    ("deep-core-activation", "dose not stated", "dose:S004", "numbers are not said"),
    ("deep-core-activation", "the muscles of coughing and laughing", "tips", "cough or laugh"),
    ("deep-core-activation", "tight trousers", "tips", "trousers .*tight"),
    ("deep-core-activation", "hard to activate at will", "tips", "hard to find"),
    ("deep-core-activation", "stay in neutral", "mistake:S004", "pelvis moves"),
    ("deep-core-activation", "low down, not the upper part", "mistake:S004", "upper tummy"),
    # 13
    ("tabletop-toe-taps", "source name: single leg stretch", "aliases", "single leg stretch"),
    ("tabletop-toe-taps", "back in imprint", "steps", "flatten your low back"),
    ("tabletop-toe-taps", "legs up one at a time to 90/90", "steps", "one leg, then the other.* right angles"),
    ("tabletop-toe-taps", "one leg still, the other taps, knee bent", "steps", "still.* knee bent.* tap the floor"),
    ("tabletop-toe-taps", "alternate", "steps", "in turns"),
    ("tabletop-toe-taps", "easier: other foot on the floor, ten then ten", "easier:S004", "one foot flat .*10 times, then change sides"),
    ("tabletop-toe-taps", "the easier way has the same dose", "dose:S004", "easier way .*10 .*10"),
    ("tabletop-toe-taps", "imprint lost", "mistake:S004", "low back lifts"),
    ("tabletop-toe-taps", "the still leg completely still", "mistake:S004", "other leg moves"),
    ("tabletop-toe-taps", "slow return", "mistake:S004", "leg drop.* slowly"),
    ("tabletop-toe-taps", "knee stays bent", "mistake:S004", "knee opens"),
    ("tabletop-toe-taps", "one at a time", "mistake:S004", "both legs at once"),
    # 14
    ("tabletop-leg-lowering", "tabletop start", "steps", "right angles"),
    ("tabletop-leg-lowering", "one leg straight towards the floor, slowly", "steps", "straight .*lower it slowly"),
    ("tabletop-leg-lowering", "return and alternate", "steps", "bring the leg back.* other leg"),
    ("tabletop-leg-lowering", "core stability and pelvis", "why", "pelvis"),
    ("tabletop-leg-lowering", "dose not stated; easier over four weeks", "dose:S003", "numbers are not said.*four weeks"),
    ("tabletop-leg-lowering", "hip felt at first", "caution:S003", "feel their hip .*at first"),
    ("tabletop-leg-lowering", "pelvis not stable, back arches", "mistake:S003", "pelvis tips .*back arches"),
    ("tabletop-leg-lowering", "slowly", "mistake:S003", "leg drop"),
    ("tabletop-leg-lowering", "straight leg", "mistake:S003", "bent knee"),
    ("tabletop-leg-lowering", "harder than toe taps", "easier", "tabletop-toe-taps"),
    # 15
    ("single-leg-hip-openers", "one leg to 90/90", "steps", "one leg .*right angles"),
    ("single-leg-hip-openers", "knee outward slowly, other leg still", "steps", "out to the side slowly.* still"),
    ("single-leg-hip-openers", "stop when the low back moves", "steps", "stop as soon as .*low back"),
    ("single-leg-hip-openers", "back keeping 90 degrees", "steps", "keep the right angle"),
    ("single-leg-hip-openers", "deep core controls it", "muscles", "transversus abdominis"),
    ("single-leg-hip-openers", "movement from the low back", "mistake:S004", "low back moves in place of your hip"),
    ("single-leg-hip-openers", "the pelvis goes along", "mistake:S004", "pelvis rolls"),
    ("single-leg-hip-openers", "slow and controlled", "mistake:S004", "knee fall"),
    ("single-leg-hip-openers", "other leg still", "mistake:S004", "other leg moves"),
    ("single-leg-hip-openers", "90 degrees kept", "mistake:S004", "right angle"),
    ("single-leg-hip-openers", "dose, no hold", "dose:S004", "no hold"),
    # 17
    ("clamshell-feet-raised", "alias: reverse clamshell with elevation", "aliases", "reverse clamshell with elevation"),
    ("clamshell-feet-raised", "opens like a clam, not foot up", "steps", "feet together, and open your knees .*clam"),
    ("clamshell-feet-raised", "a true reverse clam is another move", "tips", "reverse clam is another"),
    ("clamshell-feet-raised", "feet on a foam roller", "equipment", "foam roller"),
    ("clamshell-feet-raised", "imaginary stool", "equipment", "imaginary stool"),
    ("clamshell-feet-raised", "knees slightly bent", "steps", "knees a little"),
    ("clamshell-feet-raised", "knees stay down", "steps", "lower knee stays on the floor"),
    ("clamshell-feet-raised", "deep rotators, gluteus medius and minimus", "muscles", "rotators.*medius.*minimus"),
    ("clamshell-feet-raised", "dose not stated", "dose:S003", "numbers are not said"),
    ("clamshell-feet-raised", "dose of the clamshell", "dose:S004", "harder form of the clamshell"),
    ("clamshell-feet-raised", "feet in the air", "harder:S004", "hold your feet up.*stool"),
    ("clamshell-feet-raised", "hips rolling", "mistake:S004", "rolls back"),
    ("clamshell-feet-raised", "feet stay together", "mistake:S004", "feet come apart"),
    ("clamshell-feet-raised", "feet stay raised", "mistake:S004", "feet sink"),
    ("clamshell-feet-raised", "knees on the floor", "mistake:S004", "lower knee leaves"),
    ("clamshell-feet-raised", "gap under the waist", "mistake:S004", "waist sinks.*small gap"),
    ("clamshell-feet-raised", "big opening", "mistake:S000", "open too far"),
    ("clamshell-feet-raised", "lower slowly", "mistake:S003", "rush"),
    ("clamshell-feet-raised", "glass on the hip", "tips", "full glass"),
    # 19
    ("side-lying-abduction-both-legs", "both legs off the floor, then the lift", "steps", "both legs off the floor.* top leg"),
    ("side-lying-abduction-both-legs", "toes in sight", "steps", "see your toes"),
    ("side-lying-abduction-both-legs", "gap under the waist", "steps", "small gap"),
    ("side-lying-abduction-both-legs", "one hand under the head, one in front", "steps", "one hand under your head, and the other"),
    ("side-lying-abduction-both-legs", "foot flexed", "steps", "pull your toes"),
    ("side-lying-abduction-both-legs", "dose of the leg lift", "dose:S004", "harder form of the side leg lift"),
    ("side-lying-abduction-both-legs", "rolling back", "mistake:S000", "rolls back"),
    ("side-lying-abduction-both-legs", "pelvis hikes", "mistake:S000", "slides up"),
    ("side-lying-abduction-both-legs", "less is more", "mistake:S000", "too high"),
    ("side-lying-abduction-both-legs", "both legs stay up", "mistake:S004", "lower leg sinks"),
    ("side-lying-abduction-both-legs", "low back in extension", "mistake:S004", "low back arches.*see your toes"),
    ("side-lying-abduction-both-legs", "waist", "mistake:S004", "waist sinks"),
    ("side-lying-abduction-both-legs", "straight leg", "mistake:S004", "knee bends"),
    ("side-lying-abduction-both-legs", "slowly back down", "mistake:S004", "swing"),
    ("side-lying-abduction-both-legs", "low back strain", "caution:S004", "see your toes"),
    # 20
    ("side-lying-flexion-extension", "forward and slightly up", "steps", "forward slowly, and a little up"),
    ("side-lying-flexion-extension", "then backward", "steps", "behind you"),
    ("side-lying-flexion-extension", "flexors and extensors", "muscles", "hip flexors.*extensors"),
    ("side-lying-flexion-extension", "said to train internal rotators", "muscles", "internal rotators"),
    ("side-lying-flexion-extension", "for the stride", "why", "stride"),
    ("side-lying-flexion-extension", "dose not stated", "dose:S003", "numbers are not said"),
    ("side-lying-flexion-extension", "rolling back", "mistake:S003", "rolls back"),
    ("side-lying-flexion-extension", "back compensates", "mistake:S003", "back arches"),
    ("side-lying-flexion-extension", "controlled", "mistake:S003", "throw the leg"),
    ("side-lying-flexion-extension", "lifted, not dragged", "mistake:S003", "leg sinks"),
    # rule B4, for all
    *((id, "more pain: stop and ask", "caution:S004", "pain goes up, stop .*ask for advice") for id in IDS),
    # rule B12, for the heavy ones
    *((id, "strength work may not suit severe pain", "caution:S001", "strong pain") for id in (IDS[3], IDS[6], IDS[7])),
    # S000's reason why the back must stay still (B23)
    ("single-leg-hip-openers", "a moving back", "caution:S000", "back stays still.*feel worse"),
    ("clamshell-feet-raised", "a moving back", "caution:S000", "back stays still.*feel worse"),
]


def texts(e: Exercise, field: str) -> list[str]:
    """The words a field holds, one text for each mistake, caution or dose of the source named after the colon."""
    name, _, source = field.partition(":")
    if name == "mistake":
        return [f"{m.name} {m.why} {m.fix}" for m in e.mistakes if m.source == source]
    if name == "caution":
        return [f"{c.text} {c.reason}" for c in e.cautions if c.source == source]
    if name == "dose":
        return [d.note for d in e.doses if d.source == source]
    if source:
        return [v.how for v in e.variations if v.change == name and v.source == source]
    if name == "equipment":
        return [f"{item.name}, {item.at_home}" for item in e.equipment]
    value = getattr(e, name)
    return [value if isinstance(value, str) else " ".join(value)]


def coaching_of(e: Exercise) -> Coaching:
    assert e.coaching is not None
    return e.coaching


def blocked_for(e: Exercise) -> set[str]:
    return {condition for block in e.blocks for condition in block.conditions if not block.only_if}


# ------------------------------------------------------------------------------------------------ what the sources say


@pytest.mark.parametrize(("key", "stated"), DOSES.items(), ids=lambda v: "-".join(v) if isinstance(v, tuple) else "")
def test_a_dose_is_kept_to_the_number_and_what_is_not_stated_stays_so(key: tuple[str, str], stated: dict[str, Any]) -> None:
    id, source = key
    (dose,) = [d for d in BY_ID[id].doses if d.source == source]
    kept = {name: value for name, value in dose.model_dump().items() if value is not None and name not in ("source", "note")}
    assert kept == stated


def test_no_dose_is_left_out_or_invented() -> None:
    assert {(e.id, d.source) for e in BY_ID.values() for d in e.doses} == set(DOSES)


@pytest.mark.parametrize(("id", "says", "field", "words"), HELD, ids=[f"{id}: {says}" for id, says, *_ in HELD])
def test_what_section_a_says_is_in_the_field_that_holds_it(id: str, says: str, field: str, words: str) -> None:
    held = texts(BY_ID[id], field)
    assert held, f"{id}: nothing in {field} for '{says}'"
    assert any(re.search(words, text, re.IGNORECASE | re.DOTALL) for text in held), f"{id}, {field}: no '{words}' for '{says}'"


@each_one
@pytest.mark.parametrize("kind", ["mistake", "caution", "dose"])
def test_nothing_that_names_one_of_the_five_texts_is_left_over(exercise: Exercise, kind: str) -> None:
    sources = ["S000", "S001", "S002", "S003", "S004"]
    rows = [(field, words) for id, _, field, words in HELD if id == exercise.id]
    for source in sources:
        wanted = [words for field, words in rows if field == f"{kind}:{source}"]
        for text in texts(exercise, f"{kind}:{source}"):
            stated = kind == "dose" and DOSES[(exercise.id, source)]
            assert stated or any(re.search(w, text, re.IGNORECASE | re.DOTALL) for w in wanted), f"{exercise.id}, {source}: {text}"


# ------------------------------------------------------------------------------------------------ who waits, who takes care


@each_one
def test_a_hip_operation_and_a_possible_stress_fracture_come_first(exercise: Exercise) -> None:
    assert {"hip-surgery-last-12-months", "stress-fracture-suspected"} <= blocked_for(exercise)


@pytest.mark.parametrize("id", SIDE_LYING)
def test_side_lying_with_outer_pain_is_with_that_side_up_and_a_pillow_and_not_at_all_when_both_hurt(id: str) -> None:
    exercise = BY_ID[id]
    assert {c for b in exercise.blocks if "outer" in b.regions for c in b.only_if} == {"pain-both-sides", "painful-side-down"}
    assert any("outer" in c.regions and "sore side up" in c.text and "pillow" in c.text for c in exercise.cautions)


@pytest.mark.parametrize("id", [*TABLETOP, "clamshell-feet-raised", "side-lying-flexion-extension"])
def test_pain_at_the_front_and_a_replaced_hip_get_their_limits(id: str) -> None:
    cautions = BY_ID[id].cautions
    assert any("front" in c.regions and "pinch in the groin" in c.text and c.source == "C5" for c in cautions)
    assert any("hip-replacement" in c.conditions and "right angle" in c.text and c.source == "C5" for c in cautions)


@pytest.mark.parametrize("id", ["tabletop-leg-lowering", "side-lying-flexion-extension"])
def test_a_long_straight_leg_is_not_forced_where_a_nerve_complains(id: str) -> None:
    (caution,) = [c for c in BY_ID[id].cautions if "nerve-signs" in c.conditions]
    assert "knee" in caution.text
    assert "tingling" in caution.text
    assert "buttock" in caution.regions


@each_one
def test_pain_in_the_low_back_has_a_word_of_care(exercise: Exercise) -> None:
    assert any("back" in c.regions and "low-back-pain" in c.conditions for c in exercise.cautions)


# ------------------------------------------------------------------------------------------------ how they are followed


@pytest.mark.parametrize("id", TIMED)
def test_what_no_camera_sees_is_led_by_a_timer_and_says_why(id: str) -> None:
    exercise = BY_ID[id]
    assert exercise.guided_by == "timer"
    assert exercise.coaching is None
    assert "camera" in exercise.why_no_camera
    assert "timer" in exercise.why_no_camera


@pytest.mark.parametrize("id", TABLETOP)
def test_the_low_back_of_the_tabletop_exercises_is_checked_by_hand_and_never_by_camera(id: str) -> None:
    coaching = coaching_of(BY_ID[id])
    assert coaching.key_fault == "back-arches"
    (rule,) = [r for r in coaching.faults if r.fault == "back-arches"]
    assert (rule.kind, rule.views, rule.harm) == ("never", {}, 1)
    assert "cannot see your low back" in rule.self_check
    assert "hand under it" in rule.self_check


@each_coached
def test_nothing_is_said_to_be_seen_without_evidence(exercise: Exercise) -> None:
    for rule in coaching_of(exercise).faults:
        # swings to the back are not followed from anywhere
        assert rule.kind == "never" or rule.views or (exercise.id, rule.fault) == ("side-lying-flexion-extension", "range-too-big")
        for view, how in rule.views.items():
            assert how != "judged" or rule.evidence[view].clips > 0


@pytest.mark.parametrize(
    ("id", "fault", "amber", "source"),
    [
        ("tabletop-toe-taps", "too-fast", 2, "D7"), ("tabletop-leg-lowering", "too-fast", 2, "D7"),
        ("tabletop-toe-taps", "other-leg-moves", 15, "D7"), ("tabletop-leg-lowering", "other-leg-moves", 15, "D7"),
        ("clamshell-feet-raised", "rolls-back", 15, "D9"), ("clamshell-feet-raised", "feet-part", 0.15, "D1"),
        ("side-lying-abduction-both-legs", "pelvis-hikes", 8, "D9"), ("side-lying-abduction-both-legs", "rolls-back", 15, "D2"),
        ("side-lying-flexion-extension", "range-too-big", 20, "C9"),
    ],
)  # fmt: skip
def test_limits_of_the_notes_are_kept_to_the_number(id: str, fault: str, amber: float, source: str) -> None:
    (rule,) = [r for r in coaching_of(BY_ID[id]).faults if r.fault == fault]
    assert rule.amber is not None
    assert (rule.amber.value, rule.amber.source) == (amber, source)


@pytest.mark.parametrize(
    ("id", "sides", "side"),
    [
        # From the side the far leg hides behind the near one: that one alone is counted, and the person is told so.
        ("tabletop-toe-taps", "near", "alternating"), ("tabletop-leg-lowering", "near", "alternating"),
        ("single-leg-hip-openers", "near", "one"), ("clamshell-feet-raised", "upper", "one"),
        ("side-lying-abduction-both-legs", "upper", "one"), ("side-lying-flexion-extension", "upper", "one"),
    ],
)  # fmt: skip
def test_repetitions_are_counted_of_the_leg_that_can_be_seen(id: str, sides: str, side: str) -> None:
    coaching = coaching_of(BY_ID[id])
    assert coaching.repetition.sides == sides
    assert not coaching.repetition.both_ways
    assert BY_ID[id].side == side
    if side == "alternating":
        assert "nearer to it" in coaching.camera


# ------------------------------------------------------------------------------------------------ neighbours


def test_what_became_an_exercise_of_its_own_is_no_variation_any_more() -> None:
    for id, gone, now in [
        ("clamshell", "Feet raised", "clamshell-feet-raised"),
        ("side-lying-abduction", "Both legs up", "side-lying-abduction-both-legs"),
        ("bridge", "Pelvic tilt only", "pelvic-tilts"),
    ]:
        exercise = catalogue.load(id)
        assert gone not in {v.name for v in exercise.variations}
        assert now in {*exercise.easier, *exercise.harder}
        assert id in {*BY_ID[now].easier, *BY_ID[now].harder}


@each_one
def test_neighbours_know_each_other(exercise: Exercise) -> None:
    for id in exercise.harder:
        assert exercise.id in catalogue.load(id).easier
    for id in exercise.easier:
        assert exercise.id in catalogue.load(id).harder
        assert catalogue.load(id).level <= exercise.level
