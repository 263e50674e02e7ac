"""Regions of NUTS level 3: what their codes look like, and which edition of the classification they follow.

Editions are told by codes that came and went. For Germany: Göttingen and Osterode (DE915, DE919) became DE91C, Cochem-
Zell and Rhein-Hunsrück (DEB16, DEB19) became DEB1C and DEB1D in 2016 (two pages read on 2026-11-26 agree); seven
districts of Thuringia became six in 2024, Croatia was coded anew in 2021 and Lisbon in 2024 (public code that carries
regions over, read on the same day; the regulations themselves were not opened). Austria's codes stayed: they fit all.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.promise import TableError

if TYPE_CHECKING:
    import pandas as pd

EDITIONS = ("nuts3_2013", "nuts3_2016", "nuts3_2021", "nuts3_2024")
"""In order of time."""

_GONE_AND_BORN = (
    ({"DE915", "DE919", "DEB16", "DEB19"}, {"DE91C", "DEB1C", "DEB1D"}),
    ({"HR041", "HR042", "HR043", "HR044", "HR045", "HR046"}, {"HR050", "HR061", "HR062", "HR063", "HR064", "HR065"}),
    (
        {"DEG04", "DEG0B", "DEG0F", "DEG0H", "DEG0I", "DEG0N", "DEG0P", "PT170"},
        {"DEG0Q", "DEG0R", "DEG0S", "DEG0T", "DEG0U", "DEG0V", "PT1A0", "PT1B0"},
    ),
)
"""Between each edition and the next."""

_CODE = r"(?!EEA)[A-Z]{2}[A-Z0-9]{3}"  # EEA31 and the like are sums of countries


def are_regions(codes: "pd.Series[str]") -> "pd.Series[bool]":
    """Return which codes are of regions of level 3; countries, larger regions and sums of countries are not."""
    return codes.str.fullmatch(_CODE)


def region_ids(codes: "pd.Series[str]", file: Path) -> "pd.Series[str]":
    """Return codes, once sure that all are of level 3.

    Raises
    ------
    TableError
        One is not.

    """
    wrong = codes[~are_regions(codes)]
    if len(wrong):
        raise TableError(
            f"{file}, row {int(wrong.index[0]) + 2}: {codes.name} is {wrong.iloc[0]!r} ({len(wrong)} such), expected "
            "two letters and three letters or digits, a region of NUTS level 3; download the file of that level."
        )
    return codes


def edition_told(ids: Iterable[str], expected: str, file: Path) -> str:
    """Return the edition that codes tell: the expected one if they fit it, else the latest they fit.

    Raises
    ------
    TableError
        They fit none: codes of several editions are mixed.

    """
    codes = frozenset(ids)
    fitting = [edition for edition in EDITIONS if not codes & _foreign(edition)]
    if not fitting:
        mixed = sorted(codes & _foreign("nuts3_2021"))
        raise TableError(
            f"{file}: regions of several editions of NUTS are mixed: {', '.join(mixed[:5])} and others are not of one "
            "time; expected the rows of one edition: download a file of one."
        )
    return expected if expected in fitting else fitting[-1]


def _foreign(edition: str) -> frozenset[str]:
    """Return codes that other editions have and this one has not."""
    at = EDITIONS.index(edition)
    born_later = (born for _, born in _GONE_AND_BORN[at:])
    gone_before = (gone for gone, _ in _GONE_AND_BORN[:at])
    return frozenset().union(*born_later, *gone_before)
