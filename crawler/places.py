"""Clean one stated place: small named steps, each from a raw location to a raw location and what was done to it.

A step returns ``None`` beside the place where it found nothing to do, otherwise the repair or fault to be counted;
faults begin with ``invalid``.
"""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import phonenumbers

from crawler.readers.raw import RawLocation
from crawler.states import TERRITORIES, is_centre, state_code, states

PlaceStep = Callable[[RawLocation], tuple[RawLocation, str | None]]

_COUNTRY = "US"
_COUNTRY_WORDS = frozenset({"USA", "UNITED STATES", "UNITED STATES OF AMERICA", "U.S.", "U.S.A."})

_ZIP_DIGITS = 5
_ZIP_PLUS_4_DIGITS = 9
_LEADING_ZERO_STATES = frozenset({None, "CT", "MA", "ME", "NH", "NJ", "NY", "PR", "RI", "VI", "VT"})
_SHORTEST_ZIP = 3
"""ZIP codes of these states begin with one or two zeros, which spreadsheets eat."""

_PLACEHOLDER_DIGITS = frozenset({"9999999999", "0000000000", "1111111111", "1234567890"})
_EXTENSION = re.compile(r"(\(?\d{3}\)?[-. ]*\d{3}[-. ]?\d{4})[-/ ]+\d{1,6}")
"""A North American number with an extension that is set apart like one more group of its digits."""

_NULL_ISLAND_DEGREES = 0.01
_LATITUDE_MOST = 90.0
_LONGITUDE_MOST = 180.0
_HOME = re.compile(r"\b(apt|apartment|trlr|trailer|mobile home)\b", re.IGNORECASE)


def country_understood(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Write the country as two letters; territories given as a country are states of the United States."""
    country = place.country.strip().upper()
    if country == _COUNTRY:
        return (place, None) if country == place.country else (replace(place, country=country), None)
    if country in _COUNTRY_WORDS:
        return replace(place, country=_COUNTRY), None
    if country in TERRITORIES:
        return replace(place, country=_COUNTRY, state=place.state or country), "territory given as a country"
    if re.fullmatch("[A-Z]{2}", country):
        return (place, None) if country == place.country else (replace(place, country=country), None)
    return RawLocation(), "invalid country"


def state_as_code(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Write the state as its code; one outside the fifty, DC and the territories is removed and counted."""
    if place.state is None:
        return place, None
    if place.country != _COUNTRY:
        code = place.state.upper()
        if re.fullmatch("[A-Z]{2}", code):
            return (place, None) if code == place.state else (replace(place, state=code), None)
        return replace(place, state=None), None
    found = state_code(place.state)
    if found is None:
        return replace(place, state=None), "invalid state"
    return (place, None) if found == place.state else (replace(place, state=found), "state by name")


def postal_code_of_five(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Cut ZIP+4 to five digits and give back lost leading zeros."""
    stated = place.postal_code
    if stated is None or place.country != _COUNTRY or (len(stated) == _ZIP_DIGITS and stated.isdecimal()):
        return (place, None) if stated != "00000" else (replace(place, postal_code=None), "invalid postal code")
    code, repair = _five(stated, place.state)
    return replace(place, postal_code=code), repair


@lru_cache(maxsize=5_000)
def _five(stated: str, state: str | None) -> tuple[str | None, str | None]:
    first, hyphen, _ = stated.removesuffix(".0").partition("-")
    digits = first.replace(" ", "")
    expected = _ZIP_DIGITS if hyphen or len(digits) <= _ZIP_DIGITS else _ZIP_PLUS_4_DIGITS
    short = expected - len(digits)
    can_be_padded = state in _LEADING_ZERO_STATES and 0 < short <= _ZIP_DIGITS - _SHORTEST_ZIP
    if not digits.isdecimal() or not digits.isascii() or short < 0 or (short and not can_be_padded):
        return None, "invalid postal code"
    code = digits.zfill(expected)[:_ZIP_DIGITS]
    if code == "00000":
        return None, "invalid postal code"
    return code, "postal code lost its zeros" if short else None


def phone_international(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Write the phone with country code; placeholders and impossible numbers are removed and counted.

    Numbers of the range kept free for fiction stay: possible is enough.
    """
    if place.phone is None:
        return place, None
    phone, fault = _international(place.phone, place.country)
    return replace(place, phone=phone), fault


@lru_cache(maxsize=20_000)
def _international(stated: str, country: str) -> tuple[str | None, str | None]:
    extended = _EXTENSION.fullmatch(stated) if country == _COUNTRY else None
    try:
        number = phonenumbers.parse(extended.group(1) if extended else stated, country)
    except phonenumbers.NumberParseException:
        return None, "invalid phone"
    if str(number.national_number) in _PLACEHOLDER_DIGITS or not number.national_number:
        return None, "invalid phone: placeholder"
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None, "invalid phone"
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written, "phone extension" if extended else None


def _without_point(place: RawLocation) -> RawLocation:
    return replace(place, latitude=None, longitude=None)


def point_is_whole(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Remove half a pair of coordinates, and what is not a finite number."""
    latitude, longitude = place.latitude, place.longitude
    if latitude is None and longitude is None:
        return place, None
    if latitude is None or longitude is None or not (math.isfinite(latitude) and math.isfinite(longitude)):
        return _without_point(place), "invalid coordinates"
    return place, None


def point_off_null_island(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Remove a point at latitude and longitude zero: coordinates nobody filled in."""
    if place.latitude is None or place.longitude is None:
        return place, None
    if abs(place.latitude) < _NULL_ISLAND_DEGREES and abs(place.longitude) < _NULL_ISLAND_DEGREES:
        return _without_point(place), "null island"
    return place, None


def point_swapped_back(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Exchange latitude and longitude where only that way the point lies in its state."""
    if place.latitude is None or place.longitude is None:
        return place, None
    box = states().boxes.get(place.state or "") if place.country == _COUNTRY else None
    if box is None or box.holds(place.latitude, place.longitude) or not box.holds(place.longitude, place.latitude):
        return place, None
    return replace(place, latitude=place.longitude, longitude=place.latitude), "swapped coordinates"


def point_off_centre(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Remove the centre of the country or of a state: a geocoder's way to say that it did not find the address."""
    if place.latitude is None or place.longitude is None or not is_centre(place.latitude, place.longitude):
        return place, None
    return _without_point(place), "centre of country or state"


def point_in_state(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Remove a point that is not on Earth, or outside the stated state's box."""
    if place.latitude is None or place.longitude is None:
        return place, None
    if abs(place.latitude) > _LATITUDE_MOST or abs(place.longitude) > _LONGITUDE_MOST:
        return _without_point(place), "invalid coordinates"
    box = states().boxes.get(place.state or "") if place.country == _COUNTRY else None
    if box is None or box.holds(place.latitude, place.longitude):
        return place, None
    return _without_point(place), "point outside its state"


def not_at_home(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Remove street, phone and point of an address that reads like a home; the ZIP code is place enough."""
    if place.street is None or not _HOME.search(place.street):
        return place, None
    return replace(_without_point(place), street=None, phone=None), "home-like address"


PLACE_STEPS: tuple[PlaceStep, ...] = (
    country_understood,
    state_as_code,
    postal_code_of_five,
    phone_international,
    point_is_whole,
    point_off_null_island,
    point_swapped_back,
    point_off_centre,
    point_in_state,
)
"""Every place, in this order. ``not_at_home`` follows for persons."""


def is_nowhere(place: RawLocation) -> bool:
    """Tell whether a place says no more than its country."""
    return not (place.state or place.city or place.postal_code or place.latitude is not None)
