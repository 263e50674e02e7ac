"""Minutes from a table of the user's: sorted once into a scratch file, then read in pieces, never whole in memory.

A pair the table does not have is out of reach. An end - origin or site - that it does not have at all is a fault, or,
where the study says so, estimated from distance or out of everybody's reach, and counted.
"""

import filecmp
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.access.minutes_file import MinutesFile
from analysis.access.plain import nearest_sites
from analysis.access.shortlist import Shortlist
from analysis.access.sorted_minutes import Scratch, checked, pieces, sort_into
from analysis.access.travel import GreatCircle, Pairs
from analysis.access.travel_parts import constants_of, part_of
from analysis.travel_choice import Unknown

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class TravelTable:
    """Minutes of a table between origins and sites.

    Attributes
    ----------
    file
        Where they came from.
    origins, sites
        How many there are.
    unknown_origins, unknown_sites
        Positions of those the table does not know.
    estimate
        For the minutes of ends that are unknown; ``None`` where none are estimated.
    estimates
        Whether unknown origins, and unknown sites, are estimated; else they are out of reach.
    counts
        Pairs of known ends in the table, those without minutes, and the longest minutes.

    """

    file: MinutesFile
    origins: int
    sites: int
    unknown_origins: Indices
    unknown_sites: Indices
    estimate: GreatCircle | None
    estimates: tuple[bool, bool]
    counts: dict[str, Any]
    _scratch: Scratch = field(repr=False)

    def chunks(self, limit_minutes: Floats) -> Iterator[Pairs]:
        """Yield all pairs within each origin's limit, those of the table sorted by origin, then site.

        Estimated pairs of unknown ends come last.
        """
        for piece in pieces(self._scratch.file):
            inside = piece.minutes <= limit_minutes[piece.origin]
            yield Pairs(piece.origin[inside], piece.site[inside], piece.minutes[inside])
        for origins, sites in self._estimated(np.arange(self.sites)):
            near = part_of(self._estimate, origins, sites).pairs(limit_minutes[origins])
            yield Pairs(origins[near.origin], sites[near.site], near.minutes)

    def pairs(self, limit_minutes: Floats) -> Pairs:
        """Return all pairs within each origin's limit, sorted by origin, then site: 24 bytes a pair."""
        size = sum(len(chunk.origin) for chunk in self.chunks(limit_minutes))
        whole = Pairs(np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size))
        first = 0
        for chunk in self.chunks(limit_minutes):
            last = first + len(chunk.origin)
            whole.origin[first:last], whole.site[first:last] = chunk.origin, chunk.site
            whole.minutes[first:last] = chunk.minutes
            first = last
        if not (len(self.unknown_origins) or len(self.unknown_sites)):
            return whole
        order = np.lexsort((whole.site, whole.origin))
        return Pairs(whole.origin[order], whole.site[order], whole.minutes[order])

    def nearest(self, sites: Indices) -> Floats:
        """Return minutes from each origin to the nearest of some sites; infinite where the table has no pair."""
        return self.nearest_sites(sites, 1)[0][:, 0]

    def nearest_sites(self, sites: Indices, count: int) -> tuple[Floats, Indices]:
        """Return minutes to the nearest of some sites, rising, and which they are, shape (origins, count).

        Where the table has fewer pairs, minutes are infinite and the site is 0.
        """
        near = Shortlist(self.origins, count)
        is_meant = np.zeros(self.sites, dtype=bool)
        is_meant[sites] = True
        for piece in pieces(self._scratch.file):
            kept = is_meant[piece.site]
            near.add(piece.origin[kept], piece.site[kept], piece.minutes[kept])
        for origins, there in self._estimated(np.unique(sites)):
            minutes, which = nearest_sites(part_of(self._estimate, origins, there), np.arange(len(there)), count)
            near.add(np.repeat(origins, count), there[which.ravel()], minutes.ravel())
        return near.minutes, near.which

    def kept(self, file: Path) -> Path:
        """Return a file that holds the sorted pairs by positions; written only where it does not hold just them."""
        if not (file.is_file() and filecmp.cmp(self._scratch.file, file, shallow=False)):
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".minutes-", delete=False) as part:
                name = Path(part.name)
            try:
                shutil.copyfile(self._scratch.file, name)
                name.replace(file)
            finally:
                name.unlink(missing_ok=True)
        return file

    def provenance(self) -> dict[str, Any]:
        """Return where the minutes come from, and how many pairs and ends are known, missing, estimated or cut off."""
        columns = self.file.layout()
        known = (self.origins - len(self.unknown_origins)) * (self.sites - len(self.unknown_sites))
        return {
            "engine": "table",
            "file": self.file.place.name,
            "files": len(self.file.files),
            "sha256": self.file.sha256,
            "columns": columns.model_dump(exclude_none=True),
            "partitions": dict(self.file.partitions),
            **self.counts,
            "pairs_missing": known - self.counts["pairs"],
            "origins": self.origins,
            **_told("origins", self.unknown_origins, is_estimated=self.estimates[0]),
            "sites": self.sites,
            **_told("sites", self.unknown_sites, is_estimated=self.estimates[1]),
            "estimate": None if self.estimate is None else constants_of(self.estimate),
        }

    @property
    def _estimate(self) -> GreatCircle:
        if self.estimate is None:
            raise RuntimeError("unknown ends are refused where there is no estimate")
        return self.estimate

    def _estimated(self, sites: Indices) -> Iterator[tuple[Indices, Indices]]:
        """Yield the origins and sites between which minutes are estimated, each pair once.

        An end out of everybody's reach is so also to and from those that are estimated.
        """
        of_origins, of_sites = self.estimates
        there = sites if of_sites else np.setdiff1d(sites, self.unknown_sites)
        if of_origins and len(self.unknown_origins) and len(there):
            yield self.unknown_origins, there
        unknown = np.intersect1d(sites, self.unknown_sites)
        known = np.setdiff1d(np.arange(self.origins), self.unknown_origins)
        if of_sites and len(unknown) and len(known):
            yield known, unknown


