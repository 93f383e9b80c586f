"""`Journal`: one thread that writes the events of every live set, those that come at the same time in one go."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from dataclasses import dataclass

from coxa.records import DiaryRepository, Store
from coxa.records.diary import Entry
from coxa.records.events import Kept

log = logging.getLogger(__name__)
#: So many events go into one transaction at most, and a failing one is tried so often.
MOST_AT_ONCE, TRIES = 256, 3


@dataclass(frozen=True)
class _Waiting:
    entry: Entry
    loop: asyncio.AbstractEventLoop
    written: asyncio.Future[Kept]


class Journal:
    """Writes events and says when they are kept.

    A disk takes milliseconds to say that something is safe. One thread does the waiting, so that no frame waits for it; what has
    come in the meantime goes into the next transaction together.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._diary = DiaryRepository(store)
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def write(self, entry: Entry) -> asyncio.Future[Kept]:
        """Hand over an event; the future is done when it is kept, or raises why it is not."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[Kept] = loop.create_future()
        self._queue.put(_Waiting(entry, loop, written))
        return written

    def close(self) -> None:
        """Write what was handed over, and stop."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            batch = [self._queue.get()]
            while len(batch) < MOST_AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get())
            stopping = None in batch
            waiting = [one for one in batch if one is not None]
            if waiting:
                self._tell(waiting, self._write([one.entry for one in waiting]))

    def _write(self, entries: list[Entry]) -> list[Kept | Exception]:
        for left in reversed(range(TRIES)):
            try:
                return list(self._diary.record_all(entries))
            except Exception as error:  # whatever it is, whoever waits must hear of it, and the thread must live on
                log.exception("journal: %d events could not be written", len(entries))
                if not left:
                    return [error] * len(entries)
        raise AssertionError("unreachable")

    def _tell(self, waiting: list[_Waiting], found: list[Kept | Exception]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Kept], Kept | Exception]]] = {}
        for one, result in zip(waiting, found, strict=True):
            by_loop.setdefault(one.loop, []).append((one.written, result))
        for loop, results in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, results)


def _settle(results: list[tuple[asyncio.Future[Kept], Kept | Exception]]) -> None:
    for future, result in results:
        if future.cancelled():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
