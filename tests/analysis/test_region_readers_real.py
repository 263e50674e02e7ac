"""The publishers' own files: known totals, every trap as it is, the county table rebuilt, and joins across vintages."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.promise import TableError
from analysis.regions.overlaps import people_of_points, people_of_tracts
from analysis.regions.readers import read_published
from analysis.regions.vintage import (
    Read,
    across,
    average,
    count,
    join,
    of_most_people,
    only_if_same,
    people_of_parts,
    rows_of,
)

pytestmark = pytest.mark.real

OUTLINES = "cb_{0}_us_county_20m/cb_{0}_us_county_20m.shp"
FILES = {  # reader, rows of the file, rows of the table, vintage
    "Ruralurbancontinuumcodes2023.csv": ("rucc_2023", 9_703, 3_235, "counties_2022"),
    "rucc2023.xlsx": ("rucc_2023_workbook", 3_235, 3_235, "counties_2022"),
    "rucc2013.xls": ("rucc_2013", 3_234, 3_234, "counties_2013"),
    "oeps_tract_RUCA_2020.csv": ("herop_ruca_2020", 85_524, 85_524, "tracts_2022"),
    "internet_tract23.csv": ("herop_internet_2023", 84_400, 84_400, "tracts_2022"),
    "commuting_tract23.csv": ("herop_commuting_2023", 84_400, 84_400, "tracts_2022"),
    "SVI_2022_US_county.csv": ("svi", 3_144, 3_144, "counties_2022"),
    "PLACES_county_2024_release.csv": ("places", 3_144, 3_144, "counties_2022"),
    "PLACES_zcta_2022_release.csv": ("places", 32_409, 32_409, "zctas_2010"),
    "CenPop2020_Mean_TR.txt": ("tract_centres", 85_395, 85_395, "tracts_2020"),
    "CenPop2020_Mean_CO.txt": ("county_centres", 3_221, 3_221, "counties_2020"),
    "ACS_ZCTA_Total_Populations.csv": ("zcta_people", 33_774, 33_774, "zctas_2020"),
    "Zip_to_zcta_crosswalk_2021.csv": ("zip_zctas", 41_091, 41_091, "zctas_2010"),
    "zcta2020_county_crosswalk.csv": ("zcta_county_pairs", 46_960, 46_960, "zctas_2020"),
    "HUD_ZIP_COUNTY_122020.xlsx": ("hud_zip_counties", 54_194, 54_194, "counties_2014"),
    "AHRF2025geo.csv": ("ahrf_geo", 3_235, 3_235, "counties_several"),
    "cms_hsd_reference_2020.xlsx": ("cms_hsd", 3_264, 130_560, "ssa_counties_2020"),
    OUTLINES.format(2021): ("county_outlines", 3_221, 3_221, "counties_2020"),
    OUTLINES.format(2023): ("county_outlines", 3_222, 3_222, "counties_2022"),
}

Us = Callable[[str], Read]


@pytest.fixture(scope="module")
def us(real_data: Path) -> Us:
    @cache
    def read(name: str) -> Read:
        reader, rows, _, _ = FILES[name]
        return read_published(reader, real_data / "us" / name, rows)

    return read


def by_county(given: Read) -> pd.DataFrame:
    return given.table.set_index("county_id")


def in_connecticut(ids: "pd.Series[str]") -> "pd.Series[bool]":
    return ids.str.startswith("09")


@pytest.fixture(scope="module")
def weights(us: Us) -> pd.DataFrame:
    """Return the people of each old and new county: Connecticut by its tracts, the rest by whole counties."""
    tracts = us("CenPop2020_Mean_TR.txt").table
    return pd.concat(
        [
            people_of_tracts(tracts[in_connecticut(tracts.county_id)], us("internet_tract23.csv").table.tract_id),
            people_of_parts(by_county(us("CenPop2020_Mean_CO.txt")).population),
            people_of_parts(by_county(us("rucc2013.xls")).population_2010),
        ],
        ignore_index=True,
    )


def test_no_file_is_left_without_a_reader(real_data: Path) -> None:
    folder = real_data / "us"
    there = {
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.suffix not in {".cpg", ".dbf", ".prj", ".shx"}
    }
    assert {name for name in there if (folder / name).is_file()} - set(FILES) == {"county_2023.csv"}


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_read_with_ids_as_text(name: str, us: Us) -> None:
    _, rows, rows_of_table, vintage = FILES[name]
    given = us(name)
    assert (given.rows, len(given.table), given.vintage) == (rows, rows_of_table, vintage)
    for column, digits in (("county_id", 5), ("tract_id", 11), ("zcta", 5), ("zip", 5), ("ssa_county", 5)):
        if column in given.table and name != "AHRF2025geo.csv":
            assert given.table[column].dropna().str.fullmatch(rf"[0-9]{{{digits}}}").all()
    numeric = given.table.select_dtypes("number").drop(columns=["latitude", "longitude"], errors="ignore")
    assert not (numeric < 0).any().any()
    shares = numeric.filter(regex="_share$")
    assert not (shares > 1).any().any()


def test_known_totals(us: Us) -> None:
    for name in ("CenPop2020_Mean_TR.txt", "CenPop2020_Mean_CO.txt"):
        centres = us(name).table
        assert centres.population.sum() == 334_735_155
        assert centres.population[centres.county_id < "72"].sum() == 331_449_281
    assert us("Ruralurbancontinuumcodes2023.csv").table.population_2020.sum() == 335_073_176
    places = by_county(us("PLACES_county_2024_release.csv")).population
    assert places.sum() == 333_287_557  # July 2022
    assert by_county(us("SVI_2022_US_county.csv")).population.sum() == 331_097_593  # 2018-22
    assert places["48301"] == 51


def test_what_is_missing_is_missing(us: Us) -> None:
    ruca = us("oeps_tract_RUCA_2020.csv").table
    assert ruca[["ruca_primary", "ruca_secondary", "rurality"]].isna().sum().tolist() == [364] * 3
    assert ruca.ruca_primary.max() == 10
    places = us("PLACES_county_2024_release.csv").table
    asked = ["isolation", "lacktrpt", "emotionspt", "foodstamp", "foodinsecu", "housinsecu", "shututility"]
    assert [places[f"{measure}_crude_share"].isna().sum() for measure in asked] == [727] * 7
    assert places.mhlth_crude_share.notna().all()
    assert us("internet_tract23.csv").table.broadband_share.isna().sum() == 1_036
    assert us("commuting_tract23.csv").table.commute_transit_share.isna().sum() == 936
    hud = us("HUD_ZIP_COUNTY_122020.xlsx").table
    homeless = hud[hud.residential_share.isna()]
    assert (homeless.zip.nunique(), len(homeless)) == (4_307, 4_323)
    assert hud.groupby("zip").total_share.sum().to_numpy() == pytest.approx(1.0)
    ahrf = us("AHRF2025geo.csv").table.set_index("county_id")
    assert sorted(ahrf.index[ahrf.hpsa_mental_2025.isna()]) == [f"09{number}" for number in range(110, 200, 10)]
    rucc = us("rucc2013.xls").table
    assert rucc.county_id[rucc.rucc_2013.isna()].tolist() == ["60030", "69085"]


def test_both_forms_of_the_codes_of_2023_say_the_same(us: Us) -> None:
    pd.testing.assert_frame_equal(us("Ruralurbancontinuumcodes2023.csv").table, us("rucc2023.xlsx").table)


def test_limits_of_77_counties_are_customised_for_psychiatry(us: Us) -> None:
    limits = us("cms_hsd_reference_2020.xlsx").table
    psychiatry = limits[limits.specialty_code == "029"]
    assert len(psychiatry) == 3_264
    assert psychiatry.is_customised.sum() == 77
    usual = (
        psychiatry[~psychiatry.is_customised]
        .groupby("county_type")[["limit_minutes", "limit_miles"]]
        .agg(["min", "max"])
    )
    assert usual.to_numpy().tolist() == [
        [110, 110, 100, 100],  # CEAC
        [20, 20, 10, 10],  # large metro
        [45, 45, 30, 30],  # metro
        [60, 60, 45, 45],  # micro
        [75, 75, 60, 60],  # rural
    ]


def test_the_county_table_is_rebuilt_from_the_raw_files(us: Us, real_data: Path) -> None:
    """All columns but those of PEP by age and of SAMHSA, whose raw files are not at hand, to the last digit."""
    known = pd.read_csv(real_data / "us" / "county_2023.csv", dtype={"fips": "str"}).set_index("fips")
    svi, places = by_county(us("SVI_2022_US_county.csv")), by_county(us("PLACES_county_2024_release.csv"))
    outlines = by_county(us(OUTLINES.format(2023)))
    ahrf = rows_of(by_county(us("AHRF2025geo.csv")), "counties_2022")
    inside = outlines.geometry.representative_point()
    rebuilt = {
        "state": outlines.state_name,
        "county": outlines["name"],
        "land_sqkm": outlines.land_km2.round(6),
        "lat": inside.y.round(
            5
        ),  # a point inside the simplified outline, not the weighted centre the list of data says
        "lon": inside.x.round(5),
        "rucc_2023": by_county(us("Ruralurbancontinuumcodes2023.csv")).rucc_2023,
        "svi22_e_hh": svi.households,
        "svi22_rpl_themes": svi.vulnerability_rank_share,
        "ahrf25_hpsa_mh_code": ahrf.hpsa_mental_2025,
        "ahrf25_hpsa_pc_code": ahrf.hpsa_primary_2025,
    }
    for code, name in {
        "noint": "no_internet",
        "noveh": "no_vehicle",
        "disabl": "disabled",
        "uninsur": "uninsured",
        "pov150": "below_150_poverty",
        "limeng": "limited_english",
    }.items():
        rebuilt[f"svi22_ep_{code}"] = (svi[f"{name}_share"] * 100).round(1)
    for measure in ("mhlth", "depression", "access2", "lacktrpt", "isolation", "emotionspt"):
        rebuilt[f"places24_{measure}"] = (places[f"{measure}_crude_share"] * 100).round(1)
    of_pep = {"pop_2023", "pop_18plus", "pop_65plus", "pop_5_13", "pop_14_17", "pop_18_24", "median_age"}
    assert set(known) - set(rebuilt) == of_pep | {"samhsa2020_mh_facilities"}
    differ = {}
    for name, column in rebuilt.items():
        mine, theirs = column.reindex(known.index), known[name]
        if name in {"state", "county"}:
            differ[name] = int((mine != theirs).sum())
        else:
            numbers = mine.astype("float64").to_numpy(na_value=np.nan), theirs.to_numpy(float)
            differ[name] = int((~np.isclose(*numbers, rtol=0, atol=1.1e-5, equal_nan=True)).sum())
    assert differ == dict.fromkeys(rebuilt, 0)
    assert known.pop_2023.sum() == 334_914_895


def test_the_census_goes_to_planning_regions_to_the_person(us: Us, weights: pd.DataFrame) -> None:
    census = by_county(us("CenPop2020_Mean_CO.txt"))[["population"]]
    new = across(census, "counties_2020", "counties_2022", weights, rules={"population": count})
    assert (len(census), len(new)) == (3_221, 3_222)
    assert census.population.sum() == new.population.sum() == 334_735_155
    assert new.population.loc["09110":"09190"].tolist() == [
        976_248, 325_778, 174_225, 450_376, 95_348, 112_503, 570_487, 280_430, 620_549,
    ]  # fmt: skip
    usda = by_county(us("Ruralurbancontinuumcodes2023.csv")).population_2020
    assert new.population.tolist() == usda[new.index].tolist()  # USDA's own count of each, all over the nation
    back = across(new, "counties_2022", "counties_2020", weights, rules={"population": count})
    pd.testing.assert_frame_equal(back, census.sort_index())


def test_the_codes_of_2013_go_to_those_of_2023_and_lose_nobody(us: Us, weights: pd.DataFrame) -> None:
    old = by_county(us("rucc2013.xls"))[["population_2010", "rucc_2013"]]
    new = across(
        old, "counties_2013", "counties_2022", weights, rules={"population_2010": count, "rucc_2013": of_most_people}
    )
    assert old.population_2010.sum() == new.population_2010.sum() == 312_846_492
    assert set(new.index) == set(us("Ruralurbancontinuumcodes2023.csv").table.county_id)
    assert new.population_2010["51019"] == 68_676 + 6_222  # Bedford, county and city
    assert new.population_2010["46102"] == old.population_2010["46113"]
    assert new.population_2010["02158"] == old.population_2010["02270"]
    assert new.population_2010["02063"] + new.population_2010["02066"] == old.population_2010["02261"]


def test_shortage_areas_go_from_the_half_that_has_them_to_the_other(us: Us, weights: pd.DataFrame) -> None:
    ahrf = us("AHRF2025geo.csv")
    people = Read(by_county(us("SVI_2022_US_county.csv"))[["population"]], "counties_2022", 3_144)
    with pytest.raises(TableError, match="counties_several"):
        join(people, Read(by_county(ahrf), ahrf.vintage, ahrf.rows))
    old = rows_of(by_county(ahrf), "counties_2020")[["hpsa_mental_2025"]]
    new = across(old, "counties_2020", "counties_2022", weights, rules={"hpsa_mental_2025": only_if_same})
    joined = join(people, Read(new, "counties_2022", len(new))).table
    assert joined.population.sum() == 331_097_593
    assert joined.hpsa_mental_2025.notna().all()
    assert set(joined.hpsa_mental_2025.loc["09110":"09190"]) == {2}  # all eight counties are partly short


def test_prevalence_goes_back_to_counties_and_keeps_the_people_concerned(us: Us, weights: pd.DataFrame) -> None:
    places = by_county(us("PLACES_county_2024_release.csv"))[["mhlth_crude_share"]]
    old = across(places, "counties_2022", "counties_2020", weights, rules={"mhlth_crude_share": average})
    assert len(old) == 3_144 - 9 + 8
    connecticut = weights[in_connecticut(weights.older_id)]
    regions = connecticut.groupby("newer_id").people.sum()
    counties = connecticut.groupby("older_id").people.sum()
    concerned = (regions * places.mhlth_crude_share).sum()
    assert (counties * old.mhlth_crude_share).sum() == pytest.approx(concerned)


def test_points_in_simplified_outlines_are_nearly_right(us: Us, weights: pd.DataFrame) -> None:
    """One tract of New Haven County lies in the wrong planning region at 1:20,000,000: tracts weigh better."""
    tracts = us("CenPop2020_Mean_TR.txt").table
    here = tracts[in_connecticut(tracts.county_id)].rename(columns={"county_id": "older_id"})
    outlines = by_county(us(OUTLINES.format(2023)))
    drawn = people_of_points(here, outlines[outlines.state == "CT"])
    told = weights[in_connecticut(weights.older_id)]
    both = told.merge(drawn, on=["older_id", "newer_id"], how="outer", suffixes=("_told", "_drawn")).fillna(0)
    assert both.people_told.sum() == both.people_drawn.sum() == 3_605_944
    assert (both.people_told - both.people_drawn).abs().sum() / 2 == 5_135
