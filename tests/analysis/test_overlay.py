"""People by overlay: nobody is lost or doubled, whole polygons keep their people, and a slow twin agrees."""

import math
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, box

from analysis.regions.attributes import whole
from analysis.regions.catalog import BUNDLE
from analysis.regions.overlay import overlay

SQUARED_ECCENTRICITY = 0.00669437999014
"""Of the ellipsoid of WGS 84."""

counts = st.lists(st.integers(0, 10**8), min_size=12, max_size=12)
cuts = st.lists(st.floats(-101, -95), min_size=1, max_size=4, unique_by=lambda degrees: round(degrees, 3))
heights = st.floats(40.05, 42.95)


def squares(people: list[int]) -> gpd.GeoDataFrame:
    """Return squares of one degree, four beside each other in three rows, with people."""
    shapes = [box(-100 + number % 4, 40 + number // 4, -99 + number % 4, 41 + number // 4) for number in range(12)]
    return gpd.GeoDataFrame({"population": people}, geometry=shapes, crs=4326)


def strips(borders: list[float], south: float, north: float = 43.0) -> gpd.GeoSeries:
    """Return regions side by side, from the southern parallel to the northern one."""
    edges = sorted({-102.0, *borders})
    shapes = [box(west, south, east, north) for west, east in pairwise(edges)]
    return gpd.GeoSeries(shapes, index=[f"r{number}" for number in range(len(shapes))], crs=4326)


def height(latitude: float) -> float:
    """Return the authalic height of a parallel (Snyder 1987, equation 3-12), up to a factor."""
    e, sine = math.sqrt(SQUARED_ECCENTRICITY), math.sin(math.radians(latitude))
    return sine / (1 - SQUARED_ECCENTRICITY * sine**2) - math.log((1 - e * sine) / (1 + e * sine)) / (2 * e)


def slowly(regions: gpd.GeoSeries, people: gpd.GeoDataFrame) -> dict[str, float]:
    """Return people of regions that are boxes in degrees, box by box, with no projection."""
    found = dict.fromkeys(map(str, regions.index), 0.0)
    for name, region in regions.items():
        for count, square in zip(people.population, people.geometry, strict=True):
            (w, s, e, n), (west, south, east, north) = region.bounds, square.bounds
            wide, high = min(e, east) - max(w, west), height(min(n, north)) - height(max(s, south))
            if wide > 0 and high > 0:
                found[str(name)] += count * wide / (east - west) * high / (height(north) - height(south))
    return found


@given(counts, cuts, heights)
def test_nobody_is_lost_and_a_slow_twin_agrees(people: list[int], borders: list[float], south: float) -> None:
    regions, source = strips(borders, south), squares(people)
    found = overlay(regions, source)
    assert found.population.dtype == "int64"
    assert found.population.sum() == found.people_inside
    assert found.people_inside + found.people_outside + found.people_beyond == sum(people)
    expected = slowly(regions, source)
    for name, count in found.population.items():
        assert count == pytest.approx(expected[str(name)], rel=1e-6, abs=1.001)


def test_a_worked_example() -> None:
    # one square of 1,000 people; the west third of it is a region, the next third another, the last third nobody's:
    # inside live 2/3 x 1,000 = 666.67 -> 667; each region has 333.33, of equal remainders the first goes up
    source = gpd.GeoDataFrame({"population": [1000]}, geometry=[box(0, 0, 3, 1)], crs=4326)
    regions = gpd.GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1)], index=["a", "b"], crs=4326)
    found = overlay(regions, source)
    assert found.population.to_dict() == {"a": 334, "b": 333}
    assert (found.people_inside, found.people_outside, found.people_divided) == (667, 333, 667)
    assert found.known_share.to_numpy() == pytest.approx([1, 1])


