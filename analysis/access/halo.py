"""Which places lie near others: boxes in space around some of them, wherever on the globe they are."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_SLACK = 1e-9
"""Chord by which a halo is taken too wide, six millimetres: far more than rounding."""


class Halo:
    """Sites, to be looked up around boxes of origins."""

    def __init__(self, sites: Floats) -> None:
        self._order = np.argsort(sites[:, 2], kind="stable")
        self._sites = sites[self._order]

    def of(self, origins: Floats, square: Floats | float) -> Indices:
        """Return the positions of all sites within a squared chord of the box around some origins, rising.

        Parameters
        ----------
        origins
            Points on the unit sphere, shape (origins, 3), one at least.
        square
            Squared chord, one for all sites or one for each; below 0 nothing is near.

        """
        squares = np.broadcast_to(square, len(self._sites))[self._order]
        if not (squares >= 0).any():
            return np.empty(0, np.int64)
        reach = float(np.sqrt(squares.max())) + _SLACK
        low, high = origins.min(axis=0), origins.max(axis=0)
        north = self._sites[:, 2]
        near = slice(
            int(np.searchsorted(north, low[2] - reach, side="left")),
            int(np.searchsorted(north, high[2] + reach, side="right")),
        )
        apart = np.maximum(np.maximum(low - self._sites[near], self._sites[near] - high), 0.0)
        own = squares[near]
        is_near = (own >= 0) & ((apart**2).sum(axis=1) <= (np.sqrt(np.maximum(own, 0.0)) + _SLACK) ** 2)
        return np.sort(self._order[near][is_near])


def halves(places: Floats, origins: Indices, cost: Floats) -> list[Indices]:
    """Return some of all places in two parts of like cost, side by side across their widest extent."""
    axis = int(np.ptp(places[origins], axis=0).argmax())
    along = origins[np.argsort(places[origins, axis], kind="stable")]
    spent = np.cumsum(cost[along])
    cut = int(np.clip(np.searchsorted(spent, spent[-1] / 2) + 1, 1, len(along) - 1))
    return [along[:cut], along[cut:]]
