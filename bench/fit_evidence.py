"""Fit the small models of `coxa.motion.evidence` on landmarks of people whose joints are known, and write them as data.

    python bench/fit_evidence.py FOLDER... [--write]

Each FOLDER holds NAME.npz (`I` (T,33,4) image x, y, z, visibility; `W` (T,33,4) world) and NAME.json (truth of each
repetition), as `bench/rendered_people.py` and `bench/own_people.py` write them. Without `--write` nothing is changed.

A model is a ridge regression of the fault's size on a handful of named features. Features are clipped to the range that
most fitted repetitions span, so that one lost knee cannot carry a verdict. The decision limit comes from repetitions that
the fit has not seen (clips left out by turns): midway between the highest clean and the lowest faulty ones.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coxa.body.posture import DIRECTIONS, VIEWS, chest, directions, posture_of, view_of
from coxa.motion.evidence import FEATURES, VIEW_LIMITS, VIEW_UNIT_DEG, features

Floats = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[1]
FITTED = ROOT / "src" / "coxa" / "motion" / "fitted"
SHIFTS_S = (-0.15, 0.0, 0.15)  # the engine's times are not the truth's: every repetition is fitted at three offsets
MARGIN_DEG = 5.0  # by how much an estimated view may lie outside the fitted one
FAULTY_LEAST = 20  # and as many clean ones, or nothing is fitted
INDEX = {name: i for i, name in enumerate(FEATURES)}

TRUNK = (
    "working_shoulder.along", "working_shoulder.across", "other_shoulder.along", "other_shoulder.across",
    "working_hip.along", "working_hip.across", "working_side.length", "other_side.length", "shoulder_line.length",
)  # fmt: skip
KNEES = ("working_knee.along", "working_knee.across", "other_knee.along", "other_knee.across")
ANKLES = ("working_ankle.along", "working_ankle.across", "other_ankle.along", "other_ankle.across")
HEAD = ("nose.along", "nose.across", "ears.along", "ears.across")
DEPTH = ("working_shoulder.depth", "other_shoulder.depth")
ROLL = (
    "working_knee.along", "working_knee.across", "working_thigh.length", "working_shoulder.along", "working_shoulder.across",
    "shoulder_line.length", "nose.across", "ears.along",
)  # fmt: skip
VIEW = tuple(n for n in FEATURES if n.startswith("start.") and "elbow" not in n and n != "start.trunk.tilt")


@dataclass(frozen=True)
class Recipe:
    """What is fitted for one fault of one exercise: clips, truth, limits, features."""

    fault: str
    exercise: str
    clips: tuple[str, ...]  # beginnings of clip names; the first ones carry the fault
    truth: str
    amber: float
    red: float
    features: tuple[str, ...]
    views: tuple[str, ...] = ("front",)
    ridge: float = 8.0  # per 100 repetitions
    by_view: bool = False  # whether the features' weights change with the camera's azimuth and elevation
    azimuth_deg: float = 22.0  # widest camera azimuth that is fitted, and judged unless told otherwise
    elevation_deg: tuple[float, float] = (-20.0, 26.0)
    judged_azimuth_deg: float | None = None
    judged_elevation_deg: tuple[float, float] | None = None

    @property
    def judged(self) -> tuple[float, tuple[float, float]]:
        """Widest azimuth, and elevations, from which the fault may be told."""
        azimuth = self.azimuth_deg if self.judged_azimuth_deg is None else self.judged_azimuth_deg
        return azimuth, self.judged_elevation_deg or self.elevation_deg


RECIPES = (
    Recipe(
        "rolls-back", "clamshell", ("clamshell-",), "pelvis_roll_back_deg", 15, 20, ROLL,
        ("front", "diagonal", "raised"), azimuth_deg=46, elevation_deg=(-20.0, 60.0), by_view=True,
        judged_azimuth_deg=20, judged_elevation_deg=(-20.0, 26.0),
    ),
    Recipe(
        "rolls-back", "side-lying-abduction", ("side-lying-abduction-roll-", "side-lying-abduction-p", "side-lying-abduction-o"),
        "pelvis_roll_back_deg", 15, 20, ROLL, by_view=True,
    ),
    Recipe(
        "pelvis-hikes", "side-lying-abduction", ("side-lying-abduction-p", "side-lying-abduction-o", "side-lying-abduction-roll-"),
        "pelvis_hike_deg", 8, 12, TRUNK + KNEES + HEAD + DEPTH,
    ),
    Recipe("pelvis-hikes", "standing-abduction", ("standing-abduction-",), "pelvis_hike_deg", 5, 10, TRUNK + KNEES + ANKLES),
    Recipe("trunk-leans-to-stance", "standing-abduction", ("standing-abduction-",), "trunk_lean_to_stance_deg", 6, 10, TRUNK),
    Recipe("trunk-leans-forward", "standing-extension", ("standing-extension-",), "trunk_forward_lean_deg", 8, 15, TRUNK, views=("side",)),
)  # fmt: skip


@dataclass
class Repetition:
    """One repetition: its truth, its conditions, and its features at several offsets of the windows."""

    clip: str
    number: int
    body: str
    sex: str
    exercise: str
    truth: dict[str, float]
    range_deg: float
    up_s: float
    fps: float
    height_m: float
    azimuth_deg: float
    elevation_deg: float
    view: str  # what coxa makes of the start
    values: dict[float, Floats] = field(default_factory=dict)


def middle_height(exercise: str) -> float:
    """Height of the body's middle above the floor, metres: what the camera looks at."""
    return 0.85 if exercise.startswith("standing") else 0.2


