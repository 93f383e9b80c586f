"""A server in a thread, a client of the live socket, and simulated people for the tests."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from api_client import somebody, token_for
from fastapi import FastAPI
from websockets.sync.client import ClientConnection, connect

from coxa.body import Recording
from coxa.capture.simulated import simulate
from coxa.records import Store
from coxa.records.people import Person
from coxa.web.app import create_app
from coxa.web.config import WebConfig
from coxa.web.live.frames import SIZE, pack

#: Nothing that is waited for takes this long.
PATIENCE_S = 30.0


class Served:
    """A server, and one person who uses it."""

    def __init__(self, app: FastAPI, port: int, person: Person, token: str) -> None:
        self.app, self.port, self.person, self.token = app, port, person, token

    @property
    def store(self) -> Store:
        store: Store = self.app.state.store
        return store

    def connect(self, *, origin: str | None = None, token: str | None = None) -> ClientConnection:
        """A connection as a page of this server makes it."""
        here = f"127.0.0.1:{self.port}"
        cookie = {"Cookie": f"coxa_sign_in={self.token if token is None else token}"}
        return connect(f"ws://{here}/live", origin=origin or f"http://{here}", additional_headers=cookie, compression=None)  # type: ignore[arg-type]


@contextmanager
def served(folder: Path, person: tuple[Person, str] | None = None) -> Iterator[Served]:
    """A server in a thread, with somebody who is signed in; stopped as by Ctrl-C."""
    app = create_app(WebConfig(data=folder))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="websockets-sansio", ws_per_message_deflate=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        ready = threading.Event()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            ready.wait(0.01)
        try:
            if person is None:
                made = somebody(app.state.store)
                person = made, token_for(app.state.store, made)
            yield Served(app, port, *person)
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)
            assert not thread.is_alive(), "the server did not stop"


@cache
def person_doing(exercise: str, seed: int = 1, view: str | None = None, repetitions: int = 3) -> Recording:
    """A simulated person."""
    return simulate(exercise, seed=seed, view=view, repetitions=repetitions).recording


def begin(recording: Recording, exercise: str, key: str = "set-1", **changes: Any) -> str:
    """The message with which a set begins."""
    said = {
        "type": "begin", "set": key, "session": "s1", "exercise": exercise, "set_number": 1, "side": "both", "target": None,
        "width": recording.width, "height": recording.height, "model": "full", "delegate": "CPU", "keep": False,
    }  # fmt: skip
    return json.dumps(said | changes)


def frames(recording: Recording, first: int = 0, last: int | None = None, batch: int = 10) -> Iterator[bytes]:
    """The frames of a recording as messages."""
    data = pack(recording)
    end = len(recording) if last is None else last
    for k in range(first, end, batch):
        yield data[k * SIZE : min(k + batch, end) * SIZE]


def until(client: ClientConnection, kind: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The next message of this kind, and what came before it."""
    before: list[dict[str, Any]] = []
    while True:
        message: dict[str, Any] = json.loads(client.recv(timeout=PATIENCE_S))
        if message["type"] == kind:
            return message, before
        before.append(message)


def watched(client: ClientConnection, recording: Recording, exercise: str, **changes: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A whole set; its result and everything that was said before it."""
    client.send(begin(recording, exercise, **changes))
    until(client, "begun")
    for data in frames(recording):
        client.send(data)
    client.send('{"type": "end"}')
    return until(client, "result")


def cut(recording: Recording, frames: int) -> Recording:
    """The first frames of a recording."""
    return Recording(
        recording.time_s[:frames],
        np.array(recording.image[:frames]),
        recording.world[:frames],
        recording.visibility[:frames],
        recording.width,
        recording.height,
        recording.fps,
    )
