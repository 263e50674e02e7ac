"""The words and codes directories use, turned into the project's professions, specialties and facts."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from crawler.wording import Words, normalised, parts_of

__all__ = ["BEHAVIOURAL_PREFIXES", "Recognised", "Vocabulary", "normalised"]

_REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
_NO_PROFESSION = frozenset({"not_counted", "counting"})

BEHAVIOURAL_PREFIXES = ("101Y", "102L", "103", "104", "106H", "2084", "261QM08", "363LP08", "364SP08")
"""A taxonomy code that begins so and stands in no list is an event; any other is simply another profession."""

_BOARD = re.compile(r"psychiatry and neurology(?: physician)?\b[ ,;:/()|]*")
"""The board of psychiatrists and of neurologists, normalised: only what follows says which of them."""

_REMEMBERED = 20_000
_ANSWERS = {"yes": True, "no": False, "unknown": None}


class Recognised(NamedTuple):
    """What a listing's words and codes mean: keys, sorted; what was not understood; what is left out on purpose."""

    keys: tuple[str, ...]
    unknown: tuple[str, ...]
    not_counted: tuple[str, ...]


class Vocabulary:
    """Professions and specialties by word and by code, and facts by word.

    Parameters
    ----------
    professions, specialties, statements
        The content of ``data/reference/professions.toml``, ``specialties.toml`` and ``statements.toml``.

    """

    def __init__(
        self,
        professions: Mapping[str, Any],
        specialties: Mapping[str, Any],
        statements: Mapping[str, Any] | None = None,
    ) -> None:
        counted = {key: entry for key, entry in professions.items() if key not in _NO_PROFESSION}
        left_out = professions.get("not_counted", {})
        self._profession_codes = _keys_by(counted, "taxonomy_codes")
        self._profession_words = _words(counted)
        self._not_counted = frozenset(left_out.get("taxonomy_codes", ()))
        self._not_counted_words = _words({"not_counted": left_out})
        self._specialty_codes = _keys_by(specialties, "taxonomy_codes") | _keys_by(specialties, "service_codes")
        self._specialty_words = _words(specialties)
        answers = {
            f"{fact}:{answer}": {"words": words}
            for fact, entry in (statements or {}).items()
            for answer, words in entry.items()
        }
        self._statements = _words(answers)
        self._professions_of = lru_cache(_REMEMBERED)(self._profession)
        self._specialties_of = lru_cache(_REMEMBERED)(self._specialty)
        self._stated_by = lru_cache(_REMEMBERED)(self._statements.of_term)

    @classmethod
    def load(cls) -> "Vocabulary":
        """Read the project's own lists."""
        tables = [
            tomllib.loads((_REFERENCE / name).read_text(encoding="utf-8"))
            for name in ("professions.toml", "specialties.toml", "statements.toml")
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
            found = self._professions_of(term)
            if found is None:
                not_counted.append(term)
            elif found:
                keys.update(found)
            else:
                unknown.append(term)
        return Recognised(tuple(sorted(keys)), tuple(unknown), tuple(not_counted))

    def specialties(self, codes: Iterable[str], terms: Iterable[str]) -> Recognised:
        """Recognise specialties. Unknown: terms that are none; a taxonomy code without a specialty is no event."""
        keys: set[str] = set()
        unknown: list[str] = []
        for code in codes:
            keys.update(self._specialty_codes.get(code, ()))
        for term in terms:
            found = self._specialties_of(term)
            keys.update(found)
            if not found:
                unknown.append(term)
        return Recognised(tuple(sorted(keys)), tuple(unknown), ())

    def facts(self, terms: Iterable[str]) -> dict[str, bool]:
        """Return the facts that terms state, such as ``offers_online``; one that they contradict is not known."""
        said: dict[str, set[bool]] = {}
        for term in terms:
            for key in self._stated_by(term):
                fact, _, answer = key.partition(":")
                meant = _ANSWERS[answer]
                if meant is not None:
                    said.setdefault(fact, set()).add(meant)
        return {fact: next(iter(answers)) for fact, answers in said.items() if len(answers) == 1}

    def unknown(self, terms: Iterable[str]) -> tuple[str, ...]:
        """Return the terms that are in no list: no specialty, no profession counted or left out, no stated fact."""
        named = self.professions((), self.specialties((), terms).unknown).unknown
        return tuple(term for term in named if not self._stated_by(term))

    def names_care(self, terms: Iterable[str], telling: Iterable[str]) -> bool:
        """Tell whether a term names a profession, or one of the specialties that tell mental-health care by themselves.

        Others, such as children, name people whom every kind of help is for.
        """
        words = tuple(terms)
        return bool(self.professions((), words).keys or set(self.specialties((), words).keys) & set(telling))

    def _profession(self, term: str) -> tuple[str, ...] | None:
        """Return the professions a term names; ``None`` where it names one that is left out on purpose.

        Looked up whole, before its parts: *Psychologist, School* is a school psychologist and no psychologist.
        """
        spoken = normalised(term)
        board = _BOARD.match(spoken)
        said = spoken[board.end() :] if board else term
        if board and not said:
            return ()
        if found := self._profession_words.of_term(said):
            return found
        if self._not_counted_words.of_term(said):
            return None
        if found := self._profession_words.of_parts(said):
            return found
        parts = parts_of(normalised(said))
        return None if parts and all(map(self._not_counted_words.of, parts)) else ()

    def _specialty(self, term: str) -> tuple[str, ...]:
        words = self._specialty_words
        return self._specialty_codes.get(term) or words.of_term(term) or words.of_parts(term)


def _keys_by(table: Mapping[str, Any], field: str) -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {}
    for key, entry in table.items():
        for code in entry.get(field, ()):
            keys[code] = (*keys.get(code, ()), key)
    return keys


def _words(table: Mapping[str, Any]) -> Words:
    """Return the words of all languages in a table with the keys under which they stand."""
    keys: dict[str, tuple[str, ...]] = {}
    for key, entry in table.items():
        for words in entry.get("words", {}).values():
            for word in words:
                keys[word] = (*keys.get(word, ()), key)
    return Words(keys)
