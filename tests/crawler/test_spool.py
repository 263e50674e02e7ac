"""The journal of a crawl: whatever is cut off, no page is lost and none is counted twice."""

import datetime as dt
from pathlib import Path

from crawler.readers.raw import RawListing, RawLocation
from crawler.spool import JOURNAL_FILE, Spool, read_journal
from crawler.visits import Reading, Visit

DAY = dt.date(2026, 11, 24)
FIRST = (Visit("https://site.example/"),)


def listing(identifier: str, city: str = "Helena") -> RawListing:
    return RawListing(identifier, "person", family_name="Ann", locations=(RawLocation(state="MT", city=city),))


def fill(folder: Path) -> set[str]:
    """Read three pages, fail one, leave one out; return all addresses planned."""
    spool = Spool(folder)
    spool.open_visits(FIRST)
    links = tuple(Visit(f"https://site.example/{number}", 1) for number in range(5))
    fresh = spool.read(FIRST[0], Reading((listing("a"), listing("b")), 2, links), DAY)
    spool.traffic.requests += 3
    spool.traffic.statuses["200"] += 3
    spool.read(fresh[0], Reading((listing("b"), listing("c")), 2, links[:2]), DAY)
    spool.failed(fresh[1], "status 500")
    spool.left_out(fresh[2], "forbidden by robots.txt")
    spool.read(fresh[3], Reading((listing("a", "Missoula"),), 1, truncated="state MT"), DAY)
    assert (spool.listings, spool.pages, spool.queue) == (3, 3, 1)
    spool.close()
    return {visit.address for visit in (*FIRST, *links)}


def test_what_is_read_back_is_what_was_written(tmp_path: Path) -> None:
    fill(tmp_path)
    lines = list(read_journal(tmp_path / JOURNAL_FILE))
    assert [line.outcome for line in lines] == ["read", "read", "failed", "left out", "read"]
    assert lines[0].listings == (listing("a"), listing("b"))
    assert (lines[1].listings, lines[1].repeated) == ((listing("c"),), 1)
    assert lines[1].visits == ()
    assert (lines[1].requests, lines[1].statuses) == (3, {"200": 3})
    assert lines[4].listings == (listing("a", "Missoula"),)
    assert lines[4].truncated == "state MT"
    assert lines[0].day == DAY


def test_failed_pages_are_asked_again_and_settled_ones_are_not(tmp_path: Path) -> None:
    fill(tmp_path)
    spool = Spool(tmp_path)
    assert [visit.address[-1] for visit in spool.open_visits(FIRST)] == ["1", "4"]
    assert (spool.listings, spool.pages, spool.requests) == (3, 3, 3)
    spool.close()


def test_addresses_that_name_one_page_are_one(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    links = (Visit("https://site.example/list?b=2&a=1"), Visit("https://site.example/list?a=1&b=2#top"))
    assert len(spool.read(FIRST[0], Reading(visits=links), DAY)) == 1
    spool.close()


def test_a_journal_cut_anywhere_loses_and_doubles_nothing(tmp_path: Path) -> None:
    planned = fill(tmp_path)
    whole = (tmp_path / JOURNAL_FILE).read_bytes()
    for cut in range(0, len(whole) + 1, 7):
        folder = tmp_path / str(cut)
        folder.mkdir()
        (folder / JOURNAL_FILE).write_bytes(whole[:cut])
        spool = Spool(folder)
        waiting = {visit.address for visit in spool.open_visits(FIRST)}
        spool.close()
        lines = list(read_journal(folder / JOURNAL_FILE))
        done = {line.visit.address for line in lines if line.outcome != "failed"}
        assert not waiting & done
        assert waiting | done == (planned if lines else {FIRST[0].address})
        assert whole.startswith((folder / JOURNAL_FILE).read_bytes())
