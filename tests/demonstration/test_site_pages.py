"""The invented web directory can be crawled politely and completely, and notices who is not polite."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from loopback_client import Client
from protego import Protego

from demonstration.directories import Directories
from demonstration.serve import Demonstration

_SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


class _Links(HTMLParser):
    """Collects the addresses a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"a", "link"}:
            self.found += [text for name, text in attrs if name == "href" and text]


def _listed(page: str) -> list[dict[str, object]]:
    """Return the listings on a page, script by script; a script that is no JSON is passed over."""
    found = []
    for script in _SCRIPT.findall(page):
        try:
            linked = json.loads(script)
        except json.JSONDecodeError:
            continue
        items = [item["item"] for item in linked.get("itemListElement", [])]
        found += linked.get("@graph", []) or items or ([linked] if "@id" in linked else [])
    return found


def _crawl(running: Demonstration, client: Client) -> dict[str, str]:
    start = running.addresses.site
    robots = Protego.parse(client.get(start + "robots.txt")[1])
    waiting, pages = [start, *re.findall(r"<loc>(.*?)</loc>", client.get(next(iter(robots.sitemaps)))[1])], {}
    while waiting:
        address = waiting.pop()
        if address in pages or not robots.can_fetch(address, "polite"):
            continue
        status, pages[address] = client.get(address)
        assert status == 200, address
        links = _Links()
        links.feed(pages[address])
        further = (urljoin(address, link) for link in links.found)
        waiting += [link for link in further if urlsplit(link).netloc == urlsplit(start).netloc]
    return pages


def test_a_polite_complete_crawl_finds_what_is_served(running: Demonstration, client: Client) -> None:
    before = running.requests()["disallowed"]
    pages = _crawl(running, client)
    found = {listing["@id"] for page in pages.values() for listing in _listed(page)}
    assert len(found) == running.served_listings["json_ld_site"]
    assert running.requests()["disallowed"] == before


def test_requests_to_the_forbidden_part_are_counted(running: Demonstration, client: Client) -> None:
    before = running.requests()
    for path in ("private/waiting-list", "search?q=x"):
        assert client.get(running.addresses.site + path)[0] == 200
    after = running.requests()
    assert after["disallowed"] == before["disallowed"] + 2
    assert after["json_ld_site"] == before["json_ld_site"] + 2


def test_robots_forbids_a_part_and_names_the_sitemap(running: Demonstration, client: Client) -> None:
    robots = Protego.parse(client.get(running.addresses.site + "robots.txt")[1])
    assert not robots.can_fetch(running.addresses.site + "private/waiting-list?page=1", "anybody")
    assert robots.can_fetch(running.addresses.site + "therapists/wa/?page=1", "anybody")
    assert list(robots.sitemaps) == [running.addresses.site + "sitemap.xml"]


def test_next_links_end_and_never_return(running: Demonstration, client: Client) -> None:
    seen: list[str] = []
    address = running.addresses.site + "therapists/wa/?page=1"
    while address not in seen:
        seen.append(address)
        further = re.search(r'<link rel="next" href="([^"]+)">', client.get(address)[1])
        if further is None:
            break
        address = urljoin(address, further.group(1))
    assert f"Page 1 of {len(seen)}<" in client.get(seen[0])[1]
    assert client.get(f"{running.addresses.site}therapists/wa/?page={len(seen) + 1}")[0] == 404
    assert client.get(f"{running.addresses.site}therapists/wa/?page=x")[0] == 404
    assert client.get(f"{running.addresses.site}therapists/ca/")[0] == 404


def test_a_page_holds_25_listings_in_text_and_in_linked_data(full: Directories) -> None:
    for number in (1, 3, 7):
        page = full.site.answer("/therapists/wa/", {"page": str(number)}, "").body.decode()
        assert page.count("<li>") == len(_listed(page)) == 25


def test_some_pages_have_a_broken_script_beside_a_good_one(full: Directories) -> None:
    page = full.site.answer("/therapists/wa/", {"page": "7"}, "").body.decode()
    scripts = _SCRIPT.findall(page)
    assert len(scripts) == 2
    assert len(_listed(page)) == 25


def test_every_page_of_a_clinic_is_the_same_organisation(full: Directories) -> None:
    clinic = next(entry for entry in full.site.entries if entry.path.startswith("/clinics/"))
    pages = [full.site.answer(clinic.path + page, {}, "").body.decode() for page in ("", "team", "contact")]
    assert len(set(pages)) > 1
    assert {listing["@id"] for page in pages for listing in _listed(page)} == {clinic.linked_data["@id"]}


def test_some_hundred_listings_have_a_page_of_their_own(full: Directories) -> None:
    own = [entry for entry in full.site.entries if entry.path.startswith("/therapists/")]
    assert 200 <= len(own) <= 500


def test_online_offers_openings_and_identifiers_are_said_for_most_but_not_all(full: Directories) -> None:
    people = [entry.linked_data for entry in full.site.entries if entry.truth_id.startswith("T")]
    for field in ("identifier", "isAcceptingNewPatients", "availableChannel", "telephone"):
        assert 0.6 < sum(field in linked for linked in people) / len(people) < 0.97
    assert any("sameAs" in linked for linked in people)
    assert {str(linked["@type"]) for linked in people} == {"Person", "Physician"}
