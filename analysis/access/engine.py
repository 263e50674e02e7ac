"""The sparse core: one weight for each pair within reach, built once and reused by every measure and specialty.

Floating catchment measures are linear in the weights, so the structure rolls up from origins to regions without loss:
with ``M[r, j] = sum of population shares x weight`` over a region's origins, the same measure on ``M`` and the
regions' demand gives the population-weighted mean of its origins' access, exactly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.banded import BandedWeights, band_weights
from analysis.access.compiled import IS_COMPILED
from analysis.access.decay import Bands, Decay
from analysis.access.structure import build_structure
from analysis.access.travel import GreatCircle, TravelEngine
from analysis.access.weights import MatrixWeights, Weights

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reach:
    """Weights of the pairs within reach, origins x sites.

    Attributes
    ----------
    weights
        In a matrix.
    compiled
        The same in the structure of the compiled engine, where it found them.

    """

    weights: csr_array
    compiled: BandedWeights | None = None

    @property
    def sums(self) -> Weights:
        """What measures that work on origins run on."""
        return MatrixWeights(self.weights) if self.compiled is None else self.compiled

    @property
    def pairs(self) -> int:
        """How many pairs are within reach."""
        return int(self.weights.nnz)

    def rolled_up(self, region: NDArray[np.int64], population: Floats, regions: int) -> csr_array:
        """Return regions x sites weights, averaged over each region's people.

        Parameters
        ----------
        region
            Position of each origin's region, shape (origins,).
        population
            People at each origin; a region without people averages its origins plainly.
        regions
            How many regions there are.

        """
        return csr_array(averaging(region, population, regions) @ self.weights)


def averaging(region: NDArray[np.int64], population: Floats, regions: int) -> csr_array:
    """Return regions x origins shares that average over each region's people; arguments as for ``rolled_up``."""
    people = np.bincount(region, weights=population, minlength=regions)
    plain = np.bincount(region, minlength=regions)
    share = np.where(people[region] > 0, population / np.where(people > 0, people, 1.0)[region], 1.0 / plain[region])
    return csr_array((share, (region, np.arange(len(region)))), shape=(regions, len(region)))


def reach(engine: TravelEngine, limit_minutes: Floats, decay: Decay, sites: int) -> Reach:
    """Return the weights of all pairs within each origin's limit; the compiled engine finds those of steps."""
    if IS_COMPILED and isinstance(engine, GreatCircle) and isinstance(decay, Bands):
        structure = build_structure(engine, limit_minutes, decay.shares)
        held = BandedWeights(structure, band_weights(decay, decay.shares))
        return Reach(structure.matrix(held.table), held)
    pairs = engine.pairs(limit_minutes)
    limit = limit_minutes[pairs.origin]
    weight = decay(np.divide(pairs.minutes, limit, out=np.zeros_like(pairs.minutes), where=limit > 0))
    shape = (len(limit_minutes), sites)
    return Reach(csr_array((weight, (pairs.origin, pairs.site)), shape=shape))
