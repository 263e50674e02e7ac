"""US Census Bureau, relationship of census tracts of 2020 and of 2010: which became which, by land.

Gives ``tract_2010_id, tract_2020_id, land_km2`` (that both have), ``land_of_2010_share`` and ``land_of_2020_share``
(0-1, of the tract's land; each adds up to 1 a tract). One row a pair. Tracts of Connecticut are in its old counties.

Land says little of people: a part of half the land may hold nobody, so figures that go over by it are estimates.

The file was not at hand: its head and first rows were read in public code that loads it (on 2026-11-26).

Missing: shares of a tract that is water only.
"""

from pathlib import Path

from analysis.regions.readers._parts import read_parts, share_of
from analysis.regions.vintage import Read

_FORM = "the Census Bureau's relationship of tracts of 2020 and 2010"
_IDS = {"GEOID_TRACT_10": ("tract_2010_id", 11), "GEOID_TRACT_20": ("tract_2020_id", 11)}


def read(file: Path) -> Read:
    """Read parts as ``tab20_tract20_tract10_natl.txt`` has them; faults of the file are a ``TableError``."""
    parts, rows = read_parts(file, _FORM, _IDS)
    shares = {f"land_of_{year}_share": share_of(parts, f"tract_{year}_id") for year in ("2010", "2020")}
    return Read(parts.assign(**shares), "tracts_2010_and_2020", rows)
