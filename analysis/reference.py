"""The judgement calls and constants of ``data/reference``, read into frozen values.

Every constant keeps its source and status there (``confirmed``, ``derived``, ``assumed``); here they get types.
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
    """A kind of therapy and the need for it. ``prevalence`` is missing where no figure could be confirmed."""

    label: str
    group: Literal["psychotherapy", "prescribing"]
    age_band: str
    prevalence: Share | None = None
    prevalence_source: str = ""
    status: Status
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


class TypeRule(_Entry):
    """One rule of a county type: people and people per square mile, each from (inclusive) to (exclusive)."""

    people: tuple[float, float]
    density: tuple[float, float]


class CountyType(_Entry):
    """A county type with its catchment; ``miles`` over ``minutes`` is the implied road speed."""

    label: str
    minutes: float
    miles: float
    rules: tuple[TypeRule, ...]

    @property
    def road_km_per_minute(self) -> float:
        """Road kilometres covered in a minute."""
        return self.miles * 1.609344 / self.minutes


class Compact(_Entry):
    """A licence compact: members known to have enacted it and those issuing privileges today."""

    label: str
    licence: str
    enacted: frozenset[str]
    issuing: frozenset[str]


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


@cache
def age_bands() -> dict[str, float]:
    """Return the national share of each age band."""
    return {key: float(entry["share"]) for key, entry in _read("age_bands")["bands"].items()}


@cache
def county_types() -> dict[str, CountyType]:
    """Return the county types, densest first."""
    return {key: CountyType.model_validate(entry) for key, entry in _read("county_types")["types"].items()}


@cache
def class_averages() -> dict[int | None, dict[str, float]]:
    """Return indicator averages by Rural-Urban Continuum Code; ``None`` is the nation."""
    raw = _read("class_averages")
    columns = raw["columns"]
    averages: dict[int | None, dict[str, float]] = {
        int(code): dict(zip(columns, values, strict=True)) for code, values in raw["by_class"].items()
    }
    averages[None] = dict(zip(columns, raw["nation"]["all"], strict=True))
    return averages


@cache
def compacts() -> tuple[Compact, ...]:
    """Return the licence compacts."""
    return tuple(
        Compact(
            label=entry["label"],
            licence=entry["licence"],
            enacted=frozenset(state for state, facts in entry["states"].items() if facts["status"] != "memory_only"),
            issuing=frozenset(state for state, facts in entry["states"].items() if facts["is_issuing"]),
        )
        for entry in _read("compacts").values()
        if isinstance(entry, dict)
    )


def county_type_of(people: float, density_per_km2: float) -> str:
    """Return the CMS type of a county; the first rule that fits counts, ``ValueError`` where none does."""
    per_square_mile = density_per_km2 * 1.609344**2
    for key, kind in county_types().items():
        for rule in kind.rules:
            (fewest, most), (thinnest, densest) = rule.people, rule.density
            if fewest <= people < most and thinnest <= per_square_mile < densest:
                return key
    raise ValueError(
        f"a county with {people!r} people and {density_per_km2!r} people per km2 fits no rule of county_types.toml; "
        "check its population and land area."
    )
