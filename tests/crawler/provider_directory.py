"""What tests of the National Provider Directory share: how a download is read, and a slow twin of the reader."""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from crawler.bulk.npd_bulk import read_export
from crawler.readers.raw import RawListing
from demonstration.npd import pack

CODE = "101YM0800X"
NPI_SYSTEM = "http://terminology.hl7.org/NamingSystem/npi"
SOUGHT = {CODE, "103TC0700X", "1041C0700X", "106H00000X", "2084P0800X", "363LP0808X", "261QM0801X"}

Resource = dict[str, Any]
Places = dict[str, set[tuple[str, ...]]]


def read(export: Path, *states: str) -> list[RawListing | None]:
    """Read a download; what is left over in the folder for work is an error."""
    work = export.parent / "work"
    work.mkdir(exist_ok=True)
    listings = list(read_export(export, states, work, lambda _: None))
    assert not [one for one in work.rglob("*") if one.is_file()]
    return listings


def lines_of(folder: Path) -> list[str]:
    """Return every line of a download, unpacked."""
    with duckdb.connect() as database:
        rows = database.execute(
            "SELECT json::VARCHAR FROM read_ndjson_objects($files, compression = 'zstd')", {"files": f"{folder}/*.zst"}
        )
        return [line for (line,) in rows.fetchall()]


def written(file: Path, resources: Iterable[Resource | str]) -> Path:
    """Write resources, or lines as they are, into a file; packed where its name says so."""
    text = "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in resources)
    plain = file.with_suffix("") if file.suffix == ".zst" else file
    plain.write_text(text, encoding="utf-8")
    return pack(plain) if file.suffix == ".zst" else plain


def person(number: int, /, npi: str | None = None, **more: object) -> Resource:
    """Return an invented counselor at one address of her own."""
    return {
        "resourceType": "Practitioner",
        "id": f"person-{number}",
        "active": True,
        "identifier": [{"system": NPI_SYSTEM, "value": npi}] if npi else [],
        "name": [{"given": ["Briola", None], "family": "Quillfeather"}],
        "address": [{"line": [f"{number} Invented Ave"], "city": "Helena", "state": "MT", "postalCode": "59601"}],
        "qualification": [{"code": {"coding": [{"system": "http://nucc.org/provider-taxonomy", "code": CODE}]}}],
        **more,
    }


def _codes(concepts: list[Resource]) -> set[str]:
    return {coding["code"] for concept in concepts for coding in concept["coding"]}


def _id(reference: Resource) -> str:
    return str(reference["reference"]).removesuffix("/_history/2").replace(":", "/").rsplit("/", maxsplit=1)[-1]


def _spot(address: Resource) -> tuple[str, ...]:
    lines = [line for line in address.get("line", []) if line]
    return address["state"], address["city"], address["postalCode"], " ".join(lines)


def slow_twin(folder: Path) -> Places:
    """Return the places of each person of mental health in an invented download, by NPI or id: loops alone."""
    by_kind: dict[str, list[Resource]] = defaultdict(list)
    for line in lines_of(folder):
        resource = json.loads(line)
        by_kind[resource["resourceType"]].append(resource)
    spots = {place["id"]: _spot(place["address"]) for place in by_kind["Location"]}
    found: Places = {}
    for one in by_kind["Practitioner"]:
        own = _codes([held["code"] for held in one["qualification"]])
        roles = [role for role in by_kind["PractitionerRole"] if _id(role["practitioner"]) == one["id"]]
        ours = [role for role in roles if (_codes(role.get("specialty", [])) or own) & SOUGHT]
        going_on = [role for role in ours if role["active"] and one["active"]] or ours
        places = {spots[_id(place)] for role in going_on for place in role["location"]}
        if not ours and own & SOUGHT:
            places = {_spot(address) for address in one["address"] if address.get("use") != "home"}
        if places:
            found[one["identifier"][0]["value"] if one["identifier"] else one["id"]] = places
    return found
