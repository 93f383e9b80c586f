"""`Flesh`: balls that fill the segments, to see whether a body sinks into the floor or into itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.skeleton import GIRTH, INDEX, SEGMENTS, SIDES, Floats, Skeleton

#: Rows of balls along a bone: from, to (body heights below its origin), radius at either end, how many.
_ROWS: dict[str, tuple[tuple[float, float, float, float, int], ...]] = {
    "upper_arm": ((0.010, 0.186, 0.0270, 0.0205, 6),),
    "forearm": ((0.015, 0.140, 0.0205, 0.0135, 5),),
    "hand": ((0.010, 0.045, 0.0130, 0.0120, 2), (0.075, 0.085, 0.0070, 0.0060, 2)),
    "thigh": ((0.045, 0.130, 0.0465, 0.0400, 3), (0.160, 0.245, 0.0370, 0.0310, 4)),
    "shin": ((0.010, 0.090, 0.0300, 0.0265, 4), (0.115, 0.235, 0.0250, 0.0160, 5)),
}
#: Single balls: centre in the segment's axes and radius, body heights.
_BALLS: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "pelvis": ((0.046, -0.006, -0.004, 0.046), (-0.046, -0.006, -0.004, 0.046), (0.0, 0.020, -0.002, 0.050)),
    "abdomen": ((0.030, 0.012, 0.006, 0.044), (-0.030, 0.012, 0.006, 0.044), (0.030, 0.055, 0.010, 0.044), (-0.030, 0.055, 0.010, 0.044)),
    "chest": (
        (0.038, 0.005, 0.008, 0.046), (-0.038, 0.005, 0.008, 0.046), (0.040, 0.050, 0.006, 0.048), (-0.040, 0.050, 0.006, 0.048),
        (0.038, 0.092, -0.004, 0.044), (-0.038, 0.092, -0.004, 0.044), (0.0, 0.050, 0.004, 0.052),
    ),
    "neck": ((0.0, 0.030, 0.012, 0.024), (0.0, 0.055, 0.020, 0.024)),
    "head": ((0.0, 0.036, -0.008, 0.046), (0.0, 0.020, 0.012, 0.042), (0.0, -0.016, 0.026, 0.026)),
    "foot": ((0.0, -0.020, -0.018, 0.018), (0.0, -0.022, 0.012, 0.016), (0.0, -0.027, 0.050, 0.012), (0.0, -0.030, 0.092, 0.008)),
}  # fmt: skip
_SOFT = {"pelvis", "abdomen", "chest", "thigh", "shin", "upper_arm"}

_ARM = ("forearm", "hand")
_LEG = ("thigh", "shin", "foot")


def _pairs_of_segments() -> set[tuple[str, str]]:
    """Which segments must stay out of each other; neighbours fold into one another, as do thigh and belly."""
    pairs: set[tuple[str, str]] = set()
    for a in _LEG:
        for b in _LEG:
            pairs.add((f"{a}_left", f"{b}_right"))
    for side, far in (SIDES, SIDES[::-1]):
        for a in _ARM:
            for b in ("pelvis", "abdomen", "chest", "neck", "head", f"upper_arm_{far}"):
                pairs.add((f"{a}_{side}", b))
            for leg in _LEG:
                pairs.update((f"{a}_{side}", f"{leg}_{s}") for s in SIDES)
            for b in _ARM:
                pairs.add((f"{a}_left", f"{b}_right"))
        for leg in _LEG:
            pairs.update((f"upper_arm_{side}", f"{leg}_{s}") for s in SIDES)
        pairs.update((f"upper_arm_{side}", b) for b in ("pelvis", "head"))
        pairs.update((f"{leg}_{side}", b) for leg in _LEG[1:] for b in ("chest", "abdomen", "head"))
        pairs.add((f"thigh_{side}", "head"))
    return pairs


@dataclass(frozen=True, eq=False)
class Flesh:
    """The balls of one skeleton.

    Attributes
    ----------
    segment : (B,) int
        Index of the segment to which each ball belongs.
    offset : (B, 3) float64
        Its centre in that segment's axes, metres.
    radius : (B,) float64
    pairs : (M, 2) int
        The balls that must stay out of each other.
    """

    segment: npt.NDArray[np.int64]
    offset: Floats
    radius: Floats
    pairs: npt.NDArray[np.int64]

    @classmethod
    def of(cls, skeleton: Skeleton) -> Flesh:
        """Fill a skeleton's segments with balls."""
        h, g = skeleton.build.height_m, GIRTH[skeleton.build.weight]
        rows: list[tuple[int, float, float, float, float]] = []
        for name in SEGMENTS:
            kind = name.removesuffix("_left").removesuffix("_right")
            fat = g if kind in _SOFT else 1.0
            rows += [(INDEX[name], x, y, z * fat, r * fat) for x, y, z, r in _BALLS.get(kind, ())]
            for start, stop, first, last, count in _ROWS.get(kind, ()):
                along, radii = np.linspace(start, stop, count), np.linspace(first, last, count)
                rows += [(INDEX[name], 0.0, -float(y), 0.0, float(r) * fat) for y, r in zip(along, radii, strict=True)]
        table = np.array(rows)
        segment = table[:, 0].astype(np.int64)
        apart = {(INDEX[a], INDEX[b]) for a, b in _pairs_of_segments()}
        pairs = [
            (i, k)
            for i in range(len(table))
            for k in range(i + 1, len(table))
            if (segment[i], segment[k]) in apart or (segment[k], segment[i]) in apart
        ]
        # side by side the upper thighs always touch
        thighs = {INDEX["thigh_left"], INDEX["thigh_right"]}
        high = table[:, 2] > -0.14
        pairs = [(i, k) for i, k in pairs if not ({int(segment[i]), int(segment[k])} == thighs and high[i] and high[k])]
        return cls(segment, table[:, 1:4] * h, table[:, 4] * h, np.array(pairs))

    def centres(self, posed: Posed) -> Floats:
        """Centres of the balls in the world, (..., B, 3) metres."""
        turned = np.matmul(posed.rotations[..., self.segment, :, :], self.offset[..., None])[..., 0]
        points: Floats = posed.origins[..., self.segment, :] + turned
        return points

    def depth(self, posed: Posed) -> Floats:
        """How deep each pair of `pairs` is in each other (negative: apart), (..., M) metres."""
        c = self.centres(posed)
        a, b = self.pairs.T
        gap = np.linalg.norm(c[..., a, :] - c[..., b, :], axis=-1)
        deep: Floats = self.radius[a] + self.radius[b] - gap
        return deep
