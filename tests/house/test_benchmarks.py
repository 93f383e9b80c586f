"""The benchmarks still run: small, without clips, and with a row for each exercise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from coxa.exercises import catalogue

ROOT = Path(__file__).parents[2]


def test_the_accuracy_benchmark_runs_and_has_a_row_for_each_exercise() -> None:
    done = subprocess.run(
        [sys.executable, "bench/accuracy.py", "--smoke"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("| ")]
    assert set(catalogue.ids()) <= set(rows)
