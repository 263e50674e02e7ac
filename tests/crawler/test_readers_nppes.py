"""The registry's answers, saved and real."""

import json
from pathlib import Path

import pytest
from saved_pages import expected, plain, saved

from crawler.readers import nppes
from crawler.readers.raw import ReaderError


@pytest.mark.parametrize("case", ["older_shape", "newer_shape"])
def test_a_saved_answer_is_read_as_expected(case: str) -> None:
    page = nppes.read_page(saved("nppes_api", case))
    assert {"listings": [plain(listing) for listing in page.listings]} == expected("nppes_api", case)


def test_rows_are_what_the_registry_counts() -> None:
    assert nppes.read_page(b'{"result_count": 200, "results": []}').rows == 200


def test_bare_rows_without_the_envelope_are_the_same_rows() -> None:
    answer = json.loads(saved("nppes_api", "older_shape"))
    bare = nppes.read_page(json.dumps(answer["results"]).encode())
    assert bare == nppes.read_page(saved("nppes_api", "older_shape"))


def test_a_refusal_with_status_200_is_an_error_with_its_number() -> None:
    with pytest.raises(ReaderError, match=r"04.*No valid search criteria"):
        nppes.read_page(saved("nppes_api", "refused"))


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"<html>Bad gateway</html>", "not JSON"),
        (b"[]", "list"),
        (b"{}", "no list 'results'"),
        (b'{"result_count": null, "results": []}', "result_count None"),
        (b'{"results": [{"enumeration_type": "NPI-1"}]}', "Row 1"),
        (b'{"results": [{"number": 1, "enumeration_type": "NPI-3"}]}', "NPI-3"),
        (b"\xff\xfe\xff", "not JSON"),
    ],
)
def test_anything_else_is_named(body: bytes, named: str) -> None:
    with pytest.raises(ReaderError, match=named):
        nppes.read_page(body)


def test_mailing_address_and_sex_are_never_read() -> None:
    page = nppes.read_page(saved("nppes_api", "older_shape"))
    assert "PO BOX" not in repr(page)
    assert "NAMPA" not in repr(page)
    assert "'F'" not in repr(page)


@pytest.mark.real
def test_every_real_answer_is_read(real_data: Path) -> None:
    """13 answers and one bare pair of results; three are refusals. Every row is a listing with its own NPI."""
    rows = refused = 0
    for file in sorted((real_data / "directories" / "nppes_api").glob("*.json")):
        body = file.read_bytes()
        stated = json.loads(body)
        if "Errors" in stated:
            refused += 1
            with pytest.raises(ReaderError, match=stated["Errors"][0]["number"]):
                nppes.read_page(body)
            continue
        page = nppes.read_page(body)
        results = stated if isinstance(stated, list) else stated["results"]
        assert page.rows == (len(results) if isinstance(stated, list) else stated["result_count"])
        assert [listing.npi for listing in page.listings] == [str(row["number"]) for row in results]
        assert all(listing.locations and listing.taxonomy_codes for listing in page.listings)
        assert all(listing.is_active and listing.listed_on for listing in page.listings)
        rows += len(page.listings)
    assert (rows, refused) == (52, 3)
