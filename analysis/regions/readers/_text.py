"""Published text files with a head and separators, plain or alone in an archive: whole, or one sentence says why not.

The cells wanted are read by Arrow, which is quick and keeps nothing else. It passes over some faults, so whatever looks
like one is looked at again row by row, and that says what is wrong and where.
"""

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute
from pyarrow import csv as arrow_csv

from analysis.promise import TableError
from analysis.regions.readers._faults import check_columns, damaged

_STEP = 1 << 20
_BLOCK = 4 << 20
_LINE_ENDS = b"\r\n"
_EMPTY_LINES = (b"\n\n", b"\n\r\n", b"\r\r")
_ARROW_NAMES = {"utf-8-sig": "utf8", "latin-1": "latin-1"}
_FAULTS = (OSError, UnicodeDecodeError, csv.Error, zipfile.BadZipFile, zlib.error, EOFError)


def read_text(
    file: Path,
    form: str,
    columns: Sequence[str],
    encoding: str = "utf-8-sig",
    *,
    separator: str = ",",
    also: Callable[[str], bool] | None = None,
) -> pd.DataFrame:
    """Return columns of a file as text without blanks around it; ``form`` says in errors what was expected.

    Parameters
    ----------
    columns
        Those it must have; every row is checked to have a cell for each of the head, read or not.
    separator
        Cells are in quotes where they hold a comma; with another separator a quote is a letter like any other.
    also
        Tells by its name whether a further column is read where the file has it.

    Raises
    ------
    TableError
        The file is absent, empty, in another encoding, no such table, or ends inside a row.

    """
    try:
        content = _content(file)
        head = _head(content, encoding, separator)
        check_columns(file, form, head, columns)
        _check_encoding(content, encoding)
    except _FAULTS as fault:
        raise damaged(file, form, fault) from fault
    wanted = [name for name in dict.fromkeys(head) if name in columns or (also is not None and also(name))]
    twice = [name for name in wanted if head.count(name) > 1]
    if twice:
        raise TableError(f"{file} has column {twice[0]} more than once; expected {form}: download it again.")
    table = None if _is_suspect(content, separator) else _cells(content, head, wanted, encoding, separator)
    if table is None:
        _check_rows(content, file, form, encoding, separator)
        table = _cells(content, head, wanted, encoding, separator)
    if table is None:
        raise TableError(f"{file} cannot be read as {form}; download it again.")
    if not table.num_rows:
        raise TableError(f"{file} has a head but no rows; expected {form}: download it again.")
    if content[-1] not in _LINE_ENDS:
        raise TableError(f"{file} ends inside its last row; expected {form}: download it again.")
    texts = {name: compute.utf8_trim_whitespace(table.column(str(head.index(name)))) for name in wanted}
    read: pd.DataFrame = pa.table(texts).to_pandas(types_mapper={pa.string(): pd.StringDtype(na_value=np.nan)}.get)
    return read


def columns_of(file: Path) -> list[str]:
    """Return the head of a comma-separated file, as far as it can be read: which of two forms a file has."""
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            return next(csv.reader(lines), [])
    except OSError:
        return []


def first_line(file: Path) -> str:
    """Return the first line of a text file or of the one in an archive, as far as it can be read."""
    try:
        return _content(file)[:_STEP].split(b"\n", 1)[0].decode("utf-8-sig", "replace")
    except _FAULTS:
        return ""


def _content(file: Path) -> bytes:
    """Return what a file holds, or the one text file in an archive."""
    if file.suffix.lower() != ".zip":
        return file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        inside = [name for name in archive.namelist() if name.lower().endswith((".txt", ".csv"))]
        if len(inside) != 1:
            raise zipfile.BadZipFile(f"expected one text file inside, found {len(inside)}")
        return archive.read(inside[0])


def _rows(content: bytes, encoding: str, separator: str) -> Iterator[list[str]]:
    lines = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    if separator == ",":
        return csv.reader(lines, strict=True)
    return csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)


def _head(content: bytes, encoding: str, separator: str) -> list[str]:
    return [name.strip() for name in next(_rows(content, encoding, separator), [])]


def _check_encoding(content: bytes, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(content), _STEP):
        decoder.decode(content[start : start + _STEP])
    decoder.decode(b"", final=True)


def _is_suspect(content: bytes, separator: str) -> bool:
    """Whether there may be a fault that Arrow passes over: an empty line, a quote that is not closed."""
    return any(line in content for line in _EMPTY_LINES) or (separator == "," and content.count(b'"') % 2 == 1)


def _cells(
    content: bytes, head: Sequence[str], wanted: Sequence[str], encoding: str, separator: str
) -> "pa.Table | None":
    """Return the cells of columns, named by their place in the head; None where a row is not as the head says."""
    faults: list[arrow_csv.InvalidRow] = []

    def passed_over(row: arrow_csv.InvalidRow) -> str:
        faults.append(row)
        return "skip"

    places = [str(head.index(name)) for name in wanted]
    names = [str(place) for place in range(len(head))]
    is_quoted = separator == ","
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(
                column_names=names,
                skip_rows_after_names=1,
                encoding=_ARROW_NAMES.get(encoding, encoding),
                block_size=_BLOCK,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator,
                quote_char='"' if is_quoted else False,
                newlines_in_values=is_quoted,
                ignore_empty_lines=False,
                invalid_row_handler=passed_over,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(places, pa.string()), include_columns=places, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return None if faults else table


def _check_rows(content: bytes, file: Path, form: str, encoding: str, separator: str) -> None:
    """Refuse a file with a row that is not as the head says, or with none; slowly, to say which."""
    rows = _rows(content, encoding, separator)
    width = len(next(rows, []))
    number = 1
    try:
        for number, row in enumerate(rows, start=2):
            if len(row) != width:
                raise TableError(
                    f"{file}, row {number}: {len(row)} cells, expected {width} of {form}; it was cut short or saved "
                    "anew: download it again."
                )
    except _FAULTS as fault:
        raise damaged(file, form, fault) from fault
    if number == 1:
        raise TableError(f"{file} has a head but no rows; expected {form}: download it again.")
