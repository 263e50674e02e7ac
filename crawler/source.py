"""A directory as ``crawler/sources/<name>.toml`` describes it: whose it is, how it may be used and how it is asked."""

import dataclasses
import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SOURCES = Path(__file__).resolve().parent / "sources"
_SPIDERS = Path(__file__).resolve().parent / "spiders"


class SourceError(ValueError):
    """What was asked of a directory cannot be asked: an unknown name, state, address or file."""


@dataclass(frozen=True)
class Expected:
    """How many listings the whole country has, at least and at most, and how that is known."""

    least: int
    most: int
    because: str


@dataclass(frozen=True)
class Streamed:
    """Answers too large to hold in memory, and how large they may be.

    Attributes
    ----------
    kinds
        Which answers these are, in the spider's own words.
    most_bytes
        Of a body on the disk, and as much of it unpacked.
    progress_bytes
        So many must come within each span of the time limit of an answer; one that drips is given up.

    """

    kinds: tuple[str, ...]
    most_bytes: int
    progress_bytes: int


@dataclass(frozen=True)
class Source:
    """One directory.

    Attributes
    ----------
    manner
        What a directory of this kind is called in the middle of a sentence.
    read_on
        Day on which what is said here was read.
    address
        The directory's own address; ``None`` where the user must give one.
    asks_for
        What an order must name: ``states`` or ``address``; ``export`` where only files of it are read.
    pages, depth
        Most pages of one crawl, and most links between its first page and any other.
    is_one_site
        Whether only the site that was asked for may be read.
    delay_seconds
        Wanted between two requests; never less than the policy's own.
    streamed
        Which answers go to the disk; ``None`` where all are held in memory.
    search
        What the spider needs to know to ask, in its own words.
    expected
        What the whole country brings from the directory's own address; ``None`` where nobody knows.

    """

    name: str
    publisher: str
    title: str
    manner: str
    licence: str
    attribution: str
    terms: str
    read_on: dt.date
    access: str
    address: str | None
    asks_for: str
    note: str
    pages: int
    depth: int
    is_one_site: bool
    delay_seconds: float
    search: Mapping[str, Any]
    expected: Expected | None
    streamed: Streamed | None = None


def asked_sources() -> tuple[str, ...]:
    """Return the names of the directories that can be asked, sorted: one a spider file."""
    return tuple(sorted(file.stem for file in _SPIDERS.glob("[a-z]*.py")))


def known_sources() -> tuple[str, ...]:
    """Return the names of all directories, sorted: those that can be asked, and those of which files are read."""
    return tuple(sorted({*asked_sources(), *(file.stem for file in _SOURCES.glob("[a-z]*.toml"))}))


def read_source(name: str) -> Source:
    """Read what is known of a directory.

    Raises
    ------
    SourceError
        There is no directory of that name: names those there are.

    """
    if name not in known_sources():
        raise SourceError(f"there is no directory {name!r}; expected one of {', '.join(known_sources())}.")
    told = tomllib.loads((_SOURCES / f"{name}.toml").read_text(encoding="utf-8"))
    limits = told["limits"]
    return Source(
        name=name,
        publisher=told["publisher"],
        title=told["title"],
        manner=told["manner"],
        licence=told["licence"],
        attribution=told["attribution"],
        terms=told["terms"],
        read_on=told["read_on"],
        access=told["access"],
        address=told.get("address"),
        asks_for=told["asks_for"],
        note=" ".join(told["note"].split()),
        pages=limits["pages"],
        depth=limits["depth"],
        is_one_site=limits.get("is_one_site", False),
        delay_seconds=float(told["rate"]["delay_seconds"]),
        search=told["search"],
        expected=Expected(**told["expected"]) if "expected" in told else None,
        streamed=Streamed(**{**told["streamed"], "kinds": tuple(told["streamed"]["kinds"])})
        if "streamed" in told
        else None,
    )


def served_here(source: Source) -> Source:
    """Return what can be said of a directory served on this machine in the manner of another.

    Whatever it holds, it is not what the other's publisher publishes, and must not be printed under that name.
    """
    title = f"Directory served on this machine, in the manner of {source.manner}"
    return dataclasses.replace(
        source,
        publisher="whoever serves it",
        title=title,
        licence="as whoever serves it states",
        attribution=title,
        terms="",
        access="this machine alone is asked",
    )
