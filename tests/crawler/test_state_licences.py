"""Open licence data: what of it is kept, how a dataset is asked, and whole crawls of one on this machine."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from crawled import crawled, page, spider
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from saved_pages import expected, plain, saved
from werkzeug import Request, Response

from crawler.order import CrawlOrder, checked
from crawler.readers import licences
from crawler.readers.raw import ReaderError
from crawler.source import SourceError, read_source

STATUSES = licences.Statuses.of(read_source("state_licences").search["status"])
SELECT = "$select=no AS licence_number,kind AS profession,status,zip AS `postal_code`"
ADDRESS = f"https://data.example/resource/abcd-1234.json?{SELECT}"
DAMAGED = st.recursive(
    st.none() | st.text() | st.integers(),
    lambda one: st.lists(one) | st.dictionaries(st.sampled_from([*licences.COLUMNS, "message"]), one),
)
ROWS = saved("state_licences", "rows")


def test_a_saved_page_is_read_as_expected() -> None:
    read = licences.read_page(ROWS, "WA", STATUSES)
    assert {"rows": read.rows, "listings": [plain(one) for one in read.listings]} == expected("state_licences", "rows")


def test_names_birth_years_and_licence_numbers_are_never_kept() -> None:
    read = repr(licences.read_page(ROWS, "WA", STATUSES))
    for private in ("Ann", "Invented", "1975", "1980", "mail.example", "90000001", "90000002"):
        assert private in ROWS.decode()
        assert private not in read


def test_a_refusal_is_one_sentence() -> None:
    with pytest.raises(ReaderError, match="No such column: licens") as raised:
        licences.read_page(saved("state_licences", "refused"), "WA", STATUSES)
    assert "\n" not in str(raised.value)


@given(body=st.binary(max_size=200) | DAMAGED.map(lambda told: json.dumps(told).encode()))
def test_a_damaged_answer_is_read_or_is_one_fault(body: bytes) -> None:
    try:
        read = licences.read_page(body, "WA", STATUSES)
    except ReaderError as fault:
        said, read = str(fault), None
    else:
        said = "read."
    assert said.endswith(".")
    assert read is None or len(read.listings) <= read.rows


@pytest.mark.parametrize(
    ("stated", "is_active"),
    [("Active", True), ("ACTIVE-RENEWED", True), ("Summary Action", None), ("Expired", False), (None, None)],
)
def test_a_status_is_three_valued_and_an_unknown_word_an_event(stated: str | None, is_active: bool | None) -> None:
    row = {"licence_number": "1", "profession": "Psychologist", "postal_code": "98101", "status": stated}
    (listing,) = licences.read_page(json.dumps([row]).encode(), "WA", STATUSES).listings
    assert listing.is_active is is_active
    assert listing.terms == ((f"status:{stated}",) if is_active is None and stated else ())


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "licence_number, profession, postal_code or city or state"),
        ("?$select=no AS licence_number,kind AS profession", "postal_code or city or state"),
        (f"?{SELECT},birthyear", "asks for birthyear"),
        (f"?{SELECT},*", "asks for *"),
        (f"?{SELECT}&$group=zip", "$group"),
        ("?$query=SELECT *", "$query"),
    ],
)
def test_an_address_asks_for_what_is_read_and_for_nothing_else(query: str, named: str) -> None:
    address = f"https://data.example/resource/abcd-1234.json{query}"
    order = CrawlOrder("state_licences", Path("crawls"), ("WA",), address)
    with pytest.raises(SourceError) as raised:
        checked(order, needs_contact=False)
    assert named in str(raised.value)
    assert str(raised.value).endswith(".")


def test_one_dataset_is_of_one_state() -> None:
    with pytest.raises(SourceError, match="one state at a time"):
        checked(CrawlOrder("state_licences", Path("crawls"), ("WA", "OR"), ADDRESS), needs_contact=False)
    with pytest.raises(SourceError, match="--states"):
        checked(CrawlOrder("state_licences", Path("crawls"), (), ADDRESS), needs_contact=False)
    assert (
        checked(CrawlOrder("state_licences", Path("crawls"), ("WA",), ADDRESS), needs_contact=False).address == ADDRESS
    )


def test_a_dataset_is_asked_page_by_page_in_a_stated_order(tmp_path: Path) -> None:
    one = spider("state_licences", tmp_path, f"{ADDRESS}&$where=kind like '%Psych%'&$limit=5", ("WA",))
    (first,) = one.first()
    size = one.source.search["rows_a_page"]
    asked = parse_qs(urlsplit(first.address).query)
    assert (asked["$limit"], asked["$offset"], asked["$order"]) == ([str(size)], ["0"], [":id"])
    assert asked["$where"] == ["kind like '%Psych%'"]
    assert asked["$select"] == [SELECT.removeprefix("$select=")]
    rows = json.dumps([{"licence_number": str(number), "profession": "x"} for number in range(size)]).encode()
    (second,) = one.read(page(first, rows), first).visits
    assert parse_qs(urlsplit(second.address).query) == asked | {"$offset": [str(size)]}
    assert one.read(page(second, b"[]"), second).visits == ()


def test_a_whole_dataset_is_counted_once_and_cleaned(httpserver: HTTPServer, tmp_path: Path) -> None:
    rows = [
        {
            "licence_number": str(number),
            "profession": "Psychologist License",
            "status": "Active",
            "postal_code": "98501",
        }
        for number in range(1_150)
    ]
    rows[3]["status"] = "Expired"
    rows[4]["status"] = "Under a cloud"
    del rows[5]["postal_code"]
    rows.append(rows[0])

    def answer(request: Request) -> Response:
        start, size = int(request.args["$offset"]), int(request.args["$limit"])
        return Response(json.dumps(rows[start : start + size]), content_type="application/json")

    httpserver.expect_request("/resource/abcd-1234.json").respond_with_handler(answer)
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    done = crawled("state_licences", tmp_path, httpserver.url_for("/resource/abcd-1234.json") + f"?{SELECT}", ("WA",))
    told = done.verdict
    assert told["trusted"], told["reasons"]
    assert (told["pages"], told["rows"], told["records"], told["duplicates"]) == (2, 1_151, 1_148, 1)
    assert told["drops"] == {"inactive": 1, "no location": 1}
    assert told["unknown_terms"] == {"status:Under a cloud": 1}
    records = list(done.records())
    assert {(one.professions, one.licence_states) for one in records} == {(("psychologist",), ("WA",))}
    assert sum(one.is_active is None for one in records) == 1
    assert not any(one.given_name or one.family_name for one in records)
