"""Read the NPPES dissemination: a table of everybody with an identifier, its weekly increments and deactivations.

The newest statement about an identifier holds, so parts are gone through from the newest to the oldest, and of an older
one only what no newer one speaks of. Of the millions only mental-health rows are kept, and those by DuckDB.
"""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import duckdb

from crawler.bulk.ended import read_ended
from crawler.bulk.nppes_sql import (
    NEEDED,
    NEEDED_OF_PLACES,
    SEPARATOR,
    TABLES,
    chosen,
    further,
    ordered,
    reported,
    settled,
)
from crawler.bulk.parts import Part, parts_of, places_with, unpacked
from crawler.bulk.tables import connected, opened, rejected, run
from crawler.readers.raw import RawListing, RawLocation, ReaderError

_ROWS_AT_ONCE = 2_000


def read_export(
    export: Path, states: tuple[str, ...], work: Path, tell: Callable[[int], None]
) -> Generator[RawListing | None, None, None]:
    """Yield the mental-health listings of a download, in order of their NPI; ``None`` for a line that is no row.

    Listings whose NPI was deactivated and not reactivated are among them and say so. A row is of mental health by a
    code of ``professions.toml`` in any of its slots; those left out there on purpose, and codes of behavioural health
    that stand in no list, are yielded as well, so that cleaning counts them.

    Parameters
    ----------
    export
        An archive, one table, or a folder with the monthly file, weekly increments and reports of deactivations.
    states
        Only listings with a place of practice in one of these; all where there are none.
    work
        Folder for what must be unpacked; nothing is left in it.
    tell
        Hears how many parts are still to be read.

    Raises
    ------
    ReaderError
        Something in it is not what NPPES publishes, or is damaged.

    """
    parts = parts_of(export)
    dated = [part for part in parts if part.kind != "places"]
    oldest = max(number for number, part in enumerate(dated) if part.kind == "providers")
    faults = 0
    with connected(work) as database:
        database.execute(TABLES)
        for number, part in enumerate(dated[: oldest + 1]):
            tell(oldest + 1 - number)
            if part.kind == "ended":
                _add_ended(database, part, work)
                continue
            faults += _add_providers(database, part, number, work, is_oldest=number == oldest)
            faults += sum(_add_places(database, places, number, work) for places in places_with(part, parts))
        tell(0)
        yield from _listings(database, states, export)
    yield from (None for _ in range(faults))


def _add_ended(database: duckdb.DuckDBPyConnection, part: Part, work: Path) -> None:
    """Take in a report of deactivations; where no day stands beside an NPI, it is the report's own."""
    rows = work / "ended.csv"
    try:
        with unpacked(part, work) as file, rows.open("w", encoding="ascii") as lines:
            lines.writelines(f"{npi},{day or part.day or ''}\n" for npi, day in read_ended(file, part.name))
        run(database, reported(rows), part.name)
    finally:
        rows.unlink(missing_ok=True)


def _add_providers(database: duckdb.DuckDBPyConnection, part: Part, number: int, work: Path, *, is_oldest: bool) -> int:
    """Choose what a table of providers adds; return how many of its lines are no rows."""
    with unpacked(part, work) as file:
        table = opened(file, part.name, NEEDED)
        run(database, chosen(table, number), part.name)
        faults = rejected(database)
        for statement in () if is_oldest else settled(table, part):  # nothing is older than the oldest
            run(database, statement, part.name)
    return faults


def _add_places(database: duckdb.DuckDBPyConnection, part: Part, number: int, work: Path) -> int:
    """Take in the further places of those chosen from the same publication; return how many lines are no rows."""
    with unpacked(part, work) as file:
        run(database, further(opened(file, part.name, NEEDED_OF_PLACES), number), part.name)
        return rejected(database)


def _listings(
    database: duckdb.DuckDBPyConnection, states: tuple[str, ...], export: Path
) -> Iterator[RawListing | None]:
    try:
        found = database.execute(ordered(states))
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            for row in rows:
                yield _listing(row)
    except duckdb.Error as fault:
        raise ReaderError(f"{export} cannot be read: {' '.join(str(fault).split()):.300}; make room.") from fault


def _listing(row: tuple[Any, ...]) -> RawListing | None:
    """Return the listing of a row; ``None`` where the row does not say whose it is."""
    npi, kind, given, family, organisation, codes, licences, listed_on, is_active, others, *place = row
    if kind is None or npi is None:
        return None
    own = RawLocation(*place)
    return RawListing(
        source_id=npi,
        kind=kind,
        npi=npi,
        given_name=given,
        family_name=family,
        organisation_name=organisation,
        taxonomy_codes=tuple(codes.split(SEPARATOR)) if codes else (),
        locations=(own, *map(_further, others)) if others else (own,),
        is_active=is_active,
        licence_states=tuple(licences.split(SEPARATOR)) if licences else (),
        listed_on=listed_on,
    )


def _further(place: list[str | None]) -> RawLocation:
    country, state, city, postal_code, street, phone = place
    return RawLocation(country or "US", state, city, postal_code, street, phone)
