"""Write `docs/rules.md`, which test holds which rule, from the tests themselves: python docs/write_rules.py"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from coxa.care.danger import danger_signs

ROOT = Path(__file__).parents[1]
PAGE = Path(__file__).with_name("rules.md")

#: The rules of the five texts, B1 to B31: each in a few words, and its source.
RULES: dict[int, tuple[str, str]] = {
    1: ("A serious injury goes to a doctor at once", "S001"),
    2: ("A hip that hurts or moves badly should be looked at", "S001"),
    3: ("Ask a doctor or physiotherapist before starting", "S001"),
    4: ("Pain that rises during an exercise ends it, and someone is asked", "S004"),
    5: ("Not easing after two weeks: a physiotherapist should look", "S004"),
    6: ("Pain in a stretch ends it; a stretch can be changed", "S001"),
    7: ("Pain that stays after exercise stops it", "S001"),
    8: ("Stretch slowly to a light pull, and never bounce", "S001"),
    9: ("Tingling in the figure four: ease, and ask if it stays", "S001"),
    10: ("A pinch in the groin during the hip hike stops it", "S001"),
    11: ("Strong pain in the hip flexor stretch means too far", "S001"),
    12: ("Strength work may not suit strong pain; squats only with guidance", "S001"),
    13: ("Yoga poses that carry weight tire a sore hip: with care", "S001"),
    14: ("Stretch daily; strength three to four times a week", "S001"),
    15: ("Once it is calm, keep going once or twice a day", "S004"),
    16: ("Mistakes of dose: too seldom, too few, too light, too heavy", "S000"),
    17: ("Where it hurts drives the choice of exercises", "S000"),
    18: ("The other 23 hours count more than the exercise hour", "S000"),
    19: ("Stand well on one leg before any standing kick", "S000"),
    20: ("Lying is the start, standing the aim", "S000"),
    21: ("Less is more: a small lift with a quiet pelvis", "S000"),
    22: ("Hold five to ten seconds, few and good ones", "S000"),
    23: ("A bridge or clamshell with a moving back may hurt the back", "S000"),
    24: ("Twelve weeks back to running, with milestones", "S003"),
    25: ("How pain switches muscles off is a claim, not a finding", "S001, S002"),
    26: ("What hands-on work does at once is not an effect of exercise", "S002"),
    27: ("Knee, ankle, hamstring and back trouble can go with weak hips", "S002"),
    28: ("A physiotherapist tests strength by hand", "S002"),
    29: ("Runners with stiff or weak hips load back, knees and ankles", "S003"),
    30: ("Osteoarthritis is the commonest cause, and one of many", "S004"),
    31: ("The symptoms that can come from the hip", "S004"),
}

START = """# Rules and their tests

<!-- Written by docs/write_rules.py from the tests. Name a test after its rule, then run it again. -->

Each rule of the five texts and each danger sign has at least one test that is named after it. How the rules work together is in
[How coxa decides](care.md); what decides first is in [The next step](progression.md).

## The rules of the texts

| rule | what it says | source | tests |
|---|---|---|---|
"""

DANGERS = """
## The danger signs

Each row is tried with every set of answers that brings it up; the result is never weaker than the row's own.

| row | gives | source | tests | cases |
|---|---|---|---|--:|
"""


def collected() -> list[str]:
    """Every test of clinical reasoning, as pytest names it."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-o", "addopts=", "--no-header", "tests/care", "-p", "no:cacheprovider"],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"the tests could not be collected: {done.stdout[-500:]}{done.stderr[-500:]}")
    return _names(done.stdout.splitlines())


def _names(lines: Iterable[str]) -> list[str]:
    return [line.strip() for line in lines if "::" in line]


def page(tests: list[str]) -> str:
    """The whole page, in Markdown."""
    rules = [f"| B{n} | {words} | {source} | {_listed(_named(tests, n))} |\n" for n, (words, source) in RULES.items()]
    rows = []
    for row in danger_signs():
        cases = [test for test in tests if re.search(rf"[\[-]{re.escape(row.id)}[-\]]", test)]
        rows.append(f"| {row.id} | `{row.tier}` | {row.source} | {_listed(_function(test) for test in cases)} | {len(cases)} |\n")
    return "".join([START, *rules, DANGERS, *rows])


def uncovered(tests: list[str]) -> list[str]:
    """Rules and danger signs that no test is named after."""
    text = page(tests)
    return [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if " | none |" in line]


def _named(tests: list[str], number: int) -> list[str]:
    return [_function(test) for test in tests if re.match(rf"test_B0*{number}_", _function(test))]


def _function(test: str) -> str:
    return test.rpartition("::")[2].partition("[")[0]


def _listed(functions: Iterable[str]) -> str:
    return "<br>".join(f"`{name}`" for name in dict.fromkeys(functions)) or "none"


if __name__ == "__main__":
    PAGE.write_text(page(collected()), encoding="utf-8")
