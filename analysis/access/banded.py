"""Weights of a structure: one a band, or by a smooth decay of the distance; sums over them for many columns at once."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.decay import Bands, Decay, step
from analysis.access.products import (
    WIDTH,
    Runs,
    sum_over_origin,
    sum_over_origins,
    sum_over_site,
    sum_over_sites,
    sum_over_sites_wide,
)
from analysis.access.rollup import rolled_up
from analysis.access.structure import Structure
from analysis.access.weights import Rolls, checked_columns, raised, shaped_like, side_by_side

Floats = NDArray[np.float64]

_FEW = 4 * WIDTH
"""Up to so many columns are summed in registers; more go through memory, which then is faster."""
_AT_ONCE = 64
"""Columns summed over origins at once: a bound on memory."""


def band_weights(decay: Decay, shares: tuple[float, ...]) -> Floats:
    """Return the weight of each band, and 0 for what is beyond the last.

    Parameters
    ----------
    decay
        A step, or bands whose ends are among ``shares``.
    shares
        Upper ends of the structure's bands as shares of the catchment.

    Raises
    ------
    ValueError
        The decay is no step, or has a step where no band of the structure ends: it would be counted in part.

    """
    ends = decay.shares if isinstance(decay, Bands) else (1.0,) if decay is step else ()
    if not ends or not set(ends) <= set(shares):
        raise ValueError(
            f"decay {decay!r} does not fit bands that end at {shares!r} of the catchment; expected steps "
            "that all end at one of these: build the structure with the ends of the decay, or with distances."
        )
    return np.append(decay(np.asarray(shares, dtype=np.float64)), 0.0)


@dataclass(frozen=True)
class BandedWeights:
    """Weights of a structure, one a band.

    Attributes
    ----------
    structure
        The pairs.
    table
        Weight of each band, and 0 for what is beyond the last; see :func:`band_weights`.

    """

    structure: Structure
    table: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """How many origins and sites there are."""
        return self.structure.shape

    def power(self, exponent: float) -> "BandedWeights":
        """Return the same pairs with their weights raised to a power."""
        return replace(self, table=raised(self.table, exponent))

    def over_sites(self, columns: Floats) -> Floats:
        """Return sums over each origin's sites."""
        origins, sites = self.shape
        given = checked_columns(columns, sites, "sites")
        if given.ndim == 1:
            sums = np.empty(origins)
            sum_over_site(self._runs, self.table, given[self.structure.site_order], sums)
            return sums
        width = given.shape[1]
        if width > _FEW:
            sums = np.empty((origins, width))
            sum_over_sites_wide(self._runs, self.table, given[self.structure.site_order], sums)
            return sums
        batches = -(-width // WIDTH)
        packed = np.zeros((batches, sites, WIDTH))
        for batch in range(batches):
            part = given[:, batch * WIDTH : (batch + 1) * WIDTH]
            packed[batch, :, : part.shape[1]] = part[self.structure.site_order]
        batched = np.empty((origins, batches, WIDTH))
        sum_over_sites(self._runs, self.table, packed, batched)
        return batched.reshape(origins, batches * WIDTH)[:, :width]

    def over_origins(self, columns: Floats) -> Floats:
        """Return sums over each site's origins."""
        origins, sites = self.shape
        given = checked_columns(columns, origins, "origins")
        wide = side_by_side(given)
        found = np.empty((sites, wide.shape[1]))
        for first in range(0, wide.shape[1], _AT_ONCE):
            found[:, first : first + _AT_ONCE] = self._over_origins(wide[:, first : first + _AT_ONCE])
        return shaped_like(found, given)

    def rolled_up(self, rolls: Rolls) -> tuple[csr_array, ...]:
        """Return regions x sites sums of factor times weight over each region's origins, one for each roll."""
        return rolled_up(self.structure, self.table, rolls)

    def _over_origins(self, columns: Floats) -> Floats:
        width = columns.shape[1]
        seen = self.structure.seen
        starts = np.cumsum(seen[:, 1]) - seen[:, 1]
        reach = np.column_stack((seen[:, 0], starts))
        sums = np.zeros((int(seen[:, 1].sum()), width))
        if width == 1:
            sum_over_origin(self._runs, self.table, np.ascontiguousarray(columns[:, 0]), reach, sums[:, 0])
        else:
            sum_over_origins(self._runs, self.table, np.ascontiguousarray(columns), reach, sums)
        in_order = np.zeros((self.shape[1], width))
        for (first, length), start in zip(seen, starts, strict=True):
            in_order[first : first + length] += sums[start : start + length]
        found = np.empty_like(in_order)
        found[self.structure.site_order] = in_order
        return found

    @cached_property
    def _runs(self) -> Runs:
        held = self.structure
        return Runs(held.origin_order, held.run_at, held.site_at, held.runs, held.bands)
