"""The way through the pages, as a person takes it: with the mouse, or with the keyboard alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Visit

#: A runner of 45 whose buttock has hurt for weeks: nothing dangerous, everything possible.
WELL: Mapping[str, str] = {
    "age": "45", "falls-12-months": "0", "region": "buttock", "side": "left", "pain-now": "2", "minutes": "30",
    "floor": "yes", "kneel": "yes", "lie-on-left": "yes", "lie-on-right": "yes", "weight-on-leg": "yes",
}  # fmt: skip


def answer_section(visit: Visit, answers: Mapping[str, str]) -> None:
    """Answer what this section asks, "no" where nothing else is said, and go on."""
    page = visit.page
    names = page.evaluate(
        "[...new Set([...document.querySelectorAll('main form input, main form select')].map((e) => e.name))].filter(Boolean)"
    )
    for name in names:
        box = page.locator(f"main form [name='{name}']")
        kind = box.first.evaluate("(e) => e.tagName === 'SELECT' ? 'select' : e.type")
        wanted = answers.get(name, "no")
        if kind == "radio":
            one = page.locator(f"main form [name='{name}'][value='{wanted}']")
            if one.count():
                one.first.check(force=True)
        elif kind == "checkbox" and name in answers:
            page.locator(f"main form [name='{name}'][value='{wanted}']").first.check(force=True)
        elif kind in ("text", "number") and name in answers:
            box.first.fill(answers[name])
        elif kind == "select" and name in answers:
            box.first.select_option(answers[name])
    page.locator("main form .button--primary").last.click()


def be_screened(visit: Visit, answers: Mapping[str, str] = WELL) -> None:
    """From the first page through all questions."""
    page = visit.page
    visit.go("/")
    page.locator("button[name=door][value=me]").click()
    for _ in range(12):
        page.wait_for_load_state()
        if not page.url.endswith("/screening") and "/screening?" not in page.url:
            return
        answer_section(visit, answers)
    raise AssertionError(f"the questions have no end: {page.url}")


def make_programme(visit: Visit, *, stance: str = "14") -> None:
    """From the screening's result to the programme."""
    page = visit.page
    visit.go("/programme")
    page.locator("#left").fill(stance)
    page.locator("#right").fill(stance)
    page.locator("main form .button--primary").last.click()
    page.wait_for_load_state()
