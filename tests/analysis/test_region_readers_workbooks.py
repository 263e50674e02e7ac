"""Readers of publishers' Excel files: codes are text, limits of the county's own row win, ratios add up."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import pytest

from analysis.promise import TableError
from analysis.regions.readers import read_published

Cell = str | float
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(file: Path, sheets: dict[str, list[list[Cell]]]) -> Path:
    """Write the least an Excel file needs: texts are texts and numbers are numbers."""
    listed, related, typed = "", "", ""
    with zipfile.ZipFile(file, "w") as archive:
        for number, (name, rows) in enumerate(sheets.items(), start=1):
            part = f"worksheets/sheet{number}.xml"
            listed += f'<sheet name="{escape(name)}" sheetId="{number}" r:id="r{number}"/>'
            related += f'<Relationship Id="r{number}" Type="{_OFFICE}/worksheet" Target="{part}"/>'
            typed += (
                f'<Override PartName="/xl/{part}" '
                'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            )
            body = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
            archive.writestr(f"xl/{part}", f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>')
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>'
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/xl/workbook.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
            f"{typed}</Types>",
        )
    return file


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


@pytest.mark.parametrize(
    ("reader", "census", "year", "vintage"),
    [("rucc_2013", 2010, 2013, "counties_2013"), ("rucc_2023_workbook", 2020, 2023, "counties_2022")],
)
def test_the_class_of_a_county_and_of_an_empty_island(
    reader: str, census: int, year: int, vintage: str, tmp_path: Path
) -> None:
    head: list[Cell] = ["FIPS", "State", "County_Name", f"Population_{census}", f"RUCC_{year}", "Description"]
    rows: list[list[Cell]] = [
        ["01001", "AL", "Anil County   ", 58805.0, 2.0, "Metro"],
        ["60030", "AS", "Bare Island", 0.0, "", "Not Applicable"],
    ]
    given = read_published(reader, workbook(tmp_path / "rucc.xlsx", {"Codes": [head, *rows], "Documentation": []}), 2)
    assert given.vintage == vintage
    assert given.table.county_id.tolist() == ["01001", "60030"]
    assert given.table.name.tolist() == ["Anil County", "Bare Island"]
    assert given.table[f"population_{census}"].tolist() == [58805, 0]
    assert given.table[f"rucc_{year}"].isna().tolist() == [False, True]
    with pytest.raises(TableError, match=r"has 2 rows, expected 3: it was cut short"):
        read_published(reader, tmp_path / "rucc.xlsx", 3)


def test_a_workbook_of_another_year_is_refused(tmp_path: Path) -> None:
    head: list[Cell] = ["FIPS", "State", "County_Name", "Population_2010", "RUCC_2013"]
    file = workbook(tmp_path / "rucc.xlsx", {"Codes": [head, ["01001", "AL", "Anil", 5.0, 2.0]]})
    with pytest.raises(TableError, match="lacks column Population_2020, RUCC_2023; expected USDA's workbook"):
        read_published("rucc_2023_workbook", file)
    file = workbook(tmp_path / "rucc.xlsx", {"Codes": [head]})
    with pytest.raises(TableError, match="has a head but no rows"):
        read_published("rucc_2013", file)


def nchs(folder: Path, *rows: list[Cell]) -> Path:
    head: list[Cell] = ["FIPS code", "State Abr.", "County name", "CBSA title", "2013 code", "2006 code"]
    return workbook(folder / "nchs.xlsx", {"NCHSURCodes2013": [head, *rows]})


def test_the_urban_rural_class_of_a_county(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        [1001.0, "AL", "Anil County", "Somewhere", 3.0, 3.0],
        ["51515", "VA", "Bare city", "", "", 4.0],
        ["", "", "", "", "", ""],
    ]
    given = read_published("nchs_urban_rural", nchs(tmp_path, *rows), 2)
    assert given.vintage == "counties_2013"
    assert given.table.county_id.tolist() == ["01001", "51515"]
    assert given.table.nchs_2013.isna().tolist() == [False, True]
    assert given.table.nchs_2013[0] == 3
    ends = [[1001.0, "AL", "Anil", "", 1.0, 3.0], [1003.0, "AL", "Bare", "", 6.0, 3.0]]
    assert read_published("nchs_urban_rural", nchs(tmp_path, *ends)).table.nchs_2013.tolist() == [1, 6]
    for wrong in (0.0, 7.0):
        with pytest.raises(TableError, match=rf"row 2: 2013 code is '{wrong:g}' \(1 such\), expected .* from 1 to 6"):
            read_published("nchs_urban_rural", nchs(tmp_path, [1001.0, "AL", "Anil", "", wrong, 3.0]))
    with pytest.raises(TableError, match="county_id '01001' appears more than once"):
        read_published("nchs_urban_rural", nchs(tmp_path, rows[0], rows[0]))


def ruca(folder: Path, *rows: list[Cell], tract: str = "State-County-Tract FIPS Code (lookup by address)") -> Path:
    head: list[Cell] = ["State-County FIPS Code", "Select State", tract, "Primary RUCA Code 2010"]
    head += ["Secondary RUCA Code, 2010 (see errata)", "Tract Population, 2010"]
    note: list[Cell] = ["Errata: an invented note"]
    return workbook(folder / "ruca.xlsx", {"Data": [note, head, *rows], "RUCA code description": []})


def test_the_commuting_code_of_a_tract_and_of_the_sea(tmp_path: Path) -> None:
    coded: list[Cell] = ["01001", "AL", "01001020100", 4.0, 4.1, 1912.0]
    given = read_published("ruca_2010", ruca(tmp_path, coded, ["02261", "AK", 2261990000.0, 99.0, 99.0, 0.0]), 2)
    assert given.vintage == "tracts_2010"
    assert given.table.tract_id.tolist() == ["01001020100", "02261990000"]
    assert given.table.county_id.tolist() == ["01001", "02261"]
    assert given.table.ruca.isna().tolist() == [False, True]
    assert given.table.population.tolist() == [1912, 0]
    with pytest.raises(TableError, match=r"row 3: Primary RUCA Code 2010 is '11'"):
        read_published("ruca_2010", ruca(tmp_path, [*coded[:3], 11.0, *coded[4:]]))
    with pytest.raises(TableError, match="tract_id '01001020100' appears more than once"):
        read_published("ruca_2010", ruca(tmp_path, coded, coded))
    with pytest.raises(TableError, match="has 0 columns that begin with 'State-County-Tract FIPS Code'"):
        read_published("ruca_2010", ruca(tmp_path, coded, tract="Tract"))


def hud(folder: Path, *rows: list[Cell]) -> Path:
    head: list[Cell] = ["ZIP", "COUNTY", "RES_RATIO", "BUS_RATIO", "OTH_RATIO", "TOT_RATIO"]
    return workbook(folder / "hud.xlsx", {"ZIP_COUNTY": [head, *rows]})


def test_a_zip_code_without_homes_has_no_residential_share(tmp_path: Path) -> None:
    given = read_published(
        "hud_zip_counties",
        hud(
            tmp_path,
            ["00501", "36103", 0.0, 1.0, 0.0, 1.0],
            ["00601", "72001", 0.75, 1.0, 0.25, 0.5],
            ["00601", "72113", 0.25, 0.0, 0.75, 0.5],
            ["99686", "02261", 1.0, 1.0, 1.0, 1.0],
        ),
        4,
    )
    assert given.vintage == "counties_2014"
    assert given.table.zip.tolist() == ["00501", "00601", "00601", "99686"]
    assert given.table.residential_share.isna().tolist() == [True, False, False, False]
    assert given.table.business_share.tolist() == [1.0, 1.0, 0.0, 1.0]  # none of its shops lie in 72113: that is a 0
    together = given.table.groupby("zip")[["residential_share", "total_share"]].sum(min_count=1)
    assert together.loc["00601"].tolist() == [1.0, 1.0]


def test_ratios_that_do_not_add_up_lost_a_row(tmp_path: Path) -> None:
    file = hud(tmp_path, ["00601", "72001", 0.75, 1.0, 0.25, 0.5])
    with pytest.raises(TableError, match=r"RES_RATIO of ZIP code '00601' adds up to 0\.750000, expected 1"):
        read_published("hud_zip_counties", file)
    twice = ["00601", "72001", 0.5, 0.5, 0.5, 0.5]
    with pytest.raises(TableError, match="zip '00601', county_id '72001' appears more than once"):
        read_published("hud_zip_counties", hud(tmp_path, twice, list(twice)))


_TYPES = ("Large Metro", "Metro", "Micro", "Rural", "CEAC")


def hsd(folder: Path, *, rural_minutes: float = 75.0, code: str = "029") -> Path:
    """Write CMS's workbook: one specialty and one facility in two counties."""
    usual: list[list[Cell]] = [[20.0, 10.0], [45.0, 30.0], [60.0, 45.0], [75.0, 60.0], [110.0, 100.0]]
    provider_usual: list[Cell] = [code, "Psychiatry", *[cell for pair in usual for cell in pair]]
    facility_usual: list[Cell] = ["052", "Inpatient", *[cell for pair in usual for cell in ("NA", *pair)]]
    ratios: list[Cell] = [code, "Psychiatry", 0.14, 0.14, 0.12, 0.12, 0.12, ""]
    master: list[list[Cell]] = [
        *[[""] for _ in range(3)],
        [*["Code"], *[""] * 7, "Code", *[""] * 12, "Code", *[""] * 16],
        [""],
        [""],
        [*ratios, *provider_usual, "", *facility_usual],
    ]
    sheets = {"Master": master}
    for sheet, name, kind in (("Provider", "Psychiatry\n(see Notes)", "029"), ("Facility", "Inpatient", "52")):
        number: Cell = kind if kind.startswith("0") else float(kind)
        sheets[f"{sheet} Time & Distance"] = [
            ["Meeting the criteria"],
            ["COUNTY", "ST", "COUNTY_STATE", "SSACD", "TYPE", "Only together", "", name, ""],
            ["", "", "", "", "", "001", "", number, ""],
            ["", "", "", "", "", "Time", "Distance", "Time", "Distance"],
            ["Anil", "AL", "Anil, AL", "01000", "Rural", "", "", rural_minutes, 60.0],
            ["Bare", "AL", "Bare, AL", "01010", "Metro", "", "", 45.0, 30.0],
        ]
    return workbook(folder / "hsd.xlsx", sheets)


