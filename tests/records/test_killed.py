"""kill -9 at any moment: what was confirmed is there once, and what was not is there once when it is sent again."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from kept import patient
from sqlalchemy import text
from writer import script, write

from coxa.records import DiaryRepository, Store
from coxa.records.fold import fold

START = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
NAMES = ("bridge", "clamshell")
KILLS = 20


@pytest.fixture
def plain_store(address: str) -> Iterator[Store]:
    opened = Store.open(address)
    yield opened
    opened.close()


def test_nothing_confirmed_is_lost_or_doubled_by_kill(plain_store: Store, address: str) -> None:
    asker = patient(plain_store, planned=False)
    diary = DiaryRepository(plain_store)
    chance = random.Random(4)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["coxa.records"])
    confirmed: list[str] = []
    planned = [key for _, key, _, _ in script(NAMES, START)]
    for _ in range(KILLS):
        hear, say = context.Pipe(duplex=False)
        # Begins a little before the last confirmed one: what a device sends again when it did not hear.
        first = max(0, len(confirmed) - 3)
        child = context.Process(target=write, args=(address, asker, NAMES, START, first, say))
        child.start()
        say.close()
        heard: list[str] = []
        enough = chance.randint(1, 25)
        while len(heard) < enough:
            assert hear.poll(60)
            heard.append(hear.recv())
        # Somewhere within the next write.
        time.sleep(chance.random() * 0.004)
        child.kill()
        child.join(60)
        try:
            while hear.poll(0):
                heard.append(hear.recv())
        except EOFError:
            pass
        confirmed += [key for key in heard if key not in confirmed]
        there = [kept.key for kept in diary.events(asker, asker.person_id)]
        assert len(there) == len(set(there))
        assert there[: len(confirmed)] == confirmed == planned[: len(confirmed)]
        # At most the one that was being written is there unconfirmed.
        assert len(there) <= len(confirmed) + 1
    for session, key, moment, event in script(NAMES, START)[: len(confirmed) + 2]:
        diary.record(asker, asker.person_id, event, key=key, session_key=session, at=moment)
    assert [kept.key for kept in diary.events(asker, asker.person_id)] == planned[: len(confirmed) + 2]
    for kept in diary.sessions(asker, asker.person_id):
        folded = fold(diary.events(asker, asker.person_id, session_key=kept.key))
        assert folded is not None
        assert folded.session == kept.session
    if plain_store.engine.dialect.name == "sqlite":
        with plain_store.read() as work:
            assert work.scalar(text("PRAGMA integrity_check")) == "ok"
