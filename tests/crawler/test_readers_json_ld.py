"""Web pages with linked data, and sitemaps."""

import pytest
from saved_pages import expected, plain, saved

from crawler.readers import json_ld
from crawler.readers.raw import ReaderError

ADDRESS = "https://therapists.example/therapists/wy/?page=2"


def page_of(script: str) -> json_ld.Page:
    return json_ld.read_page(f'<script type="application/ld+json">{script}</script><p>x'.encode(), ADDRESS)


@pytest.mark.parametrize("case", ["list_page", "clinic_page"])
def test_a_saved_page_is_read_as_expected(case: str) -> None:
    page = json_ld.read_page(saved("json_ld_site", case, "response.html"), ADDRESS)
    read = {
        "next_address": page.next_address,
        "links": list(page.links),
        "broken_scripts": page.broken_scripts,
        "listings": [plain(listing) for listing in page.listings],
    }
    assert read == expected("json_ld_site", case)


def test_private_facts_and_free_text_are_never_read() -> None:
    read = repr(json_ld.read_page(saved("json_ld_site", "list_page", "response.html"), ADDRESS))
    for private in ("mail.example", "me.jpg", "Female", "1980", "Free text", "profiles.example"):
        assert private not in read


def test_a_page_said_twice_is_one_listing() -> None:
    person = '{"@type": "Person", "@id": "a", "name": "Ab Cd"}'
    assert len(page_of(f"[{person}, {person}]").listings) == 1


@pytest.mark.parametrize(
    ("script", "broken"), [("{", 1), ("", 1), ("null", 0), ("[[[]]]", 0), ('"text"', 0), ('{"@type": 5}', 0)]
)
def test_odd_scripts_bring_no_listing(script: str, broken: int) -> None:
    page = page_of(script)
    assert (page.listings, page.broken_scripts) == ((), broken)


def test_objects_that_hold_themselves_end() -> None:
    deep = '{"@graph": [' * 60 + '{"@type": "Person", "name": "Too Deep"}' + "]}" * 60
    assert page_of(deep).listings == ()


@pytest.mark.parametrize("page", [b"", b"   ", b"<!-- nothing -->", b"\x00\xff", b"plain text"])
def test_a_page_without_anything_is_empty(page: bytes) -> None:
    assert json_ld.read_page(page, ADDRESS).listings == ()


def test_a_stated_encoding_is_used() -> None:
    page = '<script type="application/ld+json">{"@type": "Person", "name": "Zoë Über"}</script>'.encode("latin-1")
    assert json_ld.read_page(page, ADDRESS, "latin-1").listings[0].family_name == "Über"


@pytest.mark.parametrize(
    ("said", "online", "only"),
    [
        ('"availableChannel": {"name": "In person"}', False, False),
        ('"availableChannel": [{"name": "Telehealth"}]', True, True),
        ('"availableChannel": [{"name": "Video"}, {"serviceLocation": {"@type": "Place"}}]', True, False),
        ('"availableService": [{"name": "Online therapy"}]', True, None),
        ('"serviceType": "EMDR"', None, None),
        ('"jobTitle": "Psychologist"', None, None),
    ],
)
def test_online_is_three_valued(said: str, online: bool | None, only: bool | None) -> None:
    listing = page_of(f'{{"@type": "Person", "name": "Ab Cd", {said}}}').listings[0]
    assert (listing.offers_online, listing.is_online_only) == (online, only)


def test_next_page_on_another_host_is_not_followed() -> None:
    page = json_ld.read_page(b'<a rel="next" href="https://elsewhere.example/2">Next</a>', ADDRESS)
    assert (page.next_address, page.links) == (None, ())


def test_sitemaps_and_their_indexes_are_read() -> None:
    opening = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    urls = (
        f"<?xml version='1.0'?><urlset {opening}><url><loc> https://a.example/?x=1&amp;y=2 </loc></url><url/></urlset>"
    )
    index = f"<sitemapindex {opening}><sitemap><loc>https://a.example/1.xml</loc></sitemap></sitemapindex>"
    assert json_ld.read_sitemap(urls.encode()) == ("https://a.example/?x=1&y=2",)
    assert json_ld.read_sitemap(index.encode()) == ("https://a.example/1.xml",)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "not XML"),
        (b"<html><body/></html>", "'html'"),
        (
            b'<!DOCTYPE u [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
            "document type",
        ),
        (
            b'<!DOCTYPE u [<!ENTITY f SYSTEM "file:///etc/hostname">]><urlset><url><loc>&f;</loc></url></urlset>',
            "document type",
        ),
    ],
)
def test_a_sitemap_that_is_none_or_carries_entities_is_refused(body: bytes, named: str) -> None:
    with pytest.raises(ReaderError, match=named):
        json_ld.read_sitemap(body)
