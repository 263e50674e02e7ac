"""Small clusters of points, for sums that look at single points only where a band's edge cuts through."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.access.grid import cell_numbers, empty_cells, latitude, longitude_from

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Bytes = NDArray[np.uint8]


class Clusters(NamedTuple):
    """Small clusters of points: centre (inside the sphere), radius as a chord, points from first to before last."""

    x: Floats
    y: Floats
    z: Floats
    radius: Floats
    first: Indices
    last: Indices


class Desk(NamedTuple):
    """Room to work on one origin: runs and edges of clusters, runs and squares of points, and their bands."""

    runs: Indices
    near: Floats
    far: Floats
    first: Bytes
    last: Bytes
    cut: Indices
    squares: Floats
    bands: Bytes


def clusters_of(points: Floats, across: float) -> tuple[Clusters, Indices]:
    """Return clusters of points about so far across, in radians, and the order in which these follow each other."""
    cells = empty_cells(points, across)
    cell_of = cell_numbers(cells, latitude(points), longitude_from(cells.west, points))
    order = np.argsort(cell_of, kind="stable").astype(np.int32)
    if not len(points):
        nothing = np.empty(0)
        return Clusters(nothing, nothing, nothing, nothing, order, order), order
    first = np.flatnonzero(np.diff(cell_of[order], prepend=-1))
    last = np.append(first[1:], len(points))
    places = points[order]
    centre = np.add.reduceat(places, first, axis=0) / (last - first)[:, None]
    away = np.sqrt(((places - np.repeat(centre, last - first, axis=0)) ** 2).sum(axis=1))
    radius = np.maximum.reduceat(away, first)
    x, y, z = np.ascontiguousarray(centre.T)
    return Clusters(x, y, z, radius, first.astype(np.int32), last.astype(np.int32)), order


def ordered(clusters: Clusters, order: Indices) -> Clusters:
    """Return clusters in another order; their points stay where they are."""
    places = (part[order] for part in (clusters.x, clusters.y, clusters.z, clusters.radius))
    x, y, z, radius = places
    return Clusters(x, y, z, radius, clusters.first[order], clusters.last[order])


def sizes(clusters: Clusters) -> Indices:
    """Return how many points each cluster has."""
    return clusters.last - clusters.first


def members(clusters: Clusters) -> NDArray[np.int64]:
    """Return the sorted points of each cluster, cluster by cluster."""
    each = sizes(clusters).astype(np.int64)
    begins = np.cumsum(each) - each
    return np.repeat(clusters.first - begins, each) + np.arange(int(each.sum()))
