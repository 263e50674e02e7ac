"""Federal Statistical Office of Germany (Destatis), list of districts, workbook ``04-kreise.xlsx``.

Gives the columns of ``germany_districts``. The workbook itself was not at hand: its second sheet has nine columns (key,
kind, name, NUTS 3, area, people, men, women, density) below a head of six rows, with the states and sums between the
districts, as several public programs that read it agree (read on 2026-11-26). A district is a row with a key of five
digits and a NUTS code.

Missing: none; an empty cell is missing, never 0.
"""

from pathlib import Path

from analysis.promise import TableError
from analysis.regions.readers import _districts
from analysis.regions.readers._nuts import are_regions
from analysis.regions.readers._published import check_columns
from analysis.regions.readers._workbook import read_cells
from analysis.regions.vintage import Read

_FORM = "the workbook 04-kreise.xlsx, list of German districts"
_SHEET = 1
_HEAD_ROWS = 8
"""Rows at the top in which the name of the column of NUTS codes is looked for."""


def read(file: Path) -> Read:
    """Read the districts as ``04-kreise.xlsx`` has them; faults of the file are a ``TableError``."""
    cells = read_cells(file, _FORM, _SHEET)
    width = len(_districts.COLUMNS)
    top = [str(name) for row in cells.head(_HEAD_ROWS).to_numpy() for name in row if name]
    check_columns(file, _FORM, top, ["NUTS3"])
    if cells.shape[1] < width:
        raise TableError(
            f"{file} has {cells.shape[1]} columns, expected at least {width} of {_FORM}: download it again."
        )
    named = cells.iloc[:, :width].set_axis(_districts.COLUMNS, axis=1)
    rows = named[named["AGS"].str.fullmatch(r"[0-9]{4,5}") & are_regions(named["NUTS3"])]
    if rows.empty:
        raise TableError(f"{file} has a head but no districts; expected {_FORM}: download it again.")
    return _districts.tidy(rows.reset_index(drop=True), len(rows), file)
