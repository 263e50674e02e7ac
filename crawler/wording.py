"""How words of directories are compared: spellings that mean the same are brought to one.

Only forms of one and the same word: capitals, lost accents, hyphens, signs for several genders, titles, plurals. What
a word means is in ``data/reference``.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

_BREAKS = re.compile(r"[,;/|()]|\b(?:and|or|und|oder|y|e|o)\b|\s-\s")
_SPACES = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_BEFORE = (
    "licensed ", "certified ", "registered ", "board certified ", "approbierter ", "approbierte ", "approbierten ",
    "niedergelassener ", "niedergelassene ", "diplomierter ", "diplomierte ", "diplom ", "dipl ",
)  # fmt: skip
_AFTER = (" licenciado", " licenciada", " certificado", " certificada", " colegiado", " colegiada")
_FEMININES = re.compile(r"innen\b")
_SHORTEST_PLURAL = 5

_GERMAN = re.compile(r"(?<=[^\W\d_]{3})(?:e?[:*_/·•]-?|e?\(-?)in(?P<many>nen)?\)?(?!\w)", re.IGNORECASE)
_GERMAN_CAPITAL = re.compile(r"(?<=[^\W\d_A-ZÄÖÜ]{3})e?In(?P<many>nen)?(?!\w)")
_GERMAN_ENDING = re.compile(r"(?<=[^\W\d_]{3})(?:[:*_/·•]-?(?:[rn]|er|en)|\([rn]\))(?!\w)", re.IGNORECASE)
_SPANISH = re.compile(r"(?<=\w{3})(?P<first>o|a|r)(?:/-?(?:as?|os?)|\(-?as?\))(?!\w)", re.IGNORECASE)
_SPANISH_SIGN = re.compile(r"(?<=\w{3})(?:@|(?<=[glr])x)(?P<many>s?)(?!\w)", re.IGNORECASE)

_UMLAUTS = re.compile("(?<=[aou])e")


def normalised(words: str) -> str:
    """Return words as they are compared: no capitals or accents, one blank for blanks and hyphens, ``&`` as *and*.

    Characters that are not seen, such as soft hyphens, are left out.
    """
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", words).casefold())
    shown = (letter for letter in letters if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf")
    plain = "".join(shown).replace("&", " and ")
    plain = plain.replace("'", "").replace("\u2019", "").replace(".", "")
    return _SPACES.sub(" ", plain).strip(" ,;:/")


def one_gender(words: str) -> str:
    """Return words with signs for several genders as one: ``Psychotherapeut:in`` and ``psicólogo/a`` become a word."""
    seen = "".join(letter for letter in unicodedata.normalize("NFC", words) if unicodedata.category(letter) != "Cf")
    resolved = _GERMAN_CAPITAL.sub(_feminine, _GERMAN.sub(_feminine, seen))
    resolved = _GERMAN_ENDING.sub("", resolved)
    resolved = _SPANISH.sub(lambda met: met["first"], resolved)
    return _SPANISH_SIGN.sub(lambda met: "o" + met["many"], resolved)


def _feminine(sign: re.Match[str]) -> str:
    return "in" + (sign["many"] or "")


def parts_of(words: str) -> tuple[str, ...]:
    """Return the parts of a list of normalised words: "depression, anxiety" has two."""
    return tuple(part for stated in _BREAKS.split(words) if (part := stated.strip()))


def forms_of(words: str) -> Iterator[str]:
    """Yield normalised words and what they are without title and plural, the closest first."""
    bare = next((words.removeprefix(title) for title in _BEFORE if words.startswith(title)), words)
    bare = next((bare.removesuffix(title) for title in _AFTER if bare.endswith(title)), bare)
    for form in dict.fromkeys((words, bare)):
        yield form
        if _FEMININES.search(form):
            yield _FEMININES.sub("in", form)
        elif form.endswith("s") and len(form) > _SHORTEST_PLURAL:
            yield form.removesuffix("s")


def squeezed(words: str) -> str:
    """Return normalised words without blanks and with ``ae``, ``oe``, ``ue`` as the vowels they stand for."""
    return _UMLAUTS.sub("", words.replace(" ", ""))


@lru_cache(maxsize=5_000)
def _said(term: str) -> tuple[str, ...]:
    """Return a term normalised, as said and with one gender where that is something else."""
    return tuple(dict.fromkeys((normalised(term), normalised(one_gender(term)))))


class Words:
    """A list of words with what each means, looked up by any spelling.

    Parameters
    ----------
    keys
        What each word means, by the word as the list has it.

    """

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        self._exact: dict[str, tuple[str, ...]] = {}
        self._close: dict[str, tuple[str, ...]] = {}
        for word, meant in keys.items():
            whole = normalised(word)
            for spelt, known in ((whole, self._exact), (squeezed(whole), self._close)):
                known[spelt] = tuple(dict.fromkeys((*known.get(spelt, ()), *meant)))

    def of(self, words: str) -> tuple[str, ...]:
        """Return what normalised words mean as a whole; nothing where they are not in the list."""
        for form in forms_of(words):
            if found := self._exact.get(form) or self._close.get(squeezed(form)):
                return found
        return ()

    def of_term(self, term: str) -> tuple[str, ...]:
        """Return what a term means as a whole, as said or with one gender."""
        return next((found for said in _said(term) if (found := self.of(said))), ())

    def of_parts(self, term: str) -> tuple[str, ...]:
        """Return what the parts of a term mean: "Depression, Anxiety" names two words.

        Never by a word inside a phrase: a school psychologist is not counted as a psychologist.
        """
        for said in _said(term):
            found = dict.fromkeys(key for part in parts_of(said) for key in self.of(part))
            if found:
                return tuple(found)
        return ()
