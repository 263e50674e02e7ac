"""Minutes of billions of pairs, worked out before, in partitions: some origins of a Parquet table at a time.

The table holds positions instead of ids (``origin``, ``destination``, ``minutes``), sorted by origin, so that a
partition reads its own row groups and skips all others. Workers read it themselves: it lies where all see it under the
same path. A pair that it does not have, or has without minutes, is out of reach.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.decay import Decay
from analysis.access.partitions import Ask, Budget, Part, Partition
from analysis.access.weights import MatrixWeights
from analysis.promise import TableError

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_POSITIONS = ("origin", "destination")
_COLUMNS = (*_POSITIONS, "minutes")
_PAIR_BYTES = 64
"""Of a pair while its sparse matrix is made."""
_ROWS = 1 << 17
_READING_BYTES = 100_000_000
"""What reading takes beside the pairs it has read: Arrow itself, and some row groups."""


@dataclass(frozen=True)
class TablePart:
    """Pairs of some origins that follow each other.

    Attributes
    ----------
    files, stamp
        The table, and size and age of each file, so that answers of an older one are not taken for its own.
    first
        Position of the first origin.
    limit_minutes
        Catchment of each of these origins, shape (origins,).
    all_sites
        How many sites there are in the study.
    sites
        Positions of those that one of these origins reaches, rising; empty while nobody has looked.
    decay
        Weights from shares of the catchment.

    """

    files: tuple[str, ...]
    stamp: tuple[tuple[int, int], ...]
    first: int
    limit_minutes: Floats
    all_sites: int
    sites: Indices
    decay: Decay

    def weights(self) -> MatrixWeights:
        """Return the weights of the pairs within reach.

        Raises
        ------
        TableError
            A pair is told twice, or its minutes are below zero.

        """
        found = [(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)), *self._within()]
        origin, site, weight = (np.concatenate(part) for part in zip(*found, strict=True))
        del found
        shape = (len(self.limit_minutes), len(self.sites))
        matrix = csr_array((weight, (origin, site)), shape=shape)  # pairs told twice become one
        if matrix.nnz != len(weight):
            raise self._fault("pairs that are told twice", "one row a pair")
        return MatrixWeights(matrix)

    def named(self) -> Indices:
        """Return the positions of all sites that some origin reaches, rising.

        Raises
        ------
        TableError
            There is no such site in the study.

        """
        is_reached = np.zeros(self.all_sites, dtype=bool)
        for _, site, _ in self._read():
            if len(site) and not 0 <= site.min() <= site.max() < self.all_sites:
                found = f"destinations {site.min()} to {site.max()}"
                raise self._fault(found, f"positions below {self.all_sites:,}, those of the study's sites")
            is_reached[site] = True
        return np.flatnonzero(is_reached)

    def _within(self) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32], Floats]]:
        """Yield origin and site, as positions within this part, and weight."""
        column = np.zeros(self.all_sites, dtype=np.int32)
        column[self.sites] = np.arange(len(self.sites))
        for origin, site, minutes in self._read():
            limit = self.limit_minutes[origin]
            share = np.divide(minutes, limit, out=np.zeros_like(minutes), where=limit > 0)
            yield origin.astype(np.int32), column[site], self.decay(share)

    def _read(self) -> Iterator[tuple[Indices, Indices, Floats]]:
        """Yield origin within this part, position of the site and minutes of pairs within reach."""
        end = self.first + len(self.limit_minutes)
        own = (ds.field("origin") >= self.first) & (ds.field("origin") < end)
        for batch in _batches(self.files, _COLUMNS, own):
            origin, site = (batch.column(n).to_numpy().astype(np.int64) for n in (0, 1))
            minutes = batch.column(2).to_numpy(zero_copy_only=False).astype(np.float64)
            if (minutes < 0).any():
                raise self._fault("minutes below zero", "0 or more")
            origin -= self.first
            inside = minutes <= self.limit_minutes[origin]
            yield origin[inside], site[inside], minutes[inside]

    def _fault(self, found: str, expected: str) -> TableError:
        end = self.first + len(self.limit_minutes)
        return TableError(
            f"minutes table {self.files[0]!r} has {found} among origins {self.first} to {end - 1}; expected "
            f"{expected}: make it again."
        )


@dataclass(frozen=True)
class Named:
    """The sites that a part's origins reach, as a worker looks for them."""

    part: TablePart

    def __call__(self) -> Indices:
        """Return their positions."""
        return self.part.named()


