"""Points and distances on the sphere: no special case at the antimeridian or near a pole."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""


def unit_sphere(latitude: Floats, longitude: Floats) -> Floats:
    """Return points on the unit sphere, shape (n, 3); distances there need no special case at the antimeridian."""
    north, east = np.radians(latitude), np.radians(longitude)
    return np.column_stack((np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)))


def chord(km: Floats) -> Floats:
    """Return the straight line through the unit sphere that spans a great-circle distance in km."""
    return 2 * np.sin(np.clip(km / (2 * EARTH_KM), 0, np.pi / 2))


def great_circle_km(chords: Floats) -> Floats:
    """Return the great-circle distance in km that a chord of the unit sphere spans."""
    return 2 * EARTH_KM * np.arcsin(np.clip(chords / 2, 0, 1))
