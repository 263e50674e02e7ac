"""Directories of community services by HSDS 3: lists whole and short, one service, and the publisher's examples."""

import contextlib
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saved_pages import expected, plain, saved
from test_readers_damaged import JUNK, damaged, places_in

from crawler.cleaning import Cleaner
from crawler.readers import hsds
from crawler.readers.raw import RawListing, ReaderError
from crawler.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
CASES: dict[str, Callable[[bytes], hsds.Page]] = {
    "services_whole": hsds.read_services,
    "services_heads": hsds.read_services,
    "one_service": hsds.read_service,
    "places": hsds.read_places,
}


def cleaner() -> Cleaner:
    return Cleaner("hsds", dt.date(2026, 11, 26), VOCABULARY)


@pytest.mark.parametrize("case", CASES)
def test_a_saved_answer_is_read_as_expected(case: str) -> None:
    page = CASES[case](saved("hsds", case))
    read = {
        "number": page.number,
        "total_pages": page.total_pages,
        "rows": page.rows,
        "heads": list(page.heads),
        "listings": [plain(listing) for listing in page.listings],
    }
    assert read == expected("hsds", case)


@pytest.mark.parametrize("read", [hsds.read_services, hsds.read_places, hsds.read_service])
@pytest.mark.parametrize(("body", "named"), [(b"<html>", "not JSON"), (b"[]", "a list"), (b'"a"', "a str")])
def test_what_is_no_answer_is_named(read: Callable[[bytes], hsds.Page], body: bytes, named: str) -> None:
    with pytest.raises(ReaderError, match=named):
        read(body)


@pytest.mark.parametrize("read", [hsds.read_services, hsds.read_places, hsds.read_service])
def test_another_answer_is_named_by_what_it_has(read: Callable[[bytes], hsds.Page]) -> None:
    with pytest.raises(ReaderError, match=r"\['message'\].*expected"):
        read(saved("hsds", "refused"))


def test_only_services_named_as_mental_health_become_records_and_the_words_of_others_are_counted() -> None:
    one = cleaner()
    listings = hsds.read_services(saved("hsds", "services_whole")).listings
    kept = [record for listing in listings if (record := one.clean(listing)) is not None]
    assert [record.source_id for record in kept] == ["sal1", "sal2"]
    assert all(record.professions == ("clinic",) for record in kept)
    assert all("general" in record.specialties for record in kept)
    assert one.tally.drops == {"inactive": 1, "not named mental health": 2}
    assert one.tally.unknown_terms == {"Counselling by video": 1, "A helping ear": 1, "Evening talks": 2}


@pytest.mark.parametrize("term", ["Older Adults", "Children", "Spanish", "Trauma"])
def test_whom_a_service_is_for_does_not_make_it_mental_health(term: str) -> None:
    (listing,) = hsds.read_service(saved("hsds", "one_service")).listings
    one = cleaner()
    assert one.clean(RawListing("x", "organisation", terms=(term,), locations=listing.locations)) is None
    assert one.tally.drops == {"not named mental health": 1}
    assert not one.tally.unknown_terms  # the word itself is known


def test_a_service_that_says_nothing_of_its_kind_is_dropped_for_that() -> None:
    one = cleaner()
    assert one.clean(RawListing("x", "organisation")) is None
    assert one.tally.drops == {"nothing said of its kind": 1}


def test_a_service_outside_the_united_states_keeps_its_country_and_no_state() -> None:
    (listing,) = hsds.read_service(saved("hsds", "one_service")).listings
    one = cleaner()
    record = one.clean(listing)
    assert record is not None
    (place,) = record.locations
    assert (place.country, place.state, place.postal_code, place.latitude) == ("GB", None, "NE99 1ZZ", 54.97)
    assert record.languages == ("ur",)
    assert not one.tally.drops + one.tally.unknown_terms


