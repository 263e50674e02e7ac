"""Who is who: the invented therapists with their listings in each directory, to judge linkage by."""

from typing import NamedTuple

from demonstration.directories import Directories, make_directories
from demonstration.people import Clinic, Therapist
from demonstration.therapists import SEED, THERAPISTS


class Truth(NamedTuple):
    """One invented therapist or clinic and where it is listed.

    ``listings`` are ``(source, source_id)``: the NPI in the registry, the ``@id`` on the web site, the id of the
    role in the plan's directory. ``zctas`` are all places, the first the main one.
    """

    provider_id: str
    kind: str
    profession: str
    specialties: tuple[str, ...]
    zctas: tuple[str, ...]
    listings: tuple[tuple[str, str], ...]


def truth_of(directories: Directories) -> list[Truth]:
    """Return everybody with their listings, therapists first."""
    listings: dict[str, list[tuple[str, str]]] = {}
    for listing in directories.registry.entries:
        if listing.is_counted:
            listings.setdefault(listing.therapist_id, []).append((directories.registry.name, listing.npi))
    for entry in directories.site.entries:
        listings.setdefault(entry.truth_id, []).append((directories.site.name, entry.linked_data["@id"]))
    for role in directories.plan_net.roles:
        if role.therapist_id:
            listings.setdefault(role.therapist_id, []).append((directories.plan_net.name, role.role_id))
    people = [_therapist(one, listings.get(one.therapist_id, [])) for one in directories.invented.therapists]
    return people + [_clinic(one, listings.get(one.clinic_id, [])) for one in directories.invented.clinics]


def truth(seed: int = SEED, therapists: int = THERAPISTS) -> list[Truth]:
    """Return the truth behind the directories that :func:`demonstration.serve.served` serves for the same seed."""
    return truth_of(make_directories(seed, therapists))


def _therapist(therapist: Therapist, listings: list[tuple[str, str]]) -> Truth:
    offices = [therapist.office] if therapist.second_office is None else [therapist.office, therapist.second_office]
    return Truth(
        therapist.therapist_id, "person", therapist.profession.key, therapist.specialties,
        tuple(office.place.zcta for office in offices), tuple(sorted(listings)),
    )  # fmt: skip


def _clinic(clinic: Clinic, listings: list[tuple[str, str]]) -> Truth:
    return Truth(clinic.clinic_id, "organisation", "clinic", (), (clinic.office.place.zcta,), tuple(sorted(listings)))
