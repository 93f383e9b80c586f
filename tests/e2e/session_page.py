"""`SessionPage`: the live session as a person sees it, who reads the heading and presses what is offered."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Locator, expect
from walk import be_screened, make_programme

from coxa.locales import speaking
from coxa.web.words import front_words

if TYPE_CHECKING:
    from conftest import Server, Visit

#: A busy machine may take so long over one screen.
SCREEN_MS = 60_000


@dataclass
class SessionPage:
    """The session in a browser window; `language` is the one in which it speaks."""

    visit: Visit
    language: str = "en"

    def __post_init__(self) -> None:
        with speaking(self.language):
            self.words = front_words()

    def button(self, words: str) -> Locator:
        """A button by its English words."""
        return self.visit.page.get_by_role("button", name=self.words[words], exact=True)

    def press(self, words: str) -> None:
        self.button(words).click(timeout=SCREEN_MS)

    def see(self, heading: str) -> None:
        """Wait for a screen by its English heading."""
        said = self.words.get(heading, heading)
        expect(self.visit.page.get_by_role("heading", name=said, exact=True)).to_be_visible(timeout=SCREEN_MS)

    def told(self, words: str) -> None:
        """Wait for a line anywhere on the page."""
        expect(self.visit.page.locator("#session")).to_contain_text(self.words[words], timeout=SCREEN_MS)

    def begin(self, *, pain: int, camera: bool) -> None:
        """The first screen."""
        page = self.visit.page
        self.visit.go("/session")
        self.see("Before we start")
        page.locator(f".scale input[value='{pain}']").check(force=True)
        page.locator(f"input[name=camera][value={'yes' if camera else 'no'}]").check(force=True)
        self.press("Start")

    def wait_for_camera(self) -> None:
        """Wait until the pose model is there; until then the session goes by timer and voice."""
        self.told("The camera coach is ready.")

    def skip_to(self, id: str) -> str:
        """Leave out every exercise before this one; its name, as the page has it."""
        page = self.visit.page
        planned = page.request.get(f"{self.visit.origin}/api/v1/today").json()["exercises"]
        number = [one["id"] for one in planned].index(id) + 1
        where = page.get_by_text(self.words["Exercise {n} of {m}"].format(n=number, m=len(planned)), exact=True)
        for _ in range(2 * len(planned)):
            if where.count():
                return str(planned[number - 1]["name"])
            self.press("Skip")
            page.wait_for_timeout(200)
        raise AssertionError(f"{id} never came: {page.locator('#session').inner_text()[:200]}")

    def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds that no page shows."""
        for _ in range(SCREEN_MS // 200):
            if holds():
                return
            self.visit.page.wait_for_timeout(200)
        raise AssertionError("it never came to hold")

    def count(self) -> int:
        """The number on the screen."""
        text = self.visit.page.locator(".session__numbers [data-count]").inner_text()
        return int(re.sub(r"\D", "", text) or 0)

    def wait_for_count(self, number: int, timeout_s: float = 90) -> None:
        expect(self.visit.page.locator(".session__numbers [data-count]")).to_have_text(re.compile(rf"^{number}$"), timeout=timeout_s * 1000)

    def to_the_end(self) -> None:
        """Skip what is left, answer what is asked of what was begun, and see the last screen."""
        page = self.visit.page
        last = page.get_by_role(
            "heading", name=re.compile("|".join(map(re.escape, (self.words["Done for today"], self.words["The session ends here"]))))
        )
        for _ in range(30):
            if last.count():
                return
            for words in ("Skip", "Same", "Leave out", "I do not know"):
                if self.button(words).count():
                    self.button(words).click()
                    break
            page.wait_for_timeout(300)
        raise AssertionError(f"the session has no end: {page.locator('#session').inner_text()[:200]}")


def before_the_camera(visit: Visit, exercise: str) -> SessionPage:
    """Screened, with a programme, the camera coach there, and this exercise next."""
    be_screened(visit)
    make_programme(visit)
    session = SessionPage(visit)
    session.begin(pain=2, camera=True)
    session.wait_for_camera()
    session.skip_to(exercise)
    return session


def kept(server: Server, kind: str) -> list[dict[str, Any]]:
    """The bodies of the diary's events of a kind, as they lie in the database."""
    return _read(server, "select body from events where kind = ? order by id", kind)


def results(server: Server) -> list[dict[str, Any]]:
    """What was seen of each set, as it lies in the database."""
    return _read(server, "select result from sets order by event_id")


def _read(server: Server, query: str, *values: str) -> list[dict[str, Any]]:
    with sqlite3.connect(f"file:{server.data}/coxa.sqlite?mode=ro", uri=True) as database:
        return [json.loads(found) for (found,) in database.execute(query, values).fetchall()]
