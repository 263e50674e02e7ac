"""A user's polygons as their file has them (GeoPackage, GeoJSON, Shapefile, Parquet); nothing is mended here."""

import json
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from analysis.study import StudyError

Outlines = NDArray[np.object_]
"""Geometries of one file in its order; ``None`` where a row has none."""

_BY_GDAL = (".gpkg", ".geojson", ".json", ".shp")
_PARQUET = (".parquet", ".geoparquet")
_SHAPES_OF_PLAIN_PARQUET = ("geometry", "geom", "wkb_geometry", "wkb", "wkt")
_NAMED = 12
_NEAR = 0.65
_BROKEN = (
    ValueError,
    OSError,
    KeyError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    CRSError,
    shapely.errors.ShapelyError,
)
"""What pyogrio (a RuntimeError), pyarrow, pandas, zipfile, shapely and pyproj raise over a damaged file."""


@dataclass(frozen=True)
class PolygonFile:
    """What a file holds: the wanted columns that are there, outlines in the file's own coordinates, and their system.

    ``crs`` is ``None`` where the file does not say its coordinate system. ``remarks`` is what the reading library said.
    """

    file: Path
    layer: str | None
    columns: tuple[str, ...]
    table: pd.DataFrame
    outlines: Outlines
    crs: CRS | None
    remarks: tuple[str, ...] = ()

    @property
    def is_geojson(self) -> bool:
        """Whether it is GeoJSON, which is in WGS 84 unless it says otherwise (RFC 7946, section 4)."""
        return self.file.suffix.lower() in {".geojson", ".json"}


def read_polygons(file: Path, wanted: Sequence[str], layer: str | None = None) -> PolygonFile:
    """Read the wanted columns and the outlines of a file, or of the one such file in a folder or archive.

    Raises
    ------
    StudyError
        It is absent, of another form, damaged, or holds several layers and none was chosen.

    """
    whole = _one_of(file)
    try:
        if whole.suffix.lower() in _PARQUET:
            return _of_parquet(whole, wanted, layer)
        return _of_gdal(whole, wanted, layer)
    except StudyError:
        raise
    except _BROKEN as fault:
        said = " ".join(str(fault).split()).rstrip(".").replace(str(whole), whole.name)
        raise StudyError(
            f"{str(whole)!r} cannot be opened as polygons ({said}); it is damaged, not what its ending says, or a part "
            "of it is absent: get it again, with all its parts."
        ) from fault


def nearest(name: str, names: Sequence[str]) -> str:
    """Return a hint at the nearest spelling, empty where nothing is near."""
    folded = {one.casefold(): one for one in names}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=_NEAR)
    return f"; did you mean {folded[near[0]]!r}?" if near else ""


