"""Evidence for faults that no single angle shows: what many points did between a repetition's start and its peak.

The pose model's hip points follow a habit of the model, not the pelvis. Rolling back and hiking are therefore read from
how the shoulders, the head, both sides of the trunk and the knees moved together, by a small linear model fitted on
rendered people whose joints are known. A model is data: one JSON file in `fitted/`, with its terms, its limit, the views
in which it may be used, and what it was fitted on. Nothing is learnt from the set that is judged: the only reference is
the start of the same repetition.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from coxa.body.landmarks import MIRRORED, Landmark
from coxa.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Points by what they are to the movement; each is the middle of two landmarks (or one landmark twice).
#: Snapshots are mirrored first, so that the working side is always the left one.
POINTS: dict[str, tuple[Landmark, Landmark]] = {
    "working_shoulder": (Landmark.LEFT_SHOULDER, Landmark.LEFT_SHOULDER),
    "other_shoulder": (Landmark.RIGHT_SHOULDER, Landmark.RIGHT_SHOULDER),
    "working_hip": (Landmark.LEFT_HIP, Landmark.LEFT_HIP),
    "other_hip": (Landmark.RIGHT_HIP, Landmark.RIGHT_HIP),
    "working_knee": (Landmark.LEFT_KNEE, Landmark.LEFT_KNEE),
    "other_knee": (Landmark.RIGHT_KNEE, Landmark.RIGHT_KNEE),
    "working_ankle": (Landmark.LEFT_ANKLE, Landmark.LEFT_ANKLE),
    "other_ankle": (Landmark.RIGHT_ANKLE, Landmark.RIGHT_ANKLE),
    "ears": (Landmark.LEFT_EAR, Landmark.RIGHT_EAR),
    "nose": (Landmark.NOSE, Landmark.NOSE),
    "working_elbow": (Landmark.LEFT_ELBOW, Landmark.LEFT_ELBOW),
    "other_elbow": (Landmark.RIGHT_ELBOW, Landmark.RIGHT_ELBOW),
}

#: Lines between two of the points, measured in the picture.
LINES: dict[str, tuple[str, str]] = {
    "shoulder_line": ("other_shoulder", "working_shoulder"),
    "hip_line": ("other_hip", "working_hip"),
    "working_side": ("working_hip", "working_shoulder"),
    "other_side": ("other_hip", "other_shoulder"),
    "working_thigh": ("working_hip", "working_knee"),
    "other_thigh": ("other_hip", "other_knee"),
    "working_shin": ("working_knee", "working_ankle"),
    "neck": ("nose", "ears"),
}

_FIRST = np.array([int(a) for a, _ in POINTS.values()])
_SECOND = np.array([int(b) for _, b in POINTS.values()])
_INDEX = {name: i for i, name in enumerate(POINTS)}
_FROM = np.array([_INDEX[a] for a, _ in LINES.values()])
_TO = np.array([_INDEX[b] for _, b in LINES.values()])
_MIRRORED = MIRRORED.astype(np.intp)
_WORKING_SHOULDER, _OTHER_SHOULDER = _INDEX["working_shoulder"], _INDEX["other_shoulder"]
_WORKING_HIP, _OTHER_HIP = _INDEX["working_hip"], _INDEX["other_hip"]

#: Names of what `features` returns, in its order. "along" is towards the head, "across" towards the working side,
#: "depth" away from the camera; lengths in trunk lengths of the start, turns in degrees. "start." is the start itself.
FEATURES: tuple[str, ...] = (
    *(f"{point}.along" for point in POINTS),
    *(f"{point}.across" for point in POINTS),
    *(f"{point}.depth" for point in POINTS),
    *(f"{line}.length" for line in LINES),
    *(f"{line}.turn" for line in LINES),
    *(f"start.{point}.along" for point in POINTS),
    *(f"start.{point}.across" for point in POINTS),
    *(f"start.{line}.depth" for line in LINES),
    "start.trunk.depth",
    "start.trunk.tilt",
)

#: View angles multiply a term in units of this many degrees, and no further than these estimates.
VIEW_UNIT_DEG = 15.0
VIEW_LIMITS = {"azimuth": (-50.0, 50.0), "elevation": (-25.0, 65.0)}
VIEW_ANGLES = tuple(VIEW_LIMITS)
_PLAIN = np.ones(1 + len(VIEW_ANGLES))

_FEATURE_INDEX = {name: i for i, name in enumerate(FEATURES)}


@njit(cache=True)
def _points(snapshot: Floats, mirror: bool) -> Floats:
    """The points (P, 5) relative to the middle of the hips, mirrored where the right side works."""
    points = np.empty((len(_FIRST), 5))
    for k in range(len(_FIRST)):
        a, b = _FIRST[k], _SECOND[k]
        if mirror:
            a, b = _MIRRORED[a], _MIRRORED[b]
        for c in range(5):
            points[k, c] = 0.5 * (snapshot[a, c] + snapshot[b, c])
        if mirror:
            points[k, 0] = -points[k, 0]
            points[k, 2] = -points[k, 2]
    for c in range(5):
        middle = 0.5 * (points[_WORKING_HIP, c] + points[_OTHER_HIP, c])
        for k in range(len(_FIRST)):
            points[k, c] -= middle
    return points


@njit(cache=True)
def _features(start: Floats, peak: Floats, mirror: bool, out: Floats) -> None:
    """Fill `out` in the order of `FEATURES`; NaN where the body has no length."""
    first, last = _points(start, mirror), _points(peak, mirror)
    trunk = 0.5 * (first[_WORKING_SHOULDER] + first[_OTHER_SHOULDER])
    length = math.sqrt(trunk[0] * trunk[0] + trunk[1] * trunk[1])
    deep = math.sqrt(trunk[2] * trunk[2] + trunk[3] * trunk[3] + trunk[4] * trunk[4])
    if not (length > 0.0 and deep > 0.0):
        out[:] = math.nan
        return
    ux, uy = trunk[0] / length, trunk[1] / length
    points, lines = len(_FIRST), len(_FROM)
    here = 3 * points + 2 * lines
    for k in range(points):
        dx, dy = (last[k, 0] - first[k, 0]) / length, (last[k, 1] - first[k, 1]) / length
        out[k] = dx * ux + dy * uy
        out[points + k] = dy * ux - dx * uy
        out[2 * points + k] = (last[k, 4] - first[k, 4]) / deep
        x, y = first[k, 0] / length, first[k, 1] / length
        out[here + k] = x * ux + y * uy
        out[here + points + k] = y * ux - x * uy
    for k in range(lines):
        a, b = _FROM[k], _TO[k]
        x0, y0 = first[b, 0] - first[a, 0], first[b, 1] - first[a, 1]
        x1, y1 = last[b, 0] - last[a, 0], last[b, 1] - last[a, 1]
        out[3 * points + k] = (math.sqrt(x1 * x1 + y1 * y1) - math.sqrt(x0 * x0 + y0 * y0)) / length
        out[3 * points + lines + k] = math.degrees(math.atan2(x0 * y1 - y0 * x1, x0 * x1 + y0 * y1))
        wx, wy, wz = first[b, 2] - first[a, 2], first[b, 3] - first[a, 3], first[b, 4] - first[a, 4]
        reach = math.sqrt(wx * wx + wy * wy + wz * wz)
        out[here + 2 * points + k] = wz / reach if reach > 0.0 else math.nan
    out[here + 2 * points + lines] = trunk[4] / deep
    out[here + 2 * points + lines + 1] = math.degrees(math.atan2(ux, -uy))


@njit(cache=True)
def _sum(
    values: Floats, constant: float, index: Ints, low: Floats, high: Floats, centre: Floats, weight: Floats, times: Ints, factors: Floats
) -> float:
    """A constant and the terms, in their order; NaN where a feature is missing."""
    total = constant
    for k in range(len(index)):
        value = min(max(values[index[k]], low[k]), high[k]) if values[index[k]] == values[index[k]] else math.nan
        total += (value - centre[k]) * weight[k] * factors[times[k]]
    return total


def features(start: Floats, peak: Floats, side: Literal["left", "right"]) -> Floats:
    """What many points did between a repetition's start and its peak, free of body size, place and side.

    Parameters
    ----------
    start, peak
        Mean landmarks over the last moment of rest before the movement, and over the plateau at its peak, (33, 5): x and y
        in pixels (square ones: x times width, y times height), then the world x, y, z in metres.
    side
        The working side. A right-sided repetition is mirrored, so that its features equal those of its mirror image.

    Returns
    -------
    (len(FEATURES),) in the order of `FEATURES`. NaN where a point was not seen.

    Examples
    --------
    >>> rest = np.random.default_rng(0).normal(size=(33, 5))
    >>> values = features(rest, rest, "left")
    >>> float(values[FEATURES.index("working_shoulder.across")])
    0.0
    """
    out = np.empty(len(FEATURES))
    _features(np.ascontiguousarray(start, dtype=np.float64), np.ascontiguousarray(peak, dtype=np.float64), side == "right", out)
    return out


@dataclass(frozen=True)
class Term:
    """One addend: weight times the feature, clipped to low..high, centred and scaled; `times` names a view angle or is empty."""

    feature: str
    times: str
    low: float
    high: float
    centre: float
    scale: float
    weight: float


class Linear:
    """A constant and a sum of terms, in the unit of what it estimates."""

    def __init__(self, constant: float, terms: tuple[Term, ...]) -> None:
        self.constant = constant
        self.terms = terms
        self._index = np.array([_FEATURE_INDEX[t.feature] for t in terms], dtype=np.intp)
        self._times = np.array([1 + VIEW_ANGLES.index(t.times) if t.times else 0 for t in terms], dtype=np.intp)
        self._low = np.array([t.low for t in terms], dtype=np.float64)
        self._high = np.array([t.high for t in terms], dtype=np.float64)
        self._centre = np.array([t.centre for t in terms], dtype=np.float64)
        self._weight = np.array([t.weight / t.scale for t in terms], dtype=np.float64)

    def value(self, values: Floats, factors: Floats) -> float:
        """The sum for one repetition; `factors` are 1 and the view angles in units, in the order of `VIEW_ANGLES`."""
        return float(_sum(values, self.constant, self._index, self._low, self._high, self._centre, self._weight, self._times, factors))


@dataclass(frozen=True)
class Estimate:
    """A fault's size as the model reads it; `why` says what lies outside the model's domain, or is empty."""

    value_deg: float
    in_domain: bool
    why: str


@dataclass(frozen=True)
class FittedModel:
    """A fitted fault: terms, limit and domain.

    Attributes
    ----------
    limit_deg
        A repetition whose estimate reaches this shows the fault. It is an estimate's limit, not the clinical one: set so
        that clean repetitions of people whom the fit has not seen stay below it.
    domain
        Feature of the start, or view angle, to its least and largest value in which the model may speak.
    evidence
        What repetitions that no fit saw said of it (bench/operating_curves.py): for each view, found of faulty, false of
        clean, clips, the upper bound of the false rate and the verdict. Empty when it has not been scored since it was fitted.
    """

    fault: str
    exercise: str
    views: tuple[str, ...]
    limit_deg: float
    estimate_deg: Linear
    view_deg: dict[str, Linear]
    domain: dict[str, tuple[float, float]]
    fitted_on: dict[str, Any]
    evidence: dict[str, Any]

    def judged_from(self, view: str) -> bool:
        """Whether the evidence suffices to tell a person from this view; if not, the fault stays "cannot judge"."""
        return bool(self.evidence.get("by_view", {}).get(view, {}).get("verdict") == "judged")

    def estimate(self, start: Floats, peak: Floats, side: str, view_hint: str = "") -> Estimate:
        """How big the fault was in one repetition, and whether the model may say so.

        Parameters
        ----------
        start, peak
            As for `features`.
        side
            Working side, "left" or "right".
        view_hint
            The engine's view of the set; empty when it is not known.

        Raises
        ------
        BadInput
            When a snapshot is not (33, 5) or the side is neither left nor right.
        """
        start, peak = np.asarray(start, dtype=np.float64), np.asarray(peak, dtype=np.float64)
        if start.shape != (33, 5) or peak.shape != (33, 5):
            raise BadInput(f"expected two snapshots of shape (33, 5), got {start.shape} and {peak.shape}; give x, y, and world x, y, z")
        if side == "left":
            values = features(start, peak, "left")
        elif side == "right":
            values = features(start, peak, "right")
        else:
            raise BadInput(f"expected the working side as left or right, got {side!r}; find the working side first")
        factors = _PLAIN.copy()
        angles = {name: part.value(values, _PLAIN) for name, part in self.view_deg.items()}
        for name, angle in angles.items():
            low, high = VIEW_LIMITS[name]
            factors[1 + VIEW_ANGLES.index(name)] = min(max(angle, low), high) / VIEW_UNIT_DEG
        size = self.estimate_deg.value(values, factors)
        if math.isnan(size) or any(math.isnan(angle) for angle in angles.values()):
            return Estimate(math.nan, False, "a point that the model needs was not seen")
        if view_hint and self.views and view_hint not in self.views:
            return Estimate(size, False, f"view {view_hint}, fitted for {', '.join(self.views)}")
        for name, (low, high) in self.domain.items():
            here = angles[name] if name in angles else float(values[_FEATURE_INDEX[name]])
            if not low <= here <= high:
                return Estimate(size, False, f"{name} is {here:.2f}, fitted from {low:.2f} to {high:.2f}")
        return Estimate(size, True, "")


def _linear(data: dict[str, Any], where: str) -> Linear:
    unknown = [t["feature"] for t in data["terms"] if t["feature"] not in _FEATURE_INDEX]
    if unknown:
        raise BadInput(f"expected features that evidence.py computes, got {', '.join(unknown)} in {where}; fit the model again")
    numbers = ("low", "high", "centre", "scale", "weight")
    return Linear(float(data["constant"]), tuple(Term(t["feature"], t["times"], *(float(t[n]) for n in numbers)) for t in data["terms"]))


def read_model(text: str, where: str) -> FittedModel:
    """A fitted model from its JSON text; `where` names the file in errors.

    Raises
    ------
    BadInput
        When the text is not a fitted model or names a feature that is not computed.
    """
    try:
        data = json.loads(text)
        return FittedModel(
            fault=data["fault"],
            exercise=data["exercise"],
            views=tuple(data["views"]),
            limit_deg=float(data["limit_deg"]),
            estimate_deg=_linear(data["estimate_deg"], where),
            view_deg={name: _linear(part, where) for name, part in data["view_deg"].items()},
            domain={name: (float(low), float(high)) for name, (low, high) in data["domain"].items()},
            fitted_on=dict(data["fitted_on"]),
            evidence=dict(data.get("evidence", {})),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"expected a fitted model, got {error} in {where}; fit it again with bench/fit_evidence.py") from error


@cache
def load_model(fault: str, exercise: str) -> FittedModel | None:
    """The fitted model of a fault in an exercise, or None where none has been fitted."""
    path = files("coxa.motion") / "fitted" / f"{exercise}.{fault}.json"
    return read_model(path.read_text(encoding="utf-8"), path.name) if path.is_file() else None
