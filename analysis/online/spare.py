"""Hours that may be given online without making anybody at home worse off.

A site's hours are spare only as far as every region that matters to the site, or that the site matters to, stays at the
benchmark without them: with ``f = min over those regions of (1 - benchmark / access)``, withdrawing the share ``f``
from all sites leaves each region that binds all of its sites at or above the benchmark.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


def spare_shares(weights: csr_array, demand: Floats, supply: Floats, benchmark: float, materiality: float) -> Floats:
    """Return the share of each site's hours that its own catchment does not need, shape (sites,).

    Parameters
    ----------
    weights
        Regions x sites.
    demand
        People in need by region.
    supply
        FTE by site.
    benchmark
        Access that counts as enough, in FTE per person in need.
    materiality
        A region binds a site when it makes up at least this share of the site's demand, or gets at least this share
        of its own access from the site; 0 lets every region bind every site in reach.

    """
    pairs = weights.tocoo()
    asked = pairs.data * demand[pairs.row]
    in_catchment = np.bincount(pairs.col, weights=asked, minlength=weights.shape[1])
    per_head = np.divide(supply, in_catchment, out=np.zeros_like(in_catchment), where=in_catchment > 0)
    given = pairs.data * per_head[pairs.col]
    access = np.bincount(pairs.row, weights=given, minlength=weights.shape[0])
    needed = np.divide(benchmark, access, out=np.ones_like(access), where=access > 0)
    surplus = np.clip(1 - needed, 0, 1)
    matters = (asked >= materiality * in_catchment[pairs.col]) | (given >= materiality * access[pairs.row])
    binds = (asked > 0) & matters
    spare: Floats = np.full(weights.shape[1], np.inf)
    np.minimum.at(spare, pairs.col[binds], surplus[pairs.row[binds]])
    return np.where(np.isfinite(spare), spare, 0.0)
