"""Each rule of the sources and the product that decides the next step, by its name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from care.diaries import GOOD_STANCE, SEEN, at, diary, done, easing, on, planned, profile, programme, session
from coxa.care.change import changed
from coxa.care.decision import Decision, Review
from coxa.care.history import Activity, Change, Fall, Form, History, Taken, TestDone
from coxa.care.ladder import easier_dose
from coxa.care.prescription import default_dose
from coxa.care.programme import LeftOut, Milestone, PlannedDose
from coxa.care.progression import review, steps_taken
from coxa.care.screening import screen
from coxa.care.thresholds import overridden_by
from coxa.exercises import catalogue

from care.people import well  # isort: skip


def programme_of(history: History) -> Decision:
    return review(history).decisions[0]


def bridge_of(history: History) -> Decision:
    return review(history).decisions[1]


def rules(decision: Decision) -> list[str]:
    return [reason.rule for reason in decision.reasons]


def only(id: str, **dose: Any) -> dict[str, Any]:
    return {"programme": programme(planned(id, **dose))}


def goes_well(
    id: str, *, age: int = 45, equipment: tuple[Any, ...] = ("mat", "chair", "pillow"), how: dict[str, Any] | None = None, **dose: Any
) -> History:
    """Sixteen days of one exercise that go well, with room for more."""
    one = done(id, **{"repetitions": (12,)} | (how or {}))
    last = [session(day, 2, one) for day in range(10, 17)]
    return easing(16, *last, profile=profile(age=age, equipment=equipment), **only(id, **dose))


# ------------------------------------------------------------------------------------------------ B4 to B31


def test_B04_pain_that_rises_ends_the_exercise_and_the_next_session_is_easier() -> None:
    found = bridge_of(easing(16, session(16, 2, done(after="more", pain_after=3))))
    assert found.step == "ease"
    assert found.reasons[0].rule == "B4"
    assert found.dose is not None
    assert found.dose.repetitions == 7


def test_B04_the_same_exercise_stopped_by_pain_in_two_sessions_is_a_referral() -> None:
    hurt = done(after="more", pain_after=3)
    found = bridge_of(easing(16, session(12, 2, hurt), session(16, 2, hurt)))
    assert (found.step, found.letter, found.reasons[0].rule) == ("refer", True, "B4")
    twice_in_one = easing(16, session(16, 2, hurt, hurt))
    assert bridge_of(twice_in_one).step == "ease"


def test_B04_a_clinicians_go_ahead_answers_the_referral() -> None:
    hurt = done(after="more", pain_after=3)
    seen = profile(cleared_by="Dr Lind", cleared_on=on(16))
    assert bridge_of(easing(18, session(12, 2, hurt), session(16, 2, hurt), profile=seen)).step != "refer"


def test_B05_two_weeks_without_easing_refer_and_nothing_gets_harder() -> None:
    same = diary(*(session(day, 4, done(repetitions=(12,))) for day in range(1, 15)), mornings=dict.fromkeys(range(2, 16), 4), today=15)
    found = review(same)
    assert (found.decisions[0].step, found.decisions[0].letter) == ("refer", True)
    assert "B5" in rules(found.decisions[0])
    assert found.decisions[1].step == "hold"


def test_B05_little_pain_or_function_that_is_back_is_no_reason_to_refer() -> None:
    sessions = [session(day, 1) for day in range(1, 15)]
    assert "B5" not in rules(programme_of(diary(*sessions, today=15)))
    sessions = [session(day, 4) for day in range(1, 15)]
    back = (Activity(name="stairs", on=on(1), score=4), Activity(name="stairs", on=on(14), score=6))
    assert "B5" not in rules(programme_of(diary(*sessions, today=15, activities=back)))


def test_B05_with_fewer_than_four_sessions_the_answer_is_about_keeping_at_it() -> None:
    found = programme_of(diary(session(1, 4), session(7, 4), session(13, 4), today=15))
    assert (found.step, found.reasons[0].rule, found.letter) == ("hold", "B16.seldom", False)


def test_B06_pain_in_a_stretch_ends_it_and_says_that_it_can_be_changed() -> None:
    hurt = done("hamstring-stretch", after="more", pain_after=3)
    found = bridge_of(easing(16, session(16, 2, hurt), **only("hamstring-stretch", repetitions=3, hold_s=30)))
    assert found.step == "ease"
    assert "B6" in rules(found)


def test_B07_pain_that_stays_a_day_after_exercise_stops_it_and_then_eases() -> None:
    found = programme_of(easing(16, session(14, 2), session(15, 3), session(16, 3), mornings={15: 3, 16: 3}))
    assert found.step == "ease"
    assert found.reasons[0].rule == "B7"
    assert "Rest until it is gone" in found.reasons[0].words


def test_B08_a_stretch_never_gets_harder() -> None:
    found = bridge_of(goes_well("hamstring-stretch", repetitions=3, hold_s=30, how={"repetitions": (9,), "hold_s": 60}))
    assert (found.step, rules(found)) == ("hold", ["B8"])


def test_B09_tingling_in_the_figure_four_ends_the_session_and_asks_again() -> None:
    tingles = done("figure-four-stretch", kind="tingling")
    history = easing(16, session(16, 2, tingles), **only("figure-four-stretch", repetitions=3, hold_s=30))
    found = programme_of(history)
    assert (found.step, found.rescreen, found.reasons[0].rule, found.letter) == ("stop_now", True, "B9", False)
    again = easing(16, session(15, 2, tingles), session(16, 2, tingles), **only("figure-four-stretch", repetitions=3, hold_s=30))
    assert programme_of(again).letter


def test_B10_a_groin_pinch_in_the_hip_hike_stops_it_with_the_letter() -> None:
    pinch = done("hip-hike", kind="pinching")
    found = bridge_of(easing(16, session(16, 2, pinch), **only("hip-hike")))
    assert (found.step, found.rescreen, found.letter, found.reasons[0].rule) == ("stop_now", True, True, "B10")


def test_B11_severe_pain_in_the_hip_flexor_stretch_slides_less() -> None:
    hurt = done("hip-flexor-stretch", after="more", pain_after=7)
    found = bridge_of(easing(16, session(16, 2, hurt), **only("hip-flexor-stretch", repetitions=3, hold_s=30)))
    assert (found.step, found.reasons[0].rule) == ("ease", "B11")


def test_B12_with_severe_pain_there_is_no_session() -> None:
    found = review(easing(16, session(16, 6)))
    assert [d.step for d in found.decisions] == ["stop_now", "stop_now"]
    assert programme_of(easing(16, session(16, 6, hour=8), session(16, 2, hour=18))).step != "stop_now"


def test_B15_controlled_symptoms_are_kept_so_and_progress_goes_on() -> None:
    calm = diary(
        *(session(day, 3 if day < 4 else 1, done(repetitions=(12,))) for day in range(1, 29)),
        mornings=dict.fromkeys(range(2, 29), 1),
        today=28,
    )
    found = review(calm)
    assert "B15" in [notice.rule for notice in found.notices]
    assert found.decisions[1].step == "progress"
    assert "B15" not in [notice.rule for notice in review(easing(16)).notices]


def test_B16_too_much_weight_is_eased() -> None:
    heavy = bridge_of(easing(16, session(16, 2, done(effort=9))))
    assert (heavy.step, heavy.reasons[0].rule) == ("ease", "B16.too-heavy")
    early = bridge_of(easing(16, session(16, 2, done(effort_early=7, effort=None))))
    assert (early.step, early.reasons[0].source) == ("ease", "P43")


def test_B19_standing_work_opens_only_after_standing_on_one_leg() -> None:
    def opened(left_s: float | None, right_s: float | None, age: int = 45) -> bool:
        stance = GOOD_STANCE.model_copy(update={"left_s": left_s, "right_s": right_s})
        return programme_of(easing(16, profile=profile(stance=stance, age=age))).step == "unlock"

    assert opened(10, 10)
    assert not opened(10, 9.9)
    assert not opened(10, None)
    assert not opened(5, 5)
    assert opened(5, 5, age=70)
    assert not opened(4.9, 5, age=70)


def test_B19_the_newest_test_counts_and_the_worst_of_its_day() -> None:
    def stance(day: int, value: float, side: str) -> TestDone:
        return TestDone(on=on(day), test="single-leg-stance", value=value, unit="s", side=side)  # type: ignore[arg-type]

    good = (stance(10, 12, "left"), stance(10, 12, "right"))
    assert programme_of(easing(16, tests=good)).step == "unlock"
    assert programme_of(easing(16, tests=(*good, stance(15, 4, "left")))).step != "unlock"
    assert programme_of(easing(16, tests=(*good, stance(10, 4, "left")))).step != "unlock"


def test_B20_the_aim_is_standing_and_one_exercise_opens_at_a_time() -> None:
    found = review(easing(16, profile=profile(stance=GOOD_STANCE)))
    opened = found.decisions[-1]
    assert (opened.step, found.decisions[0].instead) == ("unlock", opened.exercise)
    assert {"B19", "B20"} == set(rules(opened))
    assert opened.exercise is not None
    assert catalogue.load(opened.exercise).posture == "standing"
    just_now = easing(16, profile=profile(stance=GOOD_STANCE), taken=(Taken(at=at(12), exercise="standing-extension", step="unlock"),))
    assert programme_of(just_now).step != "unlock"


def test_B21_form_comes_before_more() -> None:
    slips = Form(done=12, judged=10, faulty=3)
    found = bridge_of(easing(16, session(16, 2, done(form=slips))))
    assert (found.step, found.reasons[0].rule) == ("hold", "C4.form")
    assert "3 of 10" in found.reasons[0].words


def test_B22_a_hold_grows_to_ten_seconds_and_no_further() -> None:
    dose, holds = PlannedDose(repetitions=10, hold_s=5), []
    for _ in range(6):
        found = bridge_of(goes_well("clamshell", **dose.model_dump(exclude={"by"}), how={"hold_s": 10, "repetitions": (14,)}))
        if found.dose is None:
            break
        dose = found.dose
        holds.append(dose.hold_s)
    assert holds == [7, 9, 10]


def test_B23_a_bridge_with_the_back_moving_does_not_progress() -> None:
    moved = Form(done=12, judged=0, faulty=0, self_check=False)
    found = bridge_of(easing(16, session(15, 2, done(form=moved)), session(16, 2, done(form=moved))))
    assert (found.step, found.reasons[0].rule) == ("hold", "P13")


def test_B24_milestones_are_told_on_their_day() -> None:
    plan = programme(
        "bridge", starts_on=on(1), milestones=(Milestone(day=14, words="Three full sets of the single-leg bridge.", source="S003"),)
    )
    told = [n for n in review(easing(16, programme=plan)).notices if n.rule == "B24"]
    assert [(n.words, n.source) for n in told] == [("Three full sets of the single-leg bridge.", "S003")]
    assert not [n for n in review(easing(13, programme=plan)).notices if n.rule == "B24"]


def test_B26_what_hands_on_work_does_at_once_is_never_promised() -> None:
    from coxa.care.course import stages

    words = " ".join(stage.words for stage in stages())
    assert not re.search(r"\b1[47]\s*(%|per cent)", words)


# ------------------------------------------------------------------------------------------------ product decisions and C4


def test_P1_red_eases_one_level_and_two_in_a_week_refer() -> None:
    one = easing(16, session(15, 2), session(16, 2), mornings={16: 4})
    found = review(one)
    assert (found.decisions[0].step, found.decisions[0].levels, found.decisions[1].step) == ("ease", 1, "ease")
    two = easing(16, session(10, 2), session(15, 2), session(16, 2), mornings={11: 4, 16: 4})
    assert (programme_of(two).step, programme_of(two).letter) == ("refer", True)
    apart = easing(16, session(6, 2), session(15, 2), session(16, 2), mornings={7: 4, 16: 4})
    assert programme_of(apart).step == "ease"


def test_P1_two_ambers_running_ease_and_one_holds() -> None:
    one = easing(16, session(15, 2), session(16, 2), mornings={16: 3})
    assert (programme_of(one).step, bridge_of(one).step) == ("hold", "hold")
    # A look at the pain a day later shows that each was gone.
    two = easing(16, session(14, 2), session(15, 2), session(16, 2), mornings={15: 3, 16: 3})
    assert (programme_of(two).step, programme_of(two).reasons[0].rule) == ("ease", "P1.ambers")


def test_P1_in_monitored_mode_amber_counts_as_red() -> None:
    one = easing(16, session(15, 2), session(16, 2), mornings={16: 3}, mode="monitored", mode_by="A. Berg, physiotherapist")
    assert programme_of(one).step == "ease"


def test_P1_monitored_holds_only_when_a_clinician_is_named() -> None:
    more = session(16, 2, done(after="more", pain_after=4))
    assert bridge_of(easing(16, more, mode="monitored")).step == "ease"
    assert "P1.monitored" in [n.rule for n in review(easing(16, more, mode="monitored")).notices]
    assert bridge_of(easing(16, more, mode="monitored", mode_by="A. Berg, physiotherapist")).step != "ease"


def test_P1_pain_at_the_limit_two_days_running_refers() -> None:
    found = programme_of(easing(16, session(15, 6), session(16, 6)))
    assert (found.step, found.letter) == ("stop_now", True)
    assert "P1.limit-again" in rules(found)
    assert programme_of(easing(17, session(15, 6), session(16, 6), session(17, 2))).step == "refer"


def test_P1_a_rise_of_two_within_a_week_refers_at_once_and_eases() -> None:
    found = review(easing(16, session(16, 4)))
    assert (found.decisions[0].step, found.decisions[0].letter, found.decisions[0].rescreen) == ("refer", True, True)
    assert found.decisions[1].step == "ease"


def test_P1_a_slow_rise_refers_in_the_end() -> None:
    sessions = [session(day, 2 + day // 12) for day in range(1, 36)]
    assert "P1.rise-slow" in rules(programme_of(diary(*sessions, today=35)))


@pytest.mark.parametrize("kind", ["sharp", "catching", "pinching"])
def test_P1_a_piercing_pain_blocks_the_exercise_until_screened_again(kind: str) -> None:
    hurt = session(14, 2, done(kind=kind))
    found = bridge_of(easing(16, hurt))
    assert (found.step, found.rescreen) == ("stop_now", True)
    assert bridge_of(easing(16, hurt, screened_at=at(15))).step != "stop_now"


@pytest.mark.parametrize("kind", ["tingling", "numbness", "giving-way"])
def test_P1_nerve_signs_stop_everything_until_screened_again(kind: str) -> None:
    hurt = session(14, 2, done(kind=kind))
    assert {d.step for d in review(easing(16, hurt)).decisions} == {"stop_now"}
    assert programme_of(easing(16, hurt, screened_at=at(15))).step != "stop_now"


@pytest.mark.parametrize(
    ("why", "rule", "letter"),
    [
        ("unwell-chest", "P14.chest", True),
        ("cannot-get-up", "P14.floor", True),
        ("fell", "P14.fell", False),
        ("unwell-dizzy", "P14.dizzy", False),
    ],
)
def test_P14_every_stop_that_is_not_pain(why: str, rule: str, letter: bool) -> None:
    found = review(easing(16, session(16, 2, stop=why, finished=False)))
    first = found.decisions[0]
    assert (first.step, first.reasons[0].rule, first.letter, first.rescreen) == ("stop_now", rule, letter, True)
    assert found.decisions[1].step == "stop_now"


def test_P2_something_new_is_screened_first() -> None:
    assert programme_of(easing(16, something_new=(on(15),))).rescreen
    assert programme_of(easing(16, something_new=(on(15),), screened_at=at(16))).step != "stop_now"
    pressed = datetime(2026, 3, 16, 12, tzinfo=UTC)
    assert programme_of(easing(16, something_new=(pressed,), screened_at=pressed.replace(hour=13))).step != "stop_now"
    assert programme_of(easing(16, something_new=(pressed,), screened_at=pressed.replace(hour=11))).step == "stop_now"


def test_P2_a_screening_that_stops_stops_everything() -> None:
    sick = profile().model_copy(update={"screening": screen(well(hot_or_feverish=True))})
    assert {d.step for d in review(easing(16, profile=sick)).decisions} == {"stop_now"}


def test_P4_a_break_goes_one_or_two_levels_easier_once() -> None:
    dose = only("bridge", sets=3, lever=1)
    assert bridge_of(easing(16, **dose).model_copy(update={"today": on(23)})).step != "ease"
    one = bridge_of(easing(16, **dose).model_copy(update={"today": on(24)}))
    assert (one.step, one.levels) == ("ease", 1)
    two = bridge_of(easing(16, **dose).model_copy(update={"today": on(31)}))
    assert (two.step, two.levels) == ("ease", 2)
    assert two.dose is not None
    assert one.dose is not None
    assert (one.dose.lever, one.dose.sets, two.dose.sets) == (0, 3, 2)
    answered = easing(16, **dose).model_copy(update={"today": on(31), "taken": (Taken(at=at(30), exercise=None, step="ease"),)})
    assert bridge_of(answered).step != "ease"


def test_P7_two_falls_stop_standing_work_and_refer() -> None:
    plan = programme("bridge", "standing-abduction")
    steady = profile(stance=GOOD_STANCE)
    fallen = review(easing(16, profile=steady, programme=plan, falls=(Fall(on=on(10)), Fall(on=on(12)))))
    assert [d.step for d in fallen.decisions] == ["refer", "hold", "stop_now"]
    assert review(easing(16, profile=steady, programme=plan)).decisions[2].step != "stop_now"


def test_P7_a_slow_walk_or_a_short_stance_stops_standing_work() -> None:
    plan = programme("bridge", "standing-abduction")
    slow = TestDone(on=on(12), test="timed-up-and-go", value=12, unit="s")
    short = TestDone(on=on(12), test="single-leg-stance", value=6, unit="s", side="left")
    for test in (slow, short):
        found = review(easing(16, profile=profile(stance=GOOD_STANCE), programme=plan, tests=(test,)))
        assert found.decisions[2].step == "stop_now"
        assert found.decisions[0].step != "unlock"


def test_P13_being_unseen_earns_no_progress_but_the_own_check_does() -> None:
    def step(form: Form) -> str:
        last = [session(day, 2, done(form=form, repetitions=(12,))) for day in (15, 16)]
        return bridge_of(easing(16, *last)).step

    assert step(SEEN) == "progress"
    assert step(Form(done=12, judged=5)) == "hold"
    assert step(Form(done=12, judged=6)) == "progress"
    assert step(Form(done=12, judged=5, self_check=True)) == "progress"
    assert step(Form()) == "hold"
    assert step(Form(self_check=True)) == "progress"
    assert step(Form(done=12, judged=12, self_check=False)) == "hold"


def test_C4_two_for_two_needs_both_sessions_and_room_for_more() -> None:
    def step(first: dict[str, Any], second: dict[str, Any]) -> str:
        since = Taken(at=at(14, 20), exercise="bridge", step="progress")
        return bridge_of(easing(16, session(15, 2, done(**first)), session(16, 2, done(**second)), taken=(since,))).step

    good = {"repetitions": (12,), "effort": None}
    assert step(good, good) == "progress"
    assert step({"repetitions": (11,), "effort": None}, good) == "hold"
    assert step(good, {"repetitions": (10,), "effort": None}) == "hold"
    assert step({"effort": 6}, {"effort": 6}) == "progress"
    assert step({"effort": 6}, {"effort": 7}) == "hold"
    assert step(good, good | {"stop": "tired"}) == "hold"
    assert step(good, good | {"after": None}) == "hold"
    assert step(good, good | {"hold_s": 4.0}) == "hold"


def test_C4_a_progress_starts_the_count_anew() -> None:
    taken = (Taken(at=at(15, 20), exercise="bridge", step="progress"),)
    assert bridge_of(easing(16, taken=taken)).step == "hold"


def test_C4_no_morning_no_progress() -> None:
    silent = easing(16).model_copy(update={"mornings": ()})
    assert bridge_of(silent).step == "hold"


def test_C4_a_load_rises_by_two_to_ten_per_cent() -> None:
    for load in (0.91, 1.0, 1.2):
        found = bridge_of(goes_well("straight-leg-raise", equipment=("mat", "cuff"), load_kg=load, how={"load_kg": load}))
        assert found.step == "progress"
        assert found.dose is not None
        assert 1.02 <= found.dose.load_kg / load <= 1.10


def test_C4_without_a_load_the_hold_comes_first_then_the_cuff_then_the_next_exercise() -> None:
    def next_dose(id: str, **dose: Any) -> Decision:
        how = {"repetitions": (14,), "hold_s": 10.0}
        return bridge_of(goes_well(id, equipment=("mat", "cuff", "roller"), how=how, **dose))

    lever = next_dose("straight-leg-raise", hold_s=3).dose
    assert lever is not None
    assert lever.hold_s == 5
    cuff = next_dose("straight-leg-raise", hold_s=10).dose
    assert cuff is not None
    assert (cuff.load_kg, cuff.by["load_kg"]) == (0.91, "S001")
    onwards = next_dose("clamshell", hold_s=10)
    assert (onwards.step, onwards.dose, onwards.instead) == ("progress", None, "clamshell-feet-raised")


def test_C4_effort_above_six_holds() -> None:
    found = bridge_of(easing(16, session(16, 2, done(effort=7))))
    assert (found.step, found.reasons[0].rule) == ("hold", "C4.effort")


def test_C4_the_first_days_hold_and_steady_pain_waits_for_two_weeks() -> None:
    good = done(repetitions=(12,))

    def step(pain: int, today: int) -> str:
        return bridge_of(
            diary(*(session(d, pain, good) for d in range(1, today + 1)), mornings=dict.fromkeys(range(2, today + 1), pain), today=today)
        ).step

    assert step(1, 7) == "hold"
    assert step(1, 8) == "progress"
    assert step(3, 8) == "hold"


def test_C7_a_person_who_says_that_it_is_clearly_worse_is_referred() -> None:
    assert programme_of(easing(16, changes=(Change(on=on(15), score=-2),))).step == "refer"
    assert programme_of(easing(16, changes=(Change(on=on(15), score=-1),))).step != "refer"


def test_what_is_decided_is_recorded_and_not_decided_again() -> None:
    red = easing(16, session(15, 2), session(16, 2), mornings={16: 4})
    taken = steps_taken(review(red), at(16, 20))
    assert [(t.exercise, t.step) for t in taken] == [(None, "ease"), ("bridge", "ease")]
    after = red.model_copy(update={"taken": taken})
    assert review(after).decisions[1].step == "hold"


def everyday_reviews() -> list[Review]:
    return [review(easing(16)), review(diary()), review(easing(16, session(16, 7)))]


def test_every_decision_has_a_reason_with_a_source() -> None:
    for one in everyday_reviews():
        for decision in one.decisions:
            assert decision.reasons
            assert all(reason.rule and reason.words and reason.source for reason in decision.reasons)


def test_P7_from_age_70_less_support_is_no_step() -> None:
    def lever(age: int) -> int:
        plan = programme(planned("standing-abduction", hold_s=None))
        last = [session(day, 2, done("standing-abduction", repetitions=(12,))) for day in (15, 16)]
        found = bridge_of(easing(16, *last, programme=plan, profile=profile(age=age, answers={"age": age}, stance=GOOD_STANCE)))
        return found.dose.lever if found.dose else 0

    assert lever(45) == 1
    assert lever(70) == 0


def test_P1_a_screening_after_the_rise_answers_its_rescreen_but_not_the_referral() -> None:
    risen = easing(16, session(16, 4))
    assert programme_of(risen).rescreen
    screened = programme_of(risen.model_copy(update={"screened_at": at(16, 12)}))
    assert (screened.step, screened.rescreen) == ("refer", False)


def test_P7_a_fall_after_the_clinicians_look_asks_again() -> None:
    seen = profile(stance=GOOD_STANCE, cleared_by="Dr Lind", cleared_on=on(12))
    two = (Fall(on=on(9)), Fall(on=on(10)))
    assert "P7.falls" not in rules(programme_of(easing(16, profile=seen, falls=two)))
    assert "P7.falls" in rules(programme_of(easing(16, profile=seen, falls=(*two, Fall(on=on(14))))))


def test_P7_a_fall_told_as_a_stop_and_as_a_fall_counts_once() -> None:
    fell = session(14, 2, stop="fell", finished=False)
    assert "P7.falls" not in rules(programme_of(easing(16, fell, falls=(Fall(on=on(14)),))))
    assert "P7.falls" in rules(programme_of(easing(16, fell, falls=(Fall(on=on(15)),))))


def test_P6_a_sources_programme_keeps_its_hold_and_takes_only_what_it_has_in_store() -> None:
    def next_step(**store: Any) -> Decision:
        plan = programme(planned("clamshell", repetitions=20), **store).model_copy(update={"kind": "twice-a-day"})
        last = [session(day, 2, done("clamshell", repetitions=(22,))) for day in (15, 16)]
        return bridge_of(easing(16, *last, programme=plan))

    assert next_step().step == "hold"
    waiting = LeftOut(exercise="clamshell-feet-raised", why=())
    onwards = next_step(unlocks_next=(waiting,))
    assert (onwards.step, onwards.dose, onwards.instead) == ("progress", None, "clamshell-feet-raised")


def test_P10_a_clinics_own_number_decides(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text('clinic = "Hill Street Physiotherapy"\n[thresholds]\n"break.one-level" = 3\n')
    away = easing(16).model_copy(update={"today": on(20)})
    assert programme_of(away).step != "ease"
    with overridden_by(file):
        assert programme_of(away).reasons[0].rule == "P4.break"


def test_P1_what_was_eased_goes_back_up_in_steps_also_a_stretch() -> None:
    usual = default_dose(catalogue.load("hamstring-stretch"), 45)
    eased = easier_dose(catalogue.load("hamstring-stretch"), usual)
    assert eased is not None
    assert usual.hold_s is not None
    assert eased.hold_s is not None
    assert 10 <= eased.hold_s < usual.hold_s
    calm = [session(day, 2, done("hamstring-stretch", repetitions=(3,), hold_s=eased.hold_s)) for day in (15, 16)]
    plan = programme(planned("hamstring-stretch").model_copy(update={"dose": eased}))
    found = bridge_of(easing(16, *calm, programme=plan))
    assert (found.step, found.dose.hold_s if found.dose else None) == ("progress", usual.hold_s)


def test_P1_two_exercises_never_ease_to_the_same_one_twice() -> None:
    least = {"repetitions": 2, "hold_s": 10.0}
    plan = programme(planned("figure-four-stretch", **least), planned("hamstring-stretch", **least))
    red = easing(16, session(15, 2), session(16, 2), mornings={16: 4}, programme=plan)
    after = changed(plan, review(red), red.profile)
    assert [p.exercise for p in after.exercises] == ["knee-hug"]
    assert [out.exercise for out in after.left_out] == ["hamstring-stretch"]


def test_C4_two_exercises_never_become_the_same_harder_one_and_none_is_lost() -> None:
    plan = programme(planned("bridge", lever=1, hold_s=10), planned("bridge-band", lever=1, hold_s=10))
    well_done = [session(day, 2, *(done(id, repetitions=(14,), hold_s=10.0) for id in ("bridge", "bridge-band"))) for day in (15, 16)]
    history = easing(16, *well_done, programme=plan)
    assert [d.instead for d in review(history).decisions[1:]] == ["single-leg-bridge"] * 2
    assert [p.exercise for p in changed(plan, review(history), history.profile).exercises] == ["single-leg-bridge", "bridge-band"]


def test_P3_a_new_exercise_comes_only_on_the_side_this_body_may_work() -> None:
    sore = profile(answers={"region": "outer", "side": "left"})
    last = [session(day, 2, done("clamshell", repetitions=(14,), hold_s=10.0)) for day in (15, 16)]
    history = easing(16, *last, profile=sore, programme=programme(planned("clamshell", hold_s=10)))
    after = changed(history.programme, review(history), sore).exercises[0]
    assert (after.exercise, after.side) == ("clamshell-feet-raised", "left")
