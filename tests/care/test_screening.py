"""Screening: every danger sign by its row, nothing weaker than its tier, open and contradicting answers, limits."""

from __future__ import annotations

import json
from datetime import date

import pytest

from care.people import WELL, somebody, well
from coxa.care.danger import DangerSign, condition_parts, danger_signs
from coxa.care.questionnaire import Answer, read_answers, screening_questions
from coxa.care.screening import TIERS, Clearance, screen
from coxa.errors import BadInput

ROWS = danger_signs()
ALWAYS_ASKED = tuple(id for id in screening_questions().dangers if not screening_questions().questions[id].enableWhen)


def answers_for(conditions: tuple[str, ...]) -> dict[str, Answer]:
    """A well person's answers, changed so that these conditions hold."""
    answers = dict(WELL)
    for condition in conditions:
        denied, question, operator, value = condition_parts(condition)
        kind = screening_questions().questions[question]
        if operator == "":
            answers[question] = not denied
        elif operator == "=":
            answers[question] = (value,) if kind.repeats else value
        else:
            answers[question] = {">=": int(value), "<=": int(value), ">": int(value) + 1, "<": int(value) - 1}[operator]
    if isinstance(answers["age"], int) and answers["age"] < 18:
        answers.setdefault("child-limps", False)
        if not any(condition.startswith("pain") for condition in conditions):
            answers["pain-now"] = 0  # a child whose hip hurts is a heavier row
    if answers["hip-replacement"] is True:
        answers = {"replacement-new-pain": False, "replacement-alarm": False} | answers
    if answers["new-pain-after-fall"] is True:
        answers = {"fragile-bones": False} | answers
    if answers["surgery-12-months"] is True:
        answers = {"surgeon-limits": False} | answers
    return answers


@pytest.mark.parametrize(
    ("row", "when"), [(row, when) for row in ROWS for when in row.when], ids=lambda v: getattr(v, "id", None) or "+".join(v)
)
def test_each_danger_sign_gives_its_tier_its_words_and_what_to_do(row: DangerSign, when: tuple[str, ...]) -> None:
    found = screen(answers_for(when))
    assert found.outcome == row.tier
    reason = next(reason for reason in found.reasons if reason.rule == row.id)
    assert reason.words
    assert reason.source
    assert set(row.do) <= set(found.do_now)
    assert found.may_exercise is (row.tier == "ready_with_care")


def test_every_condition_of_the_table_asks_a_question_that_exists() -> None:
    questions = screening_questions().questions
    for row in ROWS:
        for condition in (c for when in row.when for c in when):
            _, question, operator, value = condition_parts(condition)
            assert question in questions, (row.id, condition)
            if operator == "=":
                assert value in [option.code for option in questions[question].answerOption]


def test_a_well_person_is_ready_with_reasons_and_a_step() -> None:
    found = screen(WELL)
    assert found.outcome == "ready"
    assert {"B2", "B3"} <= {reason.rule for reason in found.reasons}
    assert found.do_now


def test_no_answer_at_all_is_incomplete_and_asks_every_danger_question() -> None:
    found = screen({})
    assert found.outcome == "incomplete"
    assert set(ALWAYS_ASKED) <= set(found.ask_again)
    assert not found.may_exercise


@pytest.mark.parametrize("question", ALWAYS_ASKED)
def test_one_open_danger_question_is_incomplete_without_alarm(question: str) -> None:
    found = screen(well(**{question.replace("-", "_"): None}))
    assert found.outcome == "incomplete"
    assert found.ask_again == (question,)


def test_a_heavier_answer_beats_an_open_question() -> None:
    assert screen({"blood-flow": True}).outcome == "emergency"
    assert screen({"one-leg-swollen": True}).outcome == "urgent"


def test_nothing_weaker_than_the_heaviest_row_over_random_people() -> None:
    for seed in range(4000):
        answers = somebody(seed)
        rows = [row for row in ROWS if row.holds(answers)]
        found = screen(answers)
        assert found.reasons, seed
        assert all(reason.source and reason.words for reason in found.reasons)
        for row in rows:
            assert TIERS.index(found.outcome) <= TIERS.index(row.tier), (seed, row.id, found.outcome)


def test_answers_that_contradict_each_other_are_named_and_the_worse_one_holds() -> None:
    found = screen(well(hip_replacement=False, replacement_alarm=True))
    assert ("hip-replacement", "replacement-alarm") in found.contradictions
    assert found.outcome == "emergency"
    found = screen(well(injury_cannot_stand=True, weight_on_leg=True))
    assert found.contradictions == (("injury-cannot-stand", "weight-on-leg"),)
    assert found.outcome == "emergency"
    assert screen(WELL).contradictions == ()


