"""Read a state's open licence data: JSON rows of a Socrata portal, one a licence, without names and birth years.

Every state names its columns in its own way, so the dataset's address says which holds what, and asks for no others.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crawler.readers.raw import RawListing, RawLocation, ReaderError, identifier_of, text_of
from crawler.source import SourceError

NEEDED = ("licence_number", "profession")
PLACE = ("postal_code", "city", "state")
COLUMNS = (*NEEDED, "status", *PLACE)

_LAST_WORD = re.compile(r"\s+(?:licen[cs]e|credential|certificate|registration)$", re.IGNORECASE)
_COUNTED = ("$group", "$having", "$query")

Row = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One page of licences, and how many rows it holds, understood or not."""

    listings: tuple[RawListing, ...]
    rows: int


@dataclass(frozen=True)
class Statuses:
    """Words of a status, without blanks and capitals, that mean that a licence may, or may not, be used."""

    active: frozenset[str]
    inactive: frozenset[str]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Statuses":
        """Return the words a source file tells."""
        return cls(frozenset(map(_plain, told["active"])), frozenset(map(_plain, told["inactive"])))


def check_dataset(address: str) -> None:
    """Check that a dataset's address asks for what is read, under the names it is read by, and for nothing else.

    Raises
    ------
    SourceError
        It does not: names what is missing, or what nobody reads and must therefore not be asked for.

    """
    asked = parse_qs(urlsplit(address).query)
    example = "$select=ITS_NAME AS licence_number,ITS_NAME AS profession,ITS_NAME AS postal_code"
    counted = [name for name in _COUNTED if name in asked]
    if counted:
        raise SourceError(
            f"{address!r} holds {' and '.join(counted)}, but licences are read one a row; leave that out."
        )
    parts = [part.split() for part in asked.get("$select", [""])[-1].split(",")]
    names = [words[-1].strip("`") for words in parts if words]
    strange = [name for name in names if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in names]
    if not set(PLACE) & set(names):
        missing.append(" or ".join(PLACE))
    if strange or missing:
        what = [f"asks for {', '.join(strange)}, which is not read"] if strange else []
        what += [f"does not say which column is {', '.join(missing)}"] if missing else []
        raise SourceError(
            f"{address!r} {' and '.join(what)}; expected the columns {', '.join(COLUMNS)} and no others, such as "
            f"{example}."
        )


def read_page(body: bytes, state: str, statuses: Statuses) -> Page:
    """Read a page of licences issued by a state; a row without number or profession is not understood.

    Raises
    ------
    ReaderError
        The portal answered with an error, or not with rows.

    """
    try:
        answer = json.loads(body)
    except ValueError as fault:
        raise ReaderError(
            f"The portal's answer is not JSON ({fault}); it begins {body[:60]!r}. Expected a list of rows, as at an "
            "address that ends in .json."
        ) from fault
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise ReaderError(f"The portal's answer is no list of rows but {_described(answer)}.")
    listings = (_listing(row, state, statuses) for row in answer)
    return Page(tuple(one for one in listings if one is not None), len(answer))


def _described(answer: object) -> str:
    if not isinstance(answer, dict):
        return f"a {type(answer).__name__}"
    said = text_of(answer.get("message")) or text_of(answer.get("code"))
    return f"an error: {said[:200].removesuffix('.')}" if said else f"an object of {', '.join(sorted(answer)[:8])}"


def _listing(row: Row, state: str, statuses: Statuses) -> RawListing | None:
    number, profession = (text_of(row.get(name)) for name in NEEDED)
    if number is None or profession is None:
        return None
    is_active, event = _status(text_of(row.get("status")), statuses)
    place = RawLocation(
        state=text_of(row.get("state")), city=text_of(row.get("city")), postal_code=text_of(row.get("postal_code"))
    )
    return RawListing(
        source_id=identifier_of(state, profession, number),
        kind="person",
        profession_terms=(_LAST_WORD.sub("", profession),),
        terms=event,
        locations=(place,) if place != RawLocation() else (),
        is_active=is_active,
        licence_states=(state,),
    )


def _plain(words: str) -> str:
    return "".join(words.split()).casefold()


def _status(stated: str | None, statuses: Statuses) -> tuple[bool | None, tuple[str, ...]]:
    """Return whether a licence may be used, and a word that does not say so as a term nobody knows."""
    if stated is None:
        return None, ()
    if _plain(stated) in statuses.active:
        return True, ()
    if _plain(stated) in statuses.inactive:
        return False, ()
    return None, (f"status:{stated}",)
