"""Watching a set: frames one at a time (`Watcher`) or a whole recording (`analyze`), by the same compiled step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np
import numpy.typing as npt

from coxa.body.landmarks import COUNT
from coxa.body.posture import POSTURES, VIEWS
from coxa.body.recording import Recording
from coxa.body.signals import SIDES, signal_named
from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.motion import step as engine
from coxa.motion.cues import Cue, Cues
from coxa.motion.plan import coached, compile_plan, tracks_of
from coxa.motion.repetitions import GOING, TRACKER
from coxa.motion.result import SetResult
from coxa.motion.verdict import Watched, assemble

if TYPE_CHECKING:
    from coxa.exercises.model import Exercise

SideWanted = Literal["left", "right", "auto"]
Singles = npt.NDArray[np.float32]


#: How long the last frame stands when the frames end, and at how many frames a second at most.
STAY_S, STAY_FPS = 0.5, 240.0


class Trace(TypedDict):
    """A signal over time: seconds (T,), values (T,), unit and name."""

    time_s: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    unit: str
    name: str


class Watcher:
    """One set, frame by frame.

    Parameters
    ----------
    exercise : Exercise or its id
    width, height : int
        Frame size in pixels.
    side : "left", "right" or "auto"
        The working leg (the standing one where the exercise trains that); "auto" finds it.
    source : str
        Where the frames come from, for the result.
    judge_untested : bool
        Also report faults that have not been shown to separate from this view. For benchmarks only.
    judges : bool
        False for landmarks in which no fault has been shown to separate, such as those of a lighter pose model: repetitions are
        counted, and every fault a camera can see is "not_tested".

    Examples
    --------
    >>> watcher = Watcher("bridge", 640, 480)
    >>> nothing = np.full((33, 3), np.nan, np.float32)
    >>> watcher.push(0.0, nothing, nothing, np.zeros(33, np.float32))
    ()
    >>> watcher.result().status
    'cannot_see'
    """

    def __init__(
        self,
        exercise: Exercise | str,
        width: int,
        height: int,
        side: SideWanted = "auto",
        source: str = "mediapipe",
        *,
        judge_untested: bool = False,
        judges: bool = True,
    ) -> None:
        self.exercise = catalogue.load(exercise) if isinstance(exercise, str) else exercise
        if side not in ("left", "right", "auto"):
            raise BadInput(f"side: expected left, right or auto, got {side!r}")
        self._plan = compile_plan(self.exercise)[0]
        legs = tracks_of(self._plan)
        self._wanted = 2 if side == "auto" else SIDES.index(side)
        self._state = np.zeros(1, engine.STATE)[0]
        self._tracks = np.zeros(legs, engine.TRACK)
        self._trackers = np.zeros(legs, TRACKER)
        self._events = np.zeros(engine.EVENTS, engine.EVENT)
        self._kept: list[np.void] = []
        self._size = (float(width), float(height))
        self._source = source
        self._judge_untested = judge_untested
        self._judges = judges
        self._first_s = math.nan
        self._last_s = math.nan
        self._frames = 0
        self._result: SetResult | None = None
        self._cues = Cues(self.exercise, judge_untested=judge_untested, judges=judges)
        # The step is compiled for arrays that it may not write; the writable twins take each live frame.
        self._image, self._world = np.zeros((COUNT, 3), np.float32), np.zeros((COUNT, 3), np.float32)
        self._visibility = np.zeros(COUNT, np.float32)
        self._frame = tuple(sealed(a) for a in (self._image, self._world, self._visibility))
        engine.begin(self._plan, self._state, self._tracks, self._trackers)

    def push(self, time_s: float, image: Singles, world: Singles, visibility: Singles) -> tuple[Cue, ...]:
        """Take one frame and say what it calls for: usually nothing.

        Parameters
        ----------
        time_s : float
            Time of capture in seconds, later than the frame before.
        image, world : (33, 3) float32
            As in `Recording`.
        visibility : (33,) float32

        Raises
        ------
        BadInput
            When time runs back, a shape is wrong or the set has already been closed.
        """
        self._expect_open()
        if not (time_s > self._last_s or self._frames == 0) or not math.isfinite(time_s):
            raise BadInput(f"watch: expected a time after {self._last_s:g} s, got {time_s:g} s; send frames in the order of capture")
        if image.shape != self._image.shape or world.shape != self._world.shape or visibility.shape != self._visibility.shape:
            raise BadInput(
                f"watch: expected image and world (33, 3) and visibility (33,), got {image.shape}, {world.shape} and {visibility.shape}; "
                "send all 33 landmarks of one person"
            )
        if self._frames == 0:
            self._first_s = time_s
        self._last_s = time_s
        self._frames += 1
        self._image[:] = image
        self._world[:] = world
        self._visibility[:] = visibility
        n = engine.step(
            self._plan, self._state, self._tracks, self._trackers, self._wanted, time_s, *self._frame, *self._size, self._events, 0
        )  # fmt: skip
        if n == 0:
            return ()
        return self._keep(n, time_s)

    def watch(self, recording: Recording) -> None:
        """Take a whole recording, or a part of one that follows what came before; `BadInput` as for `push`."""
        self._expect_open()
        times = sealed(recording.time_s)
        arrays = [sealed(a) for a in (recording.image, recording.world, recording.visibility)]
        if not (self._frames == 0 or times[0] > self._last_s):
            raise BadInput(f"watch: expected a time after {self._last_s:g} s, got {times[0]:g} s; send parts in the order of capture")
        if self._frames == 0:
            self._first_s = float(times[0])
        first = 0
        while first < len(times):
            first, n = engine.step_many(
                self._plan, self._state, self._tracks, self._trackers, self._wanted, times, *arrays, *self._size, self._events, first
            )  # fmt: skip
            self._keep(n, float(times[first - 1]))
        self._last_s = float(times[-1])
        self._frames += len(times)
        self._image[:], self._world[:], self._visibility[:] = recording.image[-1], recording.world[-1], recording.visibility[-1]

    def result(self) -> SetResult:
        """Close the set and return the verdict; asked again, the same."""
        if self._result is None:
            seen = int(self._state["best_body_frames"])
            self._stay()
            self._keep(engine.close(self._plan, self._state, self._tracks, self._trackers, self._events), self._last_s)
            for event in self._kept:
                # What was completed while the last frame stood is complete with that frame.
                for moment in ("start_s", "peak_s", "end_s"):
                    event[moment] = min(event[moment], self._last_s)
                # A fault found as the movement was already over is given its last moment.
                event["start_s"] = min(event["start_s"], event["end_s"])
                event["peak_s"] = min(max(event["peak_s"], event["start_s"]), event["end_s"])
            state = self._state
            self._result = assemble(
                Watched(
                    exercise=self.exercise,
                    source=self._source,
                    frames=self._frames,
                    first_s=self._first_s,
                    last_s=self._last_s,
                    seen=seen,
                    bodies=int(state["bodies"]),
                    ever_ready=bool(state["ever_ready"]),
                    side=int(self._tracks[0]["side"]),
                    posture=int(state["posture"]),
                    view=int(state["seen_from"]),
                    judge_untested=self._judge_untested,
                    judges=self._judges,
                ),
                self._kept,
            )
        return self._result

    def _expect_open(self) -> None:
        if self._result is not None:
            raise BadInput("watch: expected no frame after the result was taken; start a new set")

    def _stay(self) -> None:
        """Let the last frame stand for a moment, so that filters catch up with a movement that ended as the frames did."""
        if self._frames < 2 or self._plan["hold_band"] or not self._tracks["running"].any():
            return
        dt = max((self._last_s - self._first_s) / (self._frames - 1), 1.0 / STAY_FPS)
        for k in range(1, math.ceil(STAY_S / dt) + 1):
            time_s = self._last_s + k * dt
            n = engine.step(
                self._plan, self._state, self._tracks, self._trackers, self._wanted, time_s, *self._frame, *self._size, self._events, 0
            )  # fmt: skip
            self._keep(n, self._last_s)

    @property
    def repetitions(self) -> int:
        """Attempts seen so far."""
        return int(self._state["repetitions"])

    @property
    def signal(self) -> float:
        """The smoothed signal that makes a repetition, as of the last frame; NaN before the person is seen."""
        return float(self._tracks[0]["signal"][0]) if self._state["have"] else math.nan

    @property
    def events(self) -> list[np.void]:
        """What the step has reported so far, warnings left out."""
        return self._kept

    @property
    def posture(self) -> str:
        """The posture the person is in, as of the last frame; "unknown" before one is seen."""
        return POSTURES[int(self._state["posture"])]

    @property
    def view(self) -> str:
        """From where the camera sees the person, as of the last frame; "unknown" before that is known."""
        return VIEWS[int(self._state["seen_from"])]

    @property
    def hold_s(self) -> float | None:
        """Seconds held so far in the hold that runs now; None where nothing is held or the exercise has no hold."""
        if coached(self.exercise).hold is None:
            return None
        if self._plan["hold_band"]:
            running = [float(track["held_s"]) for track in self._tracks if not math.isnan(track["hold_from_s"])]
        else:
            way = 0 if self._plan["polarity"] > 0 else 1
            running = [float(one["band_s"][way]) for one in self._trackers if one["phase"][way] == GOING]
        return max(running, default=None)

    @property
    def is_ready(self) -> bool:
        """Whether posture and start position suit the exercise."""
        return bool(self._state["ready"])

    def _keep(self, n: int, time_s: float) -> tuple[Cue, ...]:
        if n == 0:
            return ()
        fresh = [self._events[k].copy() for k in range(n)]
        # Warnings serve the live cues only; a long recording need not keep them.
        self._kept.extend(e for e in fresh if e["code"] != engine.WARNING)
        return self._cues.take(fresh, time_s)


def sealed(values: np.ndarray) -> np.ndarray:
    """A view that cannot be written: one type for the compiled step, so that it is compiled once."""
    seen = np.ascontiguousarray(values).view()
    seen.flags.writeable = False
    return seen


def analyze(
    recording: Recording, exercise: Exercise | str, side: SideWanted = "auto", source: str | None = None, *, judge_untested: bool = False
) -> SetResult:
    """Watch a whole recording of one set.

    Parameters
    ----------
    recording : Recording
    exercise : Exercise or its id
    side : "left", "right" or "auto"
    source : str, optional
        What the result calls the recording; by default the recording's own source.
    judge_untested : bool
        As for `Watcher`.

    Returns
    -------
    SetResult
        Equal, to the bit, to that of the same frames pushed one at a time.

    Raises
    ------
    BadInput
        When there is no such exercise, or a camera cannot follow it.
    """
    watcher = Watcher(
        exercise, recording.width, recording.height, side, recording.source if source is None else source, judge_untested=judge_untested
    )
    watcher.watch(recording)
    return watcher.result()


def trace_set(recording: Recording, exercise: Exercise | str, side: SideWanted = "auto") -> Trace:
    """The signal by which repetitions are found, as the watcher saw it.

    Returns
    -------
    Trace
        One value a frame, NaN before the person is seen; for exercises of each leg, the leg that moved most.
    """
    watcher = Watcher(exercise, recording.width, recording.height, side)
    values = np.full((len(watcher._tracks), len(recording)), np.nan)
    for k in range(len(recording)):
        watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])
        if watcher._state["have"]:
            values[:, k] = watcher._tracks["signal"][:, 0]
    with np.errstate(all="ignore"):
        spread = [float(np.nanmax(v) - np.nanmin(v)) if np.isfinite(v).any() else 0.0 for v in values]
    signal = signal_named(coached(watcher.exercise).repetition.signal)
    return {"time_s": np.array(recording.time_s), "values": values[int(np.argmax(spread))], "unit": signal.unit, "name": signal.name}
