"""The first thing said about a set: plain, true, and the most useful first."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from coxa import motion
from coxa.exchange import words
from coxa.exercises import catalogue
from coxa.motion.result import Fault, FaultId, Hold, NotJudged, Recognised, Repetition, SetResult, WhyNotJudged


def lift(*, counted: bool = True, meets: bool = True) -> Repetition:
    return Repetition("both", "up", 0, 1, 2, 40, "deg", 1, 1, 1, counted, () if counted else ("too_small",), meets, ())


def a_set(*repetitions: Repetition, **changes: object) -> SetResult:
    clean = SetResult(
        "bridge", "x.mp4", 90, 3.0, 1.0, "judged", "both", "side", "supine", repetitions, (), (), (), (), None, "0"
    )  # fmt: skip
    return replace(clean, **changes)  # type: ignore[arg-type]


def fault(id: FaultId, severity: str, repetition: int | None = 0) -> Fault:
    return Fault(id, severity, 0.5, 1.0, 12.0, "deg", repetition)  # type: ignore[arg-type]


def test_every_mistake_of_the_schema_has_plain_words() -> None:
    assert set(words.FAULTS) == set(get_args(FaultId))
    assert set(words.WHY_NOT_JUDGED) >= set(get_args(WhyNotJudged))
    for name, fix in words.FAULTS.values():
        assert name[0].isupper()
        assert not name.endswith(".")
        assert fix.endswith(".")


@pytest.mark.parametrize(
    ("result", "headline", "tone"),
    [
        (a_set(lift()), "1 bridge, and it counts.", "good"),
        (a_set(*[lift()] * 4), "4 bridges, all counted.", "good"),
        (a_set(*[lift()] * 4, lift(counted=False)), "4 of 5 bridges counted.", "good"),
        (a_set(lift(counted=False)), "1 try, and it did not count.", "unsure"),
        (a_set(*[lift(counted=False)] * 3), "3 tries, none counted.", "unsure"),
        (a_set(), "No bridge was seen.", "unsure"),
        (a_set(lift(), exercise="made-at-home"), "1 repetition, and it counts.", "good"),
        (a_set(holds=(Hold(0, 22, 20.4),), exercise="hip-flexor-stretch"), "Held for 20.4 s.", "good"),
        (a_set(holds=(Hold(0, 22, 20.4), Hold(30, 40, 9.0))), "2 holds, the longest 20.4 s.", "good"),
        (a_set(status="cannot_see", seen=0.31), "You could not be seen well enough.", "unsure"),
        (a_set(status="not_this_exercise"), "This was not the exercise “Bridge”.", "unsure"),
        (a_set(test=motion.result.Test("single-leg-stance", 12.4, "s", True, "")), "Single leg stance: 12.4 s.", "good"),
    ],
)
def test_headline_says_what_was_done(result: SetResult, headline: str, tone: str) -> None:
    said = words.verdict(result)
    assert (said.headline, said.tone) == (headline, tone)


def test_unseen_set_says_what_to_do_with_the_camera() -> None:
    exercise = catalogue.load("bridge")
    said = str(words.verdict(a_set(status="cannot_see", seen=0.31), exercise))
    assert "31 %" in said
    assert exercise.coaching is not None
    assert exercise.coaching.camera in said
    assert "nothing was judged" in said
    assert words.CAMERA_PLACE in str(words.verdict(a_set(status="cannot_see", seen=0.31)))


def test_a_stretch_says_how_long_it_was_held() -> None:
    assert "Held for 13.1 s." in str(words.verdict(a_set(lift(), holds=(Hold(1, 15, 13.1),), exercise="hip-flexor-stretch")))


def test_a_test_without_a_value_shows_no_figure() -> None:
    said = words.verdict(a_set(test=motion.result.Test("single-leg-stance", float("nan"), "s", False, "the foot was hidden")))
    assert said.headline == "Single leg stance: this try does not count. The foot was hidden."


def test_another_exercise_is_said_plainly_and_the_better_guess_named() -> None:
    guesses = (Recognised("clamshell", 0.4), Recognised("bridge", 0.9), Recognised("donkey-kick", 0.6))
    said = str(words.verdict(a_set(status="not_this_exercise", recognised=guesses)))
    assert "donkey kick" in said
    assert "clamshell" not in said


def test_a_test_that_does_not_count_says_why() -> None:
    said = words.verdict(a_set(test=motion.result.Test("single-leg-stance", 3.0, "s", False, "the foot touched down")))
    assert "does not count. The foot touched down." in said.headline
    assert said.tone == "unsure"


def test_red_comes_before_amber_however_often_and_only_one_thing_is_asked() -> None:
    result = a_set(*[lift()] * 4, faults=(*[fault("too-fast", "amber", k) for k in range(4)], fault("over-lift", "red", 2)))
    said = words.verdict(result)
    assert said.tone == "red"
    assert said.sentences[0].startswith("One thing to change: stop when")
    assert "in repetition 3" in said.sentences[1]
    assert "1 other thing" in str(said)
    assert sum("to change: " in sentence for sentence in said.sentences) == 1


def test_amber_alone_is_one_small_thing() -> None:
    said = words.verdict(a_set(lift(), lift(), faults=(fault("too-fast", "amber", 0), fault("too-fast", "amber", 1))))
    assert said.tone == "amber"
    assert said.sentences[0].startswith("One small thing: slow down")
    assert "in every repetition" in said.sentences[1]


def test_mistakes_take_the_exercises_own_words_and_order_of_harm() -> None:
    exercise = catalogue.load("standing-abduction")
    assert exercise.coaching is not None
    rules = sorted(exercise.coaching.faults, key=lambda rule: rule.harm)
    first, last = rules[0], rules[-1]
    faults = (fault(last.fault, "red", 0), fault(last.fault, "red", 1), fault(first.fault, "red", 1))  # type: ignore[arg-type]
    said = words.verdict(a_set(lift(), lift(), exercise=exercise.id, faults=faults), exercise)
    assert words.by_harm(faults, exercise)[0] == first.fault
    assert first.cue[1:].rstrip(".!") in said.sentences[0]


def test_silence_is_not_praise_when_something_could_not_be_judged() -> None:
    unseen = NotJudged("back-arches", "never_visible", "Use your hand.")
    assert "No mistake was seen." in str(words.verdict(a_set(lift())))
    one = str(words.verdict(a_set(lift(), not_judged=(unseen,))))
    assert "in what could be judged" in one
    assert "1 thing could not" in one


def test_nothing_judged_is_said_and_not_green() -> None:
    exercise = catalogue.load("clamshell")
    assert exercise.coaching is not None
    unseen = tuple(NotJudged(rule.fault, "not_visible", "Look.") for rule in exercise.coaching.faults)  # type: ignore[arg-type]
    said = words.verdict(a_set(lift(), exercise="clamshell", not_judged=unseen), exercise)
    assert "could not be judged" in str(said)
    assert "No mistake" not in str(said)
    assert said.tone == "counted"
    none = words.verdict(a_set(lift(counted=False), exercise="clamshell", not_judged=unseen), exercise)
    assert none.tone == "unsure"


def test_target_is_told_without_uncounting() -> None:
    assert "2 of 3 reached the target" in str(words.verdict(a_set(lift(), lift(), lift(meets=False))))
    assert "None of them reached" in str(words.verdict(a_set(lift(meets=False), lift(meets=False))))
    assert "1 try was too small to count." in str(words.verdict(a_set(lift(), lift(counted=False))))


def test_a_mistake_outside_any_repetition_is_counted_in_times() -> None:
    said = words.verdict(a_set(lift(), faults=(fault("sags", "red", None), replace(fault("sags", "red", None), start_s=2.0))))
    assert "2 times" in said.sentences[1]


@pytest.mark.parametrize("id", catalogue.ids())
def test_every_exercise_says_where_its_limits_come_from(id: str) -> None:
    exercise = catalogue.load(id)
    assert exercise.coaching is None or words.sources(exercise).endswith(".")


def test_a_set_that_was_not_recognised_is_said_to_be_so() -> None:
    nothing = a_set(exercise="", status="not_this_exercise", recognised=())
    assert words.exercise_name(nothing, None)
    said = words.verdict(nothing)
    assert "not recognised" in said.headline
    assert "“”" not in str(said)
