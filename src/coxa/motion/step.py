"""The compiled step that watches a set: one frame in, events out. A live frame and a whole recording run the same code.

What a frame goes through: is the person there, and the same person as before; spikes and left-right swaps refused; a
one-euro filter (Casiez 2012) on every point; directions of the body, posture and view; the exercise's signals; the
repetition tracker; then, while a repetition is under way, its faults. All state lies in plain records, so that nothing
is left behind and a recording can be cut anywhere without changing the result.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from coxa.body.landmarks import MIRRORED
from coxa.body.posture import (
    BREADTH_PER_TRUNK,
    DIRECTIONS,
    NO_VIEW,
    SIDE_LYING,
    SITTING,
    STANDING,
    UNKNOWN,
    chest,
    directions,
    near_side,
    orientation_of,
    posture_of,
    upper_side,
    view_of,
)
from coxa.body.signals import BOTH, KNEE_FLEXION, LEG_RISE, ORIENTATIONS, PLANTED, SHIN_PER_TRUNK, THIGH_RISE, measure
from coxa.motion.plan import (
    AS_ONE,
    EACH,
    LEVEL,
    MOST_FAULTS,
    MOST_NEEDED,
    MOST_SIGNALS,
    NEAR,
    NOT_IN_STEP,
    OSCILLATION,
    SAG,
    UPPER,
    VISIBLE,
)
from coxa.motion.repetitions import ABANDONED, ENDED, GOING, IDLE, SETTLING, advance, finish, start_tracker

# Events that the step reports.
REPETITION, FAULT, HOLD, WARNING, READY, LOST, MOVING = 1, 2, 3, 4, 5, 6, 7

_MIRRORED = MIRRORED.astype(np.int64)
SNAPSHOT = (33, 5)  # x, y in pixels, then world x, y, z in metres
_RING = 16
_TURNS = 12

# Times in seconds, lengths in trunk lengths.
RING_S = 0.12
REST_TAU_S = 0.30
BODY_TAU_S = 0.35
SETTLED_S = 0.4
OFF_POSTURE_S = 0.7
LOST_S = 1.5
JUMP = 0.7
JUMP_S = 0.4
NEW_BODY_S = 0.7
SPIKE = 0.30
SPIKE_S = 0.15
SWAP_S = 0.5
LAPSE_S = 0.5
SLOW_TAU_S, CALM_TAU_S = 0.4, 0.25
RATE_TAU_S, CALM_RATE_TAU_S = 0.1, 0.25
LEAST_HOLD_S = 1.0
HOLD_STAYS = 0.85  # a hold goes on down to this share of where its clock starts, lest wander at the edge break it
BOUNCES, BOUNCES_IN_S = 6, 5.0
COUNTER_MOVEMENT, BESIDE_S = 0.6, 0.4
STEPPED, STRAYED = 0.42, 0.7
# Shares of the lines from lower to upper shoulder and hip as they were at the start, and trunk lengths from which they show at all.
TURNED_OVER, HALF_TURNED, LINES_SHOW = -0.4, 0.4, 0.5
LIFTS_ITSELF = 0.05  # shin lengths
KNEES_AS_ONE, KNEES_RAISED = 0.2, 0.25  # so near each other, and so far above the hips
EXCHANGED = -0.5  # the line from foot to foot, in its length at the start: from here on it is the other way round
CALM = 0.35  # trunk lengths a second
CENTRE_FIRST_S, CENTRE_FIRST_TAU_S, CENTRE_TAU_S = 1.2, 0.5, 3.0
CENTRE_PULL, CENTRE_PULL_BOTH, STEPS_ON = 0.15, 0.25, 0.12
# A hand is down at the chair when it is this far along the trunk (0 shoulders, 1 hips), and up at the chest above.
HAND_DOWN = 0.75
HALF_UP = 0.5
SAG_RATE = 9.0  # deg/s: slower than this is a level, faster is the way down
SAG_PACE, SAG_AT_MOST = 0.3, 0.8  # the same in heights a second, and how many heights deep a level is still no rest

# Two legs' signals put together (degrees): how rest and tremble are learnt, and from how many trembles on it is a movement.
LEG_FIRST_S, LEG_REST_S, LEG_DRIFT, LEG_OUTLIER = 0.4, 4.0, 1.0, 3.0
LEG_TREMBLE, LEG_LEAST_TREMBLE, LEG_MOVES, LEG_SHARES = 0.4, 0.1, 8.0, 6.0
# The share of second differences that lies under `TREMBLE_BEND` trembles: so many of white noise of unit deviation.
TREMBLE_SHARE, TREMBLE_BEND, TREMBLE_S, MOST_TREMBLE_STEP = 0.4, 1.28, 0.35, 0.3

# One-euro filter, speeds in trunk lengths a second.
CUTOFF_HZ, CUTOFF_PER_SPEED, SPEED_CUTOFF_HZ = 2.0, 4.0, 1.5

EDGE = 0.02

STATE = np.dtype(
    [
        ("frames", "i8"),
        ("seen", "i8"),
        ("body_frames", "i8"),
        ("best_body_frames", "i8"),
        ("bodies", "i8"),
        ("ever_ready", "i8"),
        ("repetitions", "i8"),
        ("last_s", "f8"),
        ("seen_s", "f8"),
        ("have", "i8"),
        ("have_n", "i8"),
        # points
        ("raw", "f8", (33, 2)),
        ("smooth", "f8", (34, 2)),  # the landmarks, and the lower knee as planted at rest
        ("speed", "f8", (33, 2)),
        ("refused", "i8", (33,)),
        ("swapped_s", "f8"),
        ("rest_points", "f8", SNAPSHOT),
        ("ruler", "f8"),
        # the body as a whole
        ("place", "f8", (2,)),
        ("refused_from_s", "f8"),
        ("directions", "f8", (DIRECTIONS,)),
        ("chest", "f8", (3,)),
        ("orient", "f8", (ORIENTATIONS,)),
        ("posture", "i8"),
        ("seen_from", "i8"),
        ("fits", "f8"),
        ("ready", "i8"),
        ("leg_rest", "f8", (2,)),
        ("leg_known_s", "f8", (2,)),
        ("leg_tremble", "f8", (2,)),
        ("leg_before", "f8", (2, 2)),
        ("ready_s", "f8"),
        ("off_s", "f8"),
        ("arriving", "i8"),
        # the last moments of rest
        ("ring_n", "i8"),
        ("ring_s", "f8", (_RING,)),
        ("ring_points", "f8", (_RING, *SNAPSHOT)),
        ("ring_signal", "f8", (_RING, 2, MOST_SIGNALS)),
        ("ring_rate", "f8", (_RING, 2)),
        ("ring_legs", "f8", (_RING, 2)),
    ]
)
"""What is known of the person, whatever the repetition."""

TRACK = np.dtype(
    [
        ("side", "i8"),
        ("running", "i8"),
        ("signal", "f8", (MOST_SIGNALS,)),
        ("rest", "f8", (MOST_SIGNALS,)),
        ("base", "f8", (MOST_SIGNALS,)),
        ("have_base", "i8"),
        ("start", "f8", SNAPSHOT),
        ("reference", "f8", (MOST_SIGNALS,)),
        ("peak", "f8", SNAPSHOT),
        ("peak_n", "i8"),
        ("peak_from", "f8"),
        ("other_rest", "f8"),
        ("other_top", "f8"),
        # how far one foot has gone from where it stood against the other: at most, off their line at most, and are they exchanged
        ("stepped", "f8", (2,)),
        ("crossed", "i8"),
        ("value", "f8"),  # what the tracker follows: the signal, or how far it is from its centre
        ("way_from", "f8"),
        ("hands_seen", "i8"),
        ("hands_down", "i8"),
        ("rising", "i8"),
        ("shin", "f8"),  # by how much the leg's line is steeper than its thigh, as last known
        ("strayed", "f8"),  # how far the hips have gone sideways in the image, trunk lengths
        ("seen_from", "i8"),
        # faults of the repetition under way
        ("since", "f8", (MOST_FAULTS, 2)),
        ("grade", "i8", (MOST_FAULTS,)),
        ("from_s", "f8", (MOST_FAULTS,)),
        ("to_s", "f8", (MOST_FAULTS,)),
        ("size", "f8", (MOST_FAULTS,)),
        ("frames", "i8"),
        ("frames_known", "i8", (MOST_FAULTS,)),
        ("level", "f8"),
        ("slow", "f8"),
        # speed towards the peak, units a second: now, greatest since the last kept moment, greatest of the repetition
        ("before", "f8"),
        ("rate", "f8"),
        ("slot_rate", "f8"),
        ("fastest", "f8"),
        ("turn", "f8"),
        ("turn_before", "f8"),
        ("turn_way", "i8"),
        ("turns", "i8"),
        ("turn_s", "f8", (_TURNS,)),
        ("turn_size", "f8", (_TURNS,)),
        # the hold's clock
        ("held_s", "f8"),
        ("hold_from_s", "f8"),
        ("hold_to_s", "f8"),
        ("hold_best_s", "f8"),
    ]
)
"""One leg followed (or both as one): its signals, and the repetition under way."""

EVENT = np.dtype(
    [
        ("code", "i8"),
        ("side", "i8"),
        ("fault", "i8"),
        ("grade", "i8"),
        ("posture", "i8"),
        ("seen_from", "i8"),
        ("repetition", "i8"),
        ("start_s", "f8"),
        ("peak_s", "f8"),
        ("end_s", "f8"),
        ("range", "f8"),
        ("top", "f8"),
        ("hold_s", "f8"),
        ("up_s", "f8"),
        ("down_s", "f8"),
        ("size", "f8"),
        ("other", "f8"),
        ("fastest", "f8"),
        ("way", "i8"),
        ("travel", "f8"),
        ("hands_seen", "f8"),  # shares of the way up
        ("hands_down", "f8"),
        ("known", "i8", (MOST_FAULTS,)),
        ("start", "f8", SNAPSHOT),
        ("peak", "f8", SNAPSHOT),
    ]
)
"""Something settled: a repetition with its snapshots, a fault, a hold, or a change of readiness."""

EVENTS = 96
MOST_EVENTS_A_FRAME = 2 * (MOST_FAULTS + 4) + 2


@njit(cache=True)
def begin(plan: Any, state: Any, tracks: Any, trackers: Any) -> None:
    """Set everything to before the first frame."""
    state.frames = 0
    state.seen = 0
    state.body_frames = 0
    state.best_body_frames = 0
    state.bodies = 1
    state.ever_ready = 0
    state.repetitions = 0
    state.last_s = math.nan
    state.seen_s = math.nan
    state.have = 0
    state.refused_from_s = math.nan
    state.posture = UNKNOWN
    state.seen_from = NO_VIEW
    state.fits = 0.0
    state.ready = 0
    state.arriving = 0
    forget_set_up(plan, state, tracks, trackers)


@njit(cache=True)
def forget_set_up(plan: Any, state: Any, tracks: Any, trackers: Any) -> None:
    """Start again from the set-up: the posture was left, or another body came."""
    state.ready = 0
    state.off_s = 0.0
    state.ring_n = 0
    for k in range(len(tracks)):
        tracks[k].running = 0
        tracks[k].have_base = 0
        tracks[k].side = k if plan.side_mode == EACH else BOTH
        start_tracker(trackers[k], polarity_of(plan, k), plan.least, plan.least_s, plan.smallest)


@njit(cache=True, inline="always")
def polarity_of(plan: Any, k: int) -> int:
    """Which way the track's repetitions go: the exercise's, or the first track up and the second down."""
    return 1 - 2 * k if plan.both_ways == 1 else plan.polarity


@njit(cache=True)
def is_visible(plan: Any, side: int, image: Any, visibility: Any, least: float) -> bool:
    """Whether the landmarks that this side's signals need, and the head or both shoulders, are inside the frame and seen."""
    if not has_all(plan, side, 0, image, visibility, least):
        return False
    head = shows(image, visibility, 0, VISIBLE) or shows(image, visibility, 7, VISIBLE) or shows(image, visibility, 8, VISIBLE)
    return head or (shows(image, visibility, 11, VISIBLE) and shows(image, visibility, 12, VISIBLE))


