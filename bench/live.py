"""How many people can be watched live at once: simulated patients at 30 frames/s over real sockets against a real server.

    python bench/live.py [--smoke] [--patients N] [--seconds S] [--largest] [--exercises A,B]

Starts `coxa up` in a process of its own, on a fresh database. The patients' frames are simulated beforehand and sent from one client
process, one frame a message, each at the time of its capture, so that what is measured is the server. "Landmarks to event" is
the time from the moment a frame is handed to the socket to the moment at which the client reads the event that this frame has
led to: a repetition, which is sent when it has been committed to disk, or a state, the acknowledgement. A set is wrong unless its
result equals that of `coxa.analyze` on the same frames, to the bit, and every repetition was confirmed once. Prints Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import uvloop

from coxa.capture.simulated import simulate
from coxa.exercises import catalogue
from coxa.motion import analyze
from coxa.records import PeopleRepository, SignInRepository, Store
from coxa.web.live.frames import SIZE, pack

FPS = 30.0
TARGET_PATIENTS, TARGET_MS = 200, 50.0
#: Seeds for each exercise, and repetitions a set.
SEEDS, REPETITIONS = 2, 4
EXERCISES = (
    "clamshell",
    "bridge",
    "side-lying-abduction",
    "standing-abduction",
    "standing-extension",
    "squat",
    "straight-leg-raise",
    "hip-hike",
)
FIRST, STEP, MOST = 200, 100, 1000


@dataclass(frozen=True)
class Material:
    """One simulated set: its messages back to back, and the result that it must come to."""

    exercise: str
    width: int
    height: int
    frames: int
    messages: bytes
    expected: str


MESSAGE = 8 + SIZE


def material(exercise: str, seed: int) -> Material:
    """A simulated set as a browser would send it: each frame in a masked binary message, the mask being zero."""
    recording = simulate(exercise, seed=seed, repetitions=REPETITIONS).recording
    data = pack(recording)
    head = struct.pack(">BBHI", 0x82, 0x80 | 126, SIZE, 0)
    messages = b"".join(head + data[k * SIZE : (k + 1) * SIZE] for k in range(len(recording)))
    expected = json.dumps(analyze(recording, exercise, source="mediapipe").to_json())
    return Material(exercise, recording.width, recording.height, len(recording), messages, json.dumps(json.loads(expected)))


def text(message: dict[str, Any]) -> bytes:
    """A masked text message."""
    data = json.dumps(message).encode()
    size = struct.pack(">B", 0x80 | len(data)) if len(data) < 126 else struct.pack(">BH", 0x80 | 126, len(data))
    return b"\x81" + size + b"\0\0\0\0" + data


@dataclass
class Seen:
    """What was measured."""

    events_ms: list[float] = field(default_factory=list)
    states_ms: list[float] = field(default_factory=list)
    results_ms: list[float] = field(default_factory=list)
    sets: int = 0
    wrong: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    late: int = 0
    sent: int = 0
    by_second: Counter[int] = field(default_factory=Counter)


class Patient(asyncio.Protocol):
    """One simulated patient and their connection."""

    def __init__(self, number: int, token: str, port: int, seen: Seen, sets: list[Material]) -> None:
        self.number, self.token, self.port, self.seen, self.sets = number, token, port, seen, sets
        self.buffer = bytearray()
        self.open = asyncio.get_running_loop().create_future()
        self.set_number = 0
        self.at = -1  # the next frame; -1 while no set goes on
        self.ended_at = 0.0
        self.stopping = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        here = f"127.0.0.1:{self.port}"
        transport.write(
            f"GET /live HTTP/1.1\r\nHost: {here}\r\nOrigin: http://{here}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: coxa_sign_in={self.token}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self.buffer += data
        if not self.open.done():
            if b"\r\n\r\n" not in self.buffer:
                return
            head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            if b" 101 " not in head:
                self.open.set_exception(RuntimeError(head.decode("latin-1")[:200]))
                return
            self.buffer = bytearray(rest)
            self.open.set_result(None)
        while len(self.buffer) >= 2:
            size, start = self.buffer[1] & 127, 2
            if size == 126:
                if len(self.buffer) < 4:
                    return
                size, start = int.from_bytes(self.buffer[2:4], "big"), 4
            elif size == 127:
                if len(self.buffer) < 10:
                    return
                size, start = int.from_bytes(self.buffer[2:10], "big"), 10
            if len(self.buffer) < start + size:
                return
            kind, body = self.buffer[0] & 15, bytes(self.buffer[start : start + size])
            del self.buffer[: start + size]
            if kind == 1:
                self.said(json.loads(body), now)
            elif kind == 9:
                self.transport.write(struct.pack(">BBI", 0x8A, 0x80 | len(body), 0) + body)

    def said(self, message: dict[str, Any], now: float) -> None:
        kind = message["type"]
        if kind == "state":
            if message["seq"] >= 0:
                self.seen.states_ms.append((now - self.sent_at[message["seq"]]) * 1000)
        elif kind == "repetition":
            self.confirmed.append(message["number"])
            if self.at >= 0:
                self.seen.events_ms.append((now - self.sent_at[message["seq"]]) * 1000)
        elif kind == "begun":
            self.at = 0
        elif kind == "result":
            self.seen.results_ms.append((now - self.ended_at) * 1000)
            self.check(message)
            if not self.stopping:
                self.begin()
        elif kind == "error":
            self.seen.errors[message.get("code", message["detail"])] += 1

    def check(self, message: dict[str, Any]) -> None:
        self.seen.sets += 1
        attempts = len(message["result"]["repetitions"])
        if json.dumps(message["result"]) != self.material.expected:
            self.seen.wrong.append(f"{self.material.exercise}: another result")
        elif self.confirmed != list(range(1, attempts + 1)):
            self.seen.wrong.append(f"{self.material.exercise}: {attempts} repetitions, confirmed {self.confirmed}")

    def begin(self) -> None:
        """Begin the next set."""
        self.material = self.sets[(self.number + self.set_number) % len(self.sets)]
        self.set_number += 1
        self.sent_at = [0.0] * self.material.frames
        self.confirmed: list[int] = []
        self.at = -1
        one = self.material
        said = {
            "type": "begin", "set": f"p{self.number}-{self.set_number}", "session": f"s{self.number}", "exercise": one.exercise,
            "set_number": 1 + self.set_number % 20, "side": "both", "target": None, "width": one.width, "height": one.height, "model": "full",
            "delegate": "CPU", "keep": False,
        }  # fmt: skip
        self.transport.write(text(said))

    def send(self) -> None:
        """The next frame, if a set goes on."""
        if self.at < 0 or self.at >= self.material.frames:
            return
        self.sent_at[self.at] = time.perf_counter()
        self.transport.write(self.material.messages[self.at * MESSAGE : (self.at + 1) * MESSAGE])
        self.at += 1
        self.seen.sent += 1
        self.seen.by_second[int(self.sent_at[self.at - 1])] += 1
        if self.at == self.material.frames:
            self.ended_at = time.perf_counter()
            self.transport.write(text({"type": "end"}))


async def watch(port: int, tokens: list[str], sets: list[Material], seconds: float) -> Seen:
    """All patients at once, for so long; what was measured once all of them are going."""
    loop = asyncio.get_running_loop()
    seen = Seen()
    patients: list[Patient] = []
    for number, token in enumerate(tokens):
        made = Patient(number, token, port, seen, sets)
        await loop.create_connection(lambda made=made: made, "127.0.0.1", port)
        await asyncio.wait_for(made.open, 10)
        patients.append(made)
    frame_s = 1 / FPS
    start = time.perf_counter() + 0.1
    # Each begins at a moment of its own: within the frame, and within the first seconds.
    due = sorted((start + frame_s * k / len(patients), k) for k in range(len(patients)))
    begins_at = {k: start + min(5.0, seconds / 4) * k / len(patients) for k in range(len(patients))}
    begun: set[int] = set()
    end = start + seconds
    tick = 0
    while True:
        target = start + tick * frame_s
        for offset, k in due:
            at = target + (offset - start)
            now = time.perf_counter()
            if at > now:
                await asyncio.sleep(at - now)
            elif now - at > 0.02:
                seen.late += 1
            one = patients[k]
            if k not in begun:
                if time.perf_counter() >= begins_at[k]:
                    begun.add(k)
                    one.begin()
                continue
            one.send()
        await asyncio.sleep(0)
        tick += 1
        if time.perf_counter() > end:
            for one in patients:
                one.stopping = True
            if all(one.at < 0 or one.at >= one.material.frames for one in patients if one.set_number) or time.perf_counter() > end + 60:
                break
    deadline = time.perf_counter() + 10
    while seen.sets < sum(one.set_number for one in patients) and time.perf_counter() < deadline:
        await asyncio.sleep(0.05)
    for one in patients:
        one.transport.close()
    missing = sum(one.set_number for one in patients) - seen.sets
    seen.wrong += ["no result"] * missing
    return seen


class Server:
    """`coxa up` on a database of its own, with so many people signed in."""

    def __init__(self, folder: Path, people: int) -> None:
        store = Store.open(data=folder)
        made = PeopleRepository(store)
        self.tokens = []
        for _ in range(people):
            person = made.create_local(zone="Europe/Berlin")
            self.tokens.append(SignInRepository(store).open(person.id, lasts=timedelta(days=1)))
        store.close()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [
            str(Path(sys.executable).with_name("coxa")),
            "up",
            "--data",
            str(folder),
            "--port",
            str(self.port),
            "--no-browser",
            "--quiet",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.1)
        time.sleep(1.0)

    def cpu_s(self) -> float:
        """Processor seconds used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Resident memory."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def share(values: list[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if values else float("nan")


