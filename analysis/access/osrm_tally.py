"""What was asked of a routing server and what was found, counted as it goes, for the provenance."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.access.osrm_table import Answer

Indices = NDArray[np.int64]


@dataclass
class Found:
    """What one search for all pairs within the limits found, in pairs."""

    asked: int = 0
    within_limit: int = 0
    without_way: int = 0
    near_edge: int = 0


@dataclass
class Tally:
    """What was asked and found, counted as it goes.

    Attributes
    ----------
    requests, from_cache
        Tables that the server was asked for, and those that were known before; each once, however often it is used.
    cells
        Pairs in all these tables.
    widest
        What the search that asked for most pairs found: those with narrower limits find some of the same.

    """

    requests: int = 0
    from_cache: int = 0
    cells: int = 0
    widest: Found = field(default_factory=Found)
    seen: set[str] = field(default_factory=set)
    data_versions: set[str] = field(default_factory=set)
    moved_km: dict[str, dict[int, float]] = field(default_factory=lambda: {"origins": {}, "sites": {}})

    def count(self, path: str, origins: Indices, sites: Indices, answer: Answer, *, is_known: bool) -> None:
        """Count a table, unless it was counted before: what was just asked is soon known.

        Parameters
        ----------
        path
            What was asked.
        origins, sites
            Positions of its rows and columns.
        answer
            What was answered.
        is_known
            Whether that was known before.

        """
        key = hashlib.sha256(path.encode()).hexdigest()
        if key in self.seen:
            return
        self.seen.add(key)
        self.requests += not is_known
        self.from_cache += is_known
        self.cells += answer.minutes.size
        if answer.data_version:
            self.data_versions.add(answer.data_version)
        for ends, points, far in (("origins", origins, answer.origin_moved_km), ("sites", sites, answer.site_moved_km)):
            self.moved_km[ends].update(zip(points.tolist(), far.tolist(), strict=True))
