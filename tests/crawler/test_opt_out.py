"""Who asked not to be listed is erased, stays out, and is nowhere kept in plain words."""

import json
from pathlib import Path

import pytest
from invented import invented_crawl

from crawler.opt_out import OPT_OUT_FILE, OptOut, erase, identifiers_of
from crawler.records import RecordError, open_crawl

PLACES = {"59102": ("MT", "general"), "59601": ("MT", "trauma"), "59801": ("MT", "general")}


@pytest.mark.parametrize("identifier", ["npi:9000000001", "nppes_api:9000000001"])
def test_one_person_is_erased_and_the_others_stay(tmp_path: Path, identifier: str) -> None:
    crawl = invented_crawl(tmp_path / "nppes_api" / "one", PLACES)
    before = {record.source_id: record for record in crawl.records()}
    opt_out = OptOut.read(tmp_path).with_identifiers([identifier])
    erased = erase([crawl], opt_out)
    after = open_crawl(crawl.folder)
    assert (erased.listings, erased.crawls) == (1, 1)
    assert {record.source_id: record for record in after.records()} == {
        key: record for key, record in before.items() if key != "9000000001"
    }
    assert after.verdict["records"] == 2
    assert after.verdict["erased_on_request"] == 1
    assert erase([after], opt_out).listings == 0


def test_the_list_survives_and_holds_no_identifier(tmp_path: Path) -> None:
    OptOut.read(tmp_path).with_identifiers(["npi:9000000001"]).write(tmp_path)
    text = (tmp_path / OPT_OUT_FILE).read_text(encoding="utf-8")
    assert "9000000001" not in text
    crawl = invented_crawl(tmp_path / "nppes_api" / "one", PLACES)
    covered = [record.source_id for record in crawl.records() if OptOut.read(tmp_path).covers(record)]
    assert covered == ["9000000001"]
    more = OptOut.read(tmp_path).with_identifiers(["npi:9000000002"])
    more.write(tmp_path)
    assert len(json.loads((tmp_path / OPT_OUT_FILE).read_text(encoding="utf-8"))["hashes"]) == 2


def test_a_listing_is_known_by_its_npi_and_by_its_directorys_identifier(tmp_path: Path) -> None:
    first = next(invented_crawl(tmp_path / "nppes_api" / "one", PLACES).records())
    assert identifiers_of(first) == ("nppes_api:9000000000", "npi:9000000000")


@pytest.mark.parametrize("text", ["", "[]", '{"key": "zz", "hashes": []}', '{"hashes": []}'])
def test_a_damaged_list_is_never_taken_for_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / OPT_OUT_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=OPT_OUT_FILE):
        OptOut.read(tmp_path)
