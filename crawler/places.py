"""Clean one stated place: small named steps, each from a raw location to a raw location and what was done to it.

A step returns ``None`` beside the place where it found nothing to do, otherwise the repair or fault to be counted;
faults begin with ``invalid``.
"""

import math
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

import phonenumbers

from crawler.readers.raw import RawLocation
from crawler.states import TERRITORIES, is_centre, may_hold, state_code
from crawler.wording import Words, normalised

PlaceStep = Callable[[RawLocation], tuple[RawLocation, str | None]]

_COUNTRY = "US"
_COUNTRIES_FILE = Path(__file__).resolve().parents[1] / "data" / "reference" / "country_words.toml"

_ZIP_DIGITS = 5
_ZIP_PLUS_4_DIGITS = 9
_LEADING_ZERO_STATES = frozenset({None, "CT", "MA", "ME", "NH", "NJ", "NY", "PR", "RI", "VI", "VT"})
_SHORTEST_ZIP = 3
"""ZIP codes of these states begin with one or two zeros, which spreadsheets eat."""

_NO_ZIPS = frozenset({"00000", "99999"})
_DASHES = re.compile("[\u2010-\u2015\u2212]")

_PLACEHOLDER_DIGITS = frozenset({"1234567890", "2345678901", "9876543210"})
_PLACEHOLDER_ENDINGS = ("0000000", "9999999", "5551212", "1234567")
"""No line has these in any area; 555-1212 is directory assistance."""

_FEWEST_ALIKE = 7
_EXTENSION = re.compile(r"(\(?\d{3}\)?[-. ]*\d{3}[-. ]?\d{4})[-/ ]+\d{1,6}")
"""A North American number with an extension that is set apart like one more group of its digits."""

_NULL_ISLAND_DEGREES = 0.01
_LATITUDE_MOST = 90.0
_LONGITUDE_MOST = 180.0
_DWELLING = "apartment|apartamento|departamento|wohnung|trailer|mobile home"
_HOME = re.compile(
    r"\b(?:apt|apto|whg|trlr|mhp)(?![^\W\d_])"
    rf"|\b(?:{_DWELLING}|depto|dpto|lot)\b\.? ?(?:#|n[oº°]\.?|nr\.?)? ?(?:\d|[a-z]\b)"
    rf"|\b(?:{_DWELLING}|privatwohnung|residence|residencia|casa m[oó]vil)$",
    re.IGNORECASE,
)
"""What stands in addresses of homes and not of offices. A unit, a number sign or a floor may be of either."""


def country_understood(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Write the country as two letters; territories given as a country are states of the United States."""
    stated = place.country.strip().upper()
    country = stated if re.fullmatch("[A-Z]{2}", stated) else _country_of(stated)
    territory = state_code(country) if country != _COUNTRY else None
    if territory in TERRITORIES:
        return replace(place, country=_COUNTRY, state=place.state or territory), "territory given as a country"
    if re.fullmatch("[A-Z]{2}", country):
        return (place, None) if country == place.country else (replace(place, country=country), None)
    return RawLocation(), "invalid country"


@cache
def _country_words() -> Words:
    table = tomllib.loads(_COUNTRIES_FILE.read_text(encoding="utf-8"))
    return Words({word: (code,) for code, words in table.items() for word in words})


@lru_cache(maxsize=1_000)
def _country_of(stated: str) -> str:
    return next(iter(_country_words().of(normalised(stated))), stated)


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
    if stated is None or place.country != _COUNTRY:
        return place, None
    code, repair = _five(stated, place.state)
    return (place, repair) if code == stated else (replace(place, postal_code=code), repair)


@lru_cache(maxsize=5_000)
def _five(stated: str, state: str | None) -> tuple[str | None, str | None]:
    first, hyphen, _ = _DASHES.sub("-", stated.removesuffix(".0")).partition("-")
    digits = first.replace(" ", "")
    expected = _ZIP_DIGITS if hyphen or len(digits) <= _ZIP_DIGITS else _ZIP_PLUS_4_DIGITS
    short = expected - len(digits)
    can_be_padded = state in _LEADING_ZERO_STATES and 0 < short <= _ZIP_DIGITS - _SHORTEST_ZIP
    if not digits.isdecimal() or not digits.isascii() or short < 0 or (short and not can_be_padded):
        return None, "invalid postal code"
    code = digits.zfill(expected)[:_ZIP_DIGITS]
    if code in _NO_ZIPS:
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
    if _is_placeholder(str(number.national_number), country):
        return None, "invalid phone: placeholder"
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None, "invalid phone"
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written, "phone extension" if extended else None


def _is_placeholder(digits: str, country: str) -> bool:
    """Tell whether the digits of a number are nobody's: all alike, counted up or down, or never given out."""
    if len(set(digits)) == 1 and (digits == "0" or len(digits) >= _FEWEST_ALIKE):
        return True
    return digits in _PLACEHOLDER_DIGITS or (country == _COUNTRY and digits.endswith(_PLACEHOLDER_ENDINGS))


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


def point_turned_back(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Exchange latitude and longitude, or give back a lost sign, where only so the point lies in its state.

    Without a state, exchange them where only so the point lies in the country; a sign is not given back, since the
    point may be another country's. Degrees of the United States are such that never two ways lead there.
    """
    latitude, longitude = place.latitude, place.longitude
    if latitude is None or longitude is None or place.country != _COUNTRY:
        return place, None
    if may_hold(place.state, latitude, longitude):
        return place, None
    ways = [(longitude, latitude, "swapped coordinates")]
    if place.state:
        ways += [(*way, "sign of coordinates") for way in _signs(latitude, longitude)]
        ways += [(*way, "swapped coordinates without sign") for way in _signs(longitude, latitude)]
    for north, east, repair in ways:
        if may_hold(place.state, north, east):
            return replace(place, latitude=north, longitude=east), repair
    return place, None


def _signs(north: float, east: float) -> tuple[tuple[float, float], ...]:
    return (north, -east), (-north, east), (-north, -east)


def point_off_centre(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Remove the centre of the country or of a state: a geocoder's way to say that it did not find the address."""
    if place.latitude is None or place.longitude is None or not is_centre(place.latitude, place.longitude):
        return place, None
    return _without_point(place), "centre of country or state"


def point_in_state(place: RawLocation) -> tuple[RawLocation, str | None]:
    """Remove a point that is not on Earth, or outside the stated state's box; without a state, outside the country."""
    if place.latitude is None or place.longitude is None:
        return place, None
    if abs(place.latitude) > _LATITUDE_MOST or abs(place.longitude) > _LONGITUDE_MOST:
        return _without_point(place), "invalid coordinates"
    if place.country != _COUNTRY or may_hold(place.state, place.latitude, place.longitude):
        return place, None
    return _without_point(place), "point outside its state" if place.state else "point outside its country"


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
    point_turned_back,
    point_off_centre,
    point_in_state,
)
"""Every place, in this order. ``not_at_home`` follows for persons."""


def is_nowhere(place: RawLocation) -> bool:
    """Tell whether a place says no more than its country."""
    return not (place.state or place.city or place.postal_code or place.latitude is not None)
