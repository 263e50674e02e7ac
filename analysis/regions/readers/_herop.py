"""Tables of the Opportunity and Environment Portal (HEROP): tracts named by ids such as 140US01001020100."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.country import tracts_of_planning_regions
from analysis.promise import TableError
from analysis.regions.vintage import COUNTY_VINTAGES, vintage_told

_PREFIX = "140US"
_DIGITS, _COUNTY = 11, 5
_OLD_CONNECTICUT = "090"
"""How the counties of Connecticut begin that planning regions (091) took the place of."""
_WATER = "99"
"""How numbers of tracts begin in which there is only water."""


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
    """Return the vintage of tracts: told by the counties they are in and by the numbers of those of Connecticut.

    ``tracts_2010`` where a county was abolished before the tracts of 2020 were drawn, or where Connecticut's old
    counties have tracts that the census of 2020 has not (of 53 of its tracts of 2010 that were looked up in public
    data on 2026-11-26, three have ended). A file without Connecticut is taken to be what is expected.
    """
    ids = list(tracts)
    counties = vintage_told({tract[:5] for tract in ids}, expected.replace("tracts", "counties"))
    is_older = COUNTY_VINTAGES.index(counties) < COUNTY_VINTAGES.index("counties_2020")
    ended = (tract for tract in ids if tract.startswith(_OLD_CONNECTICUT) and not tract.startswith(_WATER, _COUNTY))
    if is_older or not _connecticut().issuperset(ended):
        return "tracts_2010"
    return counties.replace("counties", "tracts")


@cache
def _connecticut() -> frozenset[str]:
    """Return Connecticut's tracts of 2020 by their ids of that year, without those of water only."""
    return frozenset(one + number for one, _, numbers in tracts_of_planning_regions() for number in numbers)
