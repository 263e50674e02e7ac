"""What can be fetched: catalogue entries with a ``[fetch]`` part, chosen by country, level and name; where they lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.promise import TableError
from analysis.regions.catalog import CATALOG, entry_of, place_of
from analysis.study import StudyError

Level = Literal["county", "zcta", "tract", "nuts3"]

_Plain = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class FetchError(TableError):
    """A dataset could not be fetched, or what came is not what the catalogue promises."""


class Fetch(BaseModel):
    """How a dataset is fetched and told from something else: the ``[fetch]`` part of its catalogue entry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: _Plain
    """Whose it is, and the folder it lies in; ``eu`` for files of all of Europe."""
    serves: tuple[_Plain, ...] = ()
    """Further countries it is fetched for: those of ``eu``'s files that can be studied."""
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    edition: _Plain
    """Vintage as the name of a folder; another vintage is another dataset or at least another folder."""
    file: _Plain
    form: Literal["text", "shapefile", "workbook", "geojson"]
    megabytes: Annotated[float, Field(gt=0)]
    """About; ten times as much is refused."""
    separator: str = ","
    encoding: str = "utf-8-sig"
    sheet: str | None = None
    lines_above: int = 0
    """Lines above the names of the columns."""
    rows_are: Literal["exact", "about", "at least"] = "exact"
    """How the entry's ``rows`` are meant; ``about`` is a tenth more or less."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    moves: bool = False
    """Whether the publisher puts newer content under the same address."""
    by_hand: str | None = None
    """Why a program cannot fetch it."""
    only_when_named: bool = False


@dataclass(frozen=True)
class Fetchable:
    """A dataset that can be fetched."""

    name: str
    entry: dict[str, Any]
    how: Fetch

    @property
    def title(self) -> str:
        """What the publisher calls it."""
        return str(self.entry["title"])

    def place(self, downloads: Path) -> Path:
        """Return where its file lies once fetched."""
        return place_of(self.name, self.how.model_dump(), downloads)

    def address(self, mirror: str | None = None) -> str:
        """Return the publisher's address, or the one of a mirror that has it at ``host/path``."""
        address = str(self.entry["address"])
        if mirror is None:
            return address
        return f"{mirror.rstrip('/')}/{urlsplit(address).netloc}{address.partition(urlsplit(address).netloc)[2]}"


def fetchables(country: str, catalog: Path = CATALOG) -> list[Fetchable]:
    """Return everything that can be fetched for a country, by name, its own and what serves it.

    Raises
    ------
    StudyError
        There is nothing for this country, or an entry is not as it must be.

    """
    found = [one for one in map(_fetchable, sorted(catalog.glob("*.toml"))) if one is not None]
    chosen = [one for one in found if country in {one.how.country, *one.how.serves}]
    if not chosen:
        known = ", ".join(sorted({name for one in found for name in (one.how.country, *one.how.serves)}))
        raise StudyError(f"the catalogue has no datasets of {country!r} to fetch; known: {known}.")
    return chosen


def levels_of(datasets: Sequence[Fetchable]) -> list[str]:
    """Return the levels that any of the datasets has, the usual one of its country first."""
    there = {level for one in datasets for level in one.how.levels}
    return [level for level in get_args(Level) if level in there]


def chosen(datasets: Sequence[Fetchable], levels: Sequence[str], only: Sequence[str]) -> list[Fetchable]:
    """Return the datasets of any of the levels, or those named; names may hold ``*``.

    Raises
    ------
    StudyError
        A name fits none.

    """
    strangers = [name for name in only if not any(fnmatchcase(one.name, name) for one in datasets)]
    if strangers:
        known = ", ".join(one.name for one in datasets)
        raise StudyError(f"no dataset to fetch is called {strangers[0]!r}; known: {known}.")
    if only:
        named = [one for one in datasets if any(fnmatchcase(one.name, name) for name in only)]
        return [one for one in named if not levels or set(levels) & set(one.how.levels)]
    return [one for one in datasets if not one.how.only_when_named and set(levels) & set(one.how.levels)]


def _fetchable(file: Path) -> Fetchable | None:
    entry = entry_of(file)
    if "fetch" not in entry:
        return None
    try:
        return Fetchable(file.stem, entry, Fetch.model_validate(entry["fetch"]))
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise StudyError(f"{file}: fetch.{where} is {first['input']!r}: {first['msg']}; mend the entry.") from fault
