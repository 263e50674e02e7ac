"""What all published tables have in common: text that becomes ids, counts and shares, and files that are damaged."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.promise import TableError

_NOT_SAID = ("", "NA")
_WEB_PAGE = ("<!doctype", "<html")


def read_text(file: Path, form: str, columns: Sequence[str], encoding: str = "utf-8-sig") -> pd.DataFrame:
    """Return a comma-separated file, all cells as text; ``form`` says in errors what was expected.

    Raises
    ------
    TableError
        The file is absent, empty, in another encoding, no such table, or ends inside a row.

    """
    try:
        with file.open(encoding=encoding, newline="") as lines:
            rows = csv.reader(lines, strict=True)
            head = next(rows, [])
            check_columns(file, form, head, columns)
            cells = list(rows)
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise damaged(file, form, fault) from fault
    for number, row in enumerate(cells, start=2):
        if len(row) != len(head):
            raise TableError(
                f"{file}, row {number}: {len(row)} cells, expected {len(head)} of {form}; it was cut short or saved "
                "anew: download it again."
            )
    if not cells:
        raise TableError(f"{file} has a head but no rows; expected {form}: download it again.")
    with file.open("rb") as opened:
        opened.seek(-1, 2)
        if opened.read(1) not in b"\r\n":
            raise TableError(f"{file} ends inside its last row; expected {form}: download it again.")
    return stripped(pd.DataFrame(cells, columns=head, dtype="str"))


def stripped(cells: pd.DataFrame) -> pd.DataFrame:
    """Return text cells without blanks around them, for some publishers fill up with blanks."""
    return pd.DataFrame({name: cells[name].str.strip() for name in cells})


def check_columns(file: Path, form: str, head: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse a table that lacks columns, or is a web page.

    Raises
    ------
    TableError
        Names the columns, what was expected and what was found.

    """
    if head and head[0].lstrip().lower().startswith(_WEB_PAGE):
        raise TableError(f"{file} is a web page, expected {form}; download it again.")
    absent = [name for name in columns if name not in head]
    if absent:
        begins = ", ".join(head[:8]) or "nothing"
        raise TableError(
            f"{file} lacks column {', '.join(absent)}; expected {form}, found {begins}; download that file."
        )


def damaged(file: Path, form: str, fault: Exception) -> TableError:
    """Return the error of a file that cannot be read, in one sentence."""
    said = " ".join(str(fault).split()).rstrip(".") or type(fault).__name__
    return TableError(f"{file} cannot be read as {form} ({said}); download it again.")


def columns_of(file: Path) -> list[str]:
    """Return the head of a comma-separated file, as far as it can be read: which of two forms a file has."""
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            return next(csv.reader(lines), [])
    except OSError:
        return []


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
    values = pd.to_numeric(texts.mask(missing), errors="coerce").astype("float64")
    wrong = texts[~missing & ~values.between(low, high)]
    if len(wrong):
        raise TableError(
            f"{file}, row {int(wrong.index[0]) + 2}: {texts.name} is {wrong.iloc[0]!r} ({len(wrong)} such), expected a "
            f"number from {low:g} {'up' if high == np.inf else f'to {high:g}'}; download it again."
        )
    return values


def counts(
    texts: "pd.Series[str]", file: Path, *, high: float = np.inf, not_said: Iterable[str] = ()
) -> "pd.Series[int]":
    """Return whole numbers from 0 up; what was not said is missing, as in :func:`numbers`.

    Raises
    ------
    TableError
        A text is no such number.

    """
    values = numbers(texts, file, high=high, not_said=not_said)
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
