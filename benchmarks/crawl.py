"""A crawl with policy, readers, journal, cleaning and verdict keeps 0.7 of a bare Scrapy spider's pages per second.

Peer: ``peers/bare_spider.py`` on the same loopback site in the same run; both are timed as whole processes, from their
start to their end; a small site is over before speed shows, so it is only told there. Memory: ten times the listings
may need at most 1.5 times the memory.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from claim import Figure, Size, asked_size, tell

from demonstration.serve import served

_THERAPISTS = {"small": 4_000, "full": 40_000}
_LISTINGS = {"small": (1_000, 4_000), "full": (10_000, 100_000)}
_RUNS = 3
_LEAST_SHARE = 0.7
_MEMORY_MOST = 1.5
_PEER = Path(__file__).resolve().parent / "peers" / "bare_spider.py"
_OURS = """
import json, sys
from pathlib import Path
from crawler.runner import CrawlOrder, crawl
done = crawl(CrawlOrder(source=sys.argv[1], crawls=Path(sys.argv[2]), address=sys.argv[3],
                        states=tuple(sys.argv[4:])), lambda _: None)
print(json.dumps({"pages": done.verdict["pages"], "records": done.verdict["records"]}))
"""


def _pages_per_second(*words: str) -> float:
    """Run a crawl as a process and return its pages per second of its whole life."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, *words], check=True, capture_output=True, text=True, timeout=600)
    return float(json.loads(done.stdout)["pages"]) / (time.perf_counter() - began)


def _peak_mb(therapists: int) -> tuple[int, float]:
    """Crawl the registry of so many therapists; return records and the peak memory of the crawl in MB."""
    child = subprocess.run(
        [sys.executable, __file__, "--memory-of", str(therapists)],
        check=True,
        capture_output=True,
        text=True,
        timeout=900,
    )
    said = json.loads(child.stdout)
    return said["records"], said["peak_mb"]


def _tell_memory(therapists: int) -> None:
    with served(seed=1, therapists=therapists) as directories, tempfile.TemporaryDirectory() as work:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        words = [sys.executable, "-c", _OURS, "nppes_api", work, directories.addresses.registry, *_STATES]
        done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=900)
        peak = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
        print(json.dumps(json.loads(done.stdout) | {"peak_mb": peak / 1024}))


_STATES = ("WA", "OR", "ID", "MT", "WY")


def main(size: Size) -> None:
    """Compare speed with the peer, and memory with that of fewer listings."""
    ours, peers = [], []
    with served(seed=1, therapists=_THERAPISTS[size]) as directories:
        address = directories.addresses.site
        for _ in range(_RUNS):
            peers.append(_pages_per_second(str(_PEER), address))
            with tempfile.TemporaryDirectory() as work:
                ours.append(_pages_per_second("-c", _OURS, "json_ld_site", work, address))
    share = statistics.median(ours) / statistics.median(peers)
    (few, small), (many, large) = (_peak_mb(count) for count in _LISTINGS[size])
    tell(
        "crawl",
        size,
        [
            Figure("ours", statistics.median(ours), "pages/s"),
            Figure("bare_spider", statistics.median(peers), "pages/s"),
            Figure("times_slower", 1 / share, f"(share {share:.2f})", 1 / _LEAST_SHARE if size == "full" else None),
            Figure("records_few", few, "records"),
            Figure("records_many", many, "records"),
            Figure("memory_few", small, "MB"),
            Figure("memory_many", large, "MB"),
            Figure("memory_ratio", large / small, "of the few", _MEMORY_MOST),
        ],
    )


if __name__ == "__main__":
    if "--memory-of" in sys.argv:
        _tell_memory(int(sys.argv[-1]))
    else:
        main(asked_size(__doc__))
