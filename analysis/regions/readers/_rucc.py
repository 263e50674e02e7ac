"""What the Rural-Urban Continuum Codes mean in each of the forms the USDA ships them in."""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._published import counts, padded, said, unique
from analysis.regions.vintage import Read, vintage_told

_NEW_CODES = {"2013": "counties_2013", "2023": "counties_2022"}
_CENSUS = {"2013": "2010", "2023": "2020"}


def columns(year: str) -> list[str]:
    """Return the columns of the workbook of a year."""
    return ["FIPS", "State", "County_Name", f"Population_{_CENSUS[year]}", f"RUCC_{year}"]


def tidy(wide: pd.DataFrame, year: str, rows: int, file: Path) -> Read:
    """Return one row a county, out of text cells with the columns of the workbook."""
    census = _CENSUS[year]
    table = pd.DataFrame(
        {
            "county_id": padded(wide["FIPS"], 5, file),
            "state": said(wide["State"]),
            "name": said(wide["County_Name"]),
            f"population_{census}": counts(wide[f"Population_{census}"], file),
            f"rucc_{year}": counts(wide[f"RUCC_{year}"], file, high=9.0),
        }
    )
    vintage = vintage_told(table.county_id, _NEW_CODES[year])
    return Read(unique(table, ["county_id"], file), vintage, rows)
