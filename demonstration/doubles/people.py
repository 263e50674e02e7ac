"""Who is listed: people and clinics as they really are, before any directory words them."""

from random import Random
from typing import NamedTuple

from demonstration.doubles.places import Country, Office
from demonstration.doubles.words import Pool, family_names, given_names, nicknames
from demonstration.professions import CLINIC_CODES, LANGUAGES, PROFESSIONS, SPECIALTIES, Code, Profession

NPIS_MOST = 128
"""Identifiers one community may use up."""

_NPI_BASES = 10**8
_NPI_STRIDE = 61_803_399  # coprime to the number of bases, so no number comes twice
_LUHN_PREFIX_SUM = 24  # what the fixed prefix 80840 adds to the check sum of an NPI
_SEED_STRIDE = 7_368_787

_SECOND_NPI = 0.03
_MARRIED, _BOTH_NAMES = 0.06, 0.25
_DOUBLE = 0.05
_BY_NICKNAME = 0.6
_SECOND_OFFICE = 0.13
_THIRD_OFFICE = 0.2
_MOVED = 0.09
_DAYS_MOST = 2900


class Person(NamedTuple):
    """An invented therapist.

    ``former_name`` is the family name of earlier listings, which some keep before a hyphen; ``generation`` Jr or Sr,
    ``nickname`` what friends say; each is empty for most. ``former_office`` is where somebody saw people before.
    ``days`` is the age of the newest listing.
    """

    truth: str
    given: str
    middle: str
    family: str
    former_name: str
    generation: str
    nickname: str
    profession: Profession
    code: Code
    credential: str
    npis: tuple[str, ...]
    offices: tuple[Office, ...]
    former_office: Office | None
    specialties: tuple[str, ...]
    language: str
    offers_online: bool
    is_accepting: bool
    days: int


class Clinic(NamedTuple):
    """An invented facility: the same name at another address is another clinic.

    ``core`` is the name without its article and its legal form; ``trading_name`` is what else it goes by, and
    ``central_phone`` the telephone of its chain; both are empty for most. ``owner`` is the truth of a person whose
    name it bears.
    """

    truth: str
    core: str
    has_article: bool
    legal_form: str
    trading_name: str
    central_phone: str
    owner: str
    code: Code
    npis: tuple[str, ...]
    office: Office
    offers_online: bool
    is_accepting: bool
    days: int

    @property
    def name(self) -> str:
        """The whole name."""
        return " ".join(filter(None, ("The" if self.has_article else "", self.core, self.legal_form)))


def _edges(weights: list[float]) -> list[float]:
    total, run, edges = sum(weights), 0.0, []
    for weight in weights:
        run += weight / total
        edges.append(run)
    return edges


_PROFESSION_EDGES = _edges([profession.share for profession in PROFESSIONS])
_LANGUAGE_EDGES = _edges([share for _, share in LANGUAGES])
_CLINIC_EDGES = _edges([share for _, share in CLINIC_CODES])
_CODE_EDGES = {profession.key: _edges([share for _, share in profession.codes]) for profession in PROFESSIONS}


def _place_of(draw: float, edges: list[float]) -> int:
    return next((number for number, edge in enumerate(edges) if draw < edge), len(edges) - 1)


def _npi(base: int) -> str:
    """Return a number of ten digits that begins with 9 and passes its check digit."""
    digits = str(9 * _NPI_BASES + base)
    total = _LUHN_PREFIX_SUM
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of two digits
    return digits + str(-total % 10)


class Registrar:
    """Names the people and clinics of one community, and hands out what each has but once.

    ``rng`` is the community's own, so that a community does not depend on any other.
    """

    def __init__(self, seed: int, number: int, country: Country, rng: Random) -> None:
        self.rng = rng
        self.country = country
        self._offset = seed * _SEED_STRIDE
        self._first = number * NPIS_MOST
        self._npis = 0
        self._truths = 0

    def pick(self, share: float) -> bool:
        """Tell whether something of a given share is so."""
        return self.rng.random() < share

    def npi(self) -> str:
        """Return an identifier that nobody else has."""
        serial = self._first + self._npis
        self._npis += 1
        return _npi((self._offset + serial * _NPI_STRIDE) % _NPI_BASES)

    def truth(self, letter: str) -> str:
        """Return the name of somebody in the truth."""
        self._truths += 1
        return f"{letter}{self._first + self._truths:09}"

    def family(self) -> str:
        """Return a family name, a few of them double."""
        name = family_names().at(self.rng.random())
        return f"{name}-{family_names().at(self.rng.random())}" if self.pick(_DOUBLE) else name

    def given(self) -> str:
        """Return a given name."""
        return given_names().at(self.rng.random())

    def person(self, office: Office, given: str = "", family: str = "", generation: str = "") -> Person:
        """Invent somebody at an office, with a name of their own unless one is given."""
        rng = self.rng
        is_free, given, family = not family, given or self.given(), family or self.family()
        former = self._other(family, family_names()) if self.pick(_MARRIED) and not generation else ""
        if former and is_free and "-" not in family and self.pick(_BOTH_NAMES):
            family = f"{former}-{family}"
        profession = PROFESSIONS[_place_of(rng.random(), _PROFESSION_EDGES)]
        forms = nicknames(given)
        keys = tuple(key for key, (share, _) in SPECIALTIES.items() if rng.random() < share) or ("general",)
        return Person(
            truth=self.truth("P"),
            given=given,
            middle=self._other(given, given_names()),
            family=family,
            former_name=former,
            generation=generation,
            nickname=forms[int(rng.random() * len(forms))] if forms and self.pick(_BY_NICKNAME) else "",
            profession=profession,
            code=profession.codes[_place_of(rng.random(), _CODE_EDGES[profession.key])][0],
            credential=profession.credentials[int(rng.random() * len(profession.credentials))] or "PHD",
            npis=(self.npi(), self.npi()) if self.pick(_SECOND_NPI) else (self.npi(),),
            offices=self._offices(office),
            former_office=self._elsewhere(office) if self.pick(_MOVED) else None,
            specialties=keys,
            language=LANGUAGES[_place_of(rng.random(), _LANGUAGE_EDGES)][0],
            offers_online=self.pick(0.8),
            is_accepting=self.pick(0.5),
            days=int(rng.random() ** 2 * _DAYS_MOST),
        )

    def _other(self, name: str, pool: Pool) -> str:
        """Return a name that is not the given one."""
        other = name
        while other == name:
            other = pool.at(self.rng.random())
        return other

    def _offices(self, office: Office) -> tuple[Office, ...]:
        offices = [office]
        if self.pick(_SECOND_OFFICE):
            offices.append(self._elsewhere(office))
            if self.pick(_THIRD_OFFICE):
                offices.append(self._elsewhere(office))
        return tuple(offices)

    def _elsewhere(self, office: Office) -> Office:
        return self.country.office(self.country.near(office.at, self.rng), self.rng)

    def clinic_code(self) -> Code:
        """Return what kind of clinic one is."""
        return CLINIC_CODES[_place_of(self.rng.random(), _CLINIC_EDGES)][0]
