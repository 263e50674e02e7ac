"""What ships: totals, keys, outlines, names, and a catalogue that knows every file."""

import tomllib

import geopandas as gpd
import pandas as pd
import pytest

from analysis.regions.catalog import BUNDLE, CATALOG


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    return gpd.read_parquet(BUNDLE / "us_counties.parquet").set_index("region_id")


@pytest.fixture(scope="module")
def zctas() -> pd.DataFrame:
    return pd.read_parquet(BUNDLE / "us_zctas.parquet").set_index("zcta")


def test_known_totals(counties: gpd.GeoDataFrame, zctas: pd.DataFrame) -> None:
    assert counties[counties.state != "PR"].population.sum() == 329_484_123
    assert len(counties) == 3_221
    assert len(zctas) == 33_791
    puerto_rico = counties[counties.state == "PR"]
    assert len(puerto_rico) == 78
    assert puerto_rico.population.sum() == 3_252_626  # 3,723,066 would be the count of 2010


def test_nothing_is_missing_and_keys_are_unique(counties: gpd.GeoDataFrame, zctas: pd.DataFrame) -> None:
    assert counties.index.is_unique
    assert zctas.index.is_unique
    assert not counties.isna().any().any()
    assert not zctas.drop(columns=["region_id", "ruca"]).isna().any().any()
    assert zctas.ruca.isna().sum() == 25
    assert zctas.region_id.dropna().isin(counties.index).all()
    assert counties.index.str.fullmatch(r"\d{5}").all()
    assert zctas.index.str.fullmatch(r"\d{5}").all()


def test_island_areas_lie_in_no_county(zctas: pd.DataFrame) -> None:
    # American Samoa, Guam and the Northern Marianas, Virgin Islands; Hawaii has the rest of 967 and all of 968
    islands = zctas.index.str.startswith(("008", "969")) | (zctas.index == "96799")
    assert islands.sum() == 17
    assert (zctas.region_id.isna() == islands).all()
    assert zctas.population[islands].sum() == 0


def test_outlines_are_valid_polygons_in_degrees(counties: gpd.GeoDataFrame) -> None:
    assert counties.crs == 4326
    assert counties.is_valid.all()
    assert not counties.is_empty.any()
    assert counties.geometry["51610"].area > 0  # Falls Church, empty in other simplified outlines
    assert set(counties.geom_type) == {"Polygon", "MultiPolygon"}
    assert counties.total_bounds.tolist() == pytest.approx([-179.17, 17.91, 179.77, 71.35], abs=0.05)


def test_outlines_draw_each_county_where_it_is(counties: gpd.GeoDataFrame, zctas: pd.DataFrame) -> None:
    # an outline of 1:20,000,000 takes and gives slivers; one that draws a fifth of its county is another county's gain
    assert (counties.to_crs(6933).area / 1e6 / counties.land_km2).min() > 0.65
    centres = gpd.GeoDataFrame(
        zctas[["region_id", "population"]].rename(columns={"region_id": "main"}),
        geometry=gpd.points_from_xy(zctas.longitude, zctas.latitude),
        crs=4326,
    )
    inside = centres.sjoin(counties[["geometry"]], predicate="within")
    at_home = inside.population[inside.region_id == inside.main]
    assert at_home.sum() / zctas.population.sum() > 0.975
    hudson = at_home[inside.main == "34017"].sum()
    assert hudson / zctas.population[zctas.region_id == "34017"].sum() > 0.95


@pytest.mark.parametrize(
    ("region_id", "name", "state"),
    [
        ("48301", "Loving County", "TX"),
        ("22071", "Orleans Parish", "LA"),
        ("02020", "Anchorage Municipality", "AK"),
        ("02063", "Chugach Census Area", "AK"),
        ("51510", "Alexandria city", "VA"),
        ("11001", "District of Columbia", "DC"),
        ("35013", "Doña Ana County", "NM"),
        ("72097", "Mayagüez Municipio", "PR"),
        ("09001", "Fairfield County", "CT"),
        ("46102", "Oglala Lakota County", "SD"),
    ],
)
def test_names_carry_their_kind(counties: gpd.GeoDataFrame, region_id: str, name: str, state: str) -> None:
    assert counties.loc[region_id, ["name", "state"]].tolist() == [name, state]


