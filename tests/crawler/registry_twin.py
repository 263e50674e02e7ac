"""A slow, plain twin of the registry's search: it goes through all people for every question."""

import json
from dataclasses import dataclass
from itertools import chain, islice
from urllib.parse import parse_qsl, urlsplit

from stdnum import luhn

_PAGE_MOST, _SKIP_MOST = 200, 1000


def invented_npi(number: int) -> str:
    """Return an identifier nobody has: it begins with 9, and its check digit is right."""
    body = f"9{number:08}"
    return body + luhn.calc_check_digit("80840" + body)


@dataclass(frozen=True)
class Listed:
    """A person or, without a given name, a clinic of the twin."""

    npi: str
    name: str
    postal_code: str = "59601"
    description: str = "Counselor"
    is_person: bool = True
    state: str = "MT"


def _fits(text: str, wanted: str) -> bool:
    return text.upper().startswith(wanted[:-1].upper()) if wanted.endswith("*") else text.upper() == wanted.upper()


def _is_found(one: Listed, asked: dict[str, str]) -> bool:
    kind = "NPI-1" if one.is_person else "NPI-2"
    return (
        asked["state"] == one.state
        and asked["taxonomy_description"].lower() in one.description.lower()
        and asked.get("enumeration_type", kind) == kind
        and _fits(one.postal_code, asked.get("postal_code", "*"))
        and (_fits(one.name, asked["last_name"]) and one.is_person if "last_name" in asked else True)
        and (
            _fits(one.name, asked["organization_name"]) and not one.is_person if "organization_name" in asked else True
        )
    )


def _row(one: Listed) -> dict[str, object]:
    return {
        "number": one.npi,
        "enumeration_type": "NPI-1" if one.is_person else "NPI-2",
        "basic": {"first_name": "Ann", "last_name": one.name, "organization_name": one.name, "status": "A"},
        "taxonomies": [{"code": "101YM0800X", "primary": True, "state": one.state}],
        "addresses": [
            {
                "address_purpose": "LOCATION",
                "address_1": f"{int(one.npi) % 997} MAIN ST",
                "city": "HELENA",
                "state": one.state,
                "postal_code": one.postal_code,
                "country_code": "US",
                "telephone_number": "406-555-0100",
            }
        ],
    }


def answer(people: list[Listed], address: str) -> bytes:
    """Return the answer to a search as the real registry would give it: at most 200, never beyond the 1,200th."""
    return answer_of_alike([[one] for one in people], address)


def answer_of_alike(groups: list[list[Listed]], address: str) -> bytes:
    """Return the same answer for people in groups that are alike but for their identifiers, without asking each."""
    asked = dict(parse_qsl(urlsplit(address).query))
    skip, limit = min(int(asked["skip"]), _SKIP_MOST), min(int(asked["limit"]), _PAGE_MOST)
    found = chain.from_iterable(group for group in groups if _is_found(group[0], asked))
    rows = [_row(one) for one in islice(found, skip, skip + limit)]
    return json.dumps({"result_count": len(rows), "results": rows}).encode()
