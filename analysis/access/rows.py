"""Rows of the table of access: every measure of every region in one specialty."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.access.measures import e2sfca as floating

Floats = NDArray[np.float64]

PER_100K = 100_000
NORMAL_95 = 1.959964
"""Half-width of a 95 % interval in standard deviations of a normal distribution."""


@dataclass(frozen=True)
class Rows:
    """Rows of the access table in one specialty."""

    region_ids: tuple[str, ...]
    specialty: str
    unreached_share: Floats

    def floating(self, measure: str, found: floating.Access, *, is_withheld: NDArray[np.bool_]) -> pd.DataFrame:
        """Return the rows of a floating catchment measure with its interval."""
        half = NORMAL_95 * np.sqrt(found.variance)
        rows = self.plain(measure, found.value * PER_100K, floating.UNIT, is_withheld=is_withheld)
        low, high = np.maximum(found.value - half, 0) * PER_100K, (found.value + half) * PER_100K
        return rows.assign(low=np.where(is_withheld, np.nan, low), high=np.where(is_withheld, np.nan, high))

    def plain(
        self, measure: str, value: Floats, unit: str, *, is_withheld: NDArray[np.bool_] | bool = False
    ) -> pd.DataFrame:
        """Return the rows of a measure without interval."""
        return pd.DataFrame(
            {
                "region_id": self.region_ids,
                "specialty": self.specialty,
                "measure": measure,
                "value": np.where(is_withheld, np.nan, value),
                "low": np.nan,
                "high": np.nan,
                "unit": unit,
                "unreached_share": self.unreached_share,
                "is_withheld": is_withheld,
            }
        )
