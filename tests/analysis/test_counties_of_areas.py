"""Figures of counties in postal areas whose origins do not say the county: by a table of pairs the study names."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from test_region_readers_workbooks import workbook

from analysis.country import country
from analysis.promise import promised
from analysis.regions.assemble import World, completed, read_world
from analysis.regions.catalog import BUNDLE, Dataset, entry_of
from analysis.regions.catalog import CATALOG as ENTRIES
from analysis.regions.figures import _weights, indicators
from analysis.regions.joins import places_of
from analysis.regions.origins import Ground
from analysis.regions.pairs import Pairs, _among, _by_homes, read_pairs, with_counties
from analysis.regions.published import Figures
from analysis.regions.readers import read_published
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
    on, telling = with_counties(areas(), [PAIRS])
    assert [one.said for one in telling] == ["some_pairs: figures of counties to postal areas, by land"]
    found = indicators([of_counties(no_vehicle_share=[0.1, 0.2])], on, country("US"), 0.9)[0]
    # six tenths of .1 and four of .2; nobody knows in which county the third area lies
    assert found.no_vehicle_share[:2].tolist() == pytest.approx([0.14, 0.1])
    assert found.no_vehicle_share_basis[:2].tolist() == ["wider_area", "wider_area"]
    assert pd.isna(found.no_vehicle_share["59003"])


def test_an_area_that_holds_a_county_is_not_measured_by_it() -> None:
    alone = replace(areas(), origins=areas().origins[:1], region_ids=pd.Index(["59001"], name="region_id"))
    on, _ = with_counties(alone, [PAIRS])
    found = indicators([of_counties(no_vehicle_share=[0.1, 0.2])], on, country("US"), 0.9)[0]
    assert found.no_vehicle_share_basis.tolist() == ["assumed"]  # that its parts are alike is what is assumed


def test_nobody_is_lost_where_areas_are_divided() -> None:
    on, _ = with_counties(areas(), [PAIRS])
    people = _weights(on, "county").groupby("region_id").people.sum()
    assert people.to_dict() == pytest.approx({"59001": 100.0, "59002": 50.0, "59003": 10.0})
    assert on.origins.county.tolist()[:2] == [FIRST, FIRST]


def test_counties_of_areas_outside_of_the_study_are_none_of_its_places() -> None:
    beyond = pd.DataFrame({"zcta": ["59999"], "county_id": ["30005"], "share": [1.0]})
    on, _ = with_counties(areas(), [replace(PAIRS, table=pd.concat([PAIRS.table, beyond]))])
    assert set(places_of(on, "county")) == {FIRST, SECOND}


def test_what_origins_say_themselves_stays() -> None:
    own = areas(county=[SECOND, SECOND, SECOND])
    assert with_counties(own, [PAIRS]) == (own, [])
    assert with_counties(areas(), [])[1] == []
    counties = replace(areas(), origins=areas().origins.drop(columns="zcta"))
    assert with_counties(counties, [PAIRS]) == (counties, [])


def test_a_county_that_no_list_names_has_no_designation_in_any_of_its_areas() -> None:
    on, _ = with_counties(areas(), [PAIRS])
    table = pd.DataFrame({"mental_hpsa": ["whole"]}, index=pd.Index([FIRST], name="county_id"))
    listed = Figures("some_list", "hpsa", Keyed(table, "county", "counties_2020"))
    found = indicators([listed], on, country("US"), 0.9)[0].mental_hpsa
    assert found[:2].tolist() == ["part", "whole"]


def homes(*rows: tuple[str, str, float | None, float]) -> pd.DataFrame:
    columns = ["zip", "county_id", "residential_share", "total_share"]
    read = Read(pd.DataFrame(rows, columns=columns).astype({"residential_share": float}), "counties_2013", 1)
    return _among(_by_homes(read), "counties_2013", "counties_2020")


def test_homes_go_to_the_counties_of_2020() -> None:
    told = homes(
        ("57764", "46113", 0.7, 0.6),
        ("57764", "46007", 0.3, 0.4),
        ("99686", "02261", 1.0, 1.0),
        ("24523", "51515", 0.3, 0.3),
        ("24523", "51019", 0.7, 0.7),
        ("59001", "30001", None, 0.8),
        ("59001", "30003", None, 0.2),
    ).set_index(["zcta", "county_id"])
    assert told.share["57764"].to_dict() == {"46007": 0.3, "46102": 0.7}  # a county that was renamed
    assert told.share["59001"].to_dict() == {"30001": 0.8, "30003": 0.2}  # no home: all addresses
    assert set(told.share["99686"].index) == {"02063", "02066"}  # a county that was divided
    assert told.share["24523"].to_dict() == pytest.approx({"51019": 1.0})  # two that were joined
    assert told.groupby("zcta").share.sum().to_numpy() == pytest.approx(1.0)


def at_hand(dataset: str, file: Path) -> Dataset:
    return Dataset(dataset, entry_of(ENTRIES / f"{dataset}.toml"), file)


def write_homes(file: Path, *rows: tuple[str, str, float]) -> Path:
    """Write shares of homes in the form of HUD's workbook: ZIP code, county, share."""
    head = ["ZIP", "COUNTY", "RES_RATIO", "BUS_RATIO", "OTH_RATIO", "TOT_RATIO"]
    return workbook(file, {"ZIP_COUNTY": [list(head), *([*row, row[2], 0, row[2]] for row in rows)]})


