"""Tables of the Opportunity and Environment Portal (HEROP): tracts named by ids such as 140US01001020100."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.promise import TableError
from analysis.regions.vintage import vintage_told

_PREFIX = "140US"
_DIGITS = 11


def tract_ids(cells: pd.DataFrame, file: Path) -> "pd.Series[str]":
    """Return the eleven digits of each tract.

    Raises
    ------
    TableError
        A ``HEROP_ID`` is no tract's, or a ``GEOID`` beside it names another tract.

    """
    ids = cells["HEROP_ID"]
    wrong = ids[~ids.str.fullmatch(rf"{_PREFIX}[0-9]{{{_DIGITS}}}")]
    if len(wrong):
        raise TableError(
            f"{file}, row {int(wrong.index[0]) + 2}: HEROP_ID is {wrong.iloc[0]!r} ({len(wrong)} such), expected "
            f"{_PREFIX} and {_DIGITS} digits; download the table of tracts."
        )
    tracts = ids.str[-_DIGITS:]
    if "GEOID" in cells:
        differs = cells["GEOID"].str.zfill(_DIGITS) != tracts
        if differs.any():
            row = int(differs.to_numpy().argmax())
            raise TableError(
                f"{file}, row {row + 2}: GEOID {cells['GEOID'].iloc[row]!r} and HEROP_ID {ids.iloc[row]!r} are two "
                "tracts, expected one; download it again."
            )
    return tracts


def tract_vintage(tracts: Iterable[str], expected: str) -> str:
    """Return the vintage of tracts, told by the counties they are in, such as ``tracts_2022``."""
    counties = vintage_told({tract[:5] for tract in tracts}, expected.replace("tracts", "counties"))
    return counties.replace("counties", "tracts")
