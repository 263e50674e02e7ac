"""US Census Bureau, cartographic boundary files of counties (any year): a shapefile with its companions.

Gives ``county_id, name, state, state_name, land_km2, water_km2`` and ``geometry`` (WGS 84). Connecticut tells the
vintage: files up to 2021 draw its counties, from 2022 on its planning regions.

Missing: none; an outline too simplified to have an area is a fault, since its people would have no place.
"""

from pathlib import Path

from analysis.regions.readers._outlines import read_outlines
from analysis.regions.vintage import Read, vintage_told

_FORM = "the Census Bureau's cartographic boundaries of counties"
_NAMES = {"GEOID": "county_id", "NAMELSAD": "name", "STUSPS": "state", "STATE_NAME": "state_name"}


def read(file: Path) -> Read:
    """Read the outlines as the ``.shp`` of ``cb_2023_us_county_20m`` has them; faults are a ``TableError``."""
    table = read_outlines(file, _FORM, _NAMES, "ALAND", "AWATER")
    return Read(table, vintage_told(table.county_id, "counties_2022"), len(table))
