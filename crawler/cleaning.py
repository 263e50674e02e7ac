"""From a raw listing to a clean record: one ordered list of small named steps; every drop and repair is counted.

A step takes a raw listing and returns an outcome; it changes nothing else. Facts are never invented: what cannot be
repaired from the listing itself is removed, and unknown stays unknown.
"""

import datetime as dt
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple, cast

from stdnum import luhn

from crawler.places import PLACE_STEPS, is_nowhere, not_at_home
from crawler.readers.plain import plain_of
from crawler.readers.raw import RawListing, RawLocation
from crawler.records import Location, ProviderRecord
from crawler.source import known_sources, read_source
from crawler.states import state_code
from crawler.vocabulary import Vocabulary, normalised

_LANGUAGES_FILE = Path(__file__).resolve().parents[1] / "data" / "reference" / "languages.toml"
_PLACEHOLDERS = frozenset({"", "-", "--", "---", "n/a", "na", "none", "null", "unknown", "not available", "."})
_NPI_DIGITS = 10
_NPI_PREFIX = "80840"
_ID_MOST = 200
_TERM_MOST = 80
"""Longer than any category: free text, which is not kept."""

_TEXTS = ("npi", "given_name", "family_name", "organisation_name")
_LISTS = ("taxonomy_codes", "terms", "profession_terms", "languages", "licence_states")
_PLACE_TEXTS = ("state", "city", "postal_code", "street", "phone")
_ENGLISH = "en"


@dataclass
class Tally:
    """What cleaning did: listings dropped by reason, fields repaired, terms not understood, fields removed or wrong."""

    drops: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    unknown_terms: Counter[str] = field(default_factory=Counter)
    invalid: Counter[str] = field(default_factory=Counter)


class Outcome(NamedTuple):
    """A step's result: the listing, or ``None`` with the reason why it is dropped; repairs and faults to count.

    ``unknown`` are the codes a listing is dropped for although nobody has met them: an event, not another profession.
    """

    listing: RawListing | None
    reason: str = ""
    repairs: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


Step = Callable[[RawListing], Outcome]


def placeholders_to_missing(raw: RawListing) -> Outcome:
    """Strip texts, also of markup, and read ``--``, ``N/A`` and the like as what they are: nothing."""
    changes: dict[str, Any] = {}
    for name in _TEXTS:
        stated = getattr(raw, name)
        if stated is not None and (meant := _meant(stated)) != stated:
            changes[name] = meant
    for name in _LISTS:
        listed = getattr(raw, name)
        meant_list = tuple(dict.fromkeys(meant for stated in listed if (meant := _meant(stated)) is not None))
        if meant_list != listed:
            changes[name] = meant_list
    places = tuple(_filled(place) for place in raw.locations)
    if places != raw.locations:
        changes["locations"] = places
    return Outcome(replace(raw, **changes)) if changes else Outcome(raw)


def _meant(stated: str) -> str | None:
    words = " ".join((plain_of(stated) or "").split())
    return None if not words or words.casefold() in _PLACEHOLDERS else words


def _filled(place: RawLocation) -> RawLocation:
    changes: dict[str, Any] = {}
    for name in _PLACE_TEXTS:
        stated = getattr(place, name)
        if stated is not None and (meant := _meant(stated)) != stated:
            changes[name] = meant
    return replace(place, **changes) if changes else place


def with_identifier(raw: RawListing) -> Outcome:
    """Drop a listing without an identifier, which could not be told from another, or with one beyond any length."""
    return Outcome(raw) if raw.source_id.strip() and len(raw.source_id) <= _ID_MOST else Outcome(None, "no identifier")


def active(raw: RawListing) -> Outcome:
    """Drop a listing the directory says is no longer active; unknown is kept."""
    return Outcome(None, "inactive") if raw.is_active is False else Outcome(raw)


def mental_health(raw: RawListing, vocabulary: Vocabulary) -> Outcome:
    """Drop a listing whose codes are all of other professions, unless a word names one that is looked for.

    Professions left out on purpose, such as school psychologists, and codes of behavioural health that stand in no
    list have their own reasons.
    """
    codes = vocabulary.professions(raw.taxonomy_codes, ())
    if not raw.taxonomy_codes or codes.keys:
        return Outcome(raw)
    if vocabulary.professions((), (*raw.profession_terms, *raw.terms)).keys:
        return Outcome(raw)
    if codes.unknown:
        return Outcome(None, "unknown profession code", unknown=codes.unknown)
    return Outcome(None, "profession not counted" if codes.not_counted else "not mental health")


