"""USDA Economic Research Service, Rural-Urban Continuum Codes 2023, workbook ``rucc2023.xlsx``: one row a county.

As the long CSV (``rucc_2023``). Gives ``county_id, state, name, population_2020`` (people, census), ``rucc_2023``
(class 1-9), with Connecticut's planning regions.

Missing: the class of islands where nobody lives ("Not Applicable").
"""

from pathlib import Path

from analysis.regions.readers import _rucc
from analysis.regions.readers._workbook import read_sheet
from analysis.regions.vintage import Read


def read(file: Path) -> Read:
    """Read the codes as ``rucc2023.xlsx`` has them; faults of the file are a ``TableError``."""
    form = "USDA's workbook of Rural-Urban Continuum Codes 2023"
    cells = read_sheet(file, form, 0, _rucc.columns("2023"))
    return _rucc.tidy(cells, "2023", len(cells), file)
