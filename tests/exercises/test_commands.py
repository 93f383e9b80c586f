"""`coxa exercises`: list with search and filters, show with evidence, check of a clinic's own files, and its own folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coxa.cli.exercises import app
from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.exercises.coaching import Coaching
from coxa.exercises.model import Exercise
from coxa.exercises.terms import Number, Range
from coxa.exercises.words import describe_number

runner = CliRunner()
IDS = catalogue.ids()


def run(*arguments: str, columns: int = 120) -> Result:
    return runner.invoke(app, list(arguments), env={"COLUMNS": str(columns)})


def listed(*arguments: str) -> list[str]:
    """The ids that `list` gives as JSON."""
    shown = run("list", *arguments, "--json")
    assert shown.exit_code == 0, shown.exception
    return [entry["id"] for entry in json.loads(shown.stdout)]


def flowing(shown: Result) -> str:
    """What is printed, as one line: wrapped text reads on, since every part is one column."""
    return " ".join(shown.stdout.split())


def own(folder: Path, id: str = "wall-bridge", **changes: str) -> Path:
    """A clinic's own exercise: the bridge under another id, with some texts replaced."""
    text = (catalogue.FOLDER / "bridge.toml").read_text(encoding="utf-8").replace('id = "bridge"', f'id = "{id}"', 1)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / f"{id}.toml"
    path.write_text(text, encoding="utf-8")
    return path


# ------------------------------------------------------------------------------------------------ list


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_list_names_every_exercise_and_keeps_within_the_terminal(columns: int) -> None:
    shown = run("list", columns=columns)
    assert shown.exit_code == 0
    assert max(len(line) for line in shown.stdout.splitlines()) <= columns
    if columns >= 80:
        for exercise in catalogue.all_exercises():
            assert exercise.id in shown.stdout


def test_list_as_json_is_one_document_with_an_entry_for_each() -> None:
    assert listed() == list(IDS)


def test_words_are_looked_for_in_ids_names_and_reasons_whatever_their_case() -> None:
    assert listed("SINGLE", "leg", "stance") == ["single-leg-stance"]
    assert "hip-flexor-stretch" in listed("lunge")
    assert listed("swimming") == []


@pytest.mark.parametrize(
    ("option", "value", "holds"),
    [
        ("--position", "side-lying", lambda e: e.posture == "side-lying"),
        ("--position", "lying", lambda e: e.posture in ("supine", "side-lying", "prone")),
        ("--purpose", "Stretch", lambda e: "stretch" in e.purpose),
        ("--muscle", "gluteus medius", lambda e: any("gluteus medius" in m for m in e.muscles)),
        ("--region", "outer", lambda e: not any("outer" in b.regions and not b.only_if for b in e.blocks)),
        ("--equipment", "ankle weight", lambda e: any("ankle weight" in x.name for x in e.equipment)),
        ("--equipment", "none", lambda e: all(x.name == "mat" or not x.needed for x in e.equipment)),
        ("--source", "s004", lambda e: "S004" in e.sources),
        ("--level", "2", lambda e: e.level == 2),
        ("--level", "3-5", lambda e: 3 <= e.level <= 5),
    ],
)
def test_a_filter_keeps_exactly_those_that_have_it(option: str, value: str, holds: object) -> None:
    assert callable(holds)
    kept = listed(option, value)
    assert kept == [e.id for e in catalogue.all_exercises() if holds(e)]
    assert 0 < len(kept) < len(IDS)


def test_filters_are_joined_with_and() -> None:
    both = listed("--position", "side-lying", "--level", "3", "--source", "S004")
    assert "side-lying-abduction" in both
    assert set(both) == set(listed("--position", "side-lying")) & set(listed("--level", "3")) & set(listed("--source", "S004"))


def test_a_region_says_which_exercises_it_leaves_out() -> None:
    shown = run("list", "--region", "front")
    assert "Left out, as pain there rules it out:" in shown.stdout
    assert "standing-extension" in flowing(shown).partition("Left out")[2]


