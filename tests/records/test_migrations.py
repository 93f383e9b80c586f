"""The database brought up to date: from nothing, from the first revision, by two at once; and what is no database refused."""

from __future__ import annotations

import json
import multiprocessing
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from kept import profile, programme
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url

from coxa.errors import BadInput
from coxa.records import Asker, DiaryRepository, PeopleRepository, ProgrammeRepository, SettingsRepository, Store
from coxa.records.backup import back_up, restore
from coxa.records.events import MorningPain, SetDone
from coxa.records.migrate import head, revision, upgrade
from coxa.records.store import connect, database_url
from coxa.records.tables import Base

PERSON = "0" * 32
AT = "2026-11-03 08:00:00.000000"
ZONE = "Europe/Berlin"


def fill(connection: Connection) -> None:
    """What the first version of coxa wrote."""
    insert = {
        "people": {"id": PERSON, "name": "Anna", "zone": ZONE, "language": "de", "created_at": AT},
        "programmes": {
            "id": 1, "person_id": PERSON, "number": 1, "key": "p", "at": AT, "zone": ZONE, "made_by": PERSON, "taken": "[]",
            "profile": profile().model_dump_json(), "programme": programme().model_dump_json(),
        },
        "events": {
            "id": 1, "person_id": PERSON, "key": "m", "kind": "morning", "session_key": None, "at": AT, "zone": ZONE, "recorded_at": AT,
            "recorded_by": PERSON, "corrects": None, "body": json.dumps({"kind": "morning", "on": "2026-11-03", "pain": 4}),
        },
    }  # fmt: skip
    for table, values in insert.items():
        columns = ", ".join(f'"{name}"' for name in values)
        given = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({given})"), values)


def old(address: str) -> Engine:
    """A database of the first revision, with a person and a morning in it."""
    engine = connect(database_url(address))
    upgrade(engine, "0001")
    with engine.begin() as connection:
        fill(connection)
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('events_id_seq', 1), setval('programmes_id_seq', 1)"))
    return engine


def test_an_old_file_is_brought_up_to_date_and_nothing_is_lost(address: str) -> None:
    old(address).dispose()
    store = Store.open(address)
    asker, diary = Asker(PERSON), DiaryRepository(store)
    (kept,) = diary.events(asker, PERSON)
    assert kept.event == MorningPain(on=datetime(2026, 11, 3).date(), pain=4)
    if store.engine.dialect.name == "sqlite":
        assert kept.at == datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
    version = ProgrammeRepository(store).latest(asker, PERSON)
    assert version is not None
    assert (version.profile, version.programme) == (profile(), programme())
    event = SetDone(exercise="bridge", set_number=1, repetitions=3)
    diary.record(asker, PERSON, event, key="n", session_key="s", result={"exercise": "bridge"})
    assert len(diary.sets(asker, PERSON)) == 1
    store.close()


def test_the_migrations_make_the_tables_that_the_code_asks_for(address: str) -> None:
    store = Store.open(address)
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert revision(connection) == head()
    store.close()


def test_opening_it_again_changes_nothing(address: str) -> None:
    first = Store.open(address)
    person = PeopleRepository(first).create_local(zone=ZONE)
    first.close()
    second = Store.open(address)
    assert PeopleRepository(second).local() == (person,)
    second.close()


def open_and_close(address: str) -> None:
    Store.open(address).close()


def test_two_that_start_at_once_do_not_disturb_each_other(address: str) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["coxa.records"])
    processes = [context.Process(target=open_and_close, args=(address,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]


def test_a_database_of_a_newer_coxa_is_refused_and_left_alone(address: str) -> None:
    engine = old(address)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadInput, match="newer coxa"):
        Store.open(address)
    with engine.connect() as connection:
        assert revision(connection) == "9999"
    engine.dispose()


def test_a_back_up_of_an_old_coxa_is_restored_by_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coxa.records import backup

    engine = old(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with monkeypatch.context() as then:
        # As the first version would have written it: its revision, without the tables that came later.
        tables = [table for table in Base.metadata.sorted_tables if table.name not in ("landmarks", "appointments")]
        then.setattr(type(Base.metadata), "sorted_tables", tables)
        then.setattr(backup, "head", lambda: "0001")
        back_up(Store(engine), tmp_path / "old.zip")
    engine.dispose()
    store = Store.open(f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert restore(store, tmp_path / "old.zip").revision == "0001"
    assert len(DiaryRepository(store).events(Asker(PERSON), PERSON)) == 1
    store.close()


def test_the_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    Store.open(data=tmp_path / "new" / "data").close()
    assert stat.S_IMODE((tmp_path / "new" / "data").stat().st_mode) == 0o700
    assert (tmp_path / "new" / "data" / "coxa.sqlite").is_file()


def test_the_database_is_for_its_owner_alone_where_others_may_look_into_the_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    store = Store.open(data=tmp_path)
    PeopleRepository(store).create_local(zone="UTC")
    assert {path.name for path in tmp_path.iterdir() if path.stat().st_mode & 0o077} == set()
    assert (tmp_path / "coxa.sqlite-wal").exists()
    store.close()


@pytest.mark.parametrize("url", ["mysql://a/b", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_is_none_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(BadInput, match="COXA_DATABASE") as refused:
        Store.open(url)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "coxa.sqlite").write_text("something else " * 100)
    with pytest.raises(BadInput, match="expected a database") as refused:
        Store.open(data=tmp_path)
    assert "\n" not in str(refused.value)


def test_a_password_in_an_address_is_not_said(cluster: str) -> None:
    url = make_url(cluster).set(username="nobody", password="secret", database="nowhere")
    with pytest.raises(BadInput) as refused:
        Store.open(url.render_as_string(hide_password=False))
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_text_that_cannot_be_kept_is_refused_alike(store: Store) -> None:
    people = PeopleRepository(store)
    for name in ("a\x00b", "a\ud800b"):
        with pytest.raises(BadInput, match="plain characters"):
            people.create_local(zone=ZONE, name=name)
    assert people.local() == ()
    person = people.create_local(zone=ZONE, name="\\u0000 ß 🙂")
    settings = SettingsRepository(store)
    for value in ("a\x00b", ["\ud800"], {"\x00": 1}):
        with pytest.raises(BadInput, match="plain characters"):
            settings.change(person.asker, person.id, {"voice": value})
    assert settings.change(person.asker, person.id, {"voice": "\\u0000 🙂"}) == {"voice": "\\u0000 🙂"}
