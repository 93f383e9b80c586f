"""What the catalogue says: each source's dose to the number, each mistake it names, plain words, and sourced limits."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from coxa.body.mannequin.skeleton import LIMITS_DEG
from coxa.body.signals import SIGNALS
from coxa.exercises import catalogue
from coxa.exercises.coaching import FaultRule
from coxa.exercises.model import Exercise
from coxa.exercises.terms import CONDITION_WORDS, REGION_WORDS, Condition, Number, Range, Region
from coxa.exercises.translate import texts
from coxa.motion.result import FaultId

ALL = catalogue.all_exercises()
BY_ID = {exercise.id: exercise for exercise in ALL}
every_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
every_coached = pytest.mark.parametrize("exercise", [e for e in ALL if e.coaching], ids=lambda e: e.id)  # the others run by timer

# (exercise, source): repetitions, hold in seconds, each side, times a day, days a week; None is "not stated"
DOSES: dict[tuple[str, str], tuple[Any, Any, Any, Any, Any]] = {
    ("clamshell", "S000"): (None, (5, 10), None, None, None),
    ("clamshell", "S004"): ((20, 20), None, True, (2, 2), (7, 7)),
    ("side-lying-abduction", "S000"): (None, (5, 10), None, None, None),
    ("side-lying-abduction", "S001"): ((15, 15), (3, 3), None, None, (3, 4)),
    ("side-lying-abduction", "S003"): (None, None, None, None, None),
    ("side-lying-abduction", "S004"): ((10, 10), None, True, (2, 2), (7, 7)),
    ("bridge", "S000"): (None, (5, 10), None, None, None),
    ("bridge", "S001"): ((10, 15), (3, 3), None, None, (3, 4)),
    ("standing-abduction", "S000"): (None, None, None, None, None),
    ("standing-extension", "S000"): (None, None, None, None, None),
    ("hip-flexor-stretch", "S000"): (None, None, None, None, None),
    ("hip-flexor-stretch", "S001"): ((3, 3), (60, 60), True, None, (7, 7)),
    ("hip-flexor-stretch", "S004"): ((3, 3), (20, 20), True, (2, 2), (7, 7)),
    ("single-leg-stance", "S000"): (None, None, None, None, None),
    ("squat", "S001"): (None, None, None, None, (3, 4)),
}

# What S000 names for its six exercises: a word of the mistake, a word of why, a word of the fix
S000_MISTAKES = [
    ("clamshell", "rolls back", "back does the work", "forward"),
    ("clamshell", "rolls back", "front of your hip", "hand"),
    ("clamshell", "low back moves", "back", "forward"),
    ("clamshell", "too far", "big lift", "little"),
    ("clamshell", "fast", "right muscle", "5 to 10 seconds"),
    ("clamshell", "do not feel", "muscles", "fingers"),
    ("side-lying-abduction", "rolls back", "muscles", "forward"),
    ("side-lying-abduction", "slides up", "waist", "lift less"),
    ("side-lying-abduction", "too high", "pelvis", "less is more"),
    ("bridge", "back arches", "back does the work", "flatten"),
    ("bridge", "too high", "back", "less is more"),
    ("bridge", "lose the tilt", "back", "flatten"),
    ("bridge", "do not feel", "tilt", "tilt more"),
    ("standing-abduction", "slides up", "waist", "lower"),
    ("standing-abduction", "leans over the standing leg", "balance", "tall"),
    ("standing-abduction", "before you can stand on one leg", "one leg", "first"),
    ("standing-extension", "too far", "back", "slight"),
    ("standing-extension", "back arches", "back and not from your hip", "hip"),
    ("standing-extension", "not steady", "half", "tummy"),
    ("hip-flexor-stretch", "back arches", "hardly stretched", "tail"),
    ("single-leg-stance", "too soon", "most of the work", "steady"),
]

FEAR = (
    "damage", "danger", "tear", "torn", "worn", "wear and", "crumbl", "degenerat", "bone on bone", "injur", "harm", "fail",
    "weak", "wrong", "bad ", "dysfunction", "disabled", "suffer", "worry", "afraid", "risk", "never", "must not", "ruin", "destroy",
)  # fmt: skip
PROMISES = (
    "cure",
    "heal",
    "guarantee",
    "pain-free",
    "painless",
    "will fix",
    "will go away",
    "will stop",
    "always works",
    "14 percent",
    "17 percent",
)


def words_for_the_person(e: Exercise) -> list[str]:
    """Every text that a patient reads or hears; muscle names and ids are not among them."""
    texts = [e.why, e.position + ".", *e.steps, e.feel, *e.tips, e.daily_life]
    texts += [text for m in e.mistakes for text in (m.name + ".", m.why, m.fix)]
    texts += [text for c in e.cautions for text in (c.text, c.reason)]
    texts += [b.reason for b in e.blocks] + [p.reason for p in e.prerequisites] + [v.how for v in e.variations]
    if e.coaching:
        texts += [e.coaching.camera, e.coaching.setup.say, *(check.say for check in e.coaching.setup.checks)]
        texts += [text for rule in e.coaching.faults for text in (rule.cue, rule.fixed, rule.self_check)]
    texts += [e.why_no_camera, e.why_off]
    return [text for text in texts if text]


def numbers(value: Any) -> Iterator[Number | Range]:
    """Every clinical number anywhere inside a model."""
    if isinstance(value, Number | Range):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from numbers(item)
    elif hasattr(type(value), "model_fields"):
        for name in type(value).model_fields:
            yield from numbers(getattr(value, name))


def rule(id: str, fault: str) -> FaultRule:
    coaching = BY_ID[id].coaching
    assert coaching is not None
    return next(r for r in coaching.faults if r.fault == fault)


# ------------------------------------------------------------------------------------------------ doses and mistakes


@pytest.mark.parametrize(
    ("key", "dose"), DOSES.items(), ids=lambda v: "-".join(v) if isinstance(v, tuple) and isinstance(v[0], str) else ""
)
def test_a_sources_dose_is_kept_to_the_number(key: tuple[str, str], dose: tuple[Any, ...]) -> None:
    id, source = key
    (kept,) = [d for d in BY_ID[id].doses if d.source == source]
    assert (kept.repetitions, kept.hold_s, kept.per_side, kept.times_a_day, kept.days_a_week) == dose
    assert kept.sets is None, "no source states sets for these exercises"


def test_no_dose_is_invented() -> None:
    assert {(e.id, d.source) for e in ALL for d in e.doses if e.id in {id for id, _ in DOSES}} == set(DOSES)


@pytest.mark.parametrize(("id", "mistake", "why", "fix"), S000_MISTAKES)
def test_every_mistake_that_s000_names_is_held_with_why_and_fix(id: str, mistake: str, why: str, fix: str) -> None:
    held = [m for m in BY_ID[id].mistakes if m.source == "S000" and mistake in m.name.lower()]
    assert held, f"{id}: no mistake from S000 says '{mistake}'"
    assert any(why in m.why.lower() and fix in m.fix.lower() for m in held)


def test_s004s_mistakes_of_the_clam_and_s001s_of_the_stretch_are_held() -> None:
    assert any(m.source == "S004" and m.fault == "feet-part" for m in BY_ID["clamshell"].mistakes)
    assert any(m.source == "S001" and m.fault == "bounces" for m in BY_ID["hip-flexor-stretch"].mistakes)
    assert any(m.source == "S003" and "turn" in m.name for m in BY_ID["side-lying-abduction"].mistakes)


# ------------------------------------------------------------------------------------------------ every field


@every_exercise
def test_every_field_is_filled(exercise: Exercise) -> None:
    may_be_empty = {"clinician_only", "default_off", "easier", "harder", "prerequisites", "why_no_camera", "why_off"}
    if exercise.guided_by == "timer":
        may_be_empty.add("coaching")
    empty = [name for name in type(exercise).model_fields if not getattr(exercise, name) and name not in may_be_empty]
    assert empty == []
    assert exercise.easier or exercise.harder or exercise.variations
    assert {v.change for v in exercise.variations} | ({"easier"} if exercise.easier else set()) | (
        {"harder"} if exercise.harder else set()
    ) == {
        "easier",
        "harder",
    }


@every_exercise
def test_neighbours_exist_and_know_each_other(exercise: Exercise) -> None:
    for id in exercise.harder:
        assert exercise.id in BY_ID[id].easier
    for id in exercise.easier:
        assert exercise.id in BY_ID[id].harder
        assert BY_ID[id].level <= exercise.level


@every_exercise
def test_listed_sources_are_those_of_the_doses(exercise: Exercise) -> None:
    assert {d.source for d in exercise.doses} <= set(exercise.sources)


def test_standing_kicks_open_after_single_leg_stance_of_10_s_or_5_s_from_age_70() -> None:
    for id in ("standing-abduction", "standing-extension"):
        (gate,) = BY_ID[id].prerequisites
        assert (gate.exercise, gate.least.value, gate.least_from_age_70.value) == ("single-leg-stance", 10, 5)


def test_pain_at_the_front_blocks_extension_and_the_kneeling_stretch_until_a_clinician_allows_them() -> None:
    for id in ("standing-extension", "hip-flexor-stretch"):
        assert any("front" in b.regions and not b.only_if and b.unless_clinician for b in BY_ID[id].blocks)


def test_lying_on_the_side_with_outer_pain_is_only_with_that_side_up_and_not_when_both_hurt() -> None:
    for id in ("clamshell", "side-lying-abduction"):
        only_if = {condition for b in BY_ID[id].blocks if "outer" in b.regions for condition in b.only_if}
        assert only_if == {"pain-both-sides", "painful-side-down"}
        assert any("outer" in c.regions and "pillow" in c.text for c in BY_ID[id].cautions)


def test_all_exercises_wait_after_a_hip_operation_and_while_a_stress_fracture_is_possible() -> None:
    for exercise in ALL:
        conditions = {condition for block in exercise.blocks for condition in block.conditions}
        assert {"hip-surgery-last-12-months", "stress-fracture-suspected"} <= conditions, exercise.id


def test_standing_work_waits_after_two_falls_or_a_slow_timed_up_and_go() -> None:
    for exercise in ALL:
        if exercise.posture == "standing":
            conditions = {condition for block in exercise.blocks for condition in block.conditions}
            assert {"two-falls-in-12-months", "timed-up-and-go-12-s-or-more"} <= conditions
            assert any("support" in item.name for item in exercise.equipment)


def test_only_the_squat_is_for_clinicians_only_and_strong_pain_rules_it_out_for_all() -> None:
    assert [e.id for e in ALL if e.clinician_only] == ["squat"]
    assert any("severe-pain" in b.conditions and not b.unless_clinician for b in BY_ID["squat"].blocks)


def test_every_condition_and_region_has_words() -> None:
    assert set(CONDITION_WORDS) == set(get_args(Condition))
    assert set(REGION_WORDS) == set(get_args(Region))


# ------------------------------------------------------------------------------------------------ limits


@every_coached
def test_a_number_is_sourced_only_when_it_is_one_of_the_five_texts(exercise: Exercise) -> None:
    found = list(numbers(exercise))
    assert len(found) >= (4 if exercise.coaching and exercise.coaching.faults else 2)
    for number in found:
        assert number.source
        assert number.review != "sourced" or number.source.startswith("S00"), f"{exercise.id}: {number}"


D9 = [
    ("clamshell", "rolls-back", 15, 20), ("side-lying-abduction", "pelvis-hikes", 8, 12), ("bridge", "over-lift", 183, 190),
    ("standing-abduction", "trunk-leans-to-stance", 6, 10), ("standing-abduction", "pelvis-hikes", 5, 10),
    ("standing-extension", "trunk-leans-forward", 8, 15), ("hip-flexor-stretch", "trunk-leans-back", 5, 8),
]  # fmt: skip


@pytest.mark.parametrize(("id", "fault", "amber", "red"), D9)
def test_limits_of_d9_are_kept_to_the_number(id: str, fault: str, amber: float, red: float) -> None:
    limits = rule(id, fault)
    assert limits.amber is not None
    assert limits.red is not None
    assert (limits.amber.value, limits.amber.source, limits.red.value, limits.red.source) == (amber, "D9", red, "D9")


@pytest.mark.parametrize(
    ("id", "low", "high"),
    [("clamshell", 15, 45), ("side-lying-abduction", 15, 30), ("bridge", 160, 180), ("standing-abduction", 15, 30),
     ("standing-extension", 5, 15), ("hip-flexor-stretch", 10, 20)],
)  # fmt: skip
def test_targets_of_d9_are_kept_to_the_number(id: str, low: float, high: float) -> None:
    coaching = BY_ID[id].coaching
    assert coaching is not None
    assert (coaching.repetition.target.low, coaching.repetition.target.high) == (low, high)


@every_coached
def test_the_coaching_speaks_of_known_signals_faults_and_units(exercise: Exercise) -> None:
    coaching = exercise.coaching
    assert coaching is not None
    repetition = coaching.repetition
    assert repetition.signal in SIGNALS
    assert {repetition.least.unit, repetition.target.unit} == {SIGNALS[repetition.signal].unit}
    assert {check.signal for check in coaching.setup.checks} <= set(SIGNALS)
    assert exercise.posture in coaching.setup.postures
    for r in coaching.faults:
        assert r.fault in get_args(FaultId)
        if r.kind in {"level", "peak", "short", "sag"}:
            assert r.signal in SIGNALS
            assert r.amber is not None
            assert r.amber.unit == SIGNALS[r.signal].unit, r.fault


@every_coached
def test_the_red_limit_is_beyond_the_amber_and_the_amber_beyond_the_target(exercise: Exercise) -> None:
    coaching = exercise.coaching
    assert coaching is not None
    for r in coaching.faults:
        if r.amber is None or r.red is None:
            continue
        if r.kind == "tempo":
            assert r.red.value < r.amber.value
        else:
            assert r.red.value > r.amber.value
        if r.kind == "peak":
            assert r.amber.value >= coaching.repetition.target.high


@every_coached
def test_faults_stand_in_order_of_harm_and_what_no_camera_sees_has_no_view(exercise: Exercise) -> None:
    coaching = exercise.coaching
    assert coaching is not None
    assert [r.harm for r in coaching.faults] == list(range(1, len(coaching.faults) + 1))
    for r in coaching.faults:
        assert r.self_check
        assert r.kind != "never" or not r.views
        assert r.fault != "back-arches" or r.kind == "never"


@every_coached
def test_the_figure_can_take_the_start_the_peak_and_each_mistake_at_its_red_limit(exercise: Exercise) -> None:
    movement, coaching = exercise.movement, exercise.coaching
    assert movement is not None
    assert coaching is not None
    red = {r.fault: r.red.value if r.red else 10.0 for r in coaching.faults}
    poses = [movement.start.angles, movement.peak.angles]
    for fault, change in movement.faults.items():
        rest, peak = movement.start.angles, dict(movement.peak.angles)
        # a mistake's size is what exceeds the clean peak, which in a lift or a squat is not zero
        r = next(r for r in coaching.faults if r.fault == fault)
        clean = (
            coaching.repetition.target.high if r.kind == "peak" else peak.get("pelvis_tilt", 0.0) if r.signal == "trunk_forward" else 0.0
        )
        size = red[fault] - clean
        for joint, per_unit in change.angles.items():
            peak[joint] = peak.get(joint, rest.get(joint, 0.0)) + per_unit * size
        poses.append(peak)
    for angles in poses:
        for joint, angle in angles.items():
            if joint.startswith("pelvis"):
                assert -60 <= angle <= 60, joint  # the pelvis tips with the trunk in a bow
                continue
            low, high = LIMITS_DEG[joint.replace("working", "left").replace("other", "right")]
            assert low <= angle <= high, f"{joint} at {angle:g}"


@every_coached
def test_every_mistake_that_has_a_rule_has_its_own_pose(exercise: Exercise) -> None:
    assert exercise.movement is not None
    assert exercise.coaching is not None
    assert set(exercise.movement.faults) == {r.fault for r in exercise.coaching.faults}


# ------------------------------------------------------------------------------------------------ words


@every_exercise
def test_the_words_hold_no_fear_and_no_promise(exercise: Exercise) -> None:
    for text in words_for_the_person(exercise):
        for word in (*FEAR, *PROMISES):
            assert not re.search(rf"\b{re.escape(word.strip())}", text.lower()), f"'{word}' in: {text}"


@every_exercise
def test_the_reading_age_is_ten_to_twelve_at_most(exercise: Exercise) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own use of pkg_resources
        import textstat

    # every field that is translated is read or heard by somebody; Latin names and other people's names for it are apart
    read = [(context, text) for context, text in texts(exercise) if not context.endswith((".muscles", ".aliases"))]
    assert {text.rstrip(".") for text in words_for_the_person(exercise)} <= {text.rstrip(".") for _, text in read}
    whole = " ".join(text if text[-1] in ".?" else f"{text}." for _, text in read)
    assert textstat.flesch_kincaid_grade(whole) <= 6
    assert textstat.dale_chall_readability_score(whole) <= 6
    for context, text in read:
        # a name of two or three words has no grade
        assert context.endswith(".name") or textstat.flesch_kincaid_grade(text) <= 9, text


@every_coached
def test_a_cue_is_short_enough_to_say_during_a_repetition(exercise: Exercise) -> None:
    assert exercise.coaching is not None
    for r in exercise.coaching.faults:
        assert len(r.cue.split()) <= 8, r.cue
        assert r.cue.endswith(".")
        assert r.fixed.startswith("Good")


@every_coached
def test_the_camera_stands_where_a_household_can_put_it(exercise: Exercise) -> None:
    assert exercise.coaching is not None
    words = exercise.coaching.camera
    assert re.search(r"\b(floor|chair|table)\b", words)
    (distance,) = re.findall(r"about ([\d.]+) metres", words)
    assert 1.5 <= float(distance) <= 2.5


@every_exercise
def test_every_step_and_text_is_a_whole_sentence(exercise: Exercise) -> None:
    for text in words_for_the_person(exercise):
        assert text[0].isupper(), text
        assert text[-1] in ".?", text
        assert text == text.strip()
