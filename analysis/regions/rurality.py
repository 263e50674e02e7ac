"""How rural a place is: the type that its catchment and road speed go by."""

from collections.abc import Sequence

import pandas as pd

from analysis.country import Country
from analysis.indicators import published
from analysis.promise import TableError
from analysis.regions.origins import Ground
from analysis.regions.published import PEOPLE, Figures, land_of, naming
from analysis.regions.units import county_of_tracts, of_vintage
from analysis.regions.vintage import of_most_people
from analysis.study import StudyError


def place_types(
    regions: pd.DataFrame, figures: Sequence[Figures], ground: Ground, country: Country
) -> "pd.Series[str]":
    """Return the type of each region, index of ``regions``.

    The country's rules are about one kind of unit (counties in the United States). Other regions get the type of the
    unit that most of their people live in, told by that unit's own people and land, in the year these are of.

    Raises
    ------
    TableError
        No rule fits a place: its people, land or rurality cannot be right.
    StudyError
        Regions are of another unit, and no dataset counts people and land of the unit that the rules are about.

    """
    unit = country.type_unit
    if ground.unit == unit:
        return _types(regions, country)
    for one in figures:
        if one.keyed.unit != unit or one.reader not in PEOPLE:
            continue
        codes, land = _codes(ground, unit, one.keyed.vintage), land_of(figures, unit, one.keyed.vintage)
        if codes is not None and land is not None:
            places = one.keyed.table[["population"]].assign(
                land_km2=land, rurality=_rurality(figures, unit, one.keyed.vintage)
            )
            known = places[(places.land_km2 > 0) & places.population.notna() & places.index.isin(codes)]
            return _of_most_people(_types(known, country), codes, ground, unit)
    raise StudyError(
        f"types of places are told by {unit}, but no dataset of figures counts people and land of each {unit}, or the "
        f"origins do not say in which they lie; add one, such as {country.example_figures}."
    )


def _codes(ground: Ground, unit: str, vintage: str) -> "pd.Series[str] | None":
    """Return the unit of each origin among those of a vintage; ``None`` where nothing tells."""
    if unit == "county" and "tract" in ground.origins:
        counties = county_of_tracts(pd.Index(ground.origins.tract), vintage)
        return pd.Series(counties, index=ground.origins.index, dtype="str")
    if unit in ground.origins and ground.vintages.get(unit) == vintage:
        own: pd.Series[str] = ground.origins[unit]
        return own
    return None


def _rurality(figures: Sequence[Figures], unit: str, vintage: str) -> "pd.Series[float]":
    """Return the class of rurality of a unit, as the first dataset of it says; empty where none does."""
    for source in published()["rurality"].sources:
        for one in figures:
            if (one.reader, one.keyed.unit) == (source.reader, unit) and source.column in one.keyed.table:
                known = one.keyed.only([source.column])
                with naming(one.dataset):
                    return of_vintage(known, vintage, {source.column: of_most_people})[source.column]
    return pd.Series(dtype="float64")


def _types(places: pd.DataFrame, country: Country) -> "pd.Series[str]":
    density = places.population / places.land_km2
    kinds = []
    for code, people, per_km2, rurality in zip(places.index, places.population, density, places.rurality, strict=True):
        try:
            kinds.append(country.place_type_of(people, per_km2, None if pd.isna(rurality) else int(rurality)))
        except ValueError as fault:
            raise TableError(f"region {code}: {fault}") from fault
    return pd.Series(kinds, index=places.index, dtype="str")


def _of_most_people(own: "pd.Series[str]", codes: "pd.Series[str]", ground: Ground, unit: str) -> "pd.Series[str]":
    told = ground.origins.assign(kind=codes.map(own), people=ground.origins.population + 1e-9)
    most = told.dropna(subset="kind").groupby(["region_id", "kind"]).people.sum().reset_index()
    ordered = most.sort_values(["region_id", "people", "kind"], ascending=[True, False, True], kind="stable")
    first: pd.Series[str] = ordered.drop_duplicates("region_id").set_index("region_id")["kind"]
    kinds = first.reindex(ground.region_ids)
    if kinds.isna().any():
        lost = ground.region_ids[kinds.isna()]
        raise TableError(
            f"region {', '.join(lost[:3])} ({len(lost)} such) lies in no {unit} whose people and land are known, so "
            "that nothing tells its catchment; check that outlines, origins and figures are of one country."
        )
    return kinds