def test_a_clinicians_word_opens_the_way_but_never_past_an_urgent_answer() -> None:
    seen = Clearance(by="Dr Smith", on=date(2026, 5, 4))
    found = screen(well(heart_or_dizzy=True), seen)
    assert found.outcome == "ready_with_care"
    assert "Dr Smith" in found.reasons[0].words
    assert screen(well(heart_or_dizzy=True, one_leg_swollen=True), seen).outcome == "urgent"


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"kneel": False}, "no-kneeling"),
        ({"floor": False}, "no-floor"),
        ({"floor": False, "kneel": None}, "no-kneeling"),
        ({"lie_on_left": False}, "no-lying-on-left"),
        ({"region": "outer", "side": "left"}, "no-lying-on-left"),
        ({"region": "outer", "side": "both"}, "no-lying-on-right"),
        ({"region": "outer"}, "no-adduction"),
        ({"region": "outer"}, "no-crossing"),
        ({"region": "front"}, "extension-to-neutral"),
        ({"told": ("femoroacetabular-impingement",)}, "flexion-to-90"),
        ({"weight_on_leg": False, "side": "right"}, "no-weight-on-right"),
        ({"nerve_signs": True}, "no-forced-nerve-stretch"),
        ({"age": 70}, "support-always"),
        ({"falls_12_months": 1}, "support-always"),
        ({"pain_now": 6}, "no-strength"),
    ],
)  # fmt: skip
def test_each_limit_follows_from_its_answer(changes: dict[str, Answer | None], limit: str) -> None:
    assert limit in screen(well(**changes)).limits
    if "region" not in changes:
        assert limit not in screen(well(region="buttock")).limits


def test_strong_pain_means_no_session_today() -> None:
    found = screen(well(pain_now=6))
    assert found.outcome == "ready_with_care"
    assert any("No session today" in step for step in found.do_now)
    assert not any("No session today" in step for step in screen(well(pain_now=5)).do_now)


def test_questions_that_no_longer_matter_are_not_asked() -> None:
    asked = screening_questions().asked
    assert "replacement-alarm" not in asked(WELL)
    assert "replacement-alarm" in asked(well(hip_replacement=True))
    assert "kneel" not in asked(well(floor=False))
    assert asked({})[: len(ALWAYS_ASKED)] == ALWAYS_ASKED, "danger signs come first"


def test_an_artificial_hip_brings_questions_of_its_own_that_must_be_answered() -> None:
    found = screen(well(hip_replacement=True, replacement_alarm=None, replacement_new_pain=None))
    assert found.outcome == "incomplete"
    assert found.ask_again == ("replacement-new-pain", "replacement-alarm")


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ([1], "expected an object of question ids"),
        ({"pain-now": 11}, "expected a whole number from 0 to 10, got 11"),
        ({"age": 180}, "expected a whole number from 0 to 120, got 180"),
        ({"age": True}, "expected a whole number"),
        ({"pain_now": 3}, "did you mean pain-now"),
        ({"kneel": "yes"}, "expected true or false, got 'yes'"),
        ({"region": "hip"}, "expected one of front, outer"),
        ({"told": "labral-tear"}, "expected a list of"),
        ({"told": ["gout"]}, "expected some of"),
    ],
)
def test_a_wrong_answer_is_one_line_that_names_it(document: object, line: str) -> None:
    with pytest.raises(BadInput) as error:
        read_answers(document)
    assert line in str(error.value)
    assert "\n" not in str(error.value)


def test_answers_come_as_a_fhir_questionnaire_response_too() -> None:
    def item(id: str, value: Answer) -> dict[str, object]:
        if isinstance(value, bool):
            return {"linkId": id, "answer": [{"valueBoolean": value}]}
        if isinstance(value, int):
            return {"linkId": id, "answer": [{"valueInteger": value}]}
        codes = value if isinstance(value, tuple) else (value,)
        return {"linkId": id, "answer": [{"valueCoding": {"code": code}} for code in codes]}

    plain = well(told=("labral-tear", "low-back-pain"))
    response = {"resourceType": "QuestionnaireResponse", "item": [{"linkId": "group", "item": [item(i, v) for i, v in plain.items()]}]}
    assert read_answers(json.loads(json.dumps(response))) == plain
