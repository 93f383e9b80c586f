"""`Doll`: the body that stands for everybody in the pictures, with the places where muscles work and where mistakes show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from coxa.body.mannequin.form import Look
from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.mesh import Body, Palette
from coxa.body.mannequin.skeleton import INDEX, SEGMENTS, Build, Floats, Side, Skeleton, Weight

Blob = tuple[str, tuple[float, float, float], tuple[float, float, float]]

#: Where each muscle lies under the skin of the left side: segment, centre and radii in the segment's own axes, body heights.
MUSCLES: dict[str, tuple[Blob, ...]] = {
    "gluteus-maximus": (("pelvis", (0.062, -0.022, -0.050), (0.082, 0.066, 0.072)),),
    "gluteus-medius": (("pelvis", (0.088, 0.030, 0.006), (0.064, 0.050, 0.062)),),
    "deep-rotators": (("pelvis", (0.080, -0.006, -0.042), (0.058, 0.036, 0.056)),),
    "hip-flexors": (("pelvis", (0.060, 0.002, 0.046), (0.056, 0.064, 0.048)),),
    "quadriceps": (("thigh", (0.014, -0.130, 0.040), (0.064, 0.108, 0.048)),),
    "hamstrings": (("thigh", (0.014, -0.140, -0.036), (0.066, 0.104, 0.048)),),
    "adductors": (("thigh", (-0.044, -0.095, 0.010), (0.044, 0.100, 0.052)),),
    "abdominals": (("abdomen", (0.0, 0.018, 0.050), (0.110, 0.086, 0.062)),),
    "low-back": (("abdomen", (0.0, 0.012, -0.048), (0.120, 0.066, 0.066)),),
    "tensor-fasciae-latae": (("pelvis", (0.084, 0.008, 0.030), (0.044, 0.048, 0.044)),
                             ("thigh", (0.046, -0.060, 0.014), (0.036, 0.076, 0.040))),
}  # fmt: skip

#: Where a mistake shows: as above; the left one of a pair.
PLACES: dict[str, tuple[Blob, ...]] = {
    "pelvis": (("pelvis", (0.0, 0.010, 0.0), (0.200, 0.050, 0.150)),),
    "low-back": (("abdomen", (0.0, 0.016, -0.046), (0.140, 0.074, 0.090)),),
    "trunk": (("chest", (0.0, 0.030, 0.0), (0.130, 0.085, 0.150)),),
    "head": (("head", (0.0, 0.020, 0.0), (0.120, 0.090, 0.120)),),
    "thigh": (("thigh", (0.0, -0.130, 0.0), (0.110, 0.070, 0.110)),),
    "knee": (("shin", (0.0, 0.004, 0.0), (0.075, 0.048, 0.075)),),
    "foot": (("foot", (0.0, -0.010, 0.035), (0.070, 0.052, 0.090)),),
}

_PALETTE = Palette((232, 214, 198), (88, 98, 110), (206, 221, 230), (172, 190, 205), (246, 246, 244), Look(0.095, 0.43, neutral=True))
_LIMBS = {"arm": ("upper_arm", "forearm", "hand"), "leg": ("thigh", "shin", "foot")}


@dataclass(frozen=True, eq=False)
class Doll:
    """A neutral body of one build.

    Attributes
    ----------
    body : Body
    limb : (V,) int64
        What a point belongs to: 0 trunk and head, 1 left arm, 2 right arm, 3 left leg, 4 right leg.
    """

    body: Body
    limb: npt.NDArray[np.int64]

    @classmethod
    def of(cls, weight: Weight = "average", *, coarse: float = 1.0) -> Doll:
        """The body of one build, slim, average or heavy; made once."""
        return _doll(weight, coarse)

    @cached_property
    def fine(self) -> npt.NDArray[np.bool_]:
        """Which points are of the head or of the limbs' outer halves, by which one reads a pose, (V,)."""
        parts = [INDEX[f"{part}_{side}"] for part in ("hand", "forearm", "foot", "shin") for side in ("left", "right")]
        return np.isin(self.body.segments[:, 0], [INDEX["head"], *parts])

    @property
    def skeleton(self) -> Skeleton:
        """Its bones."""
        return self.body.skeleton

    def points(self, posed: Posed) -> tuple[Floats, Floats]:
        """Points and normals (V, 3) of the skin in one pose, metres."""
        return self.body.skin_normals(posed.origins, posed.rotations)

    def glow(self, muscles: tuple[str, ...], sides: tuple[Side, ...]) -> Floats:
        """How deep inside the working muscles points lie, (V,): positive inside, at most 1."""
        return self._field([blob for name in muscles for blob in MUSCLES[name]], sides)

    def place(self, where: str, side: Side) -> Floats:
        """How deep inside the place of a mistake points lie, (V,); `where` as in the catalogue, such as "knee_working"."""
        name, _, whose = where.partition("_")
        other: Side = "right" if side == "left" else "left"
        if name in ("knees", "feet"):
            return self._field(list(PLACES[{"knees": "knee", "feet": "foot"}[name]]), (side, other))
        return self._field(list(PLACES[name]), (other,) if whose == "other" else (side,))

    def _field(self, blobs: list[Blob], sides: tuple[Side, ...]) -> Floats:
        field = np.full(len(self.body.bind), -1.0)
        height = self.skeleton.build.height_m
        for segment, centre, radii in blobs:
            for side in sides if (segment in ("thigh", "shin", "foot") or centre[0]) else sides[:1]:
                name = f"{segment}_{side}" if segment in ("thigh", "shin", "foot") else segment
                k = INDEX[name]
                q = (self.body.bind - self.body.bind_origins[k]) @ self.body.bind_rotations[k] / height
                if side == "right":
                    q = q * np.array([-1.0, 1.0, 1.0])
                depth = 1.0 - np.linalg.norm((q - np.array(centre)) / np.array(radii), axis=1)
                if segment not in ("thigh", "shin", "foot"):
                    depth = np.where(np.isin(self.limb, (1, 2)), -1.0, depth)  # an arm near the hip is not the hip
                elif segment != "thigh" or centre[0] >= 0:
                    depth = np.where(self.limb == (4 if side == "left" else 3), -1.0, depth)
                field = np.maximum(field, depth)
        return field


@lru_cache(maxsize=8)
def _doll(weight: Weight, coarse: float) -> Doll:
    body = Body.of(Skeleton.of(Build(1.70, "female", weight)), _PALETTE, coarse=coarse, face=False)
    limb_of = np.zeros(len(SEGMENTS), dtype=np.int64)
    for number, (kind, side) in enumerate((("arm", "left"), ("arm", "right"), ("leg", "left"), ("leg", "right")), start=1):
        for segment in _LIMBS[kind]:
            limb_of[INDEX[f"{segment}_{side}"]] = number
    return Doll(body, limb_of[body.segments[:, 0]])
