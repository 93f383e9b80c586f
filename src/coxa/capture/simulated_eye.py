"""What a pose model makes of a simulated person: jitter, visibility and short dropouts on ideal landmarks.

The size of the noise follows what the pose model showed on clips of real and rendered people: jitter of 0.2 to 6 % of trunk length, far
legs in side views at visibilities of 0.2 to 0.6. Its errors on real pictures are systematic too; this noise proves code, not sight.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from coxa.body.landmarks import COUNT, Landmark
from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.skeleton import Floats
from coxa.body.recording import Recording

#: Landmarks of the left side and their partners, with the joint pair whose depth tells which is farther.
_LEFT = np.array([i for i in range(11, COUNT) if i % 2 == 1])
_RIGHT = _LEFT + 1
_LEGS = _LEFT >= Landmark.LEFT_HIP

_RESTLESS = np.ones(COUNT)
_RESTLESS[[15, 16, 17, 18, 19, 20, 21, 22]] = 1.6
_RESTLESS[[23, 24]] = 1.3
_RESTLESS[[27, 28, 29, 30, 31, 32]] = 1.4

_LIMBS: tuple[tuple[int, ...], ...] = (
    (25, 27, 29, 31),
    (26, 28, 30, 32),
    (13, 15, 17, 19, 21),
    (14, 16, 18, 20, 22),
    (27, 29, 31),
    (28, 30, 32),
)


def watch(points: Floats, camera: Camera, fps: float, rng: np.random.Generator | None) -> Recording:
    """Turn 33 points in the room into a recording.

    Parameters
    ----------
    points : (T, 33, 3)
        World positions, metres.
    camera : Camera
    fps : float
        Frames per second.
    rng : Generator, optional
        Source of the noise; ideal landmarks, fully visible, without it.
    """
    frames = len(points)
    image, world = camera.project(points), camera.world(points)
    visibility = np.full((frames, COUNT), 0.999)
    if rng is not None:
        visibility = _spoil(points, camera, image, world, fps, rng)
    time_s = np.arange(frames) / fps
    return Recording(
        time_s,
        image.astype(np.float32),
        world.astype(np.float32),
        visibility.astype(np.float32),
        camera.width,
        camera.height,
        fps,
        "simulated",
    )


def _spoil(points: Floats, camera: Camera, image: Floats, world: Floats, fps: float, rng: np.random.Generator) -> Floats:
    """Add noise to image and world landmarks in place and return visibilities."""
    frames = len(points)
    scale = np.array([camera.width, camera.height])
    hips = (image[:, 23, :2] + image[:, 24, :2]) / 2 * scale
    shoulders = (image[:, 11, :2] + image[:, 12, :2]) / 2 * scale
    trunk_m = float(np.median(np.linalg.norm((points[:, 11] + points[:, 12] - points[:, 23] - points[:, 24]) / 2, axis=-1)))
    # a trunk seen from its end is short in the picture: its length in the room counts, at its distance
    depth = ((points[:, 23] + points[:, 24]) / 2 - camera.position) @ camera.axes[2]
    trunk_px = np.maximum(np.linalg.norm(shoulders - hips, axis=-1), camera.focal_px * trunk_m / depth)
    far = _farness(points, camera, trunk_m)
    depth_gap = (((points[:, 11] + points[:, 12] - points[:, 23] - points[:, 24]) / 2) @ camera.axes[2]) / trunk_m
    behind = np.clip((depth_gap - 0.6) / 0.3, 0.0, 1.0)  # seen from the feet, the chest hides behind the legs
    calm = rng.uniform(0.002, 0.005) * _RESTLESS
    hidden = rng.uniform(0.015, 0.04)
    sigma = calm + hidden * far
    sigma[:, :23] += 0.008 * behind[:, None]
    smooth = _wander(rng, (frames, COUNT, 3), fps, 0.25)
    slow = _wander(rng, (frames, COUNT, 3), fps, 1.5)
    white = rng.standard_normal((frames, COUNT, 3))
    noise = 0.7 * smooth + 0.35 * white + 0.5 * slow
    image[..., :2] += noise[..., :2] * (sigma * trunk_px[:, None])[..., None] / scale
    image[..., 2] += noise[..., 2] * 4.0 * sigma * trunk_px[:, None] / camera.width
    spread = sigma[..., None] * trunk_m * np.array([1.0, 1.0, 4.0])
    world += noise * spread
    clear = rng.uniform(0.975, 0.999) - 0.02 * (_RESTLESS - 1.0)
    dim = rng.uniform(0.22, 0.55, COUNT)
    visibility = clear * (1 - far) + dim * far
    visibility[:, :23] -= 0.25 * behind[:, None]
    visibility += (0.004 + 0.05 * far) * _wander(rng, (frames, COUNT), fps, 0.6)
    visibility = np.clip(visibility, 0.02, 0.9995)
    _drop(image, world, visibility, trunk_px, scale, fps, rng)
    return visibility


def _farness(points: Floats, camera: Camera, trunk_m: float) -> Floats:
    """0 (seen) to 1 (hidden by the nearer limb) of each landmark, (T, 33)."""
    seen = (points - camera.position) @ camera.axes.T
    far = np.zeros(points.shape[:2])
    for joint, group in ((11, ~_LEGS), (23, _LEGS)):
        across = np.linalg.norm(points[:, joint] - points[:, joint + 1], axis=-1)
        behind = (seen[:, joint, 2] - seen[:, joint + 1, 2]) / across  # +1: the left side is the far one
        side_on = np.clip((np.abs(behind) - 0.7) / 0.2, 0.0, 1.0)
        for left, right in zip(_LEFT[group], _RIGHT[group], strict=True):
            apart = np.linalg.norm(seen[:, left, :2] - seen[:, right, :2], axis=-1) / trunk_m
            covered = side_on * (0.35 + 0.65 * np.exp(-((apart / 0.45) ** 2)))
            if joint == 23 and left == joint:
                covered = 0.25 * side_on  # the far hip point is guessed well: it lies beside the near one
            far[:, left] = np.where(behind > 0, covered, 0.0)
            far[:, right] = np.where(behind > 0, 0.0, covered)
    return far


def _drop(image: Floats, world: Floats, visibility: Floats, trunk_px: Floats, scale: Floats, fps: float, rng: np.random.Generator) -> None:
    frames = len(image)
    minutes = frames / fps / 60.0
    for _ in range(int(rng.poisson(4.0 * minutes))):
        start, length = int(rng.integers(frames)), max(1, round(rng.uniform(0.04, 0.16) * fps))
        limb = list(_LIMBS[int(rng.integers(len(_LIMBS)))])
        span = slice(start, start + length)
        jump = rng.normal(0.0, 0.2, 2)
        image[span, limb, :2] += jump * trunk_px[span, None, None] / scale
        world[span, limb] += rng.normal(0.0, 0.08, 3)
        visibility[span, limb] = np.minimum(visibility[span, limb], rng.uniform(0.05, 0.4))
    for _ in range(int(rng.poisson(1.5 * minutes))):
        start, length = int(rng.integers(1, max(frames, 2))), max(1, round(rng.uniform(0.03, 0.12) * fps))
        image[start : start + length] = np.nan
        world[start : start + length] = np.nan
        visibility[start : start + length] = 0.0


def _wander(rng: np.random.Generator, shape: tuple[int, ...], fps: float, tau_s: float) -> Floats:
    """Noise of unit variance that forgets itself in `tau_s` seconds, along the first axis."""
    keep = float(np.exp(-1.0 / (fps * tau_s)))
    white = rng.standard_normal(shape)
    white[1:] *= np.sqrt(1 - keep**2)
    wandering: Floats = lfilter([1.0], [1.0, -keep], white, axis=0)
    return wandering
