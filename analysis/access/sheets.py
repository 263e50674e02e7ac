"""Sparse matrices of a part of a study in one array, so that they travel and are kept like any other answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_PARTS = 4
"""Sheet, row, column and value of an entry."""
ROLLED_BYTES = 44
"""What an entry takes at most while it is rolled up and packed: 12 in its matrix, 32 in the answer."""


def packed(sheets: Sequence[csr_array]) -> Floats:
    """Return sheet, row, column and value of each entry, shape (4, entries): positions are exact in float64."""
    found = [np.empty((_PARTS, 0))]
    for number, sheet in enumerate(sheets):
        entries = sheet.tocoo()
        found.append(np.array([np.full(len(entries.data), float(number)), *entries.coords, entries.data]))
    return np.concatenate(found, axis=1)


@dataclass(frozen=True)
class Place:
    """Where the rows and columns of a part's sheets belong in the study."""

    rows: Indices
    columns: Indices


def summed(parts: Iterable[tuple[Place, Floats]], sheets: int, shape: tuple[int, int]) -> tuple[csr_array, ...]:
    """Return the sheets of a whole study: entries of one place add up, part after part.

    Parameters
    ----------
    parts
        Where each part belongs, and its :func:`packed` sheets.
    sheets
        How many there are.
    shape
        Of each sheet.

    """
    entries: list[list[tuple[Indices, Indices, Floats]]] = [[] for _ in range(sheets)]
    for place, part in parts:
        ends = np.searchsorted(part[0], np.arange(sheets + 1))
        for number in range(sheets):
            _, row, column, value = part[:, ends[number] : ends[number + 1]]
            at = place.rows[row.astype(np.int64)], place.columns[column.astype(np.int64)]
            entries[number].append((*at, np.array(value)))
    return tuple(_sheet(own, shape) for own in entries)


def _sheet(entries: list[tuple[Indices, Indices, Floats]], shape: tuple[int, int]) -> csr_array:
    if not entries:
        return csr_array(shape)
    row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    whole = csr_array((value, (row, column)), shape=shape)
    whole.sort_indices()
    return whole
