"""Where offices are: the real ZIP areas of the country, invented streets, telephones that nobody can have."""

from bisect import bisect
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

import pyarrow.parquet as pq

from demonstration.doubles.dirt import DoublesError
from demonstration.population import BUNDLE, Place

_NEAR = 4
_FIRST_AREA_CODE, _AREA_CODES_A_STATE = 200, 11
CENTRAL_AREA_CODES = range(790, 799)
"""None that a state has in the invented plan."""

_SERVICE_CODE = 11
_EXCHANGES, _LINES = 200, 10_000
_NUMBERS = 9_900
_WITH_DIRECTION, _WITH_SUITE = 0.35, 0.45
_DIRECTIONS = ("North", "South", "East", "West", "Northeast", "Northwest", "Southeast", "Southwest")
_STREETS = (
    "Alder", "Basalt", "Cinder", "Drift", "Ember", "Fescue", "Glacier", "Heron", "Juniper", "Kestrel", "Larch",
    "Meadow", "Nettle", "Osprey", "Quillwort", "Ravenstone", "Saltgrass", "Tamarack", "Umberfield", "Vetchling",
    "Willowmere", "Yarrow", "Zephyr", "Old Ferry", "Mill Hollow", "Foxglove", "Thistledown", "Copperleaf", "Larkspur",
    "Marlstone", "Bittern", "Curlew", "Dunlin", "Elderberry", "Goldcrest", "Hawthorn", "Ironwood", "Jasper", "Lantern",
    "Mossy Gate", "Northgate", "Orchard", "Pinnacle", "Quarry", "Redpoll", "Sandpiper", "Teasel", "Upland", "Wagtail",
)  # fmt: skip
STREET_KINDS = {
    "Street": "St", "Avenue": "Ave", "Road": "Rd", "Boulevard": "Blvd", "Lane": "Ln", "Drive": "Dr", "Court": "Ct",
    "Parkway": "Pkwy", "Place": "Pl", "Way": "Way",
}  # fmt: skip
_KINDS = tuple(STREET_KINDS)


class Street(NamedTuple):
    """An invented address; ``direction`` and ``suite`` are empty for many."""

    number: int
    direction: str
    name: str
    kind: str
    suite: str


class Office(NamedTuple):
    """Where somebody sees people; ``at`` is the number of the place among all places."""

    at: int
    place: Place
    street: Street
    phone: str


class Country:
    """ZIP areas in order of their county, so that neighbours in order are mostly neighbours on the ground."""

    def __init__(self, places: tuple[Place, ...], people: list[int], states: tuple[str, ...]) -> None:
        self.places = places
        self._states = {state: number for number, state in enumerate(states)}
        total = sum(people)
        self._edges = list(accumulate(count / total for count in people[:-1]))

    def settled(self, rng: Random) -> int:
        """Return the index of a ZIP area, more often of one where more people live."""
        return bisect(self._edges, rng.random())

    def near(self, index: int, rng: Random) -> int:
        """Return the index of a ZIP area near another, maybe itself, in the same state."""
        other = min(max(index + int(rng.random() * (2 * _NEAR + 1)) - _NEAR, 0), len(self.places) - 1)
        return other if self.places[other].state == self.places[index].state else index

    def phone(self, index: int, rng: Random) -> str:
        """Return a number with an area code of the invented plan and an exchange that no telephone can have."""
        place = self.places[index]
        code = _FIRST_AREA_CODE + self._states[place.state] * _AREA_CODES_A_STATE
        code += int(place.zcta[:3]) % _AREA_CODES_A_STATE
        code += code % 100 == _SERVICE_CODE  # 211 to 911 are services
        return telephone(code, rng)

    def office(self, index: int, rng: Random) -> Office:
        """Return an office of its own in a ZIP area."""
        return Office(index, self.places[index], street(rng), self.phone(index, rng))


def telephone(area_code: int, rng: Random) -> str:
    """Return a number whose exchange begins with 0 or 1."""
    return f"+1{area_code}{int(rng.random() * _EXCHANGES):03}{int(rng.random() * _LINES):04}"


def street(rng: Random) -> Street:
    """Invent an address."""
    return Street(
        int(rng.random() * _NUMBERS) + 100,
        _DIRECTIONS[int(rng.random() * len(_DIRECTIONS))] if rng.random() < _WITH_DIRECTION else "",
        _STREETS[int(rng.random() * len(_STREETS))],
        _KINDS[int(rng.random() ** 2 * len(_KINDS))],
        str(int(rng.random() * 899) + 100) if rng.random() < _WITH_SUITE else "",
    )


@cache
def read_country(states: tuple[str, ...] = (), bundle: Path = BUNDLE) -> Country:
    """Read the ZIP areas of some states, or of all; those without people or without the name of a town are left out.

    Raises
    ------
    DoublesError
        A table of the bundle is not there, or a state has no ZIP area.

    """
    for file in (bundle / "us_zips.parquet", bundle / "us_zctas.parquet"):
        if not file.is_file():
            raise DoublesError(f"{file} does not exist; make it with 'python data/build_bundle.py'.")
    towns = pq.read_table(bundle / "us_zips.parquet", columns=["zip", "state", "place"]).to_pydict()
    town_of = dict(zip(towns["zip"], zip(towns["place"], towns["state"], strict=True), strict=True))
    zctas = pq.read_table(bundle / "us_zctas.parquet").sort_by([("region_id", "ascending"), ("zcta", "ascending")])
    settled = []
    for row in zctas.select(["zcta", "latitude", "longitude", "population"]).to_pylist():
        town, state = town_of.get(row["zcta"], (None, None))
        if town and state and row["population"]:
            place = Place(row["zcta"], row["latitude"], row["longitude"], town, state)
            settled.append((place, row["population"]))
    places = tuple(place for place, _ in settled if not states or place.state in states)
    people = [count for place, count in settled if not states or place.state in states]
    missing = set(states) - {place.state for place in places}
    if missing or not places:
        raise DoublesError(f"{', '.join(sorted(missing)) or bundle} has no ZIP areas; give postal codes such as MT.")
    return Country(places, people, tuple(sorted({place.state for place, _ in settled})))
