"""Rolling up to regions: the same as multiplying matrices, and the mean of origins' access stays what it is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from analysis.access.banded import BandedWeights, band_weights
from analysis.access.decay import Bands, Gaussian
from analysis.access.floating import two_steps
from analysis.access.structure import build_structure
from analysis.access.travel import GreatCircle
from analysis.access.weights import MatrixWeights, PairWeights, Rolls
from analysis.access.within import weights_within
from analysis.sphere import unit_sphere

BANDS = Bands((0.5, 1.0), (1.0, 0.5))


def country(seed: int, origins: int, sites: int) -> BandedWeights:
    engine, limit = world(seed, origins, sites)
    return BandedWeights(build_structure(engine, limit, BANDS.shares), band_weights(BANDS, BANDS.shares))


def world(seed: int, origins: int, sites: int) -> tuple[GreatCircle, np.ndarray]:
    draw = np.random.default_rng(seed)
    homes, offices = draw.normal((45, -110), 1, (origins, 2)), draw.normal((45, -110), 1, (sites, 2))
    engine = GreatCircle(unit_sphere(*homes.T), unit_sphere(*offices.T), draw.choice([0.8, 1.5], origins), 1.4, 2.0)
    return engine, draw.choice([20.0, 90.0], origins)


def once(weights: PairWeights, factor: np.ndarray, region: np.ndarray, regions: int) -> csr_array:
    (rolled,) = weights.rolled_up(Rolls(factor[:, None], region, regions))
    return rolled


@given(st.integers(0, 1000), st.integers(0, 40), st.integers(0, 30), st.integers(1, 90))
def test_is_the_product_of_two_matrices(seed: int, origins: int, sites: int, regions: int) -> None:
    weights = country(seed, origins, sites)
    draw = np.random.default_rng(seed)
    region, factor = draw.integers(0, regions, origins), draw.random(origins)
    average = csr_array((factor, (region, np.arange(origins))), shape=(regions, origins))
    expected = average @ weights.structure.matrix(weights.table)
    found = once(weights, factor, region, regions)
    assert found.nnz == expected.nnz
    np.testing.assert_allclose(found.toarray(), expected.toarray(), rtol=1e-12)


@given(st.integers(0, 1000), st.integers(0, 40), st.integers(0, 30), st.sampled_from([BANDS, Gaussian(0.4)]))
def test_many_rolls_at_once_keep_their_own_sites_in_every_kind_of_weights(
    seed: int, origins: int, sites: int, decay: Bands
) -> None:
    engine, limit = world(seed, origins, sites)
    draw = np.random.default_rng(seed)
    rolls = Rolls(draw.random((origins, 3)), draw.integers(0, 5, origins), 5, draw.random((sites, 3)) < 0.5)
    plain = weights_within(engine, limit, decay, compiled=False)
    for exponent in (1, 2):
        found = weights_within(engine, limit, decay).power(exponent).rolled_up(rolls)
        expected = plain.power(exponent).rolled_up(rolls)
        dense = plain.matrix.toarray() ** exponent  # type: ignore[attr-defined]
        for number, (one, other) in enumerate(zip(found, expected, strict=True)):
            np.testing.assert_allclose(one.toarray(), other.toarray(), rtol=1e-6, atol=1e-12)
            by_hand = np.zeros((5, sites))
            np.add.at(by_hand, rolls.region, dense * rolls.factors[:, [number]])
            np.testing.assert_allclose(other.toarray(), by_hand * rolls.kept[:, number], rtol=1e-12)  # type: ignore[index]
            assert one.has_sorted_indices


def test_a_factor_of_nought_keeps_the_pairs_of_places_where_nobody_lives() -> None:
    found = once(country(1, 30, 20), np.zeros(30), np.zeros(30, dtype=np.int64), 1)
    assert found.nnz > 0
    assert not found.data.any()


def test_regions_have_the_mean_access_of_their_people() -> None:
    weights = country(2, 300, 120)
    draw = np.random.default_rng(2)
    region, people = draw.integers(0, 12, 300), draw.integers(1, 900, 300).astype(float)
    hours = draw.integers(0, 4, (120, 3)).astype(float)
    total = np.bincount(region, weights=people, minlength=12)
    by_origin = two_steps(weights, people, hours).value
    by_region = two_steps(MatrixWeights(once(weights, people / total[region], region, 12)), total, hours).value
    mean = np.stack([np.bincount(region, weights=people * column, minlength=12) for column in by_origin.T], axis=1)
    np.testing.assert_allclose(by_region, mean / total[:, None], rtol=1e-12)


def test_neighbours_in_a_block_of_regions_do_not_share_their_sums() -> None:
    """More regions than blocks, all of which meet the same sites."""
    engine, _ = world(5, 400, 30)
    wide = BandedWeights(build_structure(engine, np.full(400, 900.0), BANDS.shares), band_weights(BANDS, BANDS.shares))
    region = np.arange(400) % 200
    found = once(wide, np.ones(400), region, 200).toarray()
    expected = np.zeros((200, 30))
    np.add.at(expected, region, wide.structure.matrix(wide.table).toarray())
    np.testing.assert_allclose(found, expected, rtol=1e-12)
