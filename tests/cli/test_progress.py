"""`coxa progress`: the next step from the diary, with reasons and a letter; a diary that cannot be is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from person import STARTS, diary, profile, written
from pypdf import PdfReader
from run import Ran, refused, run

from coxa.care import progression
from coxa.care.decision import Review
from coxa.care.planner import plan_for
from coxa.exchange.documents import read_history, read_profile
from coxa.settings import settings

Run = Callable[..., Ran]

EASING = [5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2, 2, 2]
WORSENING = [3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6]


@pytest.fixture
def coxa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command."""
    return lambda *arguments: run(monkeypatch, capsys, *arguments)


@pytest.fixture(scope="module")
def programme() -> dict[str, Any]:
    made: dict[str, Any] = plan_for(read_profile(profile())).model_dump(mode="json")
    return made


@pytest.mark.parametrize("pains", [EASING, WORSENING])
def test_the_document_is_the_review_itself(coxa: Run, tmp_path: Path, programme: dict[str, Any], pains: list[int]) -> None:
    document = diary(pains, programme)
    ran = coxa("progress", written(tmp_path, document), "--json")
    assert (ran.code, ran.err) == (0, "")
    assert Review.model_validate_json(ran.out) == progression.review(read_history(document))


def test_easing_goes_on_and_says_so_in_two_sentences(coxa: Run, tmp_path: Path, programme: dict[str, Any]) -> None:
    document = diary(EASING, programme)
    said = " ".join(coxa("progress", written(tmp_path, document)).out.replace("┃", " ").split())
    assert "Keep going" in said
    for sentence in progression.review(read_history(document)).summary:
        assert sentence in said
    assert "letter" not in said


def test_worsening_names_the_reason_and_offers_the_letter(coxa: Run, tmp_path: Path, programme: dict[str, Any]) -> None:
    document = diary(WORSENING, programme)
    file = tmp_path / "letter.pdf"
    ran = coxa("progress", written(tmp_path, document), "--letter", file)
    said = " ".join(ran.out.split())
    first = progression.review(read_history(document)).decisions[0]
    assert first.step in ("refer", "stop_now")
    assert f"{first.reasons[0].words} ({first.reasons[0].source})" in said
    assert "There is a letter to take along" in said
    assert len(PdfReader(file).pages) == 1


def test_the_order_of_the_rows_changes_nothing(coxa: Run, tmp_path: Path, programme: dict[str, Any]) -> None:
    document = diary(WORSENING, programme)
    turned = document | {"sessions": document["sessions"][::-1], "mornings": document["mornings"][::-1]}
    one = coxa("progress", written(tmp_path, document), "--json").out
    assert coxa("progress", written(tmp_path, turned), "--json").out == one


def test_a_clinics_own_threshold_holds(coxa: Run, tmp_path: Path, programme: dict[str, Any]) -> None:
    file = written(tmp_path, diary([5, 5, 5], programme))
    own = written(tmp_path, 'clinic = "Praxis am Park"\n[thresholds]\n"pain.session-limit" = 5\n', "own.toml")
    assert json.loads(coxa("progress", file, "--json").out)["decisions"][0]["step"] != "stop_now"
    assert json.loads(coxa("progress", file, "--overrides", own, "--json").out)["decisions"][0]["step"] == "stop_now"


@pytest.mark.parametrize("pains", [EASING, WORSENING, [4] * 16, [3, 3, 7]])
def test_in_german_there_is_no_english_sentence(
    coxa: Run, tmp_path: Path, programme: dict[str, Any], pains: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COXA_LANGUAGE", "de")
    settings.cache_clear()
    tests = [{"on": str(STARTS), "test": "chair-stand", "value": 9, "unit": "stands"}]
    tests.append({"on": str(STARTS), "test": "strength", "value": 20, "unit": "kg", "side": "left", "what": "Abduktion"})
    ran = coxa("progress", written(tmp_path, diary(pains, programme, tests=tests)))
    settings.cache_clear()
    assert ran.code == 0
    left = re.findall(r"\b(?:the|you|your|and|with|this|that|is|than|please|pain|next|stands|left|right)\b", ran.out, re.IGNORECASE)
    assert not left, ran.out


def row(**changes: Any) -> dict[str, Any]:
    return {"at": f"{STARTS}T09:00:00+02:00", "pain_before": 3} | changes


def exercise(**changes: Any) -> dict[str, Any]:
    return {"sessions": [row(exercises=[{"exercise": "bridge"} | changes])]}


BAD: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "an empty diary": ({"sessions": [], "mornings": []}, ("diary", "empty")),
    "pain of 11": ({"sessions": [row(pain_before=11)]}, ("sessions.0.pain_before", "10", "11")),
    "a session to come": ({"sessions": [row(at="2026-10-20T09:00:00+02:00")]}, ("sessions.0.at", "2026-10-20", "today")),
    "a morning to come": ({"mornings": [{"on": "2027-01-01", "pain": 2}]}, ("mornings.0.on", "2027-01-01")),
    "a time without a zone": ({"sessions": [row(at="2026-10-12T09:00:00")]}, ("sessions.0.at", "zone")),
    "an unknown field": ({"session": []}, ("session", "did you mean sessions")),
    "an unknown exercise": (exercise(exercise="bridges"), ("sessions.0.exercises", "bridges", "did you mean bridge")),
    "two mornings that contradict": (
        {"mornings": [{"on": str(STARTS), "pain": 2}, {"on": str(STARTS), "pain": 5}]}, ("mornings", str(STARTS), "contradict"),
    ),
    "two sessions that contradict": ({"sessions": [row(), row(pain_before=5)]}, ("sessions", str(STARTS), "contradict")),
    "less, and a pain": (exercise(after="less", pain_after=7), ("sessions.0.exercises.0", "'less'", "pain_after")),
    "more faulty than judged": (exercise(form={"done": 8, "judged": 4, "faulty": 5}), ("form", "at most judged", "5")),
    "more judged than done": (exercise(form={"done": 8, "judged": 9}), ("form", "at most done", "9")),
    "repetitions of another number of sets": (exercise(sets=3, repetitions=[10, 10]), ("3 sets", "2")),
    "a profile with an impossible age": ({"profile": profile(answers={"age": 190})}, ("profile", "age", "190")),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_diary_that_cannot_be_is_refused_in_one_line(coxa: Run, tmp_path: Path, programme: dict[str, Any], what: str) -> None:
    changes, parts = BAD[what]
    refused(coxa("progress", written(tmp_path, diary([3], programme) | changes)), *parts)


def test_the_same_entry_twice_is_no_contradiction(coxa: Run, tmp_path: Path, programme: dict[str, Any]) -> None:
    twice = [{"on": str(STARTS), "pain": 2}] * 2
    assert coxa("progress", written(tmp_path, diary([3], programme, mornings=twice)), "--json").code == 0
