"""Try it without a camera: a newcomer whom nobody knows looks on as the simulated person makes a mistake, and the coach names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from session_page import SCREEN_MS, SessionPage, kept

from coxa.exercises import catalogue

if TYPE_CHECKING:
    from conftest import Server, Visit


def test_a_newcomer_sees_the_coach_at_work_and_nothing_is_written(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    one.go("/session?try=1")
    session = SessionPage(one)
    trial = one.page.request.get(f"{one.origin}/api/v1/try").json()
    coaching = catalogue.load(trial["exercise"]["id"], "en").coaching
    assert coaching is not None
    cue = next(rule.cue for rule in coaching.faults if rule.fault == trial["mistake"])
    session.told("A try: nothing is written down")
    session.press("I am ready")
    session.wait_for_count(2)
    session.until(lambda: cue in one.said())
    assert one.said().count(cue) == 1
    one.page.get_by_role("heading", name=session.words["How is the pain now?"]).wait_for(timeout=SCREEN_MS)
    session.press("Same")
    for _ in range(20):
        if one.page.get_by_role("heading", name=session.words["That is how it works"]).count():
            break
        for words in ("I do not know", "Leave out"):
            if session.button(words).count():
                session.press(words)
        one.page.wait_for_timeout(200)
    session.see("That is how it works")
    assert session.words["How hard is it so far?"] not in one.said(), "a simulated person is not asked"
    for kind in ("session-started", "repetition", "set-done", "pain", "effort"):
        assert kept(server, kind) == []
