"""Figures of counties in postal areas whose origins do not say the county: by a table of pairs the study names."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from analysis.country import country
from analysis.promise import promised
from analysis.regions.assemble import completed, read_world
from analysis.regions.catalog import BUNDLE, Dataset, entry_of
from analysis.regions.catalog import CATALOG as ENTRIES
from analysis.regions.figures import _weights, indicators
from analysis.regions.origins import Ground
from analysis.regions.pairs import Pairs, _by_homes, read_pairs, with_counties
from analysis.regions.published import Figures
from analysis.regions.units import Keyed
from analysis.regions.vintage import Read, foreign
from analysis.study import Directory, Input, Inputs, Study, StudyError
from analysis.tables import REGIONS
from demonstration.public_files import write_zcta_outlines

FIRST, SECOND = "30001", "30003"
PAIRS = Pairs(
    "some_pairs",
    pd.DataFrame({"zcta": ["59001", "59001", "59002"], "county_id": [FIRST, SECOND, FIRST], "share": [0.6, 0.4, 1.0]}),
    "by land",
)


def areas(**more: object) -> Ground:
    ids = ["59001", "59002", "59003"]
    origins = pd.DataFrame({"origin_id": ids, "region_id": ids, "zcta": ids, "population": [100.0, 50.0, 10.0]} | more)
    origins = origins.assign(latitude=0.0, longitude=0.0)
    return Ground(pd.Index(ids, name="region_id"), "zcta", "zctas_2020", origins, {"zcta": "zctas_2020"})


def of_counties(**columns: list[object]) -> Figures:
    table = pd.DataFrame(columns, index=pd.Index([FIRST, SECOND], name="county_id"))
    return Figures("some_counties", "county_table", Keyed(table, "county", "counties_2020"))


def test_an_area_in_two_counties_has_the_figure_of_each_in_proportion() -> None:
    on, told = with_counties(areas(), PAIRS)
    assert told == ["some_pairs: figures of counties to postal areas, by land"]
    found = indicators([of_counties(no_vehicle_share=[0.1, 0.2])], on, country("US"), 0.9)[0]
    # six tenths of .1 and four of .2; nobody knows in which county the third area lies
    assert found.no_vehicle_share[:2].tolist() == pytest.approx([0.14, 0.1])
    assert found.no_vehicle_share_basis[:2].tolist() == ["wider_area", "wider_area"]
    assert pd.isna(found.no_vehicle_share["59003"])


def test_an_area_that_holds_a_county_is_not_measured_by_it() -> None:
    alone = replace(areas(), origins=areas().origins[:1], region_ids=pd.Index(["59001"], name="region_id"))
    on, _ = with_counties(alone, PAIRS)
    found = indicators([of_counties(no_vehicle_share=[0.1, 0.2])], on, country("US"), 0.9)[0]
    assert found.no_vehicle_share_basis.tolist() == ["assumed"]  # that its parts are alike is what is assumed


def test_nobody_is_lost_where_areas_are_divided() -> None:
    on, _ = with_counties(areas(), PAIRS)
    people = _weights(on, "county").groupby("region_id").people.sum()
    assert people.to_dict() == pytest.approx({"59001": 100.0, "59002": 50.0, "59003": 10.0})
    assert on.origins.county.tolist()[:2] == [FIRST, FIRST]


def test_what_origins_say_themselves_stays() -> None:
    own = areas(county=[SECOND, SECOND, SECOND])
    assert with_counties(own, PAIRS) == (own, [])
    assert with_counties(areas(), None)[1] == []
    counties = replace(areas(), origins=areas().origins.drop(columns="zcta"))
    assert with_counties(counties, PAIRS) == (counties, [])


def test_a_county_that_no_list_names_has_no_designation_in_any_of_its_areas() -> None:
    on, _ = with_counties(areas(), PAIRS)
    table = pd.DataFrame({"mental_hpsa": ["whole"]}, index=pd.Index([FIRST], name="county_id"))
    listed = Figures("some_list", "hpsa", Keyed(table, "county", "counties_2020"))
    found = indicators([listed], on, country("US"), 0.9)[0].mental_hpsa
    assert found[:2].tolist() == ["part", "whole"]


def homes(*rows: tuple[str, str, float | None, float]) -> pd.DataFrame:
    columns = ["zip", "county_id", "residential_share", "total_share"]
    return _by_homes(Read(pd.DataFrame(rows, columns=columns).astype({"residential_share": float}), "counties_2014", 1))


def test_homes_go_to_the_counties_of_2020() -> None:
    told = homes(
        ("57764", "46113", 0.7, 0.6),
        ("57764", "46007", 0.3, 0.4),
        ("99686", "02261", 1.0, 1.0),
        ("59001", "30001", None, 0.8),
        ("59001", "30003", None, 0.2),
    ).set_index(["zcta", "county_id"])
    assert told.share["57764"].to_dict() == {"46007": 0.3, "46102": 0.7}  # a county that was renamed
    assert told.share["59001"].to_dict() == {"30001": 0.8, "30003": 0.2}  # no home: all addresses
    assert set(told.share["99686"].index) == {"02063", "02066"}  # a county that was divided
    assert told.groupby("zcta").share.sum().to_numpy() == pytest.approx(1.0)


STATES = ("MT", "WY")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Write postal areas of two states, their people, and which counties hold them, each in the publisher's form."""
    folder = tmp_path_factory.mktemp("published")
    write_zcta_outlines(STATES, folder / "zctas.zip")
    drawn = gpd.read_file(folder / "zctas.zip").ZCTA5CE20
    bundled = pd.read_parquet(BUNDLE / "us_zctas.parquet").set_index("zcta").loc[drawn]
    lines = [f'"{zcta}","ZCTA5 {zcta}",{people},0' for zcta, people in bundled.population.items()]
    (folder / "people.csv").write_text("\n".join(['"GEOID","NAME","total_pop","total_black"', *lines]) + "\n")
    head = "OID_ZCTA5_20|GEOID_ZCTA5_20|NAMELSAD_ZCTA5_20|OID_COUNTY_20|GEOID_COUNTY_20|AREALAND_PART|AREAWATER_PART"
    parts = [f"1|{zcta}|Z|2|{county}|1000000|0" for zcta, county in bundled.region_id.items()]
    (folder / "pairs.txt").write_text("\n".join([head, *parts]) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dataset, "rows", 0)
        yield folder


