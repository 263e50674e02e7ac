"""A study cut into parts that each fit into a worker's memory: whose sums are added up again in the order of the parts.

How a study is cut hangs on its places, its decay and the budget alone, never on how many workers there are, so sums do
not depend on the cluster.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.access.weights import Weights

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_PARTS_LEAST = 16
"""Parts however small the study, so that workers have something to share; the same everywhere."""
_MEGABYTE = 1_000_000
_VALUE = 8
"""Bytes of a number."""
_SUM_BLOCKS = 16
"""Sums of their own that a product over origins may hold for each site."""
_COLUMNS_AT_ONCE = 64
"""Columns it sums at once."""
_PLACES_HELD = 10
"""Numbers that a place takes beside its columns: coordinates, limits, bounds, sorted and not."""


class BudgetError(ValueError):
    """A study cannot be cut into parts that fit into the memory given."""


@dataclass(frozen=True)
class Partition:
    """Positions of some origins, and of all sites that any of them may reach, each rising.

    ``pairs`` is how many pairs they have at most.
    """

    origins: Indices
    sites: Indices
    pairs: int = 0


class Part(Protocol):
    """What a worker needs to know of a partition; small, for it travels."""

    def weights(self) -> Weights:
        """Return the partition's origins x its sites."""
        ...


class Task(Protocol):
    """What a worker is asked for; it travels with all it needs."""

    def __call__(self) -> NDArray[Any]:
        """Return the answer."""
        ...


Ask = Callable[[str, Sequence[Callable[[], Task]]], Iterator[NDArray[Any]]]
"""Has tasks done by the workers, and returns the answers in order; a task is made when its turn comes."""


def alone(what: str, tasks: Sequence[Callable[[], Task]]) -> Iterator[NDArray[Any]]:  # noqa: ARG001 - nobody waits
    """Do tasks here, one after another: an :data:`Ask` without workers."""
    return (make()() for make in tasks)


@dataclass(frozen=True)
class Budget:
    """Memory of a part.

    Attributes
    ----------
    megabytes
        What one part may take in a worker, beside the worker itself.
    columns
        Columns, such as specialties, that are summed together.
    parts_least
        How many parts there are at least.
    pair_bytes
        Bytes of a pair beside those it is held in, such as those of an entry of what is rolled up.

    """

    megabytes: float
    columns: int
    parts_least: int = _PARTS_LEAST
    pair_bytes: int = 0

    @property
    def most_bytes(self) -> float:
        """The same in bytes."""
        return self.megabytes * _MEGABYTE

    @property
    def origin_bytes(self) -> int:
        """Bytes that an origin takes without its pairs."""
        return _VALUE * (_PLACES_HELD + 2 * self.columns)

    @property
    def site_bytes(self) -> int:
        """Bytes that a site takes."""
        return _VALUE * (_PLACES_HELD + 2 * self.columns + _SUM_BLOCKS * min(self.columns, _COLUMNS_AT_ONCE))

    def refused(self, needed: float, origin: int) -> BudgetError:
        """Return the error for an origin that needs more than there is."""
        return BudgetError(
            f"origin {origin} alone needs {needed / _MEGABYTE:,.1f} MB with all sites in its reach; expected at most "
            f"the {self.megabytes:,.1f} MB that a partition may take: give workers a higher memory limit."
        )


class Source(Protocol):
    """Where pairs come from."""

    @property
    def shape(self) -> tuple[int, int]:
        """How many origins and sites there are."""
        ...

    def partitions(self, budget: Budget, ask: Ask) -> list[Partition]:
        """Return partitions that hold every origin once; ``ask`` has workers look where that is needed."""
        ...

    def part(self, partition: Partition) -> Part:
        """Return what a worker needs to know of a partition."""
        ...
