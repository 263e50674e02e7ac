"""US Census Bureau, gazetteer of counties, census tracts or ZIP Code Tabulation Areas: area and inner point.

Gives ``county_id, name, state``, or ``tract_id, county_id, state``, or ``zcta``, with ``land_km2, water_km2,
latitude, longitude`` (degrees, WGS 84, of a point inside the area; not of its people).

No file was at hand: heads and first rows were read in public code (on 2026-11-26). Files up to 2024 part their cells by
tabs and fill the last one up with blanks; those of 2025 part them by ``|`` and have a further id ``GEOIDFQ``. Both are
read, plain or as the archive they come in. That a file is UTF-8 is taken from programs that read it as such.

Missing: none; an area of water only has ``land_km2`` 0.
"""

from pathlib import Path

import pandas as pd

from analysis.promise import TableError
from analysis.regions.readers._herop import tract_vintage
from analysis.regions.readers._published import first_line, numbers, padded, read_text, said, unique
from analysis.regions.vintage import Read, vintage_told

_FORM = "a gazetteer of the Census Bureau"
_COLUMNS = ["GEOID", "ALAND", "AWATER", "INTPTLAT", "INTPTLONG"]
_COUNTY_DIGITS, _TRACT_DIGITS = 5, 11
_KM2_OF_M2 = 1e-6


def read(file: Path) -> Read:
    """Read places as ``2023_Gaz_counties_national.zip`` has them; faults of the file are a ``TableError``."""
    separator = "|" if "|" in first_line(file) else "\t"
    cells = read_text(file, _FORM, _COLUMNS, separator=separator, also=lambda name: name in {"USPS", "NAME"})
    digits = int(cells["GEOID"].str.len().max())
    if digits not in {_COUNTY_DIGITS, _TRACT_DIGITS}:
        raise TableError(f"{file}: GEOID has {digits} digits, expected those of a county, a ZCTA or a tract.")
    geoid = padded(cells["GEOID"], digits, file)
    place = pd.DataFrame(
        {
            "land_km2": numbers(cells["ALAND"], file) * _KM2_OF_M2,
            "water_km2": numbers(cells["AWATER"], file) * _KM2_OF_M2,
            "latitude": numbers(cells["INTPTLAT"], file, low=-90.0, high=90.0),
            "longitude": numbers(cells["INTPTLONG"], file, low=-180.0, high=180.0),
        }
    )
    if "USPS" not in cells:
        table = pd.concat([geoid.rename("zcta"), place], axis=1)
        return Read(unique(table, ["zcta"], file), "zctas_2020", len(table))
    state = said(cells["USPS"]).rename("state")
    county = geoid.str[:_COUNTY_DIGITS].rename("county_id")
    if digits == _TRACT_DIGITS:
        table = pd.concat([geoid.rename("tract_id"), county, state, place], axis=1)
        return Read(unique(table, ["tract_id"], file), tract_vintage(geoid, "tracts_2022"), len(table))
    if "NAME" not in cells:
        raise TableError(f"{file} lacks column NAME; expected {_FORM}: download it again.")
    table = pd.concat([county, said(cells["NAME"]).rename("name"), state, place], axis=1)
    return Read(unique(table, ["county_id"], file), vintage_told(county, "counties_2022"), len(table))
