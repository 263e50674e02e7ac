"""Read answers of the NPI Registry API 2.1, in its older shape (integers) and its newer one (texts, nulls, ``--``)."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from crawler.readers.raw import RawListing, RawLocation, ReaderError, day_of, object_of, objects_of, text_of

_KINDS = {"NPI-1": "person", "NPI-2": "organisation"}
_EPOCH_DIGITS = 13
_LAST_SECOND = 10**11
"""Epochs beyond are milliseconds, as the newer shape writes them."""


@dataclass(frozen=True)
class Page:
    """One answer: its listings, and how many rows the registry says it holds (there is no total)."""

    listings: tuple[RawListing, ...]
    rows: int


def read_page(body: bytes) -> Page:
    """Read one answer of the registry, or the bare list of its rows.

    Raises
    ------
    ReaderError
        The registry answered with errors (it does so with HTTP status 200), or the answer is not its JSON.

    """
    try:
        answer = json.loads(body)
    except ValueError as fault:
        raise ReaderError(
            f"The registry's answer is not JSON ({fault}); it begins {body[:60]!r}. Expected result_count and results."
        ) from fault
    if isinstance(answer, list) and answer:
        answer = {"results": answer}  # bare rows, as some tools save them without the envelope
    if not isinstance(answer, dict):
        raise ReaderError(f"The registry's answer is a {type(answer).__name__}; expected an object with results.")
    if answer.get("Errors"):
        raise ReaderError(f"The registry refused the query: {_described(answer['Errors'])}.")
    results = answer.get("results")
    if not isinstance(results, list):
        raise ReaderError(f"The registry's answer has no list 'results' but {sorted(answer)}.")
    rows = answer.get("result_count", len(results))
    if isinstance(rows, bool) or not isinstance(rows, int):
        raise ReaderError(f"The registry's answer has result_count {rows!r}; expected a whole number.")
    return Page(tuple(_listing(row, number) for number, row in enumerate(results, start=1)), rows)


def _described(errors: object) -> str:
    if not isinstance(errors, list):
        return repr(errors)
    return "; ".join(
        f"error {error.get('number')} in {error.get('field')}: {error.get('description')}"
        for error in errors
        if isinstance(error, dict)
    )


def _listing(row: object, number: int) -> RawListing:
    npi = text_of(row.get("number")) if isinstance(row, dict) else None
    if not isinstance(row, dict) or npi is None:
        raise ReaderError(f"Row {number} of the registry's answer has no 'number': {str(row)[:80]!r}.")
    kind = _KINDS.get(str(row.get("enumeration_type")))
    if kind is None:
        raise ReaderError(
            f"Row {number} of the registry's answer has enumeration_type {row.get('enumeration_type')!r}; "
            f"expected one of {sorted(_KINDS)}."
        )
    basic = object_of(row.get("basic"))
    slots = objects_of(row.get("taxonomies"))
    is_person = kind == "person"
    return RawListing(
        source_id=npi,
        kind=kind,
        npi=npi,
        given_name=text_of(basic.get("first_name")) if is_person else None,
        family_name=text_of(basic.get("last_name")) if is_person else None,
        organisation_name=None if is_person else text_of(basic.get("organization_name") or basic.get("name")),
        taxonomy_codes=tuple(code for slot in slots if (code := text_of(slot.get("code")))),
        locations=_locations(row),
        is_active=_is_active(basic),
        licence_states=tuple(state for slot in slots if (state := text_of(slot.get("state")))),
        listed_on=day_of(basic.get("last_updated")) or _day_of_epoch(row.get("last_updated_epoch")),
    )


def _locations(row: dict[str, Any]) -> tuple[RawLocation, ...]:
    """Return where people are seen: never the mailing address, which is often a home or a billing office."""
    addresses = [one for one in objects_of(row.get("addresses")) if one.get("address_purpose") == "LOCATION"]
    further = objects_of(row.get("practiceLocations"))
    return tuple(_location(address) for address in (*addresses, *further))


def _location(address: dict[str, Any]) -> RawLocation:
    lines = (text_of(address.get("address_1")), text_of(address.get("address_2")))
    return RawLocation(
        country=text_of(address.get("country_code")) or "US",
        state=text_of(address.get("state")),
        city=text_of(address.get("city")),
        postal_code=text_of(address.get("postal_code")),
        street=" ".join(line for line in lines if line and line != "--") or None,
        phone=text_of(address.get("telephone_number")),
    )


def _is_active(basic: dict[str, Any]) -> bool | None:
    """Tell whether the NPI is in use: an old deactivation does not count once it was taken back."""
    ended, resumed = text_of(basic.get("deactivation_date")), text_of(basic.get("reactivation_date"))
    if ended and ended != "--" and (not resumed or resumed == "--"):
        return False
    status = text_of(basic.get("status"))
    return None if status in {None, "--"} else status == "A"


def _day_of_epoch(stated: object) -> dt.date | None:
    text = text_of(stated)
    if text is None or not text.isdecimal() or len(text) > _EPOCH_DIGITS:
        return None
    epoch = int(text)
    seconds = epoch // 1000 if epoch > _LAST_SECOND else epoch
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).date()
