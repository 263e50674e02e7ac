"""What lies across a state line or open water: shores by hand, a slow twin, and real shores."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from shapely.geometry import Polygon, box

from analysis.access.barriers import barriers
from analysis.access.open_water import crossed_km, water_of
from analysis.sphere import EARTH_KM, great_circle_km, unit_sphere

KM_PER_DEGREE = np.pi * EARTH_KM / 180


def km_apart(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    return great_circle_km(np.linalg.norm(unit_sphere(*start.T) - unit_sphere(*end.T), axis=1))


def regions_of(shapes: list[Polygon], states: list[str | None]) -> gpd.GeoDataFrame:
    """Return regions with their centres in the middle of their boxes."""
    middle = [shape.centroid for shape in shapes]
    return gpd.GeoDataFrame(
        {
            "region_id": [f"r{n}" for n in range(len(shapes))],
            "state": states,
            "latitude": [point.y for point in middle],
            "longitude": [point.x for point in middle],
        },
        geometry=shapes,
        crs=4326,
    )


def sites_of(points: list[tuple[float, float]], states: list[str | None]) -> pd.DataFrame:
    north, east = np.array(points).T
    return pd.DataFrame({"state": states, "latitude": north, "longitude": east})


# two shores and a strait of half a degree between them, on the equator; both sides' north is another state
WEST, EAST = box(0, -1, 1, 1), box(1.5, -1, 2.5, 1)


def test_shares_by_hand() -> None:
    regions = regions_of([WEST, EAST], ["AA", "BB"])
    sites = sites_of([(0, 0.9), (0, 1.6), (0.5, 2.0)], ["AA", "BB", "BB"])
    # r0 reaches 2 x 3 on its own shore, 1 x 4 and 0.5 x 2 beyond: 5 of 11 across the line and across the water
    # r1 reaches 1 x 3 beyond, and 1 x 4 on its own: 3 of 7
    weights = csr_array(np.array([[2.0, 1.0, 0.5], [1.0, 1.0, 0.0]]))
    found = barriers(regions, sites, weights, np.array([3.0, 4.0, 2.0]))
    assert found.index.tolist() == ["r0", "r1"]
    assert found.across_state_share.tolist() == pytest.approx([5 / 11, 3 / 7])
    assert found.across_water_share.tolist() == pytest.approx([5 / 11, 3 / 7])
    alike = barriers(regions, sites, weights)
    assert alike.across_water_share.tolist() == pytest.approx([1.5 / 3.5, 0.5])


def test_what_is_not_reached_or_not_known_is_missing_not_none() -> None:
    regions = regions_of([WEST, EAST, box(0, 1, 1, 2)], ["AA", None, "AA"])
    sites = sites_of([(0, 0.9), (0, 1.6)], [None, "BB"])
    found = barriers(regions, sites, csr_array(np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]])))
    assert found.across_state_share.iloc[0] == 1.0, "of the one site whose state is known"
    assert found.across_state_share.iloc[1:].isna().all()
    assert found.across_water_share.tolist()[:2] == [0.5, 0.5]
    assert np.isnan(found.across_water_share.iloc[2])
    none = barriers(regions, sites, csr_array(np.array([[1.0, 1.0]] * 3)), np.zeros(2))
    assert none.isna().all().all()


def test_a_site_of_unknown_state_is_neither_at_home_nor_abroad() -> None:
    regions, sites = regions_of([WEST], ["AA"]), sites_of([(0, 0.9), (0, 0.8)], [None, "AA"])
    assert barriers(regions, sites, csr_array(np.array([[1.0, 1.0]]))).across_state_share.tolist() == [0.0]


@pytest.mark.parametrize(
    ("north", "start", "end", "shore"),
    [
        (60.0, -109.0, -100.0, 60.03),  # tan 60 / cos 4.5: half-way at 60.077 degrees
        (45.0, -120.0, -80.0, 46.0),  # tan 45 / cos 20: half-way at 46.78 degrees
    ],
)
def test_a_great_circle_bulges_over_water_that_neither_end_is_near(
    north: float, start: float, end: float, shore: float
) -> None:
    land = gpd.GeoSeries([box(start - 6, north - 5, end + 6, shore)], crs=4326)
    regions = regions_of([box(start - 0.1, north - 0.1, start + 0.1, north + 0.1)], ["AA"])
    sites = sites_of([(north, end)], ["AA"])
    weights = csr_array(np.array([[1.0]]))
    assert barriers(regions, sites, weights, land=land).across_water_share.tolist() == [1.0]
    farther = gpd.GeoSeries([box(start - 6, north - 5, end + 6, shore + 2)], crs=4326)
    assert barriers(regions, sites, weights, land=farther).across_water_share.tolist() == [0.0]


def test_water_narrower_than_the_limit_is_none() -> None:
    regions, sites = regions_of([WEST, EAST], ["AA", "AA"]), sites_of([(0, 1.6)], ["AA"])
    weights = csr_array(np.array([[1.0], [1.0]]))
    width = 0.5 * KM_PER_DEGREE
    for water_km, expected in ((width - 0.01, 1.0), (width + 0.01, 0.0)):
        assert barriers(regions, sites, weights, water_km=water_km).across_water_share.tolist() == [expected, 0.0]


def test_land_that_is_not_the_studys_is_no_water_if_it_is_drawn() -> None:
    regions, sites = regions_of([WEST, EAST], ["AA", "AA"]), sites_of([(0, 1.6)], ["AA"])
    weights = csr_array(np.array([[1.0], [1.0]]))
    land = gpd.GeoSeries([WEST, EAST, box(1, -1, 1.5, 1)], crs=4326)
    assert barriers(regions, sites, weights, land=land).across_water_share.tolist() == [0.0, 0.0]


def test_a_strait_across_the_antimeridian_is_as_wide_as_elsewhere() -> None:
    here = water_of(gpd.GeoSeries([box(-2, 50, -0.5, 53), box(0.5, 50, 2, 53)]))
    there = water_of(gpd.GeoSeries([box(178, 50, 179.5, 53), box(-179.5, 50, -178, 53)]))
    for north in (50.5, 51.37, 52.5):
        start, end = np.array([[north, -1.3]]), np.array([[north + 0.2, 1.1]])
        turn = np.array([0.0, 180.0])
        west, east = start + turn, end - turn
        assert crossed_km(start, end, here) == pytest.approx(crossed_km(west, east, there), rel=1e-9)
        assert crossed_km(east, west, there) == pytest.approx(crossed_km(west, east, there), rel=1e-9)
        assert crossed_km(start, end, here)[0] == pytest.approx(km_apart(start, end)[0] / 2.4, rel=0.01)


def test_a_point_has_no_length() -> None:
    water = water_of(gpd.GeoSeries([WEST]))
    assert crossed_km(np.array([[0.0, 5.0], [0.0, 0.5]]), np.array([[0.0, 5.0], [0.0, 0.5]]), water).tolist() == [0, 0]
    assert len(crossed_km(np.empty((0, 2)), np.empty((0, 2)), water)) == 0


def test_inputs_stay_unchanged() -> None:
    regions, sites = regions_of([WEST, EAST], ["AA", "BB"]), sites_of([(0, 1.6)], ["BB"])
    weights, supply = csr_array(np.array([[1.0], [1.0]])), np.array([2.0])
    before = regions.copy(), sites.copy(), weights.toarray().copy()
    barriers(regions, sites, weights, supply)
    pd.testing.assert_frame_equal(pd.DataFrame(regions), pd.DataFrame(before[0]))
    pd.testing.assert_frame_equal(sites, before[1])
    assert (weights.toarray() == before[2]).all()


islands = st.lists(
    st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0.1, 1.5), st.floats(0.1, 1.5)), min_size=1, max_size=5
)
ends = st.tuples(st.floats(0, 4), st.floats(0, 4))


@settings(max_examples=30)
@given(islands, ends, ends, st.floats(-70, 60))
def test_the_length_on_water_is_what_walking_along_finds(
    boxes: list[tuple[float, float, float, float]], one: tuple[float, float], two: tuple[float, float], north: float
) -> None:
    land = [box(x - 100, y + north, x + wide - 100, y + high + north) for x, y, wide, high in boxes]
    start, end = (np.array([[point[0] + north, point[1] - 100]]) for point in (one, two))
    found = crossed_km(start, end, water_of(gpd.GeoSeries(land)))[0]
    whole = km_apart(start, end)[0]
    ends_on_sphere = unit_sphere(*np.vstack((start, end)).T)
    share = (np.arange(4000) + 0.5)[:, None] / 4000
    walked = (1 - share) * ends_on_sphere[0] + share * ends_on_sphere[1]
    walked /= np.linalg.norm(walked, axis=1)[:, None]
    east, up = np.degrees(np.arctan2(walked[:, 1], walked[:, 0])), np.degrees(np.arcsin(walked[:, 2]))
    dry = shapely.contains_xy(shapely.union_all(land), east, up)
    assert found == pytest.approx(whole * (1 - dry.mean()), abs=0.3 + whole * 0.01)


@settings(max_examples=30)
@given(
    islands,
    st.lists(ends, min_size=1, max_size=4),
    st.lists(ends, min_size=1, max_size=6),
    st.floats(-80, 75),
    st.data(),
)
def test_shares_are_those_of_looking_at_every_line(
    boxes: list[tuple[float, float, float, float]],
    homes: list[tuple[float, float]],
    offices: list[tuple[float, float]],
    north: float,
    data: st.DataObject,
) -> None:
    east = data.draw(st.sampled_from([-100.0, 178.0]))
    land = gpd.GeoSeries(
        [box(x + east - 8, y + north, x + wide + east - 8, y + high + north) for x, y, wide, high in boxes]
    )
    regions = gpd.GeoDataFrame(
        {
            "region_id": [str(number) for number in range(len(homes))],
            "state": "AA",
            "latitude": [home[0] + north for home in homes],
            "longitude": [(home[1] + east + 180) % 360 - 180 for home in homes],
        },
        geometry=[box(0, 0, 1, 1)] * len(homes),
    )
    sites = sites_of([(at[0] + north, (at[1] + east + 180) % 360 - 180) for at in offices], ["AA"] * len(offices))
    size = len(homes) * len(offices)
    drawn = data.draw(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=size, max_size=size))
    weights = csr_array(np.array(drawn).reshape(len(homes), -1))
    found, water = barriers(regions, sites, weights, land=land), water_of(land)
    here, there = (part[["latitude", "longitude"]].to_numpy() for part in (regions, sites))
    for number in range(len(homes)):
        own = weights.toarray()[number]
        wet = crossed_km(np.repeat(here[[number]], len(offices), axis=0), there, water) > 2
        expected = np.nan if own.sum() == 0 else (own * wet).sum() / own.sum()
        assert found.across_water_share.iloc[number] == pytest.approx(expected, nan_ok=True)


# Latitudes and longitudes of towns, to a hundredth of a degree; where the real outlines (1:20,000,000) leave a line dry
# although there is water, the outlines cover it: Puget Sound, Lake Pontchartrain, Lake Champlain
TOWNS = {
    "Milwaukee": (43.04, -87.91), "Muskegon": (43.23, -86.25), "Grand Rapids": (42.96, -85.66),
    "Honolulu": (21.31, -157.86), "Hilo": (19.72, -155.09), "Kona": (19.64, -155.99), "Lihue": (21.98, -159.37),
    "Attu": (52.9, 172.9), "Adak": (51.88, -176.65), "Barnstable": (41.7, -70.3), "Nantucket": (41.28, -70.1),
    "Annapolis": (38.98, -76.49), "Easton": (38.77, -76.08), "Oakland": (37.80, -122.27),
    "San Francisco": (37.77, -122.42),
    "Port Townsend": (48.117, -122.76), "Coupeville": (48.22, -122.69), "Seattle": (47.61, -122.33),
    "Bremerton": (47.57, -122.63), "Spokane": (47.66, -117.43), "Yakima": (46.60, -120.51),
    "Portland": (45.52, -122.68), "Vancouver": (45.63, -122.66),
}  # fmt: skip


@pytest.fixture(scope="module")
def counties(real_data: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(real_data / "us" / "cb_2023_us_county_20m").to_crs(4326)


@pytest.mark.real
def test_real_shores(counties: gpd.GeoDataFrame) -> None:
    water = water_of(counties.geometry)

    def crossed(start: str, end: str) -> float:
        return float(crossed_km(np.array([TOWNS[start]]), np.array([TOWNS[end]]), water)[0])

    # Lake Michigan is 120 to 190 km wide; the channels between Oahu, Maui and Hawaii are the most of that line
    assert 110 < crossed("Milwaukee", "Muskegon") < 136
    assert 150 < crossed("Honolulu", "Hilo") < 260
    assert 100 < crossed("Honolulu", "Lihue") < 160
    assert crossed("Attu", "Adak") > 500, "across the antimeridian"
    assert 25 < crossed("Barnstable", "Nantucket") < 48
    assert 10 < crossed("Annapolis", "Easton") < 35
    assert 2 < crossed("San Francisco", "Oakland") < 12
    assert 2 < crossed("Port Townsend", "Coupeville") < 12
    for start, end in (
        ("Grand Rapids", "Muskegon"),
        ("Hilo", "Kona"),
        ("Spokane", "Yakima"),
        ("Portland", "Vancouver"),
    ):
        assert crossed(start, end) == 0.0
    assert crossed("Seattle", "Bremerton") == 0.0, "these outlines cover Puget Sound: the documentation says so"


@pytest.mark.real
def test_real_islands_reach_across_water_and_border_towns_across_the_line(counties: gpd.GeoDataFrame) -> None:
    by_id = counties.set_index("GEOID")
    told = {"25019": "Nantucket", "53071": None, "11001": None, "15003": None}
    regions = gpd.GeoDataFrame(
        {
            "region_id": list(told),
            "state": by_id.STUSPS[list(told)].to_numpy(),
            "latitude": [41.28, 46.23, 38.91, 21.37],
            "longitude": [-70.1, -118.48, -77.01, -157.93],
        },
        geometry=by_id.geometry[list(told)].to_numpy(),
        crs=4326,
    )
    sites = sites_of([(41.7, -70.3), (46.0, -118.39), (45.93, -118.39), (38.99, -77.03), (19.72, -155.09)],
                     ["MA", "WA", "OR", "MD", "HI"])  # fmt: skip
    weights = csr_array(np.array([
        [1.0, 0, 0, 0, 0], [0, 1.0, 1.0, 0, 0], [0, 0, 0, 1.0, 0], [0, 0, 0, 0, 1.0],
    ]))  # fmt: skip
    found = barriers(regions, sites, weights, land=counties.geometry)
    assert found.across_state_share.tolist() == [0.0, 0.5, 1.0, 0.0]
    assert found.across_water_share.tolist() == [1.0, 0.0, 0.0, 1.0]
