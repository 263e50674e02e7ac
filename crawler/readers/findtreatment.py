"""Read SAMHSA's treatment locator: the live JSON answer and the saved national export, a column a service code."""

import csv
import datetime as dt
import json
import math
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from crawler.readers.raw import RawListing, RawLocation, ReaderError, identifier_of, number_of, objects_of, text_of

_CODES_FILE = Path(__file__).resolve().parents[1] / "sources" / "findtreatment.toml"
_SYSTEM = "samhsa:"
_NEEDED = (
    "name1", "name2", "street1", "street2", "city", "state", "zip", "phone", "latitude", "longitude", "type_facility",
)  # fmt: skip
_DAY = "last_update"
_UNREAD = frozenset(
    {
        "zip4", "county", "intake_prompt", "intake1", "intake2", "hotline_prompt", "hotline1", "hotline2", "website",
        "mail_street1", "mail_street2", "mail_city", "mail_state", "mail_zip", "mail_zip4", _DAY,
    }
)  # fmt: skip
"""Columns that need not be there and are no service codes: mailing addresses, further telephones, the day."""

_TELEHEALTH = "telehealth"
_SPANISH = {"sp": "es"}
_ENGLISH_DATE = "%m/%d/%Y"


@dataclass(frozen=True)
class Page:
    """One live answer: its listings, how many rows it holds, and how many pages there are, where it says so."""

    listings: tuple[RawListing, ...]
    rows: int
    total_pages: int | None


@cache
def _codes() -> dict[str, Any]:
    return tomllib.loads(_CODES_FILE.read_text(encoding="utf-8"))


def known_terms() -> frozenset[str]:
    """Return the terms of the locator that are known and name no specialty: payment, ownership, setting."""
    codes = _codes()
    return frozenset({_SYSTEM + code for code in codes["known"]["codes"]}) | frozenset(codes["known"]["words"])


def read_json(body: bytes) -> Page:
    """Read one page of a live answer.

    A facility whose ``services`` is null has not said what it offers; one with services and none of telehealth has
    been asked and does not offer it.

    Raises
    ------
    ReaderError
        The answer is not the locator's JSON.

    """
    try:
        answer = json.loads(body)
    except ValueError as fault:
        raise ReaderError(
            f"The locator's answer is not JSON ({fault}); it begins {body[:60]!r}. Expected page, totalPages and rows."
        ) from fault
    rows = answer.get("rows") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        found = sorted(answer) if isinstance(answer, dict) else type(answer).__name__
        raise ReaderError(f"The locator's answer has no list of rows but {found}; expected page, totalPages and rows.")
    pages = number_of(answer.get("totalPages"))
    total = int(pages) if pages is not None and math.isfinite(pages) else None
    return Page(tuple(_live(row) for row in rows), len(rows), total)


def _live(row: dict[str, Any]) -> RawListing:
    services = row.get("services")
    said = [
        (" ".join(str(entry.get("f2")).split()), " ".join(part.split()))
        for entry in objects_of(services)
        for part in str(entry.get("f3") or "").split(";")
        if part.strip()
    ]
    terms, languages = _told_apart(said)
    is_online = any(_TELEHEALTH in words.casefold() for _, words in said)
    return _listing(
        {name: text_of(stated) for name, stated in row.items()},
        terms=terms,
        languages=languages,
        offers_online=is_online if services is not None else None,
        listed_on=None,
    )


def _told_apart(said: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Return the words that are terms and the words that name languages, out of words with their categories.

    The categories of languages hold more than languages; what is known there as a term stays one, and what is not is
    taken for a language, so that a language nobody has met is named as such.
    """
    codes = _codes()
    codes_of = {word.casefold(): code for code, words in codes["words"].items() for word in words}
    known = {word.casefold() for word in codes["known"]["words"]}
    terms: list[str] = []
    languages: list[str] = []
    for category, words in said:
        folded = words.casefold()
        if category in codes["categories"]["not_care"]:
            continue
        if folded in codes_of:
            terms.append(_SYSTEM + codes_of[folded])
        elif category in codes["categories"]["languages"] and folded not in known:
            languages.append(words)
        else:
            terms.append(words)
    return terms, languages


def read_export(file: Path) -> Iterator[RawListing]:
    """Read the saved national export, in UTF-8 or in the UTF-7 it was once written in.

    Every clinic returned a form with the same boxes, so a box left empty is a no: ``offers_online`` is ``False``
    where ``tele`` is not marked, and unknown only in a file without that column.

    Raises
    ------
    ReaderError
        A needed column is missing, a row has another number of cells than the head, or the file is no such table or
        in neither encoding: names the file and what was found.

    """
    with file.open("rb") as opened:
        head = opened.readline()
    encoding = "utf-7" if b"+AF8-" in head else "utf-8-sig"
    try:
        with file.open(encoding=encoding, newline="") as lines:
            rows = csv.reader(lines)
            columns = next(rows, [])
            _check_columns(file, columns)
            for row in rows:
                if len(row) != len(columns):
                    raise ReaderError(
                        f"{file}, line {rows.line_num}: {len(row)} cells, expected {len(columns)}; export it again."
                    )
                yield _exported(dict(zip(columns, row, strict=True)))
    except UnicodeDecodeError as fault:
        raise ReaderError(f"{file} is not {encoding} ({fault}); save the export as UTF-8.") from fault
    except csv.Error as fault:
        raise ReaderError(f"{file} is not a table of commas and quotes ({fault}); export it again.") from fault


def _check_columns(file: Path, columns: Sequence[str]) -> None:
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        found = ", ".join(map(repr, columns[:12])) or "nothing"
        raise ReaderError(
            f"{file} is not the national export: it lacks the columns {', '.join(missing)}, and begins with {found}; "
            f"expected {', '.join(_NEEDED)} and a column a service code."
        )


def _exported(row: dict[str, str]) -> RawListing:
    marked = [name for name, cell in row.items() if cell.strip() == "1" and name not in _UNREAD and name not in _NEEDED]
    return _listing(
        {name: text_of(cell) for name, cell in row.items()},
        terms=[_SYSTEM + code for code in marked],
        offers_online="tele" in marked if "tele" in row else None,
        listed_on=_day(row.get(_DAY, "")),
    )


def _listing(
    row: dict[str, str | None],
    *,
    terms: list[str],
    offers_online: bool | None,
    listed_on: dt.date | None,
    languages: Sequence[str] = (),
) -> RawListing:
    name = " ".join(part for part in (row.get("name1"), row.get("name2")) if part)
    street = " ".join(part for part in (row.get("street1"), row.get("street2")) if part)
    codes = {term.removeprefix(_SYSTEM) for term in terms}
    return RawListing(
        source_id=identifier_of(name, street, row.get("zip")),
        kind="organisation",
        organisation_name=name or None,
        terms=tuple(dict.fromkeys(terms)),
        languages=tuple(
            dict.fromkeys((*(language for code, language in _SPANISH.items() if code in codes), *languages))
        ),
        locations=(
            RawLocation(
                state=row.get("state"),
                city=row.get("city"),
                postal_code=row.get("zip"),
                street=street or None,
                phone=row.get("phone"),
                latitude=number_of(row.get("latitude")),
                longitude=number_of(row.get("longitude")),
            ),
        ),
        offers_online=offers_online,
        listed_on=listed_on,
    )


def _day(stated: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(stated.split(" ", maxsplit=1)[0], _ENGLISH_DATE).replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None
