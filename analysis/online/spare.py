"""Hours that may be given online without making anybody at home worse off.

A site's hours are spare only as far as every region that makes up a material share of the site's demand stays at the
benchmark without them: with ``f = min over those regions of (1 - benchmark / access)``, withdrawing the share ``f``
from all sites leaves each such region's access at or above the benchmark.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


def spare_shares(weights: csr_array, demand: Floats, access: Floats, benchmark: float, materiality: float) -> Floats:
    """Return the share of each site's hours that its own catchment does not need, shape (sites,).

    Parameters
    ----------
    weights
        Regions x sites.
    demand
        People in need by region.
    access
        FTE per person in need by region.
    benchmark
        Access that counts as enough.
    materiality
        Share of a site's demand below which a region does not bind it.

    """
    surplus = np.clip(1 - benchmark / np.where(access > 0, access, np.nan), 0, 1)
    surplus = np.nan_to_num(surplus)
    pairs = weights.tocoo()
    asked = pairs.data * demand[pairs.row]
    total = np.bincount(pairs.col, weights=asked, minlength=weights.shape[1])
    binds = (asked > 0) & (asked >= materiality * total[pairs.col])
    spare: Floats = np.full(weights.shape[1], np.inf)
    np.minimum.at(spare, pairs.col[binds], surplus[pairs.row[binds]])
    return np.where(np.isfinite(spare), spare, 0.0)
