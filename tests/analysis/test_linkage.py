"""Exact identifiers link listings; order does not matter; different people stay apart."""

import datetime as dt
import random

from hypothesis import given
from hypothesis import strategies as st

from analysis.providers.linkage import hashed, identity_key, linked
from crawler.records import Location, ProviderRecord

KEY = identity_key(["a", "b"])


def listing(source_id: str, **said: object) -> ProviderRecord:
    place = Location(
        state="MT",
        postal_code=str(said.pop("zip", "59337")),
        phone=said.pop("phone", None),
        street=said.pop("street", None),
    )
    return ProviderRecord.model_validate(
        {
            "source": "nppes_api",
            "source_id": source_id,
            "kind": "person",
            "locations": (place,),
            "retrieved_on": dt.date(2026, 11, 24),
        }
        | said
    )


def test_the_same_identifier_links() -> None:
    one, two, other = linked(
        [listing("1", npi="9000000001"), listing("2", npi="9000000001"), listing("3", npi="9000000002")], KEY
    )
    assert one == two != other


def test_name_phone_and_zip_link_where_one_has_no_identifier() -> None:
    said = {"given_name": "Ávo", "family_name": "Inventia", "phone": "+14065550101"}
    plain = said | {"given_name": "avo", "family_name": "INVENTIA"}
    one, two, far = linked(
        [listing("1", npi="9000000001", **said), listing("2", **plain), listing("3", zip="59001", **plain)], KEY
    )
    assert one == two != far


def test_two_identifiers_under_one_name_and_phone_stay_two_people() -> None:
    said = {"given_name": "Avo", "family_name": "Inventia", "phone": "+14065550101"}
    one, two, nameless = linked(
        [listing("1", npi="9000000001", **said), listing("2", npi="9000000002", **said), listing("3", **said)], KEY
    )
    assert len({one, two, nameless}) == 3


def test_a_shared_practice_phone_links_nobody() -> None:
    one, two = linked(
        [
            listing("1", given_name="Avo", family_name="Inventia", phone="+14065550101"),
            listing("2", given_name="Bel", family_name="Inventia", phone="+14065550101"),
        ],
        KEY,
    )
    assert one != two


def test_clinics_link_by_name_and_street_but_never_with_people() -> None:
    clinic = {"kind": "organisation", "organisation_name": "Inventia Clinic", "street": "1 Imaginary St."}
    one, two, person = linked(
        [
            listing("1", **clinic),
            listing("2", **clinic | {"street": "1 imaginary st"}),
            listing("3", family_name="Inventia Clinic", given_name="x", street="1 Imaginary St."),
        ],
        KEY,
    )
    assert one == two != person


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12), st.integers(0, 1000))
def test_order_does_not_matter(npis: list[int], seed: int) -> None:
    records = [listing(str(number), npi=f"900000000{npi}") for number, npi in enumerate(npis)]
    ids = dict(zip([record.source_id for record in records], linked(records, KEY), strict=True))
    random.Random(seed).shuffle(records)
    assert ids == dict(zip([record.source_id for record in records], linked(records, KEY), strict=True))
    assert len(set(ids.values())) == len(set(npis))


def test_ids_depend_on_the_key_and_hide_the_identifier() -> None:
    assert hashed("9000000001", KEY) != hashed("9000000001", identity_key(["c"]))
    assert identity_key(["a", "b"]) == identity_key(["b", "a"])
