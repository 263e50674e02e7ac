"""The measures beside those that gaps rest on: every specialty at once, on origins, averaged over each region's people.

Each is a file of ``analysis/access/measures``; here is only which of them are told, in which unit, and for which of
them some but few providers would be told apart.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.access.floating import Shared
from analysis.access.measures.balanced_fca import UNIT as BALANCED_UNIT
from analysis.access.measures.balanced_fca import balanced_fca
from analysis.access.measures.count_within import UNIT as COUNT_UNIT
from analysis.access.measures.count_within import count_within
from analysis.access.measures.gravity import UNIT as GRAVITY_UNIT
from analysis.access.measures.gravity import gravity
from analysis.access.measures.m2sfca import UNIT as M2SFCA_UNIT
from analysis.access.measures.m2sfca import m2sfca
from analysis.access.measures.two_sfca import UNIT as TWO_SFCA_UNIT
from analysis.access.measures.two_sfca import two_sfca
from analysis.access.weights import Weights

Floats = NDArray[np.float64]

_PER_100K = 100_000
_FLOATING: dict[str, tuple[Callable[[Weights, Floats, Floats], Shared], float, str]] = {
    "two_sfca": (two_sfca, _PER_100K, TWO_SFCA_UNIT),
    "m2sfca": (m2sfca, _PER_100K, M2SFCA_UNIT),
    "balanced_fca": (balanced_fca, 1.0, BALANCED_UNIT),
}


@dataclass(frozen=True)
class Other:
    """A measure of all regions: its name, unit and what it tells, regions x specialties.

    ``tells_capacity`` says whether it would tell the hours or number of few providers where nobody else is in reach.
    """

    name: str
    unit: str
    told: Floats
    tells_capacity: bool = False


def other_measures(
    weights: Weights, people: Floats, hours: Floats, providers: Floats, average: Callable[[Floats], Floats]
) -> list[Other]:
    """Return the measures that no gap rests on.

    Parameters
    ----------
    weights
        Origins x sites.
    people
        At each origin.
    hours, providers
        Capacity in FTE and number of providers, sites x specialties.
    average
        From origins to the mean over each region's people.

    """
    floating = [
        Other(name, unit, average(measure(weights, people, hours).value) * scale)
        for name, (measure, scale, unit) in _FLOATING.items()
    ]
    return [
        *floating,
        Other("gravity", GRAVITY_UNIT, average(gravity(weights, hours)), tells_capacity=True),
        Other("count_within", COUNT_UNIT, _two_digits(average(count_within(weights, providers))), tells_capacity=True),
    ]


def _two_digits(counts: Floats) -> Floats:
    """Return counts rounded to two digits: between neighbours, exact ones would tell single providers."""
    step = 10.0 ** (np.floor(np.log10(np.maximum(counts, 1.0))) - 1)
    rounded: Floats = np.round(counts / step) * step
    return rounded
