"""How densely a place is settled, in the tool's own classes."""

import numpy as np
import pandas as pd

from analysis.indicator import Indicator, Standing, WorkedOut, as_people_are_known

DENSITY_FROM = (1500.0, 300.0, 50.0)
"""Lowest people per square kilometre of classes 1 to 3: those of Eurostat's degree of urbanisation for cells of one
square kilometre (urban centre, urban cluster, rural cells above very low density), taken for whole regions here."""


def _classes(standing: Standing) -> "pd.Series[int]":
    """Return the class of density, 1 the densest to 4."""
    density = (standing.population / standing.land_km2).to_numpy(dtype=np.float64)
    thinner = density[:, None] < np.array(DENSITY_FROM)
    return pd.Series(thinner.sum(axis=1) + 1, index=standing.population.index, dtype="int64")


INDICATOR = Indicator(
    meaning="Class of people per square kilometre of land: 1 from 1,500, 2 from 300, 3 from 50, 4 below.",
    direction="context",
    source="Worked out of people and land, after the limits of Eurostat's degree of urbanisation",
    worked_out=WorkedOut(_classes, as_people_are_known, "as population is, land being measured"),
    kind="class",
    low=1,
    high=4,
)
