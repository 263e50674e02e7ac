"""The listings a crawl found, each identifier once, on disk: a crawl of a million needs no more memory than one of ten.

Of several listings under one identifier the fullest stays, in whatever order they arrived.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter

from crawler.readers.raw import RawListing

FOUND_FILE = "found.sqlite"
_LISTING = TypeAdapter(RawListing)
_ADD = """
INSERT INTO found (source_id, day, size, listing) VALUES (?, ?, ?, ?)
ON CONFLICT (source_id) DO UPDATE SET day = excluded.day, size = excluded.size, listing = excluded.listing
WHERE (excluded.size, excluded.listing) > (found.size, found.listing)
"""


class Found:
    """A shelf of listings in a folder; it is gone when the block is left, however it is left."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FOUND_FILE
        self._file.unlink(missing_ok=True)
        self._shelf = sqlite3.connect(self._file, isolation_level=None)
        self._shelf.execute("PRAGMA journal_mode = OFF")  # nothing here outlives a crash
        self._shelf.execute("PRAGMA synchronous = OFF")
        self._shelf.execute(
            "CREATE TABLE found (source_id TEXT PRIMARY KEY, day TEXT, size INTEGER, listing BLOB) WITHOUT ROWID"
        )
        self._shelf.execute("BEGIN")

    def __enter__(self) -> Self:
        """Give the shelf."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the shelf."""
        self._shelf.close()
        self._file.unlink(missing_ok=True)

    def __len__(self) -> int:
        """Count the identifiers."""
        (count,) = self._shelf.execute("SELECT count(*) FROM found").fetchone()
        return int(count)

    def add(self, listing: RawListing, day: dt.date) -> bool:
        """Add a listing read on a day; tell whether its identifier was known already."""
        known = self._shelf.execute("SELECT 1 FROM found WHERE source_id = ?", (listing.source_id,)).fetchone()
        text = _LISTING.dump_json(listing, exclude_defaults=True)
        self._shelf.execute(_ADD, (listing.source_id, day.isoformat(), len(text), text))
        return known is not None

    def __iter__(self) -> Iterator[tuple[RawListing, dt.date]]:
        """Yield the listings with their days, in order of their identifiers."""
        for day, text in self._shelf.execute("SELECT day, listing FROM found ORDER BY source_id"):
            yield _LISTING.validate_json(text), dt.date.fromisoformat(day)
