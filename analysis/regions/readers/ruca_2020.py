"""USDA Economic Research Service, Rural-Urban Commuting Area codes 2020 by census tract, CSV in Latin-1.

Gives ``tract_id, county_id`` (of 2020: Connecticut's old counties, from ``TractFIPS20``, which every row has), ``ruca``
(primary code, class 1 metropolitan core to 10 rural), ``population`` (people).

The file was not at hand: its head of 27 columns and its encoding were read in public code that loads it (on
2026-11-26). ``herop_ruca_2020`` reads the same codes as another portal ships them.

Missing: ``ruca`` 99, not coded: water, where nobody lives.
"""

from pathlib import Path

from analysis.regions.readers import _ruca
from analysis.regions.readers._herop import tract_vintage
from analysis.regions.readers._published import read_text
from analysis.regions.vintage import Read

_FORM = "USDA's Rural-Urban Commuting Area codes 2020 by tract"
_COLUMNS = ["TractFIPS20", "PrimaryRUCA", "Population"]


def read(file: Path) -> Read:
    """Read codes as ``2020-rural-urban-commuting-area-codes-census-tracts.csv`` has them; faults: ``TableError``."""
    cells = read_text(file, _FORM, _COLUMNS, encoding="latin-1")
    people = cells["Population"].str.replace(",", "", regex=False)
    table = _ruca.tidy(cells["TractFIPS20"], cells["PrimaryRUCA"], people, file)
    return Read(table, tract_vintage(table.tract_id, "tracts_2020"), len(table))
