"""From the first page to a finished session, with a camera that films the simulated person. Runs alone: it needs the processor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from session_page import SessionPage, before_the_camera, kept, results

from coxa.exercises import catalogue

if TYPE_CHECKING:
    from conftest import Server, Visit

pytestmark = pytest.mark.alone
EXERCISE = "clamshell"
CUE = next(rule.cue for rule in catalogue.load(EXERCISE).coaching.faults if rule.fault == "rolls-back")  # type: ignore[union-attr]


def to_the_set(visit: Visit) -> SessionPage:
    """Screened, with a programme, in front of the camera, in the first set of clamshells."""
    session = before_the_camera(visit, EXERCISE)
    session.press("I am ready")  # to lie down
    session.see(catalogue.load(EXERCISE).name)  # seen by the camera, it goes on by itself
    session.press("I am ready")  # to begin
    return session


def test_from_the_first_page_to_a_finished_session(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    session = to_the_set(one)
    session.wait_for_count(4)
    session.press("Set done")
    session.see("Rest")
    # The film goes round: on a busy machine a repetition more may be done before the set is ended.
    done = kept(server, "repetition")
    assert [repetition["counted"] for repetition in done][:4] == [True] * 4
    # The film may be met anywhere in its loop: of four repetitions that follow each other, one rolls back; the first of them may be
    # met on its way up, and looks hasty then.
    (result,) = results(server)
    assert result["status"] == "judged"
    assert len(result["repetitions"]) == len(done)
    rolled = ["rolls-back" in repetition["faults"] for repetition in result["repetitions"]]
    assert sum(rolled[:4]) == 1
    assert 1 <= one.said().count(CUE) <= sum(rolled)
    session.press("Skip")
    session.see("How is the pain now?")
    session.press("More")
    one.page.locator(".scale input[value='4']").check(force=True)
    session.press("Done")
    session.see("This exercise is over for today")
    session.press("Go on")
    session.to_the_end()
    assert [(pain["after"], pain["pain_after"]) for pain in kept(server, "pain")] == [("more", 4)]
    assert kept(server, "session-started")[0]["pain_before"] == 2
    session.until(lambda: kept(server, "session-ended"))
    one.go("/progress")
    expect(one.page.locator("main")).to_contain_text(catalogue.load(EXERCISE).name)
    programme = one.page.request.get(f"{one.origin}/api/v1/programmes").json()
    assert len(programme) == 2, "after more pain the programme moves on"


def test_a_set_goes_on_while_the_connection_is_cut(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    session = to_the_set(one)
    session.wait_for_count(2)
    server.stop(9)
    session.told("The connection is lost. Go on: what you do is kept, and counted when it is back.")
    server.start()
    session.wait_for_count(4)
    session.press("Set done")
    session.see("Rest")
    done = kept(server, "repetition")
    assert [repetition["counted"] for repetition in done][:4] == [True] * 4
    (result,) = results(server)
    assert len(result["repetitions"]) == len(done), "none is lost, none is written twice"


def test_a_camera_that_is_pulled_out_pauses_and_comes_back(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    session = to_the_set(one)
    session.wait_for_count(1)
    # no test can pull a plug: the page hears of it by these two events
    one.page.evaluate("document.querySelector('video').srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))")
    session.told("The camera is gone. Plug it in again, or go on without it.")
    assert one.page.evaluate("document.querySelector('video')?.srcObject ?? null") is None
    one.page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    expect(one.page.locator("#session")).to_have_attribute("data-paused", "false")
    before = session.count()
    session.wait_for_count(before + 1)
    one.page.evaluate("document.querySelector('video').srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))")
    session.button("Without the camera").click()
    counted = session.count()
    session.press("Tap: one more")
    session.wait_for_count(counted + 1)
    session.press("Set done")
    session.see("Rest")
    session.until(lambda: kept(server, "set-done"))
    assert kept(server, "set-done")[0]["repetitions"] == counted + 1 == len(kept(server, "repetition"))
