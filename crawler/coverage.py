"""How well the fields of records are filled: of how many records each field says anything at all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from crawler.records import ProviderRecord

_OF_RECORDS = (
    "npi", "professions", "specialties", "taxonomy_codes", "languages", "locations", "offers_online", "is_accepting",
    "is_active", "licence_states", "listed_on",
)  # fmt: skip
_OF_PLACES = ("postal_code", "phone", "latitude")
FIELDS = (*_OF_RECORDS, *_OF_PLACES)
"""Fields that are counted, in the order in which they are told; those of places count where any place has them."""


def counted(records: Iterable[ProviderRecord], filled: Counter[str]) -> Iterator[ProviderRecord]:
    """Pass records on, and count in ``filled`` which of their fields say something."""
    for record in records:
        filled.update(filled_fields(record))
        yield record


def filled_fields(record: ProviderRecord) -> Iterator[str]:
    """Yield the fields that say something: a no says something, unknown and an empty list do not."""
    for name in _OF_RECORDS:
        if getattr(record, name) not in (None, ()):
            yield name
    for name in _OF_PLACES:
        if any(getattr(place, name) is not None for place in record.locations):
            yield name


def shares(filled: Mapping[str, int], records: int) -> dict[str, float]:
    """Return the share of records in which each field is filled; nothing where there are no records."""
    return {name: filled.get(name, 0) / records for name in FIELDS} if records else {}
