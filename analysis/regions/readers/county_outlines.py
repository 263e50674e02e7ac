"""US Census Bureau, cartographic boundary files of counties (any year): a shapefile with its companions.

Gives ``county_id, name, state, state_name, land_km2, water_km2`` and ``geometry`` (WGS 84). Connecticut tells the
vintage: files up to 2021 draw its counties, from 2022 on its planning regions.

Missing: none; an outline too simplified to have an area is a fault, since its people would have no place.
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from analysis.promise import TableError
from analysis.regions.readers._published import damaged, unique
from analysis.regions.vintage import Read, vintage_told

_FORM = "the Census Bureau's cartographic boundaries of counties"
_COLUMNS = ["GEOID", "NAMELSAD", "STUSPS", "STATE_NAME", "ALAND", "AWATER"]
_KM2_OF_M2 = 1e-6


def read(file: Path) -> Read:
    """Read the outlines as the ``.shp`` of ``cb_2023_us_county_20m`` has them; faults are a ``TableError``."""
    try:
        outlines = gpd.read_file(file, columns=_COLUMNS)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as fault:
        raise damaged(file, _FORM, fault) from fault
    absent = [name for name in _COLUMNS if name not in outlines]
    if absent or outlines.crs is None:
        raise TableError(
            f"{file} lacks {', '.join(absent) or 'its coordinate system'}; expected {_FORM}, all files of the "
            "archive in one folder."
        )
    bare = outlines["GEOID"][outlines.geometry.isna() | (shapely.area(outlines.geometry.to_numpy()) == 0)]
    if len(bare):
        raise TableError(f"{file}: county {', '.join(bare[:3])} has no area; use a less simplified file of {_FORM}.")
    table = gpd.GeoDataFrame(
        {
            "county_id": outlines["GEOID"],
            "name": outlines["NAMELSAD"],
            "state": outlines["STUSPS"],
            "state_name": outlines["STATE_NAME"],
            "land_km2": outlines["ALAND"].astype("float64") * _KM2_OF_M2,
            "water_km2": outlines["AWATER"].astype("float64") * _KM2_OF_M2,
        },
        geometry=outlines.geometry,
        crs=outlines.crs,
    ).to_crs(4326)
    unique(pd.DataFrame(table), ["county_id"], file)
    return Read(table, vintage_told(table.county_id, "counties_2022"), len(table))
