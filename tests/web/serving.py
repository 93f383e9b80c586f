"""A server of its own process, as a person starts it, and its end."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

#: Long enough for a slow and busy machine; nothing waits for it when all is well.
PATIENCE_S = 90


class Served:
    """A running `coxa up`: its address, what it said, and its logs."""

    def __init__(self, process: subprocess.Popen[str], lines: list[str], address: str, err: list[str]) -> None:
        self.process = process
        self.lines = lines
        self.address = address
        self.err = err

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        return code


def _into(stream: IO[str], take: queue.Queue[str | None] | None, kept: list[str]) -> None:
    for line in stream:
        kept.append(line.rstrip("\n"))
        if take is not None:
            take.put(kept[-1])
    if take is not None:
        take.put(None)


@contextmanager
def coxa_up(
    data: Path, *options: str, until: str = r"coxa is at (\S+)", program: list[str] | None = None, **settings: str
) -> Iterator[Served]:
    """Run `coxa up` on a free port; it is killed when the block ends.

    Parameters
    ----------
    data : Path
    *options : str
    until : str
        The line to wait for; its first group is the address.
    program : list of str, optional
        What to run in place of this environment's coxa.
    **settings : str
        Environment variables.
    """
    command = [*(program or [sys.executable, "-c", "from coxa.cli import main; main()"]), "up", "--data", str(data), "--no-browser"]
    if "--port" not in options:
        command += ["--port", "0"]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("COXA_")} | settings
    process = subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=surroundings | {"PYTHONUNBUFFERED": "1"}
    )
    assert process.stdout is not None
    assert process.stderr is not None
    said: queue.Queue[str | None] = queue.Queue()
    lines: list[str] = []
    err: list[str] = []
    readers = [
        threading.Thread(target=_into, args=(process.stdout, said, lines), daemon=True),
        threading.Thread(target=_into, args=(process.stderr, None, err), daemon=True),
    ]
    for reader in readers:
        reader.start()
    try:
        while True:
            line = said.get(timeout=PATIENCE_S)
            assert line is not None, f"coxa up ended: {err[-5:]}"
            if found := re.search(until, line):
                break
        yield Served(process, lines, found[1], err)
    finally:
        process.kill()
        process.wait(PATIENCE_S)
        for reader in readers:
            reader.join(PATIENCE_S)