def test_the_limits_of_a_county_are_its_own(tmp_path: Path) -> None:
    given = read_published("cms_hsd", hsd(tmp_path, rural_minutes=90.0), 2)
    table = given.table.set_index(["ssa_county", "specialty_code"])
    assert (given.vintage, given.rows, len(table)) == ("ssa_counties_2020", 2, 4)
    assert table.loc[("01000", "029")].limit_minutes == 90.0
    assert table.loc[("01000", "029")].specialty == "Psychiatry"
    assert table.loc[("01010", "052")].limit_miles == 30.0
    assert table.is_customised.to_dict() == {
        ("01000", "029"): True,
        ("01010", "029"): False,
        ("01000", "052"): True,
        ("01010", "052"): False,
    }
    usual = read_published("cms_hsd", hsd(tmp_path), 2).table
    assert not usual.is_customised.any()


def test_a_specialty_without_usual_limits_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="has no limits for specialty '029' in counties of type 'Rural'"):
        read_published("cms_hsd", hsd(tmp_path, code="030"))
    whole = hsd(tmp_path).read_bytes()
    (tmp_path / "hsd.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TableError, match=r"hsd\.xlsx cannot be read as CMS's reference workbook"):
        read_published("cms_hsd", tmp_path / "hsd.xlsx")
    with pytest.raises(TableError, match="cannot be read as CMS's"):
        read_published("cms_hsd", hud(tmp_path, ["00501", "36103", 1.0, 1.0, 1.0, 1.0]))


def test_a_wrong_cell_is_named_by_its_row_in_the_sheet(tmp_path: Path) -> None:
    file = hsd(tmp_path, rural_minutes=-1.0)
    with pytest.raises(TableError, match=r"row 5: Psychiatry \(see Notes\), time is '-1'") as told:
        read_published("cms_hsd", file)
    assert "\n" not in str(told.value)


def test_numbers_in_cells_keep_their_digits(tmp_path: Path) -> None:
    given = read_published(
        "hud_zip_counties",
        hud(tmp_path, ["00501", "36103", 1.0, 0.123456789, 1.0, 1.0], ["00501", "36001", 0.0, 0.876543211, 0.0, 0.0]),
    )
    pd.testing.assert_series_equal(
        given.table.business_share, pd.Series([0.123456789, 0.876543211], name="business_share")
    )
