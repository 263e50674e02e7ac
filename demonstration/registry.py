"""The invented registry: a search API with the real one's paging cap and quirks, answered out of kept pieces."""

from collections import OrderedDict
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from demonstration.population import Place
from demonstration.registry_listings import Listing
from demonstration.registry_query import ADDRESS_PURPOSES, Search, page_of, refusals, search_of
from demonstration.registry_shapes import shaped
from demonstration.web import NOT_FOUND, Answer, compact

PATH = "/api/"
_REMEMBERED = 512
_ZIP_DIGITS = 5
_PURPOSES = ("PRIMARY", "MAILING", "SECONDARY")


class Registry:
    """The registry: a piece of JSON a listing, made when first asked for, and columns to search them by."""

    name = "nppes_api"

    def __init__(self, listings: list[Listing]) -> None:
        self.entries = listings
        self.listings = sum(listing.is_counted for listing in listings)
        self._pieces: list[bytes | None] = [None] * len(listings)
        self._by_code = _numbers_by_code(listings)
        self._found: OrderedDict[Search, NDArray[np.int64]] = OrderedDict()
        self._is_person = np.array([listing.is_person for listing in listings], dtype=np.bool_)
        rows = [
            (number, purpose, place.state, int(place.zcta), place.city.upper())
            for number, listing in enumerate(listings)
            for purpose, place in enumerate(_places(listing))
            if place is not None
        ]
        self._row_listing = np.array([row[0] for row in rows], dtype=np.int64)
        self._row_purpose = np.array([row[1] for row in rows], dtype=np.int64)
        self._row_state = np.array([row[2] for row in rows])
        self._row_zip = np.array([row[3] for row in rows], dtype=np.int64)
        self._row_city = [row[4] for row in rows]

    def is_disallowed(self, path: str) -> bool:  # noqa: ARG002 - part of the directories' contract
        """Return ``False``: the registry has no robots.txt."""
        return False

    def answer(self, path: str, query: Mapping[str, str], origin: str) -> Answer:  # noqa: ARG002 - the same
        """Answer a search, always with status 200 as the real one does."""
        if path.rstrip("/") != PATH.rstrip("/"):
            return NOT_FOUND
        wrong = refusals(query)
        if wrong:
            return Answer(compact({"Errors": wrong}))
        limit, skip = page_of(query)
        page = self.search(search_of(query))[skip : skip + limit].tolist()
        pieces = b",".join([self._piece(number) for number in page])
        return Answer(b'{"result_count":%d,"results":[%b]}' % (len(page), pieces))

    def _piece(self, number: int) -> bytes:
        piece = self._pieces[number]
        if piece is None:
            piece = self._pieces[number] = compact(shaped(self.entries[number]))
        return piece

    def search(self, search: Search) -> NDArray[np.int64]:
        """Return the numbers of all listings found, in the order in which they are answered."""
        if search not in self._found:
            self._found[search] = self._look_up(search)
            if len(self._found) > _REMEMBERED:
                self._found.popitem(last=False)
        return self._found[search]

    def _look_up(self, search: Search) -> NDArray[np.int64]:
        found = self._at_address(search)
        if search.codes is not None:
            described = np.zeros(len(found), dtype=np.bool_)
            for code in search.codes:
                described[self._by_code.get(code, [])] = True
            found &= described
        if search.enumeration_type:
            found &= self._is_person == (search.enumeration_type == "NPI-1")
        numbers = np.flatnonzero(found)
        for wanted, text_of in self._texts(search):
            numbers = np.array(
                [number for number in numbers.tolist() if _fits(text_of(self.entries[number]), wanted)], dtype=np.int64
            )
        return numbers

    def _at_address(self, search: Search) -> NDArray[np.bool_]:
        """Return which listings have one address that fits all that was asked about addresses."""
        purposes = [_PURPOSES.index(purpose) for purpose in sorted(ADDRESS_PURPOSES[search.address_purpose])]
        rows = np.isin(self._row_purpose, purposes)
        if search.state:
            rows &= self._row_state == search.state
        if search.postal_code:
            rows &= self._zip_fits(search.postal_code)
        if search.city:
            rows &= np.array([_fits(city, search.city) for city in self._row_city], dtype=np.bool_)
        found = np.zeros(len(self.entries), dtype=np.bool_)
        found[self._row_listing[rows]] = True
        return found

    def _zip_fits(self, wanted: str) -> NDArray[np.bool_]:
        digits = wanted.rstrip("*")[:_ZIP_DIGITS]
        is_open = wanted.endswith("*") or len(digits) == _ZIP_DIGITS
        if not digits.isdigit() or not is_open:
            return np.zeros(len(self._row_zip), dtype=np.bool_)
        return np.asarray(self._row_zip // 10 ** (_ZIP_DIGITS - len(digits)) == int(digits))

    def _texts(self, search: Search) -> list[tuple[str, Callable[[Listing], str]]]:
        asked: list[tuple[str, Callable[[Listing], str]]] = [
            (search.number, lambda listing: listing.npi),
            (search.last_name, lambda listing: listing.family_name if listing.is_person else ""),
            (search.first_name, lambda listing: listing.given_name),
            (search.organization_name, lambda listing: "" if listing.is_person else listing.family_name),
        ]
        return [(wanted, text_of) for wanted, text_of in asked if wanted]


def _places(listing: Listing) -> tuple[Place, Place, Place | None]:
    second = None if listing.second is None else listing.second.place
    return (listing.location.place, listing.mailing, second)


def _fits(text: str, wanted: str) -> bool:
    if wanted.endswith("*"):
        return text.upper().startswith(wanted[:-1])
    return text.upper() == wanted


def _numbers_by_code(listings: list[Listing]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for number, listing in enumerate(listings):
        for code in {slot.code.code for slot in listing.slots}:
            numbers.setdefault(code, []).append(number)
    return numbers
