"""Weights of a structure by a smooth decay of the distance, made anew for each sum, some pairs at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.decay import Decay
from analysis.access.structure import Structure
from analysis.access.travel import GreatCircle
from analysis.access.weights import Rolls, checked_columns, raised
from analysis.sphere import great_circle_km

Floats = NDArray[np.float64]

_AT_ONCE = 1 << 20
"""About so many pairs at once: a bound on memory."""


@dataclass(frozen=True)
class DecayedWeights:
    """Weights of a structure by a decay of any form.

    Distances are held in float32, so a weight is good to about one in ten million; what is in reach was decided in
    float64.

    Attributes
    ----------
    structure
        The pairs, with distances.
    decay
        Weights from shares of the catchment.
    engine, limit_minutes
        What the structure was made of.
    exponent
        Weights are raised to it.

    Raises
    ------
    ValueError
        The structure holds no distances.

    """

    structure: Structure
    decay: Decay
    engine: GreatCircle
    limit_minutes: Floats
    exponent: float = 1.0

    def __post_init__(self) -> None:
        if len(self.structure.chords) != len(self.structure.bands):
            raise ValueError(f"decay {self.decay!r} needs distances and the structure holds none; build it with them.")

    @property
    def shape(self) -> tuple[int, int]:
        """How many origins and sites there are."""
        return self.structure.shape

    def power(self, exponent: float) -> "DecayedWeights":
        """Return the same pairs with their weights raised to a power."""
        return replace(self, exponent=self.exponent * exponent)

    def over_sites(self, columns: Floats) -> Floats:
        """Return sums over each origin's sites."""
        given = checked_columns(columns, self.shape[1], "sites")
        sums = np.zeros((self.shape[0], *given.shape[1:]))
        for matrix in self._parts():
            sums += matrix @ given
        return sums

    def over_origins(self, columns: Floats) -> Floats:
        """Return sums over each site's origins."""
        given = checked_columns(columns, self.shape[0], "origins")
        sums = np.zeros((self.shape[1], *given.shape[1:]))
        for matrix in self._parts():
            sums += matrix.T @ given
        return sums

    def rolled_up(self, rolls: Rolls) -> tuple[csr_array, ...]:
        """Return regions x sites sums of factor times weight over each region's origins, one for each roll."""
        sums = [csr_array((rolls.regions, self.shape[1])) for _ in rolls.factors.T]
        for matrix in self._parts():
            sums = [csr_array(one + more) for one, more in zip(sums, rolls.by_matrix(matrix), strict=True)]
        return tuple(sums)

    def _parts(self) -> Iterator[csr_array]:
        """Yield the weights of some origins at a time, all others empty."""
        at, first = self.structure.site_at, 0
        while first < self.shape[0]:
            last = max(int(np.searchsorted(at, at[first] + _AT_ONCE, side="right")) - 1, first + 1)
            origin, site, entries = self.structure.part(first, last)
            chords = self.structure.chords[entries]
            inside = np.isfinite(chords)
            origin, site = origin[inside], site[inside]
            weights = raised(self._weights(origin, chords[inside].astype(np.float64)), self.exponent)
            yield csr_array((weights, (origin, site)), shape=self.shape)
            first = last

    def _weights(self, origin: NDArray[np.int32], chords: Floats) -> Floats:
        moving = self.engine.circuity * great_circle_km(chords) / self.engine.km_per_minute[origin]
        minutes = self.engine.start_up_minutes + moving
        limit = self.limit_minutes[origin]
        share = np.divide(minutes, limit, out=np.zeros_like(minutes), where=limit > 0)
        return self.decay(np.minimum(share, 1.0))  # rounding must not push out what is within reach