def camera_of(meta: dict) -> tuple[float, float, float]:
    """Height in metres, azimuth and elevation in degrees, of either way in which the truth files write the camera.

    The azimuth is that of the scene with the left side working, as features are.
    """
    camera = meta["camera"]
    if "eye" in camera:
        away = np.array(camera["eye"], float) - np.array(camera["tgt"], float)
        flat = math.hypot(away[0], away[2])
        mirror = -1.0 if meta["side"] == "right" else 1.0  # these files give the camera's place in the mirrored scene
        return float(camera["eye"][1]), mirror * math.degrees(math.atan2(away[0], away[2])), math.degrees(math.atan2(away[1], flat))
    over = camera["height"] - middle_height(meta["exercise"])
    return camera["height"], camera["azimuth"], math.degrees(math.atan2(over, camera["distance"]))


def seen_view(start: Floats) -> str:
    """The camera view that coxa reads from the start of a repetition, (33, 5)."""
    found, facing = np.empty(DIRECTIONS), np.empty(3)
    directions(np.ascontiguousarray(start[:, :2]), np.ascontiguousarray(start[:, 2:]), found)
    chest(found, facing)
    return VIEWS[view_of(posture_of(found, facing), found, facing)]


def read_clip(path: Path, shifts: Sequence[float] = SHIFTS_S, every: int = 1) -> list[Repetition]:
    """The repetitions of one clip; `every` keeps each n-th frame only, to see what a slower camera would give."""
    meta = json.loads(path.read_text())
    with np.load(path.with_suffix(".npz")) as data:
        image, world = data["I"][::every].astype(float), data["W"][::every].astype(float)
    fps = meta["fps"] / every
    time_s = np.arange(len(image)) / fps
    frames = np.concatenate((image[..., :2] * [meta["width"], meta["height"]], world[..., :3]), axis=-1)
    height, azimuth, elevation = camera_of(meta)
    found = []
    for number, rep in enumerate(meta["reps"]):
        before = (time_s >= rep["start_s"] - 0.4) & (time_s <= rep["start_s"] + 0.02)
        truth = {k: v["deg"] if isinstance(v, dict) else v for k, v in rep["faults"].items()}
        one = Repetition(
            clip=path.stem, number=number, body=meta.get("body", "renderer"),
            sex=meta.get("figure") or ("male" if meta["male"] else "female"), exercise=meta["exercise"], truth=truth,
            range_deg=rep["change_from_start_deg"], up_s=rep["peak_start_s"] - rep["start_s"], fps=fps,
            height_m=height, azimuth_deg=azimuth, elevation_deg=elevation, view=seen_view(frames[before].mean(0)),
        )  # fmt: skip
        for shift in shifts:
            rest = (time_s >= rep["start_s"] - 0.4 + shift) & (time_s <= rep["start_s"] + 0.02 + shift)
            held = (time_s >= rep["peak_start_s"] - 0.05 + shift) & (time_s <= rep["peak_end_s"] + shift)
            if rest.any() and held.any():
                one.values[shift] = features(frames[rest].mean(0), frames[held].mean(0), meta["side"])
        if 0.0 in one.values and np.isfinite(one.values[0.0]).all():
            found.append(one)
    return found


def read_folders(
    folders: Sequence[Path], beginnings: Sequence[str], shifts: Sequence[float] = SHIFTS_S, every: int = 1
) -> list[Repetition]:
    """Every repetition of the clips whose names begin so, in the order of the names."""
    paths = sorted(p for folder in folders for p in folder.glob("*.json") if p.name.startswith(tuple(beginnings)))
    return [rep for path in paths if path.with_suffix(".npz").exists() for rep in read_clip(path, shifts, every)]


