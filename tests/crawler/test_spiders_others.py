"""Where the other spiders go: next pages, sitemaps and links, and states by their numbers."""

import gzip
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from crawled import page, spider, therapist_page, walked

from crawler.readers.raw import ReaderError
from crawler.visits import Visit

SITE = "https://site.example/"


def _bundle(roles: int, following: str | None) -> bytes:
    links = [{"relation": "next", "url": following}] if following else []
    entries = [
        {"resource": {"resourceType": "PractitionerRole", "id": f"role{number}", "active": True}}
        for number in range(roles)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}).encode()


def test_plan_net_asks_once_a_state_and_follows_next(tmp_path: Path) -> None:
    one = spider("plan_net", tmp_path, "https://payer.example/fhir/", ("MT", "WY"))
    first = list(one.first())
    asked = [parse_qs(urlsplit(visit.address).query) for visit in first]
    assert [query["location.address-state"] for query in asked] == [["MT"], ["WY"]]
    assert "PractitionerRole:service" in asked[0]["_include"]
    assert urlsplit(first[0].address).path == "/fhir/PractitionerRole"
    reading = one.read(page(first[0], _bundle(3, "https://payer.example/fhir?_getpages=opaque")), first[0])
    assert reading.rows == 3
    assert [visit.address for visit in reading.visits] == ["https://payer.example/fhir?_getpages=opaque"]
    assert one.read(page(first[0], _bundle(3, None)), first[0]).visits == ()


def test_plan_net_without_states_asks_for_everything(tmp_path: Path) -> None:
    (only,) = spider("plan_net", tmp_path, "https://payer.example/fhir").first()
    assert "address-state" not in only.address


def test_a_site_is_found_through_robots_maps_links_and_next_pages(tmp_path: Path) -> None:
    pages = {
        "/": therapist_page(
            ["a"], ["/list?page=1", "https://elsewhere.example/x", "/leaflet.pdf", "mailto:x@y.example"]
        ),
        "/robots.txt": f"User-agent: *\nDisallow: /private\nSitemap: {SITE}maps.xml\n",
        "/sitemap.xml": f"<urlset><url><loc>{SITE}mapped</loc></url></urlset>",
        "/maps.xml": f"<sitemapindex><sitemap><loc>{SITE}more.xml.gz</loc></sitemap></sitemapindex>",
        "/more.xml.gz": f"<urlset><url><loc>{SITE}deep</loc></url></urlset>",
        "/mapped": therapist_page(["b"]),
        "/deep": therapist_page(["c"]),
        "/list?page=1": therapist_page(["d"], following="/list?page=2"),
        "/list?page=2": therapist_page(["e"], ["/list?page=1"]),
    }

    def answer(address: str) -> bytes:
        assert address.startswith(SITE)
        path = address.removeprefix(SITE[:-1])
        return gzip.compress(pages[path].encode()) if path.endswith(".gz") else pages[path].encode()

    met, _, read = walked(spider("json_ld_site", tmp_path, SITE), answer)
    assert sorted(identifier[-1] for identifier in met) == ["a", "b", "c", "d", "e"]
    assert read == len(pages)


def test_a_next_page_is_as_deep_as_the_one_before_and_a_link_deeper(tmp_path: Path) -> None:
    one = spider("json_ld_site", tmp_path, SITE)
    visit = Visit(f"{SITE}list", depth=2)
    body = therapist_page(["a"], ["/detail"], following="/list2").encode()
    depths = {further.address: further.depth for further in one.read(page(visit, body), visit).visits}
    assert depths == {f"{SITE}list2": 2, f"{SITE}detail": 3}


def test_what_is_no_page_is_not_read_as_one(tmp_path: Path) -> None:
    visit = Visit(f"{SITE}picture")
    reading = spider("json_ld_site", tmp_path, SITE).read(page(visit, b"\x89PNG", {"Content-Type": "image/png"}), visit)
    assert reading.listings == reading.visits == ()


def test_a_sitemap_that_is_none_is_a_fault(tmp_path: Path) -> None:
    visit = Visit(f"{SITE}sitemap.xml", kind="sitemap")
    with pytest.raises(ReaderError, match="sitemap"):
        spider("json_ld_site", tmp_path, SITE).read(page(visit, b"<html></html>"), visit)


def test_the_locator_is_asked_by_its_own_numbers_of_states(tmp_path: Path) -> None:
    one = spider("findtreatment", tmp_path, "https://locator.example/v2", ("MT", "ME"))
    first = list(one.first())
    assert [parse_qs(urlsplit(visit.address).query)["limitValue"] for visit in first] == [["4"], ["1"]]
    latitude, longitude = (float(part) for part in parse_qs(urlsplit(first[0].address).query)["sAddr"][0].split(","))
    assert 24 < latitude < 50 and -125 < longitude < -66  # noqa: PT018 - one point in the country, not swapped
    body = json.dumps({"page": 1, "totalPages": 3, "recordCount": 3, "rows": []}).encode()
    following = one.read(page(first[0], body), first[0]).visits
    assert [parse_qs(urlsplit(visit.address).query)["page"] for visit in following] == [["2"], ["3"]]
    assert one.read(page(following[0], body), following[0]).visits == ()
    claim = json.dumps({"page": 1, "totalPages": 10**12, "rows": []}).encode()
    assert len(one.read(page(first[0], claim), first[0]).visits) == one.source.pages - 1  # no more than may be read
    assert len(one.source.search["state_ids"]) == len(set(one.source.search["state_ids"].values())) == 51
