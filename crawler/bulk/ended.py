"""Read the report of deactivated NPIs: a sheet of two columns, published as a workbook; a plain table is read too."""

import csv
import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]

from crawler.readers.raw import ReaderError

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_WORDS = "xl/sharedStrings.xml"
_NPI = re.compile(r"\d{10}")
_LAST_ROWS_NEEDED = 2
_FIRST_DAY_OF_SHEETS = dt.date(1899, 12, 30)
_ENGLISH_DATE = "%m/%d/%Y"

Ended = tuple[str, dt.date | None]


def read_ended(file: Path, name: str) -> Iterator[Ended]:
    """Yield each deactivated NPI and the day of it, ``None`` where no day stands beside it.

    The first lines, a title and the head, are passed over like any other without an NPI.

    Raises
    ------
    ReaderError
        The file is no such workbook or table, or names no NPI at all.

    """
    found = False
    for npi, day in _cells_of(file, name):
        if _NPI.fullmatch(npi.removesuffix(".0")):
            found = True
            yield npi.removesuffix(".0"), _day_of(day)
    if not found:
        raise ReaderError(f"{name} names no NPI of ten digits; expected the report of deactivated NPIs.")


def _cells_of(file: Path, name: str) -> Iterator[tuple[str, str]]:
    """Yield the first two cells of every row as text."""
    try:
        if file.suffix.casefold() == ".csv":
            with file.open(encoding="utf-8-sig", newline="") as lines:
                for row in csv.reader(lines):
                    yield from [(row[0].strip(), row[1].strip())] if len(row) >= _LAST_ROWS_NEEDED else []
            return
        with zipfile.ZipFile(file) as book:
            sheet = next((one for one in sorted(book.namelist()) if _SHEET.fullmatch(one)), None)
            if sheet is None:
                raise ReaderError(f"{name} is a workbook without a sheet; download it again.")
            words = list(_shared(book)) if _WORDS in book.namelist() else []
            yield from _rows(book, sheet, words)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, UnicodeDecodeError, csv.Error, IndexError, ValueError) as fault:
        if isinstance(fault, ReaderError):
            raise
        raise ReaderError(f"{name} is neither a workbook nor a table ({fault}); download it again.") from fault


def _elements(book: zipfile.ZipFile, member: str, tag: str) -> Iterator[etree._Element]:
    """Yield the elements of a name, each forgotten once it was read; entities are not followed."""
    with book.open(member) as opened:
        for _, element in etree.iterparse(
            opened, tag=f"{{*}}{tag}", resolve_entities=False, no_network=True, huge_tree=False
        ):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _text(element: etree._Element) -> str:
    return "".join(part.text or "" for part in element.iter("{*}t"))


def _shared(book: zipfile.ZipFile) -> Iterator[str]:
    return (_text(element) for element in _elements(book, _WORDS, "si"))


def _rows(book: zipfile.ZipFile, sheet: str, words: list[str]) -> Iterator[tuple[str, str]]:
    for row in _elements(book, sheet, "row"):
        cells = {re.sub(r"\d", "", cell.get("r") or ""): _cell(cell, words) for cell in row.iter("{*}c")}
        yield cells.get("A", "").strip(), cells.get("B", "").strip()


def _cell(cell: etree._Element, words: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return _text(cell)
    value = next((part.text or "" for part in cell.iter("{*}v")), "")
    return words[int(value)] if cell.get("t") == "s" and value else value


def _day_of(stated: str) -> dt.date | None:
    """Return a day written in English or ISO order, or counted as sheets count days."""
    for pattern in (_ENGLISH_DATE, "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(stated[:10], pattern).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    days = stated.removesuffix(".0")
    return _FIRST_DAY_OF_SHEETS + dt.timedelta(days=int(days)) if re.fullmatch(r"\d{5}", days) else None
