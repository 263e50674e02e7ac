"""Answers of routing servers kept on disk: a block is asked for once, so an interrupted run goes on where it ended.

The file holds no coordinates, only a hash of what was asked.
"""

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.access.osrm_server import TravelServerError
from analysis.access.osrm_table import Answer

CACHE_FILE = "travel.sqlite"
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    asked TEXT PRIMARY KEY, answered_on TEXT NOT NULL, origins INTEGER NOT NULL, sites INTEGER NOT NULL,
    numbers BLOB NOT NULL, data_version TEXT
)
"""
_GET = "SELECT origins, sites, numbers, data_version FROM answers WHERE asked = ?"
_PUT = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Answers:
    """The answers of one server and profile, told apart by what was asked."""

    folder: Path
    server: str

    def get(self, path: str, shape: tuple[int, int]) -> Answer | None:
        """Return the answer there is, or ``None``."""
        with self._open() as database:
            row = database.execute(_GET, (self._key(path),)).fetchone()
        if row is None or tuple(row[:2]) != shape or len(row[2]) != 8 * (shape[0] * shape[1] + sum(shape)):
            return None  # a damaged answer is asked for again
        numbers = np.frombuffer(row[2], dtype="<f8")
        minutes, moved = numbers[: shape[0] * shape[1]], numbers[shape[0] * shape[1] :]
        return Answer(minutes.reshape(shape), moved[: shape[0]], moved[shape[0] :], row[3])

    def keep(self, path: str, answer: Answer) -> None:
        """Keep an answer at once."""
        numbers = np.concatenate((answer.minutes.ravel(), answer.origin_moved_km, answer.site_moved_km))
        today = dt.datetime.now(dt.UTC).date().isoformat()
        row = (self._key(path), today, *answer.minutes.shape, numbers.astype("<f8").tobytes(), answer.data_version)
        with self._open() as database, database:
            database.execute(_PUT, row)

    def _key(self, path: str) -> str:
        return hashlib.sha256(f"{self.server}\n{path}".encode()).hexdigest()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.folder / CACHE_FILE, timeout=60)) as database:
                database.execute(_TABLE)
                yield database
        except (sqlite3.Error, OSError) as fault:
            raise TravelServerError(
                f"the cache of travel minutes {str(self.folder / CACHE_FILE)!r} cannot be used ({fault}); free some "
                "space or delete that file: minutes are then asked for again."
            ) from fault
