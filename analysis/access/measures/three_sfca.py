"""Three-step floating catchment areas: Wan, Zou & Sternberg 2012, doi:10.1080/13658816.2011.624987.

A person who reaches many sites does not ask at each of them in full: demand is divided over the sites in reach, the
nearer ones first, so that a pair counts as weight x (weight / all weights in reach of the origin). What is returned are
such weights, rolled up to regions; supply shared over them by the steps of the two-step measure gives access.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.membership import Membership
from analysis.access.weights import PairWeights, Rolls

Floats = NDArray[np.float64]


def selected(weights: PairWeights, offers: NDArray[np.bool_], members: Membership) -> tuple[csr_array, ...]:
    """Return the weights of each specialty's three steps, regions x sites, averaged over each region's people.

    Parameters
    ----------
    weights
        Origins x sites, 0-1; 0 beyond the catchment. Pairs beyond it take no part.
    offers
        Which sites give the specialty at all, sites x specialties; demand is divided over these alone.
    members
        Origins of the regions.

    """
    share = share_per_weight(weights.over_sites(offers.astype(np.float64)))
    rolls = Rolls(members.shares[:, None] * share, members.region, members.regions, offers)
    return weights.power(2).rolled_up(rolls)


def share_per_weight(in_reach: Floats) -> Floats:
    """Return the share of demand that a site of weight 1 has: one over all weights in reach, 0 where there is none."""
    return np.divide(1.0, in_reach, out=np.zeros_like(in_reach), where=in_reach > 0)
