"""What is wrong with a published file as a whole, each in one sentence."""

from collections.abc import Sequence
from pathlib import Path

from analysis.promise import TableError

_WEB_PAGE = ("<!doctype", "<html")


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
