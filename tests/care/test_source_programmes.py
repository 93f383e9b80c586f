"""The four source programmes: their exercises, their order and their numbers, written down here again from the sources."""

from __future__ import annotations

import pytest

from care.people import well
from care.profiles import broken, some_profile
from coxa.care.planner import plan_for
from coxa.care.programme import Kind, PlannedDose, Profile, Stance
from coxa.care.screening import screen
from coxa.care.source_programmes import source_programme, source_programmes
from coxa.errors import BadInput

KINDS: tuple[Kind, ...] = ("form-first", "stretch-and-strengthen", "return-to-running", "twice-a-day")


def somebody_open(**changes: object) -> Profile:
    """Somebody for whom every exercise is open: pain in the buttock, steady on each leg, a clinician's word where one is needed."""
    values = {
        "screening": screen(well(region="buttock", side="left")),
        "age": 45,
        "minutes_a_day": 180,
        "stance": Stance(left_s=30, right_s=30),
        "falls_12_months": 0,
        "enabled": ("iliotibial-band-stretch",),
    }
    return Profile(**{**values, **changes})


def doses(kind: Kind, **changes: object) -> dict[str, PlannedDose]:
    return {row.exercise: row.dose for row in source_programme(kind, somebody_open(**changes)).exercises}


def test_B22_form_first_is_the_six_of_the_source_after_standing_on_one_leg() -> None:
    """S000: hold 5 to 10 seconds; how many is not said."""
    found = doses("form-first")
    assert list(found) == [
        "single-leg-stance", "clamshell", "side-lying-abduction", "bridge", "standing-abduction", "standing-extension",
        "hip-flexor-stretch",
    ]  # fmt: skip
    for id in ("clamshell", "side-lying-abduction", "bridge"):
        assert (found[id].hold_s, found[id].hold_most_s, found[id].by["hold_s"]) == (5, 10, "S000")
        assert found[id].by["repetitions"] == "ours"
    plan = source_programme("form-first", somebody_open())
    assert all(len(row.days) == 7 for row in plan.exercises)
    assert {reason.rule for reason in plan.reasons} >= {"B16", "B19"}


def test_B14_stretch_and_strengthen_is_to_the_number() -> None:
    """S001: stretches 60 s three times a day; strength 3 to 4 times a week, 10 to 15 or 15, held 3 s."""
    found = doses("stretch-and-strengthen")
    stretches = ("hamstring-stretch", "hip-flexor-stretch", "iliotibial-band-stretch", "figure-four-stretch")
    for id in stretches:
        assert (found[id].repetitions, found[id].hold_s, found[id].by["hold_s"]) == (3, 60, "S001")
    assert (found["bridge"].repetitions, found["bridge"].repetitions_most, found["bridge"].hold_s) == (10, 15, 3)
    for id in ("straight-leg-raise", "side-lying-abduction", "prone-leg-raise"):
        assert (found[id].repetitions, found[id].hold_s, found[id].by["repetitions"]) == (15, 3, "S001")
    for id in ("monster-walk-sideways", "monster-walk-forward-back"):
        assert (found[id].repetitions, found[id].per_direction, found[id].hold_s) == (15, True, None)
    assert (found["hip-hike"].repetitions, found["hip-hike"].by["hold_s"]) == (15, "ours")
    plan = source_programme("stretch-and-strengthen", somebody_open())
    for row in plan.exercises:
        assert len(row.days) == (7 if row.exercise in stretches else 3)
    assert "single-leg-bridge" in {row.exercise for row in plan.unlocks_next}
    assert "pelvic-tilts" not in found


def test_stretch_and_strengthen_gives_a_sore_back_the_tilts_beside_the_bridge() -> None:
    """S001: tilting is the safe way when the bridge bothers the back."""
    assert "pelvic-tilts" in doses("stretch-and-strengthen", screening=screen(well(region="buttock", told=("low-back-pain",))))


def test_B24_return_to_running_lasts_12_weeks_with_its_milestones() -> None:
    """B24, S003: six exercises and cat and camel; three full sets by two weeks, tabletop easier by four; no other numbers."""
    plan = source_programme("return-to-running", somebody_open())
    assert {row.exercise for row in plan.exercises} == {
        "cat-camel", "side-lying-abduction", "bridge-band", "clamshell-feet-raised", "side-lying-flexion-extension",
        "tabletop-leg-lowering", "single-leg-bridge",
    }  # fmt: skip
    assert plan.weeks == 12
    days = {milestone.day: milestone for milestone in plan.milestones if milestone.source == "S003"}
    assert set(days) == {14, 28, 84}
    assert "three sets" in days[14].words
    for row in plan.exercises:
        stated = {key for key, source in row.dose.by.items() if source == "S003"}
        assert stated == ({"sets"} if row.exercise == "single-leg-bridge" else set())
    assert next(row.dose.sets for row in plan.exercises if row.exercise == "single-leg-bridge") == 3


