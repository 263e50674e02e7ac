"""Adults with 14 or more days of poor mental health in the past 30 (CDC PLACES 2024, MHLTH, model-based)."""

import pandas as pd

from analysis.regions.indicators import percent


def measured(table: pd.DataFrame) -> "pd.Series[float] | None":
    """Return the measured share by region; missing where the publisher gives none."""
    return percent(table, "places24_mhlth")
