"""`coxa analyze`: one set watched in each clip, printed, as JSON, or as a report."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coxa.errors import BadInput

if TYPE_CHECKING:
    from coxa.body import Recording
    from coxa.exercises.model import Exercise
    from coxa.motion import SetResult
    from coxa.motion.watch import SideWanted


@dataclass(frozen=True)
class Options:
    """What the command was asked for."""

    exercise: str | None  # None: to be recognised
    side: SideWanted
    fps: float | None
    size: tuple[int, int] | None
    report: Path | None
    quiet: bool


def parse_size(text: str | None) -> tuple[int, int] | None:
    """`640x480` as two numbers.

    >>> parse_size("640x480")
    (640, 480)
    """
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", text.strip())
    if found is None or min(int(found[1]), int(found[2])) == 0:
        raise BadInput(f"--size: expected WIDTHxHEIGHT in pixels, such as 640x480, got {text!r}")
    return int(found[1]), int(found[2])


def read_clip(path: Path, exercise: Exercise | None, options: Options) -> tuple[Recording, bool]:
    """The recording of a clip, and whether the clip has pictures."""
    from coxa.capture import formats

    if not path.exists():
        raise BadInput(f"{path}: expected a clip or a recording, found no such file; check the name")
    if path.is_dir() or formats.recognise(path) is not None:
        views = exercise.coaching.views if exercise is not None and exercise.coaching else ("front",)
        return formats.read(path, fps=options.fps, size=options.size, view=views[0]), False
    from coxa.capture import video

    with progress(path.name, options.quiet) as report:
        return video.from_video(path, fps=options.fps, progress=report), True


def progress(name: str, quiet: bool) -> AbstractContextManager[Any]:
    """A bar on the standard error, for people; nothing in a pipe."""
    import sys

    if quiet or not sys.stderr.isatty():
        return nullcontext(None)
    return _bar(name)


def _bar(name: str) -> AbstractContextManager[Any]:
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    @contextmanager
    def bar() -> Any:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} frames"), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
            task = shown.add_task(f"Watching {name}", total=None)
            yield lambda done, expected: shown.update(task, completed=done, total=max(expected, done) if expected else None)

    return bar()


def analyze_clip(path: Path, options: Options) -> SetResult:
    """One clip, watched; the report is written where one was asked for."""
    from coxa.exercises import catalogue
    from coxa.motion import analyze, analyze_unnamed

    exercise = catalogue.load(options.exercise) if options.exercise is not None else None
    recording, has_pictures = read_clip(path, exercise, options)
    if exercise is not None:
        result = analyze(recording, exercise, side=options.side, source=path.name)
    else:
        result = analyze_unnamed(recording, side=options.side, source=path.name)
        exercise = catalogue.load(result.exercise) if result.exercise else None
    if options.report is not None:
        if exercise is None:
            raise BadInput(f"{path}: expected an exercise of the catalogue, recognised none; name it with --exercise to get a report")
        write(options.report, path, result, recording, exercise, options, has_pictures)
    return result


def write(
    folder: Path, path: Path, result: SetResult, recording: Recording, exercise: Exercise, options: Options, has_pictures: bool
) -> Path:
    """The report of one clip, in a folder of its own."""
    from coxa.exchange.report import write_report
    from coxa.motion.watch import trace_set

    return write_report(
        folder, result, recording, exercise, trace_set(recording, exercise, options.side), path if has_pictures else None, fps=options.fps
    )


def folders(clips: list[Path], report: Path | None) -> list[Path | None]:
    """A folder for each clip's report: the one given for one clip, folders named after the clips inside it for several."""
    if report is None or len(clips) == 1:
        return [report] * len(clips)
    chosen: list[Path | None] = []
    for clip in clips:
        number, name = 1, clip.stem
        while report / name in chosen:
            number += 1
            name = f"{clip.stem}-{number}"
        chosen.append(report / name)
    return chosen


def recognised(result: SetResult) -> str:
    """What the recording most likely shows, and what it may be instead."""
    from coxa.exercises import catalogue

    first, *others = [(catalogue.load(r.exercise).name.lower(), f"{r.confidence:.0%}") for r in result.recognised]
    instead = "".join(f"; perhaps {name} ({sure})" for name, sure in others)
    return f"{first[0]} ({first[1]} sure){instead}"


def show(result: SetResult) -> None:
    """The result in a terminal: the verdict first, then repetitions, mistakes, and what was not judged."""
    from rich import box
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table

    from coxa.exchange import words
    from coxa.exercises import catalogue

    console = Console(highlight=False)
    if not result.exercise:
        console.print(f"\n[bold]{result.source}[/bold]")
        reason = (
            "The person cannot be seen well enough."
            if result.status == "cannot_see"
            else "This is no exercise that I know, or I cannot tell which."
        )
        console.print(f"{reason} Name it with --exercise, such as --exercise bridge.\n")
        return
    exercise = catalogue.load(result.exercise)
    console.print(f"\n[bold]{result.source}[/bold] as {exercise.name.lower()}")
    if result.recognised:
        console.print(f"Recognised: {recognised(result)}")
    said = words.verdict(result, exercise)
    console.print(said.headline, style="bold")
    for sentence in said.sentences:
        console.print(sentence)
    if result.repetitions:
        table = Table("", "Side", "When", "Range", "Held", "Up, down", "Counted", box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("To change", ratio=1, min_width=20)
        for k, r in enumerate(result.repetitions, 1):
            changes = ", ".join(words.fault_name(f, exercise) for f in r.faults) or "–"
            counted = "yes" if r.counted else "no: " + ", ".join(words.WHY_NOT[w] for w in r.why_not)
            size = f"{r.range:.0f}°" if r.unit == "deg" else f"{r.range:.2f} {r.unit}"
            when, tempo = f"{r.start_s:.1f}–{r.end_s:.1f} s", f"{r.up_s:.1f}, {r.down_s:.1f} s"
            table.add_row(str(k), r.side, when, size, f"{r.hold_s:.1f} s", tempo, counted, changes)
        console.print(table)
    if result.test is not None:
        value = f"{result.test.value:.1f} {result.test.unit}" if result.test.valid else f"no value: {result.test.why}"
        console.print(f"Test {result.test.name}: {value}")
    if result.not_judged:
        console.print("[bold]I could not judge[/bold]")
        for left in result.not_judged:
            console.print(f"  • {words.fault_name(left.id, exercise)}: {words.WHY_NOT_JUDGED[left.why]}")
            console.print(Padding(left.self_check, (0, 0, 0, 4)), style="dim")
    console.print()
