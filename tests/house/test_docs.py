"""The documentation is complete and holds together: commands, options, settings, exercises, README and strict build."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer

from coxa.exercises import catalogue
from coxa.settings import Settings
from program import load

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def read(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, as it is typed, such as `coxa exercises show`."""
    from coxa.cli import app

    def walk(typed: str, command: Any) -> Iterator[tuple[str, Any]]:
        if hasattr(command, "list_commands"):
            context = command.make_context(typed, [], resilient_parsing=True)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                if not inner.hidden:
                    yield from walk(f"{typed} {name}", inner)
        else:
            yield typed, command

    return walk("coxa", typer.main.get_command(app))


def section(page: str, heading: str) -> str:
    """The text below a heading, up to the next one of the same or a higher level; empty when there is none."""
    found = re.search(rf"^(#+) {re.escape(heading)}\s*$", page, re.MULTILINE)
    if found is None:
        return ""
    rest = page[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def test_every_command_and_each_of_its_options_is_documented() -> None:
    page = read("commands.md")
    missing = []
    for typed, command in commands():
        text = section(page, f"`{typed}`")
        if not text:
            missing.append(typed)
            continue
        for parameter in command.params:
            names = (
                parameter.opts if parameter.param_type_name == "option" else [(parameter.metavar or parameter.name).upper().strip("[].")]
            )
            missing += [f"{typed} {name}" for name in names if name.startswith("--") and name not in text and name != "--help"]
            missing += [f"{typed} {name}" for name in names if not name.startswith("-") and name not in text.upper()]
    assert missing == [], f"docs/commands.md does not tell of {', '.join(missing)}"


def test_no_command_is_documented_that_is_not_there() -> None:
    documented = re.findall(r"^## `(coxa [^`]+)`", read("commands.md"), re.MULTILINE)
    assert set(documented) == {typed for typed, _ in commands()}


def test_every_setting_is_documented_with_its_default() -> None:
    page = read("settings.md")
    for name, field in Settings.model_fields.items():
        text = section(page, f"`COXA_{name.upper()}`")
        assert text, f"docs/settings.md has no section `COXA_{name.upper()}`"
        assert field.default is None or f"`{field.default}`" in text


def test_no_setting_is_documented_that_is_not_there() -> None:
    documented = re.findall(r"^## `(COXA_\w+)`", read("settings.md"), re.MULTILINE)
    assert set(documented) == {f"COXA_{name.upper()}" for name in Settings.model_fields}


def test_every_exercise_is_documented_and_the_page_is_up_to_date() -> None:
    page = read("exercises.md")
    for exercise in catalogue.all_exercises():
        assert f"`{exercise.id}`" in page
        assert section(page, f"{exercise.name} {{ #{exercise.id} }}")
    module = load("docs/write_exercises.py")
    assert page == module.page(), "docs/exercises.md is older than the catalogue: run python docs/write_exercises.py"


def test_every_fault_that_an_exercise_can_have_is_on_its_page() -> None:
    page = read("exercises.md")
    for exercise in catalogue.all_exercises():
        text = section(page, f"{exercise.name} {{ #{exercise.id} }}")
        for mistake in exercise.mistakes:
            assert mistake.fix in text
            assert mistake.fault is None or f"`{mistake.fault}`" in text


def test_the_exit_codes_and_reasons_are_explained() -> None:
    from typing import get_args

    from coxa.motion.result import Status, WhyNotJudged

    page = read("commands.md")
    assert all(f"| {code} |" in page for code in (0, 2, 3))
    assert all(f"`{word}`" in page for word in (*get_args(Status), *get_args(WhyNotJudged)))
    assert all(f"| `{why}` |" in read("how-it-watches.md") for why in get_args(WhyNotJudged))


def test_the_readmes_two_commands_are_in_the_makefile() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"^make (\w+)", readme, re.MULTILINE)
    assert targets == ["run", "test"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in (*targets, "setup"):
        assert re.search(rf"^{target}\s*:", makefile, re.MULTILINE), f"the Makefile has no {target}"


def test_the_documentation_builds_strictly_and_asks_nothing_of_other_hosts(tmp_path: Path) -> None:
    if find_spec("material") is None:
        pytest.skip("mkdocs-material is not installed")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True, timeout=300, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    pages = sorted((tmp_path / "site").glob("*.html"))
    assert {page.stem for page in pages} >= {page.stem for page in DOCS.glob("*.md")}
    for page in pages:
        assert not re.findall(r"<(?:link|script|img)[^>]+(?:href|src)=\"?https?:", page.read_text(encoding="utf-8")), page.name


def test_every_rule_and_danger_sign_has_its_tests_and_the_page_is_up_to_date() -> None:
    module = load("docs/write_rules.py")
    assert [rule for rule, tests in module.tests_of_rules().items() if not tests] == []
    assert read("rules.md") == module.page(), "run: python docs/write_rules.py"


def test_every_page_and_endpoint_is_documented_and_no_other() -> None:
    from importlib import import_module

    from coxa.web.app import ROUTERS

    def paths(routes: Any) -> set[str]:
        found: set[str] = set()
        for route in routes:
            inner = getattr(route, "original_router", None)
            found |= paths(inner.routes) if inner is not None else {route.path}
        return found

    there = paths([route for name in ROUTERS for route in import_module(name).router.routes])
    api = {path for path in there if path.startswith("/api/")}
    table = section(read("web.md"), "Pages")
    documented = {path for row in re.findall(r"^\| (`/[^|]*)\|", table, re.MULTILINE) for path in re.findall(r"`(/[^`]*)`", row)}
    assert documented == there - api
    page = read("api.md")
    assert [path for path in sorted(api) if path.removeprefix("/api/v1") not in page] == []