def care_named(raw: RawListing, vocabulary: Vocabulary, telling: tuple[str, ...]) -> Outcome:
    """Drop a listing of a directory of everything unless its words name mental-health care; name those nobody knows.

    ``telling`` are the specialties that name such care by themselves.
    """
    terms = (*raw.profession_terms, *raw.terms)
    if raw.taxonomy_codes or vocabulary.names_care(terms, telling):
        return Outcome(raw)
    unknown = vocabulary.specialties((), terms).unknown
    return Outcome(None, "not named mental health" if terms else "nothing said of its kind", unknown=unknown)


def npi_of_ten(raw: RawListing) -> Outcome:
    """Remove an NPI that has not ten digits; keep one that fails its check digit, which may be a slip, and count it."""
    if raw.npi is None:
        return Outcome(raw)
    fault = _npi_fault(raw.npi)
    if fault == "npi length":
        return Outcome(replace(raw, npi=None), invalid=(fault,))
    return Outcome(raw, invalid=(fault,) if fault else ())


def _npi_fault(npi: str) -> str | None:
    if len(npi) != _NPI_DIGITS or not npi.isdecimal() or not npi.isascii():
        return "npi length"
    return None if luhn.is_valid(_NPI_PREFIX + npi) else "npi check digit"


def places_cleaned(raw: RawListing) -> Outcome:
    """Clean every place by the steps of ``crawler.places``; drop places that say nothing and places said twice."""
    steps = (*PLACE_STEPS, not_at_home) if raw.kind == "person" else PLACE_STEPS
    places: dict[RawLocation, None] = {}
    repairs: list[str] = []
    invalid: list[str] = []
    for place in raw.locations:
        cleaned = place
        for step in steps:
            cleaned, note = step(cleaned)
            if note is None:
                continue
            if note.startswith("invalid "):
                invalid.append(note.removeprefix("invalid "))
            else:
                repairs.append(note)
        if not is_nowhere(cleaned):
            places[cleaned] = None
    return Outcome(replace(raw, locations=tuple(places)), repairs=tuple(repairs), invalid=tuple(invalid))


def somewhere(raw: RawListing) -> Outcome:
    """Drop a listing without any place: it cannot be near anybody."""
    return Outcome(raw) if raw.locations else Outcome(None, "no location")


def licences_as_codes(raw: RawListing) -> Outcome:
    """Write states of licences as codes, sorted; what is no state is removed and counted."""
    if not raw.licence_states:
        return Outcome(raw)
    codes = [state_code(stated) for stated in raw.licence_states]
    known = tuple(sorted({code for code in codes if code}))
    return Outcome(replace(raw, licence_states=known), invalid=("licence state",) * codes.count(None))


def categories_only(raw: RawListing) -> Outcome:
    """Remove terms too long for a category: free text is not kept."""
    terms = tuple(term for term in raw.terms if len(term) <= _TERM_MOST)
    professions = tuple(term for term in raw.profession_terms if len(term) <= _TERM_MOST)
    removed = len(raw.terms) - len(terms) + len(raw.profession_terms) - len(professions)
    if not removed:
        return Outcome(raw)
    kept = replace(raw, terms=terms, profession_terms=professions)
    return Outcome(kept, repairs=("free text among terms",) * removed)


def steps(vocabulary: Vocabulary, telling: tuple[str, ...] | None = None) -> tuple[Step, ...]:
    """Return the steps in their order; ``telling`` as in ``care_named``, for directories of everything alone."""
    of_everything = () if telling is None else (partial(care_named, vocabulary=vocabulary, telling=telling),)
    return (
        placeholders_to_missing,
        with_identifier,
        active,
        categories_only,
        partial(mental_health, vocabulary=vocabulary),
        *of_everything,
        npi_of_ten,
        places_cleaned,
        somewhere,
        licences_as_codes,
    )


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
        specialties = self.vocabulary.specialties(raw.taxonomy_codes, raw.terms)
        not_specialties = set(by_terms.unknown)
        self._count_unknown(professions.unknown)
        self._count_unknown(term for term in specialties.unknown if term in not_specialties)
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
            code = language_code(words)
            if code is None:
                self.tally.unknown_terms[f"language:{words}"] += 1
            elif code not in {"", _ENGLISH}:
                codes.add(code)
        return tuple(sorted(codes))


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


@cache
def _language_list() -> dict[str, str]:
    table = tomllib.loads(_LANGUAGES_FILE.read_text(encoding="utf-8"))
    listed = {**{code: code for code in table["codes"]}, **dict.fromkeys(table["uncoded"], ""), **table["names"]}
    return {normalised(words): code for words, code in listed.items()}


@lru_cache(maxsize=10_000)
def language_code(stated: str) -> str | None:
    """Return the ISO 639-1 code of a language; empty where it has none, ``None`` where it is not understood."""
    known = _language_list()
    first = re.split(r"[-_]", stated.strip())[0]
    return known.get(normalised(stated), known.get(normalised(first)))
