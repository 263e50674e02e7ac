"""Regions and origins: nobody is lost between files, whatever the level, and a wrong file is named."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import GeometryCollection, LineString, Polygon, box

from analysis.country import country
from analysis.promise import TableError, promised
from analysis.regions.assemble import World, completed, read_world
from analysis.regions.catalog import BUNDLE, locate
from analysis.regions.origins import grounded, read_points, scaled, weighted_centres
from analysis.regions.outlines import polygons
from analysis.study import Directory, Input, Inputs, Study, StudyError
from analysis.tables import ORIGINS, REGIONS

COUNTY_COLUMNS = "fips,pop_2023,pop_18plus,pop_65plus,pop_5_13,pop_14_17,land_sqkm,rucc_2023"
US = country("US")
NORTH_WEST = Study(title="t", states=("WA", "OR", "ID", "MT", "WY"), directories=(Directory(source="nppes_api"),))


def finished(world: World) -> gpd.GeoDataFrame:
    nobody = pd.Series(dtype="int64")
    return promised(completed(world.regions, nobody, nobody, 5), REGIONS)


def test_the_bundle_gives_five_states_and_keeps_everybody() -> None:
    world = read_world(NORTH_WEST, None)
    regions = finished(world)
    promised(world.origins, ORIGINS)
    assert len(regions) == 198
    by_region = world.origins.groupby("region_id").population.sum()
    assert by_region.to_numpy() == pytest.approx(regions.set_index("region_id").population[by_region.index].to_numpy())
    garfield = regions.set_index("region_id").loc["30033"]
    assert garfield["name"] == "Garfield County"
    assert (garfield.place_type, garfield.density_class) == ("ceac", 4)
    assert (garfield.no_internet_share, garfield.no_internet_share_basis) == (0.211, "class_average")  # RUCC 9
    assert pd.isna(garfield.no_internet_share_low)
    assert garfield.adults_share_basis == "class_average"
    assert (garfield.rurality, garfield.rurality_basis) == (9, "measured")
    assert pd.isna(garfield.long_commute_share)  # nothing at hand says it, and nothing stands in
    assert garfield.anonymity == "nobody"


def test_people_to_a_site_are_withheld_where_providers_are_few() -> None:
    world = read_world(NORTH_WEST, None)
    ids = world.regions.region_id[:3]
    seen, sites = pd.Series([4, 5], index=ids[:2]), pd.Series([1, 5], index=ids[:2])
    told = completed(world.regions, seen, sites, 5).set_index("region_id").loc[ids]
    assert told.anonymity.tolist() == ["few", "some", "nobody"]
    assert told.people_per_site.isna().tolist() == [True, False, True]
    assert told.people_per_site.iloc[1] == 890  # 4,447 people to five sites, in two digits


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
        "\ufeffSTATEFP,COUNTYFP,TRACTCE,POPULATION,LATITUDE,LONGITUDE\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    return file


def test_a_tract_of_an_older_county_goes_where_it_lies(tmp_path: Path) -> None:
    rows = [
        "30,000,000100,10,+45.5,-109.5",
        "30,999,000200,30,+45.5,-109.4",  # an abolished county: lies in the first square
        "30,999,000300,50,+10.0,-100.0",  # outside every region
        "30,001,000400,0,+45.5,-108.5",  # nobody lives there
    ]
    found = locate(Input(dataset="census_tract_centres_2020", file=tracts(tmp_path, rows)), tmp_path)
    dataset = replace(found, entry=found.entry | {"rows": len(rows)})
    regions = regions_of([400, 7])
    ground = grounded(read_points(dataset), regions, "county", "counties_2022")
    origins = scaled(ground, regions.population).set_index("origin_id")
    assert origins.loc["30000000100"].population == pytest.approx(100.0)  # 10 of 40 people, scaled to 400
    assert origins.loc["30999000200"].population == pytest.approx(300.0)
    assert origins.loc["30001"].population == 7  # no populated tract: its own inner point
    assert len(origins) == 3


def test_a_wrong_column_names_file_and_column(tmp_path: Path) -> None:
    (tmp_path / "centres.txt").write_text("A,B\n1,2\n")
    dataset = locate(Input(dataset="census_tract_centres_2020", file=Path("centres.txt")), tmp_path)
    with pytest.raises(TableError, match=r"centres\.txt lacks column STATEFP"):
        grounded(read_points(dataset), regions_of([1]), "county", "counties_2022")


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
    with pytest.raises(TableError, match=r"a\.shp cannot be read as the Census Bureau's cartographic boundaries"):
        read_world(study, tmp_path)


def county_table(folder: Path, *first: str, rows: int = 3_144) -> Path:
    """Write a county table of which the first rows are given and the others are plain, from the last county on."""
    known = pd.read_parquet(BUNDLE / "us_counties.parquet", columns=["region_id"]).region_id[::-1]
    given = {row.split(",")[0] for row in first}
    plain = [f"{region_id},100,80,20,10,5,50,1" for region_id in known if region_id not in given]
    file = folder / "county.csv"
    file.write_text("\n".join((COUNTY_COLUMNS, *first, *plain[: rows - len(first)])) + "\n")
    return file


def study_with(table: str) -> Study:
    return NORTH_WEST.model_copy(
        update={"inputs": Inputs(figures=(Input(dataset="county_table_2023", file=Path(table)),))}
    )


def test_people_without_an_outline_are_a_fault(tmp_path: Path) -> None:
    county_table(tmp_path, "1999,100,80,20,10,5,50,1")
    with pytest.raises(TableError, match="01999"):  # the lost leading zero is back, and nobody draws 01999
        read_world(study_with("county.csv"), tmp_path)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("30033,lots,80,20,10,5,50,1", r"row 2: pop_2023 is 'lots' \(1 such\), expected a number from 0 up"),
        ("30033,100,,20,10,5,50,1", "pop_18plus is missing for fips '30033'"),
        ("30033,-7,80,20,10,5,50,1", "pop_2023 is '-7'"),
        ("30033,100,80,20,10,5,0,1", "30033 has no land"),
        ("30033,100,80,20,10,5,50,1\n30033,100,80,20,10,5,50,1", "'30033' appears more than once"),
    ],
)
def test_a_wrong_figure_names_file_column_and_county(tmp_path: Path, row: str, words: str) -> None:
    county_table(tmp_path, row)
    with pytest.raises(TableError, match=words) as said:
        read_world(study_with("county.csv"), tmp_path)
    assert "county.csv" in str(said.value)
    assert "\n" not in str(said.value)


def test_a_table_cut_short_is_refused(tmp_path: Path) -> None:
    county_table(tmp_path, rows=2_000)
    with pytest.raises(TableError, match=r"has 2,000 rows, expected 3,144: it was cut short"):
        read_world(study_with("county.csv"), tmp_path)


@pytest.mark.parametrize(("content", "words"), [(b"", "found nothing"), (b"\xde\xad\xbe\xef", "utf-8")])
def test_a_damaged_table_is_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "county.csv").write_bytes(content)
    with pytest.raises(TableError, match=rf"county\.csv .*a joined table of counties.*{words}"):
        read_world(study_with("county.csv"), tmp_path)


@pytest.mark.parametrize(
    ("use", "dataset", "form"),
    [
        ("outlines", "bundle_counties", "GeoParquet table of counties"),
        ("origins", "bundle_zctas", "Parquet table of postal areas"),
    ],
)
def test_a_truncated_parquet_file_is_one_sentence(tmp_path: Path, use: str, dataset: str, form: str) -> None:
    whole_file = BUNDLE / {"bundle_counties": "us_counties.parquet", "bundle_zctas": "us_zctas.parquet"}[dataset]
    (tmp_path / "cut.parquet").write_bytes(whole_file.read_bytes()[:50_000])
    inputs = Inputs.model_validate({use: {"dataset": dataset, "file": "cut.parquet"}})
    with pytest.raises(TableError, match=rf"cut\.parquet cannot be read as the {form}") as said:
        read_world(NORTH_WEST.model_copy(update={"inputs": inputs}), tmp_path)
    assert "\n" not in str(said.value)


def test_a_dataset_of_another_kind_is_wrong_use(tmp_path: Path) -> None:
    inputs = Inputs(outlines=Input(dataset="bundle_zctas"))
    with pytest.raises(StudyError, match="has no outlines"):
        read_world(NORTH_WEST.model_copy(update={"inputs": inputs}), tmp_path)


def test_a_state_without_regions_is_named(tmp_path: Path) -> None:
    county_table(tmp_path)  # 3,144 of the 3,221 counties from the last on: Alabama is not among them
    with pytest.raises(StudyError, match="'AL' have no region"):
        read_world(study_with("county.csv").model_copy(update={"states": ("MT", "AL")}), tmp_path)


def test_the_order_of_a_file_changes_nothing(tmp_path: Path) -> None:
    table = pd.read_csv(county_table(tmp_path), dtype="str")
    table.sample(frac=1, random_state=7).to_csv(tmp_path / "shuffled.csv", index=False)
    plain, shuffled = (read_world(study_with(name), tmp_path) for name in ("county.csv", "shuffled.csv"))
    pd.testing.assert_frame_equal(pd.DataFrame(plain.regions), pd.DataFrame(shuffled.regions), check_exact=True)
    pd.testing.assert_frame_equal(plain.origins, shuffled.origins, check_exact=True)


def test_a_centre_across_the_antimeridian_stays_there() -> None:
    origins = pd.DataFrame(
        {"region_id": "02016", "latitude": [52.0, 52.0], "longitude": [179.0, -179.0], "population": [1.0, 1.0]}
    )
    assert abs(weighted_centres(origins).longitude["02016"]) == pytest.approx(180.0)


def test_only_polygons_are_kept_of_a_broken_outline() -> None:
    bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    assert polygons(bow_tie).geom_type == "MultiPolygon"
    mixed = GeometryCollection([square(0), LineString([(0, 0), (1, 1)])])
    assert polygons(mixed).equals(square(0))


@pytest.mark.real
def test_the_nation_of_2023_keeps_everybody(real_data: Path) -> None:
    study = Study(
        title="t",
        directories=(Directory(source="nppes_api"),),
        inputs=Inputs(
            outlines=Input(
                dataset="census_counties_2023", file=Path("us/cb_2023_us_county_20m/cb_2023_us_county_20m.shp")
            ),
            figures=(Input(dataset="county_table_2023", file=Path("us/county_2023.csv")),),
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
    people = world.regions.set_index("region_id").population
    assert people["06037"] == 9_663_345  # Los Angeles, the most
    assert people["48301"] == people.min() == 43  # Loving, Texas, the fewest
