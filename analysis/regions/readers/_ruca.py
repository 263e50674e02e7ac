"""Rural-Urban Commuting Area codes by census tract, as both editions of the USDA have them."""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._published import counts, padded, unique

_NOT_CODED = "99"
_CODES = 10.0


def tidy(tracts: "pd.Series[str]", codes: "pd.Series[str]", people: "pd.Series[str]", file: Path) -> pd.DataFrame:
    """Return ``tract_id, county_id, ruca`` (1-10), ``population`` (people), one row a tract."""
    tract = padded(tracts, 11, file)
    table = pd.DataFrame(
        {
            "tract_id": tract,
            "county_id": tract.str[:5],
            "ruca": counts(codes, file, low=1.0, high=_CODES, not_said=[_NOT_CODED]),
            "population": counts(people, file),
        }
    ).reset_index(drop=True)
    return unique(table, ["tract_id"], file)
