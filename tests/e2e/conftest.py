"""The whole app as a person meets it: `coxa up` in a process of its own, a real Chromium, a camera that films the simulated person."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fake_camera import CAMERA_FPS, CHROMIUM, filmed, launch
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from coxa.web.assets import FRONT

START_S = 60
EXERCISE = "clamshell"
#: In the third repetition the upper hip rolls back.
FAULTS = {2: {"rolls-back": 35.0}}
#: Takes down what would be said aloud, and lets the speaker "finish" at once.
LISTEN = """
window.said = [];
class Said extends EventTarget {
  constructor(text) { super(); this.text = text; this.lang = ""; this.rate = 1; this.volume = 1; this.pitch = 1; this.voice = null; }
}
window.SpeechSynthesisUtterance = Said;
const voices = ["en-GB", "de-DE"].map((lang) => (
  {name: `test ${lang}`, lang, localService: true, default: lang === "en-GB", voiceURI: lang}
));
const speaker = Object.assign(new EventTarget(), {
  speaking: false, pending: false, paused: false, onvoiceschanged: null,
  getVoices: () => voices, cancel() {}, pause() {}, resume() {},
  speak(one) {
    window.said.push(one.text);
    for (const kind of ["start", "end"]) setTimeout(() => {
      const event = new Event(kind);
      one.dispatchEvent(event);
      one[`on${kind}`]?.(event);
    }, kind === "start" ? 0 : 30);
  },
});
Object.defineProperty(window, "speechSynthesis", {value: speaker, configurable: true});
"""


@dataclass
class Server:
    """`coxa up`, and where it keeps its data."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    options: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [str(Path(sys.executable).with_name("coxa")), "up", "--no-browser", "--data", str(self.data), "--port", str(self.port)]
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("COXA_DATA")} | {"COXA_LANGUAGE": "en"}
        log = (self.data.parent / "server.log").open("ab")
        self.process = subprocess.Popen([*command, *self.options], stdout=log, stderr=log, env=surroundings)
        log.close()
        self._wait()

    def _wait(self) -> None:
        import time

        for _ in range(START_S * 10):
            assert self.process is not None
            if self.process.poll() is not None:
                pytest.fail(f"coxa up ended: {(self.data.parent / 'server.log').read_text()[-800:]}")
            try:
                with urllib.request.urlopen(f"{self.origin}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        pytest.fail("coxa up did not answer")

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it; with SIGKILL, without a word of warning."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The app on a database of its own."""
    if not (FRONT / ".vite/manifest.json").exists():
        pytest.skip("the web front is not built; run make setup")
    one = Server(tmp_path / "data", free_port())
    one.start()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film for the fake camera: the simulated person opens the left knee four times and rolls back in the third. Plays in a loop."""
    from coxa.capture import film
    from coxa.capture.simulated import simulate

    times = {"up_s": 1.5, "hold_s": 1.5, "down_s": 1.5}
    done = simulate(EXERCISE, seed=1, view="front", side="left", repetitions=4, faults=FAULTS, fps=CAMERA_FPS, **times)
    return filmed(tmp_path_factory.mktemp("camera") / f"{EXERCISE}.mjpeg", (picture for _, picture in film.pictures(done, seed=1)))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if CHROMIUM is None:
        pytest.skip("Chromium is missing; run: apt-get install chromium")
    with sync_playwright() as one:
        yield one


@pytest.fixture(scope="session")
def browser(playwright: Playwright, camera: Path) -> Iterator[Browser]:
    """Chromium with the film as its camera."""
    one = launch(playwright, camera)
    yield one
    one.close()


@dataclass
class Visit:
    """One person in one browser."""

    page: Page
    context: BrowserContext
    origin: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.origin + path)

    def said(self) -> list[str]:
        """Everything said aloud on this page so far."""
        return list(self.page.evaluate("window.said"))

    def strangers(self) -> list[str]:
        """Requests that went to any other place than the app."""
        here = (self.origin, self.origin.replace("http", "ws"), "blob:", "data:", "about:")
        return [url for url in self.asked if not url.startswith(here)]


@pytest.fixture
def visit(server: Server, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a browser window of its own; whatever it asked of anybody else, and whatever it complained of, fails the test."""
    opened: list[Visit] = []

    def open_window(**options: Any) -> Visit:
        context = browser.new_context(base_url=server.origin, timezone_id="Europe/Berlin", **{"locale": "en-GB", **options})
        context.grant_permissions(["camera"], origin=server.origin)
        context.add_init_script(LISTEN)
        page = context.new_page()
        page.set_default_timeout(20_000)
        one = Visit(page, context, server.origin)
        context.on("request", lambda request: one.asked.append(request.url))
        page.on("websocket", lambda socket: one.asked.append(socket.url))
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        page.on("console", lambda line: one.complaints.append(line.text) if re.search("Content.Security.Policy", line.text) else None)
        opened.append(one)
        return one

    yield open_window
    for one in opened:
        one.context.close()
    assert [url for one in opened for url in one.strangers()] == []
    assert [line for one in opened for line in one.complaints] == []
