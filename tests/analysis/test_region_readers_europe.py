"""Readers of European files: outlines and Germany's districts; the real files have their totals."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_region_readers_workbooks import Cell, workbook

from analysis.promise import TableError
from analysis.regions.readers import read_published

OUTLINES = "NUTS_RG_60M_2021_4326_LEVL_3.geojson"
DISTRICTS = "germany_districts_2018.csv"

Region = dict[str, Any]


def region(nuts_id: str, **other: object) -> Region:
    """Return an invented region: a box of a tenth of a degree somewhere in Austria."""
    west = 10.0 + sum(map(ord, nuts_id)) % 50 / 10
    corners = [[west, 47.0], [west + 0.1, 47.0], [west + 0.1, 47.1], [west, 47.1], [west, 47.0]]
    told = {"NUTS_ID": nuts_id, "LEVL_CODE": 3, "CNTR_CODE": nuts_id[:2], "NAME_LATN": f"Anil {nuts_id}"}
    geometry = other.pop("geometry", {"type": "Polygon", "coordinates": [corners]})
    return {"type": "Feature", "geometry": geometry, "properties": told | {"URBN_TYPE": 2} | other}


def outlines(folder: Path, *regions: Region, crs: str = "urn:ogc:def:crs:EPSG::4326") -> Path:
    """Write outlines as GISCO does."""
    file = folder / "outlines.geojson"
    named = {"type": "name", "properties": {"name": crs}}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": regions, "crs": named}), encoding="utf-8")
    return file


def test_outlines_are_read_as_published(tmp_path: Path) -> None:
    file = outlines(tmp_path, region("AT321", URBN_TYPE=3), region("AT323"), region("NO0B1", URBN_TYPE=None))
    given = read_published("nuts_outlines", file, 3)
    assert (given.vintage, given.rows) == ("nuts3_2021", 3)
    assert list(given.table) == ["region_id", "country", "name", "urban_rural", "area_km2", "geometry"]
    assert given.table.region_id.dtype == "str"
    assert given.table.iloc[0][["region_id", "country", "name", "urban_rural"]].tolist() == [
        "AT321",
        "AT",
        "Anil AT321",
        3,
    ]
    # 0.1 degrees of 47.05 north are 11.12 km from south to north and 7.60 km from west to east
    assert given.table.area_km2.tolist() == pytest.approx([84.5] * 3, rel=0.005)
    assert isinstance(given.table, gpd.GeoDataFrame)
    assert given.table.crs.to_epsg() == 4326


def test_a_region_that_is_not_classed_has_no_type(tmp_path: Path) -> None:
    file = outlines(tmp_path, region("AT321", URBN_TYPE=0), region("AT322", URBN_TYPE=1), region("AT323", URBN_TYPE=2))
    types = read_published("nuts_outlines", file).table.urban_rural
    assert types.isna().tolist() == [True, False, False]
    assert types.dropna().tolist() == [1, 2]


def test_outlines_in_metres_come_to_lie_in_the_same_place(tmp_path: Path) -> None:
    plain = read_published("nuts_outlines", outlines(tmp_path, region("AT321"), region("AT322"))).table
    turned = tmp_path / "turned.geojson"
    sources = {"NUTS_ID": plain.region_id, "LEVL_CODE": 3, "CNTR_CODE": "AT", "NAME_LATN": plain.name, "URBN_TYPE": 2}
    in_metres = gpd.GeoDataFrame(sources, geometry=plain.geometry, crs=4326).to_crs(3035)
    in_metres.to_file(turned, driver="GeoJSON", RFC7946="NO")
    again = read_published("nuts_outlines", turned).table
    assert again.geometry.geom_equals_exact(plain.geometry, 1e-6).all()
    assert again.area_km2.tolist() == pytest.approx(plain.area_km2.tolist(), rel=1e-4)


@pytest.mark.parametrize(
    ("regions", "words"),
    [
        ([region("AT32", LEVL_CODE=2)], r"'AT32' \(1 such\) is not of level 3.*name ends in LEVL_3"),
        ([region("AT321"), region("AT321")], r"region_id 'AT321' appears more than once"),
        ([region("AT321", URBN_TYPE=4)], r"region 1: URBN_TYPE is '4' \(1 such\), expected 1, 2, 3, or 0"),
        ([region("AT321", URBN_TYPE="urban")], "region 1: URBN_TYPE is 'urban'"),
        ([region("AT3210")], "NUTS_ID is 'AT3210'"),
        ([region("EEA31")], "NUTS_ID is 'EEA31'"),
        ([region("AT321", geometry=None), region("AT322")], "region AT321 has no area"),
        ([region("AT321", geometry={"type": "Point", "coordinates": [10, 47]})], "region AT321 has no area"),
        ([{"type": "Feature", "geometry": None, "properties": {"NUTS_ID": "AT321"}}], "lacks LEVL_CODE, CNTR_CODE"),
        ([], "lacks NUTS_ID"),
        ([region("HR041"), region("PT1B0")], "several editions of NUTS are mixed: HR041, PT1B0"),
    ],
)
def test_wrong_outlines_are_one_sentence(regions: list[Region], words: str, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=words) as told:
        read_published("nuts_outlines", outlines(tmp_path, *regions))
    assert "\n" not in str(told.value)
    assert "outlines.geojson" in str(told.value)


@pytest.mark.parametrize(
    ("codes", "edition"),
    [
        (["AT321", "AT323"], "nuts3_2021"),
        (["DEG0N", "DEG0P", "DEB1C"], "nuts3_2021"),
        (["DEG0R", "DEB1C"], "nuts3_2024"),
        (["HR041", "DEB1C"], "nuts3_2016"),
        (["DE915", "DEB16"], "nuts3_2013"),
    ],
)
def test_the_edition_is_told_by_the_codes(codes: list[str], edition: str, tmp_path: Path) -> None:
    assert read_published("nuts_outlines", outlines(tmp_path, *map(region, codes))).vintage == edition


DISTRICT_ROWS = (
    "AGS;type;name;NUTS3;area_km2;population;population_male;population_female;population_per_km2\n"
    "01001;Kreisfreie Stadt;Añil, Stadt;DEF01;50.5;120;50;70;2\n"
    "16077;Landkreis;Bare Land;DEG0M;500;90;45;45;0\n"
)


def districts(folder: Path, text: str = DISTRICT_ROWS) -> Path:
    """Write an invented list of districts."""
    file = folder / "districts.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_districts_are_read_with_their_zeros(tmp_path: Path) -> None:
    given = read_published("germany_districts", districts(tmp_path), 2)
    assert (given.vintage, given.rows) == ("nuts3_2021", 2)
    assert given.table.iloc[0].to_dict() == {
        "region_id": "DEF01",
        "ags": "01001",
        "name": "Añil, Stadt",
        "kind": "Kreisfreie Stadt",
        "area_km2": 50.5,
        "population": 120,
        "population_male": 50,
        "population_female": 70,
    }
    lost = districts(tmp_path, DISTRICT_ROWS.replace("01001", "1001"))
    assert read_published("germany_districts", lost).table.ags.tolist() == ["01001", "16077"]


def test_an_empty_cell_of_a_district_is_missing(tmp_path: Path) -> None:
    table = read_published("germany_districts", districts(tmp_path, DISTRICT_ROWS.replace(";120;", ";;"))).table
    assert table.population.isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("DEF01", "DEF0", "row 2: NUTS3 is 'DEF0'"),
        ("DEF01", "DEG0M", "region_id 'DEG0M' appears more than once"),
        ("01001", "16077", "ags '16077' appears more than once"),
        ("01001", "01O01", "AGS is '01O01'"),
        (";120;", ";121;", "men and women of DEF01 are 120, its people 121"),
        (";120;", ";many;", "population is 'many'"),
        (";50.5;", ";50,5;", "area_km2 is '50,5'"),
        ("NUTS3", "NUTS", "lacks column NUTS3"),
        (";2\n", "\n", "row 2: 8 cells, expected 9"),
    ],
)
def test_a_wrong_district_is_named(old: str, new: str, words: str, tmp_path: Path) -> None:
    assert old in DISTRICT_ROWS
    with pytest.raises(TableError, match=words):
        read_published("germany_districts", districts(tmp_path, DISTRICT_ROWS.replace(old, new, 1)))


def kreise(folder: Path, rows: list[list[Cell]], head: str = "NUTS3") -> Path:
    """Write a workbook in the form of Destatis' list: six rows of head, states and sums between the districts."""
    names: list[Cell] = [
        "Schlüssel-nummer",
        "Regionale Bezeichnung",
        "",
        head,
        "Fläche in km2",
        "Bevölkerung",
        "",
        "",
        "",
    ]
    blank: list[Cell] = [""] * 9
    title: list[Cell] = ["Kreisfreie Städte und Landkreise", *blank[1:]]
    top: list[list[Cell]] = [title, blank, blank, names, blank, [*map(str, range(1, 10))]]
    return workbook(folder / "04-kreise.xlsx", {"Inhalt": [["x"]], "Kreisfreie Städte u. Landkreise": [*top, *rows]})


