"""Repetitions in one signal: a causal, compiled step that follows the rest level, the size of the movement and its noise.

A repetition is a movement away from rest and back. The step sees one sample at a time and never looks ahead: the signal is thinned
to 30 samples a second, passed through a short running median, and read by two thresholds whose distance is a share of the person's
own range. What it does not know beforehand (which way the movement goes, how large it is, how noisy the signal) it learns from the
first repetition, which is therefore confirmed only after its end; every decision falls within one second of the moment it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from coxa.errors import BadInput
from coxa.motion.tracker import (
    ABANDONED,
    ABOVE_JUMPS,
    ALIKE,
    ATTEMPT,
    DOUBT_S,
    DWARFED,
    DWELL_S,
    EDGE_S,
    ENDED,
    FIDGET,
    FIRST_NOISE,
    GAP_S,
    GOING,
    IDLE,
    LAG_S,
    LEFT,
    MEAN_S,
    MEMORY,
    NEAR_REST,
    NEAR_TOP,
    NEARLY,
    NONE,
    PART_WAY,
    REST_S,
    RETURNED,
    ROUGH,
    SAME_LEVEL,
    SETTLE_FIRST_S,
    SETTLE_S,
    SETTLING,
    SLOW_S,
    STARTED,
    STAY,
    STILL,
    STILL_AT_MOST,
    STILL_S,
    THIN_S,
    TRACKER,
    TRAIL,
    TRAIL_S,
    TURN_S,
    drop_oldest,
    learn_jumps,
    learn_noise,
    left_rest_s,
    longest_stay_s,
    noise_floor,
    running_median,
    slide,
    start_tracker,
    take_into_window,
    usual_jump,
)

__all__ = [
    "ABANDONED",
    "ENDED",
    "GOING",
    "IDLE",
    "LAG_S",
    "NONE",
    "SETTLING",
    "STARTED",
    "TRACKER",
    "CountedRepetition",
    "advance",
    "count_repetitions",
    "finish",
    "start_tracker",
]


@njit(cache=True)
def _least_attempt(state: Any) -> float:
    """Range from which a movement is an attempt at the repetition."""
    if state.least_range > 0.0:
        # Near the least range it is an attempt, however small beside the person's usual one; a fidget is smaller.
        return float(max(state.smallest * state.least_range, min(FIDGET * state.usual, NEARLY * state.least_range)))
    floor = noise_floor(state)
    if state.usual > 0.0:
        floor = min(floor, 0.6 * state.usual)
    return float(max(floor, ATTEMPT * state.usual))


@njit(cache=True)
def _rests_at_low(state: Any, i: int) -> bool:
    """Whether the low side looks like rest and the high side like the movement's turn, and not the other way round."""
    sign = 1.0 - 2.0 * i
    height = state.high[i] - state.low[i]
    if state.next_high[i] - state.back[i] < LEFT * height:
        # It has come back and not gone again: rest, however long it is yet to last.
        return True
    band = STAY * height
    at_low = max(longest_stay_s(state, sign, state.low[i], band), longest_stay_s(state, sign, state.back[i], band))
    at_low = max(at_low, state.rested_s[i])
    return bool(at_low >= REST_S or at_low >= 0.85 * longest_stay_s(state, sign, state.high[i], band))


@njit(cache=True)
def _go_idle(state: Any, i: int, level: float, time_s: float) -> None:
    state.phase[i] = IDLE
    state.low[i] = level
    state.still[i] = level
    state.still_s[i] = time_s
    state.still_n[i] = 0
    state.still_sum[i] = 0.0
    state.crossed_s[i] = np.nan


@njit(cache=True)
def _go_up(state: Any, i: int, value: float, time_s: float, speed: float) -> None:
    state.phase[i] = GOING
    state.told[i] = 0
    state.high[i] = value
    state.high_s[i] = time_s
    state.mark[i] = value
    state.back[i] = value
    state.back_s[i] = time_s
    state.band_s[i] = 0.0
    state.enter_s[i] = time_s
    state.leave_s[i] = time_s
    state.path[i] = value - state.low[i]
    state.steepest[i] = speed
    state.rested_s[i] = 0.0
    height = value - state.low[i]
    sign = 1.0 - 2.0 * i
    state.from_s[i] = left_rest_s(state, sign, state.low[i] + NEAR_REST * height, time_s, time_s)


