"""Nominatim, at an address the user gives: one structured query an address, after its documentation of ``/search``.

The public server of the OpenStreetMap Foundation forbids the bulk geocoding this is; the address is meant for a server
of one's own. Data: OpenStreetMap contributors, ODbL: what was placed by it must say so.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np

from analysis.providers.geocode.address import Address
from analysis.providers.geocode.constants import constant
from analysis.providers.geocode.engine import Answers, EngineError, Match
from analysis.providers.geocode.web import Web
from analysis.sphere import great_circle_km, unit_sphere

PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = 60.0
_BATCH = 50
_CORNERS = 4


@dataclass(frozen=True)
class Nominatim:
    """The engine."""

    web: Web

    @property
    def name(self) -> str:
        """Engine and server."""
        return f"nominatim {self.web.server}"

    @property
    def batch(self) -> int:
        """Answers that are kept together: less than a minute is lost when the server fails."""
        return _BATCH

    def knows(self, country: str) -> bool:
        """Every country may be asked for."""
        return bool(country)

    def locate(self, addresses: Sequence[Address]) -> Answers:
        """Return the first match of each address; an answer that cannot be understood is left out."""
        found: dict[Address, Match | None] = {}
        body, is_server = b"", False
        for address in addresses:
            try:
                body = self.web.send(f"/search?{urlencode(_query(address))}", headers={"Accept": "application/json"})
            except EngineError:
                if not found:
                    raise
                break  # what was answered is kept first; the next call meets the fault again
            is_server |= body.lstrip().startswith(b"[")
            answer = read_answer(body)
            if answer is not None:
                found[address] = answer[0]
        if addresses and not is_server:
            raise EngineError(
                f"geocoding server {self.web.server!r} answered {body[:80]!r} and no list of places; give the "
                "address of a Nominatim server as 'address' under [geocode]."
            )
        return found


def _query(address: Address) -> dict[str, str]:
    stated = {
        "street": address.street,
        "city": address.city,
        "state": address.state,
        "postalcode": address.postal_code,
        "countrycodes": address.country.casefold(),
    }
    return {key: value for key, value in stated.items() if value} | {"format": "jsonv2", "limit": "1"}


def read_answer(body: bytes) -> tuple[Match | None] | None:
    """Return the match in an answer, ``(None,)`` where the server knows none, ``None`` where it is no answer."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    if said == []:
        return (None,)
    if not isinstance(said, list) or not isinstance(said[0], dict):
        return None
    match = _match(said[0])
    return None if match is None else (match,)


def _match(place: dict[str, Any]) -> Match | None:
    """Return a point with half the diagonal of its bounding box (south, north, west, east) as its radius."""
    try:
        latitude, longitude = float(place["lat"]), float(place["lon"])
        corners = [float(corner) for corner in place["boundingbox"]]
    except (KeyError, TypeError, ValueError):
        return None
    numbers = [latitude, longitude, *corners]
    if len(corners) != _CORNERS or not all(map(math.isfinite, numbers)) or abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 - degrees
        return None
    south, north, west, east = corners
    ends = unit_sphere(np.array([south, north]), np.array([west, east]))
    km = max(float(great_circle_km(np.linalg.norm(ends[:1] - ends[1:], axis=1))[0]) / 2, constant("stated_km"))
    return Match(latitude, longitude, km, "address" if km <= constant("engine_street_km") else "place")
