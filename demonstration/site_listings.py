"""What the invented web directory lists: entries as schema.org words them, with the gaps and slips of such sites."""

import re
from typing import Any, NamedTuple

import numpy as np

from demonstration.membership import SITE_STREAM, Membership
from demonstration.people import Clinic, Office, Therapist
from demonstration.population import STATES
from demonstration.professions import SPECIALTIES, UNMET_WORDS

_NPI = 0.80
_COORDINATES = 0.30
_PHONE = 0.92
_ACCEPTING = 0.70
_ONLINE_SAID = 0.85
_TYPO = 0.015
_SHORT_NAME = 0.06
_ELSEWHERE_TOO = 0.10
_AREA_SAID = 0.5
_UNMET_WORD = 0.04
_DETAIL_PAGE = 0.035
_SHORT_LEAST = 5
_WORDS = {
    **{key: words for key, (_, words) in SPECIALTIES.items()},
    "spanish": ("Therapy in Spanish", "Bilingual Spanish"),
    "prescribing": (),
}
_STATE_NAMES = {
    **STATES,
    "CA": "California",
    "CO": "Colorado",
    "ND": "North Dakota",
    "SD": "South Dakota",
    "UT": "Utah",
}


class Entry(NamedTuple):
    """One entry of the site, ready to be put on a page.

    ``truth_id`` is the therapist or clinic behind it; ``path`` the page of its own, empty for most; ``linked_data``
    the schema.org object; the other fields are what a reader of the page sees.
    """

    truth_id: str
    state: str
    path: str
    name: str
    title: str
    place: str
    tags: tuple[str, ...]
    note: str
    elsewhere: str
    linked_data: dict[str, Any]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _swapped(name: str, draw: float) -> str:
    """Return a name with two neighbouring letters in the wrong order."""
    at = 1 + int(draw * (len(name) - 2))
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _address(office: Office) -> dict[str, str]:
    return {
        "@type": "PostalAddress",
        "streetAddress": office.street.replace(" Street", " St.").replace(" Avenue", " Ave"),
        "addressLocality": office.place.city,
        "addressRegion": office.place.state,
        "postalCode": office.place.zcta,
        "addressCountry": "US",
    }


def _geo(office: Office) -> dict[str, Any]:
    return {
        "@type": "GeoCoordinates",
        "latitude": round(office.place.latitude, 5),
        "longitude": round(office.place.longitude, 5),
    }


def _channels(slug: str, office: Office, *, is_online: bool, is_in_person: bool) -> list[dict[str, Any]]:
    channels: list[dict[str, Any]] = []
    if is_online:
        channels.append({"@type": "ServiceChannel", "name": "Online", "serviceUrl": f"https://{slug}.example/video"})
    if is_in_person:
        channels.append(
            {
                "@type": "ServiceChannel",
                "name": "In person",
                "serviceLocation": {"@type": "Place", "address": _address(office)},
            }
        )
    return channels


def _tags(keys: tuple[str, ...], draw: float, unmet: float) -> tuple[str, ...]:
    said = [words[int(draw * len(words))] for key in keys if (words := _WORDS[key])]
    if unmet < _UNMET_WORD:
        said.append(UNMET_WORDS[int(draw * len(UNMET_WORDS))])
    return tuple(said)


class _Draws(NamedTuple):
    """One random number an aspect of an entry."""

    npi: float
    geo: float
    phone: float
    accepting: float
    online: float
    typo: float
    short: float
    elsewhere: float
    area: float
    unmet: float
    detail: float
    which: float


def _name(therapist: Therapist, draws: _Draws) -> tuple[str, str]:
    """Return the name as the site has it: maybe from before a marriage, shortened or mistyped."""
    given, family = therapist.given_name, therapist.former_name or therapist.family_name
    if draws.typo < _TYPO:
        family = _swapped(family, draws.which)
    if draws.short < _SHORT_NAME and len(given) >= _SHORT_LEAST:
        given = given[: _SHORT_LEAST - 1]
    return given, family


def _described(therapist: Therapist, name: tuple[str, str], tags: tuple[str, ...]) -> dict[str, Any]:
    """Return who somebody is: psychiatrists are physicians, the others persons."""
    if therapist.profession.key == "psychiatrist":
        return {
            "@type": "Physician",
            "name": f"Dr. {name[0]} {name[1]}",
            "jobTitle": therapist.title,
            "medicalSpecialty": ["Psychiatric", *tags],
        }
    return {
        "@type": "Person",
        "name": f"{name[0]} {name[1]}",
        "givenName": name[0],
        "familyName": name[1],
        "jobTitle": therapist.title,
        "knowsAbout": list(tags),
    }


