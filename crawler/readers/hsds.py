"""Read Open Referral HSDS 3: lists of services and of services at locations, and the page of one service.

A listing is one service at one place, so that both lists name it alike. Lists may give no more than the head of a
service, without its categories and places; those are to be had on the service's own page. Contacts, which are people,
are never read.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crawler.readers.raw import RawListing, RawLocation, ReaderError, day_of, number_of, object_of, objects_of, text_of

_AT_LOCATIONS = "service_at_locations"
_NOT_OF_PATIENTS = frozenset({"fax", "tty"})
_ACTIVE = {"active": True, "inactive": False, "defunct": False, "temporarily closed": False}
_PHYSICAL, _VIRTUAL, _POSTAL = "physical", "virtual", "postal"
_CODE_LETTERS = 2

Json = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One answer.

    Attributes
    ----------
    rows
        Services at places the answer tells of, readable or not.
    heads
        Identifiers of the services of which it gives no more than the head.
    number, total_pages
        Which page it says it is, and how many there are, where it says so.

    """

    listings: tuple[RawListing, ...]
    rows: int
    heads: tuple[str, ...] = ()
    number: int | None = None
    total_pages: int | None = None


def read_services(body: bytes) -> Page:
    """Read one page of the list of services.

    Raises
    ------
    ReaderError
        The answer is not that list.

    """
    return _listed(body, _AT_LOCATIONS, _listings)


def read_places(body: bytes) -> Page:
    """Read one page of the list of services at locations.

    Raises
    ------
    ReaderError
        The answer is not that list.

    """
    return _listed(body, "", _listing_of_row)


def read_service(body: bytes) -> Page:
    """Read the page of one service.

    Raises
    ------
    ReaderError
        The answer is not a service.

    """
    service = _answer(body, "a service with its id")
    listings = tuple(_listings(service))
    if not listings:
        raise ReaderError(f"The directory's answer is no service but has {sorted(service)[:12]}; expected an id.")
    return Page(listings, len(listings))


def _answer(body: bytes, wanted: str) -> Json:
    try:
        answer = json.loads(body)
    except ValueError as fault:
        raise ReaderError(
            f"The directory's answer is not JSON ({fault}); it begins {body[:60]!r}. Expected {wanted}."
        ) from fault
    if not isinstance(answer, dict):
        raise ReaderError(f"The directory's answer is a {type(answer).__name__}; expected {wanted}.")
    return answer


def _listed(body: bytes, whole_with: str, read: Any) -> Page:  # noqa: ANN401 - one of the two functions below
    """Read an envelope; a row is whole if it has the field ``whole_with``, or else if its service has any list."""
    answer = _answer(body, "total_pages, page_number and contents")
    contents = answer.get("contents")
    if not isinstance(contents, list):
        raise ReaderError(
            f"The directory's answer has no list of contents but {sorted(answer)[:12]}; expected total_pages, "
            "page_number and contents, as in HSDS 3."
        )
    listings: list[RawListing] = []
    heads: dict[str, None] = {}
    unread = 0
    for row in contents:
        service = object_of(row) if whole_with else object_of(object_of(row).get("service"))
        source_id = text_of(service.get("id"))
        is_whole = whole_with in service if whole_with else any(isinstance(one, list) for one in service.values())
        if source_id is not None and not is_whole:
            heads[source_id] = None
            continue
        found = tuple(read(object_of(row)))
        listings += found
        unread += not found
    return Page(
        tuple(listings),
        len(listings) + unread,
        tuple(heads),
        _whole(answer.get("page_number")),
        _whole(answer.get("total_pages")),
    )


def _whole(stated: object) -> int | None:
    number = number_of(stated)
    return int(number) if number is not None and math.isfinite(number) else None


