"""Joins by code across vintages: the figures are called assumed, the provenance counts what found no partner."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from analysis.country import country
from analysis.regions.assemble import read_world
from analysis.regions.catalog import Dataset
from analysis.regions.figures import indicators
from analysis.regions.origins import Ground
from analysis.regions.published import Figures
from analysis.regions.units import Keyed, crossing, is_assumed, keyed
from analysis.regions.vintage import Read
from analysis.study import Directory, Inputs, Study, StudyError


def ground(unit: str, ids: list[str], vintage: str) -> Ground:
    origins = pd.DataFrame({"origin_id": ids, "region_id": ids, unit: ids, "population": 10.0})
    origins = origins.assign(latitude=0.0, longitude=0.0)
    return Ground(pd.Index(ids, name="region_id"), unit, vintage, origins, {unit: vintage})


def brought(reader: str, read: Read, on: Ground, code: str = "US") -> tuple[pd.DataFrame, list[str]]:
    return indicators([Figures(f"some_{reader}", reader, one) for one in keyed(read)], on, country(code), 0.9)


def areas(vintage: str) -> Read:
    table = pd.DataFrame({"zcta": ["59301", "59302"], "ruca": [4, 10]})
    return Read(table, vintage, 2)


AREAS = ground("zcta", ["59301", "59302", "59303"], "zctas_2020")


def test_postal_areas_of_another_census_are_assumed_to_be_the_same() -> None:
    told, carried = brought("bundle_zctas", areas("zctas_2010"), AREAS)
    assert told.ruca.tolist()[:2] == [4, 10]
    assert told.ruca_basis.tolist()[:2] == ["assumed", "assumed"]
    assert carried == ["some_bundle_zctas: zctas_2010 to zctas_2020, by code (1 of 3 places have no such code)"]
    told, carried = brought("bundle_zctas", areas("zctas_2020"), AREAS)
    assert told.ruca_basis.tolist()[:2] == ["measured", "measured"]
    assert carried == []


def test_what_is_made_of_areas_of_another_census_is_assumed_too() -> None:
    origins = AREAS.origins.assign(region_id="56001", county="56001")[:2]
    vintages = {"zcta": "zctas_2020", "county": "counties_2020"}
    on = Ground(pd.Index(["56001"], name="region_id"), "county", "counties_2020", origins, vintages)
    assert brought("bundle_zctas", areas("zctas_2010"), on)[0].ruca_basis.tolist() == ["assumed"]
    assert brought("bundle_zctas", areas("zctas_2020"), on)[0].ruca_basis.tolist() == ["measured"]


def regions(codes: list[str], vintage: str) -> Read:
    table = pd.DataFrame({"region_id": codes, "urban_rural": 2, "population": 100})
    return Read(table, vintage, len(codes))


GERMAN = [f"DE1{first}{second}" for first in "12345" for second in "1234567"]


def test_regions_of_another_edition_are_assumed_and_refused_if_many_have_other_codes() -> None:
    on = ground("nuts3", GERMAN, "nuts3_2024")
    told, carried = brought("nuts_outlines", regions(GERMAN, "nuts3_2021"), on, "DE")
    assert set(told.rurality_basis) == {"assumed"}
    assert carried == ["some_nuts_outlines: nuts3_2021 to nuts3_2024, by code (0 of 35 places have no such code)"]
    abroad = [f"FR{number:03}" for number in range(200)]  # another country's codes say nothing
    renamed = ["DEZ01", *GERMAN[1:], *abroad]
    told, carried = brought("nuts_outlines", regions(renamed, "nuts3_2021"), on, "DE")
    assert told.rurality.isna().tolist() == [True] + [False] * 34
    assert "(1 of 35 places have no such code)" in carried[0]
    many = [*GERMAN[:30], *(f"DEZ{number:02}" for number in range(5))]
    with pytest.raises(
        StudyError, match=r"follows nuts3_2021, the study's regions nuts3_2024: 10 of 40 codes, such as"
    ):
        brought("nuts_outlines", regions(many, "nuts3_2021"), on, "DE")
    assert len(brought("nuts_outlines", regions(many, "nuts3_2024"), on, "DE")[0]) == 35  # of one edition some may lack


def test_a_tenth_of_other_codes_is_not_yet_another_classification() -> None:
    nine = GERMAN[:9]
    on = ground("nuts3", nine, "nuts3_2024")
    carried = brought("nuts_outlines", regions([*nine, "DEZ01"], "nuts3_2021"), on, "DE")[1]  # 1 of 10
    assert len(carried) == 1
    with pytest.raises(StudyError, match="2 of 11 codes"):
        brought("nuts_outlines", regions([*nine, "DEZ01", "DEZ02"], "nuts3_2021"), on, "DE")


def designations() -> Read:
    rows = [
        ("tract", "56003", "56003000100"),
        ("tract", "56003", "56003990001"),  # a number that no tract of today has
        ("tract", "09001", "09001010101"),
        ("tract", "09190", "09190010101"),  # the same tract by its newer id
        ("tract", "30001", "30001000100"),  # another state's
    ]
    table = pd.DataFrame(rows, columns=["component", "county_id", "tract_id"])
    return Read(table.assign(hpsa_id=[str(number) for number in range(len(rows))]), "counties_several", len(rows))


def test_a_list_of_several_years_is_counted_and_names_a_tract_once() -> None:
    on = ground("tract", ["56003000100", "09190010101"], "tracts_2022")
    told, carried = brought("hpsa", designations(), on)
    assert told.mental_hpsa.tolist() == ["whole", "whole"]
    assert told.mental_hpsa_basis.tolist() == ["assumed", "assumed"]
    assert (
        carried[0] == "some_hpsa: tracts_several to tracts_2022, by code (1 of 3 listed tracts are none of the study's)"
    )


@pytest.mark.parametrize("region", ["09001010101", "09190010101"])
def test_a_tract_listed_by_its_older_id_is_found_by_either(region: str) -> None:
    older = designations()
    older = replace(older, table=older.table[older.table.tract_id == "09001010101"])
    on = ground("tract", [region], "tracts_2022")
    on = replace(on, origins=on.origins.assign(tract="09190010101"))
    told, carried = brought("hpsa", older, on)
    assert told.mental_hpsa.tolist() == ["whole"]
    assert "(0 of 1 listed tracts are none of the study's)" in carried[0]


@pytest.mark.parametrize(
    ("unit", "here", "there", "how"),
    [
        ("county", "counties_2020", "counties_2022", "by people"),
        ("tract", "tracts_2020", "tracts_2022", "by number"),
        ("tract", "tracts_2010", "tracts_2022", "by land"),
        ("tract", "tracts_several", "tracts_2022", "by code"),
        ("zcta", "zctas_2010", "zctas_2020", "by code"),
        ("nuts3", "nuts3_2021", "nuts3_2024", "by code"),
        ("zcta", "zctas_2020", "zctas_2020", ""),
    ],
)
def test_every_crossing_says_how(unit: str, here: str, there: str, how: str) -> None:
    one = Keyed(pd.DataFrame(), unit, here)
    assert crossing(one, there) == how
    assert is_assumed(one, there) == (how in {"by land", "by code"})


@pytest.mark.parametrize(("last", "basis"), [("DE133", "measured"), ("DEG0Q", "assumed")])
def test_people_of_another_edition_are_assumed(tmp_path: Path, last: str, basis: str) -> None:
    codes = [*GERMAN[:14], last]  # DEG0Q is a district of Thuringia that the edition of 2024 brought
    shapes = [box(10 + number, 50, 11 + number, 51) for number in range(len(codes))]
    columns = {"NUTS_ID": codes, "LEVL_CODE": 3, "CNTR_CODE": "DE", "NAME_LATN": codes, "URBN_TYPE": 2}
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(tmp_path / "outlines.geojson")
    rows = [f"{number:05};Kreis;Invented;{code};100;300;100;200" for number, code in enumerate(codes[:14])]
    head = "AGS;type;name;NUTS3;area_km2;population;population_male;population_female"
    (tmp_path / "districts.csv").write_text("\n".join([head, *rows]) + "\n")
    files = {"dataset": "nuts3_outlines_2024", "file": "outlines.geojson"}
    people = {"dataset": "germany_districts_2018", "file": "districts.csv"}
    told = {"level": "nuts3", "outlines": files, "figures": [people, files], "origins": "inside"}
    study = Study(
        title="t", country="DE", directories=(Directory(source="overpass"),), inputs=Inputs.model_validate(told)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dataset, "rows", 0)
        world = read_world(study, tmp_path)
    assert set(world.regions.population_basis) == {basis}
    assert world.regions.population.sum() == 14 * 300


@pytest.mark.real
def test_places_by_postal_area_of_2010_makes_the_counties_places_itself_tells(real_data: Path) -> None:
    areas_2022 = {"dataset": "places_zctas", "file": "us/PLACES_zcta_2022_release.csv"}
    counties_2024 = {"dataset": "places_counties", "file": "us/PLACES_county_2024_release.csv"}
    worlds = []
    for figures in (areas_2022, counties_2024):
        inputs = Inputs.model_validate({"figures": [figures, {"dataset": "bundle_counties"}]})
        study = Study(title="t", directories=(Directory(source="nppes_api"),), inputs=inputs)
        worlds.append(read_world(study, real_data))
    made, own = (world.regions.set_index("region_id") for world in worlds)
    is_known = made.frequent_mental_distress_share_basis == "assumed"
    assert is_known.sum() > 3_100  # the others lack figures for too many of their people
    assert "measured" not in set(made.frequent_mental_distress_share_basis)
    big = own.index[(own.population > 100_000) & is_known[own.index]]
    share, told = (one.frequent_mental_distress_share[big] for one in (made, own))
    assert (share - told).abs().median() < 0.02  # two years lie between the surveys
    assert share.corr(told) > 0.8
    assert "zctas_2010 to zctas_2020, by code" in worlds[0].carried[0]
