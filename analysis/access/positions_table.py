"""A user's table of minutes by positions instead of ids, sorted by origin: what partitions of it are read from."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.access.minutes_file import MinutesFile
from analysis.access.sorted_minutes import Scratch, checked, sort_into


def positions_table(
    file: MinutesFile, ends: tuple[Sequence[str], Sequence[str]], to: Path, *, empty_is_unreachable: bool = False
) -> dict[str, Any]:
    """Write a user's table by positions, sorted and checked; return how many pairs and the longest minutes.

    Parameters
    ----------
    file
        The table; what does not fit into its memory is spilled to disk.
    ends
        Ids of origins and of sites in the order of the study.
    to
        The file to write.
    empty_is_unreachable
        Take a row without minutes for a pair nobody can travel.

    Raises
    ------
    TableError
        The table does not know an end, or minutes are missing, negative, infinite or told twice.

    """
    scratch = Scratch()
    sort_into(scratch, file, ends, refuse_unknown=True)
    counts = checked(file, scratch.file, ends, empty_is_unreachable=empty_is_unreachable)
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(scratch.file, to)
    return counts
