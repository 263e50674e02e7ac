"""Readers of published text files: ids keep their zeros, missing stays missing, and a wrong file is one sentence."""

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from analysis.promise import TableError
from analysis.regions import readers
from analysis.regions.readers import _published, found, names, read_published


@dataclass(frozen=True)
class Invented:
    """A small invented file in the layout of a published one, and what must come of it."""

    reader: str
    text: str
    vintage: str
    rows: int
    first: dict[str, Any]
    encoding: str = "utf-8"


_SVI_CODES = (
    "POV150 UNEMP HBURD NOHSDP UNINSUR AGE65 AGE17 DISABL SNGPNT LIMENG MINRTY MUNIT MOBILE CROWD NOVEH GROUPQ NOINT"
)
_SVI_PAIRS = [f"{kind}_{code}" for code in _SVI_CODES.split() for kind in ("EP", "MP")]
_AHRF_TOUCHING = ",".join(f"contgs_cnty_num{number:02}" for number in range(1, 15))
_AHRF_HPSA = ",".join(f"hpsa_{kind}_{year}" for kind in ("mentl_hlth", "prim_care", "dent") for year in (25, 24))

CASES = [
    Invented(
        "rucc_2023",
        "FIPS,State,County_Name,Attribute,Value\n"
        "1001,AL,Añil County,Population_2020,120\n1001,AL,Añil County,RUCC_2023,2\n"
        '1001,AL,Añil County,Description,"Metro, small"\n60030,AS,Rose Island,Population_2020,0\n'
        "60030,AS,Rose Island,Description,Not Applicable\n",
        "counties_2022",
        5,
        {"county_id": "01001", "name": "Añil County", "population_2020": 120, "rucc_2023": 2},
        encoding="latin-1",
    ),
    Invented(
        "svi",
        f"ST_ABBR,COUNTY,FIPS,AREA_SQMI,E_TOTPOP,M_TOTPOP,E_HH,M_HH,{','.join(_SVI_PAIRS)},RPL_THEMES\n"
        f"AL,Anil County,1001,10,120,0,50,3,{','.join(['10.5', '1.5'] * 17)},0.25\n"
        f"TX,Bare County,48999,10,120,0,-999,-999,{','.join(['-999', '-999'] * 17)},-999\n",
        "counties_2022",
        2,
        {"county_id": "01001", "no_internet_share": 0.105, "no_internet_share_margin": 0.015, "households": 50},
    ),
    Invented(
        "places",
        "StateAbbr,CountyName,CountyFIPS,TotalPopulation,TotalPop18plus,MHLTH_CrudePrev,MHLTH_Crude95CI,"
        "FOODSTAMP_CrudePrev,FOODSTAMP_Crude95ci,Geolocation\n"
        'AL,Anil,1001,"1,120",900,17.5,"( 9.4, 18.2)",,,POINT (-86.5 32.25)\n',
        "counties_2022",
        1,
        {
            "county_id": "01001",
            "population": 1120,
            "latitude": 32.25,
            "mhlth_crude_share": 0.175,
            "mhlth_crude_low_share": 0.094,
            "mhlth_crude_high_share": 0.182,
        },
    ),
    Invented(
        "places",
        'ZCTA5,TotalPopulation,MHLTH_CrudePrev,MHLTH_Crude95CI\n601,120,17.5,"(16.0, 18.2)"\n',
        "zctas_2010",
        1,
        {"zcta": "00601", "population": 120, "mhlth_crude_share": 0.175},
    ),
    Invented(
        "svi",
        f"ST_ABBR,COUNTY,FIPS,AREA_SQMI,E_TOTPOP,M_TOTPOP,E_HH,M_HH,{','.join(_SVI_PAIRS)},RPL_THEMES\n"
        f"AL,Anil County,1001020100,10,120,0,50,3,{','.join(['10.5', '1.5'] * 17)},0.25\n",
        "tracts_2022",
        1,
        {"tract_id": "01001020100", "county_id": "01001", "no_vehicle_share": 0.105},
    ),
    Invented(
        "places",
        "StateAbbr,CountyName,CountyFIPS,TractFIPS,TotalPopulation,TotalPop18plus,MHLTH_CrudePrev,MHLTH_Crude95CI,"
        'Geolocation\nCT,Anil,9001,9001010101,120,90,17.5,"( 9.4, 18.2)",POINT (-73.5 41.25)\n',
        "tracts_2020",
        1,
        {"tract_id": "09001010101", "county_id": "09001", "mhlth_crude_share": 0.175},
    ),
    Invented(
        "places",
        "StateAbbr,CountyName,CountyFIPS,TractFIPS,TotalPopulation,TotalPop18plus,MHLTH_CrudePrev,MHLTH_Crude95CI,"
        'Geolocation\nCT,Anil,9001,9001020100,120,90,17.5,"( 9.4, 18.2)",POINT (-73.5 41.25)\n',
        "tracts_2010",  # Connecticut's tract 201 has ended since
        1,
        {"tract_id": "09001020100", "county_id": "09001", "mhlth_crude_share": 0.175},
    ),
    Invented(
        "places",
        'ZCTA5,TotalPopulation,MHLTH_CrudePrev,MHLTH_Crude95CI\n75072,120,17.5,"(16.0, 18.2)"\n',
        "zctas_2020",  # an area that the census of 2010 has not
        1,
        {"zcta": "75072", "population": 120, "mhlth_crude_share": 0.175},
    ),
    Invented(
        "herop_ruca_2020",
        "HEROP_ID,Ruca1,Ruca2,Rurality\r\n140US01001020100,4,4.1,Suburban\r\n140US01003990000,99,99,Rural\r\n",
        "tracts_2022",
        2,
        {"tract_id": "01001020100", "county_id": "01001", "ruca_primary": 4, "ruca_secondary": "4.1"},
    ),
    Invented(
        "herop_internet_2023",
        '"GEOID","CompHhlds","CompHhldsP","BbndInternetP","HEROP_ID"\n'
        '"01001020100",661,98.5,97.5,"140US01001020100"\n"01003990000",0,NA,NA,"140US01003990000"\n',
        "tracts_2022",
        2,
        {"tract_id": "01001020100", "computer_households": 661, "broadband_share": 0.975},
    ),
    Invented(
        "herop_commuting_2023",
        '"GEOID","NoVehHHld","CommTransit","CommWalking","HEROP_ID"\n'
        '"01001020100",5.5,0,0.5,"140US01001020100"\n"01003990000",NA,NA,NA,"140US01003990000"\n',
        "tracts_2022",
        2,
        {"tract_id": "01001020100", "no_vehicle_share": 0.055, "commute_transit_share": 0.0},
    ),
    Invented(
        "tract_centres",
        "STATEFP,COUNTYFP,TRACTCE,POPULATION,LATITUDE,LONGITUDE\n09,001,010101,1775,+41.476823,-073.486599\n",
        "tracts_2020",
        1,
        {"tract_id": "09001010101", "county_id": "09001", "population": 1775, "longitude": -73.486599},
        encoding="utf-8-sig",
    ),
    Invented(
        "county_centres",
        "STATEFP,COUNTYFP,COUNAME,STNAME,POPULATION,LATITUDE,LONGITUDE\n01,001,Anil,Alabama,58,+32.500194,-086.487813\n",
        "counties_2020",
        1,
        {"county_id": "01001", "name": "Anil", "population": 58, "latitude": 32.500194},
    ),
    Invented(
        "zcta_people",
        '"GEOID","NAME","total_pop","total_black"\n"00601","ZCTA5 00601",17126,243\n',
        "zctas_2020",
        1,
        {"zcta": "00601", "population": 17126, "black_population": 243},
    ),
    Invented(
        "zip_zctas",
        "ZIP_CODE,PO_NAME,STATE,ZIP_TYPE,ZCTA,zip_join_type\n00501,Anil,NY,Post Office,11742,Spatial join to ZCTA\n"
        "96939,Bare,PW,Zip Code Area,,territory zip\n",
        "zctas_2010",
        2,
        {"zip": "00501", "zcta": "11742"},
    ),
    Invented(
        "zcta_county_pairs",
        "zcta,zcta_numeric,state_usps,county_name,county_fips\n00601,601,PR,añil municipio,72001\n",
        "zctas_2020",
        1,
        {"zcta": "00601", "county_id": "72001", "county_name": "añil municipio"},
    ),
    Invented(
        "ahrf_geo",
        f"fips_st_cnty,st_name_abbrev,cnty_name,ssa_benfcry,cbsa_23,rural_urban_contnm_23,{_AHRF_HPSA},{_AHRF_TOUCHING}\n"
        f"01001,AL,Anil,01000,33860,2,1,1,2,2,0,0,01021,01047{',' * 12}\n"
        f"09001,CT,Old,07000,,,2,2,2,2,0,0,{',' * 13}\n09110,CT,New PR,,25540,1,,,,,,,{',' * 13}\n",
        "counties_several",
        3,
        {"county_id": "01001", "ssa_county": "01000", "hpsa_mental_2025": 1, "neighbours": "01021 01047"},
    ),
]
NAMED = [pytest.param(case, id=f"{case.reader}-{case.vintage}") for case in CASES]


