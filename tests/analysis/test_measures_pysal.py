"""Our measures against PySAL's ``access``: the same where it is right, and what it does where it is not."""

import numpy as np
import pandas as pd
import pytest
from access import fca, weights
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from analysis.access.decay import Bands, Decay, Gaussian, step
from analysis.access.floating import Shared, three_steps, two_steps
from analysis.access.measures.two_sfca import two_sfca
from analysis.access.weights import MatrixWeights

BANDS = Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22))
CATCHMENT = 60.0
STEPS = weights.step_fn({20: 1, 40: 0.68, 60: 0.22})
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas 4, about access 1.1
World = tuple[np.ndarray, np.ndarray, np.ndarray]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Return minutes, people and hours; a pair in five has no minutes in the table."""
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    places, sites = draw(st.integers(1, 30)), draw(st.integers(1, 20))
    minutes = random.uniform(0, 90, (places, sites)).round(draw(st.sampled_from([0, 3])))
    minutes[random.random((places, sites)) < 0.2] = np.nan
    return minutes, random.integers(1, 1000, places).astype(float), random.integers(1, 50, sites).astype(float)


def held(minutes: np.ndarray, decay: Decay, catchment: float = CATCHMENT) -> MatrixWeights:
    return MatrixWeights(csr_array(decay(np.where(np.isnan(minutes), np.inf, minutes / catchment))))


def tables(world: World) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    minutes, people, hours = world
    origin, dest = np.nonzero(~np.isnan(minutes))
    cost = pd.DataFrame({"origin": origin, "dest": dest, "cost": minutes[origin, dest]})
    demand = pd.DataFrame({"demand": people}, index=pd.RangeIndex(len(people), name="geoid"))
    return demand, pd.DataFrame({"supply": hours}, index=pd.RangeIndex(len(hours), name="geoid")), cost


def theirs(measure: object, world: World, **settings: object) -> np.ndarray:
    """Return PySAL's access of every origin, missing where it gives none."""
    demand, supply, cost = tables(world)
    found = measure(demand, supply, cost, demand_index=True, demand_name="demand", **settings)  # type: ignore[operator]
    return found.reindex(demand.index).to_numpy()


def agree(ours: Shared, peer: np.ndarray) -> None:
    known = ~np.isnan(peer)
    assert ours.value[known] == pytest.approx(peer[known], rel=1e-9, abs=0)
    assert (ours.value[~known] == 0).all()  # PySAL leaves out who reaches nothing; here their access is 0


@given(worlds())
def test_two_steps_are_theirs(world: World) -> None:
    agree(two_sfca(held(world[0], step), *world[1:]), theirs(fca.two_stage_fca, world, max_cost=CATCHMENT))


@given(worlds())
def test_enhanced_two_steps_are_theirs(world: World) -> None:
    peer = theirs(fca.two_stage_fca, world, max_cost=CATCHMENT, weight_fn=STEPS)
    agree(two_steps(held(world[0], BANDS), *world[1:]), peer)


@given(worlds())
def test_a_smooth_decay_is_theirs(world: World) -> None:
    peer = theirs(fca.two_stage_fca, world, max_cost=CATCHMENT, weight_fn=weights.gaussian(24))
    agree(two_steps(held(world[0], Gaussian(0.4)), *world[1:]), peer)  # 24 of 60 minutes


@given(worlds())
def test_three_steps_are_theirs_where_every_weight_beyond_the_catchment_is_nought(world: World) -> None:
    peer = theirs(fca.three_stage_fca, world, max_cost=CATCHMENT, weight_fn=STEPS)
    agree(three_steps(held(world[0], BANDS), *world[1:]), peer)


# A place of ten people 10 minutes from a site of 1 FTE, and a place where nobody lives 10 minutes from a site of 2 FTE.
EMPTY: World = (np.array([[10.0, np.nan], [np.nan, 10.0]]), np.array([10.0, 0.0]), np.array([1.0, 2.0]))


def test_a_site_nobody_reaches_makes_their_access_infinite_and_ours_leaves_it_out() -> None:
    peer = theirs(fca.two_stage_fca, EMPTY, max_cost=CATCHMENT, weight_fn=STEPS)
    assert peer.tolist() == [0.1, np.inf]  # 2 FTE over nobody
    ours = two_steps(held(EMPTY[0], BANDS), *EMPTY[1:])
    assert ours.value.tolist() == [0.1, 0.0]
    assert ours.unreached_sites.tolist() == [False, True]


def test_an_empty_site_nobody_reaches_is_lost_to_them_without_a_word() -> None:
    world = (EMPTY[0], EMPTY[1], np.array([1.0, 0.0]))  # 0 FTE over nobody: not a number, which pandas then skips
    assert theirs(fca.two_stage_fca, world, max_cost=CATCHMENT, weight_fn=STEPS).tolist() == [0.1, 0.0]
    assert two_steps(held(world[0], BANDS), *world[1:]).value.tolist() == [0.1, 0.0]


def test_their_third_step_counts_sites_beyond_the_catchment() -> None:
    # Two places of ten people, both 10 minutes from a site of 1 FTE, the first also 50 minutes from another, and a
    # catchment of 30 minutes: within it both see the same single site and must fare alike, 1 FTE over 20 people each.
    # PySAL lets a share of the first place's people, 1 - 1/1.22, choose the site beyond the catchment.
    minutes = np.array([[10.0, 50.0], [10.0, np.nan]])
    world = (minutes, np.array([10.0, 10.0]), np.array([1.0, 1.0]))
    ours = three_steps(held(np.where(minutes <= 30, minutes, np.nan), BANDS), *world[1:])
    assert ours.value.tolist() == [0.05, 0.05]
    # 1/1.22 of ten and all of ten make 2220/122 people; of the ratio, 122/2220, the places are given 1/1.22 and 1
    peer = theirs(fca.three_stage_fca, world, max_cost=30, weight_fn=STEPS)
    assert peer == pytest.approx([100 / 2220, 122 / 2220])


def test_their_third_step_sends_people_to_sites_without_the_specialty() -> None:
    # two sites 10 minutes away, of which one has no hours in the specialty: people of the first place, who see both,
    # and of the second, who see the one that has some, are as well off
    minutes = np.array([[10.0, 10.0], [10.0, np.nan]])
    world = (minutes, np.array([10.0, 10.0]), np.array([1.0, 0.0]))
    assert three_steps(held(minutes, BANDS), *world[1:]).value.tolist() == [0.05, 0.05]
    peer = theirs(fca.three_stage_fca, world, max_cost=CATCHMENT, weight_fn=STEPS)
    assert peer == pytest.approx([1 / 30, 2 / 30])  # half of ten and all of ten choose the site that has some


def test_they_write_into_the_table_of_minutes_that_is_given() -> None:
    demand, supply, cost = tables(EMPTY)
    fca.three_stage_fca(demand, supply, cost, CATCHMENT, demand_index=True, demand_name="demand", weight_fn=STEPS)
    assert "W3" in cost.columns
