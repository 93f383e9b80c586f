"""What `coxa` says before any command."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from run import run


def test_the_version_is_that_of_the_package(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, capsys, "--version") == (0, f"coxa {version('coxa')}\n", "")


def test_without_a_command_the_help_is_shown_and_nothing_is_called_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = run(monkeypatch, capsys)
    assert ran.code == 2
    assert "plan" in ran.out
    assert ran.err == ""
