"""Back-up and restore: whole or not at all, while the app runs, and from one kind of database to the other."""

from __future__ import annotations

import hashlib
import json
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kept import Clock, answers, clinician, do_session, patient, session_events
from sqlalchemy import select

from coxa.body import Recording
from coxa.errors import BadInput
from coxa.records import (
    AppointmentRepository,
    Asker,
    ConsentRepository,
    DiaryRepository,
    NoteRepository,
    PeopleRepository,
    ScreeningRepository,
    SettingsRepository,
    SignInRepository,
    Store,
)
from coxa.records.backup import back_up, restore
from coxa.records.events import Fell, SetDone
from coxa.records.tables import Base
from coxa.records.whole import erase, export

AT = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)


def filled(store: Store) -> Asker:
    """Something in every table."""
    anna, berta = patient(store), clinician(store)
    PeopleRepository(store).link(anna, berta.person_id)
    SignInRepository(store).open(berta.person_id, lasts=timedelta(hours=1))
    ScreeningRepository(store).begin(anna, anna.person_id, key="s")
    ScreeningRepository(store).answer(anna, anna.person_id, "s", answers(), key="a")
    ScreeningRepository(store).complete(anna, anna.person_id, "s")
    do_session(store, anna, "s", session_events(["bridge", "clamshell"]), AT)
    image = np.random.default_rng(1).random((5, 33, 3)).astype(np.float32)
    clip = Recording(np.arange(5) / 30, image, image, np.ones((5, 33), np.float32), 640, 480, 30.0)
    event = SetDone(exercise="bridge", set_number=2, repetitions=3)
    DiaryRepository(store).record(anna, anna.person_id, event, key="l", session_key="s", at=AT, result={"a": [0.1, None]}, landmarks=clip)
    NoteRepository(store).write(berta, anna.person_id, "Größer auf der linken Seite.", key="n")
    ConsentRepository(store).say(anna, "landmarks", True, "Keep them.")
    SettingsRepository(store).change(anna, anna.person_id, {"voice": None, "size": 2})
    AppointmentRepository(store).ask(anna, address="a@example.org", reason="night", key="k")
    return anna


def rows(store: Store) -> dict[str, list[Any]]:
    with store.read() as work:
        tables = Base.metadata.sorted_tables
        return {table.name: [tuple(row) for row in work.execute(select(table).order_by(*table.primary_key.columns))] for table in tables}


def test_everything_comes_back_as_it_was(store: Store, addresses: Callable[[], str], tmp_path: Path, clock: Clock) -> None:
    anna = filled(store)
    made = back_up(store, tmp_path / "kept.zip")
    before = rows(store)
    assert all(before.values()), [name for name, those in before.items() if not those]
    assert made.rows == {name: len(those) for name, those in before.items()}
    assert (tmp_path / "kept.zip").stat().st_mode & 0o077 == 0
    new = Store.open(addresses(), clock=clock)
    assert restore(new, tmp_path / "kept.zip") == made
    assert rows(new) == before
    DiaryRepository(new).record(anna, anna.person_id, Fell(on=date(2026, 11, 4)), key="next")
    new.close()


def test_a_back_up_moves_from_sqlite_to_postgresql_and_back(cluster: str, tmp_path: Path, clock: Clock) -> None:
    small = Store.open(f"sqlite:///{tmp_path / 'one.sqlite'}", clock=clock)
    anna = filled(small)
    back_up(small, tmp_path / "a.zip")
    large = Store.open(cluster, clock=clock)
    restore(large, tmp_path / "a.zip", replace=True)
    assert rows(large) == rows(small)
    DiaryRepository(large).record(anna, anna.person_id, Fell(on=date(2026, 11, 4)), key="next")
    back_up(large, tmp_path / "b.zip")
    again = Store.open(f"sqlite:///{tmp_path / 'two.sqlite'}", clock=clock)
    restore(again, tmp_path / "b.zip")
    assert rows(again) == rows(large)
    for store in (small, large, again):
        store.close()


def test_a_back_up_holds_one_moment_while_the_app_writes_on(store: Store, addresses: Callable[[], str], tmp_path: Path) -> None:
    anna, diary = patient(store), DiaryRepository(store)
    written: list[int] = []
    stop = threading.Event()

    def go_on() -> None:
        number = 0
        while not stop.is_set():
            diary.record(anna, anna.person_id, Fell(on=date(2026, 11, 3)), key=f"{number}")
            written.append(number)
            number += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        for attempt in range(3):
            wanted = len(written) + 10
            while len(written) < wanted:
                assert writer.is_alive()
            least = len(written)
            made = back_up(store, tmp_path / "kept.zip")
            most = len(written) + 1
            new = Store.open(addresses())
            restore(new, tmp_path / "kept.zip")
            keys = [kept.key for kept in DiaryRepository(new).events(anna, anna.person_id)]
            assert keys == [str(number) for number in range(len(keys))], attempt
            assert least <= len(keys) == made.rows["events"] <= most
            new.close()
    finally:
        stop.set()
        writer.join(30)


