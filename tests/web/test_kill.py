"""A server that is killed in the middle of a live session: what was confirmed is there, once, and the session goes on."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

FILE = Path(__file__).parents[2] / "bench" / "kill.py"


def test_five_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    spec = spec_from_file_location("bench_kill", FILE)
    assert spec is not None
    assert spec.loader is not None
    kill = module_from_spec(spec)
    sys.modules["bench_kill"] = kill
    spec.loader.exec_module(kill)
    found = kill.run(tmp_path, 5, seed=11)
    assert [one.problems for one in found] == [()] * 5
