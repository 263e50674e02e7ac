"""Listings as rows to be compared: people in one table, clinics in another, never together."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from analysis.providers.linkage.wording import organisation_words, person_name, phone, street
from crawler.records import Location, ProviderRecord

_TEXT, _TEXTS = pa.string(), pa.list_(pa.string())
_SHARED = (
    ("listing", pa.int32()),
    ("npi", _TEXT),
    ("phones", _TEXTS),
    ("streets", _TEXTS),
    ("postcodes", _TEXTS),
    ("towns", _TEXTS),
    ("states", _TEXTS),
    ("professions", _TEXTS),
)
PEOPLE = pa.schema(
    [
        *_SHARED,
        ("given", _TEXT),
        ("given_forms", _TEXTS),
        ("initial", _TEXT),
        ("family", _TEXT),
        ("family_parts", _TEXTS),
        ("generation", _TEXT),
        ("name", _TEXT),
    ]
)
"""One listed person. ``listing`` is its place among all listings sorted by key; what is not said is missing, and an
empty list is nothing said. ``streets`` are streets with their postal code and with their town; ``name`` is given and
family name."""

CLINICS = pa.schema([*_SHARED, ("name", _TEXT), ("words", _TEXTS), ("start", _TEXT), ("numbers", _TEXTS)])
"""One listed clinic. ``words`` are the words of its name, sorted; ``start`` is the first of them as the name has it;
``numbers`` are house numbers."""

SCHEMAS = {"people": PEOPLE, "clinics": CLINICS}
_ROWS_AT_ONCE = 50_000


def tables(records: Iterable[ProviderRecord]) -> dict[str, pa.Table]:
    """Return the rows of ``people`` and of ``clinics`` among records that come sorted by their key."""
    gathered = {kind: _Columns(schema) for kind, schema in SCHEMAS.items()}
    people, clinics = gathered["people"], gathered["clinics"]
    for number, record in enumerate(records):
        if record.kind == "person":
            people.add((*_shared(number, record), *_person(record)))
        else:
            clinics.add((*_shared(number, record), *_clinic(record)))
    return {kind: columns.table() for kind, columns in gathered.items()}


class _Columns:
    """Rows gathered into Arrow batches: a million of them as Python's own would fill the memory."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._rows: list[tuple[Any, ...]] = []
        self._batches: list[pa.RecordBatch] = []

    def add(self, row: tuple[Any, ...]) -> None:
        self._rows.append(row)
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._pack()

    def table(self) -> pa.Table:
        self._pack()
        return pa.Table.from_batches(self._batches, self._schema)

    def _pack(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
            self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
            self._rows = []


def _shared(number: int, record: ProviderRecord) -> tuple[Any, ...]:
    places = record.locations
    towns = [_town(place) for place in places]
    return (
        number,
        record.npi,
        _distinct([phone(place.phone) for place in places]),
        _distinct(list(_addresses(places, towns))),
        _distinct([place.postal_code for place in places]),
        _distinct(towns),
        _distinct([place.state or (place.country if place.country != "US" else None) for place in places]),
        record.professions,
    )


def _distinct(texts: Sequence[str | None]) -> list[str]:
    """Return what is said, each once, sorted."""
    if len(texts) == 1:
        return [texts[0]] if texts[0] else []
    return sorted({text for text in texts if text})


def _addresses(places: Sequence[Location], towns: Sequence[str | None]) -> Iterator[str]:
    """Yield each street with its postal code and with its town, since either may be missing or wrong."""
    for place, town in zip(places, towns, strict=True):
        if road := street(place.street):
            if place.postal_code:
                yield f"{road} {place.postal_code}"
            if town:
                yield f"{road} {town}"


def _town(place: Location) -> str | None:
    return f"{place.city.casefold()} {place.state or place.country}" if place.city else None


def _person(record: ProviderRecord) -> tuple[Any, ...]:
    name = person_name(record.given_name, record.family_name)
    whole = f"{name.given} {name.family}" if name.given and name.family else None
    initial = name.given[0] if name.given else None
    return (name.given, name.given_forms, initial, name.family, name.family_parts, name.generation, whole)


def _clinic(record: ProviderRecord) -> tuple[Any, ...]:
    words = organisation_words(record.organisation_name)
    numbers = [_number(place.street) for place in record.locations]
    return (" ".join(words) or None, sorted(words), words[0] if words else None, _distinct(numbers))


def _number(stated: str | None) -> str | None:
    """Return the house number of a street."""
    first = (street(stated) or "").partition(" ")[0]
    return first if first.isdecimal() else None
