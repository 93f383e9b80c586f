"""What happens to browsers in the middle of a set: out of sight, asleep, a second window, another device. Nothing is lost or made up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from session_page import SessionPage, kept
from test_session import in_a_session, one_set

if TYPE_CHECKING:
    from conftest import Server, Visit

#: The page is out of sight, or in sight again.
SIGHT = """(hidden) => {
  Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
  Object.defineProperty(document, "visibilityState", {value: hidden ? "hidden" : "visible", configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
#: Before the page's scripts: a clock that can jump, as it does when a device wakes up.
CLOCK = """
const real = performance.now.bind(performance);
window.slept_ms = 0;
performance.now = () => real() + window.slept_ms;
"""


def test_a_page_out_of_sight_pauses_and_counts_nothing_meanwhile(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    session = in_a_session(one)
    one_set(session, 3, done=False)
    one.page.evaluate(SIGHT, True)
    session.told("Paused while this page was out of sight. Nothing was lost.")
    before = session.count()
    assert before >= 3
    one.page.wait_for_timeout(6_000)  # longer than the voice takes for a repetition
    one.page.evaluate(SIGHT, False)
    assert session.count() == before
    assert session.words["Paused while this page was out of sight. Nothing was lost."] in one.said()
    session.button("Go on").first.click()
    expect(one.page.locator("#session")).to_have_attribute("data-paused", "false")
    expect(one.page.locator(".session__caption")).not_to_contain_text(session.words["Paused"])
    session.press("Tap: one more")
    session.press("Set done")
    session.see("Rest")
    session.until(lambda: kept(server, "set-done"))
    (done,) = kept(server, "set-done")
    assert before + 1 <= done["repetitions"] <= before + 2


def test_a_device_that_slept_has_done_no_exercise(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    one.context.add_init_script(CLOCK)
    session = in_a_session(one)
    one_set(session, 2, done=False)
    before = session.count()
    one.page.evaluate("window.slept_ms += 3600e3")
    session.told("The device was asleep. Nothing was lost.")
    assert session.count() <= before + 1
    session.button("Go on").first.click()
    expect(one.page.locator("#session")).to_have_attribute("data-paused", "false")
    one.page.wait_for_timeout(500)
    assert session.count() <= before + 1, "an hour of sleep is no repetition"
    session.press("Set done")
    session.see("Rest")
    one.page.evaluate("window.slept_ms += 3600e3")
    session.told("The device was asleep. Nothing was lost.")
    session.see("Rest")


def test_a_second_window_is_told_and_may_take_over(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    session = in_a_session(one)
    one_set(session, 2, done=False)
    other = one.context.new_page()
    other.set_default_timeout(20_000)
    other.goto(f"{one.origin}/session")
    expect(other.get_by_role("heading", name=session.words["The session goes on in another window"])).to_be_visible()
    assert session.count() >= 2, "the first one goes on meanwhile"
    other.get_by_role("button", name=session.words["Go on here"]).click()
    expect(other.get_by_role("heading", name=session.words["We go on where you were"])).to_be_visible()
    session.see("The session goes on in another window")
    session.until(lambda: len(kept(server, "repetition")) >= 2)
    assert len(kept(server, "session-started")) == 1


def test_on_another_device_the_pain_before_stays(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    session = in_a_session(one)  # with a pain of 2
    one_set(session, 3)
    session.see("Rest")
    session.until(lambda: kept(server, "set-done"))
    one.page.close()
    other = visit(storage_state=one.context.storage_state())
    again = SessionPage(other)
    other.go("/session")
    again.see("We go on where you were")
    other.page.locator(".scale input[value='4']").check(force=True)
    other.page.locator("input[name=camera][value=no]").check(force=True)
    again.press("Start")
    again.see("This exercise is over for today")
    again.until(lambda: [(pain["after"], pain["pain_after"]) for pain in kept(server, "pain")] == [("more", 4)])
    assert [start["pain_before"] for start in kept(server, "session-started")] == [2]
    again.press("Go on")
    again.to_the_end()


def test_the_screen_stays_on_and_is_kept_on_again_after_it_was_out_of_sight(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.context.add_init_script("""
      window.locks = [];
      Object.defineProperty(navigator, "wakeLock", {configurable: true, value: {request: async () => {
        const lock = {released: false, release: async () => { lock.released = true; }};
        window.locks.push(lock);
        return lock;
      }}});
    """)
    session = in_a_session(one)
    one_set(session, 1, done=False)
    assert one.page.evaluate("window.locks.map((lock) => lock.released)") == [False]
    one.page.evaluate("window.locks[0].released = true")  # browsers let it go with the page's sight
    one.page.evaluate(SIGHT, True)
    one.page.evaluate(SIGHT, False)
    session.until(lambda: one.page.evaluate("window.locks.map((lock) => lock.released)") == [True, False])
    session.button("Go on").first.click()
    session.press("Set done")
    session.see("Rest")
    session.to_the_end()
    session.until(lambda: one.page.evaluate("window.locks.at(-1).released"))
