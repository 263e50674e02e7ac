"""Balanced floating catchment areas: Paez, Higgins & Vivona 2019, doi:10.1371/journal.pone.0218773.

Nobody is counted at two sites in full and no ratio at two origins: weights are divided by their sums over the sites of
an origin where demand gathers, and over the origins of a site where ratios are handed out. The people at all sites are
the people who reach one, and ratios at all origins add up to the ratios of all sites.
"""

import numpy as np
from numpy.typing import NDArray

from analysis.access.floating import Shared, alongside, per_head
from analysis.access.weights import Weights

Floats = NDArray[np.float64]

UNIT = "shared provider ratio"
"""It depends on how places are divided: a ratio handed to two halves of an origin is halved, and two halves of a site
have its ratio each. Compare it between places of one study, never between studies."""


def balanced_fca(weights: Weights, demand: Floats, supply: Floats) -> Shared:
    """Return access of each origin.

    Parameters
    ----------
    weights
        Origins x sites, 0-1.
    demand
        People, or people in need, at each origin, shape (origins,) or (origins, specialties).
    supply
        Capacity at each site, shape (sites,) or (sites, specialties); demand is divided over sites that have some.

    """
    offers = (supply > 0).astype(np.float64)
    of_origin, _ = per_head(alongside(demand, supply), weights.over_sites(offers))
    demand_at_sites = weights.over_origins(of_origin) * offers
    ratio, unreached = per_head(supply, demand_at_sites)
    handed_out, _ = per_head(ratio, weights.over_origins(np.ones(weights.shape[0])))
    return Shared(weights.over_sites(handed_out), demand_at_sites, unreached)
