"""`Camera`: a pinhole camera somewhere in the room, and what it makes of points in the world."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from coxa.body.landmarks import Landmark
from coxa.body.mannequin.skeleton import Floats
from coxa.errors import BadInput


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks at a point of the room, its horizon level.

    Parameters
    ----------
    height_m : float
        Height of the lens above the floor.
    distance_m : float
        Horizontal distance from the lens to the point it looks at.
    azimuth_deg : float
        Where it stands: 0 in front of the body as the exercise faces it (world +z), +90 on world +x.
    aim : (x, y, z)
        The point it looks at, metres.
    fov_deg : float
        Angle of view across the longer side of the picture.
    width, height : int
        Pixels.
    """

    height_m: float = 0.75
    distance_m: float = 2.2
    azimuth_deg: float = 0.0
    aim: tuple[float, float, float] = (0.0, 0.8, 0.0)
    fov_deg: float = 60.0
    width: int = 640
    height: int = 480

    def __post_init__(self) -> None:
        if not (self.distance_m > 0.05 and 5.0 < self.fov_deg < 150.0 and self.width > 0 and self.height > 0):
            raise BadInput(
                "camera: expected a distance above 0.05 m and an angle of view of 5 to 150 degrees, "
                f"got {self.distance_m:g} m and {self.fov_deg:g}"
            )

    @property
    def position(self) -> Floats:
        """Where the lens is, (3,) metres."""
        a = np.radians(self.azimuth_deg)
        return np.array([self.aim[0] + self.distance_m * np.sin(a), self.height_m, self.aim[2] + self.distance_m * np.cos(a)])

    @property
    def focal_px(self) -> float:
        """Focal length in pixels."""
        return float(max(self.width, self.height) / 2 / np.tan(np.radians(self.fov_deg) / 2))

    @property
    def axes(self) -> Floats:
        """World directions of the image's right, down and away, the rows of a (3, 3) matrix."""
        away = np.array(self.aim) - self.position
        away = away / np.linalg.norm(away)
        right = np.cross(away, [0.0, 1.0, 0.0])
        right = right / np.linalg.norm(right)
        return np.stack([right, np.cross(away, right), away])

    def project(self, points: Floats) -> Floats:
        """Landmarks as MediaPipe gives them.

        Parameters
        ----------
        points : (..., 33, 3)
            World positions, metres.

        Returns
        -------
        (..., 33, 3) float64
            x and y in units of frame width and height, z in widths relative to the middle of the hips, towards the camera negative.
        """
        seen = (points - self.position) @ self.axes.T
        depth = np.maximum(seen[..., 2], 0.05)
        hips = (seen[..., Landmark.LEFT_HIP, 2] + seen[..., Landmark.RIGHT_HIP, 2]) / 2
        x = 0.5 + self.focal_px * seen[..., 0] / depth / self.width
        y = 0.5 + self.focal_px * seen[..., 1] / depth / self.height
        z = self.focal_px * (seen[..., 2] - hips[..., None]) / np.maximum(hips, 0.05)[..., None] / self.width
        return np.stack([x, y, z], axis=-1)

    def pixels(self, points: Floats) -> Floats:
        """Any points (..., 3) to pixel x, y and depth in metres, (..., 3)."""
        seen = (points - self.position) @ self.axes.T
        depth = np.maximum(seen[..., 2], 0.05)
        x = self.width / 2 + self.focal_px * seen[..., 0] / depth
        y = self.height / 2 + self.focal_px * seen[..., 1] / depth
        return np.stack([x, y, seen[..., 2]], axis=-1)

    def world(self, points: Floats) -> Floats:
        """World landmarks in MediaPipe's convention: metres from mid-hip, x right, y down, z away; (..., 33, 3)."""
        hips = (points[..., Landmark.LEFT_HIP, :] + points[..., Landmark.RIGHT_HIP, :]) / 2
        turned: Floats = (points - hips[..., None, :]) @ self.axes.T
        return turned

    def framing(self, points: Floats, margin: float = 0.10) -> Camera:
        """The same camera, aimed and zoomed so that all points lie inside the picture.

        Parameters
        ----------
        points : (..., 3)
            Everything that must be seen, metres.
        margin : float
            Share of the picture kept free along each edge.

        Raises
        ------
        BadInput
            If the person does not fit from so near.
        """
        flat = points.reshape(-1, 3)
        aim = (flat.min(axis=0) + flat.max(axis=0)) / 2
        camera = replace(self, aim=(float(aim[0]), float(aim[1]), float(aim[2])))
        for _ in range(3):
            # perspective enlarges what is near: aim at the middle of the picture's extent, not of the room's
            seen = camera.pixels(flat)
            middle = (seen[:, :2].min(axis=0) + seen[:, :2].max(axis=0)) / 2 - [camera.width / 2, camera.height / 2]
            away = float(np.linalg.norm(np.array(camera.aim) - camera.position))
            shift = away / camera.focal_px * (middle[0] * camera.axes[0] + middle[1] * camera.axes[1])
            moved = np.array(camera.aim) + shift
            stand = camera.position
            horizontal = np.array([stand[0] - moved[0], stand[2] - moved[2]])
            camera = replace(
                camera,
                aim=(float(moved[0]), float(moved[1]), float(moved[2])),
                distance_m=float(np.linalg.norm(horizontal)),
                azimuth_deg=float(np.degrees(np.arctan2(horizontal[0], horizontal[1]))),
            )
        seen = (flat - camera.position) @ camera.axes.T
        depth = seen[:, 2]
        if (depth < 0.2).any():
            nearest = float(depth.min())
            raise BadInput(f"camera: expected the whole person in front of the lens, got a part {nearest:.2f} m away; stand further off")
        reach = np.abs(seen[:, :2]) / depth[:, None] / (1.0 - 2.0 * margin)
        longer = max(self.width, self.height)
        half = max(float(reach[:, 0].max()) * longer / self.width, float(reach[:, 1].max()) * longer / self.height)
        return replace(camera, fov_deg=float(np.degrees(2 * np.arctan(half))))