def _reached(office: Office, npi: str, draws: _Draws) -> dict[str, Any]:
    """Return where somebody is, with what the site knows of phone, coordinates and identifier."""
    said: dict[str, Any] = {"address": _address(office)}
    if draws.geo < _COORDINATES:
        said["geo"] = _geo(office)
    if draws.phone < _PHONE:
        said["telephone"] = "+1-" + office.phone
    if draws.npi < _NPI:
        said["identifier"] = {"@type": "PropertyValue", "propertyID": "NPI", "value": npi}
    return said


def _offered(therapist: Therapist, slug: str, draws: _Draws) -> dict[str, Any]:
    """Return what the site says about languages, openings, channels, employer and states served."""
    said: dict[str, Any] = {}
    if therapist.languages:
        said["knowsLanguage"] = ["en", *therapist.languages]
    if draws.accepting < _ACCEPTING:
        said["isAcceptingNewPatients"] = therapist.is_accepting
    if draws.online < _ONLINE_SAID:
        said["availableChannel"] = _channels(
            slug, therapist.office, is_online=therapist.offers_online, is_in_person=not therapist.is_online_only
        )
    if therapist.clinic is not None:
        said["worksFor"] = {"@type": "MedicalBusiness", "name": therapist.clinic.name}
    if len(therapist.licences) > 1 or draws.area < _AREA_SAID:
        said["areaServed"] = [{"@type": "State", "name": _STATE_NAMES[state]} for state in therapist.licences]
    return said


def _of_therapist(therapist: Therapist, draws: _Draws) -> Entry:
    name = _name(therapist, draws)
    slug, state = _slug(" ".join(name)), therapist.office.place.state
    entry_id = f"{slug}-{int(therapist.therapist_id[1:])}"
    tags = _tags(therapist.specialties, draws.which, draws.unmet)
    profile = f"https://profiles.example/{entry_id}" if draws.elsewhere < _ELSEWHERE_TOO else ""
    path = f"/therapists/{state.lower()}/{entry_id}" if draws.detail < _DETAIL_PAGE else ""
    linked = {
        "@id": f"https://therapists.example/{state.lower()}/{entry_id}",
        **_described(therapist, name, tags),
        **_reached(therapist.office, therapist.npi, draws),
        **_offered(therapist, slug, draws),
        **({"sameAs": [profile]} if profile else {}),
        **({"url": path} if path else {}),
    }
    return Entry(
        truth_id=therapist.therapist_id,
        state=state,
        path=path,
        name=linked["name"],
        title=therapist.title,
        place=_written(therapist.office),
        tags=tags,
        note=_note(linked.get("isAcceptingNewPatients")),
        elsewhere=profile,
        linked_data=linked,
    )


def _written(office: Office) -> str:
    return f"{office.place.city}, {office.place.state} {office.place.zcta}"


def _note(is_accepting: bool | None) -> str:  # noqa: FBT001 - three-valued, not a switch
    if is_accepting is None:
        return ""
    return "Accepting new clients" if is_accepting else "Not accepting new clients"


def _of_clinic(clinic: Clinic, draws: _Draws) -> Entry:
    entry_id = f"{_slug(clinic.name)}-c{int(clinic.clinic_id[1:])}"
    path = f"/clinics/{entry_id}/"
    linked: dict[str, Any] = {
        "@type": ["MedicalBusiness", "MedicalClinic"],
        "@id": f"https://therapists.example/clinics/{entry_id}",
        "name": clinic.name,
        "url": path,
        "medicalSpecialty": "Mental Health Clinic",
        "isAcceptingNewPatients": clinic.is_accepting,
        **_reached(clinic.office, clinic.npi, draws),
    }
    if clinic.offers_online:
        linked["availableService"] = [{"@type": "MedicalTherapy", "name": "Online therapy"}]
    return Entry(
        truth_id=clinic.clinic_id,
        state=clinic.office.place.state,
        path=path,
        name=clinic.name,
        title="Mental Health Clinic",
        place=_written(clinic.office),
        tags=(),
        note=_note(clinic.is_accepting),
        elsewhere="",
        linked_data=linked,
    )


def site_listings(membership: Membership, seed: int) -> list[Entry]:
    """Return all entries, state by state, in the order in which the site shows them."""
    rng = np.random.default_rng([seed, SITE_STREAM])
    count = len(membership.site) + len(membership.site_clinics)
    draws = [_Draws(*row) for row in rng.random((count, len(_Draws._fields))).tolist()]
    entries = [_of_therapist(one, row) for one, row in zip(membership.site, draws, strict=False)]
    entries += [
        _of_clinic(one, row) for one, row in zip(membership.site_clinics, draws[len(membership.site) :], strict=True)
    ]
    order = rng.permutation(count).tolist()
    return sorted((entries[number] for number in order), key=lambda entry: entry.state)
