"""Specialties: hours divide so that they add up once, and whoever names everything is believed in part."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.providers.evidence import evidence, said_by
from analysis.providers.provider import Provider
from analysis.providers.specialties import believed_share, divided, treated, usual_mix
from analysis.reference import capacity, specialties
from crawler.records import ProviderRecord

THERAPIES = [key for key, entry in specialties().items() if entry.group == "psychotherapy"]
MOST = int(capacity().specialties.believed_at_most.value)
stated = st.sets(st.sampled_from(sorted(specialties())))
lists = st.lists(st.sets(st.sampled_from(THERAPIES), max_size=len(THERAPIES)).map(sorted), max_size=20)


@given(stated, st.floats(0, 1), st.booleans(), lists)
def test_shares_over_specialties_add_up_to_one(
    named: set[str], share: float, is_prescriber: bool, others: list[list[str]]
) -> None:
    for most in (None, MOST):
        shares = divided(
            named,
            share,
            specialties(),
            is_prescriber=is_prescriber,
            believed_at_most=most,
            usual=usual_mix(others, MOST),
        )
        assert sum(shares.values()) == pytest.approx(1.0)
        assert all(value > 0 for value in shares.values())
        assert set(shares) <= named | {"general", "prescribing"}


@given(lists)
def test_the_usual_mix_adds_up_and_the_order_does_not_matter(others: list[list[str]]) -> None:
    mix = usual_mix(others, MOST)
    assert mix == usual_mix(others[::-1], MOST)
    chosen = [named for named in others if 0 < len(named) <= MOST]
    assert sum(mix.values()) == pytest.approx(1.0 if chosen else 0.0)
    for key, share in mix.items():  # a slow twin
        assert share == pytest.approx(sum(1 / len(named) for named in chosen if key in named) / len(chosen))


def shares_of(count: int, usual: dict[str, float]) -> dict[str, float]:
    return divided(THERAPIES[:count], 1.0, specialties(), is_prescriber=False, believed_at_most=MOST, usual=usual)


USUAL = {"general": 0.6, "trauma": 0.25, "ocd": 0.1, "older_adults": 0.05}


def test_a_list_is_believed_up_to_the_limit_and_less_with_every_name_beyond() -> None:
    assert [believed_share(count, MOST) for count in range(MOST + 1)] == [1.0] * (MOST + 1)
    falling = [believed_share(count, MOST) for count in range(MOST, len(THERAPIES) + 1)]
    assert falling == sorted(set(falling), reverse=True)
    assert falling[0] == 1.0  # nothing jumps at the limit
    assert shares_of(MOST, USUAL) == pytest.approx(dict.fromkeys(THERAPIES[:MOST], 1 / MOST))
    # the first name too many moves no more than the part no longer believed, 1 / (MOST + 1)
    before, after = shares_of(MOST, USUAL), shares_of(MOST + 1, USUAL)
    moved = sum(abs(before.get(key, 0.0) - after.get(key, 0.0)) for key in {*before, *after}) / 2
    assert moved <= 2 / (MOST + 1)


def test_naming_everything_comes_close_to_what_colleagues_do() -> None:
    def distance(count: int) -> float:
        shares = shares_of(count, USUAL)
        even = divided(THERAPIES[:count], 1.0, specialties(), is_prescriber=False)
        return sum(abs(shares.get(key, 0.0) - share) for key, share in even.items())

    beyond = [distance(count) for count in range(MOST, len(THERAPIES) + 1)]
    assert beyond == sorted(beyond)
    assert beyond[0] == pytest.approx(0.0)
    # 13 named, 6 believed: trauma has (6/13)/13 + (7/13) .25
    every = shares_of(len(THERAPIES), USUAL)
    assert len(THERAPIES) == 13
    assert every["trauma"] == pytest.approx(6 / 13 / 13 + 7 / 13 * 0.25)
    assert every["perinatal"] == pytest.approx(6 / 13 / 13)


def test_without_colleagues_who_choose_what_is_not_believed_is_general() -> None:
    every = shares_of(len(THERAPIES), {})
    assert every["general"] == pytest.approx(6 / 13 / 13 + 7 / 13)


def test_hours_go_to_nothing_that_is_not_named_but_general() -> None:
    named = [key for key in THERAPIES if key not in ("general", "trauma")]
    shares = divided(named, 1.0, specialties(), is_prescriber=False, believed_at_most=MOST, usual=USUAL)
    assert set(shares) == {*named, "general"}
    # 11 named: 5/11 not believed, of which .15 are usual among what is named and .85 are general
    assert shares["general"] == pytest.approx(5 / 11 * 0.85)


def test_only_psychotherapy_counts_towards_a_list() -> None:
    assert treated(["prescribing", "trauma", "ocd", "astrology"], specialties()) == ["ocd", "trauma"]


def listing(**facts: object) -> ProviderRecord:
    said = {"source": "nppes_api", "source_id": "1", "kind": "person", "retrieved_on": dt.date(2026, 11, 24)} | facts
    return ProviderRecord.model_validate(said)


def test_evidence_says_by_what_a_specialty_is_known() -> None:
    one = listing(
        specialties=("general", "ocd", "substance_use", "trauma"),
        taxonomy_codes=("101YM0800X", "101YA0400X"),
        terms=("Addiction", "samhsa:ptsd", "Zwangsstörungen"),
    )
    assert list(said_by(one)) == [
        ("general", "taxonomy_code"),
        ("ocd", "word"),
        ("substance_use", "taxonomy_code"),
        ("substance_use", "word"),
        ("trauma", "service_code"),
    ]


def test_evidence_counts_listings_by_directory() -> None:
    listings = (
        listing(specialties=("trauma",), terms=("Trauma",)),
        listing(specialties=("trauma",), terms=("EMDR",), source_id="2"),
        listing(specialties=("trauma",), terms=("samhsa:trma",), source="findtreatment"),
    )
    found = evidence([Provider("p", listings, ("s",))])
    assert found.to_dict("split")["data"] == [
        ["p", "trauma", "findtreatment", "service_code", 1],
        ["p", "trauma", "nppes_api", "word", 2],
    ]


@given(st.sets(st.sampled_from(sorted(specialties()))))
def test_every_specialty_of_a_listing_has_evidence(named: set[str]) -> None:
    one = listing(specialties=tuple(sorted(named)), terms=("samhsa:ptsd", "depression"))
    assert {key for key, _ in said_by(one)} == named
