"""How far people go: minutes of the catchment and road speed around each origin.

The type of place is that of the origin's region, and one rule serves both steps of a floating catchment: a pair is
inside when the estimated minutes from the origin do not exceed the origin's limit.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.country import Country
from analysis.study import Access


@dataclass(frozen=True)
class Catchments:
    """Limit in minutes and road speed in km per minute of each origin, shape (origins,)."""

    limit_minutes: NDArray[np.float64]
    km_per_minute: NDArray[np.float64]


def catchments_of(
    origins: pd.DataFrame, regions: pd.DataFrame, country: Country, rules: Access, scale: float = 1.0
) -> Catchments:
    """Return each origin's catchment: fixed, or that of its region's type of place; speed is always by type.

    ``scale`` is that of the specialty, on top of the study's own.
    """
    kind = origins.region_id.map(regions.set_index("region_id").place_type)
    limits = {key: entry.minutes for key, entry in country.place_types.items()}
    speeds = {key: entry.road_km_per_minute for key, entry in country.place_types.items()}
    own = np.array([limits[key] for key in kind], dtype=np.float64)
    minutes = own if rules.catchment_minutes is None else np.full(len(kind), rules.catchment_minutes)
    return Catchments(
        minutes * rules.catchment_scale * scale, np.array([speeds[key] for key in kind], dtype=np.float64)
    )
