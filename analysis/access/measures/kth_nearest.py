"""Minutes to the k-th nearest provider: whether there is a second and a third when the nearest has no opening."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UNIT = "minutes"


def kth_nearest(minutes: Floats, providers: NDArray[np.integer], k: int) -> Floats:
    """Return minutes from each origin to its k-th nearest provider; infinite where there are fewer.

    Parameters
    ----------
    minutes
        To the nearest sites of each origin, rising, shape (origins, sites); infinite where there are no more. The
        ``k`` nearest are enough, see :func:`analysis.access.plain.nearest_sites`.
    providers
        How many are at each of these sites; several at one site are equally near.
    k
        Which provider, from 1.

    Raises
    ------
    ValueError
        ``k`` is below 1.

    """
    if k < 1:
        raise ValueError(f"the {k}-th nearest provider was asked for; expected a number from 1.")
    if not minutes.shape[1]:
        return np.full(len(minutes), np.inf)
    enough = np.cumsum(providers * np.isfinite(minutes), axis=1) >= k
    first = enough.argmax(axis=1)
    kth: Floats = np.where(enough.any(axis=1), minutes[np.arange(len(minutes)), first], np.inf)
    return kth
