"""What may be asked of the registry, and how it refuses: HTTP 200 with a list of numbered errors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from demonstration.professions import ALL_CODES, Code

VERSION = "2.1"
LIMIT_MOST = 200
LIMIT_DEFAULT = 10
SKIP_MOST = 1000
_WILDCARD_LEAST = 2
_NPI_DIGITS = 10
_STATE_LETTERS = 2

_WILDCARD_FIELDS = (
    "first_name", "last_name", "organization_name", "city", "postal_code", "taxonomy_description",
)  # fmt: skip
_STANDING_ALONE = ("number", *_WILDCARD_FIELDS)
ADDRESS_PURPOSES = {
    "": {"PRIMARY", "SECONDARY", "MAILING"},
    "LOCATION": {"PRIMARY", "SECONDARY"},
    "PRIMARY": {"PRIMARY"},
    "SECONDARY": {"SECONDARY"},
    "MAILING": {"MAILING"},
}

Refusal = dict[str, str]


@dataclass(frozen=True)
class Search:
    """A search the registry accepts; empty text means that the field was not asked for.

    ``codes`` are the taxonomy codes whose description fits, ``None`` where no description was asked for.
    """

    number: str
    enumeration_type: str
    first_name: str
    last_name: str
    organization_name: str
    city: str
    state: str
    postal_code: str
    address_purpose: str
    codes: frozenset[str] | None


def _refusal(number: str, field: str, description: str) -> Refusal:
    return {"description": description, "field": field, "number": number}


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _is_named(code: Code, wanted: str, *, open_end: bool) -> bool:
    """Tell whether words stand in a code's classification or specialization; no phrase may span the two."""
    for text in (code.classification, code.specialization):
        padded = f" {_words(text)} "
        if f" {wanted}" in padded if open_end else f" {wanted} " in padded:
            return True
    return False


def codes_described(text: str) -> frozenset[str]:
    """Return the codes a description finds; it is matched against words, never against the code itself."""
    open_end = text.endswith("*")
    if "," in text:
        return frozenset()
    wanted = _words(text)
    return frozenset(code.code for code in ALL_CODES if wanted and _is_named(code, wanted, open_end=open_end))


def refusals(query: Mapping[str, str]) -> list[Refusal]:
    """Return why the registry would not answer a query; empty where it would."""
    if query.get("version") != VERSION:
        return [_refusal("17", "version", "Unsupported Version")]
    given = {field for field, text in query.items() if text.strip()}
    return _malformed(query, given) or _too_wide(given)


def _malformed(query: Mapping[str, str], given: set[str]) -> list[Refusal]:
    found = [
        _refusal("03", field, "Wildcards require at least two leading characters")
        for field in _WILDCARD_FIELDS
        if "*" in query.get(field, "") and query[field].index("*") < _WILDCARD_LEAST
    ]
    if "number" in given and not re.fullmatch(rf"\d{{{_NPI_DIGITS}}}", query["number"]):
        found.append(_refusal("06", "number", "NPI must be 10 digits"))
    is_well_formed = {
        "enumeration_type": query.get("enumeration_type") in {"NPI-1", "NPI-2"},
        "state": len(query.get("state", "")) == _STATE_LETTERS,
        "address_purpose": query.get("address_purpose", "").upper() in ADDRESS_PURPOSES,
    }
    found += [
        _refusal("05", field, "Field contains special character(s) or wrong number of characters")
        for field, is_right in is_well_formed.items()
        if field in given and not is_right
    ]
    if not found and "taxonomy_description" in given and not codes_described(query["taxonomy_description"]):
        found.append(_refusal("14", "taxonomy_description", "No taxonomy codes found with entered description"))
    return found


def _too_wide(given: set[str]) -> list[Refusal]:
    if given.intersection(_STANDING_ALONE):
        return []
    found = []
    if "state" in given:
        found.append(_refusal("07", "state", "Field state requires additional search criteria"))
    if "enumeration_type" in given:
        found.append(_refusal("09", "enumeration_type", "enumeration_type requires additional search criteria"))
    return found or [_refusal("04", "generic", "No valid search criteria provided")]


def search_of(query: Mapping[str, str]) -> Search:
    """Return an accepted query as a search; texts in capitals, as the registry keeps them."""
    text = {field: query.get(field, "").strip().upper() for field in (*_STANDING_ALONE, "state", "enumeration_type")}
    description = query.get("taxonomy_description", "").strip()
    return Search(
        number=text["number"],
        enumeration_type=text["enumeration_type"],
        first_name=text["first_name"],
        last_name=text["last_name"],
        organization_name=text["organization_name"],
        city=text["city"],
        state=text["state"],
        postal_code=text["postal_code"].replace("-", ""),
        address_purpose=query.get("address_purpose", "").strip().upper(),
        codes=codes_described(description) if description else None,
    )


def page_of(query: Mapping[str, str]) -> tuple[int, int]:
    """Return ``limit`` and ``skip``; what is out of range is clamped without a word.

    The real registry was seen to clamp ``limit``; that ``skip`` beyond 1000 brings the same page again is assumed,
    the worst case for a crawler that pages on.
    """
    limit, skip = _whole(query.get("limit", "")), _whole(query.get("skip", ""))
    return min(limit or LIMIT_DEFAULT, LIMIT_MOST), min(skip, SKIP_MOST)


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text) else 0
