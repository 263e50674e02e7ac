"""Roll weights up from origins to regions without ever holding all pairs in a matrix."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.compiled import compiled, prange
from analysis.access.products import Runs
from analysis.access.structure import Structure
from analysis.access.weights import Rolls

Floats = NDArray[np.float64]
Offsets = NDArray[np.int64]

_BLOCKS = 64
_STRIDE = 37
"""Neighbouring blocks go to different cores; no factor shared with _BLOCKS."""


def rolled_up(held: Structure, table: Floats, rolls: Rolls) -> tuple[csr_array, ...]:
    """Return regions x sites sums of factor times weight over each region's origins, one for each roll.

    With the share of a region's people as factor the same measure on the result gives the mean of its origins' access.

    Parameters
    ----------
    held
        The pairs.
    table
        Weight of each band, and 0 for what is beyond the last.
    rolls
        Factors and regions.

    """
    runs = Runs(held.origin_order, held.run_at, held.site_at, held.runs, held.bands)
    members = np.argsort(rolls.region[held.origin_order], kind="stable")  # sorted origins, region by region
    first = np.concatenate(([0], np.cumsum(np.bincount(rolls.region, minlength=rolls.regions))))
    nothing = np.empty(0, dtype=np.int32), np.empty(0)
    none = np.zeros(len(held.origin_order)), held.site_order
    starts = np.zeros(rolls.regions + 1, dtype=np.int64)
    _roll(runs, table, (members, first), none, starts, nothing)
    starts = np.cumsum(starts)
    rolled = []
    for number, factor in enumerate(rolls.factors.T):
        given = np.ascontiguousarray(factor[held.origin_order], dtype=np.float64), held.site_order
        found = np.empty(starts[-1], dtype=np.int32), np.empty(starts[-1])
        if starts[-1]:
            _roll(runs, table, (members, first), given, starts, found)
        whole = csr_array((found[1], found[0], starts), shape=(rolls.regions, held.shape[1]))
        whole.sort_indices()
        rolled.append(rolls.only_kept(whole, number))
    return tuple(rolled)


@compiled(contract=True)
def _add_up(
    pairs: Runs, table: Floats, origin: int, factor: float, sums: Floats, met: NDArray[np.bool_]
) -> tuple[int, int]:
    """Add an origin's weights times its factor, say which sites it meets, and return from where to where they are."""
    low, high, at = len(sums), 0, pairs.site_at[origin]
    for run in range(pairs.run_at[origin], pairs.run_at[origin + 1]):
        begin, length = pairs.runs[run, 0], pairs.runs[run, 1]
        low, high = min(low, begin), max(high, begin + length)
        for one in range(length):
            weight = table[pairs.bands[at + one]]
            if weight > 0.0:
                sums[begin + one] += factor * weight
                met[begin + one] = True
        at += length
    return low, high


@compiled(parallel=True, contract=True)
def _roll(
    pairs: Runs,
    table: Floats,
    groups: tuple[Offsets, Offsets],
    given: tuple[Floats, NDArray[np.int32]],
    starts: Offsets,
    found: tuple[NDArray[np.int32], Floats],
) -> None:
    """Count the sites each region weighs into the entry after its own or, once counted, write them and their sums.

    Parameters
    ----------
    pairs, table
        The pairs, and the weight of each band.
    groups
        Sorted origins region by region, and where each region's begin.
    given
        Factor of each sorted origin, and position of each sorted site among those given.
    starts
        Where each region's sites begin; counts where ``found`` has no room.
    found
        Sites and their sums.

    """
    members, first = groups
    factors, site_order = given
    to_site, to_sum = found
    regions, is_counting = len(first) - 1, not len(to_site)
    for turn in prange(_BLOCKS):
        block = turn * _STRIDE % _BLOCKS
        sums, met = np.zeros(len(site_order)), np.zeros(len(site_order), np.bool_)
        for region in range(regions * block // _BLOCKS, regions * (block + 1) // _BLOCKS):
            low, high = len(site_order), 0
            for member in range(first[region], first[region + 1]):
                begin, end = _add_up(pairs, table, members[member], factors[members[member]], sums, met)
                low, high = min(low, begin), max(high, end)
            many = 0
            for site in range(low, high):
                if met[site]:
                    if not is_counting:
                        to_site[starts[region] + many] = site_order[site]
                        to_sum[starts[region] + many] = sums[site]
                    many += 1
                    sums[site], met[site] = 0.0, False
            if is_counting:
                starts[region + 1] = many
