"""Counts OpenCap's five squats from the hip angle of a motion-capture recording.

Data: squats1_videoAndMocap.mot of opencap-processing (Apache-2.0), read from the folder named by COXA_REAL_DATA.
Run: python bench/opencap.py
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coxa.motion.repetitions import count_repetitions

FILE = Path(os.environ.get("COXA_REAL_DATA", "../shared/real")) / "opencap" / "squats1_videoAndMocap.mot"
EXPECTED = 5


def read_motion(path: Path) -> dict[str, NDArray[np.float64]]:
    """Read an OpenSim motion file: a header up to `endheader`, the column names, the numbers."""
    lines = path.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.strip() == "endheader") + 1
    rows = np.array([[float(cell) for cell in line.split()] for line in lines[first + 1 :] if line.strip()])
    return dict(zip(lines[first].split(), rows.T, strict=True))


def main() -> None:
    """Print one line for each hip."""
    if not FILE.is_file():
        print(f"opencap: skipped, no file {FILE}; set COXA_REAL_DATA")
        return
    columns = read_motion(FILE)
    for name in ("hip_flexion_r", "hip_flexion_l"):
        found = count_repetitions(columns[name], columns["time"])
        ranges = ", ".join(f"{repetition.range:.0f}" for repetition in found)
        print(f"{name}: {len(found)} repetitions of {EXPECTED}, ranges {ranges} degrees")


if __name__ == "__main__":
    main()
