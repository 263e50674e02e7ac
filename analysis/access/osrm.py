"""Minutes by road from an OSRM server of the user's, only for pairs that may be within the limit, each block once.

Which pairs may be is told by the great-circle estimate with a generous factor; whether the factor was generous enough
is told by the pairs found near its edge.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from analysis.access.blocks import blocks, groups, neighbourly
from analysis.access.osrm_answers import Answers
from analysis.access.osrm_server import OsrmServer
from analysis.access.osrm_table import Answer
from analysis.access.osrm_tally import Found, Tally
from analysis.access.shortlist import Shortlist
from analysis.access.travel import GreatCircle, Pairs
from analysis.access.travel_parts import constants_of, part_of

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

FAR_KM = 1.0
"""Points moved farther than this to a road are counted: their minutes begin or end elsewhere."""
EDGE_SHARE = 0.9
"""Pairs within the limit beyond this share of the distance asked for are counted: others may lie beyond it."""


@dataclass(frozen=True)
class Osrm:
    """Minutes by road between origins and sites.

    Attributes
    ----------
    server, answers
        Whom to ask, and where its answers are kept.
    estimate
        Tells which pairs to ask for.
    origins, sites
        Latitude and longitude, shapes (origins, 2) and (sites, 2), in the order of the estimate's points.
    table_limit
        Most origins and most sites of one request.
    reach_factor
        How many times as far as the estimate reaches within the limit pairs are asked for.
    nearest_asked
        How many sites by straight line are asked for to find the nearest by road.
    tell
        Called with a sentence now and then.

    """

    server: OsrmServer
    answers: Answers
    estimate: GreatCircle
    origins: Floats
    sites: Floats
    table_limit: int = 100
    reach_factor: float = 3.0
    nearest_asked: int = 10
    tell: Callable[[str], None] = lambda _: None
    tally: Tally = field(default_factory=Tally)

    def chunks(self, limit_minutes: Floats) -> Iterator[Pairs]:
        """Yield all pairs within each origin's limit, in groups of neighbouring origins.

        Raises
        ------
        TravelServerError
            The server fails; what it answered is kept.

        """
        found = Found()
        for group, candidates in self._candidates(limit_minutes):
            minutes = self._minutes(candidates)
            inside = minutes <= limit_minutes[candidates.origin]
            found.asked += len(minutes)
            found.within_limit += int(inside.sum())
            found.without_way += int(np.isinf(minutes).sum())
            found.near_edge += self._near_edge(candidates, inside, limit_minutes)
            self.tell(f"minutes by road: {self.tally.requests:,} tables asked for, {group:,} origins done")
            yield Pairs(candidates.origin[inside], candidates.site[inside], minutes[inside])
        if found.asked >= self.tally.widest.asked:
            self.tally.widest = found

    def pairs(self, limit_minutes: Floats) -> Pairs:
        """Return all pairs within each origin's limit, sorted by origin, then site."""
        found = [*self.chunks(limit_minutes), Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
        origin = np.concatenate([chunk.origin for chunk in found])
        site = np.concatenate([chunk.site for chunk in found])
        minutes = np.concatenate([chunk.minutes for chunk in found])
        order = np.lexsort((site, origin))
        return Pairs(origin[order], site[order], minutes[order])

    def nearest(self, sites: Indices) -> Floats:
        """Return minutes from each origin to the nearest by road of the sites nearest by straight line.

        Infinite where none of them can be reached, or there are no sites.
        """
        return self.nearest_sites(sites, 1)[0][:, 0]

    def nearest_sites(self, sites: Indices, count: int) -> tuple[Floats, Indices]:
        """Return minutes to the nearest of some sites, rising, and which they are, shape (origins, count).

        By road, of the ``nearest_asked`` (at least ``count``) nearest by straight line; where fewer can be reached,
        minutes are infinite and the site is 0.
        """
        near, there = Shortlist(len(self.origins), count), np.unique(sites)
        most = min(max(self.nearest_asked, count), len(there))
        if not most:
            return near.minutes, near.which
        tree = KDTree(self.estimate.sites[there])
        for group in groups(self.estimate.origins, self.table_limit):
            _, found = tree.query(self.estimate.origins[group], k=np.arange(1, most + 1))
            origin, site = np.repeat(group, most), there[np.asarray(found).ravel()]
            near.add(origin, site, self._minutes(Pairs(origin, site, np.zeros(len(origin)))))
        return near.minutes, near.which

    def provenance(self) -> dict[str, Any]:
        """Return whom was asked for how much, what was found, and how far points were moved to a road."""
        tally = self.tally
        moved = {ends: np.array(list(far.values())) for ends, far in tally.moved_km.items()}
        return {
            "engine": "osrm",
            "address": self.server.address,
            "profile": self.server.profile,
            "data_versions": sorted(tally.data_versions),
            "table_limit": self.table_limit,
            "reach_factor": self.reach_factor,
            "nearest_asked": self.nearest_asked,
            "tables_asked": tally.requests,
            "tables_known_before": tally.from_cache,
            "pairs_in_tables": tally.cells,
            "pairs_asked": tally.widest.asked,
            "pairs_within_limit": tally.widest.within_limit,
            "pairs_without_way": tally.widest.without_way,
            "pairs_near_edge_of_reach": tally.widest.near_edge,
            **{f"{ends}_moved_most_km": float(far.max(initial=0.0)) for ends, far in moved.items()},
            **{f"{ends}_moved_over_1_km": int((far > FAR_KM).sum()) for ends, far in moved.items()},
            "reach_estimated_with": constants_of(self.estimate),
        }

    def _candidates(self, limit_minutes: Floats) -> Iterator[tuple[int, Pairs]]:
        """Yield how many origins are done and the pairs of a group that may be within the limit."""
        everywhere, done = np.arange(len(self.sites)), 0
        for group in groups(self.estimate.origins, self.table_limit):
            near = part_of(self.estimate, group, everywhere).pairs(self._reach(limit_minutes)[group])
            done += len(group)
            yield done, Pairs(group[near.origin], near.site, near.minutes)

    def _reach(self, limit_minutes: Floats) -> Floats:
        """Return the estimated minutes that lie ``reach_factor`` times as far as the limit's, start-up apart."""
        return self.estimate.start_up_minutes + self.reach_factor * limit_minutes

    def _near_edge(self, candidates: Pairs, inside: NDArray[np.bool_], limit_minutes: Floats) -> int:
        """Return how many of the pairs within the limit lie near the edge of what was asked for."""
        start = self.estimate.start_up_minutes
        share = (candidates.minutes - start) / np.maximum(self._reach(limit_minutes)[candidates.origin] - start, 1e-9)
        return int((inside & (share > EDGE_SHARE)).sum())

    def _minutes(self, wanted: Pairs) -> Floats:
        """Return minutes of the wanted pairs of at most ``table_limit`` origins; infinite where there is no way."""
        minutes = np.full(len(wanted.origin), np.inf)
        for block in blocks(wanted.origin, wanted.site, self._site_rank, self.table_limit):
            answer = self._answer(block.origins, block.sites)
            minutes[block.pairs] = answer.minutes[block.row, block.column]
        return minutes

    @cached_property
    def _site_rank(self) -> Indices:
        """Place of each site in the order that keeps neighbours together."""
        rank = np.empty(len(self.sites), np.int64)
        rank[neighbourly(self.estimate.sites)] = np.arange(len(self.sites))
        return rank

    def _answer(self, origins: Indices, sites: Indices) -> Answer:
        path, shape = self.server.path(self.origins[origins], self.sites[sites]), (len(origins), len(sites))
        answer = self.answers.get(path, shape)
        is_known = answer is not None
        if answer is None:
            answer = self.server.ask(path, shape)
            self.answers.keep(path, answer)
        self.tally.count(path, origins, sites, answer, is_known=is_known)
        return answer
