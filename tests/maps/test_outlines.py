"""The drawing: every region once, areas in proportion, far-off states beside the rest, shared borders stored once."""

from collections import Counter
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from numpy.typing import NDArray
from shapely import Polygon, box

from analysis.reference import DATA
from maps.outlines import WIDTH, Drawing, DrawingError, drawn


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    regions = gpd.read_parquet(DATA / "bundle" / "us_counties.parquet").set_index("region_id").sort_index()
    inner = regions.geometry.representative_point()
    return regions.assign(longitude=inner.x, latitude=inner.y)


@pytest.fixture(scope="module")
def nation(counties: gpd.GeoDataFrame) -> Drawing:
    return drawn(counties, "US")


def arcs_of(drawing: Drawing) -> list[NDArray[np.float64]]:
    """Return the arcs in map units."""
    grid = drawing.topology["transform"]
    return [np.cumsum(np.array(arc), axis=0) * grid["scale"] + grid["translate"] for arc in drawing.topology["arcs"]]


def shape_of(arcs: list[NDArray[np.float64]], polygons: list[list[list[int]]]) -> gpd.GeoSeries:
    """Return the polygons of one region, put together as the browser does."""
    whole = [
        [np.concatenate([arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in ring]) for ring in rings]
        for rings in polygons
    ]
    return gpd.GeoSeries([Polygon(rings[0], rings[1:]) for rings in whole])


def test_every_region_is_drawn_once(counties: gpd.GeoDataFrame, nation: Drawing) -> None:
    assert len(nation.topology["shapes"]) == len(counties) == 3221
    assert all(ring for polygons in nation.topology["shapes"] for rings in polygons for ring in rings)


def test_areas_keep_their_proportion(counties: gpd.GeoDataFrame, nation: Drawing) -> None:
    arcs = arcs_of(nation)
    drawn_area = np.array([shape_of(arcs, polygons).area.sum() for polygons in nation.topology["shapes"]])
    true_area = counties.to_crs("EPSG:6933").area.to_numpy()  # a world-wide equal-area projection
    is_main = ~counties.state.isin(["AK", "HI", "PR"]).to_numpy() & (true_area > 1e9)
    ratio = (drawn_area / true_area)[is_main]
    assert np.abs(ratio / np.median(ratio) - 1).max() < 0.02


def test_far_off_states_lie_beside_the_rest_and_are_not_stretched_across_it(
    counties: gpd.GeoDataFrame, nation: Drawing
) -> None:
    arcs = arcs_of(nation)
    boxes: dict[str, Any] = {}
    for state in ("AK", "HI", "PR", "main"):
        is_here = ~counties.state.isin(["AK", "HI", "PR"]) if state == "main" else counties.state == state
        parts = [shape_of(arcs, nation.topology["shapes"][place]) for place in np.flatnonzero(is_here)]
        bounds = np.array([part.total_bounds for part in parts])
        boxes[state] = box(*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))
    assert boxes["main"].bounds[2] - boxes["main"].bounds[0] == pytest.approx(WIDTH, abs=0.5)
    for state in ("AK", "HI", "PR"):
        assert not boxes[state].intersects(boxes["main"])
        assert boxes[state].bounds[2] - boxes[state].bounds[0] < WIDTH / 2


def test_a_border_between_two_regions_is_stored_once(nation: Drawing) -> None:
    rings = [ring for polygons in nation.topology["shapes"] for shape in polygons for ring in shape]
    used = Counter(arc if arc >= 0 else ~arc for ring in rings for arc in ring)
    assert max(used.values()) == 2
    assert sum(count == 2 for count in used.values()) > 0.7 * len(used)


def test_large_states_are_named_at_a_point_inside_them(counties: gpd.GeoDataFrame, nation: Drawing) -> None:
    arcs = arcs_of(nation)
    assert {"MT", "TX", "AK"} <= set(nation.states)
    assert "DC" not in nation.states
    for state in ("MT", "TX"):
        parts = [shape_of(arcs, nation.topology["shapes"][place]) for place in np.flatnonzero(counties.state == state)]
        point = gpd.points_from_xy(*[[value] for value in nation.states[state]])[0]
        assert any(part.buffer(0.2).contains(point).any() for part in parts)


def test_one_state_alone_fills_the_drawing_and_needs_no_name(counties: gpd.GeoDataFrame) -> None:
    alaska = drawn(counties[counties.state == "AK"], "US")
    points = np.concatenate(arcs_of(alaska))
    assert np.ptp(points[:, 0]) == pytest.approx(WIDTH, abs=0.5)
    assert np.ptp(points[:, 1]) > WIDTH / 4  # not a strip around the world
    assert alaska.states == {}


def test_the_same_outlines_give_the_same_drawing(counties: gpd.GeoDataFrame) -> None:
    some = counties[counties.state.isin(["MT", "WY"])]
    assert drawn(some, "US") == drawn(some, "US")


def test_a_region_without_area_is_named(counties: gpd.GeoDataFrame) -> None:
    some = counties[counties.state == "WY"].copy()
    some.loc["56001", "geometry"] = Polygon()
    with pytest.raises(DrawingError, match="56001"):
        drawn(some, "US")


def test_a_country_at_the_equator_is_drawn_too() -> None:
    squares = gpd.GeoDataFrame(
        {"state": ["A", "B"], "longitude": [10.5, 11.5], "latitude": [-0.5, 0.5]},
        geometry=[box(10, -1, 11, 0), box(11, 0, 12, 1)],
        index=["a", "b"],
        crs=4326,
    )
    assert len(drawn(squares, "GA").topology["shapes"]) == 2


def test_regions_far_smaller_than_the_drawing_keep_a_shape() -> None:
    wide = box(-120, 30, -70, 48)
    small = [box(-100 + step * 0.003, 40, -100 + step * 0.003 + 0.002, 40.002) for step in range(20)]
    regions = gpd.GeoDataFrame(
        {"state": "KS", "longitude": -100.0, "latitude": 40.0},
        index=[f"r{number:02}" for number in range(21)],
        geometry=[wide.difference(box(-101, 39, -99, 41)), *small],
        crs=4326,
    )
    assert all(polygons for polygons in drawn(regions, "US").topology["shapes"])
