"""What the invented registry holds: its listings with the dirt registries have, before they take a JSON shape."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from demonstration import names
from demonstration.membership import REGISTRY_STREAM, Membership
from demonstration.people import Clinic, Invented, Office, Therapist
from demonstration.population import Place
from demonstration.professions import BYSTANDER_CODES, SIDE_CODES, Code

_BYSTANDERS = 0.03
_RETIRED = 0.008
_SECOND_NPI = 0.001
"""Listings of nobody who is counted, per therapist: other professions, deactivated ones, a person's second NPI."""

_MOVED = 0.04
_SIDE_FIRST = 0.10
_SIDE_PRIMARY = 0.03
_MAILED_ELSEWHERE = 0.35
_PLACEHOLDER_PHONE = 0.005
_NO_SUITE = 0.7
_LONG_ZIP = 0.9
_NEWER_SHAPE = 0.65
_WOMEN = 0.7
_REACTIVATED = 0.005
_DRAWS = 10
_ROWS_AT_ONCE = 4096
PLACEHOLDER_PHONE = "999-999-9999"


class Slot(NamedTuple):
    """One of a listing's taxonomy slots."""

    code: Code
    is_primary: bool
    state: str
    licence: str


class Listing(NamedTuple):
    """One entry of the registry; ``therapist_id`` is the truth behind it, empty where there is nobody to count."""

    npi: str
    therapist_id: str
    is_person: bool
    given_name: str
    family_name: str
    former_name: str
    credential: str
    sex: str
    slots: tuple[Slot, ...]
    location: Office
    suite: str
    zip_extension: str
    mailing: Place
    mailing_box: str
    second: Office | None
    is_active: bool
    listed_on: str
    was_reactivated: bool
    is_newer_shape: bool

    @property
    def is_counted(self) -> bool:
        """Whether a complete crawl keeps it: active, and of a profession that is looked for."""
        return self.is_active and bool(self.therapist_id)


class _Dirt:
    """Draws that differ from listing to listing, a row of random numbers at a time."""

    def __init__(self, invented: Invented, rng: np.random.Generator) -> None:
        self._places = invented.population.places
        self._index = {place.zcta: number for number, place in enumerate(self._places)}
        self._rng = rng
        self._rows: list[list[float]] = []

    def row(self) -> list[float]:
        """Return the random numbers of one listing."""
        if not self._rows:
            self._rows = self._rng.random((_ROWS_AT_ONCE, _DRAWS)).tolist()
        return self._rows.pop()

    def moved(self, office: Office) -> Office:
        """Return the office at an earlier address, in another ZIP area of the same county where there is one."""
        before = self._places[self._index[office.place.zcta] - 1]
        same_county = (before.city, before.state) == (office.place.city, office.place.state)
        street = office.street.replace(" ", " Old ", 1)
        return office._replace(place=before if same_county else office.place, street=street)

    def anywhere(self, draw: float) -> Place:
        """Return any ZIP area."""
        return self._places[int(draw * len(self._places))]


class _Subject(NamedTuple):
    """Whom a listing is about, before dirt."""

    npi: str
    therapist_id: str
    name: tuple[str, str, str]
    credential: str
    slots: tuple[Slot, ...]
    office: Office
    second: Office | None
    listed_on: str
    is_person: bool = True
    is_active: bool = True


def _listing(subject: _Subject, dirt: _Dirt) -> Listing:
    moved, mailed, box, phone, suite, zip_, shape, sex, where, reactivated = dirt.row()
    location = dirt.moved(subject.office) if moved < _MOVED else subject.office
    if phone < _PLACEHOLDER_PHONE:
        location = location._replace(phone=PLACEHOLDER_PHONE)
    is_elsewhere = mailed < _MAILED_ELSEWHERE
    return Listing(
        npi=subject.npi,
        therapist_id=subject.therapist_id,
        is_person=subject.is_person,
        given_name=subject.name[0],
        family_name=subject.name[1],
        former_name=subject.name[2],
        credential=subject.credential,
        sex="F" if sex < _WOMEN else "M",
        slots=subject.slots,
        location=location,
        suite="" if suite < _NO_SUITE else f"STE {int(suite * 1000)}",
        zip_extension=f"{int(zip_ * 10_000):04}" if zip_ < _LONG_ZIP else "",
        mailing=dirt.anywhere(where) if is_elsewhere else location.place,
        mailing_box=f"PO BOX {int(box * 9000) + 1}" if is_elsewhere else "",
        second=subject.second,
        is_active=subject.is_active,
        listed_on=subject.listed_on,
        was_reactivated=subject.is_active and reactivated < _REACTIVATED,
        is_newer_shape=shape < _NEWER_SHAPE,
    )


