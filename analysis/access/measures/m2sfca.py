"""Modified two-step floating catchment areas: Delamater 2013, doi:10.1016/j.healthplace.2013.07.012.

Distance counts twice on the way from supply to people: supply that is far from everybody is partly lost to all, where
the enhanced measure gives it whole to whoever reaches it at all. So people times access is at most the supply in reach.
"""

import numpy as np
from numpy.typing import NDArray

from analysis.access.floating import Shared, per_head
from analysis.access.weights import Weights

Floats = NDArray[np.float64]

UNIT = "FTE per 100,000 people"


def m2sfca(weights: Weights, demand: Floats, supply: Floats) -> Shared:
    """Return access of each origin.

    Parameters
    ----------
    weights
        Origins x sites, 0-1.
    demand
        People, or people in need, at each origin, shape (origins,) or (origins, specialties).
    supply
        Capacity at each site, shape (sites,) or (sites, specialties).

    """
    demand_at_sites = weights.over_origins(demand)  # step 1: as the enhanced measure
    ratio, unreached = per_head(supply, demand_at_sites)
    return Shared(weights.power(2).over_sites(ratio), demand_at_sites, unreached)  # step 2: weights squared
