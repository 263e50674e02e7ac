"""Origins: population-weighted points inside regions, where trips begin; and the regions' own weighted centres."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.promise import TableError
from analysis.regions.catalog import Dataset, numbers, reader_of, unreadable, whole

_TRACT_NUMBERS = {"POPULATION": 0.0, "LATITUDE": -90.0, "LONGITUDE": -180.0}
"""Columns of numbers and the lowest each can be."""
_TRACT_COLUMNS = ["STATEFP", "COUNTYFP", "TRACTCE", *_TRACT_NUMBERS]


def read_origins(dataset: Dataset, regions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return origins of the regions with people scaled so that each region's points add up to its people.

    Parameters
    ----------
    dataset
        Points with a count of people and a region's code.
    regions
        Indexed by region id, with ``population`` and outlines. A point whose code is no region's (an older vintage)
        goes to the region it lies in; one outside every region is not the study's and is left out.

    Returns
    -------
    pandas.DataFrame
        ``origin_id, region_id, latitude, longitude, population``. A region without any populated point gets one at
        its own inner point.

    """
    points = reader_of(dataset, _READERS, "origins")(dataset)
    points = points[points.population > 0]
    known = points.region_id.isin(regions.index)
    stray = points[~known].drop(columns="region_id")
    located = gpd.GeoDataFrame(stray, geometry=gpd.points_from_xy(stray.longitude, stray.latitude), crs=4326)
    inside = located.sjoin(regions[["geometry"]].sort_index(), predicate="within").sort_values("region_id")
    inside = inside[~inside.index.duplicated()]
    points = pd.concat([points[known], pd.DataFrame(inside)[[*stray.columns, "region_id"]]])
    bare = regions.index.difference(pd.Index(points.region_id.unique()))
    if len(bare):
        inner = regions.geometry[bare].representative_point()
        own = pd.DataFrame({"origin_id": bare, "region_id": bare, "latitude": inner.y, "longitude": inner.x})
        points = pd.concat([points, own.assign(population=1.0)])
    counted = points.groupby("region_id").population.transform("sum")
    points["population"] = points.population / counted * points.region_id.map(regions.population)
    return points.sort_values("origin_id").reset_index(drop=True)


def weighted_centres(origins: pd.DataFrame) -> pd.DataFrame:
    """Return ``latitude, longitude`` of each region's centre of population, indexed by region id.

    Averaged on the unit sphere, so that a region across the antimeridian keeps its centre; a region without people
    takes the plain average of its points.
    """
    people = origins.groupby("region_id").population.transform("sum")
    weight = origins.population.where(people > 0, 1.0)
    north, east = np.radians(origins.latitude), np.radians(origins.longitude)
    sphere = pd.DataFrame(
        {
            "x": np.cos(north) * np.cos(east) * weight,
            "y": np.cos(north) * np.sin(east) * weight,
            "z": np.sin(north) * weight,
        }
    )
    summed = sphere.groupby(origins.region_id).sum()
    return pd.DataFrame(
        {
            "latitude": np.degrees(np.arctan2(summed.z, np.hypot(summed.x, summed.y))),
            "longitude": np.degrees(np.arctan2(summed.y, summed.x)),
        }
    )


def _read_bundle(dataset: Dataset) -> pd.DataFrame:
    try:
        zctas = pd.read_parquet(dataset.file, columns=["zcta", "region_id", "latitude", "longitude", "population"])
    except (ValueError, OSError) as fault:
        raise unreadable(dataset, "a Parquet table of postal areas", fault) from fault
    whole(dataset, len(zctas))
    return zctas.rename(columns={"zcta": "origin_id"}).astype({"population": "float64"})


def _read_tract_centres(dataset: Dataset) -> pd.DataFrame:
    """Read the Census Bureau's centres of population by tract; the region is the tract's county of that census."""
    try:
        tracts = pd.read_csv(
            dataset.file, encoding="utf-8-sig", dtype={"STATEFP": "str", "COUNTYFP": "str", "TRACTCE": "str"}
        )
    except ValueError as fault:  # no column, a broken row, or no UTF-8
        raise unreadable(dataset, "a comma-separated text in UTF-8", fault) from fault
    absent = [name for name in _TRACT_COLUMNS if name not in tracts]
    if absent:
        raise TableError(
            f"{dataset.file} lacks column {', '.join(absent)}; expected the Census Bureau's centres of population by "
            f"tract, found {', '.join(map(str, tracts.columns[:8]))}."
        )
    whole(dataset, len(tracts))
    tracts = numbers(tracts, _TRACT_NUMBERS, dataset, "TRACTCE")
    county = tracts.STATEFP.str.zfill(2) + tracts.COUNTYFP.str.zfill(3)
    return pd.DataFrame(
        {
            "origin_id": county + tracts.TRACTCE.str.zfill(6),
            "region_id": county,
            "latitude": tracts.LATITUDE.astype(float),
            "longitude": tracts.LONGITUDE.astype(float),
            "population": tracts.POPULATION.astype(float),
        }
    )


_READERS: dict[str, Callable[[Dataset], pd.DataFrame]] = {
    "bundle": _read_bundle,
    "tract_centres": _read_tract_centres,
}
