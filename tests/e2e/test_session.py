"""The session without a camera: by timer and taps, offline, stopped in every way, on a phone, in German, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from session_page import SCREEN_MS, SessionPage, kept
from walk import WELL, be_screened, make_programme

if TYPE_CHECKING:
    from conftest import Server, Visit

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def in_a_session(visit: Visit, language: str = "en") -> SessionPage:
    """Screened, with a programme, on the first exercise of today, by timer and voice."""
    be_screened(visit)
    make_programme(visit)
    session = SessionPage(visit, language)
    session.begin(pain=2, camera=False)
    return session


def exercise_now(session: SessionPage) -> str:
    """The id of the exercise that is shown."""
    planned = session.visit.page.request.get(f"{session.visit.origin}/api/v1/today").json()["exercises"]
    session.visit.page.locator(".session__steps").wait_for()
    name = session.visit.page.locator("#session h1").inner_text()
    return next(str(one["id"]) for one in planned if one["name"] == name)


def one_set(session: SessionPage, taps: int, *, done: bool = True) -> None:
    """Get down, be shown, count so many, and end the set."""
    if session.button("I am ready").count() == 0:
        session.button("I am ready").wait_for()
    while not session.visit.page.locator(".session__numbers").count():
        for words in ("I am ready", "Start now"):
            if session.button(words).count():
                session.button(words).click()
        session.visit.page.wait_for_timeout(150)
    for _ in range(taps):
        session.press("Tap: one more")
    session.until(lambda: session.count() >= taps)
    if done:
        session.press("Set done")


def test_without_a_camera(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    session = in_a_session(one)
    one_set(session, 3)
    session.see("Rest")
    session.press("Skip")
    session.see("How is the pain now?")
    session.press("Same")
    session.see("How hard was it?")
    one.page.locator(".scale input[value='4']").check(force=True)
    session.press("Go on")
    session.to_the_end()
    session.until(lambda: kept(server, "session-ended"))
    (done,) = kept(server, "set-done")
    assert done["repetitions"] >= 3
    assert [pain["after"] for pain in kept(server, "pain")] == ["same"]
    assert [effort["effort"] for effort in kept(server, "effort")] == [4]
    assert len(one.said()) > 5, "voice leads through it"


def test_offline_the_session_goes_on_and_the_diary_follows(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    session = in_a_session(one)
    one.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    one_set(session, 1)
    session.see("Rest")
    session.until(lambda: kept(server, "set-done"))
    server.stop(9)
    before = len(kept(server, "pain"))
    session.press("Skip")
    session.press("Less")
    session.see("How hard was it?")
    one.page.locator(".scale input[value='2']").check(force=True)
    session.press("Go on")
    assert len(kept(server, "pain")) == before
    one.page.reload()  # the page comes from this device now
    session.see("We go on where you were")
    server.start()
    session.until(lambda: [pain["after"] for pain in kept(server, "pain")] == ["less"])
    assert len(kept(server, "session-started")) == 1
    assert len(kept(server, "set-done")) == 1


@pytest.mark.parametrize(
    ("path", "reason", "ends_at"),
    [
        (("It hurts",), "it-hurts", None),
        (("I feel unwell", "Pain in the chest, or I cannot breathe well"), "unwell-chest", "/emergency"),
        (("I feel unwell", "Dizzy, or I feel faint"), "unwell-dizzy", None),
        (("I fell",), "fell", None),
        (("I cannot get up",), "cannot-get-up", "/emergency"),
        (("Enough for today",), "tired", None),
    ],
)
def test_every_way_of_stopping(
    server: Server, visit: Callable[..., Visit], path: tuple[str, ...], reason: str, ends_at: str | None
) -> None:
    one = visit()
    session = in_a_session(one)
    session.button("Stop").wait_for()
    one.page.keyboard.press("x")  # any key
    expect(one.page.get_by_role("dialog")).to_be_visible()
    for words in path:
        session.press(words)
    if reason == "it-hurts":
        one.page.locator("dialog .scale input[value='7']").check(force=True)
        one.page.locator("dialog button[type=submit]").click()
    session.until(lambda: [stop["reason"] for stop in kept(server, "stopped")] == [reason])
    if ends_at:
        one.page.wait_for_url(re.compile(ends_at))
        expect(one.page.locator("a[href^='tel:']").first).to_be_visible()
    else:
        session.see("The session ends here")


def test_the_button_pauses_and_nothing_is_lost_by_going_on(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    session = in_a_session(one)
    session.press("Stop")
    expect(one.page.get_by_role("dialog")).to_be_visible()
    one.page.get_by_role("dialog").get_by_role("button", name=session.words["Go on"], exact=True).click()
    expect(one.page.get_by_role("dialog")).to_be_hidden()
    assert kept(server, "stopped") == []


def test_an_emergency_answer_ends_everything(visit: Callable[..., Visit]) -> None:
    one = visit()
    be_screened(one, {**WELL, "saddle-or-both-legs": "yes"})
    assert one.page.url.endswith("/emergency"), "after it was asked once whether this is right"
    expect(one.page.locator("a[href^='tel:']").first).to_be_visible()
    assert one.page.locator("nav").count() == 0, "nothing else stands on this page"
    one.go("/session")
    SessionPage(one).see("No session today")


def test_on_a_phone(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit(**PHONE)
    session = in_a_session(one)
    one_set(session, 2)
    stop = session.button("Stop").bounding_box()
    assert stop is not None
    assert stop["y"] + stop["height"] <= 844, "Stop is on the screen"
    assert min(stop["width"], stop["height"]) >= 44
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing lies beside the screen"
    session.to_the_end()


def test_in_german(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit(locale="de-DE")
    session = in_a_session(one, "de")
    one_set(session, 1)
    session.see("Rest")
    assert one.page.locator("html").get_attribute("lang") == "de"
    assert session.words["Rest"] != "Rest"
    said = " ".join(one.said())
    assert not re.search(r"\b(the|your|you|and|slowly)\b", said), f"said in English: {said}"


@dataclass
class Keys:
    """Somebody who has a keyboard and nothing else."""

    session: SessionPage

    def to(self, css: str) -> None:
        """Move on by Tab until the focus is on this."""
        page = self.session.visit.page
        for _ in range(80):
            if page.evaluate("(css) => document.activeElement?.matches(css) ?? false", css):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {css}")

    def press(self, words: str) -> None:
        """Wait for a button by its English words, move to it, and press it."""
        page, said = self.session.visit.page, self.session.words[words]
        page.locator("button", has_text=re.compile(f"^{re.escape(said)}$")).first.wait_for(timeout=SCREEN_MS)
        for _ in range(80):
            if page.evaluate("document.activeElement?.matches('button') ? document.activeElement.textContent : ''") == said:
                page.keyboard.press("Enter")
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {words}")

    def choose(self, css: str, times: int = 0) -> None:
        """The choice that the arrow leads to from the first."""
        self.to(css)
        self.session.visit.page.keyboard.press("Space")
        for _ in range(times):
            self.session.visit.page.keyboard.press("ArrowRight")

    def focus_is_kept(self) -> bool:
        """Whether the focus is on something: else the next key would begin at the top of the page, or mean Stop."""
        return bool(self.session.visit.page.evaluate("document.activeElement !== null && document.activeElement !== document.body"))


def test_a_whole_session_by_keyboard_alone(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    be_screened(one)
    make_programme(one)
    one.go("/session")
    session = SessionPage(one)
    session.see("Before we start")
    keys, board = Keys(session), one.page.keyboard
    keys.choose(".scale input", 3)
    keys.choose("input[name=camera]", 1)
    keys.to("#session button[type=submit]")
    board.press("Enter")
    # a pause, and what has the focus stays where it was
    keys.press("I am ready")
    first = exercise_now(session)
    keys.press("Pause")
    session.button("Go on").first.wait_for()
    assert keys.focus_is_kept()
    keys.press("Go on")
    assert keys.focus_is_kept()
    # counted by key; how hard it is comes up beside it and takes the focus from nothing
    while not one.page.locator(".session__numbers").count():
        for words in ("I am ready", "Start now"):
            if session.button(words).count():
                keys.press(words)
        one.page.wait_for_timeout(150)
    for _ in range(2):
        keys.press("Tap: one more")
    session.button("Very hard").wait_for()
    assert one.page.evaluate("document.activeElement.textContent") == session.words["Tap: one more"]
    board.press("Space")
    keys.press("Hard")
    assert keys.focus_is_kept()
    session.until(lambda: [(one["effort"], one["early"]) for one in kept(server, "effort")] == [(5, True)])
    # any key is Stop; Escape goes on, and the focus comes back
    keys.to("h1, [data-first], .session__tap")
    board.press("x")
    expect(one.page.get_by_role("dialog")).to_be_visible()
    board.press("Escape")
    expect(one.page.get_by_role("dialog")).to_be_hidden()
    keys.press("Set done")
    keys.press("Skip")
    # more pain, in numbers and in kind: the exercise is over
    keys.press("More")
    session.see("More pain")
    keys.choose(".scale input", 4)
    keys.choose("input[name=kind]")
    keys.to("#session button[type=submit]")
    board.press("Enter")
    session.see("This exercise is over for today")
    keys.press("Go on")
    # the next one is exchanged for another, which is skipped
    keys.press("I am ready" if session.button("I am ready").count() else "Skip")
    swapped = False
    for _ in range(30):
        if session.button("Skip").count() == 0:
            break
        way = next((words for words in ("Harder", "Easier") if one.page.get_by_role("button", name=re.compile(words)).count()), None)
        if way and not swapped:
            before = one.page.locator("#session h1").inner_text()
            keys.press(way)
            expect(one.page.locator("#session h1")).not_to_have_text(before)
            assert keys.focus_is_kept()
            swapped = True
        keys.press("Skip")
        one.page.wait_for_timeout(300)
    assert swapped, "there was nothing to exchange"
    session.see("Done for today")
    session.until(lambda: kept(server, "session-ended"))
    assert kept(server, "session-started")[0]["pain_before"] == 3
    assert [(pain["exercise"], pain["after"], pain["pain_after"]) for pain in kept(server, "pain")] == [(first, "more", 4)]
    assert kept(server, "set-done")[0]["repetitions"] >= 3
    assert kept(server, "exercise-skipped")


def test_it_hurts_by_keyboard_alone(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    session = in_a_session(one)
    keys, board = Keys(session), one.page.keyboard
    session.button("Skip").wait_for()
    board.press("s")
    expect(one.page.get_by_role("dialog")).to_be_visible()
    keys.press("It hurts")
    keys.choose("dialog .scale input", 7)
    keys.choose("dialog input[name=kind]")
    keys.choose("dialog input[name=place]")
    keys.to("dialog button[type=submit]")
    board.press("Enter")
    session.see("The session ends here")
    session.until(lambda: [(stop["reason"], stop["pain"]) for stop in kept(server, "stopped")] == [("it-hurts", 7)])


def test_how_hard_it_is_may_be_answered_or_ignored(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit(**PHONE)
    session = in_a_session(one)
    one_set(session, 2, done=False)
    session.button("Very hard").wait_for()
    assert session.words["How hard is it so far?"] in one.said()
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing lies beside the screen"
    session.press("Very hard")
    expect(one.page.locator(".session__early .notice")).to_be_visible()
    session.until(lambda: [(one["effort"], one["early"]) for one in kept(server, "effort")] == [(7, True)])
    session.press("Tap: one more")
    session.until(lambda: session.count() >= 3)  # the set goes on
    one.page.locator(".session__early").get_by_role("button", name=session.words["Set done"]).click()
    session.see("Rest")
