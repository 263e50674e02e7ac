"""Enhanced two-step floating catchment areas: Luo & Qi 2009, doi:10.1016/j.healthplace.2009.06.002.

With a step decay it is the plain two-step measure of Luo & Wang 2003, doi:10.1068/b29120.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]

UNIT = "FTE per 100,000 people"


@dataclass(frozen=True)
class Access:
    """Access of each place (supply per unit of demand), its variance, and the sites nobody can reach."""

    value: Floats
    variance: Floats
    unreached_sites: NDArray[np.bool_]


@dataclass(frozen=True)
class Displaced:
    """What it does to access that sites are not quite where they are said to be.

    Attributes
    ----------
    deviation
        Standard deviation of the weights, places x sites.
    supply_square
        Expected squares of what moves as one, added up at each site: of the whole capacity where it sits in one
        building, of each provider's where a point stands for many of an area.

    """

    deviation: csr_array
    supply_square: Floats


def e2sfca(
    weights: csr_array,
    demand: Floats,
    supply: Floats,
    supply_variance: Floats | None = None,
    displaced: Displaced | None = None,
) -> Access:
    """Return the access of each place.

    Parameters
    ----------
    weights
        Places x sites, 0-1; 0 beyond the catchment.
    demand
        People (or people in need) at each place.
    supply
        Capacity at each site, any unit; the result is in that unit per unit of demand.
    supply_variance
        Variance of the capacity; taken as 0 if not given.
    displaced
        How the weights vary with the sites' true places; not at all if not given. Used beside ``supply_variance`` only.

    Notes
    -----
    A site whose catchment holds nobody has no ratio: it is left out and flagged. A place without a site in reach has
    access 0. The variance is in closed form, D_j held where it is: Var(A_i) = sum over j of
    (w_ij / D_j)^2 Var(S_j) + Var(w_ij) / D_j^2 E(S_j^2).

    """
    in_catchment = weights.T @ demand  # step 1: demand in each site's catchment
    is_reached = in_catchment > 0
    per_head = np.divide(1.0, in_catchment, out=np.zeros_like(in_catchment), where=is_reached)
    access = weights @ (supply * per_head)  # step 2: ratios summed over each place's catchment
    if supply_variance is None:
        return Access(access, np.zeros_like(access), ~is_reached & (supply > 0))
    variance = _squared(weights) @ (supply_variance * per_head**2)
    if displaced is not None:
        variance += _squared(displaced.deviation) @ (displaced.supply_square * per_head**2)
    return Access(access, variance, ~is_reached & (supply > 0))


def _squared(matrix: csr_array) -> csr_array:
    return csr_array((matrix.data**2, matrix.indices, matrix.indptr), shape=matrix.shape)
