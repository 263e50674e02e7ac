"""From probabilities of pairs to providers: groups are joined as long as their listings are one on the average.

Joining whatever any pair connects would make one of two people because of a single listing that could be either's.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

Numbers = NDArray[np.int64]
Chances = NDArray[np.float64]


Apart = Callable[[Numbers], NDArray[np.bool_]]
"""Tells of some listings which pairs of them can never be one, as a square."""


def grouped(
    size: int, left: Numbers, right: Numbers, chances: Chances, threshold: float, apart: Apart | None = None
) -> Numbers:
    """Return the group of each of ``size`` listings, as the smallest place in it.

    Average linkage: two groups are joined while the mean probability over all pairs between them is at least the
    threshold; pairs that are not given have probability 0.

    Parameters
    ----------
    size
        How many listings there are.
    left, right
        Pairs, by places from 0.
    chances
        Their probabilities, at least the threshold or below it: those below count in the mean.
    threshold
        Least mean probability, above 0 and at most 1.
    apart
        Tells which listings are never joined, through whichever others; nobody where not given.

    """
    is_edge = chances >= threshold
    parts = components(size, left[is_edge], right[is_edge])
    inside = parts[left] == parts[right]
    left, right, chances = left[inside], right[inside], chances[inside]
    groups = parts.copy()
    for members, pairs in _unsettled(parts, left, chances, threshold):
        groups[members] = members[_averaged(members, left[pairs], right[pairs], chances[pairs], threshold, apart)]
    return groups


def components(size: int, left: Numbers, right: Numbers) -> Numbers:
    """Return the connected component of each place, as the smallest place in it."""
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    found = connected_components(graph, directed=False)[1]
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)


def _unsettled(parts: Numbers, left: Numbers, chances: Chances, threshold: float) -> list[tuple[Numbers, Numbers]]:
    """Return the members and the pairs of each component in which not every pair reaches the threshold."""
    of_pair = parts[left]
    sizes = np.bincount(parts, minlength=len(parts))
    reached = np.bincount(of_pair[chances >= threshold], minlength=len(parts))
    open_parts = np.flatnonzero((sizes > 2) & (reached < sizes * (sizes - 1) // 2))  # noqa: PLR2004 - a pair is settled
    members, pairs = np.argsort(parts, kind="stable"), np.argsort(of_pair, kind="stable")
    members_at = np.searchsorted(parts[members], [open_parts, open_parts + 1])
    pairs_at = np.searchsorted(of_pair[pairs], [open_parts, open_parts + 1])
    return [
        (members[begin:end], pairs[first:last]) for begin, end, first, last in zip(*members_at, *pairs_at, strict=True)
    ]


def _averaged(
    members: Numbers, left: Numbers, right: Numbers, chances: Chances, threshold: float, never: Apart | None
) -> Numbers:
    """Return for each member the place, among the members, of the first of its group."""
    apart = np.ones((len(members), len(members)))
    np.fill_diagonal(apart, 0.0)
    one, other = np.searchsorted(members, left), np.searchsorted(members, right)
    apart[one, other] = apart[other, one] = 1 - chances
    if never is not None:
        apart[never(members)] = len(members) ** 2  # farther than any mean with it may be
    labels = fcluster(linkage(squareform(apart, checks=False), "average"), 1 - threshold, "distance")
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)
