"""Laws of the measures: a slow twin that shares no code, nothing created or lost, a new provider harms nobody."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_array

from analysis.access.decay import Exponential, Gaussian, InversePower
from analysis.access.floating import Shared, three_steps, two_steps, two_steps_variance
from analysis.access.measures.balanced_fca import balanced_fca
from analysis.access.measures.count_within import count_within
from analysis.access.measures.gravity import gravity
from analysis.access.measures.kth_nearest import kth_nearest
from analysis.access.measures.m2sfca import m2sfca
from analysis.access.measures.two_sfca import two_sfca
from analysis.access.plain import nearest_sites
from analysis.access.travel import GreatCircle
from analysis.access.weights import MatrixWeights
from analysis.access.within import weights_within
from analysis.sphere import unit_sphere

Measure = Callable[[MatrixWeights, np.ndarray, np.ndarray], Shared]
World = tuple[np.ndarray, np.ndarray, np.ndarray]
SHARING = [two_sfca, two_steps, three_steps, m2sfca, balanced_fca]
CONSERVING = [two_sfca, two_steps, three_steps]
measures = pytest.mark.parametrize("measure", SHARING)


def slow(name: str, weights: np.ndarray, demand: np.ndarray, supply: np.ndarray) -> list[float]:
    """Loop over the definitions pair by pair, sharing no code with the measures."""
    places, sites = range(len(demand)), range(len(supply))

    def weight(p: int, s: int) -> float:
        return float(weights[p, s])

    def inside(p: int, s: int) -> float:
        return 1.0 if weights[p, s] > 0 else 0.0

    def chosen(p: int, s: int) -> float:
        return weights[p, s] / (sum(weights[p, o] for o in sites if supply[o] > 0) or 1.0)

    def handed(p: int, s: int) -> float:
        return weights[p, s] / (sum(weights[o, s] for o in places) or 1.0)

    gathers, gives = {  # how much of an origin's demand a site gathers, and of a site's ratio an origin is given
        "two_sfca": (inside, inside),
        "two_steps": (weight, weight),
        "m2sfca": (weight, lambda p, s: weight(p, s) ** 2),
        "three_steps": (lambda p, s: weight(p, s) * chosen(p, s), lambda p, s: weight(p, s) * chosen(p, s)),
        "balanced_fca": (chosen, handed),
    }[name]
    access = [0.0 for _ in places]
    for site in sites:
        gathered = sum(demand[p] * gathers(p, site) for p in places)
        for place in places:
            if gathered > 0 and supply[site] > 0:
                access[place] += supply[site] / gathered * gives(place, site)
    return access


@st.composite
def worlds(draw: st.DrawFn) -> World:
    places, sites = draw(st.tuples(st.integers(1, 6), st.integers(1, 5)))
    weights = draw(hnp.arrays(float, (places, sites), elements=st.sampled_from([0.0, 0.22, 0.68, 1.0])))
    demand = draw(hnp.arrays(float, places, elements=st.integers(0, 1000).map(float)))
    supply = draw(hnp.arrays(float, sites, elements=st.integers(0, 50).map(float)))
    return weights, demand, supply


def by(measure: Measure, world: World) -> Shared:
    weights, demand, supply = world
    return measure(MatrixWeights(csr_array(weights)), demand, supply)


@measures
@given(world=worlds())
def test_agrees_with_the_slow_twin(measure: Measure, world: World) -> None:
    assert by(measure, world).value == pytest.approx(slow(measure.__name__, *world), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("measure", CONSERVING)
@given(world=worlds())
def test_nothing_is_created_or_lost(measure: Measure, world: World) -> None:
    weights, demand, supply = world
    in_reach = supply[(weights.T > 0) @ demand > 0].sum()
    assert demand @ by(measure, world).value == pytest.approx(in_reach, rel=1e-12, abs=1e-12)


@given(worlds())
def test_the_modified_measure_gives_no_more_than_there_is(world: World) -> None:
    weights, demand, supply = world
    in_reach = supply[weights.T @ demand > 0].sum()
    assert demand @ by(m2sfca, world).value <= in_reach * (1 + 1e-12)
    assert (by(m2sfca, world).value <= by(two_steps, world).value * (1 + 1e-12)).all()


@given(worlds())
def test_balanced_catchments_count_people_once_and_hand_out_each_ratio_once(world: World) -> None:
    weights, demand, supply = world
    found = by(balanced_fca, world)
    reaches = (weights * (supply > 0)).sum(axis=1) > 0
    assert found.demand_at_sites.sum() == pytest.approx(demand[reaches].sum(), rel=1e-12, abs=1e-12)
    served = found.demand_at_sites > 0
    ratios = (supply[served] / found.demand_at_sites[served]).sum()
    assert found.value.sum() == pytest.approx(ratios, rel=1e-12, abs=1e-12)


@measures
@given(world=worlds(), data=st.data())
def test_more_hours_where_there_are_some_harm_nobody(measure: Measure, world: World, data: st.DataObject) -> None:
    weights, demand, supply = world
    assume((supply > 0).any())
    more = supply.copy()
    more[data.draw(st.sampled_from(np.flatnonzero(supply > 0).tolist()))] += 3
    before, after = by(measure, world).value, by(measure, (weights, demand, more)).value
    assert (after >= before * (1 - 1e-12)).all()


@measures
@given(world=worlds(), data=st.data())
def test_order_does_not_matter(measure: Measure, world: World, data: st.DataObject) -> None:
    weights, demand, supply = world
    rows = data.draw(st.permutations(range(len(demand))))
    columns = data.draw(st.permutations(range(len(supply))))
    turned = by(measure, (weights[np.ix_(rows, columns)], demand[rows], supply[columns]))
    found = by(measure, world)
    assert turned.value == pytest.approx(found.value[rows], rel=1e-12, abs=1e-15)
    assert turned.unreached_sites.tolist() == found.unreached_sites[columns].tolist()


@measures
@given(world=worlds(), share=st.floats(0.1, 0.9))
def test_splitting_an_origin_changes_nothing(measure: Measure, world: World, share: float) -> None:
    weights, demand, supply = world
    parts = np.concatenate(([demand[0] * share, demand[0] * (1 - share)], demand[1:]))
    split = by(measure, (np.vstack((weights[:1], weights)), parts, supply)).value
    whole = by(measure, world).value
    if measure is not balanced_fca:
        assert split[1:] == pytest.approx(whole, rel=1e-12, abs=1e-15)
    else:  # it hands a ratio to origins, however few live there: its unit says so
        assert split.sum() == pytest.approx(whole.sum(), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("measure", [two_sfca, two_steps, m2sfca])
@given(world=worlds(), share=st.floats(0.1, 0.9))
def test_splitting_a_site_changes_nothing(measure: Measure, world: World, share: float) -> None:
    weights, demand, supply = world
    parts = np.concatenate(([supply[0] * share, supply[0] * (1 - share)], supply[1:]))
    split = by(measure, (np.hstack((weights[:, :1], weights)), demand, parts)).value
    assert split == pytest.approx(by(measure, world).value, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("measure", "times"), [(three_steps, 1), (balanced_fca, 2)])
@given(world=worlds(), share=st.floats(0.1, 0.9))
def test_splitting_all_sites_alike_where_people_choose(
    measure: Measure, times: int, world: World, share: float
) -> None:
    # two doors draw more people than one, so a single site must not be split; all of them may in three steps, but
    # balanced catchments hand out the ratio of each door: 1 FTE for 1 person becomes twice .5 FTE for half a person
    weights, demand, supply = world
    doors = np.concatenate((supply * share, supply * (1 - share)))
    split = by(measure, (np.hstack((weights, weights)), demand, doors))
    assert split.value == pytest.approx(times * by(measure, world).value, rel=1e-12, abs=1e-15)


@measures
@given(world=worlds(), factor=st.floats(0.1, 10))
def test_twice_the_supply_is_twice_the_access_and_twice_the_people_half(
    measure: Measure, world: World, factor: float
) -> None:
    weights, demand, supply = world
    found = by(measure, world).value
    assert by(measure, (weights, demand, supply * factor)).value == pytest.approx(found * factor, rel=1e-12)
    assert by(measure, (weights, demand * factor, supply)).value == pytest.approx(found / factor, rel=1e-12)


@measures
@given(world=worlds(), seed=st.integers(0, 100))
def test_many_specialties_at_once_are_each_on_its_own(measure: Measure, world: World, seed: int) -> None:
    weights, demand, supply = world
    draw = np.random.default_rng(seed)
    supplies = np.column_stack((supply, draw.integers(0, 9, (len(supply), 3)))).astype(float)
    demands = np.column_stack((demand, draw.integers(0, 99, (len(demand), 3)))).astype(float)
    together = by(measure, (weights, demands, supplies))
    shared = by(measure, (weights, demand, supplies))
    for column in range(4):
        alone = by(measure, (weights, demands[:, column], supplies[:, column]))
        assert together.value[:, column] == pytest.approx(alone.value, rel=1e-12, abs=1e-15)
        assert together.unreached_sites[:, column].tolist() == alone.unreached_sites.tolist()
        alone = by(measure, (weights, demand, supplies[:, column]))
        assert shared.value[:, column] == pytest.approx(alone.value, rel=1e-12, abs=1e-15)


@given(worlds())
def test_nothing_in_changes(world: World) -> None:
    before = [array.copy() for array in world]
    for measure in SHARING:
        by(measure, world)
    for array, copy in zip(world, before, strict=True):
        assert (array == copy).all()


@given(worlds(), st.integers(0, 50))
def test_variance_is_that_of_drawn_supplies(world: World, seed: int) -> None:
    # access is linear in supply, so the variance of signs drawn alike is exact: sum over sites of (effect of one)^2
    weights, demand, supply = world
    variance = np.random.default_rng(seed).random(len(supply))
    held = MatrixWeights(csr_array(weights))
    at_sites = two_steps(held, demand, supply).demand_at_sites
    one_each = np.column_stack([two_steps(held, demand, row).value for row in np.eye(len(supply))])
    assert two_steps_variance(held, at_sites, variance) == pytest.approx(one_each**2 @ variance, rel=1e-12, abs=1e-18)


@given(worlds())
def test_gravity_and_counts_are_sums_over_what_is_in_reach(world: World) -> None:
    weights, _, supply = world
    held = MatrixWeights(csr_array(weights))
    assert gravity(held, supply) == pytest.approx([sum(row * supply) for row in weights], rel=1e-12)
    assert count_within(held, supply).tolist() == [supply[row > 0].sum() for row in weights]


shares = st.floats(0, 1.2)


@pytest.mark.parametrize("decay", [Gaussian(0.3), Exponential(3.0), InversePower(2.0, 0.05)])
@given(one=shares, other=shares)
def test_decays_fall_from_one_and_end_at_the_catchment(decay: Gaussian, one: float, other: float) -> None:
    near, far = decay(np.array([min(one, other), max(one, other)]))
    assert 0 <= far <= near <= 1
    assert decay(np.array([0.0]))[0] == 1
    assert (far == 0) == (max(one, other) > 1)


def test_decays_by_hand() -> None:
    at = np.array([0.0, 0.3, 0.6, 1.0])
    assert Gaussian(0.3)(at) == pytest.approx([1, np.exp(-0.5), np.exp(-2), np.exp(-50 / 9)])
    assert Exponential(2.0)(at) == pytest.approx([1, np.exp(-0.6), np.exp(-1.2), np.exp(-2)])
    assert InversePower(2.0, 0.3)(at) == pytest.approx([1, 1, 0.25, 0.09])
    for wrong in (lambda: Gaussian(0.0), lambda: Exponential(-1.0), lambda: InversePower(1.0, np.nan)):
        with pytest.raises(ValueError, match="expected a number above 0"):
            wrong()


@given(st.integers(0, 1000), st.integers(1, 4))
def test_the_kth_nearest_is_the_kth_of_all_minutes(seed: int, k: int) -> None:
    draw = np.random.default_rng(seed)
    homes, offices = draw.normal((45, -110), 1, (8, 2)), draw.normal((45, -110), 1, (6, 2))
    engine = GreatCircle(unit_sphere(*homes.T), unit_sphere(*offices.T), draw.choice([0.8, 1.5], 8), 1.4, 2.0)
    providers = draw.integers(0, 3, 6)
    sites = np.flatnonzero(providers > 0)
    minutes, which = nearest_sites(engine, sites, k)
    found = kth_nearest(minutes, providers[which], k)
    for home in range(8):
        chords = np.linalg.norm(engine.origins[home] - engine.sites, axis=1)
        away = 2.0 + 1.4 * 2 * 6371.0088 * np.arcsin(chords / 2) / engine.km_per_minute[home]
        everyone = np.sort(np.repeat(away, providers))
        assert found[home] == pytest.approx(everyone[k - 1] if len(everyone) >= k else np.inf, rel=1e-9)


@measures
def test_measures_run_on_the_engine_as_on_a_matrix(measure: Measure) -> None:
    draw = np.random.default_rng(4)
    homes, offices = draw.normal((45, -110), 1, (300, 2)), draw.normal((45, -110), 1, (200, 2))
    engine = GreatCircle(unit_sphere(*homes.T), unit_sphere(*offices.T), draw.choice([0.8, 1.5], 300), 1.4, 2.0)
    limit, decay = draw.choice([30.0, 90.0], 300), Gaussian(0.5)
    people = draw.integers(0, 900, 300).astype(float)
    hours = draw.integers(0, 3, (200, 12)).astype(float)
    ours = measure(weights_within(engine, limit, decay), people, hours)
    plain = measure(weights_within(engine, limit, decay, compiled=False), people, hours)
    assert ours.value == pytest.approx(plain.value, rel=1e-6)
    assert (ours.unreached_sites == plain.unreached_sites).all()
