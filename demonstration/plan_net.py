"""The invented payer directory: FHIR searches over roles, with what they refer to and opaque links to the next page."""

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from demonstration import plan_resources
from demonstration.plan_listings import Role
from demonstration.plan_resources import Resource
from demonstration.web import FHIR, Answer, compact

BASE = "/fhir"
COUNT_MOST = 100
COUNT_DEFAULT = 20
_PAGE_PARAMETER = "_getpages"
_STATE_PARAMETER = "location.address-state"
_FILTERS = ("active", "specialty", "_lastUpdated", _STATE_PARAMETER)
_READ_DEPTH = 2


class PlanNet:
    """The payer directory; resources are put together when asked for."""

    name = "plan_net"

    def __init__(self, roles: list[Role]) -> None:
        self.roles = roles
        self.listings = sum(bool(role.therapist_id) for role in roles)
        self._makers: dict[str, Callable[[], Resource]] = {}
        for role in roles:
            self._makers |= _makers(role)
        self._makers[f"Organization/{plan_resources.NETWORK_ID}"] = plan_resources.network
        self._found: dict[tuple[str, ...], list[Role]] = {}

    def is_disallowed(self, path: str) -> bool:  # noqa: ARG002 - part of the directories' contract
        """Return ``False``: the payer's directory has no robots.txt."""
        return False

    def answer(self, path: str, query: Mapping[str, str], origin: str) -> Answer:
        """Answer a search, a next link, a read by id or the statement of capabilities."""
        parts = path.removeprefix(BASE).strip("/").split("/")
        if not path.startswith(BASE):
            return _outcome(404, "not-found", "No such address.")
        if _PAGE_PARAMETER in query:
            return self._next_page(query[_PAGE_PARAMETER], origin)
        if parts == ["PractitionerRole"]:
            return self._search(query, origin)
        if parts == ["metadata"]:
            return Answer(compact(_capabilities()), FHIR)
        maker = self._makers.get("/".join(parts)) if len(parts) == _READ_DEPTH else None
        if maker is None:
            return _outcome(404, "not-found", "No such resource.")
        return Answer(compact(maker()), FHIR)

    def _search(self, query: Mapping[str, str], origin: str) -> Answer:
        count = query.get("_count", "")
        asked = {name: query[name] for name in (*_FILTERS, "_include") if query.get(name)}
        if count and not count.isdecimal():
            return _outcome(400, "value", "_count is not a whole number.")
        size = min(int(count), COUNT_MOST) if count and int(count) else COUNT_DEFAULT
        return self._page(asked, size, 0, origin)

    def _next_page(self, token: str, origin: str) -> Answer:
        try:
            asked, size, start = json.loads(zlib.decompress(base64.urlsafe_b64decode(token)))
        except (binascii.Error, zlib.error, ValueError):
            return _outcome(410, "expired", "The page is not known any more; search again.")
        return self._page(asked, size, start, origin)

    def _page(self, asked: dict[str, str], size: int, start: int, origin: str) -> Answer:
        roles = self._matching(asked)
        shown = roles[start : start + size]
        links = [{"relation": "self", "url": f"{origin}{BASE}?{_PAGE_PARAMETER}={_token(asked, size, start)}"}]
        if start + size < len(roles):
            further = _token(asked, size, start + size)
            links.append({"relation": "next", "url": f"{origin}{BASE}?{_PAGE_PARAMETER}={further}"})
        include = asked.get("_include", "")
        found = [f"PractitionerRole/{role.role_id}" for role in shown]
        included = dict.fromkeys(reference for role in shown for reference in _included(role, include))
        entries = [self._entry(reference, "match", origin) for reference in found]
        entries += [self._entry(reference, "include", origin) for reference in included]
        bundle = {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(roles),
            "link": links,
            "entry": entries,
        }
        return Answer(compact(bundle), FHIR)

    def _entry(self, reference: str, mode: str, origin: str) -> Resource:
        resource = self._makers[reference]()
        return {"fullUrl": f"{origin}{BASE}/{reference}", "resource": resource, "search": {"mode": mode}}

    def _matching(self, asked: dict[str, str]) -> list[Role]:
        key = tuple(asked.get(name, "") for name in _FILTERS)
        if key not in self._found:
            active, specialty, updated, states = key
            codes = {token.split("|")[-1] for token in specialty.split(",") if token}
            wanted_states = {state for state in states.split(",") if state}
            self._found[key] = [
                role
                for role in self.roles
                if (not active or str(role.is_active).lower() == active)
                and (not codes or role.code.code in codes)
                and (not wanted_states or role.office.place.state in wanted_states)
                and _is_updated(role.listed_on, updated)
            ]
        return self._found[key]


def _is_updated(listed_on: str, wanted: str) -> bool:
    """Tell whether a day fits ``_lastUpdated`` (prefixes ge and gt, by day)."""
    day = wanted[2:12]
    if wanted.startswith("ge"):
        return listed_on >= day
    return not wanted.startswith("gt") or listed_on > day


def _makers(role: Role) -> dict[str, Callable[[], Resource]]:
    makers: dict[str, Callable[[], Resource]] = {
        f"PractitionerRole/{role.role_id}": lambda: plan_resources.practitioner_role(role),
        f"Practitioner/{role.practitioner_id}": lambda: plan_resources.practitioner(role),
        f"Location/{role.location_id}": lambda: plan_resources.location(role),
        f"HealthcareService/{plan_resources.service_id(role)}": lambda: plan_resources.healthcare_service(role),
    }
    clinic = role.clinic
    if clinic is not None:
        makers[f"Organization/{plan_resources.organization_id(clinic)}"] = lambda: plan_resources.organization(clinic)
    return makers


def _included(role: Role, include: str) -> list[str]:
    """Return the references of a role that the search asked to include."""
    of = {
        "PractitionerRole:practitioner": f"Practitioner/{role.practitioner_id}",
        "PractitionerRole:location": f"Location/{role.location_id}",
        "PractitionerRole:service": f"HealthcareService/{plan_resources.service_id(role)}",
        "PractitionerRole:network": f"Organization/{plan_resources.NETWORK_ID}",
    }
    if role.clinic is not None:
        of["PractitionerRole:organization"] = f"Organization/{plan_resources.organization_id(role.clinic)}"
    wanted = include.split(",")
    if "*" in wanted or "PractitionerRole:*" in wanted:
        return list(of.values())
    return [of[name] for name in wanted if name in of]


def _token(asked: dict[str, str], size: int, start: int) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps([asked, size, start]).encode())).decode()


def _outcome(status: int, code: str, text: str) -> Answer:
    issue = {"severity": "error", "code": code, "diagnostics": text}
    return Answer(compact({"resourceType": "OperationOutcome", "issue": [issue]}), FHIR, status)


def _capabilities() -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "software": {"name": "Invented therapists, real population"},
        "rest": [
            {
                "mode": "server",
                "resource": [
                    {
                        "type": "PractitionerRole",
                        "interaction": [{"code": "search-type"}, {"code": "read"}],
                        "searchInclude": [
                            "PractitionerRole:practitioner",
                            "PractitionerRole:location",
                            "PractitionerRole:organization",
                            "PractitionerRole:service",
                            "PractitionerRole:network",
                        ],
                    }
                ],
            }
        ],
    }
