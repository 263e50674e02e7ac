"""Federal Statistical Office of Germany (Destatis), list of districts, as text parted by semicolons: one row each.

Gives ``region_id`` (the district's NUTS code of level 3), ``ags`` (official key, five digits with their zeros), ``name,
kind`` (Landkreis, Kreisfreie Stadt ...), ``area_km2``, ``population``, ``population_male`` and ``population_female``
(people). The office ships a workbook (``germany_districts_workbook``); this is its table saved as text. The codes of
the list of 31 December 2018 are exactly those of Germany in NUTS 2021.

Missing: none; an empty cell is missing, never 0.
"""

from pathlib import Path

from analysis.regions.readers import _districts
from analysis.regions.readers._published import read_text
from analysis.regions.vintage import Read

_FORM = "the list of German districts, parted by semicolons"


def read(file: Path) -> Read:
    """Read the districts as ``germany_districts_2018.csv`` has them; faults of the file are a ``TableError``."""
    cells = read_text(file, _FORM, _districts.COLUMNS, separator=";")
    return _districts.tidy(cells, len(cells), file)
