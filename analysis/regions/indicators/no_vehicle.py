"""Households without a vehicle (ACS 2018-22 through CDC/ATSDR SVI 2022, EP_NOVEH)."""

import pandas as pd

from analysis.regions.indicators import percent


def measured(table: pd.DataFrame) -> "pd.Series[float] | None":
    """Return the measured share by region; missing where the publisher gives none."""
    return percent(table, "svi22_ep_noveh")
