"""The API under random requests: no 500, and no answer that its description does not name."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

FILE = Path(__file__).parents[2] / "bench" / "fuzz_api.py"


def test_no_request_gets_a_500_or_an_answer_that_is_not_described(tmp_path: Path) -> None:
    spec = spec_from_file_location("bench_fuzz_api", FILE)
    assert spec is not None
    assert spec.loader is not None
    fuzz = module_from_spec(spec)
    sys.modules["bench_fuzz_api"] = fuzz
    spec.loader.exec_module(fuzz)
    assert fuzz.run(tmp_path, examples=6, seed=3) == []
