"""Access of every region in many draws of supply: the closed form's mean and variance, and a law to draw from.

Supply is drawn site by site (:mod:`analysis.access.supply_law`) and goes through the weights as one sparse product a
batch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.floating import per_head
from analysis.access.measures.e2sfca import Displaced
from analysis.access.supply_law import SupplyLaw

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

BATCH = 192
"""Draws a product: enough columns for the weights to be read from memory once for many sums."""


@dataclass(frozen=True)
class AccessLaw:
    """What access of all regions in a specialty is drawn from.

    Attributes
    ----------
    per_head
        Regions x sites: weight over the demand in the site's catchment, so that access is its product with supply.
    supply
        Law of the supply of these sites.
    shaken
        Relative variance (squared coefficient of variation) that the precision of sites adds, shape (regions,).
    order
        Positions of the regions sorted by id: what is drawn for a region does not hang on its place in the table.

    """

    per_head: csr_array
    supply: SupplyLaw
    shaken: Floats
    order: Counts

    def of(self, regions: NDArray[np.bool_]) -> "AccessLaw":
        """Return the law of some of the regions."""
        moved_to = np.cumsum(regions) - 1
        order = moved_to[self.order[regions[self.order]]]
        return AccessLaw(self.per_head[np.flatnonzero(regions)], self.supply, self.shaken[regions], order)

    @property
    def mean(self) -> Floats:
        """Expected access: what the measure itself gives, FTE per head."""
        expected: Floats = self.per_head @ self.supply.mean
        return expected

    @property
    def variance(self) -> Floats:
        """Variance of access in closed form."""
        varied: Floats = _squared(self.per_head) @ self.supply.variance
        return varied + self.shaken * (varied + self.mean**2)

    def draw(self, draws: int, chances: np.random.Generator) -> Floats:
        """Return access, regions x draws."""
        access: Floats = self.per_head @ self.supply.draw(draws, chances)
        shaken = self.order[self.shaken[self.order] > 0]
        if len(shaken):
            spread = self.shaken[shaken, None]
            access[shaken] *= chances.gamma(1 / spread, spread, (len(shaken), draws))
        return access

    def batches(self, draws: int, seed: tuple[int, ...], batch: int = BATCH) -> Iterator[Floats]:
        """Yield access of all regions, some draws at a time; each batch has a stream of its own, so any can be redone.

        Parameters
        ----------
        draws
            How many in all.
        seed
            Numbers that name the stream, see :func:`seed_of`.
        batch
            Draws at once; another number gives other draws of the same law.

        """
        for number, first in enumerate(range(0, draws, batch)):
            yield self.draw(min(batch, draws - first), np.random.default_rng([*seed, number]))


def seed_of(seed: int, specialty: str) -> tuple[int, int]:
    """Return the seed of a specialty: its draws stay the same whatever other specialties are studied."""
    return seed, crc32(specialty.encode())


def access_law(
    weights: csr_array,
    demand: Floats,
    supply: SupplyLaw,
    region_ids: tuple[str, ...],
    displaced: Displaced | None = None,
) -> AccessLaw:
    """Return the law of access by the two steps of a floating catchment.

    Parameters
    ----------
    weights
        Regions x sites, as :meth:`analysis.access.assemble.Accessible.weights_of` gives them.
    demand
        People, or people in need, of each region; held where it is, as are the weights of three-step measures.
    supply
        Law of each site's supply.
    region_ids
        Ids of the regions in order.
    displaced
        What the precision of the sites does to the weights; nothing if not given.

    Notes
    -----
    The variance is that of :func:`analysis.access.measures.e2sfca.e2sfca`. The part that comes from where sites may
    lie multiplies access by a gamma variable of mean 1, one a region: draws are never negative, and regions gain and
    lose by it independently. A region that reaches nothing stays at 0, also where a site may lie just within reach.

    """
    offers = np.flatnonzero(supply.mean > 0)
    of_site, _ = per_head(np.ones(weights.shape[1]), weights.T @ demand)
    there = SupplyLaw(supply.providers[offers], supply.chance[offers], supply.fte[offers])
    unit = _scaled(weights, of_site)[:, offers]
    known = AccessLaw(unit, there, np.zeros(weights.shape[0]), np.argsort(np.asarray(region_ids), kind="stable"))
    if displaced is None:
        return known
    moved = _squared(displaced.deviation) @ (displaced.supply_square * of_site**2)
    square = known.variance + known.mean**2
    shaken, _ = per_head(moved, square)
    return AccessLaw(known.per_head, known.supply, shaken, known.order)


def _scaled(matrix: csr_array, of_column: Floats) -> csr_array:
    scaled = csr_array((matrix.data * of_column[matrix.indices], matrix.indices, matrix.indptr), shape=matrix.shape)
    scaled.eliminate_zeros()
    return scaled


def _squared(matrix: csr_array) -> csr_array:
    return csr_array((matrix.data**2, matrix.indices, matrix.indptr), shape=matrix.shape)
