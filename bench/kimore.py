"""Counts the KIMORE squats and prints coxa's causal counter beside peak counters and plain threshold counters.

Data: KIMORE (Capecci et al. 2019, doi:10.1109/TNSRE.2019.2923060), head-to-foot distance and repetitions marked by hand, read from
the folder named by COXA_REAL_DATA. Run: python bench/kimore.py [--robust]

With --robust the same recordings are counted again after changes that no count may depend on: sampling moved by a fraction of a
frame, other frame rates, a faster or slower person, noise, gaps, uneven times, less waiting before the exercise, another person's
waiting or walking away around it, and the first repetition cut off.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.signal import find_peaks

from coxa.motion.repetitions import CountedRepetition, count_repetitions

FRAMES_PER_S = 30.0
FOLDER = Path(os.environ.get("COXA_REAL_DATA", "../shared/real")) / "kimore"

Signal = NDArray[np.float64]


def read_rows(path: Path) -> dict[str, Signal]:
    """Read a file of lines `name,number,number,…`."""
    rows = (line.split(",") for line in path.read_text().splitlines() if line.strip())
    return {row[0]: np.array([float(cell) for cell in row[1:] if cell.strip()]) for row in rows}


def count_peaks(signal: Signal, prominence: float, distance_s: float, smooth: int) -> int:
    """Count dips with scipy, the whole signal in view; `prominence` in shares of its 2 to 98 % span."""
    if smooth > 1:
        signal = np.convolve(np.pad(signal, smooth // 2, mode="edge"), np.ones(smooth) / smooth, mode="valid")
    low, high = np.percentile(signal, [2, 98])
    return len(find_peaks(-signal, prominence=prominence * (high - low), distance=max(1, round(distance_s * FRAMES_PER_S)))[0])


def count_two_thresholds(signal: Signal, leave: float, come_back: float, first_s: float) -> int:
    """Count dips causally: rest and depth from what has been seen so far, one threshold to leave and one to come back."""
    count, down = 0, False
    for i in range(round(first_s * FRAMES_PER_S), len(signal)):
        rest = float(np.percentile(signal[: i + 1], 90))
        depth = rest - float(np.min(signal[: i + 1]))
        if not down and signal[i] < rest - leave * depth:
            down = True
        elif down and signal[i] > rest - come_back * depth:
            down, count = False, count + 1
    return count


def score(counts: Mapping[str, int], truth: Mapping[str, int]) -> tuple[float, float, float]:
    """Share exact (%), share within one (%), mean absolute error."""
    errors = np.abs([counts[name] - truth[name] for name in truth])
    return float(100 * np.mean(errors == 0)), float(100 * np.mean(errors <= 1)), float(np.mean(errors))


def best(
    signals: Mapping[str, Signal], truth: Mapping[str, int], count: Callable[..., int], settings: list[tuple[float, ...]]
) -> tuple[str, tuple[float, float, float]]:
    """The setting with the most recordings exact, chosen on these very recordings: the peers' best case."""
    scored = [(score({name: count(signal, *setting) for name, signal in signals.items()}, truth), setting) for setting in settings]
    result, setting = max(scored, key=lambda pair: (pair[0][0], pair[0][1], -pair[0][2]))
    return f"best of {len(settings)} settings: {', '.join(f'{value:g}' for value in setting)}", result


def inside(repetitions: list[CountedRepetition], marked: Signal) -> tuple[int, float]:
    """How many peaks lie in a marked repetition, and the overlaps (intersection over union) summed."""
    hits, overlap = 0, 0.0
    for repetition in repetitions:
        for start, end in marked.reshape(-1, 2) / FRAMES_PER_S:
            if start <= repetition.peak_s <= end:
                shared = min(end, repetition.end_s) - max(start, repetition.start_s)
                hits += 1
                overlap += max(shared, 0.0) / (max(end, repetition.end_s) - min(start, repetition.start_s))
                break
    return hits, overlap


def resample(signal: Signal, step_s: float, from_s: float = 0.0) -> tuple[Signal, Signal]:
    """Times from zero and the signal read between its samples."""
    at_s = np.arange(from_s, (len(signal) - 1) / FRAMES_PER_S, step_s)
    return at_s - from_s, np.interp(at_s, np.arange(len(signal)) / FRAMES_PER_S, signal)


