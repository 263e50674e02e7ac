"""Decay: how much a provider within the catchment counts, as a value that is passed in."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Decay = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Weights 0-1 from minutes as shares of the catchment's minutes; beyond 1 the weight is 0."""


@dataclass(frozen=True)
class Bands:
    """Steps after Luo & Qi 2009: one weight a band; a bound belongs to the nearer band."""

    shares: tuple[float, ...]
    weights: tuple[float, ...]

    def __call__(self, share_of_catchment: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weight of each pair."""
        band = np.searchsorted(np.asarray(self.shares), share_of_catchment, side="left")
        return np.append(np.asarray(self.weights, dtype=np.float64), 0.0)[band]


def step(share_of_catchment: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 inside the catchment, 0 beyond: plain two-step floating catchment areas."""
    return (share_of_catchment <= 1.0).astype(np.float64)
