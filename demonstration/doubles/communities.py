"""Communities: small groups of people and clinics that are easily taken for one another.

A community is made from the seed and its own number alone, so that any of them can be made without the others.
"""

from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from typing import NamedTuple

from demonstration.doubles import clinics
from demonstration.doubles.people import Clinic, Person, Registrar
from demonstration.doubles.places import Country, Office

_GROUP_MOST = 40
_GROUP_TAIL = 0.72
_GROUP_CLINIC = 0.85
_OWN_LINE = 0.25
_RELATIVE, _SAME_GIVEN = 0.06, 0.05
_NAMESAKE, _NAMESAKE_SAME_TOWN, _NAMESAKES_MOST = 0.01, 0.35, 8
_CHAIN_PEOPLE = 5


class Community(NamedTuple):
    """People and clinics that belong together, and namesakes of some of the people who do not."""

    people: tuple[Person, ...]
    clinics: tuple[Clinic, ...]


def _solo(registrar: Registrar, _: int, office: Office) -> Community:
    return Community((registrar.person(office),), ())


def _couple(registrar: Registrar, _: int, office: Office) -> Community:
    """Two of one family name behind one door and one telephone."""
    first = registrar.person(office)
    return Community((first, registrar.person(office, family=first.family)), ())


def _owner(registrar: Registrar, _: int, office: Office) -> Community:
    owner = registrar.person(office)
    return Community((owner,), (clinics.owned(registrar, owner),))


def _group(registrar: Registrar, _: int, office: Office) -> Community:
    size = min(_GROUP_MOST, int(2 / (1 - registrar.rng.random()) ** _GROUP_TAIL))
    there = (clinics.clinic(registrar, office),) if registrar.pick(_GROUP_CLINIC) else ()
    return Community(tuple(_colleagues(registrar, office, size)), there)


def _chain(registrar: Registrar, seed: int, office: Office) -> Community:
    clinic = clinics.of_chain(registrar, seed, office)
    return Community(tuple(_colleagues(registrar, office, int(registrar.rng.random() * _CHAIN_PEOPLE))), (clinic,))


def _clinic(registrar: Registrar, _: int, office: Office) -> Community:
    return Community((), (clinics.clinic(registrar, office),))


_KINDS: tuple[tuple[float, Callable[[Registrar, int, Office], Community]], ...] = (
    (0.44, _solo),
    (0.03, _couple),
    (0.12, _owner),
    (0.22, _group),
    (0.09, _chain),
    (0.10, _clinic),
)
"""Share of communities of each kind; our own judgement."""


def _colleagues(registrar: Registrar, office: Office, size: int) -> list[Person]:
    """Return people of one practice: some have a line of their own, some are of one family."""
    people: list[Person] = []
    for _ in range(size):
        line = registrar.country.phone(office.at, registrar.rng) if registrar.pick(_OWN_LINE) else office.phone
        desk = office._replace(phone=line)
        if people and registrar.pick(_RELATIVE):
            people.append(_relative(registrar, desk, people))
        else:
            people.append(registrar.person(desk))
    return people


def _relative(registrar: Registrar, desk: Office, people: list[Person]) -> Person:
    """Return a spouse or sibling of a colleague, or a child of the same given name, which makes the colleague Sr."""
    at = int(registrar.rng.random() * len(people))
    other = people[at]
    if other.generation or other.former_name or not registrar.pick(_SAME_GIVEN):
        return registrar.person(desk, family=other.family)
    people[at] = other._replace(generation="Sr")
    return registrar.person(desk, given=other.given, family=other.family, generation="Jr")


def _namesakes(registrar: Registrar, people: tuple[Person, ...]) -> tuple[Person, ...]:
    """Return others of the same given and family name in the same town, or nearby, who have nothing to do with them."""
    found = []
    for person in people[:_NAMESAKES_MOST]:
        if registrar.pick(_NAMESAKE):
            home, country = person.offices[0].at, registrar.country
            index = home if registrar.pick(_NAMESAKE_SAME_TOWN) else country.near(home, registrar.rng)
            office = country.office(index, registrar.rng)
            found.append(registrar.person(office, given=person.given, family=person.family))
    return tuple(found)


def community(number: int, seed: int, country: Country) -> tuple[Community, Random]:
    """Return one community and the draws that are left for its listings."""
    rng = Random(f"{seed}/{number}")  # noqa: S311 - invented people, not secrets
    registrar = Registrar(seed, number, country, rng)
    office = country.office(country.settled(rng), rng)
    draw, kind = rng.random(), _KINDS[-1][1]
    for share, kind in _KINDS:  # noqa: B007 - the one at which it ends is meant
        draw -= share
        if draw < 0:
            break
    made = kind(registrar, seed, office)
    return made._replace(people=made.people + _namesakes(registrar, made.people)), rng


def communities(seed: int, country: Country) -> Iterator[tuple[int, Community, Random]]:
    """Yield all communities with their numbers, without end."""
    for number in count():
        made, rng = community(number, seed, country)
        yield number, made, rng