@dataclass
class Fit:
    """A clipped ridge regression; `times` names the view angle by which a term is multiplied, or is empty."""

    names: tuple[str, ...]
    times: tuple[str, ...]
    low: Floats
    high: Floats
    centre: Floats
    scale: Floats
    weight: Floats
    constant: float
    view: dict[str, Fit]

    def value(self, values: Floats) -> Floats:
        """Estimates for rows of all features."""
        z = (np.clip(values[:, [INDEX[n] for n in self.names]], self.low, self.high) - self.centre) / self.scale
        return self.constant + (z * view_factors(values, self.view, self.times)) @ self.weight

    def to_json(self) -> dict:
        terms = zip(self.names, self.times, self.low, self.high, self.centre, self.scale, self.weight, strict=True)
        keys = ("low", "high", "centre", "scale", "weight")
        rows = [
            {"feature": name, "times": times, **{k: round(float(v), 5) for k, v in zip(keys, rest, strict=True)}}
            for name, times, *rest in terms
        ]
        return {"constant": round(self.constant, 4), "terms": rows}


def view_factors(values: Floats, view: dict[str, Fit], times: Sequence[str]) -> Floats:
    """What each term is multiplied by in each row: 1, or a view angle in `VIEW_UNIT`s."""
    factors = {name: np.clip(part.value(values), *VIEW_LIMITS[name]) / VIEW_UNIT_DEG for name, part in view.items()}
    return np.stack([factors[t] if t else np.ones(len(values)) for t in times], axis=1)


def fit(values: Floats, target: Floats, names: Sequence[str], ridge: float, view: dict[str, Fit] | None = None) -> Fit:
    """Ridge regression on features clipped to their 3rd to 97th percentile, alone and times each of the view angles."""
    times = tuple(t for t in ("", *(view or {})) for _ in names)
    names = tuple(names) * (1 + len(view or {}))
    chosen = values[:, [INDEX[n] for n in names]]
    low, high = np.percentile(chosen, [3, 97], axis=0)
    chosen = np.clip(chosen, low, high)
    centre, scale = chosen.mean(0), chosen.std(0) + 1e-6
    z = (chosen - centre) / scale * view_factors(values, view or {}, times)
    middle = z.mean(0)
    z = z - middle
    weight = np.linalg.solve(z.T @ z + ridge * len(target) / 100 * np.eye(len(names)), z.T @ (target - target.mean()))
    return Fit(names, times, low, high, centre, scale, weight, float(target.mean() - middle @ weight), view or {})


def stacked(reps: Sequence[Repetition]) -> tuple[Floats, NDArray[np.intp]]:
    """Features at every offset of the windows, one row each, and the repetition that each row belongs to."""
    rows = [(v, i) for i, r in enumerate(reps) for v in r.values.values() if np.isfinite(v).all()]
    return np.array([v for v, _ in rows]), np.array([i for _, i in rows], dtype=np.intp)


def fit_view(reps: Sequence[Repetition]) -> dict[str, Fit]:
    """Azimuth and elevation of the camera, from how the person lies or stands at the start."""
    values = np.array([r.values[0.0] for r in reps])
    return {
        "azimuth": fit(values, np.array([r.azimuth_deg for r in reps]), VIEW, 15.0),
        "elevation": fit(values, np.array([r.elevation_deg for r in reps]), VIEW, 15.0),
    }


def fit_reps(recipe: Recipe, reps: Sequence[Repetition], target: Floats, around: Sequence[Repetition] = ()) -> Fit:
    """Fit on repetitions at all their offsets; the view is read by what repetitions from `around` as well have taught."""
    values, owner = stacked(reps)
    view = fit_view([*around] or reps) if recipe.by_view else None
    return fit(values, target[owner], recipe.features, recipe.ridge, view)


def folds(groups: Sequence[object], most: int = 12) -> list[NDArray[np.bool_]]:
    """Masks of what is left out by turns: whole groups, several together when there are many."""
    names = sorted(set(groups), key=str)
    parts = min(most, len(names))
    return [np.array([names.index(g) % parts == k for g in groups]) for k in range(parts)]


def left_out(recipe: Recipe, reps: Sequence[Repetition], target: Floats, groups: Sequence[object], most: int = 12) -> Floats:
    """Estimates of each repetition by a fit that saw nothing of its group; all must suit the recipe."""
    out = np.full(len(reps), np.nan)
    for mask in folds(groups, most):
        model = fit_reps(recipe, [r for r, m in zip(reps, mask, strict=True) if not m], target[~mask])
        out[mask] = model.value(np.array([r.values[0.0] for r, m in zip(reps, mask, strict=True) if m]))
    return out


