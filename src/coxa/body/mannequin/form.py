"""`Form`: the shape of a person as one smooth implicit surface, from which the mesh is drawn.

Torso, neck, head and limbs are lofts: a row of cross-sections (super-ellipses with their own front, back and side radii) joined
by a monotone spline. Lofts melt into one another by a smooth minimum, so that there is one skin without seams. All lengths are in
body heights. The form stands in the bind pose: arms and legs a little apart, so that neither melts into the trunk or its twin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import PchipInterpolator

from coxa.body.mannequin.skeleton import GIRTH, INDEX, SEGMENTS, Floats, Skeleton

#: How far arms and legs are spread in the bind pose.
ARM_SPREAD_DEG = 36.0
LEG_SPREAD_DEG = 11.0

#: Groups of segments whose skin is one loft.
GROUPS: tuple[str, ...] = ("torso", "neck", "head", "arm_left", "arm_right", "hand_left", "hand_right", "leg_left", "leg_right",
                           "foot_left", "foot_right")  # fmt: skip

#: How far (body heights) a group's hold on the skin reaches beyond its own surface.
_REACH = {"torso": 0.040, "neck": 0.022, "head": 0.022, "arm": 0.026, "hand": 0.014, "leg": 0.040, "foot": 0.016}


@dataclass(frozen=True)
class Loft:
    """Cross-sections along one axis: place, half-width, reach to the front, reach to the back, super-ellipse exponent."""

    sections: Floats

    @cached_property
    def _profile(self) -> PchipInterpolator:
        return PchipInterpolator(self.sections[:, 0], self.sections[:, 1:], axis=0)

    def distance(self, along: Floats, across: Floats, front: Floats) -> Floats:
        """Signed distance, nearly: exact in direction of the section, negative inside."""
        low, high = self.sections[0, 0], self.sections[-1, 0]
        inside = np.clip(along, low, high)
        width, fore, back, power = np.moveaxis(self._profile(inside), -1, 0)
        middle, depth = (fore + back) / 2, (fore - back) / 2
        u, v = np.abs(across), np.abs(front - middle)
        ratio = ((u / width) ** power + (v / depth) ** power + 1e-12) ** (1 / power)
        radial = np.hypot(u, v) * (1 - 1 / ratio)
        radial = np.where(ratio < 0.05, np.maximum(radial, -np.minimum(width, depth)), radial)
        beyond = np.abs(along - inside)
        return np.asarray(np.where(beyond > 0, np.hypot(np.maximum(radial, 0), beyond), radial))


@dataclass(frozen=True)
class Look:
    """Choices of dress and hair that change the outline: where sleeves and trouser legs end, in body heights along the limb.

    A `neutral` body, for pictures of exercises, has neither breasts nor a man's chest, and its clothes are colour alone.
    """

    sleeve: float = 0.095
    trouser: float = 0.455
    bun: bool = False
    neutral: bool = False


def smooth_min(a: Floats, b: Floats, width: float) -> Floats:
    """Return the smaller value, rounded where the two are closer than ``width``."""
    h = np.maximum(width - np.abs(a - b), 0) / width
    return np.asarray(np.minimum(a, b) - h * h * width / 4)


def ramp(x: Floats, low: float, high: float) -> Floats:
    """Rise smoothly from 0 at ``low`` to 1 at ``high``."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def _ball(p: Floats, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Floats:
    q = (p - np.array(centre)) / np.array(radii)
    r = np.linalg.norm(q, axis=-1)
    return np.asarray((r - 1) * np.linalg.norm(p - np.array(centre), axis=-1) / np.maximum(r, 1e-9))


def _rod(p: Floats, a: tuple[float, float, float], b: tuple[float, float, float], ra: float, rb: float) -> Floats:
    start, axis = np.array(a), np.array(b) - np.array(a)
    t = np.clip((p - start) @ axis / (axis @ axis), 0, 1)
    return np.asarray(np.linalg.norm(p - start - t[..., None] * axis, axis=-1) - (ra + (rb - ra) * t))


