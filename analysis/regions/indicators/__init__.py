"""One column for every region: one indicator = one file.

A module here is found, not registered. Its name plus ``_share`` is the column; it has ``measured(table)``, which
returns shares 0-1 indexed like the table of regions, missing where not measured, or ``None`` where the table does not
carry it. Regions without a measurement take the average of their rurality class (basis ``class_average``).
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator

import pandas as pd

from analysis.reference import class_averages

Measured = Callable[[pd.DataFrame], "pd.Series[float] | None"]


def found() -> Iterator[tuple[str, Measured]]:
    """Yield each indicator's column name and its ``measured`` function, in order of name.

    Raises
    ------
    ImportError
        A module has no ``measured`` function or no class average to fall back on.

    """
    for module_info in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        column = f"{module_info.name}_share"
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        if not callable(getattr(module, "measured", None)):
            raise ImportError(  # noqa: TRY004 - the module is at fault, not a type
                f"indicator {module_info.name!r} has no function 'measured(table)'; every indicator needs one."
            )
        if column not in class_averages()[None]:
            raise ImportError(
                f"indicator {module_info.name!r} gives column {column!r}, for which class_averages.toml has no "
                "average; add the column there or rename the module."
            )
        yield column, module.measured


def indicators(table: pd.DataFrame, rurality: "pd.Series[int]") -> pd.DataFrame:
    """Return every indicator and its basis, indexed like ``table``.

    ``rurality`` is the Rural-Urban Continuum Code of each region, same index.
    """
    columns: dict[str, pd.Series] = {}
    for column, measured in found():
        average = rurality.map({code: values[column] for code, values in class_averages().items() if code is not None})
        values = measured(table)
        if values is None:
            values = pd.Series(float("nan"), index=table.index)
        columns[column] = values.fillna(average)
        columns[f"{column}_basis"] = values.notna().map({True: "measured", False: "class_average"})
    return pd.DataFrame(columns)


def percent(table: pd.DataFrame, column: str) -> "pd.Series[float] | None":
    """Return a column of percentages as shares; negative codes such as -999 mean missing; ``None`` if absent."""
    if column not in table:
        return None
    values = pd.to_numeric(table[column], errors="coerce")
    return values.where(values >= 0) / 100
