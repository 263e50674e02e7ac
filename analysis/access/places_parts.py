"""Origins on the ground in partitions, each with a halo of sites as wide as its widest catchment.

Origins are halved across their widest extent, so that both halves cost alike, until a part is small enough. Extents are
those of the unit sphere in space: nothing is special at the antimeridian or at a pole. A part stays compact, and its
halo small.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.access.banded import band_weights
from analysis.access.bounds import squared_bounds
from analysis.access.compiled import IS_COMPILED
from analysis.access.decay import Decay, ends_of, is_stepped
from analysis.access.grid import grid_of, sorted_seekers
from analysis.access.halo import Halo, halves
from analysis.access.kernel import count
from analysis.access.partitions import Ask, Budget, Part, Partition
from analysis.access.points import point_weights
from analysis.access.structure import usual_reach
from analysis.access.travel import GreatCircle
from analysis.access.travel_parts import part_of
from analysis.access.weights import Weights
from analysis.access.within import weights_within

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_RUN_BYTES, _BAND_BYTES, _DISTANCE_BYTES = 8, 1, 4
_PLAIN_BYTES = 80
"""Of a pair in the plain engine, while its sparse matrix is made."""
_POINT_BYTES = 512
"""Of a point whose pairs are not stored: blocks of sums and room to look around."""
_SMOOTH_BYTES = 128_000_000
"""What a smooth decay takes beside the pairs: its weights are made some at a time."""
_CELLS_A_REACH = 4


@dataclass(frozen=True)
class PlacesPart:
    """Some origins and all sites that any of them may reach; attributes as those of :class:`Places`."""

    engine: GreatCircle
    limit_minutes: Floats
    decay: Decay
    is_stored: bool

    def weights(self) -> Weights:
        """Return the weights of the pairs of this part."""
        if self.is_stored:
            return weights_within(self.engine, self.limit_minutes, self.decay)
        shares = ends_of(self.decay)
        return point_weights(self.engine, self.limit_minutes, shares, band_weights(self.decay, shares))


@dataclass(frozen=True)
class Places:
    """Origins and sites on the ground.

    Attributes
    ----------
    engine
        Origins, sites and speeds.
    limit_minutes
        Catchment of each origin in minutes, shape (origins,).
    decay
        Steps or a smooth decay; it travels to the workers, which must have its class.
    is_stored
        Whether a worker stores pairs. Where sites are single providers, steps can do without.

    Raises
    ------
    ValueError
        Pairs are not stored, and the decay is no step.

    """

    engine: GreatCircle
    limit_minutes: Floats
    decay: Decay
    is_stored: bool = True

    def __post_init__(self) -> None:
        if not self.is_stored:
            band_weights(self.decay, ends_of(self.decay))  # refuses what is no step

    @property
    def shape(self) -> tuple[int, int]:
        """How many origins and sites there are."""
        return len(self.engine.origins), len(self.engine.sites)

    def part(self, partition: Partition) -> Part:
        """Return what a worker needs to know of a partition."""
        engine = part_of(self.engine, partition.origins, partition.sites)
        return PlacesPart(engine, self.limit_minutes[partition.origins], self.decay, self.is_stored)

    def partitions(self, budget: Budget, ask: Ask) -> list[Partition]:  # noqa: ARG002 - places are all known here
        """Return compact partitions in an order in which neighbours follow each other.

        Raises
        ------
        BudgetError
            A single origin needs more than the budget.

        """
        bounds = squared_bounds(self.engine, self.limit_minutes, ends_of(self.decay))
        halo = Halo(self.engine.sites)
        taken, near = self._held(bounds)
        cost = taken + near * budget.pair_bytes + budget.origin_bytes
        most = cost.sum() / budget.parts_least
        aside = 0 if is_stepped(self.decay) else _SMOOTH_BYTES
        site_bytes = budget.site_bytes + (0 if self.is_stored else _POINT_BYTES)
        waiting, found = [np.arange(len(bounds))] if len(bounds) else [], []
        while waiting:
            origins = waiting.pop()
            sites = halo.of(self.engine.origins[origins], bounds[origins, -1].max())
            held = cost[origins].sum()
            needed = held + len(sites) * site_bytes + aside
            if len(origins) == 1 and needed > budget.most_bytes:
                raise budget.refused(needed, int(origins[0]))
            if len(origins) == 1 or (needed <= budget.most_bytes and held <= most):
                found.append(Partition(np.sort(origins), sites, int(near[origins].sum())))
            else:
                waiting += reversed(halves(self.engine.origins, origins, cost))
        return found

    def _held(self, bounds: Floats) -> tuple[Floats, Indices]:
        """Return what the pairs of each origin take in bytes, and how many it has at most."""
        if not self.is_stored:
            return np.zeros(len(bounds)), np.zeros(len(bounds), dtype=np.int64)
        grid = grid_of(self.engine.sites, usual_reach(bounds[:, -1]) / _CELLS_A_REACH)
        seekers = sorted_seekers(grid.cells, self.engine.origins, bounds)
        runs, sites = (np.zeros(len(bounds) + 1, dtype=np.int64) for _ in range(2))
        count(grid.cells, seekers, runs, sites)
        a_site = _PLAIN_BYTES if not IS_COMPILED else _BAND_BYTES + _DISTANCE_BYTES * (not is_stepped(self.decay))
        taken, near = np.empty(len(bounds)), np.empty(len(bounds), dtype=np.int64)
        taken[seekers.order] = _RUN_BYTES * runs[1:] + a_site * sites[1:]
        near[seekers.order] = sites[1:]
        return taken, near
