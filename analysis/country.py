"""A country of studies: its jurisdictions, rurality, places, need and licence compacts, from ``data/reference/<code>``.

Everything that differs between countries and is not in a study's own files is here, so that no room of the flow knows
one country from another.
"""

import tomllib
from functools import cache
from math import inf
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.reference import REFERENCE, Share, Status
from analysis.study import StudyError

_KM_OF_MILE = 1.609344


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Prevalence(_Entry):
    """Who needs a kind of therapy within a year. ``prevalence`` is missing where no figure could be confirmed."""

    age_band: str
    prevalence: Share | None = None
    source: str = ""
    status: Status


class TypeRule(_Entry):
    """When a place is of a type: people and people per square mile, each from (inclusive) to (exclusive); rurality."""

    people: tuple[float, float] = (0.0, inf)
    density: tuple[float, float] = (0.0, inf)
    rurality: tuple[int, ...] = ()
    """Classes of rurality; empty means any."""

    def fits(self, people: float, per_square_mile: float, rurality: int | None) -> bool:
        """Return whether a place is meant."""
        (fewest, most), (thinnest, densest) = self.people, self.density
        is_sized = fewest <= people < most and thinnest <= per_square_mile < densest
        return is_sized and (not self.rurality or rurality in self.rurality)


class PlaceType(_Entry):
    """A type of place with its catchment; ``km`` over ``minutes`` is the road speed. A rule may be told in miles."""

    label: str
    minutes: Annotated[float, Field(gt=0)]
    km: Annotated[float, Field(gt=0)]
    rules: tuple[TypeRule, ...]

    @model_validator(mode="before")
    @classmethod
    def _in_km(cls, entry: dict[str, Any]) -> dict[str, Any]:
        return entry | {"km": entry["miles"] * _KM_OF_MILE} if "miles" in entry else entry

    @property
    def road_km_per_minute(self) -> float:
        """Road kilometres covered in a minute."""
        return self.km / self.minutes


class Compact(_Entry):
    """A licence compact: members known to have enacted it and those issuing privileges today."""

    label: str
    licence: str
    enacted: frozenset[str]
    issuing: frozenset[str]


class Country(_Entry):
    """What a study needs to know of its country.

    Attributes
    ----------
    code, name
        ISO 3166-1 code and English name.
    states
        Jurisdictions that license therapists, each with the beginning of its regions' codes; one, the country itself,
        where a licence holds everywhere.
    state_units
        Units whose codes begin as their state's do.
    type_unit
        The unit that the rules of place types are about.
    example_figures
        A dataset of the catalogue that counts people and land of that unit.
    rurality_scale, rurality
        The classes of rurality, most urban first, and what they are called together.
    place_types
        Types of places that catchments go by, densest first.
    class_averages
        Averages of indicators by class of rurality; ``None`` is the nation. Empty where none were published.
    age_bands
        The nation's share of people in each age band.
    need
        By specialty; a specialty without entry has no known need.
    compacts
        Licence compacts between states.

    """

    code: str
    name: str
    states: dict[str, str]
    state_units: tuple[str, ...]
    type_unit: str
    example_figures: str
    rurality_scale: str
    rurality: dict[int, str]
    place_types: dict[str, PlaceType]
    class_averages: dict[int | None, dict[str, float]]
    age_bands: dict[str, float]
    need: dict[str, Prevalence]
    compacts: tuple[Compact, ...]

    def place_type_of(self, people: float, density_per_km2: float, rurality: int | None = None) -> str:
        """Return the type of a place; the first rule that fits counts, ``ValueError`` where none does."""
        per_square_mile = density_per_km2 * _KM_OF_MILE**2
        for key, kind in self.place_types.items():
            if any(rule.fits(people, per_square_mile, rurality) for rule in kind.rules):
                return key
        raise ValueError(
            f"a place with {people!r} people, {density_per_km2!r} people per km2 and "
            f"{'no class of rurality' if rurality is None else f'rurality {rurality}'} fits no rule of "
            f"{self.code.lower()}/place_types.toml; check its population, land area and class."
        )

    def state_of(self, unit: str, code: str | None) -> str | None:
        """Return the state that a unit's code tells, ``None`` where it tells none."""
        if unit not in self.state_units or not code:
            return None
        return next((state for state, beginning in self.states.items() if code.startswith(beginning)), None)

    def need_of(self, specialty: str) -> Prevalence:
        """Return who needs a specialty; one without a figure where the country has none."""
        return self.need.get(specialty, Prevalence(age_band="everyone", status="unconfirmed"))

    def check_states(self, states: tuple[str, ...]) -> None:
        """Refuse states the country does not have.

        Raises
        ------
        StudyError
            Names them and those there are.

        """
        unknown = [state for state in states if state not in self.states]
        if unknown:
            raise StudyError(
                f"states {', '.join(map(repr, unknown))} do not exist in {self.name}; use codes such as "
                f"{next(iter(self.states))!r} (known: {' '.join(self.states)})."
            )


