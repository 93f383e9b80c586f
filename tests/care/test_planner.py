"""The personal programme: never what this body must not do, never longer than the time there is, always with its reasons."""

from __future__ import annotations

import pytest

from care.people import well
from care.profiles import SIDE_LYING, broken, some_profile
from coxa.care.planner import plan, plan_for
from coxa.care.prescription import POSTURES, WEEK, days_apart
from coxa.care.programme import Profile, Programme, Stance
from coxa.care.screening import screen
from coxa.care.selection import allowed, needs_of
from coxa.exercises import catalogue

SEEDS = range(400)
STEADY = Stance(left_s=20, right_s=20)


def profile(answers: dict[str, object] | None = None, **changes: object) -> Profile:
    """A well person of 45 with some answers and some of the profile changed."""
    return Profile(**{"screening": screen(well(**(answers or {}))), "age": 45, "falls_12_months": 0, **changes})


def planned(programme: Programme) -> list[str]:
    return [row.exercise for row in programme.exercises]


# ------------------------------------------------------------------------------------------------ for everybody


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_whoever_it_is_the_plan_keeps_its_promises(start: int) -> None:
    """No block or limit is broken, the time holds, everything has a reason, the order is lying to standing."""
    for seed in range(start, start + 100):
        person = some_profile(seed)
        found = plan(person)
        assert [(seed, row.exercise, why) for row in found.exercises for why in broken(person, row)] == []
        assert sum(row.minutes for row in found.exercises) <= person.minutes_a_day * 1.1
        assert found.minutes_a_session == pytest.approx(sum(row.minutes for row in found.exercises), abs=0.01)
        assert len(found.exercises) <= person.most_exercises
        assert len(planned(found)) == len(set(planned(found)))
        assert bool(found.exercises) <= person.screening.may_exercise
        assert len({row.placement for row in found.exercises} - {""}) <= 2
        places = [POSTURES.index(row.position) for row in found.exercises]
        assert places == sorted(places)
        assert found.reasons
        for row in (*found.exercises, *found.left_out, *found.unlocks_next):
            assert row.why, (seed, row.exercise)
            assert all(reason.rule and reason.words and reason.source for reason in row.why)
        if person.screening.may_exercise:
            named = {*planned(found), *(row.exercise for row in found.left_out)}
            assert named == set(catalogue.ids())
        assert len(found.habits) <= 3


def test_the_same_profile_gets_the_same_plan() -> None:
    for seed in range(40):
        assert plan(some_profile(seed)) == plan(some_profile(seed))


def test_loaded_strength_has_a_day_of_rest_and_the_rest_is_for_every_training_day() -> None:
    for seed in range(150):
        person = some_profile(seed)
        for row in plan(person).exercises:
            if row.part in ("strength", "standing"):
                numbers = [WEEK.index(day) for day in row.days]
                assert all((a - b) % 7 != 1 for a in numbers for b in numbers)
                assert 1 <= len(row.days) <= 4
            else:
                assert set(row.days) == set(person.training_days)


def test_a_contraindication_less_never_takes_an_exercise_away() -> None:
    for seed in range(120):
        person = some_profile(seed)
        before = {(one.exercise.id, side) for one in allowed(person)[0] for side in sides(one.side)}
        for name in ("conditions", "regions", "limits"):
            for one in getattr(person.screening, name):
                rest = tuple(other for other in getattr(person.screening, name) if other != one)
                freer = person.model_copy(update={"screening": person.screening.model_copy(update={name: rest})})
                after = {(one.exercise.id, side) for one in allowed(freer)[0] for side in sides(one.side)}
                assert before <= after, (seed, name, one)
        for change in ({"falls_12_months": 0}, {"timed_up_and_go_s": 8.0}, {"stance": Stance(left_s=60, right_s=60)}, {"refused": ()}):
            after = {(one.exercise.id, side) for one in allowed(person.model_copy(update=change))[0] for side in sides(one.side)}
            assert before <= after, (seed, change)


def sides(side: str) -> tuple[str, ...]:
    return ("left", "right") if side == "both" else (side,)


# ------------------------------------------------------------------------------------------------ what a plan is made of


@pytest.mark.parametrize("region", ["front", "outer", "buttock", "not-sure"])
@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_a_usual_plan_warms_up_trains_and_has_three_to_five_exercises(region: str, level: int) -> None:
    found = plan(profile({"region": region}, level=level, stance=STEADY))
    assert 3 <= len(found.exercises) <= 5
    assert found.exercises[0].part == "warm-up"
    assert {row.part for row in found.exercises} & {"strength", "control", "standing"}
    assert 2 <= len(found.habits) <= 3


