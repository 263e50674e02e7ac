"""A table of commas on disk: its head is read here, its rows by DuckDB; columns are found by name, never by place."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from crawler.readers.raw import ReaderError

_HEAD_MOST_BYTES = 1_000_000
_MEMORY = "1GB"
_NO_SUCH_COLUMN = "NULL::VARCHAR"


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def among(texts: Iterable[str]) -> str:
    """Return texts as SQL lists them, sorted."""
    return "(" + ", ".join(literal(text) for text in sorted(texts)) + ")"


def connected(work: Path) -> duckdb.DuckDBPyConnection:
    """Open a database in memory that fetches nothing and puts what is too large into the work folder."""
    database = duckdb.connect(
        config={
            "memory_limit": _MEMORY,
            "temp_directory": str(work / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
        }
    )
    database.execute("SET enable_progress_bar = false")  # it would be drawn between our own lines
    return database


@dataclass(frozen=True)
class Table:
    """A file with a head.

    Attributes
    ----------
    name
        What the user calls it, in messages: it may have been unpacked from an archive.
    places
        The place of every column by its name, written small and without blanks, hyphens and the like.

    """

    file: Path
    name: str
    places: Mapping[str, int]
    width: int

    def column(self, name: str) -> str:
        """Return SQL for a column's text: stripped, ``NULL`` where it is empty or where the file lacks the column."""
        place = self.places.get(_folded(name))
        return _NO_SUCH_COLUMN if place is None else f"nullif(trim(c{place}), '')"

    def bare(self, name: str) -> str:
        """Return SQL for a column as it stands, for comparing millions of cells."""
        return f"c{self.places[_folded(name)]}"

    def has(self, name: str) -> bool:
        """Tell whether the file has a column."""
        return _folded(name) in self.places

    def rows(self, *, are_rejects_kept: bool = False) -> str:
        """Return SQL for its rows; lines that are none are passed over, and kept apart where that is wanted."""
        columns = "{" + ", ".join(f"c{place}: 'VARCHAR'" for place in range(self.width)) + "}"
        faults = "store_rejects = true" if are_rejects_kept else "ignore_errors = true"
        return (
            f"read_csv({literal(as_is(self.file))}, columns = {columns}, header = true, auto_detect = false, "
            f"delim = ',', quote = '\"', escape = '\"', {faults})"
        )


def as_is(file: Path) -> str:
    """Return a path in which nothing stands for other files' names."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(file))


def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def opened(file: Path, name: str, needed: Iterable[str]) -> Table:
    """Read the head of a file.

    Raises
    ------
    ReaderError
        It has no head, or one without a needed column: names the file and what was found.

    """
    with file.open("rb") as bytes_of:
        line = bytes_of.readline(_HEAD_MOST_BYTES)
    try:
        head = next(csv.reader([line.decode("utf-8-sig")]), [])
    except (UnicodeDecodeError, csv.Error) as fault:
        raise ReaderError(f"{name} is not a table of commas and quotes ({fault}); download it again.") from fault
    table = Table(file, name, {_folded(one): place for place, one in reversed(list(enumerate(head)))}, len(head))
    missing = [one for one in needed if not table.has(one)]
    if missing:
        found = ", ".join(map(repr, head[:6])) or "nothing"
        raise ReaderError(
            f"{name} lacks the columns {', '.join(map(repr, missing))}, and begins with {found:.300}; expected a file "
            "of the NPPES dissemination."
        )
    return table


def run(database: duckdb.DuckDBPyConnection, sql: str, name: str) -> list[tuple[Any, ...]]:
    """Run a statement about a file and return its rows.

    Raises
    ------
    ReaderError
        DuckDB cannot read the file, or has no room for what it must put aside.

    """
    try:
        return database.execute(sql).fetchall()
    except duckdb.Error as fault:
        words = " ".join(str(fault).split())
        raise ReaderError(f"{name} cannot be read: {words:.300}; download it again, or make room.") from fault


def rejected(database: duckdb.DuckDBPyConnection) -> int:
    """Count the lines that were passed over since the last count."""
    (known,) = database.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchall()
    if not known[0]:
        return 0
    ((count,),) = database.execute("SELECT count(DISTINCT (scan_id, file_id, line)) FROM reject_errors").fetchall()
    database.execute("DELETE FROM reject_errors")
    return int(count)