@njit(cache=True)
def _rise_to(state: Any, i: int, value: float, time_s: float) -> None:
    """A new highest value: move the band near the top, and the start, whose level is a share of the height."""
    state.high[i] = value
    state.high_s[i] = time_s
    height = value - state.low[i]
    # A hold that has begun may creep upwards without starting anew.
    if value - state.mark[i] > (0.05 if state.band_s[i] < 0.5 else NEAR_TOP) * height:
        sign = 1.0 - 2.0 * i
        state.mark[i] = value
        state.band_s[i] = 0.0
        state.enter_s[i] = time_s
        state.from_s[i] = left_rest_s(state, sign, state.low[i] + NEAR_REST * height, time_s, state.from_s[i])
        if state.open == 1 and state.count <= 2:
            # Remembered here because a long hold outlives what is kept of the signal.
            stay_s = longest_stay_s(state, sign, state.low[i], STAY * height)
            state.rested_s[i] = max(state.rested_s[i], stay_s)


@njit(cache=True)
def _follow_rest(state: Any, i: int, value: float, time_s: float) -> None:
    """Rest is the lowest level since the last repetition, or where the signal has since stood still."""
    if value < state.low[i]:
        state.low[i] = value
    band = STILL * state.usual if state.usual > 0.0 else 0.4 * noise_floor(state)
    if state.least_range > 0.0:
        # Whoever moves a lot may also move a little: what could be an attempt is not rest.
        if state.usual > 0.0:
            band = min(band, STILL_AT_MOST * state.least_range)
        band = max(band, STILL * state.least_range)
    if abs(value - state.still[i]) > band:
        state.still[i] = value
        state.still_s[i] = time_s
        state.still_n[i] = 0
        state.still_sum[i] = 0.0
    state.still_n[i] += 1
    state.still_sum[i] += value
    if time_s - state.still_s[i] >= STILL_S:
        state.low[i] = state.still_sum[i] / state.still_n[i]


@njit(cache=True)
def _remember(state: Any, size: float) -> None:
    """Keep the last ranges; the usual range is the second largest, which neither one freak nor many partial ones can move."""
    state.ranges[state.kept % MEMORY] = size
    state.kept += 1
    n = min(state.kept, MEMORY)
    ordered = np.sort(state.ranges[:n])
    state.usual = ordered[n - 2] if n > 2 else np.mean(ordered)


@njit(cache=True)
def _after_candidate(state: Any, i: int, time_s: float) -> None:
    """Go on from the level the movement came back to, taking along a next one that has begun meanwhile."""
    next_high = state.next_high[i]
    next_high_s = state.next_high_s[i]
    low = state.back[i]
    _go_idle(state, i, low, time_s)
    if next_high - low > _least_attempt(state):
        _go_up(state, i, next_high, next_high_s, 0.0)


@njit(cache=True)
def _is_learning(state: Any) -> bool:
    """Whether direction or range still have to be learnt from the first repetition."""
    return bool(state.count == 0 and (state.least_range <= 0.0 or state.polarity == 0))


@njit(cache=True)
def _is_first_repetition(state: Any, i: int) -> bool:
    """Whether the first candidate, of which nothing is known beforehand, looks like a body's movement from rest and back."""
    height = state.high[i] - state.low[i]
    fall = state.high[i] - state.back[i]
    same = min(height, fall) / max(height, fall)
    if same < SAME_LEVEL:
        return False
    if state.polarity != 0 and state.count > 0 and height < DWARFED * state.usual:
        return False
    if state.open == 1 and not _rests_at_low(state, i):
        return False
    if state.least_range > 0.0:
        return True
    if height < FIRST_NOISE * noise_floor(state):
        return False
    if state.path[i] > ROUGH * 2.0 * height or state.next_high[i] - state.back[i] > DWARFED * height:
        return False
    return _stands_above_jumps(state, i, height, same) or _comes_again(state, i, height)


@njit(cache=True)
def _stands_above_jumps(state: Any, i: int, height: float, same: float) -> bool:
    """Whether a movement is more than tracking that flips to and fro; the less so, the steeper it is and the less it comes back."""
    passing_s = height / (state.steepest[i] + 1e-300)
    # Hardly longer than a step would seem to take.
    if passing_s < 1.1 * EDGE_S:
        return False
    gradual = min(passing_s / SLOW_S, 1.0)
    return bool(height * gradual * same * same >= ABOVE_JUMPS * usual_jump(state))


@njit(cache=True)
def _comes_again(state: Any, i: int, height: float) -> bool:
    """Whether a doubtful movement is believed because one like it was seen before and it takes its time."""
    if state.settled_s[i] - state.from_s[i] < DOUBT_S:
        return False
    before = state.doubtful[i]
    state.doubtful[i] = height
    return bool(min(before, height) > ALIKE * max(before, height))


