"""Need: people in the age band x prevalence x local factor.

The local factor is the region's frequent-mental-distress prevalence over the nation's, measured or the average of its
rurality class; where neither is known it is 1. The basis is written beside it. Rural prevalence is nearly flat in the
United States, so the factor stays close to 1: the rural gap lies in supply and access.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.columns import BASES
from analysis.country import Country

_DISTRESS = "frequent_mental_distress_share"
_STRENGTH = {basis: rank for rank, basis in enumerate(BASES)}


@dataclass(frozen=True)
class Need:
    """People in need of a specialty by region (missing where no prevalence is known) and how that is known."""

    people: NDArray[np.float64]
    basis: NDArray[np.str_]


def need(regions: pd.DataFrame, specialty: str, country: Country) -> Need:
    """Return the need for a specialty in each region, in the order of ``regions``."""
    wanted = country.need_of(specialty)
    nation = country.class_averages.get(None, {}).get(_DISTRESS, np.nan)
    local = (regions[_DISTRESS] / nation).fillna(1.0).to_numpy(dtype=np.float64)
    bases = [regions[f"{_DISTRESS}_basis"]]
    share: NDArray[np.float64] = np.ones(len(regions))
    if wanted.age_band != "everyone":
        share = regions[f"{wanted.age_band}_share"].to_numpy(dtype=np.float64)
        bases.append(regions[f"{wanted.age_band}_share_basis"])
    people = regions.population.to_numpy(dtype=np.float64) * share * local
    prevalence = np.nan if wanted.prevalence is None else wanted.prevalence
    return Need(people * prevalence, weakest(*bases))


def weakest(*bases: "pd.Series[str]") -> NDArray[np.str_]:
    """Return the weakest of several bases, element by element; where there is no figure, one was assumed."""
    assumed = _STRENGTH["assumed"]
    rank = np.max([basis.map(_STRENGTH).fillna(assumed).to_numpy(dtype=np.int64) for basis in bases], axis=0)
    named: NDArray[np.str_] = np.array(list(_STRENGTH), dtype=np.str_)[rank]
    return named
