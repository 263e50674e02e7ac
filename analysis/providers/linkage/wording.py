"""Names, streets and telephones in the form in which they are compared: without case, accents, titles and habits."""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from nicknames import NickNamer

from analysis.reference import REFERENCE

_WORDS = re.compile(r"[^\W_]+")
_ABBREVIATED = re.compile(r"\.(?=\w{1,2}\.?(?:\W|$))")
"""The dot within Ph.D., M.A. and N.W., which are one word each; not that of J. Avo."""

_CACHED = 200_000
_INITIAL = 1
_PHONE_DIGITS = 10
_UNIT = re.compile(r"\s(?:#|apt|ste|suite|unit|rm|room|fl|floor|bldg|building|top|zi)\b.*|\s#.*")
_BOX = re.compile(r"\bp\.?\s*o\.?\s*box\b|\bpostfach\b|\bapartado\b", re.IGNORECASE)


class PersonName(NamedTuple):
    """A person's name as it is compared.

    Attributes
    ----------
    given
        First given name, or its initial where no more is said; ``None`` where none is.
    given_forms
        The name and the names it is short for, sorted.
    family
        Family name, its parts joined by blanks; ``None`` where none is said.
    family_parts
        Its parts, sorted.
    generation
        Such as ``jr`` or ``iii``; ``None`` where none is said.

    """

    given: str | None
    given_forms: tuple[str, ...]
    family: str | None
    family_parts: tuple[str, ...]
    generation: str | None


@cache
def _words() -> dict[str, frozenset[str]]:
    """Return the words that are no part of a name, by what they are."""
    told = tomllib.loads((REFERENCE / "name_words.toml").read_text(encoding="utf-8"))
    return {kind: frozenset(entry["words"]) for kind, entry in told.items() if "words" in entry}


@cache
def _short_for() -> dict[str, str]:
    """Return what abbreviations in names of clinics and streets stand for."""
    told = tomllib.loads((REFERENCE / "name_words.toml").read_text(encoding="utf-8"))
    return {short: meant for kind in ("organisation_short", "street_short") for short, meant in told[kind].items()}


@lru_cache(maxsize=_CACHED)
def folded(text: str) -> tuple[str, ...]:
    """Return the words of a text without case, accents and punctuation."""
    plain = text.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    decomposed = unicodedata.normalize("NFKD", _ABBREVIATED.sub("", plain))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return tuple(_WORDS.findall(bare.casefold()))


@lru_cache(maxsize=_CACHED)
def person_name(given: str | None, family: str | None) -> PersonName:
    """Return a person's name in the form in which it is compared."""
    words = _words()
    no_name = words["titles"] | words["credentials"]
    said = [word for word in folded(given or "") if word not in no_name]
    held = [word for word in folded(family or "") if word not in no_name]
    generation = next((word for word in (*held[1:], *said[1:]) if word in words["generations"]), None)
    firsts = [word for word in said if word not in words["generations"]] or said
    parts = [word for word in held[1:] if word not in words["generations"]]
    parts = [*held[:1], *parts]
    first = next((word for word in firsts if len(word) > _INITIAL), firsts[0] if firsts else None)
    return PersonName(first, forms(first), " ".join(parts) or None, tuple(sorted(set(parts))), generation)


@lru_cache(maxsize=_CACHED)
def forms(given: str | None) -> tuple[str, ...]:
    """Return a given name and the names it is short for."""
    if given is None:
        return ()
    return tuple(sorted({given, *_nicknames().canonicals_of(given)}))


@cache
def _nicknames() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=_CACHED)
def organisation_words(name: str | None) -> tuple[str, ...]:
    """Return the words of a clinic's name, abbreviations written out and legal forms left out, in their order."""
    words, short = _words(), _short_for()
    said = [short.get(word, word) for word in folded((name or "").replace("&", " and "))]
    telling = [word for word in said if word not in words["legal_forms"] and word not in words["fillers"]]
    return tuple(dict.fromkeys(telling or said))


@lru_cache(maxsize=_CACHED)
def street(stated: str | None) -> str | None:
    """Return a street without its unit, abbreviations written out; ``None`` where none is said, or a post box."""
    if not stated or _BOX.search(stated):
        return None
    short = _short_for()
    bare = _UNIT.sub("", " " + " ".join(stated.casefold().replace(",", " ").split()))
    return " ".join(short.get(word, word) for word in folded(bare)) or None


@lru_cache(maxsize=_CACHED)
def phone(stated: str | None) -> str | None:
    """Return the last ten digits of a telephone number; ``None`` where there are fewer than seven."""
    digits = "".join(letter for letter in stated or "" if letter.isdigit())
    return digits[-_PHONE_DIGITS:] if len(digits) >= 7 else None  # noqa: PLR2004 - a local number has seven
