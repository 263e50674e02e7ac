"""What the invented health plan lists: roles of practitioners at places, with the dirt payers' directories have."""

from typing import NamedTuple

import numpy as np

from demonstration import names
from demonstration.membership import PLAN_STREAM, Membership
from demonstration.people import Clinic, Invented, Office, Therapist
from demonstration.professions import BYSTANDER_CODES, Code

_NO_NPI = 0.05
_WRONG_NPI = 0.012
_ZIP_ONLY = 0.08
_CENTRE = 0.02
_NULL_ISLAND = 0.003
_NO_COORDINATES = 0.45
_ACCEPTING_ON_ROLE = 0.45
_ACCEPTING_ON_SERVICE = 0.65
_DELIVERY_UNSAID = 0.15
_NO_PHONE = 0.10
_SECOND_ROLE = 0.5
_BYSTANDERS = 0.004
_ENDED = 0.002
"""Roles of other professions, and roles no longer active, per therapist of the demonstration."""

CENTRE_OF_THE_COUNTRY = (39.78373, -100.445882)
NULL_ISLAND = (0.0, 0.0)


class Role(NamedTuple):
    """One role of a practitioner at a place.

    ``role_id`` ends in the practitioner's own id plus a letter a place; ``therapist_id`` is the truth behind it,
    empty where there is nobody to count. ``says_accepting`` names the resource that tells, if any.
    """

    role_id: str
    practitioner_id: str
    location_id: str
    therapist_id: str
    npi: str
    given_name: str
    family_name: str
    credential: str
    code: Code
    role: tuple[str, str]
    languages: tuple[str, ...]
    licences: tuple[str, ...]
    office: Office
    is_zip_only: bool
    has_phone: bool
    coordinates: tuple[float, float] | None
    clinic: Clinic | None
    delivery: tuple[str, ...]
    says_accepting: str
    is_accepting: bool
    is_active: bool
    listed_on: str


def _coordinates(office: Office, draw: float) -> tuple[float, float] | None:
    if draw < _CENTRE:
        return CENTRE_OF_THE_COUNTRY
    if draw < _CENTRE + _NULL_ISLAND:
        return NULL_ISLAND
    if draw < _CENTRE + _NULL_ISLAND + _NO_COORDINATES:
        return None
    return (round(office.place.latitude, 6), round(office.place.longitude, 6))


def _npi(therapist: Therapist, draw: float) -> str:
    if draw < _NO_NPI:
        return ""
    if draw < _NO_NPI + _WRONG_NPI:
        return therapist.npi[:-1] + str((int(therapist.npi[-1]) + 1) % 10)
    return therapist.npi


def _delivery(therapist: Therapist, draw: float) -> tuple[str, ...]:
    if draw < _DELIVERY_UNSAID:
        return ()
    physical = () if therapist.is_online_only else ("physical",)
    return (*physical, "virtual") if therapist.offers_online else physical


def _says_accepting(draw: float) -> str:
    if draw < _ACCEPTING_ON_ROLE:
        return "role"
    return "service" if draw < _ACCEPTING_ON_SERVICE else ""


def _first_role(therapist: Therapist, number: int, draws: list[float]) -> Role:
    npi, zip_only, where, accepting, delivery, phone, *_ = draws
    clinic = therapist.clinic
    return Role(
        role_id=f"role-{number:05}a",
        practitioner_id=f"practitioner-{number:05}",
        location_id=f"location-{clinic.clinic_id.lower()}" if clinic else f"location-{number:05}a",
        therapist_id=therapist.therapist_id,
        npi=_npi(therapist, npi),
        given_name=therapist.given_name,
        family_name=therapist.former_name or therapist.family_name,
        credential=therapist.credential,
        code=therapist.code,
        role=therapist.profession.role,
        languages=therapist.languages,
        licences=therapist.licences,
        office=therapist.office,
        is_zip_only=zip_only < _ZIP_ONLY and clinic is None,
        has_phone=phone >= _NO_PHONE,
        coordinates=None if clinic else _coordinates(therapist.office, where),
        clinic=clinic,
        delivery=_delivery(therapist, delivery),
        says_accepting=_says_accepting(accepting),
        is_accepting=therapist.is_accepting,
        is_active=True,
        listed_on=therapist.listed_on,
    )


def _second_role(first: Role, office: Office) -> Role:
    return first._replace(
        role_id=first.role_id[:-1] + "b",
        location_id=f"location-{first.practitioner_id[-5:]}b",
        office=office,
        clinic=None,
        coordinates=None,
    )


def plan_listings(invented: Invented, membership: Membership, seed: int) -> list[Role]:
    """Return all roles, in the order of the searches' answers."""
    rng = np.random.default_rng([seed, PLAN_STREAM])
    count, total = len(membership.plan_net), len(invented.therapists)
    extras = {True: round(total * _BYSTANDERS), False: round(total * _ENDED)}
    draws = rng.random((count + sum(extras.values()), 7)).tolist()
    roles = []
    for number, (therapist, row) in enumerate(zip(membership.plan_net, draws, strict=False)):
        first = _first_role(therapist, number, row)
        roles.append(first)
        if therapist.second_office is not None and row[6] < _SECOND_ROLE:
            roles.append(_second_role(first, therapist.second_office))
    spare = reversed(invented.spare_npis)
    number = count
    for is_active, how_many in extras.items():
        given, family = names.given_names(rng, how_many).tolist(), names.family_names(rng, how_many).tolist()
        hosts = rng.integers(total, size=how_many).tolist()
        for first_name, last_name, host in zip(given, family, hosts, strict=True):
            role = _first_role(invented.therapists[host], number, draws[number])
            roles.append(
                role._replace(
                    therapist_id="",
                    npi=next(spare),
                    given_name=first_name,
                    family_name=last_name,
                    code=BYSTANDER_CODES[0][0] if is_active else role.code,
                    role=("ph", "Physician") if is_active else role.role,
                    is_active=is_active,
                )
            )
            number += 1
    return [roles[position] for position in rng.permutation(len(roles)).tolist()]
