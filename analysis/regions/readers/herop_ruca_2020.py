"""Rural-Urban Commuting Area codes 2020 by census tract, USDA's as the portal HEROP ships them.

The tract is the last eleven characters of ``HEROP_ID``. Gives ``tract_id, county_id, ruca_primary`` (class 1-10),
``ruca_secondary`` (text such as ``4.1``), ``rurality`` (the portal's Urban, Suburban or Rural).

Missing: code 99, not coded (nobody lives there); the portal calls such tracts Rural, which is missing here too.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._herop import tract_ids, tract_vintage
from analysis.regions.readers._published import counts, read_text, said, unique
from analysis.regions.vintage import Read

_NOT_CODED = "99"


def read(file: Path) -> Read:
    """Read the codes as ``oeps_tract_RUCA_2020.csv`` has them; faults of the file are a ``TableError``."""
    cells = read_text(file, "HEROP's table of RUCA codes by tract", ["HEROP_ID", "Ruca1", "Ruca2", "Rurality"])
    tract = tract_ids(cells, file)
    coded = cells["Ruca1"] != _NOT_CODED
    table = pd.DataFrame(
        {
            "tract_id": tract,
            "county_id": tract.str[:5],
            "ruca_primary": counts(cells["Ruca1"], file, high=10.0, not_said=[_NOT_CODED]),
            "ruca_secondary": said(cells["Ruca2"]).where(cells["Ruca2"] != _NOT_CODED),
            "rurality": said(cells["Rurality"]).where(coded),
        }
    )
    return Read(unique(table, ["tract_id"], file), tract_vintage(tract, "tracts_2022"), len(table))