@njit(cache=True, inline="always")
def shows(image: Any, visibility: Any, i: int, least: float) -> bool:
    """Whether one landmark is inside the frame and visible (NaN compares false)."""
    return (
        visibility[i] >= least and image[i, 0] >= -EDGE and image[i, 0] <= 1.0 + EDGE and image[i, 1] >= -EDGE and image[i, 1] <= 1.0 + EDGE
    )


@njit(cache=True)
def has_all(plan: Any, side: int, signal: int, image: Any, visibility: Any, least: float) -> bool:
    """Whether every landmark that one signal needs is inside the frame and visible."""
    for j in range(MOST_NEEDED):
        i = plan.needs[side, signal, j]
        if i < 0:
            return True
        if not shows(image, visibility, i, least):
            return False
    return True


@njit(cache=True)
def has_torso(image: Any) -> bool:
    """Whether the shoulders and hips have finite places; without them nothing can be measured."""
    return math.isfinite(
        image[11, 0] + image[12, 0] + image[23, 0] + image[24, 0] + image[11, 1] + image[12, 1] + image[23, 1] + image[24, 1]
    )


@njit(cache=True)
def is_same_body(state: Any, x: float, y: float, trunk: float, time_s: float) -> bool:
    """Whether the torso can be the one of the last seen frame: no leap, no sudden change of size."""
    if state.have == 0:
        return True
    gap_s = time_s - state.seen_s
    leap = math.hypot(x - state.place[0], y - state.place[1]) / state.ruler
    ratio = trunk / state.ruler
    if gap_s <= JUMP_S:
        return leap <= JUMP and ratio > 0.4
    return leap <= JUMP + 1.5 * min(gap_s, 1.0) and ratio > 0.4 and ratio < 2.2


@njit(cache=True)
def is_elsewhere(state: Any, x: float, y: float) -> bool:
    """Whether the torso was refused as another body, and passes for the same one only because time went by."""
    return bool(
        state.have == 1
        and state.refused_from_s == state.refused_from_s
        and math.hypot(x - state.place[0], y - state.place[1]) > JUMP * state.ruler
    )


@njit(cache=True)
def is_calm(state: Any) -> bool:
    """Whether the torso rests."""
    vx = 0.25 * (state.speed[11, 0] + state.speed[12, 0] + state.speed[23, 0] + state.speed[24, 0])
    vy = 0.25 * (state.speed[11, 1] + state.speed[12, 1] + state.speed[23, 1] + state.speed[24, 1])
    return bool(math.hypot(vx, vy) < CALM * state.ruler)


