"""US Census Bureau, cartographic boundary file of ZIP Code Tabulation Areas of 2020, 1:500,000, in an archive.

Gives ``zcta, land_km2, water_km2`` and ``geometry`` (WGS 84).

The file was not at hand: its columns (``ZCTA5CE20``, ``ALAND20``, ``AWATER20``) were read in public code that loads it
(on 2026-11-26).

Missing: none; an area without an outline is a fault, since its people would have no place.
"""

from pathlib import Path

from analysis.regions.readers._outlines import read_outlines
from analysis.regions.vintage import Read

_FORM = "the Census Bureau's cartographic boundaries of ZCTAs of 2020"


def read(file: Path) -> Read:
    """Read the outlines as ``cb_2020_us_zcta520_500k.zip`` has them; faults of the file are a ``TableError``."""
    table = read_outlines(file, _FORM, {"ZCTA5CE20": "zcta"}, "ALAND20", "AWATER20")
    return Read(table, "zctas_2020", len(table))
