"""Range of movement and stretches: doses to the number, and everything the five texts name for them has its field."""

from __future__ import annotations

from typing import Any

import pytest

from coxa.exercises import catalogue
from coxa.exercises.model import Block, Caution, Dose, Equipment, Exercise, Mistake, Variation

IDS = (
    "lower-back-rotations", "knee-hug", "hip-circles", "cat-camel", "lower-back-rotation-stretch", "hamstring-stretch",
    "iliotibial-band-stretch", "figure-four-stretch", "inner-thigh-stretch",
)  # fmt: skip
STRETCHES = tuple(id for id in IDS if id.endswith("stretch"))
BY_ID = {id: catalogue.load(id) for id in IDS}
every_exercise = pytest.mark.parametrize("exercise", BY_ID.values(), ids=lambda e: e.id)
every_stretch = pytest.mark.parametrize("exercise", [BY_ID[id] for id in STRETCHES], ids=lambda e: e.id)

TWICE_DAILY = {"times_a_day": (2, 2), "days_a_week": (7, 7)}
# (exercise, source): what the source states; whatever is not here is "not stated" and must be None
DOSES: dict[tuple[str, str], dict[str, Any]] = {
    ("lower-back-rotations", "S004"): {"repetitions": (10, 10), "hold_s": (10, 10), **TWICE_DAILY},
    ("knee-hug", "S004"): {"repetitions": (10, 10), "hold_s": (10, 10), **TWICE_DAILY},
    ("hip-circles", "S004"): {"duration_s": (30, 30), "per_direction": True, **TWICE_DAILY},
    ("cat-camel", "S003"): {},
    ("cat-camel", "S004"): {"repetitions": (4, 4)},
    ("lower-back-rotation-stretch", "S004"): {"repetitions": (3, 3), "hold_s": (20, 20), "per_side": True, **TWICE_DAILY},
    ("hamstring-stretch", "S001"): {"repetitions": (3, 3), "hold_s": (60, 60), "per_side": True, "days_a_week": (7, 7)},
    ("hamstring-stretch", "S004"): {"repetitions": (3, 3), "hold_s": (20, 20), "per_side": True, **TWICE_DAILY},
    ("iliotibial-band-stretch", "S001"): {"repetitions": (3, 3), "hold_s": (60, 60), "days_a_week": (7, 7)},
    ("figure-four-stretch", "S001"): {"repetitions": (3, 3), "hold_s": (60, 60), "days_a_week": (7, 7)},
    ("figure-four-stretch", "S004"): {"repetitions": (3, 3), "hold_s": (20, 20), "per_side": True, **TWICE_DAILY},
    ("inner-thigh-stretch", "S004"): {"repetitions": (3, 3), "hold_s": (20, 20), **TWICE_DAILY},
}
STATED = (
    "sets", "repetitions", "hold_s", "duration_s", "per_side", "per_direction", "times_a_day", "days_a_week", "load_lb",
)  # fmt: skip

