"""US Census Bureau, centres of population by county, 2020.

Gives ``county_id, name, population`` (people, census 2020), ``latitude, longitude`` (degrees, WGS 84, of the centre of
its people).

Missing: none.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._published import counts, numbers, padded, read_text, said, unique
from analysis.regions.vintage import Read, vintage_told

_COLUMNS = ["STATEFP", "COUNTYFP", "COUNAME", "POPULATION", "LATITUDE", "LONGITUDE"]


def read(file: Path) -> Read:
    """Read the centres as ``CenPop2020_Mean_CO.txt`` has them; faults of the file are a ``TableError``."""
    cells = read_text(file, "the Census Bureau's centres of population by county", _COLUMNS)
    table = pd.DataFrame(
        {
            "county_id": padded(cells["STATEFP"], 2, file) + padded(cells["COUNTYFP"], 3, file),
            "name": said(cells["COUNAME"]),
            "population": counts(cells["POPULATION"], file),
            "latitude": numbers(cells["LATITUDE"], file, low=-90.0, high=90.0),
            "longitude": numbers(cells["LONGITUDE"], file, low=-180.0, high=180.0),
        }
    )
    return Read(unique(table, ["county_id"], file), vintage_told(table.county_id, "counties_2020"), len(table))