def written(case: Invented, folder: Path, text: str | None = None) -> Path:
    file = folder / "published.csv"
    file.write_bytes((case.text if text is None else text).encode(case.encoding))
    return file


def test_every_reader_is_found_and_says_what_it_reads() -> None:
    assert {case.reader for case in CASES} <= set(names())
    for name, read in found():
        module = importlib.import_module(read.__module__)
        assert module.__name__.endswith(f".{name}")
        assert re.search(r"\b[Gg]ives\b", str(module.__doc__))
        assert "\n\nMissing: " in str(module.__doc__)


def test_a_reader_nobody_wrote_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"no reader 'nobody'.*known: acs_table, ahrf_geo, "):
        read_published("nobody", tmp_path / "a.csv")
    with pytest.raises(TableError, match="no reader '_published'"):
        read_published("_published", tmp_path / "a.csv")


def test_a_module_that_reads_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "names", lambda: ["_herop"])
    with pytest.raises(ImportError, match=r"'_herop' has no function 'read\(file\)'"):
        dict(readers.found())


@pytest.mark.parametrize("case", NAMED)
def test_a_file_is_read_as_published(case: Invented, tmp_path: Path) -> None:
    given = read_published(case.reader, written(case, tmp_path), case.rows)
    assert (given.vintage, given.rows) == (case.vintage, case.rows)
    first = given.table.iloc[0]
    assert {name: first[name] for name in case.first} == pytest.approx(case.first)
    ids = [name for name in given.table if str(name).endswith("_id") or name in {"zip", "zcta"}]
    assert ids
    assert all(given.table[name].dtype == "str" for name in ids)


