"""The invented registry answers and refuses as the real one does, over real HTTP."""

import json
from collections import Counter
from typing import Any

import pytest
from loopback_client import Client

from demonstration.directories import Directories
from demonstration.population import STATES
from demonstration.professions import CLINIC_CODES, PROFESSIONS
from demonstration.registry_query import search_of
from demonstration.serve import Demonstration

COUNSELORS = {"version": "2.1", "state": "WA", "taxonomy_description": "Counselor", "address_purpose": "LOCATION"}


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ({}, [("17", "version")]),
        ({"version": "1.0", "state": "WA"}, [("17", "version")]),
        ({"version": "2.1"}, [("04", "generic")]),
        ({"version": "2.1", "limit": "200", "address_purpose": "LOCATION"}, [("04", "generic")]),
        ({"version": "2.1", "state": "WA"}, [("07", "state")]),
        ({"version": "2.1", "enumeration_type": "NPI-1"}, [("09", "enumeration_type")]),
        (
            {"version": "2.1", "state": "WA", "enumeration_type": "NPI-1"},
            [("07", "state"), ("09", "enumeration_type")],
        ),
        ({"version": "2.1", "last_name": "a*"}, [("03", "last_name")]),
        ({"version": "2.1", "state": "WA", "postal_code": "9*"}, [("03", "postal_code")]),
        ({"version": "2.1", "number": "123"}, [("06", "number")]),
        ({"version": "2.1", "state": "WA", "enumeration_type": "NPI-3"}, [("05", "enumeration_type")]),
        ({"version": "2.1", "taxonomy_description": "Counselor, Mental Health"}, [("14", "taxonomy_description")]),
        ({"version": "2.1", "taxonomy_description": "101YM0800X"}, [("14", "taxonomy_description")]),
    ],
)
def test_refusals_are_numbered_and_come_with_status_200(
    running: Demonstration, client: Client, query: dict[str, str], refused: list[tuple[str, str]]
) -> None:
    answer = client.json(running.addresses.registry, **query)
    assert [(error["number"], error["field"]) for error in answer["Errors"]] == refused
    assert all(error["description"] for error in answer["Errors"])
    assert "results" not in answer


def _page(client: Client, running: Demonstration, **query: str | int) -> list[dict[str, Any]]:
    answer = client.json(running.addresses.registry, **{**COUNSELORS, **query})
    assert answer["result_count"] == len(answer["results"])
    results: list[dict[str, Any]] = answer["results"]
    return results


def test_limit_is_clamped_to_200_and_is_10_unless_said(running: Demonstration, client: Client) -> None:
    assert len(_page(client, running, limit=500)) == 200
    assert len(_page(client, running)) == 10
    assert len(_page(client, running, limit=0)) == 10


def test_no_more_than_1200_listings_of_a_search_can_be_read(full: Directories) -> None:
    query = {**COUNSELORS, "limit": "200"}
    pages = [full.registry.answer("/api/", {**query, "skip": str(skip)}, "").body for skip in range(0, 2000, 200)]
    assert len(set(pages[:6])) == 6
    assert pages[5:] == [pages[5]] * 5


def test_pages_follow_each_other_without_gap_or_repetition(running: Demonstration, client: Client) -> None:
    numbers = [str(row["number"]) for skip in range(0, 1200, 50) for row in _page(client, running, limit=50, skip=skip)]
    assert len(numbers) == len(set(numbers))
    whole = [str(row["number"]) for skip in range(0, 1200, 200) for row in _page(client, running, limit=200, skip=skip)]
    assert numbers == whole


def test_a_zip_prefix_splits_a_search_without_loss(small: Directories) -> None:
    registry = small.registry
    from_state = _numbers(registry.answer("/api/", {**COUNSELORS, "limit": "200", "state": "WY"}, "").body)
    wyoming = {**COUNSELORS, "limit": "200", "state": "WY"}
    parts = [
        _numbers(registry.answer("/api/", {**wyoming, "postal_code": f"{two_digits}*"}, "").body)
        for two_digits in range(10, 100)
    ]
    assert len(from_state) < 200
    assert set().union(*parts) == from_state


def _numbers(body: bytes) -> set[str]:
    return {str(row["number"]) for row in json.loads(body)["results"]}


def test_without_purpose_mailing_addresses_match_too(full: Directories) -> None:
    query = {"version": "2.1", "taxonomy_description": "Psychiatry", "postal_code": "598*", "limit": "200"}
    by_location = _numbers(full.registry.answer("/api/", {**query, "address_purpose": "LOCATION"}, "").body)
    by_any = _numbers(full.registry.answer("/api/", query, "").body)
    assert by_location < by_any


def test_both_shapes_of_records_occur(running: Demonstration, client: Client) -> None:
    rows = _page(client, running, limit=200)
    older = [row for row in rows if isinstance(row["number"], int)]
    newer = [row for row in rows if isinstance(row["number"], str)]
    assert older
    assert newer
    assert all(isinstance(row["last_updated_epoch"], int) and "gender" in row["basic"] for row in older)
    assert all(row["last_updated_epoch"].endswith("000") and "sex" in row["basic"] for row in newer)
    assert all("practiceLocations" in row and row["basic"]["name_prefix"] == "--" for row in newer)
    assert any(taxonomy["license"] is None for row in newer for taxonomy in row["taxonomies"])
    assert any(row["practiceLocations"] for row in newer)


def test_quirks_that_a_reader_meets(full: Directories) -> None:
    listings = full.registry.entries
    assert any(not listing.is_active for listing in listings)
    assert any(listing.was_reactivated and listing.is_counted for listing in listings)
    assert any(not listing.slots[0].is_primary for listing in listings if listing.is_counted)
    assert any(listing.mailing != listing.location.place for listing in listings)
    neurologists = [one for one in listings if one.slots[0].code.specialization == "Neurology"]
    assert neurologists
    assert not any(one.is_counted for one in neurologists)


def test_description_is_searched_by_its_words(running: Demonstration, client: Client) -> None:
    rows = _page(client, running, taxonomy_description="psychiatr*", limit=200)
    found = {taxonomy["code"] for row in rows for taxonomy in row["taxonomies"]}
    assert {"2084P0800X", "2084N0400X"} <= found


def test_a_number_finds_its_listing_and_an_unknown_one_nothing(running: Demonstration, client: Client) -> None:
    number = str(_page(client, running)[0]["number"])
    answer = client.json(running.addresses.registry, version="2.1", number=number)
    assert [str(row["number"]) for row in answer["results"]] == [number]
    assert client.json(running.addresses.registry, version="2.1", number="1234567893")["result_count"] == 0


def test_surname_prefix(running: Demonstration, client: Client) -> None:
    rows = _page(client, running, last_name="br*", limit=200)
    assert rows
    assert all(row["basic"]["last_name"].startswith("BR") for row in rows)


def test_a_complete_crawl_is_possible(full: Directories) -> None:
    """Every counted listing is found by a classification, and none has more than 1,200 listings in one ZIP area."""
    registry = full.registry
    wanted = {code.classification for kind in PROFESSIONS for code, _ in kind.codes}
    wanted |= {code.classification for code, _ in CLINIC_CODES}
    found: set[int] = set()
    for classification in wanted:
        for state in STATES:
            query = {"taxonomy_description": classification, "state": state, "address_purpose": "LOCATION"}
            numbers = registry.search(search_of(query)).tolist()
            found.update(numbers)
            in_one_area = Counter(registry.entries[number].location.place.zcta for number in numbers)
            assert max(in_one_area.values(), default=0) <= 1200
    assert {number for number, one in enumerate(registry.entries) if one.is_counted} <= found
