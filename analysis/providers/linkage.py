"""Which listings are the same therapist or clinic: exact identifiers only.

Two listings are linked when they share a National Provider Identifier; or, where one of them has none, when they
agree in kind, name, telephone and postal code. Names leave this step only as a keyed hash.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence

from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from crawler.records import ProviderRecord

Identifier = tuple[str, ...]


def identity_key(records_digests: Iterable[str]) -> bytes:
    """Return the key under which identifiers are hashed: known only to who holds the crawls themselves."""
    joined = "".join(sorted(records_digests)).encode()
    return hashlib.blake2b(joined, digest_size=32, person=b"therapygap-id").digest()


def hashed(identifier: str, key: bytes) -> str:
    """Return 16 hexadecimal digits that stand for an identifier."""
    return hashlib.blake2b(identifier.encode(), key=key, digest_size=8).hexdigest()


def linked(records: Sequence[ProviderRecord], key: bytes) -> list[str]:
    """Return a provider id for each record, in order; linked records share one.

    The result does not depend on the order of the records: an id is the hash of its smallest listing key.
    """
    seen: dict[Identifier, int] = {}
    identified = [list(_identifiers(record)) for record in records]
    npis_of: dict[Identifier, set[str]] = {}
    for record, identifiers in zip(records, identified, strict=True):
        for identifier in identifiers:
            if record.npi and identifier[0] != "npi":
                npis_of.setdefault(identifier, set()).add(record.npi)
    rows: list[int] = []
    columns: list[int] = []
    for position, identifiers in enumerate(identified):
        for identifier in identifiers:
            # one name and telephone under two identifiers may be two people: the identifiers decide
            if len(npis_of.get(identifier, ())) > 1:
                continue
            rows.append(position)
            columns.append(seen.setdefault(identifier, len(seen)))
    size = len(records)
    graph = coo_array(
        ([1] * len(rows), (rows, [size + column for column in columns])), shape=(size + len(seen), size + len(seen))
    )
    _, group = connected_components(graph, directed=False)
    smallest: dict[int, str] = {}
    for record, number in zip(records, group[:size].tolist(), strict=True):
        name = "\t".join(record.key)
        smallest[number] = min(smallest.get(number, name), name)
    return [hashed(smallest[number], key) for number in group[:size].tolist()]


def _identifiers(record: ProviderRecord) -> Iterable[Identifier]:
    """Yield what a listing can be recognised by."""
    if record.npi:
        yield ("npi", record.npi)
    name = (
        f"{_plain(record.family_name)}, {_plain(record.given_name)}"
        if record.kind == "person"
        else _plain(record.organisation_name)
    )
    is_named = bool(record.family_name and record.given_name) if record.kind == "person" else bool(name)
    for location in record.locations:
        if is_named and location.phone and location.postal_code:
            yield (record.kind, name, location.phone, location.postal_code)
        elif is_named and record.kind == "organisation" and location.street and location.postal_code:
            yield (record.kind, name, _plain(location.street), location.postal_code)


def _plain(text: str | None) -> str:
    """Return a name without case, accents, punctuation or spaces."""
    decomposed = unicodedata.normalize("NFKD", (text or "").casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())
