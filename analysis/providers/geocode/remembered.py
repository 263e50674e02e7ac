"""Answers of engines kept on disk, the negative ones too: an address is asked for once.

The file holds no address, only its hash with the point. A hash of an address can be guessed by trying addresses, so the
file is as private as the crawl it serves.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from analysis.providers.geocode.address import Address
from analysis.providers.geocode.engine import Answers, EngineError, Match

CACHE_FILE = "geocode.sqlite"
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    engine TEXT NOT NULL, address TEXT NOT NULL, answered_on TEXT NOT NULL,
    latitude REAL, longitude REAL, precision_km REAL, method TEXT,
    PRIMARY KEY (engine, address)
) WITHOUT ROWID
"""
_PUT = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)"
_GET = "SELECT latitude, longitude, precision_km, method FROM answers WHERE engine = ? AND address = ?"


class Remembered:
    """The answers of one engine in a folder."""

    def __init__(self, folder: Path, engine: str) -> None:
        self._file = folder / CACHE_FILE
        self._engine = engine

    def known(self, addresses: Iterable[Address]) -> dict[Address, Match | None]:
        """Return the answers there are; addresses without one are absent."""
        found: dict[Address, Match | None] = {}
        with self._open() as database:
            for address in addresses:
                row = database.execute(_GET, (self._engine, address.key)).fetchone()
                if row is not None:
                    found[address] = None if row[0] is None else Match(*row)
        return found

    def keep(self, answers: Answers) -> None:
        """Keep some answers, all or none."""
        today = dt.datetime.now(dt.UTC).date().isoformat()
        rows = [
            (self._engine, address.key, today)
            + ((match.latitude, match.longitude, match.precision_km, match.method) if match else (None,) * 4)
            for address, match in answers.items()
        ]
        with self._open() as database, database:
            database.executemany(_PUT, rows)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=60)) as database:
                database.execute(_TABLE)
                yield database
        except (sqlite3.Error, OSError) as fault:
            raise EngineError(
                f"the cache of geocoded addresses {str(self._file)!r} cannot be used ({fault}); free some space or "
                "delete that file: addresses are then asked for again."
            ) from fault
