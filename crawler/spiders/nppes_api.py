"""The NPI registry: 1,200 listings a question at most, so a full question is asked again in parts."""

from collections.abc import Iterator
from itertools import chain, product
from string import ascii_uppercase, digits
from urllib.parse import parse_qsl, urlencode, urlsplit

from scrapy.http import Response

from crawler.directory import DirectorySpider
from crawler.readers.nppes import read_page
from crawler.visits import Reading, Visit

Question = dict[str, str]

_ZIP_DIGITS = 5
_SECOND_OF_A_NAME = ascii_uppercase + "'"
_OF_A_FIRM = ascii_uppercase + digits


class NppesApi(DirectorySpider):
    """Ask by state and profession; split by postal code, then by kind, then by the first two letters of the name."""

    name = "nppes_api"

    def first(self) -> Iterator[Visit]:
        """Ask for every profession in every state."""
        for state, question in product(self.states, self.source.search["questions"]):
            yield self._visit({"state": state, "address_purpose": "LOCATION", **question}, 0)

    def read(self, response: Response, visit: Visit) -> Reading:
        """Read a page. The first full one leads to the last one possible, which tells whether all can be had."""
        page = read_page(response.body)
        question = dict(parse_qsl(urlsplit(visit.address).query))
        skip, size = int(question.pop("skip")), self.source.search["rows_a_page"]
        last = self.source.search["last_skip"]
        is_full = page.rows >= size
        skips: tuple[int, ...] = ()
        parts: tuple[Question, ...] = ()
        truncated, split = None, None
        if skip == 0 and is_full:
            skips = (last,)
        elif skip == last and is_full:
            parts = tuple(self._parts(question))
            if parts:
                split = (_said(question) + self._unasked(question), len(parts))
            else:  # then at least what can be had
                skips, truncated = tuple(range(size, last, size)), _said(question)
        elif skip == last:
            skips = tuple(range(size, last, size)) if page.rows else (size,)
        elif is_full and skip + size < last:
            skips = (skip + size,)
        visits = chain((self._visit(question, one) for one in skips), (self._visit(part, 0) for part in parts))
        return Reading(page.listings, page.rows, tuple(visits), truncated, split)

    def _visit(self, question: Question, skip: int) -> Visit:
        size = self.source.search["rows_a_page"]
        asked = {"version": "2.1", "limit": str(size), **question, "skip": str(skip)}
        return Visit(f"{self.address}?{urlencode(asked)}")

    def _parts(self, question: Question) -> Iterator[Question]:
        """Split a question into parts that together ask the same; none where it cannot be split any further."""
        prefix = question.get("postal_code", "").rstrip("*")
        if len(prefix) < _ZIP_DIGITS:
            longer = [prefix + digit for digit in digits] if prefix else self._prefixes(question["state"])
            yield from (question | {"postal_code": f"{one}*"} for one in longer)
        elif "enumeration_type" not in question:
            yield from (question | {"enumeration_type": kind} for kind in ("NPI-1", "NPI-2"))
        elif not {"last_name", "organization_name"} & question.keys():
            is_person = question["enumeration_type"] == "NPI-1"
            field = "last_name" if is_person else "organization_name"
            letters = product(ascii_uppercase, _SECOND_OF_A_NAME) if is_person else product(_OF_A_FIRM, repeat=2)
            yield from (question | {field: f"{first}{second}*"} for first, second in letters)

    def _unasked(self, question: Question) -> str:
        """Say what no part of a question asks for: it cannot be asked for, so it must not be silent."""
        if "postal_code" not in question:
            own = ", ".join(self._prefixes(question["state"]))
            return f" (asked again by postal code: not for codes that begin otherwise than {own})"
        names = {"last_name", "organization_name"}
        if "enumeration_type" in question and len(question["postal_code"].rstrip("*")) == _ZIP_DIGITS:
            return "" if names & question.keys() else " (asked again by name: not for names of other letters)"
        return ""

    def _prefixes(self, state: str) -> list[str]:
        return list(self.source.search["zip_prefixes"][state])


def _said(question: Question) -> str:
    return ", ".join(f"{name} {text}" for name, text in question.items() if name not in {"version", "limit"})