@njit(cache=True)
def _report(state: Any, i: int) -> None:
    sign = 1 - 2 * i
    if state.polarity != sign:
        state.polarity = sign
        state.usual = 0.0
        state.kept = 0
    state.count += 1
    state.sign = sign
    state.start_s = state.from_s[i]
    state.peak_s = state.high_s[i]
    state.end_s = state.settled_s[i]
    state.rest = sign * state.low[i]
    state.top = sign * state.high[i]
    state.range = state.high[i] - state.low[i]
    state.hold_s = state.band_s[i]
    state.up_s = max(state.enter_s[i] - state.from_s[i], 0.0)
    state.down_s = max(state.settled_s[i] - state.leave_s[i], 0.0)


@njit(cache=True)
def _close(state: Any, i: int, good: bool) -> int:
    """End the movement under way, as a repetition or as nothing."""
    if state.settled_s[i] - state.from_s[i] < state.least_s:
        good = False
    if good:
        _report(state, i)
        _remember(state, min(state.high[i] - state.low[i], state.high[i] - state.back[i]))
    told = state.told[i]
    _after_candidate(state, i, state.smooth_s)
    if good:
        return ENDED
    return ABANDONED if told == 1 else NONE


@njit(cache=True)
def _follow(state: Any, i: int, value: float, time_s: float, step: float, step_s: float, speed: float) -> int:
    """Advance one direction by one smoothed value, already turned so that a repetition goes upwards."""
    if np.isnan(state.low[i]):
        _go_idle(state, i, value, time_s)
    if state.phase[i] == IDLE:
        _follow_rest(state, i, value, time_s)
        if value - state.low[i] > _least_attempt(state):
            _go_up(state, i, value, time_s, speed)
        return NONE
    first = _is_learning(state) or state.polarity == 2 * i - 1
    low = state.low[i]
    if state.phase[i] == GOING:
        if value > state.high[i]:
            _rise_to(state, i, value, time_s)
            state.back[i] = value
        height = state.high[i] - low
        if value >= state.high[i] - NEAR_TOP * height:
            state.band_s[i] += step_s
            state.leave_s[i] = time_s
        else:
            state.path[i] += abs(step)
        state.steepest[i] = max(state.steepest[i], speed)
        if value <= state.high[i] - RETURNED * height:
            state.phase[i] = SETTLING
            state.back_s[i] = time_s
            state.back[i] = value
            state.settled[i] = value
            state.settled_s[i] = time_s
            state.next_high[i] = value
            state.next_high_s[i] = time_s
            return NONE
        if value < state.back[i]:
            state.back[i] = value
            state.back_s[i] = time_s
        fall = state.high[i] - state.back[i]
        if fall > PART_WAY * height and value - state.back[i] > 0.3 * fall and time_s - state.leave_s[i] > TURN_S:
            # It came back part of the way and turned again: that is where rest is now.
            state.settled[i] = state.back[i]
            state.settled_s[i] = state.back_s[i]
            state.next_high[i] = value
            state.next_high_s[i] = time_s
            return _close(state, i, not first)
        if state.told[i] == 0 and not first and time_s - state.from_s[i] >= DWELL_S and state.path[i] > 0.0:
            state.told[i] = 1
            return STARTED
        return NONE
    height = state.high[i] - low
    state.path[i] += abs(step) if value - state.back[i] <= 0.0 else 0.0
    if value < state.back[i]:
        state.back[i] = value
        state.next_high[i] = value
        state.next_high_s[i] = time_s
        if value < state.settled[i] - (0.05 if value > low + NEAR_REST * height else 0.2) * height:
            state.settled[i] = value
            state.settled_s[i] = time_s
    elif value > state.next_high[i]:
        state.next_high[i] = value
        state.next_high_s[i] = time_s
    if value > state.high[i] - 0.4 * height and time_s - state.back_s[i] < DWELL_S:
        # Too short to be a return: a dip within the repetition.
        state.phase[i] = GOING
        return NONE
    waited = time_s - state.settled_s[i]
    # The last sample that may be waited for, whatever the frame rate.
    due = state.thinned_s + state.step_s - state.settled_s[i] >= LAG_S - 0.01
    again = value - state.back[i] > 0.3 * height
    if first:
        if waited < SETTLE_FIRST_S and not due:
            return NONE
        good = _is_first_repetition(state, i)
    else:
        if waited < SETTLE_S and not again and not due:
            return NONE
        good = True
    return _close(state, i, good)


