"""Capacity: it follows what directories say, less so the older they are, and its variance is never too small."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.providers.capacity import Fte, Said, accepting_chance, active_chance, fte, online_chance
from analysis.providers.provider import Provider
from analysis.reference import capacity, professions
from crawler.records import ProviderRecord

ACTIVE, ACCEPTING = capacity().active, capacity().accepting
answers = st.sampled_from([None, True, False])
ages = st.one_of(st.none(), st.floats(0, 30))
listed = st.builds(Said, st.sampled_from(["a", "b", "c"]), answers, answers, ages)
listings = st.lists(listed, min_size=1, max_size=5)
groups = st.sampled_from(["psychotherapy", "prescriber", "organisation"])


@given(st.sampled_from(sorted(professions())), listings)
def test_fte_is_a_mean_with_the_variance_of_a_yes_or_no(profession: str, said: list[Said]) -> None:
    hours = fte(profession, professions()[profession].group, capacity(), said)
    full = capacity().professions[profession].full_time.value
    assert 0 <= hours.mean <= full
    # a variable that is 0 or `full` with mean m has variance m (full - m)
    assert hours.variance == pytest.approx(hours.mean * (full - hours.mean), abs=1e-12)


@given(st.sampled_from(sorted(professions())), listings, st.randoms(use_true_random=False))
def test_the_order_of_listings_does_not_matter(profession: str, said: list[Said], random: object) -> None:
    group = professions()[profession].group
    shuffled = sorted(said, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert fte(profession, group, capacity(), said) == fte(profession, group, capacity(), shuffled)


def test_a_counselor_of_whom_nothing_is_known() -> None:
    # 33/40 full time x .705 active x .47 accepting
    hours = fte("counselor", "psychotherapy", capacity(), [Said("a")])
    assert hours.mean == pytest.approx(0.825 * 0.705 * 0.47)


def test_an_active_counselor_who_takes_clients_and_one_who_takes_none() -> None:
    for takes, mean in ((True, 0.825), (False, 0.0)):
        hours = fte("counselor", "psychotherapy", capacity(), [Said("a", is_active=True, is_accepting=takes)])
        assert (hours.mean, hours.variance) == (pytest.approx(mean), pytest.approx(0.0))


def test_after_one_half_life_a_listing_is_worth_one_of_unknown_age() -> None:
    years = ACTIVE.half_life_years["psychotherapy"].value
    # .41 + (1 - .41) / 2 = .705
    assert active_chance([Said("a", age_years=years)], ACTIVE, "psychotherapy") == pytest.approx(0.705)
    assert active_chance([Said("a")], ACTIVE, "psychotherapy") == pytest.approx(0.705)


@given(groups, st.floats(0, 30), st.floats(0, 30))
def test_an_older_listing_is_never_worth_more(group: str, one: float, other: float) -> None:
    older, younger = max(one, other), min(one, other)
    chances = [active_chance([Said("a", age_years=age)], ACTIVE, group) for age in (older, younger)]  # type: ignore[arg-type]
    assert ACTIVE.stale.value <= chances[0] <= chances[1] <= ACTIVE.yes.value


@given(groups, st.lists(st.builds(Said, st.sampled_from("abc"), age_years=ages), min_size=1, max_size=4), ages)
def test_another_directory_that_agrees_raises_the_chance_and_a_second_listing_of_one_does_not(
    group: str, said: list[Said], age: float | None
) -> None:
    before = active_chance(said, ACTIVE, group)  # type: ignore[arg-type]
    after = active_chance([*said, Said("d", age_years=age)], ACTIVE, group)  # type: ignore[arg-type]
    assert before <= after <= 1.0
    assert before == 1.0 or after > before
    assert active_chance([*said, *said], ACTIVE, group) == before  # type: ignore[arg-type]


def test_two_directories_of_which_nothing_else_is_known() -> None:
    # 1 - (1 - .705) (1 - .5 x .705)
    assert active_chance([Said("a"), Said("b")], ACTIVE, "psychotherapy") == pytest.approx(0.8089875)


def test_an_end_is_an_end_and_a_contradiction_is_not_known() -> None:
    ended = Said("a", is_active=False)
    assert active_chance([ended, Said("b", age_years=0.0)], ACTIVE, "psychotherapy") == 0.0
    assert active_chance([ended, Said("b", is_active=True)], ACTIVE, "psychotherapy") == ACTIVE.unknown.value


@given(groups, st.floats(0, 30))
def test_what_is_said_of_new_clients_fades_to_the_average(group: str, age: float) -> None:
    average = ACCEPTING.unknown[group].value  # type: ignore[index]
    yes, no = (
        accepting_chance([Said("a", is_accepting=said, age_years=age)], ACCEPTING, group)  # type: ignore[arg-type]
        for said in (True, False)
    )
    assert 0 <= no <= average <= yes <= 1
    kept = 0.5 ** (age / ACCEPTING.half_life_years.value)
    assert (yes - average, average - no) == (pytest.approx((1 - average) * kept), pytest.approx(average * kept))


def test_directories_that_contradict_each_other_say_nothing_of_new_clients() -> None:
    said = [Said("a", is_accepting=True), Said("b", is_accepting=False), Said("c")]
    assert accepting_chance(said, ACCEPTING, "psychotherapy") == ACCEPTING.unknown["psychotherapy"].value
    # the youngest of those that agree decides
    agreed = [Said("a", is_accepting=True, age_years=9.0), Said("b", is_accepting=True, age_years=0.0)]
    assert accepting_chance(agreed, ACCEPTING, "psychotherapy") == 1.0


def test_unknown_online_offer_is_an_average_and_no_is_no() -> None:
    assert online_chance("organisation", capacity(), offers_online=None) == 0.80
    assert online_chance("organisation", capacity(), offers_online=False) == 0.0
    assert online_chance("psychotherapy", capacity(), offers_online=True) == 1.0


shares = st.lists(st.floats(0.01, 1), min_size=1, max_size=5).map(lambda parts: [part / sum(parts) for part in parts])


@given(shares, st.lists(st.floats(0, 5), min_size=5, max_size=5), st.floats(0.1, 2), st.floats(0, 1))
def test_variances_added_over_the_sites_of_a_provider_are_never_too_small(
    parts: list[float], weights: list[float], full: float, chance: float
) -> None:
    whole = Fte(full * chance, full**2 * chance * (1 - chance))
    at_sites = [whole.at_site(part) for part in parts]
    # the sites are open together: the weighted sum is (sum w t) times one yes or no
    true = sum(weight * part for weight, part in zip(weights, parts, strict=False)) ** 2 * whole.variance
    added = sum(weight**2 * part.variance for weight, part in zip(weights, at_sites, strict=False))
    assert added >= true - 1e-12
    assert sum(part.mean for part in at_sites) == pytest.approx(whole.mean)
    assert sum(part.variance for part in at_sites) == pytest.approx(whole.variance)  # alike weights: exact


def record(**facts: object) -> ProviderRecord:
    said = {"source": "nppes_api", "source_id": "1", "kind": "person", "retrieved_on": dt.date(2026, 11, 24)} | facts
    return ProviderRecord.model_validate(said)


def test_a_listing_is_as_old_as_its_last_change_and_a_day_to_come_is_today() -> None:
    listed_on = (dt.date(2025, 11, 24), dt.date(2027, 1, 1), None)
    listings = tuple(record(listed_on=day) for day in listed_on)
    said = Provider("p", listings, ("s",)).said(dt.date(2026, 11, 24))
    assert [one.age_years for one in said] == [pytest.approx(365 / 365.25), 0.0, None]


def test_a_provider_says_what_its_listings_agree_on() -> None:
    one = Provider("p", (record(is_accepting=True, offers_online=True), record(offers_online=False)), ("s",))
    assert one.agreed("is_accepting") is True
    assert one.agreed("offers_online") is None
    assert one.is_contradicted("offers_online")
    assert one.offered("offers_online") is True  # offered in one place is offered
    assert one.agreed("is_active") is None
