"""How a directory prints the people and clinics of a community: its listings, with the truth behind each."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from crawler.records import ProviderRecord
from demonstration.doubles.dirt import Pen
from demonstration.doubles.habits import Entry, Habit, entries_of_clinic, entries_of_person
from demonstration.doubles.people import Clinic, Person
from demonstration.doubles.slips import mistyped_digits
from demonstration.doubles.wording import clinic_name, location, person_name
from demonstration.professions import PROFESSIONS, SIDE_CODES, Code

_IDS = 10**9
_ID_STRIDE = 618_033_989  # coprime to the number of ids, so no id comes twice
_AFTER_THE_NINE = tuple(range(1, 10))
_SIDE_CODE = 0.10
_SPECIALTY_SAID = 0.7
_OLDER_DAYS = 700
_OUTDATED = frozenset({"moved", "former_name"})


class Listing(NamedTuple):
    """One listing and the truth behind it.

    ``truth`` names the invented person (``P…``) or clinic (``C…``); ``dirt`` the slips that were made, fields of
    :class:`~demonstration.doubles.dirt.Dirt`, each once.
    """

    record: ProviderRecord
    truth: str
    dirt: tuple[str, ...]


class Press:
    """Prints one community's listings in one directory.

    Parameters
    ----------
    habit, chances
        The directory's manner, and its chance of each slip.
    draw
        Gives the next random number.
    npis
        All identifiers of the community.
    serials
        Gives a number that no other listing has.

    """

    def __init__(
        self,
        habit: Habit,
        chances: Mapping[str, float],
        draw: Callable[[], float],
        npis: list[str],
        serials: Iterator[int],
    ) -> None:
        self._habit = habit
        self._chances = chances
        self._draw = draw
        self._npis = npis
        self._serials = serials

    def of_person(self, person: Person) -> Iterator[Listing]:
        """Yield somebody's listings."""
        pen = Pen(self._chances, self._draw)
        for entry in entries_of_person(person, self._habit, pen):
            yield self._person(person, entry, Pen(self._chances, self._draw))

    def of_clinic(self, clinic: Clinic) -> Iterator[Listing]:
        """Yield a clinic's listings."""
        pen = Pen(self._chances, self._draw)
        for entry in entries_of_clinic(clinic, self._habit, pen):
            yield self._clinic(clinic, entry, Pen(self._chances, self._draw))

    def _person(self, person: Person, entry: Entry, pen: Pen) -> Listing:
        habit = self._habit
        given, family = person_name(person, habit, pen)
        offices = entry.offices
        if person.former_office is not None and offices[0] == person.offices[0] and pen.slips("moved"):
            offices = (person.former_office, *offices[1:])
        profession, codes = self._profession(person, pen)
        record = ProviderRecord(
            source=habit.source,
            source_id=self._id(entry),
            kind="person",
            npi=self._npi(entry.npi, person.npis, pen),
            given_name=given,
            family_name=family,
            professions=profession,
            specialties=self._specialties(person, pen),
            taxonomy_codes=codes,
            languages=(person.language,) if person.language and pen.happens(habit.says_services) else (),
            locations=tuple(dict.fromkeys(location(office, habit, pen) for office in offices)),
            **self._services(person, pen),
        )
        return Listing(record, person.truth, tuple(dict.fromkeys(pen.made)))

    def _clinic(self, clinic: Clinic, entry: Entry, pen: Pen) -> Listing:
        habit = self._habit
        is_central = bool(clinic.central_phone) and pen.slips("central_phone")
        record = ProviderRecord(
            source=habit.source,
            source_id=self._id(entry),
            kind="organisation",
            npi=self._npi(entry.npi, clinic.npis, pen),
            organisation_name=clinic_name(clinic, habit, pen),
            professions=("clinic",),
            taxonomy_codes=(clinic.code.code,) if habit.says_codes else (),
            locations=(location(clinic.office, habit, pen, clinic.central_phone if is_central else ""),),
            **self._services(clinic, pen),
        )
        return Listing(record, clinic.truth, tuple(dict.fromkeys(pen.made)))

    def _id(self, entry: Entry) -> str:
        """Return the registry's own identifier, or a number that tells nothing of what it is the number of."""
        if self._habit.is_by_npi:
            return entry.npi
        return f"{self._habit.ids}{next(self._serials) * _ID_STRIDE % _IDS:09}"

    def _npi(self, npi: str, own: tuple[str, ...], pen: Pen) -> str | None:
        if not npi or pen.slips("no_npi"):
            return None
        others = [other for other in self._npis if other not in own] if len(self._npis) > len(own) else []
        if others and pen.slips("foreign_npi"):
            return pen.one_of(others)
        return mistyped_digits(npi, pen, _AFTER_THE_NINE) if pen.slips("failed_npi") else npi

    def _profession(self, person: Person, pen: Pen) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the profession and the taxonomy codes that are stated."""
        if pen.slips("no_profession"):
            return (), ()
        stated, code = person.profession, person.code
        if pen.slips("other_profession"):
            stated = pen.one_of([other for other in PROFESSIONS if other != stated])
            code = stated.codes[0][0]
        return (stated.key,), _codes(code, pen) if self._habit.says_codes else ()

    def _specialties(self, person: Person, pen: Pen) -> tuple[str, ...]:
        if not pen.happens(self._habit.says_specialties):
            return ()
        return tuple(sorted(key for key in person.specialties if pen.happens(_SPECIALTY_SAID)))

    def _services(self, listed: Person | Clinic, pen: Pen) -> dict[str, Any]:
        """Return what is said of openings and online therapy, and the days; what is outdated has an older day."""
        says, day = self._habit.says_services, self._habit.retrieved_on
        days = listed.days + (_OLDER_DAYS if _OUTDATED.intersection(pen.made) else 0)
        return {
            "offers_online": listed.offers_online if pen.happens(says) else None,
            "is_accepting": listed.is_accepting if pen.happens(says) else None,
            "listed_on": day - dt.timedelta(days=days),
            "retrieved_on": day,
        }


def _codes(code: Code, pen: Pen) -> tuple[str, ...]:
    """Return the taxonomy codes: sometimes one that says nothing about therapy comes first."""
    return (pen.one_of(SIDE_CODES).code, code.code) if pen.happens(_SIDE_CODE) else (code.code,)
