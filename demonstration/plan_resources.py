"""The FHIR R4 resources of the invented plan, after the Da Vinci PDEX Plan-Net guide."""

from typing import Any

from demonstration.people import Clinic
from demonstration.plan_listings import Role
from demonstration.population import STATES

_GUIDE = "http://hl7.org/fhir/us/davinci-pdex-plan-net/"
_STRUCTURE = _GUIDE + "StructureDefinition/"
_CODES = _GUIDE + "CodeSystem/"
_NPI = "http://hl7.org/fhir/sid/us-npi"
_TAXONOMY = "http://nucc.org/provider-taxonomy"
_POSTAL = "https://www.usps.com/"
_SHORT_STREETS = (("Street", "ST"), ("Avenue", "AVE"), ("Road", "RD"), ("Boulevard", "BLVD"), ("Lane", "LN"))
NETWORK_ID = "network-1"

Resource = dict[str, Any]


def _concept(system: str, code: str, display: str = "") -> Resource:
    coding = {"system": system, "code": code}
    if display:
        coding["display"] = display
    return {"coding": [coding]}


def _meta(profile: str, listed_on: str) -> Resource:
    return {"lastUpdated": f"{listed_on}T08:00:00Z", "profile": [f"{_STRUCTURE}plannet-{profile}"]}


def _new_patients(*, is_accepting: bool) -> Resource:
    code = "newpt" if is_accepting else "existptonly"
    return {
        "extension": [
            {"url": "acceptingPatients", "valueCodeableConcept": _concept(_CODES + "AcceptingPatientsCS", code)}
        ],
        "url": _STRUCTURE + "newpatients",
    }


def _qualification(role: Role, state: str) -> Resource:
    licence = {
        "extension": [
            {"url": "status", "valueCode": "active"},
            {"url": "whereValid", "valueCodeableConcept": _concept(_POSTAL, state)},
        ],
        "url": _STRUCTURE + "practitioner-qualification",
    }
    return {
        "extension": [licence],
        "code": _concept(_TAXONOMY, role.code.code, role.code.wording(", ")),
        "issuer": {"display": f"State of {STATES.get(state, state)}"},
    }


def practitioner(role: Role) -> Resource:
    """Return the person of a role, with a licence a state and the languages."""
    name: Resource = {"use": "official", "family": role.family_name, "given": [role.given_name]}
    if role.credential:
        name["suffix"] = [role.credential]
    resource: Resource = {
        "resourceType": "Practitioner",
        "id": role.practitioner_id,
        "meta": _meta("Practitioner", role.listed_on),
        "active": True,
        "name": [name],
        "qualification": [_qualification(role, state) for state in role.licences],
    }
    if role.npi:
        resource["identifier"] = [{"use": "official", "system": _NPI, "value": role.npi}]
    if role.languages:
        resource["communication"] = [_concept("urn:ietf:bcp:47", language) for language in role.languages]
    return resource


def practitioner_role(role: Role) -> Resource:
    """Return the role itself: who, where, as what, and for some whether new patients are taken."""
    resource: Resource = {
        "resourceType": "PractitionerRole",
        "id": role.role_id,
        "meta": _meta("PractitionerRole", role.listed_on),
        "extension": [
            {
                "url": _STRUCTURE + "network-reference",
                "valueReference": {"reference": f"Organization/{NETWORK_ID}"},
            }
        ],
        "active": role.is_active,
        "practitioner": {"reference": f"Practitioner/{role.practitioner_id}"},
        "code": [_concept(_CODES + "ProviderRoleCS", *role.role)],
        "specialty": [_concept(_TAXONOMY, role.code.code, role.code.wording(", "))],
        "location": [{"reference": f"Location/{role.location_id}"}],
        "healthcareService": [{"reference": f"HealthcareService/{service_id(role)}"}],
    }
    if role.says_accepting == "role":
        resource["extension"].append(_new_patients(is_accepting=role.is_accepting))
    if role.clinic is not None:
        resource["organization"] = {"reference": f"Organization/{organization_id(role.clinic)}"}
    if role.has_phone:
        resource["telecom"] = [{"system": "phone", "value": role.office.phone, "use": "work"}]
    return resource


