"""Tables of Eurostat in both forms it ships them: SDMX-CSV (a row a year) and TSV (a column a year)."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.promise import TableError
from analysis.regions.readers._published import check_columns, columns_of, read_text

_TIME = "TIME_PERIOD"
_CORNER = f"\\{_TIME}"
"""How the first name of a TSV ends: the dimensions of the rows, then that of the columns."""
_NO_VALUE = ":"
_VALUE = f"{_NO_VALUE}|-?[0-9]+(?:[.][0-9]+)?"
_FLAGS = "[A-Za-z@]*"


def observations(file: Path, form: str, dimensions: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """Return one row an observation, and how many rows the file has; ``form`` says in errors what was expected.

    Columns are the dimensions, ``TIME_PERIOD``, ``OBS_VALUE`` (empty where Eurostat has none) and ``OBS_FLAG`` (``b``
    break in time series, ``p`` provisional, ``e`` estimated and others, also together; empty where none), all text.

    Raises
    ------
    TableError
        The file is absent, damaged, or of another form.

    """
    first = columns_of(file)
    is_tsv = any(_CORNER in name for name in first)
    return _of_tsv(file, form, dimensions) if is_tsv else _of_csv(file, form, dimensions)


def _of_csv(file: Path, form: str, dimensions: Sequence[str]) -> tuple[pd.DataFrame, int]:
    cells = read_text(file, form, [*dimensions, _TIME, "OBS_VALUE"], also=lambda name: name == "OBS_FLAG")
    told = cells[[*dimensions, _TIME, "OBS_VALUE"]].assign(OBS_FLAG=cells.get("OBS_FLAG", ""))
    return told.assign(OBS_VALUE=told["OBS_VALUE"].mask(told["OBS_VALUE"] == _NO_VALUE, "")), len(cells)


def _of_tsv(file: Path, form: str, dimensions: Sequence[str]) -> tuple[pd.DataFrame, int]:
    cells = read_text(file, form, [], separator="\t", also=lambda _: True)
    corner, *periods = map(str, cells.columns)
    names = [name.strip() for name in corner.removesuffix(_CORNER).split(",")]
    check_columns(file, form, names, dimensions)
    keys = cells[corner].str.split(",", expand=True)
    short = keys.isna().any(axis=1)
    if keys.shape[1] != len(names) or short.any():
        row = int(short.to_numpy().argmax()) if keys.shape[1] == len(names) else 0
        raise TableError(
            f"{file}, row {row + 2}: {cells[corner].iloc[row]!r} does not name {', '.join(names)}; expected {form}: "
            "download it again."
        )
    wide = keys.set_axis(names, axis=1).apply(lambda column: column.str.strip())[list(dimensions)]
    long = pd.concat([wide, cells[periods]], axis=1).melt(list(dimensions), periods, _TIME, "cell")
    told = long[long["cell"] != ""].reset_index(drop=True)  # an empty cell is no observation
    parts = told["cell"].str.extract(rf"^(?P<value>{_VALUE})\s*(?P<flag>{_FLAGS})$")
    wrong = told[parts["value"].isna()]
    if len(wrong):
        raise TableError(
            f"{file}: the value of {wrong[_TIME].iloc[0]} is {wrong['cell'].iloc[0]!r} ({len(wrong)} such), expected a "
            "number or ':' and flags; download it again."
        )
    values = parts["value"].mask(parts["value"] == _NO_VALUE, "")
    return told[[*dimensions, _TIME]].assign(OBS_VALUE=values, OBS_FLAG=parts["flag"]), len(cells)
