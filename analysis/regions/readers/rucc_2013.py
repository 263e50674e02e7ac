"""USDA Economic Research Service, Rural-Urban Continuum Codes 2013, workbook ``rucc2013.xls``: one row a county.

Gives ``county_id, state, name, population_2010`` (people, census), ``rucc_2013`` (class 1-9). Codes are those of 2013:
Connecticut's counties, Bedford city, Valdez-Cordova.

Missing: the class of islands where nobody lives ("Not Applicable").
"""

from pathlib import Path

from analysis.regions.readers import _rucc
from analysis.regions.readers._workbook import read_sheet
from analysis.regions.vintage import Read


def read(file: Path) -> Read:
    """Read the codes as ``rucc2013.xls`` has them; faults of the file are a ``TableError``."""
    form = "USDA's workbook of Rural-Urban Continuum Codes 2013"
    cells = read_sheet(file, form, 0, _rucc.columns("2013"))
    return _rucc.tidy(cells, "2013", len(cells), file)