@njit(cache=True)
def undo_swap(state: Any, p: Any, dt: float) -> None:
    """Exchange the legs where the model has swapped left and right between two frames."""
    keep, swap = 0.0, 0.0
    for a in (25, 27, 29, 31):
        b = a + 1
        keep += (p[a, 0] - state.raw[a, 0]) ** 2 + (p[a, 1] - state.raw[a, 1]) ** 2
        keep += (p[b, 0] - state.raw[b, 0]) ** 2 + (p[b, 1] - state.raw[b, 1]) ** 2
        swap += (p[a, 0] - state.raw[b, 0]) ** 2 + (p[a, 1] - state.raw[b, 1]) ** 2
        swap += (p[b, 0] - state.raw[a, 0]) ** 2 + (p[b, 1] - state.raw[a, 1]) ** 2
    if keep > (0.35 * state.ruler) ** 2 and swap < 0.1 * keep and state.swapped_s < SWAP_S:
        state.swapped_s += dt
        for a in (25, 27, 29, 31):
            for c in range(2):
                p[a, c], p[a + 1, c] = p[a + 1, c], p[a, c]
    else:
        state.swapped_s = 0.0


@njit(cache=True)
def undo_turn(state: Any, track: Any, p: Any) -> int:
    """Side-lying: exchange the whole body's left and right where the pose model has; 1 as it was, -1 exchanged, 0 half-way.

    Nobody turns over within a repetition: the upper shoulder and hip stay the upper ones. What is half-way lies nowhere.
    """
    before = track.start[12, 1] + track.start[24, 1] - track.start[11, 1] - track.start[23, 1]
    if abs(before) < LINES_SHOW * state.ruler:
        return 1
    share = (p[12, 1] + p[24, 1] - p[11, 1] - p[23, 1]) / before
    if share < TURNED_OVER:
        for i in range(33):
            k = _MIRRORED[i]
            if k > i:
                for c in range(2):
                    p[i, c], p[k, c] = p[k, c], p[i, c]
        return -1
    if share < HALF_TURNED:
        p[:] = math.nan
        return 0
    return 1


@njit(cache=True)
def mixes_shins(state: Any) -> bool:
    """Whether one knee hides the other above a lying body: then the pose model takes one shin for the other."""
    ax, ay, bx, by = state.smooth[25, 0], state.smooth[25, 1], state.smooth[26, 0], state.smooth[26, 1]
    hips_y = 0.5 * (state.smooth[23, 1] + state.smooth[24, 1])
    return bool(
        state.posture != STANDING
        and math.hypot(ax - bx, ay - by) < KNEES_AS_ONE * state.ruler
        and hips_y - 0.5 * (ay + by) > KNEES_RAISED * state.ruler
    )


@njit(cache=True)
def smooth(state: Any, p: Any, dt: float) -> None:
    """Refuse single-frame spikes, then one-euro filter every point; a point that is missing keeps its last place."""
    spike = (SPIKE * state.ruler) ** 2
    speed_alpha = 1.0 / (1.0 + 1.0 / (2.0 * math.pi * SPEED_CUTOFF_HZ * dt))
    per_ruler = 1.0 / state.ruler
    # What is known of a body so far is the mean of its first frames; a first one that trembled must not linger.
    state.have_n += 1
    least_alpha = 1.0 / state.have_n
    for i in range(33):
        x, y = p[i, 0], p[i, 1]
        if not math.isfinite(x + y):
            continue
        old_x, old_y = state.raw[i, 0], state.raw[i, 1]
        if math.isfinite(old_x + old_y):
            if dt < SPIKE_S and state.refused[i] == 0 and (x - old_x) ** 2 + (y - old_y) ** 2 > spike:
                state.refused[i] = 1
                continue
        else:
            state.smooth[i, 0], state.smooth[i, 1] = x, y
            state.speed[i, 0] = state.speed[i, 1] = 0.0
            old_x, old_y = x, y
        state.refused[i] = 0
        state.raw[i, 0], state.raw[i, 1] = x, y
        for c in range(2):
            now = x if c == 0 else y
            rate = (now - state.smooth[i, c]) / dt
            state.speed[i, c] += speed_alpha * (rate - state.speed[i, c])
            cutoff = CUTOFF_HZ + CUTOFF_PER_SPEED * abs(state.speed[i, c]) * per_ruler
            alpha = max(least_alpha, 1.0 / (1.0 + 1.0 / (2.0 * math.pi * cutoff * dt)))
            state.smooth[i, c] += alpha * (now - state.smooth[i, c])


@njit(cache=True)
def plant_knee(state: Any, share: float) -> None:
    """Let the planted knee follow the lower of the two."""
    low = 25 if state.smooth[25, 1] > state.smooth[26, 1] else 26
    for c in range(2):
        state.smooth[PLANTED, c] += share * (state.smooth[low, c] - state.smooth[PLANTED, c])


@njit(cache=True)
def take_first(state: Any, p: Any, trunk: float) -> None:
    """Begin to follow a body: no history yet."""
    for i in range(33):
        for c in range(2):
            state.raw[i, c] = p[i, c]
            state.smooth[i, c] = p[i, c]
            state.speed[i, c] = 0.0
        state.refused[i] = 0
    plant_knee(state, 1.0)
    state.swapped_s = 0.0
    state.ruler = trunk
    state.have = 1
    state.have_n = 1
    state.directions[:] = math.nan
    state.fits = -1.0
    state.leg_known_s[:] = 0.0
    state.leg_tremble[:] = LEG_TREMBLE
    state.leg_before[:] = math.nan


@njit(cache=True, inline="always")
def body_length(plan: Any, p: Any, trunk: float) -> float:
    """The ruler: the trunk in the image, or what the shoulders' breadth says of it where it may point at the camera."""
    if plan.from_feet == 0 and plan.chair == 0:
        return trunk
    return max(trunk, math.hypot(p[11, 0] - p[12, 0], p[11, 1] - p[12, 1]) / BREADTH_PER_TRUNK)


@njit(cache=True)
def follow_body(plan: Any, state: Any, world: Any, dt: float, is_running: bool, turned: int) -> None:
    """Directions, ruler, posture and view, all of them slow; `turned` as `undo_turn` says."""
    now = np.empty(DIRECTIONS)
    directions(state.smooth, world, now)
    for i in range(3):
        now[i] *= turned
    if now[0] == now[0] and turned != 0:
        if state.directions[0] != state.directions[0]:
            state.directions[:] = now
        else:
            alpha = dt / (dt + BODY_TAU_S)
            for i in range(DIRECTIONS):
                state.directions[i] += alpha * (now[i] - state.directions[i])
    chest(state.directions, state.chest)
    state.posture = posture_of(state.directions, state.chest)
    if state.posture == SITTING and plan.postures[SITTING] == 0 and (plan.planted == 1 or state.ready == 1):
        # Deep in a squat, or with one knee high, the thighs are as level as on a chair; nobody begins standing exercises so.
        state.posture = STANDING
    if not is_running:
        state.seen_from = view_of(state.posture, state.directions, state.chest)
        orientation_of(state.directions, state.chest, state.orient)
        p = state.smooth
        trunk = 0.5 * math.hypot(p[11, 0] + p[12, 0] - p[23, 0] - p[24, 0], p[11, 1] + p[12, 1] - p[23, 1] - p[24, 1])
        trunk = body_length(plan, p, trunk)
        # Leaning towards the camera only shortens the trunk in the image: longer is believed sooner than shorter.
        tau_s = 0.2 if trunk > state.ruler else 2.0
        state.ruler += dt / (dt + tau_s) * (trunk - state.ruler)
        plant_knee(state, dt / (dt + 1.0))


