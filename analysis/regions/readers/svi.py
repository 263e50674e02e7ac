"""CDC/ATSDR Social Vulnerability Index by county, tract or ZCTA, CSV, survey years 2018-22: leading zeros are lost.

Gives ``county_id, state, name, land_km2`` (from square miles), ``population, households, population_margin,
households_margin`` (counts), for each condition its ``_share`` (0-1) and ``_share_margin`` (the half-width of the
publisher's 90 % interval, as a share), and ``vulnerability_rank_share`` (0 least to 1 most vulnerable).

With ``tract_id`` where ``FIPS`` is longer than a county's, and ``zcta`` in the place of ``county_id, state, name,
land_km2`` where there is no ``COUNTY`` or ``LOCATION`` names ZCTAs. These two files were not at hand: that of tracts is
taken to have the head of counties; of that of ZCTAs public code tells (on 2026-11-26) that ``FIPS`` is the ZCTA and
``LOCATION`` says ``ZCTA5 00601``, the rest is taken to be the same. One such program found a line above the head,
several none.

Missing: -999, which the publisher writes where an estimate could not be made; and a margin of 100 %, which stands where
its formula failed (speakers of little English in 113 counties, among them Los Angeles, whose count has a margin below
1 %).
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._herop import tract_vintage
from analysis.regions.readers._published import check_columns, counts, numbers, padded, read_text, said, shares, unique
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
_COUNTY = ["ST_ABBR", "COUNTY", "AREA_SQMI"]
_OTHERS = ["FIPS", "E_TOTPOP", "M_TOTPOP", "E_HH", "M_HH", "RPL_THEMES"]


def read(file: Path) -> Read:
    """Read the index as ``SVI_2022_US_county.csv`` has it; faults of the file are a ``TableError``."""
    needed = [*_OTHERS, *(f"{kind}_{code}" for code in _CONDITIONS for kind in ("EP", "MP"))]
    cells = read_text(file, _FORM, needed, also=lambda name: name in {*_COUNTY, "LOCATION"})
    columns = _named(cells, file)
    for code, name in (("TOTPOP", "population"), ("HH", "households")):
        columns[name] = counts(cells[f"E_{code}"], file, not_said=_NOT_MADE)
        columns[f"{name}_margin"] = counts(cells[f"M_{code}"], file, not_said=_NOT_MADE)
    for code, name in _CONDITIONS.items():
        columns[f"{name}_share"] = shares(cells[f"EP_{code}"], file, not_said=_NOT_MADE)
        margin = numbers(cells[f"MP_{code}"], file, not_said=_NOT_MADE) / 100
        columns[f"{name}_share_margin"] = margin.mask(margin >= 1)
    columns["vulnerability_rank_share"] = numbers(cells["RPL_THEMES"], file, high=1.0, not_said=_NOT_MADE)
    table = unique(pd.DataFrame(columns), [next(iter(columns))], file)
    if "zcta" in columns:
        return Read(table, "zctas_2020", len(table))
    if "tract_id" in columns:
        return Read(table, tract_vintage(table.tract_id, "tracts_2022"), len(table))
    return Read(table, vintage_told(table.county_id, "counties_2022"), len(table))


def _named(cells: pd.DataFrame, file: Path) -> dict[str, pd.Series]:
    """Return the ids of each row, its own first, its names and its land."""
    is_of_tracts = bool((cells["FIPS"].str.len() > _COUNTY_DIGITS).any())
    geoid = padded(cells["FIPS"], _TRACT_DIGITS if is_of_tracts else _COUNTY_DIGITS, file)
    says_zcta = "LOCATION" in cells and bool(cells["LOCATION"].str.startswith("ZCTA").any())
    if not is_of_tracts and (says_zcta or "COUNTY" not in cells):
        return {"zcta": geoid}
    check_columns(file, _FORM, [str(name) for name in cells], _COUNTY)
    own: dict[str, pd.Series] = {"tract_id": geoid} if is_of_tracts else {}
    return own | {
        "county_id": geoid.str[:_COUNTY_DIGITS],
        "state": said(cells["ST_ABBR"]),
        "name": said(cells["COUNTY"]),
        "land_km2": numbers(cells["AREA_SQMI"], file, not_said=_NOT_MADE) * _KM2_OF_SQUARE_MILE,
    }