def test_even_five_minutes_hold_three_exercises() -> None:
    found = plan(profile(minutes_a_day=5))
    assert len(found.exercises) >= 3
    assert found.minutes_a_session <= 5.5


def test_B17_region_drives_the_choice() -> None:
    """B17: front, outer and buttock pain get different exercises, and say so."""
    plans = {region: plan(profile({"region": region}, level=2)) for region in ("front", "outer", "buttock")}
    assert len({tuple(sorted(planned(found))) for found in plans.values()}) == 3
    assert {"clamshell", "side-lying-abduction", "clamshell-feet-raised"} & set(planned(plans["outer"]))
    for found in plans.values():
        assert any(reason.rule == "B17" for row in found.exercises for reason in row.why)


def test_buttock_pain_is_never_given_the_stretches_that_pull_on_the_nerve() -> None:
    """P3, B9."""
    for level in (1, 2, 3, 4, 5):
        found = plan(profile({"region": "buttock"}, level=level, most_exercises=12, minutes_a_day=120))
        assert not {"hamstring-stretch", "figure-four-stretch"} & set(planned(found))


def test_not_sure_gets_nothing_heavy() -> None:
    """P8: the general low-load set."""
    for level in (1, 2, 3, 4, 5):
        found = plan(profile({"region": "not-sure"}, level=level, stance=STEADY))
        assert max(catalogue.load(id).level for id in planned(found)) <= max(2, min(level, 3))


def test_B20_standing_work_is_the_aim_of_the_last_phase() -> None:
    """B20: from lying to standing."""
    first, last = plan(profile(level=1)), plan(profile(level=5, stance=STEADY))
    assert first.phase == "move"
    assert "standing" not in {row.part for row in first.exercises}
    assert last.phase == "function"
    assert "standing" in {row.part for row in last.exercises}


def test_B19_no_standing_kick_before_ten_seconds_on_each_leg_and_practice_for_it_instead() -> None:
    """B19, P7."""
    found = plan(profile(level=3, stance=Stance(left_s=30, right_s=9.9)))
    assert not {"standing-abduction", "standing-extension"} & set(planned(found))
    left = next(row for row in found.left_out if row.exercise == "standing-abduction")
    assert left.why[0].rule == "B19"
    assert "10 seconds" in left.until
    assert "standing-abduction" in {row.exercise for row in found.unlocks_next}
    assert "single-leg-stance" in planned(found)


@pytest.mark.parametrize(("age", "held", "open_"), [(69, 9.9, False), (69, 10, True), (70, 5, True), (70, 4.9, False)])
def test_from_70_five_seconds_with_support_do(age: int, held: float, open_: bool) -> None:
    """P7."""
    person = profile(age=age, stance=Stance(left_s=held, right_s=held))
    assert ("standing-abduction" in {one.exercise.id for one in allowed(person)[0]}) is open_


@pytest.mark.parametrize(
    ("change", "open_"),
    [
        ({}, True),
        ({"falls_12_months": 1}, False),
        ({"falls_12_months": None}, False),
        ({"age": 70}, False),
        ({"age": 70, "enabled": ("hip-hike",)}, True),
        ({"age": 70, "enabled": ("hip-hike",), "stance": Stance(left_s=4, right_s=9)}, False),
        ({"timed_up_and_go_s": 12}, False),
    ],
)
def test_hip_hike_needs_no_fall_and_a_release_from_70(change: dict[str, object], open_: bool) -> None:
    """P7."""
    person = profile({"region": "buttock"}, **{"stance": STEADY, **change})
    assert ("hip-hike" in {one.exercise.id for one in allowed(person)[0]}) is open_


def test_no_standing_work_after_two_falls_or_a_slow_up_and_go_without_a_clinician() -> None:
    """P7."""
    for change in ({"falls_12_months": 2}, {"timed_up_and_go_s": 12.0}):
        may = {one.exercise.id for one in allowed(profile(stance=STEADY, **change))[0]}
        assert not any(catalogue.load(id).posture == "standing" for id in may)


def test_sore_outer_hip_lies_with_that_side_up_and_not_at_all_when_both_are_sore() -> None:
    """P3."""
    left = {one.exercise.id: one.side for one in allowed(profile({"region": "outer", "side": "left"}))[0]}
    assert {left[id] for id in SIDE_LYING if id in left} == {"left"}
    both = {one.exercise.id for one in allowed(profile({"region": "outer", "side": "both"}))[0]}
    assert not both & SIDE_LYING
    words = [reason.words for reason in plan(profile({"region": "outer", "side": "left"}, level=2)).notices]
    assert any("pillow between the knees" in text for text in words)


