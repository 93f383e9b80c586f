"""`coxa plan`: the week with its reasons; nothing but what to do where exercise is not safe; papers and calendar on request."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from person import answers, profile, written
from pypdf import PdfReader
from run import Ran, refused, run

from coxa.care.planner import plan_for
from coxa.care.programme import Programme
from coxa.care.screening import screen
from coxa.exchange import handout
from coxa.exchange.documents import read_profile
from coxa.exercises import catalogue

Run = Callable[..., Ran]


@pytest.fixture
def coxa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command."""
    return lambda *arguments: run(monkeypatch, capsys, *arguments)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handouts without pictures, which take seconds to draw; test_handout has them."""
    monkeypatch.setattr(handout, "pictures", lambda programme, on_each=None: {})


def flat(text: str) -> str:
    return " ".join(text.split())


def planned(document: dict[str, Any]) -> Programme:
    return plan_for(read_profile(document))


def test_the_week_names_each_exercise_with_its_dose_and_its_reasons(coxa: Run, tmp_path: Path) -> None:
    programme = planned(profile())
    assert programme.exercises
    ran = coxa("plan", written(tmp_path, profile()))
    assert (ran.code, ran.err) == (0, "")
    said = flat(ran.out)
    for row in programme.exercises:
        assert catalogue.load(row.exercise).name in said
        for why in row.why:
            assert f"{why.words} ({why.source})" in said


def test_every_exercise_that_was_left_out_is_named_with_a_reason(coxa: Run, tmp_path: Path) -> None:
    programme = planned(profile())
    said = flat(coxa("plan", written(tmp_path, profile())).out.partition("Left out")[2])
    for row in programme.left_out:
        assert catalogue.load(row.exercise).name in said
        assert f"{row.why[0].words} ({row.why[0].source})" in said


@pytest.mark.parametrize("kind", ["form-first", "stretch-and-strengthen", "return-to-running", "twice-a-day"])
def test_each_source_programme_can_be_asked_for(coxa: Run, tmp_path: Path, kind: str) -> None:
    document = profile(programme=kind, equipment=["mat", "chair", "pillow", "band"])
    ran = coxa("plan", written(tmp_path, document), "--json")
    assert Programme.model_validate_json(ran.out) == planned(document)
    assert json.loads(ran.out)["kind"] == kind
    assert coxa("plan", written(tmp_path, document)).code == 0


def test_a_clinics_own_threshold_holds_for_the_plan_too(coxa: Run, tmp_path: Path) -> None:
    file = written(tmp_path, profile(answers=answers(pain_now=4)))
    own = written(tmp_path, 'clinic = "Praxis am Park"\n[thresholds]\n"pain.session-limit" = 4\n', "own.toml")
    assert json.loads(coxa("plan", file, "--json").out)["phase"] != "calm"
    assert json.loads(coxa("plan", file, "--overrides", own, "--json").out)["phase"] == "calm"
    refused(coxa("plan", file, "--overrides", tmp_path / "none.toml"), "none.toml", "No such file")


def test_the_sex_may_be_told_and_must_be_the_same_in_both_places(coxa: Run, tmp_path: Path) -> None:
    assert coxa("plan", written(tmp_path, profile(answers=answers(sex="female"), sex="female"))).code == 0
    assert read_profile(profile(answers=answers(sex="male"))).sex == "male"
    assert read_profile(profile()).sex is None
    refused(coxa("plan", written(tmp_path, profile(answers=answers(sex="female"), sex="male"))), "sex", "correct one")


def test_a_screening_in_place_of_answers_gives_the_same_plan(coxa: Run, tmp_path: Path) -> None:
    result = screen(answers()).model_dump(mode="json")
    by_result = coxa("plan", written(tmp_path, profile(answers=None, screening=result, age=45, falls_12_months=0)), "--json")
    assert by_result.out == coxa("plan", written(tmp_path, profile()), "--json").out


@pytest.mark.parametrize(
    "changes", [{"saddle_or_both_legs": True}, {"one_leg_swollen": True}, {"age": 17, "child_limps": False}, {"hot_or_feverish": None}]
)
def test_without_a_safe_screening_there_is_what_to_do_and_no_plan(coxa: Run, tmp_path: Path, changes: dict[str, Any]) -> None:
    given = answers(**changes)
    files = {name: tmp_path / f"out.{name}" for name in ("pdf", "ics")}
    ran = coxa("plan", written(tmp_path, profile(answers=given)), "--pdf", files["pdf"], "--ics", files["ics"], "--zone", "Europe/Berlin")
    assert ran.code == 0
    said = flat(ran.out)
    for step in screen(given).do_now:
        if screen(given).outcome != "incomplete":
            assert step in said
    assert "There is no plan yet" in said
    assert not any(exercise.name in said for exercise in catalogue.all_exercises())
    assert "No handout and no calendar" in ran.err
    assert not any(file.exists() for file in files.values())


def test_the_letter_is_written_even_where_there_is_no_plan(coxa: Run, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    ran = coxa("plan", written(tmp_path, profile(answers=answers(one_leg_swollen=True))), "--letter", file, "--name", "Änne Groß")
    assert ran.code == 0
    text = flat(PdfReader(file).pages[0].extract_text())
    assert "Änne Groß" in text
    assert "today or within days" in text


def test_papers_and_calendar_are_written_and_the_document_stays_alone(coxa: Run, tmp_path: Path, undrawn: None) -> None:
    file = written(tmp_path, profile())
    pdf, ics, letter = tmp_path / "plan.pdf", tmp_path / "plan.ics", tmp_path / "letter.pdf"
    ran = coxa("plan", file, "--pdf", pdf, "--ics", ics, "--letter", letter, "--zone", "Europe/Berlin", "--at", "07:30", "--json")
    programme = Programme.model_validate_json(ran.out)
    assert all(f"Written: {path}" in ran.err for path in (pdf, ics, letter))
    text = flat(" ".join(page.extract_text() for page in PdfReader(pdf).pages))
    assert all(catalogue.load(row.exercise).name in text for row in programme.exercises)
    events = Calendar.from_ical(ics.read_bytes()).walk("VEVENT")
    assert {str(event["dtstart"].dt.time()) for event in events} == {"07:30:00"}
    assert len(PdfReader(letter).pages) == 1


def test_large_and_compact_handouts_differ_in_length(coxa: Run, tmp_path: Path, undrawn: None) -> None:
    file = written(tmp_path, profile())
    pages = {}
    for option in ("--large", "--compact"):
        pdf = tmp_path / f"{option}.pdf"
        assert coxa("plan", file, "--pdf", pdf, option).code == 0
        pages[option] = len(PdfReader(io.BytesIO(pdf.read_bytes())).pages)
    assert pages["--large"] > pages["--compact"]


def test_german_nouns_keep_their_capitals(coxa: Run, tmp_path: Path) -> None:
    said = flat(coxa("plan", written(tmp_path, profile(answers=answers(region="front"))), "--language", "de").out)
    assert "Vorderseite der Hüfte oder Leiste" in said


BAD: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "an unknown field": ({"minutes": 20}, ("minutes", "did you mean minutes_a_day")),
    "an unknown field further in": ({"stance": {"left": 4}}, ("stance.left", "did you mean left_s")),
    "neither screening nor answers": ({"answers": None}, ("screening", "answers", "neither")),
    "both screening and answers": ({"screening": {}}, ("screening", "answers", "both")),
    "an impossible age": ({"answers": None, "screening": screen(answers()).model_dump(mode="json"), "age": 190}, ("age", "120", "190")),
    "two ages": ({"age": 46}, ("age", "46", "45")),
    "two counts of falls": ({"falls_12_months": 3}, ("falls_12_months", "3", "0")),
    "a number in quotation marks": ({"minutes_a_day": "20"}, ("minutes_a_day", "'20'")),
    "too few minutes": ({"minutes_a_day": 1}, ("minutes_a_day", "5", "1")),
    "an unknown programme": ({"programme": "yoga"}, ("programme", "personal", "yoga")),
    "an unknown weekday": ({"training_days": ["monday"]}, ("training_days.0", "mon", "monday")),
    "an exercise that is not there": ({"refused": ["clam-shell"]}, ("refused", "clam-shell", "did you mean clamshell")),
    "wanted and refused": ({"refused": ["bridge"], "enabled": ["bridge"]}, ("bridge", "both")),
    "a go-ahead without its day": ({"cleared_by": "Dr A"}, ("cleared_by", "cleared_on")),
    "a go-ahead to come": ({"cleared_by": "Dr A", "cleared_on": "2999-01-01"}, ("cleared_on", "2999-01-01", "today")),
    "a day that is none": ({"starts_on": "2026-02-30"}, ("starts_on", "2026-02-30")),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_profile_is_refused_in_one_line(coxa: Run, tmp_path: Path, what: str) -> None:
    changes, parts = BAD[what]
    refused(coxa("plan", written(tmp_path, profile(**changes))), *parts)


def test_a_wrong_zone_time_or_folder_is_refused_in_one_line(coxa: Run, tmp_path: Path) -> None:
    file, ics = written(tmp_path, profile()), tmp_path / "plan.ics"
    refused(coxa("plan", file, "--ics", ics, "--zone", "Europe/Hamburg"), "--zone", "Europe/Hamburg")
    refused(coxa("plan", file, "--ics", ics, "--zone", "Europe/Berlin", "--at", "25:00"), "--at", "25:00")
    refused(coxa("plan", file, "--ics", ics, "--zone", "Europe/Berlin", "--at", "08:00,08:00"), "--at", "different")
    refused(coxa("plan", file, "--ics", ics, "--zone", "Europe/Berlin", "--at", "08:00,19:00", "--json"), "--at", "one time", "got 2")
    refused(coxa("plan", file, "--ics", tmp_path / "none" / "plan.ics", "--zone", "Europe/Berlin", "--json"), "No such file")
    refused(coxa("plan", file, "--language", "xx"), "xx")
    assert not ics.exists()