@pytest.mark.parametrize(
    ("option", "value", "meant"),
    [
        ("--position", "lyng", "did you mean lying?"),
        ("--purpose", "strengh", "did you mean strength"),
        ("--muscle", "glutaeus medius", "did you mean gluteus medius"),
        ("--muscle", "zzz", "known are"),
        ("--region", "hip", "known are front, outer, buttock, thigh, knee, back"),
        ("--equipment", "matt", "did you mean mat"),
        ("--source", "S005", "did you mean S000 or S001"),
        ("--level", "9", "expected a level from 1 to 5"),
        ("--level", "3-1", "expected a level from 1 to 5"),
        ("--language", "dee", "did you mean de?"),
    ],
)
def test_a_value_that_nothing_can_have_is_refused_in_one_line_with_the_nearest(option: str, value: str, meant: str) -> None:
    shown = run("list", option, value)
    assert isinstance(shown.exception, BadInput)
    assert option.removeprefix("--") in str(shown.exception)
    assert meant in str(shown.exception)
    assert "\n" not in str(shown.exception)


# ------------------------------------------------------------------------------------------------ show


@pytest.mark.parametrize("id", IDS)
def test_show_says_everything_in_80_and_in_120_columns(id: str) -> None:
    e = catalogue.load(id)
    said = [e.why, *e.steps, e.feel, *e.tips, e.daily_life, e.why_off, e.why_no_camera]
    said += [text for m in e.mistakes for text in (m.name, m.why, m.fix)] + [d.note for d in e.doses]
    said += [text for c in e.cautions for text in (c.text, c.reason)] + [b.reason for b in e.blocks] + [v.how for v in e.variations]
    if e.coaching:
        said += [e.coaching.camera, *(rule.self_check for rule in e.coaching.faults)]
    for columns in (80, 120):
        shown = run("show", id, columns=columns)
        assert shown.exit_code == 0, shown.exception
        assert max(len(line) for line in shown.stdout.splitlines()) <= columns
        # the panel's frame is no text
        text = flowing(shown).replace("│ ", "").replace(" │", "")
        assert [s for s in said if " ".join(s.split()) not in text] == []


def test_show_fits_a_narrow_terminal() -> None:
    assert max(len(line) for line in run("show", "bridge", columns=40).stdout.splitlines()) <= 40


def test_show_as_json_is_the_whole_exercise() -> None:
    shown = run("show", "squat", "--json")
    assert Exercise.model_validate_json(shown.stdout) == catalogue.load("squat")


def test_an_exercise_that_followed_only_coxas_own_people_is_shown_as_unconfirmed() -> None:
    for id, confirmed in (("donkey-kick", False), ("clamshell", True), ("squat", True)):
        shown = " ".join(run("show", id).stdout.split())
        assert ("Coached, unconfirmed: tried only on people that coxa draws itself." in shown) is not confirmed
        assert ("Coached: also tried on" in shown) is confirmed
        assert ("real" in json.loads(run("show", id, "--json").stdout)["coaching"]["confirmed_by"]) is confirmed
    found = {e["id"]: e["confirmed"] for e in json.loads(run("list", "--json").stdout)}
    assert (found["donkey-kick"], found["clamshell"], found["pelvic-tilts"]) == (False, True, None)
    assert {id for id in catalogue.ids() if catalogue.load(id).coaching} == {id for id, value in found.items() if value is not None}


def test_bodies_stand_once_each_and_in_order() -> None:
    coaching = catalogue.load("squat").coaching
    assert coaching is not None
    again = Coaching.model_validate(coaching.model_dump() | {"confirmed_by": ("real", "own", "real")})
    assert again.confirmed_by == ("own", "real")
    with pytest.raises(ValueError, match="confirmed_by"):
        Coaching.model_validate(coaching.model_dump() | {"confirmed_by": ("somebody",)})


def test_an_unknown_exercise_is_refused_with_the_nearest_names() -> None:
    shown = run("show", "brigde")
    assert isinstance(shown.exception, BadInput)
    assert "did you mean bridge" in str(shown.exception)


def numbers(value: object) -> list[Number | Range]:
    """Every clinical number anywhere inside a model."""
    if isinstance(value, Number | Range):
        return [value]
    if isinstance(value, tuple):
        return [n for item in value for n in numbers(item)]
    return [n for name in getattr(type(value), "model_fields", ()) for n in numbers(getattr(value, name))]


