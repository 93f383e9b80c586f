"""The session without a camera: by timer and taps, offline, stopped in every way, on a phone, in German, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from session_page import SessionPage, kept
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


def one_set(session: SessionPage, taps: int) -> None:
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


def test_by_keyboard_alone(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    be_screened(one)
    make_programme(one)
    one.go("/session")
    session = SessionPage(one)
    session.see("Before we start")
    keys = one.page.keyboard

    def focus(css: str) -> None:
        for _ in range(80):
            keys.press("Tab")
            if one.page.evaluate("(css) => document.activeElement?.matches(css) ?? false", css):
                return
        raise AssertionError(f"the keyboard does not reach {css}")

    focus(".scale input")
    for _ in range(3):
        keys.press("ArrowRight")
    focus("input[name=camera]")
    keys.press("ArrowRight")
    focus("#session button[type=submit]")
    keys.press("Enter")
    session.button("Skip").wait_for()
    keys.press("Escape" if not session.button("Stop").count() else "s")  # any key is Stop
    expect(one.page.get_by_role("dialog")).to_be_visible()
    focus("dialog button")
    keys.press("Escape")
    expect(one.page.get_by_role("dialog")).to_be_hidden()
    session.until(lambda: kept(server, "session-started"))
