"""`Moving`: the poses of an exercise over time, from the key poses of its `[movement]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from coxa.body.mannequin.contacts import between
from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.poses import posture
from coxa.body.mannequin.skeleton import Floats, Side, Skeleton
from coxa.errors import BadInput
from coxa.exercises.movement import Movement, Prop

PropKind = Prop | Literal["cone"]


@dataclass(frozen=True, eq=False)
class Placed:
    """Something that is used, and where it is.

    Attributes
    ----------
    kind : str
    low, high : (3,) float64
        Corners of the upright box it fills, metres: for a mat, chair (whose seat is the box's top), step, roller or support.
    turned_deg : float
        Turn of that box about the vertical through its middle; for a chair the way it faces, 0 towards +z.
    round : tuple of str
        Segments that a band or a cuff goes round, or between or under which a pillow lies: `at` is then where on each of them.
    at : (N, 3) or (T, N, 3) float64
        One point for each of `round`, on the bone's line, metres; empty for a box.
    """

    kind: PropKind
    low: Floats
    high: Floats
    turned_deg: float = 0.0
    round: tuple[str, ...] = ()
    at: Floats | None = None


@dataclass(frozen=True, eq=False)
class Moving:
    """An exercise in motion: a seamless loop.

    Attributes
    ----------
    posed : Posed
        T poses; the one after the last is the first.
    time_s : (T,) float64
    key_frames : dict of str to int
        The frame of "start", of "peak" and of every further key pose, the first time the path comes there.
    props : tuple of Placed
    """

    posed: Posed
    time_s: Floats
    key_frames: dict[str, int]
    props: tuple[Placed, ...] = ()


def still(
    movement: Movement,
    skeleton: Skeleton,
    key: str = "peak",
    *,
    side: Side = "left",
    fault: str | None = None,
    fault_size: float | None = None,
) -> Posed:
    """One key pose.

    Parameters
    ----------
    movement : Movement
    skeleton : Skeleton
    key : str
        "start", "peak" or a name of `movement.keys`.
    side : {"left", "right"}
        The working side.
    fault : str, optional
        A name of `movement.faults`: the pose shows this mistake.
    fault_size : float, optional
        How big, in the mistake's own unit beyond the clean pose; its `size` unless given.

    Raises
    ------
    BadInput
        If there is no such key pose or mistake.
    """
    if key not in {"start", "peak", *movement.keys}:
        raise BadInput(f"movement: expected a key pose of start, peak, {', '.join(movement.keys)}, got {key!r}")
    if fault is not None and fault not in movement.faults:
        raise BadInput(f"movement: expected a mistake of {', '.join(movement.faults)}, got {fault!r}")
    pose = movement.key(key)
    angles = dict(pose.angles)
    if fault is not None:
        variant = movement.faults[fault]
        size = variant.size if fault_size is None else fault_size
        for joint, per_unit in variant.angles.items():
            angles[joint] = angles.get(joint, movement.start.angles.get(joint, 0.0)) + per_unit * size
    base = movement.base
    if base.startswith("side-lying"):
        base = base.replace("side-lying", "side-lying-right")  # type: ignore[assignment]
    if base == "half-kneeling":
        base = "half-kneeling-left"  # type: ignore[assignment]

    def named(name: str) -> str:
        return name.replace("working", "left").replace("other", "right")

    posed = posture(skeleton, base, {named(n): a for n, a in angles.items()}, fixed=tuple(named(n) for n in movement.fixed))
    return posed if side == "left" else posed.mirrored()


def poses(
    movement: Movement,
    skeleton: Skeleton,
    *,
    side: Side = "left",
    fault: str | None = None,
    fault_size: float | None = None,
    fps: float = 24.0,
) -> Moving:
    """The whole movement as a seamless loop.

    Parameters
    ----------
    movement, skeleton, side, fault, fault_size
        As in `still`; a mistake shows in the key pose it changes.
    fps : float
        Frames a second.
    """
    if not 1.0 <= fps <= 240.0:
        raise BadInput(f"movement: expected 1 to 240 frames a second, got {fps:g}")
    seconds = movement.seconds or tuple(2.0 for _ in movement.path)
    dwell = movement.dwell or tuple(0.4 if name == "start" else 1.0 for name in movement.path)
    keyed = []
    for name in movement.path:
        wrong = fault if fault and movement.faults[fault].key == name else None
        keyed.append(still(movement, skeleton, name, side=side, fault=wrong, fault_size=fault_size))
    origins, rotations = [], []
    frames: dict[str, int] = {}
    count = 0
    for k, name in enumerate(movement.path):
        frames.setdefault(name, count)
        here, there = keyed[k], keyed[(k + 1) % len(keyed)]
        waits, goes = round(dwell[k] * fps), max(round(seconds[k] * fps), 1)
        t = np.concatenate([np.zeros(waits), np.arange(goes) / goes])
        share = t**3 * (10 - 15 * t + 6 * t * t)
        way = between(here, there, share)
        origins.append(way.origins)
        rotations.append(way.rotations)
        count += len(t)
    posed = Posed(skeleton, np.concatenate(origins), np.concatenate(rotations))
    return Moving(posed, np.arange(count) / fps, frames)
