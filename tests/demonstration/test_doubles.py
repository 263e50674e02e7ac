"""Doubles are invented visibly, depend on the seed alone, and are as many and as alike as is said."""

import re
from collections import Counter, defaultdict
from itertools import combinations, pairwise

import phonenumbers
import pytest
from doubles_told import CLEAN, SEED, everybody, listed
from stdnum import luhn

from demonstration.doubles import LISTINGS_MOST, Dirt, DoublesError, Listing, listings
from demonstration.doubles.communities import communities, community
from demonstration.doubles.people import Clinic, Person
from demonstration.doubles.places import read_country
from demonstration.doubles.words import (
    COMMON_GIVEN,
    FAMILY_ENDS,
    FAMILY_MIDDLES,
    FAMILY_STARTS,
    family_names,
    given_names,
)

_COUNT = 20_000


@pytest.fixture(scope="module")
def many() -> list[Listing]:
    return listed(_COUNT)


@pytest.fixture(scope="module")
def by_truth(many: list[Listing]) -> dict[str, list[Listing]]:
    found = defaultdict(list)
    for listing in many:
        found[listing.truth].append(listing)
    return dict(found)


def _people() -> list[Person]:
    return [one for one in everybody().values() if isinstance(one, Person)]


def _clinics() -> list[Clinic]:
    return [one for one in everybody().values() if isinstance(one, Clinic)]


def test_same_seed_same_listings_and_few_are_the_first_of_many(many: list[Listing]) -> None:
    assert listed(3_000) == many[:3_000]
    assert listed(3_001) == many[:3_001]
    assert listed(0) == []


def test_another_seed_gives_others(many: list[Listing]) -> None:
    other = list(listings(_COUNT, SEED + 1))
    npis = [{one.record.npi for one in some if one.record.npi} for some in (many, other)]
    assert len(npis[0] & npis[1]) < 0.01 * len(npis[0])


def test_a_community_does_not_depend_on_those_before_it() -> None:
    country = read_country()
    for number, made, rng in communities(SEED, country):
        alone, own = community(number, SEED, country)
        assert alone == made
        assert own.getstate() == rng.getstate()
        if number == 200:
            break


def test_dirt_changes_listings_and_never_the_truth(many: list[Listing]) -> None:
    clean = listed(_COUNT, CLEAN)
    assert all(listing.dirt == () for listing in clean)
    assert {one.truth for one in clean[:1_000]} <= everybody().keys()
    assert {one.truth for one in many} <= everybody().keys()


def test_keys_are_unique_and_registered_under_the_npi(many: list[Listing]) -> None:
    assert len({one.record.key for one in many}) == len(many)
    assert all(one.record.source_id == one.record.npi for one in many if one.record.source == "nppes_api")


def test_npis_begin_with_9_pass_luhn_and_are_one_truths_alone() -> None:
    npis = [npi for one in everybody().values() for npi in one.npis]
    assert len(npis) == len(set(npis))
    assert all(re.fullmatch(r"9\d{9}", npi) and luhn.is_valid("80840" + npi) for npi in npis)


def test_only_a_slip_gives_a_number_that_fails_or_is_anothers(many: list[Listing]) -> None:
    for record, truth, dirt in many:
        if record.npi is not None:
            assert record.npi.startswith("9")
            assert luhn.is_valid("80840" + record.npi) != ("failed_npi" in dirt)
            assert (record.npi in everybody()[truth].npis) != bool({"failed_npi", "foreign_npi"} & set(dirt))


def test_no_telephone_can_be_anybodys(many: list[Listing]) -> None:
    phones = {place.phone for one in many for place in one.record.locations if place.phone}
    assert len(phones) > 4_000
    for phone in phones:
        assert re.fullmatch(r"\+1[2-9]\d\d[01]\d{6}", phone)
        number = phonenumbers.parse(phone)
        assert phonenumbers.is_possible_number(number)
        assert not phonenumbers.is_valid_number(number)


def test_family_names_are_made_of_invented_syllables() -> None:
    starts, middles, ends = ("|".join(parts) for parts in (FAMILY_STARTS, FAMILY_MIDDLES, FAMILY_ENDS))
    single = re.compile(f"(?:{starts})(?:{middles})(?:{ends})")
    assert all(single.fullmatch(name) for person in _people() for name in person.family.split("-"))
    assert all(single.fullmatch(person.former_name) for person in _people() if person.former_name)


def test_names_are_distributed_as_names_are() -> None:
    families = Counter(person.family for person in _people())
    commonest = [number for _, number in families.most_common(10)]
    assert 0.003 < commonest[0] / families.total() < 0.012
    assert sum(number == 1 for number in families.values()) > 0.4 * len(families)
    names = set(family_names().words[:3_000])
    near = sum(
        any(name[:at] + vowel + name[at + 1 :] in names - {name} for at in range(1, len(name)) for vowel in "aeiou")
        for name in names
    )
    assert near > 0.3 * len(names)
    assert len(given_names().words) == len(set(given_names().words)) > 600
    assert set(COMMON_GIVEN) < set(given_names().words)