def choose_limit(estimate: Floats, target: Floats, amber: float, red: float) -> float:
    """Between what all but a twentieth of the clean stay below and what all but a twentieth of the faulty exceed.

    It lies nearer to the faulty ones: a false accusation costs more than a miss.
    """
    clean, faulty = estimate[target < amber / 2], estimate[target >= red]
    return float(0.4 * np.percentile(clean, 95) + 0.6 * np.percentile(faulty, 5))


def suits(recipe: Recipe, rep: Repetition) -> bool:
    """Whether the camera stood where this fault is fitted."""
    side_on = "side" in recipe.views
    low, high = recipe.elevation_deg
    return (side_on or abs(rep.azimuth_deg) <= recipe.azimuth_deg) and low <= rep.elevation_deg <= high


def tellable(recipe: Recipe, reps: Sequence[Repetition]) -> NDArray[np.bool_]:
    """Which repetitions were seen from where the fault may be told; the limit is for them."""
    azimuth, (low, high) = recipe.judged
    side_on = "side" in recipe.views
    return np.array([(side_on or abs(r.azimuth_deg) <= azimuth + MARGIN_DEG) and low <= r.elevation_deg <= high for r in reps])


def target_of(recipe: Recipe, reps: Sequence[Repetition]) -> Floats:
    """The fault's true size in each repetition."""
    return np.array([r.truth[recipe.truth] for r in reps], float)


def model_of(recipe: Recipe, reps: list[Repetition], around: list[Repetition]) -> dict:
    """The model's data, fitted on every repetition given; `around` holds those from unsuitable cameras as well."""
    target = target_of(recipe, reps)
    clips = [r.clip for r in reps]
    estimate = left_out(recipe, reps, target, clips)
    final = fit_reps(recipe, reps, target, around)
    # A ridge reads big faults too small: stretch the estimate so that, on clips left out, it follows the truth one to one.
    slope, offset = np.polyfit(target, estimate, 1)
    final.weight, final.constant = final.weight / slope, float((final.constant - offset) / slope)
    estimate = (estimate - offset) / slope
    view = final.view or fit_view(around)
    near = tellable(recipe, reps)
    azimuth, (low, high) = recipe.judged
    domain = {"elevation": [low - MARGIN_DEG, high + MARGIN_DEG]}
    if "side" not in recipe.views:
        # With the back to the camera the working shoulder lies on the other side of the trunk's line.
        across = np.array([r.values[0.0][INDEX["start.working_shoulder.across"]] for r in reps])
        domain["start.working_shoulder.across"] = [round(0.5 * float(across.min()), 3), round(1.5 * float(across.max()), 3)]
        domain["azimuth"] = [-azimuth - MARGIN_DEG, azimuth + MARGIN_DEG]
    return {
        "fault": recipe.fault,
        "exercise": recipe.exercise,
        "views": list(recipe.views),
        "limit_deg": round(choose_limit(estimate[near], target[near], recipe.amber, recipe.red), 2),
        "estimate_deg": final.to_json(),
        "view_deg": {name: part.to_json() for name, part in view.items()},
        "domain": domain,
        "fitted_on": {
            "clips": len(set(clips)),
            "repetitions": len(reps),
            "faulty": int((target >= recipe.red).sum()),
            "clean": int((target < recipe.amber / 2).sum()),
            "bodies": sorted({r.body for r in reps}),
            "truth": recipe.truth,
            "red_deg": recipe.red,
            "amber_deg": recipe.amber,
            "clips_left_out_r": round(float(np.corrcoef(estimate, target)[0, 1]), 3),
            "clips_left_out_error_deg": round(float(np.abs(estimate - target).mean()), 2),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true", help="write the models into coxa.motion.fitted")
    arguments = parser.parse_args()
    for recipe in RECIPES:
        around = [r for r in read_folders(arguments.folders, recipe.clips) if recipe.truth in r.truth]
        reps = [r for r in around if suits(recipe, r)]
        target = target_of(recipe, reps)
        if (target >= recipe.red).sum() < FAULTY_LEAST or (target < recipe.amber / 2).sum() < FAULTY_LEAST:
            print(f"{recipe.exercise} {recipe.fault}: too few repetitions ({len(reps)}), not fitted")
            continue
        data = model_of(recipe, reps, around)
        print(f"{recipe.exercise} {recipe.fault}: limit {data['limit_deg']}, {data['fitted_on']}")
        if arguments.write:
            FITTED.mkdir(exist_ok=True)
            (FITTED / f"{recipe.exercise}.{recipe.fault}.json").write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
