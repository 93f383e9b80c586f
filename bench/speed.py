"""How fast coxa is, against its targets and against others: batch, live, the command, video, memory.

    python bench/speed.py [--smoke]

Prints Markdown. A busy machine must not count, so wherever work is single-threaded the time is processor time (user and
system), the median of several runs; wall time stands beside it where a person waits. Video is compared with the pose model
alone in turns, so that both meet the same load. Needs the compiled step in its caches: `python -m coxa.motion.warm`.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import av
import numpy as np

from coxa.body import Recording, write_recording
from coxa.body.signals import measure
from coxa.capture import film, pose_model, video
from coxa.capture.simulated import simulate
from coxa.exercises import catalogue
from coxa.motion import Watcher, analyze
from coxa.motion.plan import compile_plan
from coxa.settings import settings

FPS = 30.0
TARGET_BATCH_US, AIM_BATCH_US = 5.0, 2.0
TARGET_LIVE_US, TARGET_LIVE_99_US = 20.0, 100.0
TARGET_COMMAND_S, TARGET_HELP_S, TARGET_VIDEO, TARGET_MEMORY_MB = 1.5, 0.3, 0.95, 500.0
TEN_MINUTES = 18_000

#: Microseconds a frame for joint angles and a low-pass filter alone, on 100,000 frames, as measured on one machine.
PEERS_US = {
    "bare one-pass Numba kernel": 0.46, "movement": 3.1, "Pose2Sim": 5.2, "kineticstoolkit": 66.0, "Sports2D": 101.0,
}  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    frames: int
    plain_frames: int
    live_frames: int
    runs: int
    command_frames: int
    clip_s: float
    video_runs: int
    memory_s: tuple[float, float]


FULL = Sizes(100_000, 1_500, 20_000, 5, TEN_MINUTES, 10.0, 9, (20.0, 600.0))
SMOKE = Sizes(3_000, 90, 500, 1, 900, 0.5, 1, (0.5, 1.0))


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def head(title: str, *names: str) -> None:
    print(f"\n## {title}\n")
    row(*names)
    row(*("---" for _ in names))


def met(value: float, target: float) -> str:
    return "yes" if value <= target else "no"


def met_by(wall: float, processor: float, target: float) -> str:
    """By the clock, or only by the time that a machine with nothing else to do would need."""
    return "yes" if wall <= target else "by processor time alone" if processor <= target else "no"


def tiled(recording: Recording, frames: int) -> Recording:
    """The recording again and again, time running on, cut at `frames`."""
    times = -(-frames // len(recording))
    span = float(recording.time_s[-1] - recording.time_s[0]) + 1.0 / recording.fps

    def again(values: Any) -> Any:
        return np.concatenate([values] * times)[:frames]

    time_s = np.concatenate([recording.time_s + k * span for k in range(times)])[:frames]
    return replace(
        recording, time_s=time_s, image=again(recording.image), world=again(recording.world), visibility=again(recording.visibility)
    )


def spent(act: Callable[[], object], runs: int) -> list[float]:
    """Processor time of each run in seconds, after one that does not count."""
    act()
    times = []
    for _ in range(runs):
        start = time.process_time()
        act()
        times.append(time.process_time() - start)
    return times


def plain(recording: Recording, exercise: str) -> float:
    """The filter and the same signals frame by frame in Python and NumPy, no repetitions and no faults; µs a frame."""
    plan = compile_plan(catalogue.load(exercise))[0]
    kinds = [int(kind) for kind in plan["signal"][: plan["n_signals"]]]
    size = np.array([recording.width, recording.height])
    orient = np.array([1.0, 1.0, 1.0])
    start = time.process_time()
    points = recording.image[0, :, :2].astype(np.float64) * size
    speed = np.zeros_like(points)
    ruler = float(np.linalg.norm(points[11] + points[12] - points[23] - points[24])) / 2
    for k in range(1, len(recording)):
        dt = float(recording.time_s[k] - recording.time_s[k - 1])
        seen = recording.image[k, :, :2].astype(np.float64) * size
        speed += ((seen - points) / dt - speed) / (1.0 + 1.0 / (2.0 * np.pi * 1.5 * dt))
        cutoff = 2.0 + 4.0 * np.abs(speed) / ruler
        points += (seen - points) / (1.0 + 1.0 / (2.0 * np.pi * cutoff * dt))
        for kind in kinds:
            measure.py_func(kind, 0, points, ruler, orient)
    return (time.process_time() - start) / (len(recording) - 1) * 1e6


def batch(sizes: Sizes) -> None:
    head(f"Batch: {sizes.frames:,} frames of landmarks to a SetResult, one core, processor time",
         "Exercise", "µs a frame", "frames/s", f"target {1e6 / TARGET_BATCH_US:,.0f}/s", f"aim {1e6 / AIM_BATCH_US:,.0f}/s",
         "Repetitions")  # fmt: skip
    all_us = []
    for exercise in (e for e in catalogue.ids() if catalogue.load(e).coaching is not None):
        recording = tiled(simulate(exercise, seed=1, repetitions=2 if sizes is SMOKE else 8, fps=FPS).recording, sizes.frames)
        found = len(analyze(recording, exercise).repetitions)
        us = median(spent(lambda r=recording, e=exercise: analyze(r, e), sizes.runs)) / sizes.frames * 1e6  # type: ignore[misc]
        all_us.append(us)
        row(exercise, f"{us:.2f}", f"{1e6 / us:,.0f}", met(us, TARGET_BATCH_US), met(us, AIM_BATCH_US), found)
    mine = median(all_us)
    row("median", f"{mine:.2f}", f"{1e6 / mine:,.0f}", met(mine, TARGET_BATCH_US), met(mine, AIM_BATCH_US), "")
    row("slowest", f"{max(all_us):.2f}", f"{1e6 / max(all_us):,.0f}", met(max(all_us), TARGET_BATCH_US), met(max(all_us), AIM_BATCH_US), "")
    bridge = simulate("bridge", seed=1, repetitions=2, fps=FPS).recording
    plain(cut(bridge, 3), "bridge")
    reference = plain(tiled(bridge, sizes.plain_frames), "bridge")
    print("\nCompared with others; peers do angles and a low-pass filter alone, and were measured once on another machine.\n")
    row("What", "µs a frame", "times coxa's")
    row("---", "---", "---")
    row("**coxa: filter, signals, posture, repetitions, holds, faults**", f"**{mine:.2f}**", "**1**")
    for name, us in PEERS_US.items():
        row(name, f"{us:g}", f"{us / mine:.1f}")
    row("plain Python and NumPy: filter and the bridge's signals alone, measured here", f"{reference:.0f}", f"{reference / mine:.0f}")


def live(sizes: Sizes) -> None:
    head(f"Live: one call of `Watcher.push`, {sizes.live_frames:,} frames of a bridge, wall time",
         "Figure", "µs", "target", "met")  # fmt: skip
    recording = tiled(simulate("bridge", seed=1, repetitions=2 if sizes is SMOKE else 8, fps=FPS).recording, sizes.live_frames)
    frames = [(float(t), recording.image[k], recording.world[k], recording.visibility[k]) for k, t in enumerate(recording.time_s)]
    medians, lates = [], []
    for _ in range(sizes.runs):
        watcher = Watcher("bridge", recording.width, recording.height)
        taken = np.empty(len(frames))
        for k, frame in enumerate(frames):
            start = time.perf_counter_ns()
            watcher.push(*frame)
            taken[k] = time.perf_counter_ns() - start
        # The first frames load the compiled code.
        medians.append(float(np.percentile(taken[30:], 50)) / 1e3)
        lates.append(float(np.percentile(taken[30:], 99)) / 1e3)
    row("median", f"{median(medians):.1f}", TARGET_LIVE_US, met(median(medians), TARGET_LIVE_US))
    row("99th percentile", f"{median(lates):.1f}", TARGET_LIVE_99_US, met(median(lates), TARGET_LIVE_99_US))


def timed(command: list[str], runs: int) -> tuple[float, float, float]:
    """Median processor time, median and least wall time of a command in seconds."""
    processor, wall = [], []
    for run in range(runs + 1):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if run:  # the first reads the disk
            wall.append(time.perf_counter() - start)
            processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(processor), median(wall), min(wall)


def command(sizes: Sizes) -> None:
    head("The command, start-up included", "Command", "processor s", "wall s, median", "wall s, least", "target s", "met")
    coxa = str(Path(sys.executable).with_name("coxa"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.parquet"
        repetitions = 2 if sizes is SMOKE else 8
        write_recording(tiled(simulate("bridge", seed=1, repetitions=repetitions, fps=FPS).recording, sizes.command_frames), path)
        words = [coxa, "analyze", str(path), "--exercise", "bridge", "--json"]
        processor, wall, least = timed(words, sizes.runs)
        name = f"`coxa analyze` of {sizes.command_frames:,} frames, Parquet to JSON"
        row(name, f"{processor:.2f}", f"{wall:.2f}", f"{least:.2f}", TARGET_COMMAND_S, met_by(wall, processor, TARGET_COMMAND_S))
    processor, wall, least = timed([coxa, "--help"], sizes.runs)
    row("`coxa --help`", f"{processor:.2f}", f"{wall:.2f}", f"{least:.2f}", TARGET_HELP_S, met_by(wall, processor, TARGET_HELP_S))


def a_clip(folder: Path, sizes: Sizes) -> tuple[Path, str]:
    """A real clip where there is one, else a filmed simulation."""
    real = settings().real_data / "clips" / "glute-bridge.mp4"
    if real.is_file() and sizes is not SMOKE:
        return real, "glute-bridge"
    path = folder / "clip.mp4"
    if path.exists():
        return path, "simulated"
    seen = simulate("bridge", seed=1, repetitions=1, fps=FPS)
    short = replace(seen, recording=cut(seen.recording, int(sizes.clip_s * FPS)))
    return film.write_clip(short, path), "simulated"


def cut(r: Recording, frames: int) -> Recording:
    return replace(r, time_s=r.time_s[:frames], image=r.image[:frames], world=r.world[:frames], visibility=r.visibility[:frames])


def model_alone(pictures: list[tuple[float, Any]]) -> float:
    """Seconds that the pose model alone takes for frames that are already decoded."""
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(pose_model.find())), running_mode=vision.RunningMode.VIDEO, num_poses=1
    )
    start = time.perf_counter()
    with vision.PoseLandmarker.create_from_options(options) as model:
        for time_s, picture in pictures:
            model.detect_for_video(mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture), round(time_s * 1000))
    return time.perf_counter() - start


def videos(sizes: Sizes, folder: Path) -> None:
    head("Video end to end (decode, pose model, verdict) against the pose model alone on decoded frames, in turns",
         "Clip", "frames", "model alone frames/s", "coxa frames/s", "ratio", "each", "by processor time", "target", "met")  # fmt: skip
    path, name = a_clip(folder, sizes)
    with closing(video.frames(path)) as clip:
        pictures = list(itertools.islice(clip, 600))
    alone, whole, processor = [], [], []
    for run in range(sizes.video_runs + 1):
        began = time.process_time()
        first = model_alone(pictures)
        between = time.process_time()
        start = time.perf_counter()
        seen = video.from_video(path)
        analyze(seen, "bridge")
        second = time.perf_counter() - start
        if run or sizes is SMOKE:
            # Each run of the model alone is paired with the whole one next to it.
            alone.append(len(pictures) / first)
            whole.append(len(seen) / second)
            processor.append((between - began) / len(pictures) / (time.process_time() - between) * len(seen))
    ratios = [b / a for a, b in zip(alone, whole, strict=True)]
    row(
        name,
        len(pictures),
        f"{median(alone):.1f}",
        f"{median(whole):.1f}",
        f"{median(ratios):.2f}",
        ", ".join(f"{r:.2f}" for r in ratios),
        f"{median(processor):.2f}",
        f"≥ {TARGET_VIDEO}",
        "yes" if median(ratios) >= TARGET_VIDEO else "no",
    )
    print("\nBy processor time: that of the model alone over coxa's, all threads; decoding runs on another core beside the model.")


def looped(clip: Path, out: Path, length_s: float) -> int:
    """The clip again and again until `length_s`, packets copied as they are; how many frames."""
    frames = 0
    with av.open(str(out), "w") as target:
        shift = 0
        stream = None
        while True:
            with av.open(str(clip)) as source:
                video_in = source.streams.video[0]
                if stream is None:
                    stream = target.add_stream_from_template(video_in)
                assert video_in.time_base is not None
                end = shift
                for packet in source.demux(video_in):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts += shift
                    packet.dts += shift
                    end = max(end, packet.pts + int(packet.duration or 0))
                    packet.stream = stream
                    target.mux(packet)
                    frames += 1
                shift = end
                if float(shift * video_in.time_base) >= length_s:
                    return frames


MEMORY = """
import resource, sys
from pathlib import Path
from coxa.capture import video
from coxa.motion import analyze, step
analyze(video.from_video(sys.argv[1]), "bridge")
if step.step_many.stats.cache_misses:
    sys.exit("not measured: compiling took memory of its own; run python -m coxa.motion.warm, then this again")
