"""People by ZIP Code Tabulation Area, American Community Survey: one row an area, its publisher not named in it.

Gives ``zcta, population, black_population`` (people). The file names no year; its areas are those of 2020.

Missing: none; 0 is an area where the survey counts nobody.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._published import counts, padded, read_text, unique
from analysis.regions.vintage import Read


def read(file: Path) -> Read:
    """Read the people as ``ACS_ZCTA_Total_Populations.csv`` has them; faults of the file are a ``TableError``."""
    cells = read_text(file, "a table of people by ZCTA", ["GEOID", "NAME", "total_pop", "total_black"])
    table = pd.DataFrame(
        {
            "zcta": padded(cells["GEOID"], 5, file),
            "population": counts(cells["total_pop"], file),
            "black_population": counts(cells["total_black"], file),
        }
    )
    return Read(unique(table, ["zcta"], file), "zctas_2020", len(table))
