"""The nearest sites of each origin, kept while pairs stream by in any order."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class Shortlist:
    """Minutes to the nearest sites met so far and which they are, shape (origins, count), rising.

    Where fewer were met, minutes are infinite and the site is 0. Of equally near sites the first counts as nearer.
    """

    def __init__(self, origins: int, count: int) -> None:
        self.minutes: Floats = np.full((origins, count), np.inf)
        self.which: Indices = np.zeros((origins, count), np.int64)

    def add(self, origin: Indices, site: Indices, minutes: Floats) -> None:
        """Take some pairs; those without minutes (infinite or missing) count as none."""
        count = self.minutes.shape[1]
        met = np.isfinite(minutes)
        if not count or not met.any():
            return
        origin, site, minutes = origin[met], site[met], minutes[met]
        order = np.lexsort((site, minutes, origin))
        origin, site, minutes = origin[order], site[order], minutes[order]
        starts = np.flatnonzero(np.diff(origin, prepend=-1))
        sizes = np.diff(starts, append=len(origin))
        rank = np.arange(len(origin)) - np.repeat(starts, sizes)
        row = np.repeat(np.arange(len(starts)), sizes)
        near = rank < count
        fresh_minutes, fresh_which = np.full((len(starts), count), np.inf), np.zeros((len(starts), count), np.int64)
        fresh_minutes[row[near], rank[near]] = minutes[near]
        fresh_which[row[near], rank[near]] = site[near]
        met_origins = origin[starts]
        both = np.hstack((self.minutes[met_origins], fresh_minutes))
        sites = np.hstack((self.which[met_origins], fresh_which))
        best = np.lexsort((sites, both), axis=1)[:, :count]
        self.minutes[met_origins] = np.take_along_axis(both, best, axis=1)
        self.which[met_origins] = np.take_along_axis(sites, best, axis=1)
