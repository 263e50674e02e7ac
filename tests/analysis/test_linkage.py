"""Listings are linked as truth has it, whatever their order, and people never with clinics."""

import dataclasses
import datetime as dt
import random
from collections.abc import Sequence

import numpy as np
import pytest

from analysis.providers.linkage import hashed, identity_key, link
from analysis.providers.linkage.weights import read_weights, shipped
from crawler.records import Location, ProviderRecord
from demonstration.doubles import Listing, listings

KEY = identity_key(["a", "b"])
CROWDED = ("ID", "MT", "OR", "WA", "WY")


def listing(source_id: str, **said: object) -> ProviderRecord:
    place = Location(
        state=str(said.pop("state", "MT")),
        city=said.pop("city", None),
        postal_code=str(said.pop("zip", "59337")),
        phone=said.pop("phone", None),
        street=said.pop("street", None),
    )
    told = {"source": "nppes_api", "source_id": source_id, "kind": "person", "locations": (place,)}
    return ProviderRecord.model_validate(told | {"retrieved_on": dt.date(2026, 11, 24)} | said)


def linked(*records: ProviderRecord) -> list[str]:
    return link(records, KEY).provider_ids


PERSON = {"given_name": "Avo", "family_name": "Inventia", "phone": "+14060550101", "street": "1 Imaginary St"}


def test_the_same_identifier_links() -> None:
    one, two, other = linked(
        listing("1", npi="9000000015", **PERSON),
        listing("2", npi="9000000015", given_name="A", family_name="Inventia"),
        listing("3", npi="9000000023", given_name="Bel", family_name="Abcia"),
    )
    assert one == two != other


def test_an_identifier_is_evidence_and_not_the_only_key() -> None:
    one, two = linked(listing("1", npi="9000000015", **PERSON), listing("2", npi="9000000023", **PERSON))
    assert one == two  # one person with two identifiers


@pytest.mark.parametrize(
    "changed",
    [
        {"given_name": "AVO", "family_name": "inventia"},
        {"given_name": "Avo J.", "family_name": "Inventia, PhD"},
        {"family_name": "Inventia-Abcia"},
        {"family_name": "Inventai"},
        {"given_name": "Inventia", "family_name": "Avo"},
        {"street": "1 Imaginary Street, Suite 4", "phone": None},
        {"street": None},
    ],
)
def test_slips_of_one_person_at_one_office_link(changed: dict[str, object]) -> None:
    one, two = linked(listing("1", **PERSON), listing("2", **PERSON | changed))
    assert one == two


@pytest.mark.parametrize(
    "changed",
    [
        {"given_name": "Bel"},  # a relative at the same office
        {"given_name": "Bel", "family_name": "Abcia"},  # a colleague
        {"phone": "+12060550177", "street": "9 Other Rd", "zip": "98101", "state": "WA"},  # a namesake far away
    ],
)
def test_others_stay_apart(changed: dict[str, object]) -> None:
    one, two = linked(listing("1", npi="9000000015", **PERSON), listing("2", npi="9000000023", **PERSON | changed))
    assert one != two


CLINIC = {
    "kind": "organisation",
    "organisation_name": "Inventia Family Counseling Center LLC",
    "street": "1 Imaginary St.",
    "city": "Terry",
    "phone": "+14060550101",
}


def test_one_clinic_on_many_pages_is_one_and_its_owner_another() -> None:
    names = (
        "Inventia Family Counseling Center LLC",
        "The Inventia Fam Couns Ctr",
        "INVENTIA FAMILY COUNSELLING CENTRE",
    )
    pages = [listing(str(page), **CLINIC | {"organisation_name": name}) for page, name in enumerate(names)]
    owner = listing("9", **PERSON)
    *clinics, person = linked(*pages, owner)
    assert len(set(clinics)) == 1
    assert person not in clinics


def test_two_facilities_of_a_chain_in_two_towns_are_two() -> None:
    there = {"street": "5 Other Rd", "city": "Billings", "zip": "59101"}
    one, two = linked(listing("1", **CLINIC), listing("2", **CLINIC | there))
    assert one != two


