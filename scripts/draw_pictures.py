"""Draw the pictures that the pages ask for, so that nobody waits for one: `make setup`.

    python scripts/draw_pictures.py [FOLDER]

Only what is missing is drawn, and what is no longer asked for goes. The list of all is written last: with it the folder is whole.
"""

from __future__ import annotations

import os

# Each process draws one picture on one core.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import multiprocessing
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from coxa.errors import BadInput
from coxa.web.pictures import DRAWN, LIST, Pictures, Wanted, pages_ask_for

#: Each takes a few hundred megabytes; with so many it takes seconds.
MOST_PROCESSES = 8


def main(folder: Path) -> int:
    """Draw what the folder lacks, and say how far it is."""
    wanted = {one.name: one for one in pages_ask_for()}
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / LIST
    names = "".join(f"{name}\n" for name in sorted(wanted))
    missing = [one for name, one in wanted.items() if not (folder / name).exists()]
    if not listed.exists() or listed.read_text() != names or missing:
        listed.unlink(missing_ok=True)
    # What one exercise's pictures have in common is worked out once.
    tasks: dict[tuple[str, str], list[Wanted]] = {}
    for one in missing:
        tasks.setdefault((one.exercise, one.side), []).append(one)
    done = 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    pool = ProcessPoolExecutor(max(1, min(cores, MOST_PROCESSES, len(tasks))), multiprocessing.get_context("spawn"), quiet)
    try:
        for future in as_completed([pool.submit(draw, folder, task) for task in tasks.values()]):
            done += future.result()
            print(f"  {done}/{len(missing)} drawn", flush=True)
    except BadInput as error:
        print(error)
        return 1
    except BrokenProcessPool:
        print("drawing was ended from outside, maybe for want of memory; close other programs and run make setup again")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    for path in folder.glob("*.gz"):
        if path.name not in wanted:
            path.unlink()
    for path in folder.glob(".*.part"):
        path.unlink()
    part = listed.with_suffix(".part")
    part.write_text(names)
    part.replace(listed)
    return 0


def quiet() -> None:
    """A Ctrl-C is for the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def draw(folder: Path, task: Sequence[Wanted]) -> int:
    """Draw some pictures; how many."""
    pictures = Pictures(folder, drawn=folder)
    for wanted in task:
        pictures.keep(wanted)
    return len(task)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DRAWN))
