"""Read what insurers of the Marketplace publish: an index of files, and files of providers in their networks.

The files list everybody. Of providers whose specialty names no mental-health care, only identifier and specialty are
read, so that what is left out can be counted by its own words and nothing else is kept.
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

import ijson

from crawler.readers.raw import (
    RawListing,
    RawLocation,
    ReaderError,
    day_of,
    identifier_of,
    object_of,
    objects_of,
    text_of,
)
from crawler.vocabulary import Vocabulary

_KINDS = {"INDIVIDUAL": "person", "FACILITY": "organisation"}
_ACCEPTING: dict[str | None, bool | None] = {
    None: None,
    "unknown": None,
    "accepting": True,
    "accepting in some locations": True,
    "not accepting": False,
}
_BOARD = re.compile(r"psychiatry\s+(?:&|and)\s+neurology\W*", re.IGNORECASE)
"""The board of psychiatrists and of neurologists: only what follows says which of them."""

_HEAD_BYTES = 64 * 1024
ROW_MOST_BYTES = 4 * 1024 * 1024
"""Of one provider, whose places and plans may be thousands: what does not end by then is no row."""

_LIST = re.compile(rb"(\xef\xbb\xbf)?\s*\[")

Row = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One file of providers: its listings, and how many rows it holds."""

    listings: tuple[RawListing, ...]
    rows: int


class _Rest:
    """What follows the beginning of a file; counts what is read between one row and the next."""

    def __init__(self, head: bytes, opened: BinaryIO) -> None:
        self._head, self._opened = head, opened
        self.since_row = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next piece."""
        if self._head and size:
            piece, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
        else:
            piece = self._opened.read(size)
        self.since_row += len(piece)
        if self.since_row > ROW_MOST_BYTES:
            raise ReaderError(
                f"The insurer's file of providers has a row of more than {ROW_MOST_BYTES:,} bytes; expected one of a "
                "provider."
            )
        return piece


def read_index(body: bytes) -> tuple[str, ...]:
    """Read an insurer's index; return the addresses of its files of providers.

    Raises
    ------
    ReaderError
        The answer is no such index.

    """
    try:
        index = json.loads(body)
    except ValueError as fault:
        raise ReaderError(
            f"The insurer's index is not JSON ({fault}); it begins {body[:60]!r}. Expected provider_urls."
        ) from fault
    addresses = index.get("provider_urls") if isinstance(index, dict) else None
    if not isinstance(addresses, list) or not all(isinstance(one, str) and one.strip() for one in addresses):
        found = sorted(index)[:12] if isinstance(index, dict) else type(index).__name__
        raise ReaderError(f"The insurer's index has no list of provider_urls but {found}; expected index.json.")
    return tuple(dict.fromkeys(one.strip() for one in addresses))


def read_providers(body: bytes, vocabulary: Vocabulary, telling: Iterable[str]) -> Page:
    """Read a file of providers that is held in memory; see :func:`read_rows`."""
    rows = list(read_rows(io.BytesIO(body), vocabulary, telling))
    return Page(tuple(row for row in rows if row is not None), len(rows))


def read_rows(opened: BinaryIO, vocabulary: Vocabulary, telling: Iterable[str]) -> Iterator[RawListing | None]:
    """Read a file of providers, one row at a time; ``None`` for a row of a kind nobody has met.

    ``telling`` are the specialties that name mental-health care by themselves, as in ``Vocabulary.names_care``.

    Raises
    ------
    ReaderError
        The file is not a list, or is broken off, or a row of it does not end.

    """
    head = opened.read(_HEAD_BYTES)
    start = _LIST.match(head)
    if start is None:
        raise ReaderError(f"The insurer's file of providers begins {head[:60]!r}; expected a list of them in JSON.")
    names_care = partial(vocabulary.names_care, telling=tuple(telling))
    rest = _Rest(head[start.end() - 1 :], opened)
    rows = 0
    try:
        for row in ijson.items(rest, "item", use_float=True):
            rows += 1
            rest.since_row = 0
            yield _listing(row, names_care) if isinstance(row, dict) else None
    except (ijson.JSONError, ValueError) as fault:
        raise ReaderError(
            f"The insurer's file of providers is not JSON after {rows} rows ({' '.join(str(fault).split()):.120}); "
            "expected a whole list."
        ) from fault


def _listing(row: Row, names_care: Callable[[Iterable[str]], bool]) -> RawListing | None:
    """Return the listing of a row; ``None`` where it is of a kind nobody has met."""
    kind = _KINDS.get((text_of(row.get("type")) or "").upper())
    if kind is None:
        return None
    is_person = kind == "person"
    name = object_of(row.get("name"))
    given, family = text_of(name.get("first")), text_of(name.get("last"))
    facility = text_of(row.get("facility_name"))
    places = tuple(_location(address) for address in objects_of(row.get("addresses")))
    where = (places[0].street, places[0].postal_code) if places else ()
    npi = text_of(row.get("npi"))
    source_id = npi or identifier_of(kind, given, family, facility, *where)
    terms = _terms(row)
    if not names_care(terms):
        return RawListing(source_id=source_id, kind=kind, terms=terms)
    accepting = text_of(row.get("accepting"))
    wording = accepting.casefold() if accepting else None
    return RawListing(
        source_id=source_id,
        kind=kind,
        npi=npi,
        given_name=given if is_person else None,
        family_name=family if is_person else None,
        organisation_name=None if is_person else facility,
        terms=terms if wording in _ACCEPTING else (*terms, f"accepting:{accepting}"),
        languages=tuple(dict.fromkeys(_texts(row, "languages"))),
        locations=places,
        is_accepting=_ACCEPTING.get(wording),
        listed_on=day_of(row.get("last_updated_on")),
    )


def _terms(row: Row) -> tuple[str, ...]:
    """Return specialties, in either spelling of their field, and kinds of facilities."""
    stated = (*_texts(row, "specialty"), *_texts(row, "speciality"), *_texts(row, "facility_type"))
    return tuple(dict.fromkeys(_BOARD.sub("", one) or f"board:{one}" for one in stated))


def _texts(row: Row, field: str) -> Iterator[str]:
    """Yield the texts in a list, or the one text that stands for a list."""
    stated = row.get(field)
    for one in stated if isinstance(stated, list) else [stated]:
        if text := text_of(one):
            yield text


def _location(address: Row) -> RawLocation:
    lines = (text_of(address.get("address")), text_of(address.get("address_2")))
    return RawLocation(
        state=text_of(address.get("state")),
        city=text_of(address.get("city")),
        postal_code=text_of(address.get("zip")),
        street=" ".join(line for line in lines if line) or None,
        phone=text_of(address.get("phone")),
    )
