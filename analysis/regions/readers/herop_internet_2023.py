"""Internet by census tract, American Community Survey 2019-23, as the portal HEROP ships it.

Gives ``tract_id, county_id, computer_households`` (households), ``computer_share`` and ``broadband_share`` (of
households, 0-1), from ``CompHhlds``, ``CompHhldsP`` and ``BbndInternetP`` as their names say; the portal's own
dictionary was not at hand.

Missing: ``NA``, in tracts without households.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._herop import tract_ids, tract_vintage
from analysis.regions.readers._published import counts, read_text, shares, unique
from analysis.regions.vintage import Read

_COLUMNS = ["HEROP_ID", "CompHhlds", "CompHhldsP", "BbndInternetP"]


def read(file: Path) -> Read:
    """Read the shares as ``internet_tract23.csv`` has them; faults of the file are a ``TableError``."""
    cells = read_text(file, "HEROP's table of internet by tract", _COLUMNS, also=lambda name: name == "GEOID")
    tract = tract_ids(cells, file)
    table = pd.DataFrame(
        {
            "tract_id": tract,
            "county_id": tract.str[:5],
            "computer_households": counts(cells["CompHhlds"], file),
            "computer_share": shares(cells["CompHhldsP"], file),
            "broadband_share": shares(cells["BbndInternetP"], file),
        }
    )
    return Read(unique(table, ["tract_id"], file), tract_vintage(tract, "tracts_2022"), len(table))
