"""How many people share a place where therapists see them: the fewer, the more they know each other."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.indicator import Indicator, Standing, WorkedOut, as_people_are_known

if TYPE_CHECKING:
    import pandas as pd


def _people(standing: Standing) -> "pd.Series[float]":
    """Return people over sites, withheld where providers are few and in two digits elsewhere.

    What the exact figure would tell, the number of sites, is nobody's to know (docs/decisions/0008-small-numbers.md).
    """
    exact = standing.population / standing.sites.where(standing.sites > 0)
    return _two_digits(exact).where(standing.providers >= standing.few)


def _two_digits(values: "pd.Series[float]") -> "pd.Series[float]":
    step = 10.0 ** (np.floor(np.log10(values.where(values > 0))) - 1)
    return ((values / step).round() * step).mask(values == 0, 0.0)


INDICATOR = Indicator(
    meaning="People for each place in the region where a provider sees people: where there are few, everybody knows "
    "whose car is outside.",
    direction="more is worse",
    source="Worked out of people and the places that the study's directories list",
    worked_out=WorkedOut(
        _people, as_people_are_known, "as population is, places being counted in the study's directories"
    ),
    kind="number",
    unit="people per site",
    missing="no provider, or some but too few to be told apart",
)
