"""The only reader and writer of table files: Parquet, GeoParquet, DuckDB, CSV, datapackage.json, data dictionary.

A build folder holds one Parquet file a public table, the restricted tables in ``restricted/``, and the same public
tables as CSV and in ``therapygap.duckdb``. It is written to a temporary folder beside its place and moved there whole,
so a build that dies leaves the previous one untouched.
"""

import csv
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import geopandas as gpd
import pandas as pd

from analysis.promise import Column, Table, TableError, promised
from analysis.tables import TABLES

RESTRICTED = "restricted"
DATABASE = "therapygap.duckdb"
_PARTIAL, _RETIRED = ".partial", ".retired"
_STALE_SECONDS = 6 * 60 * 60
"""Age from which an unfinished folder is taken for one of a killed build, not of one still running."""

_SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "day": "DATE",
    "moment": "TIMESTAMP",
}
_FRICTIONLESS_TYPES = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "flag": "boolean",
    "day": "date",
    "moment": "datetime",
}


class StoreError(ValueError):
    """A build folder is absent, incomplete or cannot be written."""


def table_file(build: Path, table: Table) -> Path:
    """Return where a table's Parquet file lies in a build folder."""
    folder = build if table.is_public else build / RESTRICTED
    return folder / f"{table.name}.parquet"


def read_table(build: Path, table: Table) -> pd.DataFrame:
    """Read one table of a build; a GeoDataFrame where it has outlines.

    Raises
    ------
    StoreError
        The build has no such table.
    TableError
        The file lacks a promised column.

    """
    file = table_file(build, table)
    if not file.is_file():
        raise StoreError(f"{file} does not exist; run 'therapygap build STUDY.toml' or 'therapygap demo' first.")
    frame = gpd.read_parquet(file) if table.has_geometry else pd.read_parquet(file)
    absent = [name for name in table.names if name not in frame.columns]
    if absent:
        raise TableError(f"{file} lacks column {', '.join(map(repr, absent))}; build again with this version.")
    return frame


@contextmanager
def new_build(place: Path) -> Iterator[Path]:
    """Give an empty folder to fill; on leaving without error it takes ``place`` whole, else nothing changes.

    Leftovers of builds that were killed are put right first: a previous build that was moved aside goes back to its
    place, and unfinished folders older than six hours are removed. Folders whose name begins with a dot are never read.

    Raises
    ------
    StoreError
        The folder cannot be written (full disk, missing permission), or ``place`` holds something that is no build
        and would be lost.

    """
    fresh = place.with_name(f".{place.name}.{uuid4().hex[:8]}{_PARTIAL}")
    retired = place.with_name(f".{place.name}.{uuid4().hex[:8]}{_RETIRED}")
    try:
        _put_right(place)
        _refuse_foreign(place)
        fresh.mkdir(parents=True)
        yield fresh
        _swap(fresh, place, retired)
    except OSError as fault:
        raise StoreError(f"{_blamed(fault, place)} The previous build is untouched.") from fault
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if place.exists():  # else an interrupted swap: what was moved aside is all there is
            shutil.rmtree(retired, ignore_errors=True)


def _blamed(fault: OSError, place: Path) -> str:
    """Return what cannot be written or read, and what to do about it: the build's folder, or a file elsewhere."""
    said = fault.strerror or fault
    if isinstance(fault.filename, str) and not Path(fault.filename).is_relative_to(place.parent):
        return f"cannot use {fault.filename!r}: {said}; check that path, its permissions and free space."
    return f"cannot write {str(place)!r}: {said}; free some space or choose another folder with --out."


def _swap(fresh: Path, place: Path, retired: Path) -> None:
    """Move a finished folder into its place; whatever interrupts the move, the previous one is put back."""
    try:
        if place.exists():
            place.rename(retired)
        fresh.rename(place)
    except BaseException:
        if retired.exists() and not place.exists():
            retired.rename(place)
        raise