@njit(cache=True)
def _after_gap(state: Any, time_s: float, value: float) -> int:
    """After a long gap the old samples say nothing about now; a movement under way survives only if the signal is still up."""
    event = NONE
    state.window_n = 0
    state.mean_n = 0
    state.before1 = np.nan
    state.before2 = np.nan
    for i in range(2):
        if np.isnan(state.low[i]):
            continue
        turned = value * (1.0 - 2.0 * i)
        if state.phase[i] == GOING and turned > 0.5 * (state.low[i] + state.high[i]):
            continue
        if state.phase[i] != IDLE and state.told[i] == 1:
            event = ABANDONED
        _go_idle(state, i, turned, time_s)
    return event


@njit(cache=True)
def _advance_smoothed(state: Any) -> int:
    """Median of the window, mean of the medians, then each direction that is still possible."""
    event = NONE
    n = state.mean_n
    median = running_median(state)
    median_s = 0.5 * (state.window_time[0] + state.window_time[state.window_n - 1])
    speed = 0.0
    if n > 0 and state.count <= 2 and state.least_range <= 0.0:
        # Over a fixed time, so that the frame rate does not decide how steep an edge looks.
        at = n - 1
        while at > 0 and median_s - state.mean_time[at - 1] <= EDGE_S:
            at -= 1
        speed = abs(median - state.mean_value[at]) / max(median_s - state.mean_time[at], EDGE_S)
    n = slide(state.mean_time, state.mean_value, n, median_s, median, MEAN_S)
    state.mean_n = n
    smooth = 0.0
    smooth_s = 0.0
    for i in range(n):
        smooth += state.mean_value[i]
        smooth_s += state.mean_time[i]
    smooth /= n
    smooth_s /= n
    step = smooth - state.smooth if state.trail_n > 0 else 0.0
    step_s = smooth_s - state.smooth_s if state.trail_n > 0 else 0.0
    state.smooth = smooth
    state.smooth_s = smooth_s
    state.largest = max(state.largest, abs(smooth))
    if state.trail_n == 0 or smooth_s - state.trail_s[(state.trail_n - 1) % TRAIL] >= TRAIL_S:
        state.trail_s[state.trail_n % TRAIL] = smooth_s
        state.trail[state.trail_n % TRAIL] = smooth
        state.trail_n += 1
    for i in range(2):
        sign = 1 - 2 * i
        # The other direction stays possible for a while, lest a stir before the exercise decide for all of it.
        if state.polarity == -sign and not (state.open == 1 and state.count <= 2):
            continue
        found = _follow(state, i, sign * smooth, smooth_s, step, step_s, speed)
        if found != NONE:
            event = found
    return event


@njit(cache=True)
def _advance_thinned(state: Any, time_s: float, value: float) -> int:
    """One thinned sample: learn the noise, move the window on."""
    event = NONE
    if state.window_n > 0 and time_s - state.window_time[state.window_n - 1] > GAP_S:
        event = _after_gap(state, time_s, value)
    if state.least_range <= 0.0:
        learn_noise(state, value)
        if state.count <= 2:
            learn_jumps(state, time_s, value)
    take_into_window(state, time_s, value)
    found = _advance_smoothed(state)
    return int(found if found != NONE else event)


@njit(cache=True)
def _take_thinned(state: Any) -> int:
    time_s = state.bin_time / state.bin_n
    value = state.bin_value / state.bin_n
    state.bin_n = 0
    state.bin_time = 0.0
    state.bin_value = 0.0
    return int(_advance_thinned(state, time_s, value))


@njit(cache=True)
def advance(state: Any, time_s: float, value: float) -> int:
    """Take one sample and say what it settled.

    Parameters
    ----------
    state : TRACKER record
        Changed in place.
    time_s : float
        Time of the sample in seconds, later than the one before.
    value : float
        The signal; NaN is a gap.

    Returns
    -------
    int
        `NONE`; `STARTED`, a repetition is under way; `ENDED`, one is complete and stands in `start_s`, `peak_s`, `end_s`, `rest`,
        `top`, `range`, `sign`, `hold_s` (time within 15 % of the top), `up_s` and `down_s`; `ABANDONED`, the one under way came to nothing.
    """
    if not np.isfinite(value):
        return NONE
    state.bin_n += 1
    state.bin_time += time_s
    state.bin_value += value
    # Samples that come faster than the step needs are averaged.
    if time_s - state.thinned_s < THIN_S:
        return NONE
    state.step_s = time_s - state.thinned_s if state.window_n > 0 else 0.0
    state.thinned_s = time_s
    return int(_take_thinned(state))


