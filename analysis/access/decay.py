"""Decay: how much a provider within the catchment counts, as a value that is passed in."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.decay_choice import BandsChoice, DecayChoice, ExponentialChoice, GaussianChoice, InversePowerChoice

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


def is_stepped(decay: Decay) -> bool:
    """Whether a decay has one weight a band, so that distances need not be known."""
    return isinstance(decay, Bands) or decay is step


def ends_of(decay: Decay) -> tuple[float, ...]:
    """Return the upper ends of a decay's bands as shares of the catchment: its edge alone where it has none."""
    return decay.shares if isinstance(decay, Bands) else (1.0,)


@dataclass(frozen=True)
class Gaussian:
    """A bell: ``exp(-(share / spread)^2 / 2)`` inside the catchment, cut off at its edge.

    Attributes
    ----------
    spread
        Standard deviation of the bell as a share of the catchment, above 0.

    """

    spread: float

    def __post_init__(self) -> None:
        _above_nought("spread of a Gaussian decay", self.spread)

    def __call__(self, share_of_catchment: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weight of each pair."""
        return _inside(share_of_catchment, np.exp(-0.5 * (share_of_catchment / self.spread) ** 2))


@dataclass(frozen=True)
class Exponential:
    """``exp(-rate x share)`` inside the catchment.

    Attributes
    ----------
    rate
        How many times the weight falls to 1/e within the catchment, above 0.

    """

    rate: float

    def __post_init__(self) -> None:
        _above_nought("rate of an exponential decay", self.rate)

    def __call__(self, share_of_catchment: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weight of each pair."""
        return _inside(share_of_catchment, np.exp(-self.rate * share_of_catchment))


@dataclass(frozen=True)
class InversePower:
    """``(nearest / share)^exponent`` inside the catchment, and 1 up to the nearest.

    Attributes
    ----------
    exponent
        How fast weights fall, above 0.
    nearest_share
        Share of the catchment up to which nearer does not count more: without it a site next door weighs all, above 0.

    """

    exponent: float
    nearest_share: float

    def __post_init__(self) -> None:
        _above_nought("exponent of an inverse power decay", self.exponent)
        _above_nought("nearest share of an inverse power decay", self.nearest_share)

    def __call__(self, share_of_catchment: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weight of each pair."""
        far = np.maximum(share_of_catchment, self.nearest_share)
        return _inside(share_of_catchment, (self.nearest_share / far) ** self.exponent)


def _inside(share_of_catchment: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights inside the catchment and 0 beyond."""
    return np.where(share_of_catchment <= 1.0, weights, 0.0)


def _above_nought(what: str, value: float) -> None:
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{what} is {value!r}; expected a number above 0.")


def decay_of(chosen: DecayChoice) -> Decay:
    """Return the decay that a study chooses."""
    if isinstance(chosen, BandsChoice):
        return Bands(chosen.shares, chosen.weights)
    if isinstance(chosen, GaussianChoice):
        return Gaussian(chosen.spread)
    if isinstance(chosen, ExponentialChoice):
        return Exponential(chosen.rate)
    if isinstance(chosen, InversePowerChoice):
        return InversePower(chosen.exponent, chosen.nearest_share)
    return Bands((1.0,), (1.0,))