def _put_right(place: Path) -> None:
    """Undo what a killed build left beside ``place``."""
    retired = sorted(place.parent.glob(f".{place.name}.*{_RETIRED}"), key=lambda folder: folder.stat().st_mtime)
    if retired and not place.exists():
        retired.pop().rename(place)
    for folder in retired:
        shutil.rmtree(folder, ignore_errors=True)
    for folder in place.parent.glob(f".{place.name}.*{_PARTIAL}"):
        if time.time() - folder.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _refuse_foreign(place: Path) -> None:
    """Refuse to take the place of a file, or of a folder that holds anything but a build."""
    if place.is_dir() and (not any(place.iterdir()) or (place / DATABASE).is_file()):
        return
    if place.exists():
        raise StoreError(
            f"{str(place)!r} exists and is no build of this tool (it has no {DATABASE}), so it is not replaced; choose "
            "a new or empty folder with --out."
        )


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Give a file beside ``file`` to write; on leaving without error it takes its place, else nothing changes.

    Raises
    ------
    StoreError
        The file cannot be written: full disk or missing permission.

    """
    fresh = file.with_name(f".{file.name}.{uuid4().hex[:8]}{_PARTIAL}")
    try:
        yield fresh
        fresh.replace(file)
    except OSError as fault:
        raise StoreError(
            f"cannot write {str(file)!r}: {fault.strerror or fault}; what was there is untouched: free some space or "
            "choose another file with --out."
        ) from fault
    finally:
        fresh.unlink(missing_ok=True)


def write_tables(build: Path, frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Check every table against its promise, write all forms of it, and return the checked tables."""
    checked = {name: promised(frame, TABLES[name]) for name, frame in frames.items()}
    (build / RESTRICTED).mkdir(exist_ok=True)
    for name, frame in checked.items():
        table = TABLES[name]
        file = table_file(build, table)
        if table.has_geometry:
            gpd.GeoDataFrame(frame, geometry="geometry", crs=4326).to_parquet(
                file, index=False, compression="zstd", schema_version="1.1.0"
            )
        else:
            frame.to_parquet(file, index=False, compression="zstd")
        if table.is_public:
            _plain(frame, table).to_csv(
                build / f"{name}.csv", index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL
            )
    public = [TABLES[name] for name in checked if TABLES[name].is_public]
    _write_database(build, public)
    _write_datapackage(build, public)
    (build / "DATA_DICTIONARY.md").write_text(dictionary(public), encoding="utf-8")
    return checked


def _plain(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return a table without its outlines."""
    return pd.DataFrame(frame[[column.name for column in _plain_columns(table)]])


def _plain_columns(table: Table) -> list[Column]:
    return [column for column in table.columns if column.kind != "geometry"]


def _write_database(build: Path, tables: list[Table]) -> None:
    """Load the Parquet files into one DuckDB file with keys and comments."""
    with duckdb.connect(os.fspath(build / DATABASE)) as database:
        for table in tables:
            columns = ", ".join(
                f"{column.name} {_SQL_TYPES[column.kind]}{'' if column.missing is not None else ' NOT NULL'}"
                for column in _plain_columns(table)
            )
            names = ", ".join(column.name for column in _plain_columns(table))
            database.execute(f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY ({', '.join(table.key)}))")
            database.execute(
                f"INSERT INTO {table.name} SELECT {names} FROM read_parquet(?)",  # noqa: S608 - names from tables.py
                [os.fspath(table_file(build, table))],
            )
            database.execute(f"COMMENT ON TABLE {table.name} IS '{_quoted(table.row)}'")
            for column in _plain_columns(table):
                database.execute(f"COMMENT ON COLUMN {table.name}.{column.name} IS '{_quoted(_meaning(column))}'")


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _meaning(column: Column) -> str:
    """Return a column's meaning with unit and meaning of missing in one line."""
    unit = f" Unit: {column.unit}." if column.unit else ""
    missing = f" Missing: {column.missing}." if column.missing else ""
    return f"{column.meaning}{unit}{missing}"


def _write_datapackage(build: Path, tables: list[Table]) -> None:
    """Describe the CSV files after the Frictionless Data Package standard; ids stay text."""
    package: dict[str, Any] = {"name": "therapygap", "resources": []}
    for table in tables:
        fields = []
        for column in _plain_columns(table):
            constraints: dict[str, Any] = {"required": column.missing is None}
            if column.low is not None:
                constraints["minimum"] = column.low
            if column.high is not None:
                constraints["maximum"] = column.high
            if column.allowed:
                constraints["enum"] = list(column.allowed)
            fields.append(
                {
                    "name": column.name,
                    "type": _FRICTIONLESS_TYPES[column.kind],
                    "description": _meaning(column),
                    "constraints": constraints,
                }
            )
        package["resources"].append(
            {
                "name": table.name,
                "path": f"{table.name}.csv",
                "description": f"One row is {table.row}.",
                "encoding": "utf-8",
                "schema": {"fields": fields, "primaryKey": list(table.key), "missingValues": [""]},
            }
        )
    (build / "datapackage.json").write_text(json.dumps(package, indent=1) + "\n", encoding="utf-8")


def dictionary(tables: list[Table]) -> str:
    """Return the data dictionary of some tables as Markdown."""
    lines = ["# Data dictionary", "", "Generated from the promises each table keeps. Shares are 0-1; ids are text.", ""]
    for table in tables:
        lines += [f"## {table.name}", "", f"One row is {table.row}. Key: {', '.join(f'`{k}`' for k in table.key)}.", ""]
        if not table.is_public:
            lines += ["Restricted: describes single providers; never part of what is published.", ""]
        lines += ["| column | kind | unit | meaning | missing means |", "|---|---|---|---|---|"]
        for column in table.columns:
            allowed = f" One of: {', '.join(column.allowed)}." if column.allowed else ""
            missing = column.missing or "never missing"
            lines.append(f"| `{column.name}` | {column.kind} | {column.unit} | {column.meaning}{allowed} | {missing} |")
        lines.append("")
    return "\n".join(lines)
