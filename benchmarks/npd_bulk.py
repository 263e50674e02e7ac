"""The provider directory is read to listings in at most 30 times what DuckDB takes to count its lines by kind.

Peer: DuckDB alone unpacks every file, parses each line as far as its ``resourceType`` and counts, in the same run with
the same settings. That is the least anybody must do who reads it once; ours reads nearly all of it twice, joins, and
turns resources into listings in Python. The limits are our own: nobody has published one. What the reading of files
takes, all that comes before the first listing, is told apart from what comes after it. Full size: a million roles of
half a million persons, one in eight of mental health; 40,000 are too few to be held to a limit of time.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from claim import Figure, asked_size, tell

from crawler.bulk.tables import connected
from demonstration.npd import write_download

_ROLES = {"small": 40_000, "full": 1_000_000}
_RUNS = 3
_RATIO_MOST, _MEMORY_MB_MOST = 30.0, 2_000.0
_READ = """
import json, resource, sys, time
from pathlib import Path
from crawler.bulk.npd_bulk import read_export
began = time.perf_counter()
told = read_export(Path(sys.argv[1]), (), Path(sys.argv[2]), lambda _: None)
next(told)
first = time.perf_counter() - began
listings = 1 + sum(one is not None for one in told)
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"listings": listings, "first": first, "seconds": seconds, "peak": peak}))
"""
_COUNT = """
SELECT json->>'$.resourceType' AS kind, count(*)
FROM read_ndjson_objects($files, compression = 'zstd', ignore_errors = true) GROUP BY kind
"""
_PEAKS_A_MB = 1024 if sys.platform == "linux" else 1024 * 1024
"""``getrusage`` counts kilobytes on Linux and bytes elsewhere."""


def _counted(folder: Path, work: Path) -> tuple[float, int]:
    """Return the seconds DuckDB takes to count all lines by kind of resource, and how many there are."""
    with connected(work) as database:
        began = time.perf_counter()
        rows = database.execute(_COUNT, {"files": str(folder / "*.zst")}).fetchall()
        return time.perf_counter() - began, sum(count for _, count in rows)


def _read(folder: Path, work: Path) -> dict[str, float]:
    """Read a download in a process of its own and return what it told."""
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(folder), str(work)], check=True, capture_output=True, timeout=1800
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told


def main() -> None:
    """Write a download, count it and read it."""
    size = asked_size(__doc__)
    with tempfile.TemporaryDirectory() as below:
        work = Path(below)
        folder = write_download(work / "download", _ROLES[size])
        megabytes = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        _, lines = _counted(folder, work)  # brings the files into memory for both alike
        rounds = [{"counted": _counted(folder, work)[0], **_read(folder, work)} for _ in range(_RUNS)]
    middle = {name: statistics.median(told[name] for told in rounds) for name in rounds[0]}
    ratios = {name: statistics.median(told[name] / told["counted"] for told in rounds) for name in ("first", "seconds")}
    tell(
        "npd_bulk",
        size,
        [
            Figure("roles", _ROLES[size], "roles"),
            Figure("lines", lines, "lines"),
            Figure("packed", megabytes, "MB"),
            Figure("listings", middle["listings"], "of mental health"),
            Figure("counted", middle["counted"], "s by DuckDB alone"),
            Figure("first", middle["first"], "s to the first listing"),
            Figure("read", middle["seconds"], "s to all listings"),
            Figure("ratio_to_first", ratios["first"], "of counting lines"),
            Figure("ratio", ratios["seconds"], "of counting lines", _RATIO_MOST if size == "full" else None),
            Figure("peak", max(told["peak"] for told in rounds) / _PEAKS_A_MB, "MB", _MEMORY_MB_MOST),
        ],
    )


if __name__ == "__main__":
    main()
