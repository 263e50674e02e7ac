"""CMS Health Service Delivery reference workbook (Medicare Advantage, 2020): how far a specialist may be, by county.

Gives ``ssa_county`` (Medicare's code of five digits; AHRF tells the county code), ``state, name, county_type`` (Large
Metro to CEAC), ``specialty_code`` (three characters), ``specialty, limit_minutes, limit_miles``, and ``is_customised``:
the county's limits differ from those of its type in the sheet ``Master``. One row a county and specialty.

Missing: specialties that CMS counts only together with others (primary care) have no limit and no row.
"""

from pathlib import Path

import pandas as pd

from analysis.promise import TableError
from analysis.regions.readers._published import numbers, padded, said, unique
from analysis.regions.readers._workbook import read_cells
from analysis.regions.vintage import Read

_FORM = "CMS's reference workbook of provider and facility limits"
_SHEETS = ("Provider Time & Distance", "Facility Time & Distance")
_TYPES = ("Large Metro", "Metro", "Micro", "Rural", "CEAC")
_MASTER = "Master"
_PROVIDER_TABLE, _PROVIDER_STEP = 8, 2
_FACILITY_TABLE, _FACILITY_STEP = 21, 3
_FIRST_COUNTY = 4
_FIRST_LIMIT = 5


def read(file: Path) -> Read:
    """Read the limits as ``cms_hsd_reference_2020.xlsx`` has them; faults of the file are a ``TableError``."""
    sheets = [_limits(read_cells(file, _FORM, name), name, file) for name in _SHEETS]
    counties = {len(sheet.drop_duplicates("ssa_county")) for sheet in sheets}
    if len(counties) != 1:
        raise TableError(f"{file} has other counties for providers than for facilities; expected {_FORM}.")
    table = unique(pd.concat(sheets, ignore_index=True), ["ssa_county", "specialty_code"], file)
    usual = _usual(read_cells(file, _FORM, _MASTER), file)
    table = table.merge(usual, on=["specialty_code", "county_type"], how="left", validate="many_to_one")
    unknown = table[table.usual_minutes.isna()]
    if len(unknown):
        raise TableError(
            f"{file}: sheet {_MASTER!r} has no limits for specialty {unknown.specialty_code.iloc[0]!r} in counties of "
            f"type {unknown.county_type.iloc[0]!r}; expected {_FORM}."
        )
    differs = (table.limit_minutes != table.usual_minutes) | (table.limit_miles != table.usual_miles)
    table = table.assign(is_customised=differs).drop(columns=["usual_minutes", "usual_miles"])
    return Read(table, "ssa_counties_2020", counties.pop())


def _limits(cells: pd.DataFrame, sheet: str, file: Path) -> pd.DataFrame:
    """Return one row a county and specialty of a sheet whose heads take three rows and two columns a specialty."""
    is_wide = cells.shape[1] > _FIRST_LIMIT and len(cells) >= _FIRST_COUNTY
    if not is_wide or cells.iloc[1, 3] != "SSACD" or not {"Time", "Distance"} <= set(cells.iloc[3]):
        raise TableError(f"{file}: sheet {sheet!r} has no SSACD, Time and Distance where expected in {_FORM}.")
    below = cells.iloc[_FIRST_COUNTY:]
    below = below[below[3] != ""]
    below.index -= 1  # a fault's row is told as index + 2
    whose = {
        "ssa_county": padded(below[3].rename("SSACD"), 5, file),
        "state": said(below[1]),
        "name": said(below[0]),
        "county_type": below[4],
    }
    parts = []
    for place in range(_FIRST_LIMIT, cells.shape[1] - 1, 2):
        name, code = " ".join(str(cells.iloc[1, place]).split()), str(cells.iloc[2, place])
        limits = {
            "limit_minutes": numbers(below[place].rename(f"{name}, time"), file),
            "limit_miles": numbers(below[place + 1].rename(f"{name}, distance"), file),
        }
        if limits["limit_minutes"].notna().any():
            plain = name.removesuffix(" (see Notes)").removesuffix(" (See Notes)")
            parts.append(pd.DataFrame(whose | {"specialty_code": code.zfill(3), "specialty": plain} | limits))
    if not parts:
        raise TableError(f"{file}: sheet {sheet!r} has no limit at all; expected {_FORM}.")
    return pd.concat(parts, ignore_index=True)


def _usual(cells: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Return the limits of each county type: two tables side by side, a code and then minutes and miles by type."""
    rows = []
    for start, step, first in (
        (_PROVIDER_TABLE, _PROVIDER_STEP, _PROVIDER_TABLE + 2),
        (_FACILITY_TABLE, _FACILITY_STEP, _FACILITY_TABLE + 3),
    ):
        last = first + step * (len(_TYPES) - 1) + 1
        if cells.shape[1] <= last or cells.iloc[3, start] != "Code":
            raise TableError(f"{file}: sheet {_MASTER!r} has no column Code where expected in {_FORM}.")
        for place, row in enumerate(cells.iloc[6:].itertuples(index=False), start=5):
            rows += [
                (place, row[start].zfill(3), kind, row[first + step * number], row[first + 1 + step * number])
                for number, kind in enumerate(_TYPES)
                if row[start] and row[first]
            ]
    usual = pd.DataFrame(rows, columns=["place", "specialty_code", "county_type", "usual_minutes", "usual_miles"])
    usual = usual.set_index("place")
    return usual.assign(usual_minutes=numbers(usual.usual_minutes, file), usual_miles=numbers(usual.usual_miles, file))