@pytest.mark.parametrize(
    ("reader", "column", "expected"),
    [
        ("rucc_2023", "rucc_2023", [False, True]),
        ("svi", "no_internet_share", [False, True]),
        ("svi", "no_internet_share_margin", [False, True]),
        ("svi", "households", [False, True]),
        ("svi", "vulnerability_rank_share", [False, True]),
        ("places", "foodstamp_crude_share", [True]),
        ("places", "foodstamp_crude_low_share", [True]),
        ("herop_ruca_2020", "ruca_primary", [False, True]),
        ("herop_ruca_2020", "ruca_secondary", [False, True]),
        ("herop_ruca_2020", "rurality", [False, True]),
        ("herop_internet_2023", "broadband_share", [False, True]),
        ("herop_commuting_2023", "no_vehicle_share", [False, True]),
        ("zip_zctas", "zcta", [False, True]),
        ("ahrf_geo", "hpsa_mental_2025", [False, False, True]),
        ("ahrf_geo", "rucc_2023", [False, True, False]),
        ("ahrf_geo", "neighbours", [False, True, True]),
    ],
)
def test_what_was_not_said_is_missing(reader: str, column: str, expected: list[bool], tmp_path: Path) -> None:
    case = next(case for case in CASES if case.reader == reader)
    table = read_published(reader, written(case, tmp_path)).table
    assert table[column].isna().tolist() == expected


