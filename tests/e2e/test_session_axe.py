"""Every screen of a session, in both themes and on a narrow screen: nothing for axe to find, and every target large enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from session_page import SessionPage
from test_session import one_set
from walk import be_screened, make_programme

if TYPE_CHECKING:
    from conftest import Server, Visit

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOK = """async (tags) => (await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})).violations
  .map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 140)} ${one.nodes[0].failureSummary.slice(0, 160)}`)"""
#: WCAG's enhanced size of a target, 44 px; a part of a pixel is lost where the browser rounds.
SMALL = """[...document.querySelectorAll(document.querySelector("dialog[open]") ? "dialog[open] button" : "#session button")]
  .filter((one) => one.checkVisibility() && (one.getBoundingClientRect().height < 43.5 || one.getBoundingClientRect().width < 43.5))
  .map((one) => one.outerHTML.slice(0, 120))"""


def test_axe_finds_nothing_in_a_session(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    one.context.add_init_script(axe.Axe().axe_script)
    be_screened(one)
    make_programme(one)
    session, wrong = SessionPage(one), list[str]()

    def look(screen: str) -> None:
        for theme in ("light", "dark"):
            one.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            wrong.extend(f"{screen}, {theme}: {found}" for found in one.page.evaluate(LOOK, TAGS))
        wrong.extend(f"{screen}: too small: {found}" for found in one.page.evaluate(SMALL))
        if one.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{screen}: something lies beside the screen")

    session.begin(pain=2, camera=False)
    session.see("Before you get down")
    look("floor")
    session.press("I am ready")
    one.page.locator(".session__steps").wait_for()
    look("demonstration")
    one_set(session, 2, done=False)
    session.button("Very hard").wait_for()
    session.press("Pause")
    look("paused")
    session.button("Go on").first.click()
    look("how hard it is")
    session.press("Very hard")
    look("too hard")
    session.press("Stop")
    expect(one.page.get_by_role("dialog")).to_be_visible()
    look("stop")
    for words in ("I feel unwell", "It hurts"):
        session.press(words)
        look(words)
        session.press("Back")
    one.page.keyboard.press("Escape")
    one.page.locator(".session__bar").get_by_role("button", name=session.words["Set done"]).click()
    session.see("Rest")
    look("rest")
    session.press("Skip")
    session.see("How is the pain now?")
    look("pain")
    session.press("More")
    session.see("More pain")
    look("more pain")
    one.page.locator(".scale input[value='4']").check(force=True)
    session.press("Done")
    session.see("This exercise is over for today")
    look("verdict")
    session.press("Go on")
    session.to_the_end()
    look("after")
    assert not wrong, "\n".join(wrong)
