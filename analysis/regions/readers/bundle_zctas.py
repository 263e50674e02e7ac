"""Postal areas (ZCTA) of the United States as they ship with the project: centre, people, main county and RUCA code.

Gives ``zcta, county_id`` (the county of 2020 with most of its people), ``population`` (people, ACS 2016-20),
``latitude, longitude`` (degrees, WGS 84, of the land's centre), ``ruca`` (class 1-10). Made by
``data/build_bundle.py``.

Missing: ``county_id`` of the areas of American Samoa, Guam, the Northern Marianas and the Virgin Islands; ``ruca``
where not coded.
"""

from pathlib import Path

import pandas as pd

from analysis.regions.readers._published import check_columns, damaged
from analysis.regions.vintage import Read

_FORM = "the Parquet table of postal areas that ships"
_COLUMNS = ["zcta", "region_id", "population", "latitude", "longitude", "ruca"]


def read(file: Path) -> Read:
    """Read the areas as ``us_zctas.parquet`` has them; faults of the file are a ``TableError``."""
    try:
        areas = pd.read_parquet(file)
    except (ValueError, OSError) as fault:
        raise damaged(file, _FORM, fault) from fault
    check_columns(file, _FORM, list(areas.columns), _COLUMNS)
    return Read(areas[_COLUMNS].rename(columns={"region_id": "county_id"}), "zctas_2020", len(areas))
