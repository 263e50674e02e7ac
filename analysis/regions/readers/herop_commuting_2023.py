"""Cars and commuting by census tract, American Community Survey 2019-23, as the portal HEROP ships it.

Gives ``tract_id, county_id, no_vehicle_share`` (of households, 0-1), ``commute_transit_share`` and
``commute_walking_share`` (of workers, 0-1), from ``NoVehHHld``, ``CommTransit`` and ``CommWalking``; the portal's own
dictionary was not at hand.

Missing: ``NA``, in tracts without households or without workers.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._herop import tract_ids, tract_vintage
from analysis.regions.readers._published import read_text, shares, unique
from analysis.regions.vintage import Read

_COLUMNS = ["HEROP_ID", "NoVehHHld", "CommTransit", "CommWalking"]


def read(file: Path) -> Read:
    """Read the shares as ``commuting_tract23.csv`` has them; faults of the file are a ``TableError``."""
    cells = read_text(file, "HEROP's table of commuting by tract", _COLUMNS, also=lambda name: name == "GEOID")
    tract = tract_ids(cells, file)
    table = pd.DataFrame(
        {
            "tract_id": tract,
            "county_id": tract.str[:5],
            "no_vehicle_share": shares(cells["NoVehHHld"], file),
            "commute_transit_share": shares(cells["CommTransit"], file),
            "commute_walking_share": shares(cells["CommWalking"], file),
        }
    )
    return Read(unique(table, ["tract_id"], file), tract_vintage(tract, "tracts_2022"), len(table))
