"""A table of minutes between origins and destinations, in Parquet, read in pieces: OpenTimes, r5, or named columns.

Layouts as their publishers document them (read 26.11.2026): OpenTimes' README (``origin_id, destination_id`` as text,
``duration_sec``; folders ``version=/mode=/year=/geography=/state=``), r5r's ``travel_time_matrix`` (``from_id, to_id,
travel_time_p50``, minutes) and r5py's (``travel_time``, empty where there is no way).
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.promise import TableError
from analysis.travel_choice import MinutesColumns

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

LAYOUTS: dict[str, MinutesColumns] = {
    "opentimes": MinutesColumns(origin="origin_id", destination="destination_id", seconds="duration_sec"),
    "r5r": MinutesColumns(origin="from_id", destination="to_id", minutes="travel_time_p50"),
    "r5py": MinutesColumns(origin="from_id", destination="to_id", minutes="travel_time"),
}
"""Columns that are recognised, in this order."""

_ROWS = 1 << 18
_PIECE_BYTES = 1 << 20
_THREAD_MB = 64
"""Memory that each thread of DuckDB wants for itself."""
_TEXT = ("VARCHAR",)


@dataclass(frozen=True)
class MinutesFile:
    """A Parquet file or a folder of them.

    Attributes
    ----------
    place
        File or folder; of a folder every ``*.parquet`` below it.
    columns
        What its columns are called; recognised where not said.
    partitions
        Folders ``key=value`` to keep to.
    memory_mb
        What DuckDB may use; more is spilled to disk.

    """

    place: Path
    columns: MinutesColumns | None = None
    partitions: dict[str, str] = field(default_factory=dict)
    memory_mb: int = 512

    @property
    def files(self) -> list[Path]:
        """The files in order; ``TableError`` where there is none."""
        found = [self.place] if self.place.is_file() else sorted(self.place.rglob("*.parquet"))
        wanted = {f"{key}={value}" for key, value in self.partitions.items()}
        kept = [file for file in found if wanted <= set(file.parts)]
        if not kept:
            below = f" below {', '.join(sorted(wanted))}" if wanted else ""
            raise TableError(
                f"minutes table {str(self.place)!r}: no Parquet file is there{below}; give a file or a folder of them."
            )
        return kept

    @property
    def sha256(self) -> str:
        """Checksum of the bytes of all files, each after its name below the folder."""
        digest = hashlib.sha256()
        for file in self.files:
            if file != self.place:
                digest.update(file.relative_to(self.place).as_posix().encode())
            with file.open("rb") as stream:
                while piece := stream.read(_PIECE_BYTES):
                    digest.update(piece)
        return digest.hexdigest()

    def layout(self) -> MinutesColumns:
        """Return what the columns are called.

        Raises
        ------
        TableError
            A column that was named is absent, or none of the layouts is recognised.

        """
        with self.connected() as database:
            return self._layout(database)

    def pieces(self, origins: pa.Array, destinations: pa.Array) -> Iterator[tuple[Indices, Indices, Floats]]:
        """Yield positions of known origins and destinations and their minutes; missing minutes are NaN.

        Parameters
        ----------
        origins, destinations
            Ids as text; a destination that is named twice gives its pairs twice.

        """
        with self.connected() as database:
            try:
                yield from self._pieces(database, origins, destinations)
            except duckdb.Error as fault:
                said = " ".join(str(fault).split("\n")[0].split())
                raise TableError(f"{self.place}: its minutes cannot be read ({said}); expected numbers.") from fault

    def _pieces(
        self, database: duckdb.DuckDBPyConnection, origins: pa.Array, destinations: pa.Array
    ) -> Iterator[tuple[Indices, Indices, Floats]]:
        for batch in self.rows(database, origins, destinations).to_arrow_reader(_ROWS):
            if batch.num_rows:
                origin, destination = (batch.column(n).to_numpy().astype(np.int64) for n in (0, 1))
                yield origin, destination, batch.column(2).to_numpy(zero_copy_only=False).astype(np.float64)

    def rows(
        self, database: duckdb.DuckDBPyConnection, origins: pa.Array, destinations: pa.Array
    ) -> duckdb.DuckDBPyRelation:
        """Return ``origin, destination`` as positions and ``minutes`` of the pairs both of whose ends are known."""
        columns = self._layout(database)
        for name, ids in (("origins", origins), ("destinations", destinations)):
            known = pa.table({"id": ids.cast(pa.string()), "position": pa.array(range(len(ids)), pa.int32())})
            database.register(f"known_{name}", known)
        unit = f"{_quoted(columns.minutes)}" if columns.minutes else f"{_quoted(columns.seconds or '')} / 60"
        return (
            self._table(database)
            .project(
                f"CAST({_quoted(columns.origin)} AS VARCHAR) AS origin_id, "
                f"CAST({_quoted(columns.destination)} AS VARCHAR) AS destination_id, "
                f"CAST({unit} AS DOUBLE) AS minutes"
            )
            .set_alias("told")
            .join(database.table("known_origins").set_alias("o"), "told.origin_id = o.id")
            .join(database.table("known_destinations").set_alias("d"), "told.destination_id = d.id")
            .project("o.position AS origin, d.position AS destination, told.minutes AS minutes")
        )

    def known(self, database: duckdb.DuckDBPyConnection, ids: pa.Array, *, as_origins: bool) -> set[str]:
        """Return which ids the table has at all, as origins or as destinations."""
        columns = self._layout(database)
        column = _quoted(columns.origin if as_origins else columns.destination)
        database.register("asked", pa.table({"id": ids.cast(pa.string())}))
        told = self._table(database).project(f"CAST({column} AS VARCHAR) AS id").distinct()
        return {one for (one,) in told.join(database.table("asked"), "id").fetchall()}

    def has_numeric_ids(self) -> bool:
        """Tell whether ids are held as numbers, which lose zeros in front."""
        with self.connected() as database:
            columns, kinds = self._layout(database), self._kinds(database)
            return any(kinds[name] not in _TEXT for name in (columns.origin, columns.destination))

    def connected(self, scratch: Path | None = None) -> "closing[duckdb.DuckDBPyConnection]":
        """Return a database in memory that spills what is more than ``memory_mb`` to a folder, if there is one."""
        database = duckdb.connect()
        threads = max(1, min(os.cpu_count() or 1, self.memory_mb // _THREAD_MB))
        database.execute(f"SET memory_limit = '{int(self.memory_mb)}MB'")
        database.execute(f"SET threads = {threads}")
        database.execute("SET preserve_insertion_order = false")
        database.execute("SET enable_progress_bar = false")  # it would be on standard output, among the results
        database.execute("SET temp_directory = $folder", {"folder": "" if scratch is None else str(scratch)})
        return closing(database)

    def _table(self, database: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        try:
            return database.read_parquet(
                [str(file) for file in self.files], hive_partitioning=False, union_by_name=True
            )
        except duckdb.Error as fault:
            raise TableError(
                f"minutes table {str(self.place)!r} is no sound Parquet ({str(fault).splitlines()[0]}); make or "
                "download it again."
            ) from fault

    def _kinds(self, database: duckdb.DuckDBPyConnection) -> dict[str, str]:
        table = self._table(database)
        return dict(zip(table.columns, map(str, table.types), strict=True))

    def _layout(self, database: duckdb.DuckDBPyConnection) -> MinutesColumns:
        found = self._kinds(database)
        for columns in LAYOUTS.values() if self.columns is None else (self.columns,):
            if all(name in found for name in columns.model_dump(exclude_none=True).values()):
                return columns
        wanted = ", ".join(self.columns.model_dump(exclude_none=True).values()) if self.columns else (
            "OpenTimes' origin_id, destination_id, duration_sec or r5's from_id, to_id, travel_time_p50"
        )  # fmt: skip
        raise TableError(
            f"minutes table {str(self.place)!r} has the columns {', '.join(found)}; expected {wanted}; say with "
            "'columns' which is which."
        )


def _quoted(name: str) -> str:
    """Return a name as DuckDB takes any name."""
    return '"' + name.replace('"', '""') + '"'
