"""Estimated travel between origins and sites.

``minutes = start-up + circuity x great-circle km / road km per minute``: an estimate from distance, never a drive
time. Every engine keeps one contract: pairs of origin index, site index and minutes within a limit.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from analysis.sphere import chord, great_circle_km

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Pairs within reach: ``origin`` and ``site`` are positions, ``minutes`` one way."""

    origin: Indices
    site: Indices
    minutes: Floats


class TravelEngine(Protocol):
    """What every source of travel times gives."""

    def pairs(self, limit_minutes: Floats) -> Pairs:
        """Return all pairs within each origin's limit, shape (origins,)."""
        ...

    def nearest(self, sites: Indices) -> Floats:
        """Return minutes from each origin to the nearest of some sites; infinite where there is none."""
        ...


@dataclass(frozen=True)
class GreatCircle:
    """Minutes from great-circle distance, circuity and the road speed around each origin.

    Attributes
    ----------
    origins, sites
        Points on the unit sphere, shapes (origins, 3) and (sites, 3).
    km_per_minute
        Road speed around each origin, shape (origins,).
    circuity
        Road kilometres per great-circle kilometre.
    start_up_minutes
        Minutes before the trip moves at all.

    """

    origins: Floats
    sites: Floats
    km_per_minute: Floats
    circuity: float
    start_up_minutes: float

    def pairs(self, limit_minutes: Floats) -> Pairs:
        """Return all pairs within each origin's limit, sorted by origin, then site."""
        moving = limit_minutes - self.start_up_minutes
        reach_km = np.where(moving >= 0, moving * self.km_per_minute / self.circuity, -1.0)  # below 0: nothing at all
        found: list[tuple[Indices, Indices, Floats]] = []
        if len(self.sites) and len(self.origins):
            tree = KDTree(self.sites)
            # one search a distinct reach: county types share theirs, and a search over many points at once is fast
            for km in np.unique(reach_km[reach_km >= 0]):
                members = np.flatnonzero(reach_km == km)
                near = KDTree(self.origins[members]).sparse_distance_matrix(
                    tree, float(chord(np.array(km))) + _ROUNDING, output_type="coo_matrix"
                )
                distance = great_circle_km(near.data)
                inside = distance <= km
                origin = members[near.row[inside]]
                found.append((origin, near.col[inside].astype(np.int64), self._minutes(distance[inside], origin)))
        if not found:
            return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        origin, site, minutes = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.lexsort((site, origin))
        return Pairs(origin[order], site[order], minutes[order])

    def nearest(self, sites: Indices) -> Floats:
        """Return minutes from each origin to the nearest of some sites; infinite where there is none."""
        if not len(sites):
            return np.full(len(self.origins), np.inf)
        distance, _ = KDTree(self.sites[sites]).query(self.origins, workers=-1)
        return self._minutes(great_circle_km(np.asarray(distance)), np.arange(len(self.origins)))

    def _minutes(self, km: Floats, origin: Indices) -> Floats:
        minutes: Floats = self.start_up_minutes + self.circuity * km / self.km_per_minute[origin]
        return minutes


_ROUNDING = 1e-12
"""Slack of the chord search, about six micrometres; the exact limit is applied to the great-circle distance."""
