"""How rural a region is: the county type of the CMS network-adequacy rule, from people and land."""

import pandas as pd

from analysis.promise import TableError
from analysis.reference import county_type_of


def county_types(population: "pd.Series[int]", land_km2: "pd.Series[float]") -> "pd.Series[str]":
    """Return the county type of each region, index of ``population``.

    Raises
    ------
    TableError
        No rule fits a region: its people or land cannot be right.

    """
    density = population / land_km2
    kinds = []
    for region_id, people, per_km2 in zip(population.index, population, density, strict=True):
        try:
            kinds.append(county_type_of(people, per_km2))
        except ValueError as fault:
            raise TableError(f"region {region_id}: {fault}") from fault
    return pd.Series(kinds, index=population.index, dtype="str")
