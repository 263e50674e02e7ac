"""Listings on the shelf: each identifier once, the fullest wins, the order of arrival does not matter."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.found import FOUND_FILE, Found
from crawler.readers.raw import RawListing

DAY = dt.date(2026, 11, 24)
listings = st.builds(
    RawListing,
    source_id=st.text("ab\u00e9\U0001f600~", min_size=1, max_size=3),
    kind=st.just("person"),
    given_name=st.none() | st.text("xyz", max_size=3),
    terms=st.tuples(st.sampled_from(["trauma", "grief"])) | st.just(()),
)


@given(found=st.lists(listings, max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_does_not_matter_and_nothing_is_lost(tmp_path: Path, found: list[RawListing]) -> None:
    orders = (found, found[::-1])
    kept = []
    for order in orders:
        with Found(tmp_path) as shelf:
            for listing in order:
                shelf.add(listing, DAY)
            assert len(shelf) == len({listing.source_id for listing in found})
            kept.append([listing for listing, _ in shelf])
    assert kept[0] == kept[1]
    assert set(kept[0]) <= set(found)
    assert [listing.source_id for listing in kept[0]] == sorted({listing.source_id for listing in found})


def test_the_fullest_of_several_stays_with_its_day(tmp_path: Path) -> None:
    bare = RawListing("9000000016", "person", given_name="Briola")
    full = dataclasses.replace(bare, terms=("trauma",), offers_online=True)
    with Found(tmp_path) as shelf:
        assert not shelf.add(bare, DAY)
        assert shelf.add(full, DAY + dt.timedelta(days=1))
        assert shelf.add(bare, DAY + dt.timedelta(days=2))
        assert list(shelf) == [(full, DAY + dt.timedelta(days=1))]


def test_the_shelf_is_gone_however_the_block_is_left(tmp_path: Path) -> None:
    def interrupted() -> None:
        with Found(tmp_path) as shelf:
            shelf.add(RawListing("1", "person"), DAY)
            assert (tmp_path / FOUND_FILE).exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not (tmp_path / FOUND_FILE).exists()
