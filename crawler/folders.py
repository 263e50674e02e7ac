"""The folders of crawls: ``<crawls>/<source>/<run_id>``, with ``.partial`` behind the name until all of it is there."""

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from crawler.policy import SourceError
from crawler.records import VERDICT_FILE, Crawl, open_crawl
from crawler.verdict import CrawlError

PARTIAL = ".partial"
CACHE_FOLDER = ".http_cache"
LOCK_FILE = "lock"


def new_folder(crawls: Path, source: str) -> Path:
    """Make the folder of a new crawl; its name is the second in which it began.

    Raises
    ------
    CrawlError
        The folder cannot be made.

    """
    run_id = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    with written_below(crawls):
        (crawls / source).mkdir(parents=True, exist_ok=True)
        for name in (run_id, *(f"{run_id}-{number}" for number in range(2, 100))):
            if (crawls / source / name).exists():
                continue
            folder = crawls / source / (name + PARTIAL)
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    raise CrawlError(f"a hundred crawls of {source} began within one second; wait a moment and crawl again.")


def interrupted(crawls: Path, source: str) -> Path:
    """Return the folder of the newest interrupted crawl of a directory.

    Raises
    ------
    SourceError
        There is none.

    """
    found = sorted((crawls / source).glob(f"*{PARTIAL}"))
    if not found:
        raise SourceError(f"there is no interrupted crawl of {source} to go on with; crawl without --resume.")
    return found[-1]


def run_id_of(folder: Path) -> str:
    """Return the name a crawl's folder has or will have."""
    return folder.name.removesuffix(PARTIAL)


def is_whole(folder: Path, journal: str) -> bool:
    """Tell whether all of a crawl is there but its name: the journal goes only after the verdict has been written."""
    return (folder / VERDICT_FILE).is_file() and not (folder / journal).exists()


def finished(folder: Path) -> Path:
    """Give a folder that is whole its name."""
    return folder.rename(folder.with_name(run_id_of(folder)))


def crawls_of(crawls: Path, source: str) -> list[Crawl]:
    """Return the finished crawls of a directory, oldest first."""
    folders = sorted(
        file.parent for file in (crawls / source).glob(f"*/{VERDICT_FILE}") if not file.parent.name.endswith(PARTIAL)
    )
    return [open_crawl(folder) for folder in folders]


@contextmanager
def written_below(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses before anything was read into one sentence."""
    try:
        yield
    except OSError as fault:
        unwritable(fault, folder, "crawl again")


def unwritable(fault: OSError, folder: Path, then: str = "go on with --resume") -> NoReturn:
    """Say that a folder cannot be written to, and what to do then."""
    raise CrawlError(
        f"the crawl cannot be written to {fault.filename or folder}: {fault.strerror or fault}; check permissions and "
        f"free space, then {then}."
    ) from fault


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder so that no other process goes on with the same crawl.

    Raises
    ------
    CrawlError
        Another process holds it.

    """
    with (folder / LOCK_FILE).open("w") as lock:
        if sys.platform != "win32":
            import fcntl  # noqa: PLC0415 - not known on every system

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as fault:
                raise CrawlError(f"the crawl in {folder} is still running; wait until it has finished.") from fault
        yield


def forget_the_way(folder: Path, *files: str) -> None:
    """Remove what only an unfinished crawl needs; raw listings are kept no longer than they are needed."""
    for name in files:
        (folder / name).unlink(missing_ok=True)
