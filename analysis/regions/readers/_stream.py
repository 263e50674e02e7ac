"""Rows of a text file too big to be held: those that are chosen, read in parts."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute
from pyarrow import csv as arrow_csv

from analysis.promise import TableError
from analysis.regions.readers._faults import check_columns, damaged

_BLOCK = 4 << 20
_LOOKED_AT = 1 << 20


def head_of(file: Path, form: str, separator: str) -> list[str]:
    """Return the names of the columns.

    Raises
    ------
    TableError
        The file is absent or its first line is no text.

    """
    try:
        with file.open("rb") as stream:
            line = stream.readline(_LOOKED_AT).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise damaged(file, form, fault) from fault
    return [name.strip() for name in line.rstrip("\r\n").split(separator)] if line else []


def read_chosen(
    file: Path, form: str, key: str, columns: Sequence[str], pattern: str, separator: str
) -> tuple[pd.DataFrame, int]:
    """Return rows whose ``key`` fits a pattern, cells as text, and how many rows the file has.

    The index says how many rows are above. There are no quotes; every row is checked to have a cell for each name.

    Raises
    ------
    TableError
        The file is damaged, ends inside a row, has no rows, or none that fit.

    """
    head = head_of(file, form, separator)
    check_columns(file, form, head, [key, *columns])
    kept, rows = [], 0
    try:
        for batch in _batches(file, head, [key, *columns], separator):
            kept.append(_fitting(batch, key, pattern, rows))
            rows += batch.num_rows
    except (pa.ArrowInvalid, OSError) as fault:
        raise _fault(file, form, len(head), separator, fault) from fault
    with file.open("rb") as opened:
        opened.seek(-1, 2)
        if opened.read(1) not in b"\r\n":
            raise TableError(f"{file} ends inside its last row; expected {form}: download it again.")
    if not rows:
        raise TableError(f"{file} has a head but no rows; expected {form}: download it again.")
    table = pa.concat_tables(kept)
    if not table.num_rows:
        raise TableError(f"{file}: no {key} is of the form {pattern}; expected {form}: download that file.")
    texts: pd.DataFrame = table.to_pandas(types_mapper={pa.string(): pd.StringDtype(na_value=np.nan)}.get)
    return texts.set_index(""), rows


def _batches(file: Path, head: Sequence[str], wanted: Sequence[str], separator: str) -> arrow_csv.CSVStreamingReader:
    return arrow_csv.open_csv(
        file,
        read_options=arrow_csv.ReadOptions(column_names=list(head), skip_rows_after_names=1, block_size=_BLOCK),
        parse_options=arrow_csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()), include_columns=list(wanted), strings_can_be_null=False
        ),
    )


def _fitting(batch: pa.RecordBatch, key: str, pattern: str, above: int) -> pa.Table:
    """Return the rows whose key fits, with how many are above each; an empty line is a row without a key."""
    if compute.any(compute.equal(batch.column(key), "")).as_py():
        raise pa.ArrowInvalid(f"{key} is empty")
    fits = compute.match_substring_regex(batch.column(key), pattern)
    places = pa.array(np.flatnonzero(fits.to_numpy(zero_copy_only=False)))
    return pa.Table.from_batches([batch.take(places)]).append_column("", compute.add(places, above))


def _fault(file: Path, form: str, width: int, separator: str, fault: Exception) -> TableError:
    """Return what is wrong with a file: the first row of another length, else what the reader says."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for number, row in enumerate(csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE), start=1):
                if len(row) != width:
                    return TableError(
                        f"{file}, row {number}: {len(row)} cells, expected {width} of {form}; it was cut short or "
                        "saved anew: download it again."
                    )
    except (OSError, UnicodeDecodeError, csv.Error) as worse:
        return damaged(file, form, worse)
    return damaged(file, form, fault)
