"""Postal areas (ZCTA): of which census they are, told by codes that came and went between 2010 and 2020.

Codes that went are in PLACES of 2022 and in UDS Mapper's crosswalk of 2021, both of areas of 2010, and in none of the
Bureau's gazetteer of 2021, its relationship file of 2020 and a table of the American Community Survey of areas of 2020;
for those that came it is the other way round. The eight of each with most people are named (files compared on
2026-11-26).
"""

from collections.abc import Iterable
from pathlib import Path

from analysis.promise import TableError

_GONE = frozenset({"98205", "40506", "23806", "50011", "45418", "41099", "18352", "29423"})
_BORN = frozenset({"75072", "75033", "11249", "29486", "84129", "84009", "78599", "97703"})


def area_vintage(codes: Iterable[str], expected: str, file: Path) -> str:
    """Return ``zctas_2010`` or ``zctas_2020``, as codes tell; the expected one where they tell neither.

    Raises
    ------
    TableError
        They tell both: rows of two censuses are mixed.

    """
    told = frozenset(codes)
    gone, born = sorted(told & _GONE), sorted(told & _BORN)
    if gone and born:
        raise TableError(
            f"{file}: postal areas of 2010 and of 2020 are mixed: {gone[0]} ended before {born[0]} began; expected the "
            "areas of one census: download a file of one."
        )
    if gone or born:
        return "zctas_2010" if gone else "zctas_2020"
    return expected