@njit(cache=True)
def learn_tremble(state: Any, leg: int, value: float, dt: float) -> None:
    """Follow how much one leg's unsmoothed signal trembles: a share of its second differences, which a movement leaves small."""
    bend = abs(value - 2.0 * state.leg_before[leg, 0] + state.leg_before[leg, 1])
    state.leg_before[leg, 1] = state.leg_before[leg, 0]
    state.leg_before[leg, 0] = value
    if math.isfinite(bend):
        pace = min(MOST_TREMBLE_STEP, dt / TREMBLE_S)
        state.leg_tremble[leg] *= math.exp(pace * (TREMBLE_SHARE if bend > TREMBLE_BEND * state.leg_tremble[leg] else TREMBLE_SHARE - 1.0))


@njit(cache=True)
def learn_leg_rest(state: Any, leg: int, value: float, dt: float) -> None:
    """Follow where one leg rests; a movement that has begun pulls it no further than its tremble would."""
    if dt <= 0.0:
        state.leg_rest[leg] = value
        return
    state.leg_known_s[leg] += dt
    off = value - state.leg_rest[leg]
    if state.leg_known_s[leg] > LEG_FIRST_S:
        most = LEG_DRIFT + LEG_OUTLIER * state.leg_tremble[leg]
        off = min(most, max(-most, off))
    state.leg_rest[leg] += dt / (dt + min(LEG_REST_S, state.leg_known_s[leg])) * off


@njit(cache=True)
def standing_out(state: Any, leg: int, value: float) -> float:
    """How far one leg is from its rest, less the nearer that is to its trembling."""
    moved = value - state.leg_rest[leg]
    ratio = moved / (LEG_MOVES * max(state.leg_tremble[leg], LEG_LEAST_TREMBLE))
    fourth = ratio * ratio * ratio * ratio
    return moved * fourth / (1.0 + fourth)


@njit(cache=True)
def of_either_leg(plan: Any, state: Any, side: int, value: float, dt: float, is_running: bool) -> float:
    """One leg's signal as the two legs show it: the pose model exchanges them, or gives half of a small movement to each.

    What a leg does counts only as far as it stands out from its trembling, for the far one is often guessed; and the more
    one leg moves, the less the other counts: then it is the standing one.
    """
    own = 1 if side == 1 else 0
    other = 1 - own
    there = measure(plan.signal[0], other, state.smooth, state.ruler, state.orient)
    if not math.isfinite(value + there):
        return value
    for leg in range(2):
        learn_tremble(state, leg, measure(plan.signal[0], leg, state.raw, state.ruler, state.orient), dt)
        if not is_running:
            learn_leg_rest(state, leg, value if leg == own else there, dt)
    moved, beside = standing_out(state, own, value), standing_out(state, other, there)
    more, less = max(moved, beside), min(moved, beside)
    return float(state.leg_rest[own] + more + less * LEG_SHARES / (LEG_SHARES + abs(more)))


@njit(cache=True)
def choose_side(plan: Any, state: Any, tracks: Any, trackers: Any, wanted: int) -> None:
    """Which leg the single track follows: the wanted one, else the nearer or the upper; hysteresis keeps it from flickering."""
    if plan.side_mode == EACH:
        return
    measure_of = state.directions[1] if plan.side_mode != NEAR and plan.side_mode != AS_ONE else state.directions[2]
    best = upper_side(state.directions) if plan.side_mode != NEAR and plan.side_mode != AS_ONE else near_side(state.directions)
    if plan.from_feet == 1 and plan.side_mode == NEAR:
        # Seen from the feet both legs are as near: the one that is held up works.
        measure_of = (state.smooth[26, 1] - state.smooth[25, 1]) / state.ruler
        best = 0 if measure_of >= 0.0 else 1
    elif plan.from_feet == 1 and plan.side_mode == AS_ONE and tracks[0].side != BOTH:
        return
    if wanted != BOTH:
        best = wanted
    track = tracks[0]
    if track.side == best or (track.side != BOTH and abs(measure_of) < 0.15):
        return
    if plan.planted == 1 and plan.side_mode == AS_ONE and track.side != BOTH:
        # Both legs make the repetition: which one is nearer is no news to its tracker.
        for k in range(len(tracks)):
            tracks[k].side = best
        return
    state.ring_n = 0
    for k in range(len(tracks)):
        tracks[k].side = best
        tracks[k].have_base = 0
        start_tracker(trackers[k], polarity_of(plan, k), plan.least, plan.least_s, plan.smallest)


@njit(cache=True)
def fits_set_up(plan: Any, state: Any, track: Any) -> bool:
    """Whether posture and start position are those of the exercise."""
    if plan.postures[state.posture] == 0 or plan.views[state.seen_from] == 0:
        return False
    for k in range(plan.n_checks):
        value = track.signal[plan.check_signal[k]]
        if not (value >= plan.check_low[k] and value <= plan.check_high[k]):
            return False
    return True


@njit(cache=True, inline="always")
def is_elsewise(plan: Any, state: Any) -> bool:
    """Whether the body is in a posture that is none of the exercise's.

    Who does chair stands may stand as well as sit, and a pelvis that rolls far with the knees lies on its side.
    """
    if (plan.chair == 1 and state.posture == STANDING) or (plan.rolls == 1 and state.posture == SIDE_LYING):
        return False
    return bool(state.posture != UNKNOWN and plan.postures[state.posture] == 0)


@njit(cache=True)
def remember_rest(state: Any, tracks: Any, time_s: float) -> None:
    """Keep the last two seconds of rest, thinly, so that a start found late can still be looked up."""
    last = (state.ring_n - 1) % _RING
    if state.ring_n > 0 and time_s - state.ring_s[last] < RING_S:
        return
    slot = state.ring_n % _RING
    state.ring_s[slot] = time_s
    state.ring_points[slot] = state.rest_points
    state.ring_legs[slot] = state.leg_rest
    for k in range(len(tracks)):
        state.ring_signal[slot, k] = tracks[k].rest
        state.ring_rate[slot, k] = tracks[k].slot_rate
        tracks[k].slot_rate = 0.0
    state.ring_n += 1


@njit(cache=True)
def slot_before(state: Any, time_s: float) -> int:
    """The newest kept moment not later than `time_s`, else the oldest."""
    oldest = max(0, state.ring_n - _RING)
    for n in range(state.ring_n - 1, oldest - 1, -1):
        if state.ring_s[n % _RING] <= time_s:
            return n % _RING
    return oldest % _RING


