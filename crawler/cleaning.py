"""From a raw listing to a clean record by one ordered list of small steps; every drop and repair is counted.

Facts are never invented: what cannot be repaired from the listing itself is removed, and unknown stays unknown.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, cast

from crawler.languages import language_codes
from crawler.listing_steps import steps
from crawler.readers.raw import RawListing, RawLocation
from crawler.records import Location, ProviderRecord
from crawler.source import known_sources, read_source
from crawler.vocabulary import Vocabulary, normalised

_ENGLISH = "en"


@dataclass
class Tally:
    """What cleaning did: listings dropped by reason, fields repaired, terms not understood, fields removed or wrong."""

    drops: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    unknown_terms: Counter[str] = field(default_factory=Counter)
    invalid: Counter[str] = field(default_factory=Counter)


class Cleaner:
    """Cleans the listings of one crawl and counts what it did.

    Parameters
    ----------
    source
        The directory's key.
    retrieved_on
        Day the pages were read.
    vocabulary
        Professions and specialties by word and code.
    known_terms
        The directory's terms that are known to name no specialty; case does not matter.

    """

    def __init__(
        self, source: str, retrieved_on: dt.date, vocabulary: Vocabulary, known_terms: frozenset[str] = frozenset()
    ) -> None:
        self.source = source
        self.retrieved_on = retrieved_on
        self.vocabulary = vocabulary
        self.known_terms = frozenset(normalised(term) for term in known_terms)
        self.tally = Tally()
        self._steps = steps(vocabulary, _telling(source))
        self._is_known = lru_cache(maxsize=10_000)(lambda term: normalised(term) in self.known_terms)

    def clean(self, raw: RawListing) -> ProviderRecord | None:
        """Return the record of a listing, or ``None`` where it is dropped; the reason is counted in ``tally``."""
        listing = raw
        for step in self._steps:
            outcome = step(listing)
            if outcome.repairs:
                self.tally.repairs.update(outcome.repairs)
            if outcome.invalid:
                self.tally.invalid.update(outcome.invalid)
            if outcome.listing is None:
                self._count_unknown(outcome.unknown)
                self.tally.drops[outcome.reason] += 1
                return None
            listing = outcome.listing
        return self._record(listing)

    def _record(self, raw: RawListing) -> ProviderRecord:
        professions = self.vocabulary.professions(raw.taxonomy_codes, raw.profession_terms)
        by_terms = self.vocabulary.professions((), raw.terms)
        specialties = self.vocabulary.specialties(raw.taxonomy_codes, (*raw.terms, *raw.profession_terms))
        self._count_unknown(professions.unknown)
        self._count_unknown(self.vocabulary.unknown(raw.terms))
        keys = tuple(sorted({*professions.keys, *by_terms.keys}))
        if not keys and raw.kind == "organisation":
            keys = ("clinic",)
        return ProviderRecord(
            source=self.source,
            source_id=raw.source_id,
            kind=cast("Any", raw.kind),
            npi=raw.npi,
            given_name=raw.given_name,
            family_name=raw.family_name,
            organisation_name=raw.organisation_name,
            professions=keys,
            specialties=specialties.keys,
            taxonomy_codes=raw.taxonomy_codes,
            terms=tuple(sorted({*raw.terms, *raw.profession_terms})),
            languages=self._languages(raw.languages),
            locations=tuple(_location(place) for place in raw.locations),
            offers_online=raw.offers_online,
            is_online_only=raw.is_online_only,
            is_accepting=raw.is_accepting,
            is_active=raw.is_active,
            licence_states=raw.licence_states,
            listed_on=raw.listed_on,
            retrieved_on=self.retrieved_on,
        )

    def _count_unknown(self, terms: Iterable[str]) -> None:
        self.tally.unknown_terms.update(term for term in terms if not self._is_known(term))

    def _languages(self, stated: tuple[str, ...]) -> tuple[str, ...]:
        codes: set[str] = set()
        for words in stated:
            understood = language_codes(words)
            if understood is None:
                self.tally.unknown_terms[f"language:{words}"] += 1
            codes.update(understood or ())
        return tuple(sorted(codes - {_ENGLISH}))


@cache
def _telling(source: str) -> tuple[str, ...] | None:
    """Return the specialties by which a directory of everything is known to list care; ``None`` for any other."""
    told = read_source(source).search.get("care_is_told_by") if source in known_sources() else None
    return None if told is None else tuple(told)


@lru_cache(maxsize=5_000)
def _location(place: RawLocation) -> Location:
    return Location(
        country=place.country,
        state=place.state,
        city=place.city,
        postal_code=place.postal_code,
        street=place.street,
        phone=place.phone,
        latitude=place.latitude,
        longitude=place.longitude,
    )
