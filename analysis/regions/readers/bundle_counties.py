"""Counties of the United States as they ship with the project: outlines, people, land and rurality.

Gives ``county_id, name, state, population`` (people, July 2020), ``land_km2``, ``rurality`` (Rural-Urban Continuum Code
2013, 1-9) and ``geometry`` (WGS 84). Made by ``data/build_bundle.py``.

Missing: none.
"""

from pathlib import Path

import geopandas as gpd

from analysis.regions.readers._published import check_columns, damaged
from analysis.regions.vintage import Read

_FORM = "the GeoParquet table of counties that ships"
_COLUMNS = ["region_id", "name", "state", "population", "land_km2", "rurality", "geometry"]


def read(file: Path) -> Read:
    """Read the counties as ``us_counties.parquet`` has them; faults of the file are a ``TableError``."""
    try:
        counties = gpd.read_parquet(file)
    except (ValueError, OSError) as fault:
        raise damaged(file, _FORM, fault) from fault
    check_columns(file, _FORM, list(counties.columns), _COLUMNS)
    return Read(counties.rename(columns={"region_id": "county_id"}), "counties_2020", len(counties))