@njit(cache=True)
def start_repetition(plan: Any, state: Any, tracks: Any, k: int, left_rest_s: float) -> None:
    """Look up where the movement began and clear what is kept of it."""
    track = tracks[k]
    track.running = 1
    track.seen_from = state.seen_from
    slot = slot_before(state, left_rest_s)
    track.start[:] = state.ring_points[slot]
    # What the legs have done since is the movement, not their rest.
    state.leg_rest[:] = state.ring_legs[slot]
    if track.have_base == 0:
        track.base[:] = state.ring_signal[slot, k]
        track.have_base = 1
    track.reference[:] = track.base
    track.peak_n = 0
    track.peak_from = -math.inf
    track.fastest = track.slot_rate
    for m in range(max(0, state.ring_n - _RING), state.ring_n):
        if state.ring_s[m % _RING] >= left_rest_s:
            track.fastest = max(track.fastest, state.ring_rate[m % _RING, k])
    track.other_top = 0.0
    track.stepped[:] = 0.0
    track.crossed = 0
    track.strayed = 0.0
    track.other_rest = state.ring_signal[slot, 1 - k, 0] if plan.side_mode == EACH else math.nan
    track.way_from = state.ring_signal[slot, k, plan.way_signal] if plan.way_signal >= 0 else math.nan
    track.hands_seen = track.hands_down = track.rising = 0
    for f in range(plan.n_faults):
        track.since[f, 0] = track.since[f, 1] = math.nan
        track.grade[f] = 0
        track.size[f] = 0.0
        track.frames_known[f] = 0
    track.frames = 0
    track.level = track.value
    track.turn = track.turn_before = track.signal[0]
    track.turn_way = 0
    track.turns = 0
    track.held_s = 0.0
    track.hold_best_s = 0.0
    track.hold_from_s = track.hold_to_s = math.nan


@njit(cache=True)
def note_peak(state: Any, track: Any, tracker: Any, world: Any, way: int, height: float) -> None:
    """Mean of the points near the highest level so far; begun anew when the movement goes clearly further."""
    value = track.value * (1 - 2 * way) - tracker.low[way]
    if value > track.peak_from / 0.9 or track.peak_n == 0:
        track.peak_from = value
        track.peak_n = 0
        track.peak[:] = 0.0
    if value < 0.9 * max(track.peak_from, height):
        return
    track.peak_n += 1
    share = 1.0 / track.peak_n
    for i in range(33):
        track.peak[i, 0] += share * (state.smooth[i, 0] - track.peak[i, 0])
        track.peak[i, 1] += share * (state.smooth[i, 1] - track.peak[i, 1])
        for c in range(3):
            track.peak[i, 2 + c] += share * (world[i, c] - track.peak[i, 2 + c])


@njit(cache=True)
def grade_fault(track: Any, f: int, excess: float, amber: float, red: float, least_s: float, time_s: float) -> bool:
    """Time above the limits; true when the fault has just reached a new grade."""
    new = False
    for g in range(2):
        limit = amber if g == 0 else red
        if excess >= limit:
            if track.since[f, g] != track.since[f, g]:
                track.since[f, g] = time_s
            elif time_s - track.since[f, g] >= least_s:
                if track.grade[f] == 0:
                    track.from_s[f] = track.since[f, g]
                if track.grade[f] < g + 1:
                    track.grade[f] = g + 1
                    new = True
                track.to_s[f] = time_s
                if g + 1 == track.grade[f]:
                    track.size[f] = max(track.size[f], excess)
        else:
            track.since[f, g] = math.nan
    return new


@njit(cache=True)
def count_turns(track: Any, value: float, least: float, time_s: float) -> float:
    """Half the height of recent bounces, when there were enough of them in the last seconds; else 0.

    A turn is a reversal of at least `least`; two turns make one bounce. The first one ends the way to the top and is none.
    """
    if track.turn_way == 0:
        if abs(value - track.turn) > least:
            track.turn_way = 1 if value > track.turn else -1
            track.turn_before = math.nan
            track.turn = value
    elif track.turn_way * (value - track.turn) > 0.0:
        track.turn = value
    elif abs(value - track.turn) > least:
        if track.turn_before == track.turn_before:
            slot = track.turns % _TURNS
            track.turn_s[slot] = time_s
            track.turn_size[slot] = abs(track.turn - track.turn_before)
            track.turns += 1
        track.turn_before = track.turn
        track.turn_way = -track.turn_way
        track.turn = value
    recent = 0
    height = 0.0
    for k in range(min(track.turns, _TURNS)):
        if time_s - track.turn_s[k] <= BOUNCES_IN_S:
            recent += 1
            height += track.turn_size[k]
    return 0.5 * height / recent if recent >= BOUNCES else 0.0


@njit(cache=True)
def keep_hold(plan: Any, track: Any, change: float, time_s: float, dt: float) -> bool:
    """Run the hold's clock; true when a hold has just ended (a lapse of half a second or more)."""
    enough = plan.hold_from
    if plan.hold_at == plan.hold_at:
        # Who begins near the target, or past it, still has to do something.
        enough = plan.hold_share * max(abs(plan.hold_at - track.reference[0]), plan.least)
    is_held = track.hold_from_s == track.hold_from_s and time_s - track.hold_to_s < LAPSE_S
    if change >= (HOLD_STAYS * enough if is_held else enough):
        if track.hold_from_s != track.hold_from_s:
            track.hold_from_s = time_s
            track.held_s = 0.0
            track.hold_to_s = time_s
        else:
            track.held_s += dt
            track.hold_to_s = time_s
    elif track.hold_from_s == track.hold_from_s and time_s - track.hold_to_s >= LAPSE_S:
        return True
    return False


@njit(cache=True)
def emit(events: Any, n: int, code: int, state: Any, track: Any) -> int:
    """Take the next event and fill what every event carries."""
    e = events[n]
    e.code = code
    e.side = track.side
    e.fault = -1
    e.grade = 0
    e.posture = state.posture
    e.seen_from = track.seen_from
    e.repetition = state.repetitions
    e.way = 0
    e.travel = e.hands_seen = e.hands_down = math.nan
    e.start_s = e.peak_s = e.end_s = e.range = e.top = e.hold_s = e.up_s = e.down_s = e.size = e.other = math.nan
    return n + 1


@njit(cache=True)
def end_hold(events: Any, n: int, state: Any, track: Any) -> int:
    """Report the hold and reset its clock."""
    if track.hold_from_s == track.hold_from_s:
        track.hold_best_s = max(track.hold_best_s, track.held_s)
        if track.held_s >= LEAST_HOLD_S:
            n = emit(events, n, HOLD, state, track)
            e = events[n - 1]
            e.start_s = track.hold_from_s
            e.end_s = track.hold_to_s
            e.hold_s = track.held_s
    track.hold_from_s = math.nan
    track.held_s = 0.0
    return n


@njit(cache=True)
def is_counter_movement(plan: Any, trackers: Any, k: int) -> bool:
    """Whether the other leg moved clearly more at the same time: then this was its counter-movement, not an attempt."""
    mine, other = trackers[k], trackers[1 - k]
    way = 0 if plan.polarity > 0 else 1
    least = mine.range / COUNTER_MOVEMENT
    if other.phase[way] != IDLE and other.from_s[way] < mine.end_s + BESIDE_S and other.high[way] - other.low[way] > least:
        return True
    return other.count > 0 and other.range > least and other.end_s > mine.start_s - BESIDE_S and other.start_s < mine.end_s + BESIDE_S


@njit(cache=True)
def is_too_brief(plan: Any, tracker: Any) -> bool:
    """Whether what should be held did not stay up, the way back left out: feet that sort their weight are no attempt."""
    return bool(plan.hold_band == 1 and tracker.end_s - tracker.down_s - tracker.start_s < plan.least_s)


