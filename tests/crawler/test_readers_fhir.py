"""A payer's bundles, saved and real."""

import json
from collections import Counter
from pathlib import Path

import pytest
from saved_pages import expected, plain, saved

from crawler.readers import fhir
from crawler.readers.raw import ReaderError

ROLE_WITHOUT_ID = (
    b'{"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": {"resourceType": "PractitionerRole"}}]}'
)


@pytest.mark.parametrize("case", ["whole_role", "gaps"])
def test_a_saved_bundle_is_read_as_expected(case: str) -> None:
    page = fhir.read_bundle(saved("plan_net", case))
    read = {
        "next_address": page.next_address,
        "rows": page.rows,
        "listings": [plain(listing) for listing in page.listings],
    }
    assert read == expected("plan_net", case)


def test_an_outcome_is_an_error_that_says_why() -> None:
    with pytest.raises(ReaderError, match="The page is not known any more"):
        fhir.read_bundle(saved("plan_net", "refused"))


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "not JSON"),
        (b"[]", "list"),
        (b'{"resourceType": "Bundle", "type": "history"}', "history"),
        (ROLE_WITHOUT_ID, "no id"),
    ],
)
def test_anything_else_is_named(body: bytes, named: str) -> None:
    with pytest.raises(ReaderError, match=named):
        fhir.read_bundle(body)


def test_an_empty_answer_is_empty_not_failed() -> None:
    assert fhir.read_bundle(b'{"resourceType": "Bundle", "type": "searchset"}') == fhir.Page((), None, 0)


@pytest.mark.parametrize(
    ("delivery", "online", "only"),
    [(["physical"], False, False), (["virtual"], True, True), (["physical", "virtual"], True, False), ([], None, None)],
)
def test_delivery_is_three_valued(delivery: list[str], online: bool | None, only: bool | None) -> None:
    bundle = json.loads(saved("plan_net", "whole_role"))
    service = bundle["entry"][3]["resource"]
    service["extension"] = [
        {
            "url": "x/delivery-method",
            "extension": [{"url": "type", "valueCodeableConcept": {"coding": [{"code": one}]}}],
        }
        for one in delivery
    ]
    listing = fhir.read_bundle(json.dumps(bundle).encode()).listings[0]
    assert (listing.offers_online, listing.is_online_only) == (online, only)


def test_private_facts_are_never_read() -> None:
    read = repr(fhir.read_bundle(saved("plan_net", "whole_role"))) + repr(fhir.read_bundle(saved("plan_net", "gaps")))
    for private in ("mail.example", "1970", "female", "PRIVATE LANE", "406-555-0100"):
        assert private not in read


@pytest.mark.real
def test_all_real_roles_are_read(real_data: Path) -> None:
    files = (real_data / "directories" / "plan_net" / "nppes-derived").rglob("*.json")
    resources = [json.loads(file.read_bytes()) for file in sorted(files)]
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}
    page = fhir.read_bundle(json.dumps(bundle).encode())
    assert page.rows == len(page.listings) == len({listing.source_id for listing in page.listings}) == 102
    assert all(listing.npi and listing.family_name and listing.taxonomy_codes for listing in page.listings)
    assert all(listing.locations and listing.locations[0].postal_code for listing in page.listings)
    assert sum(bool(listing.licence_states) for listing in page.listings) == 101
    assert Counter(listing.is_accepting for listing in page.listings) == {False: 80, True: 22}
    assert {listing.offers_online for listing in page.listings} == {False}
