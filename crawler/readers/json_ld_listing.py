"""Turn one schema.org object into a raw listing.

========================================================  ==========================================================
what the page says                                        what it is read as
========================================================  ==========================================================
``@id``; else name, street and postal code, hashed        ``source_id``
``usNPI``, ``identifier`` that says it is an NPI          ``npi``
``jobTitle``, ``hasOccupation``                           words for the profession
``medicalSpecialty`` Psychiatric of a person              the profession psychiatry
``knowsAbout``, ``serviceType``, other                    terms, except those that only say *online*
``medicalSpecialty``, ``availableService``,
``makesOffer``
``availableChannel``; else any of the terms               ``offers_online`` yes or no; a term can only say yes
``areaServed`` of a person, where it is a state           ``licence_states``: nobody may serve a state without one
``isAcceptingNewPatients``                                ``is_accepting``
``knowsLanguage``                                         ``languages``
``address``, ``geo``, ``telephone``; else of              ``locations``
``location``; of a person also of ``worksFor``
========================================================  ==========================================================

Everything else, above all e-mail, birth, gender, image and description, is never read, and ``sameAs`` never followed.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from crawler.readers.plain import plain_of
from crawler.readers.raw import RawListing, RawLocation, day_of, identifier_of, number_of, text_of

_PERSONS = frozenset({"Person", "Physician", "IndividualPhysician", "Psychologist"})
_ORGANISATIONS = frozenset(
    {
        "MedicalBusiness", "MedicalClinic", "MedicalOrganization", "LocalBusiness", "Organization",
        "ProfessionalService", "PhysiciansOffice", "CommunityHealth", "Psychiatric", "Hospital", "NGO",
    }
)  # fmt: skip
_STATES = frozenset({"State", "AdministrativeArea"})

_SCHEMA_WORDS = {"Psychiatric": "psychiatry"}
"""Members of schema.org's own list of medical specialties, as broad as a profession, and the profession they say."""

_ONLINE = re.compile(
    r"\b(online|video|virtual|remote|teletherapy|telemedicine|tele-?health|tele-?mental\w*)\b", re.IGNORECASE
)
_IN_PERSON = re.compile(r"\b(in[- ]person|office|on[- ]?site|face[- ]to[- ]face)\b", re.IGNORECASE)
_HONORIFIC = re.compile(r"^(dr|prof|mr|mrs|ms|mx)\b\.?\s+", re.IGNORECASE)
_NPI = re.compile(r"^(?:npi\W*)?(\d{10})$", re.IGNORECASE)
_LONGEST_ID = 200
_OF_ONE_MOST = 200
"""So many places, offers or words of one listing are read, so that references on a page cannot multiply its work."""
_YES = frozenset({"true", "yes", "1"})
_NO = frozenset({"false", "no", "0"})

Node = dict[str, Any]


def is_listed(node: Node) -> bool:
    """Tell whether an object is a person or a place of care by its type, and more than a mere reference."""
    return (
        bool(_types(node) & (_PERSONS | _ORGANISATIONS)) and plain_of(node.get("name") or _full_name(node)) is not None
    )


def listing_of(node: Node, parent: Node | None, known: Mapping[str, Node]) -> RawListing:
    """Return an object as a listing.

    A person without an address is at the place of the organisation it works for or is listed under. ``known`` are
    the page's objects by ``@id``.
    """
    is_person = bool(_types(node) & _PERSONS)
    locations = _locations(node, known)
    if is_person and not locations:
        hosts = [*_nodes(node.get("worksFor"), known), *([parent] if parent else [])]
        locations = next((places for host in hosts if (places := _locations(host, known))), ())
    given, family = _person_name(node) if is_person else (None, None)
    name = plain_of(node.get("name"))
    online, online_only = _delivery(node, known)
    terms, professions = _said(node, known)
    first = locations[0] if locations else RawLocation()
    return RawListing(
        source_id=_identifier(node) or identifier_of(name or _full_name(node), first.street, first.postal_code),
        kind="person" if is_person else "organisation",
        npi=_npi(node),
        given_name=given,
        family_name=family,
        organisation_name=None if is_person else name,
        terms=terms,
        profession_terms=professions,
        languages=tuple(_languages(node.get("knowsLanguage"))),
        locations=locations,
        offers_online=online,
        is_online_only=online_only,
        is_accepting=_yes_or_no(node.get("isAcceptingNewPatients")),
        licence_states=tuple(_states(node)),
        listed_on=day_of(node.get("dateModified")),
    )


def _listed(value: object) -> list[Any]:
    return value[:_OF_ONE_MOST] if isinstance(value, list) else [] if value is None else [value]


def _nodes(value: object, known: Mapping[str, Node]) -> list[Node]:
    """Return objects, with a mere reference replaced by what it refers to on the page."""
    found = [one for one in _listed(value) if isinstance(one, dict)]
    return [known.get(str(one.get("@id")), one) if len(one) == 1 else one for one in found]


def _types(node: Node) -> set[str]:
    return {str(one).rsplit("/", 1)[-1].removeprefix("schema:") for one in _listed(node.get("@type"))}


def _full_name(node: Node) -> str | None:
    return " ".join(part for field in ("givenName", "familyName") if (part := plain_of(node.get(field)))) or None


def _person_name(node: Node) -> tuple[str | None, str | None]:
    """Return given and family name; out of one text, without the title before it and the degrees after the comma."""
    given, family = plain_of(node.get("givenName")), plain_of(node.get("familyName"))
    if given or family:
        return given, family
    words = _HONORIFIC.sub("", (plain_of(node.get("name")) or "").split(",")[0]).split()
    return (words[0] if len(words) > 1 else None), (words[-1] if words else None)