@njit(cache=True)
def end_repetition(plan: Any, state: Any, track: Any, tracker: Any, polarity: int, events: Any, n: int) -> int:
    """Report the repetition, its faults and its hold."""
    n = end_hold(events, n, state, track)
    n = emit(events, n, REPETITION, state, track)
    e = events[n - 1]
    e.start_s, e.peak_s, e.end_s = tracker.start_s, tracker.peak_s, tracker.end_s
    e.range, e.top = tracker.range, tracker.top
    if plan.centred == 1:
        e.top += track.reference[0]
    e.way = polarity
    if plan.way_signal >= 0:
        e.travel = track.rest[plan.way_signal] - track.way_from
    if track.rising > 0:
        e.hands_seen = track.hands_seen / track.rising
        e.hands_down = track.hands_down / track.rising
    e.hold_s = track.hold_best_s if plan.hold_band == 1 else tracker.hold_s
    e.up_s, e.down_s = tracker.up_s, tracker.down_s
    e.other = track.other_top
    e.start[:] = track.start
    e.peak[:] = track.peak
    e.size = float(track.peak_n)
    e.fastest = track.fastest
    for f in range(MOST_FAULTS):
        e.known[f] = 1 if 2 * track.frames_known[f] >= max(track.frames, 1) else 0
    for f in range(plan.n_faults):
        if track.grade[f] > 0:
            n = emit(events, n, FAULT, state, track)
            e = events[n - 1]
            e.fault = f
            e.grade = track.grade[f]
            e.start_s = track.from_s[f]
            e.end_s = min(track.to_s[f], tracker.end_s)
            e.size = track.size[f]
    state.repetitions += 1
    track.running = 0
    return n


@njit(cache=True)
def feet_moved(state: Any, track: Any) -> None:
    """Note how far one ankle has moved against the other since the repetition's start, in shin lengths.

    Left and right may have been exchanged by the pose model meanwhile; that is not a step. Once they have been, neither is
    what lies between the two feet as they stood: smoothed points pass there on their way from one to the other.
    """
    p = state.smooth
    dx, dy = p[27, 0] - p[28, 0], p[27, 1] - p[28, 1]
    start_x, start_y = track.start[27, 0] - track.start[28, 0], track.start[27, 1] - track.start[28, 1]
    square = start_x * start_x + start_y * start_y
    share = min(1.0, max(-1.0, (dx * start_x + dy * start_y) / square)) if square > 0.0 else 0.0
    moved = min(math.hypot(dx - start_x, dy - start_y), math.hypot(dx + start_x, dy + start_y))
    shin = state.ruler * SHIN_PER_TRUNK
    track.stepped[0] = max(track.stepped[0], moved / shin)
    track.stepped[1] = max(track.stepped[1], math.hypot(dx - share * start_x, dy - share * start_y) / shin)
    track.crossed = max(track.crossed, 1 if share < EXCHANGED else 0)
    track.other_top = track.stepped[track.crossed]


@njit(cache=True)
def judge_frame(plan: Any, state: Any, tracks: Any, k: int, tracker: Any, world: Any, time_s: float, dt: float, events: Any, n: int) -> int:
    """Faults, hold and peak of the repetition under way, for one frame."""
    track = tracks[k]
    polarity = polarity_of(plan, k)
    way = 0 if polarity > 0 else 1
    height = tracker.high[way] - tracker.low[way]
    value = track.value * polarity
    track.fastest = max(track.fastest, track.rate)
    aside = 0.5 * (state.smooth[23, 0] + state.smooth[24, 0] - track.start[23, 0] - track.start[24, 0])
    track.strayed = max(track.strayed, abs(aside) / state.ruler)
    note_peak(state, track, tracker, world, way, height)
    if plan.planted == 1:
        feet_moved(state, track)
    # A hanging foot that sinks is the other one rising: there is but one movement.
    if plan.side_mode == EACH and plan.drops == 0:
        track.other_top = max(track.other_top, (tracks[1 - k].signal[0] - track.other_rest) * plan.polarity)
    change = value if plan.centred == 1 else value - polarity * track.reference[0]
    if plan.hold_band == 1 and keep_hold(plan, track, change, time_s, dt):
        n = end_hold(events, n, state, track)
    alpha = dt / (dt + 0.2)
    before = track.level
    track.level += alpha * (track.value - track.level)
    # A deep sag is told from the way back by its level, after the tracker has taken it for a return.
    going = tracker.phase[way] == GOING
    if not going and (tracker.phase[way] != SETTLING or plan.has_sag == 0):
        return n
    track.frames += going
    for f in range(plan.n_faults):
        kind = plan.fault_kind[f]
        new = False
        if kind == NOT_IN_STEP or (not going and kind != SAG):
            continue
        change = track.signal[plan.fault_signal[f]] - track.reference[plan.fault_signal[f]]
        if math.isnan(change):
            continue
        track.frames_known[f] += going
        if kind == LEVEL:
            s = plan.fault_signal[f]
            excess = track.signal[s] if plan.fault_absolute[f] == 1 else track.signal[s] - track.reference[s]
            excess = abs(excess) if plan.fault_either[f] == 1 else excess * plan.fault_sign[f]
            excess -= plan.fault_bias[f, track.seen_from]
            new = grade_fault(track, f, excess, plan.fault_amber[f], plan.fault_red[f], plan.fault_least_s[f], time_s)
        elif kind == SAG:
            rate = abs(track.level - before) / dt if dt > 0.0 else math.inf
            drop = tracker.high[way] - track.level * polarity
            excess = drop if rate < min(SAG_RATE, SAG_PACE * height) and drop < SAG_AT_MOST * height else 0.0
            new = grade_fault(track, f, excess, plan.fault_amber[f], plan.fault_red[f], plan.fault_least_s[f], time_s)
        elif kind == OSCILLATION and value - tracker.low[way] > 0.4 * height:
            excess = count_turns(track, track.signal[plan.fault_signal[f]], 2.0 * plan.fault_amber[f], time_s)
            new = grade_fault(track, f, excess, plan.fault_amber[f], plan.fault_red[f], 0.0, time_s)
        if new:
            n = emit(events, n, WARNING, state, track)
            e = events[n - 1]
            e.fault = f
            e.grade = track.grade[f]
            e.start_s = track.from_s[f]
            e.end_s = time_s
            e.size = track.size[f]
    return n


