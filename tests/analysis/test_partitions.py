"""How a study is cut: nobody lost, every site in reach in the halo, parts of like cost below the budget."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from cluster_study import BANDS, World, crowd, nation
from hypothesis import given
from hypothesis import strategies as st

from analysis.access.bounds import squared_bounds, squared_chords
from analysis.access.decay import Gaussian, step
from analysis.access.halo import Halo, halves
from analysis.access.partitions import Budget, BudgetError
from analysis.access.places_parts import Places
from analysis.access.within import weights_within
from analysis.sphere import unit_sphere


@pytest.fixture(name="nation")
def nation_of_tests() -> World:
    """Return 20,000 origins and 5,000 sites."""
    return nation()


def unasked(*_: object) -> Iterator[np.ndarray]:
    raise AssertionError("places need no worker to be cut")


def test_only_steps_can_do_without_stored_pairs() -> None:
    with pytest.raises(ValueError, match="does not fit bands"):
        Places(*crowd(0, 5, 5), Gaussian(0.4), is_stored=False)


@given(st.integers(0, 1000), st.integers(0, 60), st.integers(0, 60), st.integers(1, 20))
def test_partitions_hold_every_origin_once_and_every_site_in_its_reach(
    seed: int, origins: int, sites: int, parts: int
) -> None:
    engine, limit = world = crowd(seed, origins, sites)
    cut = Places(*world, step).partitions(Budget(1, 1, parts_least=parts), unasked)
    assert sorted(np.concatenate([[], *(part.origins for part in cut)]).tolist()) == list(range(origins))
    bounds = squared_bounds(engine, limit, (1.0,))[:, 0]
    for part in cut:
        for origin in part.origins:
            squares = squared_chords(engine.sites, engine.origins[[origin]])
            assert set(np.flatnonzero(squares <= bounds[origin])) <= set(part.sites)


def test_a_smaller_budget_makes_more_partitions_of_like_cost_and_less_halo_than_the_country(nation: World) -> None:
    few, many = (Places(*nation, BANDS).partitions(Budget(budget, 3), unasked) for budget in (20, 1.2))
    assert 16 <= len(few) < len(many)
    pairs = weights_within(*nation, BANDS).power(0).over_sites(np.ones(5_000))
    held = [pairs[part.origins].sum() for part in few]
    assert max(held) < 2.5 * np.mean(held)
    assert sum(len(part.sites) for part in few) < 0.5 * len(few) * 5_000


def test_partitions_do_not_hang_on_the_order_in_which_origins_come(nation: World) -> None:
    engine, limit = nation
    order = np.random.default_rng(0).permutation(len(limit))
    turned = replace(engine, origins=engine.origins[order], km_per_minute=engine.km_per_minute[order])
    cut = Places(*nation, BANDS).partitions(Budget(20, 3), unasked)
    again = Places(turned, limit[order], BANDS).partitions(Budget(20, 3), unasked)
    for one, other in zip(cut, again, strict=True):
        assert one.origins.tolist() == sorted(order[other.origins].tolist())
        assert one.sites.tolist() == other.sites.tolist()


def test_an_origin_that_fits_nowhere_is_named(nation: World) -> None:
    with pytest.raises(BudgetError, match=r"origin \d+ alone needs .* MB .* expected at most the 0\.0 MB"):
        Places(*nation, BANDS).partitions(Budget(0.01, 3), unasked)


def test_a_site_at_the_very_end_of_the_reach_is_in_the_halo() -> None:
    draw = np.random.default_rng(0)
    for _ in range(400):
        home, office = (unit_sphere(*draw.normal((46, -110), 1, (1, 2)).T) for _ in range(2))
        assert Halo(office).of(home, float(((home - office) ** 2).sum())).tolist() == [0]


def test_below_nought_nothing_is_near_not_even_in_the_same_place() -> None:
    office = np.repeat(unit_sphere(np.array([46.0]), np.array([-110.0])), 2, axis=0)
    assert Halo(office).of(office[:1], np.array([-1.0, 0.01])).tolist() == [1]


def test_halves_cost_alike_and_lie_side_by_side_across_the_widest_extent() -> None:
    equator = unit_sphere(np.array([-0.1, 0.1] * 4), np.linspace(-1, 1, 8))
    one, other = halves(equator, np.arange(8)[::-1], np.ones(8))
    assert sorted(one.tolist()) == [0, 1, 2, 3]
    assert sorted(other.tolist()) == [4, 5, 6, 7]


def test_partitions_know_how_many_pairs_they_may_have_and_keep_them_few_where_each_takes_much(nation: World) -> None:
    few, many = (Places(*nation, BANDS).partitions(Budget(6, 3, 1, bytes_), unasked) for bytes_ in (0, 44))
    pairs = weights_within(*nation, BANDS).power(0).over_sites(np.ones(5_000))
    for part in many:
        assert pairs[part.origins].sum() <= part.pairs <= 6e6 / 44
    assert max(part.pairs for part in few) > 6e6 / 44
