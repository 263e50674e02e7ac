"""USDA Economic Research Service, Rural-Urban Commuting Area codes 2010 (revised 2019) by census tract, workbook.

Gives ``tract_id, county_id`` (of 2010), ``ruca`` (primary code, class 1 metropolitan core to 10 rural), ``population``
(people, census 2010).

The workbook was not at hand: its sheet ``Data``, the note above its head and its nine columns were read in public code
that loads it (on 2026-11-26).

Missing: ``ruca`` 99, not coded: water, where nobody lives.
"""

from pathlib import Path

from analysis.promise import TableError
from analysis.regions.readers import _ruca
from analysis.regions.readers._workbook import read_sheet
from analysis.regions.vintage import Read

_FORM = "USDA's workbook of Rural-Urban Commuting Area codes 2010"
_SHEET, _HEAD = "Data", 1
_TRACT = "State-County-Tract FIPS Code"
"""How the column's name begins; it ends with a web address."""
_CODE, _PEOPLE = "Primary RUCA Code 2010", "Tract Population, 2010"


def read(file: Path) -> Read:
    """Read codes as ``ruca2010revised.xlsx`` has them; faults of the file are a ``TableError``."""
    cells = read_sheet(file, _FORM, _SHEET, [_CODE, _PEOPLE], _HEAD)
    tracts = [name for name in cells if str(name).startswith(_TRACT)]
    if len(tracts) != 1:
        raise TableError(f"{file} has {len(tracts)} columns that begin with {_TRACT!r}; expected one in {_FORM}.")
    cells.index += _HEAD  # a fault's row is told as index + 2
    told = cells[cells[tracts[0]] != ""]
    table = _ruca.tidy(told[tracts[0]], told[_CODE], told[_PEOPLE], file)
    return Read(table, "tracts_2010", len(table))
