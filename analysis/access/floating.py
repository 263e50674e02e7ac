"""What all floating catchments do: demand gathers at sites, supply is divided by it, shares are summed at origins.

Everything works for one specialty (columns of shape (n,)) and for many at once ((n, specialties)). A site whose
catchment holds nobody has no ratio: it is left out and flagged. An origin without a site in reach has access 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.access.weights import Weights

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shared:
    """Supply shared among those who reach it.

    Attributes
    ----------
    value
        Access: supply per unit of demand, origins (x specialties).
    demand_at_sites
        Demand that gathers at each site, sites (x specialties); one column where it is the same for all.
    unreached_sites
        Sites with supply and nobody in their catchment, sites (x specialties).

    """

    value: Floats
    demand_at_sites: Floats
    unreached_sites: NDArray[np.bool_]


def per_head(supply: Floats, demand_at_sites: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return supply over demand of each site, 0 where there is none of it, and the sites that are left out by that."""
    offered, demand = np.broadcast_arrays(alongside(supply, demand_at_sites), alongside(demand_at_sites, supply))
    ratio = np.divide(offered, demand, out=np.zeros(offered.shape), where=demand > 0)
    unreached: NDArray[np.bool_] = (demand <= 0) & (offered > 0)
    return ratio, unreached


def alongside(one: Floats, columns: Floats) -> Floats:
    """Return a single column so that it stands beside many."""
    return one[:, None] if one.ndim < columns.ndim else one


def two_steps(weights: Weights, demand: Floats, supply: Floats) -> Shared:
    """Return access by the two steps of Luo & Wang 2003 and, with decaying weights, Luo & Qi 2009.

    Parameters
    ----------
    weights
        Origins x sites; one rule for both steps.
    demand
        People, or people in need, at each origin (x specialties).
    supply
        Capacity at each site (x specialties).

    """
    demand_at_sites = weights.over_origins(demand)  # step 1: demand in each site's catchment
    ratio, unreached = per_head(supply, demand_at_sites)
    return Shared(weights.over_sites(ratio), demand_at_sites, unreached)  # step 2: ratios in each origin's catchment


def two_steps_variance(weights: Weights, demand_at_sites: Floats, supply_variance: Floats) -> Floats:
    """Return the variance of access when supply varies and demand is held: sums of (weight / demand)^2 x variance."""
    once, _ = per_head(supply_variance, demand_at_sites)
    twice, _ = per_head(once, demand_at_sites)
    return weights.power(2).over_sites(twice)


def three_steps(weights: Weights, demand: Floats, supply: Floats) -> Shared:
    """Return access by the three steps of Wan, Zou & Sternberg 2012, doi:10.1080/13658816.2011.624987.

    The demand of an origin is divided over the sites in its reach that give the specialty, the nearer ones first;
    pairs beyond the catchment take no part.
    """
    reached = weights.over_sites((supply > 0).astype(np.float64))
    share, _ = per_head(np.ones_like(reached), reached)
    squared = weights.power(2)  # once for the share, once for the decay
    demand_at_sites = squared.over_origins(alongside(demand, reached) * share)
    ratio, unreached = per_head(supply, demand_at_sites)
    return Shared(squared.over_sites(ratio) * share, demand_at_sites, unreached)
