"""The judgement calls and constants of ``data/reference`` that hold in every country, read into frozen values.

Every constant keeps its source and status there (``confirmed``, ``derived``, ``assumed``); here they get types. Those
of one country are in ``analysis/country.py``.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

DATA = Path(__file__).resolve().parents[1] / "data"
REFERENCE = DATA / "reference"

Share = Annotated[float, Field(ge=0, le=1)]
Status = Literal["confirmed", "derived", "assumed", "unconfirmed"]
Group = Literal["psychotherapy", "prescriber", "organisation"]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Constant(_Entry):
    """A figure with its source and status."""

    value: float
    status: Status
    source: str


class Profession(_Entry):
    """A profession: what it gives and how it is licensed. ``licence`` names the family used by compacts."""

    label: str
    group: Group
    is_core: bool
    licence: str
    taxonomy_codes: tuple[str, ...]


class Specialty(_Entry):
    """A kind of therapy: how directories name it, and how well video suits it."""

    label: str
    group: Literal["psychotherapy", "prescribing"]
    online_tier: Literal["strong", "good", "moderate", "weak", "insufficient"]
    online_source: str
    taxonomy_codes: tuple[str, ...] = ()
    service_codes: tuple[str, ...] = ()
    words: dict[str, tuple[str, ...]] = {}


class Accepting(_Entry):
    """Chance that an hour is open to the next person, by what the listing says; it fades with a half-life."""

    yes: Constant
    no: Constant
    half_life_years: Constant
    unknown: dict[Group, Constant]


class Active(_Entry):
    """Chance that a listing stands for a working therapist: from ``yes`` to ``stale`` with a half-life.

    ``agreement`` is how far directories that list the same provider err independently.
    """

    yes: Constant
    unknown: Constant
    stale: Constant
    half_life_years: dict[Group, Constant]
    agreement: Constant


class Lists(_Entry):
    """How many specialties a person can name and be believed."""

    believed_at_most: Constant


class CoverageLimits(_Entry):
    """How many providers two directories need in common before coverage is estimated."""

    fewest_in_both: Constant


class FullTime(_Entry):
    """Full-time share of a profession and the part of its hours that is psychotherapy."""

    full_time: Constant
    psychotherapy_share: Constant


class Capacity(_Entry):
    """How much psychotherapy one listing stands for."""

    active: Active
    accepting: Accepting
    professions: dict[str, FullTime]
    online: dict[Group, Constant]
    specialties: Lists
    coverage: CoverageLimits


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((REFERENCE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def professions() -> dict[str, Profession]:
    """Return the professions by key."""
    return {
        key: Profession.model_validate(entry)
        for key, entry in _read("professions").items()
        if key not in ("not_counted", "counting")
    }


@cache
def counted_by_chr() -> frozenset[str]:
    """Return the taxonomy codes of County Health Rankings' measure."""
    return frozenset(_read("professions")["counting"]["chr"]["taxonomy_codes"])


@cache
def specialties() -> dict[str, Specialty]:
    """Return the specialties by key, in the order of the file."""
    return {key: Specialty.model_validate(entry) for key, entry in _read("specialties").items()}


@cache
def capacity() -> Capacity:
    """Return the capacity assumptions."""
    return Capacity.model_validate(_read("capacity"))
