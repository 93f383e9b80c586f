"""Every page in a real browser: nothing for axe to find, everything by keyboard, large enough to hit, and nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from midway import Clock, live_through

from coxa.records import DiaryRepository, SignInRepository
from coxa.web.app import create_app
from coxa.web.config import WebConfig
from coxa.web.visitor import LASTS

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
uvicorn = pytest.importorskip("uvicorn", reason="uvicorn is not installed")

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
#: Colours are the same at every width, and to look at them takes most of the time.
NOT_COLOURS = {**RULES, "rules": {"color-contrast": {"enabled": False}}}
#: Theme, width, dots for a pixel, language, and whether all is looked at, with everything that folds open; else only what a width
#: can change. 640 wide with two dots for each pixel is what a page of 1280 is at 200 %.
SCREENS = {
    "light, 200 %": ("light", 640, 2, "", True), "dark, 320, German": ("dark", 320, 1, "de", True),
    "light, 320": ("light", 320, 1, "", False), "dark, 200 %": ("dark", 640, 2, "", False), "light, 1280": ("light", 1280, 1, "", False),
}  # fmt: skip
#: Target of a finger: WCAG's enhanced size; a link in a line of text is as high as its line.
TARGET, IN_TEXT = 44, 24

FOCUS = """() => {
  const fields = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
  const box = e => e.getBoundingClientRect();
  const shown = e => box(e).width > 0 && box(e).height > 0 && e.checkVisibility({visibilityProperty: true});
  const all = [...document.querySelectorAll(fields)].filter(e => e.tabIndex >= 0 && !e.disabled && shown(e));
  const ring = e => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; };
  const thick = e => parseFloat(getComputedStyle(e).strokeWidth) >= 3;
  const drawn = e => e instanceof SVGElement && [...e.querySelectorAll('*')].some(thick);
  const say = e => e.outerHTML.slice(0, 110).replace(/\\s+/g, ' ');
  const bad = [];
  for (const e of all) {
    if (e.tabIndex > 0) bad.push('out of order: ' + say(e));
    // Of radio buttons the browser leads to the chosen one; arrows lead on from there.
    if (e.type === 'radio' && !e.checked && document.querySelector(`input[name="${e.name}"]:checked`)) continue;
    e.focus();
    if (document.activeElement !== e) { bad.push('cannot be reached: ' + say(e)); continue; }
    let at = e, seen = drawn(e);
    for (let up = 0; at && up < 4 && !seen; up++, at = at.parentElement) seen = ring(at);
    if (!seen) bad.push('focus is not seen: ' + say(e));
  }
  return { count: all.length, bad };
}"""

TARGETS = """([target, inText]) => {
  const fields = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=radio], [role=button]';
  const say = e => e.outerHTML.slice(0, 100).replace(/\\s+/g, ' ');
  const bad = [];
  for (const e of document.querySelectorAll(fields)) {
    const label = (e.type === 'radio' || e.type === 'checkbox') && e.closest('label');
    let box = (label || e).getBoundingClientRect();
    if (!e.checkVisibility() || box.width < 2 || box.height < 2 || e.closest('.visually-hidden, .skip')) continue;
    const style = getComputedStyle(e);
    if (e.tagName === 'A' && style.display === 'inline' && e.closest('p, li, td, th, dd, h1, h2, h3, footer')) {
      if (parseFloat(style.lineHeight) < inText && box.height < inText) bad.push(`${box.height.toFixed(0)} high in a line: ${say(e)}`);
      continue;
    }
    // A link that fills its card is as large as the card.
    const filled = e.closest('.card--link');
    if (filled) box = filled.getBoundingClientRect();
    if (box.height < target - 0.5 || box.width < inText) bad.push(`${box.width.toFixed(0)} x ${box.height.toFixed(0)}: ${say(e)}`);
  }
  return bad;
}"""

LOOK = """async options => {
  const found = await axe.run(document, {...options, resultTypes: ['violations']});
  const say = node => node.html.slice(0, 120) + ' ' + (node.failureSummary || '').slice(0, 160);
  return found.violations.flatMap(one => one.nodes.slice(0, 3).map(node => `${one.id}: ${say(node)}`));
}"""

UNFOLD = """() => {
  document.querySelectorAll('main details').forEach(one => { one.open = true; });
}"""


@dataclass
class World:
    """A server with somebody mid-programme, and the addresses of its pages."""

    url: str
    token: str
    paths: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    clock = Clock()
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        app = create_app(WebConfig(data=tmp_path_factory.mktemp("axe"), port=door.getsockname()[1]), clock=clock)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        until = time.monotonic() + 30
        while not server.started and thread.is_alive() and time.monotonic() < until:
            thread.join(0.02)
        assert server.started
        try:
            person = live_through(app.state.store, clock, days=17)
            token = SignInRepository(app.state.store).open(person.id, lasts=LASTS, label="this computer")
            number = DiaryRepository(app.state.store).sets(person.asker, person.id, limit=1)[0].number
            made = World(f"http://127.0.0.1:{door.getsockname()[1]}", token)
            made.paths = pages(app, made, {"id": "bridge", "number": str(number)})
            yield made
        finally:
            server.should_exit = True
            thread.join(10)


def pages(app: FastAPI, world: World, filled: dict[str, str]) -> list[str]:
    """Every address that answers with a page, found by asking; so a new page cannot be forgotten here."""
    import httpx

    found = []
    with httpx.Client(base_url=world.url, cookies={"coxa_sign_in": world.token}, timeout=60) as client:
        for route in every_route(app):
            path = re.sub(r"\{(\w+)(:\w+)?\}", lambda one: filled.get(one[1], "1"), route.path)
            if "GET" not in (route.methods or ()) or path.startswith("/api/") or "sign-out" in path or "." in path:
                continue
            answer = client.get(path)
            if answer.status_code < 300 and answer.headers["content-type"].startswith("text/html"):
                found.append(path)
    found.append("/no-such-page")
    return sorted(set(found))


def every_route(app: FastAPI) -> list[APIRoute]:
    """The routes of the app, those inside included routers too."""
    found: list[APIRoute] = []
    waiting: list[Any] = list(app.routes)
    while waiting:
        one = waiting.pop()
        if isinstance(one, APIRoute):
            found.append(one)
        waiting += getattr(getattr(one, "original_router", None), "routes", None) or []
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=program, args=["--no-sandbox", "--use-fake-ui-for-media-stream"])
        yield opened
        opened.close()


def visit(browser: Any, world: World, theme: str, width: int, dots: int, language: str = "") -> tuple[Any, list[str]]:
    """A page of a browser of that kind, and what went wrong while it was used."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, device_scale_factor=dots, color_scheme=theme, reduced_motion="reduce",
        service_workers="block",
    )  # fmt: skip
    cookies = {"coxa_sign_in": world.token, "coxa_zone": "Europe/Berlin"} | ({"coxa_language": language} if language else {})
    context.add_cookies([{"name": name, "value": value, "url": world.url} for name, value in cookies.items()])
    context.add_init_script(axe.Axe().axe_script)
    page, wrong = context.new_page(), []
    home = urlsplit(world.url).netloc

    def asked(request: Any) -> None:
        to = urlsplit(request.url)
        if to.scheme not in ("data", "blob") and to.netloc != home:
            wrong.append(f"{page.url}: asks elsewhere, {request.url}")

    def said(message: Any) -> None:
        if "Content Security Policy" in message.text or "content-security-policy" in message.text.lower():
            wrong.append(f"{page.url}: {message.text}")

    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    return page, wrong


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(browser: Any, world: World, screen: str) -> None:
    theme, width, dots, language, whole = SCREENS[screen]
    page, wrong = visit(browser, world, theme, width, dots, language)
    for path in world.paths:
        page.goto(world.url + path)
        if whole:
            page.evaluate(UNFOLD)
        # Only what is wrong comes back: all that is right is a hundred times as much.
        wrong += [f"{path}: {one}" for one in page.evaluate(LOOK, RULES if whole else NOT_COLOURS)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            wrong.append(f"{path}: scrolls sideways, {wide} of {width}")
    page.context.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("width", [1280, 390])
def test_everything_is_reached_by_keyboard_and_large_enough(browser: Any, world: World, width: int) -> None:
    page, wrong = visit(browser, world, "light", width, 1)
    for path in world.paths:
        page.goto(world.url + path)
        if path == "/session":
            # Its script takes the focus to the heading of each screen, past the way to skip to it.
            page.locator("#session h1[data-first]").wait_for()
            page.wait_for_function("document.activeElement?.tagName === 'H1'")
        # What follows a key is drawn as the keyboard's focus.
        page.keyboard.press("Tab")
        if path == "/session":
            assert page.evaluate("document.querySelector('#session').contains(document.activeElement)")
        else:
            assert page.evaluate("document.activeElement.className") == "skip", path
        found = page.evaluate(FOCUS)
        assert found["count"] >= 2, path
        wrong += [f"{path}: {one}" for one in found["bad"]]
        wrong += [f"{path}: {one}" for one in page.evaluate(TARGETS, [TARGET, IN_TEXT])]
    page.context.close()
    assert not wrong, "\n".join(wrong)


def test_a_planted_fault_is_found(browser: Any, world: World) -> None:
    """What finds nothing anywhere has to be seen to find something."""
    page, _wrong = visit(browser, world, "light", 1280, 1)
    page.goto(world.url + "/privacy")
    page.evaluate("document.querySelector('main').append(Object.assign(new Image(), {src: '/static/icon.svg'}))")
    assert any("image-alt" in one for one in page.evaluate(LOOK, RULES))
    page.evaluate("document.querySelector('main').append(Object.assign(document.createElement('button'), {textContent: 'x'}))")
    assert page.evaluate(TARGETS, [TARGET, IN_TEXT])
    page.context.close()
