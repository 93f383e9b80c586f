"""Write rules.md: every rule of the sources and every danger sign, and the tests that are named after it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from coxa.care.danger import danger_signs

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"
RULES = tuple(f"B{number}" for number in range(1, 32))


def tests_of_rules() -> dict[str, list[tuple[str, str]]]:
    """Rule to (file, test) for every test function that is named after one."""
    found: dict[str, list[tuple[str, str]]] = {rule: [] for rule in RULES}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (match := re.match(r"test_B(\d\d)_", node.name)):
                found[f"B{int(match[1])}"].append((path.relative_to(ROOT).as_posix(), node.name))
    return found


def page() -> str:
    """The page as it should read."""
    lines = [
        "# Rules and their tests",
        "",
        "Every rule that the five sources give beside their exercises (B1 to B31 of the clinical notes), and every row of the table of",
        "danger signs (C1), with the tests that are named after it. `docs/write_rules.py` writes this page, and a test compares it.",
        "",
        "## Rules of the sources",
        "",
        "| rule | tests |",
        "|---|---|",
    ]
    for rule, tests in tests_of_rules().items():
        said = "<br>".join(f"`{name}`" for _, name in tests) or "**none**"
        lines.append(f"| {rule} | {said} |")
    lines += [
        "",
        "## Danger signs",
        "",
        "Each row is a case of `test_each_danger_sign_gives_its_tier_its_words_and_what_to_do` in `tests/care/test_screening.py`, named by",
        "its id, once for each way in which the row can hold.",
        "",
        "| row | tier | source | what makes it so |",
        "|---|---|---|---|",
    ]
    for row in danger_signs():
        when = " *or* ".join(" and ".join(f"`{condition}`" for condition in together) for together in row.when)
        lines.append(f"| {row.id} | {row.tier} | {row.source}, {row.review} | {when} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
