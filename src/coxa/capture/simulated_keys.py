"""The simulated person does what the catalogue's key poses say, in their own way, and the truth is measured on the joints."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.skeleton import SEGMENTS, Build, Floats, Sex, Side, Skeleton
from coxa.capture.performed_keys import (
    Round,
    Visit,
    azimuth_of,
    blend,
    circling,
    forward,
    habits_of,
    local_rotations,
    perform,
    smooth,
    swayed,
    towards,
    traces,
    with_habits,
)
from coxa.capture.simulated_eye import watch
from coxa.capture.simulated_truth import END_STILL_S, START_STILL_S, Simulation, TrueRepetition, Truth, random_build
from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.exercises.coaching import Coaching, FaultRule
from coxa.exercises.model import Exercise
from coxa.exercises.movement import Movement
from coxa.exercises.moving import still

Random = np.random.Generator
PerRepetition = float | Sequence[float] | None

OTHER: dict[Side, Side] = {"left": "right", "right": "left"}
LYING = ("supine", "prone", "side-lying")

#: Share of the way to a pose by which a held one bounces, or sags, at most.
MOST_SWING, MOST_SAG = 0.4, 0.6

#: Height of the bodies on which key poses are solved, metres.
REFERENCE_M = 1.70

#: Shares of cameras on the floor, on a chair, on a table.
HEIGHTS = {"floor": 0.12, "chair": 0.45, "table": 0.75}
LOW, SEATED, HIGH = (0.45, 0.35, 0.20), (0.10, 0.60, 0.30), (0.10, 0.40, 0.50)


@dataclass(frozen=True)
class Tempo:
    """Seconds of each phase of a clean repetition, least and most."""

    up: tuple[float, float] = (1.2, 2.6)
    hold: tuple[float, float] = (0.3, 2.5)
    down: tuple[float, float] = (1.2, 2.8)
    pause: tuple[float, float] = (0.4, 1.4)


STRETCH = Tempo((1.6, 3.0), (8.0, 16.0), (1.3, 2.5), (0.6, 1.5))
STEP = Tempo((0.7, 1.2), (0.1, 0.4), (0.7, 1.2), (0.15, 0.6))
CHAIR = Tempo((0.8, 1.5), (0.1, 0.5), (0.9, 1.6), (0.2, 0.7))


@dataclass(frozen=True)
class Kept:
    """What of an exercise's rules the simulation needs."""

    exercise: Exercise
    movement: Movement
    coaching: Coaching

    @property
    def stretches(self) -> bool:
        """Whether it is held rather than repeated."""
        return self.coaching.hold is not None and self.coaching.hold.clock == "band"

    @property
    def travels(self) -> bool:
        """Whether the person walks."""
        return self.coaching.repetition.direction_signal == "travel"

    @property
    def circles(self) -> bool:
        """Whether the path goes round."""
        return {"outwards", "inwards"} <= set(self.movement.keys)

    @property
    def tempo(self) -> Tempo:
        """How fast it is done."""
        if self.stretches:
            return STRETCH
        if self.travels:
            return STEP
        return CHAIR if "sitting" in self.coaching.setup.postures else Tempo()

    def followed(self, side: Side) -> Side:
        """The leg that is followed when this is the one that a result names."""
        return OTHER[side] if self.coaching.repetition.reports == "other" else side


@lru_cache(maxsize=64)
def kept(exercise_id: str) -> Kept:
    """The exercise's movement and rules; `BadInput` where it has none that can be simulated."""
    exercise = catalogue.load(exercise_id)
    if exercise.movement is None or exercise.coaching is None:
        lacks = "key poses" if exercise.movement is None else "a camera's rules"
        raise BadInput(f"simulation: expected an exercise with key poses that a camera follows, got {exercise_id}, which lacks {lacks}")
    return Kept(exercise, exercise.movement, exercise.coaching)


def can_be_performed(exercise_id: str) -> bool:
    """Whether the catalogue has key poses and camera rules for it."""
    if exercise_id not in catalogue.ids():
        return False
    exercise = catalogue.load(exercise_id)
    return exercise.movement is not None and exercise.coaching is not None


