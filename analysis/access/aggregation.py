"""What it does to access that all people of a region are put at one centre, instead of at finer origins."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.promise import TableError, conform
from analysis.stability_tables import AGGREGATION
from analysis.tables import ORIGINS

_KEY = ["region_id", "specialty", "measure"]
_HIGH = 0.9
"""Share of the regions that stay within the high difference."""
_ROUNDING = 1e-12
_MINUTES = "minutes"
"""Unit of measures that are near 0 where both ends of a trip are at one centre: a difference over them says nothing."""
_LEFT_OUT = ("provider_ratio", "balanced_fca")
"""Measures on which origins do not bear, and whose unit depends on how many origins there are."""


def one_centre(regions: pd.DataFrame) -> pd.DataFrame:
    """Return promised ``origins`` with all people of each region at its population-weighted centre."""
    return conform(regions.assign(origin_id=regions.region_id), ORIGINS)


def aggregation_error(fine: pd.DataFrame, coarse: pd.DataFrame) -> pd.DataFrame:
    """Return how far one centre a region leads from finer origins, by region, specialty and measure.

    Parameters
    ----------
    fine, coarse
        The promised ``access``, measured from finer origins and from one centre a region, all else equal.

    Returns
    -------
    pandas.DataFrame
        ``region_id, specialty, measure, unit``, the value of ``fine``, and ``difference``: what one centre gives less
        that value, in the measure's unit; missing where either is. Left out are measures on which origins do not
        bear, or whose unit depends on their number.

    Raises
    ------
    TableError
        The two do not hold the same regions, specialties and measures.

    """
    first, second = (table[~table.measure.isin(_LEFT_OUT)].set_index(_KEY) for table in (fine, coarse))
    unmatched = first.index.symmetric_difference(second.index)
    if len(unmatched):
        raise TableError(
            f"table access: {unmatched[0]!r} ({len(unmatched)} such) is in one of two tables to be compared; measure "
            "both of the same regions and specialties."
        )
    difference = second.value.reindex(first.index) - first.value
    return first[["unit", "value"]].assign(difference=difference).reset_index()


def aggregation_summary(error: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    """Return the promised ``aggregation``: errors by rurality class, and of all regions together.

    Parameters
    ----------
    error
        As :func:`aggregation_error` gives it; regions without a difference are left out.
    regions
        The promised ``regions``: their class of rurality.

    """
    known = error.dropna(subset=["difference"])
    rurality = known.region_id.map(regions.set_index("region_id").rurality)
    of_class = known.assign(rurality_class=rurality.astype("Int64").astype("string").fillna("unknown").astype("str"))
    everywhere = known.assign(rurality_class="all")
    rows = list(_rows(pd.concat([everywhere, of_class], ignore_index=True)))
    return conform(pd.DataFrame(rows, columns=AGGREGATION.names), AGGREGATION)


def _rows(known: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield one row a specialty, measure and class."""
    for (specialty, measure, rurality), group in known.groupby(["specialty", "measure", "rurality_class"], sort=True):
        size = group.difference.abs()
        had = (group.value.abs() > _ROUNDING) & (group.unit != _MINUTES)
        worst = group[size >= size.max()].region_id.min()
        yield {
            "specialty": specialty,
            "measure": measure,
            "rurality_class": rurality,
            "regions": len(group),
            "median_difference": size.median(),
            "high_difference": size.quantile(_HIGH),
            "worst_difference": size.max(),
            "worst_region_id": worst,
            "median_change_share": (size[had] / group.value[had].abs()).median() if had.any() else np.nan,
            "unit": group.unit.iloc[0],
        }
