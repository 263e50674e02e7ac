"""Further readers of published files: places, people, rurality, designations and borders, each in its real layout."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.promise import TableError
from analysis.regions.catalog import CATALOG, entry_of
from analysis.regions.readers import names, read_published


@dataclass(frozen=True)
class Invented:
    """A small invented file in the layout of a published one, and what must come of it."""

    reader: str
    text: str
    vintage: str
    rows: int
    first: dict[str, Any]
    encoding: str = "utf-8"
    separator: str = ","


_BLANKS = " " * 40
_PEOPLE = "SUMLEV,STATE,COUNTY,STNAME,CTYNAME,YEAR,POPESTIMATE,AGE513_TOT,AGE1417_TOT,AGE18PLUS_TOT,AGE65PLUS_TOT\n"
_HPSA = (
    "HPSA Name,HPSA ID,Designation Type,HPSA Discipline Class,HPSA Score,HPSA Status,"
    "HPSA Geography Identification Number,Common State County FIPS Code,HPSA Component Type Description,\n"
)
_SVI_CODES = (
    "POV150 UNEMP HBURD NOHSDP UNINSUR AGE65 AGE17 DISABL SNGPNT LIMENG MINRTY MUNIT MOBILE CROWD NOVEH GROUPQ NOINT"
)
_SVI = ",".join(f"{kind}_{code}" for code in _SVI_CODES.split() for kind in ("EP", "MP"))
_TRACTS = (
    "OID_TRACT_20|GEOID_TRACT_20|NAMELSAD_TRACT_20|AREALAND_TRACT_20|OID_TRACT_10|GEOID_TRACT_10|AREALAND_PART|"
    "AREAWATER_PART\n"
)
_ZCTAS = "OID_ZCTA5_20|GEOID_ZCTA5_20|NAMELSAD_ZCTA5_20|OID_COUNTY_20|GEOID_COUNTY_20|AREALAND_PART|AREAWATER_PART\n"

CASES = [
    Invented(
        "population_by_age",
        f"{_PEOPLE}050,01,001,Alabama,Añil County,1,90,9,4,70,10\n050,01,001,Alabama,Añil County,5,100,18,6,70,12\n",
        "counties_2022",
        2,
        {
            "county_id": "01001",
            "population": 100,
            "adults": 70,
            "aged_65_up": 12,
            "aged_5_13": 18,
            "aged_14_17": 6,
            "aged_5_17": 24,
            "aged_12_up": 80.0,  # 70 + 6 + 2/9 of 18
        },
        encoding="latin-1",
    ),
    Invented(
        "gazetteer",
        f"USPS\tGEOID\tANSICODE\tNAME\tALAND\tAWATER\tALAND_SQMI\tAWATER_SQMI\tINTPTLAT\tINTPTLONG{_BLANKS}\n"
        f"AL\t01001\t00161526\tAñil County\t2500000\t500000\t.9\t.1\t32.5\t-86.5{_BLANKS}\n",
        "counties_2022",
        1,
        {
            "county_id": "01001",
            "name": "Añil County",
            "state": "AL",
            "land_km2": 2.5,
            "water_km2": 0.5,
            "latitude": 32.5,
            "longitude": -86.5,
        },
        separator="\t",
    ),
    Invented(
        "gazetteer",
        "USPS\tGEOID\tALAND\tAWATER\tALAND_SQMI\tAWATER_SQMI\tINTPTLAT\tINTPTLONG\n"
        "CT\t09110400101\t2500000\t0\t.9\t.1\t41.5\t-72.5\n",
        "tracts_2022",
        1,
        {"tract_id": "09110400101", "county_id": "09110", "state": "CT", "land_km2": 2.5},
        separator="\t",
    ),
    Invented(
        "gazetteer",
        "GEOID|GEOIDFQ|ALAND|AWATER|ALAND_SQMI|AWATER_SQMI|INTPTLAT|INTPTLONG\n00601|860Z200US00601|0|9|0|0|18.5|-66.5\n",
        "zctas_2020",
        1,
        {"zcta": "00601", "land_km2": 0.0, "latitude": 18.5},
        separator="|",
    ),
    Invented(
        "hpsa",
        f"{_HPSA}Anil,7011,High Needs Geographic HPSA,Mental Health, 6,Designated,01001,01001,Single County,\n",
        "counties_2022",
        1,
        {
            "hpsa_id": "7011",
            "county_id": "01001",
            "component": "county",
            "designation": "geographic",
            "score": 6,
            "is_designated": True,
            "is_proposed_for_withdrawal": False,
        },
    ),
    Invented(
        "ruca_2020",
        "TractFIPS23,TractFIPS20,CountyName20,PrimaryRUCA,PrimaryRUCADescription,SecondaryRUCA,Population\n"
        '09190010101,09001010101,Añil,4,"Micro, core",4.1,1775\nN/A,9001990000,Añil,99,Not coded,99,0\n',
        "tracts_2020",
        2,
        {"tract_id": "09001010101", "county_id": "09001", "ruca": 4, "population": 1775},
        encoding="latin-1",
    ),
    Invented(
        "svi",
        f"FIPS,LOCATION,E_TOTPOP,M_TOTPOP,E_HH,M_HH,{_SVI},RPL_THEMES\n"
        f"601,ZCTA5 00601,120,7,50,3,{','.join(['10.5', '1.5'] * 17)},0.25\n",
        "zctas_2020",
        1,
        {"zcta": "00601", "population": 120, "no_internet_share": 0.105, "limited_english_share_margin": 0.015},
    ),
    Invented(
        "tract_changes",
        f"{_TRACTS}1|01001020101|T|9|2|01001020100|3000000|0\n3|01001020102|T|9|2|01001020100|1000000|0\n",
        "tracts_2010_and_2020",
        2,
        {
            "tract_2010_id": "01001020100",
            "tract_2020_id": "01001020101",
            "land_km2": 3.0,
            "land_of_2010_share": 0.75,
            "land_of_2020_share": 1.0,
        },
        encoding="utf-8-sig",
        separator="|",
    ),
    Invented(
        "zcta_counties",
        f"{_ZCTAS}1|00601|Z|2|72001|3000000|0\n1|00601|Z|3|72003|1000000|0\n|||3|72003|5000000|0\n",
        "zctas_2020",
        3,
        {"zcta": "00601", "county_id": "72001", "land_km2": 3.0, "land_share": 0.75},
        encoding="utf-8-sig",
        separator="|",
    ),
]
NAMED = [pytest.param(case, id=f"{case.reader}-{case.vintage}") for case in CASES]


def written(case: Invented, folder: Path, text: str | None = None) -> Path:
    file = folder / "published.csv"
    file.write_bytes((case.text if text is None else text).encode(case.encoding))
    return file


def case_of(reader: str, vintage: str = "") -> Invented:
    return next(case for case in CASES if case.reader == reader and vintage in case.vintage)


@pytest.mark.parametrize("case", NAMED)
def test_a_file_is_read_as_published(case: Invented, tmp_path: Path) -> None:
    given = read_published(case.reader, written(case, tmp_path), case.rows)
    assert (given.vintage, given.rows) == (case.vintage, case.rows)
    first = given.table.iloc[0]
    assert {name: first[name] for name in case.first} == pytest.approx(case.first)
    ids = [name for name in given.table if str(name).endswith("_id") or name == "zcta"]
    assert ids
    assert all(given.table[name].dtype == "str" for name in ids)


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


@pytest.mark.parametrize("case", [case for case in NAMED if "hpsa" not in str(case.id)])
def test_a_row_twice_is_refused(case: Invented, tmp_path: Path) -> None:
    head, *lines = case.text.splitlines(keepends=True)
    last = lines[1] if case.reader == "population_by_age" else lines[0]
    with pytest.raises(TableError, match="appears more than once"):
        read_published(case.reader, written(case, tmp_path, head + "".join(lines) + last))


@pytest.mark.parametrize("case", NAMED)
def test_the_order_of_rows_and_columns_changes_nothing(case: Invented, tmp_path: Path) -> None:
    file = written(case, tmp_path)
    cells = pd.read_csv(file, sep=case.separator, dtype="str", keep_default_na=False, encoding=case.encoding)
    turned = tmp_path / "turned.csv"
    cells.iloc[::-1, ::-1].to_csv(turned, sep=case.separator, index=False, encoding=case.encoding)
    plain, other = (read_published(case.reader, one).table for one in (file, turned))
    first = [str(name) for name in plain.columns[:3]]
    pd.testing.assert_frame_equal(
        plain.sort_values(first, ignore_index=True), other[plain.columns].sort_values(first, ignore_index=True)
    )


@pytest.mark.parametrize(
    ("reader", "vintage", "old", "new", "words"),
    [
        ("population_by_age", "", ",5,100,", ",5,many,", r"row 3: POPESTIMATE is 'many' \(1 such\)"),
        ("population_by_age", "", ",5,100,", ",0,100,", "YEAR is '0'"),
        ("population_by_age", "", "050,01,001,Alabama,Añil County,1", "050,01,003,A,B,1", "county 01003.*YEAR 5"),
        ("gazetteer", "counties", "\t01001\t", "\t0100\t", "GEOID has 4 digits"),
        ("gazetteer", "counties", "\tNAME\t", "\tTITLE\t", "lacks column NAME"),
        ("gazetteer", "tracts", "\t41.5\t", "\t141.5\t", "INTPTLAT is '141.5'"),
        ("hpsa", "", "Mental Health", "Dental Health", "is of 'Dental Health'.*download the file of mental health"),
        ("hpsa", "", "Designated", "Dreamt", "HPSA Status is 'Dreamt'.*the publisher has a new word"),
        ("hpsa", "", "Single County", "Parish", "HPSA Component Type Description is 'Parish'"),
        ("hpsa", "", "High Needs Geographic HPSA", "Moon", "Designation Type is 'Moon' of an area"),
        ("hpsa", "", "Health, 6,", "Health,26,", r"HPSA Score is '26' \(1 such\), expected a number from 0 to 25"),
        (
            "hpsa",
            "",
            "01001,01001",
            "101,01001",
            r"HPSA Geography Identification Number is '101' \(1 such\) of a county",
        ),
        ("hpsa", "", "01001,01001", "POINT,01001", "HPSA Geography Identification Number is 'POINT'"),
        ("ruca_2020", "", ",4,", ",11,", r"PrimaryRUCA is '11' \(1 such\), expected a number from 1 to 10"),
        ("ruca_2020", "", "09001010101", "O9001010101", "TractFIPS20 is 'O9001010101'"),
        ("svi", "", "10.5", "100.5", "EP_POV150 is '100.5'"),
        ("svi", "", "601,ZCTA5 00601", "1001020100,A", "lacks column ST_ABBR, COUNTY, AREA_SQMI"),
        ("tract_changes", "", "01001020101|", "0100102010X|", "GEOID_TRACT_20 is '0100102010X'"),
        ("tract_changes", "", "|3000000|", "|-3|", "AREALAND_PART is '-3'"),
        ("zcta_counties", "", "|72001|", "|7200X|", "GEOID_COUNTY_20 is '7200X'"),
        ("zcta_counties", "", "AREALAND_PART", "AREA", "lacks column AREALAND_PART"),
    ],
)
def test_a_wrong_cell_is_named(reader: str, vintage: str, old: str, new: str, words: str, tmp_path: Path) -> None:
    case = case_of(reader, vintage)
    assert old in case.text
    with pytest.raises(TableError, match=words):
        read_published(reader, written(case, tmp_path, case.text.replace(old, new, 1)))


def test_only_the_newest_july_is_given_and_an_empty_count_is_missing(tmp_path: Path) -> None:
    case = case_of("population_by_age")
    more = case.text + "050,2,013,Alaska,Bare,5,,18,6,70,12\n050,2,013,Alaska,Bare,4,40,18,6,70,12\n"
    table = read_published("population_by_age", written(case, tmp_path, more)).table
    assert table.county_id.tolist() == ["01001", "02013"]
    assert table.population.isna().tolist() == [False, True]


def designations(folder: Path, *rows: str) -> Path:
    file = folder / "hpsa.csv"
    file.write_text(_HPSA + "".join(f"Anil,{row},\n" for row in rows), encoding="utf-8")
    return file


def test_what_is_designated_is_told_from_what_was_and_from_nobody_s_home(tmp_path: Path) -> None:
    file = designations(
        tmp_path,
        "1,Geographic HPSA,Mental Health,18,Designated,30001,XXXXX,Single County",
        "2,HPSA Population,Mental Health,,Proposed For Withdrawal,1001020100,01001,Census Tract",
        "3,Geographic HPSA,Mental Health,16,Designated,2500170605,25001,County Subdivision",
        "4,Rural Health Clinic,Mental Health,14,Designated,POINT,6037,Unknown",
        "5,Correctional Facility,Mental Health,3,Designated,POINT,XXXXX,Unknown",
        "6,Geographic HPSA,Mental Health,25,Withdrawn,somewhere,,Single County",
    )
    given = read_published("hpsa", file)
    table = given.table.set_index("hpsa_id")
    assert (given.rows, len(table), given.vintage) == (6, 5, "counties_2022")
    assert table.component.tolist() == ["county", "tract", "subdivision", "facility", "facility"]
    assert table.designation.tolist() == ["geographic", "population", "geographic", "facility", "facility"]
    assert table.county_id.fillna("-").tolist() == ["30001", "01001", "25001", "06037", "-"]
    assert table.tract_id.fillna("-").tolist() == ["-", "01001020100", "-", "-", "-"]
    assert table.score.isna().tolist() == [False, True, False, False, False]
    assert table.is_designated.all()
    assert table.is_proposed_for_withdrawal.tolist() == [False, True, False, False, False]


def test_a_designation_that_is_there_twice_counts_once_and_years_of_counties_may_be_mixed(tmp_path: Path) -> None:
    rows = [
        f"{number},Geographic HPSA,Mental Health,18,Designated,{county},{county},Single County"
        for number, county in ((1, "09001"), (2, "09110"))
    ]
    given = read_published("hpsa", designations(tmp_path, *rows, rows[0]))
    assert (given.rows, len(given.table), given.vintage) == (3, 2, "counties_several")


def test_a_file_of_tracts_or_of_areas_alike_tells_what_its_fips_are(tmp_path: Path) -> None:
    case = case_of("svi")
    as_county = case.text.replace("FIPS,", "ST_ABBR,COUNTY,AREA_SQMI,FIPS,").replace("\n601,", "\nPR,x,10,601,")
    assert list(read_published("svi", written(case, tmp_path, as_county)).table)[:2] == ["zcta", "population"]
    county = as_county.replace("ZCTA5 00601", "Anil County").replace(",601,", ",1001,")
    assert list(read_published("svi", written(case, tmp_path, county)).table)[:2] == ["county_id", "state"]


def test_a_tract_of_water_has_no_share_of_land(tmp_path: Path) -> None:
    file = tmp_path / "tracts.txt"
    file.write_text(f"{_TRACTS}1|01001990000|T|0|2|01001990000|0|5\n", encoding="utf-8")
    table = read_published("tract_changes", file).table
    assert table.land_km2.tolist() == [0.0]
    assert table[["land_of_2010_share", "land_of_2020_share"]].isna().all(axis=None)


@given(parts=st.dictionaries(st.tuples(st.integers(1, 4), st.integers(1, 4)), st.integers(0, 10**9), min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parts_of_an_area_add_up_to_it(parts: dict[tuple[int, int], int], tmp_path: Path) -> None:
    file = tmp_path / "zctas.txt"
    lines = [f"1|{zcta:05}|Z|2|{county:05}|{land}|0\n" for (zcta, county), land in parts.items()]
    file.write_text(_ZCTAS + "".join(lines) + "|||2|00001|7|0\n", encoding="utf-8")
    table = read_published("zcta_counties", file, len(parts) + 1).table
    assert table.land_km2.sum() == pytest.approx(sum(parts.values()) / 1e6)
    by_area = table.groupby("zcta")
    has_land = by_area.land_km2.sum() > 0
    assert by_area.land_share.sum()[has_land].to_numpy() == pytest.approx(1.0)
    assert table.land_share.notna().tolist() == table.zcta.map(has_land).tolist()


def test_a_relationship_without_pairs_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "zctas.txt"
    file.write_text(f"{_ZCTAS}|||2|72003|5000000|0\n", encoding="utf-8")
    with pytest.raises(TableError, match="has no row with both areas"):
        read_published("zcta_counties", file)


def archive(folder: Path, **files: str) -> Path:
    file = folder / "gazetteer.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as stream:
        for name, text in files.items():
            stream.writestr(f"{name}.txt", text)
    return file


def test_a_gazetteer_is_read_in_the_archive_it_comes_in(tmp_path: Path) -> None:
    case = case_of("gazetteer")
    plain = read_published("gazetteer", written(case, tmp_path)).table
    packed = archive(tmp_path, counties=case.text)
    pd.testing.assert_frame_equal(read_published("gazetteer", packed).table, plain)
    whole = packed.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:60] + bytes(20) + whole[80:]):
        packed.write_bytes(content)
        with pytest.raises(TableError, match=r"gazetteer\.zip cannot be read as a gazetteer"):
            read_published("gazetteer", packed)
    with pytest.raises(TableError, match="expected one text file inside, found 2"):
        read_published("gazetteer", archive(tmp_path, counties=case.text, notes="x"))


def test_every_reader_the_catalogue_names_is_there() -> None:
    entries = [entry_of(file) for file in CATALOG.glob("*.toml")]
    assert {entry["reader"] for entry in entries if "fetch" in entry} <= set(names())