@njit(cache=True)
def step(
    plan: Any, state: Any, tracks: Any, trackers: Any, wanted: int, time_s: float, image: Any, world: Any, visibility: Any,
    width: float, height: float, events: Any, n: int,
) -> int:  # fmt: skip
    """Take one frame.

    Parameters
    ----------
    plan, state : `PLAN` and `STATE` records
    tracks, trackers : one or two `TRACK` and `TRACKER` records
    wanted : the side asked for, or BOTH to find it
    time_s : seconds, later than the frame before
    image, world : (33, 3); visibility : (33,)
    width, height : frame size, pixels
    events : `EVENT` records with room for `MOST_EVENTS_A_FRAME` more; n : how many are filled

    Returns
    -------
    How many events are filled now.
    """
    state.frames += 1
    dt = time_s - state.last_s if state.have == 1 else 0.0
    is_running = False
    for k in range(len(tracks)):
        is_running = is_running or tracks[k].running == 1
    seen = has_torso(image)
    if seen:
        least = plan.visible if is_running else VISIBLE
        if plan.side_mode == EACH:
            seen = is_visible(plan, 0, image, visibility, least) and is_visible(plan, 1, image, visibility, least)
        elif tracks[0].side != BOTH:
            seen = is_visible(plan, tracks[0].side, image, visibility, least)
        else:
            seen = is_visible(plan, 0, image, visibility, least) or is_visible(plan, 1, image, visibility, least)
    if not seen:
        # Legs turned away are often found again with the other side nearer: ask afresh when nothing is under way.
        if not is_running and plan.side_mode != EACH and wanted == BOTH and time_s - state.seen_s > LAPSE_S:
            tracks[0].side = BOTH
        if state.ready == 1 and time_s - state.seen_s > LOST_S:
            n = emit(events, n, LOST, state, tracks[0])
            events[n - 1].start_s = time_s
            forget_set_up(plan, state, tracks, trackers)
        return n
    p = np.empty((33, 2))
    for i in range(33):
        p[i, 0] = image[i, 0] * width
        p[i, 1] = image[i, 1] * height
    tx = 0.5 * (p[11, 0] + p[12, 0] - p[23, 0] - p[24, 0])
    ty = 0.5 * (p[11, 1] + p[12, 1] - p[23, 1] - p[24, 1])
    x = 0.25 * (p[11, 0] + p[12, 0] + p[23, 0] + p[24, 0])
    y = 0.25 * (p[11, 1] + p[12, 1] + p[23, 1] + p[24, 1])
    trunk = body_length(plan, p, math.hypot(tx, ty))
    if not trunk > 1e-6:
        return n
    if not is_same_body(state, x, y, trunk, time_s):
        if state.refused_from_s != state.refused_from_s:
            state.refused_from_s = time_s
        if time_s - state.refused_from_s < NEW_BODY_S:
            return n
        # The other body stays: it is the one that is there now, and everything starts again.
        state.bodies += 1
        state.body_frames = 0
        if state.ready == 1:
            n = emit(events, n, LOST, state, tracks[0])
            events[n - 1].start_s = time_s
        forget_set_up(plan, state, tracks, trackers)
        state.have = 0
    elif is_elsewhere(state, x, y):
        # Perhaps the same body after a leap, perhaps another: what comes next may not be measured against what was before.
        if state.ready == 1:
            n = emit(events, n, LOST, state, tracks[0])
            events[n - 1].start_s = time_s
        forget_set_up(plan, state, tracks, trackers)
        state.have = 0
    state.refused_from_s = math.nan
    state.seen += 1
    state.body_frames += 1
    state.best_body_frames = max(state.best_body_frames, state.body_frames)
    turned = 1
    if state.have == 0 or dt > LOST_S:
        take_first(state, p, trunk)
        dt = 0.0
    else:
        if plan.side_mode == UPPER and is_running and state.posture == SIDE_LYING:
            turned = undo_turn(state, tracks[0], p)
        undo_swap(state, p, dt)
        smooth(state, p, dt)
    state.last_s = time_s
    state.seen_s = time_s
    state.place[0], state.place[1] = x, y
    follow_body(plan, state, world, dt, is_running, turned)
    if not is_running:
        choose_side(plan, state, tracks, trackers, wanted)
    mixed = is_running and mixes_shins(state)
    for k in range(len(tracks)):
        side = tracks[k].side
        for s in range(plan.n_signals):
            # A signal whose points are hidden is not known; only the one that makes the repetition was asked for above.
            known = s == 0 or has_all(plan, 1 if side == 1 else 0, s, image, visibility, VISIBLE)
            # Of shins that may be exchanged the bend is not known.
            known = known and not (mixed and plan.signal[s] == KNEE_FLEXION)
            tracks[k].signal[s] = measure(plan.signal[s], side, state.smooth, state.ruler, state.orient) if known else math.nan
            if plan.signal[s] == LEG_RISE:
                # Then the thigh tells how far the leg is up, its knee as bent as before.
                thigh = measure(THIGH_RISE, side, state.smooth, state.ruler, state.orient)
                if mixed:
                    tracks[k].signal[s] = thigh + tracks[k].shin
                else:
                    tracks[k].shin = tracks[k].signal[s] - thigh
        if plan.shared == 1:
            tracks[k].signal[0] = of_either_leg(plan, state, side, tracks[k].signal[0], dt, is_running)
    # Set-up: posture and start position, for a moment; while a repetition runs only another posture ends it.
    if is_running:
        other = is_elsewise(plan, state)
        state.off_s = state.off_s + dt if other else 0.0
        if state.off_s > OFF_POSTURE_S:
            n = emit(events, n, LOST, state, tracks[0])
            events[n - 1].start_s = time_s
            forget_set_up(plan, state, tracks, trackers)
            state.fits = 0.0
            return n
    else:
        other = is_elsewise(plan, state)
        state.off_s = state.off_s + dt if other else 0.0
        # Who comes from another posture is still getting there until the body rests; a first glance may be wrong.
        if state.off_s > OFF_POSTURE_S:
            state.arriving = 1
        fits = 1.0 if fits_set_up(plan, state, tracks[0]) and (state.arriving == 0 or is_calm(state)) else 0.0
        state.fits = fits if state.fits < 0.0 else state.fits + dt / (dt + 0.25) * (fits - state.fits)
        if state.ready == 0 and state.fits > 0.6:
            state.ready = 1
            state.arriving = 0
            state.ever_ready = 1
            state.ready_s = time_s
            n = emit(events, n, READY, state, tracks[0])
            e = events[n - 1]
            e.start_s = time_s
            e.seen_from = state.seen_from
            for k in range(len(tracks)):
                start_tracker(trackers[k], polarity_of(plan, k), plan.least, plan.least_s, plan.smallest)
                tracks[k].rest[:] = tracks[k].signal
                tracks[k].before = tracks[k].signal[0]
                tracks[k].slow = 0.0 if plan.centred == 1 else tracks[k].signal[0]
                tracks[k].rate = tracks[k].slot_rate = 0.0
            for i in range(33):
                state.rest_points[i, 0], state.rest_points[i, 1] = state.smooth[i, 0], state.smooth[i, 1]
                for c in range(3):
                    state.rest_points[i, 2 + c] = world[i, c]
            state.ring_n = 0
        elif state.ready == 1 and state.fits < 0.2 and (state.posture == UNKNOWN or is_elsewise(plan, state)):
            n = emit(events, n, LOST, state, tracks[0])
            events[n - 1].start_s = time_s
            forget_set_up(plan, state, tracks, trackers)
    if state.ready == 0:
        return n
    rest_alpha = dt / (dt + REST_TAU_S)
    for i in range(33):
        for c in range(2):
            state.rest_points[i, c] += rest_alpha * (state.smooth[i, c] - state.rest_points[i, c])
        for c in range(3):
            state.rest_points[i, 2 + c] += rest_alpha * (world[i, c] - state.rest_points[i, 2 + c])
    for k in range(len(tracks)):
        for s in range(plan.n_signals):
            now = tracks[k].signal[s]
            if tracks[k].rest[s] != tracks[k].rest[s]:
                tracks[k].rest[s] = now
            elif now == now:
                tracks[k].rest[s] += rest_alpha * (now - tracks[k].rest[s])
    remember_rest(state, tracks, time_s)
    for k in range(len(tracks)):
        track, tracker = tracks[k], trackers[k]
        polarity = polarity_of(plan, k)
        way = 0 if polarity > 0 else 1
        track.value = track.signal[0]
        if plan.centred == 1:
            track.value -= centre_of(plan, state, track, trackers, dt)
        # A stretch may bounce: the repetition follows its slow part, the bounce is a fault.
        if dt > 0.0:
            now = (track.signal[0] - track.before) * polarity / dt
            tau_s = CALM_RATE_TAU_S if plan.calm == 1 and plan.hold_band == 0 else RATE_TAU_S
            track.rate += dt / (dt + tau_s) * (now - track.rate)
            track.slot_rate = max(track.slot_rate, track.rate)
        track.before = track.signal[0]
        slow_tau_s = SLOW_TAU_S if plan.hold_band == 1 else CALM_TAU_S
        track.slow += (dt / (dt + slow_tau_s) if dt > 0.0 else 1.0) * (track.value - track.slow)
        followed = track.slow if plan.calm == 1 else track.value
        if plan.centred == 1 and followed * polarity < 0.0:
            followed = 0.0
        event = advance(tracker, time_s, followed)
        if event == ENDED:
            if track.running == 0:
                start_repetition(plan, state, tracks, k, tracker.start_s)
            stepped = plan.planted == 1 and track.other_top > STEPPED
            strayed = plan.way_signal < 0 and plan.chair == 0 and track.strayed > STRAYED
            strayed = strayed or (plan.drops == 1 and lifted_itself(state, track))
            # Feet that only seem to drift apart while the body stands are no step.
            strayed = strayed or (plan.way_signal >= 0 and abs(track.rest[plan.way_signal] - track.way_from) < STEPS_ON)
            beside = plan.side_mode == EACH and is_counter_movement(plan, trackers, k)
            if strayed or stepped or beside or is_too_brief(plan, tracker):
                track.running = 0
            else:
                n = end_repetition(plan, state, track, tracker, polarity, events, n)
        elif event == ABANDONED:
            n = end_hold(events, n, state, track)
            track.running = 0
        if tracker.phase[way] == IDLE:
            track.running = 0
            if track.have_base == 0 and time_s - state.ready_s >= SETTLED_S:
                track.base[:] = track.rest
                track.have_base = 1
        else:
            if track.running == 0:
                start_repetition(plan, state, tracks, k, tracker.from_s[way])
            n = judge_frame(plan, state, tracks, k, tracker, world, time_s, dt, events, n)
            if plan.chair == 1 and tracker.phase[way] == GOING and tracker.band_s[way] <= 0.0:
                watch_hands(state, track, image, visibility)
    return n


