"""What a download consists of, and damaged ones: each is one sentence, and nothing unpacked is ever left."""

import shutil
import zipfile
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from disseminated import MONTHLY, WEEK_1, archive, person, read, table

from crawler.bulk.nppes_file import read_export
from crawler.bulk.parts import parts_of, unpacked
from crawler.bulk.tables import connected, opened
from crawler.readers.raw import ReaderError


def test_parts_are_found_by_name_and_heads_alone_are_none(tmp_path: Path) -> None:
    archive(tmp_path, MONTHLY, [person(1)])
    archive(tmp_path, WEEK_1, [person(2)])
    with zipfile.ZipFile(tmp_path / "NPPES_Deactivated_NPI_Report_101226.zip", "w") as packed:
        packed.writestr("NPPES Deactivated NPI Report 20261012.xlsx", b"")
    (tmp_path / "readme.csv").write_text("a,b\n")
    (tmp_path / "notes.txt").write_text("npidata_pfile")
    found = [(part.kind, str(part.day)) for part in parts_of(tmp_path)]
    assert found == [
        ("providers", "2026-10-18"),
        ("places", "2026-10-18"),
        ("ended", "2026-10-12"),
        ("providers", "2026-10-11"),
        ("places", "2026-10-11"),
    ]


def test_a_report_comes_before_the_tables_of_its_day(tmp_path: Path) -> None:
    archive(tmp_path, MONTHLY, [person(1)])
    (tmp_path / "NPPES Deactivated NPI Report 20261011.csv").write_text("NPI,NPPES Deactivation Date\n")
    assert [part.kind for part in parts_of(tmp_path)] == ["ended", "providers", "places"]


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-400])


def _flipped(file: Path) -> None:
    body = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as packed:
        place = next(one for one in packed.infolist() if one.filename == f"npidata_pfile_{MONTHLY}.csv").header_offset
    body[place + 120] ^= 0xFF
    file.write_bytes(bytes(body))


def _encrypted(file: Path) -> None:
    body = bytearray(file.read_bytes())
    at = body.find(b"PK\x01\x02")
    while at >= 0:
        body[at + 8] |= 1
        at = body.find(b"PK\x01\x02", at + 4)
    file.write_bytes(bytes(body))


def _packed_otherwise(file: Path) -> None:
    body = bytearray(file.read_bytes())
    at = body.find(b"PK\x01\x02")
    while at >= 0:
        body[at + 10] = 9  # Deflate64, which Python does not undo
        at = body.find(b"PK\x01\x02", at + 4)
    file.write_bytes(bytes(body))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_cut, "is not a whole zip archive"),
        (_flipped, "is not a whole zip archive"),
        (lambda file: file.write_bytes(b"<html>moved</html>"), "is not a whole zip archive"),
        (_encrypted, "unpack it and give its folder instead"),
        (_packed_otherwise, "unpack it and give its folder instead"),
    ],
)
def test_a_damaged_archive_is_one_sentence(tmp_path: Path, damage: object, said: str) -> None:
    file = archive(tmp_path, MONTHLY, map(person, range(1, 200)))
    damage(file)  # type: ignore[operator]
    with pytest.raises(ReaderError, match=said) as raised:
        read(file)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert [left for left in (tmp_path / "work").rglob("*") if left.is_file()] == []


def test_an_archive_of_something_else_is_one_sentence(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as packed:
        packed.writestr("npidata_pfile_20261018_fileheader.csv", table([]))
        packed.writestr("cat.png", b"")
    for export in (tmp_path / "photos.zip", tmp_path):
        with pytest.raises(ReaderError, match="holds no table of providers"):
            parts_of(export)


def test_files_that_cannot_be_put_in_order_are_refused(tmp_path: Path) -> None:
    archive(tmp_path, WEEK_1, [person(1)])
    (tmp_path / "npidata_pfile.csv").write_text(table([person(2)]))
    with pytest.raises(ReaderError, match=r"npidata_pfile\.csv has no day in its name"):
        parts_of(tmp_path)
    assert len(parts_of(tmp_path / "npidata_pfile.csv")) == 1  # alone it needs no order


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "lacks the columns 'NPI'.*begins with nothing"),
        (b"name,street\nx,y\n", "lacks the columns 'NPI'.*begins with 'name', 'street'"),
        (b"\xff\xfe\x00", "is not a table of commas and quotes"),
    ],
)
def test_a_table_of_something_else_is_one_sentence(tmp_path: Path, body: bytes, said: str) -> None:
    file = tmp_path / "npidata_pfile_20261018.csv"
    file.write_bytes(body)
    with pytest.raises(ReaderError, match=said):
        read(file)


def test_what_was_unpacked_is_gone_however_the_block_is_left(tmp_path: Path) -> None:
    file, work = archive(tmp_path, MONTHLY, [person(1)]), tmp_path / "work"
    work.mkdir()
    part = parts_of(file)[0]

    def interrupted() -> None:
        with unpacked(part, work) as plain:
            assert plain.read_text(encoding="utf-8") == table([person(1)])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(work.iterdir()) == []


def test_what_does_not_fit_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = archive(tmp_path, MONTHLY, [person(1)])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100))
    with pytest.raises(ReaderError, match=r"needs 0\.0 GB to be unpacked"):
        read(file)


def test_a_reading_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    file, work = archive(tmp_path, MONTHLY, map(person, range(1, 50))), tmp_path / "work"
    work.mkdir()
    with closing(read_export(file, (), work, lambda _: None)) as listings:
        assert next(listings) is not None
    assert [left for left in work.rglob("*") if left.is_file()] == []


def test_every_part_is_told_before_it_is_read(tmp_path: Path) -> None:
    archive(tmp_path, MONTHLY, [person(1)])
    archive(tmp_path, WEEK_1, [person(2)])
    (tmp_path / "work").mkdir()
    told: list[int] = []
    list(read_export(tmp_path, (), tmp_path / "work", told.append))
    assert told == [2, 1, 0]


def test_the_database_fetches_nothing_and_draws_nothing(tmp_path: Path) -> None:
    with connected(tmp_path) as database:
        names = ("autoinstall_known_extensions", "autoload_known_extensions", "enable_progress_bar")
        for name in names:
            assert database.execute(f"SELECT current_setting('{name}')").fetchall() == [(False,)]


@pytest.mark.parametrize("name", ["'new' {0}", "[1]", "*", "a?b", "[!x]"])
def test_a_file_is_read_whatever_its_name_holds(tmp_path: Path, name: str) -> None:
    file = tmp_path / f"npidata_pfile_20261018 {name}.csv"
    file.write_text(table([person(1)]), encoding="utf-8")
    (tmp_path / "npidata_pfile_20261018 1.csv").write_text(table([person(2), person(3)]), encoding="utf-8")
    assert opened(file, str(file), ["NPI"]).has("npi")
    assert len(read(file)) == 1
