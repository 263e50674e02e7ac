"""The great-circle estimate as a part of other engines: between some origins and sites only, and what it rests on."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.access.travel import GreatCircle

Indices = NDArray[np.int64]

_MINUTES_OF_HOUR = 60


def part_of(estimate: GreatCircle, origins: Indices, sites: Indices) -> GreatCircle:
    """Return the estimate between some origins and sites; positions count within these."""
    return replace(
        estimate,
        origins=estimate.origins[origins],
        sites=estimate.sites[sites],
        km_per_minute=estimate.km_per_minute[origins],
    )


def constants_of(estimate: GreatCircle) -> dict[str, Any]:
    """Return what an estimate rests on, for the provenance."""
    speeds = np.unique(estimate.km_per_minute) * _MINUTES_OF_HOUR
    return {
        "engine": "great_circle",
        "circuity": estimate.circuity,
        "start_up_minutes": estimate.start_up_minutes,
        "road_km_per_hour": [round(float(speed), 1) for speed in speeds],
    }
