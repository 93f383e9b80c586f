"""Compiling ahead: caches that older sources have left are never used."""

from __future__ import annotations

from pathlib import Path

import pytest

from coxa.motion import step, warm


def filled(folder: Path) -> list[Path]:
    kept = [folder / "step.step-1.py311.nbi", folder / "step.step-1.py311.1.nbc", folder / "step.cpython-311.pyc"]
    for path in kept:
        path.write_bytes(b"something")
    return kept


def test_stale_caches_go_when_the_sources_have_changed_and_bytecode_stays(tmp_path: Path) -> None:
    source = tmp_path / "callee.py"
    source.write_text("LIMIT = 1\n")
    folder = tmp_path / "cache"
    assert warm.drop_stale(folder, warm.digest([source])) == 0
    index, data, bytecode = filled(folder)
    assert warm.drop_stale(folder, warm.digest([source])) == 0
    assert index.exists()
    source.write_text("LIMIT = 2\n")
    assert warm.drop_stale(folder, warm.digest([source])) == 2
    assert not index.exists()
    assert not data.exists()
    assert bytecode.exists()
    filled(folder)
    assert warm.drop_stale(folder, warm.digest([source])) == 0


def test_caches_of_unknown_origin_go(tmp_path: Path) -> None:
    index, data, _ = filled(tmp_path)
    assert warm.drop_stale(tmp_path, "any") == 2
    assert not index.exists()
    assert not data.exists()


def test_a_removal_that_was_interrupted_begins_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)

    def full(*_: object, **__: object) -> int:
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="no space"):
            warm.drop_stale(tmp_path, "new")
    filled(tmp_path)
    assert warm.drop_stale(tmp_path, "new") == 2


def test_every_compiled_module_of_body_and_motion_is_under_the_digest() -> None:
    compiled = {path for path in warm.sources() if "@njit" in path.read_text() or "@nb.njit" in path.read_text()}
    compiled.discard(Path(warm.__file__))
    assert compiled == {Path(str(module.__file__)) for module in warm.COMPILED}


def test_the_caches_lie_where_numba_keeps_them() -> None:
    assert Path(step.step.stats.cache_path) in warm.cache_folders()


def test_warming_runs_every_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(warm, "cache_folders", lambda: [tmp_path])
    monkeypatch.setattr(warm, "draw", lambda: None)
    monkeypatch.setattr(warm, "store_bytecode", lambda: None)
    assert warm.main() == 0
    assert step.step.signatures
    assert step.step_many.signatures
    assert step.close.signatures
    assert "5 of 5" in capsys.readouterr().out