def test_listings_a_person_and_share_of_clinics(by_truth: dict[str, list[Listing]]) -> None:
    people = [len(own) for truth, own in by_truth.items() if truth.startswith("P")]
    clinics = [len(own) for truth, own in by_truth.items() if truth.startswith("C")]
    assert sum(people) / len(people) == pytest.approx(2.2, abs=0.15)
    assert sum(clinics) / len(clinics) == pytest.approx(2.9, abs=0.3)
    assert len(clinics) / len(by_truth) == pytest.approx(0.20, abs=0.02)
    assert max(clinics) >= 10


def test_directories_overlap_at_random(by_truth: dict[str, list[Listing]]) -> None:
    people = [{one.record.source for one in own} for truth, own in by_truth.items() if truth.startswith("P")]
    sources = ("nppes_api", "plan_net", "json_ld_site", "hsds")
    shares = [sum(source in own for own in people) / len(people) for source in sources]
    assert shares == pytest.approx([0.89, 0.48, 0.39, 0.23], abs=0.03)
    for pair in combinations(sources, 2):
        both = sum(set(pair) <= own for own in people) / len(people)
        assert 0.05 < both < 0.5


def test_a_person_and_a_clinic_are_never_one_truth(by_truth: dict[str, list[Listing]]) -> None:
    for truth, own in by_truth.items():
        kind = "person" if truth.startswith("P") else "organisation"
        assert {one.record.kind for one in own} == {kind}
        assert isinstance(everybody()[truth], Person if kind == "person" else Clinic)
        for record in (one.record for one in own):
            assert bool(record.family_name and record.given_name) == (kind == "person")
            assert bool(record.organisation_name) == (kind == "organisation")


def test_directories_say_what_they_are_said_to_say(many: list[Listing]) -> None:
    by_source = defaultdict(list)
    for one in many:
        by_source[one.record.source].append(one)
    has_npi = {source: sum(one.record.npi is not None for one in own) / len(own) for source, own in by_source.items()}
    assert has_npi == pytest.approx({"nppes_api": 1, "plan_net": 0.8, "json_ld_site": 0, "hsds": 0}, abs=0.02)
    assert {one.record.source for one in many if any(place.latitude is not None for place in one.record.locations)} == {
        "json_ld_site"
    }
    registry = [one.record for one in by_source["nppes_api"]]
    assert all((record.family_name or record.organisation_name or "").isupper() for record in registry)
    assert all(record.taxonomy_codes for record in registry)
    assert any(len(record.locations) > 1 for record in registry)


def test_different_people_share_names_places_and_telephones() -> None:
    names = defaultdict(list)
    for person in _people():
        names[person.given, person.family].append(person)
    same = [pair for own in names.values() for pair in combinations(own, 2)]
    assert any(one.offices[0].place.city == other.offices[0].place.city for one, other in same)
    assert any(one.offices[0].place.state != other.offices[0].place.state for one, other in same)
    assert any({one.generation, other.generation} == {"Jr", "Sr"} for one, other in same)
    by_phone = Counter(person.offices[0].phone for person in _people())
    assert 20 < max(by_phone.values()) <= 40
    relatives = Counter((person.family, person.offices[0].street) for person in _people())
    assert max(relatives.values()) > 1


def test_facilities_of_a_chain_are_different_clinics() -> None:
    chains = defaultdict(list)
    for clinic in _clinics():
        if clinic.central_phone:
            chains[clinic.core].append(clinic)
    large = max(chains.values(), key=len)
    assert len(large) > 5
    assert len({clinic.truth for clinic in large}) == len({clinic.office.street for clinic in large}) == len(large)
    assert len({clinic.central_phone for clinic in large}) == 1


def test_an_owner_and_the_clinic_of_the_same_name_address_and_telephone_are_two() -> None:
    owned = [clinic for clinic in _clinics() if clinic.owner]
    assert owned
    for clinic in owned:
        owner = everybody()[clinic.owner]
        assert isinstance(owner, Person)
        assert owner.family in clinic.name
        assert owner.offices[0] == clinic.office
        assert not set(owner.npis) & set(clinic.npis)


def test_some_have_several_npis() -> None:
    assert sum(len(person.npis) == 2 for person in _people()) / len(_people()) == pytest.approx(0.03, abs=0.01)
    assert {len(clinic.npis) for clinic in _clinics()} == {1, 2, 3}


def test_states_asked_for_are_the_only_ones() -> None:
    found = list(listings(2_000, SEED, states=("WY", "MT")))
    assert {place.state for one in found for place in one.record.locations} == {"MT", "WY"}
    assert found == list(listings(2_000, SEED, states=("MT", "WY")))


def test_neighbouring_listings_have_ids_that_tell_nothing(many: list[Listing]) -> None:
    numbers = [int(one.record.source_id[-9:]) for one in many if one.record.source == "hsds"]
    assert 0.4 < sum(one < other for one, other in pairwise(numbers)) / len(numbers) < 0.6


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: listings(-1, 0), "count is -1; ask for 0 to"),
        (lambda: listings(LISTINGS_MOST + 1, 0), "count is 5000001"),
        (lambda: listings(1, -1), "seed is -1; give 0 or more"),
        (lambda: listings(1, 0, states=("ZZ",)), "ZZ has no ZIP areas"),
        (lambda: Dirt(nickname=1.5), "nickname is 1.5; give 0 to 1"),
    ],
)
def test_what_cannot_be_invented_is_said(make: object, words: str) -> None:
    with pytest.raises(DoublesError, match=words):
        make()  # type: ignore[operator]
