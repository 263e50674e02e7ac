"""``therapygap query``: SQL on the tables of a build."""

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from pyarrow import csv
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from analysis.store import DATABASE, RESTRICTED, whole_file
from cli.places import build_folder


class QueryError(ValueError):
    """A query that DuckDB does not accept, or a format that needs a file."""


_WIDE = 400
"""Columns of text where there is no terminal to fit into."""

_WHOLE_FROM = 1_000
"""Larger numbers are shown whole, never as 1.7e+04."""


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def query(
    sql: Annotated[str, typer.Argument(metavar='"SELECT …"', help="A query; tables as in 'therapygap describe'.")],
    *,
    build: Annotated[Path | None, typer.Option(help="Folder of a build; default: the one finished last.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print the rows.")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="File to write; needed for parquet.")] = None,
) -> None:
    """Query the tables of a build with SQL, read-only."""
    folder = build_folder(build)
    if form is Format.PARQUET and out is None:
        raise QueryError("parquet is not text: name a file with --out.")
    with duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")  # it would be on standard output, among the rows
        database.execute(f"ATTACH '{os.fspath(folder / DATABASE)}' AS build (READ_ONLY)")
        for file in sorted((folder / RESTRICTED).glob("*.parquet")):
            database.read_parquet(os.fspath(file)).create_view(file.stem)
        database.execute("SET search_path = 'build.main,memory.main'")
        try:
            found = database.sql(sql).to_arrow_table()
        except duckdb.Error as fault:
            raise QueryError(f"the query was not understood: {str(fault).splitlines()[0]}") from fault
    _write(found, form, out)


def _write(found: pa.Table, form: Format, out: Path | None) -> None:
    """Print or write the rows of a query."""
    if form is Format.PARQUET and out is not None:
        with whole_file(out) as fresh:
            pq.write_table(found, fresh)
        return
    if form is Format.CSV:
        lines = pa.BufferOutputStream()
        csv.write_csv(found, lines, csv.WriteOptions(quoting_style="needed"))
        text = lines.getvalue().to_pybytes().decode()
    elif form is Format.JSON:
        text = json.dumps(found.to_pylist(), indent=1, default=str, ensure_ascii=False) + "\n"
    else:
        text = _grid(found, width=None if out is None and sys.stdout.isatty() else _WIDE)
    if out is not None:
        with whole_file(out) as fresh:
            fresh.write_text(text, encoding="utf-8", newline="\n")
    else:
        typer.echo(text, nl=False)


def _grid(found: pa.Table, width: int | None) -> str:
    """Return the rows as aligned text; numbers to four significant digits."""
    grid = Grid(*found.column_names, box=None, header_style="bold", pad_edge=False)
    for row in found.to_pylist():
        grid.add_row(*(Text("" if value is None else _short(value)) for value in row.values()))
    console = Console(width=width)
    with console.capture() as captured:
        console.print(grid)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:z,.4g}"
    return str(value)
