"""Weights of all pairs within reach: what a measure needs to know about travel, and nothing else.

A measure is written against the protocol, so it runs unchanged on a plain sparse matrix, on the cached structure of a
nation and on points whose pairs are never stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


class Weights(Protocol):
    """Origins x sites, 0-1; 0 beyond the catchment."""

    @property
    def shape(self) -> tuple[int, int]:
        """How many origins and sites there are."""
        ...

    def over_sites(self, columns: Floats) -> Floats:
        """Return sums over each origin's sites of weight times columns, shape (sites,) or (sites, n) to origins."""
        ...

    def over_origins(self, columns: Floats) -> Floats:
        """Return sums over each site's origins of weight times columns, shape (origins,) or (origins, n) to sites."""
        ...

    def power(self, exponent: float) -> Self:
        """Return the same pairs with their weights raised to a power; 0 stays 0, so the power 0 counts pairs."""
        ...


@dataclass(frozen=True)
class Rolls:
    """How weights are rolled up from origins to regions, several times at once.

    Attributes
    ----------
    factors
        What each origin's weights are multiplied by, shape (origins, rolls).
    region
        Position of each origin's region, shape (origins,).
    regions
        How many regions there are.
    kept
        Sites that are kept in each roll, shape (sites, rolls); all of them where not given.

    """

    factors: Floats
    region: NDArray[np.int64]
    regions: int
    kept: NDArray[np.bool_] | None = None

    def only_kept(self, rolled: csr_array, number: int) -> csr_array:
        """Return a roll without the sites that are not kept."""
        if self.kept is None:
            return rolled
        inside = self.kept[rolled.indices, number]
        before = np.concatenate(([0], np.cumsum(inside)))[rolled.indptr]
        return csr_array((rolled.data[inside], rolled.indices[inside], before), shape=rolled.shape)

    def by_matrix(self, matrix: csr_array) -> Iterator[csr_array]:
        """Yield each roll of weights in a matrix, origins x sites, entries in order."""
        origins = np.arange(len(self.region))
        for number, factor in enumerate(self.factors.T):
            adding = csr_array((factor, (self.region, origins)), shape=(self.regions, len(origins)))
            rolled = csr_array(adding @ matrix)
            rolled.sort_indices()
            yield self.only_kept(rolled, number)


class PairWeights(Weights, Protocol):
    """Weights that can be rolled up from origins to regions."""

    def rolled_up(self, rolls: Rolls) -> tuple[csr_array, ...]:
        """Return regions x sites sums of factor times weight over each region's origins, one for each roll."""
        ...


def raised(weights: Floats, exponent: float) -> Floats:
    """Return weights to a power; a weight of 0 stays 0 whatever the power."""
    return np.power(weights, exponent, out=np.zeros_like(weights), where=weights > 0)


def checked_columns(columns: Floats, rows: int, of: str) -> Floats:
    """Return columns as floating point, after checking that there is one finite value a row.

    Raises
    ------
    ValueError
        The number of rows is another, or a value is missing or infinite: it would spread to places out of its reach.

    """
    given = np.asarray(columns, dtype=np.float64)
    if given.ndim not in (1, 2) or len(given) != rows:
        raise ValueError(
            f"columns of {of} have the shape {given.shape!r}; expected {rows} rows, one for each of the {of}."
        )
    if not np.isfinite(given).all():
        row = int(np.flatnonzero(~np.isfinite(given.reshape(rows, -1)).all(axis=1))[0])
        raise ValueError(
            f"columns of {of} hold {given[row].tolist()!r} in row {row}; expected finite numbers: leave out or fill "
            "what is unknown before it is shared."
        )
    return given


def side_by_side(columns: Floats) -> Floats:
    """Return columns as rows x columns; a single one stands alone."""
    return columns[:, None] if columns.ndim == 1 else columns


def shaped_like(sums: Floats, columns: Floats) -> Floats:
    """Return sums of a single column as a column again."""
    return sums[:, 0] if columns.ndim == 1 else sums


@dataclass(frozen=True)
class MatrixWeights:
    """Weights in a sparse matrix: regions x sites, a small study, the oracle of the engine."""

    matrix: csr_array

    @property
    def shape(self) -> tuple[int, int]:
        """How many origins and sites there are."""
        rows, columns = self.matrix.shape
        return int(rows), int(columns)

    def over_sites(self, columns: Floats) -> Floats:
        """Return sums over each origin's sites."""
        sums: Floats = self.matrix @ checked_columns(columns, self.shape[1], "sites")
        return sums

    def over_origins(self, columns: Floats) -> Floats:
        """Return sums over each site's origins."""
        sums: Floats = self.matrix.T @ checked_columns(columns, self.shape[0], "origins")
        return sums

    def power(self, exponent: float) -> "MatrixWeights":
        """Return the same pairs with their weights raised to a power."""
        data = raised(self.matrix.data, exponent)
        return MatrixWeights(csr_array((data, self.matrix.indices, self.matrix.indptr), shape=self.matrix.shape))

    def rolled_up(self, rolls: Rolls) -> tuple[csr_array, ...]:
        """Return regions x sites sums of factor times weight over each region's origins, one for each roll."""
        return tuple(rolls.by_matrix(self.matrix))
