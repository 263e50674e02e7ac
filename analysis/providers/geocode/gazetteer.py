"""Placing offline: a directory's own coordinates, else the area of the postal code, else the town.

Which statement wins where they contradict each other is in ``docs/decisions/0012-where-a-listing-is.md``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import geopandas as gpd
import pandas as pd

from analysis.providers.geocode.address import Address, folded_town, has_box, without_box
from analysis.providers.geocode.constants import constant
from analysis.providers.geocode.engine import Match
from analysis.providers.geocode.outlines import StateOutlines
from analysis.providers.geocode.place import Method, Place, Unplaced
from analysis.providers.geocode.towns import Area, area_radii, towns
from analysis.reference import DATA
from analysis.sphere import EARTH_KM
from crawler.records import Location

_COUNTRY = "US"
_NO_AREA: Method = "zip"


@dataclass(frozen=True)
class _Stated:
    """What a location's words say: its postal area, its town and the state of its postal code."""

    area: Area | None
    method: Method
    zip_state: str | None
    town: Area | None

    @property
    def places(self) -> tuple[Area, ...]:
        return tuple(place for place in (self.area, self.town) if place is not None)


class Gazetteer:
    """Postal codes, their areas and their towns; in the United States ZIP codes and ZCTAs.

    Other countries are placed by coordinates, an engine or a gazetteer of the user's alone: their postal codes are not
    those of the United States.
    """

    def __init__(self, zctas: pd.DataFrame, zips: pd.DataFrame, outlines: StateOutlines | None = None) -> None:
        """Take points by ``zcta``, the table of ``zip`` (with ``state`` and ``place``) and, to compare, outlines."""
        radii = area_radii(zctas.latitude.to_numpy(), zctas.longitude.to_numpy())
        areas = {
            str(zcta): Area(float(latitude), float(longitude), float(km))
            for zcta, latitude, longitude, km in zip(zctas.zcta, zctas.latitude, zctas.longitude, radii, strict=True)
        }
        known = {"state", "place"} <= set(zips.columns)
        found = towns(zips, areas) if known else {}
        self._towns = {(_COUNTRY, *key): town for key, town in found.items()}
        self._state_of = dict(zip(zips.zip, zips.state, strict=True)) if known else {}
        self._areas: dict[tuple[str, str], tuple[Area, Method]] = {}
        for code, zcta in zip(zips.zip, zips.zcta, strict=True):
            if zcta in areas:
                self._areas[_COUNTRY, code] = (areas[zcta], "zip")
        for zcta, area in areas.items():
            self._areas[_COUNTRY, zcta] = (area, "zcta")
        self._centres = {
            (place.latitude, place.longitude): place
            for place in (Place(area.latitude, area.longitude, "zcta", area.radius_km) for area in areas.values())
        }
        if known:
            self._mend_stray_centres(zips)
        self._outlines = outlines
        self._matches: Mapping[Address, Match] = {}
        self._looked: dict[Location, Place | Unplaced] = {}

    def _mend_stray_centres(self, zips: pd.DataFrame) -> None:
        """Put a postal code at its town where the centre of its area contradicts it: some are drawn wrong."""
        for code, state, name in zip(zips.zip, zips.state, zips.place, strict=True):
            town, entry = self._towns.get((_COUNTRY, state, folded_town(name))), self._areas.get((_COUNTRY, code))
            if town and entry and town != entry[0] and _contradicts(town, entry[0]):
                self._areas[_COUNTRY, code] = (town, "place")

    def knowing(self, matches: Mapping[Address, Match]) -> Self:
        """Take what an engine found for addresses; it serves locations without coordinates that are believed."""
        self._matches = dict(matches)
        self._looked.clear()
        return self

    def with_areas(self, table: pd.DataFrame) -> Self:
        """Take areas and towns of any country from a user's table, see :mod:`analysis.providers.geocode.own`."""
        text = [table[name].tolist() for name in ("country", "state", "postal_code", "place")]
        numbers = [table[name].tolist() for name in ("latitude", "longitude", "precision_km")]
        for country, state, code, name, *point in zip(*text, *numbers, strict=True):
            area = Area(*point)
            if code:
                self._areas[country, code] = (area, "zip")
            if name:
                self._towns[country, state, folded_town(name)] = area
        self._looked.clear()
        return self

    def find(self, location: Location) -> Place | None:
        """Return a location's place, or ``None`` where nothing known places it."""
        found = self.look(location)
        return found if isinstance(found, Place) else None

    def look(self, location: Location) -> Place | Unplaced:
        """Return a location's place, or the reason why it has none."""
        known = self._looked.get(location)
        if known is None:
            known = self._looked[location] = self._placed(location)
        return known

    def wants_engine(self, location: Location) -> Address | None:
        """Return the address to ask an engine for; ``None`` where coordinates are believed or there is no street."""
        place = self.look(location)
        if isinstance(place, Place) and place.method == "coordinates":
            return None
        return Address.of(location)

    def _placed(self, location: Location) -> Place | Unplaced:
        stated = self._stated(location)
        own = self._own(location)
        centre = self._centres.get((own.latitude, own.longitude)) if own else None
        is_doubted = own is not None and _is_far(own, stated.places)
        found = self._point(location, stated, None if is_doubted else centre or own)
        if found is None:
            return Unplaced(self._reason(location))
        street = location.street or ""
        return replace(
            found,
            is_po_box=_is_only_box(street),
            is_zip_only=not street,
            state_disagrees=self._state_disagrees(location, found, stated),
            point_disagrees=is_doubted,
            point_is_centre=centre is not None,
        )

    def _own(self, location: Location) -> Place | None:
        if location.latitude is None or location.longitude is None:
            return None
        return Place(location.latitude, location.longitude, "coordinates", constant("stated_km"))

    def _point(self, location: Location, stated: _Stated, own: Place | None) -> Place | None:
        """Return the finest point: a building's, an engine's, an area's; ``own`` is the directory's, where believed."""
        area = self._area(location, stated)
        if own and own.method == "coordinates" and not (area and _is_only_box(location.street or "")):
            return own
        area = area or own
        address = Address.of(location) if self._matches else None
        match = self._matches.get(address) if address else None
        if match and (area is None or match.precision_km <= area.precision_km):
            place = Place(match.latitude, match.longitude, match.method, match.precision_km)
            if not _is_far(place, stated.places):
                return place
        return area

    def _stated(self, location: Location) -> _Stated:
        code = location.postal_code or ""
        entry = self._areas.get((location.country, code))
        zip_state = self._state_of.get(code) if location.country == _COUNTRY else None
        town = self._town(location, location.state or zip_state or "")
        area, method = entry or (None, _NO_AREA)
        return _Stated(area, method, zip_state, town)

    def _town(self, location: Location, state: str) -> Area | None:
        if not location.city:
            return None
        name = folded_town(location.city)
        return self._towns.get((location.country, state, name)) or self._towns.get((location.country, "", name))

    def _area(self, location: Location, stated: _Stated) -> Place | None:
        """Return the postal area or the town: a town of the stated state outvotes a postal code of another state."""
        area, method = stated.area, stated.method
        is_elsewhere = bool(location.state and stated.zip_state and location.state != stated.zip_state)
        outvoted = is_elsewhere and stated.town is not None and not self._town(location, stated.zip_state or "")
        if area is None or outvoted:
            area, method = stated.town, "place"
        return Place(area.latitude, area.longitude, method, area.radius_km) if area else None

    def _state_disagrees(self, location: Location, found: Place, stated: _Stated) -> bool:
        if location.state is None or location.country != _COUNTRY:
            return False
        if found.method in ("coordinates", "address"):
            return self._outlines is not None and not self._outlines.may_hold(
                location.state, found.latitude, found.longitude
            )
        return stated.zip_state is not None and stated.zip_state != location.state

    def _reason(self, location: Location) -> str:
        if not location.postal_code and not location.city:
            return "no coordinates, postal code or town"
        if not any(country == location.country for country, _ in self._areas):
            return "no gazetteer of its country"
        if location.city and not location.state and not location.postal_code:
            return "a town without its state"
        return "postal code and town are not known" if location.city else "postal code is not known"