@pytest.mark.parametrize("id", IDS)
def test_evidence_has_every_number_dose_and_block_with_its_source_spelled_out_and_its_review_state(id: str) -> None:
    exercise = catalogue.load(id)
    found = json.loads(run("show", id, "--evidence", "--json").stdout)
    assert found["exercise"] == id
    claims = found["evidence"]
    keys = [claim["key"] for claim in claims]
    assert len(set(keys)) == len(keys) or exercise.doses != tuple({d.source: d for d in exercise.doses}.values())
    said = Counter((c["value"], c["source"], c["review"]) for c in claims)
    assert Counter((describe_number(n), n.source, n.review) for n in numbers(exercise)) <= said
    assert {d.source for d in exercise.doses} <= {c["source"] for c in claims if c["group"] == "dose"}
    assert {b.reason for b in exercise.blocks} <= {c["value"] for c in claims if c["group"] == "care"}
    assert {m.name for m in exercise.mistakes} <= {c["value"] for c in claims if c["group"] == "mistake"}
    for claim in claims:
        assert claim["value"]
        assert claim["what"]
        assert claim["source_says"] not in ("", claim["source"])
        assert claim["review"] in ("sourced", "unreviewed", "reviewed")
        assert claim["review"] != "sourced" or claim["source"].startswith("S00")


def test_evidence_tells_the_number_of_a_limit_as_its_file_does() -> None:
    claims = {c["key"]: c for c in json.loads(run("show", "bridge", "--evidence", "--json").stdout)["evidence"]}
    red = claims["coaching.faults.over-lift.red"]
    assert (red["value"], red["source"], red["review"]) == ("190°", "D9", "unreviewed")
    hold = claims["doses.S001.hold_s"]
    assert (hold["value"], hold["source"], hold["review"]) == ("3 s", "S001", "sourced")


@pytest.mark.parametrize("columns", [80, 120])
def test_evidence_fits_the_terminal_and_lists_its_sources(columns: int) -> None:
    shown = run("show", "side-lying-abduction", "--evidence", columns=columns)
    assert max(len(line) for line in shown.stdout.splitlines()) <= columns
    assert "dosing and cautions by condition" in flowing(shown)
    assert "not reviewed yet" in flowing(shown)


# ------------------------------------------------------------------------------------------------ check


def problems(*paths: Path) -> dict[str, list[str]]:
    """Each file's problems as `key: says`; the exit code is 2 exactly when there is one."""
    shown = run("check", *map(str, paths), "--json")
    found = {Path(f["file"]).name: [f"{p['key']}: {p['says']}" for p in f["problems"]] for f in json.loads(shown.stdout)}
    assert shown.exit_code == (2 if any(found.values()) else 0)
    return found


def test_the_whole_catalogue_is_in_order() -> None:
    assert {name: wrong for name, wrong in problems(*sorted(catalogue.FOLDER.glob("*.toml"))).items() if wrong} == {}


def test_a_good_file_of_a_clinic_is_in_order(tmp_path: Path) -> None:
    shown = run("check", str(own(tmp_path)))
    assert shown.exit_code == 0
    assert "in order" in shown.stdout
    assert shown.stderr == ""