def countries() -> list[str]:
    """Return the codes of all countries that studies can be of."""
    return sorted(folder.parent.name.upper() for folder in REFERENCE.glob("*/country.toml"))


@cache
def country(code: str) -> Country:
    """Return a country by its code.

    Raises
    ------
    StudyError
        There is no such country.

    """
    folder = REFERENCE / code.lower()
    if code not in countries():
        raise StudyError(
            f"country {code!r} is not known; known: {', '.join(countries())}. Another needs a folder "
            f"data/reference/{code.lower()}, as docs/regions.md says."
        )
    told = _read(folder, "country")
    averages = _read(folder, "class_averages")
    return Country(
        code=code,
        name=told["name"],
        states=told["states"],
        state_units=told["state_units"],
        type_unit=told["type_unit"],
        example_figures=told["example_figures"],
        rurality_scale=told["rurality_scale"],
        rurality={int(key): label for key, label in told["rurality"].items()},
        place_types=_read(folder, "place_types")["types"],
        class_averages=_averages(averages),
        age_bands={key: float(entry["share"]) for key, entry in _read(folder, "age_bands")["bands"].items()},
        need={key: Prevalence.model_validate(entry) for key, entry in _read(folder, "need").items()},
        compacts=_compacts(_read(folder, "compacts")),
    )


def _read(folder: Path, name: str) -> dict[str, Any]:
    """Return a file of a country; compacts and class averages may be absent."""
    file = folder / f"{name}.toml"
    if not file.is_file() and name in ("compacts", "class_averages"):
        return {}
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _averages(raw: dict[str, Any]) -> dict[int | None, dict[str, float]]:
    if not raw:
        return {}
    columns = raw["columns"]
    averages: dict[int | None, dict[str, float]] = {
        int(code): dict(zip(columns, values, strict=True)) for code, values in raw["by_class"].items()
    }
    averages[None] = dict(zip(columns, raw["nation"]["all"], strict=True))
    return averages


def _compacts(raw: dict[str, Any]) -> tuple[Compact, ...]:
    return tuple(
        Compact(
            label=entry["label"],
            licence=entry["licence"],
            enacted=frozenset(state for state, facts in entry["states"].items() if facts["status"] != "memory_only"),
            issuing=frozenset(state for state, facts in entry["states"].items() if facts["is_issuing"]),
        )
        for entry in raw.values()
        if isinstance(entry, dict)
    )


@cache
def county_changes() -> list[tuple[str, str, int]]:
    """Return counties of the United States that were split or merged: older code, newer code, people in both."""
    told = _read(REFERENCE / "us", "county_changes").values()
    return [(older, newer, people) for change in told for older, newer, people in change["people"]]


@cache
def tracts_of_planning_regions() -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the numbers of Connecticut's tracts by county of 2020 and planning region of 2022."""
    told = _read(REFERENCE / "us", "connecticut_tracts")["tracts"]
    return [(one["older"], one["newer"], tuple(one["numbers"])) for one in told]
