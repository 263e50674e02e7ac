"""Laws of cleaning, and each of its steps by example."""

import dataclasses
import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saved_pages import plain

from crawler import places
from crawler.cleaning import Cleaner, language_code, steps
from crawler.readers import fhir, findtreatment, nppes
from crawler.readers.raw import RawListing, RawLocation
from crawler.records import Location, ProviderRecord
from crawler.states import state_code, states
from crawler.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
DAY = dt.date(2026, 1, 31)
OFFICE = RawLocation(state="WA", city="Yakima", postal_code="98902", phone="509-555-0140")
THERAPIST = RawListing("1", "person", npi="9000000015", taxonomy_codes=("101YM0800X",), locations=(OFFICE,))


def cleaner(known_terms: frozenset[str] = frozenset()) -> Cleaner:
    return Cleaner("directory", DAY, VOCABULARY, known_terms)


def cleaned(**changes: object) -> tuple[ProviderRecord | None, Cleaner]:
    one = cleaner()
    return one.clean(dataclasses.replace(THERAPIST, **changes)), one


def placed(**changes: object) -> tuple[Location, Cleaner]:
    record, one = cleaned(locations=(dataclasses.replace(OFFICE, **changes),))
    assert record is not None
    return record.locations[0], one


def test_a_clean_listing_stays_as_it_is() -> None:
    record, one = cleaned()
    assert record is not None
    assert (record.source, record.retrieved_on, record.professions) == ("directory", DAY, ("counselor",))
    assert record.specialties == ("general",)
    assert record.locations[0].phone == "+15095550140"
    assert not one.tally.drops
    assert not one.tally.repairs
    assert not one.tally.unknown_terms


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"source_id": " "}, "no identifier"),
        ({"is_active": False}, "inactive"),
        ({"taxonomy_codes": ("2084N0400X",)}, "profession not counted"),  # neurology, under psychiatry's board
        ({"taxonomy_codes": ("207R00000X", "103TS0200X")}, "profession not counted"),  # a school psychologist
        ({"taxonomy_codes": ("103TX9999X", "103TS0200X")}, "unknown profession code"),
        ({"taxonomy_codes": ("207R00000X",), "profession_terms": ("Physician",)}, "not mental health"),
        ({"locations": ()}, "no location"),
        ({"locations": (RawLocation(phone="509-555-0140", street="--"),)}, "no location"),
    ],
)
def test_a_dropped_listing_is_counted_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    record, one = cleaned(**changes)
    assert record is None
    assert one.tally.drops == {reason: 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"taxonomy_codes": ("207R00000X",), "profession_terms": ("Psychologist",)},
        {"taxonomy_codes": ("207R00000X", "101YM0800X")},
        {"taxonomy_codes": ()},
        {"is_active": None},
    ],
)
def test_what_may_be_a_therapist_is_kept(changes: dict[str, Any]) -> None:
    assert cleaned(**changes)[0] is not None


def test_a_profession_nobody_has_met_is_named_although_its_listing_is_dropped() -> None:
    record, one = cleaned(taxonomy_codes=("103TX9999X", "207R00000X"))
    assert record is None
    assert one.tally.unknown_terms == {"103TX9999X": 1}


def test_an_organisation_without_a_profession_is_a_clinic() -> None:
    record, _ = cleaned(kind="organisation", npi=None, taxonomy_codes=())
    assert record is not None
    assert record.professions == ("clinic",)


@pytest.mark.parametrize(
    ("stated", "state", "code", "repair"),
    [
        ("98902", "WA", "98902", None),
        ("989020001", "WA", "98902", None),
        ("98902-0001", "WA", "98902", None),
        ("1267", "MA", "01267", "postal code lost its zeros"),
        ("12672819", "MA", "01267", "postal code lost its zeros"),
        ("1267-2819", "MA", "01267", "postal code lost its zeros"),
        ("738", "PR", "00738", "postal code lost its zeros"),
        ("1267.0", None, "01267", "postal code lost its zeros"),
        ("9890", "WA", None, "invalid postal code"),
        ("00000", "WA", None, "invalid postal code"),
        ("K1A 0B1", "WA", None, "invalid postal code"),
    ],
)
def test_postal_codes_have_five_digits(stated: str, state: str | None, code: str | None, repair: str | None) -> None:
    place, note = places.postal_code_of_five(RawLocation(state=state, postal_code=stated))
    assert (place.postal_code, note) == (code, repair)