def test_the_iliotibial_band_stretch_is_off_for_everybody_until_a_clinician_turns_it_on() -> None:
    """P3."""
    assert "iliotibial-band-stretch" not in {one.exercise.id for one in allowed(profile({"region": "buttock"}))[0]}
    on = profile({"region": "buttock"}, enabled=("iliotibial-band-stretch",))
    assert "iliotibial-band-stretch" in {one.exercise.id for one in allowed(on)[0]}


def test_B12_strong_pain_gets_a_calm_plan_without_strength_and_not_today() -> None:
    """B12, P1."""
    found = plan(profile({"pain_now": 7}, level=5, stance=STEADY))
    assert found.phase == "calm"
    assert not any("strength" in catalogue.load(id).purpose for id in planned(found))
    assert not any(catalogue.load(id).posture == "standing" for id in planned(found))
    assert any(reason.rule == "P1" for reason in found.notices)


def test_who_cannot_get_down_to_the_floor_exercises_on_a_bed() -> None:
    found = plan(profile({"floor": False, "kneel": None}))
    assert len(found.exercises) >= 3
    assert not {row.position for row in found.exercises} & {"all-fours", "half-kneeling"}
    assert any("bed" in reason.words for reason in found.notices)


def test_nobody_who_must_not_start_gets_an_exercise() -> None:
    """P2."""
    for kind in ("personal", "form-first", "stretch-and-strengthen", "return-to-running", "twice-a-day"):
        for answers in ({"hot_or_feverish": True}, {"age": 15}, {"nerve_signs": None}):
            found = plan_for(profile(answers, programme=kind))
            assert found.exercises == ()
            assert found.reasons
    assert allowed(profile({"hot_or_feverish": True}))[0] == ()


def test_after_an_operation_nothing_is_planned_until_a_clinician_enables_it() -> None:
    """C5."""
    found = screen(well()).model_copy(update={"conditions": ("hip-surgery-last-12-months",)})
    assert plan(profile(screening=found)).exercises == ()
    assert plan(profile(screening=found)).reasons
    assert planned(plan(profile(screening=found, enabled=("pelvic-tilts",)))) == ["pelvic-tilts"]


@pytest.mark.parametrize(("age", "low", "high"), [(64, 20, 30), (65, 30, 60)])
def test_stretches_three_a_side_longer_from_65(age: int, low: float, high: float) -> None:
    """P6, A9.1."""
    found = plan(profile({"region": "not-sure"}, age=age, most_exercises=12, minutes_a_day=90))
    stretches = [row.dose for row in found.exercises if row.part == "stretch"]
    assert stretches
    assert {(dose.repetitions, dose.hold_s, dose.hold_most_s) for dose in stretches} == {(3, low, high)}


def test_each_number_of_a_dose_says_where_it_comes_from() -> None:
    for seed in range(60):
        for row in plan(some_profile(seed)).exercises:
            given = {key for key, value in row.dose.model_dump(exclude={"by", "load_kg", "lever"}).items() if value not in (None, False)}
            assert given <= set(row.dose.by)


def test_what_is_refused_is_not_planned() -> None:
    found = plan(profile(refused=("bridge", "clamshell")))
    assert not {"bridge", "clamshell"} & set(planned(found))


def test_a_thing_that_is_not_at_home_has_something_that_stands_in_for_it() -> None:
    found = plan(profile(level=3, most_exercises=12, minutes_a_day=120, equipment=(), stance=STEADY))
    assert any("does as well" in reason.words for reason in found.notices)


def test_days_apart_never_touch_even_over_the_weekend() -> None:
    assert days_apart(("sat", "sun", "mon"), 3) == ("mon", "sat")
    assert days_apart(("sun", "mon"), 3) == ("mon",)
    assert days_apart((), 3) == ()


def test_the_needs_written_down_and_those_seen_in_the_movement_agree() -> None:
    """A movement that is drawn deeper or further back must not change unnoticed who may do the exercise."""
    for exercise in catalogue.all_exercises():
        if exercise.purpose[0] != "test":
            for need in needs_of(exercise):
                named = exercise.id in need.exercises or exercise.posture in need.postures or set(exercise.purpose) & set(need.purposes)
                assert named, (exercise.id, need.id)


def test_an_exercise_of_a_clinics_own_has_its_needs_from_its_movement() -> None:
    own = catalogue.load("standing-extension").model_copy(update={"id": "own-kick"})
    assert {"extension", "standing"} <= {need.id for need in needs_of(own)}
