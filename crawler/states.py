"""The states and territories of the United States: their codes, their names, and boxes to check points against."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).resolve().parents[1] / "data" / "reference" / "state_boxes.toml"
_MARGIN_DEGREES = 0.2
"""Outlines behind the boxes are generalised, and geocoders put addresses at the shore a little off it."""

TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})

_CENTRE_DEGREES = 0.001
_CENTRE_OF_THE_COUNTRY = (39.78373, -100.445882)
"""Where a widely used geocoder puts an address of which it knows only the country."""


class Box(NamedTuple):
    """A box in WGS 84 degrees; west of it is greater than east where it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Tell whether a point is in the box or within 0.2 degrees of it."""
        if not self.south - _MARGIN_DEGREES <= latitude <= self.north + _MARGIN_DEGREES:
            return False
        after_west, before_east = longitude >= self.west - _MARGIN_DEGREES, longitude <= self.east + _MARGIN_DEGREES
        return (after_west or before_east) if self.west > self.east else (after_west and before_east)


class States(NamedTuple):
    """Names and codes, folded, to codes; boxes and centres by code; codes without the territories."""

    codes: Mapping[str, str]
    boxes: Mapping[str, Box]
    centres: tuple[tuple[float, float], ...]
    fifty_and_dc: frozenset[str]


@cache
def states() -> States:
    """Read the project's list."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    codes = {word.casefold(): code for code, entry in table.items() for word in (code, entry["name"])}
    boxes = {code: Box(*entry["box"]) for code, entry in table.items()}
    centres = tuple((entry["centre"][0], entry["centre"][1]) for entry in table.values() if "centre" in entry)
    return States(codes, boxes, (_CENTRE_OF_THE_COUNTRY, *centres), frozenset(table) - TERRITORIES)


def state_code(stated: str) -> str | None:
    """Return the postal code of a state given by code or name; ``None`` where it is none."""
    return states().codes.get(stated.strip().casefold())


def may_hold(state: str | None, latitude: float, longitude: float) -> bool:
    """Tell whether a point may be in a state; where none is given, in any of the United States."""
    boxes = states().boxes
    return any(box.holds(latitude, longitude) for box in ((boxes[state],) if state else boxes.values()))


def is_centre(latitude: float, longitude: float) -> bool:
    """Tell whether a point is the centre of the country or of a state: an address that was not found."""
    return any(
        abs(latitude - centre[0]) <= _CENTRE_DEGREES and abs(longitude - centre[1]) <= _CENTRE_DEGREES
        for centre in states().centres
    )
