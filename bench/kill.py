"""Kill the server at random moments of a live session, start it again, and see that nothing confirmed is missing and nothing double.

    python bench/kill.py [--kills 50] [--seed 1]

A real `coxa up`, killed with SIGKILL; a client that does a whole session: pain before, two sets over the live socket with simulated
frames, effort and pain after each, the end, the next morning's answer. After each kill the server is started again on the same data, what was
confirmed is looked up in the log, and the client goes on where it was: what it is not sure of it sends again. In the end the diary
has to be the same as that of a session without a kill. Prints one line for each kill, and Markdown at the end.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from coxa.body import Recording
from coxa.capture.simulated import simulate
from coxa.care.planner import plan_for
from coxa.care.programme import Profile
from coxa.records import DiaryRepository, PeopleRepository, ProgrammeRepository, ScreeningRepository, SignInRepository, Store
from coxa.records.people import Person
from coxa.web.live.frames import SIZE, pack
from well import answers

PATIENCE_S = 60.0
SETS = (("clamshell", "front"), ("bridge", "side"))
REPETITIONS, BATCH = 3, 15


@cache
def recording_of(exercise: str, view: str) -> Recording:
    """What the camera sees of a set."""
    return simulate(exercise, seed=5, view=view, repetitions=REPETITIONS).recording


class Server:
    """`coxa up` on one data folder and one port, with somebody who has a programme."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        store = Store.open(data=folder)
        self.person = self._somebody(store)
        self.token = SignInRepository(store).open(self.person.id, lasts=timedelta(days=1))
        store.close()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        program = [str(Path(sys.executable).with_name("coxa")), "up", "--data", str(self.folder), "--port", str(self.port)]
        self.process = subprocess.Popen([*program, "--no-browser", "--quiet"], stdout=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
            time.sleep(0.05)

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_S)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            data = answer.read()
            return answer.status, json.loads(data) if data else None
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def log(self, session: str) -> list[tuple[str, str]]:
        """Key and kind of each entry of one session, read from the file itself while nobody writes."""
        store = Store.open(data=self.folder)
        try:
            rows = DiaryRepository(store).events(self.person.asker, self.person.id)
            return [(row.key, row.event.kind) for row in rows if row.key.startswith(session)]
        finally:
            store.close()

    def session(self, key: str) -> dict[str, Any]:
        """The session as the rules see it, without its times."""
        store = Store.open(data=self.folder)
        try:
            rows = DiaryRepository(store).sessions(self.person.asker, self.person.id)
            found = next(row for row in rows if row.key == key)
            return found.session.model_dump(mode="json", exclude={"at"})
        finally:
            store.close()

    def is_whole(self) -> bool:
        """Whether the file is sound."""
        with sqlite3.connect(self.folder / "coxa.sqlite") as connection:
            return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    def _somebody(self, store: Store) -> Person:
        person = PeopleRepository(store).create_local(zone="Europe/Berlin")
        screenings = ScreeningRepository(store)
        screenings.begin(person.asker, person.id, key="s")
        screenings.answer(person.asker, person.id, "s", answers(), key="a")
        result = screenings.complete(person.asker, person.id, "s").result
        profile = Profile(screening=result, age=45, starts_on=store.now().date())
        ProgrammeRepository(store).save(person.asker, person.id, profile, plan_for(profile), key="first")
        return person


class Broken(Exception):
    """The server has gone."""


