"""Two-step floating catchment areas: Luo & Wang 2003, doi:10.1068/b29120. Within reach everything counts alike."""

import numpy as np
from numpy.typing import NDArray

from analysis.access.floating import Shared, two_steps
from analysis.access.weights import Weights

Floats = NDArray[np.float64]

UNIT = "FTE per 100,000 people"


def two_sfca(weights: Weights, demand: Floats, supply: Floats) -> Shared:
    """Return access of each origin, whatever the decay of the weights.

    Parameters
    ----------
    weights
        Origins x sites; what weighs more than 0 is within reach.
    demand
        People, or people in need, at each origin, shape (origins,) or (origins, specialties).
    supply
        Capacity at each site, shape (sites,) or (sites, specialties).

    """
    return two_steps(weights.power(0), demand, supply)
