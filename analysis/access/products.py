"""Sums over the pairs of a structure, many columns at once, on all cores.

The order in which numbers are added never depends on how many cores there are or which is faster: each origin's sum
runs through its sites in their sorted order, each site's through blocks of origins that are the same everywhere. Two
runs give the same bits.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.access.compiled import compiled, prange

Floats = NDArray[np.float64]
Offsets = NDArray[np.int64]
Indices = NDArray[np.int32]

WIDTH = 8
"""Columns that are summed in registers, side by side."""
_BLOCKS = 256
_STRIDE = 97
"""Neighbouring blocks go to different cores, since crowded places lie side by side; no factor shared with _BLOCKS."""


class Runs(NamedTuple):
    """The pairs of a structure: see :class:`analysis.access.structure.Structure`."""

    order: Indices
    run_at: Offsets
    site_at: Offsets
    runs: Indices
    bands: NDArray[np.uint8]


@compiled(parallel=True, contract=True)
def sum_over_sites(pairs: Runs, table: Floats, columns: Floats, sums: Floats) -> None:
    """Write, for each origin, the sum of weights times columns over its sites.

    Parameters
    ----------
    pairs
        The pairs.
    table
        Weight of each band, and 0 for the band beyond the last.
    columns
        Of the sorted sites, ``WIDTH`` at a time, shape (batches, sites, WIDTH).
    sums
        Origins in the order they were given x batches x WIDTH; every entry is written.

    """
    origins = len(pairs.order)
    for turn in prange(_BLOCKS):
        block = turn * _STRIDE % _BLOCKS
        for origin in range(origins * block // _BLOCKS, origins * (block + 1) // _BLOCKS):
            for batch in range(len(columns)):
                a = b = c = d = e = f = g = h = 0.0  # eight names stay in registers, an array does not
                at = pairs.site_at[origin]
                for run in range(pairs.run_at[origin], pairs.run_at[origin + 1]):
                    begin, length = pairs.runs[run, 0], pairs.runs[run, 1]
                    bands, row = pairs.bands[at : at + length], columns[batch, begin : begin + length]
                    for site in range(length):
                        weight = table[bands[site]]
                        a += weight * row[site, 0]
                        b += weight * row[site, 1]
                        c += weight * row[site, 2]
                        d += weight * row[site, 3]
                        e += weight * row[site, 4]
                        f += weight * row[site, 5]
                        g += weight * row[site, 6]
                        h += weight * row[site, 7]
                    at += length
                to = sums[pairs.order[origin], batch]
                to[0], to[1], to[2], to[3], to[4], to[5], to[6], to[7] = a, b, c, d, e, f, g, h


@compiled(parallel=True, contract=True)
def sum_over_sites_wide(pairs: Runs, table: Floats, columns: Floats, sums: Floats) -> None:
    """Write the same for very many columns: ``columns`` is sorted sites x columns, ``sums`` origins x columns."""
    origins = len(pairs.order)
    beyond = len(table) - 1
    for turn in prange(_BLOCKS):
        block = turn * _STRIDE % _BLOCKS
        for origin in range(origins * block // _BLOCKS, origins * (block + 1) // _BLOCKS):
            to = sums[pairs.order[origin]]
            to[:] = 0.0
            at = pairs.site_at[origin]
            for run in range(pairs.run_at[origin], pairs.run_at[origin + 1]):
                begin, length = pairs.runs[run, 0], pairs.runs[run, 1]
                bands = pairs.bands[at : at + length]
                for site in range(length):
                    if bands[site] == beyond:
                        continue
                    weight, row = table[bands[site]], columns[begin + site]
                    for column in range(len(to)):
                        to[column] += weight * row[column]
                at += length


@compiled(parallel=True, contract=True)
def sum_over_site(pairs: Runs, table: Floats, column: Floats, sums: Floats) -> None:
    """Write the same for a single column: ``column`` is of sorted sites, ``sums`` of origins."""
    origins = len(pairs.order)
    for turn in prange(_BLOCKS):
        block = turn * _STRIDE % _BLOCKS
        for origin in range(origins * block // _BLOCKS, origins * (block + 1) // _BLOCKS):
            total = 0.0
            at = pairs.site_at[origin]
            for run in range(pairs.run_at[origin], pairs.run_at[origin + 1]):
                begin, length = pairs.runs[run, 0], pairs.runs[run, 1]
                bands, row = pairs.bands[at : at + length], column[begin : begin + length]
                for site in range(length):
                    total += table[bands[site]] * row[site]
                at += length
            sums[pairs.order[origin]] = total


@compiled(parallel=True, contract=True)
def sum_over_origins(pairs: Runs, table: Floats, columns: Floats, reach: Offsets, sums: Floats) -> None:
    """Add, for each block of origins, weights times columns to each site its origins see.

    Parameters
    ----------
    pairs, table
        As above.
    columns
        Origins in the order they were given x columns.
    reach
        First sorted site that some origin of each block sees, and where its sums begin, shape (blocks, 2).
    sums
        Sums of all blocks one after another x columns; to be 0 before.

    """
    origins, blocks = len(pairs.order), len(reach)
    for block in prange(blocks):
        shift = reach[block, 1] - reach[block, 0]
        for origin in range(origins * block // blocks, origins * (block + 1) // blocks):
            row = columns[pairs.order[origin]]
            at = pairs.site_at[origin]
            for run in range(pairs.run_at[origin], pairs.run_at[origin + 1]):
                begin, length = pairs.runs[run, 0] + shift, pairs.runs[run, 1]
                bands, to = pairs.bands[at : at + length], sums[begin : begin + length]
                for site in range(length):
                    weight = table[bands[site]]
                    for column in range(len(row)):
                        to[site, column] += weight * row[column]
                at += length


@compiled(parallel=True, contract=True)
def sum_over_origin(pairs: Runs, table: Floats, column: Floats, reach: Offsets, sums: Floats) -> None:
    """Add the same for a single column: ``column`` is of origins, ``sums`` of the sites of all blocks."""
    origins, blocks = len(pairs.order), len(reach)
    for block in prange(blocks):
        shift = reach[block, 1] - reach[block, 0]
        for origin in range(origins * block // blocks, origins * (block + 1) // blocks):
            value = column[pairs.order[origin]]
            at = pairs.site_at[origin]
            for run in range(pairs.run_at[origin], pairs.run_at[origin + 1]):
                begin, length = pairs.runs[run, 0] + shift, pairs.runs[run, 1]
                bands, to = pairs.bands[at : at + length], sums[begin : begin + length]
                for site in range(length):
                    to[site] += table[bands[site]] * value
                at += length
