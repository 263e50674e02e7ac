"""Enhanced two-step floating catchment areas: a worked example, a slow twin, and the laws."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_array

from analysis.access.decay import Bands, Decay, step
from analysis.access.measures.e2sfca import e2sfca
from analysis.access.measures.three_sfca import selected
from analysis.access.membership import Membership
from analysis.access.weights import MatrixWeights


def test_worked_example() -> None:
    # Two places of 100 and 300 people, two sites of 4 and 3 FTE; weights: place 0 reaches site 0 fully and site 1
    # by half, place 1 reaches site 1 fully.
    #   D0 = 1 x 100 = 100            R0 = 4 / 100 = .04
    #   D1 = .5 x 100 + 1 x 300 = 350 R1 = 3 / 350
    #   A0 = 1 x .04 + .5 x 3/350 = .04 + 3/700, A1 = 3/350
    found = e2sfca(csr_array([[1.0, 0.5], [0.0, 1.0]]), np.array([100.0, 300.0]), np.array([4.0, 3.0]))
    assert found.value == pytest.approx([0.04 + 3 / 700, 3 / 350], rel=1e-14)
    assert not found.unreached_sites.any()


def test_a_site_nobody_reaches_is_flagged_and_left_out() -> None:
    found = e2sfca(csr_array([[0.0, 1.0]]), np.array([10.0]), np.array([5.0, 1.0]))
    assert found.unreached_sites.tolist() == [True, False]
    assert found.value.tolist() == [0.1]


def test_a_place_without_sites_has_access_zero() -> None:
    found = e2sfca(csr_array([[0.0], [1.0]]), np.array([10.0, 10.0]), np.array([1.0]))
    assert found.value.tolist() == [0.0, 0.1]


# Four places and three sites, a catchment of 30 minutes in bands of 10, 20 and 30 (a bound belongs to the nearer band).
#             people   x: 4 FTE  y: 3 FTE  z: 2 FTE
# P              100      5 min    25 min         -
# Q (nobody)       0     15 min         -    10 min
# R (too far)     50     45 min         -         -
# T              300          -    10 min         -
PEOPLE = np.array([100.0, 0.0, 50.0, 300.0])
HOURS = np.array([4.0, 3.0, 2.0])
MINUTES = np.array([[5, 25, 999], [15, 999, 10], [45, 999, 999], [999, 10, 999]], dtype=float)


def three_step_weights(weights: csr_array, offers: np.ndarray) -> csr_array:
    """Return the weights of three steps, each place a region of its own."""
    places = weights.shape[0]
    (chosen,) = selected(
        MatrixWeights(weights), offers[:, None], Membership(np.arange(places), np.ones(places), places)
    )
    return chosen


def weights_of(decay: Decay) -> csr_array:
    return csr_array(decay((MINUTES / 30).ravel()).reshape(MINUTES.shape))


def test_two_steps_by_hand_with_an_empty_and_an_unreachable_place() -> None:
    # Dx = 100 + 0 = 100, Rx = .04; Dy = 100 + 300 = 400, Ry = .0075; z is reached by nobody and left out.
    # P: .04 + .0075; Q has access although nobody lives there: .04; R reaches nothing: 0; T: .0075
    found = e2sfca(weights_of(step), PEOPLE, HOURS)
    assert found.value == pytest.approx([0.0475, 0.04, 0.0, 0.0075], rel=1e-14)
    assert found.unreached_sites.tolist() == [False, False, True]
    assert PEOPLE @ found.value == pytest.approx(4 + 3)


def test_enhanced_two_steps_by_hand() -> None:
    # weights P: 1, .22; Q: .68, 1 (z); T: 1. Dx = 100, Rx = .04; Dy = 22 + 300 = 322, Ry = 3 / 322
    found = e2sfca(weights_of(Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22))), PEOPLE, HOURS)
    assert found.value == pytest.approx([0.04 + 0.22 * 3 / 322, 0.68 * 0.04, 0.0, 3 / 322], rel=1e-14)
    assert PEOPLE @ found.value == pytest.approx(4 + 3)


def test_three_steps_by_hand() -> None:
    # P divides its demand over x and y as 1 : .22, so its weights are 1/1.22 and .22^2/1.22; T has y alone.
    # Q divides over x and z as .68 : 1. Dx = 100/1.22, Dy = 100 x .0484/1.22 + 300
    chosen = three_step_weights(weights_of(Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22))), HOURS > 0)
    found = e2sfca(chosen, PEOPLE, HOURS)
    rx, ry = 4 * 1.22 / 100, 3 / (100 * 0.0484 / 1.22 + 300)
    expected = [rx / 1.22 + ry * 0.0484 / 1.22, rx * 0.68**2 / 1.68, 0.0, ry]
    assert found.value == pytest.approx(expected, rel=1e-14)
    assert PEOPLE @ found.value == pytest.approx(4 + 3)


def test_a_site_without_the_specialty_takes_no_share_of_demand() -> None:
    chosen = three_step_weights(csr_array([[1.0, 1.0]]), np.array([True, False]))
    assert chosen.toarray().tolist() == [[1.0, 0.0]]


def slow_twin(weights: np.ndarray, demand: np.ndarray, supply: np.ndarray) -> list[float]:
    """Loop over the definition, sharing no code with the measure."""
    access = []
    for place in range(len(demand)):
        total = 0.0
        for site in range(len(supply)):
            catchment = sum(weights[other, site] * demand[other] for other in range(len(demand)))
            if weights[place, site] and catchment:
                total += weights[place, site] * supply[site] / catchment
        access.append(total)
    return access


shapes = st.tuples(st.integers(1, 6), st.integers(1, 5))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    places, sites = draw(shapes)
    weights = draw(hnp.arrays(float, (places, sites), elements=st.sampled_from([0.0, 0.22, 0.68, 1.0])))
    demand = draw(hnp.arrays(float, places, elements=st.integers(0, 1000).map(float)))
    supply = draw(hnp.arrays(float, sites, elements=st.integers(0, 50).map(float)))
    return weights, demand, supply


@given(worlds())
def test_agrees_with_the_slow_twin(world: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    weights, demand, supply = world
    assert e2sfca(csr_array(weights), demand, supply).value == pytest.approx(slow_twin(*world), rel=1e-12, abs=1e-15)


@given(worlds())
def test_nothing_is_created_or_lost(world: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    weights, demand, supply = world
    found = e2sfca(csr_array(weights), demand, supply)
    assert demand @ found.value == pytest.approx(supply[(weights.T @ demand) > 0].sum(), rel=1e-12, abs=1e-12)


@given(worlds(), st.data())
def test_a_new_provider_harms_nobody(world: tuple[np.ndarray, np.ndarray, np.ndarray], data: st.DataObject) -> None:
    weights, demand, supply = world
    more = supply.copy()
    more[data.draw(st.integers(0, len(supply) - 1))] += 3
    before, after = (e2sfca(csr_array(weights), demand, hours).value for hours in (supply, more))
    assert (after >= before - 1e-15).all()


@given(worlds(), st.randoms(use_true_random=False))
def test_order_does_not_matter(world: tuple[np.ndarray, np.ndarray, np.ndarray], random: object) -> None:
    weights, demand, supply = world
    order = list(range(len(demand)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = e2sfca(csr_array(weights[order]), demand[order], supply).value
    assert shuffled == pytest.approx(e2sfca(csr_array(weights), demand, supply).value[order], rel=1e-12)


@given(worlds())
def test_splitting_a_place_changes_nothing(world: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    weights, demand, supply = world
    halves = np.concatenate((demand[:1] / 2, demand[:1] / 2, demand[1:]))
    split = e2sfca(csr_array(np.vstack((weights[:1], weights))), halves, supply).value
    assert split[1:] == pytest.approx(e2sfca(csr_array(weights), demand, supply).value, rel=1e-12)


def test_variance_is_that_of_a_linear_map() -> None:
    weights, demand = csr_array([[1.0, 0.5], [0.0, 1.0]]), np.array([100.0, 300.0])
    found = e2sfca(weights, demand, np.array([4.0, 3.0]), np.array([1.0, 4.0]))
    # Var A0 = (1/100)^2 x 1 + (.5/350)^2 x 4, Var A1 = (1/350)^2 x 4
    assert found.variance == pytest.approx([1e-4 + 4 * (0.5 / 350) ** 2, 4 / 350**2], rel=1e-14)


def test_bands_belong_to_the_nearer_side() -> None:
    decay = Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22))
    assert decay(np.array([0.0, 1 / 3, 0.34, 2 / 3, 0.9, 1.0, 1.0001])).tolist() == [1, 1, 0.68, 0.68, 0.22, 0.22, 0]
    assert step(np.array([1.0, 1.0001])).tolist() == [1.0, 0.0]


@pytest.mark.real
@pytest.mark.parametrize(
    ("case", "minutes", "bands"),
    [("2SFCA_30", 30, None), ("E2SFCA_20_40_60", 60, (1.0, 0.68, 0.22)), ("3SFCA", 60, (1.0, 0.68, 0.22))],
)
def test_exact_fractions(real_data: Path, case: str, minutes: int, bands: tuple[float, ...] | None) -> None:
    golden = json.loads((real_data / "access_golden_cases.json").read_text())
    places, sites = list(golden["pop"]), list(golden["supply"])
    decay = Bands((1 / 3, 2 / 3, 1.0), bands) if bands else step
    weights = np.zeros((len(places), len(sites)))
    for place, site, cost in golden["cost"]:
        weights[places.index(place), sites.index(site)] = decay(np.array([cost / minutes]))[0]
    supply = np.array(list(golden["supply"].values()), float)
    shared = three_step_weights(csr_array(weights), supply > 0) if case == "3SFCA" else csr_array(weights)
    found = e2sfca(shared, np.array(list(golden["pop"].values()), float), supply)
    expected = [float(Fraction(golden["expected"][case][place][0])) for place in places]
    assert found.value == pytest.approx(expected, rel=1e-12)
