"""What a therapist, a clinic and an office of the demonstration are, before any directory words them."""

from dataclasses import dataclass
from typing import NamedTuple

from demonstration.population import Place, Population
from demonstration.professions import Code, Profession


class Office(NamedTuple):
    """Where a therapist or clinic sees people."""

    place: Place
    street: str
    phone: str


class Clinic(NamedTuple):
    """An invented organisation."""

    clinic_id: str
    npi: str
    name: str
    code: Code
    office: Office
    offers_online: bool
    is_accepting: bool
    listed_on: str


class Therapist(NamedTuple):
    """An invented therapist.

    ``former_name`` is the family name before marriage, empty for most; ``specialties`` are keys; ``languages``
    are besides English; ``licences`` are states, the one of the office first.
    """

    therapist_id: str
    npi: str
    given_name: str
    family_name: str
    former_name: str
    profession: Profession
    code: Code
    title: str
    credential: str
    specialties: tuple[str, ...]
    languages: tuple[str, ...]
    offers_online: bool
    is_online_only: bool
    is_accepting: bool
    licences: tuple[str, ...]
    office: Office
    second_office: Office | None
    clinic: Clinic | None
    listed_on: str


@dataclass(frozen=True)
class Invented:
    """Everybody of the demonstration, and NPIs left over for listings of nobody who is counted."""

    population: Population
    therapists: list[Therapist]
    clinics: list[Clinic]
    spare_npis: list[str]
