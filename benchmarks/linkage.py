"""A million listings are linked in 5 minutes and 8 GB, as well as is claimed, against truth.

Peer: splink alone, on the same rows in the same run, comparing nothing but whether identifier or whole name are the
same. Reading the crawls and making rows of them is ours to do and is counted. Quality is of all pairs of one provider,
people and clinics apart: full size over the whole country, small size in five states, which are as crowded.
"""

import csv
import json
import logging
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import splink.comparison_library as comparisons
from claim import Figure, asked_size, tell
from numpy.typing import NDArray
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from analysis.providers.linkage.listings import tables
from crawler.records import open_crawl
from demonstration.doubles import write

_SIZES = {"small": (30_000, ("ID", "MT", "OR", "WA", "WY")), "full": (1_000_000, ())}
_SEED = 11
_SECONDS_MOST, _MEMORY_MB_MOST = 300.0, 8_000.0
_PRECISION_LEAST, _RECALL_LEAST = 0.98, 0.95
_LINK = """
import json, resource, sys, time
from pathlib import Path
from analysis.providers.linkage import link
from crawler.records import open_crawl
began = time.perf_counter()
folders = sorted(verdict.parent for verdict in Path(sys.argv[1]).glob("*/*/verdict.json"))
records = [record for folder in folders for record in open_crawl(folder).records()]
read = time.perf_counter() - began
ids = link(records, b"benchmark").provider_ids
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = [[*record.key, record.kind, one] for record, one in zip(records, ids, strict=True)]
Path(sys.argv[2]).write_text(json.dumps(told))
print(json.dumps({"read": read, "seconds": seconds, "peak": peak}))
"""
_PEAKS_A_MB = 1024 if sys.platform == "linux" else 1024 * 1024
"""``getrusage`` counts kilobytes on Linux and bytes elsewhere."""


def _bare(crawls: Path) -> float:
    """Return the seconds splink takes for an exact match of identifier or name, from rows to clusters."""
    records = (
        one for verdict in sorted(crawls.glob("*/*/verdict.json")) for one in open_crawl(verdict.parent).records()
    )
    rows = tables(records)
    logging.getLogger("splink").setLevel(logging.ERROR)
    seconds = 0.0
    for table in rows.values():
        settings = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="listing",
            comparisons=[comparisons.ExactMatch("npi"), comparisons.ExactMatch("name")],
            blocking_rules_to_generate_predictions=[block_on("npi"), block_on("name")],
        )
        with duckdb.connect() as database:
            database.execute("SET enable_progress_bar = false")
            database.register("listed", table)
            began = time.perf_counter()
            linker = Linker(DuckDBAPI(database).register("listed"), settings, log_level=None)
            linker.training.estimate_u_using_random_sampling(max_pairs=4e6, seed=1)
            predicted = linker.inference.predict(threshold_match_probability=0.9, warning_mode="never")
            linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.9)
            seconds += time.perf_counter() - began
    return seconds


def _quality(truth_file: Path, found_file: Path) -> dict[str, tuple[float, float]]:
    """Return precision and recall of pairs by kind."""
    with truth_file.open(encoding="utf-8", newline="") as lines:
        truth = {(row["source"], row["source_id"]): row["truth"] for row in csv.DictReader(lines)}
    found = json.loads(found_file.read_text(encoding="utf-8"))
    quality = {}
    for kind in ("person", "organisation"):
        chosen = [(truth[source, source_id], one) for source, source_id, of, one in found if of == kind]
        real, linked = (np.unique(side, return_inverse=True)[1] for side in zip(*chosen, strict=True))
        both = np.unique(np.stack([real, linked]), axis=1, return_inverse=True)[1].ravel()
        together = _pairs(both)
        quality[kind] = (together / _pairs(linked), together / _pairs(real))
    return quality


def _pairs(groups: NDArray[np.int64]) -> float:
    sizes = np.bincount(groups).astype(np.float64)
    return float((sizes * (sizes - 1)).sum() / 2)


def main() -> None:
    """Invent listings, link them, and hold the result against the truth."""
    size = asked_size(__doc__)
    count, states = _SIZES[size]
    with tempfile.TemporaryDirectory() as work:
        crawls, found = Path(work) / "crawls", Path(work) / "found.json"
        write(crawls, count, _SEED, states=states)
        bare = _bare(crawls)
        done = subprocess.run(
            [sys.executable, "-c", _LINK, str(crawls), str(found)], check=True, capture_output=True, timeout=3600
        )
        told = json.loads(done.stdout)
        quality = _quality(crawls / "truth.csv", found)
    tell(
        "linkage",
        size,
        [
            Figure("listings", count, "listings"),
            Figure("read", told["read"], "s to read the crawls"),
            Figure("linked", told["seconds"], "s from crawls to providers", _SECONDS_MOST),
            Figure("bare", bare, "s by splink's own exact match"),
            Figure("ratio", told["seconds"] / bare, "of splink's exact match"),
            Figure("peak", told["peak"] / _PEAKS_A_MB, "MB", _MEMORY_MB_MOST),
            *(
                figure
                for kind, (precision, recall) in quality.items()
                for figure in (
                    Figure(f"precision_{kind}", precision, "of linked pairs", least=_PRECISION_LEAST),
                    Figure(f"recall_{kind}", recall, "of true pairs", least=_RECALL_LEAST),
                )
            ),
        ],
    )


if __name__ == "__main__":
    main()
