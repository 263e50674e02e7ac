"""A sample of a table of minutes with the great-circle distance of each pair, streamed: the same for the same seed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from analysis.access.minutes_file import MinutesFile
from analysis.promise import TableError
from analysis.sphere import great_circle_km, unit_sphere

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Sample:
    """Pairs drawn, and how many the table has.

    Attributes
    ----------
    kind
        Position of each pair's type of place in ``types``, that of its origin.
    km, minutes
        Great-circle distance and the table's minutes, shape (pairs,).
    is_held_out
        Which half is kept to judge by.
    types
        Keys of the types of places.
    pairs_in_table
        Pairs of each type within the distance, of which the sample was drawn.
    pairs_without_minutes
        Pairs within the distance that were left out.

    """

    kind: Indices
    km: Floats
    minutes: Floats
    is_held_out: NDArray[np.bool_]
    types: tuple[str, ...]
    pairs_in_table: Indices
    pairs_without_minutes: int = 0


def draw_sample(
    file: MinutesFile,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    types: tuple[str, ...],
    *,
    most: int,
    seed: int,
) -> Sample:
    """Return up to ``most`` pairs of each type of place, every pair with the same chance.

    Parameters
    ----------
    file
        The table.
    origins
        ``id, latitude, longitude``, ``place_type`` and ``reach_km``: pairs farther apart by straight line are not
        looked at. (To leave out long minutes instead would bend the fit.)
    destinations
        ``id, latitude, longitude``.

    Raises
    ------
    TableError
        Minutes are negative or infinite. Pairs without minutes, which have no way, are left out and counted.

    """
    here, there = (unit_sphere(ends.latitude.to_numpy(), ends.longitude.to_numpy()) for ends in (origins, destinations))
    kind_of = pd.Index(types).get_indexer(pd.Index(origins.place_type)).astype(np.int64)
    reach_km = origins.reach_km.to_numpy(dtype=np.float64)
    kept = _Kept(most, len(types))
    wrong, without = 0, 0
    for origin, destination, minutes in file.pieces(pa.array(origins.id), pa.array(destinations.id)):
        km = great_circle_km(np.linalg.norm(here[origin] - there[destination], axis=1))
        near = (km > 0) & (km <= reach_km[origin])
        without += int(np.isnan(minutes[near]).sum())
        wrong += int((np.isinf(minutes[near]) | (minutes[near] < 0)).sum())
        near &= ~np.isnan(minutes)
        word = _words(origin[near], destination[near], seed)
        kept.add(kind_of[origin[near]], km[near], minutes[near], word)
    if wrong:
        raise TableError(
            f"minutes table {str(file.place)!r} has {wrong:,} pairs whose minutes are below zero or infinite; expected "
            "minutes of 0 or more."
        )
    kind, km, minutes, word = kept.sorted()
    return Sample(kind, km, minutes, (word & np.uint64(1)).astype(bool), types, kept.seen, without)


class _Kept:
    """The pairs of each type with the smallest words: a fair draw, whatever the order they come in."""

    def __init__(self, most: int, types: int) -> None:
        self.most = most
        self.seen = np.zeros(types, np.int64)
        self._bound = np.full(types, np.iinfo(np.uint64).max, np.uint64)
        self._rows: list[tuple[Indices, Floats, Floats, Words]] = []
        self._held = 0

    def add(self, kind: Indices, km: Floats, minutes: Floats, word: Words) -> None:
        """Take some pairs, those below the present bounds."""
        self.seen += np.bincount(kind, minlength=len(self.seen))
        low = word <= self._bound[kind]
        self._rows.append((kind[low], km[low], minutes[low], word[low]))
        self._held += int(low.sum())
        if self._held > 4 * self.most * len(self.seen):
            self._rows = [self.sorted()]
            self._held = len(self._rows[0][0])

    def sorted(self) -> tuple[Indices, Floats, Floats, Words]:
        """Return the pairs kept, by type and word."""
        if not self._rows:
            return np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.uint64)
        kind, km, minutes, word = (np.concatenate(part) for part in zip(*self._rows, strict=True))
        order = np.lexsort((minutes, km, word, kind))
        kind, km, minutes, word = kind[order], km[order], minutes[order], word[order]
        first = np.searchsorted(kind, np.arange(len(self.seen)))
        rank = np.arange(len(kind)) - first[kind]
        last = np.flatnonzero(rank == self.most - 1)
        self._bound[kind[last]] = word[last]
        inside = rank < self.most
        return kind[inside], km[inside], minutes[inside], word[inside]


def _words(origin: Indices, destination: Indices, seed: int) -> Words:
    """Return a random-looking number of each pair (SplitMix64's mixing), the same for the same seed and positions."""
    word = (origin.astype(np.uint64) << np.uint64(32)) + destination.astype(np.uint64)
    word ^= np.uint64(seed * 0xD1342543DE82EF95 % 2**64)
    word = word + np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Words = word ^ (word >> np.uint64(31))
    return mixed
