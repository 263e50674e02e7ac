"""Laws of cleaning, and each of its steps by example."""

import dataclasses
from collections import Counter
from typing import Any

import pytest
from cleaned import DAY, OFFICE, THERAPIST, VOCABULARY, cleaned, cleaner, raws
from hypothesis import given
from hypothesis import strategies as st
from saved_pages import plain

from crawler.listing_steps import steps
from crawler.readers.raw import RawListing, RawLocation

_LEFT_OUT = "profession not counted"


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
        ({"taxonomy_codes": ("2084N0400X",)}, _LEFT_OUT),  # neurology, under psychiatry's board
        ({"taxonomy_codes": ("207R00000X", "103TS0200X")}, _LEFT_OUT),  # a school psychologist
        ({"taxonomy_codes": (), "profession_terms": ("School Psychologist",), "terms": ("Children",)}, _LEFT_OUT),
        ({"taxonomy_codes": (), "profession_terms": ("Schulpsycholog:in",)}, _LEFT_OUT),
        ({"taxonomy_codes": (), "terms": ("Psychiatry & Neurology, Neurology",)}, _LEFT_OUT),
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
        {"taxonomy_codes": (), "profession_terms": ("School Psychologist", "Counselor")},
        {"taxonomy_codes": (), "profession_terms": ("School Psychologist", "Life Coach")},  # somebody nobody has met
        {"taxonomy_codes": (), "terms": ("Neurology", "Depression")},
        {"taxonomy_codes": (), "terms": ("Psychiatry & Neurology",)},  # the board alone says neither
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


@pytest.mark.parametrize("stated", ["--", " -- ", "\u2014", "N/A", "Unknown", "No disponible", "k. A.", "Keine Angabe"])
def test_what_only_fills_a_field_is_nothing(stated: str) -> None:
    place = dataclasses.replace(OFFICE, city=stated, street=stated, phone=stated)
    record, one = cleaned(given_name=stated, terms=(stated,), languages=(stated,), locations=(place,))
    assert record is not None
    assert (record.given_name, record.terms, record.languages) == (None, (), ())
    kept = record.locations[0]
    assert (kept.city, kept.street, kept.phone, kept.postal_code) == (None, None, None, "98902")
    assert one.tally == type(one.tally)()  # nothing was said, so nothing is wrong


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
        said = VOCABULARY.facts(raw.terms)
        for name in ("offers_online", "is_online_only", "is_accepting", "is_active", "listed_on"):
            stated = getattr(raw, name)
            assert getattr(record, name) == stated or (stated is None and said)
            assert said or getattr(record, name) == stated
        if record.is_online_only:
            assert raw.is_online_only or record.offers_online
        assert len(record.locations) <= len(raw.locations)


_FACT_WORDS = [
    ({"terms": ("Telehealth",)}, {"offers_online": True}),
    ({"terms": ("Videosprechstunde",)}, {"offers_online": True}),
    ({"terms": ("terapia en linea", "Trauma")}, {"offers_online": True}),
    ({"terms": ("Nur online",)}, {"offers_online": True, "is_online_only": True}),
    ({"terms": ("In-person only",)}, {"offers_online": False, "is_online_only": False}),
    ({"terms": ("Accepting new clients",)}, {"is_accepting": True}),
    ({"terms": ("Acepta nuevos pacientes",)}, {"is_accepting": True}),
    ({"terms": ("Nimmt keine neuen Patient:innen auf",)}, {"is_accepting": False}),
    ({"terms": ("Warteliste",)}, {}),  # neither taken nor refused
    ({"terms": ("Accepting new clients", "No new clients")}, {}),  # they contradict each other
    ({"terms": ("Telehealth",), "offers_online": False}, {"offers_online": False}),  # a field comes first
    ({"terms": ("Online only",), "offers_online": False}, {"offers_online": False}),
]


@pytest.mark.parametrize(("changes", "facts"), _FACT_WORDS)
def test_facts_are_read_out_of_terms_and_unknown_stays_unknown(changes: dict[str, Any], facts: dict[str, bool]) -> None:
    record, one = cleaned(**changes)
    assert record is not None
    said = {name: getattr(record, name) for name in ("offers_online", "is_online_only", "is_accepting")}
    assert said == {"offers_online": None, "is_online_only": None, "is_accepting": None} | facts
    assert not one.tally.unknown_terms
    gained = [name for name in facts if name not in changes]
    assert one.tally.repairs == {f"{name} by a term": 1 for name in gained}


def test_a_word_for_a_profession_may_name_whom_it_is_for() -> None:
    record, one = cleaned(taxonomy_codes=(), profession_terms=("Kinder- und Jugendlichenpsychotherapeut:in",))
    assert record is not None
    assert (record.professions, record.specialties) == (("psychotherapist",), ("children",))
    assert not one.tally.unknown_terms


@pytest.mark.parametrize(
    ("terms", "reason", "unknown"),
    [
        (("Neurology",), _LEFT_OUT, {}),
        (("Neurology", "Sleep"), "not named mental health", {"Sleep": 1}),
        (("Children",), "not named mental health", {}),
        ((), "nothing said of its kind", {}),
    ],
)
def test_of_a_directory_of_everything_what_is_not_named_so_is_dropped(
    terms: tuple[str, ...], reason: str, unknown: dict[str, int]
) -> None:
    one = cleaner(source="qhp")
    assert one.clean(dataclasses.replace(THERAPIST, taxonomy_codes=(), terms=terms)) is None
    assert one.tally.drops == {reason: 1}
    assert one.tally.unknown_terms == unknown


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
