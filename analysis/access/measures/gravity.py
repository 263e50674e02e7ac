"""Gravity: supply in reach, the nearer the more: Hansen 1959, doi:10.1080/01944365908978307. Blind to who competes."""

import numpy as np
from numpy.typing import NDArray

from analysis.access.weights import Weights

Floats = NDArray[np.float64]

UNIT = "FTE, weighted"


def gravity(weights: Weights, supply: Floats) -> Floats:
    """Return weighted supply in reach of each origin; 0 where there is none.

    Parameters
    ----------
    weights
        Origins x sites, by any decay.
    supply
        Capacity at each site, shape (sites,) or (sites, specialties).

    """
    return weights.over_sites(supply)
