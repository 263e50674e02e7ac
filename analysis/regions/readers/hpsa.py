"""HRSA, Health Professional Shortage Areas of mental health, detail: designations in force, one row a component.

Gives ``hpsa_id, county_id, tract_id, component`` (``county, subdivision, tract, facility``: what the row designates),
``designation`` (``geographic``: everybody there; ``population``: a group of them, such as those with low income;
``facility``: a clinic or prison, nobody's home), ``score`` (0 to 25, higher is more urgent), ``is_designated`` and
``is_proposed_for_withdrawal``. One designation has several rows; withdrawn ones have none here, so ``is_designated`` is
true in each.

Designations proposed for withdrawal are in force: HRSA lists them among those that are currently designated, and they
stay so until a notice withdraws them (Federal Register notice of 1 July 2024, 89 FR 54471; read on 2026-11-26).

The file was not at hand: its head, its comma after the last cell, its few rows that are there twice and its words were
read in public code that loads it (on 2026-11-26). Codes of Connecticut are those of its old counties at least in part,
and tracts are those of the year of the designation: the vintage is told by the counties, or is ``counties_several``.
The county of an area is the beginning of its number, for some rows have ``XXXXX`` instead of a county.

Missing: ``tract_id`` where the component is no tract; ``county_id`` of a facility and ``score`` where the cell is
empty.
"""

from pathlib import Path

import pandas as pd

from analysis.promise import TableError
from analysis.regions.readers._published import counts, padded, read_text
from analysis.regions.vintage import Read, vintage_told

_FORM = "HRSA's detail of mental-health shortage areas"
_ID, _STATUS, _KIND = "HPSA ID", "HPSA Status", "Designation Type"
_COUNTY, _PLACE = "Common State County FIPS Code", "HPSA Geography Identification Number"
_COMPONENT, _FIELD = "HPSA Component Type Description", "HPSA Discipline Class"
_COLUMNS = [_ID, _STATUS, "HPSA Score", _KIND, _COUNTY, _PLACE, _COMPONENT, _FIELD]
_STATUSES = {"Designated": True, "Proposed For Withdrawal": True, "Withdrawn": False}
_COMPONENTS = {
    "Single County": "county",
    "County Subdivision": "subdivision",
    "Census Tract": "tract",
    "Unknown": "facility",
}
_AREAS = {"Geographic HPSA": "geographic", "High Needs Geographic HPSA": "geographic", "HPSA Population": "population"}
_DIGITS = {"county": 5, "subdivision": 10, "tract": 11}
_HIGHEST_SCORE = 25.0


def read(file: Path) -> Read:
    """Read designations as ``BCD_HPSA_FCT_DET_MH.csv`` has them; faults of the file are a ``TableError``."""
    cells = read_text(file, _FORM, _COLUMNS)
    others = cells[_FIELD][cells[_FIELD] != "Mental Health"]
    if len(others):
        raise TableError(f"{file} is of {others.iloc[0]!r}; expected {_FORM}: download the file of mental health.")
    rows = cells[_coded(cells[_STATUS], _STATUSES, file)].drop_duplicates()
    component = _coded(rows[_COMPONENT], _COMPONENTS, file)
    designation = rows[_KIND].map(_AREAS)
    strange = rows[_KIND][designation.isna() & (component != "facility")]
    if len(strange):
        raise TableError(
            f"{file}, row {int(strange.index[0]) + 2}: {_KIND} is {strange.iloc[0]!r} of an area, expected "
            f"{', '.join(_AREAS)}; the publisher has a new kind, and its reader must follow."
        )
    table = pd.DataFrame(
        {
            "hpsa_id": rows[_ID],
            "county_id": _counties(rows, component, file),
            "tract_id": _places(rows, component, "tract", file),
            "component": component,
            "designation": designation.fillna("facility"),
            "score": counts(rows["HPSA Score"], file, high=_HIGHEST_SCORE),
            "is_designated": True,
            "is_proposed_for_withdrawal": rows[_STATUS] == "Proposed For Withdrawal",
        }
    )
    return Read(table.reset_index(drop=True), _vintage(table.county_id.dropna()), len(cells))


def _coded(texts: "pd.Series[str]", codes: dict[str, str] | dict[str, bool], file: Path) -> pd.Series:
    unknown = texts[~texts.isin(list(codes))]
    if len(unknown):
        raise TableError(
            f"{file}, row {int(unknown.index[0]) + 2}: {texts.name} is {unknown.iloc[0]!r} ({len(unknown)} such), "
            f"expected {', '.join(codes)}; the publisher has a new word, and its reader must follow."
        )
    return texts.map(codes)


def _counties(rows: pd.DataFrame, component: pd.Series, file: Path) -> "pd.Series[str]":
    """Return the county of each component: the beginning of an area's number, what the row says of a facility."""
    parts = [_places(rows, component, kind, file).dropna().str[:5] for kind in _DIGITS]
    told = rows[_COUNTY][(component == "facility") & rows[_COUNTY].str.fullmatch("[0-9]{4,5}")]
    return pd.concat([*parts, padded(told, 5, file)]).reindex(rows.index)


def _places(rows: pd.DataFrame, component: pd.Series, kind: str, file: Path) -> "pd.Series[str]":
    """Return the number of components of a kind; of a state's two digits only the first can have been lost."""
    told, digits = rows[_PLACE][component == kind], _DIGITS[kind]
    short = told[told.str.len() < digits - 1]
    if len(short):
        raise TableError(
            f"{file}, row {int(short.index[0]) + 2}: {_PLACE} is {short.iloc[0]!r} ({len(short)} such) of a {kind}, "
            f"expected {digits} digits; the publisher has another form, and its reader must follow."
        )
    return padded(told, digits, file).reindex(rows.index)


def _vintage(counties: "pd.Series[str]") -> str:
    try:
        return vintage_told(counties, "counties_2022")
    except TableError:
        return "counties_several"
