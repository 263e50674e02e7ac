"""US Census Bureau, cartographic boundary files of census tracts, 1:500,000: a shapefile with its companions.

Gives ``tract_id, county_id, name`` (such as "Tract 9601, Teton County"), ``state, land_km2, water_km2`` and
``geometry`` (WGS 84). Connecticut tells the vintage: files up to 2021 carry its counties, from 2022 on its planning
regions.

The file was not at hand: ``GEOID``, ``NAMELSAD`` ("Census Tract 9601"), ``NAMELSADCO`` (the county's name with its
kind), ``STUSPS``, ``ALAND`` and ``AWATER`` were read in public code that loads files of 2020 to 2023 and keeps all
their columns in a table (on 2026-11-26).

Missing: none; a tract of water only may be absent, and one without an area is a fault. A tract whose name or county is
empty is called by its number.
"""

from pathlib import Path

from analysis.regions.readers._herop import tract_vintage
from analysis.regions.readers._outlines import read_outlines
from analysis.regions.vintage import Read

_FORM = "the Census Bureau's cartographic boundaries of tracts"
_NAMES = {"GEOID": "tract_id", "NAMELSAD": "name", "NAMELSADCO": "county_name", "STUSPS": "state"}


def read(file: Path) -> Read:
    """Read the outlines as ``cb_2023_us_tract_500k.zip`` has them; faults of the file are a ``TableError``."""
    table = read_outlines(file, _FORM, _NAMES, "ALAND", "AWATER")
    table.insert(1, "county_id", table.tract_id.str[:5])
    told = table[["name", "county_name"]].astype("str")
    called = told.name.str.removeprefix("Census ") + ", " + told.county_name
    table = table.drop(columns="county_name").assign(name=called.fillna(table.tract_id))
    return Read(table, tract_vintage(table.tract_id, "tracts_2022"), len(table))