def test_both_lists_and_the_page_of_a_service_name_a_listing_alike() -> None:
    envelope = json.loads(saved("hsds", "services_whole"))
    (service, *_) = envelope["contents"]
    whole = hsds.read_services(json.dumps(envelope).encode()).listings
    own = hsds.read_service(json.dumps(service).encode()).listings
    head = {name: told for name, told in service.items() if name != "service_at_locations"}
    rows = [{**row, "service": head} for row in service["service_at_locations"]]
    placed = hsds.read_places(json.dumps({"contents": rows}).encode()).listings
    assert own == whole[: len(own)]
    assert [one.source_id for one in own] == [one.source_id for one in placed if one.locations]
    assert [one.locations for one in own] == [one.locations for one in placed if one.locations]


@pytest.mark.parametrize(
    ("kinds", "online", "only"),
    [
        (["physical"], None, False),
        (["virtual"], True, True),
        (["physical", "virtual"], True, False),
        (["postal"], None, None),
        ([None], None, None),
        ([], None, None),
    ],
)
def test_online_is_three_valued(kinds: list[str | None], online: bool | None, only: bool | None) -> None:
    rows = [{"id": str(number), "location": {"location_type": kind}} for number, kind in enumerate(kinds)]
    page = hsds.read_service(json.dumps({"id": "s", "service_at_locations": rows}).encode())
    assert {(one.offers_online, one.is_online_only) for one in page.listings} == {(online, only)}


@pytest.mark.parametrize(
    ("status", "is_active"), [("active", True), ("Inactive", False), ("defunct", False), ("merged", None), (None, None)]
)
def test_activity_is_three_valued(status: str | None, is_active: bool | None) -> None:
    (listing,) = hsds.read_service(json.dumps({"id": "s", "status": status}).encode()).listings
    assert listing.is_active is is_active


def test_private_facts_are_never_read() -> None:
    read = "".join(repr(CASES[case](saved("hsds", case))) for case in CASES)
    for private in ("heron.example", "Relmavane", "555-0199", "Long words", "PO BOX"):
        assert private not in read


@pytest.mark.parametrize("case", CASES)
@settings(max_examples=100)
@given(chosen=st.data())
def test_damage_is_survived_or_named(case: str, chosen: st.DataObject) -> None:
    whole = json.loads(saved("hsds", case))
    path = chosen.draw(st.sampled_from(list(places_in(whole))))
    body = json.dumps(damaged(whole, path, chosen.draw(st.sampled_from(JUNK)))).encode()
    page = hsds.Page((), 0)
    with contextlib.suppress(ReaderError):
        page = CASES[case](body)
    one = cleaner()
    kept = sum(one.clean(listing) is not None for listing in page.listings)
    assert kept + one.tally.drops.total() == len(page.listings) <= page.rows


@pytest.mark.real
def test_the_publishers_examples_are_read(real_data: Path) -> None:
    folder = real_data / "directories" / "hsds"
    services = hsds.read_services((folder / "service_list.json").read_bytes())
    assert (services.rows, services.number, services.total_pages) == (0, 1, 10)
    places = hsds.read_places((folder / "service_at_location_list.json").read_bytes())
    assert services.heads == places.heads == ("ac148810-d857-441c-9679-408f346de14b",)
    (listing,) = hsds.read_service((folder / "service_full.json").read_bytes()).listings
    row = json.loads((folder / "service_at_location_full.json").read_bytes())
    (same,) = hsds.read_places(json.dumps({"contents": [row]}).encode()).listings
    assert same == listing
    assert listing.terms == ("name", "Community Counselling")
    assert listing.languages == ("ur",)
    assert listing.locations[0].street is None  # the only address of the example is one for letters
    one = cleaner()
    assert one.clean(listing) is None  # understood, but the example's latitude of 100 is not on Earth
    assert one.tally.drops == {"no location": 1}
    assert one.tally.invalid == {"coordinates": 1}
    for private in ("Persona", "email@example.com"):
        assert private not in repr(listing)
