"""The catalogue reads what is there, one file at a time, and says in one line what is wrong with a file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise

EIGHT = (
    "bridge", "clamshell", "hip-flexor-stretch", "side-lying-abduction",
    "single-leg-stance", "squat", "standing-abduction", "standing-extension",
)  # fmt: skip


def toml_with(tmp_path: Path, old: str, new: str) -> Path:
    """The bridge's file with one text replaced."""
    text = (catalogue.FOLDER / "bridge.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "bridge.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_eight_exercises_are_there_and_all_load() -> None:
    assert set(EIGHT) <= set(catalogue.ids())
    assert [exercise.id for exercise in catalogue.all_exercises()] == list(catalogue.ids())


def test_loading_one_exercise_reads_no_other_file(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = Path.read_text

    def spy(self: Path, *args: Any, **kwargs: Any) -> str:
        read.append(self.name)
        return original(self, *args, **kwargs)

    catalogue.forget()
    monkeypatch.setattr(Path, "read_text", spy)
    assert catalogue.load("squat").id == "squat"
    assert read == ["squat.toml"]


def test_an_exercise_survives_a_round_trip_through_json() -> None:
    for exercise in catalogue.all_exercises():
        assert Exercise.model_validate_json(exercise.model_dump_json()) == exercise


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("brigde", "bridge"), ("clam", "clamshell"), ("abduction", "side-lying-abduction"), ("Single leg stance", "single-leg-stance")],
)
def test_an_unknown_exercise_is_refused_with_the_nearest_names(typed: str, meant: str) -> None:
    with pytest.raises(BadInput, match=f"there is no exercise '{typed}'; did you mean .*{meant}"):
        catalogue.load(typed)


def test_a_name_that_is_near_nothing_lists_what_is_known() -> None:
    with pytest.raises(BadInput, match=f"known are {', '.join(catalogue.ids())}"):
        catalogue.load("qqq")


@given(st.text(max_size=40))
def test_nearest_names_are_always_known_ids_and_never_more_than_asked(typed: str) -> None:
    near = catalogue.nearest_names(typed, most=2)
    assert len(near) <= 2
    assert set(near) <= set(catalogue.ids())


def test_search_finds_by_any_name_and_by_every_word() -> None:
    assert [e.id for e in catalogue.search("lunge")] == ["hip-flexor-stretch"]
    assert {"side-lying-abduction", "standing-abduction"} <= {e.id for e in catalogue.search("LEG lift side")}
    assert catalogue.search("swimming") == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('level = 2', 'level = 9', r"key level: expected less than or equal to 5, got 9"),
        ('side = "both"', 'side = "left"', r"key side: expected 'one', 'both' or 'alternating', got 'left'"),
        ('position = ', 'positoin = ', r"key position: expected a value, got none \(and 1 more\)"),
        ('least = { value = 10', 'least = { valeu = 10', r"key coaching\.repetition\.least\.value: expected a value"),
        ('source = "S000"', 'source = "somebody"', r"key .*source: expected .*, got 'somebody'"),
        ('low = 160, high = 180', 'low = 180, high = 160', r"key coaching\.repetition\.target: low 180 is above high 160"),
        ('fault = "sags"', 'fault = "slumps"', r"no fault rule for slumps"),
        ('key_fault = "over-lift"', 'key_fault = "rolls-back"', r"no fault rule for rolls-back"),
        ('hip_flexion_left = 50', 'hip_bend_left = 50', r"unknown joint angle hip_bend_left"),
        ('views = { side = "not_tested" }', 'views = { side = "judged" }', r"over-lift: judged from side without evidence"),
        ('id = "bridge"', 'id = "bridges"', r"key id: expected 'bridge', as the file is named, got 'bridges'"),
        ('id = "bridge"', 'id = bridge', r"expected TOML in UTF-8, but Invalid value"),
    ],
)  # fmt: skip
def test_a_broken_file_says_file_key_expected_and_got_on_one_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = toml_with(tmp_path, old, new)
    with pytest.raises(BadInput, match=says) as refusal:
        catalogue.read(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)


@given(st.sampled_from(EIGHT), st.randoms())
def test_a_file_with_any_required_key_missing_is_refused_by_name(id: str, random: Any) -> None:
    values = tomllib.loads((catalogue.FOLDER / f"{id}.toml").read_text(encoding="utf-8"))
    required = [name for name, field in Exercise.model_fields.items() if field.is_required()]
    missing = random.choice(required)
    del values[missing]
    with pytest.raises(ValueError, match=missing):
        Exercise.model_validate(values)


def test_a_clinics_own_file_replaces_ours_of_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coxa import settings

    toml_with(
        tmp_path,
        'red = { value = 190, unit = "deg", source = "D9" }',
        'red = { value = 186, unit = "deg", source = "ours", review = "reviewed" }',
    )
    monkeypatch.setattr(settings, "settings", lambda: settings.Settings(exercises_folder=tmp_path))
    catalogue.forget()
    try:
        coaching = catalogue.load("bridge").coaching
        assert coaching is not None
        assert [f.red.value for f in coaching.faults if f.fault == "over-lift" and f.red] == [186]
        assert set(EIGHT) <= set(catalogue.ids())
    finally:
        catalogue.forget()


def test_a_clinics_folder_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coxa import settings

    monkeypatch.setattr(settings, "settings", lambda: settings.Settings(exercises_folder=tmp_path / "absent"))
    with pytest.raises(BadInput, match="COXA_EXERCISES_FOLDER: expected a folder"):
        catalogue.ids()
