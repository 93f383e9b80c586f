"""`coxa backup` and `coxa restore`: the whole way, and one line where it does not go."""

from __future__ import annotations

from pathlib import Path

import pytest
from run import refused, run

from coxa.records import PeopleRepository, Store


def test_what_was_backed_up_comes_back(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    store = Store.open(data=tmp_path / "a")
    person = PeopleRepository(store).create_local(zone="Europe/Berlin", name="Anna")
    store.close()
    done = run(monkeypatch, capsys, "backup", tmp_path / "kept.zip", "--data", tmp_path / "a")
    assert (done.code, done.err) == (0, "")
    assert "1 people" in done.out
    done = run(monkeypatch, capsys, "restore", tmp_path / "kept.zip", "--data", tmp_path / "b")
    assert (done.code, done.err) == (0, "")
    store = Store.open(data=tmp_path / "b")
    assert PeopleRepository(store).local() == (person,)
    store.close()
    refused(run(monkeypatch, capsys, "restore", tmp_path / "kept.zip", "--data", tmp_path / "b"), "--replace")
    assert run(monkeypatch, capsys, "restore", tmp_path / "kept.zip", "--data", tmp_path / "b", "--replace").code == 0


def test_a_back_up_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    refused(run(monkeypatch, capsys, "restore", tmp_path / "none.zip", "--data", tmp_path / "b"), "no such file")