@pytest.mark.parametrize(
    ("id", "repetitions", "hold", "duration"),
    [
        ("lower-back-rotations", 10, 10, None), ("knee-hug", 10, 10, None), ("hip-circles", None, None, 30),
        ("lower-back-rotation-stretch", 3, 20, None), ("hip-flexor-stretch", 3, 20, None), ("inner-thigh-stretch", 3, 20, None),
        ("figure-four-stretch", 3, 20, None), ("hamstring-stretch", 3, 20, None), ("pelvic-tilts", 10, None, None),
        ("tabletop-toe-taps", 10, None, None), ("single-leg-hip-openers", 10, None, None), ("clamshell", 20, None, None),
        ("side-lying-abduction", 10, None, None), ("donkey-kick", 20, None, None), ("cat-camel", 4, None, None),
    ],
)  # fmt: skip
def test_twice_a_day_is_the_leaflet_to_the_number(id: str, repetitions: int | None, hold: float | None, duration: float | None) -> None:
    """S004."""
    dose = doses("twice-a-day")[id]
    assert (dose.repetitions, dose.hold_s, dose.duration_s, dose.times_a_day) == (repetitions, hold, duration, 2)
    number = "duration_s" if duration else "repetitions"
    assert dose.by[number] == "S004"


def test_B15_twice_a_day_has_the_two_week_rule_and_maintenance() -> None:
    """B5, B15, S004."""
    plan = source_programme("twice-a-day", somebody_open())
    assert plan.sessions_a_day == 2
    assert any(milestone.day == 14 and milestone.source == "S004" for milestone in plan.milestones)
    assert {"B4", "B5", "B15"} <= {reason.rule for reason in plan.reasons}
    assert {"clamshell-feet-raised", "side-lying-abduction-both-legs"} <= {row.exercise for row in plan.unlocks_next}
    assert "deep-core-activation" in {row.exercise for row in plan.exercises}


@pytest.mark.parametrize("kind", KINDS)
def test_safety_takes_exercises_out_and_says_so(kind: Kind) -> None:
    """P6."""
    for seed in range(120):
        person = some_profile(seed, kind)
        found = plan_for(person)
        assert found.kind == kind
        assert [(seed, row.exercise, why) for row in found.exercises for why in broken(person, row)] == []
        for row in (*found.exercises, *found.left_out, *found.unlocks_next):
            assert row.why
            assert all(reason.source and reason.rule for reason in row.why)
        if found.left_out:
            assert any("Left out of this programme" in reason.words for reason in found.notices)
        assert found.minutes_a_session == pytest.approx(sum(row.minutes for row in found.exercises), abs=0.01)


def test_longer_than_the_time_there_is_names_its_length_and_both_choices() -> None:
    """P6."""
    plan = source_programme("twice-a-day", somebody_open(minutes_a_day=20))
    words = next(reason.words for reason in plan.notices if reason.rule == "P6" and "minutes" in reason.words)
    assert f"{plan.minutes_a_session * 2:.0f} minutes" in words
    assert "full" in words
    assert "personal" in words
    roomy = source_programme("form-first", somebody_open(minutes_a_day=180))
    assert not any("minutes a day" in reason.words for reason in roomy.notices)


def test_there_is_no_source_programme_called_personal() -> None:
    with pytest.raises(BadInput, match="form-first"):
        source_programme("personal", somebody_open())
    assert set(source_programmes()) == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ("form-first", {"B16", "B19", "B21", "B22"}),
        ("stretch-and-strengthen", {"B6", "B7", "B8", "B13", "B14"}),
        ("return-to-running", {"B24", "B29"}),
        ("twice-a-day", {"B4", "B5", "B15"}),
    ],
)
def test_each_source_programme_says_the_rules_of_its_source(kind: Kind, rules: set[str]) -> None:
    """B4, B5, B6, B7, B8, B13, B14, B15, B16, B19, B21, B22, B24, B29."""
    plan = source_programme(kind, somebody_open())
    assert {reason.rule for reason in plan.reasons} == rules
    assert {reason.source for reason in plan.reasons} == {source_programmes()[kind].source}


def test_B20_the_lying_exercises_are_called_a_start_and_the_standing_ones_the_aim() -> None:
    """B20."""
    why = {row.exercise: [reason.rule for reason in row.why] for row in source_programme("form-first", somebody_open()).exercises}
    assert "B20" in why["clamshell"]
    assert "B20" in why["standing-abduction"]


def test_B24_one_runners_story_is_no_promise() -> None:
    """B24."""
    words = next(reason.words for reason in source_programme("return-to-running", somebody_open()).reasons if reason.rule == "B24")
    assert "no promise" in words
