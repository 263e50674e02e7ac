"""Counties of 2023 with people by age, land, rurality and shares from several publishers, joined into one CSV.

Gives ``county_id, population, adults, aged_65_up, aged_5_17, aged_12_up`` (people; ages 12 and 13 are taken as 2 of the
9 years from 5 to 13), ``land_km2, rucc_2023`` (class 1-9) and, where the file has them, shares 0-1. The catalogue entry
says where each column is published. Codes lost their leading zeros in some copies.

Missing: an empty cell or a code below zero such as -999, of shares only: a county without people, land or class is a
fault.
"""

from pathlib import Path

import pandas as pd

from analysis.promise import TableError
from analysis.regions.readers._published import columns_of, numbers, padded, read_text, unique
from analysis.regions.vintage import Read, vintage_told

_FORM = "a joined table of counties"
_AGES = ["pop_18plus", "pop_65plus", "pop_5_13", "pop_14_17"]
_COUNTS = ["pop_2023", *_AGES, "land_sqkm", "rucc_2023"]
_SHARES = {
    "svi22_ep_noint": "no_internet_share",
    "svi22_ep_noveh": "no_vehicle_share",
    "svi22_ep_disabl": "disability_share",
    "svi22_ep_uninsur": "uninsured_share",
    "svi22_ep_pov150": "poverty_share",
    "svi22_ep_limeng": "limited_english_share",
    "places24_mhlth": "frequent_mental_distress_share",
    "places24_depression": "depression_share",
}
_NOT_MADE = ("-999", "-999.0")
_TWO_OF_NINE_YEARS = 2 / 9
_CLASSES = 9.0


def read(file: Path) -> Read:
    """Read the table as ``county_2023.csv`` has it; faults of the file are a ``TableError``."""
    given = [name for name in _SHARES if name in columns_of(file)]
    cells = read_text(file, _FORM, ["fips", *_COUNTS, *given])
    county = padded(cells["fips"], 5, file)
    counted = {name: _known(cells[name], county, file) for name in _COUNTS}
    children = counted["pop_5_13"] + counted["pop_14_17"]
    older = counted["pop_18plus"] + counted["pop_14_17"]
    table = pd.DataFrame(
        {
            "county_id": county,
            "population": counted["pop_2023"].round().astype("int64"),
            "adults": counted["pop_18plus"],
            "aged_65_up": counted["pop_65plus"],
            "aged_5_17": children,
            "aged_12_up": older + _TWO_OF_NINE_YEARS * counted["pop_5_13"],
            "land_km2": counted["land_sqkm"],
            "rucc_2023": counted["rucc_2023"].astype("int64"),
        }
        | {_SHARES[name]: numbers(cells[name], file, high=100.0, not_said=_NOT_MADE) / 100 for name in given}
    )
    bare = county[table.land_km2 == 0]
    if len(bare):
        raise TableError(f"{file}: fips {', '.join(bare[:3])} has no land; land_sqkm must be above zero.")
    unique(cells.assign(fips=county), ["fips"], file)
    return Read(table, vintage_told(county, "counties_2022"), len(table))


def _known(texts: "pd.Series[str]", county: "pd.Series[str]", file: Path) -> "pd.Series[float]":
    values = numbers(texts, file, high=_CLASSES if texts.name == "rucc_2023" else float("inf"))
    absent = county[values.isna()]
    if len(absent):
        raise TableError(
            f"{file}: {texts.name} is missing for fips {absent.iloc[0]!r} ({len(absent)} such), expected a number "
            "from 0 up; download it again or mend these rows."
        )
    return values