def rounds_of(movement: Movement) -> list[list[str]]:
    """The key poses of each repetition, as the path goes from the start to the start again."""
    names = list(movement.path)
    first = names.index("start") if "start" in names else 0
    rounds: list[list[str]] = []
    for name in names[first + 1 :] + names[:first]:
        if name == names[first]:
            rounds.append([])
        else:
            if not rounds:
                rounds.append([])
            rounds[-1].append(name)
    return [visited for visited in rounds if visited] or [["peak"]]


def camera_for(points: Floats, view: str, known: Kept, side: Side, rng: Random) -> Camera:
    """A camera where a household puts one for this view of a body at rest (33, 3)."""
    way = azimuth_of(towards(points, view, known.followed(side), known.coaching.end))
    azimuth = way + float(rng.uniform(-12, 12))
    # who walks has to stay in the picture
    distance = float(rng.uniform(*((3.0, 4.0) if known.travels else (2.0, 2.8) if view == "feet-end" else (1.6, 2.6))))
    upright = known.exercise.posture in ("standing", "half-kneeling", "sitting")
    if view == "raised":
        height = float(np.clip(0.3 + distance * np.tan(np.radians(rng.uniform(25, 50))), 1.1, 2.1))
    else:
        usual = dict(zip(HEIGHTS, SEATED if view == "feet-end" else HIGH if upright else LOW, strict=True))
        weights = np.array([usual[place] if place in known.coaching.heights else 0.0 for place in HEIGHTS])
        height = float(rng.choice(list(HEIGHTS.values()), p=weights / weights.sum()))
    size = (480, 640) if upright and rng.random() < 0.5 else (640, 480)
    return Camera(height, distance, azimuth, width=size[0], height=size[1])


@lru_cache(maxsize=1024)
def reference(exercise_id: str, sex: Sex, key: str, fault: str | None) -> Posed:
    """A key pose on the body on which all are solved, the left side working; a mistake as big as it is drawn."""
    return still(kept(exercise_id).movement, Skeleton.of(Build(REFERENCE_M, sex)), key, fault=fault)


@dataclass(frozen=True, eq=False)
class Poses:
    """A person's own key poses: the start, and each repetition's visits by name."""

    known: Kept
    skeleton: Skeleton
    habits: Floats
    side: Side

    def pose(self, key: str, *, fault: str | None = None, share: float = 1.0) -> Posed:
        """One key pose as this person takes it, with a share of a mistake as big as it is drawn."""
        build = self.skeleton.build
        pose = reference(self.known.exercise.id, build.sex, key, None)
        if fault is not None:
            wrong = reference(self.known.exercise.id, build.sex, key, fault)
            pose = blend(pose, wrong, np.full((1, len(pose.origins)), share))[0]
        # The same angles on another skeleton: a taller body is the same body, larger.
        root = pose.origins[0] * (build.height_m / REFERENCE_M)
        pose = forward(self.skeleton, root, local_rotations(pose))
        return with_habits(pose if self.side == "left" else pose.mirrored(), self.habits)

    def traced(self, points: Floats, name: str) -> Floats:
        """A signal over points (T, 33, 3), seen as the exercise is."""
        coaching = self.known.coaching
        return traces(points, [name], self.known.followed(self.side), coaching.views[0], end=coaching.end)[name]

    def value(self, pose: Posed, start: Posed, name: str) -> tuple[float, float]:
        """A signal in a pose and at the start, seen as the exercise is."""
        both = np.stack([start.landmarks(), pose.landmarks()])
        seen = self.traced(both, name)
        return float(seen[1]), float(seen[0])

    def reach_for(self, start: Posed, before: Posed, pose: Posed, wanted: float) -> float:
        """How far towards a pose the own signal is `wanted`."""
        grid = np.linspace(0.3, 1.6, 27)
        way = blend(before, pose, np.repeat(grid[:, None], pose.origins.shape[0], axis=1))
        points = np.concatenate([start.landmarks()[None], way.landmarks()])
        name = self.known.coaching.repetition.signal
        seen = self.traced(points, name)[1:]
        return float(grid[int(np.argmin(np.abs(seen - wanted)))])

    def slope(self, start: Posed, before: Posed, pose: Posed, reach: float) -> float:
        """How much the own signal changes there for each share of the way, positive."""
        way = blend(before, pose, np.repeat(np.array([[reach - 0.06], [reach + 0.06]]), pose.origins.shape[0], axis=1))
        points = np.concatenate([start.landmarks()[None], way.landmarks()])
        name = self.known.coaching.repetition.signal
        seen = self.traced(points, name)
        return max(abs(float(seen[2] - seen[1])) / 0.12, 1e-6)

    def faulty(self, start: Posed, key: str, rule: FaultRule, wanted: float) -> Posed:
        """A key pose in which a mistake has a size, measured by the mistake's own signal, or that of the range."""
        own = rule.kind == "peak"
        signal = self.known.coaching.repetition.signal if own else rule.signal

        def excess(share: float) -> float:
            now, rest = self.value(self.pose(key, fault=rule.fault, share=share), start, signal)
            change = now if rule.absolute else now - rest
            return abs(change) if own and not rule.absolute else rule.sign * change

        low, high = 0.0, 1.0
        at_low, at_high = excess(low), excess(high)
        for _ in range(5):
            if abs(at_high - wanted) < 0.02 * abs(wanted) or abs(at_high - at_low) < 1e-6:
                break
            following = float(np.clip(high + (wanted - at_high) * (high - low) / (at_high - at_low), -0.5, 4.0))
            low, at_low, high = high, at_high, following
            at_high = excess(high)
        return self.pose(key, fault=rule.fault, share=high)


