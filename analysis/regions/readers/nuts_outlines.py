"""Eurostat's GISCO, outlines of NUTS regions of level 3, GeoJSON (any scale; editions 2016, 2021, 2024).

Gives ``region_id, country`` (as in the code: EL is Greece, UK the United Kingdom), ``name`` (in Latin letters),
``urban_rural`` (Eurostat's typology of regions of level 3: 1 predominantly urban, 2 intermediate, 3 predominantly
rural), ``area_km2`` and ``geometry`` (WGS 84), one row a region of every country in the file. The file has no area:
``area_km2`` is that of the outline, in an equal-area projection (ETRS89-LAEA), so waters inside count, and a simplified
outline is a little off: at 1:60,000,000 Germany's regions have 0.7 % less than their official area.

Missing: ``urban_rural`` of regions that are not classed (0 or empty in the file).
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from analysis.promise import TableError
from analysis.regions.readers._nuts import edition_told, region_ids
from analysis.regions.readers._published import damaged, unique
from analysis.regions.vintage import Read

_FORM = "GISCO's outlines of NUTS regions of level 3"
_COLUMNS = ["NUTS_ID", "LEVL_CODE", "CNTR_CODE", "NAME_LATN", "URBN_TYPE"]
_LEVEL = 3
_NOT_CLASSED = 0
_CLASSES = (1, 2, 3)
_EQUAL_AREA = 3035
_KM2_OF_M2 = 1e-6


def read(file: Path) -> Read:
    """Read the outlines as ``NUTS_RG_60M_2021_4326_LEVL_3.geojson`` has them; faults are a ``TableError``."""
    outlines = _outlines(file)
    table = gpd.GeoDataFrame(
        {
            "region_id": region_ids(outlines["NUTS_ID"].astype("str"), file),
            "country": outlines["CNTR_CODE"].astype("str"),
            "name": outlines["NAME_LATN"].astype("str"),
            "urban_rural": _classes(outlines["URBN_TYPE"], file),
            "area_km2": outlines.geometry.to_crs(_EQUAL_AREA).area * _KM2_OF_M2,
        },
        geometry=outlines.geometry.to_crs(4326),
        crs=4326,
    )
    unique(pd.DataFrame(table), ["region_id"], file)
    return Read(table, edition_told(table.region_id, "nuts3_2021", file), len(table))


def _outlines(file: Path) -> gpd.GeoDataFrame:
    """Return the features of a file, once sure that they are outlines of regions of level 3."""
    try:
        outlines = gpd.read_file(file, columns=_COLUMNS)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as fault:
        raise damaged(file, _FORM, fault) from fault
    absent = [name for name in _COLUMNS if name not in outlines]
    if absent or not isinstance(outlines, gpd.GeoDataFrame) or outlines.crs is None:
        raise TableError(
            f"{file} lacks {', '.join(absent) or 'outlines with a coordinate system'}; expected {_FORM}: download that "
            "file."
        )
    others = outlines["NUTS_ID"][outlines["LEVL_CODE"] != _LEVEL]
    if len(others):
        raise TableError(
            f"{file}: {others.iloc[0]!r} ({len(others)} such) is not of level {_LEVEL}; expected {_FORM}: download the "
            "file whose name ends in LEVL_3."
        )
    bare = outlines["NUTS_ID"][outlines.geometry.isna() | (shapely.area(outlines.geometry.to_numpy()) == 0)]
    if len(bare):
        raise TableError(f"{file}: region {', '.join(bare[:3])} has no area; use a less simplified file of {_FORM}.")
    return outlines


def _classes(given: "pd.Series", file: Path) -> "pd.Series[int]":
    values = pd.to_numeric(given, errors="coerce")
    unread = given.notna() & values.isna()
    wrong = given[unread | (values.notna() & ~values.isin((_NOT_CLASSED, *_CLASSES)))]
    if len(wrong):
        raise TableError(
            f"{file}, region {int(wrong.index[0]) + 1}: URBN_TYPE is {str(wrong.iloc[0])!r} ({len(wrong)} such), "
            "expected 1, 2, 3, or 0 for not classed; download it again."
        )
    return values.mask(values == _NOT_CLASSED).astype("Int64")
