"""`coxa exercises list` and `show`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from coxa.cli.exercises import app
from coxa.errors import BadInput
from coxa.exercises import catalogue

runner = CliRunner()


def test_list_names_every_exercise() -> None:
    shown = runner.invoke(app, ["list"], env={"COLUMNS": "160"})
    assert shown.exit_code == 0
    for exercise in catalogue.all_exercises():
        assert exercise.id in shown.stdout
        assert exercise.name in shown.stdout


def test_list_as_json_is_one_document_with_an_entry_for_each() -> None:
    shown = runner.invoke(app, ["list", "--json"])
    assert [entry["id"] for entry in json.loads(shown.stdout)] == list(catalogue.ids())


@pytest.mark.parametrize("id", catalogue.ids())
def test_show_prints_steps_mistakes_and_doses(id: str) -> None:
    exercise = catalogue.load(id)
    shown = runner.invoke(app, ["show", id], env={"COLUMNS": "400"})
    assert shown.exit_code == 0
    for text in (*exercise.steps, *(m.fix for m in exercise.mistakes), *(d.note for d in exercise.doses), exercise.daily_life):
        assert text in shown.stdout


@pytest.mark.parametrize("columns", ["40", "80"])
def test_show_fits_a_narrow_terminal(columns: str) -> None:
    shown = runner.invoke(app, ["show", "bridge"], env={"COLUMNS": columns})
    assert max(len(line) for line in shown.stdout.splitlines()) <= int(columns)


def test_show_as_json_is_the_whole_exercise() -> None:
    from coxa.exercises.model import Exercise

    shown = runner.invoke(app, ["show", "squat", "--json"])
    assert Exercise.model_validate_json(shown.stdout) == catalogue.load("squat")


def test_an_unknown_exercise_is_refused_with_the_nearest_names() -> None:
    shown = runner.invoke(app, ["show", "brigde"])
    assert isinstance(shown.exception, BadInput)
    assert "did you mean bridge?" in str(shown.exception)


def test_the_module_loads_nothing_heavy_until_a_command_runs() -> None:
    heavy = ("pydantic", "rich.table", "numpy", "numba", "mediapipe")
    code = f"import coxa.cli.exercises, sys; print(*(m for m in {heavy} if m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert loaded.stdout.strip() == ""