@dataclass
class Client:
    """A person in a session: does its steps in order, and after a break goes on where it was."""

    server: Server
    key: str
    at: int = 0
    confirmed: set[str] = field(default_factory=set)

    def go_on(self) -> None:
        """Do the steps that are left.

        Raises
        ------
        Broken
        """
        steps = self.steps()
        while self.at < len(steps):
            step = steps[self.at]
            try:
                if "event" in step:
                    self._tell(step)
                else:
                    self._watch(step)
            except (OSError, WebSocketException, EOFError) as error:
                raise Broken from error
            self.at += 1

    def steps(self) -> list[dict[str, Any]]:
        """The session, step by step."""
        found: list[dict[str, Any]] = [self._entry("start", kind="session-started", pain_before=2)]
        for exercise, view in SETS:
            found.append({"exercise": exercise, "view": view})
            found.append(self._entry(f"{exercise}-pain", kind="pain", exercise=exercise, after="same"))
            found.append(self._entry(f"{exercise}-effort", kind="effort", exercise=exercise, effort=5))
        return [*found, self._entry("end", kind="session-ended")]

    def _entry(self, name: str, **event: Any) -> dict[str, Any]:
        return {"key": f"{self.key}-{name}", "session_key": self.key, "event": event}

    def _tell(self, entry: dict[str, Any]) -> None:
        status, answer = self.server.ask("POST", "/api/v1/diary", {"entries": [entry]})
        assert status == 200, answer
        assert answer["refused"] == [], answer
        self.confirmed.update(one["key"] for one in answer["kept"])

    def _watch(self, step: dict[str, Any]) -> None:
        recording = recording_of(step["exercise"], step["view"])
        data, key = pack(recording), f"{self.key}-{step['exercise']}"
        headers = {"Authorization": f"Bearer {self.server.token}"}
        with connect(f"ws://127.0.0.1:{self.server.port}/live", additional_headers=headers, compression=None) as live:
            begin = {
                "type": "begin", "set": key, "session": self.key, "exercise": step["exercise"], "set_number": 1, "side": "both",
                "target": None, "width": recording.width, "height": recording.height, "model": "full", "delegate": "CPU", "keep": False,
            }  # fmt: skip
            live.send(json.dumps(begin))
            have = json.loads(live.recv(timeout=PATIENCE_S))["have"]
            for k in range(have + 1, len(recording), BATCH):
                live.send(data[k * SIZE : min(k + BATCH, len(recording)) * SIZE])
            live.send('{"type": "end"}')
            while True:
                message = json.loads(live.recv(timeout=PATIENCE_S))
                if message["type"] == "repetition":
                    self.confirmed.add(f"{key}-r{message['number']}")
                elif message["type"] == "result":
                    self.confirmed.add(key)
                    return
                assert message["type"] != "error", message


@dataclass(frozen=True)
class Outcome:
    """What one kill did."""

    after_s: float
    confirmed: int
    step: int
    problems: tuple[str, ...]


def whole(server: Server, key: str) -> tuple[list[tuple[str, str]], dict[str, Any], float]:
    """A session without a kill: its log, what it comes to, and how long it takes."""
    client, began = Client(server, key), time.monotonic()
    client.go_on()
    took = time.monotonic() - began
    return sorted(server.log(key)), server.session(key), took


def kill_once(server: Server, key: str, after_s: float, expected: tuple[list[tuple[str, str]], dict[str, Any]], reference: str) -> Outcome:
    """One session with a kill so long after its beginning; the server runs again at the end."""
    client, problems = Client(server, key), []
    timer = threading.Timer(after_s, server.kill)
    timer.start()
    with contextlib.suppress(Broken):
        client.go_on()
    timer.join()
    confirmed, step = set(client.confirmed), client.at
    if not server.is_whole():
        problems.append("the file is damaged")
    keys = [name for name, _kind in server.log(key)]
    if missing := confirmed - set(keys):
        problems.append(f"confirmed and missing: {', '.join(sorted(missing))}")
    problems += [f"double: {name}" for name, count in Counter(keys).items() if count > 1]
    server.start()
    client.go_on()
    log = sorted((name.replace(key, reference, 1), kind) for name, kind in server.log(key))
    if log != expected[0]:
        problems.append(f"the log is another one: {sorted(set(log) ^ set(expected[0]))}")
    if server.session(key) != expected[1]:
        problems.append("the session comes to something else")
    return Outcome(after_s, len(confirmed), step, tuple(problems))


def run(folder: Path, kills: int, seed: int) -> list[Outcome]:
    """So many kills, each in a session of its own."""
    rng, server, found = random.Random(seed), Server(folder), []
    server.start()
    try:
        whole(server, "warm")
        log, session, took = whole(server, "whole")
        for number in range(kills):
            found += [kill_once(server, f"k{number:03d}x", rng.uniform(0.0, took), (log, session), "whole")]
    finally:
        server.stop()
    return found


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--kills", type=int, default=50)
    reader.add_argument("--seed", type=int, default=1)
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), asked.kills, asked.seed)
    for number, one in enumerate(found):
        print(f"{number:3d}: after {one.after_s:5.2f} s, step {one.step}, {one.confirmed} confirmed: {'; '.join(one.problems) or 'well'}")
    bad = sum(bool(one.problems) for one in found)
    steps = len({one.step for one in found})
    print(
        f"\n| kills | at steps | confirmed before | missing or double |\n|--:|--:|--:|--:|\n| {len(found)} | {steps} | {sum(one.confirmed for one in found)} | {bad} |"
    )
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
