"""Where a listing's location is, offline: its own coordinates, else the centre of its postal code's area.

Each point comes with the method that found it and a precision: the radius within which the true place is expected.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import KDTree

from analysis.reference import DATA
from analysis.sphere import great_circle_km, unit_sphere
from crawler.records import Location

COORDINATES_KM = 0.1
"""Precision granted to coordinates a directory states: about a building."""
_DECIMALS = 4


@dataclass(frozen=True)
class Place:
    """A point with the method that found it; coordinates rounded to about ten metres."""

    latitude: float
    longitude: float
    method: str
    precision_km: float


class Gazetteer:
    """Postal codes and their areas (United States: ZIP code -> ZCTA), from the bundled tables."""

    def __init__(self, zctas: pd.DataFrame, zips: pd.DataFrame) -> None:
        """Take points by ``zcta`` and the ``zip``-to-``zcta`` table, both with text codes."""
        radius = _half_way_to_next(zctas)
        self._area = {
            zcta: (latitude, longitude, km)
            for zcta, latitude, longitude, km in zip(zctas.zcta, zctas.latitude, zctas.longitude, radius, strict=True)
        }
        self._zcta_of = dict(zip(zips.zip, zips.zcta, strict=True))

    def find(self, location: Location) -> Place | None:
        """Return a location's point, or ``None`` where nothing known places it."""
        if location.latitude is not None and location.longitude is not None:
            return Place(
                round(location.latitude, _DECIMALS), round(location.longitude, _DECIMALS), "coordinates", COORDINATES_KM
            )
        code = location.postal_code or ""
        method = "zcta" if code in self._area else "zip"
        area = self._area.get(code) or self._area.get(self._zcta_of.get(code, ""))
        if area is None:
            return None
        return Place(round(area[0], _DECIMALS), round(area[1], _DECIMALS), method, area[2])


def bundled_gazetteer(bundle: Path = DATA / "bundle") -> Gazetteer:
    """Return the gazetteer of the United States that ships with the project."""
    return Gazetteer(
        pd.read_parquet(bundle / "us_zctas.parquet", columns=["zcta", "latitude", "longitude"]),
        pd.read_parquet(bundle / "us_zips.parquet", columns=["zip", "zcta"]),
    )


def _half_way_to_next(zctas: pd.DataFrame) -> NDArray[np.float64]:
    """Return half the distance in km from each point to the next: about the radius of its area."""
    points = unit_sphere(zctas.latitude.to_numpy(), zctas.longitude.to_numpy())
    chords = np.asarray(KDTree(points).query(points, k=2)[0])
    return great_circle_km(chords[:, 1]) / 2
