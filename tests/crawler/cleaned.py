"""An invented listing, cleaned: with what a test changes about it."""

import dataclasses
import datetime as dt

from hypothesis import strategies as st

from crawler.cleaning import Cleaner
from crawler.readers.raw import RawListing, RawLocation
from crawler.records import Location, ProviderRecord
from crawler.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
DAY = dt.date(2026, 1, 31)
OFFICE = RawLocation(state="WA", city="Yakima", postal_code="98902", phone="509-555-0140")
THERAPIST = RawListing("1", "person", npi="9000000015", taxonomy_codes=("101YM0800X",), locations=(OFFICE,))


def cleaner(known_terms: frozenset[str] = frozenset(), source: str = "directory") -> Cleaner:
    return Cleaner(source, DAY, VOCABULARY, known_terms)


def cleaned(**changes: object) -> tuple[ProviderRecord | None, Cleaner]:
    one = cleaner()
    return one.clean(dataclasses.replace(THERAPIST, **changes)), one


def placed(kind: str = "person", **changes: object) -> tuple[Location, Cleaner]:
    record, one = cleaned(kind=kind, locations=(dataclasses.replace(OFFICE, **changes),))
    assert record is not None
    return record.locations[0], one


words = st.one_of(
    st.none(),
    st.sampled_from(["--", "", " WA ", "Ontario", "98902", "1267", "N/A", "5 Alder St Apt 4", "(999) 999-9999"]),
    st.text(max_size=12),
)
numbers = st.one_of(st.none(), st.floats(), st.floats(-180, 180), st.sampled_from([46.6, -120.5, 120.5, 0.0]))
raw_places = st.builds(
    RawLocation, country=st.one_of(st.sampled_from(["US", "USA", "PR", "DE"]), st.text(max_size=4)), state=words,
    city=words, postal_code=words, street=words, phone=words, latitude=numbers, longitude=numbers,
)  # fmt: skip
flags = st.sampled_from([True, False, None])
codes = st.sampled_from(["101YM0800X", "2084N0400X", "207R00000X", "101YX9999X", "--"])
terms = st.lists(
    st.one_of(
        st.text(max_size=100),
        st.sampled_from(["School Psychologist", "Telehealth", "Warteliste", "in person only", "Trauma"]),
    ),
    max_size=3,
).map(tuple)
raws = st.builds(
    RawListing, source_id=st.text(min_size=1, max_size=8), kind=st.sampled_from(["person", "organisation"]), npi=words,
    given_name=words, family_name=words, organisation_name=words, taxonomy_codes=st.lists(codes, max_size=3).map(tuple),
    terms=terms, profession_terms=terms, languages=st.lists(st.text(max_size=5)).map(tuple),
    locations=st.lists(raw_places, max_size=3).map(tuple), offers_online=flags, is_online_only=flags,
    is_accepting=flags, is_active=flags, licence_states=st.lists(st.text(max_size=4), max_size=2).map(tuple),
)  # fmt: skip
