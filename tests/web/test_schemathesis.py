"""The API under random requests: no 500, and no answer that its description does not name."""

from __future__ import annotations

from pathlib import Path

from program import load


def test_no_request_gets_a_500_or_an_answer_that_is_not_described(tmp_path: Path) -> None:
    assert load("bench/fuzz_api.py").run(tmp_path, examples=6, seed=3) == []