def study(*more: Input) -> Study:
    inputs = Inputs(
        level="zcta",
        outlines=Input(dataset="census_zctas_2020", file=Path("zctas.zip")),
        figures=(Input(dataset="zcta_people", file=Path("people.csv")), Input(dataset="bundle_counties"), *more),
        origins="inside",
    )
    return Study(title="t", states=STATES, directories=(Directory(source="nppes_api"),), inputs=inputs)


def test_a_study_of_postal_areas_needs_no_origins_but_a_table_of_pairs(published: Path) -> None:
    with pytest.raises(StudyError, match="states 'MT', 'WY' have no region"):
        read_world(study(), published)
    world = read_world(study(Input(dataset="zcta_counties_2020", file=Path("pairs.txt"))), published)
    nobody = pd.Series(dtype="int64")
    regions = promised(completed(world.regions, nobody, nobody, 5), REGIONS).set_index("region_id")
    bundled = pd.read_parquet(BUNDLE / "us_zctas.parquet").set_index("zcta")
    counties = pd.read_parquet(BUNDLE / "us_counties.parquet", columns=["region_id", "rurality"]).set_index("region_id")
    assert regions.population.sum() == bundled.population[regions.index].sum()
    assert (regions.rurality == bundled.region_id[regions.index].map(counties.rurality)).all()
    assert set(regions.rurality_basis) <= {"wider_area", "assumed"}
    assert (regions.rurality_basis == "wider_area").mean() > 0.9
    assert set(regions.state) == set(STATES)
    assert world.carried == ["zcta_counties_2020: figures of counties to postal areas, by land"]


@pytest.mark.real
def test_every_home_is_in_a_county_of_2020(real_data: Path) -> None:
    file = real_data / "us" / "HUD_ZIP_COUNTY_122020.xlsx"
    name = "hud_zip_counties_2020"
    pairs = read_pairs([Dataset(name, entry_of(ENTRIES / f"{name}.toml"), file)])
    assert pairs is not None
    assert pairs.table.groupby("zcta").share.sum().to_numpy() == pytest.approx(1.0)
    assert not set(pairs.table.county_id) & foreign("counties_2020")
    assert not pairs.table.duplicated(["zcta", "county_id"]).any()
