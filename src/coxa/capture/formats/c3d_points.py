"""Run as a program: reads the points of one C3D file and writes them to standard output as NPZ.

ezc3d ends the whole process on some damaged files instead of raising an error. In a process of its own it takes
only itself down, and the reader can say that the file is damaged.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys

import numpy as np

#: A damaged header can ask for any amount of memory; bytes beside forty times the file.
SPARE_MEMORY = 4 << 30


def limit_memory(path: str) -> None:
    """Let a file that asks for absurd amounts of memory fail at once, where the system knows such limits."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        most = SPARE_MEMORY + 40 * os.path.getsize(path)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: str) -> None:
    """Write points (T, J, 3), names, unit, rate and the axis that is up on the screen."""
    limit_memory(path)
    import ezc3d

    document = ezc3d.c3d(path)
    group = document["parameters"]["POINT"]

    def first(key: str) -> str:
        value = group[key]["value"] if key in group else []
        return str(value[0]).strip() if len(value) else ""

    out = io.BytesIO()
    np.savez(
        out,
        points=np.asarray(document["data"]["points"], np.float64)[:3].transpose(2, 1, 0),
        names=np.array([str(name) for key in group if key.startswith("LABELS") for name in group[key]["value"]], dtype=str),
        unit=np.array(first("UNITS")),
        rate=np.array(float(document["header"]["points"]["frame_rate"])),
        up=np.array(first("Y_SCREEN")),
    )
    sys.stdout.buffer.write(out.getvalue())


if __name__ == "__main__":
    main(sys.argv[1])
