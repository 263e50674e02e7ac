"""What the verdict counts, under the names that Scrapy's extensions read, and all counts of a crawl as a file.

Scrapy's own counts are of one process; a crawl that was gone on with had several. The verdict counts the whole crawl.
"""

import datetime as dt
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scrapy.statscollectors import StatsCollector

STATS_FILE = "stats.json"
_ABOUT = (
    "For developers. 'crawl' counts the whole crawl, as verdict.json does; 'process' are Scrapy's own counts of the "
    "last process of it, which knows nothing of those before an interruption."
)
_COUNTS = {"drops": "drop", "repairs": "repair", "invalid": "invalid", "errors": "error", "left_out": "left_out"}
"""Tables of the verdict and what their entries are called here."""


def counts_of(verdict: Mapping[str, Any]) -> dict[str, float | int]:
    """Return what a verdict says of fields, listings and pages, a number a name.

    ``field/<name>/filled`` and ``field/<name>/missing`` are numbers of records, ``field/<name>/share`` is the filled
    share of all records; of a crawl without records nothing is known of any field. ``item_scraped_count`` and
    ``item_dropped_count`` are Scrapy's words for records and drops.
    """
    records = int(verdict["records"])
    counts: dict[str, float | int] = {
        "item_scraped_count": records,
        "item_dropped_count": sum(verdict["drops"].values()),
        "duplicates": verdict["duplicates"],
        "unread_rows": verdict["unread_rows"],
        "truncated": len(verdict["truncated"]),
        "unknown_terms": sum(verdict["unknown_terms"].values()) + verdict["unknown_terms_unnamed"],
        "untrusted_reasons": len(verdict["reasons"]),
    }
    for name, share in verdict["field_coverage"].items():
        filled = round(share * records)
        counts |= {f"field/{name}/filled": filled, f"field/{name}/missing": records - filled}
        counts[f"field/{name}/share"] = share
    for table, prefix in _COUNTS.items():
        counts |= {f"{prefix}/{name}": count for name, count in verdict[table].items()}
    return counts


def tell(verdict: Mapping[str, Any], stats: StatsCollector) -> None:
    """Put what a verdict counts into the stats of a crawl, where any extension or monitor reads it."""
    for name, count in counts_of(verdict).items():
        stats.set_value(name, count)


def write_stats(verdict: Mapping[str, Any], stats: StatsCollector, folder: Path) -> None:
    """Write all counts beside the verdict."""
    crawl = counts_of(verdict)
    process = {name: _plain(told) for name, told in stats.get_stats().items() if name not in crawl}
    written = {"about": _ABOUT, "crawl": dict(sorted(crawl.items())), "process": dict(sorted(process.items()))}
    text = json.dumps(written, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / STATS_FILE).write_text(text, encoding="utf-8")


def _plain(told: object) -> object:
    """Return a stat as JSON can say it: days as text, tables with text as names, anything else as its words."""
    if isinstance(told, float) and not math.isfinite(told):
        return None
    if told is None or isinstance(told, bool | int | float | str):
        return told
    if isinstance(told, dt.datetime | dt.date):
        return told.isoformat()
    if isinstance(told, Mapping):
        return {str(name): _plain(inner) for name, inner in told.items()}
    if isinstance(told, list | tuple | set | frozenset):
        return [_plain(inner) for inner in told]
    return str(told)
