"""Where a site may lie: the closed form agrees with throwing places into the disc, and precise sites change nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from analysis.access.decay import Bands, Gaussian
from analysis.access.displacement import (
    NEGLIGIBLE_KM,
    Displacement,
    coarse_of,
    coarse_sites,
    displacement,
    share_within,
    weight_moments,
)
from analysis.access.measures.e2sfca import Displaced, e2sfca
from analysis.access.membership import Membership
from analysis.access.partitions import alone
from analysis.access.travel import GreatCircle
from analysis.access.weights import MatrixWeights
from analysis.access.within import weights_within
from analysis.sphere import unit_sphere

BANDS = Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22))
KM_PER_DEGREE = 111.195
SPOTS = 40_000


def thrown(radius: float, spots: int, seed: int) -> np.ndarray:
    """Return spots of a disc, each alike, as east and north in km."""
    draw = np.random.default_rng(seed)
    away, turn = radius * np.sqrt(draw.random(spots)), 2 * np.pi * draw.random(spots)
    return np.column_stack((away * np.cos(turn), away * np.sin(turn)))


distances = st.floats(0, 120)
radii = st.floats(0.6, 60)


@given(distances, radii, st.floats(-1, 120), st.integers(0, 2**32 - 1))
def test_the_share_of_a_disc_within_reach_is_what_throwing_finds(
    km: float, radius: float, near: float, seed: int
) -> None:
    share = float(share_within(np.array([km]), np.array([radius]), np.array([near]))[0])
    spots = thrown(radius, SPOTS, seed)
    found = float((np.hypot(spots[:, 0] + km, spots[:, 1]) <= max(near, 0)).mean())
    assert share == pytest.approx(found, abs=5 * max(np.sqrt(share * (1 - share) / SPOTS), 1 / SPOTS))


def test_shares_by_hand() -> None:
    # the point at the centre: (1/2)^2; wholly in reach: 1; out of reach: 0; discs of radius 1 a distance 1 apart share
    # 2 pi/3 - sqrt(3)/2, over pi: .391
    km, radius, near = np.array([0.0, 1.0, 9.0, 1.0]), np.array([2.0, 1.0, 1.0, 1.0]), np.array([1.0, 5.0, 5.0, 1.0])
    assert share_within(km, radius, near) == pytest.approx([0.25, 1.0, 0.0, 2 / 3 - np.sqrt(3) / 2 / np.pi])


@given(distances, radii, st.floats(1, 90), st.integers(0, 2**32 - 1))
def test_mean_and_variance_of_a_weight_are_those_of_thrown_places(
    km: float, radius: float, limit: float, seed: int
) -> None:
    bounds = np.array([[limit / 3, 2 * limit / 3, limit]])
    mean, variance = weight_moments(np.array([km]), np.array([radius]), bounds, np.array(BANDS.weights))
    spots = thrown(radius, SPOTS, seed)
    weights = BANDS(np.hypot(spots[:, 0] + km, spots[:, 1]) / limit)
    assert mean[0] == pytest.approx(weights.mean(), abs=5 * np.sqrt(variance[0] / SPOTS) + 1e-3)
    assert variance[0] == pytest.approx(weights.var(), abs=5 * np.sqrt(variance[0] / SPOTS) + 1e-3)


# five origins in the middle of Montana, three sites; a kilometre a minute, thirty minutes, circuity 1.2: 25 km of reach
ORIGINS = np.array([[47.0, -109.0], [47.1, -109.2], [46.8, -108.9], [47.3, -109.0], [47.0, -108.6]])
SITES = np.array([[47.05, -109.05], [46.9, -108.8], [47.3, -108.8]])
RADII = np.array([12.0, 0.1, 20.0])
LIMIT = np.full(5, 30.0)
PEOPLE = np.array([500.0, 300.0, 900.0, 200.0, 400.0])
HOURS, NOISE = np.array([6.0, 3.0, 2.0]), np.array([1.5, 0.7, 0.4])


def engine(sites: np.ndarray) -> GreatCircle:
    return GreatCircle(unit_sphere(*ORIGINS.T), unit_sphere(*sites.T), np.ones(5), 1.2, 0.0)


def weights(sites: np.ndarray = SITES) -> csr_array:
    return weights_within(engine(sites), LIMIT, BANDS, compiled=False).matrix  # type: ignore[attr-defined]


EACH = Membership(np.arange(5), PEOPLE, 5)
"""Every origin a region of its own."""


def displaced(
    sites: np.ndarray = SITES,
    radii: np.ndarray = RADII,
    members: Membership = EACH,
    offers: np.ndarray | None = None,
    room_bytes: float = 1e9,
) -> Displacement:
    """Return what the radii do; every site offers the one specialty unless told otherwise."""
    offered = np.ones((len(sites), 1), dtype=bool) if offers is None else offers
    coarse = coarse_of(engine(sites), LIMIT, BANDS, radii)
    return displacement(coarse, radii, MatrixWeights(weights(sites)), offered, members, alone, room_bytes)


def means(sites: np.ndarray = SITES, radii: np.ndarray = RADII) -> np.ndarray:
    """Return the mean weights of all pairs."""
    coarse, found = coarse_of(engine(sites), LIMIT, BANDS, radii), weights(sites).toarray()
    assert coarse is not None
    found[:, coarse_sites(radii)] = coarse.moments()[0].toarray()
    return found


def moved(seed: int) -> np.ndarray:
    """Return sites somewhere in their discs."""
    sites = SITES.copy()
    for site, radius in enumerate(RADII):
        east, north = thrown(radius, 1, seed * 7 + site)[0]
        sites[site] += north / KM_PER_DEGREE, east / KM_PER_DEGREE / np.cos(np.radians(SITES[site, 0]))
    return sites


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    """Return weights of a few thousand displacements, draws x origins x sites."""
    return np.array([weights(moved(seed)).toarray() for seed in range(3_000)])


def test_the_engines_weights_vary_as_if_their_sites_were_moved(draws: np.ndarray) -> None:
    deviation = displaced().deviation.toarray()
    error = 5 * draws.std(axis=0) / np.sqrt(len(draws)) + 5e-3
    assert (np.abs(means() - draws.mean(axis=0)) <= error).all()
    assert (np.abs(deviation**2 - draws.var(axis=0)) <= error).all()
    assert deviation[:, [0, 2]].any(axis=0).all()  # the test would see a variance that is never there


def test_the_variance_of_access_is_that_of_moved_sites_and_noisy_hours(draws: np.ndarray) -> None:
    per_head = 1 / (weights().T @ PEOPLE)  # demand is held, as the closed form says
    noise = np.random.default_rng(1)
    hours = HOURS + noise.choice([-1, 1], (len(draws), 3)) * np.sqrt(NOISE)  # two values: any noise of that variance
    access = np.einsum("dos,ds->do", draws, hours * per_head)
    moves = Displaced(displaced().deviation, NOISE + HOURS**2)
    closed = e2sfca(weights(), PEOPLE, HOURS, NOISE, moves).variance
    # Var(Sw) = E(w)^2 Var(S) + Var(w) E(S^2); the measure keeps w where its point is instead of E(w): a different mean
    shift = ((means() ** 2 - weights().toarray() ** 2) @ (NOISE * per_head**2)).ravel()
    assert closed + shift == pytest.approx(access.var(axis=0), rel=0.15)


def test_a_regions_deviation_is_never_too_small(draws: np.ndarray) -> None:
    whole = Membership(np.zeros(5, dtype=np.int64), PEOPLE, 1)
    closed = displaced(members=whole).deviation.toarray()[0]
    together = np.einsum("o,dos->ds", PEOPLE / PEOPLE.sum(), draws).std(axis=0)
    assert (closed >= together * 0.97 - 1e-9).all()
    assert (closed[[0, 2]] < 4 * together[[0, 2]]).all()


def test_a_precise_site_changes_nothing() -> None:
    found = displaced(radii=np.full(3, NEGLIGIBLE_KM))
    assert found.deviation.nnz == found.selected[0].nnz == 0
    plain = e2sfca(weights(), PEOPLE, HOURS, NOISE)
    same = e2sfca(weights(), PEOPLE, HOURS, NOISE, Displaced(found.deviation, HOURS**2))
    assert same.variance.tolist() == plain.variance.tolist()


def test_a_decay_without_a_closed_form_takes_sites_as_precise() -> None:
    assert coarse_of(engine(SITES), LIMIT, Gaussian(0.4), RADII) is None
    offers = np.ones((3, 2), dtype=bool)
    found = displacement(None, RADII, MatrixWeights(weights()), offers, EACH, alone, 1e9)
    assert (found.deviation.nnz, len(found.selected), found.selected[1].shape) == (0, 2, (5, 3))


def test_a_site_out_of_reach_whose_disc_is_not_may_be_in_reach() -> None:
    far = np.array([[47.3, -108.5], SITES[1], SITES[2]])  # 50 km from the first origin, which reaches 25
    radii = np.array([30.0, 0.1, 0.1])
    assert weights(far).toarray()[0, 0] == 0
    assert means(far, radii)[0, 0] > 0
    assert displaced(far, radii).deviation.toarray()[0, 0] > 0


@given(st.lists(st.booleans(), min_size=3, max_size=3))
def test_three_step_deviations_are_the_two_step_ones_times_a_share(offers: list[bool]) -> None:
    offered = np.array(offers)
    found = displaced(offers=np.column_stack((offered, ~offered)))
    for column, open_sites in enumerate((offered, ~offered)):
        divided, mean = found.selected[column].toarray(), means() * open_sites
        share = np.divide(mean, mean.sum(axis=1, keepdims=True), out=np.zeros_like(mean), where=mean > 0)
        assert divided == pytest.approx(found.deviation.toarray() * share)
        if open_sites.sum() == 1:  # all demand goes to the only site there is
            assert divided[:, open_sites] == pytest.approx(found.deviation.toarray()[:, open_sites])


@given(st.integers(0, 50), st.floats(1, 40_000))
def test_blocks_change_nothing(seed: int, room_bytes: float) -> None:
    draw = np.random.default_rng(seed)
    sites, radii = SITES.mean(axis=0) + draw.normal(0, 0.4, (12, 2)), draw.choice([0.1, 3.0, 20.0, 60.0], 12)
    offers, members = draw.random((12, 2)) < 0.6, Membership(draw.integers(0, 3, 5), PEOPLE, 3)
    whole = displaced(sites, radii, members, offers)
    parts = displaced(sites, radii, members, offers, room_bytes)
    for one, other in zip((whole.deviation, *whole.selected), (parts.deviation, *parts.selected), strict=True):
        assert other.toarray() == pytest.approx(one.toarray(), rel=1e-12)


def test_a_site_of_the_negligible_radius_is_precise_and_counts_as_such() -> None:
    assert coarse_sites(np.array([0.1, NEGLIGIBLE_KM, 0.6])).tolist() == [2]
    at_limit, precise = (displaced(radii=np.array([12.0, radius, 20.0])) for radius in (NEGLIGIBLE_KM, 0.1))
    assert at_limit.selected[0].toarray().tolist() == precise.selected[0].toarray().tolist()


@pytest.mark.parametrize("room_bytes", [1.0, 1e9])
def test_blocks_see_every_disc_in_reach_of_those_who_go_farthest(room_bytes: float) -> None:
    limit = np.array([6.0, 9.0, 60.0, 30.0, 45.0])  # the third reaches 50 km, the first 5
    sites, radii = np.vstack((SITES, [[46.45, -108.9]])), np.append(RADII, 12.0)  # 39 km south of everybody
    coarse = coarse_of(engine(sites), limit, BANDS, radii)
    assert coarse is not None
    expected = np.zeros((5, 4))
    expected[:, coarse_sites(radii)] = coarse.moments()[1].toarray()
    offers = np.ones((4, 1), dtype=bool)
    found = displacement(coarse, radii, MatrixWeights(weights(sites)), offers, EACH, alone, room_bytes)
    assert found.deviation.toarray() == pytest.approx(expected)
    assert expected[2, 3] > 0


def test_bounds_in_km_are_what_is_left_after_starting_up_at_each_origins_speed() -> None:
    speeds = np.array([0.5, 1.0, 1.5, 1.0, 1.0])
    coarse = coarse_of(replace(engine(SITES), km_per_minute=speeds, start_up_minutes=12.0), LIMIT, BANDS, RADII)
    assert coarse is not None
    # 30 minutes in thirds less 12: 0 (nobody gets there), 8 and 18 minutes of driving on roads 1.2 times as long
    assert coarse.bounds_km == pytest.approx(np.outer(speeds / 1.2, [0.0, 8.0, 18.0]))


def test_discs_of_like_size_are_each_looked_for_as_far_as_they_reach() -> None:
    far = np.array([[47.0 + 35 / KM_PER_DEGREE, -109.0]] * 2)  # 35 km from the first origin, which reaches 25
    deviation = displaced(far, np.array([9.0, 15.0])).deviation.toarray()[0]
    assert deviation[0] == 0
    assert deviation[1] > 0