@pytest.mark.parametrize(
    ("stated", "phone", "note"),
    [
        ("(509) 555-0140", "+15095550140", None),
        ("+1-509-555-0199", "+15095550199", None),
        ("509.555.0140 x4102", "+15095550140", None),
        ("509-555-0140-4102", "+15095550140", "phone extension"),
        ("(999) 999-9999", None, "invalid phone: placeholder"),
        ("555-0140", None, "invalid phone"),
        ("call us", None, "invalid phone"),
    ],
)
def test_phones_are_international_and_placeholders_go(stated: str, phone: str | None, note: str | None) -> None:
    place, said = places.phone_international(RawLocation(phone=stated))
    assert (place.phone, said) == (phone, note)


@pytest.mark.parametrize(
    ("npi", "kept", "invalid"),
    [
        ("9000000015", "9000000015", {}),
        ("9000000016", "9000000016", {"npi check digit": 1}),
        ("900000001", None, {"npi length": 1}),
        ("90000000l6", None, {"npi length": 1}),
        ("--", None, {}),
    ],
)
def test_an_npi_has_ten_digits_and_a_failed_check_is_counted(
    npi: str, kept: str | None, invalid: dict[str, int]
) -> None:
    record, one = cleaned(npi=npi)
    assert record is not None
    assert (record.npi, one.tally.invalid) == (kept, Counter(invalid))


@pytest.mark.parametrize(
    ("point", "kept", "repairs", "invalid"),
    [
        ((46.6, -120.5), (46.6, -120.5), {}, {}),
        ((-120.5, 46.6), (46.6, -120.5), {"swapped coordinates": 1}, {}),
        ((0.0, 0.0), None, {"null island": 1}, {}),
        ((39.78373, -100.445882), None, {"centre of country or state": 1}, {}),
        ((39.78453, -100.444982), None, {"centre of country or state": 1}, {}),  # within 0.001 degrees of it
        ((40.7, -74.0), None, {"point outside its state": 1}, {}),
        ((49.15, -120.5), (49.15, -120.5), {}, {}),  # Washington ends at 49.0; 0.2 degrees more are allowed
        ((123.0, 456.0), None, {}, {"coordinates": 1}),
        ((float("nan"), 1.0), None, {}, {"coordinates": 1}),
        ((46.6, None), None, {}, {"coordinates": 1}),
    ],
)
def test_points_are_in_their_state_or_gone(
    point: tuple[float, float | None],
    kept: tuple[float, float] | None,
    repairs: dict[str, int],
    invalid: dict[str, int],
) -> None:
    place, one = placed(latitude=point[0], longitude=point[1])
    assert (place.latitude, place.longitude) == (kept or (None, None))
    assert (one.tally.repairs, one.tally.invalid) == (Counter(repairs), Counter(invalid))


def test_alaskas_box_crosses_the_antimeridian() -> None:
    box = states().boxes["AK"]
    assert box.holds(61.2, -149.9)  # Anchorage
    assert box.holds(52.9, 173.2)  # Attu
    assert not box.holds(47.6, -122.3)  # Seattle
    assert not box.holds(61.2, 0.0)


def test_every_box_holds_its_own_centre_and_there_are_56_states() -> None:
    assert len(set(states().codes.values())) == 56  # 50, DC and five territories
    assert len(states().boxes) == 52  # no outlines of four territories
    assert len(states().centres) == 53  # and the country's


@pytest.mark.parametrize(
    ("stated", "code"), [("WA", "WA"), ("washington", "WA"), ("Puerto Rico", "PR"), ("AE", None), ("Ontario", None)]
)
def test_states_are_known_by_code_and_name(stated: str, code: str | None) -> None:
    assert state_code(stated) == code
    place, one = placed(state=stated)
    assert place.state == code
    assert one.tally.invalid == (Counter() if code else Counter({"state": 1}))


