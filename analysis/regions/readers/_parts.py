"""Relationship files of the Census Bureau: how much land two areas of different kinds or years have in common."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.promise import TableError
from analysis.regions.readers._published import numbers, padded, read_text, unique

_LAND = "AREALAND_PART"
_KM2_OF_M2 = 1e-6


def read_parts(file: Path, form: str, ids: Mapping[str, tuple[str, int]]) -> tuple[pd.DataFrame, int]:
    """Return both ids and the ``land_km2`` they share, one row a pair, and how many rows the file has.

    Parameters
    ----------
    ids
        Column of each id, what it is called here, and how many digits it has. A row without one of them is land that
        lies in no area of that kind and is left out.

    Raises
    ------
    TableError
        The file is damaged or of another form, holds no pair, or a pair twice.

    """
    cells = read_text(file, form, [*ids, _LAND], separator="|")
    first, second = ids
    pairs = cells[(cells[first] != "") & (cells[second] != "")]
    if pairs.empty:
        raise TableError(f"{file} has no row with both areas; expected {form}: download it again.")
    columns = {name: padded(pairs[source], digits, file) for source, (name, digits) in ids.items()}
    table = pd.DataFrame(columns | {"land_km2": numbers(pairs[_LAND], file) * _KM2_OF_M2}).reset_index(drop=True)
    return unique(table, list(columns), file), len(cells)


def share_of(parts: pd.DataFrame, key: str) -> "pd.Series[float]":
    """Return each part's share of all land of ``key`` in the table; missing where it has none."""
    whole = parts.groupby(key).land_km2.transform("sum")
    return (parts.land_km2 / whole).where(whole > 0)
