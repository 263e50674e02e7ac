"""ZIP Code Tabulation Areas of 2020 and the counties of 2020 each touches, from the Census Bureau's relationship file.

Gives ``zcta, county_id, state`` and ``county_name``, one row a pair. It holds no weights: a ZCTA in two counties cannot
be divided with it. The publisher of this extract is not named in it.

Missing: none.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._published import padded, read_text, said, unique
from analysis.regions.vintage import Read

_COLUMNS = ["zcta", "state_usps", "county_name", "county_fips"]


def read(file: Path) -> Read:
    """Read the pairs as ``zcta2020_county_crosswalk.csv`` has them; faults of the file are a ``TableError``."""
    cells = read_text(file, "the ZCTA to county crosswalk", _COLUMNS)
    table = pd.DataFrame(
        {
            "zcta": padded(cells["zcta"], 5, file),
            "county_id": padded(cells["county_fips"], 5, file),
            "state": said(cells["state_usps"]),
            "county_name": said(cells["county_name"]),
        }
    )
    return Read(unique(table, ["zcta", "county_id"], file), "zctas_2020", len(table))