def test_every_problem_of_the_model_stands_on_its_own_line(tmp_path: Path) -> None:
    path = own(tmp_path, **{"level = 2": "level = 9", 'side = "both"': 'side = "left"', "position = ": "positoin = "})
    shown = run("check", str(path))
    assert shown.exit_code == 2
    lines = shown.stderr.splitlines()
    assert len(lines) == 4
    assert all(line.startswith(f"{path}: key ") for line in lines)
    assert any(line.endswith("key level: expected less than or equal to 5, got 9") for line in lines)
    assert any("key side: expected 'one', 'both' or 'alternating', got 'left'" in line for line in lines)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('signal = "trunk_thigh"', 'signal = "trunk_tigh"', "coaching.repetition.signal: expected a signal, got 'trunk_tigh'; did you"),
        ('harder = [', 'harder = ["sqat", ', "harder: expected an exercise of the catalogue, got 'sqat'; did you mean squat?"),
        ('harder = [', 'harder = ["wall-bridge", ', "harder: expected another exercise, got 'wall-bridge' itself"),
        ('unit = "deg", source = "ours" }', 'unit = "s", source = "ours" }', "coaching.repetition.least.unit: expected 'deg'"),
        ("value = 190", "value = 170", "coaching.faults.over-lift.red.value: expected a limit above amber's 183, got 170"),
        ("hip_flexion_left = 50", "hip_flexion_left = 150", "movement.start.angles.hip_flexion_left: expected -30 to 130°"),
        ('postures = ["supine"]', 'postures = ["prone"]', "coaching.setup.postures: expected 'supine'"),
        ('sources = ["S000", ', 'sources = ["S002", ', "doses.0.source: expected one of the exercise's sources"),
        ('id = "wall-bridge"', 'id = "wall-bridges"', "id: expected 'wall-bridge', as the file is named, got 'wall-bridges'"),
    ],
)  # fmt: skip
def test_what_the_model_cannot_see_is_found_too(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert any(says in problem for problem in problems(own(tmp_path, **{old: new}))["wall-bridge.toml"])


def test_a_mistake_that_no_camera_of_ours_knows_is_found(tmp_path: Path) -> None:
    path = own(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("knees-out", "knees-outwards"), encoding="utf-8")
    (wrong,) = problems(path)["wall-bridge.toml"]
    assert wrong.startswith("coaching.faults.knees-outwards: expected a mistake that coxa knows")
    assert "did you mean knees-out" in wrong


def test_two_files_of_one_clinic_may_be_neighbours(tmp_path: Path) -> None:
    first, second = own(tmp_path, **{"harder = [": 'harder = ["wall-bridge-high", '}), own(tmp_path, "wall-bridge-high")
    assert problems(first)["wall-bridge.toml"] != []
    assert problems(first, second) == {"wall-bridge.toml": [], "wall-bridge-high.toml": []}


def test_a_file_that_is_none_does_not_keep_the_others_from_being_checked(tmp_path: Path) -> None:
    torn = tmp_path / "torn.toml"
    torn.write_text("id = [", encoding="utf-8")
    found = problems(tmp_path / "absent.toml", torn, own(tmp_path))
    assert found["absent.toml"] == [": cannot be read: No such file or directory"]
    assert found["torn.toml"][0].startswith(": expected TOML in UTF-8")
    assert found["wall-bridge.toml"] == []


def test_a_hard_text_gets_a_hint_and_no_refusal(tmp_path: Path) -> None:
    hard = "Simultaneous external rotation of the contralateral femoroacetabular articulation necessitates neuromuscular coordination."
    path = own(tmp_path, **{"The tilt comes first, then the lift.": hard})
    shown = run("check", str(path))
    assert shown.exit_code == 0
    assert "hint: key tips: reads at school grade" in shown.stderr


# ------------------------------------------------------------------------------------------------ a clinic's own folder


def coxa(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command line as a clinic runs it, with its own folder of exercises."""
    code = "import sys; from coxa.cli import main; sys.argv[0] = 'coxa'; main()"
    environment = {**os.environ, "COXA_EXERCISES_FOLDER": str(folder), "COLUMNS": "120"}
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120, env=environment)


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A folder with one exercise more, and with one of ours in which a word is changed."""
    own(tmp_path, **{'name = "Bridge"': 'name = "Bridge at the wall"'})
    own(tmp_path, "bridge", **{'name = "Bridge"': 'name = "Bridge, as we teach it"'})
    return tmp_path


def test_a_clinics_folder_adds_and_replaces_in_list_and_show(clinic: Path) -> None:
    entries = {e["id"]: e["name"] for e in json.loads(coxa("exercises", "list", "--json", folder=clinic).stdout)}
    assert set(entries) == {*IDS, "wall-bridge"}
    assert entries["wall-bridge"] == "Bridge at the wall"
    assert entries["bridge"] == "Bridge, as we teach it"
    shown = coxa("exercises", "show", "wall-bridge", folder=clinic)
    assert shown.returncode == 0
    assert "Bridge at the wall" in shown.stdout


def test_analyze_watches_a_clinics_own_exercise(clinic: Path) -> None:
    from coxa.body.storage import write_recording
    from coxa.capture.simulated import simulate

    clip = clinic / "set.parquet"
    write_recording(simulate("bridge", seed=1, view="side", repetitions=2).recording, clip)
    ran = coxa("analyze", str(clip), "--exercise", "wall-bridge", "--json", folder=clinic)
    assert ran.returncode == 0, ran.stderr
    result = json.loads(ran.stdout)
    assert result["exercise"] == "wall-bridge"
    assert [r["counted"] for r in result["repetitions"]] == [True, True]


def test_a_clinics_broken_file_is_refused_in_one_line_that_names_it(tmp_path: Path) -> None:
    path = own(tmp_path, **{"level = 2": "level = 9"})
    ran = coxa("exercises", "show", "wall-bridge", folder=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [f"coxa: {path}: key level: expected less than or equal to 5, got 9"]


def test_the_module_loads_nothing_heavy_until_a_command_runs() -> None:
    heavy = ("pydantic", "rich.table", "numpy", "numba", "mediapipe")
    code = f"import coxa.cli.exercises, sys; print(*(m for m in {heavy} if m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert loaded.stdout.strip() == ""