def _told(ends: str, unknown: Indices, *, is_estimated: bool) -> dict[str, int]:
    """Return how many unknown ends are estimated and how many are out of reach."""
    estimated = len(unknown) if is_estimated else 0
    return {f"{ends}_estimated": estimated, f"{ends}_unreachable": len(unknown) - estimated}


def read_travel_table(
    file: MinutesFile,
    origin_ids: Sequence[str],
    destination_ids: Sequence[str],
    estimate: GreatCircle | None = None,
    *,
    unknown_origins: Unknown = "refuse",
    unknown_sites: Unknown = "refuse",
    empty_is_unreachable: bool = False,
) -> TravelTable:
    """Check a table, sort what concerns the study into a scratch file, and return its engine.

    Parameters
    ----------
    file
        The table.
    origin_ids, destination_ids
        Ids by which the table knows each origin and each site; sites in one unit share an id.
    estimate
        Minutes between the same origins and sites; needed where unknown ones are estimated.
    unknown_origins, unknown_sites
        What those are that the table does not know.
    empty_is_unreachable
        Take a row without minutes for a pair nobody can travel.

    Raises
    ------
    TableError
        Ends are unknown and that is refused, or all of them are; or minutes are missing, negative, infinite or told
        twice; all faults at once.

    """
    scratch = Scratch()
    refused = unknown_origins == "refuse", unknown_sites == "refuse"
    unknown = sort_into(scratch, file, (origin_ids, destination_ids), refuse_unknown=refused)
    counts = checked(file, scratch.file, (origin_ids, destination_ids), empty_is_unreachable=empty_is_unreachable)
    is_estimated = (
        unknown_origins == "estimate" and len(unknown.origins) > 0,
        unknown_sites == "estimate" and len(unknown.sites) > 0,
    )
    return TravelTable(
        file,
        len(origin_ids),
        len(destination_ids),
        unknown.origins,
        unknown.sites,
        estimate if any(is_estimated) else None,
        is_estimated,
        counts,
        scratch,
    )