def listed(names: Sequence[str], most: int = _NAMED) -> str:
    """Return names in quotation marks, the first ones of many."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + more


def _one_of(file: Path) -> Path:
    """Return the file itself, or the one readable file in a folder."""
    known = (*_BY_GDAL, *_PARQUET, ".zip")
    if file.is_dir():
        inside = sorted(part for part in file.iterdir() if part.suffix.lower() in known)
        if len(inside) != 1:
            raise StudyError(
                f"{str(file)!r} is a folder with {len(inside)} files of polygons"
                f"{': ' + listed([part.name for part in inside]) if inside else ''}; name one file."
            )
        return inside[0]
    if not file.is_file():
        raise StudyError(f"{str(file)!r} does not exist; give the path of a file of polygons ({', '.join(known)}).")
    if file.suffix.lower() not in known:
        raise StudyError(
            f"{str(file)!r} is of no form that can be read; expected a GeoPackage, GeoJSON, Shapefile or Parquet file "
            f"({', '.join(known)})."
        )
    return file


def _of_gdal(file: Path, wanted: Sequence[str], layer: str | None) -> PolygonFile:
    place = _inside(file, layer) if file.suffix.lower() == ".zip" else str(file)
    chosen = _layer(file, place, layer)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", RuntimeWarning)
        columns = tuple(map(str, pyogrio.read_info(place, layer=chosen)["fields"]))
        there = [name for name in dict.fromkeys(wanted) if name in columns]
        frame = pyogrio.read_dataframe(place, layer=chosen, columns=there, on_invalid="ignore")  # told by row
    remarks = tuple(dict.fromkeys(" ".join(str(one.message).split()) for one in said))
    return _whole(file, chosen, columns, frame, remarks)


def _whole(
    file: Path, layer: str | None, columns: tuple[str, ...], frame: gpd.GeoDataFrame, remarks: tuple[str, ...] = ()
) -> PolygonFile:
    shape = frame.geometry.name
    table = pd.DataFrame(frame.drop(columns=shape)).reset_index(drop=True)
    return PolygonFile(file, layer, columns, table, frame.geometry.to_numpy(), _known(frame.crs), remarks)


def _inside(archive: Path, layer: str | None) -> str:
    """Return GDAL's path of the file of polygons in an archive; a layer's name chooses among several."""
    with zipfile.ZipFile(archive) as opened:
        inside = [
            name
            for name in sorted(opened.namelist())
            if name.lower().endswith(_BY_GDAL) and not name.startswith("__MACOSX/")
        ]
    if len(inside) > 1:
        named = [name for name in inside if layer is not None and Path(name).stem == layer]
        if len(named) != 1:
            raise StudyError(
                f"{str(archive)!r} holds {len(inside)} files of polygons: {listed(inside)}; say which with --layer and "
                "its name without ending, or unpack it."
            )
        inside = named
    if not inside:
        raise StudyError(f"{str(archive)!r} holds no file of polygons; expected one of {', '.join(_BY_GDAL)} in it.")
    return f"/vsizip/{archive.resolve().as_posix()}/{inside[0]}"


def _layer(file: Path, place: str, wanted: str | None) -> str:
    """Return the layer to read: the one wanted, or the only one with outlines."""
    layers = pyogrio.list_layers(place)
    drawn = [str(name) for name, kind in layers if kind is not None]
    if wanted is not None:
        if wanted not in drawn:
            raise StudyError(
                f"{str(file)!r} has no layer {wanted!r} with outlines; found {listed(drawn) or 'none'}"
                f"{nearest(wanted, drawn) or '.'}"
            )
        return wanted
    if len(drawn) != 1:
        found = (
            f"{len(drawn)} layers with outlines: {listed(drawn)}; say which with --layer" if drawn else "no outlines"
        )
        raise StudyError(f"{str(file)!r} has {found}.")
    return drawn[0]


def _of_parquet(file: Path, wanted: Sequence[str], layer: str | None) -> PolygonFile:
    if layer is not None:
        raise StudyError(f"{str(file)!r} is a Parquet file, which has no layers; leave --layer out.")
    schema = pq.read_schema(file)
    geo: dict[str, Any] = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    shape = geo.get("primary_column")
    columns = tuple(name for name in schema.names if name != shape and name not in geo.get("columns", {}))
    there = [name for name in dict.fromkeys(wanted) if name in columns]
    if shape is not None:
        return _whole(file, None, columns, gpd.read_parquet(file, columns=[*there, shape]))
    shape = next((name for name in _SHAPES_OF_PLAIN_PARQUET if name in columns), None)
    if shape is None:
        raise StudyError(
            f"{str(file)!r} is Parquet without outlines: no GeoParquet, and none of its columns is called "
            f"{' or '.join(_SHAPES_OF_PLAIN_PARQUET)}; found {listed(columns)}."
        )
    table = pd.read_parquet(file, columns=[*there, shape])
    read = shapely.from_wkt if pd.api.types.is_string_dtype(table[shape]) else shapely.from_wkb
    outlines = read(table[shape].astype(object).where(table[shape].notna(), None).to_numpy(), on_invalid="ignore")
    return PolygonFile(file, None, columns, table[there].reset_index(drop=True), outlines, None)


def _known(crs: CRS | None) -> CRS | None:
    """Return a coordinate system, ``None`` for one that says only that it is not known."""
    if crs is None or crs.is_engineering or crs.name.casefold().startswith("undefined"):
        return None
    return crs