@pytest.mark.parametrize(
    ("country", "state", "expected"),
    [("USA", "WA", ("US", "WA")), ("us", "WA", ("US", "WA")), ("PR", None, ("US", "PR")), ("AT", "5", ("AT", None))],
)
def test_countries_are_two_letters(country: str, state: str | None, expected: tuple[str, str | None]) -> None:
    place, _ = placed(country=country, state=state)
    assert (place.country, place.state) == expected


def test_a_home_is_no_more_than_its_postal_code() -> None:
    place, one = placed(street="5 Alder Street Apt 4", latitude=46.6, longitude=-120.5)
    assert (place.street, place.phone, place.latitude, place.postal_code) == (None, None, None, "98902")
    assert one.tally.repairs == {"home-like address": 1}


def test_the_same_place_said_twice_is_one() -> None:
    record, _ = cleaned(locations=(OFFICE, dataclasses.replace(OFFICE, postal_code="98902-0001")))
    assert record is not None
    assert len(record.locations) == 1


def test_terms_that_are_nothing_known_are_counted_by_their_own_words() -> None:
    one = cleaner(frozenset({"Walk-Ins"}))
    terms = ("Trauma", "Grief", "walk-ins", "Psychologist", "x" * 90)
    record = one.clean(dataclasses.replace(THERAPIST, terms=terms, profession_terms=("Life Coach",)))
    assert record is not None
    assert one.tally.unknown_terms == {"Grief": 1, "Life Coach": 1}
    assert one.tally.repairs == {"free text among terms": 1}
    assert record.terms == ("Grief", "Life Coach", "Psychologist", "Trauma", "walk-ins")
    assert record.specialties == ("general", "trauma")
    assert record.professions == ("counselor", "psychologist")


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("es", "es"),
        ("es-MX", "es"),
        ("Spanish", "es"),
        ("espanol", "es"),
        ("EN", "en"),
        ("ASL", ""),
        ("Klingon", None),
        ("xx", None),
    ],
)
def test_languages_are_known_by_code_and_name(stated: str, code: str | None) -> None:
    assert language_code(stated) == code


def test_languages_besides_english_are_kept_and_others_counted() -> None:
    record, one = cleaned(languages=("en", "Spanish", "ru", "ASL", "Klingon"))
    assert record is not None
    assert record.languages == ("es", "ru")
    assert one.tally.unknown_terms == {"language:Klingon": 1}


words = st.one_of(
    st.none(), st.sampled_from(["--", "", " WA ", "Ontario", "98902", "1267", "N/A"]), st.text(max_size=12)
)
numbers = st.one_of(st.none(), st.floats())
raw_places = st.builds(
    RawLocation, country=st.one_of(st.sampled_from(["US", "USA", "PR", "DE"]), st.text(max_size=4)), state=words,
    city=words, postal_code=words, street=words, phone=words, latitude=numbers, longitude=numbers,
)  # fmt: skip
flags = st.sampled_from([True, False, None])
codes = st.sampled_from(["101YM0800X", "2084N0400X", "207R00000X", "101YX9999X", "--"])
raws = st.builds(
    RawListing, source_id=st.text(min_size=1, max_size=8), kind=st.sampled_from(["person", "organisation"]), npi=words,
    given_name=words, family_name=words, organisation_name=words, taxonomy_codes=st.lists(codes, max_size=3).map(tuple),
    terms=st.lists(st.text(max_size=100), max_size=3).map(tuple), languages=st.lists(st.text(max_size=5)).map(tuple),
    locations=st.lists(raw_places, max_size=3).map(tuple), offers_online=flags, is_online_only=flags,
    is_accepting=flags, is_active=flags, licence_states=st.lists(st.text(max_size=4), max_size=2).map(tuple),
)  # fmt: skip