def test_the_workbook_of_districts_gives_what_the_text_gives(tmp_path: Path) -> None:
    file = kreise(
        tmp_path,
        [
            ["01", "", "Schleswig-Holstein", "", 50.5, 120, 50, 70, 2],
            ["01001", "Kreisfreie Stadt", "Añil, Stadt", "DEF01", 50.5, 120, 50, 70, 2],
            ["", "Zusammen", "", "", 50.5, 120, 50, 70, 2],
            ["16077", "Landkreis", "Bare Land", "DEG0M", 500, 90, 45, 45, 0],
            ["Insgesamt", "", "", "", 550.5, 210, 95, 115, 0],
            ["a note", "", "", "", "", "", "", "", ""],
        ],
    )
    given = read_published("germany_districts_workbook", file, 2)
    text = read_published("germany_districts", districts(tmp_path))
    pd.testing.assert_frame_equal(given.table, text.table)
    assert (given.vintage, given.rows) == (text.vintage, text.rows)


@pytest.mark.parametrize(("head", "words"), [("NUTS3", "has a head but no districts"), ("NUTS", "lacks column NUTS3")])
def test_a_workbook_without_districts_is_refused(head: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=words):
        read_published("germany_districts_workbook", kreise(tmp_path, [["01", *[""] * 8]], head))


