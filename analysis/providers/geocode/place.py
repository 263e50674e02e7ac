"""What placing gives: a point with its method, precision and doubts, or the reason why there is none."""

from dataclasses import dataclass
from typing import Literal

Method = Literal["coordinates", "address", "zcta", "zip", "place"]
METHODS: tuple[Method, ...] = ("coordinates", "address", "zcta", "zip", "place")
"""Finest first: the directory's own point, an engine's match of the address, the area of that very postal code, the
area a postal code without one of its own (PO boxes, single buildings) lies in, the town."""

_DECIMALS = 4


@dataclass(frozen=True)
class Place:
    """A point; coordinates rounded to about ten metres, so that one building is one place.

    Attributes
    ----------
    precision_km
        Radius within which about nine in ten true places lie.
    is_po_box
        The street is nothing but a post-office box: people are seen somewhere else.
    is_zip_only
        No street is stated.
    state_disagrees
        The point, or the postal code, lies in another state than the one stated.
    point_disagrees
        The directory's own coordinates lay far from both postal code and town and were not believed.
    point_is_centre
        The directory's own coordinates are the centre of a postal area: not a building was placed, but a code.

    """

    latitude: float
    longitude: float
    method: Method
    precision_km: float
    is_po_box: bool = False
    is_zip_only: bool = False
    state_disagrees: bool = False
    point_disagrees: bool = False
    point_is_centre: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "latitude", round(self.latitude, _DECIMALS))
        object.__setattr__(self, "longitude", round(self.longitude, _DECIMALS))


@dataclass(frozen=True)
class Unplaced:
    """Nothing known places the location; ``reason`` is one of a few fixed sentences, to be counted."""

    reason: str
