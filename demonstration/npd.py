"""Write an invented bulk download of the National Provider Directory of any size: ``python -m demonstration.npd``.

Nobody in it exists: identifiers begin with 9 and pass their check digit, telephones are 555-01xx. One person in eight
is of mental health and two roles in three name no specialty, as is said of the directory; all other shares are ours.
The names of files are ours too: those of the directory could not be confirmed. Ids of places hang on the release.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from demonstration.dissemination import PLACES, npi_of

_SYSTEMS = "http://terminology.hl7.org/NamingSystem/npi", "http://hl7.org/fhir/sid/us-npi"
_TAXONOMY = "http://nucc.org/provider-taxonomy"
_BASE = "https://directory.example/fhir/"
_SOUGHT = ("101YM0800X", "103TC0700X", "1041C0700X", "106H00000X", "2084P0800X", "363LP0808X")
_OTHERS = ("207Q00000X", "163W00000X", "122300000X", "225100000X", "183500000X", "207RC0000X")
_CLINIC, _HOSPITAL = "261QM0801X", "282N00000X"
_FIRST = ("Avelina", "Briola", "Corvan", "Delmira", "Estoban", "Fiorel", "Galdino", "Hestia")
_LAST = ("Quillfeather", "Ravenholt", "Silverbrook", "Thornapple", "Umberfield", "Vandermoor", "Wexcombe", "Yarrow")
_ORGANISATION_NPIS_FROM = 50_000_000
_ROLES_A_PERSON, _PERSONS_AN_ORGANISATION = 2, 10
_LINES_APART = "\x01"

Resource = dict[str, Any]


def _concept(code: str) -> Resource:
    return {"coding": [{"system": _TAXONOMY, "code": code}]}


def _address(number: int) -> Resource:
    postal_code, state, city = PLACES[number % len(PLACES)]
    line = [f"{number % 997} Invented Ave", *([None] if number % 9 == 0 else [])]
    return {"line": line, "city": city, "state": state, "postalCode": postal_code, "country": "US"}


def _telecom(number: int) -> list[Resource]:
    mail = {"system": "email", "value": f"private-{number}@mail.example"}
    return [mail, {"system": "phone", "value": f"40655501{number % 100:02}", "use": "work"}]


def _reference(kind: str, key: str, number: int) -> Resource:
    """Return a reference in one of the ways in which they are written."""
    ways = (f"{kind}/{key}", f"{_BASE}{kind}/{key}", f"urn:uuid:{key}", f"{kind}/{key}/_history/2")
    return {"reference": ways[number % len(ways)]}


def code_of(person: int) -> str:
    """Return what a person is: one in eight is of mental health."""
    codes = _OTHERS if person % 8 else _SOUGHT
    return codes[person // 8 % len(codes)]


def persons(roles: int, release: int) -> Iterator[Resource]:
    """Yield the persons; half are qualified for something, one in twenty-five is no longer active."""
    for number in range(roles // _ROLES_A_PERSON):
        home = {**_address(number), "use": "home", "line": ["1 PRIVATE LANE"]}
        yield {
            "resourceType": "Practitioner",
            "id": f"person-{number}",
            "meta": {"lastUpdated": f"2026-{release % 12 + 1:02}-02T08:00:00Z"},
            "active": number % 25 != 0,
            "gender": "female",
            "birthDate": "1970-01-01",
            "photo": [{"url": "https://photo.example/1"}],
            "identifier": [{"system": _SYSTEMS[number % 2], "value": npi_of(number)}] if number % 40 else [],
            "name": [{"given": [None, _FIRST[number % 7]], "family": _LAST[number % 8], "suffix": [None]}],
            "telecom": _telecom(number),
            "address": [home, _address(number + 1), _address(number + 2)],
            "qualification": [{"code": _concept(code_of(number))}] if number // 8 % 2 else [],
        }


def roles_of(roles: int, release: int) -> Iterator[Resource]:
    """Yield the roles, two a person but none for one in ten; two in three say no specialty."""
    for number in range(roles):
        person = number // _ROLES_A_PERSON
        if person % 10 == 1:
            continue  # has no role
        organisation = person // _PERSONS_AN_ORGANISATION
        role: Resource = {
            "resourceType": "PractitionerRole",
            "id": f"role-{release}-{number}",
            "meta": {"lastUpdated": f"2026-{release % 12 + 1:02}-03T08:00:00Z"},
            "active": number % 30 != 0,
            "practitioner": _reference(
                "Practitioner", f"{'nobody' if is_of_nobody(number) else 'person'}-{person}", number
            ),
            "organization": _reference("Organization", f"organisation-{organisation}", number + 1),
            "location": [_reference("Location", place_id(release, person + number % 2), number)],
            "telecom": _telecom(number),
        }
        if number % 3 == 0 or is_of_nobody(number):
            role["specialty"] = [_concept(code_of(person))]
        yield role


def is_of_nobody(role: int) -> bool:
    """Tell whether a role refers to a person who is not in the download."""
    return role % 1_600 == 1_600 - _ROLES_A_PERSON * 8


def place_id(release: int, number: int) -> str:
    """Return the id of a place, which no later release knows."""
    return f"place-{number * 7919 + release}"


def places(roles: int, release: int) -> Iterator[Resource]:
    """Yield the places, one a person and one more; one in fifteen stands there twice, one in twenty has no street."""
    for number in range(roles // _ROLES_A_PERSON + 1):
        place: Resource = {
            "resourceType": "Location",
            "id": place_id(release, number),
            "status": "active",
            "telecom": _telecom(number),
            "address": _address(number if number % 15 else max(number - 1, 0)),
            "managingOrganization": _reference("Organization", f"organisation-{number // 10}", number),
        }
        if number % len(PLACES) == 0:
            place["position"] = {"latitude": round(46.55 + number % 100 / 1000, 3), "longitude": -112.0}
        if number % 20 == 0:
            del place["address"]["line"]
        yield place


def organisations(roles: int, _: int) -> Iterator[Resource]:
    """Yield the organisations; one in six is a clinic of mental health."""
    for number in range(roles // _ROLES_A_PERSON // _PERSONS_AN_ORGANISATION + 1):
        system, npi = _SYSTEMS[number % 2], npi_of(_ORGANISATION_NPIS_FROM + number)
        yield {
            "resourceType": "Organization",
            "id": f"organisation-{number}",
            "identifier": [{"system": system, "value": npi}],
            "active": True,
            "type": [_concept(_HOSPITAL if number % 6 else _CLINIC)],
            "name": f"{_LAST[number % 8]} Care {number}",
            "contact": [
                {"name": {"text": "PRIVATE CONTACT"}, "telecom": _telecom(number), "address": _address(number)}
            ],
        }


def services(roles: int, release: int) -> Iterator[Resource]:
    """Yield the services: one in four organisations has one of mental health, and one of another kind."""
    for number in range(0, roles // _ROLES_A_PERSON // _PERSONS_AN_ORGANISATION + 1, 4):
        for kind, code in enumerate((_CLINIC, _HOSPITAL)):
            yield {
                "resourceType": "HealthcareService",
                "id": f"service-{release}-{number}-{kind}",
                "active": True,
                "providedBy": _reference("Organization", f"organisation-{number}", number),
                "specialty": [_concept(code)],
                "location": [_reference("Location", place_id(release, number * 10), number + 1)],
            }


def endpoints(roles: int, release: int) -> Iterator[Resource]:
    """Yield what nobody asks for."""
    return (
        {"resourceType": "Endpoint", "id": f"endpoint-{release}-{number}", "status": "active"}
        for number in range(roles // 50)
    )


KINDS: dict[str, Callable[[int, int], Iterator[Resource]]] = {
    "a": endpoints,
    "b": roles_of,
    "c": places,
    "d": persons,
    "e": organisations,
    "f": services,
}
"""Files by their names, which tell nothing."""


def pack(file: Path) -> Path:
    """Pack a file of lines by zstd, and leave only what was packed."""
    packed = file.with_name(f"{file.name}.zst")
    lines = (
        "read_csv($plain, columns = {line: 'VARCHAR'}, auto_detect = false, header = false, delim = $apart, "
        "quote = '', escape = '')"
    )
    bare = f"format csv, compression zstd, header false, delim '{_LINES_APART}', quote '', escape ''"
    with duckdb.connect() as database:
        told = {"plain": str(file), "packed": str(packed), "apart": _LINES_APART}
        database.execute(f"COPY (FROM {lines}) TO $packed ({bare})", told)
    file.unlink()
    return packed


def write_download(folder: Path, roles: int, release: int = 1) -> Path:
    """Write a download of so many roles at most; the same release gives the same lines."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text("{}\n", encoding="utf-8")
    for name, resources in KINDS.items():
        file = folder / f"{name}.ndjson"
        with file.open("w", encoding="utf-8", newline="") as opened:
            opened.writelines(json.dumps(one, separators=(",", ":")) + "\n" for one in resources(roles, release))
        pack(file)
    return folder


def main() -> None:
    """Write a download."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("roles", type=int)
    asked = parser.parse_args()
    write_download(asked.folder, asked.roles)


if __name__ == "__main__":
    main()
