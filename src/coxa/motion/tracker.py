"""The state of one repetition tracker, and what it knows of its signal: smoothed value, noise, and the last seconds.

`coxa.motion.repetitions` reads repetitions from it. All of it is compiled and writes only into the state record.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

NONE = 0
STARTED = 1
ENDED = 2
ABANDONED = 3

IDLE = 0
GOING = 1
SETTLING = 2

# Times (s), none a multiple of a usual frame time, lest rounding decide. Half the two windows and the wait together
# stay under the promised lag of one second.
LAG_S = 1.0
THIN_S = 1.0 / 36.0
WINDOW_S = 0.51
MEAN_S = 0.21
SETTLE_S = 0.35
SETTLE_FIRST_S = 0.65
LEAST_S = 0.6
DWELL_S = 0.15
STILL_S = 1.01
REST_S = 1.02
TURN_S = 0.81
GAP_S = 1.5
TRAIL_S = 0.095
EDGE_S = 0.17
JUMP_S = 0.09
BLOCK_S = 0.245
DOUBT_S = 1.01
SLOW_S = 0.25

# Shares of a repetition's own range, or of the person's usual range.
ATTEMPT = 0.35
FIDGET = 0.1
# Share of the least range from which a movement is listed as an attempt, too small to count.
SMALLEST = 0.4
# Share of the least range from which a movement is no fidget, however large the person's usual one.
NEARLY = 0.7
RETURNED = 0.6
PART_WAY = 0.35
NEAR_REST = 0.1
NEAR_TOP = 0.15
STILL = 0.08
# The same, in shares of the least range.
STILL_AT_MOST = 0.25
STAY = 0.12
LEFT = 0.2
SAME_LEVEL = 0.7
DWARFED = 2.5
# Multiples of the noise left after the median: twice the largest excursion that white noise makes in ten minutes.
ABOVE_NOISE = 10.0
# The first repetition, of which nothing is known beforehand, has to stand that much higher above the noise.
FIRST_NOISE = 2.0
# Multiples of the jumps that tracking makes: a point that flips to and fro between two places is no movement.
ABOVE_JUMPS = 0.75
# Heights of two movements are alike from this ratio.
ALIKE = 0.6
# Path travelled between rest and top, in units of the least path possible; a wandering signal walks much further.
ROUGH = 2.5

WINDOW = 16
TRAIL = 128
MEMORY = 7
JERK = 64
BLOCKS = 24

TRACKER = np.dtype(
    [
        # what the caller reads after ENDED
        ("start_s", "f8"),
        ("peak_s", "f8"),
        ("end_s", "f8"),
        ("rest", "f8"),
        ("top", "f8"),
        ("range", "f8"),
        ("hold_s", "f8"),
        ("up_s", "f8"),
        ("down_s", "f8"),
        ("sign", "i8"),
        ("count", "i8"),
        # what it was told
        ("polarity", "i8"),
        ("open", "i8"),
        ("least_range", "f8"),
        ("smallest", "f8"),
        ("least_s", "f8"),
        # thinning
        ("bin_n", "i8"),
        ("bin_time", "f8"),
        ("bin_value", "f8"),
        ("thinned_s", "f8"),
        ("step_s", "f8"),
        # noise
        ("noise", "f8"),
        ("jerk_n", "i8"),
        ("jerk", "f8", (JERK,)),
        ("before1", "f8"),
        ("before2", "f8"),
        # jumps
        ("block_n", "i8"),
        ("block_s", "f8"),
        ("block", "f8", (BLOCKS,)),
        # running median
        ("window_n", "i8"),
        ("window_time", "f8", (WINDOW,)),
        ("window_value", "f8", (WINDOW,)),
        ("ordered", "f8", (WINDOW,)),
        # running mean of the medians
        ("mean_n", "i8"),
        ("mean_time", "f8", (WINDOW,)),
        ("mean_value", "f8", (WINDOW,)),
        # smoothed signal, sparsely kept
        ("smooth_s", "f8"),
        ("smooth", "f8"),
        ("largest", "f8"),
        ("trail_n", "i8"),
        ("trail_s", "f8", (TRAIL,)),
        ("trail", "f8", (TRAIL,)),
        # the person's usual range
        ("usual", "f8"),
        ("kept", "i8"),
        ("ranges", "f8", (MEMORY,)),
        # both directions are followed until one is known: index 0 upwards, 1 downwards
        ("phase", "i8", (2,)),
        ("told", "i8", (2,)),
        ("low", "f8", (2,)),
        ("high", "f8", (2,)),
        ("high_s", "f8", (2,)),
        ("from_s", "f8", (2,)),
        ("crossed_s", "f8", (2,)),
        ("mark", "f8", (2,)),
        ("band_s", "f8", (2,)),
        ("enter_s", "f8", (2,)),
        ("leave_s", "f8", (2,)),
        ("path", "f8", (2,)),
        ("steepest", "f8", (2,)),
        ("rested_s", "f8", (2,)),
        ("doubtful", "f8", (2,)),
        ("back_s", "f8", (2,)),
        ("back", "f8", (2,)),
        ("settled", "f8", (2,)),
        ("settled_s", "f8", (2,)),
        ("next_high", "f8", (2,)),
        ("next_high_s", "f8", (2,)),
        ("still", "f8", (2,)),
        ("still_s", "f8", (2,)),
        ("still_n", "i8", (2,)),
        ("still_sum", "f8", (2,)),
    ]
)
"""State of one tracker: a plain record, so that it can live inside the state of a larger compiled step."""


@njit(cache=True)
def start_tracker(state: Any, polarity: int, least_range: float, least_s: float, smallest: float = SMALLEST) -> None:
    """Set a `TRACKER` record to its beginning.

    Parameters
    ----------
    state : TRACKER record
        Changed in place.
    polarity : int
        +1 if a repetition raises the signal, -1 if it lowers it, 0 if that is to be learnt from the first one.
    least_range : float
        Range of a full repetition in the signal's unit; attempts from half of it are reported. 0: learn it from the signal.
    least_s : float
        Shortest repetition, from start to end, in seconds. 0: 0.6 s.
    smallest : float
        Share of the least range from which a movement is an attempt; less is not told from rest.
    """
    state.start_s = np.nan
    state.peak_s = np.nan
    state.end_s = np.nan
    state.rest = np.nan
    state.top = np.nan
    state.range = np.nan
    state.hold_s = 0.0
    state.up_s = 0.0
    state.down_s = 0.0
    state.sign = polarity
    state.count = 0
    state.polarity = polarity
    state.open = 1 if polarity == 0 else 0
    state.least_range = least_range
    state.smallest = smallest
    state.least_s = least_s if least_s > 0.0 else LEAST_S
    state.bin_n = 0
    state.bin_time = 0.0
    state.bin_value = 0.0
    state.thinned_s = np.nan
    state.step_s = 0.0
    state.noise = 0.0
    state.jerk_n = 0
    state.before1 = np.nan
    state.before2 = np.nan
    state.block_n = 0
    state.block_s = -np.inf
    state.window_n = 0
    state.mean_n = 0
    state.smooth_s = np.nan
    state.smooth = np.nan
    state.largest = 0.0
    state.trail_n = 0
    state.usual = 0.0
    state.kept = 0
    for i in range(2):
        state.phase[i] = IDLE
        state.low[i] = np.nan
        state.doubtful[i] = 0.0


@njit(cache=True)
def running_median(state: Any) -> float:
    """Median of the window, whose values are also kept in order."""
    n = state.window_n
    return float(0.5 * (state.ordered[(n - 1) // 2] + state.ordered[n // 2]))


@njit(cache=True)
def drop_oldest(state: Any) -> None:
    """Take the oldest sample out of the window."""
    ordered = state.ordered
    times = state.window_time
    values = state.window_value
    oldest = values[0]
    n = state.window_n - 1
    at = 0
    while ordered[at] != oldest:
        at += 1
    for i in range(at, n):
        ordered[i] = ordered[i + 1]
    for i in range(n):
        times[i] = times[i + 1]
        values[i] = values[i + 1]
    state.window_n = n


@njit(cache=True)
def take_into_window(state: Any, time_s: float, value: float) -> None:
    """Move the window on by one sample."""
    while state.window_n > 0 and (time_s - state.window_time[0] > WINDOW_S or state.window_n >= WINDOW):
        drop_oldest(state)
    ordered = state.ordered
    n = state.window_n
    at = n
    while at > 0 and ordered[at - 1] > value:
        ordered[at] = ordered[at - 1]
        at -= 1
    ordered[at] = value
    state.window_time[n] = time_s
    state.window_value[n] = value
    state.window_n = n + 1


@njit(cache=True)
def learn_noise(state: Any, value: float) -> None:
    """Follow the lower third of the second differences: movement is smooth and leaves them small, noise does not."""
    step = abs(value - 2.0 * state.before1 + state.before2)
    state.before2 = state.before1
    state.before1 = value
    if np.isnan(step):
        return
    state.jerk[state.jerk_n % JERK] = step
    state.jerk_n += 1
    if state.jerk_n <= 16 or state.jerk_n % 16 == 0:
        ordered = np.sort(state.jerk[: min(state.jerk_n, JERK)])
        state.noise = ordered[(len(ordered) - 1) // 3]


@njit(cache=True)
def learn_jumps(state: Any, time_s: float, value: float) -> None:
    """Keep, for each quarter of a second, the largest bend of the signal over a tenth of a second, whatever the frame rate.

    A bend is a second difference: a jump and noise leave all of their size in it, a body, which starts and stops gradually, little.
    """
    times = state.window_time
    middle = state.window_n - 1
    while middle >= 0 and time_s - times[middle] < JUMP_S:
        middle -= 1
    oldest = middle - 1
    while oldest >= 0 and times[middle] - times[oldest] < JUMP_S:
        oldest -= 1
    if oldest < 0:
        return
    bend = abs(value - 2.0 * state.window_value[middle] + state.window_value[oldest])
    if time_s - state.block_s >= BLOCK_S:
        state.block_s = time_s
        state.block[state.block_n % BLOCKS] = bend
        state.block_n += 1
    else:
        last = (state.block_n - 1) % BLOCKS
        state.block[last] = max(state.block[last], bend)


@njit(cache=True)
def usual_jump(state: Any) -> float:
    """How far the signal usually jumps within a tenth of a second: the median of the last blocks, which one jump cannot move."""
    n = min(state.block_n, BLOCKS)
    return float(np.sort(state.block[:n])[(n - 1) // 2]) if n > 1 else 0.0


@njit(cache=True)
def noise_floor(state: Any) -> float:
    """Least range that stands above the noise of the smoothed signal."""
    if state.jerk_n < 4:
        return np.inf
    # 1.05: the 33 % quantile of a second difference of unit white noise; 1.25: a median is that much less efficient than a mean.
    noise = state.noise / 1.05
    n = state.window_n
    if n > 2:
        noise *= 1.25 / np.sqrt(n)
    return float(ABOVE_NOISE * noise + 1e-9 * state.largest)


@njit(cache=True)
def left_rest_s(state: Any, sign: float, level: float, before_s: float, otherwise: float) -> float:
    """Last moment before `before_s` at which the signal stood at or under `level`."""
    n = state.trail_n
    later_s = before_s
    later = np.nan
    for k in range(min(n, TRAIL)):
        j = (n - 1 - k) % TRAIL
        time_s = state.trail_s[j]
        if time_s > before_s:
            continue
        value = sign * state.trail[j]
        if value <= level:
            if np.isnan(later) or later <= value:
                return float(time_s)
            return float(time_s + (later_s - time_s) * (level - value) / (later - value))
        later_s = time_s
        later = value
    return otherwise


@njit(cache=True)
def longest_stay_s(state: Any, sign: float, level: float, band: float) -> float:
    """Longest time, in what is kept of the signal, that it stayed within `band` of `level`."""
    longest = 0.0
    stay = 0.0
    last = state.trail_n - 1
    for k in range(min(state.trail_n, TRAIL) - 1):
        newer = (last - k) % TRAIL
        older = (last - k - 1) % TRAIL
        if abs(sign * state.trail[newer] - level) <= band and abs(sign * state.trail[older] - level) <= band:
            stay += state.trail_s[newer] - state.trail_s[older]
            longest = max(longest, stay)
        else:
            stay = 0.0
    return longest


@njit(cache=True)
def slide(times: Any, values: Any, n: int, time_s: float, value: float, span_s: float) -> int:
    """Append to a window, drop what is older than its span, and return how many it holds."""
    drop = 0
    while drop < n and (time_s - times[drop] > span_s or n - drop >= WINDOW):
        drop += 1
    n -= drop
    for i in range(n):
        times[i] = times[i + drop]
        values[i] = values[i + drop]
    times[n] = time_s
    values[n] = value
    return n + 1
