"""What all published tables have in common: text that becomes ids, counts and shares, and files that are damaged."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.promise import TableError
from analysis.regions.readers._faults import check_columns, damaged
from analysis.regions.readers._text import columns_of, first_line, read_text

__all__ = [
    "check_columns",
    "columns_of",
    "counts",
    "damaged",
    "first_line",
    "numbers",
    "padded",
    "read_text",
    "said",
    "shares",
    "stripped",
    "unique",
]

_NOT_SAID = ("", "NA")


def stripped(cells: pd.DataFrame) -> pd.DataFrame:
    """Return text cells without blanks around them, for some publishers fill up with blanks."""
    return pd.DataFrame({name: cells[name].str.strip() for name in cells})


def padded(texts: "pd.Series[str]", width: int, file: Path) -> "pd.Series[str]":
    """Return codes with their lost leading zeros.

    Raises
    ------
    TableError
        One is no number of that many digits.

    """
    codes = texts.str.zfill(width)
    wrong = texts[~codes.str.fullmatch(rf"[0-9]{{{width}}}")]
    if len(wrong):
        raise TableError(
            f"{file}, row {int(wrong.index[0]) + 2}: {texts.name} is {wrong.iloc[0]!r} ({len(wrong)} such), expected a "
            f"code of {width} digits; download it again."
        )
    return codes


def unique(table: pd.DataFrame, key: Sequence[str], file: Path) -> pd.DataFrame:
    """Return the table, once sure that no key is there twice.

    Raises
    ------
    TableError
        One is: its people would be doubled.

    """
    twice = table[table.duplicated(list(key))]
    if len(twice):
        said = ", ".join(f"{name} {twice.iloc[0][name]!r}" for name in key)
        raise TableError(
            f"{file}: {said} appears more than once ({len(twice)} such); expected one row each: download it again."
        )
    return table


def numbers(
    texts: "pd.Series[str]",
    file: Path,
    *,
    low: float = 0.0,
    high: float = np.inf,
    not_said: Iterable[str] = (),
) -> "pd.Series[float]":
    """Return numbers; empty, ``NA`` and whatever is named in ``not_said`` (-999, 99) is missing.

    Raises
    ------
    TableError
        A text is no number between ``low`` and ``high``.

    """
    missing = texts.isin((*_NOT_SAID, *not_said))
    values = _floats(texts.mask(missing))
    wrong = texts[~missing & ~(values.between(low, high) & np.isfinite(values))]
    if len(wrong):
        raise TableError(
            f"{file}, row {int(wrong.index[0]) + 2}: {texts.name} is {wrong.iloc[0]!r} ({len(wrong)} such), expected a "
            f"number from {low:g} {'up' if high == np.inf else f'to {high:g}'}; download it again."
        )
    return values


def _floats(texts: "pd.Series[str]") -> "pd.Series[float]":
    """Return what texts are as numbers, missing where they are none."""
    try:
        read = pa.array(texts, type=pa.string()).cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:  # one is none, or has a plus
        return pd.to_numeric(texts, errors="coerce").astype("float64")
    return pd.Series(read, index=texts.index, name=texts.name)


def counts(
    texts: "pd.Series[str]", file: Path, *, low: float = 0.0, high: float = np.inf, not_said: Iterable[str] = ()
) -> "pd.Series[int]":
    """Return whole numbers; what was not said is missing, as in :func:`numbers`.

    Raises
    ------
    TableError
        A text is no such number.

    """
    values = numbers(texts, file, low=low, high=high, not_said=not_said)
    broken = texts[values.notna() & (values % 1 != 0)]
    if len(broken):
        raise TableError(
            f"{file}, row {int(broken.index[0]) + 2}: {texts.name} is {broken.iloc[0]!r}, expected a whole number; "
            "download it again."
        )
    return values.astype("Int64")


def shares(texts: "pd.Series[str]", file: Path, *, not_said: Iterable[str] = ()) -> "pd.Series[float]":
    """Return percentages as shares 0-1; what was not said is missing, as in :func:`numbers`.

    Raises
    ------
    TableError
        A text is no number from 0 to 100.

    """
    return numbers(texts, file, high=100.0, not_said=not_said) / 100


def said(texts: "pd.Series[str]") -> "pd.Series[str]":
    """Return text whose empty cells are missing."""
    return texts.mask(texts == "")