@dataclass(frozen=True)
class MinutesByPosition:
    """A table of minutes by positions, as :meth:`analysis.access.travel_table.TravelTable.kept` writes it.

    Attributes
    ----------
    place
        A Parquet file, or a folder of them.
    limit_minutes
        Catchment of each origin in minutes, shape (origins,).
    sites
        How many sites there are.
    decay
        Weights from shares of the catchment; it travels to the workers, which must have its class.

    """

    place: Path
    limit_minutes: Floats
    sites: int
    decay: Decay

    @property
    def shape(self) -> tuple[int, int]:
        """How many origins and sites there are."""
        return len(self.limit_minutes), self.sites

    @property
    def files(self) -> list[Path]:
        """The files in order; ``TableError`` where there is none."""
        found = [self.place] if self.place.is_file() else sorted(self.place.rglob("*.parquet"))
        if not found:
            raise TableError(f"minutes table {str(self.place)!r}: no Parquet file is there; give one or a folder.")
        return found

    def part(self, partition: Partition) -> Part:
        """Return what a worker needs to know of a partition."""
        return self._part(partition.origins, partition.sites)

    def partitions(self, budget: Budget, ask: Ask) -> list[Partition]:
        """Return partitions of origins that follow each other; workers look which sites they reach.

        Raises
        ------
        BudgetError
            A single origin needs more than the budget.
        TableError
            The table has other columns or positions.

        """
        pairs = self._pairs()
        spans = list(_spans(pairs, self.sites, budget))
        everywhere = np.empty(0, np.int64)

        def look(origins: Indices) -> Callable[[], Named]:
            return lambda: Named(self._part(origins, everywhere))

        found = ask("sites of a table", [look(origins) for origins in spans])
        return [
            Partition(origins, np.array(sites, np.int64), int(pairs[origins].sum()))
            for origins, sites in zip(spans, found, strict=True)
        ]

    def _part(self, origins: Indices, sites: Indices) -> TablePart:
        files = self.files
        stamp = tuple((file.stat().st_size, file.stat().st_mtime_ns) for file in files)
        first = int(origins[0])
        limit = self.limit_minutes[origins]
        return TablePart(tuple(map(str, files)), stamp, first, limit, self.sites, sites, self.decay)

    def _pairs(self) -> Indices:
        """Return how many pairs each origin has."""
        pairs = np.zeros(len(self.limit_minutes), dtype=np.int64)
        for batch in _batches(tuple(map(str, self.files)), _COLUMNS[:1]):
            origin = batch.column(0).to_numpy().astype(np.int64)
            if not len(origin):
                continue
            low, high = int(origin.min()), int(origin.max())
            if not 0 <= low <= high < len(pairs):
                raise TableError(
                    f"minutes table {str(self.place)!r} has origins {low} to {high}; expected positions below "
                    f"{len(pairs):,}: it was made for another study."
                )
            pairs[low : high + 1] += np.bincount(origin - low)
        return pairs


def _spans(pairs: Indices, sites: int, budget: Budget) -> Iterator[Indices]:
    """Yield origins that follow each other and keep to a budget together."""
    cost = pairs * (_PAIR_BYTES + budget.pair_bytes) + budget.origin_bytes
    most = cost.sum() / budget.parts_least
    first, held, reached = 0, 0.0, 0
    for origin in range(len(pairs)):
        reached_then = min(reached + int(pairs[origin]), sites)
        needed = held + cost[origin] + reached_then * budget.site_bytes + _READING_BYTES
        if origin > first and (needed > budget.most_bytes or held + cost[origin] > most):
            yield np.arange(first, origin)
            first, held, reached = origin, 0.0, 0
            reached_then = min(int(pairs[origin]), sites)
            needed = cost[origin] + reached_then * budget.site_bytes + _READING_BYTES
        if needed > budget.most_bytes:
            raise budget.refused(needed, origin)
        held, reached = held + cost[origin], reached_then
    if len(pairs):
        yield np.arange(first, len(pairs))


def _batches(files: tuple[str, ...], columns: Sequence[str], which: ds.Expression | None = None) -> Iterator[Any]:
    """Yield some rows of a table at a time, one row group after another: a bound on memory."""
    try:
        table = ds.dataset(list(files), format="parquet")
        _check(files[0], table.schema)
        for batch in table.scanner(
            columns=list(columns),
            filter=which,
            batch_size=_ROWS,
            batch_readahead=1,
            fragment_readahead=1,
            use_threads=False,
        ).to_batches():
            empty = [name for name in columns if name in _POSITIONS and batch.column(name).null_count]
            if empty:
                raise TableError(
                    f"minutes table {files[0]!r} has rows without {empty[0]}; expected none: make it again."
                )
            yield batch
    except pa.ArrowInvalid as fault:
        raise TableError(
            f"minutes table {files[0]!r} is no sound Parquet ({str(fault).splitlines()[0]}); make it again."
        ) from fault


def _check(file: str, schema: pa.Schema) -> None:
    """Refuse a table whose columns are others."""
    kinds = {name: str(schema.field(name).type) for name in _COLUMNS if name in schema.names}
    is_sound = len(kinds) == len(_COLUMNS) and all(pa.types.is_integer(schema.field(name).type) for name in _POSITIONS)
    if not is_sound or not pa.types.is_floating(schema.field("minutes").type):
        told = ", ".join(f"{name} ({kind})" for name, kind in kinds.items()) or "none of its columns"
        raise TableError(
            f"minutes table {file!r} has {told}; expected origin and destination as whole numbers, their positions, "
            "and minutes as numbers: remove it, and it is made again."
        )
