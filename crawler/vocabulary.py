"""The words and codes directories use, turned into the project's professions and specialties."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

_REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
_NO_PROFESSION = frozenset({"not_counted", "counting"})

BEHAVIOURAL_PREFIXES = ("101Y", "102L", "103", "104", "106H", "2084", "261QM", "363LP08", "364SP08")
"""A taxonomy code that begins so and stands in no list is an event; any other is simply another profession."""

_BREAKS = re.compile(r"[,;/|()]|\band\b|\s-\s")
_SPACES = re.compile(r"[\s\-\u2010-\u2015]+")
_TITLES = ("licensed ", "certified ", "registered ", "board certified ")


class Recognised(NamedTuple):
    """What a listing's words and codes mean: keys, sorted; what was not understood; codes left out on purpose."""

    keys: tuple[str, ...]
    unknown: tuple[str, ...]
    not_counted: tuple[str, ...]


def normalised(words: str) -> str:
    """Return words as they are compared: no capitals or accents, one blank for blanks and hyphens, ``&`` as *and*."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", words).casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).replace("&", " and ")
    plain = plain.replace("'", "").replace("\u2019", "").replace(".", "")
    return _SPACES.sub(" ", plain).strip(" ,;:/")


class Vocabulary:
    """Professions and specialties by word and by code.

    Parameters
    ----------
    professions, specialties
        The content of ``data/reference/professions.toml`` and ``specialties.toml``.

    """

    def __init__(self, professions: Mapping[str, Any], specialties: Mapping[str, Any]) -> None:
        counted = {key: entry for key, entry in professions.items() if key not in _NO_PROFESSION}
        self._profession_codes = _keys_by(counted, "taxonomy_codes")
        self._profession_words = _keys_by_word(counted)
        self._not_counted = frozenset(professions.get("not_counted", {}).get("taxonomy_codes", ()))
        self._specialty_codes = _keys_by(specialties, "taxonomy_codes") | _keys_by(specialties, "service_codes")
        self._specialty_words = _keys_by_word(specialties)
        self._met: tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]] = ({}, {})

    @classmethod
    def load(cls) -> "Vocabulary":
        """Read the project's own lists."""
        tables = [
            tomllib.loads((_REFERENCE / name).read_text(encoding="utf-8"))
            for name in ("professions.toml", "specialties.toml")
        ]
        return cls(*tables)

    def professions(self, codes: Iterable[str], terms: Iterable[str]) -> Recognised:
        """Recognise professions. Unknown: codes of behavioural health in no list, and words that are no profession."""
        keys: set[str] = set()
        unknown: list[str] = []
        not_counted: list[str] = []
        for code in codes:
            if found := self._profession_codes.get(code):
                keys.update(found)
            elif code in self._not_counted:
                not_counted.append(code)
            elif code.startswith(BEHAVIOURAL_PREFIXES):
                unknown.append(code)
        for term in terms:
            found = _found(term, {}, self._profession_words, self._met[0])
            keys.update(found)
            if not found:
                unknown.append(term)
        return Recognised(tuple(sorted(keys)), tuple(unknown), tuple(not_counted))

    def specialties(self, codes: Iterable[str], terms: Iterable[str]) -> Recognised:
        """Recognise specialties. Unknown: terms that are none; a taxonomy code without a specialty is no event."""
        keys: set[str] = set()
        unknown: list[str] = []
        for code in codes:
            keys.update(self._specialty_codes.get(code, ()))
        for term in terms:
            found = _found(term, self._specialty_codes, self._specialty_words, self._met[1])
            keys.update(found)
            if not found:
                unknown.append(term)
        return Recognised(tuple(sorted(keys)), tuple(unknown), ())

    def names_care(self, terms: Iterable[str], telling: Iterable[str]) -> bool:
        """Tell whether a term names a profession, or one of the specialties that tell mental-health care by themselves.

        Others, such as children, name people whom every kind of help is for.
        """
        words = tuple(terms)
        return bool(self.professions((), words).keys or set(self.specialties((), words).keys) & set(telling))


def _keys_by(table: Mapping[str, Any], field: str) -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {}
    for key, entry in table.items():
        for code in entry.get(field, ()):
            keys[code] = (*keys.get(code, ()), key)
    return keys


def _keys_by_word(table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {}
    for key, entry in table.items():
        for words in entry.get("words", {}).values():
            for word in words:
                own = keys.get(normalised(word), ())
                keys[normalised(word)] = own if key in own else (*own, key)
    return keys


def _found(
    term: str,
    by_code: Mapping[str, tuple[str, ...]],
    by_word: Mapping[str, tuple[str, ...]],
    met: dict[str, tuple[str, ...]],
) -> tuple[str, ...]:
    """Look a term up whole, then without a title, then part by part: "Depression, Anxiety" names two words.

    Never by a word inside a phrase: a school psychologist is not counted as a psychologist.
    """
    known = met.get(term)
    if known is None:
        whole = normalised(term)
        known = by_code.get(term) or _of_words(whole, by_word)
        if not known:
            parts = (part.strip() for part in _BREAKS.split(whole))
            known = tuple(dict.fromkeys(key for part in parts if part for key in _of_words(part, by_word)))
        met[term] = known
    return known


def _of_words(words: str, by_word: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if found := by_word.get(words):
        return found
    title = next((title for title in _TITLES if words.startswith(title)), None)
    return by_word.get(words.removeprefix(title), ()) if title else ()