# What the sources and the clinical notes name for each: exercise, field that holds it, source, words it is known by.
Row = tuple[str, str, str, tuple[str, ...]]
OWN: list[Row] = [
    # 1: pillow, arms out and palms up, head the other way, 10 x 10 s, nothing said about sides
    ("lower-back-rotations", "equipment", "", ("pillow", "between")),
    ("lower-back-rotations", "steps", "", ("arms out", "palms up")),
    ("lower-back-rotations", "steps", "", ("knees roll", "one side")),
    ("lower-back-rotations", "steps", "", ("head", "other side")),
    ("lower-back-rotations", "doses", "S004", ("each side or for both is not said",)),
    # 2: the other leg straight, or bent where the back does not like it; not too deep for FAI, nor beyond 90° after a new hip
    ("knee-hug", "steps", "", ("bend one knee",)),
    ("knee-hug", "steps", "", ("other leg", "long")),
    ("knee-hug", "doses", "S004", ("each side is not said",)),
    ("knee-hug", "cautions", "S004", ("bend the other leg",)),
    ("knee-hug", "variations", "S004", ("other knee bent",)),
    ("knee-hug", "cautions", "C5", ("straight up", "pinch", "femoroacetabular-impingement")),
    ("knee-hug", "cautions", "C5", ("straight up", "hip-replacement")),
    ("knee-hug", "cautions", "C5", ("same side", "not across", "outer")),
    ("knee-hug", "mistakes", "C5", ("across your body", "same side")),
    # 3: one hand, small circles that grow, both ways
    ("hip-circles", "steps", "", ("one hand",)),
    ("hip-circles", "steps", "", ("small", "circles")),
    ("hip-circles", "steps", "", ("bigger", "loose")),
    ("hip-circles", "doses", "S004", ("each way",)),
    ("hip-circles", "mistakes", "S004", ("big circles", "grow")),
    ("hip-circles", "variations", "S004", ("grow",)),
    # 4: before the donkey kick; beside the runner's six; the tray of drinks
    ("cat-camel", "doses", "S004", ("before the donkey kick",)),
    ("cat-camel", "doses", "S003", ("12 weeks", "not said")),
    ("cat-camel", "tips", "", ("tray of drinks",)),
    ("cat-camel", "steps", "", ("middle", "flat")),
    # 5: inner thighs together, upper knee a little higher, light pressure; not for the outer hip nor after a new one
    ("lower-back-rotation-stretch", "steps", "", ("inner thighs together",)),
    ("lower-back-rotation-stretch", "steps", "", ("head", "other side")),
    ("lower-back-rotation-stretch", "steps", "", ("upper knee up",)),
    ("lower-back-rotation-stretch", "steps", "", ("hand of the other side", "lightly")),
    ("lower-back-rotation-stretch", "doses", "S004", ()),
    ("lower-back-rotation-stretch", "mistakes", "S004", ("press hard", "light")),
    ("lower-back-rotation-stretch", "variations", "S004", ("hand", "heavier")),
    ("lower-back-rotation-stretch", "blocks", "C5", ("gluteal-tendinopathy", "outer", "across")),
    ("lower-back-rotation-stretch", "blocks", "C5", ("hip-replacement",)),
    # 7: two set-ups, two doses, the hands walk towards the foot; a pull and not a pain
    ("hamstring-stretch", "steps", "", ("both knees bent",)),
    ("hamstring-stretch", "steps", "", ("fingers behind one thigh",)),
    ("hamstring-stretch", "steps", "", ("straight up",)),
    ("hamstring-stretch", "steps", "", ("straighten that knee",)),
    ("hamstring-stretch", "tips", "", ("both legs long",)),
    ("hamstring-stretch", "doses", "S001", ("both legs long",)),
    ("hamstring-stretch", "doses", "S004", ("both knees bent", "nearer to the foot", "same numbers")),
    ("hamstring-stretch", "mistakes", "S004", ("past straight up",)),
    ("hamstring-stretch", "variations", "S004", ("to your foot", "20 seconds", "three times on each side")),
    ("hamstring-stretch", "feel", "", ("pull", "not a pain")),
    # 8: the lower knee for steadiness, ankle, then the lower foot draws the knee down; off for everybody
    ("iliotibial-band-stretch", "steps", "", ("leg to stretch on top",)),
    ("iliotibial-band-stretch", "steps", "", ("lower knee", "steady")),
    ("iliotibial-band-stretch", "steps", "", ("top ankle", "front of your thigh")),
    ("iliotibial-band-stretch", "steps", "", ("lower foot on top",)),
    ("iliotibial-band-stretch", "steps", "", ("softly to the floor",)),
    ("iliotibial-band-stretch", "feel", "", ("outer side of your knee cap",)),
    ("iliotibial-band-stretch", "doses", "S001", ("each side is not said", "every day")),
    ("iliotibial-band-stretch", "mistakes", "S001", ("tip back", "lower knee")),
    ("iliotibial-band-stretch", "variations", "S001", ("ankle", "front of your thigh")),
    ("iliotibial-band-stretch", "blocks", "C5", ("gluteal-tendinopathy", "outer", "across")),
    ("iliotibial-band-stretch", "cautions", "C5", ("off at first for everybody",)),
    ("iliotibial-band-stretch", "why_off", "", ("clinician",)),
    # 9: its two names, where to feel it, the nerve
    ("figure-four-stretch", "aliases", "", ("piriformis",)),
    ("figure-four-stretch", "aliases", "", ("glute stretch",)),
    ("figure-four-stretch", "muscles", "", ("piriformis",)),
    ("figure-four-stretch", "steps", "", ("ankle", "just above the knee")),
    ("figure-four-stretch", "steps", "", ("hands behind the thigh",)),
    ("figure-four-stretch", "steps", "", ("to your chest",)),
    ("figure-four-stretch", "feel", "", ("buttock of the leg you crossed",)),
    ("figure-four-stretch", "doses", "S001", ("each side is not said", "every day")),
    ("figure-four-stretch", "doses", "S004", ()),
    ("figure-four-stretch", "cautions", "S001", ("tingles", "ease off", "doctor")),
    # 10: outwards, and light hands once the pull has eased
    ("inner-thigh-stretch", "steps", "", ("drop slowly outwards",)),
    ("inner-thigh-stretch", "steps", "", ("when the pull eases", "lightly")),
    ("inner-thigh-stretch", "doses", "S004", ("both legs",)),
    ("inner-thigh-stretch", "mistakes", "S004", ("before the pull has eased",)),
    ("inner-thigh-stretch", "variations", "S004", ("eased", "lightly")),
]
# B8: slowly to a slight pull, no bouncing, slowly out. B6: stop when it hurts. B4: stop when the pain rises.
OF_EVERY_STRETCH: list[tuple[str, str, tuple[str, ...]]] = [
    ("cautions", "S001", ("slowly", "slight pull", "bounce", "come out of it slowly")),
    ("cautions", "S001", ("hurts", "stop", "physiotherapist")),
    ("mistakes", "S001", ("bounce", "hold still")),
    ("mistakes", "S001", ("until it hurts", "slight pull")),
    ("mistakes", "S001", ("let go all at once", "slowly")),
]
HELD: list[Row] = [
    *OWN,
    *((id, *row) for id in STRETCHES for row in OF_EVERY_STRETCH),
    *((id, "cautions", "S004", ("pain goes up", "stop")) for id in IDS),
]


