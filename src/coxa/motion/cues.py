"""Live cues: at most one at a time, the most harmful first, not the same again within 6 s, praise when it is mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from coxa.body.posture import VIEWS
from coxa.exercises.coaching import FaultRule
from coxa.exercises.model import Exercise
from coxa.motion import step as engine
from coxa.motion.plan import coached
from coxa.motion.verdict import can_judge, settle, why_not

#: A cue is not said again within this time, and no two cues come closer than this.
AGAIN_S, APART_S = 6.0, 2.0
#: Kinds of mistakes that show while the repetition is under way.
WARNED = ("level", "sag", "oscillation")


@dataclass(frozen=True)
class Cue:
    """Something to say or show now.

    `kind`: "ready" and "lost" (of the start position), "repetition" (one more is complete), "fault" (what to change) or
    "praise" (what was asked for has been mended). `text` is empty where a sign or a number is enough.
    """

    kind: Literal["ready", "lost", "repetition", "fault", "praise"]
    time_s: float
    text: str = ""
    fault: str = ""


class Cues:
    """Chooses what to say from the step's events; silence when all is well."""

    def __init__(self, exercise: Exercise, *, judge_untested: bool = False, judges: bool = True) -> None:
        self._exercise = exercise
        self._rules = coached(exercise).faults
        self._untested = judge_untested
        self._judges = judges
        self._said_s: dict[str, float] = {}
        self._open: str = ""
        self._now: set[str] = set()

    def take(self, events: list[np.void], time_s: float) -> tuple[Cue, ...]:
        """The cues that these events call for, as of `time_s`."""
        cues: list[Cue] = []
        candidates: list[int] = []
        for event in events:
            code = int(event["code"])
            if code == engine.READY:
                cues.append(Cue("ready", time_s))
            elif code == engine.LOST:
                cues.append(Cue("lost", time_s, coached(self._exercise).setup.say))
            elif code == engine.WARNING:
                candidates.append(int(event["fault"]))
                self._now.add(self._rules[int(event["fault"])].fault)
            elif code == engine.REPETITION:
                cues.append(Cue("repetition", time_s))
                candidates.extend(self._settled(event))
                if self._open and self._open not in self._now:
                    mended = next(r for r in self._rules if r.fault == self._open)
                    if mended.fixed:
                        cues.append(Cue("praise", time_s, mended.fixed, mended.fault))
                    self._open = ""
                self._now.clear()
        view = VIEWS[int(events[-1]["seen_from"])] if events else "unknown"
        worst = [self._rules[k] for k in sorted(candidates, key=lambda k: self._rules[k].harm)]
        for rule in worst:
            if can_judge(rule, view, self._untested, self._judges) is not None:
                continue
            if time_s - self._said_s.get(rule.fault, -np.inf) < AGAIN_S or time_s - max(self._said_s.values(), default=-np.inf) < APART_S:
                continue
            self._said_s[rule.fault] = time_s
            self._open = rule.fault
            cues.append(Cue("fault", time_s, rule.cue, rule.fault))
            break
        return tuple(cues)

    def _settled(self, event: np.void) -> list[int]:
        """Faults that only the end of the repetition settles."""
        view = VIEWS[int(event["seen_from"])]
        found: list[int] = []
        if "not_that_movement" in why_not(self._exercise, event):
            return found
        for k, rule in enumerate(self._rules):
            if rule.kind in ("never", *WARNED) or can_judge(rule, view, self._untested, self._judges) is not None:
                continue
            if self._is_spoilt(rule, event, view):
                self._now.add(rule.fault)  # neither said nor praised as mended
            elif settle(self._exercise, rule, event, view)[0] is not None:
                found.append(k)
                self._now.add(rule.fault)
        return found

    def _is_spoilt(self, rule: FaultRule, event: np.void, view: str) -> bool:
        """Whether another mistake of the repetition keeps this one from being judged, as it does in the result."""
        beside = [other for other in self._rules if other.fault in rule.unless]
        return any(
            other.fault in self._now or (other.kind not in WARNED and settle(self._exercise, other, event, view)[0] is not None)
            for other in beside
        )
