"""From the resources that belong to one person or organisation to one listing, with every place and nothing twice.

Ids of places change with every release, so nothing of the outcome may hang on one: places are put in order by what they
say, codes and words by the alphabet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawler.bulk.npd_sql import ORGANISATION, PERSON, PLACE, ROLE, SERVICE, is_of_mental_health
from crawler.readers.fhir import Included, Resource, Role, qualifications, taxonomy_codes
from crawler.readers.raw import RawListing, RawLocation, objects_of

_POSTAL_DIGITS = 5


def person_listing(source_id: str, resources: Sequence[Resource]) -> RawListing | None:
    """Return the listing of a person: the roles of mental health; without any, the person's own addresses.

    A role that says nothing of its kind is of the kind its person is qualified for. A person whose only roles are of
    other kinds keeps the own addresses: somebody qualified is somewhere. ``None`` where nothing is of mental health.
    """
    included, people = Included([{"resource": one} for one in resources]), _of_kind(resources, PERSON)
    own = taxonomy_codes([concept for one in people for concept in qualifications(one)])
    parts = [_with_codes(Role(role, included).listing(), own) for role in _of_kind(resources, ROLE)]
    found = [one for one in parts if is_of_mental_health(one.taxonomy_codes)]
    if not found and is_of_mental_health(own):
        found = [Role(_without_role(one), included).listing() for one in people]
    return _one_of(source_id, found)


def organisation_listing(source_id: str, resources: Sequence[Resource]) -> RawListing | None:
    """Return the listing of an organisation: all its places if it is one of mental health, else those of such services.

    ``None`` where nothing is of mental health.
    """
    included = Included([{"resource": one} for one in resources])
    organisations, services = _of_kind(resources, ORGANISATION), _of_kind(resources, SERVICE)
    types = [concept for one in organisations for concept in objects_of(one.get("type"))]
    found: list[RawListing] = []
    for one in organisations:
        if is_of_mental_health(taxonomy_codes(types)):
            managed = [place for place in _of_kind(resources, PLACE) if place.get("managingOrganization")]
            found.append(Role(_as_whole(one, types, managed), included).listing())
        found += [Role(_as_service(one, service), included).listing() for service in services]
    roles = (Role(role, included).listing() for role in _of_kind(resources, ROLE))
    found += [_with_codes(one, taxonomy_codes(types)) for one in roles]
    return _one_of(source_id, [one for one in found if is_of_mental_health(one.taxonomy_codes)])


def _of_kind(resources: Iterable[Resource], kind: str) -> list[Resource]:
    """Return the resources of a kind, each id once."""
    return list({str(one.get("id")): one for one in resources if one.get("resourceType") == kind}.values())


def _refer(one: Resource) -> Resource:
    return {"reference": f"{one.get('resourceType')}/{one.get('id')}"}


def _without_role(person: Resource) -> Resource:
    return {"id": person["id"], "active": person.get("active"), "practitioner": _refer(person)}


def _as_whole(organisation: Resource, types: list[Resource], places: list[Resource]) -> Resource:
    coded = [concept for concept in types if taxonomy_codes([concept])]
    return {
        "id": organisation["id"],
        "active": organisation.get("active"),
        "organization": _refer(organisation),
        "specialty": coded,
        "location": [_refer(place) for place in places],
    }


def _as_service(organisation: Resource, service: Resource) -> Resource:
    stated = (organisation.get("active"), service.get("active"))
    return {
        "id": organisation["id"],
        "active": False if False in stated else stated[1],
        "organization": _refer(organisation),
        "healthcareService": [_refer(service)],
    }


def _with_codes(part: RawListing, codes: tuple[str, ...]) -> RawListing:
    """Return a part with codes said elsewhere, where it has none itself."""
    return part if part.taxonomy_codes or not codes else replace(part, taxonomy_codes=codes, profession_terms=())


def _one_of(source_id: str, parts: list[RawListing]) -> RawListing | None:
    """Return one listing of its parts; what ended is left out as long as something goes on."""
    going_on = [part for part in parts if part.is_active is not False] or parts
    if not going_on:
        return None
    days = [part.listed_on for part in going_on if part.listed_on is not None]
    return replace(
        going_on[0],
        source_id=source_id,
        npi=next((part.npi for part in going_on if part.npi), None),
        taxonomy_codes=_sorted(part.taxonomy_codes for part in going_on),
        terms=_sorted(part.terms for part in going_on),
        profession_terms=_sorted(part.profession_terms for part in going_on),
        languages=_sorted(part.languages for part in going_on),
        locations=_places(place for part in going_on for place in part.locations),
        offers_online=_any([part.offers_online for part in going_on]),
        is_online_only=_all([part.is_online_only for part in going_on]),
        is_accepting=_any([part.is_accepting for part in going_on]),
        is_active=_any([part.is_active for part in going_on]),
        licence_states=_sorted(part.licence_states for part in going_on),
        listed_on=max(days, default=None),
    )


def _sorted(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({one for listed in lists for one in listed}))


def _any(stated: Sequence[bool | None]) -> bool | None:
    """Tell whether something is so somewhere; not known where that hangs on a part that says nothing."""
    return True if True in stated else None if None in stated else False


def _all(stated: Sequence[bool | None]) -> bool | None:
    return False if False in stated else None if None in stated else True


def _places(stated: Iterable[RawLocation]) -> tuple[RawLocation, ...]:
    """Return places by what they say, each address once: the one that says most of it."""
    by_address: dict[tuple[str, ...], RawLocation] = {}
    for place in sorted(stated, key=_fullest_first):
        by_address.setdefault(_address(place), place)
    return tuple(by_address[address] for address in sorted(by_address))


def _address(place: RawLocation) -> tuple[str, ...]:
    parts = (place.country, place.state, place.city, (place.postal_code or "")[:_POSTAL_DIGITS], place.street)
    return tuple(" ".join((part or "").casefold().split()) for part in parts)


def _fullest_first(place: RawLocation) -> tuple[bool, bool, str]:
    return place.latitude is None, place.phone is None, repr(place)
