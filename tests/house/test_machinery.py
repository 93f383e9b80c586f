"""The house's own rules: rooms, settings, lock file, set-up."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "coxa"


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, str]:
    """Each package of the lock file with its version and the text of its hashes."""
    text = (ROOT / "requirements" / "lock.txt").read_text()
    return {normal(m[1]): m[0] for m in re.finditer(r"^([A-Za-z0-9._-]+)==\S+.*(?:\n    .*)*", text, re.M)}


@pytest.fixture
def set_up() -> ModuleType:
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "scripts" / "set_up.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_room_imports_only_from_rooms_above_it() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([tool, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout


def test_every_room_stands_in_the_import_contract() -> None:
    (contract,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rooms = {f"coxa.{path.parent.name}" for path in SOURCE.glob("*/__init__.py")}
    assert rooms <= set(contract["layers"])


@pytest.mark.parametrize("room", sorted(path.parent.name for path in SOURCE.glob("*/__init__.py")))
def test_every_room_says_what_lives_there(room: str) -> None:
    says = ast.get_docstring(ast.parse((SOURCE / room / "__init__.py").read_text()))
    assert says is not None
    assert len(says) > 20


def reads_environment(tree: ast.AST) -> list[int]:
    """Lines that read the environment, by whatever name."""
    names = {"environ", "environb", "getenv", "getenvb"}
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names:
            lines.append(node.lineno)
        if isinstance(node, ast.ImportFrom) and node.module == "os" and names & {alias.name for alias in node.names}:
            lines.append(node.lineno)
    return lines


def test_only_settings_reads_the_environment() -> None:
    found = {
        str(path.relative_to(ROOT)): lines for path in SOURCE.rglob("*.py") if (lines := reads_environment(ast.parse(path.read_text())))
    }
    assert found == {}
    assert [path.name for path in SOURCE.rglob("*.py") if "BaseSettings" in path.read_text()] == ["settings.py"]


def test_every_setting_is_described() -> None:
    from coxa.settings import Settings

    assert all(field.description for field in Settings.model_fields.values())


def test_setting_comes_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    from coxa.settings import Settings

    monkeypatch.setenv("COXA_REAL_DATA", "/elsewhere")
    monkeypatch.setenv("COXA_POSE_MODEL", "")
    assert Settings().real_data == Path("/elsewhere")
    assert Settings().pose_model is None


def test_every_dependency_is_locked_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"], *project["dependency-groups"]["build"]]
    names = {normal(re.match(r"[A-Za-z0-9._-]+", want)[0]) for want in wanted}  # type: ignore[index]
    packages = locked()
    assert names <= set(packages)
    assert all("--hash=sha256:" in text for text in packages.values())


def test_lock_file_still_answers_the_project_file(tmp_path: Path) -> None:
    """Every locked version lies within what pyproject.toml asks for."""
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = locked()
    for want in (*project["project"]["dependencies"], *project["dependency-groups"]["dev"], *project["dependency-groups"]["build"]):
        requirement = Requirement(want)
        version = re.match(r"[^=]+==([^\s;]+)", packages[normal(requirement.name)])
        assert version is not None
        assert requirement.specifier.contains(version[1], prereleases=True), want


def test_lock_file_names_no_host_and_no_folder() -> None:
    text = (ROOT / "requirements" / "lock.txt").read_text()
    assert not re.search(r"https?://|file:|--(?:extra-)?index-url|--find-links| @ ", text)


def test_every_tool_the_makefile_calls_is_locked() -> None:
    called = set(re.findall(r"\$\(BIN\)/([a-z-]+)", (ROOT / "Makefile").read_text())) - {"python", "coxa"}
    by_tool = {"lint-imports": "import-linter"}
    assert {by_tool.get(tool, tool) for tool in called} <= set(locked())


def test_ci_runs_what_a_person_runs() -> None:
    lines = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and not line.startswith(("#", "set ", "cd "))]
    assert lines == ["make test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: No matching distribution found for av==18.1.0",
            "network",
        ),
        ("npm error code EAI_AGAIN", "network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "differs"),
        ("ERROR: No matching distribution found for numba==0.68.1", "numba==0.68.1"),
        ("something\nunheard of\n", "unheard of"),
    ],
)
def test_set_up_says_why_it_failed_in_one_line(set_up: ModuleType, said: str, words: str) -> None:
    line = set_up.cause(said)
    assert words in line
    assert "\n" not in line


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the wheels bring their libraries")
def test_set_up_names_the_system_library_that_is_missing(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up, "SYSTEM_LIBRARIES", {"libc.so.6": "libc6", "libnothing.so.1": "libnothing1"})
    assert set_up.missing_libraries() == ["libnothing.so.1"]


def test_set_up_step_is_done_only_once_stamped_with_the_same_digest(
    set_up: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "STAMPS", tmp_path / "stamps")
    assert not set_up.is_done("packages", "a")
    set_up.stamp("packages", "a")
    assert set_up.is_done("packages", "a")
    assert not set_up.is_done("packages", "b")
    assert [path.name for path in (tmp_path / "stamps").iterdir()] == ["packages"]


def test_set_up_without_a_fit_python_says_so() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is absent")
    ran = subprocess.run([make, "setup", "PYTHON_FOUND=", "CI="], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode != 0
    assert "expected Python 3.11 or newer" in ran.stderr


@pytest.mark.parametrize("built", [True, False])
def test_without_network_the_front_waits_if_there_is_one(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, built: bool
) -> None:
    npm = tmp_path / "venv" / "bin" / "npm"
    npm.parent.mkdir(parents=True)
    npm.write_text("#!/bin/sh\necho 'npm error code ENOTFOUND'\nexit 1\n")
    npm.chmod(0o755)
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "package-lock.json").write_text("{}")
    for name, place in {
        "ROOT": tmp_path,
        "VENV": tmp_path / "venv",
        "STAMPS": tmp_path / "venv" / "s",
        "LOG": tmp_path / "venv" / "s" / "log.txt",
    }.items():
        monkeypatch.setattr(set_up, name, place)
    monkeypatch.setattr(set_up, "FRONT", tmp_path / "front")
    if built:
        (tmp_path / "front" / ".vite").mkdir(parents=True)
        (tmp_path / "front" / ".vite" / "manifest.json").write_text("{}")
        with pytest.raises(set_up.Waits, match="network cannot be reached"):
            set_up.build_front()
    else:
        with pytest.raises(SystemExit):
            set_up.build_front()
