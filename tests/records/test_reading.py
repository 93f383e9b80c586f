"""A page reads one state, asks for a row once, and sees what it has itself written."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest
from kept import Clock, patient, profile, programme
from sqlalchemy import event

from coxa.records import DiaryRepository, NotYours, PeopleRepository, ProgrammeRepository, SettingsRepository, Store
from coxa.records.events import MorningPain


def test_a_row_is_asked_for_once(store: Store) -> None:
    asker = patient(store)
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    people, settings = PeopleRepository(store), SettingsRepository(store)
    with store.reading():
        for _ in range(5):
            people.get(asker, asker.person_id)
            settings.all(asker, asker.person_id)
    assert sum("FROM people" in one for one in asked) == 1
    asked.clear()
    people.get(asker, asker.person_id)
    assert sum("FROM people" in one for one in asked) == 1, "what was read before is not kept beyond the block"


def test_what_is_written_inside_is_read_after_it(store: Store, clock: Clock) -> None:
    asker = patient(store)
    people, diary, programmes = PeopleRepository(store), DiaryRepository(store), ProgrammeRepository(store)
    with store.reading():
        assert people.get(asker, asker.person_id).zone == "Europe/Berlin"
        assert (latest := programmes.latest(asker, asker.person_id)) is not None
        before = diary.state(asker, asker.person_id)
        people.change(asker, asker.person_id, zone="Europe/Lisbon")
        diary.record(asker, asker.person_id, MorningPain(on=clock().date(), pain=2), key="m")
        programmes.save(asker, asker.person_id, profile(), programme(), key="second")
        assert people.get(asker, asker.person_id).zone == "Europe/Lisbon"
        assert diary.state(asker, asker.person_id) != before
        assert [one.number for one in programmes.versions(asker, asker.person_id)] == [latest.number, latest.number + 1]
        assert (history := diary.history(asker, asker.person_id, clock().date())) is not None
        assert [one.pain for one in history.mornings] == [2]


def test_what_another_writes_meanwhile_is_seen_by_the_next_block(store: Store, clock: Clock) -> None:
    asker = patient(store)
    diary = DiaryRepository(store)
    entry = MorningPain(on=clock().date(), pain=2)
    with store.reading():
        before = diary.state(asker, asker.person_id)
        other = Thread(target=diary.record, args=(asker, asker.person_id, entry), kwargs={"key": "m"})
        other.start()
        other.join()
        if store.engine.dialect.name == "sqlite":  # PostgreSQL reads each statement's own state
            assert diary.state(asker, asker.person_id) == before
    with store.reading():
        assert diary.state(asker, asker.person_id) != before


def test_a_block_inside_a_block_is_the_same_and_an_error_leaves_nothing_open(store: Store) -> None:
    asker, other = patient(store), patient(store)
    people = PeopleRepository(store)
    with store.reading():
        people.get(asker, asker.person_id)
        with pytest.raises(NotYours), store.reading():
            people.get(asker, other.person_id)
        assert people.get(asker, asker.person_id).id == asker.person_id
    assert store.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_two_stores_do_not_share(store: Store, tmp_path: Path) -> None:
    asker = patient(store)
    beside = Store.open(data=tmp_path / "beside")
    try:
        with store.reading():
            PeopleRepository(store).get(asker, asker.person_id)
            with pytest.raises(NotYours):
                PeopleRepository(beside).get(asker, asker.person_id)
    finally:
        beside.close()
