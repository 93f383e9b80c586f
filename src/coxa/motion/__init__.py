"""Motion: one set watched, from landmarks to an honest verdict.

Knows the set-up check, the baseline, repetitions, holds, faults and cues; one compiled step serves a live frame and a
whole recording. Must not know where landmarks come from, or whose they are. Imports `coxa.body` and `coxa.exercises`.
Start with `analyze` (a recording), `Watcher` (a live set) and `count_repetitions` (any signal).
"""

from coxa.motion.recognise import analyze_unnamed, recognise
from coxa.motion.repetitions import CountedRepetition, count_repetitions
from coxa.motion.result import SetResult
from coxa.motion.watch import Watcher, analyze

__all__ = ["CountedRepetition", "SetResult", "Watcher", "analyze", "analyze_unnamed", "count_repetitions", "recognise"]
