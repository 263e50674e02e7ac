"""How long responses are kept: told beside them, in the verdict and by every list; deleted only when the user says so.

The date is written by ``crawler.replay``, which says why there is one.
"""

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

from crawler.folders import CACHE_FOLDER
from crawler.replay import KEPT_DAYS, RESPONSES_FOLDER, kept_until, responses_of

_ENTRY_FILE = "pickled_meta"
"""What every answer in Scrapy's cache has in its folder."""


@dataclass(frozen=True)
class Deleted:
    """What was deleted: folders of saved responses, and how many answers out of caches."""

    responses: tuple[Path, ...]
    cached: int


def today() -> dt.date:
    """Return this day, in the zone in which all days of a crawl are told."""
    return dt.datetime.now(dt.UTC).date()


def said_of(crawl: Path, on: dt.date) -> str:
    """Return until when the responses of a crawl are kept, as a list of crawls says it; empty where it has none."""
    until = kept_until(crawl / RESPONSES_FOLDER)
    if until is None:
        return ""
    if until >= on:
        return f"  (responses kept until {until})"
    return f"  (responses EXPIRED on {until}: delete them with 'therapygap forget --expired')"


def warning_of(replay: Path | None, on: dt.date) -> str | None:
    """Return what there is to say of reading responses again that should be gone; ``None`` where they may be there."""
    until = None if replay is None else kept_until(responses_of(replay))
    if until is None or until >= on:
        return None
    return (
        f"the saved responses in {str(replay)!r} were to be kept until {until} and may show people who have left the "
        "directory since; delete them with 'therapygap forget --expired'."
    )


def delete_expired(crawls: Path, on: dt.date) -> Deleted:
    """Delete the saved responses of all crawls, and the cached answers, that were to be kept until before a day."""
    responses = []
    for folder in sorted(crawls.glob(f"*/*/{RESPONSES_FOLDER}")):
        until = kept_until(folder)
        if until is not None and until < on:
            shutil.rmtree(folder)
            responses.append(folder)
    cached = 0
    for entry in sorted(crawls.glob(f"*/{CACHE_FOLDER}/**/{_ENTRY_FILE}")):
        came = dt.datetime.fromtimestamp(entry.stat().st_mtime, dt.UTC).date()
        if came + dt.timedelta(days=KEPT_DAYS) < on:
            shutil.rmtree(entry.parent)
            cached += 1
    return Deleted(tuple(responses), cached)
