"""What changed between two crawls that asked the same: listings new, gone and changed, by walking two sorted files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NOT_COMPARED = ("retrieved_on",)


@dataclass(frozen=True)
class Difference:
    """Counts of listings that are only in the later crawl, only in the earlier one, and in both in other words."""

    new: int
    gone: int
    changed: int


def difference(before: Path, now: Path) -> Difference:
    """Compare two files of records, each sorted by key; the day of reading does not count.

    Raises
    ------
    ValueError
        A line is not JSON.

    """
    earlier, later = _keyed(before), _keyed(now)
    was, is_ = next(earlier, None), next(later, None)
    new = gone = changed = 0
    while was is not None or is_ is not None:
        if is_ is None or (was is not None and was[0] < is_[0]):
            gone += 1
            was = next(earlier, None)
        elif was is None or is_[0] < was[0]:
            new += 1
            is_ = next(later, None)
        else:
            changed += was[1] != is_[1]
            was, is_ = next(earlier, None), next(later, None)
    return Difference(new, gone, changed)


def _keyed(file: Path) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    with file.open("rb") as lines:
        for line in lines:
            record = json.loads(line)
            for name in _NOT_COMPARED:
                record.pop(name, None)
            yield (record["source"], record["source_id"]), record