def test_small_and_large_places_are_plausible(counties: gpd.GeoDataFrame) -> None:
    assert counties.population["48301"] < 300
    assert counties.population["06037"] > 9_000_000
    assert counties.rurality.between(1, 9).all()
    assert (counties.land_km2 > 0).all()


def test_renamed_and_split_counties_took_over_what_was_theirs(counties: gpd.GeoDataFrame, zctas: pd.DataFrame) -> None:
    assert not counties.index.isin(["02270", "46113", "02261", "51515"]).any()
    assert counties.rurality[["02158", "46102", "02063", "02066", "51019"]].tolist() == [9, 6, 9, 9, 2]
    assert counties.population[["02158", "46102", "02063", "02066"]].tolist() == [8_328, 14_070, 6_427, 2_919]
    # 88,634.21 km2 of Valdez-Cordova in 2019; the two had 24,682 and 63,952 km2 when they were first published
    assert counties.land_km2[["02063", "02066"]].sum() == pytest.approx(88_634.21, abs=0.01)
    assert counties.land_km2[["02063", "02066"]].tolist() == pytest.approx([24_682, 63_952], rel=0.05)
    # Valdez, Glennallen, Hooper Bay, Pine Ridge, Bedford
    mains = zctas.region_id[["99686", "99588", "99604", "57770", "24523"]].tolist()
    assert mains == ["02063", "02066", "02158", "46102", "51019"]


def test_weights_of_a_postal_area_add_up(counties: gpd.GeoDataFrame, zctas: pd.DataFrame) -> None:
    weights = pd.read_parquet(BUNDLE / "us_zcta_counties.parquet")
    assert weights.groupby("zcta").weight.sum().to_numpy() == pytest.approx(1.0)
    assert (weights.weight > 0).all()
    assert not weights.duplicated(["zcta", "region_id"]).any()
    assert set(weights.zcta) == set(zctas.index[zctas.region_id.notna()])
    heaviest = weights.sort_values(["weight", "region_id"]).groupby("zcta").region_id.last()
    assert heaviest.to_dict() == zctas.region_id.dropna().to_dict()
    # 91 % of Glennallen's people were in Valdez-Cordova, the rest in Matanuska-Susitna
    shared = weights[weights.zcta == "99588"].set_index("region_id").weight
    assert shared.to_dict() == pytest.approx({"02066": 0.912245, "02170": 0.087755}, abs=1e-6)
    people = (weights.weight * weights.zcta.map(zctas.population)).groupby(weights.region_id).sum()
    error = (people / counties.population - 1)[counties.state != "PR"].abs().median()
    assert error < 0.02


def test_every_postal_code_leads_to_an_area(zctas: pd.DataFrame) -> None:
    zips = pd.read_parquet(BUNDLE / "us_zips.parquet")
    assert zips.zip.is_unique
    assert zips.zcta.isin(zctas.index).all()


def test_the_catalogue_knows_every_file_and_its_rows() -> None:
    entries = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in CATALOG.glob("*.toml")}
    needed = {
        "title",
        "publisher",
        "licence",
        "attribution",
        "address",
        "vintage",
        "read_on",
        "rows",
        "columns",
        "note",
    }
    for name, entry in entries.items():
        assert needed <= set(entry), name
        assert "bundle_file" in entry or "reader" in entry, name
    bundled = {entry["bundle_file"]: entry for entry in entries.values() if "bundle_file" in entry}
    assert set(bundled) == {file.name for file in BUNDLE.glob("*.parquet")}
    for file, entry in bundled.items():
        table = pd.read_parquet(BUNDLE / file)
        assert len(table) == entry["rows"], file
        assert list(table.columns) == entry["columns"], file
        assert entry["carriers"], file
    assert "UDS Mapper" in bundled["us_zips.parquet"]["attribution"]


def test_the_bundle_is_small() -> None:
    assert sum(file.stat().st_size for file in BUNDLE.iterdir()) <= 3_000_000