@pytest.mark.parametrize("case", NAMED)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(part=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_anywhere_is_refused(case: Invented, part: float, tmp_path: Path) -> None:
    whole = written(case, tmp_path).read_bytes().rstrip(b"\r\n")
    file = tmp_path / "cut.csv"
    file.write_bytes(whole[: round(part * len(whole))])
    with pytest.raises(TableError, match=r"cut\.csv") as told:
        read_published(case.reader, file, case.rows)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("case", NAMED)
def test_a_row_twice_is_refused(case: Invented, tmp_path: Path) -> None:
    head, *lines = case.text.splitlines(keepends=True)
    with pytest.raises(TableError, match="appears"):
        read_published(case.reader, written(case, tmp_path, head + "".join(lines) + lines[0]))


@pytest.mark.parametrize("case", NAMED)
def test_the_order_of_rows_and_columns_changes_nothing(case: Invented, tmp_path: Path) -> None:
    cells = pd.read_csv(written(case, tmp_path), dtype="str", keep_default_na=False, encoding=case.encoding)
    turned = tmp_path / "turned.csv"
    cells.iloc[::-1, ::-1].to_csv(turned, index=False, encoding=case.encoding)
    plain, other = (read_published(case.reader, file).table for file in (written(case, tmp_path), turned))
    key = list(plain.columns[:2])
    sort = {"by": key, "ignore_index": True}
    pd.testing.assert_frame_equal(plain.sort_values(**sort), other[plain.columns].sort_values(**sort))


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!DOCTYPE html>\n<html><p>Not found</p></html>\n",
        b"A,B\n1,2\n",
        bytes(range(256)) * 20,
        b'"never closed,\n',
    ],
)
def test_another_file_is_one_sentence(name: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "other.file"
    file.write_bytes(content)
    with pytest.raises(TableError, match=r"other\.file") as told:
        read_published(name, file)
    assert "\n" not in str(told.value)
    with pytest.raises(TableError, match=r"absent\.file"):
        read_published(name, tmp_path / "absent.file")


@pytest.mark.parametrize(
    ("reader", "old", "new", "words"),
    [
        ("svi", "10.5", "many", r"row 2: EP_POV150 is 'many' \(1 such\), expected a number from 0 to 100"),
        ("svi", "10.5", "100.5", "EP_POV150 is '100.5'"),
        ("svi", "10.5", "-998", "EP_POV150 is '-998'"),
        ("svi", ",120,", ",120.5,", "E_TOTPOP is '120.5', expected a whole number"),
        ("svi", ",1001,", ",1O01,", r"FIPS is '1O01' \(1 such\), expected a code of 5 digits"),
        ("rucc_2023", "RUCC_2023,2", "RUCC_2023,12", "RUCC_2023 is '12'"),
        ("places", "( 9.4, 18.2)", "(18.4, 19.2)", r"row 2: MHLTH_Crude95CI is '\(18.4, 19.2\)'"),
        ("places", "( 9.4, 18.2)", "about", "MHLTH_Crude95CI is 'about', expected an interval"),
        ("places", "MHLTH_Crude95CI", "MHLTH_Other", "MHLTH_CrudePrev without MHLTH_Crude95CI"),
        ("places", "POINT (-86.5 32.25)", "nowhere", "Geolocation is 'no point'"),
        ("herop_internet_2023", '"140US01001020100"', '"140US01001020200"', "are two tracts"),
        ("herop_internet_2023", '"140US01001020100"', '"050US01001"', "HEROP_ID is '050US01001'"),
        ("tract_centres", "+41.476823", "+95", r"LATITUDE is '\+95'"),
    ],
)
def test_a_wrong_cell_is_named(reader: str, old: str, new: str, words: str, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.reader == reader)
    assert old in case.text
    file = written(case, tmp_path, case.text.replace(old, new, 1))
    with pytest.raises(TableError, match=words):
        read_published(reader, file)


def test_an_older_edition_is_told_by_its_counties(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.reader == "svi")
    older = written(case, tmp_path, case.text.replace(",48999,", ",9001,"))
    assert read_published("svi", older).vintage == "counties_2020"
    mixed = written(case, tmp_path, case.text.replace(",48999,", ",9001,").replace(",1001,", ",9110,"))
    with pytest.raises(TableError, match="several years are mixed: 09001"):
        read_published("svi", mixed)


def test_an_empty_count_is_missing_and_never_nobody(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.reader == "tract_centres")
    file = written(case, tmp_path, case.text.replace("1775", ""))
    assert read_published("tract_centres", file).table.population.isna().all()


def test_a_prevalence_without_its_interval_is_refused_even_where_empty(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.reader == "places")
    file = written(case, tmp_path, case.text.replace(",17.5,", ",,", 1))
    with pytest.raises(TableError, match="MHLTH_Crude95CI is"):
        read_published("places", file)


@given(st.integers(0, 99_999))
def test_lost_zeros_come_back(number: int) -> None:
    texts = pd.Series([str(number)], name="FIPS", dtype="str")
    assert _published.padded(texts, 5, Path("a.csv")).tolist() == [f"{number:05}"]


def outlined(folder: Path, ids: list[str], shapes: list[Polygon]) -> Path:
    columns = {"NAMELSAD": "Invented County", "STUSPS": "XX", "STATE_NAME": "Nowhere", "ALAND": 2_500_000, "AWATER": 0}
    file = folder / "outlines.shp"
    gpd.GeoDataFrame({"GEOID": ids, **columns}, geometry=shapes, crs=4269).to_file(file)
    return file


def test_outlines_tell_their_vintage_by_connecticut(tmp_path: Path) -> None:
    for code, vintage in (("09001", "counties_2020"), ("09110", "counties_2022"), ("30001", "counties_2022")):
        given = read_published("county_outlines", outlined(tmp_path, [code], [box(-73, 41, -72, 42)]), 1)
        assert (given.vintage, given.rows) == (vintage, 1)
        assert given.table.land_km2.tolist() == [2.5]
        assert given.table.crs.to_epsg() == 4326


def test_outlines_without_area_or_companions_are_refused(tmp_path: Path) -> None:
    flat = Polygon([(0, 0), (1, 1), (0, 0)])
    with pytest.raises(TableError, match="county 51610 has no area"):
        read_published("county_outlines", outlined(tmp_path, ["30001", "51610"], [box(0, 0, 1, 1), flat]))
    file = outlined(tmp_path, ["30001"], [box(0, 0, 1, 1)])
    file.with_suffix(".prj").unlink()
    with pytest.raises(TableError, match="lacks its coordinate system"):
        read_published("county_outlines", file)