def sway_of(time_s: Floats, size_deg: float, rng: Random) -> Floats:
    """Slow wandering: a few sines of random rate and phase, (T, 3) degrees."""
    rates = rng.uniform(0.06, 0.45, (4, 3))
    phases = rng.uniform(0, 2 * np.pi, (4, 3))
    sizes = rng.uniform(0.3, 1.0, (4, 3)) * size_deg / 2
    sway: Floats = np.sum(sizes * np.sin(2 * np.pi * rates * time_s[:, None, None] + phases), axis=1)
    return sway


@dataclass(frozen=True)
class Done:
    """What one repetition was asked to be: when and how, whose leg, and what wrong."""

    round: Round
    leg: Side
    planted: dict[str, float]


@dataclass(frozen=True, eq=False)
class Performance:
    """Everything that a simulation needs of a performance."""

    known: Kept
    skeleton: Skeleton
    posed: Posed
    time_s: Floats
    done: list[Done]
    camera: Camera
    side: Side


def perform_keys(
    exercise_id: str,
    *,
    seed: int,
    build: Build,
    camera: Camera | None,
    view: str | None,
    repetitions: int,
    faults: Mapping[int, Mapping[str, float]],
    ranges: PerRepetition,
    up_s: PerRepetition,
    hold_s: PerRepetition,
    down_s: PerRepetition,
    fps: float,
    side: Side,
) -> Performance:
    """A set done by one person; the parameters are those of `simulate`."""
    known = kept(exercise_id)
    rng = np.random.default_rng([seed, zlib.crc32(exercise_id.encode()), 7])
    skeleton = Skeleton.of(build)
    poses = Poses(known, skeleton, habits_of(rng), side)
    start = poses.pose("start")
    tempo = known.tempo
    given = [each(v, limits, repetitions, rng) for v, limits in ((up_s, tempo.up), (hold_s, tempo.hold), (down_s, tempo.down))]
    if known.circles:
        done, time_s, posed = circles(poses, repetitions, given, rng, fps)
    else:
        if known.travels:
            done = walk(poses, start, repetitions, given, faults, rng)
        else:
            done = repeat(poses, start, repetitions, given, faults, ranges, rng)
        end_s = (done[-1].round.end_s if done else START_STILL_S) + END_STILL_S
        time_s = np.arange(round(end_s * fps) + 1) / fps
        posed = perform(start, [d.round for d in done], time_s, rng)
    upright = known.exercise.posture in ("standing", "half-kneeling", "sitting")
    posed = swayed(posed, sway_of(time_s, 0.8 if upright else 0.25, rng))
    view = view or known.coaching.views[0]
    if camera is None:
        camera = camera_for(start.landmarks(), view, known, side, rng)
    return Performance(known, skeleton, posed, time_s, done, camera, side)


