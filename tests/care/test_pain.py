"""Pain: during, before, the next morning, two weeks; the worse always ends more."""

from __future__ import annotations

import random
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.diaries import diary, done, on, session
from coxa.care import pain, thresholds
from coxa.care.facts import Facts
from coxa.care.history import PainKind, StopReason
from coxa.care.pain import NERVE, PIERCING, before_session, during, next_morning, stopped, two_weeks
from coxa.errors import BadInput

PAINS = st.integers(0, 10)
KINDS = st.sampled_from((None, *get_args(PainKind)))
MODES = st.sampled_from(("strict", "monitored"))
HEAVIER = ("nothing", "exercise", "session", "today", "emergency")


def test_every_kind_of_pain_is_weighed() -> None:
    assert set(get_args(PainKind)) == {"ache", *PIERCING, *NERVE}


@given(before=PAINS, rise=st.integers(1, 10), kind=KINDS)
def test_strict_any_rise_ends_the_exercise_or_more(before: int, rise: int, kind: PainKind | None) -> None:
    found = during(before, min(10, before + rise), kind) if before < 10 else None
    assert found is None or (found.ends in ("exercise", "session") and found.step == "stop_now")


@given(before=PAINS, after=PAINS, kind=KINDS, mode=MODES)
def test_six_or_more_ends_the_session_in_every_mode(before: int, after: int, kind: PainKind | None, mode: pain.Mode) -> None:
    found = during(before, after, kind, mode)
    assert (found.ends == "session") is (after >= 6 or kind in NERVE)
    assert found.reasons


@given(before=st.integers(0, 5), after=PAINS)
def test_monitored_allows_up_to_two_more_and_never_above_five(before: int, after: int) -> None:
    assert (during(before, after, mode="monitored").ends == "nothing") is (after <= min(5, before + 2))


@given(before=PAINS, after=st.integers(0, 9), kind=KINDS, mode=MODES)
def test_more_pain_never_ends_less(before: int, after: int, kind: PainKind | None, mode: pain.Mode) -> None:
    less, more = during(before, after, kind, mode), during(before, after + 1, kind, mode)
    assert HEAVIER.index(less.ends) <= HEAVIER.index(more.ends)


@given(before=PAINS, after=PAINS)
def test_monitored_is_never_stricter_than_strict(before: int, after: int) -> None:
    assert HEAVIER.index(during(before, after, mode="monitored").ends) <= HEAVIER.index(during(before, after).ends)


@pytest.mark.parametrize("kind", PIERCING)
def test_a_piercing_pain_ends_the_exercise_and_blocks_it(kind: PainKind) -> None:
    found = during(0, 0, kind, "monitored")
    assert (found.ends, found.blocks, found.rescreen) == ("exercise", True, False)


@pytest.mark.parametrize("kind", NERVE)
def test_nerve_signs_end_the_session_and_ask_for_a_new_screening(kind: PainKind) -> None:
    found = during(0, 0, kind, "monitored")
    assert (found.ends, found.rescreen) == ("session", True)


def test_more_without_a_number_counts_as_a_rise() -> None:
    assert during(2, None).ends == "exercise"
    assert during(2, None, mode="monitored").ends == "exercise"


@pytest.mark.parametrize("wrong", [11, -1, 2.5, "3", True])
def test_a_pain_that_is_none_is_refused_in_one_line(wrong: object) -> None:
    for call in (lambda: during(wrong, 2), lambda: during(2, wrong), lambda: before_session(wrong), lambda: next_morning(wrong, 2)):  # type: ignore[arg-type]
        with pytest.raises(BadInput, match=r"^pain: expected a whole number of 0 .*ask again$"):
            call()


def test_no_session_from_six_and_the_letter_after_two_days() -> None:
    assert [before_session(p).ends for p in (0, 5, 6, 10)] == ["nothing", "nothing", "today", "today"]
    assert not before_session(6).letter
    assert before_session(6, days_running=1).letter


@pytest.mark.parametrize(
    ("why", "ends", "rescreen"),
    [
        ("unwell-chest", "emergency", True),
        ("cannot-get-up", "emergency", True),
        ("unwell-dizzy", "session", True),
        ("fell", "session", True),
        ("it-hurts", "exercise", False),
        ("tired", "session", False),
        ("other", "session", False),
    ],
)
def test_each_reason_to_stop(why: StopReason, ends: str, rescreen: bool) -> None:
    found = stopped(why)
    assert (found.ends, found.rescreen) == (ends, rescreen)
    assert found.reasons[0].words


def test_every_reason_to_stop_is_answered() -> None:
    assert all(stopped(why).reasons for why in get_args(StopReason))


@given(before=PAINS, morning=PAINS, later=st.none() | PAINS, mode=MODES)
def test_the_next_morning_by_its_rise(before: int, morning: int, later: int | None, mode: pain.Mode) -> None:
    light = next_morning(before, morning, later, mode)
    if morning <= before:
        assert light == "green"
    elif morning >= before + 2 or mode == "monitored" or (later is not None and later > before):
        assert light == "red"
    else:
        assert light == "amber"


def test_the_morning_is_held_against_the_lowest_pain_of_the_day_before() -> None:
    facts = Facts(diary(session(1, 2, hour=8), session(1, 4, hour=18), mornings={2: 4}, today=2))
    assert [m.light for m in facts.morrows] == ["red"]


