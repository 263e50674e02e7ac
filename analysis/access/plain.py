"""The pairs within reach by SciPy alone: the engine where nothing is compiled, and the oracle of the one that is."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from analysis.access.bounds import squared_bounds, squared_chords
from analysis.access.decay import Decay
from analysis.access.travel import GreatCircle
from analysis.sphere import great_circle_km

Floats = NDArray[np.float64]

_AT_ONCE = 4096
"""Origins searched at once: a bound on memory."""
_ROUNDING = 1e-12
"""Slack of the tree's chords, about six micrometres; what is in reach is decided by the exact squares."""


def banded_pairs(engine: GreatCircle, bounds: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    """Return origin, site and band of all pairs within reach, sorted by origin, then site.

    Parameters
    ----------
    engine
        Origins and sites.
    bounds
        Squared chords, see :func:`analysis.access.bounds.squared_bounds`.

    """
    found = list(_batches(engine, bounds))
    if not found:
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8)
    origin, site, band = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((site, origin))
    return origin[order], site[order], band[order]


def plain_weights(engine: GreatCircle, limit_minutes: Floats, shares: tuple[float, ...], table: Floats) -> csr_array:
    """Return origins x sites weights, one for each band, see :func:`analysis.access.bounds.squared_bounds`."""
    origin, site, band = banded_pairs(engine, squared_bounds(engine, limit_minutes, shares))
    return csr_array((table[band], (origin, site)), shape=(len(engine.origins), len(engine.sites)))


def decayed_weights(engine: GreatCircle, limit_minutes: Floats, decay: Decay) -> csr_array:
    """Return origins x sites weights by a decay of any form, pair by pair in float64."""
    origin, site, _ = banded_pairs(engine, squared_bounds(engine, limit_minutes, (1.0,)))
    km = great_circle_km(np.sqrt(squared_chords(engine.sites[site], engine.origins[origin])))
    minutes = engine.start_up_minutes + engine.circuity * km / engine.km_per_minute[origin]
    limit = limit_minutes[origin]
    share = np.divide(minutes, limit, out=np.zeros_like(minutes), where=limit > 0)
    share = np.minimum(share, 1.0)  # rounding must not push a pair out that is within reach
    return csr_array((decay(share), (origin, site)), shape=(len(engine.origins), len(engine.sites)))


def _batches(
    engine: GreatCircle, bounds: Floats
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]]:
    """Yield pairs of some origins with like reach at a time."""
    if not len(engine.sites):
        return
    reach = np.sqrt(np.maximum(bounds[:, -1], 0.0))
    tree = KDTree(engine.sites)
    like = np.ceil(4 * np.log2(np.maximum(reach, 1e-9)))
    for size in np.unique(like):
        alike = np.flatnonzero((like == size) & (bounds[:, -1] >= 0))
        for begin in range(0, len(alike), _AT_ONCE):
            origins = alike[begin : begin + _AT_ONCE]
            near = KDTree(engine.origins[origins]).sparse_distance_matrix(
                tree, float(reach[origins].max()) + _ROUNDING, output_type="coo_matrix"
            )
            origin, site = origins[near.row], near.col
            squares = squared_chords(engine.sites[site], engine.origins[origin])
            inside = squares <= bounds[origin, -1]
            origin, site, squares = origin[inside], site[inside], squares[inside]
            band = (squares[:, None] > bounds[origin]).sum(axis=1)
            yield origin.astype(np.int32), site.astype(np.int32), band.astype(np.uint8)


def nearest_sites(engine: GreatCircle, sites: NDArray[np.int64], count: int) -> tuple[Floats, NDArray[np.int64]]:
    """Return minutes to the nearest of some sites, however far, and which they are, shape (origins, count).

    Parameters
    ----------
    engine
        Origins, sites and speeds.
    sites
        Positions of the sites that count.
    count
        How many are looked for; where there are fewer, minutes are infinite and the site is 0.

    """
    minutes = np.full((len(engine.origins), count), np.inf)
    which = np.zeros((len(engine.origins), count), dtype=np.int64)
    found = min(count, len(sites))
    if found and len(engine.origins):
        distance, near = KDTree(engine.sites[sites]).query(engine.origins, k=np.arange(1, found + 1), workers=-1)
        km = great_circle_km(np.asarray(distance))
        moving = engine.circuity * km / engine.km_per_minute[:, None]
        minutes[:, :found] = engine.start_up_minutes + moving
        which[:, :found] = sites[np.asarray(near)]
    return minutes, which
