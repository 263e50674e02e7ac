"""The report of deactivated NPIs, as a workbook in the ways workbooks are written, and as a table."""

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from disseminated import MONTHLY, archive, known, person

from crawler.bulk.ended import read_ended
from crawler.readers.raw import ReaderError
from demonstration.dissemination import npi_of

_SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_TITLE = '<row r="1"><c r="A1" t="inlineStr"><is><t>NPPES Deactivated Records as of Oct 12 2026</t></is></c></row>'
ONE, TWO, THREE = npi_of(1), npi_of(2), npi_of(3)


def _book(file: Path, rows: str, words: tuple[str, ...] = ()) -> Path:
    shared = "".join(f"<si><r><t>{word[:4]}</t></r><r><t>{word[4:]}</t></r></si>" for word in words)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", f"<worksheet {_SPACE}><sheetData>{rows}</sheetData></worksheet>")
        if words:
            packed.writestr("xl/sharedStrings.xml", f"<sst {_SPACE}>{shared}</sst>")
    return file


def test_a_workbook_is_read_in_all_ways_its_cells_are_written(tmp_path: Path) -> None:
    rows = (
        _TITLE + '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>'
        '<row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3" t="s"><v>3</v></c></row>'
        f'<row r="4"><c r="A4"><v>{TWO}</v></c><c r="B4"><v>46306</v></c></row>'
        f'<row r="5"><c r="A5" t="str"><v>{THREE}</v></c></row>'
    )
    book = _book(tmp_path / "a.xlsx", rows, ("NPI", "NPPES Deactivation Date", ONE, "10/14/2026"))
    # day 46306 of sheets: 25569 is 1 January 1970, and 20737 days later is 11 October 2026
    assert list(read_ended(book, "a")) == [(ONE, dt.date(2026, 10, 14)), (TWO, dt.date(2026, 10, 11)), (THREE, None)]


def test_a_workbook_in_an_archive_ends_whom_it_names(tmp_path: Path) -> None:
    archive(tmp_path, MONTHLY, map(person, range(1, 4)))
    row = f'<row r="2"><c r="A2"><v>{TWO}</v></c><c r="B2" t="str"><v>10/12/2026</v></c></row>'
    book = _book(tmp_path / "book", _TITLE + row)
    with zipfile.ZipFile(tmp_path / "NPPES_Deactivated_NPI_Report_101226.zip", "w") as packed:
        packed.write(book, "NPPES Deactivated NPI Report 20261012.xlsx")
    assert {npi for npi, one in known(tmp_path).items() if one.is_active is False} == {TWO}


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("a.xlsx", b"PK", "neither a workbook nor a table"),
        ("a.csv", b"NPI,NPPES Deactivation Date\n", "names no NPI of ten digits"),
        ("a.csv", b"\xff\xff,\xff\n", "neither a workbook nor a table"),
    ],
)
def test_a_report_that_is_none_is_one_sentence(tmp_path: Path, name: str, body: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(ReaderError, match=said):
        list(read_ended(tmp_path / name, "the report"))


def test_a_workbook_cannot_make_the_reader_fetch_or_swell(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(ONE)
    entities = f'<!DOCTYPE x [<!ENTITY a SYSTEM "{(tmp_path / "secret").as_uri()}"><!ENTITY b "{TWO}">]>'
    rows = '<row r="1"><c r="A1"><v>&a;</v></c></row><row r="2"><c r="A2"><v>&b;</v></c></row>'
    book = tmp_path / "a.xlsx"
    with zipfile.ZipFile(book, "w") as packed:
        packed.writestr("xl/worksheets/sheet1.xml", f"{entities}<worksheet {_SPACE}>{rows}</worksheet>")
    with pytest.raises(ReaderError, match="names no NPI"):
        list(read_ended(book, "the report"))


def test_a_workbook_without_a_sheet_or_with_words_it_lacks(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as packed:
        packed.writestr("docProps/app.xml", "<a/>")
    with pytest.raises(ReaderError, match="without a sheet"):
        list(read_ended(tmp_path / "a.xlsx", "the report"))
    book = _book(tmp_path / "b.xlsx", '<row r="1"><c r="A1" t="s"><v>7</v></c></row>', ("NPI",))
    with pytest.raises(ReaderError, match="neither a workbook nor a table"):
        list(read_ended(book, "the report"))
