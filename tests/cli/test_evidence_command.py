"""`coxa evidence`: nothing that coxa decides by is without its source; a clinic's own number is shown as such."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from person import written
from run import Ran, refused, run

from coxa.care.danger import danger_signs
from coxa.care.rules import RULES
from coxa.care.thresholds import thresholds
from coxa.care.translate import say
from coxa.exchange.evidence import DATA
from coxa.exercises import catalogue
from coxa.exercises.evidence import claims

Run = Callable[..., Ran]
SOURCE = re.compile(r"S00[0-4]|P[1-9]\d{0,2}|[ABCD][0-9]{1,2}|OK|CALC|ours")


@pytest.fixture
def coxa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command."""
    return lambda *arguments: run(monkeypatch, capsys, *arguments)


def entries(coxa: Run, *options: Any) -> list[dict[str, str]]:
    ran = coxa("evidence", "--json", *options)
    assert (ran.code, ran.err) == (0, "")
    found: list[dict[str, str]] = json.loads(ran.out)["evidence"]
    return found


def test_every_danger_sign_rule_threshold_and_claim_is_in_it(coxa: Run) -> None:
    ids = {entry["id"] for entry in entries(coxa)}
    assert {row.id for row in danger_signs()} <= ids
    assert {rule.id for rule in RULES} <= ids
    assert {threshold.id for threshold in thresholds()} <= ids
    for exercise in catalogue.all_exercises():
        assert {f"{exercise.id}.{claim.key}" for claim in claims(exercise)} <= ids


def test_every_sentence_of_cares_own_data_is_in_it(coxa: Run) -> None:
    said = {entry["what"] for entry in entries(coxa)}

    def sentences(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["words"]] if isinstance(value.get("words"), str) else []
            return own + [text for item in value.values() for text in sentences(item)]
        return [text for item in value for text in sentences(item)] if isinstance(value, list) else []

    for file in DATA.glob("*.toml"):
        if file.stem != "screening":
            assert set(sentences(tomllib.loads(file.read_text(encoding="utf-8")))) <= said, file.name


def test_each_entry_has_a_value_a_source_that_is_spelled_out_and_a_review_state(coxa: Run) -> None:
    for entry in entries(coxa):
        assert entry["what"], entry
        assert SOURCE.fullmatch(entry["source"]), entry
        assert entry["source_says"], entry
        assert entry["review"] in ("sourced", "unreviewed", "reviewed"), entry


def test_a_clinics_own_number_is_shown_as_overridden(coxa: Run, tmp_path: Path) -> None:
    own = written(tmp_path, 'clinic = "Praxis am Park"\n[thresholds]\n"pain.session-limit" = 5\n', "own.toml")
    (entry,) = (e for e in entries(coxa, "--overrides", own) if e["id"] == "pain.session-limit")
    assert (entry["value"], entry["shipped"], entry["by"]) == ("5 points", "6 points", "Praxis am Park")
    said = " ".join(coxa("evidence", "--overrides", own).out.split())
    assert "overridden" in said
    assert "overridden" not in coxa("evidence").out


def test_the_table_counts_the_rest_and_lists_it_when_asked(coxa: Run) -> None:
    short, long = (" ".join(coxa("evidence", *options).out.split()) for options in ((), ("--all",)))
    assert "--all lists them" in short
    assert "--all lists them" not in long
    assert "C1.cauda-equina" in short
    assert len(long) > 3 * len(short)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('[thresholds]\n"pain.session-limit" = 5\n', ("clinic",)),
        ('clinic = "A"\n[thresholds]\n"pain.session-limt" = 5\n', ("pain.session-limt", "did you mean pain.session-limit")),
        ('clinic = "A"\n[thresholds]\n"pain.session-limit" = 11\n', ("pain.session-limit", "11")),
        ('clinic = "A"\n[thresholds]\n"pain.session-limit" = "5"\n', ("pain.session-limit", "'5'")),
        ("clinic = ", ("TOML",)),
    ],
)
def test_a_wrong_file_of_a_clinic_is_refused_in_one_line(coxa: Run, tmp_path: Path, text: str, parts: tuple[str, ...]) -> None:
    refused(coxa("evidence", "--overrides", written(tmp_path, text, "own.toml")), *parts)


def test_a_clinics_file_that_is_not_there_is_refused_in_one_line(coxa: Run, tmp_path: Path) -> None:
    refused(coxa("evidence", "--overrides", tmp_path / "own.toml"), "own.toml", "No such file")


def test_in_german_the_signs_and_rules_are_the_sentences_that_a_person_reads(coxa: Run) -> None:
    english = {entry["id"]: entry for entry in entries(coxa)}
    german = {entry["id"]: entry for entry in entries(coxa, "--language", "de")}
    assert english.keys() == german.keys()
    same = [id for id, entry in english.items() if entry["group"] in ("danger", "rule") and entry["what"] == german[id]["what"]]
    assert same == []
    assert german["C1.fracture"]["what"] == say(english["C1.fracture"]["what"], "de")
