"""`coxa screen`: the outcome in plain words or as one document; bad answers in one line."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from person import answers, written
from run import Ran, refused, run

from coxa.care.screening import Screening, screen

Run = Callable[..., Ran]


@pytest.fixture
def coxa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command."""
    return lambda *arguments: run(monkeypatch, capsys, *arguments)


OUTCOMES = {
    "emergency": ({"saddle_or_both_legs": True}, "Please get help now", "emergency department"),
    "urgent": ({"one_leg_swollen": True}, "Please see a doctor soon", "clot in a vein"),
    "clinician_first": ({"age": 17, "child_limps": False, "pain_now": 0}, "Please ask a doctor or physiotherapist first", "Below 18"),
    "incomplete": ({"hot_or_feverish": None}, "A few answers are still open", "hot, red or swollen"),
    "ready_with_care": ({"nerve_signs": True}, "You can start, with care", "gentle"),
    "ready": ({}, "You can start", "stop any exercise"),
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_is_said_first_and_what_to_do_after_it(coxa: Run, tmp_path: Path, outcome: str) -> None:
    changes, headline, then = OUTCOMES[outcome]
    file = written(tmp_path, answers(**changes))
    ran = coxa("screen", file)
    assert (ran.code, ran.err) == (0, "")
    said = " ".join(ran.out.replace("┃", " ").split())
    assert headline in said
    assert said.index(headline) < said.index(then)
    assert json.loads(coxa("screen", file, "--json").out)["outcome"] == outcome


@pytest.mark.parametrize("outcome", ["emergency", "urgent"])
def test_whoever_needs_help_now_is_asked_nothing_more_and_offered_nothing_else(coxa: Run, tmp_path: Path, outcome: str) -> None:
    changes = OUTCOMES[outcome][0] | {"blood_flow": None, "floor": False}
    said = coxa("screen", written(tmp_path, answers(**changes))).out
    assert "Please answer" not in said
    assert "For now" not in said


def test_every_reason_stands_there_with_its_source(coxa: Run, tmp_path: Path) -> None:
    given = answers(nerve_signs=True, pain_now=7)
    said = " ".join(coxa("screen", written(tmp_path, given)).out.split())
    for reason in screen(given).reasons:
        assert f"{reason.words} ({reason.source})" in said


def test_the_document_is_the_result_itself(coxa: Run, tmp_path: Path) -> None:
    given = answers(region="front", told=["labral-tear"])
    ran = coxa("screen", written(tmp_path, given), "--json")
    assert ran.err == ""
    assert Screening.model_validate_json(ran.out) == screen(given | {"told": ("labral-tear",)})


def test_answers_come_from_a_pipe_and_as_a_fhir_response(coxa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [{"linkId": id, "answer": [_fhir(value)]} for id, value in answers().items()]
    response = json.dumps({"resourceType": "QuestionnaireResponse", "status": "completed", "item": items})

    class Pipe:
        buffer = io.BytesIO(response.encode())

    monkeypatch.setattr(sys, "stdin", Pipe())
    assert json.loads(coxa("screen", "-", "--json").out)["outcome"] == "ready"


def test_a_clinicians_go_ahead_comes_with_who_and_when(coxa: Run, tmp_path: Path) -> None:
    given = {"answers": answers(age=17, child_limps=False, pain_now=0), "cleared_by": "Dr Weiß", "cleared_on": "2026-10-01"}
    assert json.loads(coxa("screen", written(tmp_path, given), "--json").out)["outcome"] == "ready_with_care"
    refused(coxa("screen", written(tmp_path, {k: v for k, v in given.items() if k != "cleared_on"})), "cleared_on", "when")


def test_answers_that_do_not_go_together_are_shown_together(coxa: Run, tmp_path: Path) -> None:
    said = coxa("screen", written(tmp_path, answers(floor=False, kneel=True))).out
    assert "do not go together" in said
    assert "(floor)" in said
    assert "(kneel)" in said


BAD: dict[str, tuple[Any, tuple[str, ...]]] = {
    "an unknown question": ({"agee": 40}, ("agee", "did you mean age")),
    "an impossible age": ({"age": 190}, ("age", "190", "from 0 to")),
    "pain of 11": ({"pain-now": 11}, ("pain-now", "from 0 to 10", "11")),
    "a word for a number": ({"age": "forty"}, ("age", "whole number", "forty")),
    "a word for yes or no": ({"floor": "yes"}, ("floor", "true or false")),
    "an unknown choice": ({"side": "middle"}, ("side", "left", "middle")),
    "a list": ([1, 2], ("object",)),
    "nothing": ("", ("JSON", "nothing")),
    "not JSON": ('{"age": 40,}', ("JSON", "line 1")),
    "one question answered twice": ('{"age": 40, "age": 50}', ("'age'", "twice", "40", "50")),
    "not a number": ('{"age": NaN}', ("NaN",)),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_answers_are_refused_in_one_line(coxa: Run, tmp_path: Path, what: str) -> None:
    document, parts = BAD[what]
    refused(coxa("screen", written(tmp_path, document)), *parts)


def test_a_file_that_is_not_there_or_not_text_is_refused_in_one_line(coxa: Run, tmp_path: Path) -> None:
    refused(coxa("screen", tmp_path / "none.json"), "none.json", "No such file")
    refused(coxa("screen", tmp_path), str(tmp_path))
    (tmp_path / "picture.json").write_bytes(b"\x89PNG\xff\xfe")
    refused(coxa("screen", tmp_path / "picture.json"), "UTF-8")
    refused(coxa("screen", written(tmp_path, "[" * 200_000)), "brackets")
    refused(coxa("screen"), "ANSWERS.json")


def _fhir(value: object) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    return {"valueInteger": value} if isinstance(value, int) else {"valueCoding": {"code": value}}