def _identifier(node: Node) -> str | None:
    stated = text_of(node.get("@id")) or "_:"
    return None if stated.startswith("_:") or len(stated) > _LONGEST_ID or {"<", ">"} & set(stated) else stated


def _npi(node: Node) -> str | None:
    for stated in (*_listed(node.get("usNPI")), *_listed(node.get("identifier"))):
        if isinstance(stated, dict):
            name = str(stated.get("propertyID") or stated.get("name") or "")
            if not re.search(r"\bnpi\b|us-npi", name, re.IGNORECASE):
                continue
            stated = stated.get("value")  # noqa: PLW2901 - the value stands for the object it was in
        if found := _NPI.match(plain_of(stated) or ""):
            return found.group(1)
    return None


def _words(value: object) -> Iterator[str]:
    """Yield the names in a text, an object with a name, or a list of them."""
    for one in _listed(value):
        said = plain_of(one.get("name") or one.get("@id")) if isinstance(one, dict) else plain_of(one)
        if said:
            yield said.removeprefix("https://schema.org/").removeprefix("http://schema.org/").removeprefix("schema:")


def _said(node: Node, known: Mapping[str, Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the categories of care, and the words for what somebody is."""
    terms: dict[str, None] = {}
    professions = dict.fromkeys(_words(node.get("jobTitle")))
    for occupation in _listed(node.get("hasOccupation")):
        role = occupation.get("hasOccupation") if isinstance(occupation, dict) else None
        professions |= dict.fromkeys(_words(role or occupation))
    for word in _words(node.get("medicalSpecialty")):
        if word not in _SCHEMA_WORDS:
            terms[word] = None
        elif _types(node) & _PERSONS:
            professions[_SCHEMA_WORDS[word]] = None
    for field in ("knowsAbout", "serviceType"):
        terms |= dict.fromkeys(_words(node.get(field)))
    for service in _offers(node, known):
        terms |= dict.fromkeys(_words(service))
    return tuple(term for term in terms if not _ONLINE.search(term)), tuple(professions)


def _offers(node: Node, known: Mapping[str, Node]) -> list[Node]:
    services = [one for field in ("availableService", "makesOffer") for one in _nodes(node.get(field), known)]
    inner = (one for service in services for one in _nodes(service.get("itemOffered"), known))
    return [*services, *islice(inner, _OF_ONE_MOST)]


def _delivery(node: Node, known: Mapping[str, Node]) -> tuple[bool | None, bool | None]:
    """Tell whether therapy is offered online, and only so.

    Channels are a whole list, so one without a word of video is a no; services and subjects that mention it are a
    yes, and silence is unknown.
    """
    channels = [
        (" ".join(filter(None, (plain_of(channel.get(field)) for field in ("name", "serviceType")))), channel)
        for channel in _nodes(node.get("availableChannel"), known)
    ]
    if channels:
        is_online = any(_ONLINE.search(words) for words, _ in channels)
        in_person = any(_IN_PERSON.search(words) or "serviceLocation" in channel for words, channel in channels)
        return is_online, is_online and not in_person
    fields = ("serviceType", "availableService", "knowsAbout", "medicalSpecialty")
    said = [
        *(word for field in fields for word in _words(node.get(field))),
        *(
            word
            for offer in _offers(node, known)
            for field in ("name", "serviceType")
            for word in _words(offer.get(field))
        ),
    ]
    return (True if any(_ONLINE.search(word) for word in said) else None), None


def _languages(value: object) -> Iterator[str]:
    for one in _listed(value):
        said = (one.get("alternateName") or one.get("name")) if isinstance(one, dict) else one
        if text := plain_of(said):
            yield text


def _states(node: Node) -> Iterator[str]:
    """Yield the states somebody says to serve: nobody may serve a state without a licence that is valid there."""
    if not _types(node) & _PERSONS:
        return
    for area in _listed(node.get("areaServed")):
        if isinstance(area, dict) and _types(area) & _STATES:
            yield from _words(area.get("name"))


def _yes_or_no(stated: object) -> bool | None:
    if isinstance(stated, bool):
        return stated
    word = (plain_of(stated) or "").rsplit("/", 1)[-1].lower()
    return True if word in _YES else False if word in _NO else None


def _locations(node: Node, known: Mapping[str, Node]) -> tuple[RawLocation, ...]:
    """Return the places of an object: its own address, or those of its ``location``; a home is never read."""
    own = list(_addressed(node, node, known))
    if not own:
        others = (found for place in _nodes(node.get("location"), known) for found in _addressed(place, node, known))
        own = list(islice(others, _OF_ONE_MOST))
    return tuple(dict.fromkeys(own))


def _addressed(place: Node, owner: Node, known: Mapping[str, Node]) -> Iterator[RawLocation]:
    points = _nodes(place.get("geo"), known)
    point = points[0] if points else {}
    addresses = _nodes(place.get("address"), known)
    for address in addresses or ([{}] if point else []):
        yield RawLocation(
            country=next(_words(address.get("addressCountry")), "US"),
            state=next(_words(address.get("addressRegion")), None),
            city=next(_words(address.get("addressLocality")), None),
            postal_code=plain_of(address.get("postalCode")),
            street=plain_of(address.get("streetAddress")),
            phone=next(_words(place.get("telephone") or address.get("telephone") or owner.get("telephone")), None),
            latitude=number_of(point.get("latitude")) if len(addresses) <= 1 else None,
            longitude=number_of(point.get("longitude")) if len(addresses) <= 1 else None,
        )
