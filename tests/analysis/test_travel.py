"""Pairs within reach: equal to looking at every pair, also across the antimeridian and at the pole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.access.decay import step
from analysis.access.membership import Membership
from analysis.access.travel import GreatCircle
from analysis.access.within import weights_within
from analysis.sphere import EARTH_KM, chord, great_circle_km, unit_sphere


def haversine_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the great-circle distance by the haversine formula, sharing no code with the engine."""
    north1, north2 = np.radians(lat1), np.radians(lat2)
    half = np.sin((north2 - north1) / 2) ** 2
    half += np.cos(north1) * np.cos(north2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    return float(2 * EARTH_KM * np.arcsin(np.sqrt(min(half, 1.0))))


def engine_of(origins: list[tuple[float, float]], sites: list[tuple[float, float]], speed: list[float]) -> GreatCircle:
    north, east = np.array(origins).T
    if not sites:
        return GreatCircle(unit_sphere(north, east), np.empty((0, 3)), np.array(speed), 1.4, 2.0)
    site_north, site_east = np.array(sites).T
    return GreatCircle(unit_sphere(north, east), unit_sphere(site_north, site_east), np.array(speed), 1.4, 2.0)


points = st.tuples(st.floats(50, 56), st.one_of(st.floats(170, 180), st.floats(-180, -170)))


@given(st.lists(points, min_size=1, max_size=8), st.lists(points, min_size=1, max_size=8), st.data())
def test_finds_every_pair_within_the_limit(
    origins: list[tuple[float, float]], sites: list[tuple[float, float]], data: st.DataObject
) -> None:
    speed = [data.draw(st.sampled_from([0.8, 1.2])) for _ in origins]
    limit = np.array([data.draw(st.sampled_from([60.0, 300.0])) for _ in origins])
    found = engine_of(origins, sites, speed).pairs(limit)
    got = {
        (o, s): m for o, s, m in zip(found.origin.tolist(), found.site.tolist(), found.minutes.tolist(), strict=True)
    }
    for o, origin in enumerate(origins):
        for s, site in enumerate(sites):
            minutes = 2.0 + 1.4 * haversine_km(*origin, *site) / speed[o]
            if abs(minutes - limit[o]) < 1e-6:
                continue
            assert ((o, s) in got) == (minutes <= limit[o])
            if (o, s) in got:
                assert got[o, s] == pytest.approx(minutes, abs=1e-5)


def test_nearest_is_the_least_of_all_pairs() -> None:
    engine = engine_of([(60.0, -150.0), (61.0, -151.0)], [(60.0, -150.0), (64.0, -147.0)], [1.0, 1.0])
    assert engine.nearest(np.array([0, 1]))[0] == pytest.approx(2.0)
    assert engine.nearest(np.array([1]))[1] == pytest.approx(2.0 + 1.4 * haversine_km(61, -151, 64, -147), rel=1e-9)
    assert np.isinf(engine.nearest(np.array([], dtype=int))).all()


def test_empty_input_gives_no_pairs() -> None:
    found = engine_of([(0.0, 0.0)], [], [1.0]).pairs(np.array([100.0]))
    assert len(found.origin) == len(found.site) == len(found.minutes) == 0


@given(st.floats(0, 20000))
def test_chord_and_distance_are_inverse(km: float) -> None:
    assert great_circle_km(chord(np.array(km))) == pytest.approx(km, rel=1e-7, abs=1e-7)


def test_rolling_up_averages_over_people() -> None:
    engine = engine_of([(45.0, -110.0), (45.0, -110.5), (47.0, -100.0)], [(45.0, -110.0)], [1.0, 1.0, 1.0])
    within = weights_within(engine, np.array([30.0, 30.0, 30.0]), step)
    # region 0: 300 people at the site, 100 out of reach -> 3/4; region 1 out of reach
    members = Membership(np.array([0, 0, 1]), np.array([300.0, 100.0, 5.0]), 2)
    assert members.rolled_up(within).toarray().tolist() == [[0.75], [0.0]]
    assert members.mean(np.array([1.0, 5.0, 7.0])).tolist() == [2.0, 7.0]


def test_a_region_without_people_counts_its_origins_alike() -> None:
    members = Membership(np.array([0, 0, 1]), np.array([0.0, 0.0, 5.0]), 2)
    assert members.shares.tolist() == [0.5, 0.5, 1.0]
    assert members.share_where(np.array([[True], [False], [True]])).tolist() == [[0.5], [1.0]]
    assert members.any_of(np.array([[False, True], [False, False], [False, False]])).tolist() == [
        [False, True],
        [False, False],
    ]


def test_an_empty_origin_counts_nothing_where_others_live() -> None:
    assert Membership(np.array([0, 0]), np.array([0.0, 5.0]), 1).shares.tolist() == [0.0, 1.0]
    nobody = Membership(np.array([0, 0, 1]), np.array([0.0, 0.0, 5.0]), 2)
    assert nobody.mean(np.array([2.0, 4.0, 7.0])).tolist() == [3.0, 7.0]