def test_what_is_there_goes_only_when_asked(store: Store, addresses: Callable[[], str], tmp_path: Path) -> None:
    filled(store)
    back_up(store, tmp_path / "kept.zip")
    other = Store.open(addresses())
    patient(other)
    before = rows(other)
    with pytest.raises(BadInput, match="--replace"):
        restore(other, tmp_path / "kept.zip")
    assert rows(other) == before
    restore(other, tmp_path / "kept.zip", replace=True)
    assert rows(other) == rows(store)
    other.close()


def damaged(source: Path, path: Path, how: str) -> Path:
    if how == "half":
        path.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    elif how == "text":
        path.write_text("no back-up")
    elif how == "other zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.txt", "a")
    elif how != "absent":
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as archive:
            for name in old.namelist():
                content = old.read(name)
                if name == "manifest.json":
                    manifest = json.loads(content)
                    manifest |= {"newer": {"revision": "9999"}, "schema": {"schema": "coxa.backup/9"}}.get(how, {})
                    content = json.dumps(manifest).encode()
                if not (how == "no table" and name == "events.jsonl"):
                    archive.writestr(
                        name, content.replace(b"bridge", b"brigde") if how == "changed" and name == "events.jsonl" else content
                    )
    return path


@pytest.mark.parametrize("how", ["half", "text", "other zip", "absent", "newer", "schema", "changed", "no table"])
def test_a_damaged_back_up_is_refused_in_one_line_and_changes_nothing(tmp_path: Path, how: str) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'coxa.sqlite'}")
    filled(store)
    back_up(store, tmp_path / "good.zip")
    before = rows(store)
    with pytest.raises(BadInput) as refused:
        restore(store, damaged(tmp_path / "good.zip", tmp_path / "bad.zip", how), replace=True)
    assert "\n" not in str(refused.value)
    assert rows(store) == before
    store.close()


def forged(source: Path, path: Path, table: str, change: Callable[[list[dict[str, Any]]], Any]) -> Path:
    """A back-up that is whole by its digests, but in which one table was changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as archive:
        manifest = json.loads(old.read("manifest.json"))
        for name in old.namelist():
            content = old.read(name)
            if name == f"{table}.jsonl":
                lines = [json.loads(line) for line in content.splitlines()]
                told = change(lines)
                content = "".join(json.dumps(line) + "\n" for line in lines).encode()
                manifest["tables"][table] = {"rows": told or len(lines), "sha256": hashlib.sha256(content).hexdigest()}
                if told == 0:
                    del manifest["tables"][table]
            if name != "manifest.json":
                archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(manifest))
    return path


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("people", lambda lines: lines[0].update(created_at="yesterday")), ("people", lambda lines: lines[0].update(created_at=5)),
        ("people", lambda lines: lines[0].update(zone=None)), ("people", lambda lines: lines[0].update(zone={})),
        ("people", lambda lines: lines.append(lines[0])), ("events", lambda lines: lines[0].update(person_id="nobody")),
        ("landmarks", lambda lines: lines[0].update(parquet="%")), ("landmarks", lambda lines: lines[0].update(parquet=5)),
        ("people", lambda lines: len(lines) + 1), ("people", lambda lines: 0), ("sign_ins", lambda lines: 0),
    ],
)  # fmt: skip
def test_a_forged_back_up_is_refused_without_a_word_of_what_is_in_it(tmp_path: Path, table: str, change: Callable[..., Any]) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'coxa.sqlite'}")
    anna = filled(store)
    back_up(store, tmp_path / "good.zip")
    before = rows(store)
    with pytest.raises(BadInput) as refused:
        restore(store, forged(tmp_path / "good.zip", tmp_path / "bad.zip", table, change), replace=True)
    assert "\n" not in str(refused.value)
    assert anna.person_id not in str(refused.value)
    assert rows(store) == before
    store.close()


def test_a_back_up_into_no_folder_is_refused(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'coxa.sqlite'}")
    with pytest.raises(BadInput, match="choose another place"):
        back_up(store, tmp_path / "nowhere" / "kept.zip")
    store.close()


def test_an_export_holds_everything_but_what_proves_who_one_is(store: Store) -> None:
    anna = filled(store)
    found = json.loads(json.dumps(export(store, anna, anna.person_id), allow_nan=False))
    owned = set(found) - {"schema", "made_at", "person_id"}
    assert owned == {table.name for table in Base.metadata.sorted_tables}
    assert all(found[name] for name in owned - {"accounts", "sign_ins"})
    assert len(found["events"]) == len(DiaryRepository(store).events(anna, anna.person_id))
    assert "password_hash" not in json.dumps(found)


def test_an_erased_person_leaves_nothing_but_the_audit(store: Store, address: str) -> None:
    anna = filled(store)
    other = patient(store)
    erase(store, anna, anna.person_id)
    left = rows(store)
    audit = left.pop("audit")
    assert anna.person_id not in str(left)
    assert audit[-1][-2:] == (anna.person_id, "person.erase")
    assert len(left["people"]) == 2
    assert len(left["programmes"]) == 1
    assert DiaryRepository(store).events(other, other.person_id) == ()
    if address.startswith("sqlite"):
        folder = Path(address.removeprefix("sqlite:///")).parent
        assert all(b"linken Seite" not in file.read_bytes() for file in folder.iterdir())
