"""Strength exercises and the two tests: what the clinical notes (section A, C5, C7, D7) say, each in the field that holds it."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from coxa.body.signals import SIGNALS
from coxa.exercises import catalogue
from coxa.exercises.coaching import Coaching, FaultRule, TestRule
from coxa.exercises.model import Exercise
from coxa.motion.result import FaultId

LYING = ("bridge-band", "single-leg-bridge", "straight-leg-raise", "prone-leg-raise", "donkey-kick")
STANDING = ("hip-hike", "monster-walk-sideways", "monster-walk-forward-back")
TESTS = ("chair-stand", "timed-up-and-go")
IDS = (*LYING, *STANDING, *TESTS)
S001 = ("single-leg-bridge", "straight-leg-raise", "prone-leg-raise", *STANDING)
BY_ID = {id: catalogue.load(id, "en") for id in IDS}
each_one = pytest.mark.parametrize("exercise", BY_ID.values(), ids=lambda e: e.id)
each_coached = pytest.mark.parametrize("exercise", [e for e in BY_ID.values() if e.coaching], ids=lambda e: e.id)

# Everything a source states of a dose, in the order of the file; a field that is not named here is not stated by the source.
TWICE_DAILY = {"times_a_day": (2, 2), "days_a_week": (7, 7)}
DOSES: list[tuple[str, str, dict[str, Any]]] = [
    ("bridge-band", "S003", {}),
    ("single-leg-bridge", "S001", {"hold_s": (3, 3), "days_a_week": (3, 4)}),
    ("single-leg-bridge", "S003", {"sets": 3}),
    ("straight-leg-raise", "S001", {"repetitions": (15, 15), "hold_s": (3, 3), "days_a_week": (3, 4)}),
    ("straight-leg-raise", "S001", {"load_lb": (2, 3)}),
    ("prone-leg-raise", "S001", {"repetitions": (15, 15), "hold_s": (3, 3), "days_a_week": (3, 4)}),
    ("prone-leg-raise", "S001", {"load_lb": (2, 3)}),
    ("donkey-kick", "S004", {"repetitions": (20, 20), "per_side": True, **TWICE_DAILY}),
    ("hip-hike", "S001", {"repetitions": (15, 15), "per_side": True, "days_a_week": (3, 4)}),
    ("monster-walk-sideways", "S001", {"repetitions": (15, 15), "per_direction": True, "days_a_week": (3, 4)}),
    ("monster-walk-forward-back", "S001", {"repetitions": (15, 15), "per_direction": True, "days_a_week": (3, 4)}),
    ("chair-stand", "C7", {"duration_s": (30, 30)}),
    ("timed-up-and-go", "C7", {}),
]

# Exercise; what the notes say, in key words; the field that holds it (a source after the colon); words that must be in it.
HELD: list[tuple[str, str, str, str]] = [
    # 22
    ("bridge-band", "alias: bridge with resisted hip abduction", "aliases", "bridge with resisted hip abduction"),
    ("bridge-band", "band round the knees", "steps", "band round both legs, just above the knees"),
    ("bridge-band", "bridge while pushing the knees out", "steps", "push your knees out .*keep that push.* lift your hips"),
    ("bridge-band", "brief hold", "steps", "hold for a moment"),
    ("bridge-band", "gluteus maximus and medius", "muscles", "maximus.*medius"),
    ("bridge-band", "lateral stability of the pelvis", "why", "level"),
    ("bridge-band", "resistance band", "equipment", "resistance band"),
    ("bridge-band", "dose not stated", "dose:S003", "briefly.*numbers are not said"),
    ("bridge-band", "knees outward against the band", "mistake:S003", "give in to the band"),
    ("bridge-band", "back arches, as in the bridge", "mistake:S000", "back arches"),
    ("bridge-band", "over-lift", "mistake:D3", "lift too high"),
    ("bridge-band", "sag in the hold", "mistake:D3", "hips sink"),
    ("bridge-band", "uneven", "mistake:D3", "one hip is lower"),
    ("bridge-band", "knees out", "mistake:D3", "knees go far out"),
    ("bridge-band", "hard for some with low back pain", "caution:S001", "bothers your back"),
    # 23
    ("single-leg-bridge", "one foot flat, other leg straight in the air before lifting", "steps", "one knee straight .*in the air.* lift"),
    ("single-leg-bridge", "drive through the planted foot", "steps", "press through the heel on the floor"),
    ("single-leg-bridge", "hold 3 s", "steps", "hold for 3 seconds"),
    ("single-leg-bridge", "lower slowly, switch sides", "steps", "lower slowly.* other side"),
    ("single-leg-bridge", "glutes and hamstrings", "muscles", "maximus.*hamstrings"),
    ("single-leg-bridge", "control as in running on one leg", "why", "pelvis level, as each step in walking and running"),
    ("single-leg-bridge", "the core keeps the back from arching", "tips", "tummy helps to keep your back flat"),
    ("single-leg-bridge", "next after a light bridge, repetitions not stated", "dose:S001", "light.*not said"),
    ("single-leg-bridge", "full three sets after two weeks of twelve", "dose:S003", "three sets after two weeks of a 12-week"),
    ("single-leg-bridge", "low back arches", "mistake:S003", "low back arches"),
    ("single-leg-bridge", "get off slowly", "mistake:S001", "drop down"),
    ("single-leg-bridge", "free side drops or turns", "mistake:D7", "pelvis drops or turns on the free side"),
    ("single-leg-bridge", "over-lift", "mistake:D7", "lift too high"),
    ("single-leg-bridge", "sag in the hold", "mistake:D7", "hips sink"),
    ("single-leg-bridge", "free knee straight", "mistake:D7", "free leg bends"),
    ("single-leg-bridge", "hamstring cramp", "mistake:D7", "thigh cramps"),
    ("single-leg-bridge", "hard for some with low back pain: back off, tilt", "caution:S001", "two legs, or to the tilt"),
    ("single-leg-bridge", "after the bridge", "easier", "bridge bridge-band"),
    # 24
    ("straight-leg-raise", "alias: SLR", "aliases", "SLR"),
    ("straight-leg-raise", "one knee bent, other straight", "steps", "bend one knee .*other leg straight"),
    ("straight-leg-raise", "tighten quads and abs", "steps", "tummy in.* tighten the front of the straight thigh"),
    ("straight-leg-raise", "about 12 inches", "steps", "12 inches"),
    ("straight-leg-raise", "hold 3 s, lower slowly", "steps", "3 seconds.* lower the leg slowly"),
    ("straight-leg-raise", "hip flexors", "muscles", "iliopsoas"),
    ("straight-leg-raise", "15 repetitions, sides not stated", "dose:S001", "12 inches.*each side is not said"),
    ("straight-leg-raise", "cuff of 2 to 3 lb", "dose:S001", "harder version.* cuff"),
    ("straight-leg-raise", "cuff of 2 to 3 lb", "harder:S001", "2 to 3 pounds .*lower leg"),
    ("straight-leg-raise", "lower slowly", "mistake:S001", "let it drop"),
    ("straight-leg-raise", "tighten first", "mistake:S001", "before your thigh is tight"),
    ("straight-leg-raise", "knee bends", "mistake:D7", "knee bends"),
    ("straight-leg-raise", "lift too high", "mistake:D7", "too high"),
    ("straight-leg-raise", "pelvis tucks", "mistake:D7", "bottom tips up"),
    ("straight-leg-raise", "back arches, not measurable", "mistake:D7", "low back comes off"),
    ("straight-leg-raise", "pain that stays after exercising", "caution:S001", "pain stays after"),
    # 25
    ("prone-leg-raise", "on the stomach, legs straight", "steps", "on your front with both legs straight"),
    ("prone-leg-raise", "abs on", "steps", "tummy in"),
    ("prone-leg-raise", "about 10 inches, leg straight", "steps", "knee straight.*10 inches"),
    ("prone-leg-raise", "do not twist", "steps", "do not twist"),
    ("prone-leg-raise", "hold 3 s, lower slowly", "steps", "3 seconds.* lower the leg slowly"),
    ("prone-leg-raise", "gluteus maximus", "muscles", "gluteus maximus"),
    ("prone-leg-raise", "15 repetitions, sides not stated", "dose:S001", "10 inches.*each side is not said"),
    ("prone-leg-raise", "cuff of 2 to 3 lb", "dose:S001", "harder version.* cuff"),
    ("prone-leg-raise", "cuff of 2 to 3 lb", "harder:S001", "2 to 3 pounds .*lower leg"),
    ("prone-leg-raise", "twisting back or pelvis", "mistake:S001", "twist your back or your pelvis"),
    ("prone-leg-raise", "lower slowly", "mistake:S001", "let it drop"),
    ("prone-leg-raise", "past 20 degrees the spine shares", "mistake:D7", "too high.*back bends"),
    ("prone-leg-raise", "drawing in keeps the back quiet", "mistake:D7", "back arches.*tummy in"),
    ("prone-leg-raise", "knee straight", "mistake:D7", "knee bends"),
    ("prone-leg-raise", "pain that stays after exercising", "caution:S001", "pain stays after"),
    # 26
    ("donkey-kick", "hands under shoulders, knees under hips", "steps", "hands are under your shoulders, your knees under your hips"),
    ("donkey-kick", "four cat/camels, then neutral", "steps", "four times, as a cat and a camel.* flat"),
    ("donkey-kick", "brace and shift the weight", "steps", "tummy in.* shift your weight"),
    ("donkey-kick", "knee at 90 degrees, foot flexed", "steps", "right angle and pull your toes"),
    ("donkey-kick", "heel to the ceiling", "steps", "heel up towards the ceiling"),
    ("donkey-kick", "a few inches up and down", "tips", "few inches"),
    ("donkey-kick", "tray of drinks", "tips", "tray of drinks"),
    ("donkey-kick", "gluteus maximus", "muscles", "gluteus maximus"),
    ("donkey-kick", "to support the low back", "why", "low back"),
    (
        "donkey-kick",
        "20 each leg, few inches, 90 at hip and knee if able",
        "dose:S004",
        "four cat.* few inches .*right angles .*if you can",
    ),
    ("donkey-kick", "flat back lost", "mistake:S004", "low back hollows.*tray"),
    ("donkey-kick", "led by the heel", "mistake:S004", "lead with your toes"),
    ("donkey-kick", "past the line of the trunk", "mistake:D7", "higher than your back"),
    ("donkey-kick", "trunk slope changes", "mistake:D7", "trunk tips or sinks"),
    ("donkey-kick", "hip line rolls", "mistake:D7", "roll open"),
    ("donkey-kick", "hips shift to the side", "mistake:D7", "slide to one side"),
    ("donkey-kick", "knee opens", "mistake:D7", "knee opens"),
    # 30
    ("hip-hike", "aliases: hip hikers, pelvic drop", "aliases", "hip hikers.* pelvic drop"),
    ("hip-hike", "sideways on an 8-inch step or bottom stair, one leg hanging", "steps", "sideways on the bottom stair .*8 inches.* hang"),
    ("hip-hike", "stance knee straight", "steps", "knee you stand on straight"),
    ("hip-hike", "abs tight", "steps", "tummy in"),
    ("hip-hike", "lower by dropping the pelvis", "steps", "side of your pelvis sink slowly"),
    ("hip-hike", "a few seconds low", "steps", "stay low for a few seconds"),
    ("hip-hike", "raise the pelvis slowly", "steps", "lift that side slowly"),
    ("hip-hike", "step", "equipment", "8 inches"),
    ("hip-hike", "support", "equipment", "firm support"),
    ("hip-hike", "gluteus medius of the standing leg", "muscles", "medius of the standing leg"),
    ("hip-hike", "felt at the side of the standing hip", "feel", "side of the hip you stand on"),
    ("hip-hike", "a few seconds low, no number", "dose:S001", "few seconds; no number"),
    ("hip-hike", "abs tight", "mistake:S001", "tummy lets go"),
    ("hip-hike", "stance knee bends", "mistake:D7", "knee you stand on bends"),
    ("hip-hike", "trunk leans", "mistake:D7", "leans over the standing leg"),
    ("hip-hike", "hanging leg swings or bends", "mistake:D7", "hanging leg swings or bends"),
    ("hip-hike", "no control", "mistake:D7", "drop down without control"),
    ("hip-hike", "pinch in the inner groin: stop, ask", "caution:S001", "pinch deep in the groin, stop .*physiotherapist"),
    ("hip-hike", "something firm to hold", "caution:S001", "hold something firm"),
    ("hip-hike", "sore outer tendon: stop at level", "caution:C5", "do not sink below level"),
    # 31
    ("monster-walk-sideways", "alias: band side-step", "aliases", "lateral monster walk.* band side-step"),
    ("monster-walk-sideways", "loop round the ankles", "steps", "loop of band round both ankles"),
    ("monster-walk-sideways", "loop of about 12 inches", "equipment", "12 inches"),
    ("monster-walk-sideways", "knees straight, abs on", "steps", "knees straight and draw your tummy in"),
    ("monster-walk-sideways", "about 15 inches sideways, follow slowly", "steps", "15 inches.* slowly"),
    ("monster-walk-sideways", "tension kept", "steps", "before the band goes loose"),
    ("monster-walk-sideways", "15 one way, then back", "steps", "15 steps one way.* 15 steps back"),
    ("monster-walk-sideways", "gluteus medius", "muscles", "medius"),
    ("monster-walk-sideways", "step and loop", "dose:S001", "15 inches .*12 inches"),
    ("monster-walk-sideways", "losing tension", "mistake:S001", "band goes loose"),
    ("monster-walk-sideways", "uncontrolled", "mistake:S001", "snaps in"),
    ("monster-walk-sideways", "trunk sways", "mistake:D7", "sways from side to side"),
    ("monster-walk-sideways", "knees cave", "mistake:D7", "knees fall in"),
    ("monster-walk-sideways", "trailing foot drags", "mistake:D7", "foot drags"),
    ("monster-walk-sideways", "pelvis drops", "mistake:C5", "pelvis sinks"),
    ("monster-walk-sideways", "squat is the other choice, no fault", "harder:P83", "bend your hips and knees a little"),
    # 32
    ("monster-walk-forward-back", "same band", "equipment", "12 inches"),
    ("monster-walk-forward-back", "knees straight, feet shoulder-wide", "steps", "wide as your shoulders.* knees straight"),
    ("monster-walk-forward-back", "small steps of 5 to 6 inches back", "steps", "back slowly with small steps .*5 or 6 inches"),
    ("monster-walk-forward-back", "15 back, then 15 forward", "steps", "15 steps, stop.* forward 15 steps"),
    ("monster-walk-forward-back", "gluteus maximus", "muscles", "gluteus maximus"),
    ("monster-walk-forward-back", "steps of 5 to 6 inches", "dose:S001", "5 or 6 inches .*first back, then forward"),
    ("monster-walk-forward-back", "losing tension", "mistake:S001", "band goes loose"),
    ("monster-walk-forward-back", "small steps", "mistake:S001", "steps are too big"),
    ("monster-walk-forward-back", "slowly", "mistake:S001", "hurry"),
    ("monster-walk-forward-back", "sway", "mistake:D7", "tips or sways"),
    # C7, the tests
    ("chair-stand", "seat of 44 cm or 17 inches", "steps", r"44 cm \(17 inches\)"),
    ("chair-stand", "arms crossed", "steps", "cross your arms"),
    ("chair-stand", "a trial first", "steps", "short run first, for practice"),
    ("chair-stand", "30 s", "steps", "30 seconds"),
    ("chair-stand", "more than half-way counts", "tips", "more than half-way up when the time is over"),
    ("chair-stand", "rules of the count", "dose:C7", "44 cm .*arms crossed.* half-way .*counts.* result is 0"),
    ("chair-stand", "arms used is 0", "mistake:C7", "push with your hands .*result is 0"),
    ("chair-stand", "stand fully", "mistake:C7", "stand up all the way"),
    ("chair-stand", "practice raises the result", "mistake:C7", "skip the practice"),
    ("chair-stand", "the seat's height", "mistake:C7", "much higher or lower"),
    ("chair-stand", "support", "caution:C7", "firm support within a hand's reach"),
    ("timed-up-and-go", "alias: TUG", "aliases", "TUG"),
    ("timed-up-and-go", "up, a measured 3 m, turn, back, sit", "steps", "measure 3 metres.* stand up.* turn round.* back and sit down"),
    ("timed-up-and-go", "at the usual pace", "steps", "usual pace"),
    ("timed-up-and-go", "timed by tap or voice", "steps", "tap .*voice"),
    ("timed-up-and-go", "what is timed", "dose:C7", "3 metres at your usual pace, turn, back, and sit.* seconds"),
    ("timed-up-and-go", "12 s or more", "caution:C7", "12 seconds or more, talk to a clinician"),
    ("timed-up-and-go", "support on the way", "caution:C7", "support within reach"),
    # C5
    ("bridge-band", "no further than neutral with pain at the front", "caution:C5", "straight line and no further"),
    ("bridge-band", "static load first for a sore outer tendon", "caution:C5", "push without a lift first"),
    ("single-leg-bridge", "no further than neutral with pain at the front", "caution:C5", "straight line and no further"),
    ("single-leg-bridge", "pelvis level for the outer hip", "caution:C5", "pelvis level"),
    ("single-leg-bridge", "nerve symptoms: stop", "caution:C5", "tingling, numbness"),
    ("straight-leg-raise", "nerve symptoms: stop", "caution:C5", "tingling, numbness"),
    ("prone-leg-raise", "pelvis neutral with a sore back", "caution:C5", "pillow under your tummy"),
    ("prone-leg-raise", "capped at neutral when a clinician allows it", "caution:C5", "no higher than level"),
    ("donkey-kick", "pelvis neutral with a sore back", "caution:C5", "back stays flat"),
    ("donkey-kick", "capped at neutral when a clinician allows it", "caution:C5", "before your thigh is level"),
    ("donkey-kick", "no deep bend after a hip replacement", "caution:C5", "sit back on your heels"),
    ("monster-walk-sideways", "pelvis not dropping", "caution:C5", "pelvis level at each step"),
    ("monster-walk-forward-back", "pelvis not dropping", "caution:C5", "pelvis level at each step"),
    ("monster-walk-forward-back", "no further back than neutral", "caution:C5", "need not go behind your body"),
    ("chair-stand", "deep bend with pain at the front", "caution:C5", "pinch in the groin"),
    ("chair-stand", "deep bend after a hip replacement", "caution:C5", "do not lean your trunk down"),
    *((id, "support on a walk with a band", "caution:C7", "beside something firm") for id in STANDING[1:]),
    # rule B4, for all, and rule B12
    *((id, "more pain: stop and ask", "caution:S004", "pain goes up, stop .*ask for advice") for id in IDS),
    *((id, "strength work may not suit severe pain", "caution:S001", "strong pain, leave strength work") for id in (*S001, "bridge-band")),
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


def has(words: str, text: str) -> bool:
    return re.search(words, text, re.IGNORECASE | re.DOTALL) is not None


def coaching_of(id: str) -> Coaching:
    coaching = BY_ID[id].coaching
    assert coaching is not None
    return coaching


def rule(id: str, fault: str) -> FaultRule:
    (found,) = [r for r in coaching_of(id).faults if r.fault == fault]
    return found


def blocked_for(e: Exercise) -> set[str]:
    """Conditions and regions that block this exercise by themselves, until a clinician allows it."""
    return {who for b in e.blocks if not b.only_if and b.unless_clinician for who in (*b.conditions, *b.regions)}


# ------------------------------------------------------------------------------------------------ what the sources say


def test_every_dose_is_kept_to_the_number_and_what_is_not_stated_stays_so() -> None:
    kept = [
        (e.id, d.source, {name: v for name, v in d.model_dump().items() if v is not None and name not in ("source", "note")})
        for e in BY_ID.values()
        for d in e.doses
    ]
    assert kept == DOSES


@pytest.mark.parametrize(("id", "says", "field", "words"), HELD, ids=[f"{id}: {says}" for id, says, *_ in HELD])
def test_what_the_notes_say_is_in_the_field_that_holds_it(id: str, says: str, field: str, words: str) -> None:
    held = texts(BY_ID[id], field)
    assert held, f"{id}: nothing in {field} for '{says}'"
    assert any(has(words, text) for text in held), f"{id}, {field}: no '{words}' for '{says}'"


@each_one
@pytest.mark.parametrize("kind", ["mistake", "caution", "dose"])
def test_nothing_that_names_a_source_is_left_over(exercise: Exercise, kind: str) -> None:
    for source in ("S000", "S001", "S002", "S003", "S004", "C5", "C7", "D3", "D7"):
        wanted = [words for id, _, field, words in HELD if id == exercise.id and field == f"{kind}:{source}"]
        for text in texts(exercise, f"{kind}:{source}"):
            assert any(has(words, text) for words in wanted), f"{exercise.id}, {kind} from {source}: {text}"


# ------------------------------------------------------------------------------------------------ who waits, who takes care


@each_one
def test_a_hip_operation_and_a_possible_stress_fracture_come_first(exercise: Exercise) -> None:
    assert {"hip-surgery-last-12-months", "stress-fracture-suspected"} <= blocked_for(exercise)


@pytest.mark.parametrize("id", ["prone-leg-raise", "donkey-kick"])
def test_pain_at_the_front_leaves_a_leg_that_goes_back_to_a_clinician(id: str) -> None:
    assert {"front", "femoroacetabular-impingement", "labral-tear"} <= blocked_for(BY_ID[id])


def test_the_hip_hike_is_not_for_pain_at_the_outer_hip_and_stops_at_a_groin_pinch() -> None:
    assert {"outer", "gluteal-tendinopathy"} <= blocked_for(BY_ID["hip-hike"])
    (pinch,) = [c for c in BY_ID["hip-hike"].cautions if "pinch deep in the groin" in c.text]
    assert {"femoroacetabular-impingement", "hip-osteoarthritis"} <= set(pinch.conditions)
    assert "front" in pinch.regions
    assert (pinch.source, BY_ID["hip-hike"].blocks[0].source) == ("S001", "C5")


@pytest.mark.parametrize("id", STANDING)
def test_the_step_and_the_band_wait_for_a_steady_stance_no_fall_and_from_age_70_a_clinician(id: str) -> None:
    (gate,) = BY_ID[id].prerequisites
    assert (gate.exercise, gate.least.value, gate.least_from_age_70.value) == ("single-leg-stance", 10, 5)
    assert {"fall-in-12-months", "age-70-or-over"} <= blocked_for(BY_ID[id])


@pytest.mark.parametrize("id", [*STANDING, *TESTS])
def test_standing_work_and_tests_have_a_support_and_wait_after_two_falls_or_a_slow_timed_up_and_go(id: str) -> None:
    assert {"two-falls-in-12-months", "timed-up-and-go-12-s-or-more"} <= blocked_for(BY_ID[id])
    assert any("firm support within a hand's reach" in item.name and item.needed for item in BY_ID[id].equipment)


def test_only_what_stands_on_one_leg_waits_for_it() -> None:
    assert {e.id for e in BY_ID.values() if e.prerequisites} == set(STANDING)


# ------------------------------------------------------------------------------------------------ the two tests


def test_the_chair_stand_keeps_its_rules_to_the_number() -> None:
    test = coaching_of("chair-stand").test
    assert test is not None
    assert test.duration is not None
    assert test.last_counts_from is not None
    assert test.seat_height is not None
    assert (test.measures, test.practice_runs) == ("repetitions", 1)
    assert (test.duration.value, test.duration.unit, test.duration.source) == (30, "s", "C7")
    assert (test.last_counts_from.value, test.seat_height.value, test.seat_height.unit) == (0.5, 44, "cm")
    assert "arms" in test.zero_if


def test_a_test_that_counts_repetitions_says_for_how_long() -> None:
    with pytest.raises(ValueError, match="needs a duration"):
        TestRule(name="chair-stand", unit="stands", measures="repetitions")


def test_the_timed_up_and_go_is_led_by_a_timer_and_says_why() -> None:
    exercise = BY_ID["timed-up-and-go"]
    assert (exercise.guided_by, exercise.coaching) == ("timer", None)
    assert "picture" in exercise.why_no_camera
    assert {"tap", "voice"} <= set(re.findall(r"\w+", exercise.why_no_camera))


@pytest.mark.parametrize("id", TESTS)
def test_a_test_is_marked_as_one(id: str) -> None:
    assert "test" in BY_ID[id].purpose


# ------------------------------------------------------------------------------------------------ how they are followed

D7 = [
    ("single-leg-bridge", "uneven", 8, 12), ("straight-leg-raise", "knee-bends", 20, 30), ("straight-leg-raise", "lift-too-big", 40, 50),
    ("prone-leg-raise", "lift-too-big", 20, 25), ("prone-leg-raise", "trunk-turns", 8, 12), ("donkey-kick", "range-too-big", 100, 105),
    ("donkey-kick", "sags", 6, 10), ("donkey-kick", "trunk-turns", 8, 12), ("hip-hike", "knee-bends", 15, 25),
    ("hip-hike", "trunk-leans-to-stance", 6, 10), ("monster-walk-sideways", "trunk-leans-to-stance", 6, 10),
    ("monster-walk-sideways", "knees-in", -0.85, -0.75),
]  # fmt: skip


@pytest.mark.parametrize(("id", "fault", "amber", "red"), D7)
def test_limits_of_d7_are_kept_to_the_number(id: str, fault: str, amber: float, red: float) -> None:
    limits = rule(id, fault)
    assert limits.amber is not None
    assert limits.red is not None
    assert (limits.amber.value, limits.amber.source, limits.red.value, limits.red.source) == (amber, "D7", red, "D7")


@pytest.mark.parametrize(
    ("id", "low", "high", "source"),
    [("straight-leg-raise", 18, 25, "D7"), ("prone-leg-raise", 12, 17, "D7"), ("donkey-kick", 75, 90, "D7"),
     ("bridge-band", 160, 180, "D9"), ("single-leg-bridge", 160, 180, "D9")],
)  # fmt: skip
def test_targets_are_kept_to_the_number(id: str, low: float, high: float, source: str) -> None:
    target = coaching_of(id).repetition.target
    assert (target.low, target.high, target.source) == (low, high, source)


def test_steps_are_counted_each_way_by_where_the_person_goes() -> None:
    repetition = coaching_of("monster-walk-sideways").repetition
    assert (repetition.directions, repetition.direction_signal) == (("left", "right"), "travel")


@each_coached
def test_the_coaching_speaks_of_known_signals_faults_units_and_views(exercise: Exercise) -> None:
    coaching = coaching_of(exercise.id)
    repetition = coaching.repetition
    signals = [repetition.signal, *(c.signal for c in coaching.setup.checks), *(r.signal for r in coaching.faults if r.signal)]
    assert set(signals) <= set(SIGNALS)
    assert {repetition.least.unit, repetition.target.unit} == {SIGNALS[repetition.signal].unit}
    assert set(coaching.views) <= set(SIGNALS[repetition.signal].views)
    assert exercise.posture in coaching.setup.postures
    for r in coaching.faults:
        assert r.fault in get_args(FaultId)
        if r.signal and r.amber:
            assert r.amber.unit == SIGNALS[r.signal].unit


@each_coached
def test_nothing_is_said_to_be_seen_without_evidence(exercise: Exercise) -> None:
    for r in coaching_of(exercise.id).faults:
        assert r.kind != "never" or not r.views
        for view, how in r.views.items():
            assert how != "judged" or r.evidence[view].clips > 0


@pytest.mark.parametrize("id", LYING)
def test_the_low_back_is_checked_by_hand_and_not_by_camera(id: str) -> None:
    arch = rule(id, "back-arches")
    assert (arch.kind, arch.views, arch.harm) == ("never", {}, 1)


# ------------------------------------------------------------------------------------------------ neighbours


def test_what_became_an_exercise_of_its_own_is_no_variation_of_the_bridge() -> None:
    bridge = catalogue.load("bridge", "en")
    assert {"bridge-band", "single-leg-bridge"} <= set(bridge.harder)
    assert not any(v.change == "harder" and has("one leg|band", v.name) for v in bridge.variations)


@each_one
def test_neighbours_know_each_other_and_the_easier_one_is_no_harder(exercise: Exercise) -> None:
    for id in exercise.harder:
        assert exercise.id in catalogue.load(id).easier
    for id in exercise.easier:
        assert exercise.id in catalogue.load(id).harder
        assert catalogue.load(id).level <= exercise.level