def _is_only_box(street: str) -> bool:
    return has_box(street) and not without_box(street)


def _km(first: Area | Place, second: Area | Place) -> float:
    """Return the great-circle distance in km, in plain numbers: it is asked for one pair at a time."""
    north, south = math.radians(first.latitude), math.radians(second.latitude)
    east = math.radians(second.longitude - first.longitude)
    haversine = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(haversine)))


def _contradicts(point: Area | Place, area: Area) -> bool:
    """Tell whether a point lies too far from an area to be in it."""
    return _km(point, area) > max(constant("contradiction_km"), constant("contradiction_radii") * area.radius_km)


def _is_far(point: Place, stated: tuple[Area, ...]) -> bool:
    """Tell whether a point contradicts everything that is stated beside it; without such, it stands."""
    return bool(stated) and all(_contradicts(point, area) for area in stated)


def bundled_gazetteer(bundle: Path = DATA / "bundle") -> Gazetteer:
    """Return the gazetteer of the United States that ships with the project."""
    return Gazetteer(
        pd.read_parquet(bundle / "us_zctas.parquet", columns=["zcta", "latitude", "longitude"]),
        pd.read_parquet(bundle / "us_zips.parquet", columns=["zip", "zcta", "state", "place"]),
        StateOutlines(gpd.read_parquet(bundle / "us_counties.parquet", columns=["state", "geometry"])),
    )
