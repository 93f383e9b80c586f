"""Write rules.md: every rule of the sources and every danger sign, and the tests that are named after it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from coxa.care.danger import danger_signs

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"
#: The rules of the five texts, B1 to B31: each in a few words, and its source.
RULES: dict[str, tuple[str, str]] = {
    "B1": ("A serious injury goes to a doctor at once", "S001"),
    "B2": ("A hip that hurts or moves badly should be looked at", "S001"),
    "B3": ("Ask a doctor or physiotherapist before starting", "S001"),
    "B4": ("Pain that rises during an exercise ends it, and someone is asked", "S004"),
    "B5": ("Not easing after two weeks: a physiotherapist should look", "S004"),
    "B6": ("Pain in a stretch ends it; a stretch can be changed", "S001"),
    "B7": ("Pain that stays after exercise stops it", "S001"),
    "B8": ("Stretch slowly to a light pull, and never bounce", "S001"),
    "B9": ("Tingling in the figure four: ease, and ask if it stays", "S001"),
    "B10": ("A pinch in the groin during the hip hike stops it", "S001"),
    "B11": ("Strong pain in the hip flexor stretch means too far", "S001"),
    "B12": ("Strength work may not suit strong pain; squats only with guidance", "S001"),
    "B13": ("Yoga poses that carry weight tire a sore hip: with care", "S001"),
    "B14": ("Stretch daily; strength three to four times a week", "S001"),
    "B15": ("Once it is calm, keep going once or twice a day", "S004"),
    "B16": ("Mistakes of dose: too seldom, too few, too light, too heavy", "S000"),
    "B17": ("Where it hurts drives the choice of exercises", "S000"),
    "B18": ("The other 23 hours count more than the exercise hour", "S000"),
    "B19": ("Stand well on one leg before any standing kick", "S000"),
    "B20": ("Lying is the start, standing the aim", "S000"),
    "B21": ("Less is more: a small lift with a quiet pelvis", "S000"),
    "B22": ("Hold five to ten seconds, few and good ones", "S000"),
    "B23": ("A bridge or clamshell with a moving back may hurt the back", "S000"),
    "B24": ("Twelve weeks back to running, with milestones", "S003"),
    "B25": ("How pain switches muscles off is a claim, not a finding", "S001, S002"),
    "B26": ("What hands-on work does at once is not an effect of exercise", "S002"),
    "B27": ("Knee, ankle, hamstring and back trouble can go with weak hips", "S002"),
    "B28": ("A physiotherapist tests strength by hand", "S002"),
    "B29": ("Runners with stiff or weak hips load back, knees and ankles", "S003"),
    "B30": ("Osteoarthritis is the commonest cause, and one of many", "S004"),
    "B31": ("The symptoms that can come from the hip", "S004"),
}


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
        "How the rules work together is in [How coxa decides](care.md); which one weighs most is in [The next step](progression.md).",
        "",
        "## Rules of the sources",
        "",
        "| rule | what it says | source | tests |",
        "|---|---|---|---|",
    ]
    for rule, tests in tests_of_rules().items():
        said = "<br>".join(f"`{name}`" for _, name in tests) or "**none**"
        lines.append(f"| {rule} | {' | '.join(RULES[rule])} | {said} |")
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
