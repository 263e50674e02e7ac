"""HTML directories described by a file alone: the file, the pages, and whole crawls of sites on this machine."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from crawled import crawled, quiet
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from saved_pages import PAGES, expected, plain, saved

from crawler.declaration import Declaration, declaration_of, read_declaration
from crawler.folders import new_folder
from crawler.order import CrawlOrder, checked, write_order
from crawler.readers import declared
from crawler.readers.raw import ReaderError
from crawler.runner import crawl
from crawler.settings import settings_of
from crawler.source import SourceError, known_sources, read_source
from demonstration.serve import served

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "directories" / "demonstration.toml"
SITE_FILE = PAGES / "declared" / "list_page" / "site.toml"
SITE = read_declaration(SITE_FILE)
PAGE = saved("declared", "list_page", "response.html")
ADDRESS = "https://directory.example/people/"
THERAPISTS = 600


def told_with(**more: object) -> Declaration:
    """Return the description of the saved page with something else in its place."""
    return declaration_of({**tomllib.loads(SITE_FILE.read_text(encoding="utf-8")), **more}, "test")


def test_a_saved_page_is_read_as_expected() -> None:
    page = declared.read_page(PAGE, ADDRESS, None, SITE, "start")
    read = {
        "rows": page.rows,
        "next_address": page.next_address,
        "links": [list(link) for link in page.links],
        "silent": list(page.silent),
        "listings": [plain(listing) for listing in page.listings],
    }
    assert read == expected("declared", "list_page")


def test_what_is_not_described_is_never_read() -> None:
    read = repr(declared.read_page(PAGE, ADDRESS, None, SITE, "start"))
    for private in ("mail.example", "jpg", "1980", "free text", "Born"):
        assert private in PAGE.decode()
        assert private not in read


def test_a_stated_encoding_is_used() -> None:
    page = PAGE.decode().replace('<meta charset="utf-8">', "").encode("latin-1")
    (first, *_) = declared.read_page(page, ADDRESS, "text/html; charset=latin-1", SITE, "start").listings
    assert first.given_name == "Zoë"


def test_a_word_that_is_neither_yes_nor_no_is_unknown_and_an_event() -> None:
    _, clinic = declared.read_page(PAGE, ADDRESS, None, SITE, "start").listings
    assert clinic.is_accepting is None
    assert clinic.terms == ("is_accepting:Waiting list", "listed_on:soon")


def test_fields_no_entry_has_are_named() -> None:
    page = declared.read_page(PAGE.replace(b"tel:", b"fax:"), ADDRESS, None, SITE, "start")
    assert page.silent == ("phone (css 'a[href^=\"tel:\"]::attr(href)') finds nothing",)


def test_selectors_of_rows_and_links_that_find_nothing_are_faults() -> None:
    other = PAGE.replace(b"article", b"section")
    with pytest.raises(ReaderError, match=r"rows \(css 'article.entry'\) finds no entry"):
        declared.read_page(other, ADDRESS, None, SITE, "start")
    assert declared.read_page(b'<p class="none">Nobody</p>', ADDRESS, None, SITE, "start").rows == 0
    link = {"to": "detail", "xpath": "//nav/a"}
    with pytest.raises(ReaderError, match="links to the kind 'detail'"):
        declared.read_page(PAGE, ADDRESS, None, told_with(links=[link]), "start")
    with pytest.raises(ReaderError, match="holds nothing"):
        declared.read_page(b"", ADDRESS, None, SITE, "start")


@given(body=st.binary(max_size=300), at=st.integers(0, len(PAGE)), kind=st.sampled_from(["start", "detail"]))
def test_a_damaged_page_is_read_or_is_one_fault(body: bytes, at: int, kind: str) -> None:
    try:
        page = declared.read_page(PAGE[:at] + body, ADDRESS, None, SITE, kind)
    except ReaderError as fault:
        lines, page = str(fault).splitlines(), None
    else:
        lines = ["read"]
    assert len(lines) == 1
    assert page is None or len(page.listings) <= page.rows


def test_all_faults_of_a_file_are_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text(
        'title = ""\nmail = "x"\n[listings]\non = "detail"\nrows = "li["\n'
        'name = { css = "a", xpath = "b" }\ncity = { xpath = "//[" }\nstate = { css = "a", pattern = "(" }\n'
        "[limits]\npages = 1000000\ndelay_seconds = 0.1\n",
        encoding="utf-8",
    )
    with pytest.raises(SourceError) as raised:
        read_declaration(file)
    said = str(raised.value)
    for part in (
        "site.toml", "title", "mail", "publisher", "examples/directories/demonstration.toml",
        "listings.rows: css 'li['", "either css or xpath", "xpath '//['",
        "listings.state.pattern: '('", "limits.pages", "limits.delay_seconds",
    ):  # fmt: skip
        assert part in said
    assert said.endswith(".")
    assert "\n" not in said


@pytest.mark.parametrize(("text", "named"), [(None, "cannot be read"), (b"a = ", "not TOML"), (b"\xff", "not TOML")])
def test_a_file_that_is_none_is_one_sentence(tmp_path: Path, text: bytes | None, named: str) -> None:
    file = tmp_path / "site.toml"
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(SourceError, match=named) as raised:
        read_declaration(file)
    assert "\n" not in str(raised.value)


def test_kinds_of_pages_no_link_leads_to_are_a_fault() -> None:
    listings = tomllib.loads(SITE_FILE.read_text(encoding="utf-8"))["listings"]
    with pytest.raises(SourceError, match="'elsewhere'"):
        told_with(listings={**listings, "on": "elsewhere"})


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"source": "declared"}, "--site"),
        ({"source": "plan_net", "address": "http://127.0.0.1:1/", "site": SITE}, "leave out --site"),
        ({"source": "declared", "site": SITE, "states": ("MT",)}, "leave out --states"),
        ({"source": "declared", "site": read_declaration(EXAMPLE)}, "--address"),
        ({"source": "declared", "site": SITE, "address": "https://www.psychologytoday.com/"}, "is not crawled"),
    ],
)
def test_orders_that_fit_no_description_are_one_sentence(more: dict[str, object], named: str) -> None:
    with pytest.raises(SourceError, match=named):
        checked(CrawlOrder(crawls=Path("crawls"), **more), needs_contact=False)  # type: ignore[arg-type]


def test_a_file_says_whose_it_is_and_loosens_nothing(tmp_path: Path) -> None:
    fastest = told_with(limits={"pages": 20_000, "depth": 16, "delay_seconds": 2.0})
    question = checked(CrawlOrder("declared", tmp_path, site=fastest), needs_contact=False)
    own = read_source("declared")
    assert (question.address, question.source.title) == (SITE.address, "Invented directory")
    assert question.source.delay_seconds == own.delay_seconds
    assert question.source.pages <= own.pages
    assert question.source.is_one_site
    live = settings_of(question.source, question.policy, "me@agency.example", tmp_path, is_replay=False)
    assert live["DOWNLOAD_DELAY"] >= own.delay_seconds
    assert live["ROBOTSTXT_OBEY"] is True
    slow = checked(
        CrawlOrder("declared", tmp_path, site=told_with(limits={"pages": 7, "delay_seconds": 9})), needs_contact=False
    )
    assert (slow.source.pages, slow.source.delay_seconds) == (7, 9.0)


def test_the_expected_count_is_of_the_described_address(tmp_path: Path) -> None:
    site = told_with(expected={"least": 1, "most": 2, "because": "it says so"})
    own = checked(CrawlOrder("declared", tmp_path, site=site), needs_contact=False)
    assert own.expected is not None
    assert (own.expected.least, own.expected.most) == (1, 2)
    for more in ({"limit": 5}, {"address": "http://127.0.0.1:1/"}):
        assert checked(CrawlOrder("declared", tmp_path, site=site, **more), needs_contact=False).expected is None  # type: ignore[arg-type]


_SHOWN = """
import json, sys
from demonstration.directories import make_directories
entries = make_directories(therapists=int(sys.argv[1])).site.entries
print(json.dumps([[entry.name, entry.path.startswith("/clinics/"), entry.place[-5:]] for entry in entries]))
"""


def shown_on_public_pages() -> set[tuple[str, str]]:
    """Return family or clinic name and postal code of all the site shows; made elsewhere, to spare this process."""
    made = subprocess.run(
        [sys.executable, "-c", _SHOWN, str(THERAPISTS)], capture_output=True, text=True, timeout=120, check=True
    )
    return {
        (name if is_clinic else name.split(",")[0].split()[-1], code)
        for name, is_clinic, code in json.loads(made.stdout)
    }


def test_the_example_reads_all_the_demonstration_serves_and_is_replayed_without_its_file(tmp_path: Path) -> None:
    shown = shown_on_public_pages()
    assert len(shown) > 100
    with served(therapists=THERAPISTS) as directories:
        done = crawled(
            "declared", tmp_path, directories.addresses.site, site=read_declaration(EXAMPLE), save_responses=True
        )
        assert directories.requests()["disallowed"] == 0
        served_listings = directories.served_listings["json_ld_site"]
    told = done.verdict
    assert told["trusted"], told["reasons"]
    assert told["records"] == told["rows"] == served_listings
    assert told["expected"][0]["least"] == 100
    assert (
        told["attribution"]
        == "Directory served on this machine, in the manner of an HTML directory described by a file"
    )
    records = list(done.records())
    assert {(one.family_name or one.organisation_name, one.locations[0].postal_code) for one in records} == shown
    assert {one.is_accepting for one in records} == {True, False, None}
    assert all(one.professions for one in records)
    again = crawl(CrawlOrder("declared", tmp_path / "again", replay=done.folder), quiet)
    assert again.verdict["trusted"], again.verdict["reasons"]
    assert again.records_file.read_bytes() == done.records_file.read_bytes() != b""


def test_the_command_takes_a_file_and_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    def said(*words: str) -> tuple[int, str, str]:
        command = [sys.executable, "-c", "from cli.main import run; run()", "--work", str(tmp_path / "work"), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout, done.stderr

    (tmp_path / "site.toml").write_text('title = "x"\n', encoding="utf-8")
    code, _, fault = said("crawl", "declared", "--site", str(tmp_path / "site.toml"))
    assert code == 2
    assert fault.startswith("therapygap: ")
    assert len(fault.splitlines()) == 1
    assert "listings: Field required" in fault
    order = ("crawl", "declared", "--site", str(EXAMPLE), "--address", "http://127.0.0.1:9/", "--dry-run")
    code, plan, _ = said(*order)
    assert code == 0
    assert "manner of an HTML directory described by a file" in plan
    assert not (tmp_path / "work").exists()
    _, told, _ = said("crawl", "--help")
    assert not [name for name in known_sources() if name not in told]


def test_a_crawl_goes_on_by_the_description_it_began_with(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/people/").respond_with_data(_page(_person(1)), content_type="text/html")
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    order = CrawlOrder("declared", tmp_path, address=httpserver.url_for("/"), site=SITE)
    write_order(order, new_folder(tmp_path, "declared"), "2026-11-26T08:00:00+00:00")
    done = crawl(CrawlOrder("declared", tmp_path, resume=True), quiet)
    assert [record.source_id for record in done.records()] == ["1"]
    assert done.verdict["started_at"] == "2026-11-26T08:00:00+00:00"


def _page(people: str, more: str = "") -> str:
    return f'<html><body>{people}<a href="/private">p</a>{more}</body></html>'


def _person(number: int, more: str = "") -> str:
    return (
        f'<article class="entry" id="entry-{number}"><h3>Ann P{number}</h3><address>MT 59601</address>{more}</article>'
    )


def test_what_selectors_miss_is_counted_and_named(httpserver: HTTPServer, tmp_path: Path) -> None:
    full = '<a href="tel:+1-406-555-0101">Call</a>'
    pages = {
        "/": _page(_person(1, full), '<a href="/2">Weiter</a>'),
        "/2": _page(_person(2) + '<article class="entry" id="entry-9"></article>', '<a href="/3">Weiter</a>'),
        "/3": _page(_person(3), '<a href="/4">Weiter</a>'),
        "/4": _page("<p>We have a new design.</p>"),
    }
    for path, text in pages.items():
        httpserver.expect_request(path).respond_with_data(text, content_type="text/html")
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /private\n")
    links = [
        {"to": "detail", "css": 'a[href="/private"]'},
        {"to": "detail", "css": "h3 a", "may_be_absent": True},
    ]
    listings = {
        name: told
        for name, told in tomllib.loads(SITE_FILE.read_text(encoding="utf-8"))["listings"].items()
        if name in {"on", "rows", "name", "identifier", "postal_code", "phone"}
    }
    site = told_with(start=["/"], links=links, listings=listings)
    done = crawled("declared", tmp_path, httpserver.url_for("/"), site=site)
    told = done.verdict
    assert [record.source_id for record in done.records()] == ["1", "2", "3"]
    silent = "phone (css 'a[href^=\"tel:\"]::attr(href)') finds nothing"
    assert told["left_out"] == {silent: 2, "forbidden by robots.txt": 1}
    assert told["errors"] == {"unreadable": 1}
    (why,) = told["failed_pages"].values()
    assert "rows (css 'article.entry') finds no entry" in why
    assert told["unread_rows"] == 1
    assert told["trusted"] is False
    assert any("Of 4 rows only 3 were understood." in reason for reason in told["reasons"])
    assert "/private" not in {request.path for request, _ in httpserver.log}


def test_other_sites_are_refused_and_named(httpserver: HTTPServer, tmp_path: Path) -> None:
    away = '<a class="more" href="https://elsewhere.example/1">more</a>'
    httpserver.expect_request("/people/").respond_with_data(_page(_person(1), away), content_type="text/html")
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    site = told_with(links=[{"to": "detail", "css": "a.more"}])
    told = crawled("declared", tmp_path, httpserver.url_for("/"), site=site).verdict
    assert told["records"] == 1
    assert list(told["refused"]) == ["elsewhere.example: a crawl of this machine must not leave it"]