def test_listings_without_an_address_do_not_join_two_facilities() -> None:
    unsaid = CLINIC | {"street": None}
    there = CLINIC | {"street": "99 Other Rd"}
    one, two, *_ = linked(listing("1", **CLINIC), listing("2", **there), listing("3", **unsaid), listing("4", **unsaid))
    assert one != two


def test_nothing_to_link_is_no_fault() -> None:
    assert linked() == []
    assert len(set(linked(listing("1"), listing("2", kind="organisation")))) == 2


def test_ids_depend_on_the_key_and_hide_the_identifier() -> None:
    assert hashed("9000000015", KEY) != hashed("9000000015", identity_key(["c"]))
    assert identity_key(["a", "b"]) == identity_key(["b", "a"])


@pytest.fixture(scope="module")
def doubles() -> list[Listing]:
    return list(listings(16_000, 21, states=CROWDED))


@pytest.fixture(scope="module")
def found(doubles: list[Listing]) -> "tuple[list[str], dict[str, str]]":
    linkage = link([one.record for one in doubles], KEY)
    return linkage.provider_ids, {kind: weights.as_json() for kind, weights in linkage.models.items()}


def _quality(truth: Sequence[str], ids: Sequence[str]) -> tuple[float, float]:
    """Return precision and recall of pairs."""
    real, told = (np.unique(side, return_inverse=True)[1] for side in (truth, ids))
    both = np.unique(np.stack([real, told]), axis=1, return_inverse=True)[1].ravel()
    return _pairs(both) / _pairs(told), _pairs(both) / _pairs(real)


def _pairs(groups: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float:
    sizes = np.bincount(groups).astype(float)
    return float((sizes * (sizes - 1)).sum() / 2)


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_precision_and_recall_hold_on_dirty_directories(
    doubles: list[Listing], found: "tuple[list[str], dict[str, str]]", kind: str
) -> None:
    chosen = [(one.truth, told) for one, told in zip(doubles, found[0], strict=True) if one.record.kind == kind]
    precision, recall = _quality(*zip(*chosen, strict=True))
    assert precision >= 0.98
    assert recall >= 0.95


def test_people_and_clinics_are_never_one(doubles: list[Listing], found: "tuple[list[str], dict[str, str]]") -> None:
    kinds: dict[str, set[str]] = {}
    for one, told in zip(doubles, found[0], strict=True):
        kinds.setdefault(told, set()).add(one.record.kind)
    assert all(len(kind) == 1 for kind in kinds.values())


def test_another_order_and_another_run_give_the_same(
    doubles: list[Listing], found: "tuple[list[str], dict[str, str]]"
) -> None:
    shuffled = list(doubles)
    random.Random(3).shuffle(shuffled)
    again = link([one.record for one in shuffled], KEY)
    ids = dict(zip([one.record.key for one in shuffled], again.provider_ids, strict=True))
    assert [ids[one.record.key] for one in doubles] == found[0]
    assert {kind: weights.as_json() for kind, weights in again.models.items()} == found[1]


def test_the_saved_model_holds_no_name_and_comes_back(
    doubles: list[Listing], found: "tuple[list[str], dict[str, str]]"
) -> None:
    names = {one.record.family_name for one in doubles if one.record.family_name}
    for text in found[1].values():
        assert read_weights(text).as_json() == text
        assert not any(f'"{name}"' in text for name in names)


def test_what_was_learned_says_so_and_adds_up(found: "tuple[list[str], dict[str, str]]") -> None:
    for text in found[1].values():
        weights = read_weights(text)
        for shares in weights.shares.values():
            assert sum(share.m for share in shares.values()) == pytest.approx(1, abs=1e-4)
        assert "listings" in {share.by for shares in weights.shares.values() for share in shares.values()}


@pytest.mark.parametrize("kind", ["people", "clinics"])
def test_the_shipped_model_is_of_the_comparisons_of_today(kind: str) -> None:
    assert shipped(kind).kind == kind
    stale = dataclasses.replace(shipped(kind), shares=dict(list(shipped(kind).shares.items())[1:]))
    with pytest.raises(ValueError, match="other levels than today"):
        read_weights(stale.as_json())
