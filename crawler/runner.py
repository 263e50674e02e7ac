"""Crawls as the command and the demonstration order them: run one, list those that are there."""

import contextlib
import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.collect import account_of_export, completed, now, settle
from crawler.exports import Export, of_export, workshop
from crawler.folders import crawls_of, interrupted, new_folder, unwritable, written_below
from crawler.found import Found
from crawler.order import CrawlOrder, Question, as_plain, checked, write_order
from crawler.plan import can_be_asked, gone_on, plan
from crawler.readers.raw import ReaderError
from crawler.records import Crawl, RecordError, open_crawl
from crawler.source import SourceError, known_sources, read_source
from crawler.verdict import Account, CrawlError

__all__ = ["CrawlOrder", "Progress", "all_crawls", "crawl", "latest", "plan"]

LOG_FILE = "crawl.log"
_ROOT = Path(__file__).resolve().parents[1]
_STOP_SECONDS = 5
_ERRORS: dict[str, type[ValueError]] = {
    "SourceError": SourceError, "CrawlError": CrawlError, "RecordError": RecordError,
}  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """How far a crawl is: requests made, distinct listings read, pages still to be read."""

    source: str
    requests: int
    listings: int
    queue: int


def crawl(order: CrawlOrder, progress: Callable[[Progress], None]) -> Crawl:
    """Carry out an order in a process of its own; may be called from several threads at once.

    What is interrupted stays in ``<run_id>.partial`` and goes on with ``resume``; a crawl that finishes gets its name
    at once and whole. Earlier crawls are never touched.

    Raises
    ------
    SourceError
        The order asks for what cannot be asked.
    CrawlError
        The crawl could not be run or gone on with.
    RecordError
        An earlier crawl of the directory is damaged, so that this one could not be held against it.

    """
    if order.export is not None:
        return _read_export(order, progress)
    can_be_asked(order)
    if order.resume:
        folder = interrupted(order.crawls, read_source(order.source).name)
        if (whole := completed(folder)) is not None:
            return open_crawl(whole)
        order, started_at = gone_on(order, folder)
        checked(order)
    else:
        checked(order)
        crawls_of(order.crawls, order.source)  # a damaged one is told now and not after hours
        folder, started_at = new_folder(order.crawls, order.source), now()
        with written_below(folder):
            write_order(order, folder, started_at)
    return open_crawl(_run(order, folder, started_at, progress))


def _run(order: CrawlOrder, folder: Path, started_at: str, progress: Callable[[Progress], None]) -> Path:
    """Run the child, pass on what it tells, and return the folder it finished."""
    told = json.dumps({"order": as_plain(order), "folder": str(folder), "started_at": started_at})
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    with written_below(folder):
        log = (folder / LOG_FILE).open("ab")
    with log:
        child = subprocess.Popen(
            [sys.executable, "-m", "crawler.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
    try:
        said = _heard(child, told, order.source, progress)
    finally:
        _stop(child)
    if "error" in said:
        raise _ERRORS.get(said["kind"], CrawlError)(said["error"])
    if "done" not in said:
        _say_how_it_ended(child.returncode, order.source, folder / LOG_FILE)
    done = Path(said["done"])
    if not (done / LOG_FILE).stat().st_size:
        (done / LOG_FILE).unlink()
    return done


def _heard(
    child: "subprocess.Popen[str]", told: str, source: str, progress: Callable[[Progress], None]
) -> dict[str, Any]:
    """Return the last thing the child told: that it is done, or why it is not; nothing where it ended in silence."""
    if child.stdin is None or child.stdout is None:
        return {}
    try:
        child.stdin.write(told + "\n")
        child.stdin.flush()
    except BrokenPipeError:
        return {}
    for line in child.stdout:
        said: dict[str, Any] = json.loads(line)
        if "done" in said or "error" in said:
            return said
        progress(Progress(source, **said))
    return {}


def _stop(child: "subprocess.Popen[str]") -> None:
    """End the child by its own process id if it has not ended: it may die anywhere without losing a page."""
    if child.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _say_how_it_ended(code: int, source: str, log: Path) -> None:
    if code == -signal.SIGINT:
        raise KeyboardInterrupt
    how = f"was ended by signal {-code}" if code < 0 else f"ended unexpectedly with exit code {code}"
    more = f"{log} says more, and what" if log.stat().st_size else "what"
    raise CrawlError(f"the crawl of {source} {how}; {more} was read is kept: go on with --resume.")


def _read_export(order: CrawlOrder, progress: Callable[[Progress], None]) -> Crawl:
    """Read a saved export as if it had been crawled: all of it or nothing."""
    question, export, reader = of_export(order)
    started_at, source = now(), question.source.name
    try:
        day = dt.datetime.fromtimestamp(export.stat().st_mtime, dt.UTC).date()
        with workshop(order.crawls / source) as work, Found(work) as found:
            asked = Export(export, order.states, work, lambda parts: progress(Progress(source, 0, 0, parts)))
            with contextlib.closing(reader.read(asked)) as listings:
                account = account_of_export(
                    listings, day, order.limit, found, lambda count: progress(Progress(source, 0, count, 0))
                )
            return _settled(order, question, started_at, account, found)
    except ReaderError as fault:
        raise SourceError(str(fault)) from fault
    except OSError as fault:
        raise SourceError(
            f"{str(export)!r} cannot be read: {fault.strerror or fault}; check its permissions and the free space."
        ) from fault


def _settled(order: CrawlOrder, question: Question, started_at: str, account: Account, found: Found) -> Crawl:
    """Judge what was read of an export; the folder is there whole or not at all."""
    folder = new_folder(order.crawls, order.source)
    try:
        return open_crawl(settle(folder, question, started_at, account, found))
    except OSError as fault:
        unwritable(fault, folder, "read the export again")
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # gone by that name where all went well


def latest(crawls: Path, source: str) -> Crawl:
    """Return the newest finished crawl of a directory.

    Raises
    ------
    CrawlError
        There is none.

    """
    found = crawls_of(crawls, source)
    if not found:
        raise CrawlError(f"there is no finished crawl of {source} in {crawls}; run 'therapygap crawl {source}' first.")
    return found[-1]


def all_crawls(crawls: Path) -> list[Crawl]:
    """Return all finished crawls, oldest first."""
    found = [crawl for source in known_sources() for crawl in crawls_of(crawls, source)]
    return sorted(found, key=lambda one: str(one.verdict["run_id"]))