def _near(part: Callable[[Floats], Floats], q: Floats, centre: tuple[float, float, float], radius: float) -> Floats:
    """Measure a small part full of detail only nearby; from afar it is a ball."""
    away = np.linalg.norm(q - np.array(centre), axis=-1) - radius
    close = away < 0.05
    if close.any():
        away[close] = part(q[close])
    return np.asarray(away)


def _turn_z(deg: float) -> Floats:
    c, s = np.cos(np.radians(deg)), np.sin(np.radians(deg))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


class Form:
    """The implicit body of one skeleton in its bind pose.

    Parameters
    ----------
    skeleton : Skeleton
        Whose body; sex and weight set the girths.
    look : Look
        Dress and hair.
    """

    def __init__(self, skeleton: Skeleton, look: Look) -> None:
        build = skeleton.build
        self.look = look
        self.height = build.height_m
        self.girth = GIRTH[build.weight]
        self.female = build.sex == "female"
        joints = np.stack([skeleton.rest_joints[name] for name in SEGMENTS]) / self.height
        self.joints = joints
        self.bind_rotations, self.bind_origins = _bind(joints)
        self._torso = Loft(self._torso_sections())
        self._neck = Loft(np.array([
            [-0.045, 0.032, 0.020, -0.014, 2.0], [-0.020, 0.032, 0.025, -0.023, 2.0], [0.0, 0.0305, 0.027, -0.027, 2.0],
            [0.03, 0.029, 0.027, -0.028, 2.0],
            [0.075, 0.029, 0.026, -0.026, 2.0]]) * np.array([1, *(3 * [0.96 if self.female else 1.08]), 1]))  # fmt: skip
        self._jaw = Loft(self._jaw_sections())
        self._arm = Loft(self._arm_sections())
        self._palm = Loft(np.array([
            [-0.008, 0.0098, 0.0125, -0.0125, 2.2], [0.004, 0.0108, 0.0148, -0.0148, 2.2], [0.022, 0.0100, 0.0190, -0.0190, 2.5],
            [0.046, 0.0080, 0.0205, -0.0215, 2.6], [0.055, 0.0066, 0.0190, -0.0200, 2.4]]))  # fmt: skip
        self._leg = Loft(self._leg_sections())
        self._shoe = Loft(np.array([
            [-0.0420, 0.010, -0.012, -0.034, 2.6], [-0.0385, 0.0165, -0.012, -0.0385, 3.0], [-0.028, 0.0205, -0.007, -0.039, 3.2],
            [-0.008, 0.0205, -0.007, -0.039, 3.2], [0.012, 0.0200, -0.004, -0.039, 3.2], [0.035, 0.0215, -0.009, -0.039, 3.2],
            [0.065, 0.0265, -0.0165, -0.039, 3.2], [0.085, 0.0260, -0.0195, -0.0385, 3.0], [0.100, 0.0205, -0.0235, -0.038, 2.8],
            [0.1075, 0.0110, -0.0285, -0.037, 2.4]]))  # fmt: skip

    # -- sections ----------------------------------------------------------------------------------------------------------------

    def _torso_sections(self) -> Floats:
        f = self.female
        rows = np.array([
            # y, half-width, front, back, exponent
            [0.462, 0.050, 0.030, -0.040, 2.2],
            [0.480, 0.078, 0.042, -0.050, 2.2],
            [0.505, 0.093 if f else 0.088, 0.049, -0.057, 2.25],
            [0.530, 0.096 if f else 0.091, 0.052, -0.058, 2.3],
            [0.560, 0.091 if f else 0.088, 0.053, -0.052, 2.3],
            [0.590, 0.081 if f else 0.084, 0.052, -0.046, 2.3],
            [0.625, 0.073 if f else 0.081, 0.050, -0.046, 2.3],
            [0.665, 0.077 if f else 0.085, 0.052, -0.053, 2.3],
            [0.705, 0.083 if f else 0.092, 0.056, -0.060, 2.3],
            [0.745, 0.086 if f else 0.096, 0.056, -0.066, 2.35],
            [0.780, 0.084 if f else 0.094, 0.046, -0.068, 2.3],
            [0.805, 0.076 if f else 0.085, 0.030, -0.062, 2.2],
            [0.822, 0.060 if f else 0.066, 0.014, -0.054, 2.1],
            [0.838, 0.040 if f else 0.045, -0.004, -0.047, 2.0],
            [0.850, 0.018 if f else 0.020, -0.018, -0.040, 2.0],
        ])  # fmt: skip
        g = self.girth
        # Weight sits on the waist and hips more than on the shoulders, and in front more than behind.
        soft = ramp(rows[:, 0], 0.84, 0.70)
        grow = 1 + (g - 1) * (0.35 + 0.65 * soft)
        rows[:, 1] *= grow
        rows[:, 2] *= 1 + (g - 1) * (0.2 + 1.3 * soft)
        rows[:, 3] *= 1 + (g - 1) * (0.2 + 0.8 * soft)
        return rows

    def _jaw_sections(self) -> Floats:
        m = 1.0 if self.female else 1.07
        rows = np.array([
            [-0.045, 0.008, 0.046, 0.028, 2.0], [-0.042, 0.016, 0.050, 0.016, 2.1], [-0.034, 0.0235, 0.0525, -0.004, 2.2],
            [-0.020, 0.0315, 0.0525, -0.022, 2.3], [-0.004, 0.0365, 0.0510, -0.034, 2.3], [0.014, 0.0395, 0.0495, -0.040, 2.3],
            [0.030, 0.0405, 0.0485, -0.044, 2.3], [0.050, 0.038, 0.0490, -0.044, 2.2], [0.066, 0.028, 0.040, -0.034, 2.1]])  # fmt: skip
        rows[:5, 1] *= m
        return rows

    def _arm_sections(self) -> Floats:
        m = self.girth * (0.95 if self.female else 1.06)
        rows = np.array([
            [-0.0160, 0.007, 0.010, -0.010, 2.0], [-0.011, 0.0135, 0.0180, -0.0180, 2.0], [-0.002, 0.0200, 0.0240, -0.0240, 2.0],
            [0.012, 0.0250, 0.0285, -0.0285, 2.0], [0.030, 0.0275, 0.0290, -0.0285, 2.0], [0.060, 0.0262, 0.0285, -0.0270, 2.0],
            [0.095, 0.0245, 0.0280, -0.0250, 2.0], [0.130, 0.0225, 0.0255, -0.0230, 2.0], [0.165, 0.0200, 0.0210, -0.0205, 2.0],
            [0.186, 0.0195, 0.0190, -0.0205, 2.0], [0.210, 0.0215, 0.0205, -0.0205, 2.0], [0.235, 0.0208, 0.0215, -0.0205, 2.0],
            [0.275, 0.0165, 0.0190, -0.0180, 2.0], [0.310, 0.0132, 0.0160, -0.0155, 2.1], [0.330, 0.0118, 0.0153, -0.0150, 2.2],
            [0.342, 0.0098, 0.0130, -0.0130, 2.2]])  # fmt: skip
        taper = ramp(rows[:, 0], 0.33, 0.24)[:, None]
        rows[:, 1:4] *= 1 + (m - 1) * taper
        return rows

    def _leg_sections(self) -> Floats:
        g = self.girth
        rows = np.array([
            [-0.030, 0.036, 0.034, -0.034, 2.0], [-0.010, 0.047, 0.045, -0.046, 2.0], [0.020, 0.0510, 0.0500, -0.0510, 2.05],
            [0.060, 0.0505, 0.0525, -0.0490, 2.05], [0.110, 0.0455, 0.0500, -0.0430, 2.05], [0.160, 0.0395, 0.0445, -0.0375, 2.05],
            [0.205, 0.0340, 0.0375, -0.0325, 2.05], [0.235, 0.0318, 0.0345, -0.0295, 2.1], [0.258, 0.0308, 0.0320, -0.0285, 2.1],
            [0.285, 0.0300, 0.0260, -0.0330, 2.05], [0.320, 0.0308, 0.0235, -0.0370, 2.0], [0.355, 0.0282, 0.0220, -0.0335, 2.0],
            [0.395, 0.0222, 0.0195, -0.0255, 2.0], [0.435, 0.0182, 0.0172, -0.0208, 2.0], [0.466, 0.0158, 0.0158, -0.0188, 2.0],
            [0.489, 0.0192, 0.0175, -0.0200, 2.1], [0.505, 0.0178, 0.0190, -0.0205, 2.0]])  # fmt: skip
        taper = ramp(rows[:, 0], 0.49, 0.36)[:, None]
        if self.female:
            rows[:, 1] *= 1 + 0.02 * ramp(rows[:, 0], 0.2, 0.08)
        rows[:, 1:4] *= 1 + (g - 1) * taper
        return rows

    # -- places ------------------------------------------------------------------------------------------------------------------

    def local(self, p: Floats, segment: str) -> Floats:
        """Return points of the bind pose in a segment's own axes."""
        k = INDEX[segment]
        return np.asarray((p - self.bind_origins[k]) @ self.bind_rotations[k])

    def parts(self, p: Floats) -> dict[str, Floats]:
        """Signed distance of points (N, 3) to each group's own surface, undressed, body heights."""
        mirror = p * np.array([-1.0, 1.0, 1.0])
        out = {"torso": self._trunk(p), "neck": self._neck_distance(p), "head": self.head(p)}
        for side, q in (("left", p), ("right", mirror)):
            arm = self.local(q, "upper_arm_left")
            out[f"arm_{side}"] = self._arm.distance(-arm[:, 1], arm[:, 0], arm[:, 2])
            out[f"hand_{side}"] = _near(self._hand, self.local(q, "hand_left"), (0.0, -0.050, 0.0), 0.065)
            leg = self.local(q, "thigh_left")
            calf = self._leg.distance(-leg[:, 1], leg[:, 0], leg[:, 2])
            out[f"leg_{side}"] = calf
            foot = self.local(q, "foot_left")
            out[f"foot_{side}"] = self._shoe.distance(foot[:, 2], foot[:, 0] + 0.05 * np.maximum(foot[:, 2], 0), foot[:, 1])
        return out

    def distance(self, p: Floats) -> Floats:
        """Signed distance of points (N, 3) of the bind pose to the dressed skin, body heights; negative inside."""
        d = self.parts(p)
        body = smooth_min(d["torso"], d["neck"], 0.030)
        body = smooth_min(body, d["head"], 0.012)
        for side in ("left", "right"):
            arm = smooth_min(d[f"arm_{side}"], d[f"hand_{side}"], 0.008)
            body = smooth_min(body, arm, 0.026)
        legs = [smooth_min(d[f"leg_{side}"], d[f"foot_{side}"], 0.010) for side in ("left", "right")]
        body = smooth_min(body, smooth_min(legs[0], legs[1], 0.006), 0.030)
        return np.asarray(body - self._cloth(p, d))

    def normals(self, p: Floats) -> Floats:
        """Outward unit normals (N, 3) of the dressed skin at points near it."""
        step = 4e-4
        taps = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], dtype=np.float64)
        # Mirrored points take mirrored steps, so that left and right come out alike.
        mirror = np.where(p[:, :1] < 0, np.array([[-1.0, 1.0, 1.0]]), 1.0)
        gradient = sum(t * mirror * self.distance(p + step * t * mirror)[:, None] for t in taps) / (4 * step)
        return np.asarray(gradient)

    def settle(self, p: Floats, rounds: int = 2) -> Floats:
        """Move points near the skin onto it."""
        for _ in range(rounds):
            n = self.normals(p)
            p = p - np.clip(self.distance(p), -0.01, 0.01)[:, None] * n / np.maximum((n * n).sum(1, keepdims=True), 0.2)
        return p

    # -- groups ------------------------------------------------------------------------------------------------------------------

    def _trunk(self, p: Floats) -> Floats:
        g = self.girth
        x = np.abs(p[:, 0])
        q = np.stack([x, p[:, 1], p[:, 2]], axis=1)
        d = self._torso.distance(p[:, 1], p[:, 0], p[:, 2])
        back = 1.04 if self.female else 0.96
        d = smooth_min(d, _ball(q, (0.041, 0.507, -0.027 * g), (0.044 * g, 0.045, 0.040 * g * back)), 0.020)
        if self.look.neutral:
            d = smooth_min(d, _ball(q, (0.036, 0.757, 0.028), (0.040, 0.034, 0.026)), 0.034)
        elif self.female:
            d = smooth_min(d, _ball(q, (0.038, 0.742, 0.044), (0.034 * g, 0.034 * g, 0.030 * g)), 0.022)
        else:
            d = smooth_min(d, _ball(q, (0.042, 0.757, 0.030), (0.044, 0.032, 0.029)), 0.026)
        # The slope from the neck to the tip of the shoulder.
        return smooth_min(
            d,
            _rod(q, (0.014, 0.848, -0.036), (0.096 if self.female else 0.104, 0.803, -0.014), 0.021, 0.020 if self.female else 0.022),
            0.030,
        )

    def _neck_distance(self, p: Floats) -> Floats:
        q = self.local(p, "neck")
        lean = (self.joints[INDEX["head"]] - self.joints[INDEX["neck"]])[2] / 0.062
        return self._neck.distance(q[:, 1], q[:, 0], q[:, 2] - lean * 0.8 * np.maximum(q[:, 1], 0))

    def head(self, p: Floats) -> Floats:
        """Signed distance of points (N, 3) of the bind pose to the head alone, with face, ears and hair, body heights."""
        return _near(self._head, self.local(p, "head"), (0.0, 0.028, -0.01), 0.085)

    def _head(self, q: Floats) -> Floats:
        q = np.stack([np.abs(q[:, 0]), q[:, 1], q[:, 2]], axis=1)
        d = _ball(q, (0.0, 0.034, -0.007), (0.0435, 0.053, 0.0545))
        d = smooth_min(d, self._jaw.distance(q[:, 1], q[:, 0], q[:, 2]), 0.018)
        d = -smooth_min(-d, _ball(q, (0.0180, 0.0265, 0.0570), (0.0125, 0.0075, 0.0095)), 0.010)
        d = smooth_min(d, _rod(q, (0.0, 0.030, 0.0475), (0.0, 0.0085, 0.0590), 0.0038, 0.0062), 0.006)
        d = smooth_min(d, _ball(q, (0.0062, 0.0055, 0.0540), (0.0050, 0.0042, 0.0055)), 0.004)
        d = smooth_min(d, _rod(q, (0.0, -0.0165, 0.0515), (0.009, -0.0180, 0.0480), 0.0040, 0.0028), 0.005)
        d = smooth_min(d, _rod(q, (0.0, -0.0232, 0.0510), (0.008, -0.0220, 0.0475), 0.0040, 0.0030), 0.004)
        d = smooth_min(d, _ball(q, (0.0440, 0.0130, -0.004), (0.0055, 0.0170, 0.0095)), 0.004)
        d = -smooth_min(-d, _ball(q, (0.0505, 0.0135, -0.001), (0.0045, 0.0095, 0.0050)), 0.004)
        line = cap(q) if self.look.neutral else hairline(q)
        hair = (0.0095 if self.look.neutral else 0.0075) * ramp(line, -0.002, 0.017)
        d = d - hair
        if self.look.bun:
            d = smooth_min(d, _ball(q, (0.0, 0.052, -0.068), (0.021, 0.020, 0.018)), 0.006)
        return d

    def _hand(self, q: Floats) -> Floats:
        d = self._palm.distance(-q[:, 1], q[:, 0], q[:, 2])
        # Root, tip and radius of each finger, hanging relaxed, a little bent towards the palm (which looks inwards, -x).
        for root, knuckle, tip, r in (
            ((0.0, -0.050, 0.0150), (-0.003, -0.072, 0.0180), (-0.010, -0.090, 0.0190), 0.0054),
            ((0.0, -0.052, 0.0050), (-0.003, -0.077, 0.0060), (-0.011, -0.098, 0.0060), 0.0055),
            ((0.0, -0.051, -0.0055), (-0.004, -0.074, -0.0065), (-0.012, -0.093, -0.0070), 0.0053),
            ((0.0, -0.047, -0.0155), (-0.004, -0.066, -0.0185), (-0.011, -0.081, -0.0195), 0.0047),
        ):
            finger = np.minimum(_rod(q, root, knuckle, r + 0.0006, r), _rod(q, knuckle, tip, r, r * 0.86))
            d = smooth_min(d, finger, 0.0035)
        thumb = np.minimum(
            _rod(q, (-0.003, -0.014, 0.0120), (-0.009, -0.034, 0.0270), 0.0085, 0.0062),
            _rod(q, (-0.009, -0.034, 0.0270), (-0.012, -0.054, 0.0320), 0.0062, 0.0052),
        )
        return smooth_min(d, thumb, 0.008)

    # -- dress -------------------------------------------------------------------------------------------------------------------

    def fields(self, p: Floats, d: dict[str, Floats] | None = None) -> dict[str, Floats]:
        """How far inside each garment points lie (positive inside): shirt, trousers, shoes, hair; body heights, nearly."""
        d = self.parts(p) if d is None else d
        arm_all, leg_all, foot_all = [], [], []
        for side, sign in (("left", 1.0), ("right", -1.0)):
            q = p * np.array([sign, 1.0, 1.0])
            s = -self.local(q, "upper_arm_left")[:, 1]
            on_arm = np.minimum(d["torso"] - d[f"arm_{side}"], 0.05)
            arm_all.append(np.maximum(self.look.sleeve - s, -on_arm))
            leg_all.append(self.look.trouser + self.local(q, "thigh_left")[:, 1])
            sole = self.local(q, "foot_left")
            foot_all.append(-0.0075 - sole[:, 1] + 0.30 * np.maximum(sole[:, 2], 0))
        sleeve = np.minimum(arm_all[0], arm_all[1])
        left = p[:, 0] >= 0
        # Round the neck, a little lower in front, and never off the shoulder.
        collar = 0.850 - p[:, 1] - 0.55 * (p[:, 2] + 0.03) + 1.2 * np.maximum(np.abs(p[:, 0]) - 0.040, 0)
        hem = p[:, 1] - 0.540
        shirt = np.minimum(np.minimum(sleeve, collar), hem)
        arms = np.minimum(np.minimum(d["arm_left"], d["arm_right"]), np.minimum(d["hand_left"], d["hand_right"]))
        legs = np.minimum(d["torso"], np.minimum(d["leg_left"], d["leg_right"]))
        trousers = np.minimum(np.minimum(-hem, np.where(left, leg_all[0], leg_all[1])), arms - legs)
        shoes = np.where(left, foot_all[0], foot_all[1])
        head = self.local(p, "head")
        q = np.stack([np.abs(head[:, 0]), head[:, 1], head[:, 2]], axis=1)
        hair = np.minimum(cap(q) if self.look.neutral else hairline(q), d["neck"] - d["head"] + 0.004)
        if self.look.bun:
            hair = np.maximum(hair, 0.003 - _ball(q, (0.0, 0.052, -0.068), (0.021, 0.020, 0.018)))
        return {"shirt": shirt, "trousers": trousers, "shoes": shoes, "hair": hair}

    def _cloth(self, p: Floats, d: dict[str, Floats]) -> Floats:
        if self.look.neutral:
            return np.zeros(len(p))
        f = self.fields(p, d)
        shirt = 0.0034 * ramp(f["shirt"], -0.002, 0.003)
        trousers = 0.0022 * ramp(f["trousers"], -0.002, 0.003) * ramp(-f["shirt"], -0.003, 0.003)
        return np.asarray(np.maximum(shirt, trousers))

    def weights(self, p: Floats) -> Floats:
        """How much each segment moves points (N, 3) of the skin: (N, 17), rows sum to one."""
        d = self.parts(p)
        values = np.stack([d[name] for name in GROUPS], axis=1)
        reach = np.array([_REACH[name.split("_")[0]] for name in GROUPS])
        hold = np.clip(1 - (values - values.min(axis=1, keepdims=True)) / reach, 0, None) ** 2
        for k, name in enumerate(GROUPS):
            if name.endswith("left"):
                hold[:, k] *= ramp(p[:, 0], -0.008, 0.008)
            elif name.endswith("right"):
                hold[:, k] *= ramp(-p[:, 0], -0.008, 0.008)
        hold /= hold.sum(axis=1, keepdims=True)
        out = np.zeros((len(p), len(SEGMENTS)))
        group = {name: hold[:, k] for k, name in enumerate(GROUPS)}
        low = ramp(p[:, 1], 0.552, 0.616)
        high = ramp(p[:, 1], 0.650, 0.720)
        out[:, INDEX["pelvis"]] = group["torso"] * (1 - low)
        out[:, INDEX["abdomen"]] = group["torso"] * low * (1 - high)
        out[:, INDEX["chest"]] = group["torso"] * low * high
        nod = ramp(self.local(p, "neck")[:, 1], 0.030, 0.080)
        out[:, INDEX["neck"]] = group["neck"] * (1 - nod)
        out[:, INDEX["head"]] = group["head"] + group["neck"] * nod
        for side, sign in (("left", 1.0), ("right", -1.0)):
            q = p * np.array([sign, 1.0, 1.0])
            elbow = ramp(-self.local(q, "upper_arm_left")[:, 1], 0.186 - 0.026, 0.186 + 0.026)
            knee = ramp(-self.local(q, "thigh_left")[:, 1], 0.245 - 0.036, 0.245 + 0.036)
            out[:, INDEX[f"upper_arm_{side}"]] = group[f"arm_{side}"] * (1 - elbow)
            out[:, INDEX[f"forearm_{side}"]] = group[f"arm_{side}"] * elbow
            out[:, INDEX[f"hand_{side}"]] = group[f"hand_{side}"]
            out[:, INDEX[f"thigh_{side}"]] = group[f"leg_{side}"] * (1 - knee)
            out[:, INDEX[f"shin_{side}"]] = group[f"leg_{side}"] * knee
            out[:, INDEX[f"foot_{side}"]] = group[f"foot_{side}"]
        return out


