"""The compiled engine: the same pairs as looking at every pair, all over the Earth, and the same bits every time."""

import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.access.banded import BandedWeights, band_weights
from analysis.access.bounds import squared_bounds
from analysis.access.decay import Bands, Exponential, Gaussian, InversePower, step
from analysis.access.engine import Resources, weights_by
from analysis.access.plain import banded_pairs, decayed_weights, plain_weights
from analysis.access.points import point_weights
from analysis.access.structure import build_structure
from analysis.access.travel import GreatCircle, Pairs
from analysis.access.weights import MatrixWeights, Weights
from analysis.access.within import weights_within
from analysis.sphere import EARTH_KM, unit_sphere

BANDS = Bands((1 / 3, 2 / 3, 1.0), (1.0, 0.68, 0.22))
CIRCUITY, START_UP = 1.4, 2.0

corners = st.sampled_from(
    [(90.0, 0.0), (-90.0, 77.0), (89.9, 180.0), (0.0, 180.0), (0.0, -180.0), (52.9, 172.9), (51.9, -176.6), (0.0, 0.0)]
)
anywhere = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
aleutians = st.tuples(st.floats(50, 56), st.one_of(st.floats(170, 180), st.floats(-180, -170)))
poles = st.tuples(st.one_of(st.floats(88, 90), st.floats(-90, -88)), st.floats(-180, 180))
towns = st.tuples(st.floats(44.9, 45.1), st.floats(-110.2, -110))
places = st.one_of(
    *(st.lists(st.one_of(kind, corners), max_size=12) for kind in (anywhere, aleutians, poles)),
    st.lists(towns, max_size=12),
)
World = tuple[GreatCircle, np.ndarray]


def engine_of(origins: list[tuple[float, float]], sites: list[tuple[float, float]], speed: np.ndarray) -> GreatCircle:
    on_sphere = [unit_sphere(*np.array(some, dtype=float).reshape(-1, 2).T) for some in (origins, sites)]
    return GreatCircle(*on_sphere, speed, CIRCUITY, START_UP)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    origins = draw(places)
    near = st.lists(st.sampled_from(origins), max_size=3) if origins else st.just([])  # sites where people live
    sites = draw(places) + draw(near)
    speed = np.array([draw(st.sampled_from([0.8, 1.2, 2.0])) for _ in origins])
    minutes = st.sampled_from([0.0, 2.0, 3.0, 30.0, 300.0, 3_000.0, 30_000.0])
    return engine_of(origins, sites, speed), np.array([draw(minutes) for _ in origins])


def kilometres(one: np.ndarray, other: np.ndarray) -> float:
    """Return the distance by the angle's tangent, sharing no formula with the engines."""
    across = math.sqrt(sum(value * value for value in np.cross(one, other)))
    return EARTH_KM * math.atan2(across, sum(a * b for a, b in zip(one, other, strict=True)))


def slow_twin(engine: GreatCircle, limit: np.ndarray) -> tuple[dict[tuple[int, int], int], set[tuple[int, int]]]:
    """Return the band of every pair within reach, looking at all of them, and the pairs on an edge but for rounding."""
    bands, doubtful = {}, set()
    for o, origin in enumerate(engine.origins):
        for s, site in enumerate(engine.sites):
            minutes = START_UP + CIRCUITY * kilometres(origin, site) / engine.km_per_minute[o]
            for band, share in enumerate(BANDS.shares):
                if abs(minutes - share * limit[o]) < 1e-5:
                    doubtful.add((o, s))
                if minutes <= share * limit[o]:
                    bands[o, s] = band
                    break
    return bands, doubtful


def found_by(pairs: tuple[np.ndarray, np.ndarray, np.ndarray]) -> dict[tuple[int, int], int]:
    origin, site, band = (part.tolist() for part in pairs)
    found = {(o, s): b for o, s, b in zip(origin, site, band, strict=True)}
    assert len(found) == len(origin)  # no pair twice
    return found


