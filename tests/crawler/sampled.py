"""The publishers' own samples, read and cleaned as a crawl does it: how well each field of what is kept is filled."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cleaned import DAY, VOCABULARY

from crawler.bulk import npd_bulk, nppes_file
from crawler.cleaning import Cleaner
from crawler.coverage import FIELDS, counted, shares
from crawler.found import Found
from crawler.readers import fhir, findtreatment, hsds, nppes, overpass, qhp
from crawler.readers.raw import RawListing
from crawler.source import read_source


@dataclass(frozen=True)
class Sample:
    """A sample: the directory it is of, and how its listings are read from the folder of samples.

    ``read`` may use a folder of its own for work, and yields ``None`` for a row that is not understood.
    """

    source: str
    read: Callable[[Path, Path], Iterable[RawListing | None]]
    known: Callable[[], frozenset[str]] = frozenset


@dataclass(frozen=True)
class Measured:
    """What came of a sample: listings read, records kept, and the filled share of each field of these."""

    listings: int
    records: int
    coverage: dict[str, float]


def _registry(year: str) -> Callable[[Path, Path], Iterator[RawListing]]:
    def read(samples: Path, _: Path) -> Iterator[RawListing]:
        for file in sorted((samples / "nppes_api").glob(f"{year}-*.json")):
            if "Errors" not in json.loads(file.read_bytes()):
                yield from nppes.read_page(file.read_bytes()).listings

    return read


def _roles(samples: Path, _: Path) -> Iterable[RawListing]:
    files = sorted((samples / "plan_net" / "nppes-derived").rglob("*.json"))
    entries = [{"resource": json.loads(file.read_bytes())} for file in files]
    return fhir.read_bundle(
        json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries}).encode()
    ).listings


def _services(samples: Path, _: Path) -> Iterable[RawListing]:
    return hsds.read_service((samples / "hsds" / "service_full.json").read_bytes()).listings


def _insurers(samples: Path, _: Path) -> Iterator[RawListing | None]:
    with (samples / "qhp" / "providers.json").open("rb") as opened:
        yield from qhp.read_rows(opened, VOCABULARY, read_source("qhp").search["care_is_told_by"])


def _provider_directory(samples: Path, work: Path) -> Iterator[RawListing | None]:
    folder = samples / "npd"
    bundle = json.loads((folder / "fhir_organizations.json").read_bytes())["results"]
    resources = [json.loads((folder / f"fhir_{name}.json").read_bytes()) for name in ("practitioner", "organization")]
    resources += [entry["resource"] for entry in bundle["entry"]]
    file = work / "sample.ndjson"
    file.write_text("".join(json.dumps(one) + "\n" for one in resources), encoding="utf-8")
    return npd_bulk.read_export(file, (), work, lambda _: None)


def _map(samples: Path, _: Path) -> Iterable[RawListing]:
    return overpass.read_answer((samples / "osm" / "salzburg_doctors_2025.geojson").read_bytes(), "AT").listings


def _clinics(samples: Path, _: Path) -> Iterable[RawListing]:
    return findtreatment.read_export(samples / "findtreatment" / "facilities_2015.csv")


def _registry_file(samples: Path, work: Path) -> Iterator[RawListing | None]:
    (file,) = (samples / "nppes_file").glob("*.csv")
    return nppes_file.read_export(file, (), work, lambda _: None)


SAMPLES = {
    "nppes_api 2019": Sample("nppes_api", _registry("2019")),
    "nppes_api 2026": Sample("nppes_api", _registry("2026")),
    "plan_net": Sample("plan_net", _roles),
    "hsds": Sample("hsds", _services),
    "qhp": Sample("qhp", _insurers),
    "npd_bulk": Sample("npd_bulk", _provider_directory),
    "overpass Salzburg": Sample("overpass", _map),
    "findtreatment 2015": Sample("findtreatment", _clinics, findtreatment.known_terms),
    "nppes_file": Sample("nppes_file", _registry_file),
}


def measured(sample: Sample, samples: Path, work: Path) -> Measured:
    """Read and clean a sample; return how well what is kept of it is filled."""
    cleaner = Cleaner(sample.source, DAY, VOCABULARY, sample.known())
    read = [listing for listing in sample.read(samples, work) if listing is not None]
    filled = Counter[str]()
    with Found(work) as found:
        for listing in read:
            found.add(listing, DAY)
        kept = (record for listing, _ in found if (record := cleaner.clean(listing)) is not None)
        records = sum(1 for _ in counted(kept, filled))
    return Measured(len(read), records, shares(filled, records))


def table(found: dict[str, Measured]) -> list[str]:
    """Return the table of the document as its lines: a row a field, a column a sample."""
    lines = ["| | " + " | ".join(found) + " |", "|---|" + "--:|" * len(found)]
    lines.append("| listings read | " + " | ".join(f"{one.listings:,}" for one in found.values()) + " |")
    lines.append("| records kept | " + " | ".join(f"{one.records:,}" for one in found.values()) + " |")
    for name in FIELDS:
        cells = [f"{one.coverage[name]:.0%}" if one.records else "–" for one in found.values()]  # noqa: RUF001
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return lines
