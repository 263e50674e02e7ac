"""Saved exports: which directories have one that can be read, found by name, never registered.

``crawler/bulk/<source>.py`` reads files too large to hold, ``crawler/readers/<source>.py`` those of one table.
"""

import importlib
import importlib.util
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.folders import LOCK_FILE, alone_in, written_below
from crawler.order import CrawlOrder, Question, checked
from crawler.readers.raw import RawListing
from crawler.source import SourceError, known_sources, read_source

WORK_FOLDER = ".unpacked"


@dataclass(frozen=True)
class Export:
    """What is to be read: the file, the states wanted (all where none), a folder for work, and who hears of it."""

    path: Path
    states: tuple[str, ...]
    work: Path
    tell: Callable[[int], None]


@dataclass(frozen=True)
class ExportReader:
    """How a directory's export is read.

    Attributes
    ----------
    read
        Yields listings, and ``None`` for a row that could not be understood.
    takes_states, takes_folder
        Whether states may be asked for, and whether several files may be given as their folder.

    """

    read: Callable[[Export], Generator[RawListing | None, None, None]]
    takes_states: bool
    takes_folder: bool


def export_reader(source: str) -> ExportReader | None:
    """Return the reader of a directory's exports; ``None`` where it has none."""
    if importlib.util.find_spec(f"crawler.bulk.{source}"):
        bulk = importlib.import_module(f"crawler.bulk.{source}").read_export
        return ExportReader(
            lambda one: bulk(one.path, one.states, one.work, one.tell), takes_states=True, takes_folder=True
        )
    if importlib.util.find_spec(f"crawler.readers.{source}"):
        plain = getattr(importlib.import_module(f"crawler.readers.{source}"), "read_export", None)
        return (
            None
            if plain is None
            else ExportReader(lambda one: _plain(plain, one), takes_states=False, takes_folder=False)
        )
    return None


def _plain(
    read: Callable[[Path], Iterator[RawListing | None]], export: Export
) -> Generator[RawListing | None, None, None]:
    yield from read(export.path)


@contextmanager
def workshop(crawls: Path) -> Iterator[Path]:
    """Give a folder for what an export must be unpacked into; gone afterwards, and if killed, at the next reading."""
    work = crawls / WORK_FOLDER
    with written_below(work):
        work.mkdir(parents=True, exist_ok=True)
    with alone_in(work):
        try:
            _swept(work)
            yield work
        finally:
            _swept(work)
            (work / LOCK_FILE).unlink(missing_ok=True)
            work.rmdir()


def _swept(work: Path) -> None:
    for left in work.iterdir():
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        elif left.name != LOCK_FILE:
            left.unlink(missing_ok=True)


def of_export(order: CrawlOrder) -> tuple[Question, Path, ExportReader]:
    """Return what a saved export is to answer, the file, and how to read it.

    Raises
    ------
    SourceError
        The directory has no exports, or its reader cannot do what is ordered.

    """
    source, export = read_source(order.source), order.export
    reader = export_reader(source.name)
    if reader is None or export is None:
        readable = ", ".join(name for name in known_sources() if export_reader(name) is not None)
        raise SourceError(f"{source.name} has no exports to read; only {readable} have.")
    if not (export.is_file() or (reader.takes_folder and export.is_dir())):
        what = "is not a file" if export.exists() else "does not exist"
        raise SourceError(f"{str(export)!r} {what}; expected a saved export of {source.name}.")
    asking = ("address", "areas", "resume", "replay", "save_responses")
    for name in (*asking, *(() if reader.takes_states else ("states",))):
        if getattr(order, name):
            option = "area" if name == "areas" else name.replace("_", "-")
            raise SourceError(
                f"a saved export of {source.name} is read whole from {str(export)!r}; leave out --{option}, which "
                "asks the directory itself."
            )
    return checked(order, needs_contact=False), export, reader
