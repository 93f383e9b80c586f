"""The rules of the sources that speak before the first session: who sees a doctor, what is asked, what is never claimed."""

from __future__ import annotations

import re
from itertools import product

import pytest

from care.people import somebody, well
from coxa.care.danger import danger_signs
from coxa.care.planner import plan_for
from coxa.care.programme import Profile
from coxa.care.questionnaire import screening_questions
from coxa.care.screening import Screening, screen
from coxa.exercises import catalogue


def rules(found: Screening) -> list[str]:
    return [reason.rule for reason in found.reasons]


def options(question: str) -> set[str]:
    return {option.code for option in screening_questions().questions[question].answerOption}


def everything_said() -> list[str]:
    """What the screening and every programme say to people of all kinds."""
    texts = [text for row in danger_signs() for text in (row.words, *row.do)]
    for seed in range(200):
        found = screen(somebody(seed))
        texts += [*(reason.words for reason in found.reasons), *found.do_now]
    for kind in ("personal", "form-first", "stretch-and-strengthen", "return-to-running", "twice-a-day"):
        plan = plan_for(Profile(screening=screen(well()), age=45, programme=kind, falls_12_months=0))
        reasons = (*plan.reasons, *plan.notices, *plan.habits, *(why for row in plan.exercises for why in row.why))
        texts += [reason.words for reason in reasons]
    return texts


def test_B01_a_serious_injury_is_sent_to_a_doctor_at_once() -> None:
    found = screen(well(injury_cannot_stand=True))
    assert found.outcome == "emergency"
    assert any("emergency" in step for step in found.do_now)
    assert plan_for(Profile(screening=found, age=45)).exercises == ()
    assert not screen(well(acute_injury=True)).may_exercise


def test_B02_who_may_begin_is_told_once_to_have_the_hip_looked_at() -> None:
    for changes in ({}, {"nerve_signs": True}):
        assert rules(screen(well(**changes))).count("B2") == 1


def test_B03_who_may_begin_is_told_once_to_ask_first_and_that_one_may_start_without() -> None:
    found = screen(well())
    (asked,) = (reason for reason in found.reasons if reason.rule == "B3")
    assert "may start without" in asked.words
    assert found.may_exercise


def test_B13_no_yoga_is_planned_and_squats_only_with_a_clinician() -> None:
    for e in catalogue.all_exercises():
        assert not re.search(r"\b(yoga|warrior|tree pose|chair pose)\b", " ".join((e.name, *e.aliases)).lower()), e.id
    free = Profile(screening=screen(well(pain_now=0)), age=30, level=5, most_exercises=12, minutes_a_day=180, falls_12_months=0)
    assert "squat" not in [row.exercise for row in plan_for(free).exercises]


def test_B25_how_pain_and_stiffness_switch_muscles_off_is_never_told_as_a_finding() -> None:
    claim = re.compile(r"brain|switch(es|ed)? off|turn(s|ed)? (the |your )?muscles? (off|down)|inhibit", re.IGNORECASE)
    assert [text for text in everything_said() if claim.search(text)] == []


@pytest.mark.parametrize("trouble", ["runners-knee", "ankle-trouble", "hamstring-cramps"])
def test_B27_trouble_beyond_the_hip_is_told_to_go_together_with_weak_hips(trouble: str) -> None:
    found = screen(well(told=(trouble,)))
    (reason,) = (reason for reason in found.reasons if reason.rule == "B27")
    assert "sometimes" in reason.words  # an opinion of the source, so never a cause
    assert "B27" not in rules(screen(well()))


def test_B28_with_such_trouble_a_physiotherapist_is_asked_to_test_by_hand() -> None:
    found = screen(well(told=("runners-knee",)))
    assert "B28" in rules(found)
    assert any("test your hip strength" in step for step in found.do_now)
    assert found.letter


def test_B29_runners_are_told_why_hips_matter_for_back_knees_and_ankles() -> None:
    plan = plan_for(Profile(screening=screen(well()), age=30, programme="return-to-running", falls_12_months=0))
    (reason,) = (reason for reason in plan.reasons if reason.rule == "B29")
    assert all(place in reason.words for place in ("back", "knees", "ankles"))


def test_B30_a_cause_is_asked_for_and_never_guessed() -> None:
    causes = {"hip-osteoarthritis", "femoroacetabular-impingement", "labral-tear", "gluteal-tendinopathy"}
    assert causes <= options("told")
    for age, region in product((25, 50, 80), sorted(options("region"))):
        found = screen(well(age=age, region=region, stiff=True, clicks_or_catches=True))
        assert not causes & set(found.conditions)
    assert screen(well(told=("hip-osteoarthritis",))).conditions == ("hip-osteoarthritis",)


def test_B31_every_symptom_of_the_source_can_be_told() -> None:
    assert {"front", "outer", "buttock", "thigh"} <= options("region")
    assert {"walking", "running", "stairs", "rising"} <= options("brings-it-on")
    assert {"limps-or-limits", "weight-on-leg", "stiff"} <= set(screening_questions().questions)
