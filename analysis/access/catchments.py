"""How far people go: minutes of the catchment and road speed around each origin.

The type of place is that of the origin's region, and one rule serves both steps of a floating catchment: a pair is
inside when the estimated minutes from the origin do not exceed the origin's limit.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.country import Country
from analysis.study import Access, StudyError


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
    speeds = road_km_per_minute(country, rules)
    own = np.array([limits[key] for key in kind], dtype=np.float64)
    minutes = own if rules.catchment_minutes is None else np.full(len(kind), rules.catchment_minutes)
    return Catchments(
        minutes * rules.catchment_scale * scale, np.array([speeds[key] for key in kind], dtype=np.float64)
    )


def road_km_per_minute(country: Country, rules: Access) -> dict[str, float]:
    """Return road speeds by type of place: the study's, else those of the country.

    Raises
    ------
    StudyError
        The study names a type of place the country does not have.

    """
    strange = [key for key in rules.road_km_per_hour if key not in country.place_types]
    if strange:
        raise StudyError(
            f"[access] road_km_per_hour names {', '.join(map(repr, strange))}; the types of places of {country.name} "
            f"are {', '.join(country.place_types)}."
        )
    own = {key: entry.road_km_per_minute for key, entry in country.place_types.items()}
    return own | {key: km_per_hour / 60 for key, km_per_hour in rules.road_km_per_hour.items()}
