"""`LiveSet`: one set while it is watched; `LiveSets` keeps each for ten minutes when its connection is lost."""

from __future__ import annotations

import asyncio
import math
from statistics import median
from typing import Any, Protocol

import numpy as np

from coxa.care import progression
from coxa.care.history import Form
from coxa.care.thresholds import value
from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.motion import SetResult, Watcher
from coxa.motion import step as engine
from coxa.motion.cues import Cue
from coxa.motion.verdict import LEAST_FPS, faults_in, reported_side, why_not
from coxa.motion.watch import SideWanted
from coxa.records import Asker, Store
from coxa.records.diary import Entry
from coxa.records.events import RepetitionDone, SetDone
from coxa.web.live.arm import RaisedArm
from coxa.web.live.framing import framing
from coxa.web.live.journal import Journal
from coxa.web.live.messages import Begin

#: Pose model and delegate in which faults were shown to hold in the browser as they do in Python (`bench/doors.py` measures it).
HELD = frozenset({("full", "CPU")})
#: How long a set waits for its connection, and how long one may last, seconds.
KEEPS_S, LONGEST_S = 600.0, 1200.0
#: No camera brings more frames in that time, whatever their times say.
MOST_FRAMES = round(LONGEST_S * 60)
#: So many sets of one person wait at once; no session leaves more behind in that time, but a program that begins and begins would.
MOST_WAITING = 12
#: Frames that are taken one after the other before others get their turn.
AT_ONCE = 32
#: One exercise of the nearer leg and one of each leg by itself: with them every path of the step has been loaded.
WARM = ("side-lying-abduction", "standing-abduction")


class Owner(Protocol):
    """The connection through which a set is watched."""

    def displace(self) -> None:
        """Another connection has taken over."""


class LiveSet:
    """One set, from its first frame to its result.

    Parameters
    ----------
    asker : Asker
        The person who does it.
    begin : Begin
        As the client announced it.

    Raises
    ------
    BadInput
        If there is no such exercise, or a camera cannot follow it.
    """

    def __init__(self, asker: Asker, begin: Begin) -> None:
        self.asker = asker
        self.begin = begin
        self.exercise: Exercise = catalogue.load(begin.exercise)
        wanted: SideWanted = "auto" if begin.side == "both" else begin.side
        judges = (begin.model, begin.delegate) in HELD
        self.watcher = Watcher(self.exercise, begin.width, begin.height, wanted, judges=judges)
        self.have = -1
        self.frames = bytearray()
        self.keeps = begin.keep
        self.repetitions = 0
        self.written: set[asyncio.Future[Any]] = set()
        self.owner: Owner | None = None
        self.result: SetResult | None = None
        self._arm = RaisedArm()
        self._first_s = math.nan
        self._last: np.void | None = None

    def push(self, frame: np.void) -> tuple[tuple[Cue, ...], bool]:
        """Take the next frame; what it calls for, and whether an arm is up.

        Raises
        ------
        BadInput
            When time runs back, or the set is too long.
        """
        time_s = float(frame["time_s"])
        if math.isnan(self._first_s):
            self._first_s = time_s
        if time_s - self._first_s > LONGEST_S or self.have > MOST_FRAMES:
            raise BadInput(f"set: expected at most {LONGEST_S / 60:g} minutes, got more; end it and begin another")
        image, world, visibility = frame["image"], frame["world"], frame["visibility"]
        self._last = frame
        cues = self.watcher.push(time_s, image, world, visibility)
        return cues, self._arm.push(time_s, image, world, visibility)

    def state(self) -> dict[str, Any]:
        """What is known now, for the client."""
        watcher = self.watcher
        signal, hold_s = watcher.signal, watcher.hold_s
        posture, view, ready = watcher.posture, watcher.view, watcher.is_ready
        words = ""
        if self._last is not None:
            words = framing(self.exercise, posture, view, ready, self._last["image"], self._last["visibility"])
        return {
            "type": "state",
            "seq": self.have,
            "ready": ready,
            "repetitions": watcher.repetitions,
            "hold_s": round(hold_s, 2) if hold_s is not None else None,
            "signal": round(signal, 3) if math.isfinite(signal) else None,
            "posture": posture,
            "view": view,
            "framing": words,
        }

    def repetition(self) -> tuple[Entry, dict[str, Any]]:
        """The next repetition that was completed: as it is written, and as the client is told once it is."""
        events = self.watcher.events
        event = [one for one in events if one["code"] == engine.REPETITION][self.repetitions]
        faults = self._faults(event, events)
        self.repetitions += 1
        reasons = why_not(self.exercise, event)
        side = reported_side(self.exercise, int(event["side"]))
        hold_s = float(event["hold_s"])
        done = RepetitionDone(
            exercise=self.exercise.id,
            set_number=self.begin.set_number,
            side=self.begin.side,
            counted=not reasons,
            faults=faults,
            hold_s=round(hold_s, 2) if 0 <= hold_s <= 3600 else None,
        )
        key = f"{self.begin.set}-r{self.repetitions}"
        told = {
            "type": "repetition",
            "number": self.repetitions,
            "side": side,
            "counted": not reasons,
            "why_not": list(reasons),
            "hold_s": done.hold_s,
            "seq": self.have,
        }
        return self.entry(done, key), told

    def _faults(self, event: np.void, events: list[np.void]) -> tuple[str, ...]:
        """What was judged to be wrong in this repetition, the most harmful first, as far as it is known now."""
        coaching, last = self.exercise.coaching, self._last
        if coaching is None or last is None or self.have < 1:
            return ()
        # Too few frames a second so far: what the set's result does not judge is not written of its repetitions either.
        if self.have < LEAST_FPS * (float(last["time_s"]) - self._first_s):
            return ()
        number = self.repetitions
        beside = [one for one in events if int(one["repetition"]) == number]
        may = {rule.fault for rule in coaching.faults}
        found, _known = faults_in(self.exercise, event, beside, number, may, judges=(self.begin.model, self.begin.delegate) in HELD)
        return tuple(dict.fromkeys(fault.id for fault in found))

    def entry(self, event: RepetitionDone | SetDone, key: str, **more: Any) -> Entry:
        """An event of this set, to be written."""
        return Entry(self.asker, self.asker.person_id, event, key, session_key=self.begin.session, **more)

    def close(self) -> SetResult:
        """End the set; the verdict on it."""
        if self.result is None:
            self.result = self.watcher.result()
        return self.result

    def done(self, load_kg: float = 0.0) -> SetDone:
        """The set as the diary keeps it."""
        result = self.close()
        return SetDone(
            exercise=self.exercise.id,
            set_number=self.begin.set_number,
            repetitions=min(200, result.counted),
            side=self.begin.side,
            hold_s=held(self.exercise, result),
            load_kg=load_kg,
            form=self.form,
        )

    @property
    def form(self) -> Form:
        """How well it was done, as far as it was seen."""
        return progression.form_of(self.close(), self.exercise)

    @property
    def asks_self_check(self) -> bool:
        """Whether the exercise's own check is to be asked: its key mistake was judged in less than half (product decision 13)."""
        form, coaching = self.form, self.exercise.coaching
        if coaching is None or coaching.key_fault is None or not form.done:
            return False
        return form.judged * 100 < value("form.judged-share") * form.done


