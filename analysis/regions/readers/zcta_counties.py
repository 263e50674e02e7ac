"""US Census Bureau, relationship of ZIP Code Tabulation Areas and counties, both of 2020, by land.

Gives ``zcta, county_id, land_km2`` (that both have) and ``land_share`` (0-1, of the ZCTA's land; adds up to 1 a ZCTA).
One row a pair; land of a county outside every ZCTA is left out.

Land says little of people: where people are known (``hud_zip_counties``), weigh by them.

The file was not at hand: its head and first rows were read in public code that loads it (on 2026-11-26).

Missing: ``land_share`` of a ZCTA that is water only.
"""

from pathlib import Path

from analysis.regions.readers._parts import read_parts, share_of
from analysis.regions.vintage import Read

_FORM = "the Census Bureau's relationship of ZCTAs and counties of 2020"
_IDS = {"GEOID_ZCTA5_20": ("zcta", 5), "GEOID_COUNTY_20": ("county_id", 5)}


def read(file: Path) -> Read:
    """Read parts as ``tab20_zcta520_county20_natl.txt`` has them; faults of the file are a ``TableError``."""
    parts, rows = read_parts(file, _FORM, _IDS)
    return Read(parts.assign(land_share=share_of(parts, "zcta")), "zctas_2020", rows)
