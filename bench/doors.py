"""Two doors, one verdict: the same pictures through the pose model in the browser and in Python.

    python bench/doors.py [--clips DIR] [--own N] [--models full lite] [--delegates CPU GPU] [--smoke]

Every picture of a clip goes, without loss, to the built front's own pose worker in Chromium, and to coxa's door for files; both
get the same times. Printed for each clip, model and delegate: how far the landmarks lie apart (share of the trunk's length), the
counts, and the verdicts. Then, over all clips, whether a fault may be judged live with that model and delegate: only where
counts and verdicts were those of the file door, whose faults were shown to hold. Needs the front (`make setup`) and Chromium.
The GPU delegate is run on Chromium's software renderer: the same shaders, slower.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from coxa.body import Recording
from coxa.body.landmarks import Landmark
from coxa.capture import film, video
from coxa.capture.simulated import simulate
from coxa.motion import SetResult, analyze
from coxa.settings import settings

ROOT = Path(__file__).resolve().parent.parent
FRONT = ROOT / "src/coxa/web/front"
MODELS = ROOT / "src/coxa/capture/models"
CHROMIUM = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
#: What our own film shows: an exercise, its view and one mistake that is judged from there.
OWN: tuple[tuple[str, str, str, float], ...] = (
    ("standing-abduction", "front", "trunk-leans-to-stance", 18.0),
    ("standing-abduction", "front", "pelvis-hikes", 14.0),
    ("standing-extension", "side", "trunk-leans-forward", 25.0),
    ("clamshell", "front", "feet-part", 0.5),
    ("bridge", "side", "", 0.0),
    ("squat", "side", "", 0.0),
)
#: What the rendered clips call by another name than the catalogue.
NAMES = {"side-abduction": "side-lying-abduction"}
PAGE = """<!doctype html><meta charset="utf-8"><title>doors</title>"""
#: Sends every picture of a clip through the worker and gives back the landmarks, as the live session does.
DRIVE = """
async ({worker, url, loader, binary, model, delegate, width, height, times, clip}) => {
  const w = new Worker(worker);
  const next = () => new Promise((done, fail) => {
    w.onmessage = ({data}) => data.type === "progress" ? undefined : data.type === "failed" ? fail(new Error(data.detail)) : done(data);
    w.onerror = (e) => fail(new Error(e.message));
  });
  let answer = next();
  w.postMessage({type: "load", model, delegate, url, loader, binary});
  await answer;
  const all = [];
  let spent = 0;
  for (let k = 0; k < times.length; k++) {
    const raw = await (await fetch(`/frame/${clip}/${k}`)).arrayBuffer();
    const frame = await createImageBitmap(new ImageData(new Uint8ClampedArray(raw), width, height));
    answer = next();
    w.postMessage({type: "frame", frame, time_ms: times[k] * 1000}, [frame]);
    const pose = await answer;
    spent += pose.took_ms;
    all.push(Array.from(pose.values, (v) => Number.isNaN(v) ? null : v));
  }
  w.terminate();
  return {all, ms: spent / times.length};
}
"""


@dataclass
class Filmed:
    """A clip: its pictures (T) of (H, W, 3) bytes, their times, what is done in it."""

    name: str
    exercise: str
    times: list[float]
    pictures: list[Any]

    @property
    def size(self) -> tuple[int, int]:
        return self.pictures[0].shape[1], self.pictures[0].shape[0]


def read(path: Path, exercise: str, most: int) -> Filmed:
    """All pictures of a clip, or the first `most`."""
    times, pictures = [], []
    for time_s, picture in video.frames(path):
        times.append(time_s)
        pictures.append(np.asarray(picture))
        if len(times) == most:
            break
    return Filmed(path.stem, exercise, times, pictures)


def rendered(folder: Path, most: int) -> Iterator[Filmed]:
    """The rendered clips of a folder, with a JSON beside each that names its exercise."""
    for truth in sorted(folder.glob("*.json")):
        told = json.loads(truth.read_text())
        if told.get("exercise") and (clip := truth.with_name(told["file"])).exists() and "negative" not in clip.name:
            yield read(clip, NAMES.get(told["exercise"], told["exercise"]), most)


def own(count: int, most: int) -> Iterator[Filmed]:
    """Films of the simulated person."""
    for k, (exercise, view, fault, size) in enumerate(OWN[:count]):
        done = simulate(exercise, seed=40 + k, view=view, repetitions=4, faults={2: {fault: size}} if fault else None)
        with tempfile.TemporaryDirectory() as folder:
            path = film.write_clip(done, Path(folder) / f"own-{exercise}-{fault or 'clean'}.mp4", seed=k)
            yield read(path, exercise, most)


def in_python(clip: Filmed, model: str) -> Recording:
    """The clip through the door for files."""
    image, world, visibility = [], [], []
    with video._landmarker(MODELS / f"pose_{model}.task") as detect:
        for time_s, picture in zip(clip.times, clip.pictures, strict=True):
            found = detect(time_s, np.ascontiguousarray(picture))
            image.append(np.full((33, 3), np.nan) if found is None else found[0])
            world.append(np.full((33, 3), np.nan) if found is None else found[1])
            visibility.append(np.zeros(33) if found is None else found[2])
    return recording(clip, np.array(image), np.array(world), np.array(visibility))


def recording(clip: Filmed, image: Any, world: Any, visibility: Any) -> Recording:
    width, height = clip.size
    fps = (len(clip.times) - 1) / (clip.times[-1] - clip.times[0])
    arrays = [np.ascontiguousarray(a, dtype=np.float32) for a in (image, world, visibility)]
    return Recording(np.array(clip.times), *arrays, width=width, height=height, fps=fps, source=clip.name)


@contextmanager
def served(shown: list[Filmed]) -> Iterator[str]:
    """The front, the models and the pictures of the clip shown last, on a port of this machine."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = self.path.split("?")[0].strip("/").split("/")
            if parts[0] == "frame":
                picture = shown[-1].pictures[int(parts[2])]
                rgba = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
                self.answer(rgba.tobytes(), "application/octet-stream")
            elif parts[0] == "model":
                self.answer((MODELS / parts[1]).read_bytes(), "application/octet-stream")
            elif parts == [""]:
                self.answer(PAGE.encode(), "text/html")
            else:
                super().do_GET()

        def answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(FRONT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def part(pattern: str) -> str:
    """The one file of the front that is named so."""
    found = sorted(FRONT.glob(f"assets/{pattern}"))
    if len(found) != 1:
        sys.exit(f"doors: expected one {pattern} in {FRONT}, got {len(found)}; run make setup")
    return f"/assets/{found[0].name}"


def apart(one: Recording, other: Recording) -> float:
    """How far the visible points lie apart, median, as a share of the trunk's length."""
    size = np.array([one.width, one.height])
    a, b = one.image[:, :, :2] * size, other.image[:, :, :2] * size
    hips = (a[:, Landmark.LEFT_HIP] + a[:, Landmark.RIGHT_HIP]) / 2
    shoulders = (a[:, Landmark.LEFT_SHOULDER] + a[:, Landmark.RIGHT_SHOULDER]) / 2
    trunk = np.linalg.norm(hips - shoulders, axis=1)[:, None]
    gap = np.linalg.norm(a - b, axis=2) / trunk
    seen = (one.visibility > 0.5) & (other.visibility > 0.5) & np.isfinite(gap)
    return float(np.median(gap[seen])) if seen.any() else float("nan")


def faults(result: SetResult) -> str:
    """The faults of each attempt, such as "1: trunk-leans-to-stance"."""
    each = (f"{k + 1}: {', '.join(r.faults)}" for k, r in enumerate(result.repetitions) if r.faults)
    return "; ".join(each) or "none"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--clips", type=Path, default=settings().real_data / "rendered")
    options.add_argument("--own", type=int, default=len(OWN), help="how many films of the simulated person")
    options.add_argument("--models", nargs="+", default=["full", "lite"])
    options.add_argument("--delegates", nargs="+", default=["CPU", "GPU"])
    options.add_argument("--smoke", action="store_true", help="one film, two seconds, the full model on the CPU")
    given = options.parse_args()
    if given.smoke:
        given.own, given.models, given.delegates, given.clips = 1, ["full"], ["CPU"], Path("/nowhere")
    most = 40 if given.smoke else 1500
    shown: list[Filmed] = []
    same: dict[tuple[str, str], list[bool]] = {}
    drifts: dict[tuple[str, str], list[float]] = {}
    print("| clip | model | delegate | apart | counted, file | counted, browser | faults, file | faults, browser | ms a picture |")
    print("|---|---|---|---|---|---|---|---|---|")
    with served(shown) as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        for clip in chain(own(given.own, most), rendered(given.clips, most)):
            shown[:] = [clip]  # one at a time: a clip's pictures take half a gigabyte
            by_file = in_python(clip, "full")
            truth = analyze(by_file, clip.exercise)
            for model in given.models:
                here = by_file if model == "full" else in_python(clip, model)
                for delegate in given.delegates:
                    page = browser.new_page()
                    page.set_default_timeout(0)
                    page.goto(origin)
                    width, height = clip.size
                    told = page.evaluate(
                        DRIVE,
                        {
                            "worker": part("pose.worker-*.js"), "loader": origin + part("vision_wasm_internal-*.js"),
                            "binary": origin + part("vision_wasm_internal-*.wasm"), "url": f"/model/pose_{model}.task",
                            "model": model, "delegate": delegate, "width": width, "height": height, "times": clip.times, "clip": clip.name,
                        },
                    )  # fmt: skip
                    page.close()
                    values = np.array([[np.nan if v is None else v for v in row] for row in told["all"]], np.float32)
                    there = recording(clip, values[:, :99].reshape(-1, 33, 3), values[:, 99:198].reshape(-1, 33, 3), values[:, 198:])
                    live = analyze(there, clip.exercise)
                    gap = apart(here, there)
                    drifts.setdefault((model, delegate), []).append(gap)
                    same.setdefault((model, delegate), []).append(
                        [(r.counted, r.faults) for r in live.repetitions] == [(r.counted, r.faults) for r in truth.repetitions]
                    )
                    print(
                        f"| {clip.name} | {model} | {delegate} | {100 * gap:.2f} % | {truth.counted} | {live.counted} | {faults(truth)} "
                        f"| {faults(live)} | {told['ms']:.0f} |",
                        flush=True,
                    )
        browser.close()
    print()
    for (model, delegate), agreed in same.items():
        drift = median(drifts[model, delegate])
        held = "held" if all(agreed) else "did not hold"
        print(f"{model} on {delegate}: counts and verdicts as in the file door in {sum(agreed)} of {len(agreed)} clips ({held}); "
              f"landmarks apart by {100 * drift:.2f} % of the trunk, median of clips")  # fmt: skip


if __name__ == "__main__":
    main()
