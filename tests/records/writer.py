"""A process that writes a diary until it is killed, and says what it knows to be kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from multiprocessing.connection import Connection

from kept import session_events

from coxa.records import Asker, DiaryRepository, Store
from coxa.records.events import Event


def script(names: tuple[str, ...], start: datetime) -> list[tuple[str, str, datetime, Event]]:
    """What is written, in order: session, key, moment, event."""
    rows = []
    for session in range(50):
        for number, event in enumerate(session_events(names)):
            moment = start + timedelta(hours=session, seconds=10 * number)
            rows.append((f"s{session}", f"s{session}.{number}", moment, event))
    return rows


def write(address: str, asker: Asker, names: tuple[str, ...], start: datetime, first: int, said: Connection) -> None:
    """Write the script from a place on, and say each key once it is kept."""
    diary = DiaryRepository(Store.open(address))
    for session, key, moment, event in script(names, start)[first:]:
        diary.record(asker, asker.person_id, event, key=key, session_key=session, at=moment)
        said.send(key)
