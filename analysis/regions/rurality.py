"""How rural a place is: the type that its catchment and road speed go by, and the class of its density."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.country import Country
from analysis.promise import TableError
from analysis.regions.figures import Figures
from analysis.regions.origins import Ground
from analysis.regions.units import Keyed, of_vintage
from analysis.regions.vintage import count
from analysis.study import StudyError

DENSITY_FROM = (1500.0, 300.0, 50.0)
"""Lowest people per square kilometre of classes 1 to 3: those of Eurostat's degree of urbanisation for cells of one
square kilometre (urban centre, urban cluster, rural cells above very low density), taken for whole regions here."""


def density_classes(density_per_km2: "pd.Series[float]") -> "pd.Series[int]":
    """Return the class of density, 1 the densest to 4, index as given."""
    thinner = density_per_km2.to_numpy(dtype=np.float64)[:, None] < np.array(DENSITY_FROM)
    return pd.Series(thinner.sum(axis=1) + 1, index=density_per_km2.index, dtype="int64")


def place_types(
    regions: pd.DataFrame, figures: Sequence[Figures], ground: Ground, country: Country
) -> "pd.Series[str]":
    """Return the type of each region, index of ``regions``.

    The country's rules are about one kind of unit (counties in the United States). Other regions get the type of the
    unit that most of their people live in.

    Raises
    ------
    TableError
        No rule fits a place: its people or land cannot be right.
    StudyError
        Regions are of another unit, and no dataset counts people and land of the unit that the rules are about.

    """
    if ground.unit == country.type_unit:
        return _types(regions, country)
    for one in figures:
        if one.keyed.unit == country.type_unit and {"population", "land_km2"} <= set(one.keyed.table):
            wanted = Keyed(one.keyed.table[["population", "land_km2"]], one.keyed.unit, one.keyed.vintage)
            vintage = ground.vintages.get(country.type_unit)
            if vintage is None:
                break
            carried = of_vintage(wanted, vintage, {"population": count, "land_km2": count})
            own = _types(carried[carried.land_km2 > 0].assign(rurality=None), country)
            return _of_most_people(own, ground, country.type_unit)
    raise StudyError(
        f"types of places are told by {country.type_unit}, but no dataset of figures counts people and land of each "
        f"{country.type_unit}, or the origins do not say in which they lie; add one, such as bundle_counties."
    )


def _types(places: pd.DataFrame, country: Country) -> "pd.Series[str]":
    density = places.population / places.land_km2
    kinds = []
    for code, people, per_km2, rurality in zip(places.index, places.population, density, places.rurality, strict=True):
        try:
            kinds.append(country.place_type_of(people, per_km2, None if pd.isna(rurality) else int(rurality)))
        except ValueError as fault:
            raise TableError(f"region {code}: {fault}") from fault
    return pd.Series(kinds, index=places.index, dtype="str")


def _of_most_people(own: "pd.Series[str]", ground: Ground, unit: str) -> "pd.Series[str]":
    told = ground.origins.assign(kind=ground.origins[unit].map(own), people=ground.origins.population + 1e-9)
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