def _slots(therapist: Therapist, dirt: _Dirt) -> tuple[Slot, ...]:
    """Return the taxonomy slots: one a licence, sometimes after a slot that says nothing about therapy."""
    first, which, licence, *_ = dirt.row()
    number = int(licence * 900_000) + 100_000
    own = [
        Slot(therapist.code, position == 0, state, f"INV{number + position}")
        for position, state in enumerate(therapist.licences)
    ]
    if first < _SIDE_FIRST:
        side_is_primary = first < _SIDE_PRIMARY
        own[0] = own[0]._replace(is_primary=not side_is_primary)
        own.insert(0, Slot(SIDE_CODES[int(which * len(SIDE_CODES))], side_is_primary, "", ""))
    return tuple(own)


def _of_therapist(therapist: Therapist, npi: str, dirt: _Dirt) -> Listing:
    subject = _Subject(
        npi,
        therapist.therapist_id,
        (therapist.given_name, therapist.family_name, therapist.former_name),
        therapist.credential,
        _slots(therapist, dirt),
        therapist.office,
        therapist.second_office,
        therapist.listed_on,
    )
    return _listing(subject, dirt)


def _of_clinic(clinic: Clinic, dirt: _Dirt) -> Listing:
    slots = (Slot(code=clinic.code, is_primary=True, state="", licence=""),)
    name = ("", clinic.name, "")
    subject = _Subject(
        clinic.npi, clinic.clinic_id, name, "", slots, clinic.office, None, clinic.listed_on, is_person=False
    )
    return _listing(subject, dirt)


def _of_nobody(
    hosts: list[Therapist], npis: Iterator[str], rng: np.random.Generator, dirt: _Dirt, *, is_active: bool
) -> list[Listing]:
    """Return listings at other therapists' addresses: active ones of other professions, or deactivated therapists."""
    count = len(hosts)
    given, family = names.given_names(rng, count).tolist(), names.family_names(rng, count).tolist()
    weights = np.array([weight for _, weight in BYSTANDER_CODES])
    codes = rng.choice(len(weights), size=count, p=weights / weights.sum()).tolist()
    found = []
    for host, first, last, number in zip(hosts, given, family, codes, strict=True):
        code = BYSTANDER_CODES[number][0] if is_active else host.code
        slots = (Slot(code=code, is_primary=True, state=host.office.place.state, licence=""),)
        subject = _Subject(
            next(npis), "", (first, last, ""), "", slots, host.office, None, host.listed_on, is_active=is_active
        )
        found.append(_listing(subject, dirt))
    return found


def registry_listings(invented: Invented, membership: Membership, seed: int) -> list[Listing]:
    """Return everything the registry holds, in the order in which it answers."""
    rng = np.random.default_rng([seed, REGISTRY_STREAM])
    dirt = _Dirt(invented, rng)
    spare = iter(invented.spare_npis)
    total = len(invented.therapists)

    def some(people: list[Therapist], share: float) -> list[Therapist]:
        return [people[number] for number in rng.integers(len(people), size=round(total * share)).tolist()]

    entries = [_of_therapist(therapist, therapist.npi, dirt) for therapist in membership.registry]
    entries += [_of_therapist(therapist, next(spare), dirt) for therapist in some(membership.registry, _SECOND_NPI)]
    entries += [_of_clinic(clinic, dirt) for clinic in membership.registry_clinics]
    entries += _of_nobody(some(invented.therapists, _BYSTANDERS), spare, rng, dirt, is_active=True)
    entries += _of_nobody(some(invented.therapists, _RETIRED), spare, rng, dirt, is_active=False)
    return [entries[number] for number in rng.permutation(len(entries)).tolist()]