def changed(
    name: str, signals: Mapping[str, Signal], marked: Mapping[str, Signal], random: np.random.Generator
) -> Iterator[tuple[str, Signal, Signal, int]]:
    """One recording in every changed form: kind of change, times, signal, repetitions that are left in it."""
    signal, frames = signals[name], marked[name].astype(int)
    n, truth = len(signal), len(marked[name]) // 2
    time_s = np.arange(n) / FRAMES_PER_S
    yield "as recorded", time_s, signal, truth
    yield "upside down, in other units", time_s, 77.0 - 250.0 * signal, truth
    for part in (0.25, 0.5, 0.75):
        yield "sampled between the frames", *resample(signal, 1 / FRAMES_PER_S, part / FRAMES_PER_S), truth
    for rate in (15, 20, 25, 45, 50, 60):
        yield "15 to 60 frames/s", *resample(signal, 1 / rate), truth
    for stretch in (0.7, 0.8, 0.9, 1.1, 1.2, 1.4):
        yield "0.7 to 1.4 times the duration", time_s * stretch, signal, truth
    for noise_m in (0.002, 0.002, 0.003, 0.003, 0.005, 0.005):
        yield "2 to 5 mm of noise", time_s, signal + noise_m * random.standard_normal(n), truth
    for share in (0.1, 0.1, 0.2, 0.2):
        yield "10 to 20 % of samples missing", time_s, np.where(random.random(n) < share, np.nan, signal), truth
    for _ in range(3):
        yield "uneven times", time_s + random.uniform(-0.4, 0.4, n) / FRAMES_PER_S, signal, truth
    for share in (0.25, 0.5, 0.75):
        cut = int(share * max(0, frames[0] - 15))
        yield "less waiting before", time_s[: n - cut], signal[cut:], truth
    cut = int(frames[1:3].mean())
    yield "first repetition cut off", time_s[: n - cut], signal[cut:], truth - 1
    before = {other: signals[other][: max(0, int(marked[other][0]) - 8)] for other in signals if other != name}
    after = {other: signals[other][int(marked[other][-1]) + 15 :] for other in signals if other != name}
    for _ in range(4):
        part = random.choice(sorted(other for other in before if len(before[other]) >= 30))
        exercise = signal[max(0, frames[0] - 8) :]
        joined = np.concatenate([before[part] - np.median(before[part][-15:]) + np.median(exercise[:4]), exercise])
        yield "another person's waiting before", np.arange(len(joined)) / FRAMES_PER_S, joined, truth
        part = random.choice(sorted(other for other in after if len(after[other]) >= 30))
        exercise = signal[: frames[-1] + 15]
        joined = np.concatenate([exercise, after[part] - np.median(after[part][:10]) + np.median(exercise[-5:])])
        yield "another person's leaving after", np.arange(len(joined)) / FRAMES_PER_S, joined, truth


def print_robustness(console: Console, signals: Mapping[str, Signal], marked: Mapping[str, Signal]) -> None:
    """Count every recording in every changed form and print a line per kind of change."""
    random = np.random.default_rng(7)
    errors: dict[str, list[int]] = {}
    for name in signals:
        for kind, time_s, signal, truth in changed(name, signals, marked, random):
            errors.setdefault(kind, []).append(len(count_repetitions(signal, time_s)) - truth)
    table = Table(title="The same recordings, changed")
    for column in ("change", "signals", "exact %", "within one %", "mean |error|"):
        table.add_column(column, justify="left" if column == "change" else "right")
    lines = [(100 * np.mean(np.equal(e, 0)), 100 * np.mean(np.abs(e) <= 1), np.mean(np.abs(e))) for e in errors.values()]
    for (kind, e), (exact, near, mean) in zip(errors.items(), lines, strict=True):
        table.add_row(kind, f"{len(e)}", f"{exact:.1f}", f"{near:.1f}", f"{mean:.2f}")
    exact, near, mean = np.mean(lines, axis=0)
    table.add_row("mean of the lines", f"{sum(map(len, errors.values()))}", f"{exact:.1f}", f"{near:.1f}", f"{mean:.2f}")
    console.print(table)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--robust", action="store_true", help="count the recordings again after changes that must not matter")
    robust = parser.parse_args().robust
    if not FOLDER.is_dir():
        print(f"kimore: skipped, no folder {FOLDER}; set COXA_REAL_DATA")
        return
    signals = read_rows(FOLDER / "squat_head_to_foot_m.csv")
    marked = read_rows(FOLDER / "squat_boundaries.csv")
    truth = {name: len(marked[name]) // 2 for name in signals}
    ours = {name: count_repetitions(signal, np.arange(len(signal)) / FRAMES_PER_S) for name, signal in signals.items()}
    counts = {name: len(found) for name, found in ours.items()}

    table = Table(title=f"KIMORE squats: {len(signals)} recordings, {sum(truth.values())} repetitions marked by hand")
    for column in ("counter", "sees", "exact %", "within one %", "mean |error|"):
        table.add_column(column, justify="left" if column in ("counter", "sees") else "right")
    peaks = best(signals, truth, count_peaks, list(product((0.2, 0.3, 0.4, 0.5), (0.3, 0.7, 1.2), (1, 9, 21))))
    plain = best(signals, truth, count_two_thresholds, list(product((0.4, 0.5, 0.6), (0.2, 0.3, 0.4), (0.5, 1.0))))
    for name, sees, values in (
        ("coxa count_repetitions, one setting for all", "up to 1 s ahead", score(counts, truth)),
        (f"scipy find_peaks, {peaks[0]} (prominence, distance s, mean over)", "everything", peaks[1]),
        (f"two thresholds, {plain[0]} (leave, come back, start s)", "the past", plain[1]),
    ):
        table.add_row(name, sees, f"{values[0]:.1f}", f"{values[1]:.1f}", f"{values[2]:.2f}")
    console = Console(width=140)
    console.print(table)
    for name, found in ours.items():
        if len(found) != truth[name]:
            console.print(f"  {name}: {truth[name]} marked, {len(found)} counted", highlight=False)
    placed = [inside(found, marked[name]) for name, found in ours.items()]
    hits, total = sum(hit for hit, _ in placed), sum(counts.values())
    console.print(
        f"{hits} of {total} peaks lie in a marked repetition; mean overlap of those {sum(o for _, o in placed) / max(hits, 1):.2f}"
    )
    if robust:
        print_robustness(console, signals, marked)


if __name__ == "__main__":
    main()
