"""Outlines of regions, each with its id, name and state, in WGS 84."""

from collections.abc import Callable

import geopandas as gpd
import pyogrio
import shapely

from analysis.promise import TableError
from analysis.regions.catalog import Dataset, reader_of, unreadable

_COLUMNS = ["region_id", "name", "state", "geometry"]


def read_outlines(dataset: Dataset) -> gpd.GeoDataFrame:
    """Read outlines, indexed by position, with ``region_id, name, state, geometry``.

    Invalid outlines are made valid and only their polygons kept; a region left without area is a fault.

    Raises
    ------
    TableError
        The file cannot be read, lacks a column, repeats an id, or a region has no area.

    """
    outlines = reader_of(dataset, _READERS, "outlines")(dataset)
    outlines["geometry"] = [_polygons(outline) for outline in outlines.geometry]
    empty = outlines.region_id[outlines.geometry.is_empty]
    if len(empty):
        raise TableError(
            f"{dataset.file}: region {', '.join(empty[:3])} has no area; the file is cut short or too simplified: "
            "download it again, or use a less simplified one."
        )
    twice = outlines.region_id[outlines.region_id.duplicated()]
    if len(twice):
        raise TableError(f"{dataset.file}: region {', '.join(twice[:3])} appears more than once; ids must be unique.")
    return outlines[_COLUMNS]


def _read_bundle(dataset: Dataset) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(dataset.file, columns=_COLUMNS)
    except (ValueError, OSError) as fault:
        raise unreadable(dataset, "a GeoParquet table of outlines", fault) from fault


def _read_census(dataset: Dataset) -> gpd.GeoDataFrame:
    """Read a Census Bureau cartographic boundary file of counties."""
    try:
        outlines = gpd.read_file(dataset.file, columns=["GEOID", "NAMELSAD", "STUSPS"])
    except pyogrio.errors.DataSourceError as fault:
        raise unreadable(dataset, "outlines", fault) from fault
    absent = {"GEOID", "NAMELSAD", "STUSPS"} - set(outlines.columns)
    if absent:
        raise TableError(
            f"{dataset.file} lacks column {', '.join(sorted(absent))}; expected a Census Bureau cartographic boundary "
            f"file of counties, found {', '.join(outlines.columns)}."
        )
    named = outlines.rename(columns={"GEOID": "region_id", "NAMELSAD": "name", "STUSPS": "state"})
    return named.to_crs(4326)


_READERS: dict[str, Callable[[Dataset], gpd.GeoDataFrame]] = {
    "bundle": _read_bundle,
    "county_outlines": _read_census,
}


def _polygons(outline: shapely.Geometry) -> shapely.Geometry:
    """Return a valid outline of polygons only: lines and points left by repair or simplifying go."""
    whole = shapely.make_valid(outline)
    parts = shapely.get_parts(shapely.get_parts(whole)).tolist()  # twice: a collection may hold multipolygons
    polygons = [part for part in parts if isinstance(part, shapely.Polygon)]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