def repeat(
    poses: Poses,
    start: Posed,
    count: int,
    seconds: Sequence[Sequence[float]],
    faults: Mapping[int, Mapping[str, float]],
    ranges: PerRepetition,
    rng: Random,
) -> list[Done]:
    """Repetitions where the person is, in turn or one way after the other."""
    known = poses.known
    rounds = rounds_of(known.movement)
    habit = rng.uniform(0.8, 1.05)
    in_turn = bool(rng.random() < 0.6)
    now = START_STILL_S
    done: list[Done] = []
    for k in range(count):
        planted = dict(faults.get(k, {}))
        way = (k if in_turn else k * len(rounds) // count) % len(rounds)
        if planted and not known.coaching.repetition.both_ways:
            way = 0  # mistakes are drawn in the first way's pose
        reach = habit * (1 + 0.06 * float(rng.standard_normal()))
        went = make_round(poses, start, rounds[way], now, [s[k] for s in seconds], reach, planted, wanted(ranges, k, count), rng)
        mirrored = known.movement.keys.get(rounds[way][-1])
        others = mirrored is not None and mirrored.mirrors is not None and not known.coaching.repetition.both_ways
        done.append(Done(went, OTHER[poses.side] if others else poses.side, planted))
        now = went.end_s + float(rng.uniform(*known.tempo.pause))
    return done


def walk(
    poses: Poses, start: Posed, count: int, seconds: Sequence[Sequence[float]], faults: Mapping[int, Mapping[str, float]], rng: Random
) -> list[Done]:
    """Steps one way, a pause, and back; the foot that moved stays, and the body comes to it."""
    known = poses.known
    now = START_STILL_S
    gone = np.zeros(3)
    done: list[Done] = []
    forth = (count + 1) // 2
    habit = rng.uniform(0.75, 1.1)
    for k in range(count):
        planted = dict(faults.get(k, {}))
        back = k >= forth
        leg = OTHER[poses.side] if back else poses.side
        own = replace(poses, side=leg)
        reach = habit * (1 + 0.06 * float(rng.standard_normal()))
        went = make_round(own, start, ["peak"], now, [s[k] for s in seconds], reach, planted, None, rng)
        top = went.visits[-1]
        ankles = {s: top.pose.joint(f"foot_{s}") - start.joint(f"foot_{s}") for s in ("left", "right")}
        step = max(ankles.values(), key=lambda way: float(np.linalg.norm(way))) * np.array([1.0, 0.0, 1.0]) * top.reach
        moved = replace(top, pose=top.pose.moved(gone))
        gone = gone + step
        home = Visit(start.moved(gone), top.leave_s, went.end_s, np.inf)
        done.append(Done(Round([moved], [home], went.wobble), leg, planted))
        now = home.there_s + float(rng.uniform(*known.tempo.pause)) + (0.8 if k == forth - 1 else 0.0)
    return done


def circles(poses: Poses, count: int, seconds: Sequence[Sequence[float]], rng: Random, fps: float) -> tuple[list[Done], Floats, Posed]:
    """Circles one way, a pause, and circles the other way, through the path's four key poses."""
    edge = [poses.pose(name) for name in poses.known.movement.path]
    forth = (count + 1) // 2
    lasts = [max(1.2, up + down) * 0.8 for up, down in zip(seconds[0], seconds[2], strict=True)]
    size = rng.uniform(0.7, 1.1)
    edge = [edge[0], *(blend(edge[0], pose, np.full((1, len(pose.origins)), size))[0] for pose in edge[1:])]
    moments, angles = [0.0, START_STILL_S], [0.0, 0.0]
    done: list[Done] = []
    for k in range(count):
        way = 1.0 if k < forth else -1.0
        began, ends = moments[-1], moments[-1] + lasts[k]
        moments.append(ends)
        angles.append(angles[-1] + way * 360.0)
        half = Visit(edge[2], began, (began + ends) / 2, (began + ends) / 2)
        done.append(Done(Round([half], [Visit(edge[0], half.leave_s, ends, np.inf)]), poses.side, {}))
        if k in (forth - 1, count - 1):
            moments.append(ends + float(rng.uniform(0.6, 1.5)) + (END_STILL_S if k == count - 1 else 0.0))
            angles.append(angles[-1])
    time_s = np.arange(round(moments[-1] * fps) + 1) / fps
    angle = np.interp(time_s, moments, angles)
    # Nobody starts at full speed: a moving mean over a third of a second.
    width = max(3, round(0.35 * fps) | 1)
    angle = np.convolve(np.pad(angle, width // 2, mode="edge"), np.full(width, 1.0 / width), mode="valid")
    return done, time_s, circling(edge, angle)


def each(values: PerRepetition, limits: tuple[float, float], count: int, rng: Random) -> list[float]:
    """One value a repetition: given, or around the person's own habit."""
    habit = rng.uniform(*limits)
    drawn = np.clip(habit * (1 + 0.12 * rng.standard_normal(count)), *limits)
    if values is None:
        return [float(v) for v in drawn]
    return [float(values)] * count if isinstance(values, int | float) else [float(v) for v in values]


def wanted(ranges: PerRepetition, k: int, count: int) -> float | None:
    """The own angle asked for in one repetition, or None."""
    return None if ranges is None else each(ranges, (0.0, 1.0), count, np.random.default_rng(0))[k]


def make_round(
    poses: Poses, start: Posed, keys: list[str], from_s: float, seconds: list[float], reach: float, planted: dict[str, float],
    range_wanted: float | None, rng: Random,
) -> Round:  # fmt: skip
    """One repetition through its key poses, with what is to be wrong in it."""
    known = poses.known
    rules = {rule.fault: rule for rule in known.coaching.faults}
    rule = known.coaching.repetition
    up, hold, down = seconds
    own = poses
    found = [own.pose(key) for key in keys]
    size = [abs(own.value(p, start, rule.signal)[0] - own.value(p, start, rule.signal)[1]) for p in found]
    apex = int(np.argmax(size)) if len(found) > 1 else 0
    # Who bounces or sags gives way towards the start, and not only as far as the key pose before the top.
    swings = any(rules[name].kind in ("sag", "oscillation") for name in planted)
    through = [apex] if swings else list(range(apex + 1))
    before = found[apex - 1] if apex and not swings else start
    target = found[apex]
    wobble = None
    for name, amount in planted.items():
        fault = rules[name]
        if fault.kind == "tempo":
            up, down, hold = amount, 1.1 * amount, min(hold, 0.15)
        elif fault.kind == "peak":
            now, rest = own.value(target, start, rule.signal)
            goal = amount if fault.absolute else rest + np.sign(now - rest) * amount
            if fault.fault in known.movement.faults and known.movement.faults[fault.fault].angles:
                target, reach = own.faulty(start, keys[apex], fault, amount), 1.0
            else:
                reach = own.reach_for(start, before, target, goal)
        elif fault.kind == "short":
            now, rest = own.value(target, start, rule.signal)
            low = rule.target.low - amount
            reach = own.reach_for(start, before, target, low if rule.absolute else rest + np.sign(now - rest) * low)
        elif fault.kind in ("sag", "oscillation"):
            # Where the signal hardly changes any more no body can make it swing that far.
            share = min(amount / own.slope(start, before, target, reach), MOST_SAG if fault.kind == "sag" else MOST_SWING)
            hold = max(hold, 2.5 if fault.kind == "sag" else 6.0)
            wobble = (fault.kind, share, float(rng.uniform(0.9, 1.3)))
        elif fault.kind == "level":
            target = own.faulty(start, keys[apex], fault, amount)
    if range_wanted is not None:
        now, rest = own.value(target, start, rule.signal)
        reach = own.reach_for(start, before, target, range_wanted if rule.absolute else rest + np.sign(now - rest) * range_wanted)
    part = up / len(through)
    visits = []
    for turn, k in enumerate(through):
        go = from_s + turn * part
        last = k == apex
        visits.append(Visit(target if last else found[k], go, go + part, go + part + (hold if last else 0.0), reach if last else 1.0))
    top, leave = visits[-1].there_s, visits[-1].leave_s
    after = [*found[apex + 1 :], start]
    back = [Visit(pose, leave + k * down / len(after), leave + (k + 1) * down / len(after), leave + (k + 1) * down / len(after))
            for k, pose in enumerate(after)]  # fmt: skip
    if wobble is None:
        return Round(visits, back)
    kind, share, rate = wobble

    def moves(time_s: Floats) -> Floats:
        if kind == "sag":
            return -share * smooth((time_s - top - 0.2 * hold) / (0.75 * hold))
        inside = smooth((time_s - top) / 0.5) * (1 - smooth((time_s - leave + 0.5) / 0.5))
        return share / 2 * np.sin(2 * np.pi * rate * (time_s - top)) * inside

    return Round(visits, back, moves)


# ------------------------------------------------------------------------------------------------ the whole simulation


def setup_from_keys(exercise_id: str, seed: int, view: str, side: Side) -> tuple[Build, Camera]:
    """A random person, and a camera for a view of the exercise's start position."""
    known = kept(exercise_id)
    if view not in known.coaching.views:
        raise BadInput(f"simulation: expected a view of {', '.join(known.coaching.views)} for {exercise_id}, got {view!r}")
    rng = np.random.default_rng([seed, zlib.crc32(f"{exercise_id} {view}".encode())])
    build = random_build(rng)
    start = Poses(known, Skeleton.of(build), np.zeros((len(SEGMENTS), 3)), side).pose("start")
    return build, camera_for(start.landmarks(), view, known, side, rng)


def simulate_keys(
    exercise_id: str,
    *,
    seed: int,
    build: Build | None,
    camera: Camera | None,
    view: str | None,
    repetitions: int,
    faults: Mapping[int, Mapping[str, float]],
    ranges: PerRepetition,
    up_s: PerRepetition,
    hold_s: PerRepetition,
    down_s: PerRepetition,
    fps: float,
    side: Side,
    noise: bool,
    aim: bool,
) -> Simulation:
    """`simulate` for an exercise that has key poses and no performance of its own.

    Faults are planted in the unit of their limits, as the change (or, if `absolute`, the value) that their own signal shows;
    ``too-fast`` in seconds of the way up. `ranges` are in the unit of the exercise's signal.
    """
    known = kept(exercise_id)
    _check(known, repetitions, faults, fps)
    key = zlib.crc32(exercise_id.encode())
    if build is None:
        build = random_build(np.random.default_rng([seed, key, 3]))
    done = perform_keys(
        exercise_id, seed=seed, build=build, camera=camera, view=view, repetitions=repetitions, faults=faults, ranges=ranges, up_s=up_s,
        hold_s=hold_s, down_s=down_s, fps=fps, side=side,
    )  # fmt: skip
    points = done.posed.landmarks()
    seen = done.camera
    if aim:
        sparse = done.posed[:: max(1, round(fps / 6))]  # type: ignore[index]
        extent = np.concatenate([sparse.landmarks(), sparse.surface()], axis=1)
        seen = seen.framing(extent, margin=float(np.random.default_rng([seed, key, 4]).uniform(0.05, 0.14)))
    recording = watch(points, seen, fps, np.random.default_rng([seed, key, 2]) if noise else None)
    return Simulation(recording, truth_of(done, points), seen, done.skeleton, done.posed, False)


def _check(known: Kept, repetitions: int, faults: Mapping[int, Mapping[str, float]], fps: float) -> None:
    if repetitions < 0 or not 3 <= fps <= 240:
        raise BadInput(f"simulation: expected repetitions of 0 or more and 3 to 240 frames/s, got {repetitions} and {fps:g}")
    can = plantable(known)
    for k, planted in faults.items():
        if not 0 <= k < repetitions:
            raise BadInput(f"simulation: expected faults in repetitions 0 to {repetitions - 1}, got repetition {k}")
        if unknown := sorted(set(planted) - set(can)):
            raise BadInput(f"simulation: expected faults of {', '.join(can)} for {known.exercise.id}, got {', '.join(unknown)}")


def plantable(known: Kept) -> tuple[str, ...]:
    """The mistakes that can be put into this exercise: those with a pose of their own, and those of range, time and steadiness."""
    return tuple(
        rule.fault
        for rule in known.coaching.faults
        if rule.kind in ("tempo", "peak", "short", "sag", "oscillation") or (rule.kind == "level" and rule.fault in known.movement.faults)
    )


def truth_of(done: Performance, points: Floats) -> Truth:
    """What was done, measured on the joints."""
    known, rule = done.known, done.known.coaching.repetition
    view = known.coaching.views[0]
    names = {rule.signal, *([rule.direction_signal] if rule.direction_signal else [])}
    names |= {f.signal for f in known.coaching.faults if f.signal and f.kind == "level"}
    legs = {known.followed(d.leg) for d in done.done} | {known.followed(done.side)}
    seen = {leg: traces(points, sorted(names), leg, view, near=known.followed(done.side), end=known.coaching.end) for leg in legs}
    still_frames = max(1, round((START_STILL_S - 0.3) / max(done.time_s[1], 1e-9)))
    found: list[TrueRepetition] = []
    for one in done.done:
        trace = seen[known.followed(one.leg)]
        top = (done.time_s >= one.round.top_s) & (done.time_s <= one.round.leave_s)
        if not top.any():
            top = np.abs(done.time_s - one.round.top_s) < 0.05
        rest = {name: float(np.mean(values[:still_frames])) for name, values in trace.items()}
        value = {name: float(np.mean(values[top])) for name, values in trace.items()}
        sizes: dict[str, float] = {}
        for fault in known.coaching.faults:
            if fault.kind == "level" and fault.signal:
                sizes[fault.fault] = fault.sign * (value[fault.signal] - (0.0 if fault.absolute else rest[fault.signal]))
            elif fault.kind == "peak":
                sizes[fault.fault] = value[rule.signal] if fault.absolute else abs(value[rule.signal] - rest[rule.signal])
            elif fault.kind == "short":
                size = value[rule.signal] if rule.absolute else abs(value[rule.signal] - rest[rule.signal])
                sizes[fault.fault] = abs(rule.target.low) - size
            elif fault.kind in ("sag", "oscillation"):
                # How far it sinks; of a bounce half its height, as its limits are.
                inside = trace[rule.signal][top]
                high, low = np.percentile(inside, [98, 2])
                sizes[fault.fault] = float(high - low) * (1.0 if fault.kind == "sag" else 0.5)
            elif fault.kind == "tempo":
                sizes[fault.fault] = one.round.top_s - one.round.start_s
        change = value[rule.signal] - rest[rule.signal]
        if not rule.both_ways and not rule.direction_signal and change * rule.polarity < 0.0:
            continue  # the way that this exercise's camera does not count
        direction = ""
        if rule.directions:
            forth = change
            if rule.direction_signal:
                moment = np.searchsorted(done.time_s, [one.round.start_s, one.round.end_s])
                way = trace[rule.direction_signal]
                forth = float(way[min(moment[1], len(way) - 1)] - way[moment[0]])
            direction = rule.directions[0 if forth >= 0 else 1]
        found.append(
            TrueRepetition(
                one.round.start_s, one.round.top_s, one.round.leave_s, one.round.end_s, change, value[rule.signal],
                one.round.leave_s - one.round.top_s, sizes, one.planted, "both" if rule.sides == "both" else one.leg, direction,
            )
        )  # fmt: skip
    holds = tuple((d.round.top_s, d.round.leave_s) for d in done.done)
    if known.stretches and known.coaching.hold is not None:
        holds = tuple(held(known, done, one, seen[known.followed(one.leg)][rule.signal], still_frames) for one in done.done)
    side = "both" if rule.sides == "both" else done.side
    return Truth(known.exercise.id, side, tuple(found), holds, ())


def held(known: Kept, done: Performance, one: Done, trace: Floats, still_frames: int) -> tuple[float, float]:
    """From when to when a stretch was far enough for its clock to run."""
    rule, hold = known.coaching.repetition, known.coaching.hold
    assert hold is not None
    rest = float(np.mean(trace[:still_frames]))
    enough = hold.share * (max(abs(rule.target.low - rest), rule.least.value) if rule.absolute else abs(rule.target.low))
    inside = (done.time_s >= one.round.start_s) & (done.time_s <= one.round.end_s)
    far = inside & (np.abs(trace - rest) >= enough)
    if not far.any():
        return one.round.top_s, one.round.top_s
    return float(done.time_s[far][0]), float(done.time_s[far][-1])
