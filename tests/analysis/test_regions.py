"""Regions and origins: nobody is lost between files, and a wrong file is named."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import GeometryCollection, LineString, Polygon, box

from analysis.regions.assemble import read_world
from analysis.regions.boundaries import _polygons
from analysis.regions.catalog import locate
from analysis.regions.origins import read_origins, weighted_centres
from analysis.study import Directory, Input, Inputs, Study, StudyError
from analysis.tables import ORIGINS, REGIONS, TableError, promised

NORTH_WEST = Study(title="t", states=("WA", "OR", "ID", "MT", "WY"), directories=(Directory(source="nppes_api"),))


def test_the_bundle_gives_five_states_and_keeps_everybody() -> None:
    world = read_world(NORTH_WEST, None)
    promised(world.regions, REGIONS)
    promised(world.origins, ORIGINS)
    assert len(world.regions) == 198
    by_region = world.origins.groupby("region_id").population.sum()
    assert by_region.to_numpy() == pytest.approx(
        world.regions.set_index("region_id").population[by_region.index].to_numpy()
    )
    garfield = world.regions.set_index("region_id").loc["30033"]
    assert garfield["name"] == "Garfield County"
    assert garfield.county_type == "ceac"
    assert garfield.no_internet_share_basis == "class_average"
    assert garfield.no_internet_share == 0.211  # RUCC 9


def square(west: float) -> Polygon:
    return box(west, 45, west + 1, 46)


def regions_of(people: list[int]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"population": people, "geometry": [square(-110 + number) for number in range(len(people))]},
        index=pd.Index([f"3000{number}" for number in range(len(people))], name="region_id"),
        crs=4326,
    )


def tracts(folder: Path, rows: list[str]) -> Path:
    file = folder / "centres.txt"
    file.write_text(
        "\ufeffSTATEFP,COUNTYFP,TRACTCE,POPULATION,LATITUDE,LONGITUDE\n" + "\n".join(rows), encoding="utf-8"
    )
    return file


def test_a_tract_of_an_older_county_goes_where_it_lies(tmp_path: Path) -> None:
    rows = [
        "30,000,000100,10,+45.5,-109.5",
        "30,999,000200,30,+45.5,-109.4",  # an abolished county: lies in the first square
        "30,999,000300,50,+10.0,-100.0",  # outside every region
        "30,001,000400,0,+45.5,-108.5",  # nobody lives there
    ]
    dataset = locate(Input(dataset="census_tract_centres_2020", file=tracts(tmp_path, rows)), tmp_path)
    origins = read_origins(dataset, regions_of([400, 7])).set_index("origin_id")
    assert origins.loc["30000000100"].population == pytest.approx(100.0)  # 10 of 40 people, scaled to 400
    assert origins.loc["30999000200"].population == pytest.approx(300.0)
    assert origins.loc["30001"].population == 7  # no populated tract: its own inner point
    assert len(origins) == 3


def test_a_wrong_column_names_file_and_column(tmp_path: Path) -> None:
    (tmp_path / "centres.txt").write_text("A,B\n1,2\n")
    dataset = locate(Input(dataset="census_tract_centres_2020", file=Path("centres.txt")), tmp_path)
    with pytest.raises(TableError, match=r"centres\.txt lacks column STATEFP"):
        read_origins(dataset, regions_of([1]))


def test_an_unknown_dataset_and_a_missing_file_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="known: bundle_counties"):
        locate(Input(dataset="nowhere"), None)
    with pytest.raises(StudyError, match="not bundled"):
        locate(Input(dataset="census_counties_2023"), None)
    with pytest.raises(StudyError, match="--inputs"):
        locate(Input(dataset="census_counties_2023", file=Path("a.shp")), None)
    with pytest.raises(StudyError, match="published by US Census Bureau"):
        locate(Input(dataset="census_counties_2023", file=Path("a.shp")), tmp_path)


def test_a_broken_shapefile_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.shp").write_bytes(b"no outlines here")
    study = NORTH_WEST.model_copy(
        update={"inputs": Inputs(outlines=Input(dataset="census_counties_2023", file=Path("a.shp")))}
    )
    with pytest.raises(TableError, match=r"a\.shp cannot be read as outlines"):
        read_world(study, tmp_path)


def test_people_without_an_outline_are_a_fault(tmp_path: Path) -> None:
    table = tmp_path / "county.csv"
    table.write_text(
        "fips,pop_2023,pop_18plus,pop_65plus,pop_5_13,pop_14_17,land_sqkm,rucc_2023\n9110,100,80,20,10,5,50,1\n"
    )
    study = NORTH_WEST.model_copy(
        update={"inputs": Inputs(table=Input(dataset="county_table_2023", file=Path("county.csv")))}
    )
    with pytest.raises(TableError, match="09110"):  # the lost leading zero is back, and 2020 does not draw 09110
        read_world(study, tmp_path)


def test_a_centre_across_the_antimeridian_stays_there() -> None:
    origins = pd.DataFrame(
        {"region_id": "02016", "latitude": [52.0, 52.0], "longitude": [179.0, -179.0], "population": [1.0, 1.0]}
    )
    assert abs(weighted_centres(origins).longitude["02016"]) == pytest.approx(180.0)


def test_only_polygons_are_kept_of_a_broken_outline() -> None:
    bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    assert _polygons(bow_tie).geom_type == "MultiPolygon"
    mixed = GeometryCollection([square(0), LineString([(0, 0), (1, 1)])])
    assert _polygons(mixed).equals(square(0))


@pytest.mark.real
def test_the_nation_of_2023_keeps_everybody(real_data: Path) -> None:
    study = Study(
        title="t",
        directories=(Directory(source="nppes_api"),),
        inputs=Inputs(
            outlines=Input(
                dataset="census_counties_2023", file=Path("us/cb_2023_us_county_20m/cb_2023_us_county_20m.shp")
            ),
            table=Input(dataset="county_table_2023", file=Path("us/county_2023.csv")),
            origins=Input(dataset="census_tract_centres_2020", file=Path("us/CenPop2020_Mean_TR.txt")),
        ),
    )
    world = read_world(study, real_data)
    assert world.regions.population.sum() == 334_914_895
    assert world.origins.population.sum() == pytest.approx(334_914_895)
    assert len(world.regions) == 3_144
    connecticut = world.regions[world.regions.state == "CT"].region_id
    assert sorted(connecticut) == [f"091{number}0" for number in range(1, 10)]
    assert set(connecticut) <= set(world.origins.region_id)
    assert world.outlines_left_out == 78  # Puerto Rico is drawn but not counted in the table
