"""Read a payer's directory: FHIR R4 search answers after the Da Vinci PDEX Plan-Net guide, leniently, as dictionaries.

Payers' directories are full of gaps, so nothing but the role itself is needed; what a role refers to and the answer
does not hold is left out.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crawler.readers.raw import RawListing, RawLocation, ReaderError, day_of, number_of, object_of, objects_of, text_of

_TAXONOMY = "nucc.org/provider-taxonomy"
_NPI = ("us-npi", "/npi")
"""How the names of the systems of NPIs end: that of HL7's terminology ends otherwise than that of its guides."""

_NEW_PATIENTS = "newpatients"
_DELIVERY_METHOD = "delivery-method"
_QUALIFICATION = "practitioner-qualification"
_GEOLOCATION = "geolocation"

Resource = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One answer to a search: its listings, the opaque address of the next page, and how many roles it holds."""

    listings: tuple[RawListing, ...]
    next_address: str | None
    rows: int


def read_bundle(body: bytes) -> Page:
    """Read one page of a search for ``PractitionerRole`` with the resources it includes; one listing a role.

    Raises
    ------
    ReaderError
        The server answered with an ``OperationOutcome``, or not with a bundle of search results.

    """
    try:
        bundle = json.loads(body)
    except ValueError as fault:
        raise ReaderError(
            f"The directory's answer is not JSON ({fault}); it begins {body[:60]!r}. Expected a FHIR Bundle."
        ) from fault
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise ReaderError(f"The directory's answer is no Bundle but {_described(bundle)}.")
    if bundle.get("type") != "searchset":
        raise ReaderError(f"The directory's Bundle is of type {bundle.get('type')!r}; expected 'searchset'.")
    entries = [entry for entry in _items(bundle, "entry") if isinstance(entry.get("resource"), dict)]
    included = Included(entries)
    roles = [
        entry["resource"]
        for entry in entries
        if entry["resource"].get("resourceType") == "PractitionerRole"
        and object_of(entry.get("search")).get("mode", "match") == "match"
    ]
    return Page(tuple(Role(role, included).listing() for role in roles), _next_address(bundle), len(roles))


def _described(answer: object) -> str:
    if not isinstance(answer, dict):
        return f"a {type(answer).__name__}"
    said = "; ".join(
        str(issue.get("diagnostics") or object_of(issue.get("details")).get("text") or issue.get("code"))
        for issue in _items(answer, "issue")
    )
    return f"{answer.get('resourceType')!r}" + (f": {said}" if said else "")


def _next_address(bundle: Resource) -> str | None:
    links = (text_of(link.get("url")) for link in _items(bundle, "link") if link.get("relation") == "next")
    return next(links, None)


def _items(resource: Resource, field: str) -> list[Resource]:
    return objects_of(resource.get(field))


class Included:
    """The resources of an answer by the ways in which they are referred to."""

    def __init__(self, entries: list[Resource]) -> None:
        self._by_reference: dict[str, Resource] = {}
        for entry in entries:
            resource = entry["resource"]
            self._by_reference[f"{resource.get('resourceType')}/{resource.get('id')}"] = resource
            self._by_reference.setdefault(f"urn:uuid:{resource.get('id')}", resource)
            if isinstance(entry.get("fullUrl"), str):
                self._by_reference[entry["fullUrl"]] = resource

    def of(self, resource: Resource, field: str) -> Iterator[Resource]:
        """Yield what a field of a resource refers to, as far as it is there."""
        contained = {f"#{one.get('id')}": one for one in _items(resource, "contained")}
        for stated in _items(resource, field):
            reference = str(stated.get("reference")).split("/_history/")[0]
            tail = "/".join(reference.split("/")[-2:])
            found = contained.get(reference) or self._by_reference.get(reference) or self._by_reference.get(tail)
            if found is not None:
                yield found


class Role:
    """A role with what it refers to."""

    def __init__(self, role: Resource, included: Included) -> None:
        self.role = role
        self.person = next(included.of(role, "practitioner"), {})
        self.organisation = next(included.of(role, "organization"), {})
        self.services = list(included.of(role, "healthcareService"))
        self.places = list(included.of(role, "location"))
        if not self.places:
            self.places = [place for service in self.services for place in included.of(service, "location")]

    def listing(self) -> RawListing:
        """Return the listing; a role without a person is its organisation's."""
        source_id = text_of(self.role.get("id"))
        if source_id is None:
            raise ReaderError("A PractitionerRole of the directory's answer has no id; expected one for each.")
        is_person = bool(self.role.get("practitioner"))
        given, family = _name(self.person) if is_person else (None, None)
        delivery = {code for service in self.services for code in _codes_of(service, _DELIVERY_METHOD, "type")}
        codes, words = self._specialties()
        return RawListing(
            source_id=source_id,
            kind="person" if is_person else "organisation",
            npi=_npi(self.person if is_person else self.organisation),
            given_name=given,
            family_name=family,
            organisation_name=None if is_person else text_of(self.organisation.get("name")),
            taxonomy_codes=codes,
            terms=words,
            profession_terms=() if codes else self._roles(),
            languages=tuple(
                said for language in _items(self.person, "communication") if (said := _said(language)) is not None
            ),
            locations=self._locations(),
            offers_online="virtual" in delivery if delivery else None,
            is_online_only="physical" not in delivery if delivery else None,
            is_accepting=self._is_accepting(),
            is_active=self._is_active(),
            licence_states=tuple(_licence_states(self.person)),
            listed_on=day_of(object_of(self.role.get("meta")).get("lastUpdated")),
        )

    def _specialties(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return taxonomy codes, and words for specialties in other systems.

        From the role; where it says nothing, from the person's qualifications, then from the services. The words
        beside a taxonomy code say the code once more and are left out.
        """
        stated = (
            _items(self.role, "specialty"),
            qualifications(self.person),
            [specialty for service in self.services for specialty in _items(service, "specialty")],
        )
        concepts = next((concepts for concepts in stated if concepts), [])
        words = [said for one in concepts if not taxonomy_codes([one]) and (said := _worded(one))]
        return taxonomy_codes(concepts), tuple(dict.fromkeys(words))

    def _roles(self) -> tuple[str, ...]:
        """Return the words for the role; as broad as *Counselor* for social workers, so only where no code is."""
        return tuple(said for concept in _items(self.role, "code") if (said := _worded(concept)))

    def _locations(self) -> tuple[RawLocation, ...]:
        inactive = {"inactive", "suspended"}
        usable = [place for place in self.places if text_of(place.get("status")) not in inactive]
        own_phone = _phone(self.role) if len(usable) == 1 else None
        found = [_location(place, object_of(place.get("position")), _phone(place) or own_phone) for place in usable]
        if not found and not self.places:
            owners = (self.person, self.organisation)
            stated = [
                (address, owner)
                for owner in owners
                for address in _items(owner, "address")
                if text_of(address.get("type")) != "postal"
            ]
            found = [_location({"address": address}, _geolocation(address), _phone(owner)) for address, owner in stated]
        return tuple(place for place in found if place is not None)

    def _is_accepting(self) -> bool | None:
        """Tell whether new patients are taken: as the role says, else its services, else its places."""
        for said_by in ([self.role], self.services, self.places):
            codes = {code for one in said_by for code in _codes_of(one, _NEW_PATIENTS, "acceptingPatients")}
            if codes:
                return "newpt" in codes
        return None

    def _is_active(self) -> bool | None:
        stated = (self.role.get("active"), self.person.get("active"))
        if False in stated:
            return False
        return True if stated[0] is True else None


def taxonomy_codes(concepts: list[Resource]) -> tuple[str, ...]:
    """Return the codes of the provider taxonomy among concepts, each once."""
    codes = (
        text_of(coding.get("code"))
        for concept in concepts
        for coding in _items(concept, "coding")
        if _TAXONOMY in str(coding.get("system"))
    )
    return tuple(dict.fromkeys(code for code in codes if code))


def qualifications(person: Resource) -> list[Resource]:
    """Return the concepts of what a person is qualified for."""
    return [code for one in _items(person, "qualification") for code in _items(one, "code")]


def _extensions(resource: Resource, ending: str) -> Iterator[Resource]:
    return (one for one in _items(resource, "extension") if str(one.get("url")).endswith(ending))


def _codes_of(resource: Resource, ending: str, part: str) -> Iterator[str]:
    """Yield the codes in a part of an extension, whether worded as a concept or as a bare code."""
    for extension in _extensions(resource, ending):
        for inner in _extensions(extension, part):
            if isinstance(inner.get("valueCode"), str):
                yield inner["valueCode"]
            for coding in _items(object_of(inner.get("valueCodeableConcept")), "coding"):
                if code := text_of(coding.get("code")):
                    yield code


def _name(person: Resource) -> tuple[str | None, str | None]:
    """Return given and family name; out of one text, without degrees, where the parts are not told apart."""
    names = [name for name in _items(person, "name") if name.get("use") != "old"]
    name = next((name for name in names if name.get("use") == "official"), names[0] if names else {})
    given = name.get("given")
    stated = (text_of(one) for one in given) if isinstance(given, list) else ()
    first, family = next((one for one in stated if one), None), text_of(name.get("family"))
    if family is None and (words := (text_of(name.get("text")) or "").split(",")[0].split()):
        return (words[0] if len(words) > 1 else None), words[-1]
    return first, family


def _npi(owner: Resource) -> str | None:
    stated = (text_of(one.get("value")) for one in _items(owner, "identifier") if str(one.get("system")).endswith(_NPI))
    return next((npi for npi in stated if npi), None)


def _said(concept: Resource) -> str | None:
    """Return a concept's code, or else its words."""
    codes = (text_of(coding.get("code")) for coding in _items(concept, "coding"))
    return next((code for code in codes if code), None) or text_of(concept.get("text"))


def _worded(concept: Resource) -> str | None:
    displays = (text_of(coding.get("display")) for coding in _items(concept, "coding"))
    return next((display for display in displays if display), None) or text_of(concept.get("text"))


def _phone(owner: Resource) -> str | None:
    """Return a phone for patients; a person's home number is never read."""
    stated = (
        text_of(one.get("value"))
        for one in _items(owner, "telecom")
        if one.get("system") == "phone" and text_of(one.get("use")) not in {"home", "old"}
    )
    return next((phone for phone in stated if phone), None)


def _geolocation(address: Resource) -> Resource:
    found = next(_extensions(address, _GEOLOCATION), {})
    return {str(part.get("url")): part.get("valueDecimal") for part in _items(found, "extension")}


def _location(place: Resource, position: Resource, phone: str | None) -> RawLocation | None:
    """Return a place of work; an address marked as a home is not read."""
    address = next(iter(_items(place, "address")), {})
    if text_of(address.get("use")) in {"home", "old"}:
        return None
    lines = address.get("line")
    return RawLocation(
        country=text_of(address.get("country")) or "US",
        state=text_of(address.get("state")),
        city=text_of(address.get("city")),
        postal_code=text_of(address.get("postalCode")),
        street=" ".join(filter(None, map(text_of, lines if isinstance(lines, list) else [lines]))) or None,
        phone=phone,
        latitude=number_of(position.get("latitude")),
        longitude=number_of(position.get("longitude")),
    )


def _licence_states(person: Resource) -> Iterator[str]:
    """Yield the states of licences that are not said to have ended."""
    for held in _items(person, "qualification"):
        for licence in _extensions(held, _QUALIFICATION):
            status = {text_of(part.get("valueCode")) for part in _extensions(licence, "status")}
            if status - {"active", None}:
                continue
            yield from _codes_of({"extension": [licence]}, _QUALIFICATION, "whereValid")
