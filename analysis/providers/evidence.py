"""Which directory said what of a provider's specialties, and by what: a code or a word."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import pandas as pd

from analysis.providers.provider import Provider
from analysis.reference import specialties
from analysis.tables import EVIDENCE
from crawler.records import ProviderRecord


def evidence(providers: Sequence[Provider]) -> pd.DataFrame:
    """Return one row per provider, specialty, directory and kind of evidence, with the listings that give it."""
    counted = Counter(
        (provider.provider_id, specialty, listing.source, by)
        for provider in providers
        for listing in provider.listings
        for specialty, by in said_by(listing)
    )
    rows = [(*key, number) for key, number in sorted(counted.items())]
    return pd.DataFrame(rows, columns=EVIDENCE.names)


def said_by(listing: ProviderRecord) -> Iterator[tuple[str, str]]:
    """Yield each specialty of a listing with each kind of evidence for it.

    A record keeps its codes and terms but not which of them gave which specialty, so codes are looked up again in
    ``specialties.toml``. What no code explains was a word; a word beside a code is seen only where it is spelled as in
    the list.
    """
    coded = _codes(listing.taxonomy_codes, "taxonomy_code") | _codes(listing.terms, "service_code")
    words = {key for term in listing.terms for key in _listed_words().get(term.casefold(), ())}
    for specialty in listing.specialties:
        kinds = sorted(by for key, by in coded if key == specialty)
        if specialty in words or not kinds:
            kinds.append("word")
        for by in kinds:
            yield specialty, by


def _codes(stated: Iterable[str], by: str) -> set[tuple[str, str]]:
    return {(key, by) for code in stated for key in _listed_codes(by).get(code, ())}


@cache
def _listed_codes(by: str) -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for key, specialty in specialties().items():
        for code in specialty.taxonomy_codes if by == "taxonomy_code" else specialty.service_codes:
            codes[code] = (*codes.get(code, ()), key)
    return codes


@cache
def _listed_words() -> dict[str, tuple[str, ...]]:
    listed: dict[str, tuple[str, ...]] = {}
    for key, specialty in specialties().items():
        for word in {word.casefold() for words in specialty.words.values() for word in words}:
            listed[word] = (*listed.get(word, ()), key)
    return listed
