"""What is judged has passed its operating curve, and is told frame by frame while a person moves."""

from __future__ import annotations

import pytest
from sets import best_view, made

from coxa.capture.simulated_exercises import PERFORMED
from coxa.exercises import catalogue
from coxa.motion import Watcher
from coxa.motion.cues import Cue
from coxa.motion.plan import coached
from coxa.motion.result import SetResult

#: The bar of `bench/curves.py`.
LEAST_CLEAN, LEAST_FAULTY, LEAST_CLIPS = 150, 60, 40
FOUND, FALSE, FALSE_UPPER = 0.90, 0.02, 0.05

#: How big a mistake is planted, and with what range, where a person follows the key poses.
PLANTED: dict[tuple[str, str], tuple[float, float | None]] = {
    ("straight-leg-raise", "knee-bends"): (32.0, 14.5),
    ("straight-leg-raise", "lift-too-big"): (57.0, 57.0),
    ("clamshell-feet-raised", "feet-part"): (0.5, 20.0),
    ("clamshell-feet-raised", "lift-too-big"): (60.0, 60.0),
    ("monster-walk-sideways", "trunk-leans-to-stance"): (17.0, None),
}
HASTY_S = 0.4

RULES = [(id, rule) for id in catalogue.ids() if catalogue.load(id).coaching for rule in coached(catalogue.load(id)).faults]
JUDGED = [(id, rule.fault) for id, rule in RULES if id not in PERFORMED and rule.views.get(best_view(id)) == "judged"]  # type: ignore[call-overload]


@pytest.mark.parametrize(("exercise", "fault"), [(id, rule.fault) for id, rule in RULES if "judged" in rule.views.values()])
def test_what_is_judged_has_evidence_that_meets_the_bar(exercise: str, fault: str) -> None:
    rule = next(rule for id, rule in RULES if (id, rule.fault) == (exercise, fault))
    for view, how in rule.views.items():
        if how != "judged":
            continue
        seen = rule.evidence[view]
        assert seen.faulty >= LEAST_FAULTY
        assert seen.clean >= LEAST_CLEAN
        assert seen.clips >= LEAST_CLIPS
        assert FOUND * seen.faulty <= seen.found <= seen.faulty
        assert seen.false <= FALSE * seen.clean
        assert seen.false / seen.clean <= seen.false_upper <= FALSE_UPPER


def streamed(exercise: str, seed: int, **options: object) -> tuple[SetResult, list[Cue]]:
    """Frame by frame, as a live session does it, with the catalogue as it is."""
    recording = made(exercise, seed, **options).recording  # type: ignore[arg-type]
    watcher = Watcher(exercise, recording.width, recording.height)
    cues: list[Cue] = []
    for k in range(len(recording)):
        cues += watcher.push(float(recording.time_s[k]), recording.image[k], recording.world[k], recording.visibility[k])
    return watcher.result(), cues


@pytest.mark.parametrize(("exercise", "fault"), JUDGED)
def test_a_judged_mistake_is_told_live_and_in_the_result(exercise: str, fault: str) -> None:
    size, far = (HASTY_S, None) if fault == "too-fast" else PLANTED[exercise, fault]
    for seed in range(3):
        options = {"ranges": (far, far)} if far is not None else {}
        result, cues = streamed(exercise, seed, repetitions=2, faults={k: {fault: size} for k in range(2)}, **options)
        assert [fault in one.faults for one in result.repetitions] == [True, True]
        assert fault in {cue.fault for cue in cues if cue.kind == "fault"}
        assert fault not in {left.id for left in result.not_judged}


@pytest.mark.parametrize("exercise", sorted({exercise for exercise, _ in JUDGED}))
def test_nothing_is_told_where_nothing_is_wrong(exercise: str) -> None:
    for seed in range(3):
        result, cues = streamed(exercise, seed, repetitions=3)
        assert len(result.repetitions) == 3
        assert result.faults == ()
        assert not [cue for cue in cues if cue.kind == "fault"]
