"""`Moving`: the poses of an exercise over time, from the key poses of its `[movement]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.skeleton import LIMITS_DEG, Build, Floats, Side, Skeleton
from coxa.body.mannequin.solver import NAMES, Solver, Task, unknowns
from coxa.body.mannequin.stances import STANCES, Mark, Stance, grip, marks, sites_of
from coxa.errors import BadInput
from coxa.exercises.movement import Movement, Variant
from coxa.exercises.placed import Placed, placed

_HOLD = 300.0  # weight of a contact for each metre; an angle's is about 1 for each radian
_YIELDING = 0.15
_STEP_M = 0.03  # a foot that moves farther than this goes through the air
_STAYS_M = 0.004
_LIFT_M = 0.045
_FAR_M = 0.25
_FLAT = 3.0  # weight with which a hand on a worktop lies flat
_AROUND_M = 0.10  # how far round a hand goes to take hold of something
_SLIDING: tuple[str, ...] = ("head", "seat", "calf", "elbow")  # contacts that may slide a little when the body moves
_FREE_HANDS = ("free", "support", "chair", "floor")


_ARMS = np.array([name.startswith(("shoulder", "elbow", "forearm", "wrist")) for name in NAMES])


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
        What is used, and where it is.
    contacts : dict of str to (T, 3) float64
        For every point of the skin that bears weight (a key of `coxa.body.mannequin.stances.marks`) the place where it stays,
        metres; NaN while it is in the air.
    """

    posed: Posed
    time_s: Floats
    key_frames: dict[str, int]
    props: tuple[Placed, ...] = ()
    contacts: dict[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Solved:
    """A key pose: its unknowns, and what holds in it."""

    x: Floats
    pins: Mapping[str, Floats]  # mark to place
    meets: Mapping[str, str]
    hands: Mapping[str, str]


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
    poser = _Poser(movement, skeleton)
    posed = poser.solver.posed(poser.solved(key, fault, fault_size).x[None])[0]
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

    Raises
    ------
    BadInput
        If there is no such mistake, or the rate is not 1 to 240.
    """
    if not 1.0 <= fps <= 240.0:
        raise BadInput(f"movement: expected 1 to 240 frames a second, got {fps:g}")
    poser = _Poser(movement, skeleton)
    _variant(movement, fault)
    keyed = [poser.solved(name, fault if fault and movement.faults[fault].key == name else None, fault_size) for name in movement.path]
    seconds = movement.seconds or tuple(2.0 for _ in movement.path)
    dwell = movement.dwell or tuple(0.5 if name == "start" else 1.0 for name in movement.path)
    ways: list[Floats] = []
    frames: dict[str, int] = {}
    stays: list[tuple[int, int, int]] = []  # first frame of each step, frames of rest, frames under way
    count = 0
    steps = len(keyed)
    # where the path does not dwell it goes through without stopping
    speeds = [
        np.zeros(len(NAMES)) if dwell[k] > 0 else (keyed[(k + 1) % steps].x - keyed[k - 1].x) / (seconds[k - 1] + seconds[k])
        for k in range(steps)
    ]
    for k, name in enumerate(movement.path):
        frames.setdefault(name, count)
        waits, goes, after = round(dwell[k] * fps), max(round(seconds[k] * fps), 1), (k + 1) % steps
        ways.append(np.repeat(keyed[k].x[None], waits, axis=0))
        ways.append(poser.between(keyed[k], keyed[after], goes, speeds[k] * seconds[k], speeds[after] * seconds[k]))
        stays.append((count, waits, goes))
        count += waits + goes
    posed = poser.solver.posed(np.concatenate(ways))
    contacts = _contacts(keyed, stays, count)
    if side == "right":
        posed = posed.mirrored()
        contacts = {_right(name): place * (-1.0, 1.0, 1.0) for name, place in contacts.items()}
    return Moving(posed, np.arange(count) / fps, frames, props(movement, posed, side=side), contacts)


def props(movement: Movement, posed: Posed, *, side: Side = "left") -> tuple[Placed, ...]:
    """What is used and where it is, for one pose or for all T poses of a movement.

    Parameters
    ----------
    movement : Movement
    posed : Posed
        Poses of it, with the same `side` working.
    side : {"left", "right"}
    """
    own = posed if side == "left" else posed.mirrored()
    start = still(movement, posed.skeleton, "start")
    found = placed(movement, own, start)
    return found if side == "left" else tuple(p.mirrored() for p in found)


def _variant(movement: Movement, fault: str | None) -> Variant | None:
    if fault is None:
        return None
    if fault not in movement.faults:
        raise BadInput(f"movement: expected a mistake of {', '.join(movement.faults)}, got {fault!r}")
    return movement.faults[fault]


def _contacts(keyed: list[_Solved], stays: list[tuple[int, int, int]], count: int) -> dict[str, Floats]:
    found = {mark: np.full((count, 3), np.nan) for solved in keyed for mark in solved.pins}
    for k, (first, waits, goes) in enumerate(stays):
        here, there = keyed[k].pins, keyed[(k + 1) % len(keyed)].pins
        for mark, place in here.items():
            found[mark][first : first + waits] = place
            if mark in there and np.linalg.norm(there[mark] - place) < _STAYS_M:
                found[mark][first : first + waits + goes] = place
    return found


def _right(name: str) -> str:
    return name.replace("left", "*").replace("right", "left").replace("*", "right")


@lru_cache(maxsize=8)
def _solver(build: Build, lies: str) -> tuple[Skeleton, Solver, dict[str, Mark]]:
    skeleton = Skeleton.of(build)
    return skeleton, Solver(skeleton, lies), marks(skeleton)


@lru_cache(maxsize=256)
def _key_pose(movement_json: str, build: Build, key: str, fault: str | None, size: float | None) -> _Solved:
    movement = Movement.model_validate_json(movement_json)
    return _Poser(movement, Skeleton.of(build)).solve(key, fault, size)


def _smooth(way: Floats) -> Floats:
    """The unknowns (T, 38) averaged over a tenth of the way; the ends stay."""
    reach = max(len(way) // 12, 1)
    n = len(way)
    if n <= 4 * reach + 1:
        return way
    share = np.exp(-0.5 * (np.arange(-2 * reach, 2 * reach + 1) / reach) ** 2)
    share /= share.sum()
    # the ends are mirrored through themselves, so that they neither move nor bend
    before, after = 2 * way[0] - way[2 * reach : 0 : -1], 2 * way[-1] - way[n - 2 : n - 2 - 2 * reach : -1]
    padded = np.concatenate([before, way, after])
    smoothed: Floats = np.stack([np.convolve(padded[:, k], share, mode="valid") for k in range(way.shape[1])], axis=1)
    return smoothed


def _left(name: str) -> str:
    """A name with the left side as the working one."""
    return name.replace("_working", "_left").replace("_other", "_right")


class _Poser:
    """Solves one movement for one build, the left side working."""

    def __init__(self, movement: Movement, skeleton: Skeleton) -> None:
        self.movement = movement
        self.stance: Stance = STANCES[movement.base]
        self.skeleton, self.solver, self.marks = _solver(skeleton.build, self.stance.lies)

    def solved(self, key: str, fault: str | None = None, size: float | None = None) -> _Solved:
        if key not in {"start", "peak", *self.movement.keys}:
            raise BadInput(f"movement: expected a key pose of {', '.join(('start', 'peak', *self.movement.keys))}, got {key!r}")
        _variant(self.movement, fault)
        return _key_pose(self.movement.model_dump_json(), self.skeleton.build, key, fault, size)

    def solve(self, key: str, fault: str | None, size: float | None) -> _Solved:
        stance, movement = self.stance, self.movement
        pose, variant = movement.key(key), _variant(movement, fault)
        wished = dict(stance.angles)
        named = {_left(n): a for n, a in (movement.start.angles | pose.angles).items()}
        wished |= named
        wrong = {}
        if variant is not None:
            much = variant.size if size is None else size
            wrong = {_left(n): per_unit * much for n, per_unit in variant.angles.items()}
            wished |= {n: wished.get(n, 0.0) + a for n, a in wrong.items()}
        for name, value in wished.items():
            low, high = LIMITS_DEG.get(name, (-180.0, 180.0))
            wished[name] = float(np.clip(value, low + 1.0, high - 1.0))
        start = None if key == "start" and variant is None else self.solved("start")
        parts = (pose,) if variant is None else (pose, variant)
        lifted = {_left(n) for part in parts for n in part.lifts} | {_left(n) for n in movement.lifted}
        contacts = [*stance.rests, *(_left(n) for n in movement.fixed), *(_left(n) for part in parts for n in part.rests)]
        hands = dict(stance.hands) | {_left(h): _left(g) for p in (movement, *parts) for h, g in p.hands.items()}
        meets = {a: b for a, b in stance.meets.items() if a not in lifted}
        meets |= {_left(a): _left(b) for part in parts for a, b in part.meets.items()}
        leg = self.skeleton.thigh_m + self.skeleton.shin_m
        shifts = {
            _left(n): leg * np.array(s) * (1.0 if _left(n).endswith("_left") else -1.0, 1.0, 1.0)
            for p in parts
            for n, s in p.places.items()
        }
        # a hand that holds something takes its elbow off the floor
        holding = {h.split("_")[1] for h, g in hands.items() if g not in ("floor", "head")}
        busy = {f"{part}_{side}" for side in holding for part in ("hand", "hand-back", "elbow")}
        busy |= {h for h, g in hands.items() if g == "head"}
        contacts = [c for c in dict.fromkeys(contacts) if c not in lifted | busy]
        feet: dict[str, Floats] = {}
        if start is not None:
            for contact in (c for c in contacts if c.startswith("foot_")):
                moved = shifts.get(contact, np.zeros(3))
                feet |= {m: start.pins[m] + moved for m in sites_of(contact, stance) if m in start.pins}
        first = self._first(wished, {_left(n) for part in parts for n in part.angles}, start, feet)
        task = Task(*self._wishes(wished, set(named), set(wrong)))
        if start is not None:
            # what this pose does not name stays as it is in the start
            for k, name in enumerate(NAMES[3:], start=3):
                if name not in named:
                    task.wish[0, k] = start.x[k]
        if variant is not None:
            # a mistake is the clean pose and what goes wrong in it
            first = self.solved(key).x + unknowns(wrong)
            task.wish = np.clip(first, self.solver.low, self.solver.high)[None]
            first = task.wish[0]
        if start is not None:
            # an arm that holds on to what stands still gives way, so that the body does not hang on it
            for hand in (h.split("_")[1] for h, g in hands.items() if g == "support"):
                task.weight[:, _ARMS & np.array([name.endswith(hand) for name in NAMES])] = _YIELDING
        pins: dict[str, Floats] = {}
        here = self.solver.posed(first[None])[0]
        for contact in contacts:
            height = stance.heights.get(contact, 0.0) * self.skeleton.build.height_m
            shift = shifts.get(contact)
            for mark in sites_of(contact, stance):
                site = self.marks[mark].site
                known = start is not None and mark in start.pins
                place = start.pins[mark].copy() if start is not None and known else here.site(site)
                if not known:
                    place[1] = height
                if shift is not None:
                    place = place + shift
                pins[mark] = place
                # where nothing has been settled yet, the floor only bears: sideways there is a mild wish
                slides = contact.startswith(_SLIDING + (("hand",) if stance.lies == "supine" else ()))
                along = 6.0 if slides else _HOLD
                weight = np.array([along, _HOLD, along]) if known or shift is not None else np.array([4.0, _HOLD, 4.0])
                task.pins.append((site, place[None], weight[None]))
        self._join(task, meets, hands, start)
        if stance.upright and not any(n.startswith(("seat", "knee")) for n in contacts):
            soles = [pins[m] for c in contacts if c.startswith("foot_") for m in sites_of(c, stance) if not m.startswith("sole_outer")]
            if soles:
                middle = np.mean(soles, axis=0)[[0, 2]]
                task.support = (middle[None], np.array([[25.0, 25.0]]))
        found = self.solver.solve(task, first[None], rounds=60)
        # the wishes then give way until contacts, floor and flesh are content; balance has had its say
        task.support = None
        for _ in range(3):
            task.wish = found
            found = self.solver.solve(task, found, rounds=12)
        x = found[0]
        settled = self.solver.posed(x[None])[0]
        for mark in pins:
            pins[mark] = settled.site(self.marks[mark].site)
        for hand, held in hands.items():
            if held in ("support", "chair"):
                pins[f"palm_{hand.split('_')[1]}"] = settled.site(self.marks[f"palm_{hand.split('_')[1]}"].site)
        return _Solved(x, pins, meets, hands)

    def between(self, a: _Solved, b: _Solved, frames: int, leaving: Floats, coming: Floats) -> Floats:
        """The unknowns (frames, 38) on the way from one key pose to the next, the first one included.

        `leaving` and `coming` (38,) are the speeds at either end, 0 for a halt. Without acceleration at the ends this is the way of
        least jerk.
        """
        time = np.arange(frames + 1) / frames
        share = time**3 * (10 - 15 * time + 6 * time * time)
        t, s = time[:, None], share[:, None]
        way = a.x + s * (b.x - a.x)
        way += (t - 6 * t**3 + 8 * t**4 - 3 * t**5) * leaving + (-4 * t**3 + 7 * t**4 - 3 * t**5) * coming
        if np.allclose(a.x, b.x):
            return way[:-1]
        weight = np.ones_like(way)
        weight[:, :3] = 3.0
        if a.hands != b.hands:
            # where arms find their way to what they take hold of, it is they that give way, not the legs and the trunk
            weight[:, ~_ARMS] *= 8.0
        task = Task(way, weight)
        for mark in a.pins.keys() & b.pins.keys():
            start, stop = a.pins[mark], b.pins[mark]
            place = start + s * (stop - start)
            if mark.startswith("sole_") and np.linalg.norm(stop - start) > _STEP_M:
                place[:, 1] += _LIFT_M * (4 * share * (1 - share)) ** 1.5
            task.pins.append((self.marks[mark].site, place, np.full((1, 3), _HOLD)))
        meets = {p: q for p, q in a.meets.items() if b.meets.get(p) == q}
        hands = {h: g for h, g in a.hands.items() if b.hands.get(h) == g}
        self._join(task, meets, {h: g for h, g in hands.items() if g not in ("support", "chair")}, None)
        for hand in a.hands.keys() | b.hands.keys():
            if hand not in hands:
                self._lead(task, hand, a.hands.get(hand, "free"), b.hands.get(hand, "free"), way, share)
        for mark in a.meets.keys() ^ b.meets.keys():
            self._lay(task, mark, {**a.meets, **b.meets}[mark], way, 1 - share if mark in a.meets else share)
        if a.hands == b.hands and a.meets == b.meets and a.pins.keys() == b.pins.keys():
            # between two poses that hold on to the same things nothing comes in the way; keeping apart would only make them tremble
            task.apart = 0.0
        elif a.hands != b.hands:
            task.apart = 25.0
        # frame by frame the solutions may jump from one way round an obstacle to another: smoothed and mended, they do not
        for _ in range(2):
            solved = self.solver.solve(task, task.wish, rounds=6)
            # whatever the key poses themselves leave unsolved is spread over the way, so that it begins and ends in them
            solved += (1 - s) * (a.x - solved[0]) + s * (b.x - solved[-1])
            task.wish = _smooth(solved)
        solved = self.solver.solve(task, task.wish, rounds=6)
        solved += (1 - s) * (a.x - solved[0]) + s * (b.x - solved[-1])
        return np.clip(solved, self.solver.low, self.solver.high)[:-1]

    def _lay(self, task: Task, mark: str, onto: str, way: Floats, near: Floats) -> None:
        """Bring a foot down on what it comes to lie on, or lift it off, if the way there is long."""
        posed = self.solver.posed(way)
        site, to = self.marks[mark].site, self.marks[onto]
        there, own = posed.site(to.site), posed.site(site)
        if np.linalg.norm(own - there, axis=-1).max() < _FAR_M:
            return
        n = near[:, None]
        out = posed.rotation(to.site.segment) @ np.array(to.normal)
        place = n * there + (1 - n) * own + _AROUND_M * 4 * n * (1 - n) * out
        task.pins.append((site, place, np.full((1, 3), 15.0)))

    def _lead(self, task: Task, hand: str, leaves: str, comes: str, way: Floats, share: Floats) -> None:
        """Lead a hand to what it takes hold of, or away from it, from the side on which the skin there faces."""
        posed = self.solver.posed(way)
        palm = self.marks[f"palm_{hand.split('_')[1]}"].site
        s = share[:, None]
        place = np.zeros((len(way), 3))
        for grasped, near in ((leaves, 1 - s), (comes, s)):
            if grasped in _FREE_HANDS:
                place += near * posed.site(palm)
                continue
            to = grip(self.marks, hand, grasped, self.skeleton)
            there = posed.site(to.site)
            # two hands that hold one limb come each from its own side
            aside = (1.0 if hand.endswith("left") else -1.0) if grasped.startswith(("thigh-back", "shin-front", "thigh-front")) else 0.0
            out = posed.rotation(to.site.segment) @ (np.array(to.normal) * (1.0 if aside == 0.0 else 0.3) + (aside, 0.0, 0.0))
            place += near * (there + _AROUND_M * 4 * near * (1 - near) * out)
        # nothing is reached for that is too far away: it would drag the whole body along
        side = hand.split("_")[1]
        shoulder = posed.joint(f"upper_arm_{side}")
        away = place - shoulder
        far = np.linalg.norm(away, axis=-1, keepdims=True)
        reach = 0.95 * (self.skeleton.upper_arm_m + self.skeleton.forearm_m)
        reach = np.maximum(reach, np.linalg.norm(posed.site(palm) - shoulder, axis=-1, keepdims=True))
        place = shoulder + away * np.minimum(1.0, reach / np.maximum(far, 1e-6))
        task.pins.append((palm, place, np.full((1, 3), 15.0)))

    def _first(self, wished: Mapping[str, float], own: set[str], start: _Solved | None, feet: Mapping[str, Floats]) -> Floats:
        x = unknowns(wished)
        if start is not None:
            x[:6] = start.x[:6]
            if self.stance.upright and feet:
                # whoever stands up or steps: the hips go where the soles then are
                x[1] = 0.0
                here = self.solver.posed(x[None])[0]
                moved = [place - here.site(self.marks[mark].site) for mark, place in feet.items()]
                x[:3] += np.mean(moved, axis=0)
            for k, name in enumerate(NAMES[3:], start=3):
                # what this pose does not name stays as it is: crossed arms stay crossed the same way round
                x[k] = np.radians(wished[name]) if name in own else start.x[k]
            return x
        posed = self.solver.posed(x[None])[0]
        x[1] = -float(posed.surface()[:, 1].min())
        return x

    def _wishes(self, wished: Mapping[str, float], named: set[str], wrong: set[str]) -> tuple[Floats, Floats]:
        weight = np.zeros(len(NAMES))
        for k, name in enumerate(NAMES):
            kind = name.removesuffix("_left").removesuffix("_right")
            if name in ("x", "y", "z"):
                weight[k] = 0.05
            elif name in wrong:
                weight[k] = 10.0
            elif name in named:
                weight[k] = 4.0
            elif name.startswith("pelvis"):
                weight[k] = 5.0 if self.stance.upright else 3.0 if self.stance.lies.startswith("side") else 0.5
            elif name.startswith("trunk"):
                weight[k] = 8.0 if self.stance.upright else 2.0
            elif kind in ("hip_abduction", "hip_rotation", "neck_lateral", "neck_rotation", "ankle_inversion", "ankle_rotation"):
                weight[k] = 1.0
            else:
                weight[k] = 0.6
        return unknowns(wished)[None], weight[None]

    def _join(self, task: Task, meets: Mapping[str, str], hands: Mapping[str, str], start: _Solved | None) -> None:
        one = np.full(1, _HOLD / 2)
        for a, b in meets.items():
            task.meets.append((self.marks[a].site, self.marks[b].site, one))
        for hand, place in hands.items():
            side = hand.split("_")[1]
            palm = self.marks[f"palm_{side}"]
            if place in ("support", "chair"):
                if place == "support":
                    # laid flat on its top
                    task.faces.append((palm.site.segment, np.array(palm.normal), "", np.array([0.0, -1.0, 0.0]), np.full(1, _FLAT)))
                if start is not None:
                    task.pins.append((palm.site, start.pins[f"palm_{side}"][None], np.full((1, 3), _HOLD)))
                continue
            if place in _FREE_HANDS:
                continue
            to = grip(self.marks, hand, place, self.skeleton)
            task.meets.append((palm.site, to.site, one))
            task.faces.append((palm.site.segment, np.array(palm.normal), to.site.segment, -np.array(to.normal), np.full(1, 1.0)))


__all__ = ["Moving", "Placed", "poses", "props", "still"]