def describe(item: Any) -> str:
    """All words of one entry, in lower case, with the ids of conditions and regions it is for."""
    match item:
        case str():
            return item.lower()
        case Mistake():
            return f"{item.name}. {item.why} {item.fix}".lower()
        case Caution():
            return " ".join((item.text, item.reason, *item.conditions, *item.regions)).lower()
        case Block():
            return " ".join((item.reason, *item.conditions, *item.regions)).lower()
        case Variation() | Equipment():
            return " ".join((item.name, getattr(item, "how", ""))).lower()
        case Dose():
            return item.note.lower()
        case _:
            raise AssertionError(f"no words for {type(item)}")


def find(exercise: Exercise, field: str, source: str, words: tuple[str, ...]) -> list[Any]:
    """Entries of a field that come from `source` and hold all the words."""
    value = getattr(exercise, field)
    entries: tuple[Any, ...] = (value,) if isinstance(value, str) else value
    return [e for e in entries if (not source or e.source == source) and all(word in describe(e) for word in words)]


# ------------------------------------------------------------------------------------------------ doses and what the sources name


@pytest.mark.parametrize(("key", "stated"), DOSES.items(), ids=lambda v: "-".join(v) if isinstance(v, tuple) else "")
def test_a_sources_dose_is_kept_to_the_number_and_what_it_does_not_state_stays_unstated(
    key: tuple[str, str], stated: dict[str, Any]
) -> None:
    id, source = key
    (kept,) = [d for d in BY_ID[id].doses if d.source == source]
    assert {name: getattr(kept, name) for name in STATED} == {name: stated.get(name) for name in STATED}


def test_no_dose_is_left_out_or_invented() -> None:
    assert {(e.id, d.source) for e in BY_ID.values() for d in e.doses} == set(DOSES)


@pytest.mark.parametrize(("id", "field", "source", "words"), HELD)
def test_what_the_sources_name_has_its_field(id: str, field: str, source: str, words: tuple[str, ...]) -> None:
    assert find(BY_ID[id], field, source, words), f"{id}: nothing in {field} holds {', '.join(words)}"


@every_exercise
def test_nothing_that_claims_a_source_is_left_over(exercise: Exercise) -> None:
    named = [row for row in HELD if row[0] == exercise.id]
    for field in ("mistakes", "cautions", "variations", "doses"):
        held = [entry for _, f, source, words in named if f == field for entry in find(exercise, field, source, words)]
        left_over = [describe(e) for e in getattr(exercise, field) if e.source.startswith("S00") and e not in held]
        assert left_over == []


# ------------------------------------------------------------------------------------------------ for whom not


def blocked_for(id: str) -> set[str]:
    return {name for block in BY_ID[id].blocks for name in (*block.regions, *block.conditions)}


@pytest.mark.parametrize("id", ["iliotibial-band-stretch", "lower-back-rotation-stretch", "figure-four-stretch"])
def test_an_outer_hip_in_pain_is_not_pulled_across_the_body(id: str) -> None:
    assert {"outer", "gluteal-tendinopathy"} <= blocked_for(id)


@pytest.mark.parametrize("id", ["knee-hug", "hip-circles", "lower-back-rotations"])
def test_with_pain_at_the_outer_hip_the_leg_stays_on_its_own_side(id: str) -> None:
    (caution,) = [c for c in BY_ID[id].cautions if "outer" in c.regions]
    assert any(words in caution.text for words in ("same side", "own side", "pillow between"))


@pytest.mark.parametrize("id", ["hamstring-stretch", "figure-four-stretch"])
def test_a_nerve_is_not_stretched_and_a_sore_buttock_is_not_forced(id: str) -> None:
    assert "nerve-signs" in blocked_for(id)
    assert any("buttock" in c.regions and "no pushing" in c.text for c in BY_ID[id].cautions)