@settings(max_examples=300)
@given(worlds())
def test_finds_every_pair_and_its_band(world: World) -> None:
    found = found_by(build_structure(*world, BANDS.shares).within())
    expected, doubtful = slow_twin(*world)
    assert {pair: band for pair, band in found.items() if pair not in doubtful} == {
        pair: band for pair, band in expected.items() if pair not in doubtful
    }


@settings(max_examples=300)
@given(worlds())
def test_has_the_pairs_of_the_plain_engine_to_the_last_bit(world: World) -> None:
    structure = build_structure(*world, BANDS.shares)
    ours, plain = structure.within(), banded_pairs(world[0], squared_bounds(*world, BANDS.shares))
    for own, other in zip(ours, plain, strict=True):
        assert own.tolist() == other.tolist()
    assert structure.pairs == len(plain[0])


def columns_for(count: int, width: int | None) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 50, (count, width) if width else count).astype(float)


def same_sums(ours: Weights, plain: Weights, widths: tuple[int | None, ...]) -> None:
    assert ours.shape == plain.shape
    origins, sites = plain.shape
    for width in widths:
        at_sites, at_origins = columns_for(sites, width), columns_for(origins, width)
        for exponent in (0, 1, 2):
            own, other = ours.power(exponent), plain.power(exponent)
            np.testing.assert_allclose(own.over_sites(at_sites), other.over_sites(at_sites), rtol=1e-12, atol=0)
            np.testing.assert_allclose(own.over_origins(at_origins), other.over_origins(at_origins), rtol=1e-12, atol=0)


@given(worlds())
def test_sums_are_those_of_the_plain_engine(world: World) -> None:
    table = band_weights(BANDS, BANDS.shares)
    ours = BandedWeights(build_structure(*world, BANDS.shares), table)
    same_sums(ours, MatrixWeights(plain_weights(*world, BANDS.shares, table)), (None, 1, 3, 8, 12, 40, 100))


@settings(max_examples=150)
@given(worlds())
def test_points_whose_pairs_are_never_stored_have_the_same_sums(world: World) -> None:
    table = band_weights(BANDS, BANDS.shares)
    ours = point_weights(*world, BANDS.shares, table)
    same_sums(ours, MatrixWeights(plain_weights(*world, BANDS.shares, table)), (None, 1, 5))


def crowd(seed: int, origins: int = 900, sites: int = 700) -> World:
    """Return a country with crowded and empty places on both sides of the antimeridian."""
    draw = np.random.default_rng(seed)
    centres = np.array([[61.0, -150.0], [52.0, 179.5], [21.3, -157.9], [66.0, -179.0]])

    def scattered(count: int) -> np.ndarray:
        return centres[draw.integers(0, 4, count)] + draw.normal(0, 1, (count, 2)) * draw.choice(
            [0.05, 1.5], (count, 1)
        )

    homes, offices = scattered(origins), scattered(sites)
    engine = engine_of(homes.tolist(), offices.tolist(), draw.choice([0.8, 1.2, 1.5], origins))
    return engine, draw.choice([20.0, 45.0, 110.0, 145.0], origins)


@pytest.mark.parametrize("seed", range(3))
def test_a_country_is_the_same_by_all_engines(seed: int) -> None:
    engine, limit = crowd(seed)
    table = band_weights(BANDS, BANDS.shares)
    plain = MatrixWeights(plain_weights(engine, limit, BANDS.shares, table))
    structure = build_structure(engine, limit, BANDS.shares)
    assert abs(structure.matrix(table) - plain.matrix).max() == 0
    same_sums(BandedWeights(structure, table), plain, (None, 12, 40))
    same_sums(point_weights(engine, limit, BANDS.shares, table), plain, (None, 12))


