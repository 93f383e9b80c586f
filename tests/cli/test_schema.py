"""`coxa schema`: what coxa writes is what its schema says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_args

import pytest
from run import Ran, refused, run

from coxa.capture.simulated import simulate
from coxa.exercises import catalogue
from coxa.motion import analyze
from coxa.motion.result import FaultId, Status, WhyNotJudged

Run = Callable[..., Ran]


@pytest.fixture
def coxa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command."""
    return lambda *arguments: run(monkeypatch, capsys, *arguments)


def printed(coxa: Run, name: str) -> dict[str, Any]:
    ran = coxa("schema", name)
    assert (ran.code, ran.err) == (0, "")
    schema: dict[str, Any] = json.loads(ran.out)
    return schema


@pytest.mark.parametrize("name", ["set-result", "exercise"])
def test_a_schema_is_one_document_that_names_itself(coxa: Run, name: str) -> None:
    schema = printed(coxa, name)
    assert schema["$id"] == f"coxa.{name}/1"
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["type"] == "object"


def test_an_unknown_schema_is_refused_with_the_names_there_are(coxa: Run) -> None:
    refused(coxa("schema", "recording"), "'recording'", "set-result", "exercise")
    refused(coxa("schema"), "NAME")


def fits(value: Any, schema: dict[str, Any], whole: dict[str, Any]) -> None:
    """Assert that a value has the keys, types and words of its schema, all of them and no others."""
    if "$ref" in schema:
        fits(value, whole["$defs"][schema["$ref"].rsplit("/", 1)[1]], whole)
    elif "anyOf" in schema:
        kinds = [s.get("type", "object") for s in schema["anyOf"]]
        assert (value is None) <= ("null" in kinds)
        if value is not None:
            fits(value, next(s for s in schema["anyOf"] if s.get("type") != "null"), whole)
    elif "const" in schema:
        assert value == schema["const"]
    elif "enum" in schema:
        assert value in schema["enum"]
    elif schema["type"] == "object":
        assert set(value) == set(schema["properties"])
        assert set(schema.get("required", ())) <= set(value)
        for key, inner in schema["properties"].items():
            fits(value[key], inner, whole)
    elif schema["type"] == "array":
        for item in value:
            fits(item, schema["items"], whole)
    else:
        kinds_of = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}
        assert isinstance(value, kinds_of[schema["type"]])  # type: ignore[arg-type]


FOLLOWED = tuple(exercise.id for exercise in catalogue.all_exercises() if exercise.coaching is not None)


@pytest.mark.parametrize("exercise", FOLLOWED)
def test_every_result_fits_the_schema(coxa: Run, exercise: str) -> None:
    schema = printed(coxa, "set-result")
    recording = simulate(exercise, seed=1, repetitions=2).recording
    for asked in (exercise, *FOLLOWED[:: len(FOLLOWED) // 4]):
        result = analyze(recording, asked, judge_untested=True)
        fits(json.loads(json.dumps(result.to_json(), allow_nan=False)), schema, schema)


def test_the_schema_knows_every_fault_reason_and_status(coxa: Run) -> None:
    schema = printed(coxa, "set-result")
    assert schema["$defs"]["Fault"]["properties"]["id"]["enum"] == list(get_args(FaultId))
    assert schema["$defs"]["NotJudged"]["properties"]["why"]["enum"] == list(get_args(WhyNotJudged))
    assert schema["properties"]["status"]["enum"] == list(get_args(Status))


def test_an_exercise_as_json_has_the_keys_of_its_schema(coxa: Run) -> None:
    schema = printed(coxa, "exercise")
    shown = json.loads(coxa("exercises", "show", "bridge", "--json").out)
    assert set(shown) == set(schema["properties"])
