"""`coxa demo`: the whole way once, without a camera: a simulated person is filmed, watched and reported on."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

from coxa.errors import BadInput

EXERCISE = "standing-abduction"
#: The third repetition leans towards the standing leg, so that there is something to say.
FAULTS = {2: {"trunk-leans-to-stance": 18.0}}


def run(out: Path, *, browser: bool) -> Path:
    """Film, watch, report; the report's path.

    Raises
    ------
    BadInput
        When the folder cannot be made.
    """
    from coxa.capture import film
    from coxa.capture.simulated import simulate
    from coxa.cli import analyze

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"--out: expected a folder that can be written, got {out} ({error.strerror}); name another") from error
    print("1 of 3  Filming a simulated person who lifts one leg to the side", file=sys.stderr)
    done = simulate(EXERCISE, seed=11, view="front", repetitions=4, faults=FAULTS, up_s=1.6, hold_s=1.5, down_s=1.6)
    clip = film.write_clip(done, out / "simulated.mp4", seed=3, mat=False)
    print("2 of 3  Watching the clip through the pose model", file=sys.stderr)
    options = analyze.Options(EXERCISE, "auto", None, None, out, False)
    result = analyze.analyze_clip(clip, options)
    page = out / "index.html"
    print("3 of 3  Report written", file=sys.stderr)
    analyze.show(result)
    print(f"Report: {page.resolve()}")
    if browser and not webbrowser.open(page.resolve().as_uri()):
        print("No browser could be opened here; open the report by its path.", file=sys.stderr)
    return page