@dataclass(frozen=True)
class Asked:
    """An engine of which nothing is known but that it keeps the contract."""

    engine: GreatCircle

    def pairs(self, limit_minutes: np.ndarray) -> Pairs:
        """Return all pairs within each origin's limit."""
        return self.engine.pairs(limit_minutes)

    def nearest(self, sites: np.ndarray) -> np.ndarray:
        """Return minutes from each origin to the nearest of some sites."""
        return self.engine.nearest(sites)


@pytest.mark.parametrize("seed", range(3))
def test_a_country_is_the_same_by_the_contract_of_every_travel_engine(seed: int) -> None:
    engine, limit = crowd(seed)
    by_minutes = weights_by(Asked(engine), limit, BANDS, len(engine.sites), 1, Resources())
    assert isinstance(by_minutes, MatrixWeights)
    ours = build_structure(engine, limit, BANDS.shares).matrix(band_weights(BANDS, BANDS.shares))
    assert ours.indptr.tolist() == by_minutes.matrix.indptr.tolist()
    assert ours.indices.tolist() == by_minutes.matrix.indices.tolist()
    assert ours.data.tolist() == by_minutes.matrix.data.tolist()


@pytest.mark.parametrize("decay", [Gaussian(0.4), Exponential(2.0), InversePower(1.5, 0.1)])
def test_smooth_decays_differ_by_no_more_than_the_distances_held(decay: Gaussian) -> None:
    engine, limit = crowd(1)
    ours = weights_within(engine, limit, decay)
    plain = MatrixWeights(decayed_weights(engine, limit, decay))
    at_sites = columns_for(len(engine.sites), 3)
    for exponent in (1, 2):
        expected = plain.power(exponent).over_sites(at_sites)
        np.testing.assert_allclose(ours.power(exponent).over_sites(at_sites), expected, rtol=1e-6)
    assert (ours.power(0).over_sites(np.ones(len(engine.sites))) == np.diff(plain.matrix.indptr)).all()


@pytest.mark.parametrize("decay", [BANDS, step])
def test_one_door_gives_the_same_weights_compiled_or_not(decay: Bands, tmp_path: Path) -> None:
    world = crowd(2)
    plain = weights_within(*world, decay, compiled=False)
    same_sums(weights_within(*world, decay), plain, (None, 12))
    for _ in range(2):  # built and kept, then read back
        same_sums(weights_within(*world, decay, folder=tmp_path), plain, (None, 12))


ATTU, ADAK = (52.9, 172.9), (51.9, -176.6)
UTQIAGVIK, HONOLULU, SAN_JUAN = (71.3, -156.8), (21.3, -157.9), (18.4, -66.1)


def test_islands_and_the_far_north_are_inside() -> None:
    # Attu and Adak are 719 km apart across the antimeridian, and thousands from the others; each reaches itself
    ends = [ATTU, ADAK, UTQIAGVIK, HONOLULU, SAN_JUAN]
    engine = engine_of(ends, ends, np.ones(5))
    near = START_UP + CIRCUITY * 725
    found = found_by(build_structure(engine, np.full(5, near), (1.0,)).within())
    assert set(found) == {(place, place) for place in range(5)} | {(0, 1), (1, 0)}


def test_the_opposite_side_of_the_earth_is_within_a_reach_that_spans_it() -> None:
    engine = engine_of([(30.0, 40.0)], [(-30.0, -140.0), (90.0, 0.0), (30.0, 40.0)], np.ones(1))
    whole = START_UP + CIRCUITY * math.pi * EARTH_KM
    assert build_structure(engine, np.array([whole * 1.0001]), (1.0,)).pairs == 3
    assert build_structure(engine, np.array([whole * 0.999]), (1.0,)).pairs == 2


