"""Studies of a user's own regions: people and figures arrive there, nobody is lost, and it is told where from."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from analysis.promise import promised
from analysis.regions.added import Addition, add
from analysis.regions.assemble import completed, read_world
from analysis.regions.catalog import BUNDLE, Dataset
from analysis.regions.soundness import Columns
from analysis.study import Directory, Inputs, Study, StudyError
from analysis.tables import ORIGINS, REGIONS

STATES = ("WY", "MT")


@pytest.fixture(scope="module")
def districts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Add eight districts, each of whole counties of two states, without people; return the work folder."""
    folder = tmp_path_factory.mktemp("districts")
    counties = gpd.read_parquet(BUNDLE / "us_counties.parquet")
    within = counties[counties.state.isin(STATES)].sort_values("region_id")
    within["district"] = within.state + (within.geometry.representative_point().x // 3).astype(int).astype("str")
    drawn = within.dissolve("district").reset_index()[["district", "geometry"]]
    drawn.to_file(folder / "districts.gpkg")
    work = folder / "work"
    columns = Columns("district")
    add(Addition(folder / "districts.gpkg", "districts", columns), work, dt.date(2026, 11, 26), lambda _: None)
    return work


def study(level: str) -> Study:
    return Study(title="t", directories=(Directory(source="nppes_api"),), inputs=Inputs(level=level))


def test_people_and_figures_of_counties_arrive_in_regions_of_whole_counties(districts: Path) -> None:
    world = read_world(study("districts"), None, districts)
    nobody = pd.Series(dtype="int64")
    regions = promised(completed(world.regions, nobody, nobody, 5), REGIONS).set_index("region_id")
    promised(world.origins, ORIGINS)
    counties = gpd.read_parquet(BUNDLE / "us_counties.parquet").set_index("region_id")
    counties = counties[counties.state.isin(STATES)]
    assert regions.population.sum() == pytest.approx(counties.population.sum(), rel=1e-4)  # slivers of the outlines
    assert set(regions.population_basis) == {"assumed"}  # by overlay
    assert set(regions.state) == set(STATES)
    assert world.origins.population.sum() == pytest.approx(regions.population.sum())
    assert set(regions.rurality_basis) <= {"measured", "wider_area"}
    assert (regions.rurality_basis == "measured").mean() > 0.8
    assert regions.rurality.between(counties.rurality.min(), counties.rurality.max()).all()
    assert world.datasets[0]["file"] == "districts.gpkg"
    assert len(world.datasets[0]["sha256"]) == 64


def test_a_study_of_two_states_keeps_the_districts_of_one(districts: Path) -> None:
    whole = read_world(study("districts"), None, districts).regions
    one = read_world(study("districts").model_copy(update={"states": ("WY",)}), None, districts).regions
    assert set(one.region_id) == set(whole.region_id[whole.state == "WY"])


def test_regions_nobody_added_are_named_with_those_that_were(districts: Path) -> None:
    with pytest.raises(StudyError, match=r"'service_areas' are not among those added .*districts"):
        read_world(study("service_areas"), None, districts)
    with pytest.raises(StudyError, match="level 'service_areas' is none of county, tract, zcta, nuts3"):
        read_world(study("service_areas"), None)


def test_regions_finer_than_any_point_keep_their_people_and_get_a_state(tmp_path: Path) -> None:
    county = gpd.read_parquet(BUNDLE / "us_counties.parquet").set_index("region_id").loc[["56021"]]
    west, south, east, north = county.total_bounds
    steps = [(west + (east - west) * x / 6, south + (north - south) * y / 6) for x in range(6) for y in range(6)]
    cells = [box(x, y, x + (east - west) / 6, y + (north - south) / 6) for x, y in steps]
    fine = gpd.GeoDataFrame({"cell": [f"c{n:02}" for n in range(36)], "people": 100}, geometry=cells, crs=4326)
    fine = fine.clip(county.geometry.iloc[0]).explode().drop_duplicates("cell")
    fine.to_file(tmp_path / "cells.gpkg")
    add(
        Addition(tmp_path / "cells.gpkg", "cells", Columns("cell", population="people")),
        tmp_path / "work",
        dt.date(2026, 11, 26),
        lambda _: None,
    )
    world = read_world(study("cells").model_copy(update={"states": ("WY",)}), None, tmp_path / "work")
    assert world.regions.population.sum() == 100 * len(fine)
    assert set(world.regions.state) == {"WY"}
    assert set(world.regions.place_type) == {"micro"}  # that of the county they lie in


@pytest.mark.real
def test_a_users_own_regions_of_another_country(real_data: Path, tmp_path: Path) -> None:
    outlines = gpd.read_file(real_data / "eu/NUTS_RG_60M_2021_4326_LEVL_3.geojson")
    german = outlines[outlines.CNTR_CODE == "DE"].assign(land=lambda one: one.NUTS_ID.str[:3])
    german.dissolve("land").reset_index()[["land", "geometry"]].to_file(tmp_path / "lands.gpkg")
    people = pd.read_csv(real_data / "eu/germany_districts_2018.csv", sep=";").population.sum()
    add(
        Addition(
            tmp_path / "lands.gpkg", "lands", Columns("land"), people=str(people_file(german, real_data, tmp_path))
        ),
        tmp_path / "work",
        dt.date(2026, 11, 26),
        lambda _: None,
    )
    files = {"dataset": "nuts3_outlines_2021_60m", "file": "eu/NUTS_RG_60M_2021_4326_LEVL_3.geojson"}
    districts = {"dataset": "germany_districts_2018", "file": "eu/germany_districts_2018.csv"}
    inputs = Inputs.model_validate(
        {"level": "lands", "outlines": files, "figures": [districts, files], "origins": "inside"}
    )
    whole = Study(title="t", country="DE", directories=(Directory(source="overpass"),), inputs=inputs)
    world = read_world(whole, real_data, tmp_path / "work")
    assert len(world.regions) == 16
    assert world.regions.population.sum() == pytest.approx(people, rel=1e-3)  # slivers of the drawing
    assert len(world.origins) == 401
    assert set(world.regions.place_type) <= {"dense_urban", "intermediate", "rural"}


def people_file(german: gpd.GeoDataFrame, real_data: Path, folder: Path) -> Path:
    people = pd.read_csv(real_data / "eu/germany_districts_2018.csv", sep=";").set_index("NUTS3").population
    german.assign(population=german.NUTS_ID.map(people))[["population", "geometry"]].to_file(folder / "people.gpkg")
    return folder / "people.gpkg"


def test_states_a_country_does_not_have_are_named(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"cell": ["a"], "in": ["Montana"], "people": [5]}, geometry=[box(-110, 46, -109, 47)], crs=4326
    )
    frame.to_file(tmp_path / "one.gpkg")
    add(
        Addition(tmp_path / "one.gpkg", "one", Columns("cell", population="people", state="in")),
        tmp_path / "work",
        dt.date(2026, 11, 26),
        lambda _: None,
    )
    with pytest.raises(StudyError, match="name states 'Montana', which United States does not have"):
        read_world(study("one"), None, tmp_path / "work")


