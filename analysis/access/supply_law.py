"""What the supply of a site is drawn from: its providers, each of whom has the whole hours or none.

Mean and variance fix chance and hours of providers who are alike, so both moments are those of the supply table, no
draw is negative, and where a site has one provider this is that provider's own law.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class SupplyLaw:
    """What the supply of each site is drawn from: ``providers`` of ``fte`` each, there with a ``chance``.

    All of shape (sites,). A site without supply has chance 0.
    """

    providers: Counts
    chance: Floats
    fte: Floats

    @property
    def mean(self) -> Floats:
        """Expected supply, FTE."""
        return self.providers * self.chance * self.fte

    @property
    def variance(self) -> Floats:
        """Variance of the supply, FTE squared."""
        return self.providers * self.chance * (1 - self.chance) * self.fte**2

    def draw(self, draws: int, chances: np.random.Generator) -> Floats:
        """Return supply, sites x draws."""
        supply = np.empty((len(self.fte), draws))
        is_sure, is_one = self.chance >= 1, self.providers == 1
        supply[is_sure] = self.providers[is_sure, None]
        for alike, some in ((True, is_one & ~is_sure), (False, ~is_one & ~is_sure)):
            chance = self.chance[some, None]
            supply[some] = (
                chances.random((len(chance), draws)) < chance
                if alike  # ten times as fast as a binomial of one
                else chances.binomial(self.providers[some, None], chance, (len(chance), draws))
            )
        supply *= self.fte[:, None]
        return supply


def supply_law(mean: Floats, variance: Floats, providers: Floats) -> SupplyLaw:
    """Return the law of each site's supply in a specialty.

    Parameters
    ----------
    mean, variance
        Supply in FTE and its variance, shape (sites,).
    providers
        Providers behind it; at least one is taken to be where there is supply.

    Raises
    ------
    ValueError
        A mean or variance is missing or negative, or varies around nothing.

    """
    _check(mean, variance)
    count = np.maximum(np.round(providers), 1)
    is_there = mean > 0
    spread = np.divide(variance, mean, out=np.zeros_like(mean), where=is_there)
    fte = mean / count + spread  # of one provider: second moment over mean
    chance = np.divide(mean, count * fte, out=np.zeros_like(mean), where=is_there)
    return SupplyLaw(count.astype(np.int64), np.minimum(chance, 1.0), fte)


def _check(mean: Floats, variance: Floats) -> None:
    for what, values in (("supply", mean), ("variance of supply", variance)):
        wrong = ~(np.isfinite(values) & (values >= 0))
        if wrong.any():
            raise ValueError(
                f"{what} is {float(values[wrong][0])!r} at site {int(np.flatnonzero(wrong)[0])}; expected a number "
                "from 0: fill or leave out what is unknown before it is drawn."
            )
    nothing = (mean == 0) & (variance > 0)
    if nothing.any():
        raise ValueError(
            f"supply at site {int(np.flatnonzero(nothing)[0])} is 0 with a variance of "
            f"{float(variance[nothing][0])!r}; expected 0, since supply is never negative."
        )