def run(patients: int, seconds: float, sets: list[Material]) -> bool:
    """One line of the table; whether it holds."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), patients)
        try:
            cpu, began, load = server.cpu_s(), time.perf_counter(), os.getloadavg()[0]
            own = time.process_time()
            seen = uvloop.run(watch(server.port, server.tokens, sets, seconds))
            took = time.perf_counter() - began
            used, mine = (server.cpu_s() - cpu) / took, (time.process_time() - own) / took
            memory = server.memory_mb()
        finally:
            server.stop()
    holds = not seen.wrong and not seen.errors and share(seen.events_ms, 99) <= TARGET_MS
    print(
        f"| {patients} | {max(seen.by_second.values(), default=0)} | {seen.sets} | {len(seen.wrong)} | {len(seen.events_ms)} | {share(seen.events_ms, 50):.1f} "
        f"| {share(seen.events_ms, 99):.1f} | {share(seen.states_ms, 50):.1f} | {share(seen.states_ms, 99):.1f} | {share(seen.results_ms, 99):.0f} "
        f"| {used:.2f} | {mine:.2f} | {memory:.0f} | {load:.1f} | {'yes' if holds else 'no'} |",
        flush=True,
    )
    for what, count in [*Counter(seen.wrong).most_common(3), *seen.errors.most_common(3)]:
        print(f"  {count} x {what}", file=sys.stderr)
    if seen.late > seen.sent * 0.01:
        print(f"  the client itself was late {seen.late} times in {seen.sent} frames: the machine is too busy to say", file=sys.stderr)
    return holds


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--smoke", action="store_true", help="few patients, short")
    reader.add_argument("--patients", type=int, default=TARGET_PATIENTS)
    reader.add_argument("--seconds", type=float, default=40.0)
    reader.add_argument("--largest", action="store_true", help="look for the largest number that holds")
    reader.add_argument("--exercises", default=",".join(EXERCISES))
    asked = reader.parse_args()
    chosen = asked.exercises.split(",")
    assert set(chosen) <= set(catalogue.ids())
    sets = [
        material(exercise, seed) for exercise in chosen[: 2 if asked.smoke else None] for seed in range(1, 2 if asked.smoke else 1 + SEEDS)
    ]
    print(
        "| patients | most frames in a second | sets | wrong | events | event p50, ms | event p99 | state p50 | state p99 | result p99 | server, cores "
        "| client, cores | server, MB | load before | holds |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    if asked.smoke:
        run(5, 3.0, sets)
        return
    if not asked.largest:
        run(asked.patients, asked.seconds, sets)
        return
    best = 0
    for patients in range(FIRST, MOST + 1, STEP):
        if not run(patients, asked.seconds, sets):
            break
        best = patients
    print(f"\nThe largest number that holds: {best}")


if __name__ == "__main__":
    main()