@njit(cache=True)
def finish(state: Any) -> int:
    """Say that no sample follows, and what that settles: a repetition that had all but ended is complete.

    Returns
    -------
    int
        `NONE` or `ENDED`.
    """
    event = NONE
    if state.bin_n > 0:
        event = _take_thinned(state)
    # The newest half of the window has not yet been the middle of one.
    for _ in range(state.window_n // 2):
        if event == ENDED:
            return event
        drop_oldest(state)
        event = _advance_smoothed(state)
    for i in range(2):
        if event != ENDED and state.phase[i] == SETTLING and state.polarity != 2 * i - 1:
            event = _close(state, i, not _is_learning(state) or _is_first_repetition(state, i))
    return event if event == ENDED else NONE


@njit(cache=True)
def _count(state: Any, time_s: Any, signal: Any, found: Any) -> int:
    """Feed a whole signal; rows of `found` are start, peak, end, range, sign."""
    n = 0
    for i in range(len(signal) + 1):
        event = advance(state, time_s[i], signal[i]) if i < len(signal) else finish(state)
        if event == ENDED:
            found[n, 0] = state.start_s
            found[n, 1] = state.peak_s
            found[n, 2] = state.end_s
            found[n, 3] = state.range
            found[n, 4] = state.sign
            n += 1
    return n


@dataclass(frozen=True)
class CountedRepetition:
    """One repetition found in a signal.

    Parameters
    ----------
    start_s, peak_s, end_s : float
        When the signal left rest, was farthest from it, and was back, in seconds.
    range : float
        From rest to the farthest value, in the signal's unit, never negative.
    sign : int
        +1 if the repetition raised the signal, -1 if it lowered it.
    """

    start_s: float
    peak_s: float
    end_s: float
    range: float
    sign: int


def count_repetitions(signal: ArrayLike, time_s: ArrayLike) -> list[CountedRepetition]:
    """Find the repetitions in any one-dimensional signal, with no limits given beforehand.

    Parameters
    ----------
    signal : array_like, shape (T,)
        The signal, in any unit; NaN where it is not known.
    time_s : array_like, shape (T,)
        Times in seconds, strictly increasing.

    Returns
    -------
    list of CountedRepetition
        In order of time, partial ones included. Causal: each is decided from samples up to one second after its end.

    Raises
    ------
    BadInput
        If the shapes do not match, a time is not finite or runs back, or the signal holds an infinity.

    Examples
    --------
    >>> import numpy as np
    >>> time_s = np.arange(0, 16, 1 / 30)
    >>> signal = 1.5 - 0.2 * (1 - np.cos(2 * np.pi * time_s / 4))
    >>> [round(repetition.peak_s) for repetition in count_repetitions(signal, time_s)][:3]
    [2, 6, 10]
    """
    values, times = _checked(signal, time_s)
    state = np.zeros(1, TRACKER)[0]
    start_tracker(state, 0, 0.0, 0.0)
    found = np.empty((len(values) + 1, 5))
    n = _count(state, times, values, found)
    return [CountedRepetition(float(a), float(b), float(c), float(d), int(e)) for a, b, c, d, e in found[:n]]


def _checked(signal: ArrayLike, time_s: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    try:
        values = np.ascontiguousarray(signal, dtype=np.float64)
        times = np.ascontiguousarray(time_s, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"count_repetitions: expected two lists of numbers, got something else ({error}); pass floats, NaN for gaps"
        ) from error
    if values.ndim != 1 or times.ndim != 1:
        raise BadInput(
            f"count_repetitions: expected one-dimensional signal and time_s, got shapes {values.shape} and {times.shape}; pass one signal"
        )
    if len(values) != len(times):
        raise BadInput(
            f"count_repetitions: expected one time per sample, got {len(values)} samples and {len(times)} times; make them equal"
        )
    if not np.all(np.isfinite(times)):
        where = int(np.flatnonzero(~np.isfinite(times))[0])
        raise BadInput(f"count_repetitions: expected finite times, got {times[where]} at sample {where}; drop or repair that sample")
    back = np.flatnonzero(np.diff(times) <= 0)
    if len(back):
        where = int(back[0]) + 1
        raise BadInput(
            f"count_repetitions: expected rising times, got {times[where]:g} s after {times[where - 1]:g} s at sample {where}; sort them"
        )
    if np.any(np.isinf(values)):
        where = int(np.flatnonzero(np.isinf(values))[0])
        raise BadInput(f"count_repetitions: expected finite values or NaN, got {values[where]} at sample {where}; use NaN for gaps")
    return values, times
