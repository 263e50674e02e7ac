"""What straight lines do not see: how much of the supply a region reaches lies across a state line or open water.

Reported, never corrected: a bridge or a ferry may be there, and a licence may hold in both states. Water is what no
outline covers, so land that is not drawn - a neighbouring country, states left out - counts as water: give all the
outlines there are. The line is the great circle from the region's centre of population to the site.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.access.open_water import Water, crossed_km, water_of

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

WATER_KM = 2.0
"""Kilometres of a line beyond all outlines from which it crosses water; assumed: simplified shores cut corners."""

_BULGE_DEGREES, _BULGING_DEGREES = 0.5, 10.0
"""A great circle leaves the box of its ends by less than half a degree where that is narrower than ten."""


def barriers(
    regions: gpd.GeoDataFrame,
    sites: pd.DataFrame,
    weights: csr_array,
    supply: Floats | None = None,
    land: gpd.GeoSeries | None = None,
    water_km: float = WATER_KM,
) -> pd.DataFrame:
    """Return ``across_state_share, across_water_share`` of each region's reached supply, indexed by region id.

    Parameters
    ----------
    regions
        ``region_id, state, latitude, longitude`` and outlines in WGS 84.
    sites
        ``state, latitude, longitude``.
    weights
        Regions x sites in these orders.
    supply
        FTE at each site, all alike where not given.
    land
        All outlines there are; those of the regions where not given.
    water_km
        Length beyond the outlines from which a line crosses water.

    Returns
    -------
    pandas.DataFrame
        Shares of weight times supply; missing where nothing is reached, and ``across_state_share`` where no state is
        known. A site or region without a known state is left out of the latter.

    """
    reached = weights.tocoo()
    row, column = reached.row.astype(np.int64), reached.col.astype(np.int64)
    amount = reached.data * (np.ones(len(sites)) if supply is None else supply)[column]
    counts = amount > 0
    row, column, amount = row[counts], column[counts], amount[counts]
    state, there = regions.state.to_numpy()[row], sites.state.to_numpy()[column]
    is_known = ~(pd.isna(state) | pd.isna(there))
    water = water_of(regions.geometry if land is None else land)
    start, end = _points(regions)[row], _points(sites)[column]
    may = _may_cross(row, start, end, len(regions), water)
    crosses = np.zeros(len(row), dtype=bool)
    crosses[may] = crossed_km(start[may], end[may], water) > water_km
    total = _summed(row, amount, len(regions))
    known = _summed(row, amount * is_known, len(regions))
    across_state = _summed(row, amount * (is_known & (state != there)), len(regions))
    across_water = _summed(row, amount * crosses, len(regions))
    return pd.DataFrame(
        {"across_state_share": _share(across_state, known), "across_water_share": _share(across_water, total)},
        index=pd.Index(regions.region_id, name="region_id"),
    )


def _may_cross(row: Indices, start: Floats, end: Floats, regions: int, water: Water) -> Indices:
    """Return the pairs of regions with water in the box of all they reach: most regions have none."""
    box = np.tile([np.inf, np.inf, -np.inf, -np.inf], (regions, 1))
    for points in (start, end):
        for side, degrees in ((0, points[:, 1]), (1, points[:, 0])):
            np.minimum.at(box[:, side], row, degrees)
            np.maximum.at(box[:, 2 + side], row, degrees)
    reaching = np.flatnonzero(np.isfinite(box[:, 0]))
    wide = (box[reaching, 2:] - box[reaching, :2]).max(axis=1, initial=0.0) > _BULGING_DEGREES
    near = water.tree.query(shapely.box(*(box[reaching] + _BULGE_DEGREES * np.array([-1, -1, 1, 1])).T), "intersects")[
        0
    ]
    is_near = np.zeros(regions, dtype=bool)
    is_near[reaching[near]] = True
    is_near[reaching[wide]] = True
    return np.flatnonzero(is_near[row])


def _points(places: pd.DataFrame) -> Floats:
    points: Floats = places[["latitude", "longitude"]].to_numpy(dtype=np.float64)
    return points


def _summed(row: Indices, amount: Floats, rows: int) -> Floats:
    summed: Floats = np.bincount(row, weights=amount, minlength=rows).astype(np.float64)
    return summed


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0).clip(0, 1)
    return share
