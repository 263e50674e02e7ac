"""The treatment locator's live answer and its national export."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from cleaned import cleaner
from saved_pages import PAGES, expected, plain, saved

from crawler.readers import findtreatment
from crawler.readers.raw import ReaderError
from crawler.vocabulary import Vocabulary

EXPORT = PAGES / "findtreatment" / "national_export"


def test_the_live_answer_is_read_as_expected() -> None:
    page = findtreatment.read_json(saved("findtreatment", "live_answer"))
    read = {
        "rows": page.rows,
        "total_pages": page.total_pages,
        "listings": [plain(listing) for listing in page.listings],
    }
    assert read == expected("findtreatment", "live_answer")


def test_languages_of_a_live_answer_are_languages_and_an_unknown_one_is_named_as_such() -> None:
    one = cleaner(findtreatment.known_terms(), "findtreatment")
    record = one.clean(findtreatment.read_json(saved("findtreatment", "live_answer")).listings[0])
    assert record is not None
    assert record.languages == ("es", "pl", "tl")
    assert "spanish" in record.specialties
    assert one.tally.unknown_terms == {"language:Moonish": 1, "Persons who walk on the Moon": 1}


@pytest.mark.parametrize("name", ["response.csv", "response_utf7.csv"])
def test_the_export_reads_the_same_in_both_encodings(name: str) -> None:
    listings = findtreatment.read_export(EXPORT / name)
    assert {"listings": [plain(one) for one in listings]} == expected("findtreatment", "national_export")


@pytest.mark.parametrize(
    ("body", "named"), [(b"<html>", "not JSON"), (b'{"page": 1}', r"\['page'\]"), (b'{"rows": [1]}', "rows")]
)
def test_another_answer_is_named(body: bytes, named: str) -> None:
    with pytest.raises(ReaderError, match=named):
        findtreatment.read_json(body)


def test_wrong_columns_are_named_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("name1,street,zip\nA,B,1\n", encoding="utf-8")
    with pytest.raises(ReaderError, match=r"other\.csv.*lacks.*street1.*'name1', 'street', 'zip'; expected name1"):
        list(findtreatment.read_export(file))


def test_a_torn_row_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "torn.csv"
    file.write_bytes((EXPORT / "response.csv").read_bytes() + b"Half,a,row\r\n")
    with pytest.raises(ReaderError, match=r"torn\.csv, line 4: 3 cells, expected 20"):
        list(findtreatment.read_export(file))


def test_a_cell_without_end_is_named(tmp_path: Path) -> None:
    file = tmp_path / "endless.csv"
    file.write_bytes((EXPORT / "response.csv").read_bytes() + b'"' + b"x" * 200_000)
    with pytest.raises(ReaderError, match=r"endless\.csv is not a table of commas and quotes .*limit"):
        list(findtreatment.read_export(file))


def test_without_a_day_of_change_none_is_known(tmp_path: Path) -> None:
    file = tmp_path / "no_day.csv"
    file.write_bytes((EXPORT / "response.csv").read_bytes().replace(b"last_update", b"mail_zip4", 1))
    assert {listing.listed_on for listing in findtreatment.read_export(file)} == {None}


def test_bytes_in_another_encoding_are_named(tmp_path: Path) -> None:
    file = tmp_path / "latin.csv"
    file.write_bytes((EXPORT / "response.csv").read_bytes().replace(b"Bend", b"B\xe9nd"))
    with pytest.raises(ReaderError, match=r"latin\.csv is not utf-8"):
        list(findtreatment.read_export(file))


def test_without_a_column_of_telehealth_nothing_is_known_of_it(tmp_path: Path) -> None:
    file = tmp_path / "no_tele.csv"
    file.write_bytes((EXPORT / "response.csv").read_bytes().replace(b",tele", b",older"))
    assert {listing.offers_online for listing in findtreatment.read_export(file)} == {None}


def test_codes_are_either_known_or_name_a_specialty_never_both() -> None:
    known = {term for term in findtreatment.known_terms() if term.startswith("samhsa:")}
    recognised = {term for term in known if Vocabulary.load().specialties((), (term,)).keys}
    assert not recognised


def test_words_of_the_live_answer_lead_to_codes_that_are_understood() -> None:
    codes = tomllib.loads(findtreatment._CODES_FILE.read_text(encoding="utf-8"))["words"]
    vocabulary = Vocabulary.load()
    assert all(vocabulary.specialties((), (f"samhsa:{code}",)).keys for code in codes)


@pytest.mark.real
def test_the_real_export_is_read_whole(real_data: Path) -> None:
    folder = real_data / "directories" / "findtreatment"
    listings = list(findtreatment.read_export(folder / "facilities_2015.csv"))
    assert len(listings) == 6828
    assert len({listing.source_id for listing in listings}) == 6826  # two clinics are listed twice
    assert Counter(listing.offers_online for listing in listings) == {False: 5610, True: 1218}
    assert sum("samhsa:ptsd" in listing.terms for listing in listings) == 2913
    assert sum(listing.languages == ("es",) for listing in listings) == 2848
    assert all(listing.listed_on for listing in listings)
    head = list(findtreatment.read_export(folder / "facilities_2015_head_utf7.csv"))
    assert head == listings[:300]
