"""What a crawl has read so far, on disk: one line a page, written whole, so that a crawl killed anywhere can go on.

A page is done when its line stands, with its listings and with the pages it leads to. What is planned and not done is
open; nothing else has to be remembered. A last line that was cut short is a page that was not read.
"""

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter
from w3lib.url import canonicalize_url

from crawler.readers.raw import RawListing
from crawler.visits import Reading, Visit

JOURNAL_FILE = "journal.jsonl"


@dataclass(frozen=True)
class Line:
    """One page of the journal.

    Attributes
    ----------
    why
        Why it failed or was left out.
    listings
        Those not yet in the journal word for word; ``repeated`` counts the others.
    is_part
        Whether more lines of the same page follow at once: the page stands only with its last.
    requests, statuses, refused
        What happened on the network since the line before: requests made, answers by status, and what was refused
        with the reason: addresses, and what went beyond what anybody has to read.

    """

    visit: Visit
    outcome: Literal["read", "failed", "left out"]
    why: str = ""
    day: dt.date | None = None
    rows: int = 0
    listings: tuple[RawListing, ...] = ()
    repeated: int = 0
    visits: tuple[Visit, ...] = ()
    truncated: str | None = None
    split: tuple[str, int] | None = None
    broken_scripts: int = 0
    is_part: bool = False
    requests: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)


_LINE = TypeAdapter(Line)
_PART = b'"is_part":true'
"""As a line says it, and as no text in a line can: there quotation marks are escaped."""


@dataclass
class Traffic:
    """What happened on the network and is not in the journal yet."""

    requests: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Spool:
    """The journal of one crawl, opened for going on with it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / JOURNAL_FILE
        self.traffic = Traffic()
        self.pages = self.listings = self.requests = 0
        self._planned: dict[str, Visit] = {}
        self._settled: set[str] = set()
        self._identifiers: set[str] = set()
        self._versions: set[int] = set()
        self.file.touch()
        _drop_torn_end(self.file)
        _drop_open_parts(self.file)
        for line in read_journal(self.file):
            self._remember(line)
        self._journal = self.file.open("ab")

    def close(self) -> None:
        """Close the journal; what happened after the last page is not kept."""
        self._journal.close()

    @property
    def queue(self) -> int:
        """Pages planned and not read yet."""
        return len(self._planned) - len(self._settled)

    def open_visits(self, first: Iterable[Visit]) -> list[Visit]:
        """Return what is still to be read of the first pages and of all that pages led to."""
        for visit in first:
            self._planned.setdefault(_key(visit), visit)
        return [visit for key, visit in self._planned.items() if key not in self._settled]

    def read(self, visit: Visit, reading: Reading, day: dt.date, most: int | None = None) -> list[Visit]:
        """Write a page down; return the pages it leads to that nobody planned before.

        Of more than ``most`` of them the others are left, and the page counts as cut off.
        """
        fresh = tuple(listing for listing in reading.listings if not self._is_met(listing))
        further: dict[str, Visit] = {}
        for one in reading.visits:
            if (key := _key(one)) not in self._planned:
                further.setdefault(key, one)
        planned = tuple(further.values())[:most]
        cut = None if len(planned) == len(further) else f"the links of {visit.address} beyond the first {most:,}"
        self._write(
            Line(
                visit,
                "read",
                day=day,
                rows=reading.rows,
                listings=fresh,
                repeated=len(reading.listings) - len(fresh),
                visits=planned,
                truncated=reading.truncated or cut,
                split=reading.split,
                broken_scripts=reading.broken_scripts,
                **self._traffic(),
            )
        )
        return list(planned)

    def read_in_parts(self, visit: Visit, parts: Iterable[Reading], day: dt.date) -> None:
        """Write down a page that came in parts and leads nowhere; the last of its lines makes it valid."""
        before: Reading | None = None
        for part in parts:
            if before is not None:
                self._write(self._part(visit, before, day), is_last=False)
            before = part
        self.read(visit, before or Reading(), day)

    def _part(self, visit: Visit, reading: Reading, day: dt.date) -> Line:
        fresh = tuple(listing for listing in reading.listings if not self._is_met(listing))
        repeated = len(reading.listings) - len(fresh)
        return Line(visit, "read", day=day, rows=reading.rows, listings=fresh, repeated=repeated, is_part=True)

    def failed(self, visit: Visit, why: str) -> None:
        """Write down that a page could not be read; a resumed crawl asks for it again."""
        self._write(Line(visit, "failed", why=why, **self._traffic()))

    def left_out(self, visit: Visit, why: str) -> None:
        """Write down that a page was left out on purpose."""
        self._write(Line(visit, "left out", why=why, **self._traffic()))

    def _is_met(self, listing: RawListing) -> bool:
        """Tell whether the journal has the listing word for word; a mark of 64 bits stands for its words."""
        mark = hash(listing)
        if mark in self._versions:
            return True
        self._versions.add(mark)
        self._identifiers.add(listing.source_id)
        return False

    def _traffic(self) -> dict[str, Any]:
        seen, self.traffic = self.traffic, Traffic()
        return {"requests": seen.requests, "statuses": dict(seen.statuses), "refused": dict(seen.refused)}

    def _write(self, line: Line, *, is_last: bool = True) -> None:
        self._journal.write(_LINE.dump_json(line, exclude_defaults=True) + b"\n")
        if is_last:
            self._journal.flush()
        self._settle(line)

    def _remember(self, line: Line) -> None:
        for listing in line.listings:
            self._is_met(listing)
        self._settle(line)
        if line.outcome == "failed":
            self._settled.discard(_key(line.visit))

    def _settle(self, line: Line) -> None:
        key = _key(line.visit)
        self._planned.setdefault(key, line.visit)
        self._settled.add(key)
        for visit in line.visits:
            self._planned.setdefault(_key(visit), visit)
        self.pages += line.outcome == "read" and not line.is_part
        self.listings = len(self._identifiers)
        self.requests += line.requests


def _key(visit: Visit) -> str:
    """Return the address as far as it tells one page from another."""
    try:
        return str(canonicalize_url(visit.address))
    except ValueError:  # no address at all, and like no other
        return visit.address


def _drop_torn_end(journal: Path) -> None:
    with journal.open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - 65_536)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                file.truncate(start + newline + 1)
                return
            end = start
        file.truncate(0)


def _drop_open_parts(journal: Path) -> None:
    """Drop the parts of a page whose last line does not stand."""
    whole = end = 0
    with journal.open("rb+") as lines:
        for line in lines:
            end += len(line)
            whole = whole if _PART in line else end
        lines.truncate(whole)


def read_journal(journal: Path) -> Iterator[Line]:
    """Read the lines of a journal in the order in which pages arrived."""
    with journal.open("rb") as lines:
        for line in lines:
            yield _LINE.validate_json(line)