def hairline(q: Floats) -> Floats:
    """How far above the hairline points of the head lie (head axes, x taken positive), body heights."""
    x, y, z = q[:, 0], q[:, 1], q[:, 2]
    front = y - 0.062 - 6.0 * np.maximum(x - 0.02, 0) ** 2 + 0.9 * np.maximum(0.030 - z, 0)
    ear = np.hypot(y - 0.010, z + 0.002) - 0.018
    return np.asarray(np.minimum(np.maximum(front, np.minimum(y + 0.012, -0.014 - z)), np.maximum(ear, -0.022 - z)))


def cap(q: Floats) -> Floats:
    """As `hairline`, of hair that frames the face from the forehead to the jaw, so that it is seen from below as well."""
    x, y, z = q[:, 0], q[:, 1], q[:, 2]
    front = y - 0.056 + 14.0 * np.maximum(x - 0.014, 0) ** 2 + 0.9 * np.maximum(0.036 - z, 0)
    side = np.minimum(y - 0.008, 0.014 - z)
    back = np.minimum(y + 0.014, -0.014 - z)
    return np.asarray(np.minimum(np.maximum(front, np.maximum(side, back)), np.minimum(0.075 - x, y + 0.06)))


def _bind(joints: Floats) -> tuple[Floats, Floats]:
    """Turn the rest pose into the bind pose: rotations (17, 3, 3) and origins (17, 3), body heights."""
    rotations = np.tile(np.eye(3), (len(SEGMENTS), 1, 1))
    origins = joints.copy()
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for chain, deg in (
            ((f"upper_arm_{side}", f"forearm_{side}", f"hand_{side}"), sign * ARM_SPREAD_DEG),
            ((f"thigh_{side}", f"shin_{side}", f"foot_{side}"), sign * LEG_SPREAD_DEG),
        ):
            turn, root = _turn_z(deg), joints[INDEX[chain[0]]]
            for name in chain:
                k = INDEX[name]
                rotations[k] = turn
                origins[k] = root + turn @ (joints[k] - root)
    return rotations, origins
