"""Weights of points too many to store their pairs: a million providers where each of them is.

Points are put into small clusters. Seen from an origin, nearly all clusters lie wholly in one band and count as one;
only those that a band's edge cuts through are looked at point by point. Every pair is in the band it would be in if it
were stored, and nothing is approximated.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.access.bounds import squared_bounds
from analysis.access.clusters import Clusters, clusters_of, members, ordered, sizes
from analysis.access.grid import Cells, Points, Seekers, grid_of, sorted_seekers
from analysis.access.kernel import gather, scatter
from analysis.access.structure import usual_reach
from analysis.access.travel import GreatCircle
from analysis.access.weights import checked_columns, raised, shaped_like, side_by_side

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

_CLUSTERS_A_REACH = 24
_CELLS_A_REACH = 4
_BLOCKS = 8
"""Blocks of origins with sums of their own: the same everywhere, so that sums do not depend on the machine."""
_AT_ONCE = 4
"""Columns summed over origins at once: a bound on memory."""


@dataclass(frozen=True)
class PointWeights:
    """Origins x points weights whose pairs are never stored; see :func:`point_weights`.

    Attributes
    ----------
    cells, clusters, points, seekers
        Where everything is, sorted by place.
    point_order
        Position of each sorted point among those given.
    table
        Weight of each band, and 0 for what is beyond the last.

    """

    cells: Cells
    clusters: Clusters
    points: Points
    seekers: Seekers
    point_order: Indices
    table: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """How many origins and points there are."""
        return len(self.seekers.x), len(self.points.x)

    def power(self, exponent: float) -> "PointWeights":
        """Return the same pairs with their weights raised to a power."""
        return replace(self, table=raised(self.table, exponent))

    def over_sites(self, columns: Floats) -> Floats:
        """Return sums over each origin's points."""
        origins, points = self.shape
        given = checked_columns(columns, points, "sites")
        of_points = side_by_side(given)[self.point_order]
        of_clusters = self._added_up(of_points)
        sums: Floats = np.empty((origins, of_points.shape[1]))
        where = (self.cells, self.clusters, self.points, self.seekers, self.table)
        gather(*where, (of_clusters, of_points), sums)
        return shaped_like(sums, given)

    def over_origins(self, columns: Floats) -> Floats:
        """Return sums over each point's origins."""
        origins, points = self.shape
        given = checked_columns(columns, origins, "origins")
        wide = side_by_side(given)
        found: Floats = np.empty((points, wide.shape[1]))
        for first in range(0, wide.shape[1], _AT_ONCE):
            found[:, first : first + _AT_ONCE] = self._over_origins(wide[:, first : first + _AT_ONCE])
        return shaped_like(found, given)

    def _over_origins(self, columns: Floats) -> Floats:
        width = columns.shape[1]
        of_clusters = np.zeros((_BLOCKS, len(self.clusters.x), width))
        of_points = np.zeros((_BLOCKS, self.shape[1], width))
        where = (self.cells, self.clusters, self.points, self.seekers, self.table)
        scatter(*where, np.ascontiguousarray(columns), (of_clusters, of_points))
        in_order = of_points.sum(axis=0)
        cluster_of = np.empty(self.shape[1], dtype=np.int32)
        cluster_of[members(self.clusters)] = np.repeat(np.arange(len(self.clusters.x)), sizes(self.clusters))
        in_order += of_clusters.sum(axis=0)[cluster_of]
        found: Floats = np.empty_like(in_order)
        found[self.point_order] = in_order
        return found

    def _added_up(self, of_points: Floats) -> Floats:
        """Return columns of the clusters."""
        if not len(of_points):
            return np.zeros((0, of_points.shape[1]))
        begins = np.sort(self.clusters.first)
        sums = np.empty((len(begins), of_points.shape[1]))
        sums[np.argsort(self.clusters.first, kind="stable")] = np.add.reduceat(of_points, begins, axis=0)
        return sums


def point_weights(engine: GreatCircle, limit_minutes: Floats, shares: tuple[float, ...], table: Floats) -> PointWeights:
    """Return the weights of points, one for each band.

    Parameters
    ----------
    engine
        Origins, points (as sites) and speeds.
    limit_minutes
        Catchment of each origin in minutes, shape (origins,).
    shares
        Upper ends of the bands as shares of the catchment, rising.
    table
        Weight of each band, and 0 beyond the last; see :func:`analysis.access.banded.band_weights`.

    """
    bounds = squared_bounds(engine, limit_minutes, shares)
    reach = usual_reach(bounds[:, -1])
    clusters, point_order = clusters_of(engine.sites, reach / _CLUSTERS_A_REACH)
    grid = grid_of(np.column_stack(clusters[:3]), reach / _CELLS_A_REACH)
    in_cells = ordered(clusters, grid.order)
    points = Points(*np.ascontiguousarray(engine.sites[point_order].T))
    seekers = sorted_seekers(grid.cells, engine.origins, bounds)
    return PointWeights(grid.cells, in_cells, points, seekers, point_order, table)
