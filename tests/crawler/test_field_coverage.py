"""Which fields of a record count as filled."""

import dataclasses
from collections import Counter

from cleaned import DAY, VOCABULARY, cleaner, raws
from hypothesis import given
from hypothesis import strategies as st

from crawler.cleaning import Cleaner
from crawler.coverage import FIELDS, counted, filled_fields, shares
from crawler.readers.raw import RawListing, RawLocation

BARE = RawListing("1", "organisation", locations=(RawLocation(state="WA"),))


def filled(listing: RawListing) -> set[str]:
    record = cleaner().clean(listing)
    assert record is not None
    return set(filled_fields(record))


def test_a_no_says_something_and_unknown_does_not() -> None:
    assert filled(BARE) == {"professions", "locations"}
    said = dataclasses.replace(BARE, offers_online=False, is_accepting=True)
    assert filled(said) == {"professions", "locations", "offers_online", "is_accepting"}


def test_one_place_that_says_it_is_enough() -> None:
    further = RawLocation(state="WA", postal_code="98902")
    assert "postal_code" in filled(dataclasses.replace(BARE, locations=(*BARE.locations, further)))


@given(st.lists(raws))
def test_counting_changes_no_record_and_no_share_leaves_its_range(listings: list[RawListing]) -> None:
    one = Cleaner("directory", DAY, VOCABULARY)
    records = [record for listing in listings if (record := one.clean(listing)) is not None]
    count = Counter[str]()
    assert list(counted(records, count)) == records
    found = shares(count, len(records))
    assert set(found) == (set(FIELDS) if records else set())
    assert all(0 <= share <= 1 for share in found.values())
    assert all(share == 1 for name, share in found.items() if name == "locations")
