"""What the first who comes would wait for is done beforehand, and nobody waits for the collector of garbage after that."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from coxa import locales
from coxa.exercises import catalogue
from coxa.settings import settings
from coxa.web import ready
from coxa.web.page import environment


@pytest.fixture
def collector() -> Iterator[None]:
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


def test_templates_and_catalogue_are_there_in_every_language() -> None:
    ready.get_ready()
    names = {name for name in environment().list_templates() if name.endswith(".html")}
    assert names <= {str(name) for _, name in environment().cache or ()}
    before = catalogue._load.cache_info().misses
    for language in locales.available():
        catalogue.all_exercises(language)
    assert catalogue._load.cache_info().misses == before


def test_somebody_well_is_who_it_is_tried_with() -> None:
    from coxa.care.questionnaire import screening_questions
    from coxa.care.screening import screen

    assert screen(dict.fromkeys(screening_questions().dangers, False) | ready.WELL).may_exercise


def test_an_exercise_that_cannot_be_read_keeps_nothing_else_from_being_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "bridge.toml").write_text("id = ")
    monkeypatch.setenv("COXA_EXERCISES_FOLDER", str(tmp_path))
    settings.cache_clear()
    catalogue.forget()
    try:
        with caplog.at_level("WARNING", "coxa.web"):
            ready.get_ready()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        catalogue.forget()
    assert [record.getMessage() for record in caplog.records] == ["not ready"]
    assert "bridge.toml" in str(caplog.records[0].fields)  # type: ignore[attr-defined]


def test_what_is_loaded_is_set_aside(collector: None) -> None:
    loading = threading.Thread(target=list)
    loading.start()
    ready.settle(loading)
    assert not loading.is_alive()
    assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == ready.COLLECT_AFTER
    assert sys.getswitchinterval() == pytest.approx(ready.SWITCH_S)
