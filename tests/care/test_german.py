"""The next step in German: every sentence a person reads, over every rule and over simulated courses; and the same decisions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from care.diaries import GOOD_STANCE, at, diary, done, easing, on, planned, profile, programme, session
from care.profiles import some_profile
from care.test_courses import bench
from coxa import locales
from coxa.care.decision import Review
from coxa.care.facts import Facts
from coxa.care.history import Activity, Change, Fall, Form, History, Session, TestDone
from coxa.care.layout import TWO_WEEKS
from coxa.care.licensed import LicensedScale, Score, Scoring, compared
from coxa.care.planner import plan_for
from coxa.care.programme import Planned, Stance
from coxa.care.progression import review
from coxa.care.rules import RULES
from coxa.care.screening import screen
from coxa.care.translate import say, translate
from coxa.exercises import catalogue

pytestmark = pytest.mark.skipif(not (locales.FOLDER / "de" / "LC_MESSAGES" / "coxa.mo").exists(), reason="the words are not compiled")
#: Words that stand in nearly every English sentence and in no German one.
ENGLISH = re.compile(r"\b(the|you|your|and|with|of|this|that|is|it|to|than|at|for|please|pain|next)\b", re.IGNORECASE)
GOOD = done(repetitions=(12,))
ROOM = tuple(session(day, 2, done(repetitions=(14,), hold_s=10)) for day in (15, 16))


def told(found: Review) -> Iterator[str]:
    """Everything of a review that a person reads."""
    for one in found.decisions:
        yield from (reason.words for reason in one.reasons)
    yield from found.summary
    yield from (notice.words for notice in found.notices)
    yield from (outcome.reason.words for outcome in found.outcomes)


def in_german(history: History) -> Review:
    with locales.speaking("de"):
        return translate(review(history))


def check(history: History) -> None:
    """Each sentence is another one in German, and every decision the same."""
    english, german = review(history), in_german(history)
    said = list(told(english))
    for before, after in zip(said, told(german), strict=True):
        assert before != after, before
        assert not ENGLISH.search(after), after
    for old, new in zip(english.decisions, german.decisions, strict=True):
        assert (old.exercise, old.step, old.dose, old.instead, old.levels) == (new.exercise, new.step, new.dose, new.instead, new.levels)


def only(exercise: str | Planned, *last: Session) -> History:
    """Somebody who does well with this exercise alone, but for the last sessions."""
    return easing(16, *last, programme=programme(exercise))


def diaries() -> dict[str, History]:
    """A diary for each rule of the next step, by the rule's id; several ways where its words differ."""
    calm = dict.fromkeys(range(2, 17), 2)
    many = {
        "P2.screening": diary(session(1), profile=profile().model_copy(update={"screening": screen({"hot-or-feverish": True})})),
        **{f"P14 {why}": easing(16, session(16, 2, stop=why)) for why in ("unwell-chest", "cannot-get-up", "fell", "unwell-dizzy")},
        "P14 seen": easing(16, session(16, 2, stop="unwell-chest"), screened_at=at(16, 12)),
        "P1.nerve": easing(16, session(16, 2, done(kind="tingling", pain_after=7))),
        "P1.nerve B9": easing(16, session(16, 2, done("figure-four-stretch", kind="tingling")), programme=programme("figure-four-stretch")),
        "C1.new": easing(16, something_new=(on(16),)),
        "P1.limit": easing(16, session(16, 7)),
        "P1.limit-again": easing(16, session(15, 6), session(16, 7)),
        "P1.sharp": easing(16, session(16, 2, done(kind="sharp"))),
        "P1.sharp B10": easing(16, session(16, 2, done("hip-hike", kind="pinching")), programme=programme("hip-hike")),
        "B4 B11": only("hip-flexor-stretch", session(16, 2, done("hip-flexor-stretch", pain_after=7, after="more"))),
        "P3": easing(16, falls=(Fall(on=on(9)), Fall(on=on(10))), programme=programme("standing-abduction", "donkey-kick")),
        "P1.reds": easing(16, mornings={14: 4, 16: 4}),
        "P1.rise": easing(16, session(16, 4)),
        "P1.rise-slow": diary(*(session(day, 1 + day // 8) for day in range(1, 25)), today=24, mornings=dict.fromkeys(range(2, 25), 1)),
        "B5": diary(*(session(day, 4) for day in range(1, 16)), today=15),
        "P7.falls": easing(16, falls=(Fall(on=on(9)), Fall(on=on(10)))),
        "C7.worse": easing(16, changes=(Change(on=on(16), score=-3),)),
        "B4.again": easing(16, session(15, 2, done(after="more", pain_after=3)), session(16, 2, done(stop="it-hurts"))),
        "P1.red": easing(16, mornings={16: 5}),
        "P1.red B7": easing(16, session(15, 3), mornings={15: 3, 16: 3}),
        "P1.ambers": easing(16, session(16, 2), session(15, 2), mornings={15: 3, 16: 3}),
        "P4.long-break": easing(16).model_copy(update={"today": on(40)}),
        "P4.break": easing(16).model_copy(update={"today": on(26)}),
        "B4": easing(16, session(16, 2, done(after="more", pain_after=3))),
        "B4 B6": only("hamstring-stretch", session(16, 2, done("hamstring-stretch", after="more", pain_after=3))),
        "B16.too-heavy": easing(16, session(15, 2, done(effort=9)), session(16, 2, done(effort=9))),
        "P1.amber": easing(16, mornings={16: 3}),
        "P1.up": diary(*(session(day, 2 if day < 12 else 3) for day in range(1, 17)), today=16, mornings=calm),
        "C4.first-days": diary(session(1), session(2), today=2),
        "C4.first-days steady": diary(*(session(day, 3) for day in range(1, 11)), today=10),
        "B16.seldom": diary(session(1), session(9), today=16),
        "C4.form": easing(16, session(16, 2, done(form=Form(done=10, judged=10, faulty=4)))),
        "P13": easing(16, session(16, 2, done(form=Form(done=10)))),
        "C4.effort": easing(16, session(16, 2, done(effort=7))),
        "C4.two-for-two": easing(16, session(15, 2, GOOD), session(16, 2, GOOD)),
        "C4.two-for-two lever": only(planned("bridge", repetitions=12), *ROOM),
        "C4.two-for-two top": only(planned("bridge", hold_s=10.0, repetitions=12, lever=1), *ROOM),
        "B19": easing(16, profile=profile(stance=GOOD_STANCE)),
    }  # fmt: skip
    return many


@pytest.mark.parametrize("name", diaries())
def test_each_rule_says_its_words_in_german(name: str) -> None:
    history = diaries()[name]
    rule, facts = next(rule for rule in RULES if rule.id == name.split()[0]), Facts(history)
    exercises = history.programme.exercises
    assert rule.programme(facts) if rule.programme else any(rule.exercise(facts, one) for one in exercises if rule.exercise)
    check(history)


def test_no_rule_of_the_table_is_missing_here() -> None:
    assert {rule.id for rule in RULES} <= {name.split()[0] for name in diaries()}


def test_dosing_outcomes_course_and_milestones_are_said_in_german() -> None:
    heavy, light = done(effort=9), done("clamshell", repetitions=(12,), effort=1)
    short = done("pelvic-tilts", repetitions=(3,))
    start = programme("bridge", "clamshell", "pelvic-tilts", milestones=(TWO_WEEKS,))
    for ill in ("hip-osteoarthritis", "gluteal-tendinopathy", "labral-tear"):
        body = profile({"told": (ill,)}, age=66, stance=Stance(), sex="female")
        check(easing(16, session(15, 2, heavy, light, short), session(16, 2, heavy, light, short), programme=start, profile=body))
        check(easing(60, profile=body))
    check(diary(session(1), today=16, programme=start))
    check(diary(session(1), mode="monitored"))
    check(diary(today=1))
    for test, first, now in (
        ("chair-stand", 8, 8),
        ("chair-stand", 8, 9),
        ("chair-stand", 9, 8),
        ("chair-stand", 8, 12),
        ("chair-stand", 12, 8),
    ):
        rows = tuple(TestDone(on=on(day), test=test, value=value, unit="stands") for day, value in ((1, first), (16, now)))  # type: ignore[arg-type]
        check(easing(16, tests=rows, profile=profile(age=66)))
    hand = {"test": "strength", "unit": "kg", "side": "left", "what": "abduction"}
    times = ((1, None), (9, "before"), (9, "after"))
    strength = [TestDone.model_validate(hand | {"on": on(day), "value": 20 + day, "hands_on": when}) for day, when in times]
    stance = [TestDone(on=on(day), test="single-leg-stance", value=20 - day, unit="s", side="left") for day in (1, 9)]
    check(easing(16, tests=(*strength, *stance)))
    for score in (-3, -1, 0, 1, 4):
        check(easing(16, changes=(Change(on=on(16), score=score),)))
    for last in (2, 3, 5, 9):
        check(easing(16, activities=(Activity(name="Treppen", on=on(1), score=3), Activity(name="Treppen", on=on(15), score=last))))


def test_a_licensed_scales_change_is_said_in_german() -> None:
    for better, matters, error, now in (
        (None, None, None, 5), ("higher", None, None, 10), ("higher", 4, None, 20), ("lower", 4, None, 20), ("higher", 4, 2, 11),
        ("higher", 4, 2, 9), ("higher", 4, None, 12), ("lower", 4, None, 12), ("higher", None, None, 12), ("lower", None, None, 12),
    ):  # fmt: skip
        rule = None if better is None else Scoring(better=better, matters=matters, error=error)  # type: ignore[arg-type]
        scale = LicensedScale(id="x", title="Xyz", copyright="", items=(), scoring=rule)
        old, new = (Score(scale="Xyz", value=value, answered=1, of=1) for value in (10, now))
        words = compared(scale, old, new).reason.words
        assert not ENGLISH.search(say(words, "de")), words


@pytest.mark.parametrize("kind", ["responder", "slow", "flare-up", "non-adherent", "worsening"])
def test_simulated_courses_hold_no_english_sentence(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[History] = []

    def spy(history: History) -> Review:
        seen.append(history)
        return review(history)

    monkeypatch.setattr(bench(), "review", spy)
    bench().live(bench().patient(kind, 100), 42)
    assert len(seen) == 42
    for history in seen[::3]:
        check(history)


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_is_the_same_in_german_but_for_its_words(seed: int) -> None:
    person = some_profile(seed, ("personal", "twice-a-day", "form-first")[seed % 3])
    english = plan_for(person)
    with locales.speaking("de"):
        german = translate(plan_for(person))
    assert [row.model_dump(exclude={"why"}) for row in german.exercises] == [row.model_dump(exclude={"why"}) for row in english.exercises]
    for old, new in zip(english.left_out, german.left_out, strict=True):
        assert old.exercise == new.exercise
        assert not any(ENGLISH.search(reason.words) for reason in new.why), new
        assert not ENGLISH.search(new.until), new.until
    for habit in german.habits:
        assert habit.words in {catalogue.load(row.exercise, "de").daily_life for row in german.exercises}
