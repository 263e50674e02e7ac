"""How rural a region is: the county type of the CMS network-adequacy rule, from people and land."""

import pandas as pd

from analysis.reference import county_type_of


def county_types(population: "pd.Series[int]", land_km2: "pd.Series[float]") -> "pd.Series[str]":
    """Return the county type of each region, index of ``population``."""
    density = population / land_km2
    return pd.Series(
        [county_type_of(people, per_km2) for people, per_km2 in zip(population, density, strict=True)],
        index=population.index,
        dtype="str",
    )
