"""Cartographic boundary files of the Census Bureau: a shapefile with its companions, in a folder or an archive."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from analysis.promise import TableError
from analysis.regions.readers._published import damaged, unique

_KM2_OF_M2 = 1e-6


def read_outlines(file: Path, form: str, names: Mapping[str, str], land: str, water: str) -> gpd.GeoDataFrame:
    """Return places with their outlines (WGS 84), ``land_km2`` and ``water_km2``.

    Parameters
    ----------
    names
        Columns of text and what each is called here; the first is the id.
    land, water
        Columns of areas in square metres.

    Raises
    ------
    TableError
        The file is absent, damaged or of another form, or a place has no area: its people would have no place.

    """
    columns = [*names, land, water]
    outlines = _shapes(file, form, columns)
    absent = [name for name in columns if name not in outlines]
    if absent or outlines.crs is None:
        raise TableError(
            f"{file} lacks {', '.join(absent) or 'its coordinate system'}; expected {form}, all files of the archive "
            "in one folder."
        )
    source, name = next(iter(names.items()))
    bare = outlines[source][outlines.geometry.isna() | (shapely.area(outlines.geometry.to_numpy()) == 0)]
    if len(bare):
        what = name.removesuffix("_id")
        raise TableError(f"{file}: {what} {', '.join(bare[:3])} has no area; use a less simplified file of {form}.")
    areas = {
        "land_km2": outlines[land].astype("float64") * _KM2_OF_M2,
        "water_km2": outlines[water].astype("float64") * _KM2_OF_M2,
    }
    told = {called: outlines[source] for source, called in names.items()}
    table = gpd.GeoDataFrame(told | areas, geometry=outlines.geometry, crs=outlines.crs).to_crs(4326)
    unique(pd.DataFrame(table), [name], file)
    return table


def _shapes(file: Path, form: str, columns: Sequence[str]) -> gpd.GeoDataFrame:
    try:
        return gpd.read_file(file, columns=list(columns))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as fault:
        raise damaged(file, form, fault) from fault
