"""Write listings of any number as the folders of finished crawls, with a table of the truth beside them."""

import csv
import heapq
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count as count_from
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

from crawler.records import RECORDS_FILE, VERDICT_FILE
from demonstration.doubles.dirt import Dirt, DoublesError
from demonstration.doubles.habits import HABITS, Habit
from demonstration.doubles.printing import Listing
from demonstration.doubles.stream import listings

TRUTH_FILE = "truth.csv"
TRUTH_COLUMNS = ("source", "source_id", "truth", "dirt")
RUN_ID = "20261109T080000Z"
_STARTED, _FINISHED = "2026-11-09T08:00:00+00:00", "2026-11-09T08:30:00+00:00"
_LISTINGS_AT_ONCE = 40_000

Sortable = tuple[str, str, str, str]
"""A listing's id, truth and dirt, and the line of its record."""


def write(
    folder: Path, count: int, seed: int, dirt: Dirt | None = None, states: tuple[str, ...] = ()
) -> dict[str, int]:
    """Write crawls to ``<folder>/<source>/<run id>`` and the truth to ``<folder>/truth.csv``; return their sizes.

    Records and truth are sorted by source and its identifier, so that their order tells nothing. The dirt of a listing
    is separated by blanks. Memory does not grow with ``count``; the same arguments give the same bytes.

    Raises
    ------
    DoublesError
        The folder holds something already, or as :func:`listings` does.

    """
    if folder.exists() and any(folder.iterdir()):
        raise DoublesError(f"{folder} is not empty; name a new folder.")
    stream = listings(count, seed, dirt, states)
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {}
    with (
        TemporaryDirectory(dir=folder) as runs,
        (folder / TRUTH_FILE).open("w", encoding="utf-8", newline="") as truth,
    ):
        _write_runs(stream, Path(runs))
        rows = csv.writer(truth, lineterminator="\n")
        rows.writerow(TRUTH_COLUMNS)
        for habit in sorted(HABITS, key=lambda habit: habit.source):
            place = folder / habit.source / RUN_ID
            place.mkdir(parents=True)
            sizes[habit.source] = _write_crawl(habit, Path(runs), place, rows.writerow)
            verdict = json.dumps(_verdict(habit, sizes[habit.source], seed), indent=2) + "\n"
            (place / VERDICT_FILE).write_text(verdict, encoding="utf-8")
    return sizes


def _write_runs(stream: Iterator[Listing], runs: Path) -> None:
    """Write so many listings at a time, sorted, into a file a directory."""
    for number in count_from(0):
        lines: dict[str, list[Sortable]] = {}
        for record, truth, dirt in islice(stream, _LISTINGS_AT_ONCE):
            line = record.model_dump_json(exclude_defaults=True)
            lines.setdefault(record.source, []).append((record.source_id, truth, " ".join(dirt), line))
        for source, own in lines.items():
            own.sort()
            with (runs / f"{source}.{number:05}").open("w", encoding="utf-8", newline="\n") as file:
                file.writelines("\t".join(line) + "\n" for line in own)
        if not lines:
            return


def _write_crawl(habit: Habit, runs: Path, place: Path, tell: Callable[[Sortable], object]) -> int:
    count = 0
    with ExitStack() as files, (place / RECORDS_FILE).open("w", encoding="utf-8", newline="\n") as records:
        sorted_runs = [
            _sortables(files.enter_context(run.open(encoding="utf-8", newline="\n")))
            for run in sorted(runs.glob(f"{habit.source}.*"))
        ]
        for source_id, truth, dirt, line in heapq.merge(*sorted_runs):
            records.write(line)
            tell((habit.source, source_id, truth, dirt))
            count += 1
    return count


def _sortables(run: TextIO) -> Iterator[Sortable]:
    for written in run:
        source_id, truth, dirt, line = written.split("\t", 3)
        yield source_id, truth, dirt, line


def _verdict(habit: Habit, records: int, seed: int) -> dict[str, Any]:
    return {
        "source": habit.source,
        "run_id": RUN_ID,
        "trusted": True,
        "reasons": [],
        "started_at": _STARTED,
        "finished_at": _FINISHED,
        "attribution": f"{habit.attribution} (seed {seed})",
        "records": records,
    }
