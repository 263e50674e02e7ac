"""Prevalence in CDC PLACES' wide form: ``MHLTH_CrudePrev`` beside ``MHLTH_Crude95CI``, an interval in words."""

import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import compute

from analysis.promise import TableError
from analysis.regions.readers._published import numbers, shares

_PREVALENCE = re.compile(r"([A-Z0-9_]+)_(Crude|Adj)Prev")
_COLUMN = re.compile(r"[A-Z0-9_]+_(Crude|Adj)(Prev|95CI|95ci)")
_INTERVAL = r"\(\s*(?P<low>[0-9.]+)\s*,\s*(?P<high>[0-9.]+)\s*\)"
_POINT = r"POINT \((?P<east>\S+) (?P<north>\S+)\)"


def is_prevalence(name: str) -> bool:
    """Whether a column is a prevalence or its interval."""
    return _COLUMN.fullmatch(name) is not None


def prevalence(cells: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Return ``<measure>_<crude|adj>_share`` with ``_low_share`` and ``_high_share`` (95 %), for every measure.

    Raises
    ------
    TableError
        The file has no prevalence, or one without its interval, or an interval that does not hold it.

    """
    intervals = {name.lower(): name for name in map(str, cells)}  # one column is spelt 95ci
    columns: dict[str, pd.Series] = {}
    for told in filter(None, map(_PREVALENCE.fullmatch, map(str, cells))):
        source, (measure, kind) = told.group(), told.groups()
        interval = intervals.get(f"{measure}_{kind}95ci".lower())
        if interval is None:
            raise TableError(f"{file} has {source} without {measure}_{kind}95CI; expected each with its interval.")
        name = f"{measure}_{kind}".lower()
        columns[f"{name}_share"] = shares(cells[source], file)
        bounds = _found(cells[interval], _INTERVAL, "")
        for bound in ("low", "high"):
            columns[f"{name}_{bound}_share"] = shares(bounds[bound].rename(interval), file)
        _check_held(cells, columns, name, interval, file)
    if not columns:
        raise TableError(f"{file} has no column such as MHLTH_CrudePrev; expected a PLACES table in its wide form.")
    return pd.DataFrame(columns)


def _check_held(cells: pd.DataFrame, columns: dict[str, pd.Series], name: str, interval: str, file: Path) -> None:
    share, low, high = (columns[f"{name}_{part}"] for part in ("share", "low_share", "high_share"))
    holds = ((low <= share) & (share <= high)) | (share.isna() & low.isna() & high.isna() & (cells[interval] == ""))
    if not holds.all():
        row = int(holds.to_numpy().argmin())
        raise TableError(
            f"{file}, row {row + 2}: {interval} is {cells[interval].iloc[row]!r}, expected an interval such as '(11.4, "
            f"14.2)' that holds the prevalence; download it again."
        )


def _found(texts: "pd.Series[str]", pattern: str, otherwise: str) -> pd.DataFrame:
    """Return the named parts of texts of a pattern, or a word where a text is not of it; pandas' own is slow."""
    found = compute.extract_regex(pa.array(texts, type=pa.string()), pattern)
    parts = {
        part.name: pd.Series(compute.struct_field(found, [number]).fill_null(otherwise), index=texts.index, dtype="str")
        for number, part in enumerate(found.type)
    }
    return pd.DataFrame(parts)


def points(texts: "pd.Series[str]", file: Path) -> pd.DataFrame:
    """Return ``latitude, longitude`` of texts such as ``POINT (-97.39 43.01)``.

    Raises
    ------
    TableError
        A text is no such point.

    """
    told = _found(texts, _POINT, "no point")
    return pd.DataFrame(
        {
            "latitude": numbers(told["north"].rename("Geolocation"), file, low=-90.0, high=90.0),
            "longitude": numbers(told["east"].rename("Geolocation"), file, low=-180.0, high=180.0),
        }
    )
