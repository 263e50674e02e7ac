"""One structure of all pairs within reach, built once and used by every specialty, scenario, draw and measure.

Pairs are held as runs of neighbouring sites with one byte of band a pair (and four of distance where a decay is
smooth): less than two bytes a pair on a nation, where an index for each would take four.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.bounds import squared_bounds
from analysis.access.grid import grid_of, sorted_seekers
from analysis.access.kernel import classify, count, measure
from analysis.access.travel import GreatCircle

Floats = NDArray[np.float64]

_CELLS_A_REACH = 4
"""Cells per usual reach: fewer look at too many sites, more at too many cells."""
_ORIGIN_BLOCKS = 16
"""Blocks of origins with sums of their own: the same everywhere, so that sums do not depend on the machine."""


@dataclass(frozen=True)
class Structure:
    """Pairs of origin and site within reach, and their bands.

    Origins and sites are sorted by place, so that neighbours in memory are neighbours on the ground; positions in all
    results are those the points were given in.

    Attributes
    ----------
    shares
        Upper ends of the bands as shares of each origin's catchment.
    origin_order, site_order
        Position of each sorted origin and site among those given.
    run_at, site_at
        Where runs, and sites in them, of each sorted origin begin; one entry more than there are origins.
    runs
        First sorted site and length of each run.
    bands
        Band of each site of the runs; ``len(shares)`` where it is out of reach after all.
    chords
        Distance of each site of the runs on the unit sphere, infinite out of reach; empty where nobody asked.
    pairs
        How many pairs are within reach.

    """

    shares: tuple[float, ...]
    origin_order: NDArray[np.int32]
    site_order: NDArray[np.int32]
    run_at: NDArray[np.int64]
    site_at: NDArray[np.int64]
    runs: NDArray[np.int32]
    bands: NDArray[np.uint8]
    chords: NDArray[np.float32]
    pairs: int

    @property
    def shape(self) -> tuple[int, int]:
        """How many origins and sites there are."""
        return len(self.origin_order), len(self.site_order)

    @property
    def bytes_held(self) -> int:
        """Bytes that runs, bands and distances take, all but what a list of places takes anyway."""
        return int(self.runs.nbytes + self.bands.nbytes + self.chords.nbytes)

    @cached_property
    def seen(self) -> NDArray[np.int64]:
        """First sorted site that each block of origins sees, and how far its sites reach, shape (blocks, 2)."""
        origins = self.shape[0]
        seen = np.zeros((_ORIGIN_BLOCKS, 2), dtype=np.int64)
        for block in range(_ORIGIN_BLOCKS):
            first, last = origins * block // _ORIGIN_BLOCKS, origins * (block + 1) // _ORIGIN_BLOCKS
            runs = self.runs[self.run_at[first] : self.run_at[last]]
            if len(runs):
                begin = int(runs[:, 0].min())
                seen[block] = begin, int((runs[:, 0].astype(np.int64) + runs[:, 1]).max()) - begin
        return seen

    def part(self, first: int, last: int) -> tuple[NDArray[np.int32], NDArray[np.int32], slice]:
        """Return origin and site of each entry of some sorted origins, and where those entries are.

        Parameters
        ----------
        first, last
            Sorted origins from ``first`` to before ``last``.

        """
        runs = self.runs[self.run_at[first] : self.run_at[last]]
        entries = slice(int(self.site_at[first]), int(self.site_at[last]))
        length = runs[:, 1].astype(np.int64)
        begins = np.cumsum(length) - length
        site = np.repeat(runs[:, 0] - begins, length) + np.arange(entries.stop - entries.start)
        origin = np.repeat(self.origin_order[first:last], np.diff(self.site_at[first : last + 1]))
        return origin, self.site_order[site], entries

    def within(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
        """Return origin, site and band of all pairs within reach, sorted by origin, then site."""
        held = self._in_order()
        origin = np.repeat(np.arange(self.shape[0], dtype=np.int32), np.diff(held.indptr))
        return origin, held.indices.astype(np.int32), held.data

    def matrix(self, table: Floats) -> csr_array:
        """Return origins x sites weights in a sparse matrix, one for each band: twelve bytes a pair."""
        held = self._in_order()
        return csr_array((table[held.data], held.indices, held.indptr), shape=self.shape)

    def _in_order(self) -> csr_array:
        """Return the bands of all pairs within reach in the order in which origins and sites were given."""
        _, site, _ = self.part(0, self.shape[0])
        inside = self.bands < len(self.shares)
        within = np.concatenate(([0], np.cumsum(inside)))[self.site_at]
        held = csr_array((self.bands[inside], site[inside], within), shape=self.shape)
        held = held[np.argsort(self.origin_order, kind="stable")]
        held.sort_indices()
        return held


def build_structure(
    engine: GreatCircle, limit_minutes: Floats, shares: tuple[float, ...], *, with_distances: bool = False
) -> Structure:
    """Find all pairs within reach.

    Parameters
    ----------
    engine
        Origins, sites and speeds.
    limit_minutes
        Catchment of each origin in minutes, shape (origins,); one rule for both steps of a measure.
    shares
        Upper ends of the bands as shares of the catchment, rising; beyond the last nothing is in reach.
    with_distances
        Keep distances too, for decays that are no steps.

    """
    bounds = squared_bounds(engine, limit_minutes, shares)
    grid = grid_of(engine.sites, usual_reach(bounds[:, -1]) / _CELLS_A_REACH)
    seekers = sorted_seekers(grid.cells, engine.origins, bounds)
    run_at, site_at = (np.zeros(len(bounds) + 1, dtype=np.int64) for _ in range(2))
    count(grid.cells, seekers, run_at, site_at)
    np.cumsum(run_at, out=run_at)
    np.cumsum(site_at, out=site_at)
    runs = np.empty((run_at[-1], 2), dtype=np.int32)
    bands = np.empty(site_at[-1], dtype=np.uint8)
    pairs = classify(grid.cells, grid.points, seekers, (run_at, site_at), runs, bands)
    chords = np.empty(site_at[-1] if with_distances else 0, dtype=np.float32)
    if with_distances:
        measure(grid.points, seekers, (run_at, site_at), runs, chords)
    return Structure(shares, seekers.order, grid.order, run_at, site_at, runs, bands, chords, int(pairs))


def usual_reach(squares: Floats) -> float:
    """Return the median reach in radians of those who reach anything."""
    reaching = squares[squares > 0]
    return float(2 * np.arcsin(min(np.sqrt(np.median(reaching)) / 2, 1.0))) if len(reaching) else 1.0