def test_a_band_ends_where_it_says_to_the_last_bit() -> None:
    # sites due north, on the very edge of each band and one representable step beyond it
    engine = engine_of([(40.0, -100.0)], [(40.0, -100.0)], np.ones(1))
    limit = np.array([62.0])
    ends = np.sqrt(squared_bounds(engine, limit, BANDS.shares)[0])
    turned = np.concatenate([[end, np.nextafter(end, 2)] for end in ends])
    angle = 2 * np.arcsin(turned / 2)
    sites = unit_sphere(40 + np.degrees(angle), np.full(len(angle), -100.0))
    engine = GreatCircle(engine.origins, sites, np.ones(1), CIRCUITY, START_UP)
    ours, plain = (
        build_structure(engine, limit, BANDS.shares),
        banded_pairs(engine, squared_bounds(engine, limit, BANDS.shares)),
    )
    assert found_by(ours.within()) == found_by(plain)


def test_a_limit_that_is_used_up_before_the_trip_begins_reaches_nothing() -> None:
    engine = engine_of([(45.0, -110.0)], [(45.0, -110.0)], np.ones(1))
    assert build_structure(engine, np.array([START_UP - 0.1]), (1.0,)).pairs == 0
    assert build_structure(engine, np.array([START_UP]), (1.0,)).pairs == 1  # the same spot takes the start-up alone


@pytest.mark.parametrize(("origins", "sites"), [(0, 0), (0, 3), (3, 0), (1, 1), (1, 3), (3, 1)])
def test_few_places_and_none_at_all(origins: int, sites: int) -> None:
    spots = [(45.0, -110.0 + step / 100) for step in range(3)]
    engine = engine_of(spots[:origins], spots[:sites], np.ones(origins))
    limit = np.full(origins, 30.0)
    table = band_weights(step, (1.0,))
    for weights in (weights_within(engine, limit, step), point_weights(engine, limit, (1.0,), table)):
        assert weights.over_sites(np.ones(sites)).tolist() == [sites] * origins
        assert weights.over_origins(np.ones((origins, 2))).tolist() == [[origins, origins]] * sites


def test_sites_beyond_every_reach_are_simply_not_met() -> None:
    engine = engine_of([(45.0, -110.0)], [(45.0, -110.0), (0.0, 70.0), (-80.0, -110.0)], np.ones(1))
    weights = weights_within(engine, np.array([30.0]), step)
    assert weights.over_origins(np.array([5.0])).tolist() == [5.0, 0.0, 0.0]


@given(st.randoms(use_true_random=False))
def test_order_does_not_matter(random: object) -> None:
    engine, limit = crowd(0, origins=60, sites=50)
    rows, columns = list(range(60)), list(range(50))
    random.shuffle(rows)  # type: ignore[attr-defined]
    random.shuffle(columns)  # type: ignore[attr-defined]
    turned = GreatCircle(engine.origins[rows], engine.sites[columns], engine.km_per_minute[rows], CIRCUITY, START_UP)
    table = band_weights(BANDS, BANDS.shares)
    before = build_structure(engine, limit, BANDS.shares).matrix(table).toarray()
    after = build_structure(turned, limit[rows], BANDS.shares).matrix(table).toarray()
    assert (after == before[np.ix_(rows, columns)]).all()


@pytest.mark.parametrize("width", [None, 12, 100])
def test_two_runs_give_the_same_bits_on_any_number_of_cores(width: int | None) -> None:
    world = crowd(3)
    table = band_weights(BANDS, BANDS.shares)
    all_cores = numba.get_num_threads()
    draw = np.random.default_rng(7)
    at_sites, at_origins = (draw.random((count, width) if width else count) for count in (700, 900))
    seen = []
    try:
        for cores in (1, all_cores, all_cores):
            numba.set_num_threads(cores)
            every = (weights_within(*world, BANDS), point_weights(*world, BANDS.shares, table))
            seen.append(
                [sums.tobytes() for w in every for sums in (w.over_sites(at_sites), w.over_origins(at_origins))]
            )
    finally:
        numba.set_num_threads(all_cores)
    assert seen[0] == seen[1] == seen[2]


