"""Is a file what the catalogue promises: no web page, the columns needed, as many rows; whatever it says."""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyogrio
from python_calamine import CalamineError, CalamineWorkbook

from analysis.regions.fetchable import Fetchable, FetchError

_PAGE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_LOOKED_AT = 4096
_TITLE_LETTERS = 80
_ABOUT = 0.1


def check(one: Fetchable, file: Path) -> int:
    """Return how many rows a file has, if it is what the catalogue promises.

    Raises
    ------
    FetchError
        It is a web page, empty, damaged, cut short, lacks a column or has another number of rows.

    """
    with file.open("rb") as stream:
        start = stream.read(_LOOKED_AT)
    if not start:
        raise FetchError(f"dataset {one.name!r}: {file.name} is empty; expected {one.title}; try again later.")
    if _PAGE.match(start):
        raise FetchError(
            f"dataset {one.name!r}: a web page{_titled(start)} came instead of {file.name}; open "
            f"{one.entry['address']} in a browser to see what the publisher says."
        )
    columns, rows = _FORMS[one.how.form](one, file)
    absent = [name for name in one.entry["columns"] if name not in columns and name != "geometry"]
    if absent:
        raise FetchError(
            f"dataset {one.name!r}: {file.name} lacks column {', '.join(map(repr, absent))}; found "
            f"{', '.join(columns[:8])} and so on ({len(columns)}): the publisher changed the layout, and the catalogue "
            "entry and its reader must follow."
        )
    _counted(one, file, rows)
    return rows


def _counted(one: Fetchable, file: Path, rows: int) -> None:
    promised = int(one.entry["rows"])
    slack = _ABOUT * promised if one.how.rows_are == "about" else 0
    most = float("inf") if one.how.rows_are == "at least" else promised + slack
    if not promised - slack <= rows <= most:
        meant = "" if one.how.rows_are == "exact" else f"{one.how.rows_are} "
        trouble = "it was cut short" if rows < promised else "it is another edition"
        raise FetchError(
            f"dataset {one.name!r}: {file.name} has {rows:,} rows, expected {meant}{promised:,}: {trouble}, or the "
            "publisher changed it and the catalogue entry must follow."
        )


def _text(one: Fetchable, file: Path) -> tuple[list[str], int]:
    try:
        with _opened(file) as stream:
            text = io.TextIOWrapper(stream, encoding=one.how.encoding, newline="")
            if one.how.separator == ",":
                return _table(one, file, csv.reader(text))
            return _table(one, file, csv.reader(text, delimiter=one.how.separator, quoting=csv.QUOTE_NONE))
    except UnicodeDecodeError as fault:
        raise FetchError(
            f"dataset {one.name!r}: {file.name} is not text in {one.how.encoding} ({fault.reason}); it is damaged, or "
            "the publisher changed its encoding."
        ) from fault
    except (csv.Error, zipfile.BadZipFile, zlib.error, EOFError) as fault:
        raise _damaged(one, file, fault) from fault


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    """Open a text file, or the one text file in an archive."""
    if file.suffix != ".zip":
        with file.open("rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(file) as archive:
        inside = [name for name in archive.namelist() if name.lower().endswith((".txt", ".csv"))]
        if len(inside) != 1:
            raise zipfile.BadZipFile(f"expected one text file inside, found {len(inside)}")
        with archive.open(inside[0]) as member:
            yield member


def _table(one: Fetchable, file: Path, lines: Iterable[list[str]]) -> tuple[list[str], int]:
    """Return the names of the columns and the number of rows; a last row without all its values is a cut."""
    left = iter(lines)
    for _ in range(one.how.lines_above):
        next(left, None)
    columns = [str(name).strip() for name in next(left, [])]
    named = len(columns) - next((place for place, name in enumerate(reversed(columns)) if name), 0)
    rows, last = 0, columns
    for line in left:
        if any(line):
            rows, last = rows + 1, line
    if len(last) < named:  # some publishers end the names, but not the rows, with a separator
        raise FetchError(
            f"dataset {one.name!r}: the last row of {file.name} has {len(last)} values instead of {named}: it "
            "was cut short; fetch it again."
        )
    return columns, rows


def _shapefile(one: Fetchable, file: Path) -> tuple[list[str], int]:
    try:
        with zipfile.ZipFile(file) as archive:
            if (broken := archive.testzip()) is not None:
                raise _damaged(one, file, zipfile.BadZipFile(f"{broken} in it is damaged"))
        told = pyogrio.read_info(file)
    except (zipfile.BadZipFile, zlib.error, EOFError, pyogrio.errors.DataSourceError) as fault:
        raise _damaged(one, file, fault) from fault
    return [str(name) for name in told["fields"]], int(told["features"])


def _workbook(one: Fetchable, file: Path) -> tuple[list[str], int]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes()))  # told by content, not by name
        sheet = one.how.sheet or book.sheet_names[0]
        lines = book.get_sheet_by_name(sheet).to_python()
    except CalamineError as fault:
        raise _damaged(one, file, fault) from fault
    return _table(one, file, ([str(value) for value in line] for line in lines))


def _geojson(one: Fetchable, file: Path) -> tuple[list[str], int]:
    try:
        features = json.loads(file.read_bytes())["features"]
        columns = {str(name): None for feature in features for name in feature["properties"]}
        bare = sum(feature["geometry"] is None for feature in features)
    except (ValueError, KeyError, TypeError) as fault:
        raise _damaged(one, file, fault) from fault
    if bare:
        raise _damaged(one, file, ValueError(f"{bare} of {len(features)} have no outline"))
    return list(columns), len(features)


_FORMS = {"text": _text, "shapefile": _shapefile, "workbook": _workbook, "geojson": _geojson}


def _damaged(one: Fetchable, file: Path, fault: Exception) -> FetchError:
    said = " ".join(str(fault).split()).rstrip(".").replace(str(file), file.name)
    return FetchError(
        f"dataset {one.name!r}: {file.name} is damaged or no {one.how.form} ({said}); fetch it again, and if that does "
        f"not help open {one.entry['address']} in a browser."
    )


def _titled(page: bytes) -> str:
    title = _TITLE.search(page)
    said = "" if title is None else " ".join(title.group(1).decode("utf-8", "replace").split())
    return f" ({said[:_TITLE_LETTERS]!r})" if said else ""
