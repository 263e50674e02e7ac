"""How many people share a place where therapists see them: the more do, the fewer places there are to go to unseen."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.indicator import Indicator, Standing, WorkedOut, as_people_are_known

if TYPE_CHECKING:
    import pandas as pd


def _people(standing: Standing) -> "pd.Series[float]":
    """Return people over sites in two digits, withheld where providers or sites are few.

    It tells the number of sites, in most regions exactly, rounded or not: that is no secret where enough providers work
    at enough places (docs/decisions/0008-small-numbers.md).
    """
    exact = standing.population / standing.sites.where(standing.sites > 0)
    is_told = (standing.providers >= standing.few) & (standing.sites >= standing.few)
    return _two_digits(exact).where(is_told)


def _two_digits(values: "pd.Series[float]") -> "pd.Series[float]":
    step = 10.0 ** (np.floor(np.log10(values.where(values > 0))) - 1)
    return ((values / step).round() * step).mask(values == 0, 0.0)


def _basis(standing: Standing) -> "pd.Series[str]":
    """Return the basis of people, but assumed where a site is a centre: the places around it are counted as one."""
    return as_people_are_known(standing).where(standing.sites_at_centres == 0, "assumed")


INDICATOR = Indicator(
    meaning="People for each place in the region where a provider sees people (those placed at the centre of one "
    "postal area or town are one place): where there are few places, everybody knows whose car is outside.",
    direction="more is worse",
    source="Worked out of people and the places of all providers that the study's directories list",
    worked_out=WorkedOut(
        _people,
        _basis,
        "as population is, places being counted in the study's directories; assumed where some are placed at the "
        "centre of a postal area or town",
    ),
    kind="number",
    unit="people per site",
    missing="no provider, or too few providers or places to be told apart",
)
