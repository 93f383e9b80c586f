"""A browser without script: it reads a page's forms, fills them in as they stand, and sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from asking import FORM
from fastapi.testclient import TestClient

Values = dict[str, str | list[str] | None]


@dataclass
class Sent:
    """A form of a page."""

    action: str = ""
    method: str = "get"
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)  # of radios and checkboxes
    fields: set[str] = field(default_factory=set)


class Page(HTMLParser):
    """What a page holds: its forms, headings, links and words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.forms: list[Sent] = []
        self.links: list[str] = []
        self.h1 = ""
        self.text = ""
        self._inside: list[str] = []
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside.append(tag)
        if tag in ("input", "meta", "link", "img", "br", "hr", "path", "circle", "ellipse", "rect"):
            self._inside.pop()
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            self.forms.append(Sent(given.get("action", ""), given.get("method", "get")))
        if not self.forms or ("name" not in given and tag != "option"):
            return
        form, name, value = self.forms[-1], given.get("name", ""), given.get("value", "")
        if tag == "input":
            form.fields.add(name)
            if given.get("type") in ("radio", "checkbox"):
                form.choices.setdefault(name, []).append(value)
                if "checked" in given:
                    form.values.setdefault(name, []).append(value)
            else:
                form.values[name] = [value]
        elif tag == "select":
            self._select = name
            form.fields.add(name)
        elif tag == "option" and "selected" in given:
            form.values[self._select] = [value]
        elif tag == "textarea":
            form.fields.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                continue

    def handle_data(self, data: str) -> None:
        if "style" in self._inside or "script" in self._inside:
            return
        self.text += data
        if "h1" in self._inside:
            self.h1 += data

    def form(self, action: str) -> Sent:
        """The form that is sent to an address."""
        return next(form for form in self.forms if form.action == action)


def look(client: TestClient, path: str) -> Page:
    """Open a page, following where it leads."""
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, (path, answer.status_code)
    return Page(answer.text)


def send(client: TestClient, page: Page, action: str, values: Values | None = None, status: int = 200) -> Page:
    """Fill in a form of the page and send it; a value of None leaves the field out."""
    form = page.form(action)
    data: dict[str, Any] = {name: list(value) for name, value in form.values.items()}
    for name, value in (values or {}).items():
        if value is None:
            data.pop(name, None)
        else:
            data[name] = value
    answer = client.post(action, data=data, headers=FORM, follow_redirects=True)
    assert answer.status_code == status, (action, answer.status_code, answer.text[:300])
    return Page(answer.text)


#: What somebody with a stiff, sore front of the hip and nothing else would say.
USUAL: dict[str, str | list[str]] = {
    "age": "67", "falls-12-months": "0", "region": "front", "side": "left", "started": "slowly", "weeks": "8", "pain-now": "3",
    "pain-worst": "5", "pain-night": "1", "pain-morning": "4", "floor": "yes", "kneel": "yes", "lie-on-left": "yes",
    "lie-on-right": "yes", "weight-on-leg": "yes", "equipment": ["mat", "chair"], "minutes": "25", "goal": "stairs", "told": [],
    "also": [], "brings-it-on": ["stairs"],
}  # fmt: skip


def answer_all(client: TestClient, page: Page, **said: str | list[str] | None) -> Page:
    """Answer the screening to its end: as usual, and no to the rest."""
    for _ in range(20):
        form = next((form for form in page.forms if form.action == "/screening" and "step" in form.values), None)
        if form is None or form.values["step"][0] == "check":
            return page
        page = send(client, page, "/screening", answers_for(form, **said))
    raise AssertionError("the screening has no end")


def answers_for(form: Sent, **said: str | list[str] | None) -> Values:
    """What is said to the questions of one page."""
    given = {name.replace("_", "-"): value for name, value in said.items()}
    values: Values = {}
    for name in form.fields - {"csrf", "of", "step", "check", "again"}:
        usual = USUAL.get(name, "no" if "no" in form.choices.get(name, []) else None)
        values[name] = given.get(name, usual)
    return values
