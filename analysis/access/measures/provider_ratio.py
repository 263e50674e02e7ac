"""Capacity inside the region over its people: what a table of providers by county says, blind to borders."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UNIT = "FTE per 100,000 people"


def provider_ratio(supply: Floats, site_region: NDArray[np.int64], population: Floats) -> Floats:
    """Return supply per person in each region; missing where nobody lives.

    Parameters
    ----------
    supply
        Capacity at each site.
    site_region
        Position of each site's region.
    population
        People of each region.

    """
    inside = np.bincount(site_region, weights=supply, minlength=len(population))
    ratio: Floats = np.divide(inside, population, out=np.full(len(population), np.nan), where=population > 0)
    return ratio
