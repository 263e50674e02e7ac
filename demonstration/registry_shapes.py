"""The two shapes in which the registry words a listing: the older with integers, the newer with text and nulls."""

import datetime as dt
from typing import Any

from demonstration.people import Office
from demonstration.population import Place
from demonstration.registry_listings import Listing

_EPOCH_DAY = dt.date(1970, 1, 1).toordinal()
_DAY_SECONDS = 86_400
_BEFORE_DAYS = 1_500
"""How long before its last change a listing was first entered."""


def _seconds(day: str) -> int:
    return (dt.date.fromisoformat(day).toordinal() - _EPOCH_DAY) * _DAY_SECONDS


def _address(purpose: str, place: Place, lines: tuple[str, str], zip_extension: str, phone: str) -> dict[str, Any]:
    return {
        "country_code": "US",
        "country_name": "United States",
        "address_purpose": purpose,
        "address_type": "DOM",
        "address_1": lines[0].upper(),
        "address_2": lines[1],
        "city": place.city.upper(),
        "state": place.state,
        "postal_code": place.zcta + zip_extension,
        "telephone_number": phone,
    }


def _addresses(listing: Listing) -> list[dict[str, Any]]:
    street = (listing.location.street, listing.suite)
    mailing = (listing.mailing_box, "") if listing.mailing_box else street
    phone = listing.location.phone
    return [
        _address("LOCATION", listing.location.place, street, listing.zip_extension, phone),
        _address("MAILING", listing.mailing, mailing, listing.zip_extension, phone),
    ]


def _further_location(office: Office, listed_on: str) -> dict[str, Any]:
    place = _address("", office.place, (office.street, ""), "", office.phone)
    del place["address_purpose"]
    return {**place, "update_date": f"{listed_on} 10:15"}


# How the real registry words a deactivated listing could not be confirmed; "D" and the date are what is assumed here.
def _basic(listing: Listing, entered_on: str) -> dict[str, Any]:
    dates = {"enumeration_date": entered_on, "last_updated": listing.listed_on}
    status: dict[str, Any] = {"status": "A" if listing.is_active else "D"}
    if not listing.is_active:
        status["deactivation_date"] = listing.listed_on
    if listing.was_reactivated:
        status |= {"deactivation_date": entered_on, "reactivation_date": listing.listed_on}
    if not listing.is_person:
        return {
            "organization_name": listing.family_name.upper(),
            "organizational_subpart": "NO",
            **dates,
            **status,
            "authorized_official_title_or_position": "OWNER",
            "authorized_official_telephone_number": listing.location.phone,
        }
    sole = "YES" if listing.second is None else "NO"
    named = {"first_name": listing.given_name.upper(), "last_name": listing.family_name.upper()}
    if listing.credential:
        named["credential"] = listing.credential
    return {**named, "sole_proprietor": sole, **dates, **status}


def _older(listing: Listing, entered_on: str) -> dict[str, Any]:
    basic = _basic(listing, entered_on)
    if listing.is_person:
        basic |= {"gender": listing.sex, "name": f"{listing.family_name} {listing.given_name}".upper()}
    else:
        basic["name"] = listing.family_name.upper()
    shape: dict[str, Any] = {
        "enumeration_type": "NPI-1" if listing.is_person else "NPI-2",
        "number": int(listing.npi),
        "last_updated_epoch": _seconds(listing.listed_on),
        "created_epoch": _seconds(entered_on),
        "basic": basic,
        "other_names": [],
        "addresses": _addresses(listing),
        "taxonomies": [
            {
                "code": slot.code.code,
                "desc": slot.code.wording(" "),
                "primary": slot.is_primary,
                "state": slot.state,
                "license": slot.licence,
            }
            for slot in listing.slots
        ],
        "identifiers": [],
    }
    if listing.second is not None:
        shape["practiceLocations"] = [_further_location(listing.second, listing.listed_on)]
    return shape


def _newer(listing: Listing, entered_on: str) -> dict[str, Any]:
    basic = _basic(listing, entered_on)
    if listing.is_person:
        basic |= {"sex": listing.sex, "name_prefix": "--", "name_suffix": "--"}
    else:
        basic |= {"authorized_official_name_suffix": "--"}
    further = [] if listing.second is None else [_further_location(listing.second, listing.listed_on)]
    return {
        "created_epoch": f"{_seconds(entered_on)}000",
        "enumeration_type": "NPI-1" if listing.is_person else "NPI-2",
        "last_updated_epoch": f"{_seconds(listing.listed_on)}000",
        "number": listing.npi,
        "addresses": [
            {key: entry for key, entry in address.items() if key != "address_2" or entry}
            for address in reversed(_addresses(listing))
        ],
        "practiceLocations": further,
        "basic": basic,
        "taxonomies": [
            {
                "code": slot.code.code,
                "taxonomy_group": "",
                "desc": slot.code.wording(", "),
                "state": slot.state or None,
                "license": slot.licence or None,
                "primary": slot.is_primary,
            }
            for slot in listing.slots
        ],
        "identifiers": [],
        "endpoints": [],
        "other_names": _other_names(listing),
    }


def _other_names(listing: Listing) -> list[dict[str, str]]:
    if not listing.former_name:
        return []
    return [
        {
            "type": "Former Name",
            "code": "1",
            "first_name": listing.given_name.upper(),
            "last_name": listing.former_name.upper(),
            "prefix": "--",
            "suffix": "--",
        }
    ]


def shaped(listing: Listing) -> dict[str, Any]:
    """Return a listing as the registry words it."""
    entered_on = dt.date.fromordinal(dt.date.fromisoformat(listing.listed_on).toordinal() - _BEFORE_DAYS).isoformat()
    return _newer(listing, entered_on) if listing.is_newer_shape else _older(listing, entered_on)