@given(counts, st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_regions_of_whole_polygons_have_exactly_their_people(people: list[int], region_of: list[int]) -> None:
    source = squares(people)
    regions = source.dissolve(np.array(region_of), aggfunc={"population": "sum"})
    found = overlay(regions.geometry, source)
    pd.testing.assert_series_equal(found.population, regions.population, check_names=False)
    assert (found.people_outside, found.people_divided) == (0, 0)


@given(counts, st.floats(0.0001, 0.9))
def test_where_regions_overlap_nobody_counts_twice(people: list[int], common: float) -> None:
    source = squares(people)
    regions = gpd.GeoSeries([box(-100, 40, -98 + common, 43), box(-98, 40, -96, 43)], crs=4326)
    found = overlay(regions, source)
    assert found.population.sum() == found.people_inside == sum(people)


def test_what_goes_in_stays_as_it_is_and_what_lies_elsewhere_counts_nowhere() -> None:
    regions, source = strips([-99.3, -97.2], 40.5), squares(list(range(0, 1200, 100)))
    far = gpd.GeoDataFrame({"population": [10**6]}, geometry=[box(10, 50, 11, 51)], crs=4326)
    with_far = pd.concat([source, far], ignore_index=True)
    before = regions.copy(), with_far.copy()
    found, without = overlay(regions, with_far), overlay(regions, source)
    pd.testing.assert_series_equal(found.population, without.population)
    assert found.people_outside == without.people_outside
    pd.testing.assert_series_equal(regions, before[0])
    pd.testing.assert_frame_equal(with_far, before[1])


def test_a_region_beyond_all_polygons_is_known_as_such() -> None:
    regions = gpd.GeoSeries([box(-100, 40, -99, 41), box(-96.5, 40, -95.5, 41), box(10, 40, 11, 41)], crs=4326)
    found = overlay(regions, squares([100] * 12))
    assert found.known_share.to_numpy() == pytest.approx([1, 0.5, 0])
    assert found.population.tolist() == [100, 50, 0]


def test_both_sides_of_the_180th_meridian_count() -> None:
    across = MultiPolygon([box(179, 51, 180, 52), box(-180, 51, -179, 52)])
    source = gpd.GeoDataFrame({"population": [80]}, geometry=[across], crs=4326)
    regions = gpd.GeoSeries([box(179, 51, 180, 52), box(-180, 51, -179.5, 52)], crs=4326)
    assert overlay(regions, source).population.tolist() == [40, 20]


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=30))
def test_rounding_keeps_the_sum_and_moves_nobody_by_more_than_one(people: list[float]) -> None:
    series = pd.Series(people)
    rounded = whole(series)
    assert rounded.sum() == round(float(series.sum()))
    assert ((rounded - series).abs() <= 1 + 1e-6).all()


def test_neighbours_that_regions_touch_by_a_sliver_do_not_count_as_outside() -> None:
    # of the first square a two-thousandth lies in the region, all of the second, half of the third and none of the
    # fourth: 0.05 + 100 + 50 live inside, 50 outside, 99.95 + 100 beyond
    regions = gpd.GeoSeries([box(-99.0005, 40, -97.5, 41)], crs=4326)
    found = overlay(regions, squares([100] * 4 + [0] * 8))
    assert (found.polygons, found.people_inside, found.people_outside, found.people_beyond) == (2, 150, 50, 200)


def test_counties_of_the_bundle_keep_their_people() -> None:
    counties = gpd.read_parquet(BUNDLE / "us_counties.parquet").set_index("region_id")
    montana = counties[counties.state == "MT"]
    found = overlay(montana.geometry, montana)
    assert found.people_inside == montana.population.sum()
    assert (found.population - montana.population).abs().max() <= 25  # its outlines overlap by slivers


@pytest.mark.real
def test_the_bureaus_outlines_give_counties_nearly_their_people(real_data: Path) -> None:
    counties = gpd.read_parquet(BUNDLE / "us_counties.parquet").set_index("region_id")
    published = gpd.read_file(real_data / "us" / "cb_2021_us_county_20m").set_index("GEOID")
    found = overlay(published.geometry, counties)
    error = (found.population - counties.population).abs() / counties.population
    assert found.people_inside + found.people_outside + found.people_beyond == counties.population.sum()
    assert found.people_outside < 0.0005 * counties.population.sum()
    assert error.median() < 0.003  # the bundle's outlines are the same ones with coarser coordinates
    assert error.quantile(0.95) < 0.02
