"""Nobody real: names, numbers and addresses; and the same seed gives the same bytes."""

import hashlib
import re
from collections import Counter

import pytest
from stdnum import luhn

from demonstration.directories import Directories, make_directories
from demonstration.truth import truth_of

_NAMESPACES = {"schema.org", "hl7.org", "nucc.org", "www.usps.com", "www.sitemaps.org"}


def _everything(directories: Directories) -> str:
    """Return all pages of all directories as one text."""
    site, plan, registry = directories.site, directories.plan_net, directories.registry
    origin = "http://127.0.0.1:1"
    pages = [
        registry.answer("/api/", {"version": "2.1", "last_name": f"{first}{second}*", "limit": "200"}, origin)
        for first in "abcdefghijklmnopqrstuvwxyz"
        for second in "abcdefghijklmnopqrstuvwxyz"
    ]
    for state in ("ID", "MT", "OR", "WA", "WY"):
        base = f"/therapists/{state.lower()}/"
        pages += [site.answer(base, {"page": str(page)}, origin) for page in range(1, site.pages(state) + 1)]
    pages += [site.answer(path, {}, origin) for path in ("/", "/about", "/robots.txt", "/sitemap.xml", "/private/x")]
    query = {"_count": "100", "_include": "*"}
    while query:
        page = plan.answer("/fhir/PractitionerRole" if "_count" in query else "/fhir", query, origin)
        pages.append(page)
        further = re.search(rb'"next","url":"[^"]*_getpages=([^"]*)"', page.body)
        query = {"_getpages": further.group(1).decode()} if further else {}
    return "\n".join(page.body.decode() for page in pages)


@pytest.fixture(scope="module")
def everything(small: Directories) -> str:
    return _everything(small)


def test_same_seed_same_bytes(everything: str, small: Directories) -> None:
    again = _everything(make_directories(therapists=len(small.invented.therapists)))
    assert hashlib.sha256(again.encode()).digest() == hashlib.sha256(everything.encode()).digest()


def test_another_seed_gives_other_people(everything: str, small: Directories) -> None:
    other = make_directories(seed=1, therapists=len(small.invented.therapists))
    assert _everything(other) != everything
    assert other.invented.therapists[0].given_name + other.invented.therapists[0].npi not in everything


def test_npis_begin_with_9_pass_luhn_and_are_nobody_elses(full: Directories) -> None:
    npis = [therapist.npi for therapist in full.invented.therapists]
    npis += [clinic.npi for clinic in full.invented.clinics] + full.invented.spare_npis
    assert len(npis) == len(set(npis))
    assert all(re.fullmatch(r"9\d{9}", npi) and luhn.is_valid("80840" + npi) for npi in npis)


def test_phones_are_of_the_range_for_fiction(everything: str) -> None:
    phones = set(re.findall(r"\b\d{3}-\d{3}-\d{4}\b", everything))
    assert len(phones) > 100
    assert all(re.fullmatch(r"\d{3}-555-01\d\d", phone) for phone in phones - {"999-999-9999"})


def test_web_addresses_lead_nowhere(everything: str) -> None:
    hosts = set(re.findall(r"https?://([a-z0-9.-]+)", everything))
    assert any(host.endswith(".example") for host in hosts)
    assert {host for host in hosts if not host.endswith(".example")} <= {*_NAMESPACES, "127.0.0.1"}
    assert re.search(r"[\w.]+@[\w-]+\.\w", everything) is None


def test_every_page_says_that_it_is_invented(small: Directories) -> None:
    for path in ("/", "/about", "/therapists/wa/", "/private/x"):
        assert b"Invented therapists, real population" in small.site.answer(path, {}, "").body


def test_everybody_is_listed_in_one_to_three_directories(full: Directories) -> None:
    people = [one for one in truth_of(full) if one.kind == "person"]
    directories = Counter(len({source for source, _ in one.listings}) for one in people)
    assert len(people) == 40_000
    assert set(directories) == {1, 2, 3}
    assert directories[2] > 9_000


def test_directories_have_about_the_sizes_meant(full: Directories) -> None:
    assert full.served_listings["nppes_api"] == pytest.approx(36_800, rel=0.02)
    assert full.served_listings["json_ld_site"] == pytest.approx(9_300, rel=0.03)
    assert full.served_listings["plan_net"] == pytest.approx(8_500, rel=0.03)


def test_truth_counts_each_listing_once(full: Directories) -> None:
    listings = [listing for one in truth_of(full) for listing in one.listings]
    assert len(listings) == len(set(listings))
    assert Counter(source for source, _ in listings) == full.served_listings


def test_about_nine_in_a_hundred_counselors_hold_further_licences(full: Directories) -> None:
    counselors = [one for one in full.invented.therapists if one.profession.key == "counselor"]
    assert sum(len(one.licences) > 1 for one in counselors) / len(counselors) == pytest.approx(0.09, abs=0.01)
    assert all(one.licences[0] == one.office.place.state for one in counselors)
