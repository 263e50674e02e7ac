"""Minutes to the nearest provider of a specialty: the median person's trip in each region."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UNIT = "minutes"


def median_minutes(minutes: Floats, population: Floats, region: NDArray[np.int64], regions: int) -> Floats:
    """Return the population-weighted median of origins' minutes in each region; infinite where there is no provider.

    Parameters
    ----------
    minutes
        Minutes from each origin to its nearest provider.
    population
        People at each origin; in a region without people every origin counts alike.
    region
        Position of each origin's region.
    regions
        How many regions there are.

    """
    people = np.bincount(region, weights=population, minlength=regions)
    weight = np.where(people[region] > 0, population, 1.0)
    order = np.lexsort((minutes, region))
    sorted_region, sorted_minutes = region[order], minutes[order]
    running = np.cumsum(weight[order])
    first = np.searchsorted(sorted_region, np.arange(regions))
    before = np.concatenate(([0.0], running))[first]
    total = np.bincount(region, weights=weight, minlength=regions)
    half_way = np.searchsorted(running, before + total / 2 * (1 - 1e-12))
    median: Floats = sorted_minutes[np.clip(half_way, first, len(minutes) - 1)]
    return median