def _listings(service: Json) -> Iterator[RawListing]:
    """Yield a service once for each of its places; once without any where it has none. Nothing where it has no id."""
    source_id = text_of(service.get("id"))
    if source_id is None:
        return
    rows = objects_of(service.get(_AT_LOCATIONS))
    kinds = [_kind(row) for row in rows]
    is_online = True if _VIRTUAL in kinds else None
    is_online_only = False if _PHYSICAL in kinds else (True if set(kinds) == {_VIRTUAL} else None)
    places = [row for row, kind in zip(rows, kinds, strict=True) if kind not in {_VIRTUAL, _POSTAL}]
    for row in places or [{}]:
        yield _listing(source_id, service, row, online=(is_online, is_online_only))


def _listing_of_row(row: Json) -> Iterator[RawListing]:
    """Yield a row of services at locations. Its other places are not known, so neither is whether it is only online."""
    service = object_of(row.get("service"))
    source_id = text_of(service.get("id"))
    if source_id is None:
        return
    kind = _kind(row)
    online = (True if kind == _VIRTUAL else None, False if kind == _PHYSICAL else None)
    yield _listing(source_id, service, row, online=online)


def _kind(row: Json) -> str | None:
    return text_of(object_of(row.get("location")).get("location_type"))


def _listing(source_id: str, service: Json, row: Json, online: tuple[bool | None, bool | None]) -> RawListing:
    location = object_of(row.get("location"))
    is_place = _kind(row) not in {_VIRTUAL, _POSTAL} and bool(location)
    return RawListing(
        source_id=text_of(row.get("id")) or source_id,
        kind="organisation",
        organisation_name=text_of(object_of(service.get("organization")).get("name")),
        terms=_terms(service, row),
        languages=tuple(dict.fromkeys((*_languages(service), *_languages(location)))),
        locations=(_location(service, row, location),) if is_place else (),
        offers_online=online[0],
        is_online_only=online[1],
        is_active=_ACTIVE.get((text_of(service.get("status")) or "").casefold()),
        listed_on=day_of(service.get("last_modified")),
    )


def _terms(service: Json, row: Json) -> tuple[str, ...]:
    """Return the terms of taxonomies a service is filed under, and its name."""
    attributes = (*objects_of(service.get("attributes")), *objects_of(row.get("attributes")))
    named = (text_of(object_of(one.get("taxonomy_term")).get("name")) for one in attributes)
    return tuple(dict.fromkeys(term for term in (*named, text_of(service.get("name"))) if term))


def _languages(owner: Json) -> Iterator[str]:
    """Yield the languages spoken, by code where it has two letters; those that are only interpreted are not."""
    for language in objects_of(owner.get("languages")):
        code, name = text_of(language.get("code")), text_of(language.get("name"))
        said = code if code and len(code) == _CODE_LETTERS else name or code
        if said:
            yield said


def _location(service: Json, row: Json, location: Json) -> RawLocation:
    """Return a place; where letters go is not where people are seen. A country nobody stated is not supposed."""
    addresses = objects_of(location.get("addresses"))
    site = next((one for one in addresses if text_of(one.get("address_type")) not in {_POSTAL, _VIRTUAL}), {})
    countries = (text_of(one.get("country")) for one in (site, *addresses))
    lines = (text_of(site.get("address_1")), text_of(site.get("address_2")))
    phones = (_phone(owner) for owner in (row, location, service))
    return RawLocation(
        country=next((country for country in countries if country), ""),
        state=text_of(site.get("state_province")),
        city=text_of(site.get("city")),
        postal_code=text_of(site.get("postal_code")),
        street=" ".join(line for line in lines if line) or None,
        phone=next((phone for phone in phones if phone), None),
        latitude=number_of(location.get("latitude")),
        longitude=number_of(location.get("longitude")),
    )


def _phone(owner: Json) -> str | None:
    stated = (one for one in objects_of(owner.get("phones")) if text_of(one.get("type")) not in _NOT_OF_PATIENTS)
    return next((number for one in stated if (number := (text_of(one.get("number")) or "").strip('"'))), None)
