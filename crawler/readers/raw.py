"""What a page says before cleaning: raw listings, in the directory's own words and with its slips."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

_DIGEST_BYTES = 12


class ReaderError(ValueError):
    """A response is not what the directory promises: says what was found and what was expected."""


@dataclass(frozen=True)
class RawLocation:
    """A place as the page words it; nothing is checked yet."""

    country: str = "US"
    state: str | None = None
    city: str | None = None
    postal_code: str | None = None
    street: str | None = None
    phone: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class RawListing:
    """A listing as the page words it.

    Attributes
    ----------
    kind
        ``person`` or ``organisation``.
    terms
        Categories of care, as words or as ``system:code``.
    profession_terms
        Words for what somebody is.
    licence_states
        Codes or names of states.

    """

    source_id: str
    kind: str
    npi: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    organisation_name: str | None = None
    taxonomy_codes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    profession_terms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    locations: tuple[RawLocation, ...] = ()
    offers_online: bool | None = None
    is_online_only: bool | None = None
    is_accepting: bool | None = None
    is_active: bool | None = None
    licence_states: tuple[str, ...] = ()
    listed_on: dt.date | None = None


def text_of(stated: object) -> str | None:
    """Return a stated text or number as stripped text; ``None`` for anything else and for nothing.

    Halves of characters, which no file could hold, are left out.
    """
    if isinstance(stated, bool) or not isinstance(stated, str | int | float):
        return None
    return str(stated).encode(errors="ignore").decode().strip() or None


def object_of(stated: object) -> dict[str, Any]:
    """Return a stated JSON object; an empty one for anything else."""
    return stated if isinstance(stated, dict) else {}


def objects_of(stated: object) -> list[dict[str, Any]]:
    """Return the JSON objects in a list, or the one object that stands for a list."""
    return [one for one in (stated if isinstance(stated, list) else [stated]) if isinstance(one, dict)]


def number_of(stated: object) -> float | None:
    """Return a stated number, also when it is written as text; ``None`` where it is none."""
    if isinstance(stated, bool) or not isinstance(stated, str | int | float):
        return None
    try:
        return float(stated)
    except (ValueError, OverflowError):  # not a number, or one of hundreds of digits
        return None


def day_of(stated: object) -> dt.date | None:
    """Return the day of an ISO date or time of day; ``None`` where it is none."""
    if not isinstance(stated, str):
        return None
    try:
        return dt.date.fromisoformat(stated.strip()[:10])
    except ValueError:
        return None


def identifier_of(*parts: str | None) -> str:
    """Make an identifier for a listing whose directory gives none: the same name and place give the same one."""
    normalised = "|".join(" ".join((part or "").casefold().split()) for part in parts)
    return hashlib.blake2b(normalised.encode(), digest_size=_DIGEST_BYTES).hexdigest()
