"""Attacks on the safety of care: what must not come out, however the answers, the diary or the clinic's file are put."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from care.diaries import GOOD_STANCE, at, diary, done, easing, on, planned, profile, programme, session
from care.people import well
from care.test_screening import answers_for
from coxa import locales
from coxa.care.change import changed
from coxa.care.danger import DangerSign, danger_signs
from coxa.care.facts import Facts
from coxa.care.history import Fall, History, TestDone
from coxa.care.pain import stopped
from coxa.care.planner import plan
from coxa.care.programme import Profile, Stance
from coxa.care.progression import review, steps_taken
from coxa.care.questionnaire import read_answers, screening_questions
from coxa.care.reason import Reason
from coxa.care.screening import TIERS, Clearance, Limit, Screening, screen
from coxa.care.selection import allowed, limits_of, needs, needs_of, stance_needed_s
from coxa.care.source_programmes import source_programme, source_programmes
from coxa.care.thresholds import overridden_by
from coxa.errors import BadInput
from coxa.exercises import catalogue

ROWS = danger_signs()
WAYS = [(row, when) for row in ROWS for when in row.when]
SEEN = Clearance(by="Dr Example", on=on(1))
REASON = Reason(rule="B2", words="x", source="S001")


def body(**how: Any) -> Profile:
    """A body that may exercise, with these fields of the screening and everything open."""
    fields = {"outcome": "ready", "reasons": (REASON,), "side": "left"} | how.pop("screening", {})
    stance = Stance(left_s=60, right_s=60)
    things = ("mat", "chair", "step", "band", "cuff", "pillow", "roller", "camera")
    plain = {"age": 45, "stance": stance, "falls_12_months": 0, "equipment": things, "minutes_a_day": 180, "most_exercises": 12, "level": 5}
    return Profile(screening=Screening(**fields), **(plain | how))


def everything_planned(person: Profile) -> set[str]:
    """What any programme of this person holds, the personal one and the four of the sources."""
    programmes = [plan(person), *(source_programme(kind, person) for kind in source_programmes())]  # type: ignore[arg-type]
    return {row.exercise for one in programmes for row in one.exercises}


# ------------------------------------------------------------------------------------------------ danger signs


@pytest.mark.parametrize(("row", "when"), WAYS, ids=lambda v: getattr(v, "id", None) or "+".join(v))
def test_no_other_answer_taken_away_or_turned_round_makes_a_danger_sign_weaker(row: DangerSign, when: tuple[str, ...]) -> None:
    answers = answers_for(when)
    asked = {condition.split()[-1] if condition.startswith("not ") else condition.split()[0] for condition in when}
    others = [id for id in screening_questions().questions if id not in asked]
    variants = [{k: v for k, v in answers.items() if k != id} for id in others]
    variants += [answers | {id: not answers[id]} for id in others if isinstance(answers.get(id), bool)]
    for changed_answers in variants:
        found = screen(changed_answers)
        assert TIERS.index(found.outcome) <= TIERS.index(row.tier)
        assert any(reason.rule == row.id for reason in found.reasons)


@pytest.mark.parametrize(("row", "when"), WAYS, ids=lambda v: getattr(v, "id", None) or "+".join(v))
def test_a_clinicians_go_ahead_opens_only_what_asks_for_a_clinician_and_with_care(row: DangerSign, when: tuple[str, ...]) -> None:
    found = screen(answers_for(when), SEEN)
    assert found.outcome == (row.tier if row.tier in ("emergency", "urgent") else "ready_with_care")


def test_a_go_ahead_of_nobody_opens_nothing() -> None:
    with pytest.raises(ValueError, match="at least 1 character"):
        Clearance(by="  ", on=on(1))


@pytest.mark.parametrize("age", [5, 12, 17])
@pytest.mark.parametrize("told", [{"pain_now": 3}, {"pain_now": 0, "pain_worst": 4}, {"pain_now": 0, "limps_or_limits": True}])
def test_a_child_whose_hip_hurts_is_urgent_also_where_the_limp_was_denied(age: int, told: dict[str, Any]) -> None:
    found = screen(well(age=age, child_limps=False, **told))
    assert found.outcome == "urgent"
    assert found.contradictions[0][0] == "child-limps"


def test_a_fresh_injury_from_60_on_is_urgent_also_where_the_fall_was_denied() -> None:
    found = screen(well(age=60, acute_injury=True, new_pain_after_fall=False))
    assert found.outcome == "urgent"
    assert ("new-pain-after-fall", "acute-injury") in found.contradictions
    assert screen(well(age=45, acute_injury=True, told=("osteoporosis",))).outcome == "urgent"
    assert screen(well(age=45, acute_injury=True)).outcome == "clinician_first"


def test_a_fall_of_the_last_weeks_is_never_simply_ready() -> None:
    found = screen(well(age=45, new_pain_after_fall=True, fragile_bones=False))
    assert (found.outcome, found.letter) == ("ready_with_care", True)
    assert "C1.fall" in [reason.rule for reason in found.reasons]


@pytest.mark.parametrize("when", ["pain_now", "pain_worst", "pain_night"])
def test_a_leg_that_does_not_carry_in_strong_pain_is_urgent_whenever_the_pain_is_strong(when: str) -> None:
    assert screen(well(weight_on_leg=False, **{when: 6})).outcome == "urgent"
    assert screen(well(weight_on_leg=False, **{when: 5})).outcome == "ready_with_care"


def test_an_answer_given_twice_in_a_response_is_refused_and_one_below_an_answer_is_read() -> None:
    def item(id: str, value: bool, *below: dict[str, Any]) -> dict[str, Any]:
        return {"linkId": id, "answer": [{"valueBoolean": value} | ({"item": list(below)} if below else {})]}

    response: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "item": [item("hot-or-feverish", True), item("hot-or-feverish", False)],
    }
    with pytest.raises(BadInput, match="expected it once, got it twice"):
        read_answers(response)
    response["item"] = [item("hip-replacement", True, item("replacement-alarm", True))]
    assert screen(read_answers(response)).outcome == "emergency"
    with pytest.raises(BadInput, match="entered-in-error"):
        read_answers(response | {"status": "entered-in-error"})


def test_a_sore_band_or_tendon_counts_as_the_outer_hip_and_a_catch_in_front_as_a_pinch() -> None:
    for told in ("itb-pain", "gluteal-tendinopathy"):
        assert {"no-adduction", "no-crossing", "no-lying-on-left"} <= set(screen(well(region="knee", told=(told,))).limits)
    assert "flexion-to-90" in screen(well(region="front", clicks_or_catches=True)).limits
    assert "flexion-to-90" not in screen(well(region="outer", clicks_or_catches=True)).limits


# ------------------------------------------------------------------------------------------------ blocks and limits


@pytest.mark.parametrize("limit", get_args(Limit))
def test_a_limit_is_kept_in_every_programme_whoever_enabled_what(limit: Limit) -> None:
    side = "right" if limit.endswith("left") else "left"  # lying on the left works the right leg, and the other way round
    for which in ("left", "right", "both"):
        person = body(screening={"limits": (limit,), "side": which})
        there = everything_planned(person)
        for need in (need for need in needs() if limit in need.limits):
            asks = {e.id for e in catalogue.all_exercises() if need.of(e)}
            if not need.sided:
                assert not there & asks, (limit, need.id)
                if not need.unless_clinician:
                    assert not everything_planned(person.model_copy(update={"enabled": catalogue.ids()})) & asks
            for one in allowed(person)[0]:
                if one.exercise.id in asks and need.sided == "under":
                    assert one.side != side if one.side != "both" else False, (limit, one)


@pytest.mark.parametrize("which", ["left", "right", "both"])
@pytest.mark.parametrize("region", ["front", "outer", "buttock", "not-sure"])
def test_the_blocks_by_region_hold_in_every_programme(region: str, which: str) -> None:
    person = body(screening=screen(well(region=region, side=which)).model_dump())
    there = everything_planned(person)
    assert "iliotibial-band-stretch" not in there
    if region == "outer":
        assert not there & {"lower-back-rotation-stretch", "figure-four-stretch", "hip-hike"}
        lying = [one for one in allowed(person)[0] if one.exercise.posture == "side-lying"]
        assert all(one.side == which for one in lying)
        assert bool(lying) is (which != "both")
    if region == "front":
        assert not there & {"standing-extension", "prone-leg-raise", "donkey-kick", "hip-flexor-stretch"}
    if region == "buttock":
        assert not {row.exercise for row in plan(person).exercises} & {"hamstring-stretch", "figure-four-stretch"}


@pytest.mark.parametrize(
    "condition",
    ["gluteal-tendinopathy", "femoroacetabular-impingement", "labral-tear", "nerve-signs", "hip-replacement", "hip-surgery-last-12-months",
     "stress-fracture-suspected", "severe-pain", "two-falls-in-12-months"],
)  # fmt: skip
def test_a_block_by_condition_holds_in_every_programme_on_either_side(condition: str) -> None:
    blocked = {e.id for e in catalogue.all_exercises() for block in e.blocks if condition in block.conditions and not block.only_if}
    for which in ("left", "right", "both"):
        assert blocked
        assert not everything_planned(body(screening={"conditions": (condition,), "side": which})) & blocked


def test_standing_work_waits_for_ten_seconds_a_leg_and_from_70_for_five() -> None:
    kicks = {e.id for e in catalogue.all_exercises() if e.prerequisites}

    def open_kicks(age: int, left: float | None, right: float | None) -> set[str]:
        person = body(age=age, stance=Stance(left_s=left, right_s=right))
        return kicks & {one.exercise.id for one in allowed(person)[0]}

    for left, right in ((None, None), (None, 60), (60, None), (9.9, 60), (60, 9.9)):
        assert open_kicks(69, left, right) == set()
    assert open_kicks(69, 10, 10) == kicks
    assert open_kicks(70, 4.9, 60) == set()
    # from 70 the step and the walks need a clinician as well
    assert open_kicks(70, 5, 5) == kicks - {"hip-hike", "monster-walk-sideways", "monster-walk-forward-back"}
    assert "support-always" in limits_of(body(age=70))


@pytest.mark.parametrize("how", [{"falls_12_months": 2}, {"timed_up_and_go_s": 12.0}])
def test_two_falls_or_a_slow_up_and_go_close_all_standing_work_and_its_tests(how: dict[str, Any]) -> None:
    person = body(**how)
    assert not [one for one in allowed(person)[0] if one.exercise.posture == "standing"]
    tried = review(
        easing(16, profile=profile(**how) if "timed_up_and_go_s" in how else profile({"falls_12_months": 0}).model_copy(update=how))
    )
    assert not any("Test how long you can stand" in notice.words for notice in tried.notices)
    assert any("Test how long you can stand" in notice.words for notice in review(easing(16)).notices)


def test_a_fall_closes_the_step_and_the_walks() -> None:
    there = {one.exercise.id for one in allowed(body(falls_12_months=1))[0]}
    assert not there & {"hip-hike", "monster-walk-sideways", "monster-walk-forward-back"}
    assert not {one.exercise.id for one in allowed(body(falls_12_months=None))[0]} & {"hip-hike", "monster-walk-sideways"}


def test_a_clinics_own_numbers_decide_where_the_table_says_they_do(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    numbers = {"unlock.stance": 20, "unlock.age": 60, "unlock.up-and-go": 10, "unlock.falls": 1, "pain.session-limit": 4}
    rows = "\n".join(f'"{id}" = {number}' for id, number in numbers.items())
    file.write_text(f'clinic = "Hill Street"\n[thresholds]\n{rows}\n', encoding="utf-8")
    kick = catalogue.load("standing-abduction")
    history = easing(16, profile=profile(stance=Stance(left_s=15, right_s=15)))
    assert kick.id in Facts(history).allowed
    with overridden_by(file):
        assert stance_needed_s(kick, 45) == 20
        assert kick.id not in Facts(history).allowed  # and not what was remembered under the other numbers
        assert "support-always" in limits_of(body(age=60))
        assert "no-standing-without-clinician" in limits_of(body(timed_up_and_go_s=10.5))
        assert "no-standing-without-clinician" in limits_of(body(falls_12_months=1))
        assert "no-strength" in screen(well(pain_now=4)).limits
    assert "no-strength" not in screen(well(pain_now=4)).limits
    assert stance_needed_s(kick, 45) == 10


def test_what_is_remembered_of_a_body_is_said_in_the_language_spoken_now() -> None:
    history = easing(16, profile=profile({"told": ("labral-tear",)}))
    if "de" not in locales.available():
        pytest.skip("no German here")
    english = Facts(history).left_out["donkey-kick"].why
    with locales.speaking("de"):
        assert Facts(history).left_out["donkey-kick"].why != english


# ------------------------------------------------------------------------------------------------ stops


@pytest.mark.parametrize("why", ["unwell-chest", "cannot-get-up", "fell", "unwell-dizzy"])
@pytest.mark.parametrize("where", ["session", "exercise"])
def test_every_stop_that_is_more_than_pain_stops_everything_until_screened_again(why: Any, where: str) -> None:
    last = session(16, 2, stop=why) if where == "session" else session(16, 2, done(stop=why))
    found = review(easing(16, last))
    assert {one.step for one in found.decisions} == {"stop_now"}
    assert found.decisions[0].rescreen
    assert stopped(why).rescreen


def test_after_chest_pain_a_screening_alone_does_not_open_the_way() -> None:
    last = session(16, 2, stop="unwell-chest")
    screened = review(easing(16, last, screened_at=at(16, 12)))
    assert screened.decisions[0].step == "stop_now"
    assert screened.decisions[0].letter
    seen = profile().model_copy(update={"cleared_by": "Dr Example", "cleared_on": on(16)})
    assert review(easing(16, last, screened_at=at(16, 12), profile=seen)).decisions[0].step != "stop_now"


def test_it_hurts_that_names_no_exercise_counts_for_the_last_one_done() -> None:
    last = session(16, 2, done("clamshell"), done("bridge"), stop="it-hurts")
    found = {one.exercise: one for one in review(easing(16, last, programme=programme("clamshell", "bridge"))).decisions}
    assert found["bridge"].step == "ease"
    assert found["bridge"].reasons[0].rule == "B4"
    assert found["clamshell"].step != "ease"


def test_strong_pain_today_does_not_swallow_the_ease_that_the_rise_asks_for() -> None:
    none = session(6, 6).model_copy(update={"exercises": ()})
    history = diary(*(session(day, 2) for day in range(1, 6)), none)
    today = review(history)
    assert today.decisions[0].step == "stop_now"
    assert steps_taken(today, at(6, 20)) == ()
    later = History.model_validate(history.model_dump() | {"today": on(7), "taken": steps_taken(today, at(6, 20))})
    assert review(later).decisions[1].step == "ease"


def test_an_exercise_that_is_stopped_while_the_programme_eases_comes_back_easier_too() -> None:
    history = easing(
        16, session(15, 2, done("clamshell"), done("bridge", kind="sharp")), mornings={16: 4}, programme=programme("clamshell", "bridge")
    )
    found = review(history)
    bridge = next(one for one in found.decisions if one.exercise == "bridge")
    assert bridge.step == "stop_now"
    after = changed(history.programme, found, history.profile)
    before = {row.exercise: row.dose for row in history.programme.exercises}
    assert all(row.dose != before[row.exercise] for row in after.exercises)


# ------------------------------------------------------------------------------------------------ pain over days


def test_pain_that_grows_on_days_of_rest_is_a_rise_too() -> None:
    calm = [session(day, 2) for day in range(1, 6)]
    resting = diary(*calm, today=10, mornings={8: 3, 9: 4, 10: 4})
    found = review(resting).decisions[0]
    assert found.step == "refer"
    assert "P1.rise" in [reason.rule for reason in found.reasons]
    # the morning after a session has its own rule: red eases, and does not refer by itself
    assert review(diary(*calm, today=6, mornings={6: 4})).decisions[0].step == "ease"


def test_one_morning_is_one_red_however_many_sessions_it_speaks_of() -> None:
    one = diary(session(1, 1), session(2, 2), today=3, mornings={2: 2, 3: 4})
    assert [m.light for m in Facts(one).morrows] == ["red", "red"]
    assert "P1.reds" not in [reason.rule for reason in review(one).decisions[0].reasons]
    two = diary(session(1, 1), session(2, 1), session(3, 1), today=4, mornings={2: 3, 3: 1, 4: 3})
    assert "P1.reds" in [reason.rule for reason in review(two).decisions[0].reasons]


def test_a_morning_told_twice_on_the_same_morning_is_one_look() -> None:
    same = diary(session(1, 1, hour=8), session(2, 2, hour=9), today=2, mornings={2: 2})
    assert [m.light for m in Facts(same).morrows] == ["amber"]
    evening = diary(session(1, 1, hour=17), session(2, 2, hour=18), today=2, mornings={2: 2})
    assert [m.light for m in Facts(evening).morrows] == ["red"]
    settled = diary(session(1, 1, hour=8), session(2, 1, hour=9), today=3, mornings={2: 2, 3: 2})
    assert [m.light for m in Facts(settled).morrows] == ["amber", "amber"]


def test_a_morning_that_was_not_told_earns_no_harder_load() -> None:
    good = [session(day, 2, done(repetitions=(12,))) for day in (15, 16)]
    calm = easing(17, *good)
    history = calm.model_copy(update={"sessions": tuple(s for s in calm.sessions if s.at.date() <= on(16))})
    assert review(history).decisions[1].step == "progress"
    gone = history.model_copy(update={"mornings": tuple(m for m in history.mornings if m.on != on(17))})
    assert review(gone).decisions[1].step == "hold"


def test_monitored_pain_needs_the_name_of_who_set_it() -> None:
    cleared = profile().model_copy(update={"cleared_by": "Dr Example", "cleared_on": on(1)})
    assert Facts(diary(session(1), mode="monitored", profile=cleared)).mode == "strict"
    assert Facts(diary(session(1), mode="monitored", mode_by="P. Example")).mode == "monitored"


# ------------------------------------------------------------------------------------------------ the body now


def test_a_test_that_names_no_leg_opens_nothing_and_may_close() -> None:
    one = TestDone(on=on(3), test="single-leg-stance", value=20, unit="s")
    assert Facts(diary(session(3), tests=(one,))).profile.stance == Stance()
    low = one.model_copy(update={"value": 4.0})
    assert Facts(diary(session(3), tests=(low,), profile=profile(stance=GOOD_STANCE))).profile.stance == Stance(left_s=4, right_s=4)


def test_a_side_that_is_closed_by_now_stops_the_exercise_planned_on_it() -> None:
    sore = profile({"lie_on_right": False})
    history = easing(16, session(16, 2, done("clamshell")), profile=sore, programme=programme("clamshell"))  # planned for the left leg
    found = review(history).decisions[1]
    assert found.step == "stop_now"
    right = programme(planned("clamshell").model_copy(update={"side": "right"}))
    assert review(easing(16, session(16, 2, done("clamshell")), profile=sore, programme=right)).decisions[1].step != "stop_now"


def test_a_diary_with_a_go_ahead_to_come_or_a_test_in_the_wrong_unit_is_refused() -> None:
    ahead = profile().model_copy(update={"cleared_by": "Dr Example", "cleared_on": on(99)})
    with pytest.raises(BadInput, match=r"profile\.cleared_on"):
        review(diary(session(1), profile=ahead))
    with pytest.raises(BadInput, match="single-leg-stance in s, got kg"):
        review(diary(session(1), tests=(TestDone(on=on(1), test="single-leg-stance", value=40, unit="kg", side="left"),)))


def test_falls_of_the_diary_close_what_falls_close() -> None:
    fallen = easing(
        16, falls=(Fall(on=on(10)), Fall(on=on(12))), profile=profile(stance=GOOD_STANCE), programme=programme("standing-abduction")
    )
    found = review(fallen)
    assert found.decisions[0].step == "refer"
    assert found.decisions[1].step == "stop_now"


def test_every_need_is_somebodys() -> None:
    assert all(any(need in needs_of(e) for e in catalogue.all_exercises()) for need in needs())


@pytest.mark.parametrize("id", ["single-leg-stance", "standing-abduction"])
def test_less_support_waits_for_twenty_seconds_on_each_leg_and_never_comes_from_70_on(id: str) -> None:
    def harder(left: float | None, right: float | None, age: int = 45) -> int:
        body_now = profile(stance=Stance(left_s=left, right_s=right), age=age)
        found = Facts(easing(16, profile=body_now)).harder(planned(id, repetitions=15, hold_s=10.0, sets=3))
        return 0 if found is None else found.lever

    assert [harder(*held) for held in ((None, None), (20, None), (19.9, 60), (60, 19.9), (20, 20))] == [0, 0, 0, 0, 1]
    assert harder(60, 60, age=70) == 0