def test_threads_take_turns() -> None:
    world = crowd(3)
    columns = np.random.default_rng(0).random((700, 12))
    alone = weights_within(*world, BANDS).over_sites(columns)
    with ThreadPoolExecutor(4) as pool:
        for together in pool.map(lambda _: weights_within(*world, BANDS).over_sites(columns), range(8)):
            assert (together == alone).all()


def test_inputs_stay_unchanged() -> None:
    engine, limit = crowd(0, 30, 30)
    columns = columns_for(30, 12)
    before = [array.copy() for array in (engine.origins, engine.sites, engine.km_per_minute, limit, columns)]
    weights_within(engine, limit, BANDS).over_sites(columns)
    for array, copy in zip((engine.origins, engine.sites, engine.km_per_minute, limit, columns), before, strict=True):
        assert (array == copy).all()


def test_what_is_unknown_is_not_spread() -> None:
    weights = weights_within(*crowd(0, 30, 30), BANDS)
    with pytest.raises(ValueError, match=r"columns of sites hold nan in row 4; expected finite numbers"):
        weights.over_sites(np.where(np.arange(30) == 4, np.nan, 1.0))
    with pytest.raises(ValueError, match=r"columns of origins have the shape \(29,\); expected 30 rows"):
        weights.over_origins(np.ones(29))


def test_a_limit_or_speed_that_is_missing_is_named() -> None:
    engine = engine_of([(45.0, -110.0)], [(45.0, -110.0)], np.ones(1))
    with pytest.raises(ValueError, match=r"origin 0 has a limit of nan minutes and a speed of 1.0 km a minute"):
        build_structure(engine, np.array([np.nan]), (1.0,))
    with pytest.raises(ValueError, match=r"bands end at \(1.0, 0.5\); expected from 1 to 254 rising shares"):
        build_structure(engine, np.array([5.0]), (1.0, 0.5))


_ONCE = """
import numpy as np
from analysis.access import kernel
from analysis.access.structure import build_structure
from analysis.access.travel import GreatCircle
here = np.array([[1.0, 0.0, 0.0]])
assert build_structure(GreatCircle(here, here, np.ones(1), 1.0, 0.0), np.ones(1), (1.0,)).pairs == 1
print(sum(kernel.count.__wrapped__.stats.cache_hits.values()), type(kernel.count.__wrapped__._cache).__name__)
"""


def compiled_elsewhere(**settings: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _ONCE],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_machine_code_is_kept_for_the_next_process_and_done_without_where_nothing_can_be_kept(tmp_path: Path) -> None:
    assert compiled_elsewhere(NUMBA_CACHE_DIR=str(tmp_path)) == ["0", "FunctionCache"]
    assert compiled_elsewhere(NUMBA_CACHE_DIR=str(tmp_path)) == ["1", "FunctionCache"]
    # no folder of the machine may be written to: numba finds no place for its files
    nowhere = compiled_elsewhere(NUMBA_CACHE_DIR="", NUMBA_CACHE_LOCATOR_CLASSES="UserProvidedCacheLocator")
    assert nowhere == ["0", "NullCache"]


_WITHOUT = """
import sys
sys.modules["numba"] = None  # as on a Python that numba does not serve yet
import numpy as np
from analysis.access.compiled import IS_COMPILED
from analysis.access.decay import step
from analysis.access.travel import GreatCircle
from analysis.access.within import weights_within
here = np.array([[1.0, 0.0, 0.0]])
weights = weights_within(GreatCircle(here, here, np.ones(1), 1.0, 0.0), np.ones(1), step)
print(IS_COMPILED, type(weights).__name__, weights.over_sites(np.array([3.0])))
"""


def test_where_numba_cannot_be_had_the_plain_engine_serves() -> None:
    done = subprocess.run([sys.executable, "-c", _WITHOUT], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "MatrixWeights", "[3.]"]
