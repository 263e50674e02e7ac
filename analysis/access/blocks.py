"""Pairs to rectangular blocks, as routing servers take them: neighbours together, so that few are asked in vain."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """Origins x sites to ask for together; ``row`` and ``column`` are where in it the wanted ``pairs`` are."""

    origins: Indices
    sites: Indices
    pairs: Indices
    row: Indices
    column: Indices


def neighbourly(points: Floats) -> Indices:
    """Return positions in an order that keeps near points together: the leaves of a k-d tree."""
    if not len(points):
        return np.empty(0, np.int64)
    return np.asarray(KDTree(points, leafsize=8).indices, dtype=np.int64)


def groups(points: Floats, most: int) -> Iterator[Indices]:
    """Yield all positions in groups of at most ``most`` neighbours."""
    order = neighbourly(points)
    for first in range(0, len(order), most):
        yield order[first : first + most]


def blocks(origin: Indices, site: Indices, site_rank: Indices, most: int) -> Iterator[Block]:
    """Yield blocks of at most ``most`` sites that hold each pair of at most ``most`` origins once.

    Parameters
    ----------
    origin, site
        The pairs, each once.
    site_rank
        Place of each site in the order that keeps neighbours together, shape (sites,).

    """
    wanted = np.unique(site_rank[site])
    part = np.searchsorted(wanted, site_rank[site]) // most
    for number in range(-(-len(wanted) // most)):
        inside = np.flatnonzero(part == number)
        origins, row = np.unique(origin[inside], return_inverse=True)
        sites, column = np.unique(site[inside], return_inverse=True)
        yield Block(origins, sites, inside, row.astype(np.int64), column.astype(np.int64))
