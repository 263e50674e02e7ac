"""Studies of a user's own regions: people and figures arrive there, nobody is lost, and it is told where from."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from analysis.promise import promised
from analysis.regions.added import Addition, add
from analysis.regions.assemble import completed, read_world
from analysis.regions.catalog import BUNDLE
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
