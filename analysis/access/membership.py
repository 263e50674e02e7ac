"""Which origins make up each region, and how much each counts: what rolls weights and figures up to regions.

Floating catchment measures are linear in the weights, so they roll up without loss: with ``M[r, j] = sum of population
shares x weight`` over a region's origins, the same measure on ``M`` and the regions' demand gives the
population-weighted mean of its origins' access, exactly.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.weights import PairWeights, Rolls

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Membership:
    """Origins of regions.

    Attributes
    ----------
    region
        Position of each origin's region, shape (origins,).
    people
        People at each origin; in a region without people every origin counts alike.
    regions
        How many regions there are.

    """

    region: Indices
    people: Floats
    regions: int

    @cached_property
    def shares(self) -> Floats:
        """How much each origin counts in its region; those of a region add up to 1."""
        whole = np.bincount(self.region, weights=self.people_weight, minlength=self.regions)
        share: Floats = self.people_weight / whole[self.region]
        return share

    @cached_property
    def people_weight(self) -> Floats:
        """People at each origin, and 1 in regions where nobody lives."""
        of_region = np.bincount(self.region, weights=self.people, minlength=self.regions)
        return np.where(of_region[self.region] > 0, self.people, 1.0)

    @cached_property
    def averaging(self) -> csr_array:
        """Regions x origins shares."""
        shape = (self.regions, len(self.region))
        return csr_array((self.shares, (self.region, np.arange(len(self.region)))), shape=shape)

    def rolled_up(self, weights: PairWeights) -> csr_array:
        """Return regions x sites weights, averaged over each region's people."""
        (rolled,) = weights.rolled_up(Rolls(self.shares[:, None], self.region, self.regions))
        return rolled

    def mean(self, at_origins: Floats) -> Floats:
        """Return the mean over each region's people, of columns beside each other too."""
        averaged: Floats = self.averaging @ at_origins
        return averaged

    def share_where(self, flag: NDArray[np.bool_]) -> Floats:
        """Return the share of each region's people at flagged origins, regions x columns; exactly 1 where all are."""
        columns = [self.people_weight, *(self.people_weight * column for column in flag.T)]
        whole, *parts = (np.bincount(self.region, weights=column, minlength=self.regions) for column in columns)
        share: Floats = np.column_stack([part / whole for part in parts])
        return share

    def any_of(self, flag: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the regions with a flagged origin, regions x columns of origins x columns."""
        flagged = np.zeros((self.regions, flag.shape[1]), dtype=np.bool_)
        origin, column = np.nonzero(flag)
        flagged[self.region[origin], column] = True
        return flagged