@every_exercise
def test_tingling_pain_at_the_front_a_sore_back_and_a_new_hip_are_thought_of(exercise: Exercise) -> None:
    thought_of = blocked_for(exercise.id) | {n for c in exercise.cautions for n in (*c.conditions, *c.regions)}
    assert {"nerve-signs", "front", "femoroacetabular-impingement", "labral-tear", "low-back-pain", "hip-replacement"} <= thought_of


def test_only_the_iliotibial_band_stretch_is_off_for_everybody_and_it_is_nobodys_next_step() -> None:
    assert [e.id for e in BY_ID.values() if e.default_off] == ["iliotibial-band-stretch"]
    for exercise in catalogue.all_exercises():
        assert "iliotibial-band-stretch" not in (*exercise.easier, *exercise.harder)


@pytest.mark.parametrize("change", [{"default_off": True, "why_off": ""}, {"default_off": False, "why_off": "It presses."}])
def test_an_exercise_that_is_off_by_default_says_why_and_no_other_does(change: dict[str, Any]) -> None:
    values = BY_ID["knee-hug"].model_dump()
    with pytest.raises(ValueError, match="default_off and why_off need each other"):
        Exercise.model_validate(values | change)


# ------------------------------------------------------------------------------------------------ how they are followed


FOLLOWED = {
    "lower-back-rotations": ("knees_sideways", 1, "both", ("left", "right"), ("side",), "top", (10, 10)),
    "knee-hug": ("thigh_rise", 1, "near", (), ("side",), "top", (10, 10)),
    "hip-circles": ("thigh_rise", 1, "near", (), ("side",), None, None),
    "lower-back-rotation-stretch": ("knees_across", 1, "both", ("left", "right"), ("diagonal",), "band", (20, 20)),
    "hamstring-stretch": ("leg_rise", 1, "near", (), ("side",), "band", (20, 60)),
    "figure-four-stretch": ("hip_angle", -1, "near", (), ("side",), "band", (20, 60)),
    "inner-thigh-stretch": ("knee_opening", 1, "both", (), ("diagonal", "side"), "band", (20, 20)),
}


@pytest.mark.parametrize(("id", "followed"), FOLLOWED.items())
def test_what_the_camera_can_follow_is_followed(id: str, followed: tuple[Any, ...]) -> None:
    coaching = BY_ID[id].coaching
    assert coaching is not None
    repetition, hold = coaching.repetition, coaching.hold
    assert (repetition.signal, repetition.polarity, repetition.sides, repetition.directions, coaching.views) == followed[:5]
    assert ((hold.clock, (hold.target.low, hold.target.high)) if hold else (None, None)) == followed[5:]
    assert repetition.both_ways == bool(repetition.directions)


def test_the_figure_four_reports_the_crossed_leg() -> None:
    coaching = BY_ID["figure-four-stretch"].coaching
    assert coaching is not None
    assert coaching.repetition.reports == "other"


@every_exercise
def test_what_no_camera_sees_is_guided_by_timer_and_says_why(exercise: Exercise) -> None:
    assert (exercise.guided_by == "timer") == (exercise.id not in FOLLOWED) == (exercise.coaching is None)
    assert ("timer" in exercise.why_no_camera and "camera" in exercise.why_no_camera) == (exercise.guided_by == "timer")


@every_exercise
def test_no_limit_is_judged_without_evidence_and_each_without_a_source_is_ours(exercise: Exercise) -> None:
    rules = exercise.coaching.faults if exercise.coaching else ()
    for rule in rules:
        assert rule.amber is not None
        assert rule.red is not None
        assert {rule.amber.source, rule.red.source, rule.amber.review, rule.red.review} == {"ours", "unreviewed"}
        assert set(rule.views.values()) == {"not_tested"} or rule.evidence


@every_stretch
def test_no_stretch_is_done_with_a_bounce(exercise: Exercise) -> None:
    if exercise.coaching:
        assert [(r.fault, r.kind, r.signal) for r in exercise.coaching.faults] == [
            ("bounces", "oscillation", exercise.coaching.repetition.signal)
        ]
    assert any("not bounce" in step for step in exercise.steps)
    assert any("slowly" in step for step in exercise.steps[-2:])
    assert "slight pull" in exercise.feel.lower()


@every_exercise
def test_a_step_is_one_short_sentence_or_two(exercise: Exercise) -> None:
    for step in exercise.steps:
        sentences = [s for s in step.replace("?", ".").split(".") if s.strip()]
        assert len(sentences) <= 2, step
        assert all(len(s.split()) <= 22 for s in sentences), step
