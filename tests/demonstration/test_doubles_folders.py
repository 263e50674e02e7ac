"""Doubles are written as crawls that any reader of crawls takes, with the truth beside them."""

import csv
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from doubles_told import SEED, listed

from crawler.folders import crawls_of
from crawler.records import RECORDS_FILE, open_crawl, write_records
from demonstration.doubles import DoublesError, folders, write

_COUNT = 3_000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doubles") / "crawls"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folders, "_LISTINGS_AT_ONCE", 700)
        assert sum(write(folder, _COUNT, SEED).values()) == _COUNT
    return folder


def _truth(folder: Path) -> list[dict[str, str]]:
    with (folder / folders.TRUTH_FILE).open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_crawls_hold_exactly_the_listings(place: Path) -> None:
    records = [
        record for habit in folders.HABITS for crawl in crawls_of(place, habit.source) for record in crawl.records()
    ]
    assert sorted(records, key=lambda record: record.key) == sorted(
        (one.record for one in listed(_COUNT)), key=lambda record: record.key
    )


def test_records_are_in_order_and_as_a_crawl_writes_them(place: Path, tmp_path: Path) -> None:
    for habit in folders.HABITS:
        crawl = open_crawl(place / habit.source / folders.RUN_ID)
        records = list(crawl.records())
        assert all(one.key < other.key for one, other in pairwise(records))
        assert crawl.verdict["records"] == write_records(records, tmp_path / RECORDS_FILE)
        assert crawl.records_file.read_bytes() == (tmp_path / RECORDS_FILE).read_bytes()
        assert crawl.verdict["source"] == habit.source
        assert "nvented" in crawl.verdict["attribution"]


def test_truth_names_every_listing_once_in_the_order_of_keys(place: Path) -> None:
    rows = _truth(place)
    told = {(row["source"], row["source_id"]): (row["truth"], tuple(row["dirt"].split())) for row in rows}
    assert told == {one.record.key: (one.truth, one.dirt) for one in listed(_COUNT)}
    assert list(told) == sorted(told)
    assert len(rows) == _COUNT


def test_the_same_bytes_whatever_is_held_at_once(place: Path, tmp_path: Path) -> None:
    write(tmp_path / "again", _COUNT, SEED)
    assert _bytes(tmp_path / "again") == _bytes(place)


def test_nothing_else_is_left_behind(place: Path) -> None:
    assert {file.name for file in place.iterdir()} == {folders.TRUTH_FILE, *(one.source for one in folders.HABITS)}


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(DoublesError, match="is not empty; name a new folder"):
        write(tmp_path, 10, SEED)
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


def test_what_cannot_be_invented_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DoublesError, match="count is -1"):
        write(tmp_path / "new", -1, SEED)
    with pytest.raises(DoublesError, match="ZZ has no ZIP areas"):
        write(tmp_path / "new", 1, SEED, states=("ZZ",))
    assert not (tmp_path / "new").exists()


def test_from_the_command_line(tmp_path: Path) -> None:
    order = [sys.executable, "-m", "demonstration.doubles", str(tmp_path / "new"), "--count", "200", "--states", "WY"]
    done = subprocess.run(order, capture_output=True, text=True, check=True)
    assert sum(int(line.split()[0]) for line in done.stdout.splitlines()) == len(_truth(tmp_path / "new")) == 200
    again = subprocess.run(order, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert "is not empty" in again.stderr
    assert "Traceback" not in again.stderr
