"""Read the bulk download of the National Provider Directory: FHIR resources, one a line, tens of millions of them.

Each file is gone through once for what is of mental health, and those that hold what it refers to once more. Nothing is
known of a file but its lines: what they hold is told by each line itself, never by the file's name.
"""

import itertools
import json
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import duckdb

from crawler.bulk import npd_sql as sql
from crawler.bulk.npd_files import Lines, files_of
from crawler.bulk.npd_listing import organisation_listing, person_listing
from crawler.bulk.tables import connected, run
from crawler.readers.fhir import Resource
from crawler.readers.raw import RawListing, ReaderError, text_of
from crawler.states import state_code

_ROWS_AT_ONCE = 2_000
_STAGES = (
    (2, (sql.ROLE,)),
    (3, (sql.SERVICE,)),
    (4, (sql.PERSON, sql.ORGANISATION, sql.PLACE)),
)
"""What is fetched after the first reading, in order: each kind is referred to by those before it."""


def read_export(
    export: Path, states: tuple[str, ...], work: Path, tell: Callable[[int], None]
) -> Generator[RawListing | None, None, None]:
    """Yield the mental-health listings of a download: persons, then organisations, in order of their NPI.

    One listing each, with all places; its key is the NPI, or the id of the person or organisation where there is no
    NPI that passes its check digit. ``None`` stands for a line that is no resource. Last come roles and services of
    mental health whose person or organisation is not in the download: without a place, so that they are counted among
    those dropped, for a person without an NPI could be one counted elsewhere; ``None`` if all persons are missing.

    Parameters
    ----------
    export
        A folder of files, or one file.
    states
        Only listings with a place in one of these; all where there are none.
    work
        Folder for what memory cannot hold.
    tell
        Hears how many files are still to be read, as far as that is known.

    Raises
    ------
    ReaderError
        A file is none of the directory's, or is damaged.

    """
    files = files_of(export)
    with connected(work) as database:
        database.execute(sql.TABLES)
        kinds, faults = _first_reading(database, files, tell)
        if not any(kinds.values()):
            raise ReaderError(
                f"{str(export)!r} holds no FHIR resource; expected one a line, each with its resourceType, and found "
                f"{faults:,} lines that are none."
            )
        _fetch(database, kinds, tell)
        run(database, sql.BELONGING, str(export))
        yield from _in_states(_listings(database, export), states)
        has_persons = any(sql.PERSON in found for found in kinds.values())
        yield from (_of_nobody(key) if has_persons else None for (key,) in run(database, sql.OF_NOBODY, str(export)))
    yield from itertools.repeat(None, faults)


def _first_reading(
    database: duckdb.DuckDBPyConnection, files: list[Lines], tell: Callable[[int], None]
) -> tuple[dict[Lines, set[str]], int]:
    """Keep what is of mental health; return the kinds of resource in each file, and how many lines are none."""
    kinds: dict[Lines, set[str]] = {}
    faults = 0
    for number, lines in enumerate(files):
        tell(len(files) - number)
        name = str(lines.file)
        run(database, sql.counted(lines), name)
        run(database, sql.KEPT, name)
        by_kind = dict(run(database, sql.LINES_BY_KIND, name))
        faults += by_kind.pop(None, 0) + run(database, sql.LINES_WITHOUT_ID, name)[0][0]
        kinds[lines] = set(by_kind)
    run(database, "DROP TABLE counted", "the download")
    return kinds, faults


def _fetch(database: duckdb.DuckDBPyConnection, kinds: dict[Lines, set[str]], tell: Callable[[int], None]) -> None:
    """Fetch the roles of those kept, and what all of them refer to."""
    left = sum(not found.isdisjoint(wanted) for _, wanted in _STAGES for found in kinds.values())
    _link(database, 1)
    for stage, wanted in _STAGES:
        for statement in sql.wanted(wanted):
            run(database, statement, "the download")
        run(database, sql.SIDES_AS_WRITTEN, "the download")
        for lines in (lines for lines, found in kinds.items() if not found.isdisjoint(wanted)):
            tell(left)
            left -= 1
            taken = sql.roles_of(lines, stage) if sql.ROLE in wanted else sql.referred_to(lines, stage)
            run(database, taken, str(lines.file))
        run(database, sql.SIDES_AS_FIT, "the download")
        run(database, sql.kept_already(stage), "the download")
        _link(database, stage)
    tell(left)


def _link(database: duckdb.DuckDBPyConnection, stage: int) -> None:
    for statement in sql.linked(stage):
        run(database, statement, "the download")


def _listings(database: duckdb.DuckDBPyConnection, export: Path) -> Iterator[RawListing | None]:
    """Yield the listings; ``None`` for a resource that Python refuses to read, or whose id is no text."""
    for (kind, owner), rows in itertools.groupby(_rows(database, export), lambda row: (row[0], row[1])):
        read = [_resource(row[3]) for row in rows]
        resources = [one for one in read if one is not None]
        yield from itertools.repeat(None, len(read) - len(resources))
        listing = (person_listing if kind == "person" else organisation_listing)(owner, resources)
        if listing is not None:
            yield listing


def _resource(line: str) -> Resource | None:
    try:
        resource: Resource = json.loads(line)
    except (RecursionError, ValueError):  # ValueError: a number of thousands of digits
        return None
    return None if text_of(resource["id"]) is None else resource


def _rows(database: duckdb.DuckDBPyConnection, export: Path) -> Iterator[tuple[str, str, str, str]]:
    try:
        found = database.execute(sql.ORDERED)
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            yield from rows
    except duckdb.Error as fault:
        raise ReaderError(f"{export} cannot be read: {' '.join(str(fault).split()):.300}; make room.") from fault


def _of_nobody(key: str) -> RawListing:
    return RawListing(key, "person" if key.startswith(sql.ROLE) else "organisation")


def _in_states(listings: Iterator[RawListing | None], states: tuple[str, ...]) -> Iterator[RawListing | None]:
    if not states:
        return listings
    return (
        one
        for one in listings
        if one is None or any(state_code(place.state or "") in states for place in one.locations)
    )