def test_a_rise_that_is_still_there_after_a_day_turns_amber_to_red() -> None:
    one = session(1, 2)
    assert [m.light for m in Facts(diary(one, mornings={2: 3}, today=2)).morrows] == ["amber"]
    stays = Facts(diary(one, mornings={2: 3, 3: 3}, today=3)).morrows[0]
    assert (stays.light, stays.stays, stays.morning) == ("red", True, on(2))
    assert [m.light for m in Facts(diary(one, mornings={2: 3, 3: 2}, today=3)).morrows] == ["amber"]
    assert [m.light for m in Facts(diary(one, session(2, 3, hour=14), mornings={2: 3}, today=2)).morrows] == ["red"]
    assert [m.light for m in Facts(diary(one, session(2, 2, hour=10), mornings={2: 3}, today=2)).morrows] == ["amber"]


def test_a_look_at_the_pain_without_exercise_has_no_morning_after() -> None:
    look = session(1, 2).model_copy(update={"exercises": ()})
    assert Facts(diary(look, mornings={2: 5}, today=2)).morrows == ()


@pytest.mark.parametrize(
    ("pains", "answer"),
    [
        ([4] * 14, "not-easing"),
        ([4] * 11 + [3] * 3, "easing"),
        ([4] * 11 + [5] * 3, "not-easing"),
        ([1] * 14, "little-pain"),
        ([0] * 11 + [0, 1, 0], "little-pain"),
        ([1] * 11 + [2] * 3, "not-easing"),
        ([4, 4, 3] + [None] * 11, "keep-at-it"),
        ([4, 4, 4, 4] + [None] * 10, "cannot-tell"),
        ([4, None, None, None, 4, None, None, 3, None, None, None, None, 3, None], "easing"),
    ],
)
def test_two_weeks(pains: list[int | None], answer: str) -> None:
    sessions = [session(day, p) for day, p in enumerate(pains, 1) if p is not None]
    assert two_weeks(sessions, on(14)) == "not-yet"
    assert two_weeks(sessions, on(15)) == answer
    assert two_weeks(sessions[::-1], on(15)) == answer


def test_function_that_is_back_counts_as_easing() -> None:
    sessions = [session(day, 4) for day in range(1, 15)]
    assert two_weeks(sessions, on(15), function_gain=2) == "easing"
    assert two_weeks(sessions, on(15), function_gain=1.5) == "not-easing"


def test_an_easing_that_comes_later_is_seen() -> None:
    sessions = [session(day, 4 if day < 20 else 3) for day in range(1, 24)]
    assert two_weeks(sessions[:16], on(16)) == "not-easing"
    assert two_weeks(sessions, on(23)) == "easing"


def test_a_rise_is_found_within_a_week_and_not_beyond() -> None:
    assert [(r.low, r.high) for r in pain.rises([session(1, 2), session(8, 4)])] == [(2, 4)]
    assert pain.rises([session(1, 2), session(9, 4)]) == ()
    assert pain.rises([session(1, 4), session(2, 2)]) == ()


@given(seed=st.integers(0, 10_000))
def test_mornings_and_rises_do_not_depend_on_the_order_of_the_rows(seed: int) -> None:
    rng = random.Random(seed)
    sessions = [session(day, rng.randint(0, 7)) for day in range(1, 15) if rng.random() < 0.7]
    mornings = {day: rng.randint(0, 7) for day in range(2, 16)}
    one = Facts(diary(*sessions, mornings=mornings, today=16))
    rng.shuffle(sessions)
    other = Facts(diary(*sessions, mornings=dict(rng.sample(sorted(mornings.items()), len(mornings))), today=16))
    assert one.morrows == other.morrows
    assert one.rises == other.rises


def test_a_clinic_changes_a_threshold_and_it_holds(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text('clinic = "Hill Street Physiotherapy"\n[thresholds]\n"pain.session-limit" = 5\nrise.points = 1\n')
    assert during(5, 5).ends == "nothing"
    with thresholds.overridden_by(file):
        assert during(5, 5).ends == "session"
        found = thresholds.find("pain.session-limit")
        assert (found.value, found.shipped, found.by) == (5, 6, "Hill Street Physiotherapy")
        assert thresholds.value("rise.points") == 1
    assert during(5, 5).ends == "nothing"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            'clinic = "H"\n[thresholds]\n"pain.session-limt" = 5\n',
            "there is no threshold 'pain.session-limt'; did you mean pain.session-limit",
        ),
        ('clinic = "H"\n[thresholds]\n"pain.session-limit" = 9\n', "pain.session-limit: expected a number of points from 3 to 7, got 9"),
        ('clinic = "H"\n[thresholds]\n"pain.session-limit" = true\n', "got True"),
        ('[thresholds]\n"pain.session-limit" = 5\n', "expected clinic ="),
        ('clinic = "H"\n', r"expected a table \[thresholds\]"),
        ('clinic = "H"\nother = 1\n[thresholds]\n', "got other"),
        ("clinic =", "expected TOML in UTF-8"),
    ],
)
def test_a_clinics_file_that_is_wrong_is_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text(text)
    with pytest.raises(BadInput, match=says) as error, thresholds.overridden_by(file):
        pass
    assert "\n" not in str(error.value)


def test_every_threshold_has_a_source_words_and_bounds() -> None:
    rows = thresholds.thresholds()
    assert len({row.id for row in rows}) == len(rows) > 30
    assert all(row.words and row.unit and row.least <= row.value <= row.most and row.shipped is None for row in rows)


def test_what_was_done_is_read_from_the_diary_as_it_was_said() -> None:
    def stops(**told: object) -> bool:
        one = done(**told)
        return pain.stopped_by_pain(3, one.pain_after, one.after, one.kind, one.stop, "strict")

    assert not stops()
    assert not stops(after="less")
    assert stops(after="more", pain_after=4)
    assert stops(after="more")
    assert stops(after="same", pain_after=5)  # two answers that disagree: the worse holds
    assert stops(kind="pinching")
    assert stops(stop="it-hurts")
    assert not stops(stop="tired")
