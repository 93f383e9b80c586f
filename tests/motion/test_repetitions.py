"""Repetitions in one signal: what must be true of any of them."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from coxa.errors import BadInput
from coxa.motion.repetitions import (
    ABANDONED,
    ENDED,
    LAG_S,
    NONE,
    STARTED,
    TRACKER,
    CountedRepetition,
    advance,
    count_repetitions,
    finish,
    start_tracker,
)

Signal = NDArray[np.float64]
KIMORE = Path(os.environ.get("COXA_REAL_DATA", "../shared/real")) / "kimore"


def movement(
    heights: list[float],
    rate: float = 30.0,
    up_s: float = 1.2,
    hold_s: float = 0.5,
    down_s: float = 1.2,
    rest_s: float = 1.0,
    lead_s: float = 1.5,
    rests: list[float] | None = None,
) -> tuple[Signal, Signal]:
    """Times and values of repetitions with cosine flanks; `rests` are the levels before, between and after them."""
    levels = rests if rests is not None else [0.0] * (len(heights) + 1)
    knots: list[tuple[float, float]] = [(0.0, levels[0]), (lead_s, levels[0])]
    for height, level in zip(heights, levels[1:], strict=True):
        at = knots[-1][0]
        knots += [(at + up_s, height), (at + up_s + hold_s, height), (at + up_s + hold_s + down_s, level)]
        knots += [(at + up_s + hold_s + down_s + rest_s, level)]
    knots.append((knots[-1][0] + 1.5, levels[-1]))
    time_s = np.arange(0.0, knots[-1][0], 1.0 / rate)
    value = np.empty_like(time_s)
    for (a, low), (b, high) in pairwise(knots):
        part = (time_s >= a) & (time_s <= b)
        value[part] = low + (high - low) * (1 - np.cos(np.pi * (time_s[part] - a) / max(b - a, 1e-9))) / 2
    return time_s, value


def run(
    time_s: Signal, value: Signal, polarity: int = 0, least_range: float = 0.0, end: bool = True
) -> tuple[list[tuple[float, int]], list[dict[str, float]]]:
    """Events with the time at which they were known, and the fields at each ENDED."""
    state = np.zeros(1, TRACKER)[0]
    start_tracker(state, polarity, least_range, 0.0)
    events: list[tuple[float, int]] = []
    ended: list[dict[str, float]] = []
    names = ("start_s", "peak_s", "end_s", "rest", "top", "range", "hold_s", "up_s", "down_s", "sign")

    def take(now_s: float, event: int) -> None:
        if event != NONE:
            events.append((now_s, event))
        if event == ENDED:
            ended.append({name: float(state[name]) for name in names})

    for now_s, sample in zip(time_s, value, strict=True):
        take(float(now_s), advance(state, now_s, sample))
    if end:
        take(float(time_s[-1]), finish(state))
    return events, ended


def noisy(size: float, n: int, seed: int = 1) -> Signal:
    return size * np.random.default_rng(seed).standard_normal(n)


@pytest.mark.parametrize("rate", [3.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 240.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_repetitions_are_counted_at_any_frame_rate_and_either_polarity(rate: float, sign: int) -> None:
    time_s, value = movement([1.0, 0.9, 1.1, 1.0], rate=rate, up_s=1.5, down_s=1.5, rest_s=1.3)
    found = count_repetitions(sign * value, time_s)
    assert len(found) == 4
    assert {repetition.sign for repetition in found} == {sign}
    assert all(abs(repetition.range - true) < 0.15 for repetition, true in zip(found, [1.0, 0.9, 1.1, 1.0], strict=True))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("period_s", [1.5, 3.0, 6.0])
def test_repetitions_without_a_pause_between_them_are_counted(sign: int, period_s: float) -> None:
    time_s = np.arange(0.0, 6 * period_s, 1 / 30)
    assert len(count_repetitions(-sign * np.cos(2 * np.pi * time_s / period_s), time_s)) in (5, 6)


def test_start_peak_and_end_lie_where_the_movement_does() -> None:
    time_s, value = movement([40.0, 40.0])
    first, second = count_repetitions(value, time_s)
    assert first.start_s == pytest.approx(1.5, abs=0.4)
    assert 2.5 <= first.peak_s <= 3.4
    assert first.end_s == pytest.approx(4.4, abs=0.4)
    assert second.start_s >= first.end_s


@settings(max_examples=15, deadline=None)
@given(
    scale=st.sampled_from([1e-3, 0.1, 7.0, 250.0]),
    shift=st.floats(-3.0, 3.0),
    flip=st.booleans(),
    seed=st.integers(0, 1000),
    delay_s=st.floats(-5.0, 50.0),
)
def test_scale_shift_flip_and_time_offset_change_nothing(scale: float, shift: float, flip: bool, seed: int, delay_s: float) -> None:
    time_s, value = movement([1.0, 0.8, 1.0, 0.5, 0.9])
    value = value + noisy(0.01, len(value), seed)
    plain = count_repetitions(value, time_s)
    sign = -1 if flip else 1
    changed = count_repetitions(sign * scale * (value + shift), time_s + delay_s)
    assert len(plain) == len(changed) == 5
    for a, b in zip(plain, changed, strict=True):
        assert b.sign == sign * a.sign
        assert b.range == pytest.approx(scale * a.range, rel=1e-6)
        # A running median leaves flat tops, on which rounding decides which of several equal values is the highest.
        assert b.peak_s == pytest.approx(a.peak_s + delay_s, abs=0.2)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), cut=st.floats(0.05, 1.0), noise=st.sampled_from([0.0, 0.01, 0.04]))
def test_a_prefix_of_the_signal_gives_a_prefix_of_the_repetitions(seed: int, cut: float, noise: float) -> None:
    random = np.random.default_rng(seed)
    time_s, value = movement(list(random.uniform(0.45, 1.2, 6)), up_s=random.uniform(0.5, 2.0), rest_s=random.uniform(0.1, 2.0))
    value = value + noisy(noise, len(value), seed)
    whole = count_repetitions(value, time_s)
    n = max(2, int(cut * len(time_s)))
    part = count_repetitions(value[:n], time_s[:n])
    settled = [repetition for repetition in whole if repetition.end_s + LAG_S <= time_s[n - 1]]
    assert part[: len(settled)] == settled
    assert len(part) <= len(settled) + 1


@pytest.mark.parametrize("rate", [3.0, 4.0, 5.0, 8.0, 12.5, 25.0, 30.0, 60.0, 240.0])
def test_every_repetition_is_known_within_a_second_of_its_end(rate: float) -> None:
    time_s, value = movement([1.0, 0.6, 1.0, 0.9], rate=rate, up_s=1.5, down_s=2.0, rest_s=1.5)
    events, ended = run(time_s, value, end=False)
    known = [now_s for now_s, event in events if event == ENDED]
    assert len(known) == 4
    assert all(now_s - repetition["end_s"] <= LAG_S + 1e-9 for now_s, repetition in zip(known, ended, strict=True))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), share=st.floats(0.0, 0.3))
def test_missing_samples_do_not_change_the_count(seed: int, share: float) -> None:
    time_s, value = movement([1.0, 0.9, 1.0, 0.8])
    value[np.random.default_rng(seed).random(len(value)) < share] = np.nan
    assert len(count_repetitions(value, time_s)) == 4


@settings(max_examples=15, deadline=None)
@given(signal=st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=120), rate=st.sampled_from([3.0, 30.0, 240.0]))
def test_no_signal_makes_it_fail_and_repetitions_are_in_order(signal: list[float], rate: float) -> None:
    found = count_repetitions(np.array(signal), np.arange(len(signal)) / rate)
    for repetition in found:
        assert repetition.start_s <= repetition.peak_s <= repetition.end_s
        assert repetition.range > 0
    ends = [repetition.end_s for repetition in found]
    assert ends == sorted(ends)


def test_a_long_gap_within_a_repetition_abandons_it_and_the_next_are_counted() -> None:
    time_s, value = movement([30.0, 30.0, 30.0], lead_s=2.0, hold_s=1.0, rest_s=2.0)
    value[(time_s > 2.8) & (time_s < 6.0)] = np.nan
    events, ended = run(time_s, value, polarity=1, least_range=10.0)
    assert ABANDONED in [event for _, event in events]
    assert len(ended) == 2


def test_partial_repetitions_are_listed() -> None:
    time_s, value = movement([1.0, 0.45, 1.0, 0.5, 0.95])
    found = count_repetitions(value, time_s)
    assert [round(repetition.range, 1) for repetition in found] == pytest.approx([1.0, 0.4, 1.0, 0.5, 0.9], abs=0.11)


def test_wobbles_within_a_repetition_do_not_split_it() -> None:
    time_s, value = movement([1.0, 1.0, 1.0], up_s=1.5, hold_s=3.0)
    wobbly = value - 0.35 * (value > 0.97) * np.abs(np.sin(2 * np.pi * time_s))
    assert len(count_repetitions(wobbly, time_s)) == 3


@pytest.mark.parametrize("sign", [1, -1])
def test_a_hold_or_a_rest_of_a_minute_is_borne(sign: int) -> None:
    time_s, value = movement([1.0, 1.0], hold_s=60.0, rest_s=60.0)
    value = value + noisy(0.004, len(value))
    found = count_repetitions(sign * value, time_s)
    assert len(found) == 2
    assert found[0].end_s - found[0].start_s == pytest.approx(62.4, abs=1.0)
    _, ended = run(time_s, sign * value, polarity=sign, least_range=0.5)
    assert ended[0]["hold_s"] == pytest.approx(60.5, abs=1.0)
    assert ended[0]["up_s"] == pytest.approx(0.8, abs=0.4)
    assert ended[0]["down_s"] == pytest.approx(0.8, abs=0.4)


def test_a_drifting_rest_level_does_not_break_the_count() -> None:
    time_s, value = movement([1.0] * 8)
    for drift in (0.03, -0.03):
        assert len(count_repetitions(value + drift * time_s, time_s)) == 8


def test_people_who_do_not_come_all_the_way_back_are_counted() -> None:
    time_s, value = movement([1.0] * 5, rests=[0.0, 0.25, 0.1, 0.3, 0.2, 0.0])
    assert len(count_repetitions(value, time_s)) == 5


def test_stirring_before_and_moving_away_after_are_not_repetitions() -> None:
    time_s, value = movement([1.0] * 4, lead_s=4.0)
    away = np.clip((time_s - time_s[-1] + 0.8) / 0.8, 0, 1)
    assert len(count_repetitions(value + 0.7 * away, time_s)) == 4
    settling = np.clip(1.0 - time_s / 0.8, 0, 1)
    assert len(count_repetitions(value + 0.6 * settling, time_s)) == 4


@pytest.mark.parametrize("rate", [30.0, 60.0])
@pytest.mark.parametrize("part", [0.0, 0.5])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("sign", [1, -1])
def test_tracking_that_flips_to_and_fro_before_the_exercise_is_no_repetition(rate: float, part: float, seed: int, sign: int) -> None:
    time_s, value = movement([1.0] * 4, lead_s=5.0)
    flips_s = np.cumsum(np.random.default_rng(seed).uniform(0.3, 0.8, 40))
    flips = 0.2 * (np.searchsorted(flips_s, time_s) % 2) * (time_s < 4.0)
    # Read between the frames, which smears each flip over a fraction of one.
    at_s = np.arange(part / 30, time_s[-1], 1 / rate)
    assert len(count_repetitions(sign * np.interp(at_s, time_s, value + flips), at_s)) == 4


@pytest.mark.parametrize("rate", [3.0, 10.0, 30.0, 60.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_flat_signal_with_white_noise_holds_no_repetition(rate: float, seed: int) -> None:
    time_s = np.arange(0.0, 120.0, 1 / rate)
    assert count_repetitions(5.0 + noisy(0.02, len(time_s), seed), time_s) == []


@pytest.mark.parametrize("value", [0.0, 1.37, -250.0])
def test_a_constant_signal_holds_no_repetition(value: float) -> None:
    assert count_repetitions(np.full(900, value), np.arange(900) / 30) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_wandering_of_jitter_size_is_no_repetition_where_the_range_is_known(seed: int) -> None:
    time_s = np.arange(0.0, 120.0, 1 / 30)
    wander = np.cumsum(noisy(0.05, len(time_s), seed))
    wander -= np.convolve(wander, np.ones(151) / 151, mode="same")
    for polarity in (1, -1):
        assert run(time_s, wander + noisy(1.0, len(time_s), seed + 9), polarity, least_range=20.0)[1] == []


def test_attempts_from_half_of_the_least_range_are_reported_with_their_range() -> None:
    time_s, value = movement([30.0, 12.0, 30.0, 6.0, 30.0])
    events, ended = run(time_s, value, polarity=1, least_range=20.0)
    assert [repetition["range"] for repetition in ended] == pytest.approx([30.0, 12.0, 30.0, 30.0], rel=0.15)
    assert [event for _, event in events] == [STARTED, ENDED] * 4


def test_a_known_polarity_ignores_the_other_way() -> None:
    time_s, value = movement([30.0, 30.0])
    assert run(time_s, -value, polarity=1, least_range=20.0)[1] == [] or len(run(time_s, -value, polarity=1, least_range=20.0)[1]) == 1
    assert len(run(time_s, -value, polarity=-1, least_range=20.0)[1]) == 2


def test_the_same_samples_give_the_same_bits_after_a_restart() -> None:
    time_s, value = movement([1.0, 0.7, 1.1])
    state = np.zeros(1, TRACKER)
    runs: list[list[Any]] = []
    for _ in range(2):
        start_tracker(state[0], 0, 0.0, 0.0)
        runs.append([advance(state[0], now_s, sample) for now_s, sample in zip(time_s, value, strict=True)])
    assert runs[0] == runs[1]
    assert ENDED in runs[0]


@pytest.mark.parametrize(
    ("signal", "time_s", "says"),
    [
        (np.zeros((3, 2)), np.arange(3), "one-dimensional"),
        (np.zeros(3), np.arange(4), "3 samples and 4 times"),
        (np.zeros(3), [0.0, 1.0, 1.0], "rising times"),
        (np.zeros(3), [0.0, 2.0, 1.0], "sample 2"),
        (np.zeros(3), [0.0, np.nan, 1.0], "finite times"),
        ([0.0, np.inf, 0.0], [0.0, 1.0, 2.0], "inf at sample 1"),
        (["a", "b"], [0.0, 1.0], "numbers"),
    ],
)
def test_bad_input_is_refused_in_one_line(signal: Any, time_s: Any, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        count_repetitions(signal, time_s)
    assert "\n" not in str(caught.value)


def test_nothing_and_all_missing_hold_no_repetition() -> None:
    assert count_repetitions([], []) == []
    assert count_repetitions([0.0], [0.0]) == []
    assert count_repetitions(np.full(100, np.nan), np.arange(100) / 30) == []


@pytest.mark.skipif(not KIMORE.is_dir(), reason=f"no recordings in {KIMORE}; set COXA_REAL_DATA")
def test_kimore_squats_are_counted_as_by_hand_better_than_by_peak_counters() -> None:
    signals = [line.split(",") for line in (KIMORE / "squat_head_to_foot_m.csv").read_text().split()]
    marked = {line.split(",")[0]: (len(line.split(",")) - 1) // 2 for line in (KIMORE / "squat_boundaries.csv").read_text().split()}
    found: dict[str, list[CountedRepetition]] = {
        row[0]: count_repetitions([float(cell) for cell in row[1:]], np.arange(len(row) - 1) / 30) for row in signals
    }
    errors = np.abs([len(found[name]) - marked[name] for name in marked])
    # The best of a family of peak counters, which see the whole signal: 84.2 % exact, 94.7 % within one, 0.29 mean error.
    assert np.mean(errors == 0) > 0.842
    assert np.mean(errors <= 1) > 0.947
    assert np.mean(errors) < 0.29
