"""The steps of cleaning a listing, in their order: each from a raw listing to an outcome, changing nothing else."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from stdnum import luhn

from crawler.places import PLACE_STEPS, is_nowhere, not_at_home
from crawler.readers.plain import plain_of
from crawler.readers.raw import RawListing, RawLocation
from crawler.states import state_code
from crawler.vocabulary import Vocabulary

_PLACEHOLDERS = frozenset(
    {
        "", "-", "--", "---", "\u2013", "\u2014", ".", "n/a", "na", "none", "null", "unknown", "not available",
        "desconocido", "no disponible", "sin datos", "k.a.", "k. a.", "keine angabe", "unbekannt",
    }
)  # fmt: skip
_NPI_DIGITS = 10
_NPI_PREFIX = "80840"
_ID_MOST = 200
_TERM_MOST = 80
"""Longer than any category: free text, which is not kept."""

_NOT_COUNTED = "profession not counted"
_TEXTS = ("npi", "given_name", "family_name", "organisation_name")
_LISTS = ("taxonomy_codes", "terms", "profession_terms", "languages", "licence_states")
_PLACE_TEXTS = ("state", "city", "postal_code", "street", "phone")


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
    words = vocabulary.professions((), (*raw.profession_terms, *raw.terms))
    if codes.keys or words.keys:
        return Outcome(raw)
    if not raw.taxonomy_codes:
        return Outcome(None, _NOT_COUNTED) if _is_left_out(raw, words.not_counted, vocabulary) else Outcome(raw)
    if codes.unknown:
        return Outcome(None, "unknown profession code", unknown=codes.unknown)
    return Outcome(None, _NOT_COUNTED if codes.not_counted else "not mental health")


def _is_left_out(raw: RawListing, left_out: tuple[str, ...], vocabulary: Vocabulary) -> bool:
    """Tell whether words alone name nobody but professions left out on purpose."""
    if raw.profession_terms:
        return set(raw.profession_terms) <= set(left_out)
    return bool(left_out) and not vocabulary.specialties((), raw.terms).keys and not vocabulary.unknown(raw.terms)


def care_named(raw: RawListing, vocabulary: Vocabulary, telling: tuple[str, ...]) -> Outcome:
    """Drop a listing of a directory of everything unless its words name mental-health care; name those nobody knows.

    ``telling`` are the specialties that name such care by themselves.
    """
    terms = (*raw.profession_terms, *raw.terms)
    if raw.taxonomy_codes or vocabulary.names_care(terms, telling):
        return Outcome(raw)
    return Outcome(
        None, "not named mental health" if terms else "nothing said of its kind", unknown=vocabulary.unknown(terms)
    )


def facts_of_terms(raw: RawListing, vocabulary: Vocabulary) -> Outcome:
    """Read facts out of terms that state them, such as *Telehealth*; what the directory says in a field comes first."""
    said = vocabulary.facts(raw.terms)
    if said.get("is_online_only") and (raw.offers_online is False or not said.setdefault("offers_online", True)):
        del said["is_online_only"]  # who is only online offers that
    stated: dict[str, Any] = {name: fact for name, fact in said.items() if getattr(raw, name) is None}
    if not stated:
        return Outcome(raw)
    return Outcome(replace(raw, **stated), repairs=tuple(f"{name} by a term" for name in sorted(stated)))


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
        partial(facts_of_terms, vocabulary=vocabulary),
        npi_of_ten,
        places_cleaned,
        somewhere,
        licences_as_codes,
    )
