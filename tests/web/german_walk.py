"""A German visitor's way through every page: what each page shows and says, texts and attributes alike."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from asking import every_route
from browsing import Page, Sent, answer_all, answers_for
from browsing import look as look_at
from browsing import send as send_form
from fastapi.testclient import TestClient
from midway import FORM, Clock, live_through, session, sign_in_as

from coxa import locales
from coxa.records import DiaryRepository, PeopleRepository
from coxa.web.language import LANGUAGE_COOKIE

#: Attributes that are read out or shown.
SAID = ("alt", "aria-label", "title", "placeholder", "aria-description", "data-words", "content")
#: Elements whose text is not for people, or not ours to translate.
PASSED = ("script", "style", "code", "pre")
VOID = {"input", "meta", "link", "img", "br", "hr", "path", "circle", "ellipse", "rect", "line", "source"}


class Words(HTMLParser):
    """All that a page shows or says, apart from what is marked as another language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._inside: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        passed = tag in PASSED or given.get("lang", "de") != "de" or (bool(self._inside) and self._inside[-1][1])
        if not passed and not (tag == "meta" and given.get("name") != "description"):
            self.said += [given[name] for name in SAID if given.get(name)]
        if tag not in VOID:
            self._inside.append((tag, passed))

    def handle_endtag(self, tag: str) -> None:
        if any(tag == one for one, _ in self._inside):
            while self._inside.pop()[0] != tag:
                continue

    def handle_data(self, data: str) -> None:
        if not (self._inside and self._inside[-1][1]):
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())


Shown = dict[str, str]


def walk(app: Any, client: TestClient, clock: Clock) -> Shown:
    """Every page's HTML by where it was met: a new visitor's way in, a person's weeks, answers that do not fit, and errors."""
    client.cookies.set(LANGUAGE_COOKIE, "de")
    shown: Shown = {}

    def keep(name: str, page: Page) -> Page:
        assert '<html lang="de"' in page.html, name
        shown[name] = page.html
        return page

    def look(path: str, name: str = "") -> Page:
        return keep(name or path, look_at(client, path))

    def enter(person: Any) -> None:
        client.cookies.clear()
        client.cookies.set(LANGUAGE_COOKIE, "de")
        sign_in_as(client, person)

    def wrong(page: Page, action: str, name: str, **values: Any) -> None:
        """A form with answers that do not fit: its lines of error."""
        form = next(form for form in page.forms if form.action in (action, ""))
        data = {key: list(value) for key, value in form.values.items()} | values
        keep(name, Page(client.post(action, data=data, headers=FORM, follow_redirects=True).text))

    with locales.speaking("de"):
        # the way in
        page = look("/")
        look("/session?try=1")
        look("/sign-in")
        look("/sign-up")
        look("/privacy", "privacy of a stranger")
        for path, name in (("/sign-in", "wrong password"), ("/sign-up", "short password")):
            data = _filled(look(path), email="a@b.example", password="x")
            keep(name, Page(client.post(path, data=data, headers=FORM).text))
        page = keep("first question", send_form(client, page, "/welcome", {"door": "me"}))
        wrong(page, "/screening", "questions without an answer")
        asked = look("/screening")
        for step in range(20):
            form = next((f for f in asked.forms if f.action == "/screening" and "step" in f.values), None)
            if form is None or form.values["step"][0] == "check":
                break
            if step == 1:
                wrong(asked, "/screening", "age that cannot be", **{"age": "seventy"})
            asked = keep(f"questions {step}", send_form(client, asked, "/screening", answers_for(form)))
        form_page = look("/programme", "wishes")
        wrong(form_page, "/programme", "wishes that do not fit", minutes="x", days=[], left="y")
        done = look("/programme", "wishes again")
        kind: Sent = done.form("/programme")
        for one in kind.choices.get("kind", []):
            keep(f"programme {one}", _chosen(client, one))
        for path in everything(app):
            look(path, f"new: {path}")
        # emergencies and questions for a clinician
        for name, said in {"emergency": {"hot_or_feverish": "yes"}, "clinician": {"cancer": "yes", "weight_loss": "yes"}}.items():
            person = PeopleRepository(app.state.store).create_local(zone="Europe/Berlin", name="Otto")
            enter(person)
            asked = look("/screening", f"{name}: asked")
            asked = keep(f"{name}: check", answer_all(client, asked, **said))
            if any("right" in form.fields for form in asked.forms):
                keep(f"{name}: result", send_form(client, asked, "/screening", {"right": "yes"}))
            for path in ("/today", "/programme", "/help", "/screening", "/emergency"):
                look(path, f"{name}: {path}")
        # weeks of a diary
        person = live_through(app.state.store, clock, days=17)
        enter(person)
        sets = DiaryRepository(app.state.store).sets(person.asker, person.id, limit=5)
        for path in everything(app):
            look(path, f"lived: {path}")
        for kept in sets:
            look(f"/sets/{kept.number}")
        page = look("/morning")
        wrong(page, "/morning", "morning without a number", pain="x")
        for path, values in MISFITS.items():
            wrong(look(path), path, f"misfit: {path}", **values)
        for pain in ("2", "4", "8"):
            data = _filled(look("/morning"), pain=pain)
            keep(f"morning {pain}", Page(client.post("/morning", data=data, headers=FORM, follow_redirects=True).text))
        look("/today", "after a bad morning")
        look("/programme", "programme after a bad morning")
        session(app.state.store, person, "last", 7, ["bridge"])
        look("/today", "after a session")
        # what is not there
        for path in ("/no-such-page", "/exercises/no-such-exercise", "/sets/99999", "/sets?before=x"):
            keep(path, Page(client.get(path).text))
        keep("a form without its token", Page(client.post("/habits", data={"habit": "x"}, headers=FORM).text))
    return shown


#: Addresses that are no page, or that need to be filled in.
NO_PAGE = r"[{.]|sign-|healthz|readyz|metrics|docs|redoc"
#: What does not fit, by the form that it is put into.
MISFITS: dict[str, dict[str, Any]] = {
    "/progress/activities": {"name-1": "Treppe", "score-1": "11"},
    "/progress/change": {"score": "99"},
    "/habits": {"habit": "nothing"},
    "/settings": {"part": "reminders", "times": "x"},
    "/settings/erase": {"word": "x"},
}


def everything(app: Any) -> list[str]:
    """Every address that shows a page to somebody who is signed in."""
    paths = sorted(path for method, path in every_route() if method == "GET" and not path.startswith("/api/"))
    shown = [path for path in paths if not re.search(NO_PAGE, path)]
    return [*shown, "/exercises/bridge", "/exercises?q=x"]


def _filled(page: Page, **values: str) -> dict[str, Any]:
    form = next(form for form in page.forms if "csrf" in form.values and set(values) <= form.fields | set(form.choices))
    return {name: list(value) for name, value in form.values.items()} | values


def _chosen(client: TestClient, kind: str) -> Page:
    page = look_at(client, "/programme?change=1")
    page = send_form(client, page, "/programme", {"kind": kind, "minutes": "90"}) if _has(page) else page
    return page


def _has(page: Page) -> bool:
    return any(form.action == "/programme" and "kind" in form.choices for form in page.forms)