def test_outlines_of_another_country_are_told_as_such() -> None:
    austria = study("county").model_copy(update={"country": "AT", "inputs": Inputs(level="county")})
    with pytest.raises(StudyError, match=r"us_counties\.parquet draws no region of Austria"):
        read_world(austria, None)


@pytest.mark.real
def test_a_district_nobody_counts_is_left_out_and_not_taken_for_empty(real_data: Path, tmp_path: Path) -> None:
    (tmp_path / "eu").symlink_to(real_data / "eu")
    lines = (real_data / "eu/germany_districts_2018.csv").read_text(encoding="utf-8-sig").splitlines()
    (tmp_path / "districts.csv").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    outlines = {"dataset": "nuts3_outlines_2021_60m", "file": "eu/NUTS_RG_60M_2021_4326_LEVL_3.geojson"}
    districts = {"dataset": "germany_districts_2018", "file": "districts.csv"}
    told = {"level": "nuts3", "outlines": outlines, "figures": [districts, outlines], "origins": "inside"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dataset, "rows", 400)
        inputs = Inputs.model_validate(told)
        study = Study(title="t", country="DE", directories=(Directory(source="overpass"),), inputs=inputs)
        world = read_world(study, tmp_path)
    assert (len(world.regions), world.outlines_left_out) == (400, 1)
    assert (world.regions.population > 0).all()