@given(st.lists(raws, max_size=5))
def test_every_listing_is_kept_or_dropped_for_one_counted_reason(listings: list[RawListing]) -> None:
    one = cleaner()
    before = [plain(raw) for raw in listings]
    kept = [record for raw in listings if (record := one.clean(raw)) is not None]
    assert len(kept) + one.tally.drops.total() == len(listings)
    assert [plain(raw) for raw in listings] == before  # inputs stay as they were


@given(raws)
def test_unknown_never_becomes_a_fact(raw: RawListing) -> None:
    record = cleaner().clean(raw)
    if record is not None:
        for name in ("offers_online", "is_online_only", "is_accepting", "is_active", "listed_on"):
            assert getattr(record, name) == getattr(raw, name)
        assert len(record.locations) <= len(raw.locations)


@given(raws)
def test_cleaning_what_is_clean_changes_nothing(raw: RawListing) -> None:
    """Each step, applied to what all steps made, finds nothing more to do."""
    listing = raw
    for step in steps(VOCABULARY):
        outcome = step(listing)
        if outcome.listing is None:
            return
        listing = outcome.listing
    for step in steps(VOCABULARY):
        again = step(listing)
        assert again.listing == listing
        assert not again.repairs


@given(st.lists(raws, max_size=4, unique_by=lambda raw: raw.source_id))
def test_the_order_of_listings_does_not_matter(listings: list[RawListing]) -> None:
    one, other = cleaner(), cleaner()
    kept = {raw.source_id: one.clean(raw) for raw in listings}
    assert {raw.source_id: other.clean(raw) for raw in reversed(listings)} == kept
    assert one.tally == other.tally


@pytest.mark.real
def test_the_real_clinics_are_kept(real_data: Path) -> None:
    one = Cleaner("findtreatment", DAY, VOCABULARY, findtreatment.known_terms())
    file = real_data / "directories" / "findtreatment" / "facilities_2015.csv"
    kept = [record for raw in findtreatment.read_export(file) if (record := one.clean(raw)) is not None]
    assert len(kept) == 6828
    assert not one.tally.unknown_terms
    assert one.tally.repairs["point outside its state"] == 16
    found = Counter(specialty for record in kept for specialty in record.specialties)
    assert (found["trauma"], found["children"], found["severe_mental_illness"]) == (2913, 4454, 4021)  # as in the file
    assert (found["spanish"], found["lgbtq"], found["couples"]) == (2848, 1572, 4898)
    assert all(record.professions == ("clinic",) for record in kept)


@pytest.mark.real
def test_the_real_roles_are_kept_with_their_doubtful_npis(real_data: Path) -> None:
    files = (real_data / "directories" / "plan_net" / "nppes-derived").rglob("*.json")
    entries = [{"resource": json.loads(file.read_bytes())} for file in sorted(files)]
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    one = cleaner()
    kept = [one.clean(raw) for raw in fhir.read_bundle(json.dumps(bundle).encode()).listings]
    assert len([record for record in kept if record is not None]) == 102
    assert one.tally.invalid["npi check digit"] == 88
    assert one.tally.repairs == {"centre of country or state": 15}


@pytest.mark.real
def test_real_registry_rows_of_other_professions_are_dropped(real_data: Path) -> None:
    one = cleaner()
    rows = 0
    for file in sorted((real_data / "directories" / "nppes_api").glob("2019-*.json")):
        stated = json.loads(file.read_bytes())
        if "Errors" not in stated:
            for raw in nppes.read_page(json.dumps(stated).encode()).listings:
                rows += 1
                one.clean(raw)
    assert one.tally.drops["not mental health"] == rows - 4
    assert not one.tally.unknown_terms


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("<b>Briola</b>", "Briola"),
        ("Briola<script>alert(1)</script>", "Briola"),
        ("Nettle &amp; Kestrel", "Nettle & Kestrel"),
        ("Nettle & Kestrel", "Nettle & Kestrel"),
        ('"><img src=x onerror=alert(1)>', '"'),
    ],
)
def test_names_hold_no_markup_whatever_the_directory(stated: str, kept: str) -> None:
    record, _ = cleaned(given_name=stated)
    assert record is not None
    assert record.given_name == kept
