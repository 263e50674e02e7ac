"""US Census Bureau, centres of population by census tract, 2020.

Gives ``tract_id, county_id, population`` (people, census 2020), ``latitude, longitude`` (degrees, WGS 84, of the centre
of its people).

Missing: none; a tract where nobody lives has population 0 and a point of its area.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._herop import tract_vintage
from analysis.regions.readers._published import counts, numbers, padded, read_text, unique
from analysis.regions.vintage import Read

_COLUMNS = ["STATEFP", "COUNTYFP", "TRACTCE", "POPULATION", "LATITUDE", "LONGITUDE"]


def read(file: Path) -> Read:
    """Read the centres as ``CenPop2020_Mean_TR.txt`` has them; faults of the file are a ``TableError``."""
    cells = read_text(file, "the Census Bureau's centres of population by tract", _COLUMNS)
    county = padded(cells["STATEFP"], 2, file) + padded(cells["COUNTYFP"], 3, file)
    table = pd.DataFrame(
        {
            "tract_id": county + padded(cells["TRACTCE"], 6, file),
            "county_id": county,
            "population": counts(cells["POPULATION"], file),
            "latitude": numbers(cells["LATITUDE"], file, low=-90.0, high=90.0),
            "longitude": numbers(cells["LONGITUDE"], file, low=-180.0, high=180.0),
        }
    )
    return Read(unique(table, ["tract_id"], file), tract_vintage(table.tract_id, "tracts_2020"), len(table))
