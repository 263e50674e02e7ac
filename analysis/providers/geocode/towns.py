"""Towns from their postal codes: the middle of the areas that bear a town's name, and how far they spread."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import KDTree

from analysis.providers.geocode.address import folded_town
from analysis.providers.geocode.constants import constant
from analysis.sphere import great_circle_km, unit_sphere

Floats = NDArray[np.float64]
_NEIGHBOURS = 3
_REACH = 0.9
"""Share of a town's postal areas that its radius holds."""


@dataclass(frozen=True)
class Area:
    """The centre of an area and the radius in km within which about nine in ten of its addresses lie."""

    latitude: float
    longitude: float
    radius_km: float


def area_radii(latitude: Floats, longitude: Floats) -> Floats:
    """Return the radius in km of each postal area, from the distance to the third-nearest centre of another."""
    points = unit_sphere(latitude, longitude)
    neighbours = min(_NEIGHBOURS + 1, len(points))
    if neighbours < 2:  # noqa: PLR2004 - an area and another to compare it with
        return np.full(len(points), constant("lone_area_km"))
    chords = np.asarray(KDTree(points).query(points, k=neighbours)[0])
    radii: Floats = constant("area_share") * great_circle_km(chords[:, -1])
    return radii


def towns(zips: pd.DataFrame, areas: dict[str, Area]) -> dict[tuple[str, str], Area]:
    """Return towns by state and folded name, from the ``zip``, ``zcta``, ``state`` and ``place`` of postal codes.

    The centre is the median of the centres of a town's postal areas, each counted once, so that one centre drawn wrong
    moves nothing. The radius holds nine in ten of them and half an area more; areas so far off that they contradict
    the centre are left out of it.
    """
    gathered: dict[tuple[str, str], set[str]] = {}
    for state, name, zcta in zip(zips.state, zips.place, zips.zcta, strict=True):
        if zcta in areas:
            gathered.setdefault((state, folded_town(name)), set()).add(zcta)
    return {key: _middle([areas[zcta] for zcta in sorted(found)]) for key, found in gathered.items()}


def _middle(parts: list[Area]) -> Area:
    if len(parts) == 1:
        return parts[0]
    points = unit_sphere(np.array([part.latitude for part in parts]), np.array([part.longitude for part in parts]))
    x, y, z = np.median(points, axis=0)
    latitude, longitude = float(np.degrees(np.arctan2(z, np.hypot(x, y)))), float(np.degrees(np.arctan2(y, x)))
    centre = unit_sphere(np.array([latitude]), np.array([longitude]))
    km = great_circle_km(np.linalg.norm(points - centre, axis=1))
    radii = np.array([part.radius_km for part in parts])
    is_near = km <= contradiction_km(radii)
    if not is_near.any():
        is_near[:] = True
    return Area(latitude, longitude, float(np.quantile(km[is_near], _REACH) + np.median(radii[is_near])))


def contradiction_km(radius_km: Floats) -> Floats:
    """Return how far from the centre of an area a point contradicts it, from the area's radius."""
    limit: Floats = np.maximum(constant("contradiction_km"), constant("contradiction_radii") * radius_km)
    return limit
