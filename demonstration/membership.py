"""Which directory lists whom: everybody is in one to three of them, most in the registry."""

from dataclasses import dataclass

import numpy as np

from demonstration.people import Clinic, Invented, Therapist

_IN_REGISTRY = 0.85
_IN_SITE_BESIDES = 0.17
_IN_PLAN_BESIDES = 0.155
_SITE_INSTEAD = 0.55
"""Of those whom the registry does not list, the share that the web site does; the others are in the plan's list."""

_CLINIC_IN_REGISTRY = 0.94
_CLINIC_IN_SITE = 0.09

NAME_STREAM, REGISTRY_STREAM, SITE_STREAM, PLAN_STREAM = 1, 2, 3, 4
"""Each directory draws its own dirt, so that a change in one leaves the bytes of the others alone."""


@dataclass(frozen=True)
class Membership:
    """The members of each directory, in the order of their ids."""

    registry: list[Therapist]
    site: list[Therapist]
    plan_net: list[Therapist]
    registry_clinics: list[Clinic]
    site_clinics: list[Clinic]


def assign(invented: Invented, seed: int) -> Membership:
    """Draw who is listed where."""
    rng = np.random.default_rng([seed, NAME_STREAM])
    count = len(invented.therapists)
    registry = rng.random(count) < _IN_REGISTRY
    instead = rng.random(count) < _SITE_INSTEAD
    site = np.where(registry, rng.random(count) < _IN_SITE_BESIDES, instead)
    plan_net = np.where(registry, rng.random(count) < _IN_PLAN_BESIDES, ~instead)
    clinic_registry = rng.random(len(invented.clinics)) < _CLINIC_IN_REGISTRY
    clinic_site = ~clinic_registry | (rng.random(len(invented.clinics)) < _CLINIC_IN_SITE)

    def listed(mask: np.ndarray) -> list[Therapist]:
        return [invented.therapists[number] for number in np.flatnonzero(mask).tolist()]

    def listed_clinics(mask: np.ndarray) -> list[Clinic]:
        return [invented.clinics[number] for number in np.flatnonzero(mask).tolist()]

    return Membership(
        listed(registry), listed(site), listed(plan_net), listed_clinics(clinic_registry), listed_clinics(clinic_site)
    )