def location(role: Role) -> Resource:
    """Return the place of a role; some say no more than the ZIP code, some stand in the middle of the country."""
    place = role.office.place
    address: Resource = {"state": place.state, "postalCode": place.zcta, "country": "USA"}
    if not role.is_zip_only:
        address = {"line": [_short(role.office.street)], "city": place.city, **address}
    resource: Resource = {
        "resourceType": "Location",
        "id": role.location_id,
        "meta": _meta("Location", role.listed_on if role.clinic is None else role.clinic.listed_on),
        "status": "active",
        "name": role.clinic.name if role.clinic else f"Office {role.location_id[-6:]}",
        "telecom": [{"system": "phone", "value": role.office.phone, "use": "work"}],
        "address": address,
    }
    if role.clinic is not None:
        resource["managingOrganization"] = {"reference": f"Organization/{organization_id(role.clinic)}"}
    if role.coordinates is not None:
        resource["position"] = {"longitude": role.coordinates[1], "latitude": role.coordinates[0]}
    return resource


def _short(street: str) -> str:
    for long, short in _SHORT_STREETS:
        street = street.replace(long, short)
    return street.upper()


def service_id(role: Role) -> str:
    """Return the id of the service a role delivers."""
    return role.role_id.replace("role", "service")


def _delivery(method: str) -> Resource:
    said: list[Resource] = [{"url": "type", "valueCodeableConcept": _concept(_CODES + "DeliveryMethodCS", method)}]
    if method == "virtual":
        modality = _concept(_CODES + "VirtualModalitiesCS", "web")
        said.append({"url": "virtualModalities", "valueCodeableConcept": modality})
    return {"extension": said, "url": _STRUCTURE + "delivery-method"}


def healthcare_service(role: Role) -> Resource:
    """Return the service of a role: in person, by video, both, or silent about it."""
    extensions = [_delivery(method) for method in role.delivery]
    if role.says_accepting == "service":
        extensions.append(_new_patients(is_accepting=role.is_accepting))
    resource: Resource = {
        "resourceType": "HealthcareService",
        "id": service_id(role),
        "meta": _meta("HealthcareService", role.listed_on),
        "active": role.is_active,
        "category": [_concept(_CODES + "HealthcareServiceCategoryCS", "behav", "Behavioral Health")],
        "specialty": [_concept(_TAXONOMY, role.code.code, role.code.wording(", "))],
        "location": [{"reference": f"Location/{role.location_id}"}],
    }
    if extensions:
        resource["extension"] = extensions
    if role.clinic is not None:
        resource["providedBy"] = {"reference": f"Organization/{organization_id(role.clinic)}"}
    return resource


def organization_id(clinic: Clinic) -> str:
    """Return the id of a clinic."""
    return f"organization-{clinic.clinic_id.lower()}"


def organization(clinic: Clinic) -> Resource:
    """Return a clinic."""
    place = clinic.office.place
    return {
        "resourceType": "Organization",
        "id": organization_id(clinic),
        "meta": _meta("Organization", clinic.listed_on),
        "identifier": [{"system": _NPI, "value": clinic.npi}],
        "active": True,
        "type": [_concept(_CODES + "OrgTypeCS", "fac", "Facility")],
        "name": clinic.name,
        "telecom": [{"system": "phone", "value": clinic.office.phone}],
        "address": [
            {
                "line": [clinic.office.street],
                "city": place.city,
                "state": place.state,
                "postalCode": place.zcta,
            }
        ],
    }


def network() -> Resource:
    """Return the plan's one network."""
    return {
        "resourceType": "Organization",
        "id": NETWORK_ID,
        "meta": _meta("Network", "2026-01-01"),
        "active": True,
        "type": [_concept(_CODES + "OrgTypeCS", "ntwk", "Network")],
        "name": "Invented Therapists, Real Population Network",
    }
