"""A server that is killed in the middle of a live session: what was confirmed is there, once, and the session goes on."""

from __future__ import annotations

from pathlib import Path

from program import load


def test_five_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    found = load("bench/kill.py").run(tmp_path, 5, seed=11)
    assert [one.problems for one in found] == [()] * 5