@njit(cache=True)
def lifted_itself(state: Any, track: Any) -> bool:
    """Whether the foot that should stand has gone up more than the hanging one has gone down: a step on the spot.

    Less than a step is how a pose model's ankles wander.
    """
    own, other = (28, 27) if track.side == 1 else (27, 28)
    up, down = track.start[own, 1] - track.peak[own, 1], track.peak[other, 1] - track.start[other, 1]
    return bool(up > max(down, LIFTS_ITSELF * SHIN_PER_TRUNK * state.ruler))


@njit(cache=True)
def centre_of(plan: Any, state: Any, track: Any, trackers: Any, dt: float) -> float:
    """The rest from which both ways are measured; it follows slowly while nothing is under way."""
    if track.have_base == 0:
        return float(track.rest[0])
    idle = True
    for k in range(len(trackers)):
        idle = idle and trackers[k].phase[0 if polarity_of(plan, k) > 0 else 1] == IDLE
    if idle and track.signal[0] == track.signal[0]:
        # A pose that is held on a way that is not followed is no new rest, nor is an overshoot: they pull no more than wander does.
        most = plan.least * (CENTRE_PULL if len(trackers) == 1 else CENTRE_PULL_BOTH)
        tau_s = CENTRE_TAU_S
        if state.last_s - state.ready_s < CENTRE_FIRST_S:
            # The first frames of a pose model are still on their way to where the body is.
            tau_s, most = CENTRE_FIRST_TAU_S, math.inf
        track.base[0] += dt / (dt + tau_s) * min(most, max(-most, track.signal[0] - track.base[0]))
    return float(track.base[0])


@njit(cache=True)
def watch_hands(state: Any, track: Any, image: Any, visibility: Any) -> None:
    """On the way up from a chair: whether a hand is seen, and down at the hips instead of at the chest."""
    p = state.smooth
    x, y = 0.5 * (p[11, 0] + p[12, 0]), 0.5 * (p[11, 1] + p[12, 1])
    dx, dy = 0.5 * (p[23, 0] + p[24, 0]) - x, 0.5 * (p[23, 1] + p[24, 1]) - y
    length = dx * dx + dy * dy
    track.rising += 1
    seen, down = False, False
    for i in (15, 16):
        if shows(image, visibility, i, VISIBLE) and length > 0.0:
            seen = True
            down = down or ((p[i, 0] - x) * dx + (p[i, 1] - y) * dy) / length > HAND_DOWN
    track.hands_seen += 1 if seen else 0
    track.hands_down += 1 if down else 0


@njit(cache=True)
def step_many(
    plan: Any, state: Any, tracks: Any, trackers: Any, wanted: int, time_s: Any, image: Any, world: Any, visibility: Any,
    width: float, height: float, events: Any, first: int,
) -> tuple[int, int]:  # fmt: skip
    """Frames from `first` on until the events might not fit; the next frame, and how many events are filled."""
    n = 0
    i = first
    while i < len(time_s) and n + MOST_EVENTS_A_FRAME < len(events):
        n = step(plan, state, tracks, trackers, wanted, time_s[i], image[i], world[i], visibility[i], width, height, events, n)
        i += 1
    return i, n


@njit(cache=True)
def close_open(plan: Any, state: Any, track: Any, tracker: Any, polarity: int, events: Any, n: int) -> int:
    """A stretch, a balance or a stand still held when the frames end is complete as it stands."""
    if plan.chair == 0 and track.hold_from_s != track.hold_from_s and track.hold_best_s < LEAST_HOLD_S:
        return n
    way = 0 if polarity > 0 else 1
    tracker.start_s = tracker.from_s[way]
    tracker.peak_s = tracker.high_s[way]
    tracker.end_s = state.last_s
    tracker.range = tracker.high[way] - tracker.low[way]
    tracker.top = polarity * tracker.high[way]
    tracker.up_s = max(tracker.enter_s[way] - tracker.from_s[way], 0.0)
    tracker.down_s = 0.0
    if tracker.end_s - tracker.start_s < plan.least_s:
        return n
    return end_repetition(plan, state, track, tracker, polarity, events, n)


@njit(cache=True)
def is_half_up(plan: Any, tracker: Any) -> bool:
    """Whether this is a stand from a chair under way, more than half of this person's usual one."""
    way = 0 if plan.polarity > 0 else 1
    height = tracker.high[way] - tracker.low[way]
    return bool(plan.chair == 1 and tracker.phase[way] == GOING and height > HALF_UP * max(tracker.usual, tracker.least_range))


@njit(cache=True)
def close(plan: Any, state: Any, tracks: Any, trackers: Any, events: Any) -> int:
    """No frame follows: what was all but complete is complete. How many events are filled."""
    n = 0
    for k in range(len(tracks)):
        if state.ready == 1 and finish(trackers[k]) == ENDED:
            if is_too_brief(plan, trackers[k]):
                continue
            if tracks[k].running == 0:
                start_repetition(plan, state, tracks, k, trackers[k].start_s)
            n = end_repetition(plan, state, tracks[k], trackers[k], polarity_of(plan, k), events, n)
        elif state.ready == 1 and tracks[k].running == 1 and (plan.hold_band == 1 or is_half_up(plan, trackers[k])):
            n = close_open(plan, state, tracks[k], trackers[k], polarity_of(plan, k), events, n)
    return n
