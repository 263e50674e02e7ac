"""The one door from the crawler to the analysis: a listing as a small frozen value, and the folder a crawl leaves.

Nothing else crosses. A record keeps no e-mail, birth year, gender, photo or free text. Names, phones and streets
serve only to recognise the same therapist in two directories; they stay in the crawl folder and never enter a
published table or page.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from crawler.erasure import complete

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Npi = Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
StateCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]

RECORDS_FILE = "records.jsonl"
VERDICT_FILE = "verdict.json"

_PROMISED = ("source", "run_id", "trusted", "reasons", "started_at", "finished_at", "attribution", "records")
"""What every verdict says."""


class RecordError(ValueError):
    """A crawl folder or one of its records is not what was promised."""


class Location(BaseModel):
    """A place where the listed therapist or clinic sees people, as the directory states it.

    Missing means the directory did not say. ``state`` is the postal code of a first-level division where the
    country has one; ``postal_code`` is five digits in the United States. Coordinates are WGS 84 degrees.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: CountryCode = "US"
    state: StateCode | None = None
    city: str | None = None
    postal_code: str | None = None
    street: str | None = None
    phone: str | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


class ProviderRecord(BaseModel):
    """One listing on one directory, cleaned but not interpreted beyond the project's vocabulary.

    Attributes
    ----------
    source, source_id
        The directory (the name of its spider) and its own identifier of the listing; together the key.
    kind
        ``person`` or ``organisation``.
    npi
        National Provider Identifier, ten digits, where the directory gives one.
    given_name, family_name, organisation_name
        For linkage only; never published.
    professions, specialties
        Keys of ``data/reference/professions.toml`` and ``specialties.toml``, sorted. Empty means none stated.
    taxonomy_codes
        NUCC codes as listed, all slots, in the directory's order.
    terms
        The categories the directory used, in its own words or codes, sorted; never free text.
    languages
        ISO 639-1 codes besides English, sorted.
    offers_online, is_online_only, is_accepting, is_active
        Three-valued: ``None`` means the directory does not say, never no.
    licence_states
        States in which a licence is stated, sorted; the practice state is not implied.
    listed_on
        Day the directory says the listing was last changed.
    retrieved_on
        Day the page was read (a replay keeps the day of the saved response).

    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Key
    source_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    kind: Literal["person", "organisation"]
    npi: Npi | None = None
    given_name: str | None = None
    family_name: str | None = None
    organisation_name: str | None = None
    professions: tuple[Key, ...] = ()
    specialties: tuple[Key, ...] = ()
    taxonomy_codes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()
    offers_online: bool | None = None
    is_online_only: bool | None = None
    is_accepting: bool | None = None
    is_active: bool | None = None
    licence_states: tuple[StateCode, ...] = ()
    listed_on: dt.date | None = None
    retrieved_on: dt.date

    @property
    def key(self) -> tuple[str, str]:
        """The listing's key: directory and the directory's own identifier."""
        return (self.source, self.source_id)


@dataclass(frozen=True)
class Crawl:
    """What a finished crawl left in its folder: cleaned records and the verdict on them.

    ``verdict`` holds at least ``source``, ``run_id``, ``trusted``, ``started_at``, ``finished_at``, ``records`` (how
    many), ``attribution`` and ``reasons`` (sentences why it is not to be trusted; empty when it is).
    """

    folder: Path
    verdict: dict[str, Any]

    @property
    def records_file(self) -> Path:
        """The file of records, one JSON object a line, sorted by key."""
        return self.folder / RECORDS_FILE

    def records(self) -> Iterator[ProviderRecord]:
        """Read the records in order of their key.

        Raises
        ------
        RecordError
            A line is not a record: names file, line and fault.

        """
        with self.records_file.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield ProviderRecord.model_validate_json(line)
                except ValidationError as fault:
                    first = fault.errors()[0]
                    field = ".".join(map(str, first["loc"]))
                    what = f"{field} is {first['input']!r:.80}" if field else "the line is no record"
                    raise RecordError(
                        f"{self.records_file}, line {number}: {what}, {first['msg'].lower()}; "
                        "crawl again or replay the crawl's saved responses."
                    ) from fault


def open_crawl(folder: Path) -> Crawl:
    """Open the folder of a finished crawl.

    Raises
    ------
    RecordError
        The folder lacks its records or its verdict, or the verdict is not what a crawl writes.

    """
    complete(folder)
    for needed in (RECORDS_FILE, VERDICT_FILE):
        if not (folder / needed).is_file():
            raise RecordError(
                f"{folder} has no {needed}: it is not the folder of a finished crawl; "
                "list crawls with 'therapygap crawls' or run the crawl again with --resume."
            )
    try:
        verdict = json.loads((folder / VERDICT_FILE).read_text(encoding="utf-8"))
    except ValueError as fault:  # no JSON, or not even text
        raise RecordError(
            f"{folder / VERDICT_FILE} is not JSON ({fault}); delete that folder and crawl again."
        ) from fault
    missing = [name for name in _PROMISED if not isinstance(verdict, dict) or name not in verdict]
    if missing:
        raise RecordError(
            f"{folder / VERDICT_FILE} does not say {', '.join(missing)}, as every verdict does; delete that folder and "
            "crawl again."
        )
    return Crawl(folder, verdict)


def write_records(records: Iterable[ProviderRecord], file: Path) -> int:
    """Write records sorted by key, one JSON object a line; return how many.

    The same records give the same bytes. Fields that are unknown or empty are left out.
    """
    return write_sorted(sorted(records, key=lambda record: record.key), file)


def write_sorted(records: Iterable[ProviderRecord], file: Path) -> int:
    """Write records that already come in order of their keys, one at a time; return how many.

    Raises
    ------
    RecordError
        A key does not come after the one before it: a fault of the program.

    """
    count, last = 0, ("", "")
    with file.open("w", encoding="utf-8", newline="\n") as lines:
        for record in records:
            if record.key <= last:
                raise RecordError(f"record {record.key} comes after {last}: records must come in order, each once.")
            count, last = count + 1, record.key
            lines.write(record.model_dump_json(exclude_defaults=True) + "\n")
    return count
