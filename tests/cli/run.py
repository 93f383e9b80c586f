"""Running the command line inside the test's own process."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import pytest

from coxa.cli import main


class Ran(NamedTuple):
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: Any) -> Ran:
    """Run `coxa` with these arguments."""
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["coxa", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    out, err = capsys.readouterr()
    code = left.value.code
    assert isinstance(code, int)
    return Ran(code, out, err)


def refused(ran: Ran, *parts: str) -> str:
    """Assert that the input was refused in one line; that line."""
    assert ran.code == 2
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert len(lines) == 1, ran.err
    assert lines[0].startswith("coxa: ")
    assert "Traceback" not in lines[0]
    for part in parts:
        assert part in lines[0]
    return lines[0]
