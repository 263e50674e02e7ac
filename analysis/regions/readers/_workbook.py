"""Sheets of publishers' Excel files, .xls and .xlsx, as text."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError

from analysis.promise import TableError
from analysis.regions.readers._published import check_columns, damaged, stripped


def read_sheet(file: Path, form: str, sheet: str | int, columns: Sequence[str], head: int = 0) -> pd.DataFrame:
    """Return the rows below row ``head`` of a sheet of an Excel file (.xls or .xlsx), all cells as text.

    Raises
    ------
    TableError
        The file is absent, damaged, or no such workbook.

    """
    cells = read_cells(file, form, sheet)
    names = [" ".join(name.split()) for name in (cells.iloc[head] if head < len(cells) else [])]
    check_columns(file, form, names, columns)
    table = cells.iloc[head + 1 :].reset_index(drop=True).set_axis(names, axis=1)
    if table.empty:
        raise TableError(f"{file} has a head but no rows; expected {form}: download it again.")
    return table


def read_cells(file: Path, form: str, sheet: str | int) -> pd.DataFrame:
    """Return every cell of a sheet as text; whole numbers without a decimal point.

    Raises
    ------
    TableError
        The file is absent, damaged, or has no such sheet.

    """
    try:
        cells = pd.read_excel(
            file, sheet_name=sheet, header=None, engine="calamine", dtype="str", keep_default_na=False
        )
    except (CalamineError, OSError, ValueError) as fault:
        raise damaged(file, form, fault) from fault
    return stripped(cells)
