"""CDC/ATSDR Social Vulnerability Index by county or tract, CSV, survey years 2018-22: leading zeros are lost.

Gives ``county_id, state, name, land_km2`` (from square miles), ``population, households, population_margin,
households_margin`` (counts), for each condition its ``_share`` (0-1) and ``_share_margin`` (the half-width of the
publisher's 90 % interval, as a share), and ``vulnerability_rank_share`` (0 least to 1 most vulnerable).

With ``tract_id`` where ``FIPS`` is longer than a county's; that file was not at hand, and is taken to have the same
head.

Missing: -999, which the publisher writes where an estimate could not be made.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._herop import tract_vintage
from analysis.regions.readers._published import counts, numbers, padded, read_text, said, shares, unique
from analysis.regions.vintage import Read, vintage_told

_FORM = "the Social Vulnerability Index by county"
_NOT_MADE = ("-999", "-999.0")
_COUNTY_DIGITS, _TRACT_DIGITS = 5, 11
_KM2_OF_SQUARE_MILE = 2.589988110336
_CONDITIONS = {
    "POV150": "below_150_poverty",
    "UNEMP": "unemployed",
    "HBURD": "housing_burden",
    "NOHSDP": "no_high_school",
    "UNINSUR": "uninsured",
    "AGE65": "aged_65_up",
    "AGE17": "aged_0_17",
    "DISABL": "disabled",
    "SNGPNT": "single_parent",
    "LIMENG": "limited_english",
    "MINRTY": "minority",
    "MUNIT": "many_units",
    "MOBILE": "mobile_home",
    "CROWD": "crowded",
    "NOVEH": "no_vehicle",
    "GROUPQ": "group_quarters",
    "NOINT": "no_internet",
}
_OTHERS = ["ST_ABBR", "COUNTY", "FIPS", "AREA_SQMI", "E_TOTPOP", "M_TOTPOP", "E_HH", "M_HH", "RPL_THEMES"]


def read(file: Path) -> Read:
    """Read the index as ``SVI_2022_US_county.csv`` has it; faults of the file are a ``TableError``."""
    needed = [*_OTHERS, *(f"{kind}_{code}" for code in _CONDITIONS for kind in ("EP", "MP"))]
    cells = read_text(file, _FORM, needed)
    is_of_tracts = bool((cells["FIPS"].str.len() > _COUNTY_DIGITS).any())
    geoid = padded(cells["FIPS"], _TRACT_DIGITS if is_of_tracts else _COUNTY_DIGITS, file)
    columns: dict[str, pd.Series] = {"tract_id": geoid} if is_of_tracts else {}
    columns |= {
        "county_id": geoid.str[:_COUNTY_DIGITS],
        "state": said(cells["ST_ABBR"]),
        "name": said(cells["COUNTY"]),
        "land_km2": numbers(cells["AREA_SQMI"], file, not_said=_NOT_MADE) * _KM2_OF_SQUARE_MILE,
    }
    for code, name in (("TOTPOP", "population"), ("HH", "households")):
        columns[name] = counts(cells[f"E_{code}"], file, not_said=_NOT_MADE)
        columns[f"{name}_margin"] = counts(cells[f"M_{code}"], file, not_said=_NOT_MADE)
    for code, name in _CONDITIONS.items():
        columns[f"{name}_share"] = shares(cells[f"EP_{code}"], file, not_said=_NOT_MADE)
        columns[f"{name}_share_margin"] = numbers(cells[f"MP_{code}"], file, not_said=_NOT_MADE) / 100
    columns["vulnerability_rank_share"] = numbers(cells["RPL_THEMES"], file, high=1.0, not_said=_NOT_MADE)
    table = unique(pd.DataFrame(columns), ["tract_id" if is_of_tracts else "county_id"], file)
    if is_of_tracts:
        return Read(table, tract_vintage(geoid, "tracts_2022"), len(table))
    return Read(table, vintage_told(table.county_id, "counties_2022"), len(table))
