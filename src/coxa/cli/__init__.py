"""Cli: the commands, each thin: one call into a room.

Imports any room, each inside the command that needs it, so that `coxa --help` is there at once. Start with `main`,
which turns every error a person can meet into one line and an exit code.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coxa import __version__
from coxa.cli import account, backup, evidence, exercises, plan, progress, restore, screen, up
from coxa.errors import CoxaError

if TYPE_CHECKING:
    from coxa.motion import SetResult

DONE, WRONG_INPUT, CANNOT_SEE, INTERRUPTED = 0, 2, 3, 130

HELP = "Watches hip exercises through an ordinary camera. Not a medical device."

app = typer.Typer(name="coxa", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=HELP)
app.add_typer(exercises.app)
app.add_typer(account.app)


def show_version(asked: bool) -> None:
    """Print the version and end, where it was asked for."""
    if asked:
        print(f"coxa {__version__}")
        raise typer.Exit


@app.callback()
def begin(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=show_version, help="Print the version.")] = False,
) -> None:
    """Take what stands before the command."""


def say(error: CoxaError) -> None:
    """One line on the standard error."""
    print(f"coxa: {' '.join(str(error).split())}", file=sys.stderr)


@app.command("analyze")
def analyze_clips(
    clips: Annotated[list[Path], typer.Argument(metavar="CLIP...", help="Videos, or recorded landmarks in any format coxa reads.")],
    exercise: Annotated[
        str | None, typer.Option(metavar="ID", help="Which exercise it is, such as bridge; recognised if not given.")
    ] = None,
    side: Annotated[str, typer.Option(metavar="left|right|auto", help="The leg that works; auto finds it.")] = "auto",
    fps: Annotated[float | None, typer.Option(metavar="F", help="Frames per second, for recordings that do not keep it.")] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Frame size in pixels, for recordings that do not keep it.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a report (HTML and annotated clip) into this folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Watch one set in each clip: repetitions, holds, mistakes, and what could not be judged."""
    from dataclasses import replace

    from coxa.cli import analyze, lean
    from coxa.errors import BadInput
    from coxa.exercises import catalogue

    if side not in ("left", "right", "auto"):
        raise BadInput(f"--side: expected left, right or auto, got {side!r}")
    if fps is not None and not 0.1 <= fps <= 1000:
        raise BadInput(f"--fps: expected frames per second between 0.1 and 1000, got {fps:g}")
    if exercise is not None:
        catalogue.load(exercise)
    lean.load_compiler()
    options = analyze.Options(exercise, side, fps, analyze.parse_size(size), report, as_json)  # type: ignore[arg-type]
    results: list[SetResult] = []
    failed = False
    for clip, folder in zip(clips, analyze.folders(clips, report), strict=True):
        try:
            result = analyze.analyze_clip(clip, replace(options, report=folder))
        except CoxaError as error:
            # One clip that cannot be read does not lose the others.
            say(error)
            failed = True
            continue
        results.append(result)
        if not as_json:
            analyze.show(result)
            if folder is not None:
                print(f"Report: {folder / 'index.html'}")
    if as_json and (results or not failed):
        documents = [r.to_json() for r in results]
        print(json.dumps(documents[0] if len(clips) == 1 else documents, indent=2, ensure_ascii=False, allow_nan=False))
    if failed:
        raise typer.Exit(WRONG_INPUT)
    if any(r.status == "cannot_see" for r in results):
        raise typer.Exit(CANNOT_SEE)


app.command("screen")(screen.screen_answers)
app.command("plan")(plan.plan_programme)
app.command("progress")(progress.review_progress)
app.command("evidence")(evidence.show_evidence)
app.command("backup")(backup.write_backup)
app.command("restore")(restore.put_back)
app.command("up")(up.start_app)


@app.command("schema")
def print_schema(name: Annotated[str, typer.Argument(metavar="NAME", help="The value, such as set-result or exercise.")]) -> None:
    """Print the JSON Schema of a value that coxa reads or writes."""
    from coxa.cli.schema import schema

    print(json.dumps(schema(name), indent=2, ensure_ascii=False))


@app.command("demo")
def run_demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the clip and its report go.")] = Path("report"),
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the report in a browser.")] = True,
) -> None:
    """Film a simulated person, watch the clip through the real pose model, and open the report."""
    from coxa.cli import demo

    demo.run(out, browser=browser)


def hush(remark: sys.UnraisableHookArgs) -> None:
    """Leave out what the pose library says of a picture that Ctrl-C caught half made; pass on anything else."""
    if not (isinstance(remark.exc_value, AttributeError) and "_image_ptr" in str(remark.exc_value)):
        sys.__unraisablehook__(remark)


def main() -> None:
    """Run the command line; every error a person can meet becomes one line and an exit code."""
    sys.unraisablehook = hush
    try:
        code = app(standalone_mode=False)
    except CoxaError as error:
        say(error)
        sys.exit(WRONG_INPUT)
    except KeyboardInterrupt:
        print("coxa: stopped", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except typer.Abort:
        print("coxa: stopped", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except Exception as error:
        # Typer vendors its own usage errors; they know their message and their exit code.
        show = getattr(error, "format_message", None)
        if show is None:
            raise
        # Without any word the help has been shown already, and there is nothing wrong to name.
        if message := " ".join(str(show()).split()):
            print(f"coxa: {message}; coxa --help lists the commands", file=sys.stderr)
        sys.exit(WRONG_INPUT)
    if code == INTERRUPTED:
        # Typer catches Ctrl-C itself and makes a bare exit code of it.
        print("coxa: stopped", file=sys.stderr)
    sys.exit(code if isinstance(code, int) else DONE)
