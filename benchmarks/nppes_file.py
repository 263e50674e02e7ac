"""An NPPES table is read to listings in at most 1.5 times what DuckDB takes to count its cells, within 2 GB of memory.

Peer: DuckDB alone counts the rows and, so that every cell is parsed, the filled cells of all 330 columns of the same
CSV in the same run, with the same settings. A count of rows alone, which leaves cells where they lie, is only told, as
is what comes around the reading: unpacking the archive before it, cleaning and writing records after it. Full size: a
million rows, one in eight of mental health; 50,000 are too few to be held to a limit.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from claim import Figure, asked_size, tell

from crawler.bulk.tables import connected, opened
from demonstration.dissemination import write_csv, write_zip

_ROWS = {"small": 50_000, "full": 1_000_000}
_RUNS = 5
_RATIO_MOST, _MEMORY_MB_MOST = 1.5, 2_000.0
_READ = """
import json, resource, sys, time
from pathlib import Path
from crawler.bulk.nppes_file import read_export
began = time.perf_counter()
listings = sum(1 for _ in read_export(Path(sys.argv[1]), (), Path(sys.argv[2]), lambda _: None))
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"listings": listings, "seconds": seconds, "peak": peak}))
"""
_CRAWL = """
import json, resource, sys, time
from pathlib import Path
from crawler.runner import CrawlOrder, crawl
began = time.perf_counter()
order = CrawlOrder(source="nppes_file", crawls=Path(sys.argv[2]), export=Path(sys.argv[1]))
records = crawl(order, lambda _: None).verdict["records"]
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"records": records, "seconds": seconds, "peak": peak}))
"""
_PEAKS_A_MB = 1024 if sys.platform == "linux" else 1024 * 1024
"""``getrusage`` counts kilobytes on Linux and bytes elsewhere."""


def _counted(file: Path, work: Path, *, are_cells_counted: bool) -> float:
    """Return the seconds DuckDB takes to count the rows, and all filled cells where that is asked."""
    table = opened(file, str(file), ())
    cells = "".join(f", count(c{place})" for place in range(table.width)) if are_cells_counted else ""
    with connected(work) as database:
        began = time.perf_counter()
        database.execute(f"SELECT count(*){cells} FROM {table.rows(are_rejects_kept=True)}").fetchall()  # noqa: S608 - all of it our own
        return time.perf_counter() - began


def _alone(program: str, export: Path, folder: Path) -> dict[str, float]:
    """Run a program of ours in a process of its own and return what it told."""
    done = subprocess.run(
        [sys.executable, "-c", program, str(export), str(folder)], check=True, capture_output=True, timeout=1800
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _rounds(table: Path, work: Path) -> list[dict[str, float]]:
    """Return what counting and reading took, side by side, so that a busy moment falls on both."""
    _counted(table, work, are_cells_counted=False)  # brings the file into memory for all alike
    return [
        {
            "rows_counted": _counted(table, work, are_cells_counted=False),
            "cells_counted": _counted(table, work, are_cells_counted=True),
            **_alone(_READ, table, work),
        }
        for _ in range(_RUNS)
    ]


def main() -> None:
    """Write a file, count it and read it."""
    size = asked_size(__doc__)
    is_full = size == "full"
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        table, archive = write_csv(folder / "npidata_pfile_20050523-20261108.csv", _ROWS[size]), folder / "whole.zip"
        megabytes = table.stat().st_size / 1e6
        rounds = _rounds(table, folder)
        table.unlink()
        whole = _alone(_READ, write_zip(archive, _ROWS[size]), folder)
        crawled = _alone(_CRAWL, archive, folder / "crawls")
    peak = max(told["peak"] for told in (*rounds, whole, crawled)) / _PEAKS_A_MB
    seconds = {
        name: statistics.median(told[name] for told in rounds) for name in ("rows_counted", "cells_counted", "seconds")
    }
    to_cells, to_rows = (
        statistics.median(told["seconds"] / told[peer] for told in rounds) for peer in ("cells_counted", "rows_counted")
    )
    tell(
        "nppes_file",
        size,
        [
            Figure("rows", _ROWS[size], "rows"),
            Figure("table", megabytes, "MB"),
            Figure("listings", whole["listings"], "of mental health"),
            Figure("cells_counted", seconds["cells_counted"], "s by DuckDB alone"),
            Figure("rows_counted", seconds["rows_counted"], "s by DuckDB alone"),
            Figure("read", seconds["seconds"], "s to listings"),
            Figure("ratio_to_cells", to_cells, "of counting cells", _RATIO_MOST if is_full else None),
            Figure("ratio_to_rows", to_rows, "of counting rows"),
            Figure("read_archive", whole["seconds"], "s to listings, unpacking included"),
            Figure("crawl", crawled["seconds"], "s to records and verdict, from the archive"),
            Figure("records", crawled["records"], "records"),
            Figure("peak", peak, "MB", _MEMORY_MB_MOST),
        ],
    )


if __name__ == "__main__":
    main()
