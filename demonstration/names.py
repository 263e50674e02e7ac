"""Names and numbers that can be nobody's: syllable-made words, NPIs beginning with 9, phones of the 555-01xx range."""

import numpy as np
from numpy.typing import NDArray

Texts = NDArray[np.str_]

_GIVEN_STARTS = (
    "Ab", "Bri", "Cal", "Da", "El", "Fen", "Gal", "Ha", "Il", "Jor", "Kel", "Lu", "Mir", "Nal", "Or", "Pel", "Qui",
    "Ros", "Syl", "Tam", "Ul", "Ver", "Wen", "Xan", "Yor", "Zel",
)  # fmt: skip
_GIVEN_ENDS = (
    "adra", "avin", "belin", "dara", "erin", "estra", "fia", "imar", "indel", "ira", "isk", "ola", "orin", "ovan",
    "una", "uvi", "wyn", "ylis", "zara", "zen",
)  # fmt: skip
_FAMILY_STARTS = (
    "Adr", "Balv", "Brel", "Calv", "Corv", "Dal", "Drev", "Elv", "Ferv", "Garv", "Glin", "Halv", "Ister", "Jarv",
    "Kelm", "Krov", "Lorv", "Marv", "Nerv", "Olv", "Parv", "Prel", "Quon", "Rolv", "Skev", "Sorv", "Tarv", "Trev",
    "Ulm", "Valm", "Velk", "Wolm", "Xarv", "Yelv", "Zorv",
)  # fmt: skip
_FAMILY_MIDDLES = (
    "a", "adi", "amo", "elo", "e", "ela", "imi", "i", "ilu", "o", "oda", "oru", "u", "umo", "una", "yri",
)  # fmt: skip
_FAMILY_ENDS = (
    "bex", "brick", "dane", "dorn", "fell", "gast", "hax", "keth", "lind", "mond", "nax", "quin", "rell", "shaw",
    "stam", "tine", "vane", "wick", "xen", "zan",
)  # fmt: skip
_STREETS = (
    "Alder", "Basalt", "Cinder", "Drift", "Ember", "Fescue", "Glacier", "Heron", "Juniper", "Kestrel", "Larch",
    "Meadow", "Nettle", "Osprey",
)  # fmt: skip
_STREET_KINDS = ("Street", "Avenue", "Road", "Lane", "Way", "Boulevard")
_STREET_NUMBERS = 9900
_CLINIC_KINDS = (
    "Counseling", "Behavioral Health", "Therapy Group", "Mental Health Center", "Family Services",
    "Recovery & Wellness", "Women's Counseling",
)  # fmt: skip
_AREA_CODES = {
    "WA": ("206", "253", "360", "425", "509"),
    "OR": ("503", "541", "971"),
    "ID": ("208", "986"),
    "MT": ("406",),
    "WY": ("307",),
}

_NPI_BASES = 10**8
_NPI_STRIDE = 61_803_399  # coprime to the number of bases, so no number comes twice
_LUHN_PREFIX_SUM = 24  # what the fixed prefix 80840 adds to the check sum of an NPI


def _picked(rng: np.random.Generator, words: tuple[str, ...], count: int) -> Texts:
    return np.array(words)[rng.integers(len(words), size=count)]


def given_names(rng: np.random.Generator, count: int) -> Texts:
    """Invent given names."""
    return np.char.add(_picked(rng, _GIVEN_STARTS, count), _picked(rng, _GIVEN_ENDS, count))


def family_names(rng: np.random.Generator, count: int) -> Texts:
    """Invent family names."""
    start = np.char.add(_picked(rng, _FAMILY_STARTS, count), _picked(rng, _FAMILY_MIDDLES, count))
    return np.char.add(start, _picked(rng, _FAMILY_ENDS, count))


def clinic_names(rng: np.random.Generator, count: int) -> Texts:
    """Invent names of clinics."""
    return np.char.add(np.char.add(family_names(rng, count), " "), _picked(rng, _CLINIC_KINDS, count))


def streets(rng: np.random.Generator, count: int) -> Texts:
    """Invent street addresses."""
    number = np.char.add((rng.integers(_STREET_NUMBERS, size=count) + 100).astype(str), " ")
    return np.char.add(
        np.char.add(np.char.add(number, _picked(rng, _STREETS, count)), " "), _picked(rng, _STREET_KINDS, count)
    )


def phones(rng: np.random.Generator, states: Texts) -> Texts:
    """Invent phone numbers of the range kept free for fiction, with an area code of each state."""
    area = np.empty(len(states), dtype="U3")
    for state, codes in _AREA_CODES.items():
        there = states == state
        area[there] = _picked(rng, codes, int(there.sum()))
    return np.char.add(np.char.add(area, "-555-01"), np.char.zfill(rng.integers(100, size=len(states)).astype(str), 2))


def npis(rng: np.random.Generator, count: int) -> Texts:
    """Invent distinct National Provider Identifiers: they begin with 9, as no real one does, and pass Luhn."""
    step = int(rng.integers(_NPI_BASES)) + np.arange(count, dtype=np.int64) * _NPI_STRIDE
    bases = 9 * _NPI_BASES + step % _NPI_BASES
    total = np.full(count, _LUHN_PREFIX_SUM, dtype=np.int64)
    for position in range(9):
        digit = bases // 10**position % 10
        doubled = digit * 2
        total += np.where(position % 2 == 0, doubled // 10 + doubled % 10, digit)
    return (bases * 10 + -total % 10).astype(str)
