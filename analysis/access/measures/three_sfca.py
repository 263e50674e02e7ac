"""Three-step floating catchment areas: Wan, Zou & Sternberg 2012, doi:10.1080/13658816.2011.624987.

A person who reaches many sites does not ask at each of them in full: demand is divided over the sites in reach, the
nearer ones first. What is returned are weights; supply shared over them by the steps of the two-step measure gives
access, so the structure rolls up to regions like any other weights.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


def selected(weights: csr_array, offers: NDArray[np.bool_]) -> csr_array:
    """Return each weight times the share of a place's demand that goes to the site.

    Parameters
    ----------
    weights
        Places x sites, 0-1; 0 beyond the catchment. Pairs beyond it take no part.
    offers
        Which sites give the specialty at all; demand is divided over these alone.

    """
    open_weights = weights.data * offers[weights.indices]
    place = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    in_reach = np.bincount(place, weights=open_weights, minlength=weights.shape[0])
    share = np.divide(open_weights, in_reach[place], out=np.zeros_like(open_weights), where=open_weights > 0)
    return csr_array((open_weights * share, weights.indices, weights.indptr), shape=weights.shape)