def held(exercise: Exercise, result: SetResult) -> float | None:
    """Seconds held: the longest hold of a stretch or balance, the usual one of the repetitions that count; None without holds."""
    rule = exercise.coaching.hold if exercise.coaching else None
    if rule is None:
        return None
    if rule.clock == "band":
        return round(max((hold.held_s for hold in result.holds), default=0.0), 2)
    holds = [one.hold_s for one in result.repetitions if one.counted]
    return round(median(holds), 2) if holds else None


class LiveSets:
    """Every set that is watched now, or waits for its connection to come back.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.journal = Journal(store)
        self._sets: dict[tuple[str, str], LiveSet] = {}
        self._leaving: dict[tuple[str, str], asyncio.TimerHandle] = {}

    def find(self, asker: Asker, key: str) -> LiveSet | None:
        """A set that is watched, or was until a moment ago."""
        return self._sets.get((asker.person_id, key))

    def watched_by(self, asker: Asker) -> LiveSet | None:
        """The set of this person that a connection watches now."""
        mine = (one for (person, _key), one in self._sets.items() if person == asker.person_id)
        return next((one for one in mine if one.owner is not None and one.result is None), None)

    def take(self, live: LiveSet, owner: Owner) -> None:
        """A connection watches this set from now on; the one that did is displaced."""
        key = (live.asker.person_id, live.begin.set)
        self._sets[key] = live
        if (leaving := self._leaving.pop(key, None)) is not None:
            leaving.cancel()
        if live.owner is not None and live.owner is not owner:
            live.owner.displace()
        live.owner = owner

    def leave(self, live: LiveSet, owner: Owner) -> None:
        """The connection is gone: the set waits for another one."""
        if live.owner is not owner:
            return
        live.owner = None
        key = (live.asker.person_id, live.begin.set)
        self._leaving[key] = asyncio.get_running_loop().call_later(KEEPS_S, self._forget, key)
        waiting = [one for one in self._leaving if one[0] == key[0]]
        for oldest in waiting[:-MOST_WAITING]:
            self._leaving[oldest].cancel()
            self._forget(oldest)

    def close(self) -> None:
        """Write what is still to be written, and forget everything."""
        for leaving in self._leaving.values():
            leaving.cancel()
        self._sets.clear()
        self.journal.close()

    def _forget(self, key: tuple[str, str]) -> None:
        self._leaving.pop(key, None)
        live = self._sets.get(key)
        if live is not None and live.owner is None:
            del self._sets[key]


def warm() -> None:
    """Load the compiled step, so that the first frame of the first set does not wait for it."""
    points, unseen = np.zeros((33, 3), np.float32), np.zeros(33, np.float32)
    for exercise in WARM:
        watcher = Watcher(exercise, 640, 480)
        watcher.push(0.0, points, points, unseen)
        watcher.result()
