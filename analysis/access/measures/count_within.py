"""How many providers are within reach, near or far alike."""

import numpy as np
from numpy.typing import NDArray

from analysis.access.weights import Weights

Floats = NDArray[np.float64]

UNIT = "providers"


def count_within(weights: Weights, providers: Floats) -> Floats:
    """Return how many providers each origin reaches.

    Parameters
    ----------
    weights
        Origins x sites; what weighs more than 0 is within reach.
    providers
        How many there are at each site, shape (sites,) or (sites, specialties).

    """
    return weights.power(0).over_sites(providers)