if sys.platform == "linux":  # where ru_maxrss begins with the parent's memory
    print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


def memory(sizes: Sizes, folder: Path) -> None:
    short_s, long_s = sizes.memory_s
    head("Memory: the most that a process holds at once, from video to verdict", "Clip", "frames", "MB", "target MB", "met")
    clip, name = a_clip(folder, sizes)
    analyze(simulate("bridge", seed=1, repetitions=1, fps=FPS).recording, "bridge")  # so that no process below compiles
    found = []
    for length_s in (short_s, long_s):
        path = folder / f"long-{length_s:g}.mp4"
        frames = looped(clip, path, length_s)
        done = subprocess.run([sys.executable, "-c", MEMORY, str(path)], check=False, capture_output=True, text=True)
        if done.returncode:
            row(f"{name}, looped to {length_s:g} s", frames, done.stderr.splitlines()[-1], "", "no")
            return
        megabytes = float(done.stdout.split()[-1]) / 1e3
        found.append((frames, megabytes))
        row(f"{name}, looped to {length_s:g} s", frames, f"{megabytes:.0f}", "", "")
    (few, least), (many, most) = found
    if many >= TEN_MINUTES:
        row("10 minutes, as measured", f"{many:,}", f"{most:.0f}", f"{TARGET_MEMORY_MB:.0f}", met(most, TARGET_MEMORY_MB))
        return
    rate = max(0.0, most - least) / max(many - few, 1)
    ten = most + rate * (TEN_MINUTES - many)
    row("10 minutes, extrapolated from the two", f"{TEN_MINUTES:,}", f"{ten:.0f}", f"{TARGET_MEMORY_MB:.0f}", met(ten, TARGET_MEMORY_MB))


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description="How fast coxa is.")
    parser.add_argument("--smoke", action="store_true", help="everything once, small, in seconds; the figures mean nothing")
    parser.add_argument("--only", choices=("batch", "live", "command", "video", "memory"), help="one table alone")
    asked = parser.parse_args()
    sizes = SMOKE if asked.smoke else FULL
    busy = os.getloadavg()[0]
    print(f"# Speed{', smoke run: the figures mean nothing' if asked.smoke else ''}\n")
    python = sys.version.split()[0]
    print(f"{os.cpu_count()} cores, Python {python}, NumPy {np.__version__}; {busy:.1f} processes running or waiting at the start.")
    if busy > 1.0:
        print("Others are at work on this machine: wall times are too long by about that, processor times by less, ratios hardly.")
    parts: dict[str, Callable[[Path], None]] = {
        "batch": lambda _: batch(sizes),
        "live": lambda _: live(sizes),
        "command": lambda _: command(sizes),
        "video": lambda folder: videos(sizes, folder),
        "memory": lambda folder: memory(sizes, folder),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, part in parts.items():
            if asked.only in (None, name):
                part(Path(folder))


if __name__ == "__main__":
    main()
