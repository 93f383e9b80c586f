"""`simulate`: a person who does an exercise, with any fault in any repetition, seen by any camera, and the truth beside it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.skeleton import Build, Floats, Side, Skeleton
from coxa.capture.performed import Drive, smoothstep
from coxa.capture.simulated_exercises import PERFORMED, Performed
from coxa.capture.simulated_eye import watch
from coxa.capture.simulated_keys import can_be_performed, setup_from_keys, simulate_keys
from coxa.capture.simulated_truth import END_STILL_S, START_STILL_S, Simulation, TrueRepetition, Truth, random_build
from coxa.errors import BadInput

__all__ = ["Simulation", "TrueRepetition", "Truth", "random_build", "random_setup", "simulate"]

#: A value for every repetition, or one for each.
PerRepetition = float | Sequence[float] | None


def random_setup(exercise_id: str, seed: int, view: str, side: Side = "left") -> tuple[Build, Camera]:
    """A random person and a camera where a household can put one.

    Parameters
    ----------
    exercise_id : str
    seed : int
    view : str
        "front", "side", "diagonal", "feet-end" or "raised"; in side views the working side is near the camera.
    side : "left" or "right"
        The working side (the near one where both work).

    Raises
    ------
    BadInput
        If the exercise is unknown or cannot be seen so.
    """
    if exercise_id not in PERFORMED:
        return setup_from_keys(exercise_id, seed, view, side)
    spec = _spec(exercise_id)
    if view not in spec.views:
        raise BadInput(f"simulation: expected a view of {', '.join(spec.views)} for {exercise_id}, got {view!r}")
    rng = np.random.default_rng([seed, zlib.crc32(f"{exercise_id} {view}".encode())])
    build = random_build(rng)
    low, high = spec.views[view]
    azimuth = float(rng.uniform(low, high))
    distance = float(rng.uniform(1.5, 2.6))
    if view == "raised":
        elevation = np.radians(rng.uniform(25, 50))
        height = float(np.clip(0.3 + distance * np.tan(elevation), 1.1, 2.1))
    else:
        # upright people do not fit a picture from the floor nearby; lying ones do
        height = float(rng.choice([0.12, 0.45, 0.75], p=spec.heights))
    upright = spec.posture in ("standing", "half-kneeling")
    size = (480, 640) if upright and rng.random() < 0.5 else (640, 480)
    azimuth *= 1.0 if side == spec.canonical else -1.0
    return build, Camera(height, distance, azimuth, width=size[0], height=size[1])


def simulate(
    exercise_id: str,
    *,
    seed: int,
    build: Build | None = None,
    camera: Camera | None = None,
    view: str | None = None,
    repetitions: int = 4,
    faults: Mapping[int, Mapping[str, float]] | None = None,
    ranges: PerRepetition = None,
    up_s: PerRepetition = None,
    hold_s: PerRepetition = None,
    down_s: PerRepetition = None,
    touches: Mapping[int, Sequence[float]] | None = None,
    duration_s: float = 12.0,
    fps: float = 30.0,
    side: Side = "left",
    noise: bool = True,
    aim: bool = True,
) -> Simulation:
    """Simulate one set.

    Parameters
    ----------
    exercise_id : str
        One of `PERFORMED`: the eight exercises, or "walking-on-the-spot", "lying-still", "standing-still", "sitting",
        "getting-up", which have no repetitions and last `duration_s`.
    seed : int
        Same seed and arguments, same bits.
    build, camera : optional
        Person and camera; random ones otherwise (`view`, by default the exercise's first).
    repetitions : int
    faults : mapping of repetition number to fault id to size
        Degrees of change from the start position, whatever the range. ``lift-too-big``, ``lift-too-small``, ``range-too-big`` and
        ``over-lift`` set the repetition's own angle as `ranges` does; ``too-fast`` is seconds from rest to the peak; ``bounces``
        is degrees from low to high.
    ranges : float or sequence, optional
        The own angle at the peak, degrees: for clamshell and leg lifts its change from rest; for bridge (trunk to thigh), squat
        (knee bend), hip-flexor stretch (rear thigh from the vertical) and single-leg stance (lifted knee's bend) the angle itself.
    up_s, hold_s, down_s : float or sequence, optional
        Seconds of each phase; random, different from repetition to repetition, otherwise.
    touches : mapping of repetition number to seconds after the peak's start
        Single-leg stance: when the lifted foot touches down, for half a second.
    fps : float
    side : "left" or "right"
        Working side (stance side in single-leg stance, near side where both work). The other side's set is the exact mirror image
        if the camera's azimuth is mirrored too, as the random one is.
    noise : bool
        Whether landmarks carry the pose model's noise.
    aim : bool
        Whether the camera is aimed and zoomed so that the whole movement is framed.

    Returns
    -------
    Simulation

    Raises
    ------
    BadInput
        If the exercise, a fault or a repetition number is unknown, or a list has the wrong length.

    Examples
    --------
    >>> done = simulate("clamshell", seed=1, repetitions=2, faults={1: {"rolls-back": 25.0}})
    >>> [round(r.faults["rolls-back"] / 5) * 5 for r in done.truth.repetitions][1]
    25
    """
    if exercise_id not in PERFORMED and can_be_performed(exercise_id):
        return simulate_keys(
            exercise_id, seed=seed, build=build, camera=camera, view=view, repetitions=repetitions, faults=faults or {}, ranges=ranges,
            up_s=up_s, hold_s=hold_s, down_s=down_s, fps=fps, side=side, noise=noise, aim=aim,
        )  # fmt: skip
    spec = _spec(exercise_id)
    faults = {k: dict(v) for k, v in (faults or {}).items()}
    _check(spec, exercise_id, repetitions, faults, fps)
    key = zlib.crc32(exercise_id.encode())
    person, motion, eye = (np.random.default_rng([seed, key, k]) for k in range(3))
    if camera is None:
        random_person, camera = random_setup(exercise_id, seed, view or next(iter(spec.views)), side)
        build = build or random_person
    if build is None:
        build = random_build(np.random.default_rng([seed, key, 3]))
    skeleton = Skeleton.of(build)
    if spec.repeats:
        plan = _plan(spec, repetitions, faults, (ranges, up_s, hold_s, down_s), motion)
    else:
        plan = _Plan([], max(duration_s - START_STILL_S - END_STILL_S, 0.1) + START_STILL_S)
    drive = _drive(spec, plan, faults, touches or {}, fps, motion)
    posed = spec.perform(skeleton, drive, person)
    points = posed.landmarks()
    mirror = side != spec.canonical
    seen = _mirrored_camera(camera) if mirror else camera
    if aim:
        # landmarks end at ears and toes; the skin's points take crown, back and soles into the picture
        extent = np.concatenate([points, posed.surface()], axis=1)[:: max(1, round(fps / 6))]
        seen = seen.framing(extent, margin=float(np.random.default_rng([seed, key, 4]).uniform(0.05, 0.14)))
    recording = watch(points, seen, fps, eye if noise else None)
    truth = _truth(spec, exercise_id, side, posed, drive, plan, faults, touches or {}, fps)
    if mirror:
        recording, seen = recording.mirrored(), _mirrored_camera(seen)
    return Simulation(recording, truth, seen, skeleton, posed, mirror)


# ------------------------------------------------------------------------------------------------ what happens when


@dataclass(frozen=True)
class _Repetition:
    start_s: float
    up_s: float
    hold_s: float
    down_s: float
    peak: float

    @property
    def top_s(self) -> float:
        return self.start_s + self.up_s

    @property
    def leave_s(self) -> float:
        return self.top_s + self.hold_s

    @property
    def end_s(self) -> float:
        return self.leave_s + self.down_s


@dataclass(frozen=True)
class _Plan:
    repetitions: list[_Repetition]
    end_s: float


def _spec(exercise_id: str) -> Performed:
    if exercise_id not in PERFORMED:
        raise BadInput(f"simulation: expected an exercise of {', '.join(PERFORMED)}, got {exercise_id!r}")
    return PERFORMED[exercise_id]


def _check(spec: Performed, exercise_id: str, repetitions: int, faults: Mapping[int, Mapping[str, float]], fps: float) -> None:
    if repetitions < 0 or not 3 <= fps <= 240:
        raise BadInput(f"simulation: expected repetitions of 0 or more and 3 to 240 frames/s, got {repetitions} and {fps:g}")
    for k, planted in faults.items():
        if not 0 <= k < repetitions:
            raise BadInput(f"simulation: expected faults in repetitions 0 to {repetitions - 1}, got repetition {k}")
        unknown = [name for name in planted if name not in spec.faults]
        if unknown:
            raise BadInput(f"simulation: expected faults of {', '.join(spec.faults)} for {exercise_id}, got {', '.join(unknown)}")


def _each(values: PerRepetition, limits: tuple[float, float], count: int, rng: np.random.Generator, spread: float) -> list[float]:
    """One value a repetition: given, or around the person's own habit."""
    low, high = limits
    habit = rng.uniform(low, high)
    drawn = np.clip(habit * (1 + spread * rng.standard_normal(count)), low, high)
    if values is None:
        return [float(v) for v in drawn]
    if isinstance(values, int | float):
        return [float(values)] * count
    if len(values) != count:
        raise BadInput(f"simulation: expected one value for each of {count} repetitions, got {len(values)}")
    return [float(v) for v in values]


def _plan(
    spec: Performed,
    count: int,
    faults: Mapping[int, Mapping[str, float]],
    given: tuple[PerRepetition, PerRepetition, PerRepetition, PerRepetition],
    rng: np.random.Generator,
) -> _Plan:
    ranges, ups, holds, downs = given
    peaks = _each(ranges, spec.range_deg, count, rng, 0.10)
    up = _each(ups, spec.up_s, count, rng, 0.15)
    hold = _each(holds, spec.hold_s, count, rng, 0.25)
    down = _each(downs, spec.down_s, count, rng, 0.15)
    pauses = _each(None, (0.4, 1.4), count, rng, 0.3)
    now = START_STILL_S + (0.9 if spec.shifts else 0.0)
    made = []
    for k in range(count):
        planted = faults.get(k, {})
        peak = next((planted[name] for name in spec.own_faults if name in planted), peaks[k])
        held = hold[k]
        if "sags" in planted:
            held = max(held, 2.5)
        if "bounces" in planted:
            held = max(held, 6.0)
        rise, fall = up[k], down[k]
        if "too-fast" in planted:
            rise, fall, held = planted["too-fast"], planted["too-fast"] * 1.1, (held if holds is not None else min(held, 0.15))
        made.append(_Repetition(now, max(rise, 0.1), max(held, 0.0), max(fall, 0.1), peak))
        now = made[-1].end_s + pauses[k]
    last = made[-1].end_s if made else now
    return _Plan(made, last + (0.9 if spec.shifts else 0.0))


def _drive(
    spec: Performed,
    plan: _Plan,
    faults: Mapping[int, Mapping[str, float]],
    touches: Mapping[int, Sequence[float]],
    fps: float,
    rng: np.random.Generator,
) -> Drive:
    time_s = np.arange(round((plan.end_s + END_STILL_S) * fps) + 1) / fps
    u, peak, wobble = np.zeros_like(time_s), np.zeros_like(time_s), np.zeros_like(time_s)
    tracks = {name: np.zeros_like(time_s) for name in {*spec.natural, *(f for k in faults.values() for f in k)}}
    habits = {name: rng.uniform(*limits) for name, limits in spec.natural.items()}
    for k, r in enumerate(plan.repetitions):
        rising, falling = smoothstep((time_s - r.start_s) / r.up_s), smoothstep((time_s - r.leave_s) / r.down_s)
        own = rising * (1 - falling)
        u += own
        peak[(time_s >= r.start_s - 1e-9) & (time_s <= r.end_s + 1e-9)] = r.peak
        planted = dict(faults.get(k, {}))
        for name, habit in habits.items():
            spread = (spec.natural[name][1] - spec.natural[name][0]) / 5
            value = planted.pop(name, None)
            if value is None:
                blocked = spec.opposites.get(name, ()) and any(o in faults.get(k, {}) for o in spec.opposites[name])
                natural = habit * (r.peak / spec.range_deg[1] if name in spec.growing else 1.0) + spread * rng.standard_normal()
                value = 0.0 if blocked else natural
            tracks[name] += value * own
        for name, value in planted.items():
            if name == "sags":
                slack = smoothstep((time_s - r.top_s - 0.2 * r.hold_s) / (0.75 * r.hold_s))
                wobble -= value * slack * (time_s <= r.end_s)
            elif name == "bounces":
                swing = np.sin(2 * np.pi * rng.uniform(0.9, 1.4) * (time_s - r.top_s))
                inside = smoothstep((time_s - r.top_s) / 0.5) * (1 - smoothstep((time_s - r.leave_s + 0.5) / 0.5))
                wobble += value / 2 * swing * inside
            elif name in tracks and name != "too-fast" and name not in spec.own_faults:
                tracks[name] += value * own
        for touch in touches.get(k, ()):
            at = (time_s - r.top_s - touch) / 0.25
            u *= 1 - smoothstep(at + 1.6) * (1 - smoothstep(at - 1.6 + 1.0))
    # between two repetitions the aim is that of the nearer one; with u at zero it moves nothing
    ready = np.zeros_like(time_s)
    if plan.repetitions and spec.shifts:
        first, last = plan.repetitions[0].start_s, plan.repetitions[-1].end_s
        ready = smoothstep((time_s - first + 0.8) / 0.75) * (1 - smoothstep((time_s - last - 0.05) / 0.75))
    elif not spec.repeats:
        ready = smoothstep((time_s - START_STILL_S) / 0.5) * (1 - smoothstep((time_s - plan.end_s + 0.5) / 0.5))
        u = np.clip((time_s - START_STILL_S) / max(plan.end_s - START_STILL_S, 0.1), 0.0, 1.0)
    return Drive(time_s, u, peak, ready, _sway(time_s, spec.sway_deg, rng), wobble, tracks)


def _sway(time_s: Floats, size_deg: float, rng: np.random.Generator) -> Floats:
    """Slow wandering: a few sines of random rate and phase, (T, 3) degrees."""
    rates = rng.uniform(0.06, 0.45, (4, 3))
    phases = rng.uniform(0, 2 * np.pi, (4, 3))
    sizes = rng.uniform(0.3, 1.0, (4, 3)) * size_deg / 2
    sway: Floats = np.sum(sizes * np.sin(2 * np.pi * rates * time_s[:, None, None] + phases), axis=1)
    return sway


def _truth(
    spec: Performed,
    exercise_id: str,
    side: Side,
    posed: Posed,
    drive: Drive,
    plan: _Plan,
    faults: Mapping[int, Mapping[str, float]],
    touches: Mapping[int, Sequence[float]],
    fps: float,
) -> Truth:
    if not spec.repeats:
        return Truth(exercise_id, side, (), (), ())
    values = spec.measure(posed)
    still = slice(0, max(1, round((START_STILL_S - 0.2) * fps)))
    rest = {name: float(np.mean(v[still])) for name, v in values.items()}
    found = []
    for k, r in enumerate(plan.repetitions):
        first = round(r.top_s * fps)
        peak = slice(first, max(first, round(r.leave_s * fps)) + 1)
        own = values["own"][peak]
        early = own[: max(1, len(own) // 5)] if "sags" in faults.get(k, {}) else own
        height = float(np.median(early)) if touches.get(k) else float(np.mean(early))
        sizes = {name: float(np.mean(values[name][peak])) - rest[name] for name in values if name != "own"}
        for name in spec.faults:
            if name in spec.own_faults:
                sizes[name] = height if spec.absolute else height - rest["own"]
            elif name == "too-fast":
                sizes[name] = r.up_s
            elif name == "sags":
                sizes[name] = float(own.max() - own.min()) if len(own) > 1 else 0.0
            elif name == "bounces":
                sizes[name] = float(np.percentile(own, 98) - np.percentile(own, 2)) if len(own) > 1 else 0.0
        if "uneven" in sizes and "uneven" not in faults.get(k, {}):
            sizes["uneven"] = abs(sizes["uneven"])
        found.append(
            TrueRepetition(r.start_s, r.top_s, r.leave_s, r.end_s, height - rest["own"], height, r.hold_s, sizes, dict(faults.get(k, {})))
        )
    moments = tuple(plan.repetitions[k].top_s + t for k, ts in sorted(touches.items()) for t in ts)
    holds = tuple(
        (r.top_s, r.leave_s) if spec.held_deg is None else _held(r, values["own"] - rest["own"], spec.held_deg, fps)
        for r in plan.repetitions
    )
    return Truth(exercise_id, "both" if spec.both else side, tuple(found), holds, moments)


def _held(r: _Repetition, change: Floats, enough: float, fps: float) -> tuple[float, float]:
    """From when to when one repetition was far enough; nothing where it never was."""
    first = round(r.start_s * fps)
    far = np.flatnonzero(change[first : round(r.end_s * fps) + 1] >= enough)
    return (float(first + far[0]) / fps, float(first + far[-1]) / fps) if len(far) else (r.top_s, r.top_s)


def _mirrored_camera(camera: Camera) -> Camera:
    return replace(camera, azimuth_deg=-camera.azimuth_deg, aim=(-camera.aim[0], camera.aim[1], camera.aim[2]))
