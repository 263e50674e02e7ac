"""How far people go: minutes of the catchment and road speed around each origin, by type of place.

The type is that of the origin's region, and one rule serves both steps of a floating catchment: a pair is inside when
the estimated minutes from the origin do not exceed the origin's limit.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.country import Country


@dataclass(frozen=True)
class Catchments:
    """Limit in minutes and road speed in km per minute of each origin, shape (origins,)."""

    limit_minutes: NDArray[np.float64]
    km_per_minute: NDArray[np.float64]


def by_place_type(origins: pd.DataFrame, regions: pd.DataFrame, country: Country) -> Catchments:
    """Return each origin's catchment from the type of its region, by the country's rules."""
    kind = origins.region_id.map(regions.set_index("region_id").place_type)
    limits = {key: entry.minutes for key, entry in country.place_types.items()}
    speeds = {key: entry.road_km_per_minute for key, entry in country.place_types.items()}
    return Catchments(
        np.array([limits[key] for key in kind], dtype=np.float64),
        np.array([speeds[key] for key in kind], dtype=np.float64),
    )
