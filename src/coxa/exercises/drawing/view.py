"""`View`: from where a picture is drawn, without perspective, so that lengths in one picture can be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coxa.body.mannequin.skeleton import Floats


@dataclass(frozen=True)
class View:
    """A direction to look from.

    Parameters
    ----------
    azimuth_deg : float
        Where the eye is: 0 on world +z, +90 on world +x.
    elevation_deg : float
        How far above the horizon.
    """

    azimuth_deg: float
    elevation_deg: float = 10.0

    @property
    def axes(self) -> Floats:
        """World directions of the picture's right, down and away from the eye, the rows of a (3, 3) matrix."""
        a, e = np.radians(self.azimuth_deg), np.radians(self.elevation_deg)
        right = np.array([np.cos(a), 0.0, -np.sin(a)])
        away = -np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
        return np.stack([right, np.cross(away, right), away])

    def project(self, points: Floats) -> Floats:
        """World points (..., 3) to metres to the right, down and away, (..., 3).

        >>> import numpy as np
        >>> np.round(View(0.0, 0.0).project(np.array([1.0, 2.0, 3.0])), 6).tolist()
        [1.0, -2.0, -3.0]
        """
        seen: Floats = points @ self.axes.T
        return seen
