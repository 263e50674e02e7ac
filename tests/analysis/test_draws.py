"""Draws of supply and access: the moments of the closed form, a provider's own law, seeds, and order of no matter."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_array

from analysis.access.draws import AccessLaw, access_law, seed_of
from analysis.access.measures.e2sfca import Displaced, e2sfca
from analysis.access.supply_law import SupplyLaw, supply_law
from analysis.providers.capacity import Fte

DRAWS = 40_000
IDS = ("30001", "30003", "30005")
WEIGHTS = np.array([[1.0, 0.68, 0.0, 0.0], [0.22, 1.0, 0.0, 0.0], [0.0, 0.0, 0.68, 0.0]])
DEVIATION = np.array([[0.1, 0.0, 0.0, 0.0], [0.2, 0.3, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
DEMAND = np.array([5_000.0, 800.0, 40.0])
MEAN = np.array([4.0, 0.8, 1.2, 2.0])
VARIANCE = np.array([1.5, 0.3, 0.0, 0.4])
PROVIDERS = np.array([6.0, 1.0, 2.0, 1.0])


def small(order: tuple[int, ...] = (0, 1, 2), *, displaced: bool = True) -> AccessLaw:
    """Return the law of three regions and four sites, the last of which nobody reaches."""
    rows = list(order)
    supply = supply_law(MEAN, VARIANCE, PROVIDERS)
    moved = Displaced(csr_array(DEVIATION[rows]), VARIANCE + MEAN**2) if displaced else None
    return access_law(csr_array(WEIGHTS[rows]), DEMAND[rows], supply, tuple(IDS[row] for row in rows), moved)


def within_error(drawn: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> None:
    """Check both moments of each row against five standard errors of their estimates."""
    away = drawn - mean[:, None]
    assert (np.abs(away.mean(axis=1)) <= 5 * np.sqrt(variance / DRAWS) + 1e-15).all()
    error = np.sqrt(np.maximum((away**4).mean(axis=1) - variance**2, 0) / DRAWS)
    assert (np.abs((away**2).mean(axis=1) - variance) <= 5 * error + 1e-12 * variance).all()


supplies = hnp.arrays(float, 5, elements=st.sampled_from([0.0, 0.01, 0.3, 1.0, 2.5, 40.0]))


@given(supplies, hnp.arrays(float, 5, elements=st.floats(0, 30)), hnp.arrays(int, 5, elements=st.integers(0, 60)))
def test_the_law_has_the_moments_it_is_given(mean: np.ndarray, ratio: np.ndarray, providers: np.ndarray) -> None:
    law = supply_law(mean, mean * ratio, providers.astype(float))
    assert law.mean == pytest.approx(mean, rel=1e-12, abs=0)
    assert law.variance == pytest.approx(mean * ratio, rel=1e-9, abs=1e-12)
    assert ((law.chance >= 0) & (law.chance <= 1)).all()
    assert (law.fte >= 0).all()


@given(st.integers(1, 30), st.floats(0.05, 1.0), st.floats(0.05, 2.5))
def test_providers_who_are_alike_are_drawn_by_their_own_law(providers: int, chance: float, full_time: float) -> None:
    of_one = Fte(full_time * chance, full_time**2 * chance * (1 - chance))
    law = supply_law(*(np.array([providers * moment]) for moment in (of_one.mean, of_one.variance, 1.0)))
    assert law.providers.tolist() == [providers]
    assert law.chance == pytest.approx([chance], rel=1e-9)
    assert law.fte == pytest.approx([full_time], rel=1e-9)


def test_drawn_supply_has_the_mean_and_variance_of_the_table_and_is_never_negative() -> None:
    # surely there, nothing, one provider of .9 FTE with chance .585, twenty alike, one of many sites
    mean = np.array([1.2, 0.0, 0.5265, 8.0, 0.1])
    variance = np.array([0.0, 0.0, 0.9**2 * 0.585 * 0.415, 2.2, 0.25])
    law = supply_law(mean, variance, np.array([3.0, 0.0, 1.0, 20.0, 1.0]))
    drawn = law.draw(DRAWS, np.random.default_rng(6))
    assert (drawn >= 0).all()
    assert np.unique(drawn[0]) == pytest.approx([1.2])
    assert np.unique(drawn[1]).tolist() == [0.0]
    assert np.unique(drawn[2]) == pytest.approx([0.0, 0.9])
    within_error(drawn, mean, variance)


@pytest.mark.parametrize("displaced", [False, True])
def test_drawn_access_has_the_mean_and_variance_of_the_closed_form(displaced: bool) -> None:
    law = small(displaced=displaced)
    drawn = law.draw(DRAWS, np.random.default_rng(6))
    assert (drawn >= 0).all()
    moved = Displaced(csr_array(DEVIATION), VARIANCE + MEAN**2) if displaced else None
    closed = e2sfca(csr_array(WEIGHTS), DEMAND, MEAN, VARIANCE, moved)
    within_error(drawn, closed.value, closed.variance)


worlds = st.tuples(
    hnp.arrays(float, (4, 3), elements=st.sampled_from([0.0, 0.22, 0.68, 1.0])),
    hnp.arrays(float, (4, 3), elements=st.sampled_from([0.0, 0.1, 0.4])),
    hnp.arrays(float, 4, elements=st.integers(0, 1000).map(float)),
    hnp.arrays(float, 3, elements=st.integers(0, 50).map(float)),
)


@given(worlds)
def test_the_law_of_access_is_the_closed_form(
    world: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    weights, deviation, demand, supply = world
    variance = supply * 0.3
    moved = Displaced(csr_array(deviation), variance + supply**2)
    closed = e2sfca(csr_array(weights), demand, supply, variance, moved)
    law = access_law(csr_array(weights), demand, supply_law(supply, variance, supply), ("a", "b", "c", "d"), moved)
    assert law.mean == pytest.approx(closed.value, rel=1e-12, abs=1e-15)
    reaches = closed.value > 0  # a region that reaches nothing stays at nothing
    assert law.variance[reaches] == pytest.approx(closed.variance[reaches], rel=1e-9, abs=1e-18)
    assert (law.variance[~reaches] == 0).all()


def test_access_takes_each_of_the_values_that_providers_there_or_not_can_give_it() -> None:
    # two providers, .9 FTE with chance .6 and .5 FTE with chance .3; one place of 100 people reaches both in full
    chance, full_time = np.array([0.6, 0.3]), np.array([0.9, 0.5])
    supply = supply_law(full_time * chance, full_time**2 * chance * (1 - chance), np.ones(2))
    law = access_law(csr_array(np.ones((1, 2))), np.array([100.0]), supply, ("a",))
    drawn = law.draw(DRAWS, np.random.default_rng(6))[0]
    known = 0
    for there in product((0, 1), repeat=2):
        odds = float(np.prod(np.where(there, chance, 1 - chance)))
        hits = int(np.isclose(drawn, np.dot(there, full_time) / 100, rtol=1e-9, atol=1e-12).sum())
        assert hits / DRAWS == pytest.approx(odds, abs=5 * np.sqrt(odds * (1 - odds) / DRAWS))
        known += hits
    assert known == DRAWS


def test_seeds_repeat_and_specialties_have_streams_of_their_own() -> None:
    law = small()
    first, again, other = (
        np.hstack(list(law.batches(500, seed_of(seed, specialty), 192)))
        for seed, specialty in ((6, "general"), (6, "general"), (6, "trauma"))
    )
    assert (first == again).all()
    assert first.shape == (3, 500)
    assert (first != other).any()
    assert (np.hstack(list(law.batches(500, seed_of(7, "general"), 192))) != first).any()
    third = law.draw(500 - 2 * 192, np.random.default_rng([*seed_of(6, "general"), 2]))
    assert (first[:, 2 * 192 :] == third).all()  # any batch can be drawn again by itself
    assert len(np.unique(first[1])) > 1


@given(st.permutations(range(3)))
def test_order_of_regions_does_not_matter(order: list[int]) -> None:
    drawn = small().draw(50, np.random.default_rng(6))
    shuffled = small(tuple(order)).draw(50, np.random.default_rng(6))
    assert shuffled == pytest.approx(drawn[order], rel=1e-12)


def test_some_regions_are_drawn_as_they_are_among_all() -> None:
    law = small(displaced=False)
    some = law.of(np.array([True, False, True]))
    drawn, among = (one.draw(50, np.random.default_rng(6)) for one in (some, law))
    assert (drawn == among[[0, 2]]).all()
    moved = small().of(np.array([False, True, True]))
    assert moved.variance == pytest.approx(small().variance[1:], rel=1e-12)
    assert moved.draw(5, np.random.default_rng(6)).shape == (2, 5)


@given(st.permutations(range(3)), st.integers(0, 2))
def test_what_is_drawn_for_some_regions_does_not_hang_on_their_place_in_the_table(order: list[int], out: int) -> None:
    drawn, shuffled = (
        small(places).of(np.array([place != out for place in places])).draw(50, np.random.default_rng(6))
        for places in ((0, 1, 2), tuple(order))
    )
    left = [place for place in order if place != out]
    assert shuffled == pytest.approx(drawn[[sorted(left).index(place) for place in left]], rel=1e-12)


def test_a_site_without_supply_changes_no_draw() -> None:
    weights, demand = np.column_stack((WEIGHTS, [0.5, 0.5, 1.0])), DEMAND
    more = supply_law(np.append(MEAN, 0.0), np.append(VARIANCE, 0.0), np.append(PROVIDERS, 0.0))
    law = access_law(csr_array(weights), demand, more, IDS)
    drawn, before = (one.draw(50, np.random.default_rng(6)) for one in (law, small(displaced=False)))
    assert (drawn == before).all()


def test_inputs_stay_what_they_are() -> None:
    weights, deviation = csr_array(WEIGHTS), csr_array(DEVIATION)
    before = weights.toarray(), deviation.toarray(), DEMAND.copy(), MEAN.copy()
    supply = supply_law(MEAN, VARIANCE, PROVIDERS)
    access_law(weights, DEMAND, supply, IDS, Displaced(deviation, MEAN)).draw(5, np.random.default_rng(1))
    for was, now in zip(before, (weights.toarray(), deviation.toarray(), DEMAND, MEAN), strict=True):
        assert (was == now).all()


def test_nothing_to_draw_is_drawn() -> None:
    law = access_law(csr_array((2, 0)), np.ones(2), supply_law(np.ones(0), np.ones(0), np.ones(0)), ("a", "b"))
    assert (law.draw(7, np.random.default_rng(1)) == np.zeros((2, 7))).all()


@pytest.mark.parametrize(
    ("mean", "variance", "said"),
    [
        (-1.0, 0.0, r"supply is -1\.0 at site 1; expected a number from 0"),
        (float("nan"), 0.0, r"supply is nan at site 1"),
        (1.0, float("inf"), r"variance of supply is inf at site 1"),
        (0.0, 2.0, r"supply at site 1 is 0 with a variance of 2\.0; expected 0"),
    ],
)
def test_supply_that_cannot_be_is_refused(mean: float, variance: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        supply_law(np.array([1.0, mean]), np.array([0.1, variance]), np.ones(2))


def test_a_law_says_its_own_moments() -> None:
    # three providers of .5 FTE with chance .4: mean 3 x .4 x .5 = .6, variance 3 x .4 x .6 x .25 = .18
    law = SupplyLaw(np.array([3]), np.array([0.4]), np.array([0.5]))
    assert (law.mean.item(), law.variance.item()) == pytest.approx((0.6, 0.18))