READERS: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "outlines": ("nuts_outlines", lambda folder: outlines(folder, region("AT321"), region("AT322"))),
    "districts": ("germany_districts", districts),
}


@pytest.mark.parametrize("kind", READERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(part=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_anywhere_is_refused(kind: str, part: float, tmp_path: Path) -> None:
    reader, write = READERS[kind]
    file = write(tmp_path)
    whole = file.read_bytes().rstrip(b"\r\n")
    rows = read_published(reader, file).rows
    cut = tmp_path / f"cut{file.suffix}"
    cut.write_bytes(whole[: round(part * len(whole) - 0.5)])
    with pytest.raises(TableError, match=r"cut\.") as told:
        read_published(reader, cut, rows)
    assert "\n" not in str(told.value)


@pytest.mark.real
def test_the_real_outlines_have_every_region_of_2021(real_data: Path) -> None:
    given = read_published("nuts_outlines", real_data / "eu" / OUTLINES, 1_514)
    assert (given.vintage, given.rows) == ("nuts3_2021", 1_514)
    table = given.table.set_index("region_id")
    assert table.country.value_counts()[["DE", "AT"]].tolist() == [401, 35]
    assert table.index[table.urban_rural.isna()].tolist() == ["NO0B1"]  # Jan Mayen, where nobody lives
    assert table.geometry.is_valid.all()
    by_country = table.groupby("country").area_km2.sum()
    assert by_country["DE"] == pytest.approx(357_575, rel=0.008)  # the sum of the districts' official areas
    assert by_country["AT"] == pytest.approx(83_880, rel=0.008)


@pytest.mark.real
def test_the_real_districts_are_the_german_regions_and_hold_everybody(real_data: Path) -> None:
    districts = read_published("germany_districts", real_data / "eu" / DISTRICTS, 401)
    regions = read_published("nuts_outlines", real_data / "eu" / OUTLINES).table.set_index("region_id")
    assert (districts.vintage, districts.rows) == ("nuts3_2021", 401)
    assert districts.table.population.sum() == 83_019_213
    germany = regions[regions.country == "DE"]
    assert set(districts.table.region_id) == set(germany.index)
    assert germany.urban_rural.value_counts().sort_index().tolist() == [95, 196, 110]
    people = districts.table.set_index("region_id").population.groupby(germany.urban_rural).sum()
    assert people.tolist() == [36_157_430, 33_871_219, 12_990_564]


@pytest.mark.real
@pytest.mark.parametrize(("name", "reader"), [(OUTLINES, "nuts_outlines"), (DISTRICTS, "germany_districts")])
def test_a_real_file_cut_anywhere_is_refused(name: str, reader: str, real_data: Path, tmp_path: Path) -> None:
    content = (real_data / "eu" / name).read_bytes()
    rows = read_published(reader, real_data / "eu" / name).rows
    for share in (0.1, 0.5, 0.9, 0.9999):
        cut = tmp_path / name
        cut.write_bytes(content[: int(share * len(content))])
        with pytest.raises(TableError, match=r"download|cut short"):
            read_published(reader, cut, rows)