def write_land(file: Path, *rows: tuple[str, str, int]) -> Path:
    """Write parts in the form of the Census Bureau's relationship of 2020: postal area, county, land in m2."""
    head = "OID_ZCTA5_20|GEOID_ZCTA5_20|NAMELSAD_ZCTA5_20|OID_COUNTY_20|GEOID_COUNTY_20|AREALAND_PART|AREAWATER_PART"
    parts = [f"1|{zcta}|Z|2|{county}|{land}|0" for zcta, county, land in rows]
    file.write_text("\n".join([head, *parts]) + "\n")
    return file


@pytest.fixture
def _of_some_areas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files of some areas pass."""
    monkeypatch.setattr(Dataset, "rows", 0)


@pytest.mark.usefixtures("_of_some_areas")
def test_a_later_table_of_pairs_adds_the_areas_that_the_first_lacks(tmp_path: Path) -> None:
    homes_of = write_homes(tmp_path / "homes.xlsx", ("59001", FIRST, 0.9), ("59001", SECOND, 0.1), ("59002", FIRST, 1))
    land_of = write_land(tmp_path / "land.txt", ("59001", SECOND, 7), ("59003", FIRST, 3), ("59003", SECOND, 1))
    pairs = read_pairs([at_hand("hud_zip_counties_2020", homes_of), at_hand("zcta_counties_2020", land_of)])
    on, telling = with_counties(areas(), pairs)
    assert [one.dataset for one in telling] == ["hud_zip_counties_2020", "zcta_counties_2020"]
    assert on.counties_of_areas is not None
    shares = on.counties_of_areas.set_index(["zcta", "county_id"]).share
    assert shares["59001"].to_dict() == {FIRST: 0.9, SECOND: 0.1}  # the first stays as it is
    assert shares["59003"].to_dict() == {FIRST: 0.75, SECOND: 0.25}
    assert on.origins.county.tolist() == [FIRST, FIRST, FIRST]
    assert shares.groupby("zcta").sum().to_numpy() == pytest.approx(1.0)


@pytest.mark.usefixtures("_of_some_areas")
def test_a_county_that_only_touches_an_area_is_none_of_its_counties(tmp_path: Path) -> None:
    homes_of = write_homes(tmp_path / "homes.xlsx", ("59001", FIRST, 1), ("59001", SECOND, 0))
    land_of = write_land(tmp_path / "land.txt", ("59002", FIRST, 0), ("59002", SECOND, 3))
    pairs = read_pairs([at_hand("hud_zip_counties_2020", homes_of), at_hand("zcta_counties_2020", land_of)])
    assert [one.table.county_id.tolist() for one in pairs] == [[FIRST], [SECOND]]


@pytest.mark.usefixtures("_of_some_areas")
def test_pairs_of_the_planning_regions_say_so_and_take_others_with_them(tmp_path: Path) -> None:
    newer = write_homes(tmp_path / "homes.xlsx", ("06001", "09110", 1), ("59001", FIRST, 1))
    older = write_land(tmp_path / "land.txt", ("06001", "09003", 1), ("06002", "09003", 1))
    pairs = read_pairs([at_hand("hud_zip_counties_2020", newer), at_hand("zcta_counties_2020", older)])
    assert {one.vintage for one in pairs} == {"counties_2022"}
    table = pd.concat([one.table for one in pairs])
    assert not set(table.county_id) & foreign("counties_2022")
    assert table[table.zcta == "06001"].county_id.tolist() == ["09110"]
    assert table.groupby("zcta").share.sum().to_numpy() == pytest.approx(1.0)
    on, _ = with_counties(areas(), pairs)
    assert on.vintages["county"] == "counties_2022"
    alone = read_pairs([at_hand("zcta_counties_2020", older)])
    assert with_counties(areas(), alone)[0].vintages["county"] == "counties_2020"


@pytest.mark.usefixtures("_of_some_areas")
def test_figures_reach_areas_of_the_planning_regions(tmp_path: Path) -> None:
    newer = write_homes(tmp_path / "homes.xlsx", ("59001", "09110", 1), ("59002", "09190", 1))
    on, _ = with_counties(areas(), read_pairs([at_hand("hud_zip_counties_2020", newer)]))
    table = pd.DataFrame({"no_vehicle_share": [0.1, 0.2]}, index=pd.Index(["09110", "09190"], name="county_id"))
    figures = [Figures("some_counties", "county_table", Keyed(table, "county", "counties_2022"))]
    assert indicators(figures, on, country("US"), 0.9)[0].no_vehicle_share[:2].tolist() == [0.1, 0.2]


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
    land_of = [(str(zcta), county, 1_000_000) for zcta, county in bundled.region_id.items()]
    write_land(folder / "pairs.txt", *land_of)
    write_homes(folder / "homes.xlsx", *((zcta, county, 1.0) for zcta, county, _ in land_of[3:]))
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
    with pytest.raises(
        StudyError, match=r"nothing tells in which county region 5.*told by origins; name zcta_counties_2020"
    ):
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


HOMES = Input(dataset="hud_zip_counties_2020", file=Path("homes.xlsx"))
LAND = Input(dataset="zcta_counties_2020", file=Path("pairs.txt"))


@pytest.mark.parametrize("states", [STATES, ()])
def test_people_in_areas_that_no_table_of_pairs_lists_are_a_fault(published: Path, states: tuple[str, ...]) -> None:
    some = study(HOMES).model_copy(update={"states": states})
    with pytest.raises(
        StudyError,
        match=r"region 59001, 59002, 59003 \(3 such, 2,939 people\) .* not told by hud_zip_counties_2020; name zcta_",
    ):
        read_world(some, published)
    whole, by_land = (read_world(study(*pairs), published) for pairs in ((HOMES, LAND), (LAND,)))
    assert whole.regions.population.sum() == by_land.regions.population.sum()
    assert [word.split(":")[0] for word in whole.carried] == ["hud_zip_counties_2020", "zcta_counties_2020"]


def test_types_of_places_need_people_of_the_same_counties_as_the_pairs(published: Path, tmp_path: Path) -> None:
    for name in ("zctas.zip", "people.csv", "pairs.txt"):
        (tmp_path / name).symlink_to(published / name)
    counties = pd.read_parquet(BUNDLE / "us_counties.parquet", columns=["region_id", "state"])
    rows = [f"{code},100,80,20,10,5,50,1" for code in counties.region_id[counties.state.isin(STATES)]]
    head = "fips,pop_2023,pop_18plus,pop_65plus,pop_5_13,pop_14_17,land_sqkm,rucc_2023"
    (tmp_path / "county.csv").write_text("\n".join([head, *rows]) + "\n")
    by_land = read_published("zcta_counties", published / "pairs.txt").table[["zcta", "county_id", "land_share"]]
    write_homes(tmp_path / "homes.xlsx", ("06001", "09110", 1), *by_land.itertuples(index=False, name=None))
    newer = Input(dataset="county_table_2023", file=Path("county.csv"))

    def built(*figures: Input) -> World:
        people = study().inputs.figures[0]
        inputs = study().inputs.model_copy(update={"figures": (people, *figures)})
        return read_world(study().model_copy(update={"inputs": inputs}), tmp_path)

    older = Input(dataset="bundle_counties")
    with pytest.raises(
        StudyError, match=r"lie in counties_2020, .* \(counties_2022 are counted\), .* name bundle_counties"
    ):
        built(newer, LAND)
    with pytest.raises(
        StudyError, match=r"lie in counties_2022, .* \(counties_2020 are counted\), .* name county_table_2"
    ):
        built(older, HOMES)
    both, of_2022 = built(newer, LAND, older), built(newer, HOMES)
    assert both.regions.population.sum() == of_2022.regions.population.sum()
    assert set(of_2022.regions.place_type) == {"ceac"}  # 100 people on 50 km2 of each county


def test_an_area_without_anybody_that_no_table_lists_is_left_out(published: Path, tmp_path: Path) -> None:
    for name in ("zctas.zip", "homes.xlsx"):
        (tmp_path / name).symlink_to(published / name)
    drawn = gpd.read_file(published / "zctas.zip").ZCTA5CE20
    listed = set(read_published("hud_zip_counties", published / "homes.xlsx").table.zip)
    people = (published / "people.csv").read_text().splitlines()
    unlisted = sorted(set(drawn) - listed)
    nobody = [f'"{zcta}","ZCTA5 {zcta}",0,0' for zcta in unlisted]
    kept = [line for line in people if line[1:6] not in unlisted]
    (tmp_path / "people.csv").write_text("\n".join([*kept, *nobody]) + "\n")
    for states in (STATES, ()):
        world = read_world(study(HOMES).model_copy(update={"states": states}), tmp_path)
        assert set(world.regions.region_id) == listed
        assert set(world.regions.state) == set(STATES)


@pytest.mark.real
def test_every_home_is_in_a_county_of_2020(real_data: Path) -> None:
    (pairs,) = read_pairs([at_hand("hud_zip_counties_2020", real_data / "us" / "HUD_ZIP_COUNTY_122020.xlsx")])
    assert (pairs.table.share > 0).all()
    assert pairs.table.groupby("zcta").share.sum().to_numpy() == pytest.approx(1.0)
    assert not set(pairs.table.county_id) & foreign("counties_2020")
    assert not pairs.table.duplicated(["zcta", "county_id"]).any()


@pytest.mark.real
def test_postal_areas_that_are_no_zip_code_are_as_many_as_the_catalogue_says(real_data: Path) -> None:
    (pairs,) = read_pairs([at_hand("hud_zip_counties_2020", real_data / "us" / "HUD_ZIP_COUNTY_122020.xlsx")])
    people = read_published("zcta_people", real_data / "us" / "ACS_ZCTA_Total_Populations.csv").table
    unlisted = people[~people.zcta.isin(pairs.table.zcta)]
    assert (len(unlisted), unlisted.population.sum()) == (70, 40_268)
    note = entry_of(ENTRIES / "hud_zip_counties_2020.toml")["note"]
    assert f"{len(unlisted)} are none of its ZIP codes ({unlisted.population.sum():,} people" in note
