"""The invented payer directory can be paged to its end, refers only to what it has, and is as dirty as real ones."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from loopback_client import Client
from stdnum import luhn

from demonstration.plan_listings import CENTRE_OF_THE_COUNTRY
from demonstration.serve import Demonstration

INCLUDES = ("practitioner", "location", "organization", "service")
Bundle = dict[str, Any]


def _pages(running: Demonstration, client: Client, search: str) -> Iterator[Bundle]:
    seen: set[str] = set()
    address = running.addresses.plan_net + search
    while address:
        assert address not in seen
        seen.add(address)
        bundle = client.json(address)
        yield bundle
        address = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")


@pytest.fixture(scope="module")
def bundles(running: Demonstration, client: Client) -> list[Bundle]:
    includes = "".join(f"&_include=PractitionerRole:{name}" for name in INCLUDES)
    return list(_pages(running, client, "PractitionerRole?_count=100" + includes))


def _resources(bundles: list[Bundle], kind: str) -> list[dict[str, Any]]:
    found = [entry["resource"] for bundle in bundles for entry in bundle["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


def test_paging_ends_with_every_role_once(bundles: list[Bundle], running: Demonstration) -> None:
    roles = _resources(bundles, "PractitionerRole")
    assert len({role["id"] for role in roles}) == len(roles) == bundles[0]["total"]
    counted = [role for role in roles if role["active"] and role["specialty"][0]["coding"][0]["code"] != "2084N0400X"]
    assert len(counted) == running.served_listings["plan_net"] < len(roles)


def test_next_links_tell_nothing_of_the_position(bundles: list[Bundle]) -> None:
    links = [link["url"] for bundle in bundles for link in bundle["link"] if link["relation"] == "next"]
    assert len(links) == len(bundles) - 1
    assert {name for link in links for name, _ in parse_qsl(urlsplit(link).query)} == {"_getpages"}


def test_what_a_role_refers_to_comes_on_the_same_page(bundles: list[Bundle]) -> None:
    for bundle in bundles:
        assert bundle["type"] == "searchset"
        present = {f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in bundle["entry"]}
        assert len(present) == len(bundle["entry"])
        for role in _resources([bundle], "PractitionerRole"):
            named = [role["practitioner"], *role["location"], *role["healthcareService"]]
            named += [role["organization"]] if "organization" in role else []
            assert {reference["reference"] for reference in named} <= present
        modes = {entry["search"]["mode"] for entry in bundle["entry"]}
        assert modes == {"match", "include"}


def test_without_include_only_roles_come_and_the_rest_is_read_by_id(running: Demonstration, client: Client) -> None:
    bundle = client.json(running.addresses.plan_net + "PractitionerRole")
    assert {entry["resource"]["resourceType"] for entry in bundle["entry"]} == {"PractitionerRole"}
    assert len(bundle["entry"]) == 20
    role = bundle["entry"][0]["resource"]
    practitioner = client.json(running.addresses.plan_net + role["practitioner"]["reference"])
    assert practitioner["resourceType"] == "Practitioner"
    assert client.json(running.addresses.plan_net + "metadata")["fhirVersion"] == "4.0.1"


def test_count_is_at_most_a_hundred(running: Demonstration, client: Client) -> None:
    bundle = client.json(running.addresses.plan_net + "PractitionerRole?_count=5000")
    assert len(bundle["entry"]) == 100


def test_increments_and_specialties_narrow_a_search(running: Demonstration, client: Client) -> None:
    since = list(_pages(running, client, "PractitionerRole?_count=100&_lastUpdated=ge2026-01-01"))
    days = [role["meta"]["lastUpdated"] for role in _resources(since, "PractitionerRole")]
    assert days
    assert min(days) >= "2026-01-01"
    system = "http://nucc.org/provider-taxonomy%7C106H00000X"
    therapists = list(_pages(running, client, "PractitionerRole?_count=100&specialty=" + system))
    codes = {role["specialty"][0]["coding"][0]["code"] for role in _resources(therapists, "PractitionerRole")}
    assert codes == {"106H00000X"}


@pytest.mark.parametrize(
    ("path", "status"), [("Nothing/here", 404), ("PractitionerRole?_count=x", 400), ("?_getpages=x", 410)]
)
def test_refusals_are_operation_outcomes(running: Demonstration, client: Client, path: str, status: int) -> None:
    answered, text = client.get(running.addresses.plan_net + path)
    assert answered == status
    assert "OperationOutcome" in text


def test_dirt_of_payers_directories(bundles: list[Bundle]) -> None:
    practitioners, locations = _resources(bundles, "Practitioner"), _resources(bundles, "Location")
    npis = [one["identifier"][0]["value"] for one in practitioners if "identifier" in one]
    assert 0 < len(practitioners) - len(npis) < len(practitioners) / 10
    assert any(not luhn.is_valid("80840" + npi) for npi in npis)
    assert any("line" not in location["address"] for location in locations)
    points = {(one["position"]["latitude"], one["position"]["longitude"]) for one in locations if "position" in one}
    assert CENTRE_OF_THE_COUNTRY in points


def test_delivery_openings_and_licences_are_said(bundles: list[Bundle]) -> None:
    said = str(_resources(bundles, "HealthcareService"))
    assert "'virtual'" in said
    assert "'physical'" in said
    assert "newpatients" in str(_resources(bundles, "PractitionerRole"))
    licences = [len(one["qualification"]) for one in _resources(bundles, "Practitioner")]
    assert min(licences) == 1
    assert max(licences) > 1
