"""The next step as a whole: precedence, more pain never harder, order of the rows, bad input, form, the programme after it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.diaries import DAY_1, GOOD_STANCE, at, diary, done, easing, on, planned, profile, programme, session
from coxa.care import rules, thresholds
from coxa.care.change import changed
from coxa.care.decision import PRECEDENCE, Decision, Review
from coxa.care.history import Activity, Change, ExerciseDone, Fall, Form, History, Morning, PainKind, Session, Taken, TestDone, read_history
from coxa.care.ladder import easier_dose, harder_dose
from coxa.care.programme import PlannedDose
from coxa.care.progression import form_of, review
from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.motion.result import NotJudged, Repetition, SetResult
from program import load

ROOT = Path(__file__).parents[2]
PLAN = programme("bridge", "clamshell", planned("hamstring-stretch", repetitions=3, hold_s=30), "standing-abduction")


def somebodys_diary(seed: int, days: int | None = None) -> History:
    """A made-up diary: pain that drifts, sessions left out, stops, falls, tests, steps already taken."""
    rng = random.Random(seed)
    days = days or rng.randint(1, 40)
    level, drift = rng.uniform(0, 6), rng.choice((-0.15, -0.05, 0, 0.05, 0.2))

    def pain(day: int, more: float = 0.0) -> int:
        return max(0, min(10, round(level + drift * day + more + rng.gauss(0, 0.6))))

    def one(id: str) -> ExerciseDone:
        after = rng.choices((None, "same", "less", "more"), (1, 8, 3, 1))[0]
        return ExerciseDone(
            exercise=id,
            sets=1,
            repetitions=(rng.choice((8, 10, 10, 12, 14)),),
            hold_s=rng.choice((5, 5, 10, 30)),
            after=after,  # type: ignore[arg-type]
            pain_after=rng.randint(1, 8) if after == "more" else None,
            kind=rng.choice(get_args(PainKind)) if rng.random() < 0.02 else None,
            effort=rng.choice((None, 2, 4, 5, 7, 9)),
            form=Form(
                done=10, judged=rng.choice((0, 4, 6, 10)), faulty=rng.choice((0, 0, 1, 3)), self_check=rng.choice((None, True, True, False))
            ),
        )

    sessions = [
        Session(
            at=at(day, rng.randint(6, 20)),
            pain_before=pain(day),
            exercises=tuple(one(p.exercise) for p in PLAN.exercises if rng.random() < 0.8),
        )
        for day in range(1, days + 1)
        if rng.random() < 0.75
    ]
    mornings = [Morning(on=on(day), pain=pain(day, 0.3)) for day in range(2, days + 1) if rng.random() < 0.8]
    stance = [
        TestDone(on=on(rng.randint(1, days)), test="single-leg-stance", value=rng.uniform(3, 30), unit="s", side=side)  # type: ignore[arg-type]
        for side in ("left", "right")
    ]
    taken = [Taken(at=at(rng.randint(1, days), 21), exercise=rng.choice((None, "bridge")), step="ease") for _ in range(rng.randint(0, 2))]
    return History(
        profile=profile(stance=GOOD_STANCE if rng.random() < 0.5 else profile().stance),
        programme=PLAN,
        today=on(days),
        sessions=tuple(sessions),
        mornings=tuple(mornings),
        tests=tuple(stance if rng.random() < 0.5 else ()),
        falls=(Fall(on=on(1)),) if rng.random() < 0.05 else (),
        activities=(Activity(name="stairs", on=on(1), score=4), Activity(name="stairs", on=on(days), score=5)) if days > 1 else (),
        changes=(Change(on=on(days), score=rng.randint(-3, 4)),) if rng.random() < 0.2 else (),
        taken=tuple(taken),
    )


HARDNESS = {step: place for place, step in enumerate(PRECEDENCE)}


def hardness(decision: Decision) -> tuple[int, int]:
    """How hard the next session gets: the step, and of two that ease the one with fewer levels."""
    return HARDNESS[decision.step], -decision.levels if decision.step == "ease" else 0


def no_harder(review_of_more: Review, review_of_less: Review) -> bool:
    more = {d.exercise: d for d in review_of_more.decisions}
    less = {d.exercise: d for d in review_of_less.decisions}
    unlocked = {id for id, d in more.items() if d.step == "unlock" and id is not None}
    worse = all(hardness(more[id]) <= hardness(less[id]) for id in less if id in more)
    return worse and unlocked <= {id for id, d in less.items() if d.step == "unlock"}


# ------------------------------------------------------------------------------------------------ precedence


def test_a_rule_never_stands_above_one_whose_step_weighs_more() -> None:
    places = [PRECEDENCE.index(rule.step) for rule in rules.RULES]
    assert places == sorted(places)
    assert len({rule.id for rule in rules.RULES}) == len(rules.RULES)


def test_every_rule_looks_at_the_programme_or_at_an_exercise_and_says_when() -> None:
    known = {row.id for row in thresholds.thresholds()}
    for rule in rules.RULES:
        assert (rule.programme is None) is not (rule.exercise is None)
        assert rule.words()
        assert "{" not in rule.words()
    assert known


def test_the_page_of_the_next_step_is_what_the_code_does() -> None:
    module = load("docs/write_progression.py")
    page = (ROOT / "docs" / "progression.md").read_text(encoding="utf-8")
    assert page == module.page(), "docs/progression.md is older than the rules: run python docs/write_progression.py"


@given(seed=st.integers(0, 1_000_000))
@settings(max_examples=150)
def test_what_is_decided_is_the_first_rule_that_holds_and_safety_is_passed_on(seed: int) -> None:
    found = review(somebodys_diary(seed))
    whole, *each = found.decisions
    if whole.step == "stop_now":
        assert all(d.step == "stop_now" for d in each)
    if whole.step in ("refer", "ease", "hold") and whole.reasons[0].rule != "B16":
        assert all(HARDNESS[d.step] <= HARDNESS["hold"] for d in each)
    if whole.step == "refer":
        assert whole.letter
    if whole.levels:
        assert all(d.step in ("stop_now", "refer", "ease") for d in each)
    assert [d.exercise for d in each][: len(PLAN.exercises)] == [p.exercise for p in PLAN.exercises]


@given(seed=st.integers(0, 1_000_000))
@settings(max_examples=150)
def test_every_decision_has_a_reason_with_a_source_and_words(seed: int) -> None:
    found = review(somebodys_diary(seed))
    for reason in (r for d in found.decisions for r in d.reasons):
        assert reason.rule
        assert reason.words.endswith((".", "?", "!"))
        assert reason.source
    assert all(d.reasons for d in found.decisions)
    assert all(sentence.endswith(".") for sentence in found.summary)
    assert found.adherence is None or 0 <= found.adherence <= 1


@given(seed=st.integers(0, 1_000_000))
@settings(max_examples=150)
def test_decisions_do_not_depend_on_the_order_of_the_rows(seed: int) -> None:
    one = somebodys_diary(seed)
    rng = random.Random(seed)
    rows = {
        name: tuple(rng.sample(getattr(one, name), len(getattr(one, name))))
        for name in ("sessions", "mornings", "tests", "activities", "taken")
    }
    assert review(one) == review(one.model_copy(update=rows))


@given(seed=st.integers(0, 1_000_000))
@settings(max_examples=60)
def test_a_row_that_stands_twice_counts_once(seed: int) -> None:
    one = somebodys_diary(seed)
    twice = {name: getattr(one, name) * 2 for name in ("sessions", "mornings", "activities", "changes")}
    assert review(one) == review(one.model_copy(update=twice))


# ------------------------------------------------------------------------------------------------ more pain is never harder


def more_after(history: History, rng: random.Random) -> History:
    """More pain after one exercise."""
    if not history.sessions:
        return history
    which = rng.randrange(len(history.sessions))
    chosen = history.sessions[which]
    if not chosen.exercises:
        return history
    place = rng.randrange(len(chosen.exercises))
    old = chosen.exercises[place]
    # Only the last exercise of a session: what is told after it is not the "before" of another.
    if place != len(chosen.exercises) - 1:
        return history
    new = old.model_copy(update={"after": "more", "pain_after": max(old.pain_after or 0, min(10, chosen.pain_before + rng.randint(1, 5)))})
    exercises = (*chosen.exercises[:place], new, *chosen.exercises[place + 1 :])
    return _with_session(history, which, chosen.model_copy(update={"exercises": exercises}))


def more_in_the_morning(history: History, rng: random.Random) -> History:
    mornings = list(history.mornings)
    if mornings:
        which = rng.randrange(len(mornings))
        mornings[which] = Morning(on=mornings[which].on, pain=min(10, mornings[which].pain + rng.randint(1, 4)))
    return history.model_copy(update={"mornings": tuple(mornings)})


def more_from_some_day_on(history: History, rng: random.Random) -> History:
    """Everything is worse from one day on, and that day comes after the first days, with which it is compared."""
    if not history.sessions:
        return history
    first = min(s.at for s in history.sessions).date()
    day, rise = first + timedelta(days=rng.randint(3, 30)), rng.randint(1, 3)

    def up(pain: int | None) -> int | None:
        return None if pain is None else min(10, pain + rise)

    def worse(one: Session) -> Session:
        exercises = tuple(e.model_copy(update={"pain_after": up(e.pain_after)}) for e in one.exercises)
        return one.model_copy(update={"pain_before": up(one.pain_before), "exercises": exercises})

    room = [s for s in history.sessions if s.at.date() >= day] + [m for m in history.mornings if m.on >= day]  # type: ignore[list-item]
    tops = [s.pain_before for s in room if isinstance(s, Session)] + [m.pain for m in room if isinstance(m, Morning)]
    if any(top + rise > 10 for top in tops):
        return history
    return history.model_copy(
        update={
            "sessions": tuple(worse(s) if s.at.date() >= day else s for s in history.sessions),
            "mornings": tuple(m.model_copy(update={"pain": up(m.pain)}) if m.on >= day else m for m in history.mornings),
        }
    )


def worse_kind(history: History, rng: random.Random) -> History:
    """An ache or nothing becomes a pain of another kind."""
    with_exercise = [i for i, s in enumerate(history.sessions) if s.exercises and s.exercises[0].kind in (None, "ache")]
    if not with_exercise:
        return history
    which = rng.choice(with_exercise)
    chosen = history.sessions[which]
    new = chosen.exercises[0].model_copy(update={"kind": rng.choice(("sharp", "pinching", "tingling", "giving-way"))})
    return _with_session(history, which, chosen.model_copy(update={"exercises": (new, *chosen.exercises[1:])}))


def _with_session(history: History, which: int, new: Session) -> History:
    return history.model_copy(update={"sessions": (*history.sessions[:which], new, *history.sessions[which + 1 :])})


@pytest.mark.parametrize("worsen", [more_after, more_in_the_morning, more_from_some_day_on, worse_kind])
def test_more_pain_never_leads_to_a_harder_next_session(worsen: Callable[[History, random.Random], History]) -> None:
    tried = 0
    for seed in range(350):
        less = somebodys_diary(seed)
        more = worsen(less, random.Random(seed))
        tried += more != less
        assert no_harder(review(more), review(less)), f"seed {seed}: {worsen.__name__}"
    assert tried > 100


@given(seed=st.integers(0, 1_000_000), worsen=st.sampled_from((more_after, more_in_the_morning, more_from_some_day_on, worse_kind)))
@settings(max_examples=150)
def test_more_pain_never_leads_to_a_harder_next_session_for_anybody(seed: int, worsen: Callable[[History, random.Random], History]) -> None:
    less = somebodys_diary(seed)
    assert no_harder(review(worsen(less, random.Random(seed))), review(less))


# ------------------------------------------------------------------------------------------------ bad input


def as_json(history: History, **changes: Any) -> dict[str, Any]:
    return json.loads(history.model_dump_json()) | changes  # type: ignore[no-any-return]


def test_a_diary_goes_to_json_and_comes_back() -> None:
    one = somebodys_diary(3)
    assert read_history(as_json(one)) == one


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"mornings": [{"on": on(3).isoformat(), "pain": 11}]}, "mornings.0.pain: .*less than or equal to 10, got 11"),
        ({"mornings": [{"on": on(99).isoformat(), "pain": 2}]}, r"mornings: expected a date up to today, .*, got .*; correct the entry"),
        (
            {"mornings": [{"on": on(3).isoformat(), "pain": 2}, {"on": on(3).isoformat(), "pain": 5}]},
            "two entries for .* say 2 and 5; keep the one",
        ),
        ({"sessions": [{"at": at(99).isoformat(), "pain_before": 2}]}, "sessions: expected a date up to today"),
        ({"sessions": [{"at": "2026-03-03T09:00:00", "pain_before": 2}]}, "expected a time with its zone"),
        (
            {"sessions": [{"at": at(3).isoformat(), "pain_before": 2}, {"at": at(3).isoformat(), "pain_before": 3}]},
            "sessions: two entries for .* say 2 and 3",
        ),
        ({"sessions": [{"at": at(3).isoformat()}]}, "sessions.0.pain_before: field required"),
        ({"falls": [{"on": on(99).isoformat()}]}, "falls: expected a date up to today"),
        ({"paint": 3}, "paint: extra inputs are not permitted, got 3"),
        (
            {
                "activities": [
                    {"name": "stairs", "on": on(2).isoformat(), "score": 3},
                    {"name": "stairs", "on": on(2).isoformat(), "score": 4},
                ]
            },
            "activities: two entries for stairs on .* say 3 and 4",
        ),
        ({"changes": [{"on": on(2).isoformat(), "score": 9}]}, "changes.0.score: .*less than or equal to 7"),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_line(change: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says) as error:
        read_history(as_json(diary(session(1), today=5), **change))
    assert "\n" not in str(error.value)


def test_the_same_is_refused_when_a_history_is_built_by_hand() -> None:
    with pytest.raises(BadInput, match="two entries"):
        review(diary(session(1, 3), session(1, 4), today=5))


def test_the_same_time_in_two_zones_is_one_time() -> None:
    here = session(1, 3)
    there = here.model_copy(update={"at": datetime.fromisoformat("2026-03-02T11:00:00+02:00"), "pain_before": 5})
    with pytest.raises(BadInput, match="say 3 and 5"):
        review(diary(here, there, today=2))


def test_an_empty_diary_says_start() -> None:
    found = review(diary())
    assert [d.step for d in found.decisions] == ["hold", "hold"]
    assert found.summary[0] == "You have not started yet."
    assert found.adherence is None
    assert found.outcomes == ()


# ------------------------------------------------------------------------------------------------ form


def repetition(*faults: str, counted: bool = True) -> Repetition:
    return Repetition("left", "up", 0, 1, 2, 30, "deg", 5, 1, 1, counted, (), True, faults)  # type: ignore[arg-type]


def a_set(
    *repetitions: Repetition, not_judged: tuple[NotJudged, ...] = (), status: str = "judged", exercise: str = "clamshell"
) -> SetResult:
    return SetResult(
        exercise, "test", 100, 10, 1, status, "left", "front", "side-lying", repetitions, (), (), not_judged, (), None, "test",  # type: ignore[arg-type]
    )  # fmt: skip


def test_form_counts_the_key_mistake_in_the_repetitions_that_count() -> None:
    found = form_of(a_set(repetition(), repetition("rolls-back"), repetition("rolls-back", counted=False), repetition("too-fast")))
    assert found == Form(done=3, judged=3, faulty=1)


def test_form_is_unseen_where_the_key_mistake_could_not_be_judged() -> None:
    unseen = NotJudged("rolls-back", "view", "Put your hand on your hip.")
    assert form_of(a_set(repetition(), repetition(), not_judged=(unseen,))) == Form(done=2)
    assert form_of(a_set(repetition(), status="cannot_see")) == Form(done=1)


def test_form_leaves_out_repetitions_in_which_another_mistake_hid_the_key_one() -> None:
    assert "feet-part" in next(r for r in catalogue.load("clamshell").coaching.faults if r.fault == "rolls-back").unless  # type: ignore[union-attr]
    assert form_of(a_set(repetition(), repetition("feet-part"))) == Form(done=2, judged=1, faulty=0)


def test_form_of_an_exercise_without_a_key_mistake_counts_only() -> None:
    assert form_of(a_set(repetition(), exercise="hamstring-stretch")) == Form(done=1)


# ------------------------------------------------------------------------------------------------ doses


@pytest.mark.parametrize("id", catalogue.ids())
@pytest.mark.parametrize("load", [0.0, 1.0])
def test_one_level_harder_and_back_is_where_it_was_or_easier(id: str, load: float) -> None:
    exercise, dose = catalogue.load(id), PlannedDose(sets=2, repetitions=10, hold_s=5, load_kg=load)
    up = harder_dose(exercise, dose, ("cuff", "band"))
    if up is None:
        return
    assert up != dose
    down = easier_dose(exercise, up)
    assert down is not None
    plain = {"by"}
    back = down.model_dump(exclude=plain)
    assert back == dose.model_dump(exclude=plain) or down.load_kg < dose.load_kg


@pytest.mark.parametrize("id", catalogue.ids())
def test_a_dose_gets_easier_only_so_far_and_never_harder_on_the_way(id: str) -> None:
    exercise = catalogue.load(id)
    dose: PlannedDose | None = PlannedDose(sets=3, repetitions=12, repetitions_most=15, hold_s=9, hold_most_s=10, load_kg=1.3, lever=2)
    seen = 0
    while dose is not None:
        after = easier_dose(exercise, dose)
        if after is not None:
            for name in ("sets", "repetitions", "repetitions_most", "hold_s", "hold_most_s", "load_kg", "lever"):
                assert (getattr(after, name) or 0) <= (getattr(dose, name) or 0)
        dose, seen = after, seen + 1
        assert seen < 40


# ------------------------------------------------------------------------------------------------ the programme after it


def test_the_programme_changes_as_decided_and_only_then() -> None:
    person = profile(stance=GOOD_STANCE)
    history = easing(16, profile=person)
    found = review(history)
    after = changed(history.programme, found, person)
    assert after.version == 2
    assert after.exercises[0].dose == found.decisions[1].dose
    assert after.exercises[-1].exercise == found.decisions[0].instead
    nothing = review(diary())
    assert changed(history.programme, nothing, person) is history.programme


def test_an_eased_exercise_that_cannot_get_easier_gives_way_to_its_neighbour() -> None:
    least = planned("bridge", repetitions=4, hold_s=5)
    history = easing(16, session(16, 2, done(after="more", pain_after=3)), programme=programme(least))
    decision = review(history).decisions[1]
    assert (decision.step, decision.dose, decision.instead) == ("ease", None, "pelvic-tilts")
    after = changed(history.programme, review(history), profile())
    assert [p.exercise for p in after.exercises] == ["pelvic-tilts"]
    assert after.exercises[0].dose.repetitions


def test_days_before_the_start_and_after_it() -> None:
    plan = programme("bridge", starts_on=DAY_1 + timedelta(days=5))
    assert review(diary(programme=plan)).adherence is None
