"""The words that names are made of, and how common each is: few names are very common and most are rare."""

import random
from bisect import bisect
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate, product

_GIVEN_STARTS = (
    "Ab", "Bri", "Cal", "Dav", "El", "Fen", "Gal", "Hal", "Il", "Jor", "Kel", "Lu", "Mir", "Nal", "Or", "Pel", "Qui",
    "Ros", "Syl", "Tam", "Ul", "Ver", "Wen", "Yor", "Zel", "Ír",
)  # fmt: skip
_GIVEN_ENDS = (
    "adra", "avin", "belin", "dara", "erin", "estra", "fia", "imar", "indel", "ira", "isk", "ola", "orin", "ovan",
    "una", "uvi", "wyn", "ylis", "zara", "zen", "éa", "iro", "anto", "ebel",
)  # fmt: skip
FAMILY_STARTS = (
    "Adr", "Balv", "Brel", "Calv", "Corv", "Dalv", "Drev", "Elv", "Ferv", "Garv", "Glin", "Halv", "Istr", "Jarv",
    "Kelm", "Krov", "Lorv", "Marv", "Nerv", "Olv", "Parv", "Prel", "Quon", "Rolv", "Skev", "Sorv", "Tarv", "Trev",
    "Ulm", "Valm", "Velk", "Wolm", "Xarv", "Yelv", "Zorv", "Bolv", "Harv", "Morv", "Salv", "Müv", "Ñorv",
)  # fmt: skip
FAMILY_MIDDLES = ("", "a", "e", "i", "o", "u", "adi", "amo", "elo", "ela", "imi", "ilu", "oda", "oru", "una", "yri")
FAMILY_ENDS = (
    "bex", "brick", "dane", "dorn", "fell", "gast", "hax", "keth", "lind", "mond", "nax", "quin", "rell", "shaw",
    "stam", "tine", "vane", "wick", "xen", "zan", "ba", "den", "din", "kova", "las", "mar", "nez", "nor", "res", "rin",
    "sen", "ski", "son", "tov", "vich", "zö",
)  # fmt: skip

COMMON_GIVEN: dict[str, tuple[str, ...]] = {
    "William": ("Bill", "Will", "Billy", "Liam"), "Robert": ("Bob", "Rob", "Bobby"), "Richard": ("Dick", "Rick"),
    "James": ("Jim", "Jimmy", "Jamie"), "John": ("Jack", "Johnny"), "Michael": ("Mike", "Mick"),
    "Elizabeth": ("Liz", "Beth", "Betty", "Eliza"), "Margaret": ("Peggy", "Meg", "Maggie"), "Katherine": ("Kate",
    "Kathy", "Kitty"), "Jennifer": ("Jen", "Jenny"), "Patricia": ("Pat", "Trish", "Patty"), "Susan": ("Sue", "Susie"),
    "Deborah": ("Deb", "Debbie"), "Christine": ("Chris", "Tina"), "Rebecca": ("Becky", "Becca"), "Mary": ("Molly",
    "Polly"), "Sarah": ("Sally",), "Theodore": ("Ted", "Theo"), "Edward": ("Ed", "Ned", "Ted"), "Charles": ("Chuck",
    "Charlie"), "Thomas": ("Tom", "Tommy"), "Joseph": ("Joe", "Joey"), "Daniel": ("Dan", "Danny"), "David": ("Dave",),
    "Steven": ("Steve",), "Anthony": ("Tony",), "Alexander": ("Alex", "Sandy"), "Alexandra": ("Alex", "Sasha"),
    "Samuel": ("Sam",), "Samantha": ("Sam",), "Victoria": ("Vicky", "Tori"), "Barbara": ("Barb", "Babs"),
    "Dorothy": ("Dot", "Dottie"), "Virginia": ("Ginny",), "Judith": ("Judy",), "Pamela": ("Pam",), "Cynthia":
    ("Cindy",), "Jacqueline": ("Jackie",), "Abigail": ("Abby", "Gail"), "Nicholas": ("Nick",), "Andrew": ("Andy",
    "Drew"), "Gregory": ("Greg",), "Lawrence": ("Larry",), "Francisco": ("Paco", "Frank"), "José": ("Pepe",),
    "Guadalupe": ("Lupe",), "Ana": (), "Linda": (), "Karen": (), "Nancy": (), "María": (), "Laura": (), "Julia": (),
}  # fmt: skip
"""Common given names with the forms of endearment everybody knows; always beside an invented family name."""

_COMMON_EVERY = 3
_GIVEN_OFFSET, _FAMILY_OFFSET = 6.0, 20.0
_LENGTHS_MIXED = 4.0
_VOWELS = "aeiouyéíöü"


class Pool:
    """Words by falling frequency: Zipf's law with Mandelbrot's offset, weight ``1 / (rank + offset)``."""

    def __init__(self, words: Sequence[str], offset: float) -> None:
        self.words = tuple(words)
        weights = [1 / (rank + offset) for rank in range(1, len(self.words) + 1)]
        total = sum(weights)
        self._edges = list(accumulate(weight / total for weight in weights[:-1]))

    def at(self, draw: float) -> str:
        """Return the word at a number from 0 to 1, common ones more often."""
        return self.words[bisect(self._edges, draw)]


def _by_frequency(words: Iterable[str], name: str) -> list[str]:
    """Return words in an order that is always the same: short ones tend to be common, those with accents are rare."""
    rng = random.Random(name)  # noqa: S311 - an order, not a secret
    return sorted(sorted(words), key=lambda word: (not word.isascii(), len(word) + rng.random() * _LENGTHS_MIXED))


@cache
def _invented_given() -> dict[str, tuple[str, ...]]:
    """Return invented given names with forms of endearment: Cal and Callie for Calavin."""
    forms: dict[str, tuple[str, ...]] = {}
    for start, end in product(_GIVEN_STARTS, _GIVEN_ENDS):
        is_closed = start[-1] not in _VOWELS
        short = (start, start + start[-1] + "ie") if is_closed else (start + "nnie",)
        forms[start + end] = short if len(start) > 1 and not end.startswith("wyn") else ()
    return forms


@cache
def given_names() -> Pool:
    """Return all given names: every third of the commonest is a real one."""
    invented, order = iter(_by_frequency(_invented_given(), "given")), []
    for common in _by_frequency(COMMON_GIVEN, "common"):
        order += [next(invented) for _ in range(_COMMON_EVERY - 1)]
        order.append(common)
    return Pool([*order, *invented], _GIVEN_OFFSET)


@cache
def family_names() -> Pool:
    """Return all family names, every one invented; many differ from another by one letter."""
    words = {"".join(parts) for parts in product(FAMILY_STARTS, FAMILY_MIDDLES, FAMILY_ENDS)}
    return Pool(_by_frequency(words, "family"), _FAMILY_OFFSET)


def nicknames(given: str) -> tuple[str, ...]:
    """Return the forms of endearment of a given name."""
    return COMMON_GIVEN[given] if given in COMMON_GIVEN else _invented_given()[given]
